package exact

import (
	"testing"

	"mcrisk/models"
	"mcrisk/tokens"
)

// Moments takes contours where cycles are irregular, and steps where they are not; by
// steps nothing is assumed of the cycles.
func TestMomentsAreThoseBySteps(t *testing.T) {
	for _, tt := range []struct {
		id    string
		token Token
		model models.Model
		step  float64
		years float64
		quick bool
	}{
		{"narrow", band(3, .02, tokens.Target), models.GBM{Sigma: .8}, hour, 1, true},
		{"usual", band(3, .2, tokens.Edge), models.GBM{Mu: .3, Sigma: .8}, hour, 1, true},
		{"wide", band(3, 1, tokens.Target), models.GBM{Sigma: .6}, hour, 1, true},
		{"short", band(-1, .2, tokens.Target), models.GBM{Sigma: .8}, hour, .25, true},
		{"jumps", band(3, .1, tokens.Target), models.Merton{Sigma: .5, Rate: 10, JumpMean: -.03, JumpSD: .06},
			hour, 1, true},
		{"regular", band(3, 1, tokens.Target), models.GBM{Mu: 3, Sigma: .2}, hour, .25, false},
		{"few steps", band(3, .2, tokens.Target), models.GBM{Sigma: .8}, day, 30 * day, false},
	} {
		p := Problem{Token: tt.token, Model: tt.model, Step: tt.step}
		h := must(p.horizon(tt.years, usual, true))
		if quick := h.series == nil; quick != tt.quick {
			t.Errorf("%s: by contours: %t; want %t", tt.id, quick, tt.quick)
		}
		quick, steps := must(p.Moments(tt.years)), must(p.moments(tt.years, false))
		if d := quick.change(steps); !(d <= quick.Bound) || tt.quick != (d > 0) {
			t.Errorf("%s: moments differ by %.2g from those by steps, with a bound of %.2g", tt.id, d, quick.Bound)
		}
		if !(quick.Bound < 5e-8) {
			t.Errorf("%s: a bound of %.2g; want eight digits", tt.id, quick.Bound)
		}
	}
}

// QuickLaw has six digits of Law where it answers, and answers where Moments takes contours.
func TestQuickLaw(t *testing.T) {
	for _, tt := range []struct {
		token Token
		years float64
		quick bool
	}{
		{band(3, .2, tokens.Edge), 30 * day, true},
		{band(-1, .1, tokens.Edge), 60 * day, true},
		{band(3, .2, tokens.Target), 3 * day, false},
	} {
		p := Problem{Token: tt.token, Model: models.GBM{Sigma: .8}, Step: hour}
		quick, err := p.QuickLaw(tt.years)
		if (err == nil) != tt.quick {
			t.Errorf("over %.3g years: %v; want an answer: %t", tt.years, err, tt.quick)
		}
		if err != nil {
			continue
		}
		law := must(p.Law(tt.years))
		for _, q := range []float64{.01, .5, .99} {
			at := must(law.Quantile(q))
			if d := must(quick.Quantile(q)) - at; !(d*d < 1e-12) {
				t.Errorf("over %.3g years: quantile of %v is off by %.2g", tt.years, q, d)
			}
			if d := quick.CDF(at) - law.CDF(at); !(d*d < 1e-12) {
				t.Errorf("over %.3g years: probability below %v is off by %.2g", tt.years, at, d)
			}
		}
	}
}
