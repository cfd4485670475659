package study

import (
	"context"
	"testing"
)

func BenchmarkRun(b *testing.B) {
	spec := eth3x()
	spec.Paths = 1024
	for b.Loop() {
		if err := Run(context.Background(), spec, Options{Workers: 1}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024/8760, "ns/step")
}
