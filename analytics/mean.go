package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// Mean is the weighted mean of a sample with the interval Value ± z·SE, where SE is
// the sample's standard deviation (divisor n-1) over √n, or of weighted or clustered
// values that of [Sample].
//
// The interval uses the central limit theorem. It is too short below about 30 values
// (a 95 % interval of ten normal values covers 92 % of the time) and where a few rare
// values dominate the mean. For the final equity of an ideal 3x token over a year, 95 %
// intervals cover 89 % of the time from 1,000 paths at a volatility of 0.6 and 77 % at
// 0.8, and 94 % and 87 % from 10,000 paths. Warning says so. A [Case] also uses the law
// of the price to decide whether the mean of NAV is estimable.
//
// One value, or one cluster, has a mean but no SE and no interval; an infinite value
// makes the mean infinite and the rest NaN.
func Mean(s Sample, confidence float64) Estimate {
	s = s.valid()
	mean, squares := moments(s)
	if !s.plain() {
		totals := s.totals(func(i int) float64 { return s.X[i] - mean })
		e := normal(mean, clusterError(totals, s.size()), confidence, len(s.X))
		e.Warning = meanWarning(totals, 0, squaresOf(totals))
		return e
	}
	n := float64(len(s.X))
	se := math.Sqrt(squares / (n - 1) / n) // 0/0 for one value
	e := normal(mean, se, confidence, len(s.X))
	e.Warning = meanWarning(s.X, mean, squares)
	return e
}

// meanWarning says why the normal interval of a mean may cover too little: fewer than
// 30 values; a skewness of the mean above 0.1; or fewer than ten effective values
// behind the variance, 1/Σp² with p the share of each in the sum of squares, which makes
// the standard error itself uncertain by more than 15 %. The xs are independent values,
// or totals of clusters.
//
// Source: the skewness of a mean of n is the sample's over √n, and costs a 95 %
// interval about 0.25 times its square of coverage (Hall, "The bootstrap and
// Edgeworth expansion", section 2.3); samples understate the skewness of heavy
// tails, hence a limit well below where that begins to matter. The second criterion
// detects symmetric heavy tails, such as rare differences of either sign.
func meanWarning(xs []float64, mean, squares float64) Warning {
	return meanWarningAbove(0.1, xs, mean, squares)
}

// meanWarningAbove is meanWarning with another limit of the mean's skewness.
func meanWarningAbove(limit float64, xs []float64, mean, squares float64) Warning {
	n := float64(len(xs))
	if n < 30 {
		return FewValues
	}
	var cubes, fourths sum
	for _, x := range xs {
		d := x - mean
		cubes.add(float64(d * d * d))
		fourths.add(float64(d * d * d * d))
	}
	s := squares / n
	if math.Abs(cubes.value()/n) > limit*s*math.Sqrt(s*n) {
		return HeavyTail
	}
	// 6/n is twice what a normal sample has, so small normal samples pass.
	if fourths.value() > max(0.1, 6/n)*squares*squares {
		return HeavyTail
	}
	return ""
}

// MeanFinite is the Mean over the values that are finite; N says how many they
// are. It is the mean over survivors of a metric that is -Inf for a ruined
// path, and says nothing about the ruined: report their [Share] beside it. A NaN is
// not a ruined path and still makes the result NaN.
func MeanFinite(s Sample, confidence float64) Estimate { return Mean(s.valid().finite(), confidence) }

// normal is the estimate value ± z·se. Where se is NaN there is no interval.
func normal(value, se, confidence float64, n int) Estimate {
	half := float64(zScore(confidence) * se)
	return Estimate{
		Value: value, SE: se, Lo: value - half, Hi: value + half,
		Confidence: confidence, N: n, Method: Normal,
	}
}

// undefined is the estimate of something that n values do not determine.
func undefined(confidence float64, n int, m Method) Estimate {
	nan := math.NaN()
	return Estimate{Value: nan, SE: nan, Lo: nan, Hi: nan, Confidence: confidence, N: n, Method: m}
}

// zScore is the number of standard errors on each side of a normal interval.
func zScore(confidence float64) float64 {
	checkConfidence(confidence)
	return fmath.NormQuantile((1 + confidence) / 2)
}

func checkConfidence(confidence float64) {
	if !(confidence > 0 && confidence < 1) {
		panic(fmt.Sprintf("analytics: confidence = %v; want a number inside (0, 1)", confidence))
	}
}
