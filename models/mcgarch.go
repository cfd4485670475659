package models

import (
	"fmt"
	"math"
	"math/bits"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/quad"
	"mcrisk/random"
)

// MCGARCH is a multiplicative component GARCH driven by scores: the variance is a product of components with time
// scales from an hour to months, and of a factor for the hour of the week. The log-return r of a step of dt years is
//
//	r = Mu·dt − ln E[e^{√h·y}] + √h·y,   h = Sigma²·dt·w(hour)·F₁·…·F₅/E[F₁·…·F₅],
//	Fₖ' = Fₖ + rₖ·(1 − Fₖ) + gₖ·(Fₖ − Floor)·u,   u = (Bend + 1)·x²/(Bend + x²) − E[…],
//
// with shocks x of variance 1 by Student's t with DoF degrees of freedom, cut off at ±12 standard deviations. So each
// component has mean 1 and stays above Floor. rₖ = 1 − e^{−rate·dt}, where rates fall from Rate to 1/Slowest in even
// ratios, and gₖ₊₁ = Fade·gₖ, the first being Reaction. News u grows less than x², as the score of Student's t does.
//
// A move of the sign of those before it is larger than one back, where Skew is above zero:
//
//	y = (x + q·(ρ − E[ρ]))/√(1 + q²·var ρ),   ρ = √(x² + 0.01),   q = Skew·m,   m' = 0.6·m + 0.4·x/ρ,
//
// so that y has mean 0 and variance 1. The second term of r makes E[S(t)] = S(0)·e^{Mu·t} exact. w is by [Week]. Paths
// start at the hour of the week Hour with components of the long-run law, or at Factors, or at those that Start² makes
// likely. A step's standard deviation is held at or below 1.
//
// The numbers belong to steps of length Step. On others, n times as long, rates stay, gains are such that components
// would keep their variance, were news as large as always, and 0.6 is 0.6ⁿ; Skew is 1/n of itself where n is above 1.
//
// Sources: Engle and Sokalska, "Forecasting intraday volatility in the US equity market: multiplicative component
// GARCH", J. Financial Econometrics 10 (2012); Harvey, Dynamic Models for Volatility and Heavy Tails (2013), for
// scores.
type MCGARCH struct {
	Mu       float64               // growth rate of the expected price, 1/year
	Sigma    float64               // volatility in the long run, 1/√year, at least zero
	Reaction float64               // of the fastest component to news, from 0 to 1
	Fade     float64               // reaction of a component over that of the next faster one, from 0.01 to 2
	Rate     float64               // at which the fastest component forgets, 1/year
	Slowest  time.Duration         // time in which the slowest forgets 63 %
	Floor    float64               // which components do not fall below, from 0 to 0.9
	Bend     float64               // squared shock from which on news grows less, from 0.01 to 10,000
	DoF      float64               // degrees of freedom of the shocks, from 2.1 to 200
	Skew     float64               // of shocks, by the signs of those before, from −0.9 to 0.9
	Week     Week                  // what hours of the week have for variances
	Hour     int                   // of the week in which paths begin, from Monday 0 UTC
	Step     time.Duration         // length of the steps that the numbers were fitted to
	Start    float64               // volatility expected of the first step but for its hour; zero: of the long-run law
	Factors  [mcComponents]float64 // components at the start, if Start is above zero; zero: what Start makes likely

	longRun  *mcLongRun
	prepared *mcSteps // of the grid's steps
}

const mcComponents = 5

// mcAll is the set of all components.
const mcAll = 1<<mcComponents - 1

// A Week says what the hours of the week have for variances: w is e to the sum of what an hour has of these, over the
// mean over the week. Hours are UTC. The zero Week makes all hours the same.
type Week struct {
	Funding float64 // of the hours that begin at 8 and 16; twice that at 0
	Day     float64 // times −1 … 1, the sine of the time of day
	Weekend float64 // from Saturday 0 to Sunday 22
	NewYork float64 // at other times: about 14:30, over two hours to both sides
}

const hoursOfWeek = 168

// factors are w by hour, Monday 0 UTC first.
func (w Week) factors() (f [hoursOfWeek]float64) {
	mean := 0.0
	for i := range f {
		hour := i % 24
		sin, _ := fmath.Sincos(2 * math.Pi * float64(hour) / 24)
		log := float64(w.Day * sin)
		switch hour {
		case 0:
			log += float64(2 * w.Funding)
		case 8, 16:
			log += w.Funding
		}
		if i >= 5*24 && i < 6*24+22 {
			log += w.Weekend
		} else {
			d := (float64(hour) - 14.5) / 1.7
			log += float64(w.NewYork * fmath.Exp(-float64(d*d)/2))
		}
		f[i] = fmath.Exp(log)
		mean += f[i] / hoursOfWeek
	}
	for i := range f {
		f[i] /= mean
	}
	return f
}

