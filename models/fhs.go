package models

import (
	"fmt"
	"math"
	"slices"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/random"
)

// FHS is filtered historical simulation: the variance is GARCH(1,1)'s, and its shocks are
// the history's own, in blocks. The log-return r of a bar has variance h,
//
//	r = Mu·dt − c + √h·x,   h' = ω + Alpha·h·x² + Beta·h,
//
// where x are the history's returns less their mean over the deviation that the same
// recursion predicted for them, standardised. They are drawn as [Bootstrap] draws returns,
// so that what the variance leaves of memory, such as the hours of the day and the
// aftershocks of a crash, is kept over a block; a block has at most eight mean lengths. ω
// is such that the variance in the long run is Sigma² a year. Paths start at Start², or at a
// variance that the recursion had at one of the history's bars, drawn at random.
//
// c is what the expected price grows by over the block up to its bar, given the variance
// at the block's start, less that up to the bar before, so that E[S(t)] = S(0)·e^{Mu·t} at
// every step. The expectation is over all bars at which a block may begin, on a grid of
// variances. A bar's standard deviation is held at or below 1.
//
// With Extremes, steps have the gaps, lows and highs of their bars, scaled as the returns.
//
// Source: Barone-Adesi, Giannopoulos and Vosper, "VaR without correlations for portfolios
// of derivative securities", J. Futures Markets 19 (1999).
type FHS struct {
	Mu       float64       // growth rate of the expected price, 1/year
	Sigma    float64       // volatility in the long run, 1/√year, above zero
	Alpha    float64       // reaction of the variance to a squared shock, at least zero
	Beta     float64       // share of the variance that stays, at least zero; Alpha + Beta is below 1
	Step     time.Duration // length of the bars that Alpha and Beta belong to: the history's
	Block    time.Duration // mean length of a block; zero: half a day
	Start    float64       // volatility of the first bar, 1/√year; zero: drawn from the long-run law
	Extremes bool

	drawn *shocks
}

var _ = Registry.Register(param.Kind[Model]{
	Name:   "fhs",
	Doc:    "GARCH variance with the shocks of a price history, in blocks (--history)",
	Params: []param.Param{Mu, Sigma, garchAlpha, garchBeta, garchStep, startNow, blockLength, inBars},
	New: func(v param.Values) Model {
		return FHS{Mu: v["mu"], Sigma: v["sigma"], Alpha: v["garch-alpha"], Beta: v["garch-beta"],
			Step: seconds(v["garch-step"]), Start: v["start"], Block: seconds(v["block"]),
			Extremes: v["extremes"] == 1}
	},
})

func (m FHS) garch() GARCH {
	return GARCH{Mu: m.Mu, Sigma: m.Sigma, Alpha: m.Alpha, Beta: m.Beta, DoF: 200, Step: m.Step, Start: m.Start}
}

func (m FHS) Check() error {
	if err := m.garch().Check(); err != nil {
		return err
	}
	if !(m.Sigma > 0) {
		return fmt.Errorf("models: fhs sigma = %v; want a number above 0", m.Sigma)
	}
	if m.Block < 0 {
		return fmt.Errorf("models: fhs block = %v; want above 0, or 0 for half a day", m.Block)
	}
	return nil
}

func (m FHS) Prepare(history *Series, step time.Duration) (Model, error) {
	if history == nil {
		return nil, errNoHistory("fhs")
	}
	if m.Step != history.Step {
		return nil, fmt.Errorf("models: fhs with coefficients for steps of %v and the history %s with bars of %v; "+
			"want the same", m.Step, history.Name, history.Step)
	}
	if err := history.checkStep(step); err != nil {
		return nil, err
	}
	if m.Extremes && !history.Extremes {
		return nil, fmt.Errorf("models: fhs with extremes; want a history with lows and highs: "+
			"%s has closes only", history.Name)
	}
	if m.Block == 0 {
		m.Block = max(shockBlock, history.Step)
	}
	var err error
	m.drawn, err = newShocks(m, history)
	return m, err
}

func (m FHS) SharedWith(other Model) Model {
	o := other.(FHS)
	o.drawn = m.drawn
	return o
}

func (m FHS) Growth() float64 { return m.Mu }
func (FHS) Normals() int      { return 0 }
func (m FHS) InBars() bool    { return m.Extremes }

// Moments are not known, but for the variance that returns without memory of their own
// would have.
func (m FHS) Moments(t float64) Moments {
	return Moments{math.NaN(), m.Sigma * m.Sigma * t, math.NaN(), math.NaN()}
}

