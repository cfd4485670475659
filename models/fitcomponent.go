package models

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/fmath"
	"mcrisk/param"
)

// fitComponent fits with variance targeting: Sigma is the returns' sample volatility, and the likelihood that
// Hamilton's filter gives over all states of the components finds the rest. The slowest component may
// change less than once in a history, and the likelihood alone then puts the long run far from what was seen.
func fitComponent(s sample) (Fit, func(*Fit), error) {
	f := Fit{Kind: "component", Method: "variance targeting, then maximum likelihood, Hamilton's filter"}
	whole := componentLikelihood(s)
	l := whole.without(sigmaAt, 0)
	drift := s.mean/s.sd + s.sd/2
	peaks, err := l.maximise(&f, s.r, []float64{drift, -0.4, fmath.Log(0.15), fmath.Log(2), fmath.Log(2.5)})
	if err != nil {
		return f, nil, err
	}
	f.fixed = param.Values{"component-count": defaultComponents, "component-step": math.Round(s.dt * 365 * 86400)}
	x := slices.Insert(slices.Clone(peaks[0].x), sigmaAt, 0)
	f.Names, f.Values = whole.names, whole.natural(x)
	m := componentOf(f.Values)
	_, u, _ := m.run(s.dt, s.r, true)
	f.KS, f.AD = distances(u)
	f.SE, f.Cov = make([]float64, len(x)), nil
	for i := range f.SE {
		f.SE[i] = math.NaN()
	}
	inv := whole.curvature(func(x []float64) float64 { return -whole.at(x, s.r) }, x)
	if inv == nil {
		return f, (*Fit).noIntervals, nil
	}
	spread := m.errorOfVariance(s.dt, len(s.r))
	log := fmath.Log1p(spread * spread) // variance of the logarithm of the sample's variance, were it log-normal
	cov := targetedCov(inv, log/4)
	f.Cov = whole.carry(cov, x)
	for i := range f.SE {
		f.SE[i] = math.Sqrt(f.Cov[i][i])
	}
	return f, func(f *Fit) {
		f.noIntervals()
		f.warn("no intervals: those by the curvature of the likelihood hold the truth too rarely; standard errors only")
	}, nil
}

// targetedCov is the covariance of coordinates where sigma's is not the likelihood's but has a variance of its own: the
// others follow it, as the likelihood's top does. It takes the inverse of the curvature of the negative
// log-likelihood in all of them.
func targetedCov(inv *mat.SymDense, variance float64) *mat.SymDense {
	n := inv.SymmetricDim()
	cov := mat.NewSymDense(n, nil)
	own := inv.At(sigmaAt, sigmaAt)
	for i := range n {
		for j := range i + 1 {
			a, b := inv.At(i, sigmaAt)/own, inv.At(j, sigmaAt)/own // moves of both for one of sigma's
			cov.SetSym(i, j, inv.At(i, j)+a*b*(variance-own))
		}
	}
	return cov
}

// errorOfVariance is the standard deviation of the mean square of n returns over dt years each, over the variance.
func (m Component) errorOfVariance(dt float64, n int) float64 {
	drawn, law := m.drawn(dt), studentLaw(m.DoF)
	a := (m.Multiplier*m.Multiplier + (2-m.Multiplier)*(2-m.Multiplier)) / 2 // mean square of a component
	moment := 1.0
	for range m.Count {
		moment *= a
	}
	sum := 24*law.even[1]*moment - 1
	var still [mostComponents + 2]float64 // probability that a component is what it was
	for i := range m.Count + 1 {
		still[i] = 1
	}
	for lag := 1; lag < n; lag++ {
		product, power := 0.0, 1.0
		for i := 0; i <= m.Count; i++ {
			if i > 0 {
				still[i] *= 1 - drawn[i]
			}
		}
		for i := 0; i <= m.Count; i++ {
			product += (still[i] - still[i+1]) * power
			power *= a
		}
		sum += 2 * (1 - float64(lag)/float64(n)) * (product - 1)
	}
	return math.Sqrt(sum / float64(n))
}

