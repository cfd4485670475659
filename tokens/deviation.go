package tokens

import (
	"fmt"
	"math"
	"time"

	"mcrisk/param"
)

// Deviation trades to the target when the position's notional N deviates from the target
// T times the margin M after the last trade,
//
//	|N − M·T| / (M·T) · T ≥ Threshold,
//
// which for a price move alone is a move of Threshold/T.
//
// The trigger's leverage assumes that only the price moves. Carry shifts it, so it is
// computed again at least once a day; the trade itself tests the exact rule.
//
// Source: TLX-Protocol/protocol 4fca649, SynthetixHandler.sol, LeveragedTokens.sol.
type Deviation struct {
	Threshold float64 // leverage, above zero and below the target's magnitude
}

func (d Deviation) Check(target float64) error {
	if !(d.Threshold > 0 && d.Threshold < math.Abs(target)) {
		return fmt.Errorf("tokens: deviation threshold = %v; want above 0 and below the target's %v", d.Threshold,
			math.Abs(target))
	}
	return nil
}

func (d Deviation) Trigger(v View, m *State) Trigger {
	if m[0] == 0 || math.Abs(v.Leverage-v.Target) <= 1e-9*v.Target {
		m[0] = v.Equity // the start, or a trade has been made
	}
	a, b := d.leverage(v, float64(m[0]*(v.Target-d.Threshold))), d.leverage(v, float64(m[0]*(v.Target+d.Threshold)))
	return Trigger{min(a, b), max(a, b), v.Now + 24*time.Hour}
}

// leverage is what a price move alone makes of it when the notional is n;
// infinite if there is no equity left by then.
func (d Deviation) leverage(v View, n float64) float64 {
	gain := n - math.Abs(v.Exposure)
	if v.Exposure < 0 {
		gain = -gain
	}
	if e := v.Equity + gain; e > 0 {
		return n / e
	}
	return math.Inf(1)
}

func (d Deviation) Trade(v View, m *State) (float64, bool) {
	away := math.Abs(math.Abs(v.Exposure) - float64(m[0]*v.Target))
	return v.Target, away >= float64(m[0]*d.Threshold)*(1-1e-9)
}

var _ = Policies.Register(param.Kind[Policy]{
	Name: "deviation", Doc: "rebalances to the target when notional deviates from the target times the margin after " +
		"the last trade",
	Params: []param.Param{
		{Name: "threshold", Unit: param.Plain, Min: 0, Max: 100, Default: 0.05,
			Doc: "deviation that triggers a trade, in leverage: a price move of threshold/target"},
	},
	New: func(v param.Values) Policy { return Deviation{v["threshold"]} },
})
