package models

import (
	"fmt"
	"math"

	"mcrisk/block"
	"mcrisk/param"
	"mcrisk/random"
)

// Bates is Heston's stochastic variance with Merton's jumps, which leave the
// variance alone. The drift is compensated for the jumps, so that the expected
// price stays at S(0)·e^{Mu·t}.
//
// Source: Bates, "Jumps and stochastic volatility: exchange rate processes
// implicit in Deutsche Mark options", Review of Financial Studies 9 (1996).
type Bates struct {
	Heston
	Rate     float64 // jumps per year, at least zero
	JumpMean float64 // mean of a jump of ln S
	JumpSD   float64 // standard deviation of a jump of ln S, at least zero
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "bates", Doc: "Heston's stochastic variance with normally distributed jumps of the log-price",
	Params: []param.Param{Mu, startNow, kappa, theta, xi, rho, jumpRate, jumpMean, jumpSD},
	New: func(v param.Values) Model {
		m := Bates{Heston: newHeston(v), Rate: v["jump-rate"], JumpMean: v["jump-mean"], JumpSD: v["jump-sd"]}
		if m.V0 > 0 { // volatility is that of jumps too
			m.V0 -= m.jumps().Moments(1).Variance
		}
		return m
	},
})

func (m Bates) Check() error {
	if m.V0 < 0 {
		return fmt.Errorf("models: Bates: the volatility at the start is below that of its jumps, %.4g per √year",
			math.Sqrt(m.jumps().Moments(1).Variance))
	}
	if err := m.Heston.Check(); err != nil {
		return fmt.Errorf("models: Bates: %w", err)
	}
	return m.jumps().Check()
}

// jumps is the part of the model that jumps and has no growth of its own.
func (m Bates) jumps() Merton {
	return Merton{Rate: m.Rate, JumpMean: m.JumpMean, JumpSD: m.JumpSD}
}

// State: the variance, then as Merton's.
func (Bates) State() int { return 3 }

func (m Bates) Begin(at At, state State) {
	m.Heston.Begin(at, state)
	beginJumps(at, m.Rate, state[1:])
}

func (m Bates) Advance(at At, z []*block.Track, state State, move *block.Track) {
	h := m.Heston
	h.Mu -= float64(m.Rate * m.jumps().kappa())
	h.Advance(at, z, state, move)
	size := random.Stream(random.JumpSize, at.Underlying)
	eachJump(at, m.Rate, state[1:], func(step, lane int, path, n uint64) {
		move[step][lane] += m.JumpMean + float64(m.JumpSD*random.NormAt(at.Seed, path, size, n))
	})
}

func (m Bates) CGF(t float64, s complex128) complex128 {
	return m.Heston.CGF(t, s) + m.jumps().CGF(t, s)
}

func (m Bates) Moments(t float64) Moments {
	return momentsOf(m, t, min(0.5/math.Sqrt(m.variance(t)+m.jumps().Moments(t).Variance), m.clear(t)))
}
