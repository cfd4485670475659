package exact

import (
	"math"
	"testing"

	"mcrisk/models"
	"mcrisk/tokens"
)

// Moments takes contours where cycles are irregular, and steps where they are not; by
// steps nothing is assumed of the cycles.
func TestMomentsAreThoseBySteps(t *testing.T) {
	for _, tt := range []struct {
		id     string
		token  Token
		model  models.Model
		step   float64
		years  float64
		quick  bool
		within float64
	}{
		{"narrow", band(3, .02, tokens.Target), models.GBM{Sigma: .8}, hour, 1, true, 2e-8}, // its Bound is 1.5e-8
		{"usual", band(3, .2, tokens.Edge), models.GBM{Mu: .3, Sigma: .8}, hour, 1, true, 1e-8},
		{"wide", band(3, 1, tokens.Target), models.GBM{Sigma: .6}, hour, 1, true, 1e-8},
		{"short", band(-1, .2, tokens.Target), models.GBM{Sigma: .8}, hour, .25, true, 1e-8},
		{"jumps", band(3, .1, tokens.Target), models.Merton{Sigma: .5, Rate: 10, JumpMean: -.03, JumpSD: .06},
			hour, 1, true, 1e-8},
		{"regular", band(3, 1, tokens.Target), models.GBM{Mu: 3, Sigma: .2}, hour, .25, false, 0},
		{"few steps", band(3, .2, tokens.Target), models.GBM{Sigma: .8}, day, 30 * day, false, 0},
	} {
		p := Problem{Token: tt.token, Model: tt.model, Step: tt.step}
		h := must(p.horizon(tt.years, usual, true))
		if quick := h.series == nil; quick != tt.quick {
			t.Errorf("%s: by contours: %t; want %t", tt.id, quick, tt.quick)
		}
		quick, steps := must(p.Moments(tt.years)), must(p.moments(tt.years, false))
		if d := quick.change(steps); !(d <= tt.within) {
			t.Errorf("%s: moments differ by %.2g from those by steps; want at most %.2g", tt.id, d, tt.within)
		}
		if d := math.Abs(quick.NAV/steps.NAV - 1); !(d <= quick.Bound+1e-12) {
			t.Errorf("%s: NAV is off by %.2g, beyond its bound of %.2g", tt.id, d, quick.Bound)
		}
	}
}
