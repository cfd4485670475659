package exact

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
	"mcrisk/tokens"
)

// A Token is a leveraged loan that trades when its leverage leaves a band.
// Longs have Target > 1, owe cash at Borrow and earn Supply on the asset;
// shorts have Target < 0, owe the asset at Borrow and earn Supply on cash.
// [NewProblem] makes one of a [tokens.Token].
//
// A perpetual has the same y if its funding phi is a rate of the risky leg (for a long,
// Supply = −phi and Borrow = 0). As funding is paid from margin, the error is of the order
// of phi times the width of the band.
type Token struct {
	Target    float64     // leverage, > 1 or < 0
	Band      tokens.Band // around |Target|; Low > 1 for longs, > 0 for shorts
	Loan      tokens.Loan // a Threshold of zero, which no market has: never liquidated
	Buy, Sell float64     // cost of buying and of selling, as fractions of the notional, in [0, 1)
	Fixed     float64     // cost of one rebalance as a fraction of equity, in [0, 1)
	Fee       float64     // streaming fee on equity, 1/year

	// A trade of notional q over equity costs Impact·q^Exponent of its notional more:
	// at least 0, and from 0 to 2.
	Impact, Exponent float64

	// Small positions: on Aave, liquidators may repay the whole debt if the debt or the
	// collateral is below [tokens.SmallUSD].
	AUM   float64 // US dollars at which the equity is held; zero: so many that little never is
	Whole bool    // liquidators always repay the whole debt
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
	fail(t.Impact >= 0 && !math.IsInf(t.Impact, 0), "impact = %v; want a finite number of at least 0", t.Impact)
	fail(t.Exponent >= 0 && t.Exponent <= 2, "impact exponent = %v; want 0 to 2", t.Exponent)
	fail(t.AUM >= 0, "AUM = %v USD; want at least 0", t.AUM)
	fail(t.Loan.Threshold >= 0 && t.Loan.Threshold < 1, "liquidation threshold = %v; want 0 (none) to below 1",
		t.Loan.Threshold)
	fail(t.Loan.Bonus >= 0 && t.Loan.Bonus < 1, "liquidation bonus = %v; want 0 to below 1", t.Loan.Bonus)
	if len(errs) == 0 {
		low, _ := t.magnitudes()
		fail(low > 1 || t.Target < 0, "fixed cost %v keeps a long from buying above leverage %v; want it to above 1",
			t.Fixed, low)
		fail(low == t.Band.Low || t.Band.To != tokens.Partial || t.Band.Speed == 0 || t.Band.Speed == 1,
			"fixed cost %v is more than a partial rebalance from %v gains; want less", t.Fixed, t.Band.Low)
		worst := t.Band.High
		if t.Target < 0 {
			worst = -t.Band.High
		}
		fail(t.Sell*t.Band.High < 1 && t.Buy*t.Band.High < 1,
			"cost %v at leverage %v; want their product below 1, or a trade has no solution",
			max(t.Buy, t.Sell), t.Band.High)
		if t.Loan.Threshold > 0 {
			fail(math.Abs(coordinate(worst)) > -fmath.Log(t.Loan.Threshold),
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
func coordinate(l float64) float64 { return -fmath.Log1p(-1 / l) }
func leverage(y float64) float64   { return -1 / fmath.Expm1(-y) }
func growth(y float64) float64     { return fmath.Log(math.Abs(fmath.Expm1(y))) }

// legs returns the rates of the risky and of the safe leg.
func (t Token) legs() (risky, safe float64) {
	if t.Target > 1 {
		return t.Loan.Supply + t.Loan.UnderlyingFee, t.Loan.Borrow
	}
	return t.Loan.Borrow + t.Loan.UnderlyingFee, t.Loan.Supply
}

// edges returns the band in y; at the upper end the token buys, at the lower
// it sells, long or short.
func (t Token) edges() (low, high float64) { return t.between(t.Band.Low, t.Band.High) }

// triggers are the edges at which the token trades. With a fixed cost, a position is
// increased only at a leverage so low that the cost does not raise it beyond the
// destination.
func (t Token) triggers() (low, high float64) { return t.between(t.magnitudes()) }

// magnitudes are the triggers as magnitudes of leverage.
func (t Token) magnitudes() (low, high float64) {
	to := t.Band.Low
	switch t.Band.To {
	case tokens.Target:
		to = math.Abs(t.Target)
	case tokens.Partial:
		to += float64((math.Abs(t.Target) - to) * t.Band.Speed)
	}
	return min(t.Band.Low, to*(1-t.Fixed)), t.Band.High
}

// between is the interval in y between two magnitudes of leverage.
func (t Token) between(low, high float64) (from, to float64) {
	if t.Target > 1 {
		return coordinate(high), coordinate(low)
	}
	return coordinate(-low), coordinate(-high)
}

// resets returns the destinations, in y, of the trades at the upper and lower end.
func (t Token) resets() (up, down float64) {
	low, high := t.edges()
	switch t.Band.To {
	case tokens.Edge:
		return high, low
	case tokens.Partial:
		to := func(edge float64) float64 {
			return coordinate(float64(edge*(1-t.Band.Speed)) + float64(t.Target*t.Band.Speed))
		}
		return to(leverage(high)), to(leverage(low))
	}
	w := coordinate(t.Target)
	return w, w
}

// trade returns the effect of a trade from leverage l to w, with its cost: the log of
// equity after over equity before, and the notional over equity before.
// With proportional cost k, fixed cost F and s the sign of the trade the notional
// d solves
//
//	d + s·w·(k + Impact·d^Exponent)·d = s·(w·(1 − F) − l),
//
// so that without impact
//
//	d = s·(w·(1 − F) − l)/(1 + s·k·w),   E'/E = (1 − F + s·k·l)/(1 + s·k·w).
//
// If a sale has no solution, as from a leverage above 1/k, the log is −Inf.
func (t Token) trade(l, w float64) (log, turnover float64) {
	k, s := t.Buy, 1.0
	if w < l {
		k, s = -t.Sell, -1
	}
	if t.Impact == 0 {
		if 1-t.Fixed+float64(k*l) <= 0 {
			return math.Inf(-1), 0
		}
		turnover = s * (float64(w*(1-t.Fixed)) - l) / (1 + float64(k*w))
		return fmath.Log1p(float64(k*l)-t.Fixed) - fmath.Log1p(k*w), turnover
	}
	free := s * (float64(w*(1-t.Fixed)) - l)
	d, ok := solveTrade(1+float64(k*w), s*w*t.Impact, 1+t.Exponent, free)
	if !ok {
		return math.Inf(-1), 0
	}
	left := 1 - t.Fixed - float64(s*k*d) - float64(t.Impact*raised(d, 1+t.Exponent))
	if !(left > 0) {
		return math.Inf(-1), 0
	}
	return fmath.Log(left), d
}

// solveTrade returns the least d ≥ 0 with a·d + b·d^n = free, n ≥ 1; false: there is
// none. It lies between free/a, where b is zero, and whichever bound b's sign gives.
func solveTrade(a, b, n, free float64) (float64, bool) {
	if !(a > 0) || !(free >= 0) {
		return 0, false
	}
	excess := func(d float64) float64 { return float64(a*d) + float64(b*raised(d, n)) - free }
	low, high := 0.0, free/a
	if b < 0 {
		top := math.Inf(1) // where more sold only chases its cost
		if n > 1 {
			top = raised(a/(-b*n), 1/(n-1))
		} else if !(a+b > 0) {
			return 0, false
		}
		low, high = high, min(top, free/(a+b)+float64(2*high))
		for excess(high) < 0 {
			if high >= top {
				return 0, false
			}
			high = min(2*high, top)
		}
		if low > high {
			return 0, false
		}
	}
	d := high
	if b < 0 {
		d = low
	}
	for range 200 { // Newton's steps, halved into the bracket where they leave it
		f := excess(d)
		if f < 0 {
			low = d
		} else {
			high = d
		}
		next := d - f/(a+float64(b*n*raised(d, n-1)))
		if !(next >= low && next <= high) {
			next = low + float64((high-low)/2)
		}
		if math.Abs(next-d) <= 1e-15*d {
			return next, true
		}
		d = next
	}
	return d, true
}

// raised is x^p for x and p of at least 0.
func raised(x, p float64) float64 {
	switch {
	case p == 0:
		return 1
	case x == 0:
		return 0
	}
	return fmath.Pow(x, p)
}

// afterLiquidation is the log of equity after over equity before a liquidation, at
// collateral/debt = c with health factor c·Threshold < 1. Half of the debt is repaid if
// the health factor is above 0.95; all of it at or below 0.95, if Whole, and for small
// positions. This repeats until the health factor is 1. The liquidator takes the amount
// repaid plus the bonus, or all collateral.
func (t Token) afterLiquidation(c float64) float64 {
	if c <= 1 {
		return math.Inf(-1)
	}
	before, debt := c-1, 1.0
	small := 0.0 // in units of the debt
	if t.AUM > 0 {
		small = tokens.SmallUSD * before / t.AUM
	}
	for debt > 0 && c*t.Loan.Threshold < debt {
		repaid := debt
		if !t.Whole && c*t.Loan.Threshold > 0.95*debt && min(c, debt) >= small {
			repaid = float64(debt / 2)
		}
		taken := float64(repaid * (1 + t.Loan.Bonus))
		if taken >= c {
			return math.Inf(-1)
		}
		c, debt = c-taken, debt-repaid
	}
	if c <= debt {
		return math.Inf(-1)
	}
	return fmath.Log((c - debt) / before)
}