// over are the means of w over steps of a length of at least an hour, as many as there are until they repeat; of
// shorter steps the hours themselves.
func (w Week) over(step time.Duration) []float64 {
	hours := w.factors()
	if w == (Week{}) || step <= time.Hour {
		return hours[:]
	}
	each := int(step / time.Hour)
	out := make([]float64, hoursOfWeek)
	for i := range out {
		for k := range each {
			out[i] += hours[(i+k)%hoursOfWeek] / float64(each)
		}
	}
	return out
}

// HourOfWeek is that of a time, from 0 for Monday 0 UTC to 167.
func HourOfWeek(t time.Time) int {
	t = t.UTC()
	return (int(t.Weekday())+6)%7*24 + t.Hour()
}

var _ = Registry.Register(param.Kind[Model]{
	Name: "mcgarch", Doc: "multiplicative component GARCH: variance with many time scales and hours of the week",
	Params: append([]param.Param{Mu, Sigma,
		{Name: "mcgarch-reaction", Unit: param.Plain, Min: 0, Max: 1, Default: 0.08,
			Doc: "reaction of the fastest component of the variance to news"},
		{Name: "mcgarch-fade", Unit: param.Plain, Min: 0.01, Max: 2, Default: 0.77,
			Doc: "reaction of a component over that of the next faster one"},
		{Name: "mcgarch-rate", Unit: param.PerYear, Min: 1e-3, Max: 1e6, Default: 22000,
			Doc: "rate at which the fastest component returns to 1, per year"},
		{Name: "mcgarch-slowest", Unit: param.Time, Min: 1, Max: 100 * 366 * 86400, Default: 120 * 86400,
			Doc: "time in which the slowest component returns to 1 by 63 %"},
		{Name: "mcgarch-floor", Unit: param.Plain, Min: 0, Max: 0.9, Default: 0.2,
			Doc: "value that components do not fall below"},
		{Name: "mcgarch-bend", Unit: param.Plain, Min: 0.01, Max: 1e4, Default: 6,
			Doc: "squared shock from which on news grows less than it"},
		garchDoF,
		{Name: "mcgarch-skew", Unit: param.Plain, Min: -0.9, Max: 0.9,
			Doc: "skewness of shocks by the signs of those before; above 0: moves back are more often"},
		{Name: "week-funding", Unit: param.Plain, Min: -5, Max: 5,
			Doc: "log of the variance in the hours from 8 and 16 UTC, and half of that from 0"},
		{Name: "week-day", Unit: param.Plain, Min: -5, Max: 5,
			Doc: "log of the variance at 6 UTC, and less that at 18"},
		{Name: "week-weekend", Unit: param.Plain, Min: -5, Max: 5,
			Doc: "log of the variance from Saturday 0 to Sunday 22 UTC"},
		{Name: "week-new-york", Unit: param.Plain, Min: -5, Max: 5,
			Doc: "log of the variance about 14:30 UTC, weekends apart"},
		{Name: "week-hour", Unit: param.Count, Min: 0, Max: hoursOfWeek - 1, Word: "monday",
			Doc: "hour of the week in which paths begin, from Monday 0 UTC"},
		{Name: "mcgarch-step", Unit: param.Time, Min: 1, Max: 366 * 86400, Default: 3600,
			Doc: "time step that the numbers were fitted to"},
		startNow}, factorParams()...),
	New: func(v param.Values) Model {
		m := MCGARCH{Mu: v["mu"], Sigma: v["sigma"], Reaction: v["mcgarch-reaction"], Fade: v["mcgarch-fade"],
			Rate: v["mcgarch-rate"], Slowest: seconds(v["mcgarch-slowest"]), Floor: v["mcgarch-floor"],
			Bend: v["mcgarch-bend"], DoF: v["dof"], Skew: v["mcgarch-skew"],
			Week: Week{v["week-funding"], v["week-day"], v["week-weekend"], v["week-new-york"]},
			Hour: int(v["week-hour"]), Step: seconds(v["mcgarch-step"]), Start: v["start"]}
		for k := range m.Factors {
			m.Factors[k] = v[factorName(k)]
		}
		return m
	},
})

