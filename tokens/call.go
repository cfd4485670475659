package tokens

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// A call is what a lane holds through an [Option]. Exposure and cash of the lane follow from it: on either side of
// the strike equity is linear in the price, so a lane's books, records and policy are those of any token.
type call struct {
	price  float64 // of the underlying, over that at the start
	size   float64 // N, units of the underlying per unit of initial equity
	strike float64 // K, as the price
	margin float64 // M, units
	owed   float64 // B, units
	cash   float64 // D, dollars

	leastMargin, leastOwed float64 // below which the keeper sets them anew
	rolled                 float64 // price at the last roll
	up, down               float64 // prices at which it rolls next

	rate float64 // funding of the current step, a fraction of size
	full bool    // the venue takes no more size in the current step

	// The floor is what was left without the call at the last trade or at the price that asked for a roll, whichever
	// is more, less what the ledger took since. Of what it took in units of the underlying, drift is not yet paid.
	floor, drift float64
	breach       float64 // deepest fall of equity below the floor, a fraction of it

	health float64 // least of the hedge
	rolls  int
}

// options is a kernel's option and what it charges over a step.
type options struct {
	Option
	growOwed, growCash float64       // interest: e^{rate·dt} − 1
	perYear            float64       // step, years
	start              time.Duration // from which it is in force, see [Kernel.Then]
	constant           float64       // funding of a step, a fraction of size
	changes            bool          // it does with time, at a constant skew
	drawn              bool          // funding and skew are those of a block
	funding, skew      int           // which of a block's Rates they are
}

func newOptions(k *Kernel) *options {
	m, ok := k.token.Mechanism.(Option)
	if !ok {
		return nil
	}
	dt := years(k.step)
	return &options{Option: m,
		growOwed: fmath.Expm1(float64(m.Borrow * dt)), growCash: fmath.Expm1(float64(m.Supply * dt)),
		perYear: dt, constant: float64(m.Funding * dt), changes: m.change() != 0}
}

// dated are the charges of a step of dt years at rates with dates.
func (o *options) dated(d Dated, dt float64) (r callRates, err error) {
	m := d.Option
	r = callRates{growOwed: fmath.Expm1(float64(m.Borrow * dt)), growCash: fmath.Expm1(float64(m.Supply * dt)),
		funding: float64(m.Funding * dt), funded: d.Funded}
	if size := math.Abs(r.growOwed) + math.Abs(r.growCash) + r.funding; !(size < math.Inf(1)) || r.funding < 0 {
		return r, fmt.Errorf("%+v; want finite numbers, and funding of at least 0", r)
	}
	m.Borrow, m.Supply, m.Funding = o.Borrow, o.Supply, o.Funding
	if m != o.Option {
		return r, errors.New("a number of the option changes that is neither an interest rate nor its funding rate; " +
			"want the same for all of it")
	}
	return r, nil
}

// follows makes an option go on from another at a time: the funding rate stays, unless its number at the start is
// another one.
func (o *options) follows(before *options, at time.Duration, changed bool) {
	same, was := o.Option, before.Option
	same.Funding, was.Funding = 0, 0
	if !changed && same == was { // it goes on to the bit
		o.start, o.Funding, o.constant = before.start, before.Funding, before.constant
		return
	}
	o.start = at
	if !changed {
		o.Funding = before.at(years(at - before.start))
	}
	o.Funding = o.at(0)
	o.constant = float64(o.Funding * o.perYear)
}

// Option reports whether the token holds its leverage through an [Option].
func (k *Kernel) Option() bool { return k.option != nil }

// DrawFunding makes funding rate and skew of the kernel's option those of a block's Rates, whose numbers, counted
// from 0, are given.
func (k *Kernel) DrawFunding(funding, skew int) {
	o := k.option
	o.drawn, o.changes, o.funding, o.skew = true, false, funding, skew
}

// open is the call at the start: at the money, at the target, without a cost.
func (k *Kernel) open(l *Lane) {
	c := &l.call
	*c = call{price: 1, strike: 1, cash: 1, rolled: 1, health: math.Inf(1), rate: k.option.constant,
		full: k.option.Skew >= k.option.SkewMax}
	k.option.watch(c)
	k.option.settle(c, 1, 1, k.option.sizeAt(1, 1, 0, k.target), 0)
	c.floor = 1
	c.weigh(l)
	k.hedgeHealth(c)
}

