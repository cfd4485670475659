// Package cmplx has the arithmetic of complex numbers with the same bits on every
// machine. The operators * and / of complex numbers, and package math/cmplx, leave
// it to the compiler whether a product and a sum are rounded once or twice; the
// functions here round each on its own. Sums and differences need none.
//
// Functions of one argument are those of math/cmplx of the same name, within a few
// units in the last place.
package cmplx

import (
	"math"

	"mcrisk/fmath"
)

// Mul returns a·b.
func Mul(a, b complex128) complex128 {
	return complex(float64(real(a)*real(b))-float64(imag(a)*imag(b)),
		float64(real(a)*imag(b))+float64(imag(a)*real(b)))
}

// Scale returns x·a.
func Scale(x float64, a complex128) complex128 {
	return complex(float64(x*real(a)), float64(x*imag(a)))
}

// Over returns a/x.
func Over(a complex128, x float64) complex128 { return complex(float64(real(a)/x), float64(imag(a)/x)) }

// Square returns a².
func Square(a complex128) complex128 { return Mul(a, a) }

// Div returns a/b; with b = 0 it is infinite or NaN.
//
// Source: Smith, "Algorithm 116: complex division", Communications of the ACM 5
// (1962).
func Div(a, b complex128) complex128 {
	if imag(b) == 0 {
		return Over(a, real(b))
	}
	if math.Abs(real(b)) >= math.Abs(imag(b)) {
		ratio := imag(b) / real(b)
		under := real(b) + float64(ratio*imag(b))
		return complex((real(a)+float64(imag(a)*ratio))/under, (imag(a)-float64(real(a)*ratio))/under)
	}
	ratio := real(b) / imag(b)
	under := imag(b) + float64(ratio*real(b))
	return complex((float64(real(a)*ratio)+imag(a))/under, (float64(imag(a)*ratio)-real(a))/under)
}

// Abs returns |a|.
func Abs(a complex128) float64 { return fmath.Hypot(real(a), imag(a)) }

// Conj returns the conjugate of a.
func Conj(a complex128) complex128 { return complex(real(a), -imag(a)) }

// IsNaN says whether a part of a is NaN.
func IsNaN(a complex128) bool { return real(a) != real(a) || imag(a) != imag(a) }

// Rect returns the number of size r and angle theta.
func Rect(r, theta float64) complex128 {
	sin, cos := fmath.Sincos(theta)
	return complex(float64(r*cos), float64(r*sin))
}

// Exp returns e^a; of a real number it is real.
func Exp(a complex128) complex128 {
	r := fmath.Exp(real(a))
	if imag(a) == 0 {
		return complex(r, imag(a))
	}
	return Rect(r, imag(a))
}

// Log returns ln a with an imaginary part from −π to π.
func Log(a complex128) complex128 {
	return complex(fmath.Log(Abs(a)), fmath.Atan2(imag(a), real(a)))
}

// Sqrt returns the square root with a real part of at least 0.
func Sqrt(a complex128) complex128 {
	size := Abs(a)
	if size == 0 {
		return complex(0, imag(a))
	}
	// 2·Re·Im of the root is Im a; the larger of the two is found first, without
	// cancellation.
	larger := math.Sqrt((size + math.Abs(real(a))) / 2)
	smaller := math.Abs(imag(a)) / (2 * larger)
	if real(a) < 0 {
		return complex(smaller, math.Copysign(larger, imag(a)))
	}
	return complex(larger, math.Copysign(smaller, imag(a)))
}
