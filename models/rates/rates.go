// Package rates holds the laws of rates that change while a token lives: interest of
// a money market, funding of a perpetual. They are drawn with the prices, and may be
// correlated with their returns.
//
// Time is in years of 365 days and rates are fractions per year, but for premiums and
// payments of funding, which are fractions of notional. A process is a pure function of
// seed, path and step: it draws from its own purpose of package random, so that prices
// keep their bits.
package rates

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/random"
)

// A Law is a kind of random rate with its numbers. It does not know the token yet.
type Law interface {
	// Check reports what is wrong with the numbers together; each one's own range is in
	// the registry.
	Check() error

	// KeepsMean says that the token's own number is the mean of the rate; else it has no effect.
	KeepsMean() bool

	// Of is the process of a token's rates; nil: they are constant. The error says what
	// the token lacks. Processes that are equal (==) have the same rates.
	Of(Token) (Process, error)
}

// A Token is what laws ask of a token.
type Token struct {
	Rates []string             // the rates that its mechanism has, by name, the main one first
	Value func(string) float64 // of one of these, per year, as if it were constant
	Long  bool
	Fee   float64 // of a trade, a fraction of its notional
	Debt  float64 // US dollars that it owes at its target, with its vault as large as at the start; at least 0

	// SkewTarget is the size over collateral of an option venue at which its funding rate stays, SkewWidth how far from
	// there it changes fastest.
	SkewTarget, SkewWidth float64
}

// has reports whether the token's mechanism has a rate.
func (t Token) has(name string) error {
	for _, r := range t.Rates {
		if r == name {
			return nil
		}
	}
	return fmt.Errorf("it drives %s, which the token's mechanism has not", name)
}

// A Process makes the rates of the paths of a group. It is an immutable, comparable value.
type Process interface {
	// Drives names the token's rates that it makes, in the order of the tracks of Advance.
	Drives() []string

	// Holds is how many steps of a block, from its start on, have the rates of the first of them, in steps of a
	// length. Others are not written. Of a lifetime that keeps its rates it is all of a block.
	Holds(step time.Duration) int

	// State is how many state variables a lane carries from block to block.
	State() int

	// Begin sets the state of all lanes before their first step.
	Begin(models.At, models.State)

	// Advance writes the rates, per year, in force over the next at.Len steps.
	Advance(at models.At, r Returns, state models.State, rates []*block.Track, draws *Draws)
}

// Returns are the log-returns of the price in the steps of a block, with their mean and
// standard deviation over a step.
type Returns struct {
	Move     *block.Track
	Mean, SD float64
}

// Registry holds the kinds of laws by the names that specs and flags use.
var Registry param.Registry[Law]

// Constant is the name of the kind whose rates are the token's own numbers.
const Constant = "constant"

type constant struct{}

func (constant) Check() error              { return nil }
func (constant) KeepsMean() bool           { return true }
func (constant) Of(Token) (Process, error) { return nil, nil }

var _ = Registry.Register(param.Kind[Law]{
	Name: Constant, Doc: "the token's own rates, the same for all time",
	New: func(param.Values) Law { return constant{} },
})

// Streams of a path for each underlying.
const (
	ofShocks = iota // normals of the steps
	ofLevel         // the level of a lifetime, and states at the start
	streams

	ofUsage = 1 << 20 // normals of a market's usage
	ofPast  = 2 << 20 // normals of its skew before the start
)

func stream(at models.At, of int) random.ID {
	return random.Stream(random.Rates, at.Underlying*streams+of)
}

// startNormal is one of a lane's normals for its level (number 0) and its states at the start.
func startNormal(at models.At, lane, number int) float64 {
	return random.NormAt(at.Seed, at.Group*block.Lanes+uint64(lane), stream(at, ofLevel), uint64(number))
}

// Draws are the normals of a process's steps, some of which are kept.
type Draws struct {
	shocks, usage normals
	moves         block.Track // log-returns over some steps each
}

// Begin forgets the normals of another group.
func (d *Draws) Begin() {
	d.shocks.kept, d.usage.kept = false, false
	d.usage.of = ofUsage
}

// over copies the returns of n steps, each over one step, or over four, of which the last may be beyond n.
func (d *Draws) over(r Returns, each, n int) Returns {
	if each == 1 {
		copy(d.moves[:n], r.Move[:n])
		return Returns{&d.moves, r.Mean, r.SD}
	}
	for s := 0; s < n; s += 4 {
		sum, move := &d.moves[s/4], r.Move[s:s+4]
		for l := range sum {
			sum[l] = (move[0][l] + move[1][l]) + (move[2][l] + move[3][l])
		}
	}
	return Returns{&d.moves, 4 * r.Mean, 2 * r.SD}
}

// add adds returns to sums.
func (d *Draws) add(sum *row, moves []row) {
	revert(d.moves[:len(moves)], moves, moves, sum, new(row), 1, 0, 1)
}

