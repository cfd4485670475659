// Package block is the data that price paths pass to tokens: the next steps of a group of
// consecutive paths.
//
// Path i is lane i mod Lanes of group i / Lanes. Package paths fills a block, any number
// of tokens are simulated on it, and then it is overwritten with the next steps, so
// memory does not depend on the number of steps.
package block

import (
	"math/bits"
	"time"
	"unsafe"

	"mcrisk/fmath"
)

const (
	Lanes = 16 // paths in a group
	Steps = 64 // most steps in one block
)

// A Track holds one quantity of a block, by step and lane.
type Track [Steps][Lanes]float64

// Flat returns the first n steps as one slice, step by step, which shares the
// track's memory.
func (t *Track) Flat(n int) []float64 { return unsafe.Slice(&t[0][0], Steps*Lanes)[:n*Lanes] }

// A Mask holds a yes or no of a block, by step and, as a bit, by lane.
type Mask [Steps]uint16

// Has reports whether the mask says yes at a step for a lane.
func (m *Mask) Has(step, lane int) bool { return m[step]>>lane&1 == 1 }

// Count is how often the first lanes have a yes in the first steps.
func (m *Mask) Count(steps, lanes int) (n int) {
	for _, row := range m[:steps] {
		n += bits.OnesCount16(row & (1<<lanes - 1))
	}
	return n
}

// Bars hold the numbers of bars of a history, by step and lane.
type Bars [Steps][Lanes]int32

// A Block is up to Steps consecutive steps of Lanes consecutive paths.
//
// Tracks are per underlying, in the order of the study's underlyings.
type Block struct {
	Group uint64        // the paths are Lanes·Group … Lanes·Group + Lanes − 1
	First int           // number of the first step, from 0
	Len   int           // steps in use, 1 to Steps
	Step  time.Duration // length of each step

	Move []*Track // log-return over the step: from its open to its close

	// Gross is e^Move, filled once for all tokens: what a unit of the
	// underlying at the open is worth at the close.
	Gross []*Track

	// Ways has the log moves, and Factors their exponentials, where the extremes
	// of the steps are known. Where they are not, both are nil, and steps open at the
	// last close.
	Ways, Factors []*Ways

	// Bar is the bar of a history that a step is drawn from; nil where nobody asks.
	Bar []*Bars

	// Rates are those drawn with the paths, per year, in force over each step; of those that hold for
	// more steps only the first of these counts.
	Rates []*Track

	// Variance is the realised variance of the last hours over its long-run level, see [Variance], the
	// step's own return included; one track for each setting in the study.
	Variance []*Track

	// KeeperDown says at the end of which steps keepers are down, one mask for
	// each setting of outages in the study.
	KeeperDown []*Mask
}

// New returns a block with tracks for the given number of underlyings whose extremes are
// unknown.
func New(underlyings int) *Block {
	b := &Block{Ways: make([]*Ways, underlyings), Factors: make([]*Ways, underlyings)}
	for range underlyings {
		b.Move = append(b.Move, new(Track))
		b.Gross = append(b.Gross, new(Track))
	}
	return b
}

// Inside gives an underlying room for what happens inside its steps.
func (b *Block) Inside(underlying int) {
	b.Ways[underlying], b.Factors[underlying] = new(Ways), new(Ways)
}

// Fill takes the exponentials of the block's log moves.
func (b *Block) Fill() {
	for u := range b.Move {
		fmath.Exps(b.Gross[u].Flat(b.Len), b.Move[u].Flat(b.Len))
		if b.Ways[u] == nil {
			continue
		}
		for l := range Lanes {
			fmath.Exps(b.Factors[u].Flat(l, b.Len), b.Ways[u].Flat(l, b.Len))
		}
	}
}
