package analytics

import (
	"fmt"
	"math"
)

// Losses turns net asset values, in units of what was paid, into the fractions
// lost, 1 - nav: 1 is a total loss, a negative one a gain. The slice returned is new.
func Losses(navs []float64) []float64 {
	losses := make([]float64, len(navs))
	for i, nav := range navs {
		losses[i] = 1 - nav
	}
	return losses
}

// ValueAtRisk is the loss that is exceeded with probability p: the
// (1-p)-[Quantile] of losses, in their unit. Losses are positive when bad and
// p is the tail, so "VaR at 95 %" is p = 0.05.
func ValueAtRisk(losses Sample, p, confidence float64) Estimate {
	checkProbability(p)
	return Quantile(losses, 1-p, confidence)
}

// ExpectedShortfall is the mean of the worst share p of losses, which are
// positive when bad: of the n·p largest, the last one counted for the fraction
// of it that is needed. With q the largest loss outside the tail,
//
//	ES = q + mean((loss-q)⁺)/p,    SE = sd((loss-q)⁺)/(p·√n),
//
// and the interval is normal. It is too short if few losses are in the tail: for a 3x
// token over 30 days, 95 % intervals cover 91 % of the time with n·p = 10 losses, 93.5 %
// with 20 and 94.7 % with 50. There is a Warning below 50. With fewer than two there is
// no SE and no interval. ES is biased downwards by a term of order 1/(n·p).
//
// With weights the n·p are of the values repeated as often as they count; with
// weights or clusters SE is that of the mean of a [Sample], and those in the tail are
// counted by Kish's number.
//
// An infinite loss makes ES infinite and the rest NaN; an empty sample, a NaN or
// a loss of -Inf makes it NaN. It panics unless 0 < p ≤ 1; p = 1 is the mean.
//
// Source: Rockafellar and Uryasev, Journal of Banking & Finance 26 (2002).
func ExpectedShortfall(losses Sample, p, confidence float64) Estimate {
	if !(p > 0 && p <= 1) {
		panic(fmt.Sprintf("analytics: p = %v; want a tail probability in (0, 1]", p))
	}
	checkConfidence(confidence)
	losses = losses.valid()
	n := len(losses.X)
	q, excess, tail := tailExcess(losses, p)
	if n == 0 || math.IsNaN(q) {
		return undefined(confidence, n, Normal)
	}
	mean, squares := moments(losses.with(excess))
	se := math.NaN()
	switch {
	case tail < 2:
	case losses.plain():
		se = math.Sqrt(squares/float64(n-1)/float64(n)) / p
	default:
		se = clusterError(losses.totals(func(i int) float64 { return excess[i] - mean }), losses.size()) / p
	}
	e := normal(q+mean/p, se, confidence, n)
	if tail < 50 {
		e.Warning = FewInTail
	}
	return e
}

// tailExcess is the largest loss q outside the worst share p, by how much each
// loss exceeds it, and how many may. q is NaN if there are no losses, or a NaN
// or -Inf among them.
func tailExcess(losses Sample, p float64) (q float64, excess []float64, tail float64) {
	sorted := losses.order()
	if len(sorted.xs) == 0 || !(sorted.xs[0] > math.Inf(-1)) {
		return math.NaN(), nil, 0
	}
	n := losses.size()
	tail = max(0, min(math.Floor(n*p), n-1))
	q = sorted.at(int(math.Ceil(n - tail)))
	excess = make([]float64, len(losses.X))
	for i, loss := range losses.X {
		if loss > q {
			excess[i] = loss - q
		}
	}
	if !losses.plain() {
		tail = losses.where(func(i int) bool { return excess[i] > 0 }).effective()
	}
	return q, excess, tail
}
