package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// An Optimum is the best value of a positive parameter x, by a parabola in ln x, or in
// a [Refinement] by a cubic.
type Optimum struct {
	At     Estimate // the optimal x, also beyond the xs; NaN if the curvature has the wrong sign
	Pinned bool     // the curvature is significant, so the interval of At is bounded
	Value  Estimate // the metric at At

	// LossAtPlus10 and LossAtMinus10 are what the metric loses if x is 10 % above or
	// below At, at least zero at an optimum, by the curvature there.
	LossAtPlus10, LossAtMinus10 Estimate

	// Shift is how far a term of the next degree would move At, in ln x, to first order.
	// An interval without zero says that the curve does not fit. If Shift is large
	// compared to the interval of At, the points reach too far from the optimum.
	Shift Estimate
}

// FitOptimum fits a parabola in ln x to a metric that is known at several xs > 0,
// increasing, on the same paths, by least squares with equal weights. At gives
// the numbers at xs[i] by path, as [Case.Numbers] does, and is called once for
// each, in order. Paths that are infinite anywhere are left out.
//
// The coefficients are linear in the numbers, so each path has its own coefficients,
// and their means and covariance come from the paths. The optimum -b/2c of
// a + b·t + c·t², t = ln x, is a ratio of means. Its interval is Fieller's: the t at
// which the slope b + 2ct is not significant,
//
//	(b + 2ct)² ≤ z²·Var(b + 2ct).
//
// If c is not significantly of the right sign, the interval is all of (0, +Inf). The
// interval assumes that the parabola is exact: take xs near the optimum, such as from
// half to twice it, and look at Shift.
//
// It panics if there are fewer than four xs, or they are not positive and
// increasing, or sense is Neither.
//
// Source: Fieller, "Some problems in interval estimation", JRSS B 16 (1954).
func FitOptimum(xs []float64, at func(i int) Sample, sense Sense, confidence float64) Optimum {
	return newCurve(xs, at, sense, confidence, 2).optimum()
}

// A curve is a polynomial in u = ln x − centre fitted by least squares to a metric
// that is known at several x on the same paths.
type curve struct {
	degree     int
	sense      Sense
	confidence float64
	centre     float64     // of ln x
	reach      float64     // of u: how far the points are from the centre
	monic      [][]float64 // orthogonal polynomials up to degree + 1, in rising powers of u
	paths      [][]float64 // their coefficients, by path
	sample     Sample      // with the weights and clusters of those paths
}

func newCurve(xs []float64, at func(i int) Sample, sense Sense, confidence float64, degree int) *curve {
	checkSettings(len(xs), sense)
	checkIncreasing(xs, degree+2, 0)
	logs := each(xs, fmath.Log)
	centre, _ := moments(Sample{X: logs})
	us := each(logs, func(t float64) float64 { return t - centre })
	basis, monic := orthogonal(us, degree+2)
	f := &curve{degree: degree, sense: sense, confidence: confidence, centre: centre, monic: monic,
		reach: max(-us[0], us[len(us)-1]), paths: make([][]float64, degree+2)}
	var out []bool
	for i := range xs {
		vs := at(i)
		if i == 0 {
			f.sample = vs.copied()
			out = make([]bool, len(vs.X))
			for k := range f.paths {
				f.paths[k] = make([]float64, len(vs.X))
			}
		}
		paired(vs, f.sample)
		for j, v := range vs.X {
			out[j] = out[j] || math.IsInf(v, 0)
			for k := range f.paths {
				f.paths[k][j] += float64(basis[k][i] * v)
			}
		}
	}
	for k := range f.paths {
		f.paths[k] = excluding(f.sample.with(f.paths[k]), out).X
	}
	f.sample = excluding(f.sample, out)
	return f
}

func (f *curve) mean(ys []float64) Estimate { return Mean(f.sample.with(ys), f.confidence) }

// combine is, by path, the sum of the first coefficients times the weights.
func (f *curve) combine(weights ...float64) []float64 {
	ys := make([]float64, len(f.paths[0]))
	for k, w := range weights {
		for j, v := range f.paths[k] {
			ys[j] += float64(w * v)
		}
	}
	return ys
}

