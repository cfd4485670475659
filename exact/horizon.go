package exact

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
	"mcrisk/models"
)

// A horizon is a cycle and a time, with a cache of visits.
type horizon struct {
	frame
	cycle
	inside []float64
	exits  []exit
	runs   []run
	years  float64
	step   float64
	steps  int
	series *series // of a grid, unless that is too much work: then contours, as without a grid
	wide   bool    // a larger contour, to check the usual one
	reach  float64 // height of the contour over the years, where Talbot's is too low
	doubt  float64 // what a contour leaves out as it is not higher
	known  map[complex128][]sample
	poles  map[float64]float64 // growth rates of E[NAV^z]
}

// A sample is a contour point with the visits there.
type sample struct {
	levy.Point
	visits [3]visit
}

// horizon prepares a horizon; with quick, by contours instead of steps where they are
// accurate enough.
func (p Problem) horizon(years, perMove float64, quick bool) (*horizon, error) {
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
	h.inside, h.exits = c.points()
	h.runs = h.exitRuns()
	if c, ok := c.(*gridCycle); ok && !(quick && steps >= contourSteps && f.damping(c, years) >= contourDamping) {
		h.series = c.march(steps)
	}
	if h.series == nil {
		if h.reach, h.doubt = f.regularity(c, years); h.doubt > tolerated {
			return nil, h.tooRegular(h.doubt)
		}
	}
	return h, nil
}

// A quick horizon of so many steps, whose cycles are so irregular, is inverted along
// contours, which take a hundredth of the points of a circle around all singularities
// and have eight digits. Regular cycles have poles that both contours would miss; what
// they contribute is then below e^-160.
const (
	contourSteps   = 500
	contourDamping = 160
)

// damping says how far the renewal process is stationary at the horizon. Cycles of mean
// length m with the coefficient of variation c are periodic at first: the transform has
// poles near ±2πik/m, which after N = years/m cycles contribute e^{−damping·k²} with
// damping = 2π²·c²·N. That is exact for Brownian motion to one end.
func (f frame) damping(c cycle, years float64) float64 {
	s := f.cycleStats(c, 0)
	square := 0.0
	for i, w := range s.weight {
		square += float64(w * (s.tau2[i] - float64(s.tau[i]*s.tau[i])))
	}
	return 2 * math.Pi * math.Pi * max(square, 0) / (s.mean * s.mean) * years / s.mean
}

// regularity is the height that a contour needs to enclose the poles of regular cycles,
// in 1/years, and the error if the limit of the height excludes some.
func (f frame) regularity(c cycle, years float64) (reach, doubt float64) {
	const negligible = 40
	damping := f.damping(c, years)
	if !(damping < negligible) {
		return 0, 0
	}
	pole := 2 * math.Pi * years / f.cycleStats(c, 0).mean
	reach = pole * (math.Ceil(math.Sqrt(negligible/damping)) + 0.5) * 1.25
	if reach > tallest {
		reach = tallest
		k := math.Floor(reach/1.25/pole) + 1
		doubt = fmath.Exp(-damping * (k * k))
	}
	return reach, doubt
}

const (
	tolerated = 1e-6 // the largest error of an inversion that is not an error
	tallest   = 5000 // the greatest height of a contour over the years
)

func (h *horizon) tooRegular(unsure float64) error {
	return fmt.Errorf("exact: the inversion over %v years is unsure by %.2g: "+
		"cycles are too regular for it; want less drift for the volatility, or a grid of fewer steps", h.years, unsure)
}

