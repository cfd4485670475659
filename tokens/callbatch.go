package tokens

import (
	"time"

	"mcrisk/block"
)

// callLanes is how many lanes with calls vector code takes side by side.
const callLanes = 4

// A callBatch is the numbers of such lanes, in the order that the vector code expects: those of [Kernel.callRun],
// by its names.
type callBatch struct {
	price, margin, owed, cash, floor, drift, equity, growth, health, rate [callLanes]float64
	funded, interests, prices                                             [2][callLanes]float64 // sum and lost
	logFunding, logInterest                                               [callLanes]float64
	exposure, money                                                       [callLanes]float64 // once steps are made
	size, strike, spent, leastMargin, leastOwed, up, down                 [callLanes]float64
	low, high, lowest, highest, edgeLow, edgeHigh, peak                   [callLanes]float64
	least, fallen, fellAt                                                 [callLanes]float64 // fallen is rec.floor
	clock                                                                 [callLanes]float64 // steps from the start
	perYear, growOwed, growCash, threshold, promise                       [callLanes]float64
	_                                                                     [9][callLanes]float64 // a step not made
}

// batchesCalls reports whether lanes with calls go through a block in batches.
func (k *Kernel) batchesCalls(b *block.Block, underlying int) bool {
	return vector && k.runsCalls() && b.Ways[underlying] == nil
}

// advanceCalls is AdvanceAll in such batches.
func (k *Kernel) advanceCalls(b *block.Block, underlying int, ls *Lanes, from, to int) {
	var changing [block.Steps][callLanes]float64
	if k.option.changes {
		for s := from; s < to; s++ {
			rate := k.fundingAt(time.Duration(b.First+s) * k.step)
			changing[s] = [callLanes]float64{rate, rate, rate, rate}
		}
	}
	for first := 0; first < block.Lanes; first += callLanes {
		k.advanceCallBatch(b, underlying, ls.lane[first:first+callLanes], first, from, to, &changing)
	}
}

// advanceCallBatch advances lanes, the first of which is given by its number in the group. A lane with an event makes
// that step alone.
func (k *Kernel) advanceCallBatch(b *block.Block, underlying int, lanes []Lane, first, from, to int,
	changing *[block.Steps][callLanes]float64) {
	o := k.option
	var c callBatch
	in := uint8(0) // a bit for each lane in the batch
	enter := func(j, s int) {
		if l := &lanes[j]; l.batches() {
			c.put(j, l, o)
			c.clock[j] = float64(b.First + s)
			in |= 1 << j
		} else {
			k.advanceCall(b, underlying, l, first+j, s, to)
		}
	}
	for j := range callLanes {
		c.perYear[j], c.growOwed[j], c.growCash[j] = 1, o.growOwed, o.growCash
		if c.threshold[j], c.promise[j] = o.HedgeThreshold, 1-least; o.drawn {
			c.perYear[j] = o.perYear
		}
		enter(j, from)
	}
	run := func(s, n int) (done int, event uint8) {
		rates, stride := &c.rate[0], 0
		switch {
		case o.drawn:
			rates, stride = &b.Rates[o.funding][s][first], 8*block.Lanes
		case o.changes:
			rates, stride = &changing[s][0], 8*callLanes
		}
		done, event, noted := callRun(&c.price[0], &b.Gross[underlying][s][first], rates, n, stride, uint32(in))
		for j := range callLanes {
			if noted>>j&1 != 0 {
				c.note(j, k, &lanes[j])
			}
		}
		return done, event
	}
	for s := from; s < to && in != 0; {
		done, event := run(s, to-s)
		if s += done; event == 0 {
			continue
		}
		for j := range callLanes {
			if event>>j&1 != 0 {
				c.take(j, k, &lanes[j])
			}
		}
		if in &^= event; in != 0 {
			run(s, 1)
		}
		for j := range callLanes {
			if event>>j&1 != 0 {
				k.advanceCall(b, underlying, &lanes[j], first+j, s, s+1)
				enter(j, s+1)
			}
		}
		s++
	}
	for j := range callLanes {
		if in>>j&1 != 0 {
			c.take(j, k, &lanes[j])
		}
	}
}

