package exact

import (
	"math"
	"strings"
	"testing"
)

// Rows that can be checked on paper.
func TestByHand(t *testing.T) {
	loan := Token{Target: 3, Low: 2.5, High: 4, Threshold: .8, Bonus: .1}
	free := must(caseB.costing(0).LongRun())
	fixed := caseB.costing(0)
	fixed.Token.Fixed = .01
	reset := must(Reset{Leverage: 3, Price: GBM{.1, .5}, Rate: .05, Fee: .02, Interval: .1}.After(1))
	costly := Token{Target: 2, Low: 1.5, High: 3, Buy: .01}
	log, turnover := costly.trade(1.5, 2)
	// from 2 to 1.5 the price must rise by half: 2·1.5/(2·1.5 − 1) = 1.5
	once := must(costly.Trend(1.51))
	factor := 2 * (1 + .01*1.5) / (1 + .01*2) * (1 + 2*(1.51/1.5-1))
	check(t, []row{
		// all the debt of 1 is repaid, 1.1 taken from 1.15: .05 left of .15
		{"liquidated at health .92", loan.afterLiquidation(1.15), math.Log(.05 / .15), 1e-12},
		// half of it at health .96: 1.2 − .55 = .65 against .5
		{"liquidated at health .96", loan.afterLiquidation(1.2), math.Log(.15 / .2), 1e-12},
		{"fixed cost", must(fixed.LongRun()).Growth, free.Growth + free.Rebalances*math.Log(.99), 1e-13},
		{"reset's mean", reset.Mean, 1 + 3*math.Expm1(.01) - 2*math.Expm1(.005) - .002, 1e-14},
		{"trade's cost", log, math.Log(1.015 / 1.02), 1e-13},
		{"trade's size", turnover, .5 / 1.02, 1e-13},
		{"trend with one trade", once, factor, 1e-12},
		{"one date, safe", 1 - must(Brownian{5, .6}.HitBelowOnGrid(.1, 1, 1)), 1, 1e-12},
		{"one date, far up", 1 - must(Brownian{-5, .6}.HitBelowOnGrid(4, 1, 1)), phi(-1 / .6), 1e-11},
	})
	if !math.IsInf(loan.afterLiquidation(1.05), -1) {
		t.Error("a liquidator owed 1.1 leaves something of 1.05")
	}
}

// At the token that resets every step, one step decides over liquidation: long
// or short, its probability is a tail of the mixture of normals.
func TestLiquidationInOneStep(t *testing.T) {
	m := Merton{Mu: .1, Sigma: .8, Rate: 200, JumpMean: .01, JumpSD: .05}
	nu, sigma := m.diffusion()
	for _, target := range []float64{3, -3} {
		token := Token{Target: target, Low: 3, High: 3, Threshold: .85}
		p := Problem{Token: token, Model: m, Step: day}
		move := coordinate(math.Copysign(1/(1-.85), 1)) - coordinate(3) // long: down to y = −ln LT
		if target < 0 {
			move = math.Log(.85) - coordinate(-3)
		}
		want := 0.0
		for n := 0; n < 40; n++ {
			lgamma, _ := math.Lgamma(float64(n + 1))
			weight := math.Exp(float64(n)*math.Log(m.Rate*day) - m.Rate*day - lgamma)
			mean, sd := nu*day+float64(n)*m.JumpMean, math.Sqrt(sigma*sigma*day+float64(n)*m.JumpSD*m.JumpSD)
			want += weight * phi((move-mean)/sd*math.Copysign(1, target))
		}
		check(t, []row{{"10 days", must(p.Moments(10 * day)).Liquidated, -math.Expm1(10 * math.Log1p(-want)), 1e-10}})
	}
}

// The moments of the log are derivatives of E[NAV^z] at 0, liquidation and carry
// included.
func TestLogMomentsAreDerivatives(t *testing.T) {
	p := Problem{Token: band(3, .3, Edge), Model: Merton{.1, .5, 30, -.05, .07}, Step: day}.liquidated(.8)
	p.Token.Borrow, p.Token.Supply, p.Token.Fee, p.Token.Bonus = .9, .1, .3, .05
	h := must(p.horizon(1, usual))
	m := must(p.Moments(1))
	f := func(z float64) float64 {
		w := h.power(complex(z, 0), 0)
		return math.Exp(z*h.base) * h.invert(0, func(s sample) complex128 {
			c, over := h.chain(w, s)
			return c.solve(over)[birth]
		})
	}
	const z = 1e-3
	alive, up, down := f(0), f(z), f(-z)
	mean, square := (up-down)/(2*z)/alive, (up+down-2*alive)/(z*z)/alive
	check(t, []row{
		{"alive", alive, 1 - m.Ruined, 1e-10},
		{"mean", m.Log, mean, 1e-5},
		{"variance", m.LogSD * m.LogSD, square - mean*mean, 1e-5},
	})
}

