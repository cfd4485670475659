package analytics

import (
	"fmt"
	"math"
)

// An Optimum is the best value of a positive parameter x, by a parabola in ln x.
type Optimum struct {
	At     Estimate // x at the vertex, also beyond the xs; NaN where the parabola opens the other way
	Pinned bool     // the curvature is significant, so the interval of At has two ends
	Value  Estimate // the metric at At

	// What the metric loses where x is 10 % above or below At, at least zero at an
	// optimum. By the parabola, so it is the curvature in readable units.
	Wider, Narrower Estimate

	// How far a cubic term would move the vertex, in ln x, to first order. An
	// interval without zero says that a parabola does not fit; one that matters
	// beside that of At, that the points reach too far from the optimum.
	Shift Estimate
}

// Vertex fits a parabola in ln x to a metric that is known at several xs > 0,
// increasing, on the same paths, by least squares with equal weights. At gives
// the numbers at xs[i] by path, as [Case.Numbers] does, and is called once for
// each, in order. Paths that are infinite anywhere are left out.
//
// The coefficients are linear in the numbers, so each path has its own, and
// their means and covariance come from the paths. The vertex -b/2c of
// a + b·t + c·t², t = ln x, is a ratio of means, and its interval is Fieller's: the
// t at which the slope b + 2ct is not significant,
//
//	(b + 2ct)² ≤ z²·Var(b + 2ct).
//
// Where c is not significantly of the right sign it is not pinned down, and the
// interval is all of (0, +Inf). The interval takes the parabola as true: choose xs
// not far from the optimum, such as from half to twice it, and look at Shift.
//
// It panics if there are fewer than four xs, or they are not positive and
// increasing, or sense is Neither.
//
// Source: Fieller, "Some problems in interval estimation", JRSS B 16 (1954).
func Vertex(xs []float64, at func(i int) Sample, sense Sense, confidence float64) Optimum {
	checkSettings(len(xs), sense)
	checkIncreasing(xs, 4, 0)
	logs := each(xs, math.Log)
	centre, _ := moments(Sample{X: logs})
	us := each(logs, func(t float64) float64 { return t - centre })
	basis, monic := orthogonal(us, 4)
	var paths [4][]float64 // coefficients of the orthogonal polynomials, by path
	var sample Sample      // whose weights and clusters are those of all
	var out []bool
	for i := range xs {
		vs := at(i)
		if i == 0 {
			sample = vs.owned()
			out = make([]bool, len(vs.X))
			for k := range paths {
				paths[k] = make([]float64, len(vs.X))
			}
		}
		paired(vs, sample)
		for j, v := range vs.X {
			out[j] = out[j] || math.IsInf(v, 0)
			for k := range paths {
				paths[k][j] += float64(basis[k][i] * v)
			}
		}
	}
	for k := range paths {
		paths[k] = without(sample.with(paths[k]), out).X
	}
	sample = without(sample, out)
	mean := func(ys []float64) Estimate { return Mean(sample.with(ys), confidence) }

	// In powers of u: a + b·u + c·u², with the cubic polynomial left aside.
	combine := func(weights ...float64) []float64 {
		ys := make([]float64, len(paths[0]))
		for k, w := range weights {
			for j, v := range paths[k] {
				ys[j] += float64(w * v)
			}
		}
		return ys
	}
	slopes, bends := combine(0, 1, monic[2][1]), paths[2]
	b, c := mean(slopes), mean(bends)
	vertex := -b.Value / (2 * c.Value)
	if !better(-sense, c.Value) {
		vertex = math.NaN()
	}

	o := Optimum{Pinned: math.Abs(c.Value) > zScore(confidence)*c.SE && finite(vertex)}
	o.Value = mean(combine(1, vertex, polynomial(monic[2], vertex)))
	o.At = Estimate{Value: math.Exp(centre + vertex), SE: math.NaN(), Lo: 0, Hi: math.Inf(1), Confidence: confidence,
		N: c.N, Method: Fieller, Warning: c.Warning}
	if o.Pinned {
		lo, hi := fieller(b, c, covariance(sample.with(slopes), sample.with(bends)))
		o.At.Lo, o.At.Hi = math.Exp(centre+lo), math.Exp(centre+hi)
	}
	loss := func(times float64) Estimate {
		h := math.Log(times)
		return mean(each(bends, func(c float64) float64 { return -float64(sense) * c * h * h }))
	}
	o.Wider, o.Narrower = loss(1.1), loss(0.9)
	pull := -(monic[3][1] + float64(2*monic[3][2]*vertex) + float64(3*vertex*vertex)) / (2 * c.Value)
	o.Shift = mean(each(paths[3], func(d float64) float64 { return d * pull }))
	return o
}

// fieller is the interval of -b/2c, where c is significant; cov is that of the
// means of b and c.
func fieller(b, c Estimate, cov float64) (lo, hi float64) {
	z2 := math.Pow(zScore(b.Confidence), 2)
	// In r = -b/c: (c² - z²Vcc)·r² + 2(bc - z²Vbc)·r + b² - z²Vbb ≤ 0.
	p := float64(c.Value*c.Value) - float64(z2*c.SE*c.SE)
	q := float64(b.Value*c.Value) - float64(z2*cov)
	s := float64(b.Value*b.Value) - float64(z2*b.SE*b.SE)
	root := math.Sqrt(max(0, float64(q*q)-float64(p*s)))
	return (-q - root) / p / 2, (-q + root) / p / 2
}

// covariance is that of the means of two samples of the same paths.
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
			var along sum
			for i, u := range us {
				along.add(float64(math.Pow(u, float64(k)) * dual[j][i]))
			}
			for power, v := range q {
				p[power] -= float64(along.value() * v)
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

// without is a copy of the values that are not out.
func without(s Sample, out []bool) Sample {
	return s.where(func(i int) bool { return !out[i] }).owned()
}

// checkIncreasing holds xs to at least least values above floor, increasing.
func checkIncreasing(xs []float64, least int, floor float64) {
	ok := len(xs) >= least
	for i, x := range xs {
		ok = ok && x > floor && !math.IsInf(x, 1) && (i == 0 || x > xs[i-1])
	}
	if !ok {
		panic(fmt.Sprintf("analytics: xs = %v; want at least %d finite values above %v, increasing", xs, least, floor))
	}
}
