package models

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"mcrisk/fmath"
	"mcrisk/param"
)

// HasWeek says whether a kind of model tells the hours of the week apart: its fit needs the times of a history.
func HasWeek(kind string) bool {
	k, err := Registry.Kind(kind)
	return err == nil && slices.ContainsFunc(k.Params, func(p param.Param) bool { return p.Name == "week-hour" })
}

// What fits of [MCGARCH] do not look for: the likelihood hardly tells memories of two months from those of years, a
// floor of 0 from one of 0.3 (docs/decisions/component.md), or a component that forgets most in a step from one that
// forgets all.
const (
	fittedFastest = 1.5 // the rate of the fastest, per step
	fittedSlowest = 120 * 24 * time.Hour
	fittedFloor   = 0.2
)

// mcNames are the numbers that fits find; those of the week come last, and only of bars of an hour or less.
var mcNames = []string{"mu", "sigma", "mcgarch-reaction", "mcgarch-fade", "dof", "mcgarch-bend",
	"mcgarch-skew", "week-funding", "week-day", "week-weekend", "week-new-york"}

const mcWeekAt = 7

func mcOf(p []float64, step time.Duration) MCGARCH {
	m := MCGARCH{Mu: p[0], Sigma: p[1], Reaction: p[2], Fade: p[3], DoF: p[4], Bend: p[5], Skew: p[6],
		Rate: fittedFastest / Years(step), Slowest: max(fittedSlowest, 100*step), Floor: fittedFloor, Step: step}
	if len(p) > mcWeekAt {
		m.Week = Week{p[7], p[8], p[9], p[10]}
	}
	return m
}

// An mcHistory is a sample and the hour of the week of each return; nil where they are not known.
type mcHistory struct {
	sample
	step  time.Duration
	hours []int
}

func mcHistoryOf(s sample, history *Series, bars []int) mcHistory {
	h := mcHistory{sample: s, step: time.Duration(math.Round(s.dt * float64(Year)))}
	if history != nil && history.Step <= time.Hour {
		h.hours = make([]int, len(bars))
		for i, b := range bars {
			h.hours[i] = HourOfWeek(history.Time(b))
		}
	}
	return h
}

// fitMCGARCH fits with variance targeting: Sigma is the returns' sample volatility, and the likelihood finds the rest.
func fitMCGARCH(h mcHistory) (Fit, func(*Fit), error) {
	f := Fit{Kind: "mcgarch", Method: "variance targeting, then maximum likelihood, Student-t shocks"}
	whole := h.likelihood()
	l := whole.without(sigmaAt, 0)
	start := []float64{h.mean / h.sd, math.Log(.1), math.Log(.77), math.Log(1.2), math.Log(6), .2}
	if h.hours != nil {
		start = append(start, .2, -.1, -.4, .5)
	}
	peaks, err := l.maximise(&f, h.r, start)
	if err != nil {
		return f, nil, err
	}
	x := slices.Insert(slices.Clone(peaks[0].x), sigmaAt, 0)
	f.Names, f.Values = whole.names, whole.natural(x)
	m := mcOf(f.Values, h.step)
	f.fixed = param.Values{"mcgarch-rate": m.Rate, "mcgarch-slowest": m.Slowest.Seconds(), "mcgarch-floor": m.Floor,
		"mcgarch-step": m.Step.Seconds()}
	run := m.filter(h, true)
	f.KS, f.AD = distances(run.probabilities)
	f.SE, f.Cov = make([]float64, len(x)), nil
	for i := range f.SE {
		f.SE[i] = math.NaN()
	}
	inv := whole.curvature(func(x []float64) float64 { return -whole.at(x, h.r) }, x)
	if inv == nil {
		return f, (*Fit).noIntervals, nil
	}
	return f, func(f *Fit) {
		cov := targetedCov(inv, stat.Variance(m.sampleVolatilities(h.sample), nil))
		f.Cov = whole.carry(cov, x)
		for i := range f.SE {
			f.SE[i] = math.Sqrt(f.Cov[i][i])
		}
		f.noIntervals()
		f.warn("no intervals: how often those by the curvature of the likelihood hold the truth is not counted yet; " +
			"standard errors only")
	}, nil
}

// sampleVolatilities are logarithms of the volatility of histories that the model makes, as long as a sample, over
// its own.
func (m MCGARCH) sampleVolatilities(s sample) (logs []float64) {
	m.Start, m.Factors = 0, [mcComponents]float64{}
	m.longRun = m.stationary()
	for g := range 40 {
		for _, returns := range like(s, m, g) {
			mean := meanOf(returns)
			logs = append(logs, fmath.Log((meanSquare(returns)-float64(mean*mean))/(m.Sigma*m.Sigma*s.dt))/2)
		}
	}
	return logs
}

