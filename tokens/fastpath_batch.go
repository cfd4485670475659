package tokens

import (
	"math"
	"time"

	"mcrisk/block"
)

// Lanes are the lifetimes of one token on the paths of a group. Lanes on a fast path that
// includes their trades are kept in columns, which vector code advances in batches; the
// others, and those of a vault that may be closed, advance one by one. A lane has the
// same bits either way.
type Lanes struct {
	cols  columns       // first, where vectors do not straddle lines of the cache
	rates []block.Track // drawn with the paths, for vector code; nil: none are
	lane  [block.Lanes]Lane
	held  [block.Lanes]bool   // the lane's numbers are in the columns; those in lane are old
	times *stressTimes        // of a token under stress
	paid  [block.Lanes]*dated // what such a lane paid last, beside each other, as a lane is far from the next
	_     [16]byte            // a multiple of such a line
}

// BeginAll starts all lanes anew.
func (k *Kernel) BeginAll(ls *Lanes) {
	for i := range ls.lane {
		ls.lane[i], ls.held[i] = k.Begin(), false
	}
}

// Lane returns the lane of one path, up to date until the lanes advance again.
func (ls *Lanes) Lane(i int) *Lane {
	if ls.held[i] {
		ls.cols.take(i, &ls.lane[i])
		ls.lane[i].dated = ls.paid[i]
		ls.held[i] = false
	}
	return &ls.lane[i]
}

// AdvanceAll walks the lanes over the steps from … to−1 of a block, for the
// given underlying.
func (k *Kernel) AdvanceAll(b *block.Block, underlying int, ls *Lanes, from, to int) {
	batches := vector && k.fast != nil && k.fast.trades && k.fast.floor == 0 && k.next == nil
	if batches && b.Ways[underlying] == nil && from < to {
		if k.drawn != nil {
			k.fillRates(b, ls, from, to)
		}
		if s := k.fast.sizeCost; s != nil && s.stress != nil {
			if ls.times == nil {
				ls.times = new(stressTimes)
			}
			ls.times.fill(s.stress, b.Variance[k.variance-1], from, to)
		}
		for first := 0; first < block.Lanes; first += k.fast.batch() {
			k.advanceBatch(b, underlying, ls, first, from, to)
		}
		return
	}
	if k.batchesCalls(b, underlying) {
		k.advanceCalls(b, underlying, ls, from, to)
		return
	}
	for i := range ls.lane {
		k.Advance(b, underlying, ls.Lane(i), i, from, to)
	}
}

// advanceBatch advances a batch of lanes in vector code, except for lanes with an event
// that the fast path does not know.
func (k *Kernel) advanceBatch(b *block.Block, underlying int, ls *Lanes, first, from, to int) {
	n := k.fast.batch()
	held := uint16(0)
	out := uint16(0) // lanes whose keeper is out of service on the way
	if k.outages > 0 {
		for _, down := range b.KeeperDown[k.outages-1][from:to] {
			out |= down
		}
		out >>= first
	}
	for i := range n {
		l := &ls.lane[first+i]
		if out&(1<<i) != 0 {
			l = ls.Lane(first + i)
			ls.cols.idle(first + i)
			k.Advance(b, underlying, l, first+i, from, to)
			continue
		}
		if !ls.held[first+i] && l.trace == nil && (l.fast.on || k.fast.enter(k, l)) {
			ls.cols.put(first+i, l)
			ls.paid[first+i] = l.dated
			ls.held[first+i] = true
		}
		if ls.held[first+i] {
			held |= 1 << i
		} else {
			ls.cols.idle(first + i)
			k.Advance(b, underlying, l, first+i, from, to)
		}
	}
	if held == 0 {
		return
	}
	var dated *datedBatch
	switch {
	case k.drawn != nil:
		dated = &datedBatch{rates: &ls.rates[0][from][first]}
	case k.dated != nil:
		k.wantBars(b)
		dated = &datedBatch{&b.Bar[underlying][from][first], &k.fast.dated.ofBar[0], &k.fast.dated.rates[0]}
	}
	var times *float64
	if s := k.fast.sizeCost; s != nil && s.stress != nil {
		times = &ls.times[0][from][first]
	}
	refused := stepBatch(&ls.cols, first, k.fast, &b.Gross[underlying][from][first], to-from,
		time.Duration(b.First+from+1)*k.step, k.step, dated, times)
	for i := range n {
		switch held & (1 << i) {
		case 0:
		case refused & (1 << i):
			k.Advance(b, underlying, ls.Lane(first+i), first+i, from, to)
		default:
			ls.cols.n[first+i] += to - from
			if k.variance > 0 { // which the costs of leaving follow
				ls.lane[first+i].variance = b.Variance[k.variance-1][to-1][first+i]
			}
			if k.dated != nil {
				if b.First+from == 0 {
					k.date(b, underlying, &ls.lane[first+i], 0, first+i)
				}
				ls.paid[first+i] = k.datedAt(b, underlying, to-1, first+i)
			}
		}
	}
}

// A datedBatch is where the rates of a batch's steps are.
type datedBatch struct {
	bars  *int32   // of the first lane's first step; nil: rates are drawn with the paths
	ofBar *int32   // where each bar's row of rates is, in bytes
	rates *float64 // the rows, or the first lane's first step of tracks
}

// columns hold the numbers of a group's lanes on the fast path, a column for each,
// the first ones in the order that the vector code expects.
type columns struct {
	p, b, base, grown, e, v, sumE, sumB, s1, s2, s3    [block.Lanes]float64
	paid, kept, impact, gas, logFee, logImpact, logGas [block.Lanes]float64
	pMin, pMax, turnover                               [block.Lanes]float64
	trades                                             [block.Lanes]int64
	min                                                [block.Lanes]float64
	money, logs                                        [4][block.Lanes]float64 // of dated charges
	rec                                                drawdowns

	n [block.Lanes]int // steps
}

