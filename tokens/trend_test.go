package tokens

import (
	"fmt"
	"math"
	"testing"
)

// On a straight path without costs a band token has a closed form: to the edge
// L' it holds L' from where it first met it,
//
//	NAV = (T−1)/(L'−1)·(m/m')^L',   m' = L'(T−1)/(T(L'−1)),
//
// and to the target it multiplies by (T−1)/(L'−1) at each of n edges. The
// numbers were computed from these formulas with mpmath, apart from this
// program.
func TestStraightPath(t *testing.T) {
	rows := []struct {
		target, low, high, move float64
		edge, toTarget          float64
		count                   int // of rebalances to the target
		hold                    float64
	}{
		{3, 2.7, 3.3, 1.5, 3.01303237147, 3.16963308129, 7, 2.5},
		{3, 2.8, 3.2, 1.5, 3.12312284994, 3.23860073667, 11, 2.5},
		{2, 1.8, 2.2, 1.5, 2.09797224732, 2.16210133745, 3, 2},
		{3, 2.7, 3.3, 1.2, 1.649479, 1.681606, 3, 1.6},
		{3, 2.8, 3.2, 1.2, 1.672018, 1.695965, 5, 1.6},
		{2, 1.8, 2.2, 1.2, 1.403983, 1.416667, 1, 1.4},
		{3, 2.7, 3.3, 0.7, 0.310336389972, 0.325861950748, 8, 0.1},
		{3, 2.8, 3.2, 0.7, 0.320394992544, 0.331543761289, 11, 0.1},
		{2, 1.8, 2.2, 0.7, 0.460436003791, 0.473965751091, 4, 0.4},
		{-1, 0.9, 1.1, 1.5, 0.641702957176, 0.653917653743, 8, 0.5},
		{-1, 0.9, 1.1, 0.7, 1.38214998201, 1.40357478779, 6, 1.3},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%vx %v-%v price x%v", r.target, r.low, r.high, r.move), func(t *testing.T) {
			// The same move in one bar and in bars of unequal size.
			for _, p := range []Path{
				bars(day, r.move),
				bars(day, math.Pow(r.move, 0.1), math.Pow(r.move, 0.11), math.Pow(r.move, 0.5), r.move, r.move),
			} {
				edge := live(t, free(r.target, Band{Low: r.low, High: r.high}), p)
				digits := 1e-11
				if r.move == 1.2 {
					digits = 5e-7 // printed with six decimals
				}
				within(t, "to edge", edge.NAV, r.edge, digits)
				target := live(t, free(r.target, Band{Low: r.low, High: r.high, To: Target}), p)
				within(t, "to target", target.NAV, r.toTarget, digits)
				if target.Rebalances != r.count {
					t.Errorf("%d rebalances to the target, want %d", target.Rebalances, r.count)
				}
				hold := live(t, free(r.target, Hold{}), p)
				within(t, "hold", hold.NAV, r.hold, 1e-14)
				for _, f := range []Lifetime{edge, target, hold} {
					balance(t, f)
				}
			}
			one := live(t, free(r.target, Band{Low: r.low, High: r.high}), bars(day, r.move))
			if one.Rebalances != 1 {
				t.Errorf("trading along the edge counts as %d rebalances, want 1", one.Rebalances)
			}
		})
	}
}

// The price that takes a held position from leverage T to t is t(1−T)/(T(1−t)).
// The moves are the table of triggers in the product facts: at one thousandth
// of a percent less nothing trades, at one more something does.
func TestTriggerPrice(t *testing.T) {
	rows := []struct{ target, edge, percent float64 }{
		{2, 1.8, 12.5}, {2, 2.2, -8.333}, {3, 2.7, 5.882}, {3, 3.3, -4.348}, {3, 2.8, 3.704}, {3, 3.2, -3.030},
		{4, 3.6, 3.846}, {4, 4.4, -2.941}, {-1, 0.9, -5.263}, {-1, 1.1, 4.762}, {-2, 1.8, -3.571}, {-2, 2.2, 3.125},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%v to %v", r.target, r.edge), func(t *testing.T) {
			size := math.Abs(r.target)
			band := Band{Low: min(size, r.edge), High: max(size, r.edge), To: Target}
			if r.edge < size {
				band.High = 20
			} else {
				band.Low = size * 0.5
				if r.target > 0 {
					band.Low = 1.01
				}
			}
			away := math.Copysign(0.001, r.percent)
			for _, p := range []func(percent float64) Path{
				func(x float64) Path { return bars(day, 1+x/100) },
				func(x float64) Path { return grid(day, 1+x/100) },
			} {
				if n := live(t, free(r.target, band), p(r.percent-away)).Rebalances; n != 0 {
					t.Errorf("%+.3f %% trades", r.percent-away)
				}
				if n := live(t, free(r.target, band), p(r.percent+away)).Rebalances; n != 1 {
					t.Errorf("%+.3f %%: %d trades, want 1", r.percent+away, n)
				}
			}
		})
	}
}
