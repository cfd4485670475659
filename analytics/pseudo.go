package analytics

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Pseudo-values: functionals of a sample as one number for each value, whose
// mean is the functional and whose scatter is that of its influence function.

// variancePaths are pseudo-values of the variance (divisor n-1) of the finite
// xs, n/(n-1)·(x - mean)²; infinite where x is, and NaN for one value.
func variancePaths(xs []float64) []float64 {
	mean := MeanFinite(xs, 0.5)
	n := float64(mean.N)
	return each(xs, func(x float64) float64 {
		if math.IsInf(x, 0) { // there may be no mean
			return math.Inf(1)
		}
		d := x - mean.Value
		return d * d * n / (n - 1)
	})
}

// sdOf are pseudo-values of the standard deviation s over unit, from those of the
// variance: (s + (v - s²)/(2s))/unit.
func sdOf(vs []float64, unit float64) []float64 {
	s := math.Sqrt(MeanFinite(vs, 0.5).Value)
	return each(vs, func(v float64) float64 {
		if s == 0 || math.IsInf(v, 1) {
			return v
		}
		return (s + (v-float64(s*s))/(2*s)) / unit
	})
}

// shortfallPaths are pseudo-values of the expected shortfall over the worst
// share p of finite losses: q + (loss - q)⁺/p, see [ExpectedShortfall].
func shortfallPaths(losses []float64, p float64) []float64 {
	q, excess, _ := tailExcess(losses, p)
	for i, x := range excess {
		excess[i] = q + x/p
	}
	return excess
}

// medianPaths are pseudo-values of the median m of finite xs ≥ 0:
// m ± 1/(2f) on either side of it, centred, with f the density there. 1/f is the
// slope of the quantile function, taken between its values at ½ ± h: of ln x, in
// which the law of a value is near normal, unless a zero is among them.
//
// Sources: Siddiqui, "Distribution of quantiles in samples from a bivariate
// population", J. Res. NBS 64B (1960), for the slope; Bofinger, "Estimation of a
// density function using order statistics", Australian J. Statistics 17 (1975),
// for h, here with its constant for a normal law.
func medianPaths(xs []float64) []float64 {
	n := len(xs)
	if n == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(xs))
	at := func(p float64) float64 {
		return typeSeven(n, p, func(rank int) float64 { return sorted[rank-1] })
	}
	density := distuv.UnitNormal.Prob(0)
	h := min(0.5, math.Pow(4.5*math.Pow(density, 4)/float64(n), 0.2))
	m, low, high := at(0.5), at(0.5-h), at(0.5+h)
	half := (high - low) / (4 * h) // 1/(2f)
	if low > 0 {
		half = m * math.Log(high/low) / (4 * h)
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
	lean := 0.0 // 0 but where several values are the median
	for _, x := range xs {
		lean += side(x) / float64(n)
	}
	return each(xs, func(x float64) float64 { return m + float64(half*(side(x)-lean)) })
}

func each(xs []float64, of func(float64) float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = of(x)
	}
	return ys
}