// weights are exposure and cash of a call of some size beside net units of the underlying and cash.
func weights(price, strike, size, net, cash float64) (x, b float64) {
	if price >= strike {
		return float64((net + size) * price), cash - float64(size*strike)
	}
	return float64(net * price), cash
}

// weigh sets exposure and cash of the lane.
func (c *call) weigh(l *Lane) {
	l.x, l.b = weights(c.price, c.strike, c.size, c.margin-c.owed, c.cash)
}

// intrinsic is what exercise of a size would pay.
func (c *call) intrinsic(size float64) float64 { return float64(size * max(c.price-c.strike, 0)) }

// grow multiplies all that a share stands for by 1 + q.
func (c *call) grow(q float64) {
	for _, v := range []*float64{&c.size, &c.margin, &c.owed, &c.cash, &c.leastMargin, &c.leastOwed, &c.floor,
		&c.drift} {
		*v += float64(q * *v)
	}
}

// advanceCall is Advance of a token that holds an option.
func (k *Kernel) advanceCall(b *block.Block, underlying int, l *Lane, i, from, to int) {
	gross, grid := b.Gross[underlying], b.Ways[underlying] == nil
	for s := from; s < to && !l.ended; s++ {
		if grid {
			if s = k.callRun(b, gross, l, i, s, to); s == to {
				return
			}
		}
		now := time.Duration(b.First+s+1) * k.step
		k.outage(b, l, s, i)
		k.measured(b, l, s, i)
		k.date(b, underlying, l, s, i)
		if o := k.option; o.drawn {
			l.call.rate = float64(b.Rates[o.funding][s][i] * o.perYear)
			l.call.full = b.Rates[o.skew][s][i] >= o.SkewMax
		}
		if grid {
			k.gridStep(l, gross[s][i], now)
		} else {
			k.wayStep(l, &b.Ways[underlying][i][s], &b.Factors[underlying][i][s], now)
		}
	}
}

// fundingAt is what funding takes in the step that begins at a time, a fraction of size, at a constant skew.
func (k *Kernel) fundingAt(start time.Duration) float64 {
	at := years(start - k.option.start)
	return max(0, k.option.paid(at+k.option.perYear)-k.option.paid(at))
}

// runsCalls reports whether callRun may make steps of a block, whose prices are on a grid.
func (k *Kernel) runsCalls() bool {
	return k.calmCall && k.outages == 0 && k.token.Stress.Window == 0 && k.dated == nil && k.next == nil
}

