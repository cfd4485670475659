package models

import (
	"math"
	"testing"
)

// Without jumps, spread of variance or switching every model is GBM, whose
// option price is Black–Scholes.
func TestCallIsBlackScholes(t *testing.T) {
	const s, mu, h = 0.6, 0.1, 0.5
	for _, m := range []Transformer{
		GBM{mu, s}, Merton{Mu: mu, Sigma: s}, Kou{mu, s, 0, 0.5, 20, 20},
		Regimes{Mu: mu, Calm: s, Wild: s, ToWild: 3, ToCalm: 4}, Heston{mu, s * s, 2, s * s, 1e-3, 0},
	} {
		for _, k := range []float64{0.5, 1, 1.7} {
			f, v := math.Exp(mu*h), s*math.Sqrt(h)
			d := (math.Log(f/k) + v*v/2) / v
			want := f*math.Erfc(-d/math.Sqrt2)/2 - k*math.Erfc(-(d-v)/math.Sqrt2)/2
			got, err := Call(m, h, k)
			if err != nil || math.Abs(got-want) > 1e-8 {
				t.Errorf("%T, strike %v: %v, want %v (%v)", m, k, got, want, err)
			}
		}
	}
	for _, bad := range [][2]float64{{0, 1}, {1, 0}, {math.NaN(), 1}, {1, math.Inf(1)}} {
		if _, err := Call(GBM{mu, s}, bad[0], bad[1]); err == nil {
			t.Errorf("an option of strike %v after %v years passes", bad[1], bad[0])
		}
	}
	if _, err := Call(GBM{mu, 0}, 1, 1); err == nil {
		t.Error("a price that never moves passes")
	}
}
