package exact

import "math"

// root finds where f changes sign between a and b, to the last bits, by
// bisection with secant steps where they help. It returns NaN if f has the
// same sign at both ends.
func root(f func(x float64) float64, a, b float64) float64 {
	fa, fb := f(a), f(b)
	if fa == 0 {
		return a
	}
	if fb == 0 {
		return b
	}
	if !(fa*fb < 0) {
		return math.NaN()
	}
	for range 200 {
		if math.Abs(fb) < math.Abs(fa) {
			a, b, fa, fb = b, a, fb, fa
		}
		// a is the better end; step from it, at least a little, at most half way
		step := fa * (b - a) / (fa - fb)
		least := 2e-16*math.Abs(a) + 1e-300
		if math.Abs(b-a) <= 2*least {
			return a
		}
		step = math.Copysign(min(max(math.Abs(step), least), math.Abs(b-a)/2), b-a)
		x := a + step
		fx := f(x)
		if fx == 0 {
			return x
		}
		if (fx < 0) == (fa < 0) {
			a, fa = x, fx
			if y := (a + b) / 2; math.Abs(step) < math.Abs(b-a)/8 {
				if fy := f(y); (fy < 0) == (fa < 0) {
					a, fa = y, fy
				} else {
					b, fb = y, fy
				}
			}
		} else {
			b, fb = x, fx
		}
	}
	return a
}