// drawdowns are the records of a group, a column for each number.
type drawdowns struct {
	peak, floor, depth                      [block.Lanes]float64
	peakAt, fell, trough, recovery, longest [block.Lanes]time.Duration
	unhealed                                [block.Lanes]int64 // 0 or −1
}

// put copies a lane's numbers into its column.
func (c *columns) put(i int, l *Lane) {
	q := &l.fast
	c.p[i], c.b[i], c.base[i], c.grown[i], c.e[i], c.v[i], c.n[i] = q.p, q.b, q.base, q.grown, q.e, q.v, q.n
	c.impact[i], c.gas[i] = q.impact, q.gas
	c.logFee[i], c.logImpact[i], c.logGas[i] = q.logFee, q.logImpact, q.logGas
	c.sumE[i], c.sumB[i], c.s1[i], c.s2[i], c.s3[i] = q.sumE, q.sumB, q.s1, q.s2, q.s3
	c.paid[i], c.kept[i], c.pMin[i], c.pMax[i] = q.paid, q.kept, q.pMin, q.pMax
	c.turnover[i], c.trades[i], c.min[i] = l.turnover, int64(l.rebalances), l.min
	for j := range c.money {
		c.money[j][i], c.logs[j][i] = q.money[j], q.logs[j]
	}
	c.rec.put(i, &l.rec)
}

// take copies a column back into its lane.
func (c *columns) take(i int, l *Lane) {
	q := &l.fast
	q.p, q.b, q.base, q.grown, q.e, q.v, q.n = c.p[i], c.b[i], c.base[i], c.grown[i], c.e[i], c.v[i], c.n[i]
	q.impact, q.gas = c.impact[i], c.gas[i]
	q.logFee, q.logImpact, q.logGas = c.logFee[i], c.logImpact[i], c.logGas[i]
	q.sumE, q.sumB, q.s1, q.s2, q.s3 = c.sumE[i], c.sumB[i], c.s1[i], c.s2[i], c.s3[i]
	q.paid, q.kept, q.pMin, q.pMax = c.paid[i], c.kept[i], c.pMin[i], c.pMax[i]
	l.turnover, l.rebalances, l.min = c.turnover[i], int(c.trades[i]), c.min[i]
	for j := range c.money {
		q.money[j], q.logs[j] = c.money[j][i], c.logs[j][i]
	}
	c.rec.take(i, &l.rec)
}

// idle marks a column as unused.
func (c *columns) idle(i int) { c.p[i] = math.NaN() }

func (c *drawdowns) put(i int, d *drawdown) {
	c.peak[i], c.floor[i], c.depth[i] = d.peak, d.floor, d.depth
	c.peakAt[i], c.fell[i], c.trough[i], c.recovery[i], c.longest[i] = d.peakAt, d.fell, d.trough, d.recovery, d.longest
	c.unhealed[i] = 0
	if d.unhealed {
		c.unhealed[i] = -1
	}
}

func (c *drawdowns) take(i int, d *drawdown) {
	d.peak, d.floor, d.depth = c.peak[i], c.floor[i], c.depth[i]
	d.peakAt, d.fell, d.trough, d.recovery, d.longest = c.peakAt[i], c.fell[i], c.trough[i], c.recovery[i], c.longest[i]
	d.unhealed = c.unhealed[i] != 0
}

// Markets are the records of one underlying on the paths of a group.
type Markets struct {
	cols   marketColumns // first, where vectors do not straddle lines of the cache
	market [block.Lanes]Market
	held   bool // all are in the columns
}

// marketColumns are the numbers of a group's markets, in the order that the
// vector code expects.
type marketColumns struct {
	x, s, qv [block.Lanes]float64
	rec      drawdowns
}

// Begin starts all markets anew.
func (ms *Markets) Begin() {
	ms.held = false
	for i := range ms.market {
		ms.market[i] = NewMarket()
	}
}

// Market returns the market of one path, up to date until the markets advance
// again.
func (ms *Markets) Market(i int) *Market {
	ms.release()
	return &ms.market[i]
}

// Advance walks the markets over the steps from … to−1 of a block.
func (ms *Markets) Advance(b *block.Block, underlying, from, to int) {
	if !vector || b.Ways[underlying] != nil || from >= to {
		ms.release()
		for i := range ms.market {
			ms.market[i].advance(b, underlying, i, from, to)
		}
		return
	}
	ms.hold()
	now := time.Duration(b.First+from+1) * b.Step
	for first := 0; first < block.Lanes; first += marketBatch {
		stepMarketBatch(&ms.cols, first, &b.Move[underlying][from][first], &b.Gross[underlying][from][first], to-from,
			now, b.Step)
	}
}

func (ms *Markets) hold() {
	if ms.held {
		return
	}
	ms.held = true
	for i := range ms.market {
		m := &ms.market[i]
		ms.cols.x[i], ms.cols.s[i], ms.cols.qv[i] = m.x, m.s, m.qv
		ms.cols.rec.put(i, &m.rec)
	}
}

func (ms *Markets) release() {
	if !ms.held {
		return
	}
	ms.held = false
	for i := range ms.market {
		m := &ms.market[i]
		m.x, m.s, m.qv = ms.cols.x[i], ms.cols.s[i], ms.cols.qv[i]
		ms.cols.rec.take(i, &m.rec)
	}
}
