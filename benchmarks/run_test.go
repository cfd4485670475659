// Package benchmarks measures the whole line, from random numbers to
// lifetimes, and each stage of it.
package benchmarks

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/random"
	"mcrisk/study"
)

// token is the base case: 3x, band 2.8 to 3.2 to the target, 10 bp, a loan at
// 5 %.
func token(name string) study.TokenSpec {
	return study.TokenSpec{Name: name,
		Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2, "to": 1}},
		Mechanism: param.Part{Kind: "loan"},
		Values:    param.Values{"fee": 0.001}}
}

// BenchmarkRun runs whole studies of a year of hours on one processor.
func BenchmarkRun(b *testing.B) {
	for _, model := range []string{"gbm", "merton"} {
		for _, n := range []int{1, 2, 12} {
			b.Run(fmt.Sprintf("model=%s/steps=8760/paths=1024/tokens=%d/workers=1", model, n), func(b *testing.B) {
				spec := study.Spec{Model: param.Part{Kind: model}, Horizon: models.Year, Step: time.Hour, Paths: 1024, Seed: 1}
				for i := range n {
					spec.Tokens = append(spec.Tokens, token(fmt.Sprint(i)))
				}
				b.ReportAllocs()
				start := cpuTime()
				for b.Loop() {
					if err := study.Run(context.Background(), spec, study.Options{Workers: 1}); err != nil {
						b.Fatal(err)
					}
				}
				perStep(b, start, 1024*8760)
				b.ReportMetric(float64(b.N)*1024*float64(n)/b.Elapsed().Seconds(), "lifetimes/s")
			})
		}
	}
}

// BenchmarkStage measures what comes before the tokens.
func BenchmarkStage(b *testing.B) {
	b.Run("stage=normals", func(b *testing.B) {
		var t block.Track
		start := cpuTime()
		for i := 0; b.Loop(); i++ {
			random.Normals(&t, 1, uint64(i), random.Stream(random.Diffusion, 0), 0, block.Steps)
		}
		perStep(b, start, block.Steps*block.Lanes)
	})
	for _, m := range []models.Model{models.GBM{Sigma: 0.8}, models.Merton{Sigma: 0.8, Rate: 10, JumpMean: -0.02, JumpSD: 0.06}} {
		b.Run(fmt.Sprintf("stage=paths/model=%T", m), func(b *testing.B) {
			g := paths.Generator{Model: m, Grid: paths.Grid{Step: time.Hour, Steps: block.Steps}, Seed: 1}
			w := g.NewWalker()
			start := cpuTime()
			for i := 0; b.Loop(); i++ {
				w.Begin(uint64(i))
				w.Next()
			}
			perStep(b, start, block.Steps*block.Lanes)
		})
	}
}

// Memory for a lifetime is what its record and its share of a group need: no
// step of a path allocates.
func TestAllocationsPerLifetime(t *testing.T) {
	run := func(horizon time.Duration) float64 {
		spec := study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: horizon, Step: time.Hour, Paths: 1024, Seed: 1, Tokens: []study.TokenSpec{token("t")}}
		return testing.AllocsPerRun(3, func() {
			if err := study.Run(context.Background(), spec, study.Options{Workers: 1}); err != nil {
				t.Fatal(err)
			}
		})
	}
	day, month := run(24*time.Hour), run(30*24*time.Hour)
	if month > day+1 {
		t.Errorf("%v allocations for a month of 1,024 lifetimes, %v for a day: steps allocate", month, day)
	}
	if day/1024 > 0.3 {
		t.Errorf("%.2f allocations a lifetime; want at most 0.3", day/1024)
	}
}
