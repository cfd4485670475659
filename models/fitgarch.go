package models

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/fmath"
	"mcrisk/param"
)

// fitGARCH and fitGJR fit with variance targeting: Sigma is the returns' sample
// volatility, and the likelihood finds the rest. With heavy tails and slow variances
// the likelihood knows the shape of the returns far better than their variance, and
// paths of a fit by likelihood alone may be twice as wild as the history; the price is
// some log-likelihood.
//
// Source: Francq, Horváth and Zakoïan, "Merits and drawbacks of variance
// targeting in GARCH models", J. Financial Econometrics 9 (2011).
func fitGARCH(s sample) (Fit, func(*Fit), error) { return fitVariance(s, false, true, nil) }
func fitGJR(s sample) (Fit, func(*Fit), error)   { return fitVariance(s, true, true, nil) }

// FitUntargeted fits garch or gjr as FitKind does, but without variance targeting: the
// likelihood finds Sigma too. Intervals are those of the profile likelihood.
func FitUntargeted(kind string, returns []float64, dt float64) (Fit, error) {
	if kind != "garch" && kind != "gjr" {
		return Fit{}, fmt.Errorf("models: a fit of %q without variance targeting; want garch or gjr, "+
			"which alone have it", kind)
	}
	return fitKind(kind, returns, dt, func(s sample) (Fit, func(*Fit), error) {
		return fitVariance(s, kind == "gjr", false, nil)
	})
}

// fitVariance maximises the likelihood of the variance's recursion, started at
// its long-run value. Shocks are Student-t of the scale that has variance 1
// after the model's cut, but not cut: the likelihood is that of an ordinary
// GARCH with t shocks. If the fitted model draws shocks, draws makes it of the fit, and
// variance and growth are targeted.
func fitVariance(s sample, leverage, targeted bool, draws func(Fit) (FHS, error)) (Fit, func(*Fit), error) {
	f := Fit{Kind: "garch", Method: "maximum likelihood, Student-t shocks"}
	l := varianceLikelihood(s, leverage)
	if leverage {
		f.Kind = "gjr"
	}
	whole := l
	if targeted {
		f.Method = "variance targeting, then maximum likelihood, Student-t shocks"
		l = whole.without(1, 0)
	}
	drift := s.mean / s.sd
	starts := [][]float64{
		{drift, 0, math.Log(4), -2.2, math.Log(2)},
		{drift, 0, math.Log(2), -1.5, math.Log(4)},
	}
	if leverage {
		for i := range starts {
			starts[i] = append(starts[i], 0)
		}
	}
	if targeted {
		for i := range starts {
			starts[i] = slices.Delete(starts[i], 1, 2)
		}
	}
	peaks, err := l.maximise(&f, s.r, starts...)
	if err != nil {
		return f, nil, err
	}
	intervals := func(f *Fit) { l.profile(f, s.r, peaks, nil) }
	if targeted {
		intervals = f.twoStep(targeting{s: s, l: whole, draws: draws}, peaks[0])
	}
	f.fixed = param.Values{"garch-step": math.Round(s.dt * 365 * 86400)}
	m := gjrOf(f.Values)
	_, u := varianceFilter(m, s.dt, s.r, true)
	f.KS, f.AD = distances(u)
	if p := m.Persistence(); p > 0.999 {
		f.warn("shocks to the variance decay over %.3g steps (persistence %.5f): "+
			"few independent periods determine the long-run volatility %.3g", -1/math.Log(p), p, m.Sigma)
	}
	if m.DoF > 200 {
		f.Values[4] = 200
		f.warn("the shocks look normal: degrees of freedom set to 200, the most the model takes")
	}
	return f, intervals, nil
}

func varianceLikelihood(s sample, leverage bool) likelihood {
	vol := s.volatility()
	// coordinates: drift, volatility, −ln(1 − persistence), the part of the
	// persistence that reacts, degrees of freedom, and the falls' part of that
	logistic := func(x float64) float64 { return 1 / (1 + fmath.Exp(-x)) }
	l := likelihood{
		names: []string{"mu", "sigma", "garch-alpha", "garch-beta", "dof"},
		natural: func(x []float64) []float64 {
			p := 1 - fmath.Exp(-fmath.Exp(x[2]))
			react := p * logistic(x[3])
			alpha, gamma := react, 0.0
			if leverage {
				gamma = 2 * react * (1 - 2/(1+fmath.Exp(2*x[5]))) // reactions 1 ∓ tanh to rises and falls
				alpha = react - gamma/2
			}
			ps := []float64{x[0] * s.sd / s.dt, vol * fmath.Exp(x[1]), alpha, p - react, 2.1 + fmath.Exp(x[4])}
			if leverage {
				ps = append(ps, gamma)
			}
			return ps
		},
		log: func(p, returns []float64) float64 {
			if m := gjrOf(p); fittable(m, vol) {
				v, _ := varianceFilter(m, s.dt, returns, false)
				return v
			}
			return math.Inf(-1)
		},
	}
	if leverage {
		l.names = append(l.names, "gjr-gamma")
	}
	return l
}

// fittable says whether a fit to returns of a volatility may pass by a model.
func fittable(m GJR, vol float64) bool {
	return m.Persistence() < 1-1e-9 && m.DoF < 1e3 && m.Sigma < 30*vol
}

// gjrOf takes the parameters in the likelihood's order, gamma last if at all.
func gjrOf(p []float64) GJR {
	m := GJR{Mu: p[0], Sigma: p[1], Alpha: p[2], Beta: p[3], DoF: p[4]}
	if len(p) > 5 {
		m.Gamma = p[5]
	}
	return m
}

// varianceFilter returns the log-likelihood and, if asked, each return's
// probability under the law predicted from those before it. The compensator is
// taken to first order, h/2.
func varianceFilter(m GJR, dt float64, returns []float64, probabilities bool) (sum float64, u []float64) {
	scale := studentScale(m.DoF)
	unit := m.Sigma * m.Sigma * dt
	omega := 1 - m.Persistence()
	lg1, _ := math.Lgamma((m.DoF + 1) / 2)
	lg2, _ := math.Lgamma(m.DoF / 2)
	norm := lg1 - lg2 - fmath.Log(math.Pi*m.DoF)/2 - fmath.Log(scale)
	inv := 1 / (scale * scale * m.DoF)
	law := distuv.StudentsT{Sigma: scale, Nu: m.DoF}
	growth := m.Mu * dt
	h := 1.0
	// ln h/2 + (ν+1)/2·ln(1 + y) as products of up to 16 factors: one logarithm for them
	logs, variances, factors := 0.0, 1.0, 1.0
	count := 0
	for _, r := range returns {
		v := unit * h
		e := r - growth + v/2
		y := e * e / v
		variances *= v / unit
		factors *= 1 + y*inv
		if count++; count == 16 || factors > 1e100 || variances > 1e100 || variances < 1e-100 {
			logs += fmath.Log(variances)/2 + (m.DoF+1)/2*fmath.Log(factors)
			variances, factors, count = 1, 1, 0
		}
		if probabilities {
			u = append(u, law.CDF(e/math.Sqrt(v)))
		}
		react := m.Alpha
		if e < 0 {
			react += m.Gamma
		}
		h = omega + h*(m.Beta+react*y)
	}
	logs += fmath.Log(variances)/2 + (m.DoF+1)/2*fmath.Log(factors)
	return float64(len(returns))*(norm-fmath.Log(unit)/2) - logs, u
}
