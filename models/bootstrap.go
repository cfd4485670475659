package models

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/random"
)

// Bootstrap is the stationary block bootstrap of a price history: a path is made of blocks
// of consecutive bars, each of which begins anywhere in the history, wraps from its end to
// its start, and has a geometric number of bars. What a month has in memory of its own, of
// volatility above all, paths have too, up to the length of a block.
//
// A path starts at the open of its first bar. Later blocks begin with the move from the
// close before, as the history has it. With KeepGrowth returns are the history's own, and
// a path whose first block covers the horizon is that part of the history. Otherwise each
// step is shifted by a constant for its place in its block, such that
// E[S(t)] = S(0)·e^{Mu·t} holds exactly at every step.
//
// With Extremes, steps have the lows and highs of their bars, and tokens trade inside of
// them. Without, the price is seen at the ends of steps. A step of the grid is any whole
// number of bars.
//
// Source: Politis and Romano, "The stationary bootstrap", J. American Statistical
// Association 89 (1994).
type Bootstrap struct {
	Mu         float64 // growth rate of the expected price, 1/year, unless KeepGrowth
	KeepGrowth bool
	Block      time.Duration // mean length of a block; zero: [BlockLength] of the squared returns
	Extremes   bool

	drawn *drawnBars
}

var (
	growthKind = param.Param{Name: "growth", Unit: param.Choice, Max: 1, Choices: []string{"kept", "mu"},
		Doc: "growth of resampled prices: that of the history, or mu"}
	blockLength = param.Param{Name: "block", Unit: param.Time, Min: 1, Max: 100 * 365 * 86400, Word: "auto",
		Doc: "mean length of resampled blocks; auto: by the memory of squared returns; of fhs half a day"}
	inBars = param.Param{Name: "extremes", Unit: param.Choice, Max: 1, Choices: []string{"no", "yes"},
		Doc: "whether steps have the lows and highs of their bars, at which tokens trade"}
)

var _ = Registry.Register(param.Kind[Model]{
	Name: "bootstrap", Doc: "blocks of a price history, drawn at random (--history)",
	Params: []param.Param{Mu, growthKind, blockLength, inBars},
	New: func(v param.Values) Model {
		return Bootstrap{Mu: v["mu"], KeepGrowth: v["growth"] == 0, Block: seconds(v["block"]),
			Extremes: v["extremes"] == 1}
	},
})

func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }

// A Preparer is a model that needs a history, or tables that take time to make, before it
// has paths.
type Preparer interface {
	Model
	// Prepare returns the model with all that its paths need, on a grid of the given step.
	// History is nil where there is none.
	Prepare(history *Series, step time.Duration) (Model, error)
	// SharedWith is a model of the same kind with the tables of this one: one whose numbers
	// were drawn anew.
	SharedWith(Model) Model
}

// A BarModel may know what happens inside its steps.
type BarModel interface {
	Model
	// InBars says whether it does, and AdvanceBars is Advance then.
	InBars() bool
	AdvanceBars(at At, z []*block.Track, state State, move *block.Track, ways *block.Ways)
}

func (m Bootstrap) Check() error {
	if err := (GBM{m.Mu, 0}).Check(); err != nil {
		return err
	}
	if m.Block < 0 {
		return fmt.Errorf("models: bootstrap block = %v; want above 0, or 0 for one that fits the history", m.Block)
	}
	return nil
}

// errNoHistory says that a model was not prepared.
func errNoHistory(kind string) error {
	return errors.New("models: " + kind + " draws from a price history; want one (--history FILE)")
}

func (m Bootstrap) Prepare(history *Series, step time.Duration) (Model, error) {
	if history == nil {
		return nil, errNoHistory("bootstrap")
	}
	if err := history.checkStep(step); err != nil {
		return nil, err
	}
	if m.Extremes && !history.Extremes {
		return nil, fmt.Errorf("models: bootstrap with extremes; want a history with lows and highs: "+
			"%s has closes only", history.Name)
	}
	if m.Block == 0 {
		m.Block = MeanBlock(history)
	}
	m.drawn = newDrawnBars(m, history)
	return m, nil
}

func (m Bootstrap) SharedWith(other Model) Model {
	o := other.(Bootstrap)
	o.drawn = m.drawn
	return o
}

// MeanBlock is the mean length of blocks that the memory of a history's squared returns
// asks for: [BlockLength], in whole bars.
func MeanBlock(history *Series) time.Duration {
	returns, _ := history.Returns()
	squares := make([]float64, len(returns))
	for i, r := range returns {
		squares[i] = float64(r * r)
	}
	return time.Duration(math.Round(BlockLength(squares))) * history.Step
}

func (m Bootstrap) Growth() float64 {
	if m.KeepGrowth {
		return math.NaN() // E[S(t)] is no exponential of t: MeanPrice has it
	}
	return m.Mu
}

func (Bootstrap) Normals() int { return 0 }

// State: the next bar, how many of the block are left and how many were taken, and how
// many blocks there were.
func (Bootstrap) State() int { return 4 }

