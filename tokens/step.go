package tokens

import (
	"math"
	"time"

	"mcrisk/block"
)

// Advance walks one lane, the i-th of its group, over the steps from … to−1 of a
// block, for the given underlying. [Lanes] advance a whole group faster.
func (k *Kernel) Advance(b *block.Block, underlying int, l *Lane, i, from, to int) {
	if k.option != nil {
		k.advanceCall(b, underlying, l, i, from, to)
		return
	}
	for s := from; s < to && !l.ended; s++ {
		now := time.Duration(b.First+s+1) * k.step
		k.outage(b, l, s, i)
		k.measured(b, l, s, i)
		k.date(b, underlying, l, s, i)
		if b.Ways[underlying] == nil {
			k.advanceGrid(l, b.Gross[underlying][s][i], now)
			continue
		}
		k.flush(l)
		k.wayStep(l, &b.Ways[underlying][i][s], &b.Factors[underlying][i][s], now)
	}
}

// outage says to a lane whether its keeper is out of service in a step.
func (k *Kernel) outage(b *block.Block, l *Lane, step, i int) {
	if k.outages > 0 {
		l.down = b.KeeperDown[k.outages-1].Has(step, i)
	}
}

// measured says to a lane how high the realised variance of a step is.
func (k *Kernel) measured(b *block.Block, l *Lane, step, i int) {
	if k.variance > 0 {
		l.variance = b.Variance[k.variance-1][step][i]
	} else if k.token.Stress.Window > 0 {
		panic("tokens: a kernel under stress; want its track of the block's variance, or it on a Path")
	}
}

// advanceGrid is one step whose extremes are unknown, on the fast path if possible.
func (k *Kernel) advanceGrid(l *Lane, gross float64, now time.Duration) {
	c := k.fast
	if c == nil || !(l.fast.on || c.enter(k, l)) {
		k.gridStep(l, gross, now)
		return
	}
	if l.trace != nil {
		k.traceFast(l, gross, now)
		return
	}
	if !c.step(l, gross, now) {
		c.flush(k, l)
		k.gridStep(l, gross, now)
	}
}

// flush takes a lane off the fast path and brings its position and its books up to date.
func (k *Kernel) flush(l *Lane) {
	if l.fast.on {
		k.fast.flush(k, l)
	}
}

// gridStep is one step whose extremes are unknown: the price is known at its end only,
// so the whole move is one jump.
func (k *Kernel) gridStep(l *Lane, gross float64, now time.Duration) {
	k.carry(l, now-k.step)
	if l.ended {
		return
	}
	k.jump(l, gross, now)
	if l.ended {
		return
	}
	k.close(l, now)
}

// carry charges a step's interest, funding and borrow fee on the balances at
// its start, valued at the old price.
func (k *Kernel) carry(l *Lane, now time.Duration) {
	if k.option != nil {
		k.carryCall(l, now)
		return
	}
	c := &k.charges
	if l.dated != nil {
		c = &l.dated.charges
	}
	if c.none() {
		return
	}
	v := &k.terms
	e := l.x + l.b
	dx, db := float64(c.growX*l.x), float64(c.growB*l.b)
	funding, fee := -float64(c.funding*l.x), -float64(c.borrowFee*math.Abs(l.x))
	earned := float64(c.onMargin * e)
	paid := funding + fee
	per := logPerUnit((dx + db + paid + earned) / e)
	if c.growX != 0 {
		l.book(v.ExposureInterest.Item, dx, e, per)
	}
	if c.growB != 0 {
		l.book(v.CashInterest.Item, db, e, per)
	}
	if c.funding != 0 {
		l.book(v.Funding.Item, funding, e, per)
	}
	if c.borrowFee != 0 {
		l.book(v.BorrowFee.Item, fee, e, per)
	}
	if c.onMargin != 0 {
		l.book(v.MarginInterest.Item, earned, e, per)
	}
	l.x += dx
	l.b += db + paid + earned
	l.trace.event(l, now, "carry")
	if !(l.x+l.b > 0) {
		l.end(now)
	}
}

// move moves the price by a factor.
func (k *Kernel) move(l *Lane, gross float64) {
	if k.option != nil {
		k.moveCall(l, float64(l.call.price*gross))
		return
	}
	l.move(float64(l.x * gross))
}

// liquidates reports whether a venue liquidates the position now.
func (k *Kernel) liquidates(l *Lane) bool {
	if k.option != nil {
		return k.callLiquidates(&l.call)
	}
	return k.terms.liquidates(l.x, l.b, l.n, l.vault.shares)
}

// jump moves the price by a factor at once. Liquidation is met before
// rebalancing.
func (k *Kernel) jump(l *Lane, gross float64, now time.Duration) {
	k.move(l, gross)
	l.trace.price(gross)
	l.trace.event(l, now, "price")
	if k.liquidates(l) {
		k.liquidate(l, now)
	}
	if !l.ended && !(l.x+l.b > 0) {
		l.end(now)
	}
}

