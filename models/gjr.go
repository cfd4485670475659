package models

import (
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
)

// GJR is GARCH(1,1) whose variance reacts more to falls than to rises. The
// log-return r of a step has variance h, and
//
//	r = Mu·dt − ln E[e^{√h·x}] + √h·x,   h' = ω + (Alpha + Gamma·1{x<0})·h·x² + Beta·h,
//
// with shocks x of variance 1 by Student's t with DoF degrees of freedom, cut
// off at ±12 standard deviations (an uncut t has no finite expected price; [GJR.Cut]
// is the mass lost). The second term, computed from the moments of the shock,
// makes E[S(t)] = S(0)·e^{Mu·t} exact. ω is such that the variance in the long
// run is Sigma² a year. Paths start at Start², or at variances drawn from the
// long-run law, as a grid of variances has it. A step's standard deviation is held
// at or below 1.
//
// The three coefficients belong to steps of length Step. On a grid with other
// steps, r times as long, the half-life of the variance is kept and its noise
// to leading order: persistence^r, and √r times Alpha and Gamma as long as
// they stay below it.
//
// Sources: Bollerslev, "Generalized autoregressive conditional
// heteroskedasticity", J. Econometrics 31 (1986); Glosten, Jagannathan and
// Runkle, J. Finance 48 (1993); Nelson, "ARCH models as diffusion
// approximations", J. Econometrics 45 (1990), for the change of step.
type GJR struct {
	Mu    float64       // growth rate of the expected price, 1/year
	Sigma float64       // volatility in the long run, 1/√year, at least zero
	Alpha float64       // reaction of the variance to a squared shock, at least zero
	Gamma float64       // further reaction to a fall, at least −Alpha
	Beta  float64       // share of the variance that stays, at least zero
	DoF   float64       // degrees of freedom of the shocks, from 2.1 to 200
	Step  time.Duration // length of the steps that Alpha, Gamma and Beta belong to
	Start float64       // volatility of the first step, 1/√year; zero: drawn from the long-run law

	longRun *longRunVariance
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "gjr", Doc: "GJR-GARCH(1,1) with Student-t shocks: variance reacts more to falls than to rises",
	Params: []param.Param{Mu, Sigma, garchAlpha,
		{Name: "gjr-gamma", Unit: param.Plain, Min: -1, Max: 1, Default: 0.03,
			Doc: "additional weight of a negative squared shock in the next variance, per garch-step"},
		garchBeta, garchDoF, garchStep, startNow},
	New: func(v param.Values) Model { return newGJR(v) },
})

var (
	garchAlpha = param.Param{Name: "garch-alpha", Unit: param.Plain, Min: 0, Max: 1, Default: 0.06,
		Doc: "weight of the last squared shock in the next variance, per garch-step"}
	garchBeta = param.Param{Name: "garch-beta", Unit: param.Plain, Min: 0, Max: 1, Default: 0.92,
		Doc: "weight of the last variance in the next one, per garch-step"}
	garchDoF = param.Param{Name: "dof", Unit: param.Plain, Min: 2.1, Max: 200, Default: 4,
		Doc: "degrees of freedom of the Student-t shocks"}
	garchStep = param.Param{Name: "garch-step", Unit: param.Time, Min: 1, Max: 366 * 86400, Default: 3600,
		Doc: "time step of the GARCH coefficients"}
)

func newGJR(v param.Values) GJR {
	return GJR{Mu: v["mu"], Sigma: v["sigma"], Alpha: v["garch-alpha"], Gamma: v["gjr-gamma"], Beta: v["garch-beta"],
		DoF: v["dof"], Step: seconds(v["garch-step"]), Start: v["start"]}
}

func (m GJR) Check() error {
	if err := (GBM{m.Mu, m.Sigma}).Check(); err != nil {
		return err
	}
	if !(m.Alpha >= 0) || !(m.Alpha+m.Gamma >= 0) || !(m.Beta >= 0) {
		return fmt.Errorf("models: GARCH alpha = %v, gamma = %v, beta = %v; "+
			"want alpha, alpha + gamma and beta of at least 0, or variances turn negative", m.Alpha, m.Gamma, m.Beta)
	}
	if p := m.Persistence(); !(p < 1) {
		return fmt.Errorf("models: GARCH alpha + gamma/2 + beta = %v; "+
			"want less than 1, or there is no variance in the long run", p)
	}
	if !(m.DoF >= 2.1 && m.DoF <= 200) {
		return fmt.Errorf("models: GARCH degrees of freedom = %v; want 2.1 to 200", m.DoF)
	}
	if m.Step < time.Second {
		return fmt.Errorf("models: GARCH step = %v; want at least a second", m.Step)
	}
	if !(m.Start >= 0) || math.IsInf(m.Start, 0) || m.Start > 0 && m.Sigma == 0 {
		return fmt.Errorf("models: GARCH volatility at the start = %v, in the long run %v; "+
			"want a number above 0 beside one above 0, or 0 for one drawn from the long-run law", m.Start, m.Sigma)
	}
	return nil
}