func (Bootstrap) Begin(at At, state State) { zero(at, state) }

func (m Bootstrap) InBars() bool { return m.Extremes }

func (m Bootstrap) Advance(at At, _ []*block.Track, state State, move *block.Track) {
	d := m.drawn
	var own [block.Steps]float64
	bars, picker := barsOf(at, d.step, &own), random.NewPicker()
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		c := d.at(at, state, l, picker)
		c.fill(bars)
		toSteps(bars, move, at.Len, l)
		c.keep(state, l)
	}
}

func (m Bootstrap) AdvanceBars(at At, _ []*block.Track, state State, move *block.Track, ways *block.Ways) {
	d, each, picker := m.drawn, int(at.Step/m.drawn.step), random.NewPicker()
	first, last := at.Lanes()
	for l := first; l < last; l++ {
		c := d.at(at, state, l, picker)
		for k := range at.Len {
			var s stepBar
			for j := range each {
				i, shift := c.next()
				b := d.bars[i]
				if c.fresh() {
					b.Gap = 0
				}
				s.add(b, shift, j == 0)
			}
			move[k][l], ways[l][k] = s.move, block.WayThrough(s.gap, s.lo, s.hi, s.move)
		}
		c.keep(state, l)
	}
}

// A Resampler is a model that draws blocks of a history.
type Resampler interface {
	Preparer
	// First is the first block of a path of the underlying: the bar of the history at which it
	// begins, and its number of bars.
	First(seed, path uint64, underlying int) (bar, bars int)
}

func (m Bootstrap) First(seed, path uint64, underlying int) (bar, bars int) {
	d := m.drawn
	first, u := random.NewPicker().Block(seed, path, random.Stream(random.Blocks, underlying), 0, len(d.bars))
	return first, d.length.draw(u)
}

// A stepBar is a step that is made of bars.
type stepBar struct{ gap, move, lo, hi float64 }

func (s *stepBar) add(b Bar, shift float64, first bool) {
	if first {
		s.gap = b.Gap
	} else {
		s.move += b.Gap
	}
	low, high := s.move+b.Lo, s.move+b.Hi // beyond the bar's open
	s.move += b.Move + shift
	if low = min(low, s.move); low < s.lo {
		s.lo = low
	}
	if high = max(high, s.move); high > s.hi {
		s.hi = high
	}
}

// drawnBars is a history as blocks are drawn from it.
type drawnBars struct {
	step   time.Duration // of a bar
	bars   []Bar
	closes []float64  // their moves from close to close
	length *geometric // of blocks, in bars
	// shift of a bar by its place in its block, the last for all after it: in the first block of a path,
	// and in later ones
	shifts [2][]float64
}

func newDrawnBars(m Bootstrap, history *Series) *drawnBars {
	d := &drawnBars{step: history.Step, bars: history.Bars,
		length: newGeometric(float64(m.Block) / float64(history.Step))}
	d.closes = make([]float64, len(d.bars))
	for i, b := range d.bars {
		d.closes[i] = b.Close
	}
	zero := []float64{0}
	if d.shifts = [2][]float64{zero, zero}; m.KeepGrowth {
		return d
	}
	growth := float64(m.Mu * Years(history.Step))
	means := d.blockMeans(longestCompensated(float64(m.Block)/float64(history.Step), len(d.bars)))
	for first := range means {
		shifts, before := make([]float64, len(means[first])), 0.0
		for i, mean := range means[first] {
			log := fmath.Log(mean)
			shifts[i], before = growth-(log-before), log
		}
		d.shifts[first] = shifts
	}
	return d
}

// longestCompensated is the number of bars of a block after which its compensation stays
// what it was: one block in 10⁹ is longer, or the whole history.
func longestCompensated(mean float64, bars int) int {
	return max(1, min(int(21*mean), bars))
}

// blockMeans are the mean growth factors of the first 1, 2, … bars of a block over all
// bars at which it may begin: at the open, and at the close before.
func (d *drawnBars) blockMeans(longest int) (means [2][]float64) {
	n := len(d.closes)
	gross := make([]float64, n)
	for i, r := range d.closes {
		gross[i] = fmath.Exp(r)
	}
	for kind := range means {
		product := make([]float64, n)
		for i := range product {
			if product[i] = gross[i]; kind == 0 {
				product[i] = fmath.Exp(d.bars[i].Move)
			}
		}
		means[kind] = append(means[kind], meanOf(product))
		for m := 1; m < longest; m++ {
			sum := 0.0
			for i, g := range gross[m:] {
				p := float64(product[i] * g)
				product[i] = p
				sum += p
			}
			for i, g := range gross[:m] { // they wrap
				p := float64(product[n-m+i] * g)
				product[n-m+i] = p
				sum += p
			}
			means[kind] = append(means[kind], sum/float64(n))
		}
	}
	return means
}