// State: the variance of the next bar, over that of the long run; the same at the start of
// the block; then as [Bootstrap]'s: the next bar, how many of the block are left and were
// taken, and how many blocks there were.
func (FHS) State() int { return 6 }

func (m FHS) Begin(at At, state State) {
	zero(at, state)
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		if m.Start > 0 {
			h := m.Start / m.Sigma
			state[0][l] = float64(h * h)
			continue
		}
		u := startDraw(at, l, 0)
		state[0][l] = m.drawn.longRun[int(u*float64(len(m.drawn.longRun)))]
	}
}

func (m FHS) Advance(at At, _ []*block.Track, state State, move *block.Track) {
	f := m.walk()
	var own, ownSD [block.Steps]float64
	bars, sds := barsOf(at, m.Step, &own), barsOf(at, m.Step, &ownSD)
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		f.load(at, state, l)
		for done := 0; done < len(bars); {
			_, n := f.fill(bars[done:], sds[done:])
			done += n
		}
		toSteps(bars, move, at.Len, l)
		f.keep(state, l)
	}
}

// barsOf is room for the bars of a block's steps: own, if it has that of a bar a step.
func barsOf[T any](at At, bar time.Duration, own *[block.Steps]T) []T {
	if at.Step == bar {
		return own[:at.Len]
	}
	return make([]T, at.Len*int(at.Step/bar))
}

// toSteps adds a lane's bars up to steps.
func toSteps(bars []float64, move *block.Track, steps, lane int) {
	each := len(bars) / steps
	if each == 1 {
		for k, r := range bars {
			move[k][lane] = r
		}
		return
	}
	for k := range steps {
		sum := 0.0
		for _, r := range bars[k*each : (k+1)*each] {
			sum += r
		}
		move[k][lane] = sum
	}
}

func (m FHS) AdvanceBars(at At, _ []*block.Track, state State, move *block.Track, ways *block.Ways) {
	f := m.walk()
	var own, ownSD [block.Steps]float64
	var ownShapes [block.Steps]Bar
	bars, sds, shapes := barsOf(at, m.Step, &own), barsOf(at, m.Step, &ownSD), barsOf(at, m.Step, &ownShapes)
	each := len(bars) / at.Len
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		f.load(at, state, l)
		begins := f.drawn == 0
		for done := 0; done < len(bars); {
			from, n := f.fill(bars[done:], sds[done:])
			copy(shapes[done:], m.drawn.shapes[from:from+n])
			done += n
		}
		if begins { // paths begin at an open
			shapes[0].Gap = 0
		}
		for k := range at.Len {
			var s stepBar
			for j := k * each; j < (k+1)*each; j++ {
				sd, b := sds[j], &shapes[j]
				gap := float64(sd * b.Gap)
				low, high := float64(sd*b.Lo), float64(sd*b.Hi)
				s.add(Bar{Gap: gap, Lo: low, Hi: high, Move: bars[j] - gap}, 0, j == k*each)
			}
			move[k][l], ways[l][k] = s.move, block.WayThrough(s.gap, s.lo, s.hi, s.move)
		}
		f.keep(state, l)
	}
}

func (m FHS) First(seed, path uint64, underlying int) (bar, bars int) {
	d := m.drawn
	first, u := random.NewPicker().Block(seed, path, random.Stream(random.Blocks, underlying), 0, len(d.x))
	return d.bars[first], min(d.length.draw(u), d.most)
}

// shockBlock is the mean length of blocks if nothing else is said: what [BlockLength] finds
// for the magnitudes of the shocks of hourly BTC, ETH and SOL, 11 to 13 hours. Longer blocks
// make months too equal: over days what shocks do undoes what the variance does.
const shockBlock = 12 * time.Hour

// shocks are the shocks of a history, and what draws of them need.
type shocks struct {
	x       []float64 // standardised
	bars    []int     // of the history, by shock
	shapes  []Bar     // gaps and extremes over the deviation predicted for the bar; nil without extremes
	length  *geometric
	most    int // bars in a block at most
	comp    [][]float64
	longRun []float64 // variances that the recursion had over the history, over that of the long run
}