// callRun makes steps of a lane of a block, the first of which is s, as long as they have no event: with the operations
// of carryCall, moveCall and close, on numbers that it keeps at hand. It returns the step that it leaves to gridStep.
func (k *Kernel) callRun(b *block.Block, gross *block.Track, l *Lane, i, s, to int) int {
	c, o := &l.call, k.option
	if !k.runsCalls() || l.trace != nil || l.due != Never || c.size == 0 {
		return s
	}
	price, margin, owed, cash, floor, drift := c.price, c.margin, c.owed, c.cash, c.floor, c.drift
	e, growth := l.x+l.b, l.growth
	funded, interests, prices := l.money.at(OptionFunding), l.money.at(HedgeInterest), l.money.at(Price)
	logFunding, logInterest := l.logs[OptionFunding], l.logs[HedgeInterest]
	size, strike, spent := c.size, c.strike, float64(c.size*c.strike)
	leastMargin := max(c.leastMargin, float64(o.Maintenance*size))
	low, high := l.leverages()
	lowest, highest := max(low, l.low), min(high, l.high) // above the strike the policy has edges too
	lower := max(l.rec.floor, l.min)                      // from here to the peak, equity is not extreme
	above := price >= strike
	if at := l.trigger.At; at != Never { // the step that ends then is left to gridStep
		to = min(to, max(s, int((at-1)/k.step)-b.First))
	}
	for ; s < to; s++ {
		if o.drawn {
			c.rate = float64(b.Rates[o.funding][s][i] * o.perYear)
		} else if o.changes {
			c.rate = k.fundingAt(time.Duration(b.First+s) * k.step)
		}
		next := float64(price * gross[s][i])
		paid, grown, earned := float64(c.rate*size), float64(o.growOwed*owed), float64(o.growCash*cash)
		funding, interest := -float64(paid*price), earned-float64(grown*price)
		left, debt, deposit := margin-paid, owed+grown, cash+earned
		promised, taken := floor+earned, drift-(paid+grown)
		units, money := left-debt, deposit
		if above {
			units, money = units+size, deposit-spent
		}
		before, passes := float64(units*price)+money, (next >= strike) != above
		if passes {
			if units, money = left-debt, deposit; !above {
				units, money = units+size, deposit-spent
			}
		}
		exposure := float64(units * next)
		after := exposure + money
		held, loan := float64(deposit*o.HedgeThreshold), float64(debt*next)
		per := 1 / e
		q := float64((funding + interest) * per)
		if next >= c.up || next <= c.down || left < leastMargin || debt < c.leastOwed || !(before > 0) ||
			!(after > 0) ||
			after < float64((promised+float64(taken*next))*(1-least)) || !(math.Abs(q) < smallCarry) {
			break
		}
		worse := held < float64(c.health*loan)
		if worse && held < loan {
			break
		}
		lever, extreme := math.Abs(exposure), false
		if above != passes {
			extreme = !(lever > float64(lowest*after) && lever < float64(highest*after))
		} else {
			extreme = !(lever > float64(low*after) && lever < float64(high*after))
		}
		if extreme && above != passes && (exposure < float64(l.low*after) || exposure > float64(l.high*after)) {
			break
		}
		per = float64(per * logPerSmall(q))
		funded.add(funding)
		logFunding += float64(funding * per)
		interests.add(interest)
		logInterest += float64(interest * per)
		prices.add(after - before)
		if growth *= after / before; !(growth > 1e-100 && growth < 1e100) {
			l.growth = growth
			l.foldGrowth()
			growth = l.growth
		}
		price, margin, owed, cash, floor, drift, above = next, left, debt, deposit, promised, taken, above != passes
		e = after
		if worse {
			c.health = held / loan
		}
		if extreme {
			l.x, l.b = exposure, money
			k.gauge(l)
			low, high = l.leverages()
			lowest, highest = max(low, l.low), min(high, l.high)
		}
		if after > l.rec.peak || after < lower {
			l.min = min(l.min, after)
			l.rec.visit(after, time.Duration(b.First+s+1)*k.step)
			lower = max(l.rec.floor, l.min)
		}
	}
	c.price, c.margin, c.owed, c.cash, c.floor, c.drift = price, margin, owed, cash, floor, drift
	c.weigh(l)
	l.growth = growth
	l.money.set(OptionFunding, funded)
	l.money.set(HedgeInterest, interests)
	l.money.set(Price, prices)
	l.logs[OptionFunding], l.logs[HedgeInterest] = logFunding, logInterest
	return s
}

// smallCarry is the part of equity up to which logPerSmall is logPerUnit to half a rounding: the first term left out is
// below 6e-18.
const smallCarry = 5e-4

// carryCall charges a step's funding and the interest of the hedge.
func (k *Kernel) carryCall(l *Lane, now time.Duration) {
	c, o := &l.call, k.option
	growOwed, growCash := o.growOwed, o.growCash
	if l.dated != nil {
		growOwed, growCash = l.dated.call.growOwed, l.dated.call.growCash
	}
	switch {
	case l.dated != nil && l.dated.call.funded:
		c.rate = l.dated.call.funding
	case o.changes:
		c.rate = k.fundingAt(now)
	}
	e := l.x + l.b
	paid, owed, earned := float64(c.rate*c.size), float64(growOwed*c.owed), float64(growCash*c.cash)
	funding, interest := -float64(paid*c.price), earned-float64(owed*c.price)
	per := 1 / e
	if q := float64((funding + interest) * per); math.Abs(q) < smallCarry {
		per = float64(per * logPerSmall(q))
	} else {
		per = float64(per * logPerUnit(q))
	}
	l.money.add(OptionFunding, funding)
	l.logs[OptionFunding] += float64(funding * per)
	l.money.add(HedgeInterest, interest)
	l.logs[HedgeInterest] += float64(interest * per)
	c.margin -= paid
	c.owed += owed
	c.cash += earned
	c.floor += earned
	c.drift -= paid + owed
	c.weigh(l)
	l.trace.event(l, now, "carry")
	if !(l.x+l.b > 0) {
		l.end(now)
	}
}

