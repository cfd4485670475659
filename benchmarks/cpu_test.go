package benchmarks

import (
	"syscall"
	"testing"
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

// perStep reports processor time over path-steps: n of them for each turn of
// the loop that has just ended, since the time that start was taken.
func perStep(b *testing.B, start time.Duration, n int) {
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/float64(n), "cpu-ns/path-step")
}
