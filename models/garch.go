package models

import (
	"time"

	"mcrisk/block"
	"mcrisk/param"
)

// GARCH is GARCH(1,1) with Student-t shocks: [GJR] with the same reaction to
// rises and falls, where formula and sources are.
type GARCH struct {
	Mu    float64       // growth rate of the expected price, 1/year
	Sigma float64       // volatility in the long run, 1/√year, at least zero
	Alpha float64       // reaction of the variance to a squared shock, at least zero
	Beta  float64       // share of the variance that stays, at least zero; Alpha + Beta is below 1
	DoF   float64       // degrees of freedom of the shocks, from 2.1 to 200
	Step  time.Duration // length of the steps that Alpha and Beta belong to
	Start float64       // volatility of the first step, 1/√year; zero: drawn from the long-run law

	longRun *longRunVariance
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "garch", Doc: "GARCH(1,1) with Student-t shocks",
	Params: []param.Param{Mu, Sigma, garchAlpha, garchBeta, garchDoF, garchStep, startNow},
	New: func(v param.Values) Model {
		m := newGJR(v)
		return GARCH{Mu: m.Mu, Sigma: m.Sigma, Alpha: m.Alpha, Beta: m.Beta, DoF: m.DoF, Step: m.Step, Start: m.Start}
	},
})

// symmetric is the same law as a GJR.
func (m GARCH) symmetric() GJR {
	return GJR{Mu: m.Mu, Sigma: m.Sigma, Alpha: m.Alpha, Beta: m.Beta, DoF: m.DoF, Step: m.Step, Start: m.Start,
		longRun: m.longRun}
}

func (m GARCH) Check() error              { return m.symmetric().Check() }
func (m GARCH) Persistence() float64      { return m.Alpha + m.Beta }
func (m GARCH) Cut() float64              { return studentLaw(m.DoF).cut }
func (GARCH) Normals() int                { return 1 }
func (GARCH) State() int                  { return 1 }
func (m GARCH) Begin(at At, state State)  { m.symmetric().Begin(at, state) }
func (m GARCH) Growth() float64           { return m.Mu }
func (m GARCH) Moments(t float64) Moments { return m.symmetric().Moments(t) }

func (m GARCH) Advance(at At, z []*block.Track, state State, move *block.Track) {
	m.symmetric().Advance(at, z, state, move)
}

// Prepare tabulates the long-run law of the variance, if paths start from it.
func (m GARCH) Prepare(*Series, time.Duration) (Model, error) {
	if m.Start == 0 {
		m.longRun = m.symmetric().stationary()
	}
	return m, nil
}

func (m GARCH) SharedWith(other Model) Model {
	o := other.(GARCH)
	o.longRun = m.longRun
	return o
}
