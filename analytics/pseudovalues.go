package analytics

import (
	"math"

	"mcrisk/fmath"
)

// Pseudo-values represent a statistic of a sample by one number for each value. Their
// mean is the statistic, and their variance that of its influence function.

// variancePaths are pseudo-values of the variance (divisor n-1) of the finite
// values, n/(n-1)·(x - mean)²; infinite where x is, and NaN for one value.
func variancePaths(s Sample) []float64 {
	survivors := s.finite()
	mean, _ := moments(survivors)
	n := survivors.size()
	return each(s.X, func(x float64) float64 {
		if math.IsInf(x, 0) { // the mean may not exist
			return math.Inf(1)
		}
		d := x - mean
		return d * d * n / (n - 1)
	})
}

// sdOf are pseudo-values of the standard deviation s over unit, from those of the
// variance: (s + (v - s²)/(2s))/unit.
func sdOf(vs Sample, unit float64) []float64 {
	variance, _ := moments(vs.finite())
	s := math.Sqrt(variance)
	return each(vs.X, func(v float64) float64 {
		if s == 0 || math.IsInf(v, 1) {
			return v
		}
		return (s + (v-float64(s*s))/(2*s)) / unit
	})
}

// SD estimates the standard deviation of finite values.
func SD(s Sample, confidence float64) Estimate {
	s = s.valid().finite()
	return Mean(s.with(sdOf(s.with(variancePaths(s)), 1)), confidence)
}

// shortfallPaths are pseudo-values of the expected shortfall over the worst
// share p of finite losses: q + (loss - q)⁺/p, see [ExpectedShortfall].
func shortfallPaths(losses Sample, p float64) []float64 {
	q, excess, _ := tailExcess(losses, p)
	for i, x := range excess {
		excess[i] = q + x/p
	}
	return excess
}

// medianPaths are pseudo-values of the median m of finite values ≥ 0:
// m ± 1/(2f) on either side of it, centred, with f the density there. 1/f is the
// slope of the quantile function, taken between its values at ½ ± h: of ln x, in
// which the law of a value is near normal, unless a zero is among them.
//
// Sources: Siddiqui, "Distribution of quantiles in samples from a bivariate
// population", J. Res. NBS 64B (1960), for the slope; Bofinger, "Estimation of a
// density function using order statistics", Australian J. Statistics 17 (1975),
// for h, here with its constant for a normal law.
func medianPaths(s Sample) []float64 {
	if len(s.X) == 0 {
		return nil
	}
	n, sorted := s.size(), s.order()
	at := func(p float64) float64 { return typeSeven(n, p, sorted.at) }
	const density4 = 1 / (4 * math.Pi * math.Pi) // of a standard normal at 0, to the power 4
	h := min(0.5, fmath.Pow(4.5*density4/s.effective(), 0.2))
	m, low, high := at(0.5), at(0.5-h), at(0.5+h)
	half := (high - low) / (4 * h) // 1/(2f)
	if low > 0 {
		half = m * fmath.Log(high/low) / (4 * h)
	}
	side := func(x float64) float64 {
		switch {
		case x > m:
			return 1
		case x < m:
			return -1
		}
		return 0
	}
	lean := 0.0 // mean of the sides: not 0 if several values equal the median
	for i, x := range s.X {
		lean += float64(s.weight(i)*side(x)) / n
	}
	return each(s.X, func(x float64) float64 { return m + float64(half*(side(x)-lean)) })
}

func each(xs []float64, of func(float64) float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = of(x)
	}
	return ys
}
