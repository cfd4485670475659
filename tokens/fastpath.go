package tokens

import (
	"math"
	"time"

	"mcrisk/fmath"
)

// The fast path advances a lane over steps with known kinds of events only: carry, a
// price move, a streaming fee and a band's trade. Between trades leverage is a function
// of the price, and a trade takes it to a known value, whatever the cost. A lane on the
// fast path is described by
//
//	p = −x/b   exposure over cash
//	b          cash
//	v = 1/(1−p) = 1 − L, for the leverage L = p/(p−1)
//
// At a step p is multiplied by the price's factor and a constant, and b by a
// constant; charges on exposure divide p and multiply b by 1 + carry·p. Entries of the
// ledger are kept as sums, which are added to it when the lane leaves the fast path.
// gridStep makes all other steps. Both compute the same numbers, to rounding;
// docs/fast-path.md has the derivation.
//
// Whether a lane takes a step on the fast path depends on the token and the lane only.
// The vector code does the same operations on many lanes at once, so a lifetime has the
// same bits alone or in a batch, and on every machine.
type fastPath struct {
	trades bool // trades are made here too, if there are any

	ratio float64 // growth of p at a constant price, without carry
	grow  float64 // growth of b without carry: a loan's interest, streaming fee
	carry float64 // what a step takes from cash, over exposure, signed; over 1 + interest on cash
	lo    float64 // range of p in which a lane may take the fast path
	hi    float64
	floor float64 // equity below which a lane may not; zero: none

	up, down edge // of the band, after a rise and after a fall of the price

	rate     float64   // of a trade's cost, a fraction of notional
	sizeCost *sizeCost // what else it costs; nil: nothing
	v0       float64   // 1 − target
	vector   *fastConstants

	per [4]float64 // Taylor coefficients about v0 in v of ln(1+d)/d for a step's carry d

	dated *datedPath // in place of ratio, grow, carry and per; nil: rates are constants
}

// An edge is where a band trades, with the effect of the trade: with cost k as a fraction
// of notional, s = ±1 for buying or selling and leverage w after it,
//
//	b' = b·(a + c·p),  a = g·(1−w)/(1+s·k·w),  c = −(1+s·k)·a,
//
// g the growth of b over the step.
type edge struct {
	at   float64 // p beyond which the band trades
	a, c float64 //
	p    float64 // after the trade
	w, v float64 // after the trade: leverage, and 1 − w
	turn float64 // s/(1+s·k·w): notional over equity, for each unit by which v falls
}

// The state of a lane on the fast path, and its sums since it entered.
type fastState struct {
	on         bool
	lo, hi     float64 // range of p in which this lane may be on it
	p, b, e, v float64

	e0, b0, v0 float64 // when it began
	n          int     // steps
	sumE, sumB float64 // Σ of e and b after each step
	s1, s2, s3 float64 // Σ of the powers of v − fastPath.v0 after each step
	paid       float64 // Σ of trade costs in proportion to notional
	kept       float64 // Π of 1 − cost/equity of trades; one if their cost depends on size
	pMin, pMax float64 // before trades

	sizeCostSums
	datedSums
}