func factorName(k int) string { return fmt.Sprintf("mcgarch-factor-%d", k+1) }

func factorParams() (list []param.Param) {
	for k := range mcComponents {
		list = append(list, param.Param{Name: factorName(k), Unit: param.Plain, Min: 1e-6, Max: 1e6, Word: "auto",
			With: startNow.Name, Doc: fmt.Sprintf("component %d at the start, the fastest being 1", k+1)})
	}
	return list
}

func (m MCGARCH) Check() error {
	if err := (GBM{m.Mu, m.Sigma}).Check(); err != nil {
		return err
	}
	if !(m.Reaction >= 0 && m.Reaction <= 1) || !(m.Fade >= 0.01 && m.Fade <= 2) {
		return fmt.Errorf("models: mcgarch reaction = %v, fade = %v; want 0 to 1 and 0.01 to 2", m.Reaction, m.Fade)
	}
	if !(m.Rate > 0 && m.Rate <= 1e6) || m.Slowest < time.Second || !(float64(m.Rate*Years(m.Slowest)) > 1) {
		return fmt.Errorf("models: mcgarch: the fastest component returns at %v a year, the slowest in %v; "+
			"want above 0 and at most 1e6, and more than the time in which the fastest returns", m.Rate, m.Slowest)
	}
	if !(m.Floor >= 0 && m.Floor <= 0.9) || !(m.Bend >= 0.01 && m.Bend <= 1e4) {
		return fmt.Errorf("models: mcgarch floor = %v, bend = %v; want 0 to 0.9 and 0.01 to 10000", m.Floor, m.Bend)
	}
	if !(m.DoF >= 2.1 && m.DoF <= 200) || !(m.Skew >= -0.9 && m.Skew <= 0.9) {
		return fmt.Errorf("models: mcgarch degrees of freedom = %v, skew = %v; want 2.1 to 200 and -0.9 to 0.9",
			m.DoF, m.Skew)
	}
	for _, v := range [...]float64{m.Week.Funding, m.Week.Day, m.Week.Weekend, m.Week.NewYork} {
		if !(v >= -5 && v <= 5) {
			return fmt.Errorf("models: mcgarch: %v in the week %+v; want -5 to 5", v, m.Week)
		}
	}
	if m.Hour < 0 || m.Hour >= hoursOfWeek || m.Step < time.Second {
		return fmt.Errorf("models: mcgarch: start in hour %d of the week, steps of %v; "+
			"want 0 to %d, and at least a second", m.Hour, m.Step, hoursOfWeek-1)
	}
	c, ok := m.over(m.Step, newsLawOf(m.DoF, m.Bend))
	if !ok {
		return fmt.Errorf("models: mcgarch reaction = %v, fade = %v, rate = %v a year, slowest = %v: "+
			"no long-run variance; "+
			"want less reaction, or components that return faster", m.Reaction, m.Fade, m.Rate, m.Slowest)
	}
	low := float64(m.Sigma * math.Sqrt(fmath.PowInt(m.Floor, mcComponents)/c.mean[mcAll]))
	if !(m.Start >= 0) || math.IsInf(m.Start, 0) || m.Start > 0 && !(m.Start > low) {
		return fmt.Errorf("models: mcgarch volatility at the start = %v; want above %.4g, all components at the "+
			"floor, or 0 for one of the long-run law", m.Start, low)
	}
	for k, f := range m.Factors {
		if !(f >= 0) || math.IsInf(f, 0) || (f > 0) != (m.Factors[0] > 0) || f > 0 && !(f > m.Floor) {
			return fmt.Errorf("models: mcgarch component %d at the start = %v; want all five above %v, or none",
				k+1, f, m.Floor)
		}
	}
	return nil
}

// Cut is the probability that an uncut Student-t lies beyond the cut.
func (m MCGARCH) Cut() float64 { return studentLaw(m.DoF).cut }

func (m MCGARCH) Growth() float64 { return m.Mu }

func (MCGARCH) Normals() int { return 1 }

// State: the components, and the mean of the last signs.
func (MCGARCH) State() int { return mcComponents + 1 }

// Moments has the variance that returns have which do not depend on one another but for their variances; the other
// moments are not known.
func (m MCGARCH) Moments(t float64) Moments {
	variance := float64(m.Sigma*m.Sigma) * t
	if n := int(math.Round(t / Years(m.Step))); m.Start > 0 && n > 0 {
		c, _ := m.over(m.Step, newsLawOf(m.DoF, m.Bend))
		w := m.Week.over(m.Step)
		weights := c.ahead(n, func(k int) float64 { return w[m.into(m.Step, k)/time.Hour] })
		variance = float64(m.unit(c, m.Step) * weights.of(m.first(c)))
	}
	return Moments{math.NaN(), variance, math.NaN(), math.NaN()}
}

