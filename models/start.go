package models

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/random"
)

// startNow is where a model with a volatility of its own begins.
var startNow = param.Param{Name: "start", Unit: param.Sigma, Min: 0, Max: 100, Word: "stationary",
	Doc: "volatility at the start, per √year; stationary: drawn from the long-run law"}

// HasStart says whether a kind of model has a volatility of its own that paths start from,
// the number start.
func HasStart(kind string) bool {
	k, err := Registry.Kind(kind)
	for _, p := range k.Params {
		if err == nil && p.Name == startNow.Name {
			return true
		}
	}
	return false
}

// startDraw is one of a lane's uniform numbers for its first state, by its number.
func startDraw(at At, lane, number int) float64 {
	return random.FloatAt(at.Seed, at.Group*block.Lanes+uint64(lane), random.Stream(random.Start, at.Underlying),
		uint64(number))
}

// Filtered is the volatility, per √year, that a model expects of the first bar after a
// history, given all of it: what start is set to for paths that go on from there. Growth is
// taken out as the mean of the returns. GARCH, GJR and FHS go through the history by their
// recursion, from the long-run variance, with coefficients for its bars; regimes by
// Hamilton's filter, and so do components; Heston and Bates by particles, over 20 times 1/kappa, up to 4,096
// bars.
func Filtered(model param.Part, history *Series) (volatility float64, err error) {
	v, err := FilteredState(model, history)
	return v[startNow.Name], err
}

// FilteredState are all numbers of a model that say where paths go on from the end of a history: start, and of
// [MCGARCH] its components and the hour of the week.
func FilteredState(model param.Part, history *Series) (param.Values, error) {
	m, err := Registry.Build(model)
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		return nil, err
	}
	if n, _ := history.Returns(); len(n) < 10 {
		return nil, fmt.Errorf("models: %d returns in the history %s; "+
			"want 10 at least to find the volatility at its end", len(n), history.Name)
	}
	if m, ok := m.(MCGARCH); ok {
		return m.filtered(history), nil
	}
	v, err := volatilityAfter(m, model.Kind, history)
	return param.Values{startNow.Name: v}, err
}

// StateAt are the numbers that say that paths start from a volatility at a time.
func StateAt(kind string, volatility float64, at time.Time) param.Values {
	v := param.Values{startNow.Name: volatility}
	if HasWeek(kind) {
		v["week-hour"] = float64(HourOfWeek(at))
	}
	return v
}

// volatilityAfter is that expected of the step after a history.
func volatilityAfter(m Model, kind string, history *Series) (float64, error) {
	returns, _ := history.Returns()
	switch m := m.(type) {
	case GARCH:
		return m.symmetric().filtered(returns, history), nil
	case GJR:
		return m.filtered(returns, history), nil
	case FHS:
		_, _, h := m.filter(returns)
		return float64(m.Sigma * math.Sqrt(h)), nil
	case Regimes:
		return m.filtered(returns, history), nil
	case Component:
		return m.filtered(returns, history), nil
	case Heston:
		v := m.filtered(returns, Merton{}, history)
		return math.Sqrt(v), nil
	case Bates:
		v := m.Heston.filtered(returns, m.jumps(), history)
		return math.Sqrt(v + m.jumps().Moments(1).Variance), nil
	}
	return 0, fmt.Errorf("models: %s has no volatility of its own to start from", kind)
}

func (m GJR) filtered(returns []float64, history *Series) float64 {
	mean, unit := meanOf(returns), float64(float64(m.Sigma*m.Sigma)*Years(history.Step))
	alpha, gamma, beta := m.coefficients(history.Step)
	omega := 1 - (alpha + float64(gamma/2) + beta)
	h := 1.0
	for _, r := range returns {
		e := r - mean
		react := alpha
		if e < 0 {
			react += gamma
		}
		h = (omega + float64(beta*h)) + float64(react*float64(e*e))/unit
	}
	return float64(m.Sigma * math.Sqrt(h))
}