// batches reports whether a lane may be in a batch until it has an event.
func (l *Lane) batches() bool {
	return !l.ended && l.trace == nil && l.due == Never && l.trigger.At == Never && l.call.size != 0
}

// put copies a lane's numbers into its column.
func (c *callBatch) put(j int, l *Lane, o *options) {
	a := &l.call
	c.price[j], c.margin[j], c.owed[j], c.cash[j], c.floor[j], c.drift[j] = a.price, a.margin, a.owed, a.cash, a.floor,
		a.drift
	c.equity[j], c.growth[j], c.health[j], c.rate[j] = l.x+l.b, l.growth, a.health, a.rate
	for i, t := range c.totals() {
		t[0][j], t[1][j] = l.money.sum[callItems[i]], l.money.lost[callItems[i]]
	}
	c.logFunding[j], c.logInterest[j] = l.logs[OptionFunding], l.logs[HedgeInterest]
	c.size[j], c.strike[j], c.spent[j] = a.size, a.strike, float64(a.size*a.strike)
	c.leastMargin[j], c.leastOwed[j] = max(a.leastMargin, float64(o.Maintenance*a.size)), a.leastOwed
	c.up[j], c.down[j] = a.up, a.down
	c.watch(j, l)
}

// callItems are the items of the ledger that a step of a call books.
var callItems = [...]Item{OptionFunding, HedgeInterest, Price}

func (c *callBatch) totals() [len(callItems)]*[2][callLanes]float64 {
	return [...]*[2][callLanes]float64{&c.funded, &c.interests, &c.prices}
}

// watch sets what a step's leverage and equity are compared with.
func (c *callBatch) watch(j int, l *Lane) {
	low, high := l.leverages()
	c.low[j], c.high[j], c.lowest[j], c.highest[j] = low, high, max(low, l.low), min(high, l.high)
	c.edgeLow[j], c.edgeHigh[j] = l.low, l.high
	c.peak[j], c.least[j], c.fallen[j] = l.rec.peak, l.min, l.rec.floor
}

// lows brings what the lane knows of its least equity and its deepest fall up to date. Of falls that are each the
// deepest the last is what counts.
func (c *callBatch) lows(j int, k *Kernel, l *Lane) {
	if l.min = c.least[j]; c.fallen[j] < l.rec.floor {
		l.rec.visit(c.fallen[j], time.Duration(c.fellAt[j])*k.step)
	}
}

// note records what a step has brought that a column does not keep.
func (c *callBatch) note(j int, k *Kernel, l *Lane) {
	c.lows(j, k, l)
	if l.growth = c.growth[j]; !(l.growth > 1e-100 && l.growth < 1e100) {
		l.foldGrowth()
		c.growth[j] = l.growth
	}
	l.x, l.b = c.exposure[j], c.money[j]
	k.gauge(l)
	l.rec.visit(c.equity[j], time.Duration(c.clock[j])*k.step)
	c.watch(j, l)
}

// take copies a column back into its lane.
func (c *callBatch) take(j int, k *Kernel, l *Lane) {
	c.lows(j, k, l)
	a := &l.call
	a.price, a.margin, a.owed, a.cash, a.floor, a.drift = c.price[j], c.margin[j], c.owed[j], c.cash[j], c.floor[j],
		c.drift[j]
	l.growth, a.health, a.rate = c.growth[j], c.health[j], c.rate[j]
	for i, t := range c.totals() {
		l.money.set(callItems[i], total{t[0][j], t[1][j]})
	}
	l.logs[OptionFunding], l.logs[HedgeInterest] = c.logFunding[j], c.logInterest[j]
	a.weigh(l)
}
