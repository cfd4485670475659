package analytics

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Quantile is the p-quantile of xs by linear interpolation between order
// statistics (type 7 of Hyndman and Fan, the default of R and NumPy), between
// two order statistics that cover the true quantile with at least the stated
// confidence whatever the law. SE is NaN: the method has none.
//
// Lo is -Inf (Hi is +Inf) where no order statistic is low (high) enough, as
// for the 1 % quantile of 100 values: the interval keeps its coverage and says
// that the sample is too small to bound that side. Infinite values are allowed;
// ruined paths (-Inf) are the lowest. An empty sample or a NaN in it gives NaN.
// It panics unless 0 ≤ p ≤ 1.
func Quantile(xs []float64, p, confidence float64) Estimate {
	return Quantiles(xs, []float64{p}, confidence)[0]
}

// Quantiles is the Quantile of xs at each of ps, in their order, for the cost of
// sorting one copy. Each interval has the stated confidence on its own; they do
// not hold jointly.
func Quantiles(xs, ps []float64, confidence float64) []Estimate {
	sorted := slices.Sorted(slices.Values(xs)) // NaN first
	at := func(rank int) float64 { return sorted[rank-1] }
	estimates := make([]Estimate, len(ps))
	for i, p := range ps {
		if len(xs) == 0 || math.IsNaN(sorted[0]) {
			checkProbability(p)
			checkConfidence(confidence)
			estimates[i] = undefined(confidence, len(xs), OrderStatistic)
			continue
		}
		estimates[i] = quantile(len(xs), p, confidence, at, at, at)
	}
	return estimates
}

// quantile is the type 7 quantile of n > 0 values of which mid(rank), rank
// from 1 to n, gives the order statistics; low and high give bounds of them.
func quantile(n int, p, confidence float64, mid, low, high func(rank int) float64) Estimate {
	checkProbability(p)
	value := typeSeven(n, p, mid)
	lo, hi := math.Inf(-1), math.Inf(1)
	l, u := quantileRanks(n, p, confidence)
	if l >= 1 {
		lo = min(low(l), value) // at low confidences rank l can lie above the interpolated one
	}
	if u <= n {
		hi = max(high(u), value)
	}
	return Estimate{
		Value: value, SE: math.NaN(), Lo: lo, Hi: hi,
		Confidence: confidence, N: n, Method: OrderStatistic,
	}
}

// typeSeven is the p-quantile of n order statistics at(1) ≤ … ≤ at(n).
func typeSeven(n int, p float64, at func(rank int) float64) float64 {
	whole, part := math.Modf(float64(n-1) * p)
	rank := int(whole) + 1
	if part == 0 {
		return at(rank)
	}
	return between(at(rank), at(rank+1), part)
}

// between is the point at fraction part in (0, 1) of the way from a to b ≥ a.
// An infinite end wins, and two opposite ones give NaN.
func between(a, b, part float64) float64 {
	if d := b - a; finite(d) {
		return a + float64(part*d) // at most b, because part ≤ 1 - 2⁻⁵³
	}
	return float64((1-part)*a) + float64(part*b)
}

// quantileRanks returns the ranks l < u, counted from 1, of the order
// statistics between which the p-quantile of any law lies with at least the
// given confidence. The number B of values below the quantile is binomial, and
// each of B < l and B ≥ u has at most half of what is left; l = 0 and u = n+1
// stand for ends that do not exist.
//
// Source: David and Nagaraja, Order Statistics, section 7.1.
func quantileRanks(n int, p, confidence float64) (l, u int) {
	checkConfidence(confidence)
	below := distuv.Binomial{N: float64(n), P: p}
	tail := (1 - confidence) / 2
	first := func(limit float64) int { // the smallest b with P(B ≤ b) ≥ limit
		return sort.Search(n, func(b int) bool { return below.CDF(float64(b)) >= limit })
	}
	return first(tail), first(1-tail) + 1
}

func checkProbability(p float64) {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("analytics: p = %v; want a probability in [0, 1]", p))
	}
}