func newShocks(m FHS, history *Series) (*shocks, error) {
	returns, bars := history.Returns()
	if len(returns) < 100 || 10*len(returns) < 9*(len(history.Bars)-1) {
		return nil, fmt.Errorf("models: fhs of %s: %d returns over one bar in %d bars; "+
			"want 100 at least, of a market that does not close", history.Name, len(returns), len(history.Bars))
	}
	mean := float64(m.Block) / float64(history.Step)
	d := &shocks{bars: bars, length: newGeometric(mean), most: max(1, int(8*mean))}
	var sd []float64
	d.x, sd, _ = m.filter(returns)
	if m.Extremes {
		for i, b := range bars {
			h := history.Bars[b]
			d.shapes = append(d.shapes, Bar{Gap: h.Gap / sd[i], Lo: h.Lo / sd[i], Hi: h.Hi / sd[i]})
		}
	}
	unit := m.unit()
	for _, s := range sd {
		d.longRun = append(d.longRun, float64(s*s)/unit)
	}
	d.comp = d.compensation(m)
	return d, nil
}

// again are the shocks in blocks of the series that are drawn anew, with replacement. The
// compensation stays.
func (d *shocks) again(z *random.Source, blocks int) *shocks {
	own := *d
	n := len(d.x)
	own.x = make([]float64, 0, n)
	for b := range blocks {
		length := (b+1)*n/blocks - b*n/blocks
		first := min(int(z.Float64()*float64(n-length+1)), n-length)
		own.x = append(own.x, d.x[first:first+length]...)
	}
	standardise(own.x)
	return &own
}

// filter gives the shocks of returns, standardised, the deviations predicted for the
// returns, and the variance after the last over that of the long run.
func (m FHS) filter(returns []float64) (x, sd []float64, next float64) {
	mean := meanOf(returns)
	unit := m.unit()
	omega := 1 - (m.Alpha + m.Beta)
	h := 1.0
	x, sd = make([]float64, len(returns)), make([]float64, len(returns))
	for i, r := range returns {
		sd[i] = math.Sqrt(float64(unit * h))
		x[i] = (r - mean) / sd[i]
		h = omega + float64(h*(m.Beta+float64(m.Alpha*float64(x[i]*x[i]))))
	}
	standardise(x)
	return x, sd, h
}

func standardise(x []float64) {
	center, square := meanOf(x), 0.0
	for i := range x {
		x[i] -= center
		square += float64(x[i] * x[i])
	}
	scale := math.Sqrt(square / float64(len(x)))
	for i := range x {
		x[i] /= scale
	}
}

// unit is the variance of a bar in the long run.
func (m FHS) unit() float64 { return float64(float64(m.Sigma*m.Sigma) * Years(m.Step)) }

// Compensation is tabulated at variances at a block's start from 2^firstOctave times the
// long-run one, computed at every octave and interpolated to 2^nodeBits even steps in it:
// the leading bits of a variance number them.
const (
	firstOctave, octaves = -6, 18
	nodeBits             = 3
)

// compensation is what r is less than Mu·dt + √h·x, over the root of the variance at the
// block's start, by that variance and the bar's place in its block.
func (d *shocks) compensation(m FHS) [][]float64 {
	n := len(d.x)
	unit, omega := m.unit(), 1-(m.Alpha+m.Beta)
	top := 1 / unit
	var coarse [octaves][]float64
	twice := append(slices.Clone(d.x), d.x...) // blocks wrap
	h, sum, gross := make([]float64, n), make([]float64, n), make([]float64, n)
	for node := range coarse {
		start := math.Ldexp(1, firstOctave+node)
		for i := range h {
			h[i], sum[i] = start, 0
		}
		before := 0.0
		for place := range d.most {
			for i, x := range twice[place%n:][:n] {
				v := min(h[i], top)
				sum[i] += float64(math.Sqrt(float64(unit*v)) * x)
				h[i] = omega + float64(v*(m.Beta+float64(m.Alpha*float64(x*x))))
			}
			fmath.Exps(gross, sum)
			log := fmath.Log(evenMean(gross))
			coarse[node] = append(coarse[node], (log-before)/math.Sqrt(start))
			before = log
		}
	}
	const nodes = 1 << nodeBits
	fine := make([][]float64, (octaves-1)*nodes+1)
	for i := range fine {
		at := float64(i/nodes) + fmath.Log1p(float64(i%nodes)/nodes)/math.Ln2
		from := min(max(i/nodes-1, 0), octaves-4)
		t := at - float64(from)
		w := [4]float64{-(t - 1) * (t - 2) * (t - 3) / 6, t * (t - 2) * (t - 3) / 2,
			-t * (t - 1) * (t - 3) / 2, t * (t - 1) * (t - 2) / 6}
		fine[i] = make([]float64, d.most)
		for place := range fine[i] {
			for k, w := range w {
				fine[i][place] += float64(w * coarse[from+k][place])
			}
		}
	}
	return fine
}

