package models

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/param"
	"mcrisk/random"
)

// Heston has a variance v of its own that returns to Theta,
//
//	d ln S = (Mu − v/2) dt + √v dW,   dv = Kappa (Theta − v) dt + Xi √v dB,   dW dB = Rho dt.
//
// Advance uses the quadratic-exponential scheme with martingale correction: v
// moves by a law with the exact conditional mean and variance, and
// E[S(t)] = S(0)·e^{Mu·t} holds exactly; what else is lost vanishes with the
// step (option prices within 0.1 % at steps of a tenth of 1/Kappa). Two normals
// a step, one for v.
//
// Sources: Heston, "A closed-form solution for options with stochastic
// volatility", Review of Financial Studies 6 (1993); Andersen, "Simple and
// efficient simulation of the Heston stochastic volatility model", J.
// Computational Finance 11 (2008), with ψ_c = 1.5 and central weights;
// transform in the form of Albrecher et al., "The little Heston trap", Wilmott
// (2007).
type Heston struct {
	Mu    float64 // growth rate of the expected price, 1/year
	V0    float64 // variance at the start, 1/year; zero: drawn from the long-run law
	Kappa float64 // speed of the variance's return, 1/year, above zero
	Theta float64 // variance in the long run, 1/year, above zero
	Xi    float64 // volatility of the variance, 1/year, above zero
	Rho   float64 // correlation of price and variance, −1 to 1
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "heston", Doc: "stochastic variance that reverts to its mean, correlated with the price",
	Params: []param.Param{Mu, startNow, kappa, theta, xi, rho},
	New:    func(v param.Values) Model { return newHeston(v) },
})

var (
	kappa = param.Param{Name: "kappa", Unit: param.PerYear, Min: 1e-3, Max: 1e4, Default: 8,
		Doc: "mean-reversion speed of the variance, per year"}
	theta = param.Param{Name: "theta", Unit: param.PerYear, Min: 1e-6, Max: 100, Default: 0.64,
		Doc: "long-run variance, per year"}
	xi = param.Param{Name: "xi", Unit: param.PerYear, Min: 1e-3, Max: 1e3, Default: 2.5,
		Doc: "volatility of the variance, per year"}
	rho = param.Param{Name: "rho", Unit: param.Plain, Min: -1, Max: 1, Default: -0.2,
		Doc: "correlation between the price and its variance"}
)

func newHeston(v param.Values) Heston {
	return Heston{Mu: v["mu"], V0: float64(v["start"] * v["start"]), Kappa: v["kappa"], Theta: v["theta"],
		Xi: v["xi"], Rho: v["rho"]}
}

func (m Heston) Check() error {
	if err := (GBM{m.Mu, 0}).Check(); err != nil {
		return err
	}
	if !(m.V0 >= 0 && m.V0 <= 1e4) || !(m.Theta > 0 && m.Theta <= 100) {
		return fmt.Errorf("models: Heston variance = %v at the start, %v in the long run; "+
			"want 0 to 1e4 at the start (0: drawn from the long-run law) and above 0 in the long run", m.V0, m.Theta)
	}
	if !(m.Kappa > 0 && m.Kappa <= 1e4) || !(m.Xi > 0 && m.Xi <= 1e3) {
		return fmt.Errorf("models: Heston kappa = %v, xi = %v; want above 0, at most 1e4 and 1e3", m.Kappa, m.Xi)
	}
	if !(math.Abs(m.Rho) <= 1) {
		return fmt.Errorf("models: Heston rho = %v; want −1 to 1", m.Rho)
	}
	return nil
}

// Feller is 2·Kappa·Theta/Xi²: at 1 or above, the variance never reaches zero.
// Below, it does and leaves again at once, which the scheme handles; nothing
// here requires the condition.
func (m Heston) Feller() float64 { return 2 * m.Kappa * m.Theta / (m.Xi * m.Xi) }

func (Heston) Normals() int { return 2 }

// State: the variance.
func (Heston) State() int { return 1 }

func (m Heston) Begin(at At, state State) {
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		if state[0][l] = m.V0; m.V0 == 0 { // a gamma law
			s := random.NewSource(at.Seed, at.Group*block.Lanes+uint64(l), random.Stream(random.Start, at.Underlying))
			state[0][l] = float64(s.Gamma(m.Feller()) * m.gammaScale())
		}
	}
}

// gammaScale is the scale of the variance's long-run law, a gamma with shape Feller.
func (m Heston) gammaScale() float64 { return float64(m.Xi*m.Xi) / float64(2*m.Kappa) }

// psiC is where the scheme changes from a squared normal to an exponential
// with a mass at zero.
const psiC = 1.5

func (m Heston) Advance(at At, z []*block.Track, state State, move *block.Track) {
	s := m.steps(at.Step)
	from, to := at.Lanes()
	if to-from == block.Lanes && s.vector(z, &state[0], move, at.Len) {
		return
	}
	for k := range at.Len {
		for l := from; l < to; l++ {
			s.lane(z, &state[0], move, k, l)
		}
	}
}

// hestonSteps is what steps of a length need. Vector code reads the numbers in this order.
type hestonSteps struct {
	theta float64
	e     float64 // how much of a distance from theta a step leaves

	// the variance's conditional variance is vary0 + vary·v
	vary, vary0 float64

	// ln S given v now and then, with dW = Rho·dB + √(1−Rho²)·dZ
	growth, k1, k2, k3, k4, k13, a2 float64

	plain float64 // k0 where there is no martingale correction
}