// Persistence is the share of a variance's distance from the long run that is
// left after a step.
func (m GJR) Persistence() float64 { return m.Alpha + float64(m.Gamma/2) + m.Beta }

// Cut is the probability that an uncut Student-t lies beyond the cut.
func (m GJR) Cut() float64 { return studentLaw(m.DoF).cut }

func (m GJR) Growth() float64 { return m.Mu }

func (GJR) Normals() int { return 1 }

// State: the variance of the next step, over that of the long run.
func (GJR) State() int { return 1 }

func (m GJR) Begin(at At, state State) {
	m = m.settled()
	from, to := at.Lanes()
	if m.Start > 0 {
		h := m.Start / m.Sigma
		for l := from; l < to; l++ {
			state[0][l] = float64(h * h)
		}
		return
	}
	law := m.stationary()
	for l := from; l < to; l++ {
		state[0][l] = law.draw(startDraw(at, l, 0))
	}
}

// settled is the model with the start of a variance that stands still.
func (m GJR) settled() GJR {
	if m.Alpha == 0 && m.Gamma == 0 && m.Start == 0 {
		m.Start = m.Sigma
	}
	return m
}

// Prepare tabulates the long-run law of the variance, if paths start from it.
func (m GJR) Prepare(*Series, time.Duration) (Model, error) {
	if m.Start == 0 {
		m.longRun = m.stationary()
	}
	return m, nil
}

func (m GJR) SharedWith(other Model) Model {
	o := other.(GJR)
	o.longRun = m.longRun
	return o
}

// coefficients are alpha, gamma and beta for steps of a length.
func (m GJR) coefficients(step time.Duration) (alpha, gamma, beta float64) {
	if step == m.Step {
		return m.Alpha, m.Gamma, m.Beta
	}
	r := float64(step) / float64(m.Step)
	p := 0.0
	if m.Persistence() > 0 {
		p = fmath.Pow(m.Persistence(), r)
	}
	alpha, gamma = float64(m.Alpha*math.Sqrt(r)), float64(m.Gamma*math.Sqrt(r))
	if a := alpha + float64(gamma/2); a > p {
		alpha, gamma = alpha*p/a, gamma*p/a
	}
	return alpha, gamma, max(p-(alpha+float64(gamma/2)), 0)
}

func (m GJR) Advance(at At, z []*block.Track, state State, move *block.Track) {
	s := m.steps(at.Step)
	from, to := at.Lanes()
	if to-from == block.Lanes && s.vector(z[0], &state[0], move, at.Len) {
		return
	}
	for k := range at.Len {
		for l := from; l < to; l++ {
			s.lane(z[0], &state[0], move, k, l)
		}
	}
}

// garchSteps is what steps of a length need. Vector code reads the numbers from unit on, in
// this order.
type garchSteps struct {
	law *student

	unit      float64 // variance of a step in the long run
	top       float64 // highest variance over that
	growth    float64
	rise      float64 // weight of a squared shock above zero
	fall      float64 // and below
	beta      float64
	omega     float64
	evenTerms [smallTerms]float64
}

func (m GJR) steps(step time.Duration) garchSteps {
	dt := Years(step)
	alpha, gamma, beta := m.coefficients(step)
	s := garchSteps{law: studentLaw(m.DoF), unit: float64(float64(m.Sigma*m.Sigma) * dt), top: math.Inf(1),
		growth: float64(m.Mu * dt), rise: alpha, fall: alpha + gamma, beta: beta,
		omega: 1 - (alpha + float64(gamma/2) + beta)}
	copy(s.evenTerms[:], s.law.even[:])
	if s.unit > 0 {
		s.top = 1 / s.unit
	}
	return s
}

// lane makes one step of one lane.
func (s *garchSteps) lane(z *block.Track, state *[block.Lanes]float64, move *block.Track, k, l int) {
	h := min(state[l], s.top)
	v := float64(s.unit * h)
	x := s.law.at(z[k][l])
	move[k][l] = (s.growth - s.law.compensator(v)) + float64(math.Sqrt(v)*x)
	react := s.rise
	if x < 0 {
		react = s.fall
	}
	state[l] = s.omega + float64(h*(s.beta+float64(react*float64(x*x))))
}
