package exact

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
	"time"

	"mcrisk/exact/levy"
	"mcrisk/models"
	"mcrisk/tokens"
)

// Where many tokens are liquidated and some ruined, what is said of survivors is
// what the rebalancing core makes of them: their logs, their decay against a price
// that goes on after liquidation, their cost. Ten numbers within 4.5 standard errors
// fail a correct program once in 15,000 seeds, and the seed is fixed; leaving the
// liquidated out of the decay, or counting the cost of the ruined, is 14 to 22 off.
func TestSurvivorsOfLiquidation(t *testing.T) {
	const paths, steps, step = 20_000, 90, 4 * time.Hour
	for _, tt := range []struct {
		token tokens.Token
		model models.Merton
	}{
		{tokens.Token{Target: 4, Policy: tokens.Band{Low: 3.2, High: 4.4, To: tokens.Target},
			Mechanism: tokens.Loan{Borrow: 0.6, Supply: 0.03, Threshold: 0.95, Bonus: 0.15}},
			models.Merton{Mu: 0.3, Sigma: 0.3, Rate: 60, JumpMean: -0.1, JumpSD: 0.15}},
		{tokens.Token{Target: -2, Policy: tokens.Band{Low: 1.6, High: 2.3, To: tokens.Edge},
			Mechanism: tokens.Loan{Borrow: 0.1, Supply: 0.2, Threshold: 0.83, Bonus: 0.05}},
			models.Merton{Mu: -1, Sigma: 0.8, Rate: 60, JumpMean: 0.12, JumpSD: 0.05}},
	} {
		token := tt.token
		token.AUM, token.AfterLiquidation = 1e12, tokens.Stop
		token.Cost, token.StreamingFee = tokens.Cost{Fee: 0.01}, 0.2
		p, err := NewProblem(token, tt.model, step)
		if err != nil {
			t.Fatal(err)
		}
		m, err := p.Moments(steps * models.Years(step))
		if err != nil {
			t.Fatal(err)
		}
		k, err := tokens.Compile(token, step)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(14, 9))
		nu, sigma := levy.Diffusion(p.Model)
		var logs, decays, costs []float64
		liquidated := 0
		for range paths {
			path := tokens.Path{Step: step, Bars: make([]tokens.Bar, steps)}
			price := 0.0
			for i := range path.Bars {
				move := nu*p.Step + sigma*math.Sqrt(p.Step)*random.NormFloat64()
				for at := random.ExpFloat64(); at < tt.model.Rate*p.Step; at += random.ExpFloat64() {
					move += tt.model.JumpMean + tt.model.JumpSD*random.NormFloat64()
				}
				path.Bars[i].Move = move
				price += move
			}
			f := k.Live(path)
			liquidated += f.Liquidations
			if !f.Ruined {
				logs = append(logs, math.Log(f.NAV))
				decays = append(decays, math.Log(f.NAV)-token.Target*price)
				costs = append(costs, -f.Logs[tokens.TradeFee])
			}
		}
		if m.Liquidated < 0.05 {
			t.Errorf("%+v: liquidated with probability %v; want more to see", token, m.Liquidated)
		}
		within := func(what string, xs []float64, want float64, of func(x float64) float64) {
			t.Helper()
			var sum, squares float64
			for _, x := range xs {
				sum, squares = sum+of(x), squares+of(x)*of(x)
			}
			n := float64(len(xs))
			mean := sum / n
			if se := math.Sqrt((squares/n - mean*mean) / n); math.Abs(mean-want) > 4.5*se {
				t.Errorf("%v: %s = %.6g simulated, %.6g exact: %.1f standard errors apart", token.Target, what, mean,
					want, (mean-want)/se)
			}
		}
		same := func(x float64) float64 { return x }
		square := func(about float64) func(x float64) float64 {
			return func(x float64) float64 { return (x - about) * (x - about) }
		}
		within("log", logs, m.Log, same)
		within("variance of the log", logs, m.LogSD*m.LogSD, square(m.Log))
		within("decay", decays, m.Decay, same)
		within("variance of the decay", decays, m.DecaySD*m.DecaySD, square(m.Decay))
		within("cost", costs, m.CostDrag, same)
		if se := math.Sqrt(m.Ruined * (1 - m.Ruined) / paths); math.Abs(1-float64(len(logs))/paths-m.Ruined) > 4.5*se {
			t.Errorf("%v: ruined %v, exact %v", token.Target, 1-float64(len(logs))/paths, m.Ruined)
		}
		se := math.Sqrt(m.Liquidated * (1 - m.Liquidated) / paths)
		if math.Abs(float64(liquidated)/paths-m.Liquidated) > 4.5*se {
			t.Errorf("%v: liquidated %v, exact %v", token.Target, float64(liquidated)/paths, m.Liquidated)
		}
	}
}

// Tokens absorbed by a liquidation are in the law at every frequency, as a circle of
// points around all singularities has them.
func TestLawHasTheAbsorbed(t *testing.T) {
	const steps, step = seriesSteps + 4, 1.0 / 365 // too many for the law to be inverted from a circle itself
	for _, p := range []Problem{
		{Step: step, Model: models.Merton{Mu: -0.5, Sigma: 0.6, Rate: 10, JumpMean: -0.1, JumpSD: 0.05},
			Token: Token{Target: 3, Band: tokens.Band{Low: 2.55, High: 3.3, To: tokens.Target},
				Loan: tokens.Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.84, Bonus: 0.05},
				Buy:  0.001, Sell: 0.001, Fee: 0.02}},
		{Step: step, Model: models.GBM{Mu: 0.1, Sigma: 0.7}, // one in a million
			Token: Token{Target: 3, Band: tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target},
				Loan: tokens.Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.84, Bonus: 0.05}, Buy: 0.001, Sell: 0.001}},
		{Step: step, Model: models.Merton{Mu: 0.5, Sigma: 0.5, Rate: 30, JumpMean: 0.05, JumpSD: 0.05},
			Token: Token{Target: -2, Band: tokens.Band{Low: 1.7, High: 2.2, To: tokens.Target},
				Loan: tokens.Loan{Borrow: 0.05, Supply: 0.02, Threshold: 0.8, Bonus: 0.05}, Buy: 0.001, Sell: 0.001}},
	} {
		v, err := p.inverter(steps*step, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		h, err := p.horizon(steps*step, usual+4/math.Sqrt(steps), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range circle(complex(h.rightmost(0, 0), 0), step, steps) {
			h.known[0] = append(h.known[0], sample{x, h.visits(x.S)})
		}
		size := 1.0
		for k := 0; size > 1e-12 && k < 2000; k += 20 { // every twentieth frequency that a law looks at
			z := complex(0, (float64(k)+0.5)*math.Pi/(21*v.SD))
			w := h.power(z, 0)
			var want complex128
			for _, s := range h.known[0] {
				c, over := h.chain(w, s.S, h.tallies(w, s.visits))
				want += s.Weight * c.solve(over)[fromStart]
			}
			want *= cmplx.Exp(z * complex(h.base*h.years, 0))
			got, err := v.CF(z)
			if err != nil {
				t.Fatal(err)
			}
			if size = cmplx.Abs(got); !(cmplx.Abs(got-want) < 1e-9) {
				t.Errorf("target %v: E[e^{zX}] at %v = %v; want %v", p.Token.Target, z, got, want)
			}
		}
	}
}
