// Package prefault asks the system for memory before it is used, and for large pages of it. Otherwise the system
// provides a small page at a time, when that is first written, which on virtual machines takes as long as to write
// some hundred numbers.
package prefault

import "unsafe"

// Slice has the system provide, in one call, the memory of a large new slice up to its capacity, most of which
// should be written soon. The slice, which it returns, does not change.
func Slice[T any](s []T) []T {
	var one T
	begin, length := unsafe.Pointer(unsafe.SliceData(s)), uintptr(cap(s))*unsafe.Sizeof(one)
	if length >= large {
		enlarge(begin, length)
	}
	populate(begin, length)
	return s
}

// large is the length of slices that are worth large pages, which are of 2 MB on most systems.
const large = 256 << 10

// Heap asks the system for large pages where a program's first values are, as far as nothing is written there yet.
func Heap() {
	first = new(int)
	enlarge(unsafe.Pointer(first), unsafe.Sizeof(*first))
}

// first is global so that it is on the heap.
var first *int
