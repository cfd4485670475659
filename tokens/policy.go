package tokens

import (
	"math"
	"time"
)

// A Policy decides when a token trades and to what leverage. It is an immutable value.
// What it has to remember of one lifetime is in that lifetime's State, which starts at
// zero.
type Policy interface {
	// Trigger returns the next trigger: there is no trade while leverage is inside
	// [Low, High] and the time is before At.
	Trigger(View, *State) Trigger

	// Trade is called when the trigger is met; with a late keeper, when its order is
	// executed. It returns the leverage to trade to, a magnitude of at most 1000 (beyond,
	// there is no trade), or false if there is nothing to trade (any more).
	Trade(View, *State) (to float64, ok bool)
}

// A View is the state of a token that a policy may use.
type View struct {
	Leverage float64       // magnitude
	Target   float64       // magnitude
	Now      time.Duration // from the start
	Exposure float64       // signed, in initial equity
	Equity   float64       // net asset value, in initial equity
	AUM      float64       // US dollars that one unit of initial equity stands for, see [Flows]
}

// A State is a policy's memory of one lifetime.
type State [4]float64

// A Trigger is the condition under which a policy is asked for a trade.
type Trigger struct {
	Low, High float64       // leverage, magnitudes
	At        time.Duration // time; [Never] for a policy without a clock
}

// Never is the At of a policy that has no clock.
const Never = time.Duration(math.MaxInt64)

// tolerance is the relative distance below which a difference is rounding: leverage
// is outside a band when it is further than this beyond an edge, and a position is
// liquidated when the price is further than this beyond the liquidation price.
const tolerance = 1e-12

// maxLeverage is the largest leverage that is traded to: beyond it, equity would be lost
// in the rounding of exposure and cash.
const maxLeverage = 1000
