package plots

import "math"

// thinColumns is into how many columns a line of very many points is divided, about half
// a point of paper each.
const thinColumns = 800

// thinned leaves of each column of a line, from xs[0] to the last, the lowest and the
// highest point, in their order, and the first and last point of all: what is left looks
// the same, with every extreme. A gap, where y is NaN, stays one. A line that has not
// many more points is returned as it is. xs do not decrease.
func thinned(xs, ys []float64, columns int) (x, y []float64) {
	if len(xs) <= 4*columns {
		return xs, ys
	}
	add := func(i int) { x, y = append(x, xs[i]), append(y, ys[i]) }
	first, last := xs[0], xs[len(xs)-1]
	column := func(i int) int { return min(columns-1, int((xs[i]-first)/(last-first)*float64(columns))) }
	for from := 0; from < len(xs); {
		lo, hi, to := from, from, from+1
		for to < len(xs) && column(to) == column(from) && math.IsNaN(ys[to]) == math.IsNaN(ys[from]) {
			if ys[to] < ys[lo] {
				lo = to
			}
			if ys[to] > ys[hi] {
				hi = to
			}
			to++
		}
		keep := []int{min(lo, hi), max(lo, hi)}
		if from == 0 || math.IsNaN(ys[from-1]) {
			keep = append([]int{from}, keep...) // a line begins where it does
		}
		if to == len(xs) || math.IsNaN(ys[to]) {
			keep = append(keep, to-1)
		}
		for k, i := range keep {
			if k == 0 || i != keep[k-1] {
				add(i)
			}
		}
		from = to
	}
	return x, y
}
