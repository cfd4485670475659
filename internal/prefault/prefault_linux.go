package prefault

import (
	"os"
	"syscall"
	"unsafe"
)

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
