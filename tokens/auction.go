package tokens

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mcrisk/param"
)

// Auction rebalances by Dutch auction. When leverage leaves [Low, High] an
// auction begins, in which the token offers to trade at the oracle's price
// times a multiplier that falls from Start to End over its Length,
//
//	m(t) = End + (Start − End)·(1 − t/Length)⁴.
//
// Takers trade it to the target, never past it, as soon as m leaves them a profit of
// Margin, so the rule has a built-in latency. There is no trade if leverage is back in
// the band by then, or if m never falls that low; then the next auction begins. From
// leverage Emergency on anyone may trade without an auction. The takers' profit has to be
// part of the token's Cost.
//
// Source: seamless-protocol/leverage-tokens b002074, src/rebalance. Bounds are
// collateral ratios there, CR = L/(L−1). The reward for an emergency trade is
// not modelled.
type Auction struct {
	Low, High  float64       // magnitudes, Low ≤ |target| ≤ High
	Start, End float64       // multiples of the oracle's price, End ≤ Start
	Length     time.Duration // at least 1s
	Margin     float64       // a fraction of the notional, in [0, 1)
	Emergency  float64       // leverage, a magnitude at least High
}

func (a Auction) Check(target float64) error {
	faults := []error{Band{Low: a.Low, High: a.High}.Check(target), part("takers' margin", a.Margin)}
	if !(a.End > 0 && a.End <= a.Start && a.Start <= 10) {
		faults = append(faults, fmt.Errorf("tokens: auction from %v to %v times the oracle's price; want 0 < end ≤ "+
			"start ≤ 10", a.Start, a.End))
	}
	if !span(a.Length) {
		faults = append(faults, fmt.Errorf("tokens: auction of %v; want at least 1s and at most 50 years", a.Length))
	}
	if !(a.Emergency >= a.High && a.Emergency <= maxLeverage) {
		faults = append(faults, fmt.Errorf("tokens: auction's emergency leverage = %v; want at least the upper edge "+
			"%v, up to %v", a.Emergency, a.High, maxLeverage))
	}
	return errors.Join(faults...)
}

// Multiplier is the offer after a part of the auction's length, in [0, 1].
func (a Auction) Multiplier(part float64) float64 {
	left := float64((1 - part) * (1 - part))
	return a.End + float64((a.Start-a.End)*float64(left*left))
}

// Taken is the time from the start of an auction to its trade; false if there is none.
func (a Auction) Taken() (time.Duration, bool) {
	switch want := 1 - a.Margin; {
	case a.Start <= want:
		return 0, true
	case a.End > want:
		return a.Length, false
	default: // solved for t; a root of a root is the same on every machine
		left := math.Sqrt(math.Sqrt((want - a.End) / (a.Start - a.End)))
		return time.Duration(math.Ceil(float64(float64(a.Length) * (1 - left)))), true
	}
}

// Numbers of an Auction's State.
const (
	running = iota // 1 while there is an auction
	began          // when, in nanoseconds
)

func (a Auction) Trigger(v View, m *State) Trigger {
	if m[running] == 0 {
		return Trigger{a.Low, a.High, Never}
	}
	taken, _ := a.Taken()
	return Trigger{0, a.Emergency, time.Duration(m[began]) + taken}
}

func (a Auction) Trade(v View, m *State) (float64, bool) {
	taken, ok := a.Taken()
	inside := v.Leverage > a.Low*(1+tolerance) && v.Leverage < a.High*(1-tolerance)
	switch {
	case v.Leverage >= a.Emergency*(1-tolerance):
		ok = true
	case m[running] == 0 && (inside || taken > 0):
		if !inside {
			m[running], m[began] = 1, float64(v.Now)
		}
		return 0, false
	case m[running] != 0 && v.Now < time.Duration(m[began])+taken:
		return 0, false
	}
	m[running] = 0
	return v.Target, ok && !inside
}

var _ = Policies.Register(param.Kind[Policy]{
	Name: "auction", Doc: "rebalances to the target by a Dutch auction that begins when leverage leaves a band",
	Params: []param.Param{
		lowEdge, highEdge,
		{Name: "auction-start", Unit: param.Plain, Min: 0, Max: 10, Default: 1.01,
			Doc: "opening price, multiple of the oracle price"},
		{Name: "auction-end", Unit: param.Plain, Min: 0, Max: 10, Default: 0.999,
			Doc: "final price, multiple of the oracle price"},
		{Name: "auction-length", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 3600,
			Doc: "duration of an auction"},
		named(fraction, "taker-margin", 0, "profit that takers require, fraction of the traded notional"),
		{Name: "pre-liquidation", Unit: param.Leverage, Min: 0, Max: 1000, Default: 1000,
			Doc: "leverage from which anyone may trade without an auction, absolute"},
	},
	New: func(v param.Values) Policy {
		return Auction{Low: v["low"], High: v["high"], Start: v["auction-start"], End: v["auction-end"],
			Length: Duration(v["auction-length"]), Margin: v["taker-margin"], Emergency: v["pre-liquidation"]}
	},
})
