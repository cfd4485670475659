package tokens

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
)

// Cost is what a trade costs. With notional q in initial equity and Q = q·A in US
// dollars, A being what a unit of initial equity stands for (see [Flows]),
//
//	cost = (Fee + FeeIncrease)·q + (ImpactBase + Increase + Impact·Q^Exponent)·q + Gas/A
//
// if the trade adds to the position, and FeeDecrease and Decrease in their places if it reduces it.
// What stands in the second brackets is the impact, which Cap and RebateCap bound.
//
// Presets of the exponent: 1 is linear impact, ½ the square-root law, 0.6778 the curve fitted
// to Uniswap v3 swaps (with base 5 bp and coefficient 4.63667e-7).
type Cost struct {
	Fee        float64 // fraction of notional
	ImpactBase float64 // fraction of notional
	Impact     float64 // fraction of notional at Q = 1 USD
	Exponent   float64 // in [0, 2]
	Gas        float64 // US dollars a trade

	// What the side of a trade adds to its cost, fractions of notional, negative
	// where a venue pays for it. On GMX, whose impact is factor·(next² − now²)
	// with the imbalance in USD, they are ±2·factor·imbalance.
	Increase, Decrease float64
	// What the side of a trade adds to its fee, fractions of notional. On GMX the fee is lower for a trade
	// that mends the imbalance of open interest.
	FeeIncrease, FeeDecrease float64

	// Of an impact above Cap, a fraction of notional, Claim is paid back: GMX keeps what is above its cap for
	// the trader to claim. It is paid back at once here. Zero Cap: there is none.
	Cap, Claim float64
	// RebateCap is the most that a venue pays for a trade, a fraction of notional. Zero: it is not bounded.
	RebateCap float64
}

func (c Cost) check() error {
	faults := []error{
		part("fee", c.Fee), part("impact base", c.ImpactBase), part("fee + impact base", c.Fee+c.ImpactBase),
		part("impact", c.Impact), part("cap of the impact", c.Cap), part("cap of a rebate", c.RebateCap),
		part("fee of a trade that increases the position", c.fee(true)),
		part("fee of a trade that decreases the position", c.fee(false)),
	}
	if !(c.Claim >= 0 && c.Claim <= 1) {
		faults = append(faults, fmt.Errorf("tokens: part of the impact above its cap that is paid back = %v; "+
			"want 0 to 1", c.Claim))
	}
	for _, adds := range []bool{true, false} {
		if k := c.Proportional(adds); !(math.Abs(k) < 1) {
			faults = append(faults, fmt.Errorf("tokens: cost of a trade that %s the position = %v; want a fraction "+
				"from -1 to 1", map[bool]string{true: "increases", false: "decreases"}[adds], k))
		}
	}
	if !(c.Exponent >= 0 && c.Exponent <= 2) {
		faults = append(faults, fmt.Errorf("tokens: impact exponent = %v; want 0 to 2", c.Exponent))
	}
	if !(c.Gas >= 0) || math.IsInf(c.Gas, 0) {
		faults = append(faults, fmt.Errorf("tokens: gas = %v USD; want a finite number ≥ 0", c.Gas))
	}
	return errors.Join(faults...)
}

// part is the fault of a number that is not a fraction below 1.
func part(name string, v float64) error {
	if !(v >= 0 && v < 1) {
		return fmt.Errorf("tokens: %s = %v; want a fraction from 0 to below 1", name, v)
	}
	return nil
}

// proportional reports whether cost is a constant fraction of notional, so that
// continuous trading at an edge has a finite cost.
func (c Cost) proportional() bool { return c.Impact == 0 && c.Gas == 0 }

// base is the impact of a trade of any size, a fraction of its notional; adds
// says that it adds to the position.
func (c Cost) base(adds bool) float64 {
	if adds {
		return c.ImpactBase + c.Increase
	}
	return c.ImpactBase + c.Decrease
}

// fee is that of a trade, a fraction of its notional; adds says that it adds to the position.
func (c Cost) fee(adds bool) float64 {
	if adds {
		return c.Fee + c.FeeIncrease
	}
	return c.Fee + c.FeeDecrease
}

// sided reports whether the cost of a trade depends on its side.
func (c Cost) sided() bool {
	return c.Increase != 0 || c.Decrease != 0 || c.FeeIncrease != 0 || c.FeeDecrease != 0
}

// bounded reports whether the impact of a trade is.
func (c Cost) bounded() bool { return c.Cap > 0 || c.RebateCap > 0 }

// Proportional is what a trade of any size costs at least, a fraction of its notional;
// adds says that it adds to the position.
func (c Cost) Proportional(adds bool) float64 { return c.fee(adds) + c.bound(c.base(adds)) }

// bound is an impact, a fraction of notional, within its bounds.
func (c Cost) bound(impact float64) float64 {
	switch {
	case c.RebateCap > 0 && impact < -c.RebateCap:
		return -c.RebateCap
	case c.Cap > 0 && impact > c.Cap:
		return c.Cap + float64((1-c.Claim)*(impact-c.Cap))
	}
	return impact
}

// of returns the parts of the cost of trading q, in initial equity.
func (c Cost) of(q, aum float64, adds bool) (fee, impact, gas float64) {
	var rate impactRate
	return c.parts(q, rate.at(c, q, aum), aum, adds)
}

// parts is of with a given rate of the size-dependent impact, per notional.
func (c Cost) parts(q, rate, aum float64, adds bool) (fee, impact, gas float64) {
	fee, base, gas := float64(c.fee(adds)*q), c.base(adds), c.Gas/aum
	if c.bounded() {
		return fee, float64(c.bound(base+rate) * q), gas
	}
	return fee, float64(base*q) + float64(rate*q), gas
}

