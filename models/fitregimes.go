package models

import (
	"math"

	"mcrisk/fmath"
)

// fitRegimes maximises the likelihood that Hamilton's filter gives. The chain
// runs in continuous time, as the model's does: a step from one regime to the
// other has spent a random part of it in each, integrated with three Gauss
// points; a step that leaves and returns is given the variance of one third
// spent away. What that leaves out is of the order of (switches a step)³.
func fitRegimes(s sample) (Fit, func(*Fit), error) {
	f := Fit{Kind: "regimes", Method: "maximum likelihood, Hamilton's filter"}
	l := regimesLikelihood(s)
	drift := s.mean / s.sd
	starts := [][]float64{
		{drift, math.Log(0.6), math.Log(1.5), math.Log(0.03), math.Log(0.1)},
		{drift, math.Log(0.5), math.Log(2), math.Log(0.2), math.Log(0.4)},
	}
	peaks, err := l.maximise(&f, s.r, starts...)
	if err != nil {
		return f, nil, err
	}
	_, u, _ := newRegimeFilter(regimesOf(f.Values), s.dt).run(s.r, true)
	f.KS, f.AD = distances(u)
	if f.Values[2] < 1.05*f.Values[1] {
		f.warn("the two regimes have the same volatility: there is nothing to switch between")
	}
	return f, func(f *Fit) { l.profile(f, s.r, peaks, nil) }, nil
}

func regimesLikelihood(s sample) likelihood {
	vol := s.volatility()
	return likelihood{
		names: []string{"mu", "sigma-calm", "sigma-wild", "to-wild", "to-calm"},
		natural: func(x []float64) []float64 {
			calm := vol * (0.01 + fmath.Exp(x[1]))
			return []float64{x[0] * s.sd / s.dt, calm, calm * (1.001 + fmath.Exp(x[2])),
				fmath.Exp(x[3]) / s.dt, fmath.Exp(x[4]) / s.dt}
		},
		log: func(p, returns []float64) float64 {
			if !(max(p[3], p[4])*s.dt < 5) {
				return math.Inf(-1)
			}
			v, _, _ := newRegimeFilter(regimesOf(p), s.dt).run(returns, false)
			return v
		},
	}
}

func regimesOf(p []float64) Regimes {
	return Regimes{Mu: p[0], Calm: p[1], Wild: p[2], ToWild: p[3], ToCalm: p[4]}
}

// A regimeFilter has the steps' joint law: from a regime to a regime, with one
// of seven variances.
type regimeFilter struct {
	start  [2]float64
	mean   float64
	v      [7]float64
	weight [2][2][7]float64
}

func newRegimeFilter(m Regimes, dt float64) regimeFilter {
	wild := m.WildShare()
	q := regimeFilter{start: [2]float64{1 - wild, wild}, mean: m.Mu * dt}
	v0, v1 := m.Calm*m.Calm*dt, m.Wild*m.Wild*dt
	nodes, gauss := [3]float64{0.11270166537925831, 0.5, 0.8872983346207417}, [3]float64{5.0 / 18, 8.0 / 18, 5.0 / 18}
	q.v = [7]float64{v0, v1, (2*v0 + v1) / 3, (v0 + 2*v1) / 3}
	for k, x := range nodes {
		q.v[4+k] = x*v0 + (1-x)*v1 // x is the part spent calm
	}
	e := fmath.Exp(-(m.ToWild + m.ToCalm) * dt)
	p := [2][2]float64{{1 - wild*(1-e), wild * (1 - e)}, {(1 - wild) * (1 - e), 1 - (1-wild)*(1-e)}}
	stay := [2]float64{fmath.Exp(-m.ToWild * dt), fmath.Exp(-m.ToCalm * dt)}
	for i := range 2 {
		q.weight[i][i][i] = stay[i]
		q.weight[i][i][2+i] = max(p[i][i]-stay[i], 0)
		sum := 0.0
		var w [3]float64
		for k, x := range nodes {
			w[k] = gauss[k] * fmath.Exp(-dt*(x*m.ToWild+(1-x)*m.ToCalm))
			sum += w[k]
		}
		for k := range w {
			q.weight[i][1-i][4+k] = w[k] / sum * p[i][1-i]
		}
	}
	return q
}

// run returns the log-likelihood, if asked each return's probability under the
// law predicted from those before it, and the law of the regime after the last.
func (q regimeFilter) run(rs []float64, probabilities bool) (sum float64, u []float64, at [2]float64) {
	var inv, norm, sd [7]float64
	for k, v := range q.v {
		inv[k], norm[k], sd[k] = 1/(2*v), 1/math.Sqrt(2*math.Pi*v), math.Sqrt(v)
	}
	at = q.start
	for _, r := range rs {
		var f [7]float64
		for k, v := range q.v {
			d := r - q.mean + v/2
			f[k] = norm[k] * fmath.Exp(-min(d*d*inv[k], 690))
		}
		if probabilities {
			p := 0.0
			for k, v := range q.v {
				w := 0.0
				for i := range 2 {
					w += at[i] * (q.weight[i][0][k] + q.weight[i][1][k])
				}
				p += w * fmath.NormCDF((r-q.mean+v/2)/sd[k])
			}
			u = append(u, p)
		}
		var next [2]float64
		for i := range 2 {
			for j := range 2 {
				w := &q.weight[i][j]
				if i == j {
					next[j] += at[i] * (w[i]*f[i] + w[2+i]*f[2+i])
				} else {
					next[j] += at[i] * (w[4]*f[4] + w[5]*f[5] + w[6]*f[6])
				}
			}
		}
		like := next[0] + next[1]
		sum += fmath.Log(like)
		at[0], at[1] = next[0]/like, next[1]/like
	}
	return sum, u, at
}
