package tokens

import (
	"fmt"
	"math"

	"mcrisk/param"
)

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
		return fmt.Errorf("tokens: band %v to %v does not contain the target %v; want low ≤ target ≤ high ≤ %v, "+
			"magnitudes", b.Low, b.High, t, maxLeverage)
	case target > 0 && !(b.Low > 1):
		return fmt.Errorf("tokens: band low = %v; want above 1 for a long token, whose leverage falls as the price "+
			"rises (a 1x token needs no band: use hold)", b.Low)
	case !(b.Low > 0):
		return fmt.Errorf("tokens: band low = %v; want above 0", b.Low)
	case b.To != Edge && b.To != Target && b.To != Partial:
		return fmt.Errorf("tokens: band destination = %d; want Edge, Target or Partial", b.To)
	case !(b.Speed >= 0 && b.Speed <= 1):
		return fmt.Errorf("tokens: recentring speed = %v; want 0 to 1", b.Speed)
	}
	return nil
}

func (b Band) Trigger(View, *State) Trigger { return Trigger{b.Low, b.High, Never} }

func (b Band) Trade(v View, _ *State) (float64, bool) {
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

var _ = Policies.Register(param.Kind[Policy]{
	Name: "band", Doc: "rebalances when leverage leaves a band",
	Params: []param.Param{lowEdge, highEdge, destination, speed},
	New: func(v param.Values) Policy {
		return Band{Low: v["low"], High: v["high"], To: Destination(v["to"]), Speed: v["speed"]}
	},
})