// unit is the variance of a step over the product of components and w.
func (m MCGARCH) unit(c *mcChain, step time.Duration) float64 {
	return float64(float64(m.Sigma*m.Sigma)*Years(step)) / c.mean[mcAll]
}

// into is how far into the week step k begins.
func (m MCGARCH) into(step time.Duration, k int) time.Duration {
	const week = hoursOfWeek * time.Hour
	hi, lo := bits.Mul64(uint64(k), uint64(step%week))
	return (time.Duration(m.Hour)*time.Hour + time.Duration(bits.Rem64(hi, lo, uint64(week)))) % week
}

// A newsLaw has what the shocks' law says of the news: its mean before that is taken off, and central moments.
type newsLaw struct {
	mean    float64
	central [mcComponents + 1]float64 // E[uⁿ]
}

var newsLaws tables[[2]float64, *newsLaw]

func newsLawOf(dof, bend float64) *newsLaw {
	return newsLaws.of([2]float64{dof, bend}, func(by [2]float64) *newsLaw { return newNewsLaw(by[0], by[1]) })
}

func newNewsLaw(dof, bend float64) *newsLaw {
	var raw [mcComponents + 1]float64
	eachShock(dof, 32, func(x, p float64) {
		x2 := float64(x * x)
		n := float64((bend+1)*x2) / (bend + x2)
		for k := range raw {
			raw[k] += p
			p = float64(p * n)
		}
	})
	l := &newsLaw{mean: raw[1]}
	for n := range l.central {
		b, power := 1.0, 1.0 // binomial(n, j), (−mean)^j
		for j := 0; j <= n; j++ {
			l.central[n] += float64(float64(b*raw[n-j]) * power)
			b = b * float64(n-j) / float64(j+1)
			power = -float64(power * l.mean)
		}
	}
	return l
}

// eachShock visits nodes and weights of a quadrature over the cut law of |x|, of total weight 1.
func eachShock(dof float64, cells int, visit func(x, p float64)) {
	scale := studentScale(dof)
	power, end := -(dof+1)/2, asinh(studentCut/scale)
	var xs, ps []float64
	mass := 0.0
	for i := range cells {
		lo := float64(scale * sinh(float64(i)/float64(cells)*end))
		hi := float64(scale * sinh(float64(i+1)/float64(cells)*end))
		at, weight := quad.ShortRule(lo, hi)
		for j, w := range weight {
			y := at[j] / scale
			p := float64(w * fmath.Pow(1+float64(y*y)/dof, power))
			xs, ps = append(xs, at[j]), append(ps, p)
			mass += p
		}
	}
	for i, x := range xs {
		visit(x, ps[i]/mass)
	}
}

// products are those of the components in each set, a number of a bit for each.
type products [mcAll + 1]float64

func productsOf(f [mcComponents]float64) (p products) {
	p[0] = 1
	for set := 1; set < len(p); set++ {
		p[set] = 1
		for k, v := range f {
			if set>>k&1 == 1 {
				p[set] = float64(p[set] * v)
			}
		}
	}
	return p
}

// of is the value of a functional of products.
func (p *products) of(q products) (sum float64) {
	for set, v := range p {
		sum += float64(v * q[set])
	}
	return sum
}

// An mcChain is the components over steps of one length. What is expected of their products is linear in the products
// before: those of a set of components follow from those of its subsets, as news is the same for all.
type mcChain struct {
	returns, gains [mcComponents]float64 // rₖ and gₖ
	next           [mcAll + 1]products   // what a set's product takes of those of its subsets
	mean           products              // in the long run
}

