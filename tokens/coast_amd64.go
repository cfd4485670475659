//go:build !purego

package tokens

import (
	"time"

	"golang.org/x/sys/cpu"
)

// vector says that the processor has AVX2, wide that it has AVX-512 too.
var (
	vector = cpu.X86.HasAVX2
	wide   = vector && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512CD && cpu.X86.HasAVX512VL
)

// abreast is how many lanes the vector code takes at a time.
func (c *coast) abreast() int {
	if wide && (c.carry != 0 || c.sized != nil) {
		return 16
	}
	return 8
}

const marketsAbreast = 8

// coastConstants are the constants of the vector code, in the order that it
// expects.
type coastConstants [42][8]float64

func newCoastConstants(c *coast) *coastConstants {
	s := c.sized
	if s == nil {
		s = new(sized)
	}
	all := []float64{c.ratio, c.grow, c.carry, c.up.at, c.down.at, c.up.a, c.up.c, c.down.a, c.down.c,
		c.up.p, c.down.p, c.up.turn, c.down.turn, c.rate, c.v0, c.lo, c.hi,
		c.up.v, c.down.v, c.up.w, c.down.w, float64(c.up.w * c.up.turn), float64(c.down.w * c.down.turn),
		s.gas, s.aum, s.exponent, s.impact, s.reach}
	all = append(all, s.power[:]...)
	var v coastConstants
	for i := range v {
		for j := range v[i] {
			v[i][j] = all[i]
		}
	}
	return &v
}

// coastAbreast takes lanes in columns, from the first on, over steps on which
// they coast, the first of which ends at now. It returns a bit for each that
// does not coast all the way, which it leaves as it was.
func coastAbreast(cols *columns, first int, c *coast, gross *float64, steps int, now, step time.Duration) uint16 {
	lanes, constants, at, length := &cols.p[first], (*[42][8]float64)(c.vector), int64(now), int64(step)
	switch perp, sized := c.carry != 0, c.sized != nil; {
	case wide && perp && sized:
		return coastPerpSizedAVX512(lanes, constants, gross, steps, at, length)
	case wide && perp:
		return coastPerpAVX512(lanes, constants, gross, steps, at, length)
	case wide && sized:
		return coastSizedAVX512(lanes, constants, gross, steps, at, length)
	case perp && sized:
		return coastPerpSizedAVX2(lanes, constants, gross, steps, at, length)
	case perp:
		return coastPerpAVX2(lanes, constants, gross, steps, at, length)
	case sized:
		return coastSizedAVX2(lanes, constants, gross, steps, at, length)
	}
	return coastAVX2(lanes, constants, gross, steps, at, length)
}

// marketAbreast takes markets in columns over steps.
func marketAbreast(cols *marketColumns, first int, move, gross *float64, steps int, now, step time.Duration) {
	marketAVX2(&cols.x[first], move, gross, steps, int64(now), int64(step))
}
