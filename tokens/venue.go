package tokens

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// A Venue holds the leverage: it defines the cost of carry and the rule of liquidation.
// This package has [Loan] and [Perp]. Another one is a type with these three methods,
// registered in [Mechanisms].
//
// A Venue is an immutable value whose methods depend on their arguments alone.
type Venue interface {
	// CheckTerms reports what is wrong with the venue's parameters, or with holding this token
	// there. The token's target leverage and AUM are valid.
	CheckTerms(Token) error

	// Terms are the venue's charges and margins for a token that passes CheckTerms.
	Terms(Token) Terms

	// Liquidate reduces or closes a position of the token whose margin is below zero. The
	// token's AUM is the value in US dollars of a unit of initial equity just before. The
	// penalty, in initial equity, is the holder's loss: equity before is equity after plus
	// penalty, to rounding. The position left must not be liquidated again at the same
	// price: its margin is at least zero, or its exposure is zero, or its equity is not above zero.
	Liquidate(Token, Position) (left Position, penalty float64)
}

// A Position is what a token holds, in units of its initial equity. Equity is
// Exposure + Cash.
type Position struct {
	Exposure float64 // value of the underlying held, signed: negative if short
	Cash     float64 // signed: negative if owed
	Entry    float64 // size when opened, a magnitude; zero unless Terms.EntrySize
}

// Terms are a venue's charges and margins for one token, as the numbers that kernels
// use. They do not depend on the length of a step. The zero Terms charge nothing and
// never liquidate.
//
// A step of dt years begins with the carry of exposure x and cash b, valued at
// the old price:
//
//	x' = x·exp(ExposureInterest·dt)
//	b' = b·exp(CashInterest·dt) − Funding·dt·x − BorrowFee·dt·|x| + MarginInterest·dt·(x+b)
//
// The venue liquidates as soon as one of Margins is below zero, by more than
// rounding: at a price beyond the liquidation price by more than 1e-12 of it.
type Terms struct {
	ExposureInterest Charge // earned in kind if held, owed if short
	CashInterest     Charge // earned if held, paid if owed
	Funding          Charge // paid in cash by longs and received by shorts; negative: the reverse
	BorrowFee        Charge // paid in cash by both; negative: received
	MarginInterest   Charge // earned in cash on equity, where it is margin; negative: paid

	Margins []Margin

	// EntrySize says that Margins or Liquidate use the position's size at entry. It starts
	// at the target's magnitude; an increase adds its notional and a decrease scales it.
	// [Lifetime].Health is then equity over that size.
	EntrySize bool

	// Lender says that the position is collateral against a debt. [Lifetime].Health
	// is then the health factor: of the two terms Exposure·x and Cash·b of the
	// first margin, the positive one over the size of the negative one. Otherwise
	// it is equity over exposure.
	Lender bool

	// ADL is when the venue closes a part of a position because it has won too much; the zero ADL: never.
	ADL ADL
}

// An ADL is a rule of auto-deleveraging: at the end of a step at which the profit of a position since its
// entry is at least Profit, of its size at entry, the venue closes Part of it, for the fee of a trade that
// decreases it. That lowers what the venue owes its side by as much, if all on that side are treated the same and
// entered at the same price, so the next part is closed when the profit has grown by the factor
// 1/(1 − Part), until profit has been below Profit again. It needs Terms.EntrySize.
type ADL struct {
	Profit float64 // above zero, of a short below 1
	Part   float64 // in (0, 1)
}

// A Charge is a yearly rate and the item of the ledger that its payments go to.
type Charge struct {
	Rate float64 // 1/year, from −100 to 100; zero: there is none
	Item Item    // SupplyInterest, BorrowInterest, Funding or BorrowFee
}