// newFastPath returns nil for a token that cannot take it.
func newFastPath(k *Kernel) *fastPath {
	t := &k.token
	if k.option != nil || !k.terms.scaleFree() || t.Flows.Kind == Chasing || k.mints || t.Cost.sided() ||
		t.Cost.bounded() || k.sided() || t.Target >= 0 && t.Target <= 1 ||
		t.Keeper.Interval > 0 || t.Keeper.Outage.Rate > 0 && t.Stress.Window == 0 {
		return nil
	}
	c := &fastPath{floor: k.floor, rate: t.Cost.Fee + t.Cost.ImpactBase, v0: 1 - t.Target}
	reach := 50.0 // how far leverage may be from the target
	if k.dated != nil || k.drawn != nil {
		if c.dated = newDatedPath(k); c.dated == nil {
			return nil
		}
		c.grow = 1 + k.fee
	} else if !c.setRates(k, &reach) {
		return nil
	}

	// The range of leverage in which no other event is possible.
	low := max(k.target-reach, 0.02)
	if t.Target > 0 {
		low = max(low, 1.02)
	}
	high := min(k.target+reach, 50, math.Abs(t.LiquidationLeverage())*(1-1e-9))
	if c.rate > 0 {
		high = min(high, 0.999/c.rate) // beyond, a sale costs more than there is
	}
	if !(low <= high) {
		return nil
	}
	c.lo, c.hi = c.order(k, low, high)

	band, ok := bandOf(t)
	_, hold := t.Policy.(Hold)
	switch {
	case hold:
		c.trades = true // at edges that leverage never reaches
		c.down.at, c.up.at = math.Inf(-1), math.Inf(1)
	case ok && band.To != Partial && t.Cost.onFastPath() && t.Keeper.Latency == 0 && !c.beyondStress(k):
		if !(band.Low >= low && band.High <= high) {
			return nil
		}
		c.trades = true
		if !t.Cost.proportional() {
			c.sizeCost = newSizeCost(t)
			if t.Stress.Window > 0 {
				c.sizeCost.stress = &t.Stress
			}
		}
		c.down.at, c.up.at = c.order(k, band.Low*(1-tolerance), band.High*(1+tolerance))
		wUp, wDown := t.Target, t.Target
		if band.To == Edge {
			wUp, wDown = band.Low, band.High // a long token's leverage falls as the price rises
			if t.Target < 0 {
				wUp, wDown = -band.High, -band.Low
			}
		}
		c.up.trade(wUp, c.rate, c.grow)
		c.down.trade(wDown, -c.rate, c.grow)
	}
	if c.trades {
		c.vector = newFastConstants(c)
		switch {
		case !vector:
		case k.drawn != nil:
			c.dated.shapeDrawn(k)
		case c.dated != nil:
			c.dated.tabulate(k, c.sizeCost != nil)
		}
	}
	return c
}

// beyondStress reports whether trades follow the variance in ways that the fast path does not know: with dated or drawn
// rates, or in what they cost whatever their size.
func (c *fastPath) beyondStress(k *Kernel) bool {
	t := &k.token
	return t.Stress.Window > 0 && (k.dated != nil || k.drawn != nil || t.Cost.ImpactBase != 0 && t.Stress.Impact != 0)
}

// setRates sets what constant rates do in a step, and lowers the reach to where three terms of
// the series are enough. It reports false if a step at the target charges too much for them.
func (c *fastPath) setRates(k *Kernel, reach *float64) bool {
	t := &k.token
	// Interest on the margin x + b is that on cash, less what the exposure then pays.
	growB := k.growB + k.onMargin
	paid := k.funding + float64(k.sign*k.borrowFee) - k.onMargin // a step's over the exposure, signed
	c.ratio = (1 + k.growX) / (1 + growB)
	c.grow = float64((1 + growB) * (1 + k.fee))
	c.carry = paid / (1 + growB)
	// A step's carry over equity at leverage L is growX·L + growB·(1−L) − paid·L.
	growX := k.growX - paid
	d0 := float64(growX*t.Target) + float64(growB*c.v0)
	d1 := growB - growX
	if !(math.Abs(d0) < 1e-3) {
		return false
	}
	// ln(1+d)/d = Σ (−d)^j/(j+1), and its derivatives at d0 over i!.
	power := 1.0 // of d1
	for i := range c.per {
		sum, d, choose := 0.0, 1.0, 1.0 // choose j of i
		for j := i; j < i+8; j++ {
			term := float64(float64(choose*d) / float64(j+1))
			if j%2 == 1 {
				term = -term
			}
			sum += term
			d = float64(d * d0)
			choose = float64(choose*float64(j+1)) / float64(j+1-i)
		}
		c.per[i] = float64(sum * power)
		power = float64(power * d1)
	}
	if d1 != 0 {
		*reach = min(*reach, 2e-4/math.Abs(d1))
	}
	return true
}

// bandOf returns the band of a token's policy, if it has one.
func bandOf(t *Token) (Band, bool) {
	switch p := t.Policy.(type) {
	case Band:
		return p, true
	case Geometric:
		return p.Band(t.Target), true
	}
	return Band{}, false
}

// order returns p at two leverages, magnitudes low ≤ high, the lesser first.
func (c *fastPath) order(k *Kernel, low, high float64) (p, q float64) {
	p, q = float64(k.sign*low), float64(k.sign*high)
	p, q = p/(p-1), q/(q-1)
	return min(p, q), max(p, q)
}

// trade sets what a trade to leverage w does; sk is the cost, negative when
// selling.
func (e *edge) trade(w, sk, grow float64) {
	e.p, e.w, e.v = w/(w-1), w, 1-w
	e.a = float64(grow*(1-w)) / (1 + float64(sk*w))
	e.c = -float64((1 + sk) * e.a)
	e.turn = math.Copysign(1, sk) / (1 + float64(sk*w))
}

