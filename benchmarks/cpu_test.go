package benchmarks

import (
	"testing"
	"time"
)

// perStep reports processor time over path-steps: n of them for each turn of
// the loop that has just ended, since the time that start was taken.
func perStep(b *testing.B, start time.Duration, n int) {
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/float64(n), "cpu-ns/path-step")
}
