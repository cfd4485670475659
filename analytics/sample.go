package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
)

// A Sample holds numbers by path, with weights and clusters. A nil W means equal
// weights, a nil Cluster independent paths.
//
// A weight is a count: a value of weight 3 stands for three observations drawn
// together. A sample with whole-number weights gives the same results as the sample
// with each value repeated and the repeats in one cluster. Scale importance weights and
// shares of strata to a mean of one, because the ranks of quantiles, the divisor of a
// standard deviation and the bandwidth of a density count them.
//
// Values of a cluster were drawn together, as the points of one scrambled net, and
// may depend on each other in any way; clusters are independent. With clusters c,
// the weighted mean m of x has the linearised variance
//
//	SE² = k/(k−1) · Σ_c (Σ_{i∈c} w_i·(x_i−m))² / (Σw)²
//
// over its k clusters, and so has every statistic that is a mean to first order.
// Shares and quantiles use an effective number of observations instead; see [Share] and
// [Quantile].
//
// Values of weight zero are ignored. Weights that are negative or not finite, and
// lengths that differ, panic.
//
// Sources: Kish, Survey Sampling (1965), for clusters and the effective number of
// weighted observations; Binder, International Statistical Review 51 (1983), for
// linearised variances of other statistics.
type Sample struct {
	X       []float64 // in path order
	W       []float64 // weights, at least zero; nil: every value counts as one
	Cluster []int     // labels of clusters, in any order; nil: every value is independent
}

// plain says that the values are independent and equally weighted.
func (s Sample) plain() bool { return s.W == nil && s.Cluster == nil }

// valid checks the sample and leaves out values of weight zero.
func (s Sample) valid() Sample {
	if s.Cluster != nil && len(s.Cluster) != len(s.X) || s.W != nil && len(s.W) != len(s.X) {
		panic(fmt.Sprintf("analytics: %d values, %d weights and %d clusters; want one of each per path, or none",
			len(s.X), len(s.W), len(s.Cluster)))
	}
	for i, w := range s.W {
		if !(w >= 0) || math.IsInf(w, 1) {
			panic(fmt.Sprintf("analytics: weight %d is %v; want a finite number ≥ 0", i, w))
		}
	}
	return s.where(func(i int) bool { return s.weight(i) > 0 })
}

func (s Sample) weight(i int) float64 {
	if s.W == nil {
		return 1
	}
	return s.W[i]
}

// with is the sample with other numbers of the same paths.
func (s Sample) with(xs []float64) Sample {
	s.X = xs
	return s
}

// where is the sample of the values whose index keep accepts; the sample itself if it
// accepts all.
func (s Sample) where(keep func(i int) bool) Sample {
	first := 0
	for first < len(s.X) && keep(first) {
		first++
	}
	if first == len(s.X) {
		return s
	}
	kept := Sample{X: slices.Clone(s.X[:first])}
	if s.W != nil {
		kept.W = slices.Clone(s.W[:first])
	}
	if s.Cluster != nil {
		kept.Cluster = slices.Clone(s.Cluster[:first])
	}
	for i := first + 1; i < len(s.X); i++ {
		if !keep(i) {
			continue
		}
		kept.X = append(kept.X, s.X[i])
		if s.W != nil {
			kept.W = append(kept.W, s.W[i])
		}
		if s.Cluster != nil {
			kept.Cluster = append(kept.Cluster, s.Cluster[i])
		}
	}
	return kept
}

// copied is the sample with a copy of its numbers.
func (s Sample) copied() Sample { return s.with(slices.Clone(s.X)) }

// finite leaves out infinite values; NaN stays.
func (s Sample) finite() Sample {
	return s.where(func(i int) bool { return !math.IsInf(s.X[i], 0) })
}

// size is the number of observations: the sum of the weights.
func (s Sample) size() float64 {
	if s.W == nil {
		return float64(len(s.X))
	}
	var all sum
	for _, w := range s.W {
		all.add(w)
	}
	return all.value()
}

// numbers is the number of each value's cluster, in order of appearance, and how
// many there are.
func (s Sample) numbers() (of []int, k int) {
	of = make([]int, len(s.X))
	if s.Cluster == nil {
		for i := range of {
			of[i] = i
		}
		return of, len(of)
	}
	number := map[int]int{}
	for i, c := range s.Cluster {
		n, ok := number[c]
		if !ok {
			n = len(number)
			number[c] = n
		}
		of[i] = n
	}
	return of, len(number)
}