// over is the chain at steps of a length; ok says that products have means in the long run and components stay above
// the floor.
func (m MCGARCH) over(step time.Duration, l *newsLaw) (c *mcChain, ok bool) {
	c = &mcChain{}
	dt := Years(step)
	ratio := fmath.Exp(fmath.Log(float64(m.Rate*Years(m.Slowest))) / (mcComponents - 1))
	rate, gain := m.Rate, m.Reaction
	for k := range c.returns {
		c.returns[k] = -fmath.Expm1(-float64(rate * dt))
		if c.gains[k] = gain; step != m.Step {
			// over a step an autoregression takes up 1 − e^{−2·rate·dt} of its variance
			takes, taken := fmath.Expm1(-float64(2*rate*dt)), fmath.Expm1(-float64(2*rate*Years(m.Step)))
			c.gains[k] = min(float64(gain*math.Sqrt(takes/taken)), float64(0.9*(1-c.returns[k]))/l.mean)
		}
		if c.gains[k] > 0 && !(1-c.returns[k]-float64(c.gains[k]*l.mean) > 0) {
			return c, false
		}
		rate /= ratio
		gain = float64(gain * m.Fade)
	}
	for set := range c.next {
		for sub := set; ; sub = (sub - 1) & set {
			// E[Π over sub of (1 − r + g·u) · Π over the rest of (r − g·Floor·u)], a polynomial in u
			poly, degree := [mcComponents + 1]float64{1}, 0
			for k := range mcComponents {
				if set>>k&1 == 0 {
					continue
				}
				constant, slope := c.returns[k], -float64(c.gains[k]*m.Floor)
				if sub>>k&1 == 1 {
					constant, slope = 1-c.returns[k], c.gains[k]
				}
				degree++
				for j := degree; j > 0; j-- {
					poly[j] = float64(poly[j]*constant) + float64(poly[j-1]*slope)
				}
				poly[0] = float64(poly[0] * constant)
			}
			for j := range degree + 1 {
				c.next[set][sub] += float64(poly[j] * l.central[j])
			}
			if sub == 0 {
				break
			}
		}
	}
	c.mean[0] = 1
	for set := 1; set <= mcAll; set++ {
		stays := c.next[set][set]
		if !(stays < 1-1e-9) {
			return c, false
		}
		c.mean[set] = c.next[set].of(c.mean) / (1 - stays) // the set's own mean is still zero
	}
	return c, true
}

// after is what is expected of products after a step.
func (c *mcChain) after(p products) (q products) {
	for set := range q {
		q[set] = c.next[set].of(p)
	}
	return q
}

// ahead are the weights of the products now in the expected sum of those of all components at the starts of the next
// steps, weighted.
func (c *mcChain) ahead(steps int, weight func(step int) float64) (w products) {
	for k := steps - 1; k >= 0; k-- {
		var before products
		for set, v := range w {
			if v == 0 {
				continue
			}
			for sub := set; ; sub = (sub - 1) & set {
				before[sub] += float64(v * c.next[set][sub])
				if sub == 0 {
					break
				}
			}
		}
		w = before
		w[mcAll] += weight(k)
	}
	return w
}

// first are the products at a start that is given.
func (m MCGARCH) first(c *mcChain) products { return productsOf(m.factors(c)) }

// factors are the components at a start that is given. Where only the volatility is, logarithms of components above
// the floor are as far from zero as each goes with the volatility's, were they autoregressions.
func (m MCGARCH) factors(c *mcChain) (f [mcComponents]float64) {
	if m.Factors[0] > 0 {
		return m.Factors
	}
	var share [mcComponents]float64
	largest := 0.0
	for k := range share {
		for j := range share {
			both := float64((1 - c.returns[k]) * (1 - c.returns[j]))
			share[k] += float64(c.gains[k]*c.gains[j]) / (1 - both)
		}
		largest = max(largest, share[k])
	}
	goal := m.Start / m.Sigma
	goal = float64(float64(goal*goal) * c.mean[mcAll])
	lo, hi := -100.0, 100.0
	for range 80 {
		mid, product := (lo+hi)/2, 1.0
		for k := range f {
			f[k] = 1
			if largest > 0 {
				f[k] = m.Floor + float64((1-m.Floor)*fmath.Exp(float64(mid*share[k])/largest))
			} else {
				f[k] = m.Floor + float64((1-m.Floor)*fmath.Exp(mid))
			}
			product = float64(product * f[k])
		}
		if product < goal {
			lo = mid
		} else {
			hi = mid
		}
	}
	return f
}

func (m MCGARCH) Begin(at At, state State) {
	zero(at, state)
	from, to := at.Lanes()
	if m.Start > 0 {
		c, _ := m.over(m.Step, newsLawOf(m.DoF, m.Bend))
		f := m.factors(c)
		for k, v := range f {
			for l := from; l < to; l++ {
				state[k][l] = v
			}
		}
		return
	}
	law := m.longRun
	if law == nil {
		law = m.stationary()
	}
	for l := from; l < to; l++ {
		for k, v := range law.draw(startDraw(at, l, 0)) {
			state[k][l] = v
		}
	}
}

