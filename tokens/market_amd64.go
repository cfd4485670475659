//go:build !purego

package tokens

import (
	"time"

	"mcrisk/block"
)

// drawdowns are the records of a group, a column for each number.
type drawdowns struct {
	peak, floor, depth                      [block.Lanes]float64
	peakAt, fell, trough, recovery, longest [block.Lanes]time.Duration
	unhealed                                [block.Lanes]int64 // 0 or −1
}

// marketColumns are the numbers of a group's markets, in the order that the
// vector code expects.
type marketColumns struct {
	x, s, qv [block.Lanes]float64
	rec      drawdowns
}

// marketBlock is Advance over a grid, four markets at a time.
func marketBlock(b *block.Block, move, gross *block.Track, markets *[block.Lanes]Market, from, to int) bool {
	if !vector || from >= to {
		return false
	}
	var cols marketColumns
	for i := range markets {
		m := &markets[i]
		cols.x[i], cols.s[i], cols.qv[i] = m.x, m.s, m.qv
		cols.rec.put(i, &m.rec)
	}
	now := time.Duration(b.First+from+1) * b.Step
	for first := 0; first < block.Lanes; first += 4 {
		marketAVX2(&cols.x[first], &move[from][first], &gross[from][first], to-from, int64(now), int64(b.Step))
	}
	for i := range markets {
		m := &markets[i]
		m.x, m.s, m.qv = cols.x[i], cols.s[i], cols.qv[i]
		cols.rec.take(i, &m.rec)
	}
	return true
}

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
