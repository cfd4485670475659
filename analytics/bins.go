package analytics

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sort"
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
	iqr := typeSeven(n, 0.75, at) - typeSeven(n, 0.25, at)
	switch {
	case span == 0:
		return 1
	case iqr == 0:
		return min(bits.Len(uint(n)), limit)
	}
	wanted := math.Ceil(span / (2 * iqr) * math.Cbrt(float64(n)))
	return int(min(wanted, float64(limit))) // in this order: wanted may exceed every int
}

// ECDF returns at most limit points of the empirical distribution function of
// xs, for a figure: shares[i] of the values are at most values[i], and both
// rise strictly. The points are about equally far apart in share, and the
// smallest and the largest finite value are among them (the largest alone if
// limit is one). Infinite values count in the shares and are no points, so with
// ruined paths (-Inf) the curve begins above their share. Without finite values,
// or with a NaN, both slices are nil. It panics unless limit is positive.
func ECDF(xs []float64, limit int) (values, shares []float64) {
	if limit < 1 {
		panic(fmt.Sprintf("analytics: at most %d points; want a limit of at least one", limit))
	}
	sorted := slices.Sorted(slices.Values(xs)) // NaN first
	if len(sorted) > 0 && math.IsNaN(sorted[0]) {
		return nil, nil
	}
	from := sort.Search(len(sorted), func(i int) bool { return sorted[i] > math.Inf(-1) })
	end := sort.SearchFloat64s(sorted, math.Inf(1))
	if from == end {
		return nil, nil
	}
	points := min(limit, end-from)
	for i := range points {
		at := end - 1
		if i < points-1 {
			at = from + i*(end-1-from)/(points-1)
		}
		x := sorted[at]
		if len(values) > 0 && values[len(values)-1] == x {
			continue // equal values are one step
		}
		upTo := sort.Search(len(sorted), func(j int) bool { return sorted[j] > x })
		values = append(values, x)
		shares = append(shares, float64(upTo)/float64(len(sorted)))
	}
	return values, shares
}
