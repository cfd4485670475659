package tokens

import (
	"math"
	"time"
)

// A Policy decides when a token trades and to what leverage. It is an
// immutable value; what it must remember of one lifetime it keeps in that
// lifetime's State, which starts at zero.
type Policy interface {
	// Trigger says what to wait for: nothing happens while leverage stays inside
	// [Low, High] and the clock before At.
	Trigger(View, *State) Trigger

	// Trade is asked when that has happened and, if the keeper is late, not
	// before its order is executed. It returns the leverage to trade to, a
	// magnitude up to 1000 (others are not traded to), or false if there is
	// nothing to do (any more).
	Trade(View, *State) (to float64, ok bool)
}

// A View is what a policy may see.
type View struct {
	Leverage float64       // magnitude
	Target   float64       // magnitude
	Now      time.Duration // from the start
	Exposure float64       // signed, in initial equity
	Equity   float64       // net asset value, in initial equity
	AUM      float64       // US dollars that one unit of initial equity stands for, see [Flows]
}

// A State is what a policy remembers of one lifetime.
type State [4]float64

// A Trigger is what the keeper waits for.
type Trigger struct {
	Low, High float64       // leverage, magnitudes
	At        time.Duration // the clock; never: Never
}

// Never is the At of a policy that has no clock.
const Never = time.Duration(math.MaxInt64)

// tolerance is the relative distance below which a difference is rounding: leverage
// is outside a band when it is further than this beyond an edge, and a position is
// liquidated when the price is further than this beyond the liquidation price.
const tolerance = 1e-12

// maxLeverage is the most that is traded to: with more, equity would be lost
// in the rounding of exposure and cash.
const maxLeverage = 1000
