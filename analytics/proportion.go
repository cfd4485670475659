package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// Proportion is k successes in n independent trials with the exact interval of
// Clopper and Pearson, which covers the true probability at least as often as
// it claims for every n, k = 0 and k = n included. SE is √(p(1-p)/n) at p = k/n; at
// both ends it is zero, so use the interval. Without trials everything is NaN. It
// panics unless 0 ≤ k ≤ n.
//
// Source: Clopper and Pearson, Biometrika 26 (1934), in the form of beta
// quantiles.
func Proportion(k, n int, confidence float64) Estimate {
	checkConfidence(confidence)
	if k < 0 || k > n {
		panic(fmt.Sprintf("analytics: %d successes in %d trials; want between none and all", k, n))
	}
	if n == 0 {
		return undefined(confidence, 0, ClopperPearson)
	}
	tail := float64((1 - confidence) / 2)
	p, lo, hi := float64(k)/float64(n), 0.0, 1.0
	if k > 0 {
		lo = fmath.BetaQuantile(tail, float64(k), float64(n-k+1))
	}
	if k < n {
		hi = fmath.BetaQuantile(1-tail, float64(k+1), float64(n-k))
	}
	return Estimate{
		Value: p, SE: math.Sqrt(float64(p*(1-p)) / float64(n)), Lo: lo, Hi: hi,
		Confidence: confidence, N: n, Method: ClopperPearson,
	}
}

// LossProbability is the probability that a holder loses more than the
// fraction x: that nav, in units of what was paid, ends below 1 - x. A ruined
// path (nav 0) has lost more than any x < 1.
func LossProbability(navs Sample, x, confidence float64) Estimate {
	return Share(navs, func(nav float64) bool { return nav < 1-x }, confidence)
}

// ReachProbability is the probability that a holder gains the fraction x or
// more: that nav is at least 1 + x. With final values it is the probability at the end,
// with running maxima that at any time until then.
func ReachProbability(navs Sample, x, confidence float64) Estimate {
	return Share(navs, func(nav float64) bool { return nav >= 1+x }, confidence)
}

// Share is the probability of what is holds for, estimated by the weighted share p
// of the sample's values; NaN if any value is.
//
// Of equal and independent values it is the [Proportion]. Otherwise it is the share
// with the interval of Clopper and Pearson, and the SE, of n_eff independent trials:
//
//	n_eff = 1 + p(1-p)/V,
//
// with V the linearised variance of p; see [Sample]. For k clusters of one weight
// whose values agree that is k. Where p is 0 or 1 nothing scatters, and n_eff is
// Kish's over clusters. It is at most the sum of the weights.
//
// Source: Korn and Graubard, "Confidence intervals for proportions with small
// expected number of positive counts estimated from survey data", Survey
// Methodology 24 (1998).
func Share(s Sample, is func(float64) bool, confidence float64) Estimate {
	checkConfidence(confidence)
	s = s.valid()
	k := 0
	for _, x := range s.X {
		if math.IsNaN(x) {
			return undefined(confidence, len(s.X), ClopperPearson)
		}
		if is(x) {
			k++
		}
	}
	if s.plain() || len(s.X) == 0 {
		return Proportion(k, len(s.X), confidence)
	}
	p, n := s.share(is)
	tail := float64((1 - confidence) / 2)
	e := Estimate{Value: p, SE: math.Sqrt(float64(p*(1-p)) / n), Hi: 1, Confidence: confidence, N: len(s.X),
		Method: ClopperPearson}
	if p > 0 {
		e.Lo = min(p, fmath.BetaQuantile(tail, float64(p*n), float64((1-p)*n)+1))
	}
	if p < 1 {
		e.Hi = max(p, fmath.BetaQuantile(1-tail, float64(p*n)+1, float64((1-p)*n)))
	}
	return e
}

// share is the weighted share of what is holds for, exactly 0 or 1 where that is
// none or all, and the effective number of observations behind it.
func (s Sample) share(is func(float64) bool) (p, effective float64) {
	ones := indicators(s.X, is)
	p, _ = moments(s.with(ones))
	most := s.size()
	if p > 0 && p < 1 {
		se := clusterError(s.totals(func(i int) float64 { return ones[i] - p }), most)
		if n := 1 + float64(p*(1-p))/float64(se*se); !math.IsNaN(n) { // NaN: one cluster
			return p, min(n, most)
		}
	}
	return p, min(s.effective(), most)
}
