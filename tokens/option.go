package tokens

import (
	"errors"
	"fmt"
	"time"

	"mcrisk/param"
)

// Option holds leverage through a perpetual call, as the protected tokens do: a size of N units of the
// underlying at a strike K, on a margin of M units, beside a deposit of D dollars at a money market that has
// lent B units. Equity at price P is
//
//	E = M·P + N·max(P − K, 0) + D − B·P,
//
// so that with B = M the call is all that moves with the price, and D is a floor. Of what is traded, opened,
// adjusted or closed, the venue takes TradeFee, and of the size that is held a funding rate, both in the
// underlying, from the margin. Each trade of the keeper sets M = Margin·N and B = M, or as much as HedgeLTV
// lets it borrow.
//
// The policy's leverage is Exposure/Equity; it is asked while the call is in the money. Beside it the keeper rolls
// the strike, sets margin and loan anew when they have shrunk, and opens the call again after a liquidation.
//
// Source: FlatMoney/flat-money-contracts-v1 629b2dc, OptionsControllerModule, ControllerBase, LeverageModule,
// LiquidationModule and script/deployment/configs/42161/WBTC-OPT.toml; docs.toros.finance/protected-leveraged-tokens.
type Option struct {
	TradeFee    float64 // of the size that is opened or closed, a fraction
	Margin      float64 // over the size, both in units of the underlying; the contract wants 0.25 to 10
	Maintenance float64 // the call is liquidated, its margin lost, when margin and profit are below this part of size

	RollTrigger float64 // move of the price since the last roll at which the keeper rolls, a fraction; zero: never
	RollPart    float64 // of the size that a roll moves to the price of that moment, in (0, 1]
	RollDown    bool    // rolls follow a fall too

	// The funding rate F starts at Funding, 1/year of the size, and changes by
	// Velocity·clamp((Skew − 0.8)/0.1, ±1) in a day, as a daily rate; it is at least zero and at most Cap. Skew is
	// size over collateral of all holders.
	Funding, Velocity float64
	Skew              float64
	Cap               float64 // 1/year; zero: none
	// SkewMax is the skew from which the venue takes no more size.
	SkewMax float64

	Borrow, Supply float64 // of the money market, on B and on D, 1/year, continuously compounded
	HedgeLTV       float64 // largest loan over deposit to which the keeper borrows
	HedgeThreshold float64 // the loan is liquidated above this part of the deposit
	HedgeBonus     float64 // of the liquidator, a fraction of the debt repaid
	MarginReset    float64 // the keeper sets margin and loan anew when either has lost this part; zero: as it trades
}

// calls reports whether the token holds its leverage through an Option.
func (t *Token) calls() bool {
	_, ok := t.Mechanism.(Option)
	return ok
}

// Skew of a venue at which its funding rate stays, and how far from there the rate changes fastest.
const (
	SkewTarget = 0.8
	SkewWidth  = 0.1
)

// LongestSkew is the longest horizon for which a skew may let the funding rate rise without an end.
const LongestSkew = 30 * day

