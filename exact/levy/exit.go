package levy

import (
	"math"
	"math/cmplx"

	"mcrisk/fmath"
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
			term *= x / complex(2*k*(2*k+1), 0)
			sum += term
		}
		return sum
	}
	r := cmplx.Sqrt(x)
	return (Exp(r) - Exp(-r)) / (2 * r)
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
		return fmath.Exp(theta*e.Above) * math.Expm1(theta*e.Below) / math.Expm1(theta*(e.Below+e.Above))
	}
	return math.Expm1(-theta*e.Below) / math.Expm1(-theta*(e.Below+e.Above))
}

// Mean is the expected time to leave, (b·p₊ − a·p₋)/nu, or a·b/sigma² at nu = 0.
func (e Exit) Mean() float64 {
	v := e.Sigma * e.Sigma
	if math.Abs(2*e.Nu/v)*(e.Below+e.Above) > 0.02 {
		p := e.Up()
		return (e.Above*p - e.Below*(1-p)) / e.Nu
	}
	// Near nu = 0 both numerator and denominator vanish. With q(x) = (1 − e^{−x})/x
	// and r(x) = (1 − q(x))/x the quotient is a·(D·r(θD) − a·r(θa))/q(θD)·2/sigma².
	t, a, d := 2*e.Nu/v, e.Below, e.Below+e.Above
	q := func(x float64) float64 { // (1 − e^{−x})/x
		s, term := 1.0, 1.0
		for k := 2.0; k < 12; k++ {
			term *= -x / k
			s += term
		}
		return s
	}
	r := func(x float64) float64 { // (1 − q(x))/x
		s, term := 0.5, 0.5
		for k := 3.0; k < 13; k++ {
			term *= -x / k
			s += term
		}
		return s
	}
	return a * (d*r(t*d) - a*r(t*a)) / q(t*d) * 2 / v
}

// Transform returns E[e^{−sτ}; up] and E[e^{−sτ}; down],
//
//	e^{nu·b/sigma²}·sinh(a·g)/sinh(D·g) and e^{−nu·a/sigma²}·sinh(b·g)/sinh(D·g),
//	g = √(nu² + 2·sigma²·s)/sigma²,  D = a + b.
func (e Exit) Transform(s complex128) (up, down complex128) {
	v := e.Sigma * e.Sigma
	g2 := (complex(e.Nu*e.Nu, 0) + complex(2*v, 0)*s) / complex(v*v, 0)
	d := e.Below + e.Above
	if cmplx.Abs(g2)*d*d < 1 {
		all := sinhc(g2*complex(d*d, 0)) * complex(d, 0)
		up = complex(fmath.Exp(e.Nu*e.Above/v)*e.Below, 0) * sinhc(g2*complex(e.Below*e.Below, 0)) / all
		down = complex(fmath.Exp(-e.Nu*e.Below/v)*e.Above, 0) * sinhc(g2*complex(e.Above*e.Above, 0)) / all
		return up, down
	}
	g := cmplx.Sqrt(g2)
	short := func(x float64) complex128 { return 1 - Exp(-2*g*complex(x, 0)) }
	up = Exp(complex(e.Nu*e.Above/v, 0)-g*complex(e.Above, 0)) * short(e.Below) / short(d)
	down = Exp(complex(-e.Nu*e.Below/v, 0)-g*complex(e.Below, 0)) * short(e.Above) / short(d)
	return up, down
}

// Resolvent is the density at x of E∫₀^τ e^{−sτ}·1{y ∈ dx} dt,
//
//	(2/sigma²)·e^{nu·x/sigma²}·sinh(g(a + min(0,x)))·sinh(g(b − max(0,x)))/(g·sinh(gD)).
func (e Exit) Resolvent(s complex128, x float64) complex128 {
	v := e.Sigma * e.Sigma
	g2 := (complex(e.Nu*e.Nu, 0) + complex(2*v, 0)*s) / complex(v*v, 0)
	d := e.Below + e.Above
	left, right := e.Below+min(0, x), e.Above-max(0, x)
	if cmplx.Abs(g2)*d*d < 1 {
		return complex(2/v*fmath.Exp(e.Nu*x/v)*left*right/d, 0) *
			sinhc(g2*complex(left*left, 0)) * sinhc(g2*complex(right*right, 0)) / sinhc(g2*complex(d*d, 0))
	}
	g := cmplx.Sqrt(g2)
	short := func(x float64) complex128 { return 1 - Exp(-2*g*complex(x, 0)) }
	way := Exp(complex(e.Nu*x/v, 0) - g*complex(math.Abs(x), 0))
	return way * short(left) * short(right) / (complex(v, 0) * g * short(d))
}
