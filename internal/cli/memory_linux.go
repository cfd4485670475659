package cli

import (
	"fmt"
	"math"
	"os"
	"syscall"
)

// ownMemory is what the process may still take by its limit of address space (ulimit -v),
// in bytes; infinite without one.
func ownMemory() float64 {
	var limit syscall.Rlimit
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil || syscall.Getrlimit(syscall.RLIMIT_AS, &limit) != nil || limit.Cur > math.MaxInt64 {
		return math.Inf(1)
	}
	var pages float64
	if _, err := fmt.Sscan(string(data), &pages); err != nil {
		return math.Inf(1)
	}
	return max(0, float64(limit.Cur)-pages*float64(os.Getpagesize()))
}
