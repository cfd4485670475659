package levy

import (
	"fmt"
	"math"
)

// Root finds where f changes sign between a and b, to the last bits, by
// bisection with secant steps where they help. It returns NaN if f has the
// same sign at both ends.
func Root(f func(x float64) float64, a, b float64) float64 {
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
		least := float64(2e-16*math.Abs(a)) + 1e-300
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

// Positive returns an error unless a value is above zero and finite.
func Positive(what string, value float64) error {
	if !(value > 0) || math.IsInf(value, 0) {
		return fmt.Errorf("exact: %s = %v; want a finite number above zero", what, value)
	}
	return nil
}

// Finite returns an error if a result overflowed.
func Finite(what string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("exact: %s are beyond the arithmetic's range; want less extreme inputs", what)
		}
	}
	return nil
}
