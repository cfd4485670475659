package tokens

import (
	"errors"
	"fmt"
	"math"

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

	LTV  float64   // largest loan over collateral at which the market lends, in (0, 1); zero: it is not checked
	Rule CloseRule // of a liquidation; the zero value is [AaveV3]
}

// A CloseRule is how much of a loan one call of a liquidator may repay.
type CloseRule struct {
	Part       float64 // of the debt, in (0, 1]
	WholeBelow float64 // health factor at or below which all of it may be, in [0, 1]
	SmallUSD   float64 // of collateral or of debt, below which all of it may be, US dollars
	// DustUSD is what a call that does not repay all has to leave of collateral and of debt, each, US
	// dollars; at most SmallUSD, and at most what Part leaves of a debt of SmallUSD.
	DustUSD  float64
	Protocol float64 // share of the liquidator's bonus that the market keeps
}

// SmallUSD is that of Aave v3, below which a loan is repaid whole.
const SmallUSD = 2000

// AaveV3 is Aave's rule.
//
// Source: aave-v3-origin, LiquidationLogic.sol (v3.7); the share is that of most reserves.
var AaveV3 = CloseRule{Part: 0.5, WholeBelow: 0.95, SmallUSD: SmallUSD, DustUSD: 1000, Protocol: 0.1}

// rule is the loan's.
func (m Loan) rule() CloseRule {
	if m.Rule == (CloseRule{}) {
		return AaveV3
	}
	return m.Rule
}

func (r CloseRule) check() error {
	var faults []error
	for _, c := range []struct {
		name, want   string
		v, low, high float64
	}{
		{"part of the debt that a call may repay", "above 0 and at most 1", r.Part, math.SmallestNonzeroFloat64, 1},
		{"health factor below which all may be", "0 to 1", r.WholeBelow, 0, 1},
		{"size below which all may be", "0 to 1e15 USD", r.SmallUSD, 0, mostAUM},
		{"dust", "0 to the small size and to what a call leaves of it", r.DustUSD, 0,
			min(r.SmallUSD, r.SmallUSD*(1-r.Part)*(1+1e-12))},
		{"market's share of the bonus", "0 to 1", r.Protocol, 0, 1},
	} {
		if r.Part == 1 && c.name == "dust" {
			c.high = mostAUM // nothing is left
		}
		if !(c.v >= c.low && c.v <= c.high) {
			faults = append(faults, fmt.Errorf("tokens: liquidation: %s = %v; want %s", c.name, c.v, c.want))
		}
	}
	return errors.Join(faults...)
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
	} else if owed := owedAt(t.Target); m.LTV > 0 && owed > m.LTV {
		faults = append(faults, fmt.Errorf("tokens: target leverage = %v is a loan of %.4g of the collateral; "+
			"want at most the market's loan-to-value of %v, leverage %.4g", t.Target, owed, m.LTV,
			m.Openable(t.Target)))
	}
	if !(m.LTV >= 0 && m.LTV <= m.Threshold) {
		faults = append(faults, fmt.Errorf("tokens: loan-to-value = %v; want at most the liquidation threshold, %v",
			m.LTV, m.Threshold))
	}
	faults = append(faults, m.rule().check())
	return errors.Join(faults...)
}

// owedAt is the loan over the collateral at a signed leverage.
func owedAt(leverage float64) float64 {
	if leverage > 0 {
		return (leverage - 1) / leverage
	}
	return leverage / (leverage - 1)
}

