package fmath

import "math"

// Log returns the natural logarithm of x: −Inf at 0, NaN below.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	m, k := math.Frexp(x) // m in [0.5, 1)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	return logParts(m-1, 0, k)
}

// Log1p returns ln(1 + x), accurate for small x too.
func Log1p(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < -1:
		return math.NaN()
	case x == -1:
		return math.Inf(-1)
	case x > -0.2928 && x < 0.4142: // 1+x in [√½, √2]: x itself is the fraction
		return logParts(x, 0, 0)
	}
	u := 1 + x
	lost := x - (u - 1) // what the addition rounded away
	if x > 1 {
		lost = 1 - (u - x)
	}
	m, k := math.Frexp(u)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	return logParts(m-1, lost/u, k)
}

// logParts returns ln(1+f) + c + k·ln 2 for 1+f in [√½, √2] and a small
// correction c.
//
// With s = f/(2+f), ln(1+f) = 2·atanh(s) = f − f²/2 + s·(f²/2 + R),
// R = 2s²/3 + 2s⁴/5 + …; writing it around f keeps the rounding of the largest
// term out of the answer. s² ≤ 0.0295, so the first term left out is below
// 2e-18.
func logParts(f, c float64, k int) float64 {
	s := f / (2 + f)
	z := float64(s * s)
	r := 2.0 / 23
	r = float64(r*z) + 2.0/21
	r = float64(r*z) + 2.0/19
	r = float64(r*z) + 2.0/17
	r = float64(r*z) + 2.0/15
	r = float64(r*z) + 2.0/13
	r = float64(r*z) + 2.0/11
	r = float64(r*z) + 2.0/9
	r = float64(r*z) + 2.0/7
	r = float64(r*z) + 2.0/5
	r = float64(r*z) + 2.0/3
	r = float64(r * z)
	half := float64(0.5 * float64(f*f))
	n := float64(k)
	return float64(n*ln2Hi) - ((half - (float64(s*(half+r)) + (float64(n*ln2Lo) + c))) - f)
}

// Pow returns x^p for x > 0: e^{p·ln x}, so its relative error grows with
// |p·ln x| (about 1e-16 times it).
func Pow(x, p float64) float64 { return Exp(float64(p * Log(x))) }