// enter puts a lane on the fast path, if it may be there.
func (c *fastPath) enter(k *Kernel, l *Lane) bool {
	if l.ended || l.due != Never {
		return false
	}
	q := fastState{on: true, lo: c.lo, hi: c.hi, p: -l.x / l.b, b: l.b, kept: 1, pMin: math.Inf(1)}
	q.base, q.grown, q.first = l.b, 1, l.rebalances
	if !c.trades {
		low, high := max(l.low, 0.001), min(l.high, 1000)
		if k.sign > 0 {
			low = max(low, 1.001)
		}
		if !(low <= high) {
			return false // whatever leverage is, it is outside
		}
		lo, hi := c.order(k, low, high)
		q.lo, q.hi = max(q.lo, lo), min(q.hi, hi)
	}
	if !(q.p >= q.lo && q.p <= q.hi) || !(l.b*c.v0 > 0) {
		return false
	}
	o := 1 - q.p
	q.e, q.v = float64(q.b*o), 1/o
	if q.e < c.floor {
		return false
	}
	q.e0, q.b0, q.v0 = l.x+l.b, q.b, q.v
	l.fast = q
	return true
}

// leastKept is the product of 1 − cost/equity below which the lane leaves the fast path,
// so that the product cannot underflow.
const leastKept = 1e-200

// step advances a lane by one step, or reports that gridStep has to do it.
func (c *fastPath) step(l *Lane, gross float64, now time.Duration) bool {
	q := &l.fast
	p, grow, carry := float64(q.p*float64(gross*c.ratio)), c.grow, 1.0
	switch {
	case c.dated != nil:
		var x float64
		var little bool
		if x, carry, little = c.dated.charge(q, &l.dated.charges); !little {
			return false
		}
		p = float64(q.p*float64(gross*x)) / carry
		grow = float64(grow * carry)
	case c.carry != 0:
		carry = 1 + float64(q.p*c.carry)
		p /= carry
		grow = float64(grow * carry)
	}
	if !(p >= q.lo && p <= q.hi) || now >= l.trigger.At || q.kept < leastKept {
		return false
	}
	if c.floor > 0 {
		b := q.b // before a trade
		if c.sizeCost != nil {
			b = float64(q.base * q.grown)
		}
		if float64(float64(b*grow)*(1-p)) < c.floor {
			return false
		}
	}
	var side *edge
	if c.trades {
		if p < c.down.at {
			side = &c.down
		} else if p > c.up.at {
			side = &c.up
		}
		if side != nil && l.down {
			return false
		}
	}
	before := p
	var b float64
	switch {
	case c.sizeCost != nil:
		grown := float64(q.grown * grow)
		b = float64(q.base * grown)
		if side != nil {
			if !c.sizeCost.trade(l, side, c.rate, p, b) {
				return false
			}
			p, b, grown = side.p, q.base, 1
		}
		q.grown = grown
	case side != nil:
		o := 1 - p
		e := float64(float64(q.b*grow) * o)
		b = float64(q.b * float64((side.a+float64(p*side.c))*carry))
		p = side.p
		after := 1 - p
		q.paid += e - float64(b*after)
		part := float64((1/o - 1/after) * side.turn)
		l.turnover += part
		q.kept = float64(q.kept * (1 - float64(c.rate*part)))
		l.rebalances++
	default:
		b = float64(q.b * grow)
	}
	q.pMin, q.pMax = min(q.pMin, before), max(q.pMax, before)
	if c.dated != nil {
		q.pay(q.e)
	}
	o := 1 - p
	e, v := float64(b*o), 1/o
	q.p, q.b, q.e, q.v = p, b, e, v
	q.n++
	q.sumE += e
	if c.dated == nil {
		q.sumB += b
		d := v - c.v0
		d2 := float64(d * d)
		q.s1 += d
		q.s2 += d2
		q.s3 += float64(d2 * d)
	}
	if e < l.min {
		l.min = e
	}
	l.rec.visit(e, now)
	return true
}

// What a venue charges, by the kinds of [Terms].
const (
	onExposure = iota
	onCash
	ofFunding
	ofBorrowing
	onMargin
	chargeKinds
)

// items are what charges are booked as.
func (t *Terms) items() [chargeKinds]Item {
	return [...]Item{t.ExposureInterest.Item, t.CashInterest.Item, t.Funding.Item, t.BorrowFee.Item,
		t.MarginInterest.Item}
}

