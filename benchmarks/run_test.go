// Package benchmarks measures the whole line, from random numbers to
// lifetimes, and each stage of it.
package benchmarks

import (
	"context"
	"fmt"
	"maps"
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

// built is the study of a spec; making it is a part of what is measured.
func built(tb testing.TB, spec study.Spec) *study.Study {
	tb.Helper()
	s, err := study.New(spec)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// BenchmarkRun runs whole studies of a year of hours. On two processors, time
// on the clock is what counts, elsewhere processor time.
func BenchmarkRun(b *testing.B) {
	for _, c := range []struct {
		model           string
		tokens, workers int
	}{{"gbm", 1, 1}, {"gbm", 2, 1}, {"gbm", 12, 1}, {"gbm", 1, 2},
		{"merton", 1, 1}, {"merton", 2, 1}, {"merton", 12, 1}} {
		b.Run(fmt.Sprintf("model=%s/steps=8760/paths=2048/tokens=%d/workers=%d",
			c.model, c.tokens, c.workers), func(b *testing.B) {
			spec := study.Spec{Model: param.Part{Kind: c.model},
				Horizon: models.Year, Step: time.Hour, Paths: 2048, Seed: 1}
			for i := range c.tokens {
				t := token(fmt.Sprint(i))
				width := 0.2 + 0.02*float64(i)
				t.Policy.Values = param.Values{"low": 3 - width, "high": 3 + width, "to": 1}
				spec.Tokens = append(spec.Tokens, t)
			}
			b.ReportAllocs()
			start := cpuTime()
			for b.Loop() {
				if err := study.Run(context.Background(), built(b, spec),
					study.Options{Workers: c.workers}); err != nil {
					b.Fatal(err)
				}
			}
			perStep(b, start, 2048*8760)
			b.ReportMetric(float64(b.N)*2048*float64(c.tokens)/b.Elapsed().Seconds(), "lifetimes/s")
		})
	}
}

// BenchmarkResampled runs a year of hours of models that draw from a history, seen at closes
// and inside bars, and beside them, at closes, of models whose variance moves. Reading and
// preparing the history is not a part of it.
func BenchmarkResampled(b *testing.B) {
	history := &models.Series{Name: "made", Step: time.Hour, Extremes: true}
	normals := random.NewSource(1, 1, random.Stream(random.Diffusion, 0))
	for range 4 * 8760 {
		r := 0.008 * normals.Norm()
		wick := 0.003 * normals.Exp()
		history.Bars = append(history.Bars, models.Bar{Close: r, Move: r, Lo: min(0, r) - wick, Hi: max(0, r) + wick})
	}
	hours := func(n float64) param.Values { return param.Values{"block": n * 3600} }
	for _, c := range []struct {
		name, kind string
		values     param.Values
	}{
		{"gbm", "gbm", nil}, {"garch", "garch", nil}, {"gjr", "gjr", nil},
		{"heston", "heston", nil}, {"bates", "bates", nil},
		// as fitted to hours of BTC: Heston's variance is near zero most of the time
		{"heston-btc", "heston", param.Values{"kappa": 459.935, "theta": 0.436659, "xi": 60.2299, "rho": -0.381553}},
		{"component", "component", nil},
		{"component-btc", "component", param.Values{"component-multiplier": 1.45895, "component-rate": 3404.57,
			"component-ratio": 3.44384, "dof": 4.59117}},
		{"mcgarch", "mcgarch", nil},
		{"mcgarch-btc", "mcgarch", param.Values{"mcgarch-reaction": 0.104, "mcgarch-fade": 0.748, "mcgarch-rate": 22800,
			"dof": 3.16, "mcgarch-bend": 5.21, "mcgarch-skew": 0.287, "week-funding": 0.253, "week-day": -0.121,
			"week-weekend": -0.487, "week-new-york": 0.657}},
		{"bootstrap", "bootstrap", hours(168)}, {"fhs", "fhs", hours(12)},
	} {
		for extremes := range 2 {
			values := maps.Clone(c.values)
			if _, drawn := values["block"]; drawn {
				values["extremes"] = float64(extremes)
			} else if extremes > 0 {
				continue
			}
			b.Run(fmt.Sprintf("model=%s/extremes=%d/steps=8760/paths=512", c.name, extremes), func(b *testing.B) {
				s := built(b, study.Spec{Model: param.Part{Kind: c.kind, Values: values},
					History: &study.History{Series: history}, Horizon: models.Year, Step: time.Hour,
					Paths: 512, Seed: 1, Tokens: []study.TokenSpec{token("t")}})
				start := cpuTime()
				for b.Loop() {
					if err := study.Run(context.Background(), s, study.Options{Workers: 1}); err != nil {
						b.Fatal(err)
					}
				}
				perStep(b, start, 512*8760)
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
	for _, m := range []models.Model{models.GBM{Sigma: 0.8},
		models.Merton{Sigma: 0.8, Rate: 10, JumpMean: -0.02, JumpSD: 0.06}} {
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
	for _, model := range []string{"gbm", "gjr", "bates", "component"} {
		run := func(horizon time.Duration) float64 {
			spec := study.Spec{Model: param.Part{Kind: model}, Horizon: horizon, Step: time.Hour, Paths: 1024,
				Seed: 1, Tokens: []study.TokenSpec{token("t")}}
			return testing.AllocsPerRun(3, func() {
				if err := study.Run(context.Background(), built(t, spec), study.Options{Workers: 1}); err != nil {
					t.Fatal(err)
				}
			})
		}
		day, month := run(24*time.Hour), run(30*24*time.Hour)
		if month > day+50 { // one in each block would be 700, and the collector makes a few
			t.Errorf("%s: %v allocations for a month of 1,024 lifetimes, %v for a day: steps allocate",
				model, month, day)
		}
		if day/1024 > 0.3 {
			t.Errorf("%s: %.2f allocations a lifetime; want at most 0.3", model, day/1024)
		}
	}
}
