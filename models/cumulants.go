package models

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
)

// A Transformer is a model whose log-return X(t) has a known transform.
type Transformer interface {
	Model

	// CGF is the cumulant generating function ln E[e^{s·X(t)}] for complex s;
	// the characteristic function of X(t) is e^{CGF(t, iu)}. CGF(t, 1) = Mu·t in
	// every model.
	CGF(t float64, s complex128) complex128
}

// momentsOf differentiates a cumulant generating function at zero,
//
//	κₙ = n!/(2πi) ∮ CGF(s)/sⁿ⁺¹ ds,
//
// on a circle by the trapezoid rule, which is exact to rounding as long as the
// function has no singularity near. Half of one over the standard deviation of
// the log-return is the radius that loses fewest digits.
func momentsOf(m Transformer, t, radius float64) Moments {
	if math.IsInf(radius, 0) { // no time, or no variance
		return Moments{Mean: real(m.CGF(t, 1))}
	}
	const points = 64
	var k [5]float64
	for j := range points {
		w := cmplx.Rect(1, 2*math.Pi*(float64(j)+0.5)/points)
		f := m.CGF(t, cmplx.Scale(radius, w))
		p := complex(1, 0)
		for n := range k {
			k[n] += float64(real(cmplx.Div(f, p)) / points)
			p = cmplx.Mul(p, w)
		}
	}
	fact := 1.0
	for n := 1; n < len(k); n++ {
		fact *= float64(n)
		k[n] *= fact / fmath.PowInt(radius, n)
	}
	return moments(k[1], k[2], k[3], k[4])
}

// real numbers among complex ones
func c(x float64) complex128 { return complex(x, 0) }

// diffusionCGF is the cumulant generating function of a Brownian log-price with E[e^X] = e^{mu·t}.
func diffusionCGF(mu, sigma, t float64, s complex128) complex128 {
	v := float64(sigma * sigma / 2)
	return cmplx.Scale(t, cmplx.Scale(mu-v, s)+cmplx.Mul(cmplx.Scale(v, s), s))
}
