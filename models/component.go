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

// Component is a price whose variance has several time scales at once, from hours to months: a Markov-switching
// multifractal. The log-return r of a step of dt years has variance
//
//	h = Sigma²·dt·M₁·M₂·…·M_Count,
//
// where each component M is Multiplier or 2 − Multiplier, equally likely, so that its mean is 1, and
//
//	r = Mu·dt − ln E[e^{√h·x}] + √h·x,
//
// with shocks x of variance 1 by Student's t with DoF degrees of freedom, cut off at ±12 standard
// deviations. The second term makes E[S(t)] = S(0)·e^{Mu·t} exact. Component Count is drawn anew at
// Rate a year, and each slower one at 1/Ratio of the rate of the next; when one is drawn anew, so are all that are
// faster. Components change at the starts of steps, with the probability 1 − e^{−rate·dt}. Step is the length of the
// steps that the numbers were fitted to: on others the rates stay, and what would happen within a step does so at its
// start. Paths start from the long-run law, or, each component being high with the same probability, at an
// expected variance of Start². A step's standard deviation is held at or below 1.
//
// Sources: Calvet and Fisher, "Forecasting multifractal volatility", J. Econometrics 105 (2001), where faster
// components follow slower ones; "How to forecast long-run volatility: regime switching and the estimation of
// multifractal processes", J. Financial Econometrics 2 (2004), for the likelihood.
type Component struct {
	Mu         float64       // growth rate of the expected price, 1/year
	Sigma      float64       // volatility in the long run, 1/√year, at least zero
	Multiplier float64       // the larger value of a component, from 1 to below 2
	Count      int           // components, 1 to 10
	Rate       float64       // at which the fastest is drawn anew, 1/year
	Ratio      float64       // of the rates of a component and the next slower one, above 1
	DoF        float64       // degrees of freedom of the shocks, from 2.1 to 200
	Step       time.Duration // length of the steps that the numbers were fitted to
	Start      float64       // volatility expected of the first step, 1/√year; zero: drawn from the long-run law
	Momentum   Momentum      // of the prices; Sigma is the volatility that their returns have in the long run
}

const mostComponents = 10

var _ = Registry.Register(param.Kind[Model]{
	Name: "component", Doc: "volatility with components of many time scales: a Markov-switching multifractal",
	Params: append([]param.Param{Mu, Sigma,
		{Name: "component-multiplier", Unit: param.Plain, Min: 1, Max: 1.99, Default: 1.4,
			Doc: "larger value of each component of the variance; the smaller is 2 less that"},
		{Name: "component-count", Unit: param.Count, Min: 1, Max: mostComponents, Default: defaultComponents,
			Doc: "number of components"},
		{Name: "component-rate", Unit: param.PerYear, Min: 1e-3, Max: 1e6, Default: 1500,
			Doc: "how often the fastest component is drawn anew, per year"},
		{Name: "component-ratio", Unit: param.Plain, Min: 1.01, Max: 1000, Default: 3,
			Doc: "rate of a component over that of the next slower one"},
		garchDoF,
		{Name: "component-step", Unit: param.Time, Min: 1, Max: 366 * 86400, Default: 3600,
			Doc: "time step that the components were fitted to"},
		startNow}, momentumParams...),
	New: func(v param.Values) Model {
		return Component{Mu: v["mu"], Sigma: v["sigma"], Multiplier: v["component-multiplier"],
			Count: int(v["component-count"]), Rate: v["component-rate"], Ratio: v["component-ratio"], DoF: v["dof"],
			Step: seconds(v["component-step"]), Start: v["start"], Momentum: momentumOf(v)}
	},
})

// defaultComponents reach from hours to months where each is three times as slow as the next.
const defaultComponents = 7

func (m Component) Check() error {
	if err := (GBM{m.Mu, m.Sigma}).Check(); err != nil {
		return err
	}
	if !(m.Multiplier >= 1 && m.Multiplier < 2) || m.Count < 1 || m.Count > mostComponents {
		return fmt.Errorf("models: %d components of multiplier %v; want 1 to %d of 1 to below 2",
			m.Count, m.Multiplier, mostComponents)
	}
	if !(m.Rate > 0 && m.Rate <= 1e6) || !(m.Ratio > 1 && m.Ratio <= 1000) {
		return fmt.Errorf("models: the fastest component is drawn anew %v times a year, each other one 1/%v as often; "+
			"want above 0 and at most 1e6, and above 1 and at most 1000", m.Rate, m.Ratio)
	}
	if !(m.DoF >= 2.1 && m.DoF <= 200) {
		return fmt.Errorf("models: degrees of freedom of the shocks = %v; want 2.1 to 200", m.DoF)
	}
	if m.Step < time.Second {
		return fmt.Errorf("models: step of the components = %v; want at least a second", m.Step)
	}
	low, high := float64(m.Sigma*math.Sqrt(m.product(0))), float64(m.Sigma*math.Sqrt(m.product(m.Count)))
	if m.Start != 0 && !(m.Start >= low && m.Start <= high) {
		return fmt.Errorf("models: components: volatility at the start = %.4g; want %.4g to %.4g, all low to all high",
			m.Start, low, high)
	}
	return m.Momentum.Check()
}

