package prefault

import (
	"os"
	"syscall"
	"unsafe"
)

// area is the length by whose multiples Go takes memory from the system.
const area = 4 << 20

// enlarge asks for large pages in all areas that some memory is in, whose parts are used next. What has been written
// keeps its small pages, and a system without large pages provides small ones.
func enlarge(begin unsafe.Pointer, length uintptr) {
	from := uintptr(begin) &^ (area - 1)
	to := (uintptr(begin) + length + area - 1) &^ (area - 1)
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_HUGEPAGE)
}

// populate touches the pages that lie whole in some memory. Where the system refuses, as before Linux 5.14 and
// where there is too little memory, they are provided as they are written.
func populate(begin unsafe.Pointer, length uintptr) {
	const populateWrite = 23 // MADV_POPULATE_WRITE, which package syscall lacks
	page := uintptr(os.Getpagesize())
	skip := -uintptr(begin) & (page - 1)
	if length < skip+page {
		return
	}
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(begin)+skip, (length-skip)&^(page-1), populateWrite)
}