// A Margin is the excess of a position over a requirement of its venue, a linear form of
// exposure x, cash b and entry size n, in initial equity:
//
//	Exposure·x + Cash·b − Entry·n + Constant·AUM/A,
//
// where A are the US dollars that a unit of initial equity stands for, see [Flows].
type Margin struct {
	Exposure float64 // pure number; 0.98 of a long with a maintenance margin of 2 % of its value
	Cash     float64 // pure number; 1 where cash counts in full
	Entry    float64 // pure number; not zero only with Terms.EntrySize
	Constant float64 // US dollars over the token's AUM; a bracket's, see [Perp].Tier
}

// Margin is the least of the margins of a position, in initial equity, that is worth
// what it was at the start in US dollars; below zero the venue liquidates. It is +Inf
// at a venue that has none.
func (t *Terms) Margin(p Position) float64 { return t.margin(p.Exposure, p.Cash, p.Entry, 1) }

// margin is Margin with A at so many shares' worth of AUM.
func (t *Terms) margin(x, b, n, shares float64) float64 {
	least := math.Inf(1)
	for i := range t.Margins {
		least = min(least, t.Margins[i].of(x, b, n, shares))
	}
	return least
}

// liquidates reports whether a margin is below zero by more than rounding: the
// price is beyond the liquidation price by more than the tolerance.
func (t *Terms) liquidates(x, b, n, shares float64) bool {
	if x == 0 {
		return false // there is no position, of which a venue may want a least margin
	}
	for i := range t.Margins {
		m := &t.Margins[i]
		if m.of(x, b, n, shares) < -float64(tolerance*math.Abs(float64(m.Exposure*x))) {
			return true
		}
	}
	return false
}

// of is the margin of exposure x, cash b and entry size n, with A at so many shares'
// worth of AUM.
func (m *Margin) of(x, b, n, shares float64) float64 {
	margin := float64(m.Exposure*x) + float64(m.Cash*b) - float64(m.Entry*n)
	if m.Constant != 0 {
		margin += m.Constant / shares
	}
	return margin
}

// exposureAt is the exposure at which the margin of a position of cash b and
// entry size n is zero, with A at so many shares' worth of AUM.
func (m *Margin) exposureAt(b, n, shares float64) float64 {
	return (float64(m.Entry*n) - float64(m.Cash*b) - m.Constant/shares) / m.Exposure
}

// check reports what is wrong with terms as such.
func (t *Terms) check() error {
	var faults []error
	for _, c := range []struct {
		name string
		Charge
	}{
		{"exposure interest", t.ExposureInterest}, {"cash interest", t.CashInterest},
		{"funding", t.Funding}, {"borrow fee", t.BorrowFee}, {"margin interest", t.MarginInterest},
	} {
		faults = append(faults, rate("terms: "+c.name, c.Rate))
		if c.Rate != 0 && (c.Item < SupplyInterest || c.Item > BorrowFee) {
			faults = append(faults, fmt.Errorf("tokens: terms: %s is booked as item %d; "+
				"want SupplyInterest, BorrowInterest, Funding or BorrowFee", c.name, c.Item))
		}
	}
	for i, m := range t.Margins {
		if !(math.Abs(m.Exposure)+math.Abs(m.Cash)+math.Abs(m.Entry)+math.Abs(m.Constant) <= math.MaxFloat64) {
			faults = append(faults, fmt.Errorf("tokens: terms: margin %d = %+v; want finite numbers", i, m))
		}
		if m.Entry != 0 && !t.EntrySize {
			faults = append(faults, fmt.Errorf("tokens: terms: margin %d takes %v of the entry size, "+
				"which is not kept; want EntrySize", i, m.Entry))
		}
	}
	if a := t.ADL; a != (ADL{}) &&
		!(a.Profit > 0 && a.Profit < math.Inf(1) && a.Part > 0 && a.Part < 1 && t.EntrySize) {
		faults = append(faults, fmt.Errorf("tokens: terms: auto-deleveraging of %v from a profit of %v, entry size "+
			"%v; want a part of a position whose size at entry is kept, and a profit above 0",
			a.Part, a.Profit, t.EntrySize))
	}
	if t.Lender && (t.EntrySize || len(t.Margins) == 0) {
		faults = append(faults, fmt.Errorf("tokens: terms: a lender with %d margins and EntrySize %v; "+
			"want a margin that its health factor is of, and no entry size", len(t.Margins), t.EntrySize))
	}
	return errors.Join(faults...)
}