// product is that of all components of which so many are high.
func (m Component) product(high int) float64 {
	p := 1.0
	for i := range m.Count {
		if i < high {
			p = float64(p * m.Multiplier)
		} else {
			p = float64(p * (2 - m.Multiplier))
		}
	}
	return p
}

// high are the probabilities of the components to start high, from the slowest on. Where the volatility at
// the start is given, they are tilted until they make it, each by as much as a history tells of it: what was
// filtered is hardly ever due to components that change by the hour.
func (m Component) high() (q [mostComponents]float64) {
	tilted := func(tilt float64, known []float64) float64 {
		expected := 1.0
		for i := range m.Count {
			q[i] = min(max((1+float64(tilt*known[i]))/2, 0), 1)
			expected = float64(expected * (2 - m.Multiplier + float64(q[i]*(2*m.Multiplier-2))))
		}
		return expected
	}
	if m.Start == 0 || m.Multiplier == 1 || m.Sigma == 0 {
		tilted(0, make([]float64, m.Count))
		return q
	}
	known := m.known()
	goal := m.Start / m.Sigma
	goal = float64(goal * goal)
	lo, hi := -1/known[m.Count-1], 1/known[m.Count-1] // there all are low, and all high
	for range 60 {
		if mid := (lo + hi) / 2; tilted(mid, known) < goal {
			lo = mid
		} else {
			hi = mid
		}
	}
	return q
}

// known are how much of each component's variance a long history of returns explains, a fraction, were the
// logarithms of squared returns normal: the steady state of Kalman's filter.
func (m Component) known() []float64 {
	half := fmath.Log(m.Multiplier/(2-m.Multiplier)) / 2
	noise := float64(float64(float64(m.Count-1)*half*half)+5) / max(float64(half*half), 1e-12) // 5: of ln x²
	known := make([]float64, m.Count)
	rate := m.Rate
	for i := m.Count - 1; i >= 0; i-- {
		// The variance p that is left solves p = b·noise/(b + noise) with b = stays·p + fresh.
		stays := fmath.Exp(-float64(2 * float64(rate*Years(m.Step))))
		fresh := 1 - stays
		linear := float64(fresh * (1 + noise))
		root := math.Sqrt(float64(linear*linear) + float64(4*stays*float64(noise*fresh)))
		known[i] = max(1-float64(2*noise*fresh)/(linear+root), 1e-6)
		rate /= m.Ratio
	}
	return known
}

// Cut is the probability that an uncut Student-t lies beyond the cut.
func (m Component) Cut() float64 { return studentLaw(m.DoF).cut }

func (m Component) Growth() float64 { return m.Mu }

// Normals: one for the return and one for what is drawn anew.
func (Component) Normals() int { return 2 }

// State: which components are high, a number of Count bits, the fastest in the last; and what the price waits for.
func (Component) State() int { return 3 }

func (m Component) Begin(at At, state State) {
	from, to := at.Lanes()
	q, c, lag := m.high(), m.over(Years(at.Step)), m.Momentum.over(Years(at.Step))
	for l := from; l < to; l++ {
		bits := 0
		for i := range m.Count {
			bits *= 2
			if startDraw(at, l, i) <= q[i] {
				bits++
			}
		}
		state[0][l], state[1][l], state[2][l] = float64(bits), 0, 0
		if m.Momentum.Share != 0 {
			sd := c.sd[popCounts[bits]]
			waits := lag.begin(float64(sd*sd), fmath.NormQuantile(startDraw(at, l, m.Count)))
			state[1][l], state[2][l] = waits.waits, waits.squares
		}
	}
}

// A componentStep is a model over steps of one length.
type componentStep struct {
	drawn [mostComponents + 1]float64 // see Component.drawn
	below [mostComponents + 1]float64 // the normal that is below with that probability
	sd    [mostComponents + 1]float64 // of a return, by how many components are high
	drift [mostComponents + 1]float64 // its compensator
}

