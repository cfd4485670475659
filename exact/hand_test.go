package exact

import (
	"math"
	"strings"
	"testing"

	"mcrisk/exact/levy"
	"mcrisk/models"
	"mcrisk/tokens"
)

// Rows that can be checked on paper.
func TestByHand(t *testing.T) {
	loan := Token{Target: 3, Band: tokens.Band{Low: 2.5, High: 4, To: tokens.Target},
		Loan: tokens.Loan{Threshold: .8, Bonus: .1}}
	free := must(caseB.costing(0).LongRun())
	fixed := caseB.costing(0)
	fixed.Token.Fixed = .01
	costly := Token{Target: 2, Band: tokens.Band{Low: 1.5, High: 3, To: tokens.Target}, Buy: .01}
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
		{"trade's cost", log, math.Log(1.015 / 1.02), 1e-13},
		{"trade's size", turnover, .5 / 1.02, 1e-13},
		{"trend with one trade", once, factor, 1e-12},
	})
	if !math.IsInf(loan.afterLiquidation(1.05), -1) {
		t.Error("a liquidator owed 1.1 leaves something of 1.05")
	}
}

// At the token that resets every step, one step decides over liquidation: long
// or short, its probability is a tail of the mixture of normals.
func TestLiquidationInOneStep(t *testing.T) {
	m := models.Merton{Mu: .1, Sigma: .8, Rate: 200, JumpMean: .01, JumpSD: .05}
	nu, sigma := levy.Diffusion(m)
	below := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	for _, target := range []float64{3, -3} {
		token := Token{Target: target, Band: tokens.Band{Low: 3, High: 3, To: tokens.Target},
			Loan: tokens.Loan{Threshold: .85}}
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
			want += weight * below((move-mean)/sd*math.Copysign(1, target))
		}
		check(t, []row{{"10 days", must(p.Moments(10 * day)).Liquidated, -math.Expm1(10 * math.Log1p(-want)), 1e-10}})
	}
}

// The moments of the log are derivatives of E[NAV^z] at 0, liquidation and carry
// included.
func TestLogMomentsAreDerivatives(t *testing.T) {
	price := models.Merton{Mu: .1, Sigma: .5, Rate: 30, JumpMean: -.05, JumpSD: .07}
	p := Problem{Token: band(3, .3, tokens.Edge), Model: price, Step: day}.liquidated(.8)
	p.Token.Loan.Borrow, p.Token.Loan.Supply, p.Token.Fee, p.Token.Loan.Bonus = .9, .1, .3, .05
	h := must(p.horizon(1, usual, false))
	m := must(p.Moments(1))
	f := func(z float64) float64 {
		return math.Exp(z*h.base) * real(h.onSeries(h.power(complex(z, 0), 0), 0))
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
	for _, to := range []tokens.Destination{tokens.Target, tokens.Edge} {
		p := Problem{Token: band(3, .6, to), Model: models.GBM{Mu: .3, Sigma: .6}, Step: day}
		r, one, two := must(p.LongRun()), must(p.Moments(1)), must(p.Moments(2))
		check(t, []row{
			{"log", two.LogSD*two.LogSD - one.LogSD*one.LogSD, r.LogVariance, 1e-6},
			{"decay", two.DecaySD*two.DecaySD - one.DecaySD*one.DecaySD, r.DecayVariance, 1e-6},
			{"growth", two.Log - one.Log, r.Growth, 1e-7},
		})
	}
}

// Asymmetric bands and strong drift keep their digits.
func TestExtremes(t *testing.T) {
	lopsided := Token{Target: 1.25, Band: tokens.Band{Low: 1.245, High: 20, To: tokens.Target}}
	steep := Problem{Token: band(3, .5, tokens.Edge), Model: models.GBM{Mu: .5, Sigma: .01}}.costing(0)
	down := Problem{Token: band(3, .5, tokens.Edge), Model: models.GBM{Mu: -.5, Sigma: .01}}.costing(0)
	r := must(Problem{Token: lopsided, Model: models.GBM{Mu: .1, Sigma: .3}}.LongRun())
	kouCycle := models.Kou{Mu: .1, Sigma: .3, Rate: 1e-9, Up: .5, EtaUp: 30, EtaDown: 30}
	k := must(Problem{Token: lopsided, Model: kouCycle}.LongRun())
	check(t, []row{
		{"a long way down: rebalances", k.Rebalances, r.Rebalances, 1e-7},
		{"a long way down: variance", k.LogVariance, r.LogVariance, 1e-6},
		// pushed against one edge, the token has its leverage
		{"steep rise", must(steep.LongRun()).Leverage, 2.5, 1e-3},
		{"steep fall", must(down.LongRun()).Leverage, 3.5, 1e-3},
	})
}

// The time of a drift to one end is inverse Gaussian: of mean w/nu and variance
// w·sigma²/nu³, however regular.
func TestRegularCyclesVary(t *testing.T) {
	for _, sigma := range []float64{0.1, 0.03} {
		f := newFrame(band(3, 1, tokens.Target), models.GBM{Mu: 3, Sigma: sigma})
		s := f.cycleStats(newDiffusionCycle(f, 1), 0)
		way := f.high - f.start[fromStart]
		mean, variance := way/f.nu, way*sigma*sigma/(f.nu*f.nu*f.nu)
		check(t, []row{
			{"mean", s.tau[fromUp], mean, 1e-12},
			{"variance", s.tau2[fromUp] - s.tau[fromUp]*s.tau[fromUp], variance, 1e-12 * mean * mean / variance * 10},
		})
	}
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
		{"low edge = 1;", func(p *Problem) { p.Token.Band.Low = 1 }},
		{"around |target|", func(p *Problem) { p.Token.Band.High = 2.9 }},
		{"finite leverage", func(p *Problem) { p.Token.Band.High = math.Inf(1) }},
		{"buy cost = NaN", func(p *Problem) { p.Token.Buy = math.NaN() }},
		{"beyond liquidation", func(p *Problem) { p.Token.Loan.Threshold = .6 }},
		{"no width", func(p *Problem) { p.Token.Band.Low, p.Token.Band.High = 3, 3 }},
		{"sigma = 0", func(p *Problem) { p.Model = models.GBM{} }},
		{"no model", func(p *Problem) { p.Model = nil }},
		{"Merton monitored continuously", func(p *Problem) { p.Model = models.Merton{Sigma: .5, Rate: 1, JumpSD: .1} }},
		{"one direction", func(p *Problem) { p.Model = models.Kou{Sigma: .5, Rate: 1, Up: 1, EtaUp: 20, EtaDown: 20} }},
		{"step = -1", func(p *Problem) { p.Step = -1 }},
		{"whole number", func(p *Problem) { p.Step = .3 }},
		{"take a longer step", func(p *Problem) { p.Step = 1e-9 }},
		{"partial rebalances", func(p *Problem) {
			p.Token.Band.To, p.Token.Band.Speed = tokens.Partial, .5
			p.Step = .1
		}},
		{"infinitely often", func(p *Problem) { p.Token.Band.To = tokens.Edge }},
		{"too regular", func(p *Problem) { p.Model = models.GBM{Mu: .5, Sigma: .0002} }},
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
