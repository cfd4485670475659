package tokens

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mcrisk/param"
)

// Flexible is Index Coop's flexible leverage. With leverage L and target T, once
// an epoch has passed since the last trade, or at once when L is outside
// [Low, High], it aims at
//
//	new = max(Low, min(High, L·(1−Speed) + T·Speed))
//
// and trades towards it in partial trades (chunks) of at most MaxTrade, a Cooldown apart,
// until leverage is there, by trades or by the price. From leverage Ripcord on it trades
// towards High instead, in chunks of at most RipcordTrade with their own cool-down, and
// abandons other chunks.
//
// The money market limits a chunk too: with collateral C and debt D, at most
// C·BorrowLimit − D can be borrowed, and at most C·(1 − D/(C·RepayLimit)) of collateral
// withdrawn.
//
// The contract limits chunks in units of collateral, this model in US dollars. One chunk
// is executed per check, so on a grid chunks are at least a step apart. The ether paid to
// whoever pulls the ripcord and the limit on slippage are not modelled.
//
// Source: IndexCoop/index-coop-smart-contracts c852c02,
// FlexibleLeverageStrategyExtension.sol and AaveLeverageStrategyExtension.sol.
type Flexible struct {
	Low, High float64       // magnitudes, Low ≤ |target| ≤ High
	Speed     float64       // fraction of the distance to the target per epoch, in [0, 1]
	Epoch     time.Duration // between trades inside [Low, High], at least 1s
	MaxTrade  float64       // US dollars, above zero
	Cooldown  time.Duration // between chunks, at least 1s

	Ripcord         float64       // leverage, a magnitude at least High
	RipcordTrade    float64       // US dollars, above zero
	RipcordCooldown time.Duration // at least 1s

	BorrowLimit float64 // debt over collateral up to which it may borrow, in (0, 1)
	RepayLimit  float64 // debt over collateral up to which it may withdraw, in (0, 1)
}

// Numbers of a Flexible's State.
const (
	lastTrade = iota // time of the last trade, in nanoseconds
	underWay         // leverage that chunks are trading to; zero: none
)

func (f Flexible) Check(target float64) error {
	var faults []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("tokens: flexible leverage: "+format, args...))
		}
	}
	faults = append(faults, Band{Low: f.Low, High: f.High, Speed: f.Speed}.Check(target))
	want(f.Ripcord >= f.High && f.Ripcord <= maxLeverage, "ripcord at %v; want at least the upper edge %v, up to %v",
		f.Ripcord, f.High, maxLeverage)
	want(f.MaxTrade > 0, "largest trade = %v USD; want above 0", f.MaxTrade)
	want(f.RipcordTrade > 0, "largest trade of the ripcord = %v USD; want above 0", f.RipcordTrade)
	want(f.BorrowLimit > 0 && f.BorrowLimit < 1, "borrow limit = %v; want above 0 and below 1", f.BorrowLimit)
	want(f.RepayLimit > 0 && f.RepayLimit < 1, "repay limit = %v; want above 0 and below 1", f.RepayLimit)
	want(span(f.Epoch) && span(f.Cooldown) && span(f.RipcordCooldown),
		"epoch %v, cool-downs %v and %v; want at least 1s and at most 50 years", f.Epoch, f.Cooldown, f.RipcordCooldown)
	return errors.Join(faults...)
}

func (f Flexible) Trigger(v View, m *State) Trigger {
	last := time.Duration(m[lastTrade])
	switch {
	case f.pulled(v):
		return Trigger{0, math.Inf(1), last + f.RipcordCooldown}
	case m[underWay] != 0:
		return Trigger{0, f.Ripcord, last + f.Cooldown}
	}
	return Trigger{f.Low, f.High, last + f.Epoch}
}

func (f Flexible) pulled(v View) bool { return v.Leverage >= f.Ripcord*(1-tolerance) }

