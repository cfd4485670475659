package models

import (
	"fmt"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/param"
	"mcrisk/random"
)

// Kou is geometric Brownian motion with double-exponential jumps: at the times
// of a Poisson process of rate Rate, ln S jumps up by an exponential of mean
// 1/EtaUp with probability Up, else down by one of mean 1/EtaDown. Between them
//
//	d ln S = (Mu − Sigma²/2 − Rate·κ) dt + Sigma dW,  κ = Up/(EtaUp − 1) − (1 − Up)/(EtaDown + 1),
//
// which keeps the expected price at S(0)·e^{Mu·t}. Exact over any step. A
// log-return over t years has the cumulants of the diffusion plus
// Rate·t·n!·(Up/EtaUpⁿ + (−1)ⁿ(1 − Up)/EtaDownⁿ).
//
// Source: Kou, "A jump-diffusion model for option pricing", Management Science
// 48 (2002).
type Kou struct {
	Mu      float64 // growth rate of the expected price, 1/year
	Sigma   float64 // volatility of the diffusion, 1/√year, at least zero
	Rate    float64 // jumps per year, at least zero
	Up      float64 // share of jumps that go up, 0 to 1
	EtaUp   float64 // one over the mean jump up of ln S, above 1 for E[S] to exist
	EtaDown float64 // one over the mean jump down of ln S, above 0
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "kou", Doc: "geometric Brownian motion with double-exponential jumps of the log-price",
	Params: []param.Param{Mu, Sigma, jumpRate,
		{Name: "jump-up", Unit: param.Fraction, Min: 0, Max: 1, Default: 0.4, Doc: "probability that a jump is upward"},
		{Name: "eta-up", Unit: param.Plain, Min: 1.001, Max: 1e5, Default: 20,
			Doc: "inverse of the mean upward jump of the log-price; 20 is a mean of 0.05"},
		{Name: "eta-down", Unit: param.Plain, Min: 0.1, Max: 1e5, Default: 15,
			Doc: "inverse of the mean downward jump of the log-price"}},
	New: func(v param.Values) Model {
		return Kou{Mu: v["mu"], Sigma: v["sigma"], Rate: v["jump-rate"], Up: v["jump-up"],
			EtaUp: v["eta-up"], EtaDown: v["eta-down"]}
	},
})

func (m Kou) Check() error {
	if err := (GBM{m.Mu, m.Sigma}).Check(); err != nil {
		return err
	}
	if !(m.Rate >= 0 && m.Rate <= 1e5) {
		return fmt.Errorf("models: Kou jump rate = %v; want 0 to 1e5 a year", m.Rate)
	}
	if !(m.Up >= 0 && m.Up <= 1) {
		return fmt.Errorf("models: Kou share of jumps up = %v; want 0 to 1", m.Up)
	}
	if !(m.EtaUp > 1 && m.EtaUp <= 1e5) || !(m.EtaDown > 0 && m.EtaDown <= 1e5) {
		return fmt.Errorf("models: Kou eta = %v up, %v down; "+
			"want above 1 up, for the expected price to exist, and above 0 down, at most 1e5", m.EtaUp, m.EtaDown)
	}
	return nil
}

func (Kou) Normals() int { return 1 }

// State: as Merton's.
func (Kou) State() int { return 2 }

func (m Kou) Begin(at At, state State) { beginJumps(at, m.Rate, state) }

// kappa is the expected relative jump of the price, E[e^J] − 1.
func (m Kou) kappa() float64 { return m.Up/(m.EtaUp-1) - (1-m.Up)/(m.EtaDown+1) }

func (m Kou) Advance(at At, z []*block.Track, state State, move *block.Track) {
	GBM{m.Mu - float64(m.Rate*m.kappa()), m.Sigma}.Advance(at, z, nil, move)
	size := random.Stream(random.JumpSize, at.Underlying)
	eachJump(at, m.Rate, state, func(step, lane int, path, n uint64) {
		move[step][lane] += m.jump(random.FloatAt(at.Seed, path, size, n))
	})
}

// jump is the quantile of a jump's law: larger u, larger jump.
func (m Kou) jump(u float64) float64 {
	if down := 1 - m.Up; u < down {
		return fmath.Log(u/down) / m.EtaDown
	}
	return -fmath.Log((1-u)/m.Up) / m.EtaUp
}

func (m Kou) CGF(t float64, s complex128) complex128 {
	jumps := cmplx.Div(cmplx.Scale(m.Up, s), c(m.EtaUp)-s) - cmplx.Div(cmplx.Scale(1-m.Up, s), c(m.EtaDown)+s)
	return diffusionCGF(m.Mu-float64(m.Rate*m.kappa()), m.Sigma, t, s) + cmplx.Scale(m.Rate*t, jumps)
}

func (m Kou) Growth() float64 { return m.Mu }

func (m Kou) Moments(t float64) Moments {
	p, q, up, down := m.Up, 1-m.Up, 1/m.EtaUp, 1/m.EtaDown
	l, s2 := float64(m.Rate*t), float64(m.Sigma*m.Sigma)
	up1, down1 := float64(p*up), float64(q*down)
	up2, down2 := float64(up1*up), float64(down1*down)
	up3, down3 := float64(up2*up), float64(down2*down)
	return moments(
		float64((m.Mu-float64(m.Rate*m.kappa())-float64(s2/2))*t)+float64(l*(up1-down1)),
		float64(s2*t)+float64(l*2*(up2+down2)),
		l*6*(up3-down3),
		l*24*(float64(up3*up)+float64(down3*down)))
}
