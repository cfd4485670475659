package prefault

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// Writing a slice whose memory was provided meets hardly a page that is missing, and nothing of it has changed.
func TestSlice(t *testing.T) {
	faults := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return int64(u.Minflt) // of another size on other processors
	}
	const words = 1 << 21 // 16 MB, 4,096 pages of 4 kB
	list := Slice(append(make([]uint64, 0, words), 1, 2, 3))
	if !slices.Equal(list, []uint64{1, 2, 3}) || cap(list) != words {
		t.Fatalf("%v with room for %d", list, cap(list))
	}
	_, _, err := syscall.Syscall(syscall.SYS_MADVISE, 0, 0, 23)
	before := faults()
	list = list[:words]
	for i := range list {
		list[i] = uint64(i)
	}
	if n := faults() - before; err == 0 && n > 1024 {
		t.Errorf("%d pages were missing; want few", n)
	}
	for _, small := range []int{0, 1, 511, 512, 513, 1023, 1024, 1025} {
		s := Slice(make([]uint64, small))
		if len(s) != small || slices.ContainsFunc(s, func(v uint64) bool { return v != 0 }) {
			t.Errorf("%d words changed", small)
		}
	}
}

// The system is asked for large pages where a large slice and the first values are, and nowhere for a small slice.
func TestLargePages(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("this system has no large pages")
	}
	Heap()
	if !asked(t, unsafe.Pointer(first)) {
		t.Error("not for the first values")
	}
	list := Slice(make([]uint64, 0, 1<<21))
	for _, i := range []int{0, cap(list) - 1} {
		if !asked(t, unsafe.Pointer(&list[:cap(list)][i])) {
			t.Errorf("not for word %d of %d", i, cap(list))
		}
	}
	const use, kind = syscall.PROT_READ | syscall.PROT_WRITE, syscall.MAP_ANON | syscall.MAP_PRIVATE
	other, err := syscall.Mmap(-1, 0, 3*area, use, kind)
	if err != nil {
		t.Fatal(err)
	}
	small := other[area : area+large-1 : area+large-1]
	if Slice(small); asked(t, unsafe.Pointer(&small[0])) {
		t.Errorf("for %d bytes", len(small))
	}
}

// asked says whether the system was asked for large pages where an address is.
func asked(t *testing.T, at unsafe.Pointer) bool {
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	inside := false
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from <= uintptr(at) && uintptr(at) < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			return slices.Contains(strings.Fields(flags), "hg")
		}
	}
	t.Fatalf("no memory at %v", at)
	return false
}
