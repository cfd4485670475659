package fmath

import "math"

// LogGamma returns ln Γ(x) for x > 0, within 2e-14 of it or of 1, whichever is
// larger.
func LogGamma(x float64) float64 {
	const halfLog2Pi = 0.91893853320467274178
	return (float64((x-0.5)*Log(x)) - x) + (halfLog2Pi + stirling(x))
}

// stirling is what Stirling's formula leaves out, ln Γ(x) less
// (x − ½)·ln x − x + ½·ln 2π.
//
// Source: NIST Handbook of Mathematical Functions (2010), 5.11.1, from 15 on, where the
// first term left out is below 1e-17; below, by the recurrence.
func stirling(x float64) float64 {
	below, y := 1.0, x // the product of x, x + 1, … below 15, and the number after them
	for y < 15 {
		below = float64(below * y)
		y++
	}
	z := 1 / float64(y*y)
	s := float64(z*(-691.0/360360)) + 1.0/1188
	s = float64(s*z) - 1.0/1680
	s = float64(s*z) + 1.0/1260
	s = float64(s*z) - 1.0/360
	s = float64(s*z) + 1.0/12
	s /= y
	if y > x {
		s += float64((y-0.5)*Log(y)) - float64((x-0.5)*Log(x)) - (y - x) - Log(below)
	}
	return s
}

// betaDensity is x·(1−x) times the density at x of a beta variable, for x in (0, 1).
//
// Source: Loader, "Fast and accurate computation of binomial probabilities" (2000): the
// powers around the mean, where they nearly cancel, and what Stirling's formula leaves
// out.
func betaDensity(x, a, b float64) float64 {
	mean := a / (a + b)
	ratio := func(x, mean, off float64) float64 { // ln x/mean, of which off is the difference
		if math.Abs(off) < mean/2 {
			return Log1p(off / mean)
		}
		return Log(x / mean)
	}
	log := float64(a*ratio(x, mean, x-mean)) + float64(b*ratio(1-x, 1-mean, mean-x))
	log += stirling(a+b) - stirling(a) - stirling(b)
	return float64(Exp(log) * math.Sqrt(float64(a*(1-mean))/(2*math.Pi)))
}

// BetaCDF is the probability that a beta variable with parameters a, b > 0 lies
// below x in [0, 1]: the regularised incomplete beta function I_x(a, b), to about
// 1e-12 for parameters up to a million.
//
// Source: the continued fraction of NIST Handbook of Mathematical Functions (2010),
// 8.17.22, by the method of Lentz.
func BetaCDF(x, a, b float64) float64 {
	switch {
	case !(a > 0 && b > 0 && x >= 0 && x <= 1):
		return math.NaN()
	case x == 0 || x == 1:
		return x
	case x > (a+1)/(a+b+2): // there the fraction of the other side converges faster
		return 1 - betaTail(1-x, b, a)
	}
	return betaTail(x, a, b)
}

// betaTail is I_x(a, b) for x up to about the mean.
func betaTail(x, a, b float64) float64 {
	const least = 1e-300 // instead of a denominator of 0
	nonzero := func(v float64) float64 {
		if math.Abs(v) < least {
			return least
		}
		return v
	}
	front := betaDensity(x, a, b) / a
	c := 1.0
	d := 1 / nonzero(1-float64((a+b)*x)/(a+1))
	sum := d
	for m := 1.0; m < 1e6; m++ {
		even := float64(float64(m*(b-m))*x) / float64((a+2*m-1)*(a+2*m))
		d = 1 / nonzero(1+float64(even*d))
		c = nonzero(1 + even/c)
		sum = float64(sum * float64(d*c))
		odd := -float64(float64((a+m)*(a+b+m))*x) / float64((a+2*m)*(a+2*m+1))
		d = 1 / nonzero(1+float64(odd*d))
		c = nonzero(1 + odd/c)
		step := float64(d * c)
		sum = float64(sum * step)
		if math.Abs(step-1) < 1e-16 {
			break
		}
	}
	return float64(front * sum)
}

// BetaQuantile returns the x in [0, 1] with BetaCDF(x, a, b) = p, to about 1e-11 of
// x for parameters up to a million.
func BetaQuantile(p, a, b float64) float64 {
	switch {
	case !(a > 0 && b > 0 && p >= 0 && p <= 1):
		return math.NaN()
	case p == 0 || p == 1:
		return p
	}
	// in u = ln x/(1−x), on which the law is near normal and a small a or b does no harm
	at := func(u float64) float64 { return 1 / (1 + Exp(-u)) }
	lo, hi := -745.0, 745.0
	u := Log(a/b) + float64(NormQuantile(p)*math.Sqrt((a+b)/a/b))
	if !(u > lo && u < hi) {
		u = 0
	}
	for range 100 { // Newton's steps, halved into the bracket where they leave it
		x := at(u)
		f := BetaCDF(x, a, b) - p
		if f < 0 {
			lo = u
		} else {
			hi = u
		}
		next := u - f/betaDensity(x, a, b)
		if !(next > lo && next < hi) {
			next = lo + float64((hi-lo)/2)
		}
		if math.Abs(next-u) <= 1e-13*max(1, math.Abs(u)) {
			return at(next)
		}
		u = next
	}
	return at(u)
}
