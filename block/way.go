package block

import (
	"math"
	"time"
	"unsafe"

	"mcrisk/fmath"
)

// A Way is how the price goes through a step whose extremes are known: the jump from the
// last close to the open, and the legs from there to the nearer extreme, to the farther
// one and to the close. It holds their log moves, or the factors by which the price moves.
type Way [4]float64

// WayThrough is the way, in log moves, of a price that jumps by gap and then reaches lo and hi,
// between which are 0 and move, on its way to move. Of extremes that are as far, up to rounding,
// the low comes first.
func WayThrough(gap, lo, hi, move float64) Way {
	swap := uint64(0) // no branch: there is nothing to predict it from
	if hi < -lo*(1-rounding) {
		swap = ^swap
	}
	a, b := math.Float64bits(lo), math.Float64bits(hi)
	d := (a ^ b) & swap
	first, second := math.Float64frombits(a^d), math.Float64frombits(b^d)
	return Way{gap, first, second - first, move - second}
}

// FartherFirst is a way, in log moves, that reaches the farther extreme first and then the nearer one.
func (w Way) FartherFirst() Way { return Way{w[0], w[1] + w[2], -w[2], w[2] + w[3]} }

// rounding is how much nearer the high must be than the low to come first.
const rounding = 1e-12

// Factors are the factors of a way in log moves.
func (w *Way) Factors() (f Way) {
	fmath.Exps(f[:], w[:])
	return f
}

// Reached is when a price on this way, in log moves, is at the end of a leg, 1 to 3, or at
// the open, 0, of a step from start to now: legs share its time in proportion to their size.
func (w *Way) Reached(leg int, start, now time.Duration) time.Duration {
	if leg == 3 {
		return now
	}
	done, length := 0.0, 0.0
	for i := 1; i <= 3; i++ {
		if length += math.Abs(w[i]); i <= leg {
			done = length
		}
	}
	if done == 0 {
		return start
	}
	return start + share(now-start, done/length)
}

func share(d time.Duration, part float64) time.Duration {
	return time.Duration(math.Round(float64(float64(d) * part)))
}

// Ways are those of a block, by lane and step: whoever makes or follows a path does so lane by
// lane, and what it needs next then lies next to what it has.
type Ways [Lanes][Steps]Way

// Flat returns the first n steps of a lane as one slice, which shares the memory.
func (w *Ways) Flat(lane, n int) []float64 {
	return unsafe.Slice(&w[lane][0][0], Steps*len(Way{}))[:n*len(Way{})]
}
