package analytics

import (
	"fmt"
	"math"
	"sort"

	"mcrisk/fmath"
)

// Quantile is the p-quantile of a sample by linear interpolation between order
// statistics (type 7 of Hyndman and Fan, the default of R and NumPy), between
// two order statistics that cover the true quantile with at least the stated
// confidence whatever the law. SE is NaN: the method has none.
//
// Lo is -Inf (Hi is +Inf) where no order statistic is low (high) enough, as
// for the 1 % quantile of 100 values: the interval keeps its coverage and says
// that the sample is too small to bound that side. Infinite values are allowed;
// ruined paths (-Inf) are the lowest. An empty sample or a NaN in it gives NaN.
// It panics unless 0 ≤ p ≤ 1.
//
// With weights the order statistics are those of the values repeated as often as
// they count. With weights or clusters the interval is Woodruff's: of the values
// whose share below, as [Share] estimates it, may be p. Its effective number of
// observations is that of the share at the quantile.
//
// Sources: Hyndman and Fan, The American Statistician 50 (1996); Woodruff,
// "Confidence intervals for medians and other position measures", JASA 47 (1952).
func Quantile(s Sample, p, confidence float64) Estimate {
	return Quantiles(s, []float64{p}, confidence)[0]
}

// Quantiles is the Quantile at each of ps, in their order, for the cost of
// sorting one copy. Each interval has the stated confidence on its own; they do
// not hold jointly.
func Quantiles(s Sample, ps []float64, confidence float64) []Estimate {
	s = s.valid()
	sorted := s.order()
	estimates := make([]Estimate, len(ps))
	for i, p := range ps {
		checkProbability(p)
		checkConfidence(confidence)
		switch {
		case len(s.X) == 0 || math.IsNaN(sorted.xs[0]):
			estimates[i] = undefined(confidence, len(s.X), OrderStatistic)
		case s.plain():
			estimates[i] = quantile(len(s.X), p, confidence, sorted.at, sorted.at, sorted.at)
		default:
			estimates[i] = s.woodruff(sorted, p, confidence)
		}
	}
	return estimates
}

// woodruff is the p-quantile of weighted or clustered values.
func (s Sample) woodruff(sorted order, p, confidence float64) Estimate {
	size := s.size()
	e := Estimate{Value: typeSeven(size, p, sorted.at), SE: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1),
		Confidence: confidence, N: len(s.X), Method: OrderStatistic}
	_, n := s.share(func(x float64) bool { return x <= e.Value })
	// Of n observations, those below the true quantile are binomial; first is how many
	// they are at least with a probability that is at most what is left, as the
	// smallest b with P(B ≤ b) ≥ limit, a number between whole ones.
	tail := float64((1 - confidence) / 2)
	first := func(limit float64) float64 {
		lo, hi := 0.0, n
		if binomialUpTo(lo, n, p) >= limit {
			return lo
		}
		for range 100 {
			if b := lo + float64((hi-lo)/2); binomialUpTo(b, n, p) >= limit {
				hi = b
			} else {
				lo = b
			}
		}
		return hi
	}
	if low := first(tail) / n * size; low > 0 { // the smallest value up to which there are so many
		i := sort.Search(len(sorted.xs)-1, func(i int) bool { return sorted.upTo(i+1) >= low })
		e.Lo = min(sorted.xs[i], e.Value)
	}
	high := first(1-tail) / n * size // the smallest before which there are so many
	before := 0.0
	for i, x := range sorted.xs {
		if i == 0 || x > sorted.xs[i-1] {
			before = sorted.upTo(i)
		}
		if before >= high {
			e.Hi = max(x, e.Value)
			break
		}
	}
	return e
}

// binomialUpTo is P(B ≤ b) of a binomial B, of n trials of probability p, for numbers between whole ones
// too.
func binomialUpTo(b, n, p float64) float64 {
	if b >= n {
		return 1
	}
	return fmath.BetaCDF(1-p, n-b, b+1)
}

// quantile is the type 7 quantile of n > 0 values of which mid(rank), rank
// from 1 to n, gives the order statistics; low and high give bounds of them.
func quantile(n int, p, confidence float64, mid, low, high func(rank int) float64) Estimate {
	checkProbability(p)
	value := typeSeven(float64(n), p, mid)
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
func typeSeven(n, p float64, at func(rank int) float64) float64 {
	whole, part := math.Modf(float64(max(0, n-1) * p))
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
	tail := float64((1 - confidence) / 2)
	first := func(limit float64) int { // the smallest b with P(B ≤ b) ≥ limit
		return sort.Search(n, func(b int) bool { return binomialUpTo(float64(b), float64(n), p) >= limit })
	}
	return first(tail), first(1-tail) + 1
}

func checkProbability(p float64) {
	if !(p >= 0 && p <= 1) {
		panic(fmt.Sprintf("analytics: p = %v; want a probability in [0, 1]", p))
	}
}
