package exact

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"

	"mcrisk/exact/levy"
	"mcrisk/models"
)

// A horizon is a cycle and a time; it remembers the visits it computed.
type horizon struct {
	frame
	cycle
	inside []float64
	exits  []exit
	years  float64
	step   float64
	steps  int
	wide   bool // a larger contour, to check the usual one
	known  map[complex128][]sample
	poles  map[float64]float64 // growth rates of E[NAV^z]
}

// A sample is a contour point with the visits there.
type sample struct {
	levy.Point
	visits [3]visit
}

func (p Problem) horizon(years, perMove float64) (*horizon, error) {
	steps, err := p.steps(years)
	if e := p.check(); e != nil || err != nil {
		return nil, errors.Join(e, err)
	}
	f, c, err := p.cycle(years, perMove)
	if err != nil {
		return nil, err
	}
	h := &horizon{
		frame: f, cycle: c, years: years, step: p.Step, steps: steps,
		known: map[complex128][]sample{}, poles: map[float64]float64{},
	}
	h.inside, h.exits = c.places()
	return h, nil
}

// circleSteps is the largest number of steps inverted on a circle; above, a
// Talbot contour needs fewer points.
const circleSteps = 60

// samples returns the contour around centre with its visits. Around a real
// centre the lower half mirrors the upper.
func (h *horizon) samples(centre complex128) []sample {
	if known, ok := h.known[centre]; ok {
		return known
	}
	var points []levy.Point
	switch {
	case h.steps > 0 && h.steps <= circleSteps:
		points = circle(centre, h.step, h.steps)
	case h.wide:
		points = levy.Talbot(centre, h.years, 44)
	default:
		points = levy.Talbot(centre, h.years, 32)
	}
	out := make([]sample, len(points))
	half := len(points) / 2
	for k, p := range points {
		out[k].Point = p
		if imag(centre) == 0 && k >= half {
			continue
		}
		out[k].visits = h.visits(p.S)
	}
	if imag(centre) == 0 {
		for k := range half {
			out[len(out)-1-k].visits = mirrored(out[k].visits)
		}
	}
	h.known[centre] = out
	return out
}

func mirrored(v [3]visit) [3]visit {
	conj := func(a []complex128) []complex128 {
		b := make([]complex128, len(a))
		for i, z := range a {
			b[i] = cmplx.Conj(z)
		}
		return b
	}
	for i := range v {
		v[i] = visit{conj(v[i].inside), conj(v[i].exits)}
	}
	return v
}

// invert sums the contour around a real centre of a real function's transform.
func (h *horizon) invert(centre float64, transform func(sample) complex128) float64 {
	all := h.samples(complex(centre, 0))
	total := 0.0
	for _, s := range all[:len(all)/2] {
		total += 2 * real(s.Weight*transform(s))
	}
	return total
}

// A chain is one step from each start to the next: probabilities (or powers of
// equity) as transforms, and the deficit 1 − Σ of each start.
type chain struct {
	to      [3][2]complex128 // fromUp, fromDown
	deficit [3]complex128
}

// solve returns v = rhs + to·v.
func (c chain) solve(rhs [3]complex128) [3]complex128 {
	ud, du := c.to[fromUp][1], c.to[fromDown][0]
	eu, ed := c.deficit[fromUp], c.deficit[fromDown]
	det := eu*ed + eu*du + ud*ed // (1 − uu)(1 − dd) − ud·du without cancellation
	v := [3]complex128{
		fromUp:   ((ed+du)*rhs[fromUp] + ud*rhs[fromDown]) / det,
		fromDown: (du*rhs[fromUp] + (eu+ud)*rhs[fromDown]) / det,
	}
	v[fromStart] = rhs[fromStart] + c.to[fromStart][0]*v[fromUp] + c.to[fromStart][1]*v[fromDown]
	return v
}

// apply returns to·v.
func (c chain) apply(v [3]complex128) (out [3]complex128) {
	for i := range out {
		out[i] = c.to[i][0]*v[fromUp] + c.to[i][1]*v[fromDown]
	}
	return out
}

// A power is E[(NAV/S^slope)^z] in the making: the values of nodes, exits and
// starts.
type power struct {
	z             complex128
	slope, rate   float64
	inside, exits []complex128
	start         [3]complex128
}

func (h *horizon) power(z complex128, slope float64) power {
	p := power{z: z, slope: slope, rate: h.base + slope*h.carry}
	value := func(log, y float64) complex128 {
		if math.IsInf(log, -1) {
			return 0
		}
		return cmplx.Exp(z * complex(log-slope*y, 0))
	}
	for _, y := range h.inside {
		p.inside = append(p.inside, value(growth(y), y))
	}
	for _, e := range h.exits {
		if e.next == ended && slope != 0 {
			p.exits = append(p.exits, 0)
			continue
		}
		p.exits = append(p.exits, value(e.log, e.y))
	}
	for i, y := range h.start {
		p.start[i] = 1 / value(growth(y), y)
	}
	return p
}

