package models

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/quad"
	"mcrisk/random"
)

var _ = Registry.Register(param.Kind[Model]{
	Name: "mcgarch", Doc: "a multiplicative component GARCH driven by scores, with factors for the hours of the week",
	Params: []param.Param{Mu, Sigma,
		{Name: "mcgarch-gain", Unit: param.Plain, Min: 0, Max: 1, Default: .08, Doc: "reaction of the fastest component"},
		{Name: "mcgarch-fade", Unit: param.Plain, Min: 0.01, Max: 2, Default: .8, Doc: "of each over that of the one before"},
		{Name: "mcgarch-rate", Unit: param.PerYear, Min: 1e-3, Max: 1e6, Default: 26000, Doc: "rate of the fastest"},
		{Name: "mcgarch-slowest", Unit: param.Time, Min: 1, Max: 366 * 86400 * 10, Default: 3900000, Doc: "memory of the slowest"},
		garchDoF,
		{Name: "mcgarch-bend", Unit: param.Plain, Min: 0.01, Max: 1e4, Default: 5.5, Doc: "bend of the news"},
		{Name: "mcgarch-floor", Unit: param.Plain, Min: 0, Max: .99, Doc: "least value of a component"},
		{Name: "sign-skew", Unit: param.Plain, Min: -.95, Max: .95, Doc: "skewness that follows signs"},
		{Name: "week-funding", Unit: param.Plain, Min: -5, Max: 5, Doc: "of the logarithm of variance at funding hours"},
		{Name: "week-day", Unit: param.Plain, Min: -5, Max: 5, Doc: "sine of the day"},
		{Name: "week-weekend", Unit: param.Plain, Min: -5, Max: 5, Doc: "weekends"},
		{Name: "week-new-york", Unit: param.Plain, Min: -5, Max: 5, Doc: "hours of New York"},
		{Name: "week-hour", Unit: param.Plain, Min: 0, Max: 167, Doc: "hour of the week that paths begin at"},
		{Name: "mcgarch-step", Unit: param.Time, Min: 1, Max: 366 * 86400, Default: 3600, Doc: "time step"},
		startNow,
		{Name: "factor-1", Unit: param.Plain, Min: 0, Max: 1e6, Word: "auto", Doc: "component at the start"},
		{Name: "factor-2", Unit: param.Plain, Min: 0, Max: 1e6, Word: "auto", Doc: "component at the start"},
		{Name: "factor-3", Unit: param.Plain, Min: 0, Max: 1e6, Word: "auto", Doc: "component at the start"},
		{Name: "factor-4", Unit: param.Plain, Min: 0, Max: 1e6, Word: "auto", Doc: "component at the start"},
		{Name: "factor-5", Unit: param.Plain, Min: 0, Max: 1e6, Word: "auto", Doc: "component at the start"}},
	New: func(v param.Values) Model {
		return MCGARCH{Mu: v["mu"], Sigma: v["sigma"], Gain: v["mcgarch-gain"], Fade: v["mcgarch-fade"],
			Rate: v["mcgarch-rate"], Slow: v["mcgarch-slowest"] / 365 / 86400, DoF: v["dof"], Bend: v["mcgarch-bend"],
			Skew: v["sign-skew"], Week: Week{v["week-funding"], v["week-day"], v["week-weekend"], v["week-new-york"]},
			Floor: v["mcgarch-floor"], Hour: int(v["week-hour"]), Step: seconds(v["mcgarch-step"]), Start: v["start"],
			Factors: [mcComponents]float64{v["factor-1"], v["factor-2"], v["factor-3"], v["factor-4"], v["factor-5"]}}
	},
})

// A skewLaw has the moments of shocks x and rounded magnitudes ρ less their mean:
// terms[n][j] is E[x^{n−j}·(ρ − E[ρ])^j]·binomial(n, j)/n!.
type skewLaw struct {
	rho, vRho float64
	terms     [skewTerms + 1][skewTerms + 1]float64
}

const skewTerms = 28

var skewLaws sync.Map