// evenMean is the mean by four sums, which do not wait for one another.
func evenMean(xs []float64) float64 {
	var a, b, c, d float64
	rest := xs
	for ; len(rest) >= 4; rest = rest[4:] {
		a, b, c, d = a+rest[0], b+rest[1], c+rest[2], d+rest[3]
	}
	for _, x := range rest {
		a += x
	}
	return (a + b + c + d) / float64(len(xs))
}

// A shockWalk is a lane on its way through the shocks.
type shockWalk struct {
	d                        *shocks
	alpha, beta, omega       float64
	unit, top, growth        float64
	seed, path               uint64
	id                       random.ID
	picker                   *random.Picker
	h, start                 float64
	bar, left, taken, drawn  int
	low, high                []float64 // compensation at the nodes about the variance at the block's start
	weightOfLow, weightOfTop float64
}

func (m FHS) walk() shockWalk {
	return shockWalk{d: m.drawn, picker: random.NewPicker(), alpha: m.Alpha, beta: m.Beta,
		omega: 1 - (m.Alpha + m.Beta), unit: m.unit(),
		top: 1 / m.unit(), growth: float64(m.Mu * Years(m.Step))}
}

func (f *shockWalk) load(at At, state State, l int) {
	f.seed, f.path, f.id = at.Seed, at.Group*block.Lanes+uint64(l), random.Stream(random.Blocks, at.Underlying)
	f.h, f.start = state[0][l], state[1][l]
	f.bar, f.left, f.taken, f.drawn = int(state[2][l]), int(state[3][l]), int(state[4][l]), int(state[5][l])
	if f.left > 0 {
		f.settle()
	}
}

func (f *shockWalk) keep(state State, l int) {
	state[0][l], state[1][l] = f.h, f.start
	state[2][l], state[3][l], state[4][l], state[5][l] =
		float64(f.bar), float64(f.left), float64(f.taken), float64(f.drawn)
}

// settle finds the compensation for the variance at the block's start.
func (f *shockWalk) settle() {
	const fraction = 52 - nodeBits // of a float64's bits, below those that number the nodes
	bits := math.Float64bits(f.start)
	i := int(bits>>fraction) - (1023+firstOctave)<<nodeBits
	t := float64(bits&(1<<fraction-1)) / (1 << fraction)
	if i < 0 {
		i, t = 0, 0
	} else if i > len(f.d.comp)-2 {
		i, t = len(f.d.comp)-2, 1
	}
	root := math.Sqrt(f.start)
	f.low, f.high = f.d.comp[i], f.d.comp[i+1]
	f.weightOfLow, f.weightOfTop = float64(root*(1-t)), float64(root*t)
}

// enter draws the next block if the last one is used up.
func (f *shockWalk) enter() {
	if f.left > 0 {
		return
	}
	d := f.d
	first, u := f.picker.Block(f.seed, f.path, f.id, uint64(f.drawn), len(d.x))
	f.bar, f.left, f.taken, f.start = first, min(d.length.draw(u), d.most), 0, f.h
	f.drawn++
	f.settle()
}

// pass goes n bars on, at most to the end of the block or of the history.
func (f *shockWalk) pass(n int) {
	f.left -= n
	f.taken += n
	if f.bar += n; f.bar == len(f.d.x) {
		f.bar = 0
	}
}

// fill makes the log-returns of the next bars and their standard deviations, and says at
// which shock they begin and how many they are: up to the end of the block or the history.
func (f *shockWalk) fill(r, sd []float64) (first, n int) {
	f.enter()
	first, n = f.bar, min(f.left, len(f.d.x)-f.bar, len(r))
	low, high, r, sd := f.low[f.taken:f.taken+n], f.high[f.taken:f.taken+n], r[:n], sd[:n]
	h := f.h
	for i, x := range f.d.x[first : first+n] {
		if h > f.top { // seldom, and then a branch is faster than a minimum
			h = f.top
		}
		less := float64(f.weightOfLow*low[i]) + float64(f.weightOfTop*high[i])
		sd[i] = math.Sqrt(float64(f.unit * h))
		r[i] = (f.growth - less) + float64(sd[i]*x)
		h = f.omega + float64(h*(f.beta+float64(f.alpha*float64(x*x))))
	}
	f.h = h
	f.pass(n)
	return first, n
}
