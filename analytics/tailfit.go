package analytics

import (
	"math"
	"slices"

	"mcrisk/fmath"
)

// A TailFit is a generalised Pareto law of how far values exceed a high
// threshold u,
//
//	P(X − u > y | X > u) = (1 + Shape·y/Scale)^(−1/Shape),
//
// which is exponential for Shape 0 and ends at u − Scale/Shape for a Shape below
// 0. It extrapolates beyond the largest value of a sample, assuming that the tail
// follows this law.
//
// Sources: Balkema and de Haan (1974) and Pickands (1975) for the law; Davison
// and Smith, JRSS B 52 (1990) for the fit and its intervals; Grimshaw,
// Technometrics 35 (1993) for the one dimension that the maximum is sought in.
type TailFit struct {
	Threshold    float64
	Shape, Scale float64 // NaN: no fit
	N            int     // values

	excess []float64 // over the threshold, rising
	counts []float64 // their weights; nil: one
	above  float64   // sum of these weights, of size
	size   float64
	// effective is the effective number of independent excesses, and best the log
	// likelihood scaled to it.
	effective, best float64
}

// FitTail fits the largest share of a sample by maximum likelihood, Shape being above
// −1. The threshold is the largest value outside that share. With fewer than ten
// different values above it, or one that is not finite, there is no fit.
//
// With weights the share and the likelihood are those of the values repeated as often
// as their weights say. With weights or clusters the likelihood is then scaled to
// Kish's effective number of values above the threshold.
func FitTail(s Sample, share float64) TailFit {
	checkProbability(share)
	s = s.valid()
	nan := math.NaN()
	sorted := s.order()
	n := len(sorted.xs)
	f := TailFit{Threshold: nan, Shape: nan, Scale: nan, N: n, size: s.size()}
	if n == 0 || !finite(sorted.xs[0]) || !finite(sorted.xs[n-1]) {
		return f
	}
	k := max(0, min(math.Floor(f.size*share), f.size-1))
	f.Threshold = sorted.at(int(math.Ceil(f.size - k)))
	for i, x := range sorted.xs {
		if x > f.Threshold {
			f.excess = append(f.excess, x-f.Threshold)
			f.above += sorted.weight(i)
			if s.W != nil {
				f.counts = append(f.counts, sorted.weight(i))
			}
		}
	}
	f.effective = s.where(func(i int) bool { return s.X[i] > f.Threshold }).effective()
	if len(slices.Compact(slices.Clone(f.excess))) < 10 {
		return f
	}
	// With t = Shape/Scale, the best Shape is mean ln(1 + t·y). What is left is a
	// function of t > −1/max y, here of ln(1 + t·max y).
	largest := f.excess[len(f.excess)-1]
	at := func(u float64) (shape, scale float64) {
		t := fmath.Expm1(u) / largest
		if math.Abs(t*largest) < 1e-9 {
			t = 1e-9 / largest
		}
		var logs sum
		for i, y := range f.excess {
			logs.add(float64(f.count(i) * fmath.Log1p(t*y)))
		}
		shape = logs.over(f.above)
		return shape, shape / t
	}
	u := maximise(-12, 12, func(u float64) float64 {
		shape, scale := at(u)
		if !(shape > -1) {
			return math.Inf(-1)
		}
		return f.likelihood(shape, scale)
	})
	f.Shape, f.Scale = at(u)
	f.best = f.likelihood(f.Shape, f.Scale)
	return f
}

func (f TailFit) count(i int) float64 {
	if f.counts == nil {
		return 1
	}
	return f.counts[i]
}

// likelihood is the log likelihood of the excesses, scaled to their effective number.
func (f TailFit) likelihood(shape, scale float64) float64 {
	if !(scale > 0) || !(1+shape*f.excess[len(f.excess)-1]/scale > 0) {
		return math.Inf(-1)
	}
	var logs sum
	for i, y := range f.excess {
		if math.Abs(shape) < 1e-9 {
			logs.add(float64(f.count(i) * (y / scale)))
		} else {
			logs.add(float64(f.count(i) * float64((1+1/shape)*fmath.Log1p(shape*y/scale))))
		}
	}
	return float64(f.effective / f.above * (-float64(f.above*fmath.Log(scale)) - logs.value()))
}

// reach is how many Scales above the threshold the value lies that is exceeded
// with probability p.
func (f TailFit) reach(shape, p float64) float64 {
	r := fmath.Log(f.above / f.size / p)
	if math.Abs(shape) < 1e-9 {
		return r
	}
	return fmath.Expm1(shape*r) / shape
}

// Quantile is the value that is exceeded with probability p, less than the share
// that was fitted, with its profile likelihood interval. The interval ignores that the
// share above the threshold is an estimate too, which matters little for p well below
// it: 95 % intervals from 150 values above the threshold cover 92 to 94 % of the time.
// There is a Warning below 200.
func (f TailFit) Quantile(p, confidence float64) Estimate {
	checkProbability(p)
	checkConfidence(confidence)
	e := undefined(confidence, f.N, Profile)
	if math.IsNaN(f.Shape) || !(p*f.size < f.above) {
		return e
	}
	above := float64(f.Scale * f.reach(f.Shape, p))
	e.Value = f.Threshold + above
	if f.effective < 200 {
		e.Warning = FewInTail
	}
	// Ten standard errors of the shape, by the law of large samples.
	wide := 10 * (1 + f.Shape) / math.Sqrt(f.effective)
	// the loss of log likelihood if the quantile is y above the threshold
	loss := func(y float64) float64 {
		of := func(shape float64) float64 { return f.likelihood(shape, y/f.reach(shape, p)) }
		return f.best - of(maximise(max(-0.999, f.Shape-wide), f.Shape+wide, of))
	}
	z := zScore(confidence) // its square is the quantile of chi-squared with one degree of freedom
	allowed := float64(z*z) / 2
	e.Lo = f.Threshold + crossing(above, above/2, loss, allowed)
	e.Hi = f.Threshold + crossing(above, 2*above, loss, allowed)
	return e
}

// crossing is where loss first exceeds allowed, on the way from a to b and beyond.
func crossing(a, b float64, loss func(float64) float64, allowed float64) float64 {
	for i := 0; loss(b) < allowed; i++ {
		if i == 60 {
			return math.Inf(int(math.Copysign(1, b-a)))
		}
		if b < a {
			a, b = b, b/2
		} else {
			a, b = b, 2*b
		}
	}
	for range 40 {
		if m := a + float64((b-a)/2); loss(m) < allowed {
			a = m
		} else {
			b = m
		}
	}
	return b
}

// maximise returns where f is largest between lo and hi: the best of 25 points,
// refined by golden section.
func maximise(lo, hi float64, f func(float64) float64) float64 {
	const points, golden = 24, 0.6180339887498949
	best, at := math.Inf(-1), 0
	step := (hi - lo) / points
	for i := range points + 1 {
		if v := f(lo + float64(float64(i)*step)); v > best {
			best, at = v, i
		}
	}
	a, b := lo+float64(float64(max(at-1, 0))*step), lo+float64(float64(min(at+1, points))*step)
	c, d := b-float64(golden*(b-a)), a+float64(golden*(b-a))
	fc, fd := f(c), f(d)
	for range 30 {
		if fc >= fd {
			b, d, fd = d, c, fc
			c = b - float64(golden*(b-a))
			fc = f(c)
		} else {
			a, c, fc = c, d, fd
			d = a + float64(golden*(b-a))
			fd = f(d)
		}
	}
	return a + float64((b-a)/2)
}
