package tokens

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mcrisk/param"
)

// Perp holds leverage through a perpetual future with margin E.
type Perp struct {
	Funding   float64 // paid by longs on notional, 1/year, signed
	BorrowFee float64 // paid on absolute notional, 1/year
	CashRate  float64 // earned on the margin, 1/year
	// UnderlyingFee is what the underlying's price lacks of what the position follows, 1/year: a
	// fund's own fee, where the position is on its index.
	UnderlyingFee float64

	Maintenance float64 // margin below this fraction of the base is liquidated
	Base        Base    // what maintenance is a fraction of
	CloseFee    float64 // charged against the margin in that test, fraction of the base

	// Of a base above Tier, in US dollars, the part above it needs
	// TierMaintenance instead of Maintenance. Zero: there is no tier.
	Tier            float64
	TierMaintenance float64

	// Of a base above the tier, Tiers are further ones, each from its own size on. Those of size zero
	// are none, and only others like it follow such a one.
	Tiers [MoreTiers]Tier

	// LiquidationFee is taken when the position is closed, a fraction of the base, and Slippage is lost to the
	// market, a fraction of the value that is closed. Both are of the part that is closed.
	LiquidationFee, Slippage float64

	// Of a position that is liquidated and is worth more than PartialAbove, in US dollars, an order closes
	// Part first, and what is left only if its margin is still too low. Zero: all is closed at once.
	PartialAbove, Part float64

	// Backstop is the part of the maintenance margin below which the venue takes over position and margin: the
	// holder loses all. Zero: there is no such rule.
	Backstop float64

	// ADL is the venue's rule of auto-deleveraging, for which size at entry is the base.
	ADL ADL

	// MinCollateral is the least margin in US dollars; with less, the position is liquidated.
	MinCollateral float64
}

// A Tier is the maintenance of the part of a base above a size.
type Tier struct {
	Above       float64 // US dollars
	Maintenance float64
}

// MoreTiers is how many tiers there may be above the first.
const MoreTiers = 2

// A Base is the notional that a venue's maintenance margin refers to.
type Base int

const (
	Current   Base = iota // the position's value now, as on Hyperliquid
	EntrySize             // its value when opened, as on GMX
)

// CheckTerms wants rates from -100 to 100 a year, fractions in [0, 1), a base
// that there is, and above a tier a maintenance of at least that below it.
func (m Perp) CheckTerms(t Token) error {
	faults := []error{rate("funding rate", m.Funding), rate("borrow fee", m.BorrowFee),
		rate("cash rate", m.CashRate), rate("underlying's fee", m.UnderlyingFee),
		part("maintenance", m.Maintenance), part("close fee", m.CloseFee), part("liquidation fee", m.LiquidationFee),
		part("liquidation slippage", m.Slippage), part("backstop", m.Backstop)}
	if m.Base != Current && m.Base != EntrySize {
		faults = append(faults, fmt.Errorf("tokens: maintenance base = %d; want Current or EntrySize", m.Base))
	}
	if !(m.Tier >= 0) || math.IsInf(m.Tier, 0) {
		faults = append(faults, fmt.Errorf("tokens: maintenance tier = %v USD; want a finite number ≥ 0", m.Tier))
	}
	if m.Tier > 0 && !(m.TierMaintenance >= m.Maintenance && m.TierMaintenance < 1) {
		faults = append(faults, fmt.Errorf("tokens: maintenance above the tier = %v; "+
			"want a fraction from that below it, %v, to below 1", m.TierMaintenance, m.Maintenance))
	}
	if !(m.PartialAbove >= 0) || math.IsInf(m.PartialAbove, 0) {
		faults = append(faults, fmt.Errorf("tokens: size from which liquidation is partial = %v USD; "+
			"want a finite number ≥ 0", m.PartialAbove))
	}
	if m.ADL != (ADL{}) && (m.Base != EntrySize || m.ADL.Profit >= 1 && t.Target < 0) {
		faults = append(faults, fmt.Errorf("tokens: auto-deleveraging from a profit of %v; want maintenance on the "+
			"size at entry, and of a short a profit below 1", m.ADL.Profit))
	}
	if !(m.MinCollateral >= 0) || math.IsInf(m.MinCollateral, 0) {
		faults = append(faults, fmt.Errorf("tokens: least collateral = %v USD; want a finite number ≥ 0",
			m.MinCollateral))
	} else if m.MinCollateral > t.AUM {
		faults = append(faults, fmt.Errorf("tokens: least collateral = %v USD; want at most the vault's AUM, %v USD",
			m.MinCollateral, t.AUM))
	}
	if m.PartialAbove > 0 && !(m.Part > 0 && m.Part <= 1) {
		faults = append(faults, fmt.Errorf("tokens: part that is liquidated first = %v; want above 0 and at most 1",
			m.Part))
	}
	below := Tier{m.Tier, m.TierMaintenance}
	for i, tier := range m.Tiers {
		if tier == (Tier{}) && !slices.ContainsFunc(m.Tiers[i:], func(t Tier) bool { return t != Tier{} }) {
			break
		}
		if !(below.Above > 0 && tier.Above > below.Above && tier.Above < math.Inf(1) &&
			tier.Maintenance >= below.Maintenance && tier.Maintenance < 1) {
			faults = append(faults, fmt.Errorf("tokens: maintenance tier %d is %v above %v USD; want it above the "+
				"size of tier %d, which is %v USD, with a maintenance from its %v to below 1",
				i+2, tier.Maintenance, tier.Above, i+1, below.Above, below.Maintenance))
			break
		}
		below = tier
	}
	return errors.Join(faults...)
}

