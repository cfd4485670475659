package exact

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/models"
)

// Trend returns NAV after the price moves monotonically from 1 to ratio, without
// volatility, carry or fee, with continuous monitoring. Between trades NAV is linear in S;
// to Target it gains the same factor from trade to trade, to Edge it follows S to
// the power (1±k)·L/(1±k·L) of the edge's leverage L once that is reached.
//
// Derived here from the self-financing condition.
func (t Token) Trend(ratio float64) (float64, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	if err := levy.Positive("price ratio", ratio); err != nil {
		return 0, err
	}
	f := newFrame(t, models.GBM{Sigma: 1})
	edge, next := f.high, fromUp
	if ratio < 1 {
		edge, next = f.low, fromDown
	}
	left, log := math.Abs(fmath.Log(ratio)), 0.0 // of the move; of NAV
	at := f.start[fromStart]
	for count := 0; ; count++ {
		if left <= math.Abs(edge-at) {
			return fmath.Exp(log + growth(at+math.Copysign(left, ratio-1)) - growth(at)), nil
		}
		left -= math.Abs(edge - at)
		log += growth(edge) - growth(at)
		if f.start[next] == edge && (t.Fixed > 0 || t.Impact > 0) {
			return 0, errors.New("exact: " +
				"a cost that is not proportional, with continuous trading at an edge, has no limit; " +
				"want Fixed 0 and Impact 0, or To Target")
		}
		if f.start[next] == edge {
			l, k := leverage(edge), t.Buy
			if ratio < 1 {
				k = -t.Sell
			}
			return fmath.Exp(log + math.Copysign(left, ratio-1)*(1+k)*l/(1+float64(k*l))), nil
		}
		cost, _ := t.trade(leverage(edge), leverage(f.start[next]))
		log += cost
		at = f.start[next]
		if count == 1_000_000 {
			return 0, fmt.Errorf("exact: "+
				"a price ratio of %v needs more than a million rebalances of so narrow a band; "+
				"want To Edge or a wider one", ratio)
		}
	}
}
