package levy

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
)

// An Exit is Brownian motion dy = Nu dt + Sigma dW from 0 until it leaves
// (−Below, Above), all of them finite and the last three above 0. In the
// formulas a is Below, b is Above and D their sum. They are the classical
// two-sided exit laws.
//
// Source: Karlin and Taylor, A Second Course in Stochastic Processes, 1981,
// chapter 15; Borodin and Salminen, Handbook of Brownian Motion, 2nd ed. 2002,
// section 2.3.0.
type Exit struct {
	Nu           float64 // 1/year
	Sigma        float64 // 1/√year
	Below, Above float64 // distances to the ends
}

// sinhc is sinh(√x)/√x, an entire function.
func sinhc(x complex128) complex128 {
	if cmplx.Abs(x) < 1 {
		sum, term := complex(1, 0), complex(1, 0)
		for k := 1.0; k < 12; k++ {
			term = cmplx.Mul(term, cmplx.Over(x, 2*k*(float64(2*k)+1)))
			sum += term
		}
		return sum
	}
	r := cmplx.Sqrt(x)
	return cmplx.Div(cmplx.Exp(r)-cmplx.Exp(-r), cmplx.Scale(2, r))
}

// Up is the probability of leaving at b,
//
//	(1 − e^{−θa})/(1 − e^{−θ(a+b)}),  θ = 2·nu/sigma²;  a/(a+b) at nu = 0.
func (e Exit) Up() float64 {
	theta := 2 * e.Nu / (e.Sigma * e.Sigma)
	if math.Abs(theta)*(e.Below+e.Above) < 1e-14 {
		return e.Below / (e.Below + e.Above)
	}
	if theta < 0 { // the same without overflow
		return fmath.Exp(theta*e.Above) * fmath.Expm1(theta*e.Below) / fmath.Expm1(theta*(e.Below+e.Above))
	}
	return fmath.Expm1(-theta*e.Below) / fmath.Expm1(-theta*(e.Below+e.Above))
}

// Mean is the expected time to leave, (b·p₊ − a·p₋)/nu, or a·b/sigma² at nu = 0.
func (e Exit) Mean() float64 {
	v := float64(e.Sigma * e.Sigma)
	if math.Abs(2*e.Nu/v)*(e.Below+e.Above) > 0.02 {
		p := e.Up()
		return (float64(e.Above*p) - float64(e.Below*(1-p))) / e.Nu
	}
	// Near nu = 0 both numerator and denominator vanish. With q(x) = (1 − e^{−x})/x
	// and r(x) = (1 − q(x))/x the quotient is a·(D·r(θD) − a·r(θa))/q(θD)·2/sigma².
	t, a, d := 2*e.Nu/v, e.Below, e.Below+e.Above
	q := func(x float64) float64 { // (1 − e^{−x})/x
		s, term := 1.0, 1.0
		for k := 2.0; k < 12; k++ {
			term = float64(term * (-x / k))
			s += term
		}
		return s
	}
	r := func(x float64) float64 { // (1 − q(x))/x
		s, term := 0.5, 0.5
		for k := 3.0; k < 13; k++ {
			term = float64(term * (-x / k))
			s += term
		}
		return s
	}
	return a * (float64(d*r(t*d)) - float64(a*r(t*a))) / q(t*d) * 2 / v
}

// Transform returns E[e^{−sτ}; up] and E[e^{−sτ}; down],
//
//	e^{nu·b/sigma²}·sinh(a·g)/sinh(D·g) and e^{−nu·a/sigma²}·sinh(b·g)/sinh(D·g),
//	g = √(nu² + 2·sigma²·s)/sigma²,  D = a + b.
func (e Exit) Transform(s complex128) (up, down complex128) {
	v := float64(e.Sigma * e.Sigma)
	g2 := cmplx.Over(complex(float64(e.Nu*e.Nu), 0)+cmplx.Scale(2*v, s), v*v)
	d := e.Below + e.Above
	if cmplx.Abs(g2)*d*d < 1 {
		sinh := func(x float64) complex128 { return cmplx.Scale(x, sinhc(cmplx.Scale(x*x, g2))) } // over g
		up = cmplx.Scale(fmath.Exp(e.Nu*e.Above/v), cmplx.Div(sinh(e.Below), sinh(d)))
		down = cmplx.Scale(fmath.Exp(-e.Nu*e.Below/v), cmplx.Div(sinh(e.Above), sinh(d)))
		return up, down
	}
	g := cmplx.Sqrt(g2)
	short := func(x float64) complex128 { return 1 - cmplx.Exp(cmplx.Scale(-2*x, g)) }
	wayUp := cmplx.Exp(complex(e.Nu*e.Above/v, 0) - cmplx.Scale(e.Above, g))
	wayDown := cmplx.Exp(complex(-e.Nu*e.Below/v, 0) - cmplx.Scale(e.Below, g))
	up = cmplx.Div(cmplx.Mul(wayUp, short(e.Below)), short(d))
	down = cmplx.Div(cmplx.Mul(wayDown, short(e.Above)), short(d))
	return up, down
}

// Resolvent is the density at x of E∫₀^τ e^{−sτ}·1{y ∈ dx} dt,
//
//	(2/sigma²)·e^{nu·x/sigma²}·sinh(g(a + min(0,x)))·sinh(g(b − max(0,x)))/(g·sinh(gD)).
func (e Exit) Resolvent(s complex128, x float64) complex128 {
	v := float64(e.Sigma * e.Sigma)
	g2 := cmplx.Over(complex(float64(e.Nu*e.Nu), 0)+cmplx.Scale(2*v, s), v*v)
	d := e.Below + e.Above
	left, right := e.Below+min(0, x), e.Above-max(0, x)
	if cmplx.Abs(g2)*d*d < 1 {
		sinh := func(x float64) complex128 { return cmplx.Scale(x, sinhc(cmplx.Scale(x*x, g2))) } // over g
		return cmplx.Scale(2/v*fmath.Exp(e.Nu*x/v), cmplx.Div(cmplx.Mul(sinh(left), sinh(right)), sinh(d)))
	}
	g := cmplx.Sqrt(g2)
	short := func(x float64) complex128 { return 1 - cmplx.Exp(cmplx.Scale(-2*x, g)) }
	way := cmplx.Exp(complex(e.Nu*x/v, 0) - cmplx.Scale(math.Abs(x), g))
	return cmplx.Div(cmplx.Mul(way, cmplx.Mul(short(left), short(right))), cmplx.Mul(cmplx.Scale(v, g), short(d)))
}
