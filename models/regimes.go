package models

import (
	"fmt"
	"math"

	"mcrisk/block"
	"mcrisk/fmath/cmplx"
	"mcrisk/param"
	"mcrisk/random"
)

// Regimes is a market that switches between a calm and a wild state at the
// times of a two-state Markov chain,
//
//	d ln S = (Mu − σ²/2) dt + σ dW,  σ = Calm or Wild,
//
// with exponential holding times of mean 1/ToWild and 1/ToCalm years. The
// chain runs in continuous time: a step during which it switches has the
// variance of the time spent in either state, so returns are exact over any
// step. Paths start in the chain's long-run distribution, or wild with the
// probability that gives the expected variance Start². Both states grow at
// Mu, so that E[S(t)] = S(0)·e^{Mu·t} on every history of the chain.
//
// Source: Hamilton, "A new approach to the economic analysis of nonstationary
// time series and the business cycle", Econometrica 57 (1989), for chains in
// steps; the transform is that of a Markov-modulated Brownian motion
// (Asmussen, Applied Probability and Queues, chapter XI).
type Regimes struct {
	Mu     float64 // growth rate of the expected price, 1/year
	Calm   float64 // volatility in the calm state, 1/√year, at least zero
	Wild   float64 // volatility in the wild state, 1/√year, at least zero
	ToWild float64 // switches from calm to wild per year spent calm, above zero
	ToCalm float64 // switches from wild to calm per year spent wild, above zero
	Start  float64 // volatility expected at the start, 1/√year, between Calm and Wild; zero: the long run's
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "regimes", Doc: "geometric Brownian motion that switches between a calm and a wild volatility",
	Params: []param.Param{Mu,
		{Name: "sigma-calm", Unit: param.Sigma, Min: 0, Max: 10, Default: 0.5,
			Doc: "volatility in the calm regime, per √year"},
		{Name: "sigma-wild", Unit: param.Sigma, Min: 0, Max: 10, Default: 1.2,
			Doc: "volatility in the wild regime, per √year"},
		{Name: "to-wild", Unit: param.PerYear, Min: 1e-3, Max: 1e5, Default: 12,
			Doc: "switching rate from calm to wild, per year spent calm"},
		{Name: "to-calm", Unit: param.PerYear, Min: 1e-3, Max: 1e5, Default: 36,
			Doc: "switching rate from wild to calm, per year spent wild"}, startNow},
	New: func(v param.Values) Model {
		return Regimes{Mu: v["mu"], Calm: v["sigma-calm"], Wild: v["sigma-wild"],
			ToWild: v["to-wild"], ToCalm: v["to-calm"], Start: v["start"]}
	},
})

func (m Regimes) Check() error {
	for _, s := range []float64{m.Calm, m.Wild} {
		if err := (GBM{m.Mu, s}).Check(); err != nil {
			return fmt.Errorf("models: regimes: %w", err)
		}
	}
	for _, r := range []float64{m.ToWild, m.ToCalm} {
		if !(r > 0 && r <= 1e5) {
			return fmt.Errorf("models: regimes switch %v times a year; want above 0 and at most 1e5", r)
		}
	}
	if w := m.wildFirst(); m.Start != 0 && !(w >= 0 && w <= 1) {
		return fmt.Errorf("models: regimes: volatility at the start = %v; want %v to %v, those of the two regimes",
			m.Start, min(m.Calm, m.Wild), max(m.Calm, m.Wild))
	}
	return nil
}

// wildFirst is the probability to start wild.
func (m Regimes) wildFirst() float64 {
	calm, wild := float64(m.Calm*m.Calm), float64(m.Wild*m.Wild)
	if m.Start == 0 || calm == wild {
		return m.WildShare()
	}
	return (float64(m.Start*m.Start) - calm) / (wild - calm)
}

// WildShare is the share of time spent in the wild state in the long run.
func (m Regimes) WildShare() float64 { return m.ToWild / (m.ToWild + m.ToCalm) }

func (Regimes) Normals() int { return 1 }

// State: the time of the next switch in years, how many came before it, and
// the regime, 1 for wild.
func (Regimes) State() int { return 3 }

func (m Regimes) Begin(at At, state State) {
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		path := at.Group*block.Lanes + uint64(l)
		state[0][l], state[1][l], state[2][l] = 0, 0, 0
		if random.FloatAt(at.Seed, path, random.Stream(random.Regime, at.Underlying), 0) > 1-m.wildFirst() {
			state[2][l] = 1
		}
		m.hold(at, state, l)
	}
}

// hold moves a lane's clock on by the time spent in its regime, addressed by
// the number of the switch that ends it.
func (m Regimes) hold(at At, state State, lane int) {
	rate := m.ToWild
	if state[2][lane] == 1 {
		rate = m.ToCalm
	}
	state[1][lane]++
	path := at.Group*block.Lanes + uint64(lane)
	state[0][lane] += random.ExpAt(at.Seed, path, random.Stream(random.Regime, at.Underlying),
		uint64(state[1][lane])) / rate
}

func (m Regimes) Advance(at At, z []*block.Track, state State, move *block.Track) {
	dt := Years(at.Step)
	variance := [2]float64{float64(m.Calm * m.Calm), float64(m.Wild * m.Wild)}
	growth := float64(m.Mu * dt)
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		for k := range at.Len {
			from, end := float64(float64(at.First+k)*dt), float64(float64(at.First+k+1)*dt)
			v := 0.0
			for state[0][l] < end {
				v += float64(variance[int(state[2][l])] * (state[0][l] - from))
				from = state[0][l]
				state[2][l] = 1 - state[2][l]
				m.hold(at, state, l)
			}
			v += float64(variance[int(state[2][l])] * (end - from))
			move[k][l] = (growth - float64(v/2)) + float64(math.Sqrt(v)*z[0][k][l])
		}
	}
}

// CGF is ln π·exp(t·(Q + diag ψ))·1, with ψ the exponent of the diffusion in
// each regime, Q the generator of the chain and π the law of the first regime.
func (m Regimes) CGF(t float64, s complex128) complex128 {
	a := diffusionCGF(m.Mu, m.Calm, 1, s) - c(m.ToWild)
	d := diffusionCGF(m.Mu, m.Wild, 1, s) - c(m.ToCalm)
	// exp of a 2×2 matrix: with mean μ and half-difference r of its
	// eigenvalues, e^{μt}·(cosh(rt)·I + sinh(rt)/r·(A − μI)).
	mean := cmplx.Scale(0.5, a+d)
	r := cmplx.Sqrt(cmplx.Scale(0.25, cmplx.Square(a-d)) + c(float64(m.ToWild*m.ToCalm)))
	wild := m.wildFirst()
	// π(A − μI)1
	w := cmplx.Scale(1-wild, a-mean+c(m.ToWild)) + cmplx.Scale(wild, d-mean+c(m.ToCalm))
	// cosh and sinh over their larger exponential, which is taken out
	e := cmplx.Exp(cmplx.Scale(-2*t, r))
	return cmplx.Scale(t, mean+r) + cmplx.Log(cmplx.Scale(0.5, (1+e)+cmplx.Div(cmplx.Mul(1-e, w), r)))
}

func (m Regimes) Growth() float64 { return m.Mu }

func (m Regimes) Moments(t float64) Moments {
	calm, wild := float64(m.Calm*m.Calm), float64(m.Wild*m.Wild)
	v := calm + float64(m.WildShare()*(wild-calm))
	return momentsOf(m, t, 0.5/math.Sqrt(v*t))
}
