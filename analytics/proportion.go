package analytics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Proportion is k successes in n independent trials with the exact interval of
// Clopper and Pearson, which covers the true probability at least as often as
// it says for every n, k = 0 and k = n included. SE is √(p(1-p)/n) at p = k/n;
// it is zero at both ends, where only the interval tells how little is known.
// Without trials everything is NaN. It panics unless 0 ≤ k ≤ n.
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
	tail := (1 - confidence) / 2
	p, lo, hi := float64(k)/float64(n), 0.0, 1.0
	if k > 0 {
		lo = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(tail)
	}
	if k < n {
		hi = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(1 - tail)
	}
	return Estimate{
		Value: p, SE: math.Sqrt(float64(p*(1-p)) / float64(n)), Lo: lo, Hi: hi,
		Confidence: confidence, N: n, Method: ClopperPearson,
	}
}

// LossProbability is the probability that a holder loses more than the
// fraction x: that nav, in units of what was paid, ends below 1 - x. A ruined
// path (nav 0) has lost more than any x < 1.
func LossProbability(navs []float64, x, confidence float64) Estimate {
	return share(navs, func(nav float64) bool { return nav < 1-x }, confidence)
}

// ReachProbability is the probability that a holder gains the fraction x or
// more: that nav is at least 1 + x. Given final values it speaks of the end,
// given running maxima of any time until then.
func ReachProbability(navs []float64, x, confidence float64) Estimate {
	return share(navs, func(nav float64) bool { return nav >= 1+x }, confidence)
}

// share is the Proportion of xs for which is holds; NaN if any value is.
func share(xs []float64, is func(float64) bool, confidence float64) Estimate {
	k := 0
	for _, x := range xs {
		if math.IsNaN(x) {
			checkConfidence(confidence)
			return undefined(confidence, len(xs), ClopperPearson)
		}
		if is(x) {
			k++
		}
	}
	return Proportion(k, len(xs), confidence)
}
