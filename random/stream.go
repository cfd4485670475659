package random

import (
	"math"

	//lint:ignore SA1019 the project's named random library; imported here alone
	xrand "golang.org/x/exp/rand"

	"mcrisk/block"
	"mcrisk/fmath"
)

// An ID names one stream of a path: what it is for, and which of several.
type ID uint32

// Purposes of streams. The values are part of the numbers: changing one moves
// every result drawn through it.
const (
	Diffusion = 0 // Brownian increments, one stream for each Brownian track
	JumpClock = 1 // times of jumps
	JumpSize  = 2 // sizes of jumps
	Regime    = 3 // first regime and holding times
	Outage    = 4 // times of keeper outages

	Parameters = 5 // a path's own parameters, where they are uncertain
	Design     = 6 // which cells of a grid a sample has

	Blocks = 7 // where blocks of a history begin, and how long they are
	Start  = 8 // first state, where it is drawn from the long-run law

	Components = 9 // components of a variance that are drawn anew

	Rates = 10 // rates of money markets and perpetuals
)

// Stream returns the ID of the index-th stream for a purpose.
func Stream(purpose, index int) ID { return ID(purpose<<24 | index) }

// A Source is the sequence of words of one stream of one path. It is a value
// of a few bytes; a copy replays. It satisfies the Source of
// golang.org/x/exp/rand and of math/rand/v2.
type Source struct {
	seed, path uint64
	id         ID
	quad       uint32 // next block of four words
	buf        [4]uint32
	left       uint8 // words of buf not yet used
}

var _ xrand.Source = (*Source)(nil)

// NewSource returns the stream id of a path.
func NewSource(seed, path uint64, id ID) Source {
	return Source{seed: seed, path: path, id: id}
}

// Seed restarts the stream under another seed.
func (s *Source) Seed(seed uint64) { *s = NewSource(seed, s.path, s.id) }

// Rand returns the scalar draws of golang.org/x/exp/rand over this stream, for
// indices and permutations. Paths do not draw their normals through it.
func (s *Source) Rand() *xrand.Rand { return xrand.New(s) }

// Uint32 returns the next word. A stream has 2³⁴ of them.
func (s *Source) Uint32() uint32 {
	if s.left == 0 {
		b := &s.buf
		b[0], b[1], b[2], b[3] = philox(s.quad, uint32(s.id), uint32(s.path),
			uint32(s.path>>32), uint32(s.seed), uint32(s.seed>>32))
		s.quad++
		s.left = 4
	}
	s.left--
	return s.buf[3-s.left]
}

// Uint64 returns the next two words, the first in the low half.
func (s *Source) Uint64() uint64 {
	lo := uint64(s.Uint32())
	return lo | uint64(s.Uint32())<<32
}

// Float64 returns a uniform number in the open interval (0, 1): the middles of
// 2⁵² equal cells, so that its logarithm is finite and 1 is never returned.
func (s *Source) Float64() float64 {
	return (float64(s.Uint64()>>12) + 0.5) * (1.0 / (1 << 52))
}

// Exp returns an exponential number with mean 1, at most 36.8.
func (s *Source) Exp() float64 { return -fmath.Log(s.Float64()) }

// Norm returns a standard normal made from the next two words, as Normals
// makes them. Its companion is not used.
func (s *Source) Norm() float64 {
	a := s.Uint32()
	x, _ := normals(a, s.Uint32())
	return float64(x)
}

// Gamma returns a number of the gamma law with scale 1 and a shape above zero.
//
// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM
// Transactions on Mathematical Software 26 (2000); shapes below 1 by their power of a
// uniform number.
func (s *Source) Gamma(shape float64) float64 {
	factor := 1.0
	if shape < 1 {
		factor = fmath.Pow(s.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(float64(9*d))
	for {
		x := s.Norm()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = float64(float64(v*v) * v)
		if fmath.Log(s.Float64()) < float64(0.5*float64(x*x))+float64(d*((1-v)+fmath.Log(v))) {
			return float64(float64(d*v) * factor)
		}
	}
}

// ExpAt returns the n-th exponential number of a stream, addressed directly.
func ExpAt(seed, path uint64, id ID, n uint64) float64 {
	s := at(seed, path, id, n)
	return s.Exp()
}

// NormAt returns the n-th standard normal of a stream, addressed directly.
func NormAt(seed, path uint64, id ID, n uint64) float64 {
	s := at(seed, path, id, n)
	return s.Norm()
}

// at returns a stream placed before its n-th pair of words.
func at(seed, path uint64, id ID, n uint64) Source {
	s := NewSource(seed, path, id)
	s.quad = uint32(n / 2)
	if n%2 == 1 {
		s.Uint64()
	}
	return s
}

// A Picker draws blocks of a history of some bars. It belongs to one goroutine.
type Picker struct {
	source Source
	rand   *xrand.Rand
}

// NewPicker returns a picker.
func NewPicker() *Picker {
	p := new(Picker)
	p.rand = xrand.New(&p.source)
	return p
}

// Block returns the n-th block of a stream: at which bar it begins, drawn through
// golang.org/x/exp/rand, and a uniform number in (0, 1) for its length.
func (p *Picker) Block(seed, path uint64, id ID, n uint64, bars int) (first int, length float64) {
	p.source = NewSource(seed, path, id)
	p.source.quad = uint32(n) // an index takes two of its four words, but for one in 2⁴⁸ that takes more
	first = int(p.rand.Uint64n(uint64(bars)))
	return first, p.source.Float64()
}

// WordAt returns the n-th word of a stream, addressed directly.
func WordAt(seed, path uint64, id ID, n uint64) uint32 {
	s := NewSource(seed, path, id)
	s.quad = uint32(n / 4)
	for range n % 4 {
		s.Uint32()
	}
	return s.Uint32()
}

// Words has room for the words of a block's steps wherever these begin.
type Words [block.Steps + 4][block.Lanes]uint32

// At fills w with words for the paths of a group and returns those of n steps, at most block.Steps,
// from first on, by step and lane: the word of (seed, path, stream, step) is WordAt's.
func (w *Words) At(seed, group uint64, id ID, first, n int) [][block.Lanes]uint32 {
	before := first % 4 // words come in fours
	words(w, seed, group, id, uint32(first/4), (before+n+3)/4)
	return w[before : before+n]
}

// wordsPlain makes the words of 16 paths in the given number of word blocks from quad on. It is the
// definition of what the vector code of a processor computes.
func wordsPlain(dst *Words, seed, group uint64, id ID, quad uint32, quads int) {
	for k := 0; k < 4*quads; k += 4 {
		for lane := range block.Lanes {
			s := NewSource(seed, group*block.Lanes+uint64(lane), id)
			s.quad = quad
			for i := range 4 {
				dst[k+i][lane] = s.Uint32()
			}
		}
		quad++
	}
}

// FloatAt returns the n-th uniform number of a stream in (0, 1), addressed
// directly.
func FloatAt(seed, path uint64, id ID, n uint64) float64 {
	s := at(seed, path, id, n)
	return s.Float64()
}
