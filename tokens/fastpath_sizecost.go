package tokens

import (
	"math"

	"mcrisk/fmath"
)

// Where a trade's cost depends on its size, equity on the fast path does not
// follow from p alone, but p does: a trade ends at the leverage that the policy
// wants. So b is written as base·grown, base what the last trade left and grown
// its growth since, and the trades of a lane are solved one after another.
//
// A trade of size ρ over equity at signed leverage w after it, with s, k and
// turn as in edge and gas γ over equity, solves
//
//	ρ + s·w·(k·ρ + rate·(ρ/free)^x·ρ) = free/turn·s,  free = turn·((v − (1−w)) − w·γ),
//
// free what it would be without impact, rate the impact per notional of such a
// trade, x its exponent. With u = ρ/free and h = w·turn·rate this is
//
//	u + h·u^(1+x) = 1,  so  u^(1+x) = Σ_n (−h)^n·C((1+x)(n+1), n)/(n+1),
//
// a power of a generalised binomial series, good for |h| < x^x/(1+x)^(1+x).
//
// Source: Graham, Knuth & Patashnik, Concrete Mathematics, section 5.4.
//
// Dollars are multiples of equity under steady flows, where γ and the rate depend on p
// alone, and multiples of initial equity without flows.
type sizeCost struct {
	gas, aum         float64 // of a trade, in such a multiple; US dollars of one
	steady           bool
	impact, exponent float64
	stress           *Stress             // which gas and impact follow; nil: they are constants
	reach            float64             // |h| for which the series is good to the last digit
	power            [powerTerms]float64 // its coefficients
}

const (
	powerTerms = 14
	reachPart  = 1.0 / 12 // of the series' radius of convergence; its power of powerTerms is below 1e-15

	leastExponent = 0.05 // with less, impact hardly depends on size

	// What is beyond these is left to gridStep.
	leastSize = 1e-9 // of a trade over equity
	leastUSD  = 1e-9 // of a trade
	mostUSD   = 1e15
	mostCost  = 0.01 // of a trade over equity: seven terms of ln(1−cost)'s series are enough
)

// sizeCostSums are what is added up of such trades on the fast path.
type sizeCostSums struct {
	base, grown float64 // cash after the last trade, and its growth since
	first       int     // trades before the lane entered
	impact      float64 // Σ of costs that depend on size
	gas         float64 // Σ of gas

	logFee, logImpact, logGas float64 // what the parts of the cost took from log equity
}

// onFastPath reports whether the fast path can make trades of this cost.
func (c Cost) onFastPath() bool { return c.Impact == 0 || c.Exponent >= leastExponent }

func newSizeCost(t *Token) *sizeCost {
	c := &t.Cost
	s := &sizeCost{gas: c.Gas / t.AUM, aum: t.AUM,
		steady: t.Flows.Kind == Steady, impact: c.Impact, exponent: c.Exponent}
	if c.Impact == 0 {
		s.exponent = 1
	}
	x := s.exponent
	s.reach = float64(reachPart*fmath.Pow(x, x)) / fmath.Pow(1+x, 1+x)
	for n := range s.power {
		a, c := float64((1+x)*float64(n+1)), 1/float64(n+1)
		for i := range n {
			c = -float64(c*(a-float64(i))) / float64(i+1)
		}
		s.power[n] = c
	}
	return s
}

// trade makes the trade of a lane that has reached p with cash b, or reports
// that it is not of the usual kind, and does nothing.
func (s *sizeCost) trade(l *Lane, side *edge, k, p, b float64) bool {
	o := 1 - p
	e := float64(b * o)
	unit := e // of what dollars are multiples of
	if s.steady {
		unit = 1
	}
	gas, impactOf := s.gas, s.impact
	if l.dated != nil {
		gas, impactOf = l.dated.gas/s.aum, l.dated.impact
	}
	if s.stress != nil {
		gasTimes, impactTimes := s.stress.times(l.variance)
		gas, impactOf = float64(gasTimes*gas), float64(impactTimes*impactOf)
	}
	gas /= unit
	free := float64((1/o - side.v - float64(gas*side.w)) * side.turn)
	usd := float64(float64(free*unit) * s.aum)
	if !(free >= leastSize && usd >= leastUSD && usd <= mostUSD) {
		return false
	}
	power := float64(fmath.Log(usd) * s.exponent)
	if !(math.Abs(power) > 1.0/32) {
		return false // fmath.Exp has another series there
	}
	rate := float64(fmath.Exp(power) * impactOf)
	h := float64(rate * float64(side.w*side.turn))
	if !(math.Abs(h) <= s.reach) {
		return false
	}
	h2 := float64(h * h)
	h4 := float64(h2 * h2)
	pair := func(n int) float64 { return float64(h*s.power[n+1]) + s.power[n] }
	quad := func(n int) float64 { return float64(pair(n+2)*h2) + pair(n) }
	u := float64(pair(12)*h4) + quad(8)
	u = float64(u*h4) + quad(4)
	u = float64(u*h4) + quad(0)
	size := float64(free * (1 - float64(h*u)))
	fee := float64(size * k)
	impact := float64(float64(rate*free) * u)
	cost := fee + impact + gas
	if !(cost <= mostCost) {
		return false
	}
	per := logPerPart(cost)

	q := &l.fast
	q.base = float64(float64(e*(1-cost)) * side.v)
	q.paid += float64(e * fee)
	q.impact += float64(e * impact)
	q.gas += float64(e * gas)
	q.logFee += float64(fee * per)
	q.logImpact += float64(impact * per)
	q.logGas += float64(gas * per)
	l.turnover += size
	l.rebalances++
	return true
}

// logPerPart is −ln(1−c)/c for 0 < c ≤ mostCost: the first term left out,
// c⁸/9, is below 2e-17.
func logPerPart(c float64) float64 {
	p := float64(c * (1.0 / 8))
	p = float64((p + 1.0/7) * c)
	p = float64((p + 1.0/6) * c)
	p = float64((p + 1.0/5) * c)
	p = float64((p + 1.0/4) * c)
	p = float64((p + 1.0/3) * c)
	p = float64((p + 1.0/2) * c)
	return p + 1
}
