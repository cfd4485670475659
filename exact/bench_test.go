package exact

import "testing"

// One sensitivity curve: 50 half-widths from 0.02 to 1, hourly, over a year.
func BenchmarkMoments(b *testing.B) {
	for b.Loop() {
		for k := 1; k <= 50; k++ {
			p := Problem{Token: band(3, 0.02*float64(k)-0.0001, Target), Model: GBM{0, .8}, Step: hour}
			if _, err := p.Moments(1); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkLaw(b *testing.B) {
	for _, tt := range []struct {
		name string
		m    Model
		lt   float64
	}{{"model=gbm", GBM{0, .8}, 0}, {"model=merton", Merton{0, .5, 10, -.03, .06}, .8}, {"model=kou", Kou{0, .5, 12, .45, 30, 25}, .8}} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				p := Problem{Token: band(3, .2, Target), Model: tt.m, Step: hour}.liquidated(tt.lt)
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