// normals are those of a stream, some of which are kept.
type normals struct {
	z     block.Track
	of    int // the stream
	first int // of those kept, a multiple of 4
	kept  bool
}

// row are the normals of all lanes with a number.
func (d *normals) row(at models.At, number int) *row { return &d.rows(at, number)[0] }

// rows are those from a number on that are kept, one at least.
func (d *normals) rows(at models.At, number int) []row {
	if !d.kept || number < d.first || number >= d.first+block.Steps {
		d.first, d.kept = number/4*4, true
		random.Normals(&d.z, at.Seed, at.Group, stream(at, d.of), d.first, block.Steps)
	}
	return d.z[number-d.first:]
}

// Numbers that several kinds have.
var (
	sd = param.Param{Name: "rate-sd", Unit: param.Rate, Min: 0, Max: 10, Default: 0.02,
		Doc: "standard deviation of the rate around the token's own: of a year's mean (level) or at a moment (ou)"}
	floor = param.Param{Name: "rate-floor", Unit: param.Rate, Min: -10, Max: 10,
		Doc: "least value that the rate of a lifetime can have, per year; below the token's own"}
	speed = param.Param{Name: "rate-speed", Unit: param.PerYear, Min: 0.01, Max: 1e5, Default: 12,
		Doc: "speed at which deviations revert: they fall by the factor e in 1/speed years"}
	levelSD = param.Param{Name: "rate-level-sd", Unit: param.Rate, Min: 0, Max: 10,
		Doc: "standard deviation of the mean rate of a lifetime, around the token's own"}
	correlation = param.Param{Name: "rate-correlation", Unit: param.Plain, Min: -1, Max: 1,
		Doc: "correlation of the shocks of the rate with the returns of the price"}
)

// Level is a rate that is constant within a lifetime and drawn for each: Floor plus a lognormal
// number, of the token's own rate as its mean.
type Level struct{ SD, Floor float64 }

var _ = Registry.Register(param.Kind[Law]{
	Name: "level", Doc: "one rate for each lifetime, drawn from the law of years, around the token's own",
	Params: []param.Param{sd, floor},
	New:    func(v param.Values) Law { return Level{v["rate-sd"], v["rate-floor"]} },
})

// Check finds nothing wrong.
func (Level) Check() error { return nil }

// KeepsMean says that the mean is the token's number.
func (Level) KeepsMean() bool { return true }