// drawn are the probabilities that each component, from 1 on, or a slower one is drawn anew in a step of dt years.
func (m Component) drawn(dt float64) (p [mostComponents + 1]float64) {
	rate := m.Rate
	for i := m.Count; i >= 1; i-- {
		p[i] = -fmath.Expm1(-float64(rate * dt))
		rate /= m.Ratio
	}
	return p
}

func (m Component) over(dt float64) (c componentStep) {
	law := studentLaw(m.DoF)
	c.drawn = m.drawn(dt)
	for i := 1; i <= m.Count; i++ {
		c.below[i] = fmath.NormQuantile(c.drawn[i])
	}
	for n := 0; n <= m.Count; n++ {
		v := min(float64(float64(float64(m.Sigma*m.Sigma)*dt)*m.product(n)), 1)
		c.sd[n], c.drift[n] = math.Sqrt(v), law.compensator(v)
	}
	return c
}

func (m Component) Advance(at At, z []*block.Track, state State, move *block.Track) {
	s := m.steps(at.Step)
	if from, to := at.Lanes(); to-from < block.Lanes || !s.vector(at, z, state, move) {
		for l := from; l < to; l++ {
			s.lane(at, z, state, move, l)
		}
	}
}

// componentSteps is what steps of a length need. Vector code reads the numbers from the lag on, in this order.
type componentSteps struct {
	law *student

	lag lag
	// below are the normals below which the fastest component, the second fastest and so on are drawn anew;
	// −∞ where there is none.
	below [mostComponents]float64
	rise  [16]float64 // growth less compensators, by how many components are high; as many as vectors take
	sd    [16]float64
}

func (m Component) steps(step time.Duration) componentSteps {
	dt := Years(step)
	c := m.over(dt)
	s := componentSteps{law: studentLaw(m.DoF), lag: m.Momentum.over(dt)}
	growth := float64(m.Mu * dt)
	for n := 0; n <= m.Count; n++ {
		s.rise[n], s.sd[n] = growth-c.drift[n]+s.lag.compensator(float64(c.sd[n]*c.sd[n])), c.sd[n]
	}
	for i := range s.below {
		s.below[i] = math.Inf(-1)
		if i < m.Count {
			s.below[i] = c.below[m.Count-i]
		}
	}
	return s
}

// lane makes the steps of one lane.
func (s *componentSteps) lane(at At, z []*block.Track, state State, move *block.Track, l int) {
	path := at.Group*block.Lanes + uint64(l)
	stream := random.Stream(random.Components, at.Underlying)
	bits, waits, squares := uint(state[0][l]), state[1][l], state[2][l]
	high := popCounts[bits]
	for k := range at.Len {
		if u := z[1][k][l]; u < s.below[0] {
			drawn := 0 // components drawn anew: all that are faster go with one
			for _, limit := range s.below {
				if u < limit {
					drawn++
				}
			}
			mask := uint(1)<<drawn - 1
			fresh := uint(random.WordAt(at.Seed, path, stream, uint64(at.First+k)))
			bits = bits&^mask | fresh&mask
			high = popCounts[bits]
		}
		sd := s.sd[high]
		e, h := float64(sd*s.law.at(z[0][k][l])), float64(sd*sd)
		move[k][l] = (s.rise[high] + float64(s.lag.now*e)) +
			(float64(s.lag.later*waits) + float64(s.lag.fade*squares))
		waits = float64(s.lag.still*waits) + (e - h)
		squares = float64(s.lag.faster*squares) + h
	}
	state[0][l], state[1][l], state[2][l] = float64(bits), waits, squares
}

// popCounts are how many bits of a number are set.
var popCounts = func() (counts [1 << mostComponents]uint8) {
	for i := range counts {
		counts[i] = counts[i>>1] + uint8(i&1)
	}
	return counts
}()