func skewLawOf(dof float64) *skewLaw {
	if s, ok := skewLaws.Load(dof); ok {
		return s.(*skewLaw)
	}
	l := &skewLaw{}
	scale := studentScale(dof)
	const cells = 128
	power := -(dof + 1) / 2
	end := asinh(studentCut / scale)
	var xs, ws []float64
	mass := 0.0
	for i := range cells {
		lo, hi := float64(scale*sinh(float64(i)/cells*end)), float64(scale*sinh(float64(i+1)/cells*end))
		at, weight := quad.ShortRule(lo, hi)
		for j, w := range weight {
			y := at[j] / scale
			m := w * fmath.Pow(1+y*y/dof, power)
			xs, ws = append(xs, at[j]), append(ws, m)
			mass += m
			l.rho += m * math.Sqrt(at[j]*at[j]+.01)
		}
	}
	l.rho /= mass
	l.vRho = 1.01 - l.rho*l.rho
	for k, x := range xs {
		r := math.Sqrt(x*x+.01) - l.rho
		for n := 2; n <= skewTerms; n++ {
			fact := 1.0
			for i := 2; i <= n; i++ {
				fact *= float64(i)
			}
			b := 1.0
			for j := 0; j <= n; j++ {
				if (n-j)%2 == 0 {
					l.terms[n][j] += ws[k] / mass * b / fact * math.Pow(x, float64(n-j)) * math.Pow(r, float64(j))
				}
				b = b * float64(n-j) / float64(j+1)
			}
		}
	}
	skewLaws.Store(dof, l)
	return l
}

// compensator is ln E[e^{t·(x + q·(ρ − E[ρ]))}].
func (l *skewLaw) compensator(t, q float64) float64 {
	n := skewTerms
	switch t2 := t * t; {
	case t2 < 1e-4:
		n = 6
	case t2 < 1e-2:
		n = 12
	}
	sum := 0.0
	q2 := q * q
	for ; n >= 2; n-- {
		p := 0.0
		row := &l.terms[n]
		for j := n; j >= 0; j -= 2 {
			p = p*q2 + row[j]
		}
		if n%2 == 1 {
			p *= q
		}
		sum = sum*t + p
	}
	return fmath.Log1p(sum * t * t)
}

func (m MCGARCH) Growth() float64 { return m.Mu }
func (MCGARCH) Normals() int      { return 1 }
func (MCGARCH) State() int        { return mcComponents + 1 }
func (m MCGARCH) Moments(t float64) Moments {
	return Moments{math.NaN(), m.Sigma * m.Sigma * t, math.NaN(), math.NaN()}
}
func (m MCGARCH) Prepare(*Series, time.Duration) (Model, error) {
	if m.Start == 0 {
		m.longRun = m.stationary()
	}
	return m, nil
}
func (m MCGARCH) SharedWith(other Model) Model {
	o := other.(MCGARCH)
	o.longRun = m.longRun
	return o
}

var mcTables sync.Map

func (m MCGARCH) stationary() [][mcComponents + 1]float64 {
	key := m
	key.longRun = nil
	key.Mu, key.Start, key.Hour = 0, 0, 0
	k := fmt.Sprint(key)
	if t, ok := mcTables.Load(k); ok {
		return t.([][mcComponents + 1]float64)
	}
	var out [][mcComponents + 1]float64
	n := int(5 * m.Slow / Years(m.Step))
	s := m.steps(m.Step)
	state := make(State, m.State())
	z := []*block.Track{new(block.Track)}
	var move block.Track
	const groups = 128
	for g := range groups {
		for i := range mcComponents {
			for l := range block.Lanes {
				state[i][l] = 1
			}
		}
		for l := range block.Lanes {
			state[mcComponents][l] = 0
		}
		for first := 0; first < n; first += block.Steps {
			random.Normals(z[0], 0x57a7, uint64(g), random.Stream(random.Diffusion, 0), first, block.Steps)
			for l := range block.Lanes {
				s.lane(At{First: first, Len: block.Steps}, z, state, &move, l)
			}
		}
		for l := range block.Lanes {
			var v [mcComponents + 1]float64
			for i := range v {
				v[i] = state[i][l]
			}
			out = append(out, v)
		}
	}
	mcTables.Store(k, out)
	return out
}

func (m MCGARCH) Begin(at At, state State) {
	from, to := at.Lanes()
	if m.Start > 0 {
		f := m.Factors
		if f[0] == 0 {
			panic("start by volatility alone")
		}
		for l := from; l < to; l++ {
			for i, v := range f {
				state[i][l] = v
			}
			state[mcComponents][l] = 0
		}
		return
	}
	table := m.longRun
	if table == nil {
		table = m.stationary()
	}
	for l := from; l < to; l++ {
		u := startDraw(at, l, 0)
		v := table[int(u*float64(len(table)))]
		for i := range v {
			state[i][l] = v[i]
		}
	}
}

type mcWalk struct {
	law               *student
	skew              *skewLaw
	r, g              [mcComponents]float64
	unit              float64
	bend, mean, floor float64
	kappa             float64
	growth            float64
	hour              int
	week              [168]float64
}

func (m MCGARCH) steps(step time.Duration) *mcWalk {
	dt := Years(step)
	l := newNewsLaw(m.DoF, m.Bend)
	s, ok := m.over(dt, l)
	if !ok {
		panic("no long run")
	}
	return &mcWalk{law: studentLaw(m.DoF), skew: skewLawOf(m.DoF), r: s.r, g: s.g, floor: m.Floor, bend: m.Bend, mean: l.mean,
		unit: m.Sigma * m.Sigma * dt / s.mean[1<<mcComponents-1], kappa: m.Skew, growth: m.Mu * dt, hour: m.Hour,
		week: m.Week.factors()}
}

