package tokens

import (
	"fmt"
	"math"
	"time"

	"mcrisk/param"
)

// Emergency resets to the target at fixed times and, between them, at once
// when leverage reaches High. Leverage rises when the price moves against the
// token, so there is no trigger on the other side.
//
// Sources: help.ftx.com, leveraged tokens: daily at 00:02 UTC, and when
// leverage is a third over the target, which is 4 for a 3x token: a fall of
// 1/9 for BULL, a rise of 1/15 for BEAR, of 1/7 for the -1x HEDGE (whose page
// said 30 %). kucoin.com/leveraged-tokens: daily, and after 14 to 15 % against
// the token, which is 4.448 for 14 % and 3L; its own history has a rebalance
// from 4.04.
type Emergency struct {
	Reset Every
	High  float64 // a magnitude above |target|
}

func (e Emergency) Check(target float64) error {
	if !(e.High > math.Abs(target) && e.High <= maxLeverage) {
		return fmt.Errorf("tokens: emergency leverage = %v; want above the target's %v, up to %v", e.High,
			math.Abs(target), maxLeverage)
	}
	return e.Reset.Check(target)
}

// Trigger stores the number of resets so far, so that Trade can see whether another is
// due when its order is executed.
func (e Emergency) Trigger(v View, m *State) Trigger {
	m[0] = float64(e.Reset.count(v.Now))
	return Trigger{0, e.High, e.Reset.Trigger(v, m).At}
}

func (e Emergency) Trade(v View, m *State) (float64, bool) {
	due := float64(e.Reset.count(v.Now)) > m[0]
	return v.Target, due || v.Leverage >= e.High*(1-tolerance)
}

// count is how many resets there are up to a time.
func (e Every) count(now time.Duration) int64 {
	first := e.Offset
	if first == 0 {
		first = e.Interval
	}
	if now < first {
		return 0
	}
	return int64((now-first)/e.Interval) + 1
}

var _ = Policies.Register(param.Kind[Policy]{
	Name: "emergency", Doc: "rebalances to the target at fixed times, and at once when leverage reaches an upper limit",
	Params: []param.Param{
		interval, offset,
		{Name: "emergency", Unit: param.Leverage, Min: 0, Max: 1000, Default: 4,
			Doc: "leverage that triggers an immediate reset, absolute"},
	},
	New: func(v param.Values) Policy {
		return Emergency{Every{Duration(v["reset-interval"]), Duration(v["reset-offset"])}, v["emergency"]}
	},
})
