package benchmarks

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/study"
)

// BenchmarkRates runs a year of hours of a token whose rates are drawn with the paths, and at
// constant rates beside it.
func BenchmarkRates(b *testing.B) {
	for _, venue := range []string{"loan", "perp"} {
		for _, kind := range rates.Registry.Kinds() {
			t := token("t")
			t.Mechanism = param.Part{Kind: venue}
			t.Rates = param.Part{Kind: kind.Name, Values: param.Values{}}
			for _, p := range kind.Params {
				if p.Name == "rate-correlation" {
					t.Rates.Values[p.Name] = 0.3
				}
			}
			spec := study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: models.Year, Step: time.Hour, Paths: 1024,
				Seed: 1, Tokens: []study.TokenSpec{t}}
			s, err := study.New(spec)
			if err != nil {
				continue // a law of another venue's rates
			}
			b.Run(fmt.Sprintf("venue=%s/rates=%s/steps=8760/paths=1024/workers=1", venue, kind.Name),
				func(b *testing.B) {
					start := cpuTime()
					for b.Loop() {
						if err := study.Run(context.Background(), s, study.Options{Workers: 1}); err != nil {
							b.Fatal(err)
						}
					}
					perStep(b, start, 1024*8760)
				})
		}
	}
}
