//go:build !linux && !darwin && !freebsd

package main

func freeDisk(string) (free float64, ok bool) { return 0, false }
