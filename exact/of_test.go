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
		token := tokens.Token{Target: r.target, AUM: 1e6, Policy: tokens.Band{Low: 0.9 * size, High: 1.1 * size}, Mechanism: tokens.Loan{Threshold: 0.8},
			Cost: tokens.Cost{Fee: 0.001, ImpactBase: 0.002, Increase: 0.003}}
		p, err := Of(token, models.GBM{Sigma: 0.5}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Token.Buy-r.buy) > near || math.Abs(p.Token.Sell-r.sell) > near {
			t.Errorf("target %v: buying costs %v and selling %v; want %v and %v", r.target, p.Token.Buy, p.Token.Sell, r.buy, r.sell)
		}
		token.Cost.Decrease = -0.004
		if _, err := Of(token, models.GBM{Sigma: 0.5}, time.Hour); err == nil || !strings.Contains(err.Error(), "cost = -0.001; want a fraction") {
			t.Errorf("a rebate gives %v", err)
		}
	}
}
