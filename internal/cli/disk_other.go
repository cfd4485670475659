//go:build !linux && !darwin && !freebsd

package cli

// FreeDisk does not say here.
func FreeDisk(string) (free float64, ok bool) { return 0, false }
