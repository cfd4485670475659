package exact

import (
	"math"
	"math/cmplx"

	"mcrisk/quad"
)

// An exitLaw is Brownian motion dy = nu dt + sigma dW from 0 until it leaves
// (−a, b). The formulas are the classical two-sided exit laws (Karlin and
// Taylor, A Second Course in Stochastic Processes, 1981, chapter 15; Borodin
// and Salminen, Handbook of Brownian Motion, 2nd ed. 2002, section 2.3.0).
type exitLaw struct{ nu, sigma, a, b float64 }

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
	return cmplx.Sinh(r) / r
}

// up is the probability of leaving at b,
//
//	(1 − e^{−θa})/(1 − e^{−θ(a+b)}),  θ = 2·nu/sigma²;  a/(a+b) at nu = 0.
func (e exitLaw) up() float64 {
	theta := 2 * e.nu / (e.sigma * e.sigma)
	if math.Abs(theta)*(e.a+e.b) < 1e-14 {
		return e.a / (e.a + e.b)
	}
	if theta < 0 { // the same without overflow
		return math.Exp(theta*e.b) * math.Expm1(theta*e.a) / math.Expm1(theta*(e.a+e.b))
	}
	return math.Expm1(-theta*e.a) / math.Expm1(-theta*(e.a+e.b))
}

// mean is the expected time to leave, (b·p₊ − a·p₋)/nu, or a·b/sigma² at nu = 0.
func (e exitLaw) mean() float64 {
	v := e.sigma * e.sigma
	if math.Abs(2*e.nu/v)*(e.a+e.b) > 0.02 {
		p := e.up()
		return (e.b*p - e.a*(1-p)) / e.nu
	}
	// Near nu = 0 both numerator and denominator vanish. With q(x) = (1 − e^{−x})/x
	// and r(x) = (1 − q(x))/x the quotient is a·(D·r(θD) − a·r(θa))/q(θD)·2/sigma².
	t, a, d := 2*e.nu/v, e.a, e.a+e.b
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

// transform returns E[e^{−sτ}; up] and E[e^{−sτ}; down],
//
//	e^{nu·b/sigma²}·sinh(a·g)/sinh(D·g) and e^{−nu·a/sigma²}·sinh(b·g)/sinh(D·g),
//	g = √(nu² + 2·sigma²·s)/sigma²,  D = a + b.
func (e exitLaw) transform(s complex128) (up, down complex128) {
	v := e.sigma * e.sigma
	g2 := (complex(e.nu*e.nu, 0) + complex(2*v, 0)*s) / complex(v*v, 0)
	d := e.a + e.b
	if cmplx.Abs(g2)*d*d < 1 {
		all := sinhc(g2*complex(d*d, 0)) * complex(d, 0)
		up = complex(math.Exp(e.nu*e.b/v)*e.a, 0) * sinhc(g2*complex(e.a*e.a, 0)) / all
		down = complex(math.Exp(-e.nu*e.a/v)*e.b, 0) * sinhc(g2*complex(e.b*e.b, 0)) / all
		return up, down
	}
	g := cmplx.Sqrt(g2)
	lost := func(x float64) complex128 { return 1 - cmplx.Exp(-2*g*complex(x, 0)) }
	up = cmplx.Exp(complex(e.nu*e.b/v, 0)-g*complex(e.b, 0)) * lost(e.a) / lost(d)
	down = cmplx.Exp(complex(-e.nu*e.a/v, 0)-g*complex(e.a, 0)) * lost(e.b) / lost(d)
	return up, down
}

// resolvent is the density at x of E∫₀^τ e^{−sτ}·1{y ∈ dx} dt,
//
//	(2/sigma²)·e^{nu·x/sigma²}·sinh(g(a + min(0,x)))·sinh(g(b − max(0,x)))/(g·sinh(gD)).
func (e exitLaw) resolvent(s complex128, x float64) complex128 {
	v := e.sigma * e.sigma
	g2 := (complex(e.nu*e.nu, 0) + complex(2*v, 0)*s) / complex(v*v, 0)
	d := e.a + e.b
	left, right := e.a+min(0, x), e.b-max(0, x)
	if cmplx.Abs(g2)*d*d < 1 {
		return complex(2/v*math.Exp(e.nu*x/v)*left*right/d, 0) *
			sinhc(g2*complex(left*left, 0)) * sinhc(g2*complex(right*right, 0)) / sinhc(g2*complex(d*d, 0))
	}
	g := cmplx.Sqrt(g2)
	lost := func(x float64) complex128 { return 1 - cmplx.Exp(-2*g*complex(x, 0)) }
	return cmplx.Exp(complex(e.nu*x/v, 0)-g*complex(math.Abs(x), 0)) * lost(left) * lost(right) / (complex(v, 0) * g * lost(d))
}

// A watched cycle is watched continuously, without jumps: it leaves the band
// at an edge.
type watched struct {
	frame
	nodes quad.Rule
	ends  []exit // upper, lower
}

// newWatched prepares for horizons not much below scale years.
func newWatched(f frame, scale float64) *watched {
	c := &watched{frame: f}
	// the occupation density has a kink at each start and is as narrow as y's
	// move over the horizon
	first := f.sigma * math.Sqrt(scale) / 8
	cuts := []float64{f.low}
	for _, y := range []float64{f.start[fromDown], f.start[birth], f.start[fromUp], f.high} {
		if y > cuts[len(cuts)-1] {
			cuts = append(cuts, y)
		}
	}
	for i := 1; i < len(cuts); i++ {
		a, b := cuts[i-1], cuts[i]
		mid := (a + b) / 2
		c.nodes.Grade(a, mid, min(first, (mid-a)/2), b-a)
		c.nodes.Grade(b, mid, min(first, (b-mid)/2), b-a)
	}
	c.ends = []exit{f.exitAt(f.high), f.exitAt(f.low)}
	return c
}

func (c *watched) places() ([]float64, []exit) { return c.nodes.X, c.ends }

func (c *watched) slowest() float64 {
	return c.frame.slowest(0) + c.nu*c.nu/(2*c.sigma*c.sigma)
}

func (c *watched) clock(s complex128) complex128 { return 1 / s }

func (c *watched) law(start int) exitLaw {
	w := c.start[start]
	return exitLaw{c.nu, c.sigma, w - c.low, c.high - w}
}

func (c *watched) visits(s complex128) (all [3]visit) {
	for i := range all {
		if i > 0 && c.same() {
			all[i] = all[0]
			continue
		}
		e := c.law(i)
		v := visit{inside: make([]complex128, len(c.nodes.X)), exits: make([]complex128, 2)}
		v.exits[0], v.exits[1] = e.transform(s)
		if s == 0 {
			v.exits[0] = complex(e.up(), 0)
			v.exits[1] = complex(exitLaw{-e.nu, e.sigma, e.b, e.a}.up(), 0)
		}
		for j, y := range c.nodes.X {
			v.inside[j] = complex(c.nodes.W[j], 0) * e.resolvent(s, y-c.start[i])
		}
		all[i] = v
	}
	return all
}