func meanOf(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// MeanPrice is E[S(t)]/S(0), t in years and rounded to whole steps.
func (m Bootstrap) MeanPrice(t float64) float64 {
	d := m.drawn
	if !m.KeepGrowth {
		return fmath.Exp(float64(m.Mu * t))
	}
	// Renewal: a path of n bars is a block of n, or one of fewer and a path of what is left,
	// which begins at a close.
	n := int(math.Round(t / Years(d.step)))
	length := max(1, float64(m.Block)/float64(d.step))
	means := d.blockMeans(max(1, min(n, int(21*length))))
	after := make([]float64, n+1)
	after[0] = 1
	path := func(means []float64, bars int) float64 {
		sum, p := 0.0, 1.0 // p: a block has at least so many bars
		for b := 1; b < bars && b <= len(means); b++ {
			sum += float64(float64(p/length) * float64(means[b-1]*after[bars-b]))
			p *= 1 - 1/length
		}
		if bars <= len(means) {
			sum += float64(p * means[bars-1])
		}
		return sum
	}
	for k := 1; k < n; k++ {
		after[k] = path(means[1], k)
	}
	return path(means[0], n)
}

// Moments are those of sums of the history's returns, without the shifts of a path that
// does not keep its growth: the variance is Politis and Romano's, and higher moments are
// not known.
func (m Bootstrap) Moments(t float64) Moments {
	d := m.drawn
	n := int(math.Round(t / Years(d.step)))
	mean := meanOf(d.closes)
	covariance := func(lag int) float64 {
		sum := 0.0
		for i, r := range d.closes {
			sum += float64((r - mean) * (d.closes[(i+lag)%len(d.closes)] - mean))
		}
		return sum / float64(len(d.closes))
	}
	variance, stay := float64(float64(n)*covariance(0)), max(0, 1-float64(d.step)/float64(m.Block))
	for lag, p := 1, stay; lag < n && p > 1e-4; lag, p = lag+1, p*stay {
		variance += float64(2 * float64(float64(n-lag)*p) * covariance(lag))
	}
	if !m.KeepGrowth {
		return Moments{math.NaN(), variance, math.NaN(), math.NaN()}
	}
	return Moments{float64(n) * mean, variance, math.NaN(), math.NaN()}
}

// A cursor is where a lane is in the history.
type cursor struct {
	d                       *drawnBars
	seed, path              uint64
	id                      random.ID
	picker                  *random.Picker
	bar, left, taken, drawn int
}

func (d *drawnBars) at(at At, state State, lane int, picker *random.Picker) cursor {
	return cursor{d: d, picker: picker, seed: at.Seed, path: at.Group*block.Lanes + uint64(lane),
		id:  random.Stream(random.Blocks, at.Underlying),
		bar: int(state[0][lane]), left: int(state[1][lane]), taken: int(state[2][lane]), drawn: int(state[3][lane])}
}

func (c *cursor) keep(state State, lane int) {
	state[0][lane], state[1][lane] = float64(c.bar), float64(c.left)
	state[2][lane], state[3][lane] = float64(c.taken), float64(c.drawn)
}

// enter draws the next block if the last one is used up.
func (c *cursor) enter() {
	if c.left == 0 {
		first, u := c.picker.Block(c.seed, c.path, c.id, uint64(c.drawn), len(c.d.bars))
		c.bar, c.left, c.taken = first, c.d.length.draw(u), 0
		c.drawn++
	}
}

// pass goes n bars on, at most to the end of the block or of the history.
func (c *cursor) pass(n int) {
	c.left -= n
	c.taken += n
	if c.bar += n; c.bar == len(c.d.bars) {
		c.bar = 0
	}
}

// shifts are those of the next n bars of the block, or fewer.
func (c *cursor) shifts(n int) []float64 {
	all := c.d.shifts[min(c.drawn-1, 1)]
	if last := len(all) - 1; c.taken >= last {
		return all[last:]
	}
	return all[c.taken:min(c.taken+n, len(all))]
}

// next is the next bar and its shift.
func (c *cursor) next() (bar int, shift float64) {
	c.enter()
	bar, shift = c.bar, c.shifts(1)[0]
	c.pass(1)
	return bar, shift
}

// fill makes the log-returns of the next bars, seen at their closes.
func (c *cursor) fill(to []float64) {
	d := c.d
	for len(to) > 0 {
		c.enter()
		n := min(c.left, len(d.bars)-c.bar, len(to))
		fresh, from := c.drawn == 1 && c.taken == 0, c.bar
		shifts := c.shifts(n)
		if len(shifts) == 1 { // the same for all
			for i, r := range d.closes[from : from+n] {
				to[i] = r + shifts[0]
			}
		} else {
			n = len(shifts)
			for i, r := range d.closes[from : from+n] {
				to[i] = r + shifts[i]
			}
		}
		if fresh { // paths begin at an open
			to[0] = d.bars[from].Move + shifts[0]
		}
		c.pass(n)
		to = to[n:]
	}
}

// fresh says whether next gave the first bar of the path.
func (c *cursor) fresh() bool { return c.drawn == 1 && c.taken == 1 }
