package exact

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/tokens"
)

// A Token is a leveraged loan that trades when its leverage leaves a band.
// Longs have Target > 1, owe cash at Borrow and earn Supply on the asset;
// shorts have Target < 0, owe the asset at Borrow and earn Supply on cash.
// [NewProblem] makes one of a [tokens.Token].
//
// A perpetual has the same y when its funding phi is written as a rate of the
// risky leg (a long with Supply = −phi, Borrow = 0); paid from margin, that is
// an approximation of order phi times the width of the band.
type Token struct {
	Target    float64     // leverage, > 1 or < 0
	Band      tokens.Band // around |Target|; Low > 1 for longs, > 0 for shorts
	Loan      tokens.Loan // a Threshold of zero, which no market has: never liquidated
	Buy, Sell float64     // cost of buying and of selling, as fractions of the notional, in [0, 1)
	Fixed     float64     // cost of one rebalance as a fraction of equity, in [0, 1)
	Fee       float64     // streaming fee on equity, 1/year
	Whole     bool        // liquidators always repay the whole debt, as Aave lets them where little is at stake
}

func (t Token) check() error {
	var errs []error
	fail := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("exact: "+format, args...))
		}
	}
	size := math.Abs(t.Target)
	fail(t.Target > 1 && t.Target <= 1000 || t.Target < 0 && t.Target >= -1000,
		"target = %v; want a leverage above 1 or below 0, at most 1000 in size", t.Target)
	fail(t.Band.Low <= size && size <= t.Band.High,
		"band %v to %v; want magnitudes around |target| = %v", t.Band.Low, t.Band.High, size)
	if t.Target > 1 {
		fail(t.Band.Low > 1, "band's low edge = %v; want more than 1: at 1 a long owes nothing and never returns",
			t.Band.Low)
	} else {
		fail(t.Band.Low > 0, "band's low edge = %v; want more than 0", t.Band.Low)
	}
	fail(!math.IsInf(t.Band.High, 0), "band's high edge = %v; want a finite leverage", t.Band.High)
	fail(t.Band.To >= tokens.Edge && t.Band.To <= tokens.Partial,
		"rebalance to %v; want Target, Edge or Partial", int(t.Band.To))
	fail(t.Band.Speed >= 0 && t.Band.Speed <= 1, "speed = %v; want 0 to 1", t.Band.Speed)
	for _, c := range []struct {
		name  string
		value float64
	}{{"buy cost", t.Buy}, {"sell cost", t.Sell}, {"fixed cost", t.Fixed}} {
		fail(c.value >= 0 && c.value < 1, "%s = %v; want a fraction from 0 to below 1", c.name, c.value)
	}
	for _, c := range []struct {
		name  string
		value float64
	}{{"fee", t.Fee}, {"borrow rate", t.Loan.Borrow}, {"supply rate", t.Loan.Supply}} {
		fail(math.Abs(c.value) <= 10, "%s = %v; want a rate within ±10 a year", c.name, c.value)
	}
	fail(t.Loan.Threshold >= 0 && t.Loan.Threshold < 1, "liquidation threshold = %v; want 0 (none) to below 1",
		t.Loan.Threshold)
	fail(t.Loan.Bonus >= 0 && t.Loan.Bonus < 1, "liquidation bonus = %v; want 0 to below 1", t.Loan.Bonus)
	if len(errs) == 0 {
		worst := t.Band.High
		if t.Target < 0 {
			worst = -t.Band.High
		}
		fail(t.Sell*t.Band.High < 1 && t.Buy*t.Band.High < 1,
			"cost %v at leverage %v; want their product below 1, or a trade has no solution",
			max(t.Buy, t.Sell), t.Band.High)
		if t.Loan.Threshold > 0 {
			fail(math.Abs(coordinate(worst)) > -math.Log(t.Loan.Threshold),
				"high edge %v lies beyond liquidation at leverage %.6g; want it inside",
				t.Band.High, t.liquidationLeverage())
		}
	}
	return errors.Join(errs...)
}

// liquidationLeverage is the magnitude of leverage at health factor 1.
func (t Token) liquidationLeverage() float64 {
	if t.Target > 1 {
		return 1 / (1 - t.Loan.Threshold)
	}
	return t.Loan.Threshold / (1 - t.Loan.Threshold)
}

// coordinate is y of leverage l; leverage is its inverse, and growth is
// h(y) = ln|e^y − 1|, whose differences are those of log-equity. A drift of
// ln S plus carry moves y, so h′ = L.
func coordinate(l float64) float64 { return -math.Log1p(-1 / l) }
func leverage(y float64) float64   { return -1 / math.Expm1(-y) }
func growth(y float64) float64     { return math.Log(math.Abs(math.Expm1(y))) }

// legs returns the rates of the risky and of the safe leg.
func (t Token) legs() (risky, safe float64) {
	if t.Target > 1 {
		return t.Loan.Supply, t.Loan.Borrow
	}
	return t.Loan.Borrow, t.Loan.Supply
}

// edges returns the band in y; at the upper end the token buys, at the lower
// it sells, long or short.
func (t Token) edges() (low, high float64) {
	if t.Target > 1 {
		return coordinate(t.Band.High), coordinate(t.Band.Low)
	}
	return coordinate(-t.Band.Low), coordinate(-t.Band.High)
}

// resets returns, in y, where the trades at the upper and lower end lead.
func (t Token) resets() (up, down float64) {
	low, high := t.edges()
	switch t.Band.To {
	case tokens.Edge:
		return high, low
	case tokens.Partial:
		to := func(edge float64) float64 { return coordinate(edge*(1-t.Band.Speed) + t.Target*t.Band.Speed) }
		return to(leverage(high)), to(leverage(low))
	}
	w := coordinate(t.Target)
	return w, w
}

// trade returns what a trade from leverage l to w, with its cost, does: the
// log of equity after over equity before, and the notional over equity before.
// With proportional cost k and s the sign of the trade
//
//	d = E·(w − l)/(1 + s·k·w),   E'/E = (1 + s·k·l)/(1 + s·k·w),
//
// times 1 − Fixed. From beyond 1/k a sale has no solution: the log is −Inf.
func (t Token) trade(l, w float64) (log, turnover float64) {
	k := t.Buy
	if w < l {
		k = -t.Sell
	}
	if 1+k*l <= 0 {
		return math.Inf(-1), 0
	}
	return math.Log1p(k*l) - math.Log1p(k*w) + math.Log1p(-t.Fixed), math.Abs(w-l) / (1 + k*w)
}

// afterLiquidation is the log of equity left over equity before, at
// collateral/debt = c with health factor c·Threshold < 1. Half the debt is
// repaid above health 0.95 and all of it at or below or if Whole, repeatedly until
// health is 1; the liquidator takes what he repays plus the bonus, or all there is.
func (t Token) afterLiquidation(c float64) float64 {
	if c <= 1 {
		return math.Inf(-1)
	}
	before, debt := c-1, 1.0
	for debt > 0 && c*t.Loan.Threshold < debt {
		repaid := debt
		if !t.Whole && c*t.Loan.Threshold > 0.95*debt {
			repaid = debt / 2
		}
		taken := repaid * (1 + t.Loan.Bonus)
		if taken >= c {
			return math.Inf(-1)
		}
		c, debt = c-taken, debt-repaid
	}
	if c <= debt {
		return math.Inf(-1)
	}
	return math.Log((c - debt) / before)
}