// Prepare draws states from the long-run law, if paths start from it, and makes what steps need.
func (m MCGARCH) Prepare(_ *Series, step time.Duration) (Model, error) {
	if m.Start == 0 {
		m.longRun = m.stationary()
	}
	m.prepared = m.steps(step)
	return m, nil
}

func (m MCGARCH) SharedWith(other Model) Model {
	o := other.(MCGARCH)
	if o.longRun = m.longRun; m.bare() == o.bare() {
		o.prepared = m.prepared
	}
	return o
}

// bare is the model without what its steps do not depend on.
func (m MCGARCH) bare() MCGARCH {
	m.Start, m.Factors, m.Hour, m.longRun, m.prepared = 0, [mcComponents]float64{}, 0, nil, nil
	return m
}

// An mcLongRun is a sample of states of the long-run law, with weights.
type mcLongRun struct {
	states [][mcComponents + 1]float64
	below  []float64 // of the states up to each
}

// The sample is of mcChains chains, each let run for mcBurn times the slowest component's time, and then seen
// mcSeen times, half of that time apart.
const (
	mcChains = 128
	mcBurn   = 5
	mcSeen   = 16
)

var mcLongRuns tables[MCGARCH, *mcLongRun]

func (m MCGARCH) stationary() *mcLongRun {
	m = m.bare()
	m.Mu, m.Sigma, m.Week = 0, 0, Week{}
	return mcLongRuns.of(m, MCGARCH.sampled)
}

func (m MCGARCH) sampled() *mcLongRun {
	law := &mcLongRun{}
	s := m.steps(m.Step)
	slow := min(float64(m.Slowest)/float64(m.Step), 20_000) // and not for ever
	state := make(State, m.State())
	z, move := new(block.Track), new(block.Track)
	for group := range uint64(mcChains / block.Lanes) {
		for k := range mcComponents + 1 {
			for l := range block.Lanes {
				state[k][l] = 1
				if k == mcComponents {
					state[k][l] = 0
				}
			}
		}
		first := 0
		for seen := range mcSeen {
			to := int(math.Ceil(float64(2*mcBurn+seen) / 2 * slow))
			for ; first < to; first += block.Steps {
				random.Normals(z, 0x57a7, group, random.Stream(random.Start, 2), first, block.Steps)
				for l := range block.Lanes {
					s.lane(At{Len: block.Steps}, 0, z, state, move, l)
				}
			}
			for l := range block.Lanes {
				var v [mcComponents + 1]float64
				for k := range v {
					v[k] = state[k][l]
				}
				law.states = append(law.states, v)
			}
		}
	}
	c, _ := m.over(m.Step, newsLawOf(m.DoF, m.Bend))
	law.weigh(c.mean)
	return law
}

// weigh gives states weights with which the products of the slowest component, the slowest two and so on have the means
// that they should, by Newton's method: weights are e to a combination of the logarithms of these products.
func (law *mcLongRun) weigh(mean products) {
	const n = mcComponents
	var want [n]float64
	for k := range n {
		want[k] = mean[mcAll&^(1<<k-1)]
	}
	value, log := make([][n]float64, len(law.states)), make([][n]float64, len(law.states))
	for i, s := range law.states {
		product := 1.0
		for k := n - 1; k >= 0; k-- {
			product = float64(product * s[k])
			value[i][k], log[i][k] = product, fmath.Log(product)
		}
	}
	law.below = make([]float64, len(law.states))
	var powers [n]float64
	for range 20 {
		all := 0.0
		var values, logs [n]float64
		var both [n][n + 1]float64 // covariance of values and logarithms, and what is left to go
		for i := range value {
			exponent := 0.0
			for k, p := range powers {
				exponent += float64(p * log[i][k])
			}
			w := fmath.Exp(exponent)
			all += w
			law.below[i] = all
			for k := range n {
				values[k] += float64(w * value[i][k])
				logs[k] += float64(w * log[i][k])
				for j := range n {
					both[k][j] += float64(w * float64(value[i][k]*log[i][j]))
				}
			}
		}
		for k := range n {
			for j := range n {
				both[k][j] = both[k][j]/all - float64(values[k]/all*float64(logs[j]/all))
			}
			both[k][n] = want[k] - values[k]/all
		}
		for k, step := range solved(both) {
			if powers[k] = min(max(powers[k]+step, -30), 30); math.IsNaN(powers[k]) {
				powers[k] = 0
			}
		}
	}
	for i := range law.below {
		law.below[i] /= law.below[len(law.below)-1]
	}
}

