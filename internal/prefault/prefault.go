// Package prefault asks the system for memory before it is used.
package prefault

import "unsafe"

// Slice has the system provide, in one call, the memory of a large new slice up to its capacity, most of which
// should be written soon. Otherwise the system provides a page of it when that is first written, which takes about
// twice as long. The slice, which it returns, does not change.
func Slice[T any](s []T) []T {
	var one T
	populate(unsafe.Pointer(unsafe.SliceData(s)), uintptr(cap(s))*unsafe.Sizeof(one))
	return s
}
