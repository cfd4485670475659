package models

import (
	"fmt"
	"math"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/param"
	"mcrisk/random"
)

// Merton is geometric Brownian motion with jumps: at the times of a Poisson
// process of rate Rate, ln S jumps by Normal(JumpMean, JumpSD²). Between them
//
//	d ln S = (Mu − Sigma²/2 − Rate·κ) dt + Sigma dW,  κ = e^{JumpMean + JumpSD²/2} − 1,
//
// which keeps the expected price at S(0)·e^{Mu·t}. Exact over any step: jump
// times are sums of exponential gaps, so changing the rate moves the same
// jumps in time. A log-return over t years has the cumulants of the diffusion
// plus Rate·t·E[J^n].
//
// Source: Merton, "Option pricing when underlying stock returns are
// discontinuous", J. Financial Economics 3 (1976).
type Merton struct {
	Mu       float64 // growth rate of the expected price, 1/year
	Sigma    float64 // volatility of the diffusion, 1/√year, at least zero
	Rate     float64 // jumps per year, at least zero
	JumpMean float64 // mean of a jump of ln S
	JumpSD   float64 // standard deviation of a jump of ln S, at least zero
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "merton", Doc: "geometric Brownian motion with normally distributed jumps of the log-price",
	Params: []param.Param{Mu, Sigma, jumpRate, jumpMean, jumpSD},
	New: func(v param.Values) Model {
		return Merton{Mu: v["mu"], Sigma: v["sigma"], Rate: v["jump-rate"],
			JumpMean: v["jump-mean"], JumpSD: v["jump-sd"]}
	},
})

var (
	jumpRate = param.Param{Name: "jump-rate", Unit: param.PerYear, Min: 0, Max: 1e5, Default: 10,
		Doc: "expected number of jumps per year"}
	jumpMean = param.Param{Name: "jump-mean", Unit: param.Fraction, Min: -5, Max: 5, Default: -0.02,
		Doc: "mean jump of the log-price"}
	jumpSD = param.Param{Name: "jump-sd", Unit: param.Fraction, Min: 0, Max: 5, Default: 0.06,
		Doc: "standard deviation of the jumps of the log-price"}
)

func (m Merton) Check() error {
	if err := (GBM{m.Mu, m.Sigma}).Check(); err != nil {
		return err
	}
	if !(m.Rate >= 0 && m.Rate <= 1e5) {
		return fmt.Errorf("models: Merton jump rate = %v; want 0 to 1e5 a year", m.Rate)
	}
	if !(m.JumpSD >= 0 && m.JumpSD <= 5) || !(math.Abs(m.JumpMean) <= 5) {
		return fmt.Errorf("models: Merton jumps of mean %v and standard deviation %v; "+
			"want a mean within ±5 and a deviation from 0 to 5", m.JumpMean, m.JumpSD)
	}
	return nil
}

func (Merton) Normals() int { return 1 }

// State: the time of the next jump in years, and how many came before it.
func (Merton) State() int { return 2 }

func (m Merton) Begin(at At, state State) { beginJumps(at, m.Rate, state) }

// kappa is the expected relative jump of the price, E[e^J] − 1.
func (m Merton) kappa() float64 {
	return fmath.Expm1(m.JumpMean + float64(float64(m.JumpSD*m.JumpSD)/2))
}

func (m Merton) Advance(at At, z []*block.Track, state State, move *block.Track) {
	GBM{m.Mu - float64(m.Rate*m.kappa()), m.Sigma}.Advance(at, z, nil, move)
	size := random.Stream(random.JumpSize, at.Underlying)
	eachJump(at, m.Rate, state, func(step, lane int, path, n uint64) {
		z := random.NormAt(at.Seed, path, size, n)
		move[step][lane] += m.JumpMean + float64(m.JumpSD*z)
	})
}

func (m Merton) CGF(t float64, s complex128) complex128 {
	return diffusionCGF(m.Mu-float64(m.Rate*m.kappa()), m.Sigma, t, s) +
		cmplx.Scale(m.Rate*t, cmplx.Exp(cmplx.Scale(m.JumpMean, s)+cmplx.Mul(cmplx.Scale(m.JumpSD*m.JumpSD/2, s), s))-1)
}

func (m Merton) Growth() float64 { return m.Mu }

func (m Merton) Moments(t float64) Moments {
	a, s2, v := m.JumpMean, float64(m.JumpSD*m.JumpSD), float64(m.Sigma*m.Sigma)
	l, a2 := float64(m.Rate*t), float64(a*a)
	return moments(
		float64((m.Mu-float64(m.Rate*m.kappa())-float64(v/2))*t)+float64(l*a),
		float64(v*t)+float64(l*(a2+s2)),
		l*(float64(a2*a)+float64(3*a*s2)),
		l*(float64(a2*a2)+float64(6*a2*s2)+float64(3*s2*s2)))
}
