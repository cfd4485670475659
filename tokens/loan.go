package tokens

import (
	"errors"
	"fmt"

	"mcrisk/param"
)

// Loan holds leverage through a money market such as Aave. A long token's
// collateral is the underlying and its debt cash; a short token's the reverse.
type Loan struct {
	Borrow    float64 // rate of the asset owed, 1/year, continuously compounded
	Supply    float64 // rate of the asset deposited, 1/year, continuously compounded
	Threshold float64 // liquidation threshold: the part of the collateral that counts, in (0, 1)
	Bonus     float64 // of the liquidator, a fraction of the debt repaid

	// UnderlyingFee is what the underlying's price lacks of what the token follows, 1/year: a
	// fund's own fee, where the token follows its index.
	UnderlyingFee float64
}

// CheckTerms wants rates from -100 to 100 a year, a threshold inside (0, 1), a
// bonus in [0, 1) and a target of at least 1 or below 0: between, nothing is owed.
func (m Loan) CheckTerms(t Token) error {
	faults := []error{rate("borrow rate", m.Borrow), rate("supply rate", m.Supply),
		rate("underlying's fee", m.UnderlyingFee), part("liquidation bonus", m.Bonus)}
	if !(m.Threshold > 0 && m.Threshold < 1) {
		faults = append(faults, fmt.Errorf("tokens: liquidation threshold = %v; want a fraction above 0 and below 1",
			m.Threshold))
	}
	if t.Target > 0 && t.Target < 1 {
		faults = append(faults, fmt.Errorf("tokens: target leverage = %v on a loan, which would owe nothing; "+
			"want at least 1 or below 0, or a perpetual", t.Target))
	}
	return errors.Join(faults...)
}

// Terms say that collateral·threshold must be at least the debt.
func (m Loan) Terms(t Token) Terms {
	borrow, supply := Charge{m.Borrow, BorrowInterest}, Charge{m.Supply, SupplyInterest}
	if t.Target > 0 {
		supply.Rate += m.UnderlyingFee
		return Terms{ExposureInterest: supply, CashInterest: borrow,
			Margins: []Margin{{Exposure: m.Threshold, Cash: 1}}, Lender: true}
	}
	borrow.Rate += m.UnderlyingFee
	return Terms{ExposureInterest: borrow, CashInterest: supply,
		Margins: []Margin{{Exposure: 1, Cash: m.Threshold}}, Lender: true}
}

// Rules of Aave v3's liquidation: the whole debt may be repaid when the health
// factor is at most wholeBelow or when collateral or debt is below SmallUSD US
// dollars, else half of it.
//
// Source: aave-v3-origin, LiquidationLogic.sol (v3.7).
const (
	wholeBelow = 0.95
	SmallUSD   = 2000
)

// Liquidate lets liquidators repay debt against collateral until the health
// factor is at least 1. The penalty is what they gain.
func (m Loan) Liquidate(t Token, p Position) (left Position, penalty float64) {
	terms := m.Terms(t)
	collateral, debt := &p.Exposure, &p.Cash // a long token's; a short token's are the other way round
	if t.Target < 0 {
		collateral, debt = &p.Cash, &p.Exposure
	}
	for {
		c, d := *collateral, -*debt
		if !(d > 0) || !(c > 0) {
			return p, penalty
		}
		repaid := d / 2
		if float64(c*m.Threshold) <= float64(wholeBelow*d) ||
			float64(c*t.AUM) < SmallUSD || float64(d*t.AUM) < SmallUSD {
			repaid = d
		}
		seized := float64(repaid * (1 + m.Bonus))
		if seized > c {
			seized, repaid = c, c/(1+m.Bonus)
		}
		*collateral, *debt = c-seized, repaid-d
		penalty += seized - repaid
		if terms.Margin(p) >= 0 {
			return p, penalty
		}
	}
}

var _ = Mechanisms.Register(param.Kind[Venue]{
	Name: "loan", Doc: "collateralised loan from a money market such as Aave",
	Params: []param.Param{
		{Name: "borrow", Unit: param.Rate, Min: -10, Max: 100, Default: 0.05,
			Doc: "interest rate on the debt, per year, continuously compounded"},
		{Name: "supply", Unit: param.Rate, Min: -10, Max: 100,
			Doc: "interest rate on the collateral, per year, continuously compounded"},
		named(spread, "spread", 0, "added to the borrow rate or its series, per year"),
		underlyingFee,
		named(fraction, "liquidation-threshold", 0.85,
			"liquidation when the debt exceeds this fraction of the collateral"),
		named(fraction, "liquidation-bonus", 0.05, "liquidator's bonus, fraction of the debt repaid"),
	},
	New: func(v param.Values) Venue {
		return Loan{Borrow: v["borrow"] + v["spread"], UnderlyingFee: v["underlying-fee"], Supply: v["supply"],
			Threshold: v["liquidation-threshold"], Bonus: v["liquidation-bonus"]}
	},
})