// CheckTerms wants a long token whose margin is less than its equity.
func (m Option) CheckTerms(t Token) error {
	faults := []error{part("trade fee", m.TradeFee), part("option's maintenance", m.Maintenance),
		part("roll trigger", m.RollTrigger), part("hedge's bonus", m.HedgeBonus), part("margin reset", m.MarginReset),
		rate("funding rate at the start", m.Funding), rate("hedge's borrow rate", m.Borrow),
		rate("hedge's supply rate", m.Supply)}
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("tokens: "+format, args...))
		}
	}
	want(t.Target > 0, "target leverage = %v through a call; want above 0", t.Target)
	want(m.Margin > m.Maintenance && m.Margin <= 10, "margin of the call = %v of its size; want more than its "+
		"maintenance, %v, and at most 10", m.Margin, m.Maintenance)
	want(m.Margin*t.Target < 1, "margin of %v of a size of %v times equity; want less than all of equity, a margin "+
		"below %.4g", m.Margin, t.Target, 1/t.Target)
	want(m.TradeFee*t.Target < 0.5, "trade fee = %v of a size of %v times equity; want less than half of equity",
		m.TradeFee, t.Target)
	want(m.RollPart > 0 && m.RollPart <= 1, "part that is rolled = %v; want above 0 and at most 1", m.RollPart)
	want(m.Funding >= 0, "funding rate at the start = %v; want at least 0", m.Funding)
	want(m.Velocity >= 0 && m.Velocity <= 1, "velocity of the funding rate = %v a day in a day; want 0 to 1",
		m.Velocity)
	want(m.Skew >= 0 && m.Skew <= 10, "skew = %v; want size over collateral, from 0 to 10", m.Skew)
	want(m.SkewMax > 0 && m.SkewMax <= 10, "largest skew = %v; want above 0 and at most 10", m.SkewMax)
	want(m.Cap == 0 || m.Cap >= m.Funding && m.Cap <= 1000, "cap of the funding rate = %v; want 0, or at least the "+
		"rate at the start, %v, and at most 1000", m.Cap, m.Funding)
	want(m.HedgeThreshold > 0 && m.HedgeThreshold < 1, "hedge's liquidation threshold = %v; want a fraction above 0 "+
		"and below 1", m.HedgeThreshold)
	want(m.HedgeLTV > 0 && m.HedgeLTV < m.HedgeThreshold, "hedge's largest loan-to-value = %v; want above 0 and below "+
		"its liquidation threshold, %v", m.HedgeLTV, m.HedgeThreshold)
	return errors.Join(faults...)
}

// Terms are empty: the kernel has the call's own arithmetic.
func (m Option) Terms(Token) Terms { return Terms{} }

// Liquidate is not called: the kernel liquidates a call and its hedge itself.
func (m Option) Liquidate(_ Token, p Position) (Position, float64) { return p, 0 }

// Within is an error if the funding rate at a constant skew rises without an end over a horizon.
func (m Option) Within(horizon time.Duration) error {
	if m.Skew <= SkewTarget || m.Velocity == 0 || m.Cap > 0 || horizon <= LongestSkew {
		return nil
	}
	return fmt.Errorf("tokens: a constant skew of %v: the funding rate rises by %.3g a day in every day, to %.3g a "+
		"day after %.4g days; want a skew of at most %v, a cap of the rate, a horizon of at most %.4g days, or a skew "+
		"that is drawn", m.Skew, m.change()/365/365, (m.Funding+float64(m.change()*years(horizon)))/365,
		years(horizon)*365, SkewTarget, years(LongestSkew)*365)
}

// change is how fast the funding rate changes at the constant skew, 1/year in a year.
func (m Option) change() float64 {
	const daysSquared = 365 * 365
	return m.Velocity * max(-1, min(1, (m.Skew-SkewTarget)/SkewWidth)) * daysSquared
}

// at is the funding rate at a time from the start, 1/year, at the constant skew.
func (m Option) at(t float64) float64 {
	rate := max(0, m.Funding+float64(m.change()*t))
	if m.Cap > 0 {
		rate = min(rate, m.Cap)
	}
	return rate
}

// paid is the funding of the time from the start, a fraction of size, at the constant skew.
func (m Option) paid(t float64) float64 {
	v := m.change()
	limit := m.Cap
	switch {
	case v < 0:
		limit = 0
	case v == 0 || limit == 0:
		return float64(m.Funding*t) + float64(0.5*float64(float64(v*t)*t))
	}
	until := (limit - m.Funding) / v
	if t < until {
		return float64(m.Funding*t) + float64(0.5*float64(float64(v*t)*t))
	}
	return float64((m.Funding+limit)/2*until) + float64(limit*(t-until))
}

// atTarget is the call of a unit of equity at its strike, at a leverage.
func (m Option) atTarget(leverage float64) (c call) {
	o := options{Option: m}
	o.settle(&c, 1, 1, o.sizeAt(1, 1, 0, leverage), 0)
	return c
}