// Openable is the signed leverage that the market's loan-to-value allows on the side of a target.
func (m Loan) Openable(target float64) float64 {
	if target > 0 {
		return 1 / (1 - m.LTV)
	}
	return -m.LTV / (1 - m.LTV)
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

// A Call is what one liquidator's call does to a loan.
type Call struct {
	Repaid   float64 // of the debt
	Seized   float64 // of the collateral, the bonus included
	Protocol float64 // part of Seized that the market keeps
	BadDebt  float64 // debt that is left without collateral
}

// Call is a liquidator's call on a collateral and a debt above zero, in units that are worth so many US
// dollars. The loan's health factor is below 1.
func (m Loan) Call(collateral, debt, dollars float64) Call {
	r := m.rule()
	bonus := 1 + m.Bonus
	repaid := debt
	if !(float64(collateral*m.Threshold) <= float64(r.WholeBelow*debt) ||
		float64(collateral*dollars) < r.SmallUSD || float64(debt*dollars) < r.SmallUSD) {
		repaid = float64(debt * r.Part)
		// Less is repaid than may be where too little collateral would be left.
		if dust := r.DustUSD / dollars; r.Part < 1 && collateral-float64(repaid*bonus) < dust {
			repaid = (collateral - dust) / bonus
		}
	}
	seized := float64(repaid * bonus)
	if seized > collateral {
		seized, repaid = collateral, collateral/bonus
	}
	c := Call{Repaid: repaid, Seized: seized, Protocol: float64(r.Protocol * (seized - repaid))}
	if seized == collateral {
		c.BadDebt = debt - repaid
	}
	return c
}

// Liquidate lets liquidators repay debt against collateral until the health
// factor is at least 1. The penalty is what they and the market gain.
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
		call := m.Call(c, d, t.AUM)
		*collateral, *debt = c-call.Seized, call.Repaid-d
		penalty += call.Seized - call.Repaid
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
		with("staking", param.Param{Name: "staking", Unit: param.Rate, Min: -10, Max: 100,
			Doc: "yield that the collateral earns by itself, as staked ether does, added to supply or its series, " +
				"per year"}),
		with("ltv", named(fraction, "ltv", 0,
			"largest loan at which the market lends, fraction of the collateral; 0: it is not checked")),
		with("e-mode", param.Param{Name: "e-mode", Unit: param.Choice, Max: 1, Choices: []string{"no", "yes"},
			Doc: "collateral and debt are of one category of the market, whose three numbers hold in place of the " +
				"asset's"}),
		with("e-mode", named(fraction, "e-mode-ltv", 0.8, "with e-mode: largest loan, fraction of the collateral")),
		with("e-mode", named(fraction, "e-mode-threshold", 0.83,
			"with e-mode: liquidation when the debt exceeds this fraction of the collateral")),
		with("e-mode", named(fraction, "e-mode-bonus", 0.04,
			"with e-mode: liquidator's bonus, fraction of the debt repaid")),
		with("liquidation-rule", param.Param{Name: "liquidation-rule", Unit: param.Choice, Max: 1,
			Choices: []string{"aave-v3", "custom"}, Doc: "how much of the debt one call of a liquidator may repay: " +
				"by the rule of Aave v3, whose numbers are the defaults of the next five, or by these"}),
		with("liquidation-rule", param.Param{Name: "close-factor", Unit: param.Fraction, Min: 0.01, Max: 1,
			Default: AaveV3.Part, Doc: "with liquidation-rule custom: part of the debt that one call may repay"}),
		with("liquidation-rule", param.Param{Name: "whole-below", Unit: param.Plain, Min: 0, Max: 1,
			Default: AaveV3.WholeBelow,
			Doc:     "with liquidation-rule custom: health factor at which a call may repay all"}),
		with("liquidation-rule", param.Param{Name: "whole-size", Unit: param.USD, Min: 0, Max: mostAUM,
			Default: AaveV3.SmallUSD,
			Doc:     "with liquidation-rule custom: collateral or debt below which a call may repay all"}),
		with("liquidation-rule", param.Param{Name: "dust", Unit: param.USD, Min: 0, Max: mostAUM,
			Default: AaveV3.DustUSD,
			Doc:     "with liquidation-rule custom: least collateral and debt that a call may leave"}),
		with("liquidation-rule", param.Param{Name: "bonus-share", Unit: param.Fraction, Min: 0, Max: 1,
			Default: AaveV3.Protocol, Doc: "with liquidation-rule custom: share of the bonus that the market keeps"}),
	},
	New: func(v param.Values) Venue {
		m := Loan{Borrow: v["borrow"] + v["spread"], Supply: v["supply"] + v["staking"],
			UnderlyingFee: v["underlying-fee"], Threshold: v["liquidation-threshold"], Bonus: v["liquidation-bonus"],
			LTV: v["ltv"]}
		if v["e-mode"] != 0 {
			m.Threshold, m.Bonus, m.LTV = v["e-mode-threshold"], v["e-mode-bonus"], v["e-mode-ltv"]
		}
		if v["liquidation-rule"] != 0 {
			m.Rule = CloseRule{Part: v["close-factor"], WholeBelow: v["whole-below"], SmallUSD: v["whole-size"],
				DustUSD: v["dust"], Protocol: v["bonus-share"]}
		}
		return m
	},
})

// with is a number that complete parts state only where another is not zero.
func with(other string, p param.Param) param.Param {
	p.With = other
	return p
}
