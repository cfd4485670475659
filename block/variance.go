package block

import (
	"math"
	"time"

	"mcrisk/fmath"
)

// A Variance measures the realised variance of the last hours over its long-run level: squared
// log-returns from close to close, weighted by e^(−age/window). It is 1 at the start.
type Variance struct{ keep, gain float64 }

// NewVariance is one of such a window, of steps of such a length, where the long-run volatility is
// so much per √year. All are above zero.
func NewVariance(window, step time.Duration, volatility float64) Variance {
	const year = 365 * 24 * time.Hour
	age, dt := float64(step)/float64(window), float64(step)/float64(year)
	return Variance{fmath.Exp(-age), -fmath.Expm1(-age) / float64(dt*float64(volatility*volatility))}
}

// Next is the measure x after a step of such a log-return.
func (v Variance) Next(x, r float64) float64 {
	return float64(v.keep*x) + float64(v.gain*float64(r*r))
}

// Powers sets to[i] to [Power] of the least of x[i] and most, for as many.
func Powers(to, x []float64, most, a float64) {
	switch a { // apart, so that the loops are short
	case 0.5:
		for i, v := range x {
			to[i] = math.Sqrt(min(v, most))
		}
	case 1:
		for i, v := range x {
			to[i] = min(v, most)
		}
	default:
		for i, v := range x {
			to[i] = Power(min(v, most), a)
		}
	}
}

// Power is x^a, for x ≥ 0.
func Power(x, a float64) float64 {
	switch a { // the usual ones are quick
	case 0:
		return 1
	case 0.5:
		return math.Sqrt(x)
	case 1:
		return x
	case 2:
		return x * x
	}
	return fmath.Pow(x, a)
}