// chain returns the transition of one cycle under the power, and what is over
// at its end: the horizon came first, or the token ended.
func (h *horizon) chain(p power, s sample) (c chain, over [3]complex128) {
	rest := h.clock(s.S + p.z*complex(p.rate, 0))
	for i, v := range s.visits {
		if i > 0 && h.same() {
			c.to[i], c.deficit[i], over[i] = c.to[0], c.deficit[0], over[0]
			continue
		}
		for k, x := range v.inside {
			over[i] += x * p.inside[k]
		}
		for k, x := range v.exits {
			switch h.exits[k].next {
			case fromUp:
				c.to[i][0] += x * p.exits[k]
			case fromDown:
				c.to[i][1] += x * p.exits[k]
			default:
				over[i] += x * p.exits[k] * rest
			}
		}
		over[i] *= p.start[i]
		c.to[i][0] *= p.start[i]
		c.to[i][1] *= p.start[i]
		c.deficit[i] = 1 - c.to[i][0] - c.to[i][1]
	}
	return c, over
}

// absorbed is the transform of E[(NAV/S^slope)^z; liquidated, not ruined] over the
// time of liquidation.
func (h *horizon) absorbed(p power, s sample) complex128 {
	c, _ := h.chain(p, s)
	var v [3]complex128
	for i, visit := range s.visits {
		for k, x := range visit.exits {
			if h.exits[k].next == ended {
				v[i] += x * p.exits[k]
			}
		}
		v[i] *= p.start[i]
	}
	return c.solve(v)[fromStart]
}

// pole is the real s at which the chain under a real power repeats itself
// exactly: the growth rate of E[(NAV/S^slope)^z], the rate of p left out. It is
// 0 at z = 0 unless the token can end.
func (f frame) pole(c cycle, z, slope float64) float64 {
	inside, exits := c.places()
	h := &horizon{frame: f, cycle: c, inside: inside, exits: exits}
	p := h.power(complex(z, 0), slope)
	log := func(s float64) float64 {
		v := h.visits(complex(s, 0))
		if math.IsNaN(real(total(v[fromUp].exits))) {
			return 50
		}
		for _, i := range []int{fromUp, fromDown} {
			for _, x := range v[i].exits {
				if real(x) < -1e-9 { // left of where the cycle itself has a transform
					return 50
				}
			}
		}
		ch, _ := h.chain(p, sample{Point: levy.Point{S: complex(s, 0)}, visits: v})
		a, b := real(ch.to[fromUp][0]), real(ch.to[fromUp][1])
		cc, d := real(ch.to[fromDown][0]), real(ch.to[fromDown][1])
		eigenvalue := (a+d)/2 + math.Sqrt((a-d)*(a-d)/4+b*cc)
		if !(eigenvalue > 0) {
			return -800
		}
		return min(50, math.Log(eigenvalue))
	}
	at := log(0)
	if math.Abs(at) < 1e-15 {
		return 0
	}
	v := h.visits(0)
	step := math.Abs(at) / max(real(total(v[fromUp].inside)), real(total(v[fromDown].inside)))
	if at < 0 {
		step = -step
	}
	for range 60 {
		if (log(step) < 0) != (at < 0) {
			return levy.Root(log, 0, step)
		}
		step *= 2
	}
	return math.NaN()
}

// rightmost is the largest real s at which the transform of E[(NAV/S^slope)^z] is
// singular, the rate of its power left out: the pole of the tokens that go on, or
// that of the tokens absorbed by a liquidation, if most soon are.
func (h *horizon) rightmost(z, slope float64) float64 {
	s := h.pole(h.cycle, z, slope)
	if h.token.Loan.Threshold > 0 && slope == 0 { // else it is of tokens never liquidated
		s = max(s, -z*h.base)
	}
	return s
}

// Moments are expectations at a horizon, from one unit of equity at the target.
// After a liquidation the token stops and holds what is left; Ruined tokens
// hold nothing.
type Moments struct {
	NAV, NAVSD               float64
	Log, LogSD               float64 // of ln NAV, over those not ruined
	Decay, DecaySD           float64 // of ln NAV − Target·ln S, over those not ruined
	Rebalances, RebalancesSD float64
	Turnover                 float64 // Σ notional/equity before the trade
	CostDrag                 float64 // Σ −ln(equity after a trade's cost / before), over those not ruined
	Liquidated, Ruined       float64 // probabilities; Liquidated includes Ruined
	// Bound is the largest change of these under a larger contour: as a fraction of
	// NAV, LogSD and DecaySD, and of one more than the size of the others. It does
	// not speak of NAVSD and RebalancesSD.
	Bound float64
}

