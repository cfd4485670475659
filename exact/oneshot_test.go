package exact

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"mcrisk/models"
	"mcrisk/tokens"
)

// One step in plain bookkeeping: a loan of 3x seen once, after a normal move and a
// Poisson number of jumps of one size, which leave islands of leverage with nothing
// between them. The law must hold the shares of a fine grid of moves within its
// bound, and not take the void between islands for something it cannot resolve.
func TestLawOfOneStep(t *testing.T) {
	const (
		step      = 1.0 / 365
		cost      = 0.001
		threshold = 0.85
		bonus     = 0.05
		borrow    = 0.05
	)
	nav := func(r float64) float64 { // after a log-return
		x, debt := 3*math.Exp(r), 2*math.Exp(borrow*step)
		stopped := false
		for x*threshold < debt { // liquidated
			repaid := debt / 2
			if x*threshold <= 0.95*debt {
				repaid = debt
			}
			seized := repaid * (1 + bonus)
			if seized >= x {
				return 0
			}
			x, debt, stopped = x-seized, debt-repaid, true
		}
		e := x - debt
		if l := x / e; stopped || l >= 2.7 && l <= 3.3 {
			return e
		} else if l > 3.3 {
			return e - cost*(x-3*e)/(1-3*cost)
		}
		return e - cost*(3*e-x)/(1+3*cost)
	}
	for _, m := range []models.Merton{
		{Sigma: 0.3, Rate: 50, JumpMean: 0.15},
		{Mu: 0.1, Sigma: 0.6, Rate: 1, JumpMean: -0.3},
		{Mu: 0.1, Sigma: 0.6, Rate: 20, JumpMean: -0.06},
		{Sigma: 0.6, Rate: 1, JumpMean: -0.1, JumpSD: 0.02},
	} {
		token := Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
			Loan: tokens.Loan{Borrow: borrow, Threshold: threshold, Bonus: bonus}, Buy: cost, Sell: cost}
		law, err := Problem{Token: token, Model: m, Step: step}.Law(step)
		if err != nil {
			t.Errorf("%+v: %v", m, err)
			continue
		}
		type outcome struct{ nav, p float64 }
		var all []outcome
		poisson := math.Exp(-m.Rate * step)
		for n := range 12 {
			mean := (m.Mu-m.Rate*math.Expm1(m.JumpMean+m.JumpSD*m.JumpSD/2)-m.Sigma*m.Sigma/2)*step +
				float64(n)*m.JumpMean
			sd := math.Sqrt(m.Sigma*m.Sigma*step + float64(n)*m.JumpSD*m.JumpSD)
			const cells = 100_000
			for i := range cells {
				z := 17 * ((float64(i)+0.5)/cells - 0.5)
				all = append(all, outcome{nav(mean + sd*z),
					poisson * math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) * 17 / cells})
			}
			poisson *= m.Rate * step / float64(n+1)
		}
		slices.SortFunc(all, func(a, b outcome) int { return cmp.Compare(a.nav, b.nav) })
		cdf := func(x float64) (p float64) {
			for _, o := range all {
				if o.nav > math.Exp(x) {
					break
				}
				p += o.p
			}
			return p
		}
		worst := func(p float64) (quantile, shortfall float64) {
			left := p
			for _, o := range all {
				shortfall += (1 - o.nav) * min(left, o.p) / p
				if left -= o.p; left <= 0 {
					return o.nav, shortfall
				}
			}
			return
		}
		const cell = 4e-5 // what the grid may be off by, in probability
		if law.Bound > 1e-3 {
			t.Errorf("%+v: bound %v", m, law.Bound)
		}
		for _, x := range []float64{-4, -2, -1, -0.5, -0.2, -0.1, -0.05, 0.01, 0.04, 0.1, 0.3, 0.5} {
			if got, want := law.CDF(x), cdf(x); !(math.Abs(got-want) <= law.Bound+cell) {
				t.Errorf("%+v: P(ln NAV ≤ %v) = %.6f to %.2g; by bookkeeping %.6f", m, x, got, law.Bound, want)
			}
		}
		for _, p := range []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95} {
			lo, hi := law.Around(p)
			below, _ := worst(p - cell)
			above, _ := worst(p + cell)
			if x, err := law.Quantile(p); err != nil || !(lo <= x && x <= hi) {
				t.Errorf("%+v: quantile %v = %v, %v; not in [%v, %v]", m, p, x, err, lo, hi)
			}
			if !(math.Exp(lo) <= above && math.Exp(hi) >= below) {
				t.Errorf("%+v: quantile %v in [%.6f, %.6f]; by bookkeeping in [%.6f, %.6f]", m, p, math.Exp(lo),
					math.Exp(hi), below, above)
			}
			got, err := law.ES(p)
			if _, want := worst(p); err != nil || !(math.Abs(got-want) <= law.ESBound(p)+cell/p) {
				t.Errorf("%+v: ES at %v = %.6f to %.2g, %v; by bookkeeping %.6f", m, p, got, law.ESBound(p), err, want)
			}
		}
	}
}

// After one wild step a token without cost is worth the payoff of a call, whether
// it was liquidated or not, and most were: three calls struck at 2/3, by Black and
// Scholes. All are accounted for.
func TestMostAreLiquidatedAtOnce(t *testing.T) {
	const step, sd = 1.0 / 52, 2.0
	token := Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
		Loan: tokens.Loan{Threshold: 0.99}}
	p := Problem{Token: token, Model: models.GBM{Sigma: sd / math.Sqrt(step)}, Step: step}
	m, err := p.Moments(step)
	if err != nil {
		t.Fatal(err)
	}
	below := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	d := (math.Log(1.5) - sd*sd/2) / sd
	if want := 3*below(d+sd) - 2*below(d); !(math.Abs(m.NAV-want) < 1e-9*want) {
		t.Errorf("NAV %v; want %v", m.NAV, want)
	}
	if want := below(-d); !(math.Abs(m.Ruined-want) < 1e-9) {
		t.Errorf("ruined %v; want %v", m.Ruined, want)
	}
	if law, err := p.Law(step); err != nil || !(math.Abs(law.Ruined+law.Alive-1) < 1e-9) {
		t.Errorf("%v of all tokens in the law, %v; want 1", law.Ruined+law.Alive, err)
	}
}
