package models

import (
	"fmt"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/random"
)

// A jumping model has jumps of ln S at the times of a Poisson process.
type jumping interface {
	Model
	jumpRate() float64             // jumps per year
	withJumpRate(float64) Model    // the model with another rate, and the same expected price
	jumpGrowth() float64           // expected relative jump of the price, E[e^J] − 1
	jumpOf(normal float64) float64 // jump of ln S that stands where a standard normal does in its law
}

// CommonJumps makes jumps of several underlyings strike together. The first jumps of
// each, as many a year as the least of their rates, are at the same times for all, and
// the standard normals that their sizes are made of have the correlations of the mixer.
// Jumps beyond that rate are each underlying's own. So every underlying keeps its law,
// and the log-returns of two over t years have the covariance of their diffusions plus
// rate·t·E[J·J'], J and J' the sizes of a common jump.
//
// The first underlying's models come first, as in the mixer. All must have jumps:
// Merton, Kou or Bates.
func CommonJumps(laws []Model, mixer Mixer) ([]Model, error) {
	if len(laws) != len(mixer) {
		panic(fmt.Sprintf("models: %d models with common jumps and correlations of %d", len(laws), len(mixer)))
	}
	all := make([]jumping, len(laws))
	for i, m := range laws {
		var ok bool
		if all[i], ok = m.(jumping); !ok {
			return nil, fmt.Errorf("models: common jumps of underlying %d, which has none: %T; "+
				"want merton, kou or bates for all", i+1, m)
		}
	}
	rate := all[0].jumpRate()
	for _, m := range all[1:] {
		rate = min(rate, m.jumpRate())
	}
	out := make([]Model, len(laws))
	for i, m := range all {
		out[i] = commonJumps{Model: m.withJumpRate(m.jumpRate() - rate), law: m, rate: rate, row: mixer[i]}
	}
	return out, nil
}

// commonJumps is one underlying of several that jump together: Model is the part that it
// has to itself.
type commonJumps struct {
	Model
	law  jumping   // the whole
	rate float64   // of the common jumps, per year
	row  []float64 // of the mixer: the size's normal from those of the jump
}

// ownJumps is added to the number of an underlying for the streams of jumps of its own.
const ownJumps = 1 << 16

func (m commonJumps) Moments(t float64) Moments { return m.law.Moments(t) }

// State: that of the own part, then the clock of the common jumps.
func (m commonJumps) State() int { return m.Model.State() + 2 }

func (m commonJumps) Begin(at At, state State) {
	at.Underlying += ownJumps
	m.Model.Begin(at, state)
	at.Underlying = 0
	beginJumps(at, m.rate, state[m.Model.State():])
}

func (m commonJumps) Advance(at At, z []*block.Track, state State, move *block.Track) {
	at.Underlying += ownJumps
	m.Model.Advance(at, z, state, move)
	drift := float64(float64(m.rate*m.law.jumpGrowth()) * Years(at.Step))
	from, to := at.Lanes()
	for k := range at.Len {
		for l := from; l < to; l++ {
			move[k][l] -= drift
		}
	}
	at.Underlying = 0
	eachJump(at, m.rate, state[m.Model.State():], func(step, lane int, path, n uint64) {
		normal := 0.0
		for k, part := range m.row {
			normal += float64(part * random.NormAt(at.Seed, path, random.Stream(random.JumpSize, k), n))
		}
		move[step][lane] += m.law.jumpOf(normal)
	})
}

func (m Merton) jumpRate() float64             { return m.Rate }
func (m Merton) withJumpRate(r float64) Model  { m.Rate = r; return m }
func (m Merton) jumpGrowth() float64           { return m.kappa() }
func (m Merton) jumpOf(normal float64) float64 { return m.JumpMean + float64(m.JumpSD*normal) }

func (m Kou) jumpRate() float64            { return m.Rate }
func (m Kou) withJumpRate(r float64) Model { m.Rate = r; return m }
func (m Kou) jumpGrowth() float64          { return m.kappa() }

// jumpOf is jump at the normal's probability, by whichever tail is the smaller.
func (m Kou) jumpOf(normal float64) float64 {
	if u := fmath.NormCDF(normal); u < 0.5 {
		return m.jump(u)
	}
	above := fmath.NormCDF(-normal)
	if above >= m.Up { // it goes down
		return m.jump(1 - above)
	}
	return -fmath.Log(above/m.Up) / m.EtaUp
}

func (m Bates) jumpRate() float64             { return m.Rate }
func (m Bates) withJumpRate(r float64) Model  { m.Rate = r; return m }
func (m Bates) jumpGrowth() float64           { return m.jumps().kappa() }
func (m Bates) jumpOf(normal float64) float64 { return m.jumps().jumpOf(normal) }
