package tokens

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// The price moves at which TLX rebalances are its thresholds over the target
// (TLX-Protocol/protocol, Config.sol: .05 and .10 for 2x and 5x on ETH and BTC,
// .10 and .20 for 2x on SOL and 5x on OP), up and down alike, also for shorts.
func TestDeviationMoves(t *testing.T) {
	for _, r := range []struct{ target, threshold, move float64 }{
		{2, 0.05, 0.025}, {5, 0.10, 0.02}, {2, 0.10, 0.05}, {5, 0.20, 0.04}, {-2, 0.05, 0.025}, {-1, 0.03, 0.03},
	} {
		for _, sign := range []float64{1, -1} {
			t.Run(fmt.Sprint(r.target, r.threshold, sign), func(t *testing.T) {
				token := free(r.target, Deviation{r.threshold})
				for _, path := range []func(time.Duration, ...float64) Path{bars, grid} {
					if f := live(t, token, path(time.Hour, 1+sign*r.move*0.9999, 1)); f.Rebalances != 0 {
						t.Errorf("%d rebalances before the trigger; want none", f.Rebalances)
					}
					f, events := compile(t, token, time.Hour).Trace(path(time.Hour, 1+sign*r.move*1.0001))
					if f.Rebalances != 1 {
						t.Errorf("%d rebalances past the trigger; want 1", f.Rebalances)
					}
					if last := events[len(events)-1]; math.Abs(last.Leverage/r.target-1) > 1e-3 {
						t.Errorf("leverage %v at the end; want the target's %v", last.Leverage, r.target)
					}
				}
			})
		}
	}
}

// TLX's documentation: a 2x token whose price falls by 7.5 % has lost 15 % of
// its margin and stands at 1.85/.85, 2.176 (its page says 2.18x); with the
// threshold that the page assumes, .15, it is rebalanced there.
func TestDeviationExample(t *testing.T) {
	f, events := compile(t, free(2, Deviation{0.15}), time.Hour).Trace(bars(time.Hour, 0.925*(1-1e-9)))
	within(t, "NAV", f.NAV, 0.85, 1e-8)
	for _, e := range events {
		if e.Name == "price" {
			within(t, "leverage before", e.Leverage, 2.176471, 1e-6)
			break
		}
	}
	if f.Rebalances != 1 {
		t.Errorf("%d rebalances; want 1", f.Rebalances)
	}
}

// The margin that counts is that after the last trade: in a straight rise the
// moves between trades are all alike in proportion, and each multiplies net
// asset value by 1 + threshold, here 1.05 at each 2.5 %.
func TestDeviationAfterTrades(t *testing.T) {
	token := free(2, Deviation{0.05})
	f := live(t, token, bars(time.Hour, math.Pow(1.025, 10.5)))
	if f.Rebalances != 10 {
		t.Errorf("%d rebalances; want 10", f.Rebalances)
	}
	within(t, "NAV", f.NAV, math.Pow(1.05, 10)*(1+2*(math.Sqrt(1.025)-1)), 1e-9)
}

// Carry moves leverage but not the rule: a margin that interest eats makes the
// trigger no nearer in notional.
func TestDeviationUnderCarry(t *testing.T) {
	token := Token{Target: 2, Policy: Deviation{0.05}, Mechanism: Perp{Funding: 1}, AUM: 1e6}
	prices := make([]float64, 40) // days, in each of which the price creeps up
	for i := range prices {
		prices[i] = 1 + 0.0006*float64(i+1)
	}
	if f := live(t, token, grid(day, prices...)); f.Rebalances != 0 {
		t.Errorf("%d rebalances with notional 2.4 %% away; want none", f.Rebalances)
	}
	if f := live(t, token, grid(day, append(prices, 1.0251)...)); f.Rebalances != 1 {
		t.Errorf("%d rebalances with notional 2.51 %% away; want 1", f.Rebalances)
	}
}

func TestDeviationCheck(t *testing.T) {
	for _, threshold := range []float64{0, -1, 2, 3, nan} {
		if err := (Deviation{threshold}).Check(-2); err == nil {
			t.Errorf("a threshold of %v passes for a target of -2", threshold)
		}
	}
	if err := (Deviation{0.05}).Check(-2); err != nil {
		t.Error(err)
	}
}