// Of wants the token's main rate above the floor.
func (m Level) Of(t Token) (Process, error) {
	l, err := m.Around(t)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Around is the law of a token's main rate.
func (m Level) Around(t Token) (Lasting, error) {
	if len(t.Rates) == 0 {
		return Lasting{}, errors.New("the token's mechanism has no rate")
	}
	mean := t.Value(t.Rates[0])
	if !(mean > m.Floor) {
		return Lasting{}, fmt.Errorf("%s = %v; want it above rate-floor, which is %v", t.Rates[0], mean, m.Floor)
	}
	above := mean - m.Floor
	ratio := m.SD / above
	return Lasting{Name: t.Rates[0], Mean: mean, Floor: m.Floor,
		Spread: math.Sqrt(fmath.Log1p(float64(ratio * ratio)))}, nil
}

// Lasting is the law of one rate of lifetimes: Floor + (Mean − Floor)·exp(Spread·z − Spread²/2)
// with a standard normal z.
type Lasting struct {
	Name                string
	Mean, Floor, Spread float64
}

// At is the rate at z.
func (l Lasting) At(z float64) float64 {
	return l.Floor + float64((l.Mean-l.Floor)*fmath.Exp(float64(l.Spread*z)-float64(l.Spread*l.Spread/2)))
}

// Below is the probability of a rate below x.
func (l Lasting) Below(x float64) float64 {
	switch {
	case l.Spread == 0 && x > l.Mean:
		return 1
	case l.Spread == 0 || x <= l.Floor:
		return 0
	}
	z := (fmath.Log((x-l.Floor)/(l.Mean-l.Floor)) + float64(l.Spread*l.Spread/2)) / l.Spread
	return fmath.NormCDF(z)
}

// Of is the rate of a path of an underlying.
func (l Lasting) Of(seed, path uint64, underlying int) float64 {
	at := models.At{Seed: seed, Group: path / block.Lanes, Underlying: underlying}
	return l.At(startNormal(at, int(path%block.Lanes), 0))
}

func (l Lasting) Drives() []string      { return []string{l.Name} }
func (Lasting) Holds(time.Duration) int { return block.Steps }
func (Lasting) State() int              { return 1 }

func (l Lasting) Begin(at models.At, state models.State) {
	for lane := range block.Lanes {
		state[0][lane] = l.At(startNormal(at, lane, 0))
	}
}

func (Lasting) Advance(_ models.At, _ Returns, state models.State, rates []*block.Track, _ *Draws) {
	rates[0][0] = state[0]
}

// A reverting is an Ornstein–Uhlenbeck process in steps: the next value is
// mean + keep·(x − mean) + own·z + shared·w, with w the standardised return of the step.
type reverting struct{ keep, own, shared float64 }

// The state of a lane of such a process: its value, and the mean that it reverts to.
const (
	valueNow = iota
	valueAround
)

// beginReverting draws the means of lifetimes, and first values from their long-run law, with the normals of a number
// and the next. Standard deviations below zero turn the shocks around.
func beginReverting(at models.At, state models.State, number int, mean, sd, levelSD float64) {
	for lane := range block.Lanes {
		around := mean
		if levelSD != 0 {
			around += float64(levelSD * startNormal(at, lane, number))
		}
		state[valueAround][lane] = around
		state[valueNow][lane] = around + float64(sd*startNormal(at, lane, number+1))
	}
}

// over are the steps of dt years of a process of a standard deviation, speed and correlation.
func over(dt, sd, speed, correlation float64) reverting {
	size := float64(sd * math.Sqrt(-fmath.Expm1(-float64(2*float64(speed*dt)))))
	return reverting{keep: fmath.Exp(-float64(speed * dt)),
		own:    float64(size * math.Sqrt(1-float64(correlation*correlation))),
		shared: float64(size * correlation)}
}

// size is the standard deviation of a step's shock.
func (o reverting) size() float64 {
	return math.Sqrt(float64(o.own*o.own) + float64(o.shared*o.shared))
}

// steps writes the values before each of the steps of at, from those of the state, which moves on. The normal of a
// step has its number plus a shift.
func (o reverting) steps(at models.At, r Returns, state models.State, x *block.Track, draws *normals, shift int) {
	own, shared, rest := o.around(state, r)
	for s := 0; s < at.Len; {
		z := draws.rows(at, at.First+s+shift)
		n := min(at.Len-s, len(z))
		revert(x[s:s+n], z, r.Move[s:], &state[valueNow], &rest, o.keep, own, shared)
		s += n
	}
}

// around are the factors of a step's normal and return, and what the mean of each lane and that of returns add to a
// step. With a price that does not move the normal makes the whole shock.
func (o reverting) around(state models.State, r Returns) (own, shared float64, rest row) {
	own = o.own
	switch {
	case o.shared != 0 && r.SD > 0:
		shared = o.shared / r.SD
	case o.shared != 0:
		own = o.size()
	}
	for l, mean := range state[valueAround] {
		rest[l] = float64((1-o.keep)*mean) - float64(shared*r.Mean)
	}
	return own, shared, rest
}

// A row is a number of each lane.
type row = [block.Lanes]float64

// revert makes len(x) steps, and writes the values before each to x.
func revert(x, z, move []row, value, rest *row, keep, own, shared float64) {
	if !revertVector(x, z, move, value, rest, keep, own, shared) {
		revertPlain(x, z, move, value, rest, keep, own, shared)
	}
}

// revertPlain is revert. It is the definition of what the vector code of a processor computes.
func revertPlain(x, z, move []row, value, rest *row, keep, own, shared float64) {
	v := *value
	for s := range x {
		x[s] = v
		for l := range v {
			v[l] = (rest[l] + float64(keep*v[l])) + (float64(own*z[s][l]) + float64(shared*move[s][l]))
		}
	}
	*value = v
}

// OU is a rate that reverts to a mean, with shocks that may be correlated with returns. The mean is the token's
// own rate, or drawn for each lifetime with that as its mean.
type OU struct{ SD, Speed, LevelSD, Correlation float64 }

var _ = Registry.Register(param.Kind[Law]{
	Name: "ou", Doc: "a rate that reverts to the token's own (Ornstein–Uhlenbeck)",
	Params: []param.Param{sd, speed, levelSD, correlation},
	New: func(v param.Values) Law {
		return OU{v["rate-sd"], v["rate-speed"], v["rate-level-sd"], v["rate-correlation"]}
	},
})

// Check finds nothing wrong.
func (OU) Check() error { return nil }

// KeepsMean says that the mean is the token's number.
func (OU) KeepsMean() bool { return true }

// Of wants a rate.
func (m OU) Of(t Token) (Process, error) {
	if len(t.Rates) == 0 {
		return nil, errors.New("the token's mechanism has no rate")
	}
	return ouRate{m, t.Rates[0], t.Value(t.Rates[0])}, nil
}

type ouRate struct {
	OU
	name string
	mean float64
}

func (p ouRate) Drives() []string      { return []string{p.name} }
func (ouRate) Holds(time.Duration) int { return 1 }
func (ouRate) State() int              { return 2 }

func (p ouRate) Begin(at models.At, state models.State) {
	beginReverting(at, state, 0, p.mean, p.SD, p.LevelSD)
}

func (p ouRate) Advance(at models.At, r Returns, state models.State, rates []*block.Track, draws *Draws) {
	o := over(models.Years(at.Step), p.SD, p.Speed, p.Correlation)
	o.steps(at, r, state, rates[0], &draws.shocks, 0)
}
