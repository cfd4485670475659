package exact

import (
	"testing"

	"mcrisk/models"
	"mcrisk/tokens"
)

// One sensitivity curve: 50 half-widths from 0.02 to 1, hourly, over a year.
func BenchmarkMoments(b *testing.B) {
	for b.Loop() {
		for k := 1; k <= 50; k++ {
			token := band(3, 0.02*float64(k)-0.0001, tokens.Target)
			p := Problem{Token: token, Model: models.GBM{Sigma: .8}, Step: hour}
			if _, err := p.Moments(1); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkLaw(b *testing.B) {
	for _, tt := range []struct {
		name string
		m    models.Model
		lt   float64
	}{
		{"model=gbm", models.GBM{Sigma: .8}, 0},
		{"model=merton", models.Merton{Sigma: .5, Rate: 10, JumpMean: -.03, JumpSD: .06}, .8},
		{"model=kou", models.Kou{Sigma: .5, Rate: 12, Up: .45, EtaUp: 30, EtaDown: 25}, .8},
	} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				p := Problem{Token: band(3, .2, tokens.Target), Model: tt.m, Step: hour}.liquidated(tt.lt)
				l, err := p.Law(1)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := l.ES(.05); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
