package analytics

import (
	"math"

	"mcrisk/fmath"
)

// A Refinement is the optimum of a metric along a positive parameter within given
// limits.
type Refinement struct {
	Optimum
	Low, High float64 // range of the values that the last cubic was fitted to
	Tried     int     // number of values
	// AtEnd says that the best value tried is at one of the limits, so that there may
	// be no optimum between them.
	AtEnd bool
}

// Refine finds the optimum of a smooth metric of a parameter between low > 0 and
// high. Evaluate runs several increasing values on the same paths, always those
// paths, and gives the numbers of the i-th by path, as [Case.Numbers] does.
//
// It fits a cubic to seven values, evenly spaced in ln x. The cubic is accepted if a
// quartic term would move the optimum by no more than an eighth of its interval, or
// insignificantly, and the values span no more than a factor of four. Otherwise the
// range is halved around the optimum, or around the best value if there is none, up to
// eight times. The cubic is thus fitted over the widest range in which it is accurate,
// where noise moves it least. The interval is where the slope of the cubic is not
// significant, widened on one side by the shift of the quartic term. A parabola would
// be biased to the steeper side by more than its interval; docs/decisions/controls.md
// has the counts.
//
// It panics unless 0 < low < high, or if sense is Neither.
func Refine(low, high float64, evaluate func(xs []float64) (at func(i int) Sample, err error), sense Sense,
	confidence float64) (Refinement, error) {
	checkIncreasing([]float64{low, high}, 2, 0)
	const points, rounds, widest = 7, 8, 2 * math.Ln2
	from, to := fmath.Log(low), fmath.Log(high)
	a, b := from, to
	var r Refinement
	for range rounds {
		xs := make([]float64, points)
		for i := range xs {
			xs[i] = fmath.Exp(a + (b-a)*float64(i)/(points-1))
		}
		xs[0], xs[points-1] = max(xs[0], low), min(xs[points-1], high)
		at, err := evaluate(xs)
		if err != nil {
			return r, err
		}
		best := Best(points, at, sense, confidence).Best
		r = Refinement{newCurve(xs, at, sense, confidence, 3).optimum(), xs[0], xs[points-1],
			r.Tried + points, a == from &&
				best == 0 || b == to && best == points-1}
		inside := r.Pinned && r.At.Value >= low && r.At.Value <= high
		length := fmath.Log(r.At.Hi / r.At.Lo)
		if inside && b-a <= widest && (math.Abs(r.Shift.Value) <= length/8 || r.Shift.Lo <= 0 && r.Shift.Hi >= 0) {
			break
		}
		centre := fmath.Log(xs[best])
		if inside {
			centre = fmath.Log(r.At.Value)
		}
		half := float64((b - a) / 4)
		a, b = max(from, centre-half), min(to, centre+half)
	}
	r.At.Lo *= fmath.Exp(min(0, r.Shift.Value))
	r.At.Hi *= fmath.Exp(max(0, r.Shift.Value))
	return r, nil
}