// piece is the cost of trades whose impact is below the bounds, within them or above, −1, 0 or 1,
// without bounds.
func (c Cost) piece(which int, adds bool) Cost {
	p := Cost{Fee: c.fee(adds), ImpactBase: c.base(adds), Impact: c.Impact, Exponent: c.Exponent, Gas: c.Gas}
	switch which {
	case -1:
		p.ImpactBase, p.Impact = -c.RebateCap, 0
	case 1:
		p.ImpactBase = float64(c.Claim*c.Cap) + float64((1-c.Claim)*p.ImpactBase)
		p.Impact *= 1 - c.Claim
	}
	return p
}

// solveBounded is solve where the impact has bounds. As a trade costs the more the larger it is, one of
// three laws without bounds has its solution where it holds.
func (c Cost) solveBounded(x, e, to, aum float64) (q, fee, impact, gas float64, ok bool) {
	adds := float64(to*e) > x
	low, high := -math.Inf(1), math.Inf(1)
	if c.RebateCap > 0 {
		low = -c.RebateCap
	}
	if c.Cap > 0 {
		high = c.Cap
	}
	for _, which := range [...]int{0, -1, 1} {
		q, fee, impact, gas, ok = c.piece(which, adds).solve(x, e, to, aum)
		if !ok {
			continue
		}
		var rate impactRate
		f := c.base(adds) + rate.at(c, q, aum)
		const near = 1e-13
		if which < 0 && f <= low+near || which == 0 && f >= low-near && f <= high+near || which > 0 && f >= high-near {
			return q, fee, impact, gas, true
		}
	}
	return 0, 0, 0, 0, false
}

var inverses = [...]float64{1, 1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5, 1.0 / 6, 1.0 / 7, 1.0 / 8}

// An impactRate caches Impact·(q·aum)^Exponent for one q; the value for a q nearby follows
// by the binomial series.
type impactRate struct{ q, rate float64 }

func (r *impactRate) at(c Cost, q, aum float64) float64 {
	if c.Impact == 0 {
		return 0
	}
	if d := q/r.q - 1; math.Abs(d) < 1e-2 { // not for r.q = 0
		sum, term := 1.0, 1.0
		for i, inverse := range inverses { // the first term left out is below 1e-17
			term = float64(float64(term*d) * float64((c.Exponent-float64(i))*inverse))
			sum += term
			if math.Abs(term) < 1e-17 {
				break
			}
		}
		return float64(r.rate * sum)
	}
	*r = impactRate{q, float64(c.Impact * fmath.Pow(float64(q*aum), c.Exponent))}
	return r.rate
}

// size returns the notional q > 0 whose trade takes a position of exposure x
// and equity e to leverage to exactly, its cost included (all magnitudes):
//
//	x + q = to·(e − cost(q))  buying,   x − q = to·(e − cost(q))  selling.
//
// It returns false if the fixed cost takes leverage past the target, or if the cost of a
// sale raises leverage by more than the sale lowers it.
func (c Cost) size(x, e, to, aum float64) (q float64, ok bool) {
	q, _, _, _, ok = c.solve(x, e, to, aum)
	return q, ok
}

// solve is size with the parts of the cost.
func (c Cost) solve(x, e, to, aum float64) (q, fee, impact, gas float64, ok bool) {
	if !(to >= 0 && to <= maxLeverage) {
		return 0, 0, 0, 0, false
	}
	if c.bounded() {
		return c.solveBounded(x, e, to, aum)
	}
	gap := float64(to*e) - x // what to buy if trading were free
	if math.Abs(gap) <= tolerance*x {
		return 0, 0, 0, 0, false // it is there already: a trade would only pay its fixed cost
	}
	buy := gap > 0
	fixed := float64(to * (c.Gas / aum))
	k := float64(to * c.Proportional(buy))
	if buy {
		gap -= fixed
		q = gap / (1 + k)
	} else {
		gap = fixed - gap
		if !(k < 1) {
			return 0, 0, 0, 0, false
		}
		q = gap / (1 - k)
	}
	if !(q > 0) {
		return 0, 0, 0, 0, false
	}
	var rate impactRate
	if c.Impact != 0 {
		if q, ok = c.newton(q, gap, k, to, aum, buy, &rate); !ok {
			return 0, 0, 0, 0, false
		}
	}
	fee, impact, gas = c.parts(q, rate.at(c, q, aum), aum, buy)
	return q, fee, impact, gas, e-(fee+impact+gas) > 0
}

// newton solves q + s·(k·q + to·Impact·(q·aum)^Exponent·q) = gap, s = +1 buying
// and −1 selling. The left side is convex buying (start right of the root) and
// concave selling (start left of it), so the steps approach from one side.
func (c Cost) newton(q, gap, k, to, aum float64, buy bool, rate *impactRate) (float64, bool) {
	s := 1.0
	if !buy {
		s = -1
	}
	for range 100 {
		p := float64(to * rate.at(c, q, aum))
		value := q + float64(s*float64(k+p)*q) - gap
		slope := 1 + float64(s*(k+float64(float64(1+c.Exponent)*p)))
		if !(slope > 0) {
			return 0, false // selling more raises leverage from here on
		}
		next := q - value/slope
		if !(next > 0) {
			return 0, false
		}
		if math.Abs(next-q) <= 1e-14*q {
			return next, true
		}
		q = next
	}
	return q, true
}