// byCluster is the sample with the values of each cluster together, clusters in
// order of appearance, and where each ends.
func (s Sample) byCluster() (Sample, []int) {
	of, k := s.numbers()
	ends := make([]int, k)
	for _, n := range of {
		ends[n]++
	}
	for n := 1; n < k; n++ {
		ends[n] += ends[n-1]
	}
	if s.Cluster == nil {
		return s, ends
	}
	places := make([]int, len(of)) // of the values, in the new order
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, j int) int { return cmp.Compare(of[i], of[j]) })
	together := Sample{X: pick(s.X, places), Cluster: pick(s.Cluster, places)}
	if s.W != nil {
		together.W = pick(s.W, places)
	}
	return together, ends
}

// totals are the weighted sums of numbers over each cluster.
func (s Sample) totals(of func(i int) float64) []float64 {
	numbers, k := s.numbers()
	sums := make([]sum, k)
	for i, n := range numbers {
		sums[n].add(float64(s.weight(i) * of(i)))
	}
	totals := make([]float64, k)
	for n, t := range sums {
		totals[n] = t.value()
	}
	return totals
}

// effective is Kish's effective number of independent observations,
// (Σ_c w_c)²/Σ_c w_c².
func (s Sample) effective() float64 {
	if s.plain() {
		return float64(len(s.X))
	}
	var all, squares sum
	for _, w := range s.totals(func(int) float64 { return 1 }) {
		all.add(w)
		squares.add(float64(w * w))
	}
	if squares.value() == 0 {
		return 0
	}
	return all.value() * (all.value() / squares.value())
}

// clusterError is the standard error of a weighted mean over a sample of a size,
// from the totals of deviations from it; NaN of one cluster.
func clusterError(totals []float64, size float64) float64 {
	k := float64(len(totals))
	if k < 2 {
		return math.NaN()
	}
	return math.Sqrt(k/(k-1)*squaresOf(totals)) / size
}

func squaresOf(xs []float64) float64 {
	var s sum
	for _, x := range xs {
		s.add(float64(x * x))
	}
	return s.value()
}

// An order holds the values of a sample in ascending order, each repeated as often as
// its weight says.
type order struct {
	xs  []float64 // NaN first
	ws  []float64 // of xs; nil: one each
	cum []float64 // the weights up to each, it included
}

func (s Sample) order() order {
	if s.W == nil {
		return order{xs: slices.Sorted(slices.Values(s.X))}
	}
	places := make([]int, len(s.X))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(i, j int) int { return cmp.Compare(s.X[i], s.X[j]) })
	o := order{xs: make([]float64, len(places)), ws: make([]float64, len(places)), cum: make([]float64, len(places))}
	var all sum
	for n, i := range places {
		all.add(s.W[i])
		o.xs[n], o.ws[n], o.cum[n] = s.X[i], s.W[i], all.value()
	}
	return o
}

func (o order) weight(n int) float64 {
	if o.ws == nil {
		return 1
	}
	return o.ws[n]
}

// upTo is the weight of the first n values.
func (o order) upTo(n int) float64 {
	switch {
	case o.cum == nil:
		return float64(n)
	case n == 0:
		return 0
	}
	return o.cum[n-1]
}

// at is the value of a rank, from 1, among the repeated ones.
func (o order) at(rank int) float64 {
	if o.cum == nil {
		return o.xs[rank-1]
	}
	n := sort.Search(len(o.xs), func(n int) bool { return o.cum[n] >= float64(rank) })
	return o.xs[min(n, len(o.xs)-1)]
}

func pick[T any](xs []T, places []int) []T {
	out := make([]T, len(places))
	for i, p := range places {
		out[i] = xs[p]
	}
	return out
}

// paired panics unless two samples are of the same paths.
func paired(a, b Sample) {
	checkPairs(len(a.X), len(b.X))
	if !sameSlice(a.W, b.W) || !sameSlice(a.Cluster, b.Cluster) {
		panic("analytics: two samples of other weights or clusters; want numbers of the same paths")
	}
}

func sameSlice[T comparable](a, b []T) bool {
	return len(a) == len(b) && (a == nil) == (b == nil) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}
