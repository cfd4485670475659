package analytics

import "math"

// A Crossing is where a difference changes sign along a parameter.
type Crossing struct {
	At     Estimate // the parameter; an end beyond the values tried is infinite
	Rising bool     // the difference goes from negative to positive
}

// BreakEven finds where the mean of paired differences changes sign along
// increasing xs, between which it is taken as linear. At gives the differences at
// xs[i] by path; it is called twice for each, in order, two are held at a time, and
// what it returns is not read after the next call. Paths that are infinite
// anywhere are left out.
//
// There is one Crossing for each change of sign in the sample. Its interval is the
// range around it in which the mean of the interpolated differences is within z
// standard errors of zero, with the covariance of neighbours from the paths: Fieller's
// interval, see [FitOptimum], if it stays between two xs. The interval is widened by
// the error of interpolation, which is how far parabolas through a third mean on either
// side move the crossing. There is a warning if that is more than the rest of the
// interval, or if there is no third mean. Two crossings whose intervals overlap may not
// exist. BreakEven panics unless there are at least two finite xs and they increase.
func BreakEven(xs []float64, at func(i int) Sample, confidence float64) []Crossing {
	checkIncreasing(xs, 2, math.Inf(-1))
	z := zScore(confidence)
	var first Sample
	var out []bool
	for i := range xs {
		ds := at(i)
		if i == 0 {
			first, out = ds.copied(), make([]bool, len(ds.X))
		}
		paired(ds, first)
		for j, d := range ds.X {
			out[j] = out[j] || math.IsInf(d, 0)
		}
	}
	means := make([]Estimate, len(xs))
	covs := make([]float64, len(xs)) // with the one before
	var previous Sample
	for i := range xs {
		ds := excluding(at(i), out)
		means[i] = Mean(ds, confidence)
		if i > 0 {
			covs[i] = covariance(previous, ds)
		}
		previous = ds
	}

	// ends are where the mean is z standard errors from zero: the only places where it
	// can become or cease to be significant.
	var ends []float64
	for i := 1; i < len(xs); i++ {
		a, b, c := means[i-1], means[i], covs[i]
		d, va, vb := b.Value-a.Value, float64(a.SE*a.SE), float64(b.SE*b.SE)
		// (a + w·d)² - z²·(va + 2w·(c - va) + w²·(va + vb - 2c)) = p·w² + 2q·w + s
		p := float64(d*d) - float64(z*z*(va+vb-2*c))
		q := float64(a.Value*d) - float64(z*z*(c-va))
		s := float64(a.Value*a.Value) - float64(z*z*va)
		under := float64(q*q) - float64(p*s)
		if p > 0 {
			under = max(0, under) // excluding scatter it is zero but for rounding
		}
		t := -q - math.Copysign(math.Sqrt(under), q)
		for _, w := range []float64{t / p, s / t} {
			if w >= 0 && w <= 1 {
				ends = append(ends, xs[i-1]+float64(w*(xs[i]-xs[i-1])))
			}
		}
	}

	var crossings []Crossing
	last := 0 // the last mean that is not zero
	for i := 1; i < len(xs); i++ {
		from, to := means[last].Value, means[i].Value
		if from*to < 0 {
			x := (xs[last+1] + xs[i-1]) / 2 // the middle of the means that are zero
			if last == i-1 {
				x = xs[last] + (xs[i]-xs[last])*from/(from-to)
			}
			e := Estimate{Value: x, SE: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: confidence,
				N: means[i].N, Method: Fieller, Warning: means[i].Warning}
			near := float64(1e-9 * (xs[i] - xs[last])) // excluding scatter both ends are at x but for rounding
			for _, end := range ends {
				if end <= x+near {
					e.Lo = max(e.Lo, min(end, x))
				}
				if end >= x-near {
					e.Hi = min(e.Hi, max(end, x))
				}
			}
			if last == i-1 {
				widenForInterpolation(&e, xs, means, i)
			}
			crossings = append(crossings, Crossing{e, to > 0})
		}
		if to != 0 {
			last = i
		}
	}
	return crossings
}

// widenForInterpolation widens the interval of a crossing before xs[i] by the error of
// linear interpolation: how far parabolas through one more mean move the crossing.
func widenForInterpolation(e *Estimate, xs []float64, means []Estimate, i int) {
	a, b, slope := xs[i-1], xs[i], (means[i].Value-means[i-1].Value)/(xs[i]-xs[i-1])
	left, right, near := 0.0, 0.0, false
	for _, j := range []int{i - 2, i + 1} {
		if j < 0 || j >= len(xs) {
			continue
		}
		near = true
		// Newton's form: the line, and c·(x − a)·(x − b). Its sign changes once between.
		c := ((means[j].Value-means[i].Value)/(xs[j]-b) - slope) / (xs[j] - a)
		before, after := a, b
		for range 60 {
			x := float64((before + after) / 2)
			v := means[i].Value + float64((x-b)*(slope+float64(c*(x-a))))
			if v*means[i].Value > 0 {
				after = x
			} else {
				before = x
			}
		}
		move := after - e.Value
		left, right = min(left, move), max(right, move)
	}
	if width := e.Hi - e.Lo; !near || right-left > width && right-left > 1e-9*(b-a) {
		e.Warning = Interpolated
	}
	e.Lo, e.Hi = e.Lo+left, e.Hi+right
}
