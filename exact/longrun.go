package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
	"mcrisk/tokens"
)

// Rates are the long-run rates of a token per year.
//
// If cycles can end in liquidation, the rates are those of a token that starts again at
// the target after each one. The loss by liquidation is not in Growth; Liquidations is
// their number per year, and Hazard the rate at which the probability of no liquidation
// (or ruin) decays.
type Rates struct {
	Rebalances    float64 // 1/year; +Inf when trading at an edge continuously
	UpShare       float64 // share of rebalances at the upper price edge, where the token buys
	Turnover      float64 // notional traded over equity, 1/year
	CostDrag      float64 // what trading costs take from Growth, 1/year
	Growth        float64 // of ln NAV, 1/year
	Decay         float64 // Growth − Target·(drift of ln S), 1/year
	LogVariance   float64 // of ln NAV, 1/year
	DecayVariance float64 // of ln NAV − Target·ln S, 1/year
	Leverage      float64 // mean over time, signed; a grid's includes only its looks
	Leverage2     float64 // mean of the square
	Liquidations  float64 // 1/year
	Hazard        float64 // 1/year
}

// LongRun returns the rates of the token's stationary regime.
//
// With cycles from start i of mean length m_i, stationary weights π_i of the
// starts and R the log of equity over a cycle, rates are renewal–reward
// quotients: 1/Σπm rebalances, growth Supply or Borrow of the safe leg − Fee +
// ΣπE[R]/Σπm, and variances those of the central limit theorem,
// Σπ E(R − g′τ)² /Σπm plus what the chain of starts correlates. To Edge,
// monitored continuously, the rates of the two local times replace them (see
// reflected.go). For GBM every expectation of a cycle monitored continuously is
// elementary; on a grid it solves one linear system.
//
// Zero drift is not a special case. A band of zero width trades infinitely often if
// monitored continuously, which is an error (the limit is
// [mcrisk/exact/brownian.Ideal] less cost); on a grid it is the token reset at every
// step. A band without a low edge (Low = 1 for a long) has no stationary regime, which is
// an error.
//
// Source: renewal–reward theorem, e.g. Asmussen, Applied Probability and
// Queues, 2nd ed. 2003, chapters V and VII; transfer to bands derived here.
func (p Problem) LongRun() (Rates, error) {
	band := p.Token.Band
	if p.Step == 0 && p.check() == nil && (band.To == tokens.Edge || band.To == tokens.Partial && band.Speed == 0) {
		if m, ok := p.Model.(models.GBM); ok {
			return newFrame(p.Token, m).reflected()
		}
	}
	f, c, err := p.cycle(1, usual)
	if err != nil {
		return Rates{}, err
	}
	return f.rates(c)
}

// stats are the moments of one cycle, from each start to each next one.
type stats struct {
	p, r   [3][3]float64 // probability; E[R; next]
	r2     [3]float64    // E[R²]
	tau    [3]float64    // E τ
	rTau   [3]float64    // E[R·τ]
	tau2   [3]float64    // E τ²
	pTau   [3][3]float64 // E[τ; next]
	weight [3]float64    // stationary weights of the starts
	mean   float64       // Σ weight·τ
}

// rewards are the logs of equity at the exits, less slope times y.
func rewards(exits []exit, slope float64) []float64 {
	r := make([]float64, len(exits))
	for k, e := range exits {
		if e.next != ended {
			r[k] = e.log - float64(slope*e.y)
		}
	}
	return r
}

// sumTo sums weights·values over the exits that lead to next.
func sumTo(weights []complex128, exits []exit, next int, values []float64) complex128 {
	var s complex128
	for k, e := range exits {
		if e.next != next {
			continue
		}
		if values == nil {
			s += weights[k]
		} else {
			s += cmplx.Scale(values[k], weights[k])
		}
	}
	return s
}