// basis are the d-th derivatives at u of the curve's orthogonal polynomials.
func (f *curve) basis(d int, u float64) (ws []float64) {
	for _, p := range f.monic[:f.degree+1] {
		ws = append(ws, polynomial(derivative(p, d), u))
	}
	return ws
}

// derivative is the d-th derivative of p.
func derivative(p []float64, d int) []float64 {
	for range d {
		q := make([]float64, max(0, len(p)-1))
		for k := range q {
			q[k] = float64(k+1) * p[k+1]
		}
		p = q
	}
	return p
}

// optimum is the optimum of the curve.
func (f *curve) optimum() Optimum {
	var o Optimum
	var u, lo, hi float64
	if f.degree == 2 {
		u, lo, hi = f.parabola()
	} else {
		u, lo, hi = f.cubic()
	}
	o.Pinned = finite(lo) && finite(hi)
	curvatures := each(f.combine(f.basis(2, u)...), func(v float64) float64 { return v / 2 })
	curvature := f.mean(curvatures)
	o.Value = f.mean(f.combine(f.basis(0, u)...))
	o.At = Estimate{Value: fmath.Exp(f.centre + u), SE: math.NaN(), Lo: 0, Hi: math.Inf(1),
		Confidence: f.confidence, N: curvature.N, Method: Fieller, Warning: curvature.Warning}
	if o.Pinned {
		o.At.Lo, o.At.Hi = fmath.Exp(f.centre+lo), fmath.Exp(f.centre+hi)
	}
	loss := func(times float64) Estimate {
		h := fmath.Log(times)
		return f.mean(each(curvatures, func(c float64) float64 { return -float64(f.sense) * c * h * h }))
	}
	o.LossAtPlus10, o.LossAtMinus10 = loss(1.1), loss(0.9)
	next := f.degree + 1
	sensitivity := -polynomial(derivative(f.monic[next], 1), u) / (2 * curvature.Value)
	o.Shift = f.mean(each(f.paths[next], func(d float64) float64 { return d * sensitivity }))
	return o
}

// parabola is the optimum of a parabola and its interval. The ends are NaN if the
// curvature is not significant, and the optimum if it has the wrong sign.
func (f *curve) parabola() (optimum, lo, hi float64) {
	slopes, curvatures := f.combine(0, 1, f.monic[2][1]), f.paths[2]
	b, c := f.mean(slopes), f.mean(curvatures)
	optimum, lo, hi = -b.Value/(2*c.Value), math.NaN(), math.NaN()
	if !better(-f.sense, c.Value) {
		optimum = math.NaN()
	}
	if math.Abs(c.Value) > zScore(f.confidence)*c.SE && finite(optimum) {
		lo, hi = fieller(b, c, covariance(f.sample.with(slopes), f.sample.with(curvatures)))
	}
	return optimum, lo, hi
}

// cubic is the optimum of a cubic and the range around it in which its slope is not
// significant, sought up to twice as far as the points reach. The optimum is NaN if
// there is none, an end if it lies farther.
func (f *curve) cubic() (optimum, lo, hi float64) {
	optimum, lo, hi = math.NaN(), math.NaN(), math.NaN()
	slope := func(u float64) Estimate { return f.mean(f.combine(f.basis(1, u)...)) }
	// The slope is a parabola through three values; the optimum is its root at which
	// the metric goes from rising to falling, or for Lower the reverse.
	before, at, after := slope(-1).Value, slope(0).Value, slope(1).Value
	p, q := float64((after+before)/2)-at, float64((after-before)/2)
	under := float64(q*q) - float64(4*p*at)
	if !(under > 0) {
		return optimum, lo, hi
	}
	root := -float64(float64(f.sense) * math.Sqrt(under)) // 2p·u + q at the optimum
	// the form of the root without cancellation
	if q*root > 0 {
		optimum = -2 * at / (q + root)
	} else {
		optimum = (root - q) / (2 * p)
	}
	if !(math.Abs(optimum) <= 2*f.reach) {
		return optimum, lo, hi
	}
	z := zScore(f.confidence)
	excess := func(u float64) float64 { // above zero where the slope is significant
		s := slope(u)
		return math.Abs(s.Value) - float64(z*s.SE)
	}
	const steps = 64
	end := func(way float64) float64 {
		inside, step := optimum, float64(way*f.reach/steps)
		for outside := optimum + step; math.Abs(outside) <= 2*f.reach; outside += step {
			if excess(outside) > 0 {
				for range 40 {
					if mid := (inside + outside) / 2; excess(mid) > 0 {
						outside = mid
					} else {
						inside = mid
					}
				}
				return outside
			}
			inside = outside
		}
		return math.NaN()
	}
	return optimum, end(-1), end(1)
}

