package analytics

import "math"

// Autocorrelation returns the sample autocorrelations of xs at some lags, each
// with the normal interval ±z/√n of independent values; autocorrelations whose interval
// excludes zero are significant.
//
// Source: Box and Jenkins, Time Series Analysis, the chapter on identification;
// the interval is Bartlett's for white noise.
func Autocorrelation(xs []float64, lags []int, confidence float64) []Estimate {
	checkConfidence(confidence)
	mean, squares := moments(Sample{X: xs})
	out := make([]Estimate, len(lags))
	for i, lag := range lags {
		if lag < 1 || lag >= len(xs) || !(squares > 0) {
			out[i] = undefined(confidence, len(xs), Normal)
			continue
		}
		var s sum
		for t := lag; t < len(xs); t++ {
			s.add(float64((xs[t] - mean) * (xs[t-lag] - mean)))
		}
		out[i] = normal(s.value()/squares, 1/math.Sqrt(float64(len(xs))), confidence, len(xs))
	}
	return out
}