// Moments returns expectations at the horizon, in years; on a grid it must be a
// whole number of steps. NAVSD is +Inf where the second moment does not exist
// or exceeds the arithmetic's range.
//
// Everything is a renewal equation solved by transform: with φ the transform of
// the cycle's law, E N = φ/(s(1−φ)), E[NAV^z] = ∫G_s e^{z(h(y)−h(w))}dy/(1 − Σ
// E[e^{−sτ}; exit]·e^{zR}), and so on, then inverted numerically. Without drift,
// carry and cost, NAV is 1 to the last digits whatever the band, step and
// horizon. Watched continuously to Edge is refused: use a grid.
//
// Source: renewal theory as for [Problem.LongRun]; derived here.
func (p Problem) Moments(years float64) (Moments, error) {
	h, err := p.horizon(years, usual)
	if err != nil {
		return Moments{}, err
	}
	m, err := h.moments(p.secondMoment())
	if err != nil {
		return Moments{}, err
	}
	if h.steps == 0 || h.steps > circleSteps {
		h.wide, h.known = true, map[complex128][]sample{}
		check, err := h.moments(false)
		if err != nil {
			return Moments{}, err
		}
		m.Bound = m.change(check)
		if !(m.Bound < 1e-6) {
			return m, fmt.Errorf("exact: the inversion over %v years is unsure by %.2g: "+
				"cycles are too regular for it; want less drift for the volatility, or at most %d steps",
				years, m.Bound, circleSteps)
		}
	}
	return m, nil
}

// Doubled is Moments with twice the nodes, and with Bound also covering what the
// doubling changed. Watched continuously it is Moments itself.
func (p Problem) Doubled(years float64) (Moments, error) {
	once, err := p.Moments(years)
	if err != nil || p.Step == 0 {
		return once, err
	}
	if p.Nodes == 0 {
		p.Nodes = newFrame(p.Token, p.Model).nodesFor(p.Step, usual)
	}
	p.Nodes *= 2
	twice, err := p.Moments(years)
	if err != nil {
		return Moments{}, err
	}
	twice.Bound = max(twice.Bound, twice.change(once))
	return twice, nil
}

// change is the difference of two results as Bound counts it.
func (m Moments) change(n Moments) float64 {
	worst := 0.0
	for _, pair := range [][2]float64{{m.NAV, n.NAV}, {m.LogSD, n.LogSD}, {m.DecaySD, n.DecaySD}} {
		worst = max(worst, math.Abs(pair[0]-pair[1])/max(math.Abs(pair[1]), 1e-300))
	}
	for _, pair := range [][2]float64{{m.Log, n.Log}, {m.Decay, n.Decay}, {m.Rebalances, n.Rebalances},
		{m.Turnover, n.Turnover},
		{m.CostDrag, n.CostDrag}, {m.Liquidated, n.Liquidated}, {m.Ruined, n.Ruined}} {
		worst = max(worst, math.Abs(pair[0]-pair[1])/(1+math.Abs(pair[1])))
	}
	return worst
}

func (p Problem) secondMoment() bool {
	k, ok := p.Model.(models.Kou)
	return !ok || k.Rate == 0 || k.EtaUp > 2.5 || k.Up == 0
}

func (h *horizon) moments(second bool) (Moments, error) {
	plain, err := h.logMoments(0)
	if err != nil {
		return plain, err
	}
	decay, err := h.logMoments(h.token.Target)
	if err != nil {
		return plain, err
	}
	plain.Decay, plain.DecaySD = decay.Log, decay.LogSD

	nav := func(z float64) float64 {
		centre, ok := h.poles[z]
		if !ok {
			centre = h.rightmost(z, 0)
			h.poles[z] = centre
		}
		p := h.power(complex(z, 0), 0)
		v := h.invert(centre, func(s sample) complex128 {
			c, over := h.chain(p, s)
			return c.solve(over)[fromStart]
		})
		return v * math.Exp(z*h.base*h.years)
	}
	plain.NAV = nav(1)
	plain.NAVSD = math.Inf(1)
	if second {
		if v := nav(2) - plain.NAV*plain.NAV; v < math.MaxFloat64 {
			plain.NAVSD = math.Sqrt(max(0, v))
		}
	}
	return plain, levy.Finite("moments", plain.NAV, plain.Log, plain.LogSD, plain.DecaySD, plain.Rebalances,
		plain.RebalancesSD)
}