func (m MCGARCH) Advance(at At, z []*block.Track, state State, move *block.Track) {
	s := m.steps(at.Step)
	from, to := at.Lanes()
	for l := from; l < to; l++ {
		s.lane(at, z, state, move, l)
	}
}

func (s *mcWalk) lane(at At, z []*block.Track, state State, move *block.Track, l int) {
	f0, f1, f2, f3, f4, signs := state[0][l], state[1][l], state[2][l], state[3][l], state[4][l], state[5][l]
	hour := (s.hour + at.First) % 168
	for k := range at.Len {
		h := min(s.unit*s.week[hour]*(f0*f1*f2*f3*f4), 1)
		if hour++; hour == 168 {
			hour = 0
		}
		q := s.kappa * signs
		x := s.law.at(z[0][k][l])
		x2 := x * x
		rho := math.Sqrt(x2 + .01)
		t := math.Sqrt(h / (1 + q*q*s.skew.vRho))
		move[k][l] = s.growth - s.skew.compensator(t, q) + t*(x+q*(rho-s.skew.rho))
		signs = signsStay*signs + (1-signsStay)*(x/rho)
		u := (s.bend+1)*x2/(s.bend+x2) - s.mean
		f0 += s.r[0]*(1-f0) + s.g[0]*u*(f0-s.floor)
		f1 += s.r[1]*(1-f1) + s.g[1]*u*(f1-s.floor)
		f2 += s.r[2]*(1-f2) + s.g[2]*u*(f2-s.floor)
		f3 += s.r[3]*(1-f3) + s.g[3]*u*(f3-s.floor)
		f4 += s.r[4]*(1-f4) + s.g[4]*u*(f4-s.floor)
	}
	state[0][l], state[1][l], state[2][l], state[3][l], state[4][l], state[5][l] = f0, f1, f2, f3, f4, signs
}

// fitMCGARCH fits to a history whose times are known.
func fitMCGARCH(history *Series) (Fit, error) {
	returns, bars := history.Returns()
	hours := make([]int, len(bars))
	for i, b := range bars {
		hours[i] = hourOfWeek(history.Time(b))
	}
	s, err := newSample(returns, Years(history.Step))
	if err != nil {
		return Fit{}, err
	}
	slow := envFloat("MC_SLOW")
	whole := mcLikelihood(s, hours, slow, 0)
	l := whole.without(sigmaAt, 0)
	got := climb(func(x []float64) float64 { return -l.at(x, s.r) / float64(len(s.r)) },
		[]float64{0, -1.5, -.7, -1.2, .5, 1, .2, .25, -.1, -.4, .5})
	p := whole.natural(slices.Insert(slices.Clone(got.X), sigmaAt, 0))
	return Fit{Kind: "mcgarch", Names: []string{"mu", "sigma", "mcgarch-gain", "mcgarch-fade", "mcgarch-rate", "dof",
		"mcgarch-bend", "sign-skew", "week-funding", "week-day", "week-weekend", "week-new-york"}, Values: p,
		fixed: param.Values{"mcgarch-slowest": slow * 365 * 86400, "mcgarch-step": history.Step.Seconds(), "mcgarch-floor": envFloat("MC_FLOOR")}}, nil
}

// FilteredState is the state at the end of a history as numbers of the model.
func FilteredState(model param.Part, history *Series) (param.Values, error) {
	if model.Kind != "mcgarch" {
		v, err := Filtered(model, history)
		return param.Values{"start": v}, err
	}
	b, err := Registry.Build(model)
	if err != nil {
		return nil, err
	}
	m := b.(MCGARCH)
	returns, bars := history.Returns()
	hours := make([]int, len(bars))
	for i, b := range bars {
		hours[i] = hourOfWeek(history.Time(b))
	}
	dt := Years(history.Step)
	variance := meanSquare(returns) - float64(meanOf(returns)*meanOf(returns))
	m.Mu = (meanOf(returns) + float64(variance/2)) / dt
	_, st, ok := m.run(dt, returns, hours, nil)
	if !ok {
		return nil, fmt.Errorf("no long run")
	}
	s, _ := m.over(dt, newNewsLaw(m.DoF, m.Bend))
	v := param.Values{"start": m.Sigma * math.Sqrt(products(st.f)[31]/s.mean[31]),
		"week-hour": float64(hourOfWeek(history.Time(len(history.Bars))))}
	for i, f := range st.f {
		v[fmt.Sprintf("factor-%d", i+1)] = f
	}
	return v, nil
}
