package tokens

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
)

// A Mechanism is how leverage is held: what it costs to carry and when it is
// taken away. Loan and Perp are the two.
type Mechanism interface {
	check() error
	venue(t Token, years float64) venue
}

// A venue is a mechanism made ready for one token and one length of step.
//
// Both mechanisms liquidate when a linear form of the position is negative:
// cx·x + cb·b − cn·n for exposure x, cash b and entry size n; a perpetual with
// tiers of maintenance also when that of its upper tier is.
type venue struct {
	cx, cb, cn float64

	growX, growB       float64 // a step's interest on exposure and on cash, e^{rate·dt} − 1
	itemX, itemB       Item    // what that interest is called
	funding, borrowFee float64 // a step's funding and borrow fee, fractions of notional
	perp               bool
	entry              bool // maintenance and liquidation fee refer to the entry size

	bonus          float64 // loan: the liquidator's
	liquidationFee float64 // perpetual: fraction of the base
	upper          tier
}

// A tier is the linear form cx·x + b − cn·n + c, where there is one.
type tier struct {
	on        bool
	cx, cn, c float64
}

func (v *venue) margin(l *Lane) float64 {
	m := float64(v.cx*l.x) + float64(v.cb*l.b) - float64(v.cn*l.n)
	if t := &v.upper; t.on {
		m = min(m, float64(t.cx*l.x)+l.b-float64(t.cn*l.n)+t.c)
	}
	return m
}

// Loan holds leverage through a money market such as Aave. A long token's
// collateral is the underlying and its debt cash; a short token's the reverse.
type Loan struct {
	Borrow    float64 // rate of the asset owed, 1/year, continuously compounded
	Supply    float64 // rate of the asset deposited, 1/year, continuously compounded
	Threshold float64 // liquidation threshold: the part of the collateral that counts, in (0, 1)
	Bonus     float64 // of the liquidator, a fraction of the debt repaid
}

func (m Loan) check() error {
	faults := []error{rate("borrow rate", m.Borrow), rate("supply rate", m.Supply), part("liquidation bonus", m.Bonus)}
	if !(m.Threshold > 0 && m.Threshold < 1) {
		faults = append(faults, fmt.Errorf("tokens: liquidation threshold = %v; want a fraction above 0 and below 1", m.Threshold))
	}
	return errors.Join(faults...)
}

func (m Loan) venue(t Token, years float64) venue {
	borrow, supply := fmath.Expm1(float64(m.Borrow*years)), fmath.Expm1(float64(m.Supply*years))
	if t.Target > 0 { // health factor x·threshold / −b
		return venue{cx: m.Threshold, cb: 1, bonus: m.Bonus,
			growX: supply, itemX: SupplyInterest, growB: borrow, itemB: BorrowInterest}
	}
	return venue{cx: 1, cb: m.Threshold, bonus: m.Bonus,
		growX: borrow, itemX: BorrowInterest, growB: supply, itemB: SupplyInterest}
}

// Perp holds leverage through a perpetual future with margin E.
type Perp struct {
	Funding     float64 // paid by longs on notional, 1/year, signed
	BorrowFee   float64 // paid on absolute notional, 1/year
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

func (m Perp) check() error {
	faults := []error{rate("funding rate", m.Funding), rate("borrow fee", m.BorrowFee),
		part("maintenance", m.Maintenance), part("close fee", m.CloseFee), part("liquidation fee", m.LiquidationFee)}
	if m.Base != Current && m.Base != EntrySize {
		faults = append(faults, fmt.Errorf("tokens: maintenance base = %d; want Current or EntrySize", m.Base))
	}
	if !(m.Tier >= 0) || math.IsInf(m.Tier, 0) {
		faults = append(faults, fmt.Errorf("tokens: maintenance tier = %v USD; want a finite number ≥ 0", m.Tier))
	}
	if m.Tier > 0 && !(m.TierMaintenance >= m.Maintenance && m.TierMaintenance < 1) {
		faults = append(faults, fmt.Errorf("tokens: maintenance above the tier = %v; want a fraction from that below it, %v, to below 1", m.TierMaintenance, m.Maintenance))
	}
	return errors.Join(faults...)
}

func (m Perp) venue(t Token, years float64) venue {
	v := venue{cb: 1, perp: true, entry: m.Base == EntrySize, liquidationFee: m.LiquidationFee,
		funding: float64(m.Funding * years), borrowFee: float64(m.BorrowFee * years)}
	v.cx, v.cn = m.needs(t, m.Maintenance)
	if m.Tier > 0 {
		v.upper = tier{on: true, c: float64((m.TierMaintenance-m.Maintenance)*m.Tier) / t.AUM}
		v.upper.cx, v.upper.cn = m.needs(t, m.TierMaintenance)
	}
	return v
}

// needs returns the coefficients of a venue that asks for the given maintenance.
func (m Perp) needs(t Token, maintenance float64) (cx, cn float64) {
	need := maintenance + m.CloseFee
	switch {
	case m.Base == EntrySize:
		return 1, need
	case t.Target > 0:
		return 1 - need, 0
	}
	return 1 + need, 0
}

// rate is the fault of a number that is not a rate.
func rate(name string, r float64) error {
	if !(math.Abs(r) <= 100) {
		return fmt.Errorf("tokens: %s = %v a year; want a number from -100 to 100", name, r)
	}
	return nil
}
