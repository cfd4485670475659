//go:build !purego

package tokens

import (
	"time"

	"golang.org/x/sys/cpu"

	"mcrisk/block"
)

var vector = cpu.X86.HasAVX2

// columns are what the vector code knows of the lanes of a group, a column for
// each number, in the order that it expects.
type columns struct {
	p, b, e, v, sumE, sumB, s1, s2, s3, paid, kept, pMin, pMax, turnover [block.Lanes]float64
	trades                                                               [block.Lanes]int64
	min                                                                  [block.Lanes]float64
	rec                                                                  drawdowns
}

// coastConstants are the constants of the vector code, in the order that it
// expects.
type coastConstants [16][4]float64

func newCoastConstants(c *coast) *coastConstants {
	var v coastConstants
	for i, x := range [...]float64{c.ratio, c.grow, c.up.at, c.down.at, c.up.a, c.up.c, c.down.a, c.down.c,
		c.up.p, c.down.p, c.up.v, c.down.v, c.up.turn, c.down.turn, c.rate, c.v0} {
		v[i] = [4]float64{x, x, x, x}
	}
	return &v
}

// coastBlock is advanceGrid of all lanes of a block, four at a time where they
// coast.
func (k *Kernel) coastBlock(b *block.Block, gross *block.Track, lanes *[block.Lanes]Lane, from, to int) bool {
	c := k.coast
	if !vector || c == nil || !c.trades || from >= to {
		return false
	}
	var cols columns
	for first := 0; first < block.Lanes; first += 4 {
		coasting := false
		for i := first; i < first+4; i++ {
			l := &lanes[i]
			if l.trace == nil && (l.coasting.on || c.begin(k, l)) {
				cols.put(i, l)
				coasting = true
			} else {
				cols.p[i], cols.b[i] = c.up.p, 1 // harmless
			}
		}
		if coasting {
			now := time.Duration(b.First+from+1) * k.step
			coastAVX2(&cols.p[first], (*[16][4]float64)(c.vector), &gross[from][first], to-from, int64(now), int64(k.step))
		}
		for i := first; i < first+4; i++ {
			l := &lanes[i]
			// If anything but coasting happened, what the vector code did is not true.
			if q := &l.coasting; q.on && l.trace == nil && cols.pMin[i] >= q.lo && cols.pMax[i] <= q.hi && cols.kept[i] >= leastKept {
				cols.take(i, l, to-from)
				continue
			}
			for s := from; s < to && !l.ended; s++ {
				k.advanceGrid(l, gross[s][i], time.Duration(b.First+s+1)*k.step)
			}
		}
	}
	return true
}

// put copies a lane's numbers into its column.
func (c *columns) put(i int, l *Lane) {
	q := &l.coasting
	c.p[i], c.b[i], c.e[i], c.v[i] = q.p, q.b, q.e, q.v
	c.sumE[i], c.sumB[i], c.s1[i], c.s2[i], c.s3[i] = q.sumE, q.sumB, q.s1, q.s2, q.s3
	c.paid[i], c.kept[i], c.pMin[i], c.pMax[i] = q.paid, q.kept, q.pMin, q.pMax
	c.turnover[i], c.trades[i], c.min[i] = l.turnover, int64(l.rebalances), l.min
	c.rec.put(i, &l.rec)
}

// take copies a column back into its lane, after a number of steps.
func (c *columns) take(i int, l *Lane, steps int) {
	q := &l.coasting
	q.n += steps
	q.p, q.b, q.e, q.v = c.p[i], c.b[i], c.e[i], c.v[i]
	q.sumE, q.sumB, q.s1, q.s2, q.s3 = c.sumE[i], c.sumB[i], c.s1[i], c.s2[i], c.s3[i]
	q.paid, q.kept, q.pMin, q.pMax = c.paid[i], c.kept[i], c.pMin[i], c.pMax[i]
	l.turnover, l.rebalances, l.min = c.turnover[i], int(c.trades[i]), c.min[i]
	c.rec.take(i, &l.rec)
}