// chargeSums are the sums of what was charged on the fast path.
type chargeSums struct{ money, logs [chargeKinds]float64 }

// charged are those of a lane since it entered.
func (c *fastPath) charged(k *Kernel, q *fastState) (r chargeSums) {
	if c.dated != nil {
		return c.dated.charged(&q.datedSums)
	}
	// Sums over the starts of steps, from those over their ends.
	sumE, sumB := q.sumE-q.e+q.e0, q.sumB-q.b+q.b0
	d, d0 := q.v-c.v0, q.v0-c.v0
	s1 := q.s1 - d + d0
	s2 := q.s2 - float64(d*d) + float64(d0*d0)
	s3 := q.s3 - float64(float64(d*d)*d) + float64(float64(d0*d0)*d0)

	n, exposure, borrow := float64(q.n), sumE-sumB, float64(k.sign*k.borrowFee)
	// A step's carry, L of it on the exposure and v = 1 − L on the cash, has
	// log parts in proportion, L and v times per.
	per := float64(c.per[0]*n) + float64(c.per[1]*s1) + float64(c.per[2]*s2) + float64(c.per[3]*s3)
	above := float64(c.per[0]*s1) + float64(c.per[1]*s2) + float64(c.per[2]*s3) // v − v0 times per
	logL, logV := float64((1-c.v0)*per)-above, float64(c.v0*per)+above
	return chargeSums{
		money: [...]float64{float64(k.growX * exposure), float64(k.growB * sumB), -float64(k.funding * exposure),
			-float64(borrow * exposure), float64(k.onMargin * sumE)},
		logs: [...]float64{float64(k.growX * logL), float64(k.growB * logV), -float64(k.funding * logL),
			-float64(borrow * logL), float64(k.onMargin * (logL + logV))},
	}
}

// flush takes a lane off the fast path and adds its sums to the position and the books.
func (c *fastPath) flush(k *Kernel, l *Lane) {
	q := l.fast
	l.fast.on = false
	if q.n == 0 {
		return
	}
	l.x, l.b = -float64(q.p*q.b), q.b
	e := l.x + l.b
	charged := c.charged(k, &q)
	paid, logTrade := q.paid, -q.logFee
	if q.kept != 1 {
		logTrade = fmath.Log(q.kept)
	}
	tradeFee, logFee := paid, logTrade
	if c.rate > 0 {
		share := k.token.Cost.Fee / c.rate
		tradeFee, logFee = float64(paid*share), float64(logTrade*share)
	}
	impact, logImpact := paid-tradeFee, logTrade-logFee
	if s := c.sizeCost; s != nil {
		gas := float64(s.gas * float64(l.rebalances-q.first))
		if s.steady || c.dated != nil {
			gas = q.gas
		}
		paid += q.impact + gas
		impact += q.impact
		logImpact -= q.logImpact
		logTrade -= q.logImpact + q.logGas
		l.money.add(Gas, -gas)
		l.logs[Gas] -= q.logGas
	}
	fee := float64(k.fee / (1 + k.fee) * (q.sumE + paid))
	logStream := float64(float64(q.n) * k.logFee)

	m, g := &charged.money, &charged.logs
	rest, logRest := (e-q.e0)-m[onExposure]-m[onCash]-fee+paid, g[onExposure]+g[onCash]+logStream+logTrade
	rest -= m[ofFunding] + m[ofBorrowing]
	logRest += g[ofFunding] + g[ofBorrowing]
	rest -= m[onMargin]
	logRest += g[onMargin]
	for i, item := range k.terms.items() {
		l.money.add(item, m[i])
		l.logs[item] += g[i]
	}
	l.money.add(StreamingFee, fee)
	l.money.add(TradeFee, -tradeFee)
	l.money.add(Impact, -impact)
	l.money.add(Price, rest)
	l.logs[StreamingFee] += logStream
	l.logs[TradeFee] += logFee
	l.logs[Impact] += logImpact
	l.logs[Price] -= logRest
	l.growth *= e / q.e0
	if !(l.growth > 1e-100 && l.growth < 1e100) {
		l.foldGrowth()
	}
	l.min = min(l.min, e) // which is q.e to rounding
	for _, p := range [2]float64{q.pMin, q.pMax} {
		lev := p / math.Abs(1-p)
		l.lev.min, l.lev.max = min(l.lev.min, lev), max(l.lev.max, lev)
	}
}
