package analytics_test

import (
	"math"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/exact"
	"mcrisk/exact/brownian"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// knownOf is what exact says of a price.
func knownOf(t *testing.T, m models.Model, target, years, meanLog, variance float64) *analytics.KnownMoments {
	t.Helper()
	price := brownian.Ideal{Leverage: 1, Model: m}
	power, err := price.Moment(target, years)
	if err != nil {
		t.Fatal(err)
	}
	law, err := price.Law(years)
	if err != nil {
		t.Fatal(err)
	}
	return &analytics.KnownMoments{LogPrice: meanLog, Price: 1, Power: power, Held: math.NaN(), Below: law.CDF,
		Carried: func(power, share float64) float64 {
			carried, err := price.Carried(power, share, years)
			if err != nil {
				t.Fatal(err)
			}
			return carried
		},
		Decay: tokens.VolatilityDecay(target, variance)}
}

// The 3x token of case B, hourly: controls narrow the intervals at least
// tenfold for E[ln NAV] and eightfold for E[NAV], and what they estimate agrees
// with the operator to four of the narrowed standard errors (one failure in
// 16,000 seeds for each number).
func TestControls(t *testing.T) {
	if testing.Short() {
		t.Skip("fifty million path-steps, and laws without sampling")
	}
	merton := models.Merton{Sigma: 0.5, Rate: 10, JumpMean: -0.03, JumpSD: 0.06}
	jumps := merton.Rate * (merton.JumpMean*merton.JumpMean + merton.JumpSD*merton.JumpSD)
	drift := -merton.Rate * math.Expm1(merton.JumpMean+merton.JumpSD*merton.JumpSD/2)
	for _, tt := range []struct {
		name               string
		model              param.Part
		exact              models.Model
		logS, qv           float64 // a year
		horizon            time.Duration
		paths              int
		logGain, navGain   float64 // of standard errors, at least
		lossGain, linearBy float64
	}{
		{"30 days", part("gbm", param.Values{"sigma": 0.6}), models.GBM{Sigma: 0.6},
			-0.18, 0.36, 30 * day, 10_000, 10, 8, 3, 5},
		{"half a year", part("gbm", param.Values{"sigma": 0.6}), models.GBM{Sigma: 0.6}, -0.18, 0.36, 180 * day,
			4_000, 10, 8, 3, 2},
		{"Merton, 30 days", part("merton", param.Values{"sigma": 0.5, "jump-rate": 10, "jump-mean": -0.03,
			"jump-sd": 0.06}), merton,
			-0.125 + drift + merton.Rate*merton.JumpMean, 0.25 + jumps, 30 * day, 10_000, 3, 2, 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token := loan("B", 2.8, 3.2, 0.001)
			s := study.Spec{Model: tt.model, Horizon: tt.horizon, Step: time.Hour, Paths: tt.paths, Seed: 11,
				Tokens: []study.TokenSpec{token}}
			e := &run(t, s)[0]
			years := e.Years()
			known := knownOf(t, tt.exact, 3, years, tt.logS*years, tt.qv*years)
			plain, controlled := summarise(e, nil), summarise(e, known)
			p := exact.Problem{Token: exact.Token{Target: 3, Band: tokens.Band{Low: 2.8, High: 3.2, To: tokens.Target},
				Loan: tokens.Loan{Threshold: 0.85, Bonus: 0.05}, Buy: 0.001, Sell: 0.001},
				Model: tt.exact, Step: 1.0 / 8760}
			m, err := p.Moments(years)
			if err != nil {
				t.Fatal(err)
			}
			law, err := p.Law(years)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range []struct {
				metric string
				want   float64
				gain   float64
			}{{"log_nav", m.Log, tt.logGain}, {"nav", m.NAV, tt.navGain}, {"p_loss_50", law.CDF(math.Log(0.5)),
				tt.lossGain}, {"decay_vs_linear", m.NAV - 1, tt.linearBy}} {
				a, b := metric(t, plain, x.metric), metric(t, controlled, x.metric)
				gain := a.SE / b.SE
				t.Logf("%s: %.6f ± %.2g with, %.6f ± %.2g without, exact %.6f; standard error %.1f times smaller",
					x.metric, b.Value, b.SE, a.Value, a.SE, x.want, gain)
				if !(gain >= x.gain) {
					t.Errorf("%s: standard error %.1f times smaller, want %v", x.metric, gain, x.gain)
				}
				if z := (b.Value - x.want) / b.SE; !(math.Abs(z) < 4) {
					t.Errorf("%s = %v ± %.2g, exact is %v: %.1f standard errors off", x.metric, b.Value, b.SE, x.want,
						z)
				}
				if g := b.VarianceReduction; !(math.Abs(g/(gain*gain)-1) < 0.02) {
					t.Errorf("%s: gain %v, the standard errors say %v", x.metric, g, gain*gain)
				}
			}
		})
	}
}

// With a ruined path nothing is corrected that leaves it out, and a mean that
// theory does not know corrects nothing.
func TestControlsNeedAllPaths(t *testing.T) {
	e := &run(t, stormy(256))[0]
	known := &analytics.KnownMoments{LogPrice: -0.1, Price: math.NaN(), Power: math.NaN(), Held: math.NaN()}
	s := summarise(e, known)
	if ruined := metric(t, s, "ruined"); ruined.Value == 0 {
		t.Fatal("no path is ruined; want some")
	}
	for _, name := range []string{"log_nav", "nav", "p_loss_50", "decay_vs_linear"} {
		if m := metric(t, s, name); m.VarianceReduction != 0 {
			t.Errorf("%s was corrected with gain %v", name, m.VarianceReduction)
		}
	}
}
