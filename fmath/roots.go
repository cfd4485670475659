package fmath

import "math"

// Hypot returns √(x² + y²) without overflow on the way, within 2 units in the last
// place.
func Hypot(x, y float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	switch {
	case x > math.MaxFloat64 || y > math.MaxFloat64:
		return math.Inf(1)
	case x < y:
		x, y = y, x
	}
	if x == 0 {
		return 0
	}
	y /= x // NaN stays NaN
	return float64(x * math.Sqrt(1+float64(y*y)))
}

// Cbrt returns the cube root of x, within 2 units in the last place.
func Cbrt(x float64) float64 {
	if x == 0 || x-x != 0 {
		return x
	}
	y := Exp(Log(math.Abs(x)) / 3)
	y -= (y - math.Abs(x)/float64(y*y)) / 3 // Newton's step
	return math.Copysign(y, x)
}

// PowInt returns x to the power n by repeated squaring, for any x: its relative
// error is about n/2 units in the last place. x^0 is 1.
func PowInt(x float64, n int) float64 {
	if n < 0 {
		return 1 / PowInt(x, -n)
	}
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y = float64(y * x)
		}
		x = float64(x * x)
	}
	return y
}

// Exponent10 returns the exponent of x > 0 in scientific notation, the largest whole
// e with 10^e ≤ x, also where the logarithm would be rounded across a whole number.
func Exponent10(x float64) int {
	e := int(math.Floor(Log(x) / math.Ln10))
	switch {
	case math.Pow10(e) > x:
		e--
	case math.Pow10(e+1) <= x:
		e++
	}
	return e
}