// moveCall moves the price.
func (k *Kernel) moveCall(l *Lane, to float64) {
	c := &l.call
	e := l.x + l.b
	c.price = to
	c.weigh(l)
	after := l.x + l.b
	l.money.add(Price, after-e)
	l.growth *= after / e
	if !(l.growth > 1e-100 && l.growth < 1e100) {
		l.foldGrowth()
	}
	k.hedgeHealth(c)
}

// hedgeHealth records the least health factor of the hedge.
func (k *Kernel) hedgeHealth(c *call) {
	held, owed := float64(c.cash*k.option.HedgeThreshold), float64(c.owed*c.price)
	if owed > 0 && held < float64(c.health*owed) {
		c.health = held / owed
	}
}

// healthNow is the health factor of the hedge.
func (k *Kernel) healthNow(c *call) float64 {
	if !(c.owed > 0) {
		return math.Inf(1)
	}
	return float64(c.cash*k.option.HedgeThreshold) / float64(c.owed*c.price)
}

// callLiquidates reports whether the call or its hedge is liquidated now.
func (k *Kernel) callLiquidates(c *call) bool { return k.exhausted(c) || k.hedgeLiquidates(c) }

// exhausted reports whether margin and profit of the call are below maintenance, by more than rounding.
func (k *Kernel) exhausted(c *call) bool {
	need := float64(float64(k.option.Maintenance*c.size) * (1 - tolerance))
	return c.size > 0 && c.margin < need && float64(c.margin*c.price)+c.intrinsic(c.size) < float64(need*c.price)
}

// hedgeLiquidates reports whether liquidators may repay the loan. Without a deposit there is nothing to take.
func (k *Kernel) hedgeLiquidates(c *call) bool {
	return c.cash > 0 && float64(c.cash*k.option.HedgeThreshold) < float64(float64(c.owed*c.price)*(1-tolerance))
}

// liquidateCall lets the venue take the call, whose holder loses its margin, and liquidators repay the hedge until
// its health factor is 1.
func (k *Kernel) liquidateCall(l *Lane, now time.Duration) {
	c, o := &l.call, k.option
	k.gauge(l)
	e, penalty := l.x+l.b, 0.0
	if k.exhausted(c) {
		left := float64(c.margin*c.price) + c.intrinsic(c.size)
		penalty = max(0, left)
		c.cash += min(0, left) // what a long step took beyond the margin
		c.size, c.margin = 0, 0
	}
	loan := Loan{Threshold: o.HedgeThreshold, Bonus: o.HedgeBonus}
	for dollars := k.dollars(l, e); k.hedgeLiquidates(c); {
		call := loan.Call(c.cash, float64(c.owed*c.price), dollars)
		c.cash -= call.Seized
		c.owed -= call.Repaid / c.price
		penalty += call.Seized - call.Repaid
	}
	if rest := float64(c.margin*c.price) + c.intrinsic(c.size); c.cash == 0 && rest > 0 {
		// What no deposit secures is the market's loss: it has no claim on the call.
		penalty -= float64(c.owed * c.price)
		c.owed = 0
	}
	c.weigh(l)
	if e > 0 {
		l.book(LiquidationPenalty, -penalty, e, logPerUnit(-penalty/e))
	} else {
		l.money.add(LiquidationPenalty, -penalty)
	}
	k.guard(l)
	k.liquidated(l, now)
}

// watch sets the prices at which the keeper rolls next.
func (o *options) watch(c *call) {
	c.up, c.down = math.Inf(1), 0
	if o.RollTrigger > 0 {
		c.up = float64(c.rolled * (1 + o.RollTrigger))
		if o.RollDown {
			c.down = float64(c.rolled * (1 - o.RollTrigger))
		}
	}
}