func (f Flexible) Trade(v View, m *State) (float64, bool) {
	since := v.Now - time.Duration(m[lastTrade])
	to := m[underWay]
	switch {
	case f.pulled(v):
		m[underWay] = 0
		if since < f.RipcordCooldown {
			return 0, false
		}
		lev, _, ok := f.chunk(v, m, f.High, f.RipcordTrade)
		return lev, ok
	case to != 0:
		if since < f.Cooldown {
			return 0, false
		}
		if to < v.Target && v.Leverage >= to || to > v.Target && v.Leverage <= to {
			m[underWay] = 0 // the price has taken leverage there
			return 0, false
		}
	case since >= f.Epoch || v.Leverage >= f.High*(1-tolerance) || v.Leverage <= f.Low*(1+tolerance):
		to = f.Next(v.Leverage, v.Target)
	default:
		return 0, false
	}
	lev, whole, ok := f.chunk(v, m, to, f.MaxTrade)
	switch {
	case whole:
		m[underWay] = 0
	case ok:
		m[underWay] = to
	}
	return lev, ok
}

// Next is the leverage that a rebalance from lev aims at.
func (f Flexible) Next(lev, target float64) float64 {
	return max(f.Low, min(f.High, float64(lev*(1-f.Speed))+float64(target*f.Speed)))
}

// chunk is the leverage after the largest trade towards to that the limits allow, before
// its cost, and whether that completes the trade.
func (f Flexible) chunk(v View, m *State, to, limit float64) (lev float64, whole, ok bool) {
	x := math.Abs(v.Exposure)
	collateral, debt := x, x-v.Equity
	if v.Exposure < 0 {
		collateral, debt = x+v.Equity, x
	}
	total := float64(to*v.Equity) - x // what to buy, in magnitude
	room := float64(collateral*f.BorrowLimit) - debt
	side := 1.0
	if total < 0 {
		total, side = -total, -1
		room = collateral - debt/f.RepayLimit
	}
	q := min(total, limit/v.AUM, room)
	if !(q > 0) {
		return 0, false, false
	}
	m[lastTrade] = float64(v.Now)
	if q == total {
		return to, true, true
	}
	return (x + float64(side*q)) / v.Equity, false, true
}

var _ = Policies.Register(param.Kind[Policy]{
	Name: "flexible", Doc: "moves part of the way to the target each epoch, in partial trades, with an emergency " +
		"ripcord (Index Coop's flexible leverage)",
	Params: []param.Param{
		lowEdge, highEdge, speed,
		{Name: "epoch", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 86400,
			Doc: "time between rebalances inside the band"},
		{Name: "max-trade", Unit: param.USD, Min: 1e-6, Max: 1e15, Default: 1e15,
			Doc: "largest single trade, US dollars"},
		{Name: "cooldown", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 30, Doc: "time between partial trades"},
		{Name: "ripcord", Unit: param.Leverage, Min: 0, Max: 1000, Default: 4,
			Doc: "leverage that triggers an emergency trade to the upper edge, absolute"},
		{Name: "ripcord-trade", Unit: param.USD, Min: 1e-6, Max: 1e15, Default: 1e15,
			Doc: "largest single emergency trade, US dollars"},
		{Name: "ripcord-cooldown", Unit: param.Time, Min: 1, Max: 1.5e9, Default: 1,
			Doc: "time between emergency trades"},
		named(fraction, "borrow-limit", 0.79, "largest debt after borrowing, fraction of the collateral"),
		named(fraction, "repay-limit", 0.83,
			"largest debt after a withdrawal of collateral, fraction of the collateral"),
	},
	New: func(v param.Values) Policy {
		return Flexible{Low: v["low"], High: v["high"], Speed: v["speed"], Epoch: Duration(v["epoch"]),
			MaxTrade: v["max-trade"], Cooldown: Duration(v["cooldown"]),
			Ripcord: v["ripcord"], RipcordTrade: v["ripcord-trade"], RipcordCooldown: Duration(v["ripcord-cooldown"]),
			BorrowLimit: v["borrow-limit"], RepayLimit: v["repay-limit"]}
	},
})
