package exact

import (
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/tokens"
)

// A cost of one side of trading is the cost of buying for a long, which adds to
// its position by buying, and of selling for a short. A cost that is paid out
// has no answer here.
func TestSidesOfCost(t *testing.T) {
	const near = 1e-15
	for _, r := range []struct{ target, buy, sell float64 }{{3, 0.006, 0.003}, {-1, 0.003, 0.006}} {
		size := math.Abs(r.target)
		token := tokens.Token{Target: r.target, AUM: 1e6, Policy: tokens.Band{Low: 0.9 * size, High: 1.1 * size},
			Mechanism: tokens.Loan{Threshold: 0.8},
			Cost:      tokens.Cost{Fee: 0.001, ImpactBase: 0.002, Increase: 0.003}}
		p, err := NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Token.Buy-r.buy) > near || math.Abs(p.Token.Sell-r.sell) > near {
			t.Errorf("target %v: buying costs %v and selling %v; want %v and %v", r.target, p.Token.Buy, p.Token.Sell,
				r.buy, r.sell)
		}
		token.Cost.Decrease = -0.004
		_, err = NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour)
		if err == nil || !strings.Contains(err.Error(), "cost = -0.001; want a fraction") {
			t.Errorf("a rebate gives %v", err)
		}
	}
}

// A geometric band is the band of its edges.
func TestGeometricIsABand(t *testing.T) {
	high := 2.3
	token := tokens.Token{Target: 2, AUM: 1e6, Policy: tokens.Geometric{High: high, To: tokens.Target},
		Mechanism: tokens.Loan{Threshold: 0.8}}
	got, err := NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	token.Policy = tokens.Band{Low: 4 / high, High: high, To: tokens.Target}
	if want, err := NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour); err != nil || got != want {
		t.Errorf("%+v; want %+v, %v", got, want, err)
	}
}

// What a trade does, gas and impact included, and whether there is one, is what it
// does in a life of one step that ends outside the band.
func TestTradeIsThatOfALife(t *testing.T) {
	trades, rests := 0, 0
	for _, target := range []float64{3, 2, -1, -2} {
		size := math.Abs(target)
		for _, to := range []tokens.Destination{tokens.Edge, tokens.Target} {
			for _, cost := range []tokens.Cost{
				{Gas: 5000},
				{Fee: 0.001, Gas: 100},
				{Fee: 0.0005, Impact: 4.63667e-7, Exponent: 0.6778, Gas: 0.5},
				{Impact: 5e-5, Exponent: 0.5, Gas: 3000},
				{Fee: 0.001, Impact: 1e-8, Exponent: 1},
				{Impact: 1e-14, Exponent: 2},
				{ImpactBase: 0.001, Impact: 0.01, Gas: 1},
			} {
				token := tokens.Token{Target: target, AUM: 1e6, Cost: cost, AfterLiquidation: tokens.Stop,
					Policy:    tokens.Band{Low: size - 0.1, High: size + 0.1, To: to},
					Mechanism: tokens.Loan{Threshold: 0.9}}
				p, err := NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				f := newFrame(p.Token, p.Model)
				k, err := tokens.Compile(token, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				for r := -0.1; r < 0.1; r += 0.00093 {
					got := k.Live(tokens.Path{Step: time.Hour, Bars: []tokens.Bar{{Move: r}}})
					y := f.start[fromStart] + r
					nav, turnover, count := math.Exp(growth(y)-growth(f.start[fromStart])), 0.0, 0
					if y <= f.low || y >= f.high {
						e := f.exitAt(y)
						nav, turnover, count = math.Exp(e.log-growth(f.start[fromStart])), e.trade, 1
					} else if l := math.Abs(leverage(y)); l < size-0.1 || l > size+0.1 {
						rests++
					}
					trades += count
					if got.Rebalances != count || math.Abs(got.NAV-nav) > 1e-12 ||
						math.Abs(got.Turnover-turnover) > 1e-12 {
						t.Errorf("%v to %v at %+v after %v: %d trades, NAV %v and turnover %v; want %d, %v and %v",
							target, to, cost, r, got.Rebalances, got.NAV, got.Turnover, count, nav, turnover)
					}
				}
			}
		}
	}
	if trades < 5000 || rests < 20 {
		t.Errorf("%d trades, and %d steps outside without one; want many of both", trades, rests)
	}
}

// A vault without steady flows has no answer where dollars count.
func TestFlowsThatHaveNoAnswer(t *testing.T) {
	token := tokens.Token{Target: 3, AUM: 1e6, Policy: tokens.Band{Low: 2.7, High: 3.3},
		Mechanism: tokens.Loan{Threshold: 0.8}, Cost: tokens.Cost{Gas: 1, Impact: 1e-7, Exponent: 1}}
	for _, r := range []struct {
		flows tokens.Flows
		want  []string
	}{
		{tokens.Flows{}, nil},
		{tokens.Flows{Kind: tokens.NoFlows}, []string{"gas of 1 USD", "impact that grows"}},
		{tokens.Flows{Kind: tokens.NoFlows, CloseBelow: 100},
			[]string{"gas of 1 USD", "impact that grows", "closed below 100 USD"}},
		{tokens.Flows{Kind: tokens.Chasing, LookBack: 24 * time.Hour}, []string{"gas of 1 USD", "impact that grows"}},
	} {
		token.Flows = r.flows
		_, err := NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour)
		if (err == nil) != (r.want == nil) {
			t.Errorf("%+v: %v; want %q", r.flows, err, r.want)
		}
		for _, part := range r.want {
			if err != nil && !strings.Contains(err.Error(), part) {
				t.Errorf("%+v: %v; want it to say %q", r.flows, err, part)
			}
		}
	}
}