// solved are the unknowns of linear equations, each with its right side last; zero where they do not settle one.
func solved(rows [mcComponents][mcComponents + 1]float64) (x [mcComponents]float64) {
	for k := range rows {
		top := k
		for i := k; i < len(rows); i++ {
			if math.Abs(rows[i][k]) > math.Abs(rows[top][k]) {
				top = i
			}
		}
		if rows[k], rows[top] = rows[top], rows[k]; math.Abs(rows[k][k]) < 1e-12 {
			continue
		}
		for i := range rows {
			if by := rows[i][k] / rows[k][k]; i != k {
				for j := k; j <= len(rows); j++ {
					rows[i][j] -= float64(by * rows[k][j])
				}
			}
		}
	}
	for k := range x {
		if math.Abs(rows[k][k]) >= 1e-12 {
			x[k] = rows[k][len(rows)] / rows[k][k]
		}
	}
	return x
}

// draw is the state at a uniform number.
func (law *mcLongRun) draw(u float64) [mcComponents + 1]float64 {
	lo, hi := 0, len(law.below)-1
	for lo < hi {
		if mid := (lo + hi) / 2; law.below[mid] < u {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return law.states[lo]
}

// mcSteps is what steps of a length need.
type mcSteps struct {
	law            *student
	skewed         *skewLaw
	returns, gains [mcComponents]float64
	unit, growth   float64
	bend, mean     float64
	floor, skew    float64
	stay           float64 // of the mean of signs
	week           []float64
	step           time.Duration
	hours          int           // of a step, whole weeks apart
	rest           time.Duration // of a step, beyond whole hours
}

func (m MCGARCH) steps(step time.Duration) *mcSteps {
	l := newsLawOf(m.DoF, m.Bend)
	c, ok := m.over(step, l)
	for try := m; !ok && try.Reaction > 1e-6; { // steps at which these gains leave no mean
		try.Reaction = float64(try.Reaction * 0.9)
		c, ok = try.over(step, l)
	}
	n := float64(step) / float64(m.Step)
	return &mcSteps{law: studentLaw(m.DoF), skewed: skewLawOf(m.DoF), returns: c.returns, gains: c.gains,
		unit: m.unit(c, step), growth: float64(m.Mu * Years(step)), bend: m.Bend, mean: l.mean, floor: m.Floor,
		skew: m.Skew / max(1, n), stay: fmath.Pow(signsStay, n), week: m.Week.over(step),
		step: step, hours: int(step/time.Hour) % hoursOfWeek, rest: step % time.Hour}
}

// signsStay is the share of the mean of signs that a step of length Step leaves.
const signsStay = 0.6

// rounding of magnitudes near zero, a square.
const rounding = 0.01

func (m MCGARCH) Advance(at At, z []*block.Track, state State, move *block.Track) {
	s := m.prepared
	if s == nil || s.step != at.Step {
		s = m.steps(at.Step)
	}
	from, to := at.Lanes()
	for l := from; l < to; l++ {
		s.lane(at, m.into(at.Step, at.First), z[0], state, move, l)
	}
}

// lane makes the steps of one lane, from a time in the week on.
func (s *mcSteps) lane(at At, into time.Duration, z *block.Track, state State, move *block.Track, l int) {
	a, b, c, d, e, signs := state[0][l], state[1][l], state[2][l], state[3][l], state[4][l], state[5][l]
	ra, rb, rc, rd, re := s.returns[0], s.returns[1], s.returns[2], s.returns[3], s.returns[4]
	ga, gb, gc, gd, ge := s.gains[0], s.gains[1], s.gains[2], s.gains[3], s.gains[4]
	floor, fresh := s.floor, 1-s.stay
	hour := int(into / time.Hour)
	into %= time.Hour
	for k := range at.Len {
		h := min(float64(float64(s.unit*s.week[hour])*float64(float64(float64(a*b)*float64(c*d))*e)), 1)
		hour += s.hours
		if into += s.rest; into >= time.Hour {
			into -= time.Hour
			hour++
		}
		if hour >= hoursOfWeek {
			hour -= hoursOfWeek
		}
		x := s.law.at(z[k][l])
		x2 := float64(x * x)
		rho := math.Sqrt(x2 + rounding)
		q := float64(s.skew * signs)
		sd := math.Sqrt(h / (1 + float64(float64(q*q)*s.skewed.variance)))
		move[k][l] = (s.growth - s.skewed.compensator(sd, q)) + float64(sd*(x+float64(q*(rho-s.skewed.mean))))
		signs = float64(s.stay*signs) + float64(fresh*(x/rho))
		u := float64((s.bend+1)*x2)/(s.bend+x2) - s.mean
		a += float64(ra*(1-a)) + float64(float64(ga*u)*(a-floor))
		b += float64(rb*(1-b)) + float64(float64(gb*u)*(b-floor))
		c += float64(rc*(1-c)) + float64(float64(gc*u)*(c-floor))
		d += float64(rd*(1-d)) + float64(float64(gd*u)*(d-floor))
		e += float64(re*(1-e)) + float64(float64(ge*u)*(e-floor))
	}
	state[0][l], state[1][l], state[2][l], state[3][l], state[4][l], state[5][l] = a, b, c, d, e, signs
}

// A skewLaw has moments of shocks x and their rounded magnitudes ρ.
type skewLaw struct {
	mean, variance float64 // of ρ
	// terms[n][j] is E[x^{n−j}·(ρ − E[ρ])^j]·binomial(n, j)/n!, so that E[(x + q·(ρ − E[ρ]))ⁿ]/n! is their sum over q^j
	terms [skewTerms + 1][skewTerms + 1]float64
}

// skewTerms are enough for the largest standard deviation, 1.
const skewTerms = 72

var skewLaws tables[float64, *skewLaw]

func skewLawOf(dof float64) *skewLaw { return skewLaws.of(dof, newSkewLaw) }

func newSkewLaw(dof float64) *skewLaw {
	l := &skewLaw{}
	const cells = 128
	eachShock(dof, cells, func(x, p float64) { l.mean += float64(p * math.Sqrt(float64(x*x)+rounding)) })
	l.variance = 1 + rounding - float64(l.mean*l.mean)
	eachShock(dof, cells, func(x, p float64) {
		r := math.Sqrt(float64(x*x)+rounding) - l.mean
		// r^j/j! and x^i/i!
		var rs, xs [skewTerms + 1]float64
		rs[0], xs[0] = 1, 1
		for i := 1; i <= skewTerms; i++ {
			rs[i], xs[i] = float64(rs[i-1]*r)/float64(i), float64(xs[i-1]*x)/float64(i)
		}
		for n := 2; n <= skewTerms; n++ {
			for j := n % 2; j <= n; j += 2 { // others are odd in x
				l.terms[n][j] += float64(p * float64(xs[n-j]*rs[j]))
			}
		}
	})
	return l
}

// compensator is ln E[e^{sd·(x + q·(ρ − E[ρ]))}], for sd up to 1.
func (l *skewLaw) compensator(sd, q float64) float64 {
	q2, v := float64(q*q), float64(sd*sd)
	if sd < 0.02 { // hours: as below, with 8 terms, and the first four of the logarithm
		t := &l.terms
		p2 := t[2][0] + float64(q2*t[2][2])
		p3 := t[3][1] + float64(q2*t[3][3])
		p4 := t[4][0] + float64(q2*(t[4][2]+float64(q2*t[4][4])))
		p5 := t[5][1] + float64(q2*(t[5][3]+float64(q2*t[5][5])))
		p6 := t[6][0] + float64(q2*(t[6][2]+float64(q2*(t[6][4]+float64(q2*t[6][6])))))
		p7 := t[7][1] + float64(q2*(t[7][3]+float64(q2*(t[7][5]+float64(q2*t[7][7])))))
		p8 := t[8][0] + float64(q2*(t[8][2]+float64(q2*(t[8][4]+float64(q2*(t[8][6]+float64(q2*t[8][8])))))))
		even := p2 + float64(v*(p4+float64(v*(p6+float64(v*p8)))))
		odd := p3 + float64(v*(p5+float64(v*p7)))
		e := float64(v * (even + float64(float64(sd*q)*odd)))
		return float64(e * (1 - float64(e*(1.0/2-float64(e*(1.0/3-float64(e/4)))))))
	}
	n := skewTerms
	switch { // terms fall off at least as (23·sd)ⁿ/n!
	case sd < 0.1:
		n = 16
	case sd < 0.3:
		n = 32
	}
	sum := 0.0
	for ; n >= 2; n-- {
		row := &l.terms[n]
		p := row[n]
		for j := n - 2; j >= 0; j -= 2 {
			p = float64(p*q2) + row[j]
		}
		if n%2 == 1 {
			p = float64(p * q)
		}
		sum = float64(sum*sd) + p
	}
	return fmath.Log1p(float64(sum * v))
}
