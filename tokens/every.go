package tokens

import (
	"fmt"
	"math"
	"time"

	"mcrisk/param"
)

// Every rebalances to the target at Offset and every Interval after it. Leveraged funds
// reset once a day.
type Every struct {
	Interval time.Duration // at least a second
	Offset   time.Duration // of the first, from the start; zero: one interval
}

func (e Every) Check(float64) error {
	if !span(e.Interval) || e.Offset != 0 && !span(e.Offset) {
		return fmt.Errorf("tokens: reset every %v from %v; want an interval of at least 1s, an offset of 0 or at "+
			"least 1s, and both at most 50 years", e.Interval, e.Offset)
	}
	return nil
}

func (e Every) Trigger(v View, _ *State) Trigger {
	at := e.Offset
	if v.Now >= e.Offset {
		at += ((v.Now-e.Offset)/e.Interval + 1) * e.Interval
	}
	return Trigger{0, math.Inf(1), at}
}

func (Every) Trade(v View, _ *State) (float64, bool) { return v.Target, true }

var _ = Policies.Register(param.Kind[Policy]{
	Name: "every", Doc: "rebalances to the target at fixed times",
	Params: []param.Param{interval, offset},
	New: func(v param.Values) Policy {
		return Every{Interval: Duration(v["reset-interval"]), Offset: Duration(v["reset-offset"])}
	},
})
