package tokens

import (
	"errors"
	"fmt"
	"math"

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

	// LiquidationFee is taken when the position is closed, a fraction of the base.
	LiquidationFee float64
}

// A Base is the notional that a venue's maintenance margin refers to.
type Base int

const (
	Current   Base = iota // the position's value now, as on Hyperliquid
	EntrySize             // its value when opened, as on GMX
)

// CheckTerms wants rates from -100 to 100 a year, fractions in [0, 1), a base
// that there is, and above a tier a maintenance of at least that below it.
func (m Perp) CheckTerms(Token) error {
	faults := []error{rate("funding rate", m.Funding), rate("borrow fee", m.BorrowFee),
		rate("cash rate", m.CashRate), rate("underlying's fee", m.UnderlyingFee),
		part("maintenance", m.Maintenance), part("close fee", m.CloseFee), part("liquidation fee", m.LiquidationFee)}
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
	}
	if m.Tier > 0 {
		upper := m.above(t, m.TierMaintenance)
		upper.Constant = float64((m.TierMaintenance-m.Maintenance)*m.Tier) / t.AUM
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

// Liquidate closes the position and takes the liquidation fee.
func (m Perp) Liquidate(_ Token, p Position) (left Position, penalty float64) {
	base := math.Abs(p.Exposure)
	if m.Base == EntrySize {
		base = p.Entry
	}
	penalty = float64(m.LiquidationFee * base)
	return Position{Cash: p.Exposure + p.Cash - penalty}, penalty
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
	},
	New: func(v param.Values) Venue {
		return Perp{Funding: v["funding"], BorrowFee: v["borrow-fee"] + v["spread"], CashRate: v["cash-rate"],
			UnderlyingFee: v["underlying-fee"], Maintenance: v["maintenance"],
			Base: Base(v["maintenance-base"]), CloseFee: v["close-fee"], LiquidationFee: v["liquidation-fee"],
			Tier: v["tier"], TierMaintenance: v["tier-maintenance"]}
	},
})
