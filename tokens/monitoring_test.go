package tokens

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A keeper that sees every price and is never late is never liquidated while
// the price does not jump, whatever the band whose upper edge is below the
// leverage of liquidation, and whatever the mechanism, size of move and cost.
func TestContinuousMonitoringIsNeverLiquidated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.SampledFrom([]float64{3, 2, 4, -1, -2}).Draw(t, "target")
		size := math.Abs(target)
		band := Band{Low: size * 0.95, High: size * number(1.001, 1.3).Draw(t, "high"),
			To: Destination(rapid.IntRange(0, 2).Draw(t, "to")), Speed: 0.5}
		limit := band.High * number(1.01, 2).Draw(t, "limit") // leverage of liquidation
		// of a long loan; of a short one L = threshold/(1 − threshold)
		threshold := 1 - 1/limit
		if target < 0 {
			threshold = limit / (1 + limit)
		}
		token := Token{Target: target, Policy: band, AUM: 1e6, Cost: Cost{Fee: sometimes(t, "fee", 0, 0.001)},
			Mechanism: rapid.SampledFrom([]Venue{Loan{Threshold: threshold, Bonus: 0.05},
				Perp{Maintenance: 1 / limit}}).Draw(t, "mechanism")}
		p := somePath(t, time.Hour, true, rapid.IntRange(1, 40).Draw(t, "steps"))
		for i := range p.Bars {
			p.Bars[i].Gap = 0
		}
		if f := must(t, token, p.Step).Live(p); f.Liquidations != 0 {
			t.Errorf("%+v: %d liquidations; want none", token, f.Liquidations)
		}
		// The same seen at the ends of steps only is liquidated by a fall that crosses
		// the limit: the test can see what it guards against.
		crash := Path{Step: time.Hour, Bars: []Bar{{Move: -math.Copysign(2, target)}}}
		if f := must(t, token, crash.Step).Live(crash); f.Liquidations == 0 {
			t.Error("a jump of e² against the token liquidates nobody")
		}
	})
}