// Impact under which a sale that is met has no solution is refused, and so is gas that
// keeps a long from ever buying.
func TestCostsWithoutASolution(t *testing.T) {
	for want, token := range map[string]tokens.Token{
		"has no solution under its impact": {AUM: 1e10, Cost: tokens.Cost{Impact: 1e-5, Exponent: 0.5}},
		"keeps a long from buying":         {AUM: 1e6, Cost: tokens.Cost{Gas: 7e5}},
	} {
		token.Target, token.Policy = 3, tokens.Band{Low: 2.7, High: 3.3, To: tokens.Target}
		token.Mechanism = tokens.Loan{Threshold: 0.8}
		p, err := NewProblem(token, models.GBM{Sigma: 0.8}, 24*time.Hour)
		if err == nil {
			_, err = p.Moments(30.0 / 365)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want it to say that it %s", token.Cost, err, want)
		}
	}
}

// At the fall to which a debt is worth less than 2,000 dollars the liquidator may repay
// all of it at any health, and half of it where more is at stake: what is left is the
// token's own. A vault held at 400 dollars owes 1,600 of them at 5x, one without flows
// that began with 990 owes 1,980 of them throughout.
func TestSmallPositionsAreLiquidatedWhole(t *testing.T) {
	for _, target := range []float64{3, -1} {
		for _, vault := range []struct {
			aum   float64
			flows tokens.FlowKind
		}{{400, tokens.Steady}, {990, tokens.Steady}, {1e6, tokens.Steady},
			{990, tokens.NoFlows}, {1e6, tokens.NoFlows}} {
			size, aum := math.Abs(target), vault.aum
			token := tokens.Token{Target: target, AUM: aum, Policy: tokens.Band{Low: 0.9 * size, High: 1.1 * size},
				Mechanism: tokens.Loan{Threshold: 0.8, Bonus: 0.05}, AfterLiquidation: tokens.Stop,
				Flows: tokens.Flows{Kind: vault.flows}}
			p, err := NewProblem(token, models.GBM{Sigma: 0.5}, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			for _, health := range []float64{0.999, 0.97, 0.951, 0.949, 0.9} {
				collateral := health / 0.8 // of a debt of 1
				s := collateral * 2 / 3    // of the long's 2, its collateral being 3
				if target < 0 {
					s = 2 / collateral
				}
				k, err := tokens.Compile(token, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				got := k.Live(tokens.Path{Step: time.Hour, Bars: []tokens.Bar{{Move: math.Log(s)}}})
				want := (1 + target*(s-1)) * math.Exp(p.Token.afterLiquidation(collateral))
				if got.Liquidations != 1 || math.Abs(got.NAV-want) > 1e-12 {
					t.Errorf("target %v, AUM %v, health %v: %d liquidations leave %v; want one and %v", target, aum,
						health, got.Liquidations, got.NAV, want)
				}
			}
		}
	}
}
