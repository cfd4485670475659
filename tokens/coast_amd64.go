//go:build !purego

package tokens

import (
	"time"

	"golang.org/x/sys/cpu"
)

var vector = cpu.X86.HasAVX2

// coastConstants are the constants of the vector code, in the order that it
// expects.
type coastConstants [17][4]float64

func newCoastConstants(c *coast) *coastConstants {
	var v coastConstants
	for i, x := range [...]float64{c.ratio, c.grow, c.up.at, c.down.at, c.up.a, c.up.c, c.down.a, c.down.c,
		c.up.p, c.down.p, c.up.turn, c.down.turn, c.rate, c.v0, c.lo, c.hi, leastKept} {
		v[i] = [4]float64{x, x, x, x}
	}
	return &v
}

// coast8 takes the lanes in eight columns over steps on which they coast, the
// first of which ends at now. Bit 0 of the result is set if it did so with the
// first four, bit 1 if with the others; else it did nothing.
func coast8(cols *columns, first int, c *coast, gross *float64, steps int, now, step time.Duration) uint8 {
	return coastAVX2(&cols.p[first], (*[17][4]float64)(c.vector), gross, steps, int64(now), int64(step))
}

// market8 takes the markets in eight columns over steps.
func market8(cols *marketColumns, first int, move, gross *float64, steps int, now, step time.Duration) {
	marketAVX2(&cols.x[first], move, gross, steps, int64(now), int64(step))
}