// unit is the size of that call, and the part of its margin that is not owed.
func (m Option) unit(leverage float64) (size, bought float64) {
	c := m.atTarget(leverage)
	return c.size, c.margin - c.owed
}

// CarryAtTarget is the interest and funding of a year at the strike, a fraction of net asset value.
func (m Option) CarryAtTarget(t Token) float64 {
	c := m.atTarget(t.Target)
	return float64(c.cash*m.Supply) - float64(c.owed*m.Borrow) - float64(c.size*m.Funding)
}

var _ = Mechanisms.Register(param.Kind[Venue]{
	Name: "option", Doc: "perpetual call beside a hedge at a money market, as protected tokens hold",
	Params: []param.Param{
		{Name: "funding-start", Unit: param.Rate, Max: 100, Default: 0.4,
			Doc: "funding rate at the start, on the size of the call, per year"},
		{Name: "skew", Unit: param.Plain, Max: 10, Default: SkewTarget,
			Doc: "size over collateral of the venue, constant or the mean; funding rises above 0.8 and falls below"},
		{Name: "velocity", Unit: param.Plain, Max: 1, Default: 0.002,
			Doc: "most by which the daily funding rate changes in a day, at a skew of 0.1 from 0.8"},
		{Name: "funding-cap", Unit: param.Rate, Max: 1000, Doc: "largest funding rate, per year; 0: there is none"},
		{Name: "skew-max", Unit: param.Plain, Min: 0.01, Max: 10, Default: 1,
			Doc: "skew from which the venue takes no more size"},
		named(fraction, "trade-fee", 0.01, "fee of the venue, fraction of the size opened, adjusted or closed"),
		named(fraction, "roll-trigger", 0.1, "move of the price since the last roll at which the strike is rolled; "+
			"0: never"),
		{Name: "roll-part", Unit: param.Fraction, Min: 0.01, Max: 1, Default: 0.5,
			Doc: "part of the size that a roll moves to the strike of the moment"},
		{Name: "roll-down", Unit: param.Choice, Max: 1, Choices: []string{"none", "trigger"},
			Doc: "whether the strike follows a fall of the price too"},
		{Name: "option-margin", Unit: param.Plain, Min: 0.01, Max: 10, Default: 0.25,
			Doc: "margin over the size, both in units of the underlying, after each trade"},
		named(fraction, "option-maintenance", 0.01,
			"margin and profit below this fraction of the size: the call is liquidated and its margin lost"),
		named(fraction, "margin-reset", 0.1, "part of margin or loan whose loss makes the keeper set them anew; "+
			"0: only as it trades"),
		{Name: "hedge-borrow", Unit: param.Rate, Min: -10, Max: 100, Default: 0.01,
			Doc: "interest rate on the underlying owed, per year, continuously compounded"},
		{Name: "hedge-supply", Unit: param.Rate, Min: -10, Max: 100, Default: 0.03,
			Doc: "interest rate on the dollars deposited, per year, continuously compounded"},
		named(fraction, "hedge-ltv", 0.65, "largest loan to which the keeper borrows, fraction of the deposit"),
		named(fraction, "hedge-threshold", 0.78, "liquidation when the loan exceeds this fraction of the deposit"),
		named(fraction, "hedge-bonus", 0.05, "liquidator's bonus, fraction of the loan repaid"),
	},
	New: func(v param.Values) Venue {
		return Option{TradeFee: v["trade-fee"], Margin: v["option-margin"], Maintenance: v["option-maintenance"],
			RollTrigger: v["roll-trigger"], RollPart: v["roll-part"], RollDown: v["roll-down"] != 0,
			Funding: v["funding-start"], Velocity: v["velocity"], Skew: v["skew"], Cap: v["funding-cap"],
			SkewMax: v["skew-max"],
			Borrow:  v["hedge-borrow"], Supply: v["hedge-supply"], HedgeLTV: v["hedge-ltv"],
			HedgeThreshold: v["hedge-threshold"], HedgeBonus: v["hedge-bonus"], MarginReset: v["margin-reset"]}
	},
})