// Moments go back through the steps: of the states of the components, those of the sum of all later returns.
// Time is rounded to whole steps of length Step. They are exact to rounding.
func (m Component) Moments(t float64) Moments {
	dt := Years(m.Step)
	n := int(math.Round(t / dt))
	if n == 0 || m.Sigma == 0 {
		return Moments{Mean: m.Mu * t}
	}
	c, law := m.over(dt), studentLaw(m.DoF)
	states := 1 << m.Count
	chain := newComponentChain(m.Count, c.drawn)
	// central moments of a shock are 1, E[x⁴] by the law's series: even[1] = E[x⁴]/4!
	fourth := float64(24 * law.even[1])
	var f, g [5][]float64 // of the sum of what is left, by the state before
	for j := range f {
		f[j], g[j] = make([]float64, states), make([]float64, states)
	}
	for s := range states {
		f[0][s] = 1
	}
	// add multiplies g with the moments of weight times a shock of variance v, and a drift, by how many are high.
	add := func(weight, fourth float64, v, drift [mostComponents + 1]float64) {
		var own [mostComponents + 1][5]float64
		square := float64(weight * weight)
		for h := range own {
			d, v := drift[h]-float64((square-1)*v[h]/2), float64(square*v[h])
			own[h] = [5]float64{1, d, v + float64(d*d), float64(3*d*v) + float64(d*d*d),
				float64(fourth*v*v) + float64(6*d*d*v) + float64(d*d*d*d)}
		}
		for j := range f {
			for s := range states {
				sum := 0.0
				for i := 0; i <= j; i++ {
					sum += float64(float64(binomial[j][i]*own[popCounts[s]][j-i]) * f[i][s])
				}
				g[j][s] = sum
			}
		}
	}
	lag, waits := m.Momentum.over(dt), 1.0
	var v, drift, begun, half [mostComponents + 1]float64
	for h := range m.Count + 1 {
		v[h], drift[h] = float64(c.sd[h]*c.sd[h]), -c.drift[h]
		begun[h] = lag.begin(v[h], 0).squares
		half[h] = -begun[h] / 2
	}
	for range n {
		add(1-float64(lag.wait*waits), fourth, v, drift)
		for j := range f {
			chain.expect(f[j], g[j])
		}
		waits = float64(waits * lag.still)
	}
	if lag.wait != 0 {
		add(float64(lag.wait*(1-waits)), 3, begun, half)
		f, g = g, f
	}
	var raw [5]float64
	q := m.high()
	for s := range states {
		p := 1.0
		for i := range m.Count {
			if s>>(m.Count-1-i)&1 == 1 {
				p = float64(p * q[i])
			} else {
				p = float64(p * (1 - q[i]))
			}
		}
		for j := range raw {
			raw[j] += float64(p * f[j][s])
		}
	}
	m1, m2, m3, m4 := raw[1], raw[2], raw[3], raw[4]
	k2 := m2 - float64(m1*m1)
	k3 := m3 - float64(3*m1*m2) + float64(2*m1*m1*m1)
	k4 := m4 - float64(4*m1*m3) - float64(3*m2*m2) + float64(12*m1*m1*m2) - float64(6*m1*m1*m1*m1)
	return moments(float64(m.Mu*dt*float64(n))+m1, k2, k3, k4)
}

// A componentChain takes laws and expectations of the state over a step. With components drawn anew from
// the i-th on with probability w, both are 1 − Σw of what they were, and w of the mean over each block of
// states that share the slower components.
type componentChain struct {
	count int
	stay  float64
	part  [mostComponents + 1]float64   // probability that component i is the slowest drawn anew, over its block's size
	sums  [mostComponents + 2][]float64 // by component i, of the blocks of states that share those before it
}

func newComponentChain(count int, drawn [mostComponents + 1]float64) *componentChain {
	c := &componentChain{count: count, stay: 1 - drawn[count]}
	for i := 1; i <= count; i++ {
		c.part[i] = (drawn[i] - drawn[i-1]) / float64(int(1)<<(count-i+1))
		c.sums[i] = make([]float64, 1<<(i-1))
	}
	return c
}

// expect sets to to the expectation of from after a step, by the state before it; as the chain is its own reverse,
// the law after a step is that of the law before it.
func (c *componentChain) expect(to, from []float64) {
	c.blocks(from)
	last := c.sums[c.count]
	for s, v := range from {
		to[s] = float64(c.stay*v) + last[s>>1]
	}
}

// blocks makes sums what the components drawn anew add to each state of a block.
func (c *componentChain) blocks(from []float64) {
	of := from
	for i := c.count; i >= 1; i-- {
		for b := range c.sums[i] {
			c.sums[i][b] = of[2*b] + of[2*b+1]
		}
		of = c.sums[i]
	}
	for i := 1; i <= c.count; i++ {
		w := c.part[i]
		for b, v := range c.sums[i] {
			v = float64(w * v)
			if i > 1 {
				v += c.sums[i-1][b>>1]
			}
			c.sums[i][b] = v
		}
	}
}
