package fmath

import "math"

// LogGamma returns ln Γ(x) for x > 0, within 1e-15 of it or of 1, whichever is
// larger.
//
// Source: Stirling's series, NIST Handbook of Mathematical Functions (2010), 5.11.1,
// from 15 on, where the first term left out is below 1e-17; below, by the recurrence.
func LogGamma(x float64) float64 {
	below := 1.0 // the product of x, x + 1, … below 15
	for x < 15 {
		below = float64(below * x)
		x++
	}
	z := 1 / float64(x*x)
	s := float64(z*(-691.0/360360)) + 1.0/1188
	s = float64(s*z) - 1.0/1680
	s = float64(s*z) + 1.0/1260
	s = float64(s*z) - 1.0/360
	s = float64(s*z) + 1.0/12
	const halfLog2Pi = 0.91893853320467274178
	return (float64((x-0.5)*Log(x)) - x) + (halfLog2Pi + s/x) - Log(below)
}

// logBeta is ln B(a, b).
func logBeta(a, b float64) float64 { return LogGamma(a) + LogGamma(b) - LogGamma(a+b) }

// BetaCDF is the probability that a beta variable with parameters a, b > 0 lies
// below x in [0, 1]: the regularised incomplete beta function I_x(a, b). Its
// relative error is about 1e-15 times the larger of a and b, at least 1e-14.
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
	front := Exp(float64(a*Log(x))+float64(b*Log1p(-x))-logBeta(a, b)) / a
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

// BetaQuantile returns the x in [0, 1] with BetaCDF(x, a, b) = p, to about 1e-12 of
// x for parameters up to a million.
func BetaQuantile(p, a, b float64) float64 {
	switch {
	case !(a > 0 && b > 0 && p >= 0 && p <= 1):
		return math.NaN()
	case p == 0 || p == 1:
		return p
	}
	lo, hi := 0.0, 1.0
	scale := logBeta(a, b)
	mean := a / (a + b)
	x := mean + float64(NormQuantile(p)*math.Sqrt(float64(mean*(1-mean))/(a+b+1)))
	if !(x > lo && x < hi) {
		x = mean
	}
	for range 100 { // Newton's steps, halved into the bracket where they leave it
		f := BetaCDF(x, a, b) - p
		if f < 0 {
			lo = x
		} else {
			hi = x
		}
		next := x - f/Exp(float64((a-1)*Log(x))+float64((b-1)*Log1p(-x))-scale)
		if !(next > lo && next < hi) {
			next = lo + float64((hi-lo)/2)
		}
		if math.Abs(next-x) <= 1e-13*x {
			return next
		}
		x = next
	}
	return x
}
