package models

import (
	"math"

	"mcrisk/fmath"
)

// A geometric is the law of a block's number of bars: each bar may be the last.
type geometric struct {
	stop  float64   // 1/ln(1 − 1/mean): the length is the logarithm of a uniform number times this
	above []float64 // chance of a length above 0, 1, …
	guide [256]int  // a length that no uniform number in a 256th of them falls short of
}

// tabled is how many lengths are found in the table, at most.
const tabled = 1024

func newGeometric(mean float64) *geometric {
	g := &geometric{}
	stays := 0.0
	if mean > 1 {
		g.stop = 1 / fmath.Log1p(-1/mean)
		stays = 1 - 1/mean
	}
	for p := 1.0; p > 1e-4 && len(g.above) < tabled; p *= stays {
		g.above = append(g.above, p)
	}
	n := len(g.above)
	for i := range g.guide {
		for n > 1 && float64(i+1)/256 > g.above[n-1] {
			n--
		}
		g.guide[i] = n
	}
	return g
}

// draw is the length that belongs to a uniform number in (0, 1).
func (g *geometric) draw(u float64) int {
	n := g.guide[int(u*256)]
	for n < len(g.above) && u <= g.above[n] {
		n++
	}
	if n < len(g.above) {
		return n
	}
	const most = 1 << 52
	return int(min(math.Floor(float64(fmath.Log(u)*g.stop)), most)) + 1
}