func (f frame) cycleStats(c cycle, slope float64) stats {
	_, exits := c.points()
	r := rewards(exits, slope)
	var s stats
	now := c.visits(0)
	for i, v := range now {
		s.tau[i] = real(total(v.inside))
		if w, ok := c.(*diffusionCycle); ok {
			s.tau[i] = w.law(i).Mean()
		}
		begin := growth(f.start[i]) - float64(slope*f.start[i])
		for k, e := range exits {
			prob := real(v.exits[k])
			next := e.next
			if next == ended {
				s.p[i][fromStart] += prob
				continue
			}
			gain := r[k] - begin
			s.p[i][next] += prob
			s.r[i][next] += float64(prob * gain)
			s.r2[i] += float64(prob * gain * gain)
		}
	}
	p := s.p
	s.weight = [3]float64{
		float64(p[1][0]*p[2][0]) + float64(p[1][2]*p[2][0]) + float64(p[2][1]*p[1][0]),
		float64(p[0][1]*p[2][1]) + float64(p[0][2]*p[2][1]) + float64(p[2][0]*p[0][1]),
		float64(p[0][2]*p[1][2]) + float64(p[0][1]*p[1][2]) + float64(p[1][0]*p[0][2]),
	}
	all := s.weight[0] + s.weight[1] + s.weight[2]
	for i := range s.weight {
		s.weight[i] /= all
		s.mean += float64(s.weight[i] * s.tau[i])
	}

	// derivatives at s = 0 by Cauchy's integral on a circle well inside the
	// region where the transforms are analytic, and where they stay near 1
	const points = 48
	radius := min(0.5*c.slowest(), 2/max(s.tau[fromStart], s.tau[fromUp], s.tau[fromDown]))
	for k := range points / 2 {
		turn := cmplx.Exp(complex(0, 2*math.Pi*(float64(k)+0.5)/points))
		for i, v := range c.visits(cmplx.Scale(radius, turn)) {
			begin := growth(f.start[i]) - float64(slope*f.start[i])
			first := 2 / (points * radius) // both half circles
			s.tau2[i] += float64(2 * first / radius * real(cmplx.Div(total(v.exits), cmplx.Square(turn))))
			for next := range 3 {
				to := next
				if to == fromStart {
					to = ended
				}
				q := sumTo(v.exits, exits, to, nil)
				s.pTau[i][next] -= float64(first * real(cmplx.Div(q, turn)))
				if to != ended {
					gains := sumTo(v.exits, exits, to, r) - cmplx.Scale(begin, q)
					s.rTau[i] -= float64(first * real(cmplx.Div(gains, turn)))
				}
			}
		}
	}
	return s
}

// variance is the rate of Var(Σ R) for the rewards in s: cycles' rewards R − gτ
// with g chosen to centre them, and the solution b of Poisson's equation
// (I − P)b = E[R − gτ] for the correlation between cycles.
func (s stats) variance() float64 {
	var sumR float64
	for i, w := range s.weight {
		sumR += float64(w * (s.r[i][0] + s.r[i][1] + s.r[i][2]))
	}
	g := sumR / s.mean
	var y [3]float64
	for i := range y {
		y[i] = s.r[i][0] + s.r[i][1] + s.r[i][2] - float64(g*s.tau[i])
	}
	var b [3]float64
	p := s.p
	if det := float64((1-p[0][0])*(1-p[1][1])) - float64(p[0][1]*p[1][0]); det > 1e-12 {
		b[0] = (float64(y[0]*(1-p[1][1])) + float64(p[0][1]*y[1])) / det
		b[1] = (float64(y[1]*(1-p[0][0])) + float64(p[1][0]*y[0])) / det
	}
	v := 0.0
	for i, w := range s.weight {
		here := s.r2[i] - float64(2*g*s.rTau[i]) + float64(g*g*s.tau2[i])
		for j := range b {
			here += float64(2 * b[j] * (s.r[i][j] - float64(g*s.pTau[i][j])))
		}
		v += float64(w * here)
	}
	return v / s.mean
}

func (f frame) rates(c cycle) (Rates, error) {
	inside, exits := c.points()
	target := f.token.Target
	s := f.cycleStats(c, 0)

	r := Rates{LogVariance: s.variance(), DecayVariance: f.cycleStats(c, target).variance()}
	for i, v := range c.visits(0) {
		w := s.weight[i] / s.mean
		r.Growth += float64(w * (s.r[i][1] + s.r[i][2]))
		r.Liquidations += float64(w * s.p[i][fromStart])
		for k, e := range exits {
			if e.next == ended {
				continue
			}
			q := float64(w * real(v.exits[k]))
			r.Rebalances += q
			r.Turnover += float64(q * e.trade)
			r.CostDrag += float64(q * e.cost)
			if e.next == fromUp {
				r.UpShare += q
			}
		}
		for k, y := range inside {
			l := leverage(y)
			r.Leverage += float64(w * real(v.inside[k]) * l)
			r.Leverage2 += float64(w * real(v.inside[k]) * l * l)
		}
	}
	if r.Rebalances > 0 {
		r.UpShare = max(0, r.UpShare/r.Rebalances)
	}
	r.Growth += f.base
	r.Decay = r.Growth - float64(target*f.trend)
	if r.Liquidations > 0 {
		r.Hazard = -f.pole(c, 0, 0)
	}
	return r, levy.Finite("long-run rates", r.Growth, r.Decay, r.LogVariance, r.DecayVariance, r.Rebalances,
		r.Turnover, r.Hazard)
}