// close ends a step: fees on net asset value, closing of a small vault, the keeper's check,
// records, deposits and withdrawals.
func (k *Kernel) close(l *Lane, now time.Duration) {
	if k.fee != 0 {
		e := l.x + l.b
		l.money.add(StreamingFee, float64(k.fee*e))
		l.logs[StreamingFee] += k.logFee
		l.x += float64(k.fee * l.x)
		l.b += float64(k.fee * l.b)
		if k.option != nil {
			l.call.grow(k.fee)
		}
		l.trace.event(l, now, "fee")
	}
	if k.mints {
		k.mint(l, now, false)
	}
	if l.x+l.b < k.floor {
		k.closeDown(l, now)
		return
	}
	if k.terms.ADL.Profit > 0 {
		k.deleverage(l, now)
	}
	k.guard(l)
	k.look(l, now)
	if l.notable() {
		k.visit(l, now)
	}
	if k.beyond(l) {
		l.outside++
	}
	if l.vault.past != nil {
		k.flow(l, now)
	}
}

// visit records equity at a point of the path.
func (k *Kernel) visit(l *Lane, now time.Duration) {
	e := l.x + l.b
	l.min = min(l.min, e)
	l.rec.visit(e, now)
	k.guard(l)
}

// notable says whether a visit would change the record.
func (l *Lane) notable() bool {
	e := l.x + l.b
	return e > l.rec.peak || e < l.rec.floor || e < l.min
}

// beyond reports whether the keeper has something to do.
func (k *Kernel) beyond(l *Lane) bool {
	if k.option != nil {
		return k.wantsTrade(l)
	}
	return k.offBand(l)
}

// offBand reports whether leverage is outside the policy's trigger.
func (k *Kernel) offBand(l *Lane) bool {
	e, x := l.x+l.b, math.Abs(l.x)
	return x < float64(l.low*e) || x > float64(l.high*e)
}

// look lets the keeper check the lane at a time: it executes an order that is due, or
// places one, or trades at once if it has no latency.
func (k *Kernel) look(l *Lane, now time.Duration) {
	k.gauge(l)
	if l.down {
		return
	}
	looks := true
	if interval := k.token.Keeper.Interval; interval > 0 {
		if looks = now >= l.next; looks {
			l.next = (now/interval + 1) * interval
		}
	}
	switch {
	case l.due != Never:
		if now >= l.due {
			l.due = Never
			k.decide(l, now)
		}
	case looks && (k.beyond(l) || now >= l.trigger.At):
		k.order(l, now)
	}
}

// order places the keeper's order, which is executed after the latency, or at once.
func (k *Kernel) order(l *Lane, now time.Duration) {
	if k.token.Keeper.Latency > 0 {
		l.due = now + k.token.Keeper.Latency
		l.trace.event(l, now, "order")
		return
	}
	k.decide(l, now)
}

// decide asks the policy for a trade, makes it, and asks for the next trigger.
func (k *Kernel) decide(l *Lane, now time.Duration) {
	traded := false
	if k.option != nil {
		traded = k.tradeCall(l, now)
	} else if to, ok := k.token.Policy.Trade(k.view(l, now), &l.state); ok {
		traded = k.trade(l, to, now)
	}
	if !traded {
		l.trace.event(l, now, "no trade")
	}
	k.wait(l, now)
}

// trade takes leverage to the given magnitude, cost included, and reports whether there
// was a trade.
func (k *Kernel) trade(l *Lane, to float64, now time.Duration) bool {
	e := l.x + l.b
	q, fee, impact, gas, ok := k.cost(l).solve(math.Abs(l.x), e, to, k.dollars(l, e))
	if !ok {
		return false
	}
	cost := fee + impact + gas
	after := e - cost
	x := float64(k.sign * float64(to*after))
	if l.x == 0 && k.terms.margin(x, after-x, q, l.vault.shares) < 0 {
		return false // no venue opens what it liquidates at once
	}
	per := logPerUnit(-cost / e)
	l.book(TradeFee, -fee, e, per)
	l.book(Impact, -impact, e, per)
	l.book(Gas, -gas, e, per)
	k.position(l, x, after, q)
	l.turnover += q / e
	l.rebalances++
	k.gauge(l)
	l.trace.event(l, now, "rebalance")
	return true
}

// position sets exposure x at equity e after trading notional q.
func (k *Kernel) position(l *Lane, x, e, q float64) {
	if k.terms.EntrySize {
		if math.Abs(x) > math.Abs(l.x) {
			l.n += q
		} else {
			l.n *= x / l.x
		}
	}
	l.x, l.b = x, e-x
}