func (m Regimes) filtered(returns []float64, history *Series) float64 {
	dt := Years(history.Step)
	variance := meanSquare(returns) - float64(meanOf(returns)*meanOf(returns))
	m.Mu = (meanOf(returns) + float64(variance/2)) / dt
	_, _, last := newRegimeFilter(m, dt).run(returns, false)
	calm, wild := float64(m.Calm*m.Calm), float64(m.Wild*m.Wild)
	return math.Sqrt(calm + float64(last[1]*(wild-calm)))
}

func meanSquare(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += float64(x * x)
	}
	return sum / float64(len(xs))
}

// filtered is the variance expected of the diffusion after the returns. Particles are
// paths of the variance, weighed by how likely they make the returns and drawn anew in
// proportion to that at each.
func (m Heston) filtered(returns []float64, jumps Merton, history *Series) float64 {
	const groups, most = 64, 4096
	dt := Years(history.Step)
	mean := meanOf(returns)
	returns = returns[len(returns)-min(len(returns), most, int(math.Ceil(20/float64(m.Kappa*dt)))):]
	at := At{Seed: 0x5eed, Step: history.Step, Len: 1}
	states, next := make([]State, groups), make([]State, groups)
	m.V0 = 0
	for g := range states {
		states[g], next[g] = make(State, m.State()), make(State, m.State())
		at.Group = uint64(g)
		m.Begin(at, states[g])
	}
	z, move := []*block.Track{new(block.Track), new(block.Track)}, new(block.Track)
	weights := make([]float64, groups*block.Lanes)
	e := fmath.Exp(-float64(m.Kappa * dt))
	for n, r := range returns {
		at.First = n
		total := 0.0
		for g, state := range states {
			at.Group = uint64(g)
			for i := range z {
				first := n / 4 * 4 // normals come in fours
				random.Normals(z[i], at.Seed, at.Group, random.Stream(random.Diffusion, i), first, n-first+1)
				z[i][0] = z[i][n-first]
			}
			next[g][0] = state[0]
			m.Advance(at, z, next[g], move)
			for l := range block.Lanes {
				// the return given both variances: Brownian motion that is not the variance's
				v0, v1 := state[0][l], next[g][0][l]
				v := float64((v0 + v1) / 2 * dt)
				shock := float64(m.Rho / m.Xi * (v1 - float64(v0*e) - float64(m.Theta*(1-e))))
				w := jumps.density(r-mean-shock, max(float64(v*(1-float64(m.Rho*m.Rho))), 1e-14), dt)
				weights[g*block.Lanes+l] = w
				total += w
			}
		}
		if !(total > 0) { // no particle makes such a return
			states, next = next, states
			continue
		}
		// systematic resampling
		u, sum, from := random.FloatAt(at.Seed, 0, random.Stream(random.Start, 1), uint64(n)), 0.0, -1
		for i := range weights {
			goal := (float64(i) + u) / float64(len(weights)) * total
			for sum < goal && from < len(weights)-1 {
				from++
				sum += weights[from]
			}
			states[i/block.Lanes][0][i%block.Lanes] = next[from/block.Lanes][0][from%block.Lanes]
		}
	}
	sum := 0.0
	for _, s := range states {
		for _, v := range s[0] {
			sum += v
		}
	}
	return sum / float64(len(weights))
}

// density is that of a normal of a variance plus Merton's jumps over dt years, at x.
func (m Merton) density(x, variance, dt float64) float64 {
	rate := float64(m.Rate * dt)
	sum, p := 0.0, fmath.Exp(-rate)
	for n := range 20 {
		k := float64(n)
		v := variance + float64(k*float64(m.JumpSD*m.JumpSD))
		d := x - float64(k*m.JumpMean) + float64(rate*m.JumpMean)
		sum += float64(p*fmath.Exp(-float64(d*d)/(2*v))) / math.Sqrt(v)
		if p *= rate / (k + 1); p < 1e-12 {
			break
		}
	}
	return sum
}