func (h mcHistory) likelihood() likelihood {
	vol, names := h.volatility(), mcNames
	if h.hours == nil {
		names = names[:mcWeekAt]
	}
	return likelihood{
		names: names,
		natural: func(x []float64) []float64 {
			p := []float64{x[0] * h.sd / h.dt, vol * fmath.Exp(x[1]), fmath.Exp(x[2]), fmath.Exp(x[3]),
				2.1 + fmath.Exp(x[4]), fmath.Exp(x[5]), 0.9 * (1 - 2/(1+fmath.Exp(2*x[6])))}
			return append(p, x[mcWeekAt:]...)
		},
		log: func(p, _ []float64) float64 {
			if !(p[4] <= 200) || !(p[5] < 1e4) || !(p[5] > 0.01) || !(p[1] < 30*vol) {
				return math.Inf(-1)
			}
			return mcOf(p, h.step).filter(h, false).log
		},
	}
}

// An mcRun is what a filter says of returns.
type mcRun struct {
	log           float64   // log-likelihood
	probabilities []float64 // of each return, under the law predicted from those before it
	factors       [mcComponents]float64
}

// filter goes through returns by the recursion of the components, from their means. The compensator is taken to first
// order, and shocks are not cut.
func (m MCGARCH) filter(h mcHistory, probabilities bool) (run mcRun) {
	return m.filterTo(h, probabilities, nil)
}

// filterTo shows the components before each return.
func (m MCGARCH) filterTo(h mcHistory, probabilities bool, see func(i int, f [mcComponents]float64)) (run mcRun) {
	l := newNewsLaw(m.DoF, m.Bend)
	c, ok := m.over(h.step, l)
	if !ok {
		return mcRun{log: math.Inf(-1)}
	}
	scale := studentScale(m.DoF)
	mean := 0.0
	eachShock(m.DoF, 32, func(x, p float64) { mean += float64(p * math.Sqrt(float64(x*x)+rounding)) })
	variance := 1 + rounding - float64(mean*mean)
	lg1, _ := math.Lgamma((m.DoF + 1) / 2)
	lg2, _ := math.Lgamma(m.DoF / 2)
	norm := lg1 - lg2 - float64(fmath.Log(math.Pi*m.DoF)/2) - fmath.Log(scale)
	inv := 1 / (scale * scale * m.DoF)
	student := distuv.StudentsT{Sigma: scale, Nu: m.DoF}
	unit, growth, week := m.unit(c, h.step), float64(m.Mu*Years(h.step)), m.Week.factors()
	stay := fmath.Pow(signsStay, float64(h.step)/float64(m.Step))
	skew := m.Skew / max(1, float64(h.step)/float64(m.Step))
	qs, hs := logProduct{rest: 1}, logProduct{rest: 1} // of 1 + inv·x², and of h/unit and the square of dy/dx
	signs, f := 0.0, [mcComponents]float64{1, 1, 1, 1, 1}
	for i, r := range h.r {
		if see != nil {
			see(i, f)
		}
		w := 1.0
		if h.hours != nil {
			w = week[h.hours[i]]
		}
		relative := float64(w * float64(float64(f[0]*f[1])*float64(f[2]*f[3])) * f[4])
		v := float64(unit * relative)
		q := float64(skew * signs)
		wide := 1 + float64(float64(q*q)*variance)
		y := float64((r-growth+float64(v/2))*math.Sqrt(wide/v)) + float64(q*mean)
		left := 1 - float64(q*q)
		x := (y - float64(q*math.Sqrt(float64(y*y)+float64(left*rounding)))) / left
		x2 := float64(x * x)
		sign := x / math.Sqrt(x2+rounding)
		slope := 1 + float64(q*sign)
		qs.times(1 + float64(x2*inv))
		hs.times(relative * slope * slope / wide)
		if probabilities {
			run.probabilities = append(run.probabilities, student.CDF(x))
		}
		signs = float64(stay*signs) + float64((1-stay)*sign)
		u := float64((m.Bend+1)*x2)/(m.Bend+x2) - l.mean
		for k := range f {
			f[k] += float64(c.returns[k]*(1-f[k])) + float64(float64(c.gains[k]*u)*(f[k]-m.Floor))
		}
	}
	scales := float64(float64(len(h.r)) * (norm - float64(fmath.Log(unit)/2)))
	run.log = scales - float64(hs.log()/2) - float64((m.DoF+1)/2*qs.log())
	run.factors = f
	return run
}

// filtered are the numbers that say where paths go on from the end of a history.
func (m MCGARCH) filtered(history *Series) param.Values {
	returns, bars := history.Returns()
	s := sample{r: returns, dt: Years(history.Step)}
	mean := meanOf(returns)
	m.Mu = (mean + float64((meanSquare(returns)-float64(mean*mean))/2)) / s.dt
	f := m.filter(mcHistoryOf(s, history, bars), false).factors
	c, _ := m.over(m.Step, newsLawOf(m.DoF, m.Bend))
	values := param.Values{startNow.Name: m.Sigma * math.Sqrt(productsOf(f)[mcAll]/c.mean[mcAll]),
		"week-hour": float64(HourOfWeek(history.Time(len(history.Bars))))}
	for k, v := range f {
		values[factorName(k)] = v
	}
	return values
}