// wantsRoll reports whether the strike is to be rolled now.
func (c *call) wantsRoll() bool { return c.price >= c.up || c.price <= c.down }

// shrunk reports whether margin or loan is to be set anew.
func (c *call) shrunk() bool { return c.margin < c.leastMargin || c.owed < c.leastOwed }

// wantsTrade reports whether the keeper has something to do.
func (k *Kernel) wantsTrade(l *Lane) bool {
	c := &l.call
	if c.size == 0 { // to open it again; where the venue is full, to repay what is owed
		return !c.full || c.owed > 0
	}
	return c.wantsRoll() || c.shrunk() || c.price >= c.strike && k.offBand(l)
}

// A settlement is what a trade of the call comes to, before it is made.
type settlement struct {
	call
	equity          float64
	traded, swapped float64 // size, in units; value of what was bought or sold for the hedge, signed: bought
	fee, swapFee    float64
	impact, gas     float64
	closed, opened  float64
}

// settlement finds the size that a trade leads to: that of leverage to, or with to = 0 the size before. Part of the
// size is rolled. Cost and size depend on each other; the loop is a contraction where costs are small parts of both.
// Where a dear trade makes the next size jump past the one that is sought, halves of the steps get there.
func (k *Kernel) settlement(l *Lane, to, part float64) (s settlement, ok bool) {
	o, before := k.option, &l.call
	e, p := l.x+l.b, before.price
	cost, dollars := k.cost(l), k.dollars(l, e)
	most := math.Inf(1)
	if before.full {
		most = before.size
	}
	s.call, s.equity = *before, e
	size := before.size
	if to > 0 {
		kept := float64((1-part)*size) * max(p-before.strike, 0)
		size = min(o.sizeAt(p, e, float64(kept), to), most)
	}
	near := false
	for round := range 200 {
		keep := min(float64((1-part)*before.size), size)
		s.closed, s.opened = before.size-keep, size-keep
		s.traded = s.closed + s.opened
		s.fee = float64(float64(o.TradeFee*s.traded) * p)
		s.swapFee, s.impact, s.gas = cost.of(math.Abs(s.swapped), dollars, s.swapped > 0)
		equity := e - (s.fee + s.swapFee + s.impact + s.gas)
		if s.strike = p; size > 0 {
			s.strike = (float64(keep*before.strike) + float64(s.opened*p)) / size
		}
		next := size
		if !o.settle(&s.call, p, equity, size, float64(keep*max(p-before.strike, 0))) {
			return s, false
		}
		if to > 0 {
			next = min(o.sizeAt(p, equity, float64(keep*max(p-before.strike, 0)), to), most)
		}
		// What of the underlying is held beside the call goes from margin − owed, with the profit that was taken and
		// the fee, to what it is now.
		net := float64(float64(before.margin-before.owed)*p) + before.intrinsic(s.closed) - s.fee
		swapped := float64((s.margin-s.owed)*p) - net
		done := math.Abs(next-size) <= 1e-15*size && math.Abs(swapped-s.swapped) <= 1e-15*e && equity == s.equity
		near = math.Abs(next-size) <= 1e-9*size && math.Abs(swapped-s.swapped) <= 1e-9*e
		if round >= 50 && !done {
			next, swapped = (size+next)/2, (s.swapped+swapped)/2
		}
		size, s.swapped, s.equity = next, swapped, equity
		if !(size >= 0 && equity > 0) {
			return s, false
		}
		if done {
			break
		}
	}
	return s, size > 0 && near
}

// settle sets margin, loan and deposit of a size whose profit is given, at equity e; not if equity is too little.
func (o *options) settle(c *call, price, e, size, profit float64) bool {
	c.size, c.margin = size, float64(o.Margin*size)
	value := float64(c.margin * price)
	rest := e - profit
	owed := value
	if owed > float64(o.HedgeLTV*rest) {
		owed = float64(o.HedgeLTV*(rest-value)) / (1 - o.HedgeLTV)
	}
	if !(owed >= 0) {
		return false
	}
	c.owed, c.cash = owed/price, rest-value+owed
	if owed == value {
		c.owed = c.margin
	}
	keep := 1 - o.MarginReset
	if o.MarginReset == 0 {
		keep = math.Inf(-1)
	}
	c.leastMargin, c.leastOwed = float64(keep*c.margin), float64(keep*c.owed)
	return true
}

