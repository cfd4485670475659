package analytics

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sort"

	"mcrisk/fmath"
)

// Bins is a histogram of the finite values of xs, for a figure: len(counts)
// bins of equal width from the smallest to the largest, of which bin i holds
// edges[i] ≤ x < edges[i+1], the last one its right edge too. The counts add
// up to the number of finite values; a ruined path (-Inf) is in no bin and has
// to be shown otherwise.
//
// The number of bins follows Freedman and Diaconis (width 2·IQR/∛n), or
// Sturges (1 + log₂n) where the middle half of the sample is one value, and is
// at most limit. A sample of one value gets one bin around it. Without finite
// values both slices are nil. It panics unless limit is positive.
func Bins(xs []float64, limit int) (edges []float64, counts []int) {
	if limit < 1 {
		panic(fmt.Sprintf("analytics: at most %d bins; want a limit of at least one", limit))
	}
	sorted := slices.Sorted(slices.Values(xs))
	sorted = slices.DeleteFunc(sorted, func(x float64) bool { return !finite(x) })
	if len(sorted) == 0 {
		return nil, nil
	}
	lo, hi := sorted[0], sorted[len(sorted)-1]
	bins := binNumber(sorted, limit)
	if lo == hi {
		half := max(0.5, math.Abs(lo)/2)
		lo, hi = lo-half, hi+half
	}
	edges = make([]float64, bins+1)
	for i := range edges {
		part := float64(i) / float64(bins)
		edges[i] = float64((1-part)*lo) + float64(part*hi) // exactly lo and hi at the ends
	}
	counts = make([]int, bins)
	for i, from := 0, 0; i < bins; i++ {
		to := len(sorted)
		if i < bins-1 {
			to = sort.SearchFloat64s(sorted, edges[i+1])
		}
		counts[i] = to - from
		from = to
	}
	return edges, counts
}

func binNumber(sorted []float64, limit int) int {
	n := len(sorted)
	at := func(rank int) float64 { return sorted[rank-1] }
	span := sorted[n-1] - sorted[0]
	iqr := typeSeven(float64(n), 0.75, at) - typeSeven(float64(n), 0.25, at)
	switch {
	case span == 0:
		return 1
	case iqr == 0:
		return min(bits.Len(uint(n)), limit)
	}
	wanted := math.Ceil(span / (2 * iqr) * fmath.Cbrt(float64(n)))
	return int(min(wanted, float64(limit))) // in this order: wanted may exceed every int
}
