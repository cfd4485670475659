package tokens

import (
	"fmt"
	"math"
	"time"
)

// A Policy decides when a token trades and to what leverage. It is an
// immutable value; what it must remember of one lifetime it keeps in that
// lifetime's Memo, which starts at zero.
type Policy interface {
	// Watch says what to wait for: nothing happens while leverage stays inside
	// [Low, High] and the clock before At.
	Watch(View, *Memo) Watch

	// Trade is asked when that has happened and, if the keeper is late, not
	// before its order is executed. It returns the leverage to trade to, a
	// magnitude up to 1000 (others are not traded to), or false if there is
	// nothing to do (any more).
	Trade(View, *Memo) (to float64, ok bool)
}

// A View is what a policy may see.
type View struct {
	Leverage float64       // magnitude
	Target   float64       // magnitude
	Now      time.Duration // from the start
	Exposure float64       // signed, in initial equity
	Equity   float64       // net asset value, in initial equity
}

// A Memo is a policy's memory of one lifetime.
type Memo [4]float64

// A Watch is what the keeper waits for.
type Watch struct {
	Low, High float64       // leverage, magnitudes
	At        time.Duration // the clock; never: Never
}

// Never is the At of a policy that has no clock.
const Never = time.Duration(math.MaxInt64)

// tolerance is how far beyond an edge, relatively, leverage counts as outside:
// less is rounding.
const tolerance = 1e-12

// maxLeverage is the most that is traded to: with more, equity would be lost
// in the rounding of exposure and cash.
const maxLeverage = 1000

// A Destination says where a band token trades to.
type Destination int

const (
	Edge    Destination = iota // to the edge that was crossed; what the live Toros tokens do
	Target                     // to the target
	Partial                    // part of the way from the current leverage to the target
)

// Band rebalances when leverage leaves [Low, High].
type Band struct {
	Low, High float64     // magnitudes, Low ≤ |target| ≤ High
	To        Destination //
	Speed     float64     // Partial only: the part of the way to the target, in [0, 1]
}

func (b Band) Check(target float64) error {
	t := math.Abs(target)
	switch {
	case !(b.Low <= t && t <= b.High && b.High <= maxLeverage):
		return fmt.Errorf("tokens: band %v to %v does not contain the target %v; want low ≤ target ≤ high ≤ %v, magnitudes", b.Low, b.High, t, maxLeverage)
	case target > 0 && !(b.Low > 1):
		return fmt.Errorf("tokens: band low = %v; want above 1 for a long token, whose leverage falls as the price rises (a 1x token needs no band: use hold)", b.Low)
	case !(b.Low > 0):
		return fmt.Errorf("tokens: band low = %v; want above 0", b.Low)
	case b.To != Edge && b.To != Target && b.To != Partial:
		return fmt.Errorf("tokens: band destination = %d; want Edge, Target or Partial", b.To)
	case !(b.Speed >= 0 && b.Speed <= 1):
		return fmt.Errorf("tokens: recentring speed = %v; want 0 to 1", b.Speed)
	}
	return nil
}

func (b Band) Watch(View, *Memo) Watch { return Watch{b.Low, b.High, Never} }

func (b Band) Trade(v View, _ *Memo) (float64, bool) {
	if v.Leverage > b.Low*(1+tolerance) && v.Leverage < b.High*(1-tolerance) {
		return 0, false
	}
	switch b.To {
	case Target:
		return v.Target, true
	case Partial:
		return min(max(float64(v.Leverage*(1-b.Speed))+float64(v.Target*b.Speed), b.Low), b.High), true
	}
	return min(max(v.Leverage, b.Low), b.High), true
}

// Every rebalances to the target at Offset and every Interval after it,
// whatever was traded between. One day is the reset of leveraged funds.
type Every struct {
	Interval time.Duration // at least a second
	Offset   time.Duration // of the first, from the start; zero: one interval
}

func (e Every) Check(float64) error {
	if !span(e.Interval) || e.Offset != 0 && !span(e.Offset) {
		return fmt.Errorf("tokens: reset every %v from %v; want an interval of at least 1s, an offset of 0 or at least 1s, and both at most 50 years", e.Interval, e.Offset)
	}
	return nil
}

func (e Every) Watch(v View, _ *Memo) Watch {
	at := e.Offset
	if v.Now >= e.Offset {
		at += ((v.Now-e.Offset)/e.Interval + 1) * e.Interval
	}
	return Watch{0, math.Inf(1), at}
}

func (Every) Trade(v View, _ *Memo) (float64, bool) { return v.Target, true }

// Hold never trades: the plain leveraged loan or perpetual.
type Hold struct{}

func (Hold) Watch(View, *Memo) Watch           { return Watch{0, math.Inf(1), Never} }
func (Hold) Trade(View, *Memo) (float64, bool) { return 0, false }