// Variances grow at the long-run rate, with what the chain of edges correlates.
func TestVarianceRates(t *testing.T) {
	for _, to := range []To{Target, Edge} {
		p := Problem{Token: band(3, .6, to), Model: GBM{.3, .6}, Step: day}
		r, one, two := must(p.LongRun()), must(p.Moments(1)), must(p.Moments(2))
		check(t, []row{
			{"log", two.LogSD*two.LogSD - one.LogSD*one.LogSD, r.LogVariance, 1e-6},
			{"decay", two.DecaySD*two.DecaySD - one.DecaySD*one.DecaySD, r.DecayVariance, 1e-6},
			{"growth", two.Log - one.Log, r.Growth, 1e-7},
		})
	}
}

// Rare large jumps put mass far outside ten standard deviations: the law must
// still be the mixture of normals that it is at leverage 1.
func TestLawWithFarTails(t *testing.T) {
	m := Merton{Mu: 0, Sigma: .1, Rate: 2, JumpMean: -.2, JumpSD: .1}
	l := must(Ideal{Leverage: 1, Model: m}.Law(4 * day))
	nu, sigma := m.diffusion()
	for _, x := range []float64{-.5, -.2, -.05, -.01, 0, .01} {
		want := 0.0
		for n, weight := 0, math.Exp(-m.Rate*4*day); n < 12; n++ {
			want += weight * phi((x-nu*4*day-float64(n)*m.JumpMean)/math.Sqrt(sigma*sigma*4*day+float64(n)*m.JumpSD*m.JumpSD))
			weight *= m.Rate * 4 * day / float64(n+1)
		}
		if got := l.CDF(x); math.Abs(got-want) > l.Bound || l.Bound > 1e-8 {
			t.Errorf("P(ln NAV ≤ %v) = %v ± %.1g, want %v", x, got, l.Bound, want)
		}
	}
}

// Asymmetric bands and strong drift keep their digits.
func TestExtremes(t *testing.T) {
	lopsided := Token{Target: 1.25, Low: 1.245, High: 20}
	steep := Problem{Token: band(3, .5, Edge), Model: GBM{.5, .01}}.costing(0)
	down := Problem{Token: band(3, .5, Edge), Model: GBM{-.5, .01}}.costing(0)
	r := must(Problem{Token: lopsided, Model: GBM{.1, .3}}.LongRun())
	k := must(Problem{Token: lopsided, Model: Kou{.1, .3, 1e-9, .5, 30, 30}}.LongRun())
	check(t, []row{
		{"a long way down: rebalances", k.Rebalances, r.Rebalances, 1e-7},
		{"a long way down: variance", k.LogVariance, r.LogVariance, 1e-6},
		// pushed against one edge, the token has its leverage
		{"steep rise", must(steep.LongRun()).Leverage, 2.5, 1e-3},
		{"steep fall", must(down.LongRun()).Leverage, 3.5, 1e-3},
	})
}

// What cannot be answered is refused with the reason.
func TestRefusals(t *testing.T) {
	good := caseB
	for _, tt := range []struct {
		reason string
		change func(p *Problem)
	}{
		{"target = 1;", func(p *Problem) { p.Token.Target = 1 }},
		{"target = NaN", func(p *Problem) { p.Token.Target = math.NaN() }},
		{"low edge = 1;", func(p *Problem) { p.Token.Low = 1 }},
		{"around |target|", func(p *Problem) { p.Token.High = 2.9 }},
		{"finite leverage", func(p *Problem) { p.Token.High = math.Inf(1) }},
		{"buy cost = NaN", func(p *Problem) { p.Token.Buy = math.NaN() }},
		{"beyond liquidation", func(p *Problem) { p.Token.Threshold = .6 }},
		{"no width", func(p *Problem) { p.Token.Low, p.Token.High = 3, 3 }},
		{"sigma = 0", func(p *Problem) { p.Model = GBM{0, 0} }},
		{"no model", func(p *Problem) { p.Model = nil }},
		{"Merton watched continuously", func(p *Problem) { p.Model = Merton{0, .5, 1, 0, .1} }},
		{"one direction", func(p *Problem) { p.Model = Kou{0, .5, 1, 1, 20, 20} }},
		{"step = -1", func(p *Problem) { p.Step = -1 }},
		{"whole number", func(p *Problem) { p.Step = .3 }},
		{"take a longer step", func(p *Problem) { p.Step = 1e-9 }},
		{"partial rebalances", func(p *Problem) { p.Token.To, p.Token.Speed, p.Step = Partial, .5, .1 }},
		{"infinitely often", func(p *Problem) { p.Token.To = Edge }},
		{"too regular", func(p *Problem) { p.Model = GBM{.5, .0002} }},
	} {
		p := good
		tt.change(&p)
		_, err := p.Moments(1)
		if err == nil || !strings.Contains(err.Error(), tt.reason) || !strings.HasPrefix(err.Error(), "exact: ") {
			t.Errorf("error %v; want the reason %q", err, tt.reason)
		}
		if _, err := p.Law(1); err == nil {
			t.Errorf("a law where %q was the reason against moments", tt.reason)
		}
	}
}