func componentLikelihood(s sample) likelihood {
	vol := s.volatility()
	return likelihood{
		names: []string{"mu", "sigma", "component-multiplier", "component-rate", "component-ratio", "dof"},
		natural: func(x []float64) []float64 {
			return []float64{x[0] * s.sd / s.dt, vol * fmath.Exp(x[1]), 1 + 0.99/(1+fmath.Exp(-x[2])),
				fmath.Exp(x[3]) / s.dt, 1 + fmath.Exp(x[4]), 2.1 + fmath.Exp(x[5])}
		},
		log: func(p, returns []float64) float64 {
			if !(p[3]*s.dt < 20) || !(p[4] < 1000) || !(p[5] < 1e3) || !(p[1] < 30*vol) {
				return math.Inf(-1)
			}
			v, _, _ := componentOf(p).run(s.dt, returns, false)
			return v
		},
	}
}

func componentOf(p []float64) Component {
	return Component{Mu: p[0], Sigma: p[1], Multiplier: p[2], Rate: p[3], Ratio: p[4], DoF: p[5],
		Count: defaultComponents}
}

// run returns the log-likelihood of returns over dt years each, if asked each one's probability under the law
// predicted from those before it, and the law of the state of the components after the last. The
// compensator is taken to first order, and the shocks are not cut.
func (m Component) run(dt float64, returns []float64, probabilities bool) (sum float64, u, law []float64) {
	states := 1 << m.Count
	chain := newComponentChain(m.Count, m.drawn(dt))
	scale := studentScale(m.DoF)
	lg1, _ := math.Lgamma((m.DoF + 1) / 2)
	lg2, _ := math.Lgamma(m.DoF / 2)
	norm := fmath.Exp(lg1-lg2) / (math.Sqrt(math.Pi*m.DoF) * scale)
	power := -(m.DoF + 1) / 2
	student := distuv.StudentsT{Sigma: scale, Nu: m.DoF}
	var v, inv, top [mostComponents + 1]float64
	for n := 0; n <= m.Count; n++ {
		v[n] = m.Sigma * m.Sigma * dt * m.product(n)
		inv[n], top[n] = 1/(v[n]*scale*scale*m.DoF), norm/math.Sqrt(v[n])
	}
	law, next := make([]float64, states), make([]float64, states)
	for s := range law {
		law[s] = 1 / float64(states)
	}
	growth := m.Mu * dt
	high := popCounts[:states]
	for i, r := range returns {
		chain.blocks(law)
		last := chain.sums[m.Count]
		if probabilities {
			chain.expect(next, law)
			var mass [mostComponents + 1]float64
			whole := 0.0
			for s, p := range next {
				mass[high[s]] += p
				whole += p
			}
			p := 0.0
			for n := 0; n <= m.Count; n++ {
				p += mass[n] / whole * student.CDF((r-growth+v[n]/2)/math.Sqrt(v[n]))
			}
			u = append(u, p)
		}
		var f [mostComponents + 1]float64
		for n := 0; n <= m.Count; n++ {
			e := r - growth + v[n]/2
			f[n] = top[n] * fmath.Exp(power*fmath.Log1p(e*e*inv[n]))
		}
		for b, sum := range last { // two states that share all but the fastest component
			x := &f[high[2*b]]
			y := &f[high[2*b+1]]
			law[2*b] = (chain.stay*law[2*b] + sum) * *x
			law[2*b+1] = (chain.stay*law[2*b+1] + sum) * *y
		}
		if i%8 == 7 || i == len(returns)-1 { // the law's sum is the likelihood since it was one
			like := 0.0
			for _, p := range law {
				like += p
			}
			if !(like > 0) {
				return math.Inf(-1), u, law
			}
			sum += fmath.Log(like)
			for s := range law {
				law[s] /= like
			}
		}
	}
	return sum, u, law
}

// filtered is the volatility expected of the step after returns.
func (m Component) filtered(returns []float64, history *Series) float64 {
	dt := Years(history.Step)
	variance := meanSquare(returns) - float64(meanOf(returns)*meanOf(returns))
	m.Mu = (meanOf(returns) + float64(variance/2)) / dt
	_, _, law := m.run(dt, returns, false)
	return m.Sigma * math.Sqrt(m.expected(law, dt))
}

// expected is that of the components' product in the step after a law of the state, of dt years.
func (m Component) expected(law []float64, dt float64) float64 {
	next := make([]float64, len(law))
	newComponentChain(m.Count, m.drawn(dt)).expect(next, law)
	sum := 0.0
	for s, p := range next {
		sum += p * m.product(int(popCounts[s]))
	}
	return sum
}