// logMoments differentiates E[(NAV/S^slope)^z] twice at z = 0, and counts.
func (h *horizon) logMoments(slope float64) (m Moments, err error) {
	rate := h.base + slope*h.carry
	sums := make([]float64, 8)
	for _, s := range h.half(0) {
		clock := h.clock(s.S)
		dClock := -clock*clock + complex(h.step, 0)*clock
		d2Clock := (complex(h.step, 0) - 2*clock) * dClock
		var c chain
		var first, second [3][2]complex128 // E[R; next], E[R²; next]
		var v0, v1, v2 [3]complex128       // right-hand sides
		var moved, traded, kept [3]complex128
		var spent [3][2]complex128
		var liquidated, ruined [3]complex128
		for i, v := range s.visits {
			begin := growth(h.start[i]) - slope*h.start[i]
			for k, y := range h.inside {
				g := growth(y) - slope*y - begin
				x := v.inside[k]
				v0[i] += x
				v1[i] += x * complex(g, 0)
				v2[i] += x * complex(g*g, 0)
			}
			c.deficit[i] = v0[i] / clock
			for k, x := range v.exits {
				e := h.exits[k]
				g := complex(e.log-slope*e.y-begin, 0)
				if e.next == ended {
					c.deficit[i] += x
					liquidated[i] += x * clock
					if math.IsInf(e.log, -1) {
						ruined[i] += x * clock
					} else { // for the time that is left NAV rests and the price goes on
						r := complex(rate+slope*h.trend, 0)
						v0[i] += x * clock
						v1[i] += x * (g*clock + r*dClock)
						v2[i] += x * (g*g*clock + 2*g*r*dClock + r*r*d2Clock - complex(slope*slope*h.spread, 0)*dClock)
					}
					continue
				}
				j := e.next - fromUp
				c.to[i][j] += x
				first[i][j] += x * g
				second[i][j] += x * g * g
				moved[i] += x * clock
				traded[i] += x * clock * complex(e.trade, 0)
				spent[i][j] += x * complex(e.cost, 0)
			}
		}
		alive := c.solve(v0)
		for i := range v1 {
			for j, next := range []int{fromUp, fromDown} {
				v1[i] += first[i][j] * alive[next]
				kept[i] += spent[i][j] * alive[next]
			}
		}
		mean := c.solve(v1)
		for i := range v2 {
			for j, next := range []int{fromUp, fromDown} {
				v2[i] += second[i][j]*alive[next] + 2*first[i][j]*mean[next]
			}
		}
		count := c.solve(moved)
		pairs := c.apply(count)
		for i := range pairs {
			pairs[i] *= 2
		}
		for k, x := range []complex128{
			alive[fromStart], mean[fromStart], c.solve(v2)[fromStart],
			count[fromStart], c.solve(pairs)[fromStart],
			c.solve(traded)[fromStart], c.solve(kept)[fromStart], c.solve(liquidated)[fromStart],
		} {
			sums[k] += 2 * real(s.Weight*x)
		}
		m.Ruined += 2 * real(s.Weight*c.solve(ruined)[fromStart])
	}
	alive := sums[0]
	if !(alive > 1e-9) {
		return m, errors.New("exact: almost no token survives to the horizon; want a shorter one")
	}
	drift := sums[1] / alive
	m.Log, m.LogSD = drift+rate*h.years, math.Sqrt(max(0, sums[2]/alive-drift*drift))
	m.Rebalances, m.RebalancesSD = sums[3], math.Sqrt(max(0, sums[4]+sums[3]-sums[3]*sums[3]))
	m.Turnover, m.CostDrag, m.Liquidated = sums[5], sums[6]/alive, max(0, sums[7])
	m.Ruined = max(0, m.Ruined)
	return m, nil
}

func (h *horizon) half(centre float64) []sample {
	all := h.samples(complex(centre, 0))
	return all[:len(all)/2]
}

// Count returns P(N = k) for k rebalances up to the horizon, k < n. The
// transform of P(N = k) is φ^k(1−φ)/s without liquidation.
func (p Problem) Count(years float64, n int) ([]float64, error) {
	h, err := p.horizon(years, usual)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > 100_000 {
		return nil, fmt.Errorf("exact: %d counts; want 1 to 100000", n)
	}
	one := h.power(0, 0)
	out := make([]float64, n)
	for _, s := range h.half(0) {
		c, over := h.chain(one, s)
		for i, v := range s.visits { // the ruined count too
			for k, x := range v.exits {
				if math.IsInf(h.exits[k].log, -1) {
					over[i] += x * h.clock(s.S)
				}
			}
		}
		for k := range out {
			out[k] += 2 * real(s.Weight*over[fromStart])
			over = c.apply(over)
		}
	}
	return out, nil
}