// scaleFree reports whether liquidation depends on leverage alone and comes from
// above, whatever the position's size and history.
func (t *Terms) scaleFree() bool {
	if t.EntrySize {
		return false
	}
	for _, m := range t.Margins {
		if m.Constant != 0 || !(m.Exposure > 0 && m.Cash > 0) {
			return false
		}
	}
	return true
}

// liquidate lets the venue liquidate the position, and books the penalty.
func (k *Kernel) liquidate(l *Lane, now time.Duration) {
	if k.option != nil {
		k.liquidateCall(l, now)
		return
	}
	k.gauge(l)
	e, gross := l.x+l.b, math.Abs(l.x)+math.Abs(l.b)
	token := k.token // as the vault stands
	token.AUM = k.dollars(l, e)
	left, penalty := k.token.Mechanism.Liquidate(token, Position{l.x, l.b, l.n})
	after := left.Exposure + left.Cash
	if !(math.Abs(e-penalty-after) <= 1e-9*gross) {
		panic(fmt.Sprintf("tokens: %T liquidates equity %v at penalty %v and leaves %v; want what is left of it",
			k.token.Mechanism, e, penalty, after))
	}
	if terms := k.token.Mechanism.Terms(token); after > 0 && left.Exposure != 0 && !(terms.Margin(left) >= 0) {
		panic(fmt.Sprintf("tokens: %T leaves %+v, of margin %v; want at least 0",
			k.token.Mechanism, left, terms.Margin(left)))
	}
	l.x, l.b, l.n = left.Exposure, left.Cash, left.Entry
	if e > 0 {
		l.book(LiquidationPenalty, -penalty, e, logPerUnit(-penalty/e))
	} else {
		l.money.add(LiquidationPenalty, -penalty)
	}
	k.liquidated(l, now)
}

// liquidated records a liquidation, after which the lifetime may end.
func (k *Kernel) liquidated(l *Lane, now time.Duration) {
	l.liquidations++
	l.firstLiquidation = min(l.firstLiquidation, now)
	l.trace.event(l, now, "liquidation")
	if !(l.x+l.b > 0) || k.token.AfterLiquidation == Stop {
		l.end(now)
		return
	}
	k.gauge(l)
	k.visit(l, now)
}

// deleverage closes a part of a position that has won too much for its venue.
func (k *Kernel) deleverage(l *Lane, now time.Duration) {
	a := &k.terms.ADL
	if !(l.n > 0) {
		return
	}
	profit := float64(k.sign * (math.Abs(l.x)/l.n - 1))
	if profit < a.Profit {
		l.spared = a.Profit
	}
	if profit < l.spared {
		return
	}
	l.spared = profit / (1 - a.Part)
	k.gauge(l)
	e, q := l.x+l.b, float64(a.Part*math.Abs(l.x))
	c := k.cost(l)
	fee := float64(c.fee(false) * q)
	if !(fee < e) {
		return
	}
	l.book(TradeFee, -fee, e, logPerUnit(-fee/e))
	k.position(l, l.x-float64(a.Part*l.x), e-fee, q)
	l.turnover += q / e
	k.gauge(l)
	l.trace.event(l, now, "deleveraged")
}

// rate is the fault of a number that is not a rate.
func rate(name string, r float64) error {
	if !(math.Abs(r) <= 100) {
		return fmt.Errorf("tokens: %s = %v a year; want a number from -100 to 100", name, r)
	}
	return nil
}