// sizeAt is the size whose exposure is to times equity.
func (o *options) sizeAt(price, e, profit, to float64) float64 {
	size := float64(to*e) / price
	if rest := e - profit; float64(float64(o.Margin*size)*price) > float64(o.HedgeLTV*rest) {
		debt := float64(o.HedgeLTV*rest) / (1 - o.HedgeLTV)
		size = (float64(to*e) + debt) / float64(price*(1+o.Margin/(1-o.HedgeLTV)))
	}
	return size
}

// tradeCall does what the keeper's rules ask for: it rolls, takes leverage to where the policy says, and sets margin
// and loan. It reports whether there was a trade.
func (k *Kernel) tradeCall(l *Lane, now time.Duration) bool {
	c, o := &l.call, k.option
	to, part := 0.0, 0.0
	rolls := c.wantsRoll() && c.size > 0
	if rolls {
		part = o.RollPart
	}
	if c.size == 0 {
		if c.full {
			return c.owed > 0 && k.repay(l, now)
		}
		to = k.target
	} else if c.price >= c.strike {
		if lev, ok := k.token.Policy.Trade(k.view(l, now), &l.state); ok {
			to = lev
		}
	}
	if to > maxLeverage || to == 0 && !rolls && !c.shrunk() {
		return false
	}
	e := l.x + l.b
	s, ok := k.settlement(l, to, part)
	if !ok || !rolls && !c.shrunk() && s.traded <= tolerance*c.size || k.callLiquidates(&s.call) {
		return false
	}
	cost := s.fee + s.swapFee + s.impact + s.gas
	per := logPerUnit(-cost / e)
	l.book(OptionFee, -s.fee, e, per)
	l.book(TradeFee, -s.swapFee, e, per)
	l.book(Impact, -s.impact, e, per)
	l.book(Gas, -s.gas, e, per)
	left := c.floor + float64(c.drift*c.price) - cost
	opened := c.size == 0
	*c = s.call
	c.weigh(l)
	after := l.x + l.b
	// Equity of the parts is that of the books to rounding.
	c.cash += s.equity - after
	c.weigh(l)
	c.drift = 0
	if c.floor = s.equity - c.intrinsic(c.size); !opened {
		c.floor = max(c.floor, left)
	}
	if rolls || opened {
		c.rolled = c.price
		o.watch(c)
	}
	if rolls {
		c.rolls++
	}
	l.turnover += float64(s.traded*c.price) / e
	l.rebalances++
	k.hedgeHealth(c)
	k.gauge(l)
	switch {
	case rolls:
		l.trace.event(l, now, "roll")
	case opened:
		l.trace.event(l, now, "open")
	case to > 0:
		l.trace.event(l, now, "rebalance")
	default:
		l.trace.event(l, now, "margin")
	}
	return true
}

// least is the smallest fall below the floor that is no rounding.
const least = 1e-9

// guard records how far equity is below the floor, which rises where the price asks for a roll.
func (k *Kernel) guard(l *Lane) {
	if k.option == nil {
		return
	}
	c, o := &l.call, k.option
	taken := float64(c.drift * c.price)
	if at := c.up; c.price >= at && at > c.strike && c.size > 0 {
		rolled := float64(o.RollPart * c.size)
		gain := float64(rolled*(at-c.strike)) - float64(float64(2*o.TradeFee*rolled)*at)
		if promised := l.x + l.b - c.intrinsic(c.size) + gain; promised > c.floor+taken {
			c.floor = promised - taken
		}
	}
	floor := c.floor + taken
	if e := l.x + l.b; e < floor && floor > 0 {
		if fall := 1 - e/floor; fall > c.breach && fall > least {
			c.breach = fall
		}
	}
}

// repay repays what is owed beside a call that was liquidated.
func (k *Kernel) repay(l *Lane, now time.Duration) bool {
	k.closeCall(l)
	if !(l.x+l.b > 0) {
		l.end(now)
		return true
	}
	l.rebalances++
	k.gauge(l)
	l.trace.event(l, now, "margin")
	return true
}