// Terms say that the margin E must cover maintenance and close fee; with a tier,
// those of both brackets.
func (m Perp) Terms(t Token) Terms {
	terms := Terms{
		Funding: Charge{m.Funding, Funding}, BorrowFee: Charge{m.BorrowFee, BorrowFee},
		MarginInterest:   Charge{m.CashRate, SupplyInterest},
		ExposureInterest: Charge{m.UnderlyingFee, SupplyInterest},
		Margins:          []Margin{m.above(t, m.Maintenance)}, EntrySize: m.Base == EntrySize,
		ADL: m.ADL,
	}
	if m.MinCollateral > 0 {
		terms.Margins = append(terms.Margins, Margin{Exposure: 1, Cash: 1, Constant: -m.MinCollateral / t.AUM})
	}
	// As maintenance rises from tier to tier, what a position needs is the most that one of them asks:
	// its maintenance of the whole, less a deduction.
	below, deducted := m.Maintenance, 0.0
	for _, tier := range append([]Tier{{m.Tier, m.TierMaintenance}}, m.Tiers[:]...) {
		if tier.Above == 0 {
			break
		}
		deducted += float64((tier.Maintenance - below) * tier.Above)
		below = tier.Maintenance
		upper := m.above(t, tier.Maintenance)
		upper.Constant = deducted / t.AUM
		terms.Margins = append(terms.Margins, upper)
	}
	return terms
}

// above is the margin above a maintenance.
func (m Perp) above(t Token, maintenance float64) Margin {
	need := maintenance + m.CloseFee
	switch {
	case m.Base == EntrySize:
		return Margin{Exposure: 1, Cash: 1, Entry: need}
	case t.Target > 0:
		return Margin{Exposure: 1 - need, Cash: 1}
	}
	return Margin{Exposure: 1 + need, Cash: 1}
}

// Liquidate closes the position, or a part of it first, and takes fee and slippage; or the venue takes all.
func (m Perp) Liquidate(t Token, p Position) (left Position, penalty float64) {
	terms := m.Terms(t)
	e := p.Exposure + p.Cash
	if margin := terms.Margin(p); m.Backstop > 0 && e < float64(m.Backstop*(e-margin)) {
		penalty = max(e, 0)
		return Position{Cash: e - penalty}, penalty
	}
	if size := math.Abs(p.Exposure); m.PartialAbove > 0 && m.Part < 1 && float64(size*t.AUM) > m.PartialAbove {
		keep := 1 - m.Part
		penalty = m.closing(p, m.Part)
		part := Position{Exposure: float64(p.Exposure * keep), Entry: float64(p.Entry * keep)}
		part.Cash = e - penalty - part.Exposure
		if terms.Margin(part) >= 0 {
			return part, penalty
		}
	}
	penalty = m.closing(p, 1)
	return Position{Cash: e - penalty}, penalty
}

// closing is what closing a part of a position in liquidation costs its holder.
func (m Perp) closing(p Position, part float64) float64 {
	base := math.Abs(p.Exposure)
	if m.Base == EntrySize {
		base = p.Entry
	}
	return float64(m.LiquidationFee*float64(base*part)) + float64(m.Slippage*float64(math.Abs(p.Exposure)*part))
}

