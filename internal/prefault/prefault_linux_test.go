package prefault

import (
	"slices"
	"syscall"
	"testing"
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