func (m Heston) steps(step time.Duration) hestonSteps {
	dt := Years(step)
	e := fmath.Exp(-float64(m.Kappa * dt))
	xi2 := float64(m.Xi*m.Xi) / m.Kappa
	r := m.Rho / m.Xi
	half := float64(float64(dt/2) * (float64(m.Kappa*r) - 0.5))
	k1, k2 := half-r, half+r
	k3 := float64(float64(dt/2) * (1 - float64(m.Rho*m.Rho)))
	return hestonSteps{theta: m.Theta, e: e,
		vary:   float64(float64(xi2*e) * (1 - e)),
		vary0:  float64(float64(float64(m.Theta*xi2)/2) * float64((1-e)*(1-e))),
		growth: float64(m.Mu * dt), k1: k1, k2: k2, k3: k3, k4: k3,
		k13: k1 + float64(k3/2), a2: k2 + float64(k3/2),
		plain: -float64(float64(r*float64(m.Kappa*m.Theta)) * dt)}
}

// lane makes one step of one lane.
func (s *hestonSteps) lane(z []*block.Track, state *[block.Lanes]float64, move *block.Track, k, l int) {
	v := state[l]
	mean := s.theta + float64((v-s.theta)*s.e)
	s2 := float64(v*s.vary) + s.vary0
	psi := s2 / float64(mean*mean)
	var next, k0 float64
	if psi <= psiC {
		// v' = a(b + Z)²
		i := 2 / psi
		b2 := (i - 1) + math.Sqrt(float64(i*(i-1)))
		a := mean / (1 + b2)
		b := math.Sqrt(b2) + z[1][k][l]
		next = float64(a * float64(b*b))
		if w := 1 - 2*float64(s.a2*a); w > 0 {
			k0 = float64(0.5*fmath.Log(w)) - float64(s.a2*float64(b2*a))/w - float64(s.k13*v)
		} else {
			k0 = s.plain
		}
	} else {
		// v' is 0 with probability p, else exponential
		p := (psi - 1) / (psi + 1)
		beta := (1 - p) / mean
		if tail := fmath.NormCDF(-z[1][k][l]); tail < 1-p {
			next = fmath.Log((1-p)/tail) / beta
		}
		if beta > s.a2 {
			k0 = -fmath.Log(p+float64(beta*(1-p))/(beta-s.a2)) - float64(s.k13*v)
		} else {
			k0 = s.plain
		}
	}
	spread := float64(s.k3*v) + float64(s.k4*next)
	move[k][l] = ((s.growth + k0) + (float64(s.k1*v) + float64(s.k2*next))) + float64(math.Sqrt(spread)*z[0][k][l])
	state[l] = next
}

// affine returns A and B of CGF(t, s) = Mu·t·s + A + B·V0.
func (m Heston) affine(t float64, s complex128) (a, b complex128) {
	x2 := m.Xi * m.Xi
	q := c(m.Kappa) - cmplx.Scale(m.Rho*m.Xi, s)
	d := cmplx.Sqrt(cmplx.Square(q) - cmplx.Scale(x2, cmplx.Square(s)-s))
	// (q − d)/Xi² and g = (q − d)/(q + d) without the difference
	y := cmplx.Div(cmplx.Square(s)-s, q+d)
	g := cmplx.Div(cmplx.Scale(x2, y), q+d)
	e := cmplx.Exp(cmplx.Scale(t, -d))
	b = cmplx.Div(cmplx.Mul(y, 1-e), 1-cmplx.Mul(g, e))
	log := log1p(cmplx.Div(cmplx.Mul(g, 1-e), 1-g))
	a = cmplx.Scale(m.Kappa*m.Theta, cmplx.Scale(t, y)-cmplx.Scale(2/x2, log))
	return a, b
}

// log1p is ln(1 + z), accurate for small z.
func log1p(z complex128) complex128 {
	if cmplx.Abs(z) > 0.02 {
		return cmplx.Log(1 + z)
	}
	sum := complex(0, 0)
	for n := 9.0; n >= 1; n-- {
		sum = cmplx.Mul(z, c(1/n)-sum)
	}
	return sum
}

func (m Heston) CGF(t float64, s complex128) complex128 {
	a, b := m.affine(t, s)
	if m.V0 == 0 {
		return cmplx.Scale(m.Mu*t, s) + a - cmplx.Scale(m.Feller(), cmplx.Log(1-cmplx.Scale(m.gammaScale(), b)))
	}
	return cmplx.Scale(m.Mu*t, s) + a + cmplx.Scale(m.V0, b)
}

// variance is the expected variance of the price's path over t years.
func (m Heston) variance(t float64) float64 {
	if m.V0 == 0 {
		return float64(m.Theta * t)
	}
	return float64(m.Theta*t) - float64((m.V0-m.Theta)*fmath.Expm1(-float64(m.Kappa*t)))/m.Kappa
}

func (m Heston) Growth() float64 { return m.Mu }

func (m Heston) Moments(t float64) Moments {
	return momentsOf(m, t, min(0.5/math.Sqrt(m.variance(t)), m.clear(t)))
}

// clear is a radius within which the transform has no singularity: that of the first
// variance's law, where it is drawn, is where B reaches one over its scale, and B is close
// to s²·(1 − e^{−κt})/2κ.
func (m Heston) clear(t float64) float64 {
	if m.V0 > 0 {
		return math.Inf(1)
	}
	return 0.4 * math.Sqrt(2*m.Kappa/float64(m.gammaScale()*-fmath.Expm1(-float64(m.Kappa*t))))
}