var _ = Mechanisms.Register(param.Kind[Venue]{
	Name: "perp", Doc: "perpetual future such as those of GMX and Hyperliquid",
	Params: []param.Param{
		{Name: "funding", Unit: param.Rate, Min: -100, Max: 100, Default: 0.1095,
			Doc: "funding rate longs pay on notional, per year; negative: longs receive it"},
		{Name: "borrow-fee", Unit: param.Rate, Min: -100, Max: 100,
			Doc: "fee on absolute notional, long or short, per year"},
		named(spread, "spread", 0, "added to the borrow fee or its series, per year"),
		{Name: "cash-rate", Unit: param.Rate, Min: -10, Max: 100,
			Doc: "interest that the margin earns, per year; of a swap, whose funding is the rate it is financed at"},
		underlyingFee,
		named(fraction, "maintenance", 0.005,
			"maintenance margin, fraction of the position size (see maintenance-base)"),
		{Name: "maintenance-base", Unit: param.Choice, Max: 1, Choices: []string{"current", "entry"},
			Doc: "position size that margins refer to: its current value (Hyperliquid) or its value at entry (GMX)"},
		named(fraction, "close-fee", 0,
			"closing fee subtracted from the margin in the liquidation test, fraction of the position size"),
		named(fraction, "liquidation-fee", 0, "liquidation fee, fraction of the position size"),
		{Name: "tier", Unit: param.USD, Min: 0, Max: 1e15,
			Doc: "position size above which tier-maintenance applies to the excess, US dollars; 0: no tier"},
		named(fraction, "tier-maintenance", 0, "maintenance margin of the position above tier, fraction of that part"),
		with("tier-2", param.Param{Name: "tier-2", Unit: param.USD, Min: 0, Max: 1e15,
			Doc: "position size, above tier, from which tier-2-maintenance applies; 0: there is none"}),
		with("tier-2", named(fraction, "tier-2-maintenance", 0, "maintenance margin of the position above tier-2")),
		with("tier-3", param.Param{Name: "tier-3", Unit: param.USD, Min: 0, Max: 1e15,
			Doc: "position size, above tier-2, from which tier-3-maintenance applies; 0: there is none"}),
		with("tier-3", named(fraction, "tier-3-maintenance", 0, "maintenance margin of the position above tier-3")),
		with("liquidation-slippage", named(fraction, "liquidation-slippage", 0,
			"what a liquidation loses to the market, fraction of the value closed")),
		with("backstop", named(fraction, "backstop", 0, "part of the maintenance margin below which the venue takes "+
			"over position and margin, of which the holder gets nothing back; 0: it does not")),
		with("partial-above", param.Param{Name: "partial-above", Unit: param.USD, Min: 0, Max: 1e15,
			Doc: "position size above which a liquidation closes partial-part first; 0: it closes all at once"}),
		with("partial-above", param.Param{Name: "partial-part", Unit: param.Fraction, Min: 0.01, Max: 1, Default: 0.2,
			Doc: "with partial-above: part of the position that a liquidation closes first; all if that is not " +
				"enough"}),
		with("adl-profit", param.Param{Name: "adl-profit", Unit: param.Plain, Min: 0, Max: 1e6,
			Doc: "profit since entry, fraction of the size at entry, from which the venue closes adl-part of the " +
				"position (auto-deleveraging); 0: never"}),
		with("adl-profit", param.Param{Name: "adl-part", Unit: param.Fraction, Min: 0.001, Max: 0.99, Default: 0.1,
			Doc: "with adl-profit: part of the position that auto-deleveraging closes"}),
		with("min-collateral", param.Param{Name: "min-collateral", Unit: param.USD, Min: 0, Max: 1e15,
			Doc: "margin below which the position is liquidated, US dollars; 0: there is no such rule"}),
	},
	New: func(v param.Values) Venue {
		return Perp{Funding: v["funding"], BorrowFee: v["borrow-fee"] + v["spread"], CashRate: v["cash-rate"],
			UnderlyingFee: v["underlying-fee"], Maintenance: v["maintenance"],
			Base: Base(v["maintenance-base"]), CloseFee: v["close-fee"], LiquidationFee: v["liquidation-fee"],
			Tier: v["tier"], TierMaintenance: v["tier-maintenance"],
			Tiers:    [MoreTiers]Tier{{v["tier-2"], v["tier-2-maintenance"]}, {v["tier-3"], v["tier-3-maintenance"]}},
			Slippage: v["liquidation-slippage"], Backstop: v["backstop"],
			PartialAbove: v["partial-above"], Part: v["partial-part"], ADL: ADL{v["adl-profit"], v["adl-part"]},
			MinCollateral: v["min-collateral"]}
	},
})