// closeCall sells the call and repays the hedge, as a vault that is closed does.
func (k *Kernel) closeCall(l *Lane) {
	c, o := &l.call, k.option
	e := l.x + l.b
	fee := float64(float64(o.TradeFee*c.size) * c.price)
	net := float64((c.margin-c.owed)*c.price) + c.intrinsic(c.size) - fee
	swapFee, impact, gas := k.cost(l).of(math.Abs(net), k.dollars(l, e), net < 0)
	cost := fee + swapFee + impact + gas
	per := logPerUnit(-cost / e)
	l.book(OptionFee, -fee, e, per)
	l.book(TradeFee, -swapFee, e, per)
	l.book(Impact, -impact, e, per)
	l.book(Gas, -gas, e, per)
	l.turnover += float64(c.size*c.price) / e
	*c = call{price: c.price, strike: c.strike, cash: e - cost, up: math.Inf(1), floor: e - cost, rate: c.rate,
		full: c.full, breach: c.breach, health: c.health, rolls: c.rolls}
	c.weigh(l)
}

// levelAhead is the log move on a leg until the keeper or a liquidator has something to do, and the price there;
// infinite if the leg ends before.
func (k *Kernel) levelAhead(l *Lane, g *leg, levels ...float64) (d, price float64) {
	d = math.Inf(1)
	for _, at := range levels {
		if !(at > 0) || math.IsInf(at, 1) {
			continue
		}
		if di := float64(g.dir * fmath.Log(at/l.call.price)); di >= 0 && di < d {
			d, price = di, at
		}
	}
	if !(d+tolerance < g.left()) {
		d = math.Inf(1)
	}
	return d, price
}

// callLiquidationAhead is the log move until the call or its hedge is liquidated.
func (k *Kernel) callLiquidationAhead(l *Lane, g *leg) (d, price float64) {
	c, o := &l.call, k.option
	if k.callLiquidates(c) {
		return 0, c.price
	}
	if g.dir > 0 {
		return k.levelAhead(l, g, float64(c.cash*o.HedgeThreshold)/c.owed*(1+2*tolerance))
	}
	need := float64(o.Maintenance * c.size)
	if !(c.margin < need) {
		return math.Inf(1), 0
	}
	return k.levelAhead(l, g, float64(c.size*c.strike)/(c.size+c.margin-need)*(1-2*tolerance))
}

// callEdgeAhead is the log move until the keeper has something to do.
func (k *Kernel) callEdgeAhead(l *Lane, g *leg) (d, price float64) {
	c := &l.call
	switch {
	case k.wantsTrade(l):
		return 0, c.price
	case c.size == 0:
		return math.Inf(1), 0
	}
	x := c.margin - c.owed + c.size // in the money, equity is x·P + b
	b := c.cash - float64(c.size*c.strike)
	at := func(edge float64) float64 { // the price at which leverage is there
		if price := float64(edge*b) / float64(x*(1-edge)); price >= c.strike && !math.IsInf(edge, 1) {
			return price
		}
		return 0
	}
	falling, rising := l.trigger.Low, l.trigger.High // edges that leverage meets as the price falls, and rises
	if b < 0 {
		falling, rising = rising, falling
	}
	if g.dir < 0 {
		return k.levelAhead(l, g, c.down, at(falling))
	}
	strike := 0.0
	if c.price < c.strike { // leverage jumps there
		e := float64(x*c.strike) + b
		if lev := float64(x*c.strike) / e; lev > l.high || lev < l.low {
			strike = c.strike
		}
	}
	return k.levelAhead(l, g, c.up, strike, at(rising))
}

// advanceCallBy moves the price on a leg by a log move d, to price at if that is not zero.
func (k *Kernel) advanceCallBy(l *Lane, g *leg, d, at float64) {
	from := l.call.price
	if at == 0 {
		at = float64(from * fmath.Exp(float64(g.dir*d)))
	}
	k.moveCall(l, at)
	l.trace.price(at / from)
	g.done = min(g.done+d, g.total)
	l.trace.event(l, g.now(), "price")
	k.gauge(l)
}