// samples returns the contour around centre with its visits. Around a real
// centre the lower half mirrors the upper.
func (h *horizon) samples(centre complex128) []sample {
	if known, ok := h.known[centre]; ok {
		return known
	}
	n, reach := 32, h.reach
	if h.wide {
		n, reach = 44, 1.3*reach
	}
	points := levy.Talbot(centre, h.years, n)
	if reach > 0 {
		points = levy.Tall(centre, h.years, reach, n)
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
	det := cmplx.Mul(eu, ed+du) + cmplx.Mul(ud, ed) // (1 − uu)(1 − dd) − ud·du without cancellation
	v := [3]complex128{
		fromUp:   cmplx.Div(cmplx.Mul(ed+du, rhs[fromUp])+cmplx.Mul(ud, rhs[fromDown]), det),
		fromDown: cmplx.Div(cmplx.Mul(du, rhs[fromUp])+cmplx.Mul(eu+ud, rhs[fromDown]), det),
	}
	first := c.to[fromStart]
	v[fromStart] = rhs[fromStart] + cmplx.Mul(first[0], v[fromUp]) + cmplx.Mul(first[1], v[fromDown])
	return v
}

// apply returns to·v.
func (c chain) apply(v [3]complex128) (out [3]complex128) {
	for i := range out {
		out[i] = cmplx.Mul(c.to[i][0], v[fromUp]) + cmplx.Mul(c.to[i][1], v[fromDown])
	}
	return out
}

// A power holds the factors of E[(NAV/S^slope)^z] at nodes, exits and starts.
type power struct {
	z             complex128
	slope, rate   float64
	inside, exits []complex128
	start         [3]complex128
}

func (h *horizon) power(z complex128, slope float64) power {
	p := power{z: z, slope: slope, rate: h.base + float64(slope*h.carry)}
	value := func(log, y float64) complex128 {
		if math.IsInf(log, -1) {
			return 0
		}
		return cmplx.Exp(cmplx.Scale(log-float64(slope*y), z))
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
		p.start[i] = cmplx.Div(1, value(growth(y), y))
	}
	return p
}

// A tally holds the sums of a power over the visits from one start: over the nodes
// inside, over the exits that trade up and down, and over those that end the token.
type tally [4]complex128

// upOrDown is the index of a chain's start to which a trade leads; 0 if every cycle
// starts at the target.
func (h *horizon) upOrDown(e exit) int {
	if e.next == fromUp || h.same() {
		return 0
	}
	return 1
}

// tallies sums a power over visits.
func (h *horizon) tallies(p power, visits [3]visit) (all [3]tally) {
	sum := func(total complex128, x, y []complex128) complex128 {
		y = y[:len(x)]
		for k, x := range x {
			total += cmplx.Mul(x, y[k])
		}
		return total
	}
	for i, v := range visits {
		if i > 0 && h.same() {
			all[i] = all[0]
			continue
		}
		all[i][0] = sum(0, v.inside, p.inside)
		for _, r := range h.runs {
			all[i][r.tally] = sum(all[i][r.tally], v.exits[r.from:r.to], p.exits[r.from:r.to])
		}
	}
	return all
}

// A run is a range of exits that are summed into one place of a tally.
type run struct{ tally, from, to int }

func (h *horizon) exitRuns() (runs []run) {
	for k, e := range h.exits {
		tally := 3
		if e.next != ended {
			tally = 1 + h.upOrDown(e)
		}
		if last := len(runs) - 1; last >= 0 && runs[last].tally == tally {
			runs[last].to = k + 1
		} else {
			runs = append(runs, run{tally, k, k + 1})
		}
	}
	return runs
}

// functionals are the linear functionals of a tally.
func (h *horizon) functionals(p power) [4]functional {
	out := [4]functional{{inside: p.inside}}
	for k := range out[1:] {
		out[1+k].exits = make([]complex128, len(h.exits))
	}
	for k, e := range h.exits {
		if e.next == ended {
			out[3].exits[k] = p.exits[k]
		} else {
			out[1+h.upOrDown(e)].exits[k] = p.exits[k]
		}
	}
	if h.same() {
		out[2].exits = nil
	}
	return out
}

// chain returns the transition of one cycle under the power, and the contribution of
// cycles that the horizon or the end of the token interrupts.
func (h *horizon) chain(p power, s complex128, t [3]tally) (c chain, over [3]complex128) {
	rest := h.clock(s + cmplx.Scale(p.rate, p.z))
	for i, t := range t {
		over[i] = cmplx.Mul(t[0]+cmplx.Mul(t[3], rest), p.start[i])
		c.to[i] = [2]complex128{cmplx.Mul(t[1], p.start[i]), cmplx.Mul(t[2], p.start[i])}
		c.deficit[i] = 1 - c.to[i][0] - c.to[i][1]
	}
	return c, over
}

// absorbed is the transform of E[(NAV/S^slope)^z; liquidated, not ruined] over the
// time of liquidation.
func (h *horizon) absorbed(p power, s complex128) complex128 {
	t := h.tallies(p, h.visits(s))
	c, _ := h.chain(p, s, t)
	var v [3]complex128
	for i := range v {
		v[i] = cmplx.Mul(t[i][3], p.start[i])
	}
	return c.solve(v)[fromStart]
}

// onSeries is E[(NAV/S^slope)^z] at the horizon, its rate left out, by the circle
// around a centre.
func (h *horizon) onSeries(p power, centre float64) (total complex128) {
	fs := h.functionals(p)
	points, values := h.onCircle(centre, fs[:])
	for k, s := range points {
		c, over := h.chain(p, s.S, tallied(values, k))
		total += cmplx.Mul(s.Weight, c.solve(over)[fromStart])
	}
	return total
}

// tallied gathers the values of functionals at one point.
func tallied(values [3][][]complex128, point int) (all [3]tally) {
	for i := range all {
		for j := range all[i] {
			all[i][j] = values[i][j][point]
		}
	}
	return all
}

// pole is the real s at which the chain under a real power has the eigenvalue 1: the
// growth rate of E[(NAV/S^slope)^z] without the rate of p. It is 0 at z = 0 unless the
// token can end.
func (f frame) pole(c cycle, z, slope float64) float64 {
	inside, exits := c.points()
	h := &horizon{frame: f, cycle: c, inside: inside, exits: exits}
	h.runs = h.exitRuns()
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
		ch, _ := h.chain(p, complex(s, 0), h.tallies(p, v))
		a, b := real(ch.to[fromUp][0]), real(ch.to[fromUp][1])
		cc, d := real(ch.to[fromDown][0]), real(ch.to[fromDown][1])
		eigenvalue := float64((a+d)/2) + math.Sqrt(float64((a-d)*(a-d)/4)+float64(b*cc))
		if !(eigenvalue > 0) {
			return -800
		}
		return min(50, fmath.Log(eigenvalue))
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
// singular, without the rate of its power: the pole of the tokens that continue, or that
// of the tokens absorbed by liquidation, whichever is larger.
func (h *horizon) rightmost(z, slope float64) float64 {
	s := h.pole(h.cycle, z, slope)
	if h.token.Loan.Threshold > 0 && slope == 0 { // else it is of tokens never liquidated
		s = max(s, -z*h.base)
	}
	return s
}

// NAVMoments are expectations at a horizon, from one unit of equity at the target.
// After a liquidation the token stops and holds what is left; Ruined tokens
// hold nothing.
type NAVMoments struct {
	NAV, NAVSD               float64
	Log, LogSD               float64 // of ln NAV, over those not ruined
	Decay, DecaySD           float64 // of ln NAV − Target·ln S, over those not ruined
	Rebalances, RebalancesSD float64
	Turnover                 float64 // Σ notional/equity before the trade
	CostDrag                 float64 // Σ −ln(equity after a trade's cost / before), over those not ruined
	Liquidated, Ruined       float64 // probabilities; Liquidated includes Ruined
	// Bound is of the errors of these: relative for NAV; for another x, as a fraction of
	// 1 + |x|. It does not cover standard deviations, as differences of squares.
	Bound float64
}

// rounding is what rounding may do to a sum over nodes and points of a contour, as a
// fraction of its terms; changed is how many times the change under a larger contour,
// which has errors too, the error may be.
const (
	rounding = 1e-11
	changed  = 3
)

// Moments returns expectations at the horizon, in years; on a grid it must be a
// whole number of steps. NAVSD is +Inf where the second moment does not exist
// or exceeds the arithmetic's range.
//
// Everything is a renewal equation solved by transform: with φ the transform of
// the cycle's law, E N = φ/(s(1−φ)), E[NAV^z] = ∫G_s e^{z(h(y)−h(w))}dy/(1 − Σ
// E[e^{−sτ}; exit]·e^{zR}), and so on, then inverted numerically. Without drift,
// carry and cost, NAV is 1 to the last digits for every band, step and horizon.
// Continuous monitoring with trades to Edge is an error: use a grid.
//
// Source: renewal theory as for [Problem.LongRun]; derived here.
func (p Problem) Moments(years float64) (NAVMoments, error) { return p.moments(years, true) }

func (p Problem) moments(years float64, quick bool) (NAVMoments, error) {
	h, err := p.horizon(years, usual, quick)
	if err != nil {
		return NAVMoments{}, err
	}
	m, err := h.moments(p.secondMoment())
	if err != nil {
		return NAVMoments{}, err
	}
	m.Bound = rounding
	if h.series == nil {
		h.wide, h.known = true, map[complex128][]sample{}
		check, err := h.moments(false)
		if err != nil {
			return NAVMoments{}, err
		}
		m.Bound += h.doubt + float64(changed*m.change(check))
		if !(m.Bound < tolerated) {
			return m, h.tooRegular(m.Bound)
		}
	}
	return m, nil
}

// Doubled is Moments with twice the nodes, by steps, with a Bound that includes the
// change by doubling. With continuous monitoring it is Moments.
func (p Problem) Doubled(years float64) (NAVMoments, error) {
	once, err := p.moments(years, false)
	if err != nil || p.Step == 0 {
		return once, err
	}
	if p.Nodes == 0 {
		p.Nodes = newFrame(p.Token, p.Model).nodesFor(p.Step, usual)
	}
	p.Nodes *= 2
	twice, err := p.moments(years, false)
	if err != nil {
		return NAVMoments{}, err
	}
	twice.Bound = max(twice.Bound, twice.change(once))
	return twice, nil
}

// change is the difference of two results as Bound counts it.
func (m NAVMoments) change(n NAVMoments) float64 {
	worst := math.Abs(m.NAV-n.NAV) / max(math.Abs(n.NAV), 1e-300)
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

func (h *horizon) moments(second bool) (NAVMoments, error) {
	plain, err := h.logMoments()
	if err != nil {
		return plain, err
	}

	nav := func(z float64) float64 {
		centre, ok := h.poles[z]
		if !ok {
			centre = h.rightmost(z, 0)
			h.poles[z] = centre
		}
		p := h.power(complex(z, 0), 0)
		fs := h.functionals(p)
		points, values := h.reals(centre, fs[:])
		v := 0.0
		for k, s := range points {
			c, over := h.chain(p, s.S, tallied(values, k))
			v += float64(2 * real(cmplx.Mul(s.Weight, c.solve(over)[fromStart])))
		}
		return v * fmath.Exp(z*h.base*h.years)
	}
	plain.NAV = nav(1)
	plain.NAVSD = math.Inf(1)
	if second {
		if v := nav(2) - float64(plain.NAV*plain.NAV); v < math.MaxFloat64 {
			plain.NAVSD = math.Sqrt(max(0, v))
		}
	}
	return plain, levy.Finite("moments", plain.NAV, plain.Log, plain.LogSD, plain.DecaySD, plain.Rebalances,
		plain.RebalancesSD)
}

// Functionals of visits whose values make the moments of the log: sums over the nodes
// inside, over the exits that trade up and down, and over those of a liquidation that
// leaves something, each of 1, g, g², d and d² for the gains g in the log and d in the
// decay; then of the ruined, and of what trades move and cost.
const (
	ofInside  = 0
	ofTrades  = 5 // then 5 more
	ofStopped = 15
	ofRuined  = 20
	ofMoved   = 21
	ofSpent   = 22 // then 1 more
	logParts  = 24
)

// logFunctionals are these, for gains since the start.
func (h *horizon) logFunctionals() []functional {
	fs := make([]functional, logParts)
	powers := func(gain, y float64) [5]float64 {
		g := gain - growth(h.start[fromStart])
		d := g - float64(h.token.Target*(y-h.start[fromStart]))
		return [5]float64{1, g, g * g, d, d * d}
	}
	exits := func(k int, e int, w float64) {
		if fs[k].exits == nil {
			fs[k].exits = make([]complex128, len(h.exits))
		}
		fs[k].exits[e] = complex(w, 0)
	}
	for j := range 5 {
		fs[ofInside+j].inside = make([]complex128, len(h.inside))
	}
	for k, y := range h.inside {
		for j, w := range powers(growth(y), y) {
			fs[ofInside+j].inside[k] = complex(w, 0)
		}
	}
	for k, e := range h.exits {
		if math.IsInf(e.log, -1) {
			exits(ofRuined, k, 1)
			continue
		}
		first := ofStopped
		if e.next != ended {
			first = ofTrades + 5*h.upOrDown(e)
			exits(ofMoved, k, e.trade)
			exits(ofSpent+h.upOrDown(e), k, e.cost)
		}
		for j, w := range powers(e.log, e.y) {
			exits(first+j, k, w)
		}
	}
	return fs
}

// gains are the sums of 1, g and g² for a gain g less than the one summed by shift.
func gains(one, g, square complex128, shift float64) [3]complex128 {
	less := g - cmplx.Scale(shift, one)
	return [3]complex128{one, less, square - cmplx.Scale(shift, g+less)}
}

// logMoments differentiates E[(NAV/S^slope)^z] twice at z = 0, for the slopes 0 and
// Target, and counts.
func (h *horizon) logMoments() (m NAVMoments, err error) {
	slopes := [2]float64{0, h.token.Target}
	points, values := h.reals(0, h.logFunctionals())
	var aliveSum, count, pairs, turnover, cost, liquidated, ruined float64
	var mean, square [2]float64
	for point, s := range points {
		add := func(sum *float64, x [3]complex128) { *sum += float64(2 * real(cmplx.Mul(s.Weight, x[fromStart]))) }
		clock := h.clock(s.S)
		dClock := cmplx.Scale(h.step, clock) - cmplx.Square(clock)
		d2Clock := cmplx.Mul(complex(h.step, 0)-cmplx.Scale(2, clock), dClock)
		var parts [3][logParts]complex128
		for i := range parts {
			for k := range parts[i] {
				parts[i][k] = values[i][k][point]
			}
		}
		var c chain
		var rest, moved, traded, kept, stops, ruins [3]complex128 // right-hand sides
		for i := range parts {
			p := &parts[i]
			c.deficit[i] = cmplx.Div(p[ofInside], clock) + p[ofStopped] + p[ofRuined]
			rest[i] = p[ofInside] + cmplx.Mul(p[ofStopped], clock)
			stops[i], ruins[i] = cmplx.Mul(p[ofStopped]+p[ofRuined], clock), cmplx.Mul(p[ofRuined], clock)
			for j := range 2 {
				c.to[i][j] = p[ofTrades+5*j]
				moved[i] += cmplx.Mul(c.to[i][j], clock)
			}
			traded[i] = cmplx.Mul(p[ofMoved], clock)
		}
		alive := c.solve(rest)
		for i := range parts {
			kept[i] = cmplx.Mul(parts[i][ofSpent], alive[fromUp]) + cmplx.Mul(parts[i][ofSpent+1], alive[fromDown])
		}
		number := c.solve(moved)
		twice := c.apply(number)
		for i := range twice {
			twice[i] = cmplx.Scale(2, twice[i])
		}
		add(&aliveSum, alive)
		add(&count, number)
		add(&pairs, c.solve(twice))
		add(&turnover, c.solve(traded))
		add(&cost, c.solve(kept))
		add(&liquidated, c.solve(stops))
		add(&ruined, c.solve(ruins))

		for k, slope := range slopes {
			var v1, v2 [3]complex128
			var first, second [3][2]complex128 // E[R; next], E[R²; next]
			// after a liquidation NAV is constant and the price continues
			r := h.base + float64(slope*h.carry) + float64(slope*h.trend)
			for i := range parts {
				moved := h.start[i] - h.start[fromStart]
				begin := growth(h.start[i]) - growth(h.start[fromStart]) - float64(slope*moved)
				of := func(group int) [3]complex128 {
					p := parts[i][group:]
					return gains(p[0], p[1+2*k], p[2+2*k], begin)
				}
				inside, stopped := of(ofInside), of(ofStopped)
				v1[i] = inside[1] + cmplx.Mul(stopped[1], clock) + cmplx.Scale(r, cmplx.Mul(stopped[0], dClock))
				v2[i] = inside[2] + cmplx.Mul(stopped[2], clock) + cmplx.Scale(2*r, cmplx.Mul(stopped[1], dClock)) +
					cmplx.Mul(stopped[0], cmplx.Scale(r*r, d2Clock)-cmplx.Scale(slope*slope*h.spread, dClock))
				for j, next := range []int{fromUp, fromDown} {
					trades := of(ofTrades + 5*j)
					first[i][j], second[i][j] = trades[1], trades[2]
					v1[i] += cmplx.Mul(first[i][j], alive[next])
				}
			}
			expected := c.solve(v1)
			for i := range v2 {
				for j, next := range []int{fromUp, fromDown} {
					v2[i] += cmplx.Mul(second[i][j], alive[next]) +
						cmplx.Mul(cmplx.Scale(2, first[i][j]), expected[next])
				}
			}
			add(&mean[k], expected)
			add(&square[k], c.solve(v2))
		}
	}
	if !(aliveSum > 1e-9) {
		return m, errors.New("exact: almost no token survives to the horizon; want a shorter one")
	}
	moments := func(k int) (value, sd float64) {
		drift := mean[k] / aliveSum
		rate := h.base + float64(slopes[k]*h.carry)
		return drift + float64(rate*h.years), math.Sqrt(max(0, square[k]/aliveSum-float64(drift*drift)))
	}
	m.Log, m.LogSD = moments(0)
	m.Decay, m.DecaySD = moments(1)
	m.Rebalances, m.RebalancesSD = count, math.Sqrt(max(0, pairs+count-float64(count*count)))
	m.Turnover, m.CostDrag = turnover, cost/aliveSum
	m.Liquidated, m.Ruined = max(0, liquidated), max(0, ruined)
	return m, nil
}

func (h *horizon) half(centre float64) []sample {
	all := h.samples(complex(centre, 0))
	return all[:len(all)/2]
}

// Count returns P(N = k) for k rebalances up to the horizon, k < n. The
// transform of P(N = k) is φ^k(1−φ)/s without liquidation.
func (p Problem) Count(years float64, n int) ([]float64, error) {
	h, err := p.horizon(years, usual, false)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > 100_000 {
		return nil, fmt.Errorf("exact: %d counts; want 1 to 100000", n)
	}
	one := h.power(0, 0)
	for k := range one.exits { // the ruined count too
		one.exits[k] = 1
	}
	out := make([]float64, n)
	fs := h.functionals(one)
	points, values := h.reals(0, fs[:])
	for point, s := range points {
		c, over := h.chain(one, s.S, tallied(values, point))
		for k := range out {
			out[k] += float64(2 * real(cmplx.Mul(s.Weight, over[fromStart])))
			over = c.apply(over)
		}
	}
	return out, nil
}
