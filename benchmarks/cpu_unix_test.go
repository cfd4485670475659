//go:build unix

package benchmarks

import (
	"syscall"
	"time"
)

// cpuTime is the processor time this process has used. On a machine that
// others use too it says more than a clock on the wall.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
