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

// After a fall by r from a debt of 1.99 thousand dollars the liquidator may repay
// all of it at any health, and half of it where more is at stake: what is left is
// the token's own.
func TestSmallPositionsAreLiquidatedWhole(t *testing.T) {
	for _, target := range []float64{3, -1} {
		for _, aum := range []float64{990, 1e6} {
			size := math.Abs(target)
			token := tokens.Token{Target: target, AUM: aum, Policy: tokens.Band{Low: 0.9 * size, High: 1.1 * size},
				Mechanism: tokens.Loan{Threshold: 0.8, Bonus: 0.05}, AfterLiquidation: tokens.Stop}
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