// fieller is the interval of -b/2c for a significant c; cov is the covariance of the
// means of b and c.
func fieller(b, c Estimate, cov float64) (lo, hi float64) {
	z := zScore(b.Confidence)
	z2 := float64(z * z)
	// In r = -b/c: (c² - z²Vcc)·r² + 2(bc - z²Vbc)·r + b² - z²Vbb ≤ 0.
	p := float64(c.Value*c.Value) - float64(z2*c.SE*c.SE)
	q := float64(b.Value*c.Value) - float64(z2*cov)
	s := float64(b.Value*b.Value) - float64(z2*b.SE*b.SE)
	root := math.Sqrt(max(0, float64(q*q)-float64(p*s)))
	return (-q - root) / p / 2, (-q + root) / p / 2
}

// covariance is the covariance of the means of two samples of the same paths.
func covariance(xs, ys Sample) float64 {
	xs, ys = xs.valid(), ys.valid()
	mx, _ := moments(xs)
	my, _ := moments(ys)
	var s sum
	if !xs.plain() {
		tx := xs.totals(func(i int) float64 { return xs.X[i] - mx })
		ty := ys.totals(func(i int) float64 { return ys.X[i] - my })
		for c := range tx {
			s.add(float64(tx[c] * ty[c]))
		}
		k, size := float64(len(tx)), xs.size()
		return k / (k - 1) * s.value() / size / size
	}
	n := float64(len(xs.X))
	for i := range xs.X {
		s.add(float64((xs.X[i] - mx) * (ys.X[i] - my)))
	}
	return s.value() / (n - 1) / n
}

// orthogonal are polynomials of degree 0, 1, ... that are orthogonal on the
// points us, with leading coefficient one: dual[k][i] is the weight of a value at
// us[i] in the least squares coefficient of the k-th, and monic[k] its
// coefficients in rising powers.
func orthogonal(us []float64, degrees int) (dual, monic [][]float64) {
	for k := range degrees {
		p := make([]float64, k+1)
		p[k] = 1
		for j, q := range monic {
			var projection sum
			for i, u := range us {
				projection.add(float64(fmath.PowInt(u, k) * dual[j][i]))
			}
			for power, v := range q {
				p[power] -= float64(projection.value() * v)
			}
		}
		var squares sum
		values := each(us, func(u float64) float64 { return polynomial(p, u) })
		for _, v := range values {
			squares.add(float64(v * v))
		}
		monic = append(monic, p)
		dual = append(dual, each(values, func(v float64) float64 { return v / squares.value() }))
	}
	return dual, monic
}

// polynomial is p at u, by Horner's scheme.
func polynomial(p []float64, u float64) (v float64) {
	for k := len(p) - 1; k >= 0; k-- {
		v = float64(v*u) + p[k]
	}
	return v
}

// excluding is a copy of the sample without the values that are out.
func excluding(s Sample, out []bool) Sample {
	return s.where(func(i int) bool { return !out[i] }).copied()
}

// checkIncreasing panics unless xs are at least least values, above floor and
// increasing.
func checkIncreasing(xs []float64, least int, floor float64) {
	ok := len(xs) >= least
	for i, x := range xs {
		ok = ok && x > floor && !math.IsInf(x, 1) && (i == 0 || x > xs[i-1])
	}
	if !ok {
		panic(fmt.Sprintf("analytics: xs = %v; want at least %d finite values above %v, increasing", xs, least, floor))
	}
}
