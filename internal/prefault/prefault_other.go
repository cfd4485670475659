//go:build !linux

package prefault

import "unsafe"

func enlarge(unsafe.Pointer, uintptr) {}

func populate(unsafe.Pointer, uintptr) {}
