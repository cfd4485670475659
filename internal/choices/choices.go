// Package choices drives generators of test input by bytes, so that a fuzzer which changes
// a byte changes a choice. Only tests use it.
package choices

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"testing"
)

// Choices are made one after the other.
type Choices struct {
	bytes []byte
	after *rand.Rand // makes those that the bytes are too few for
}

// New are the choices that some bytes make: two bytes each, and then any number of others
// that depend on all of them.
func New(bytes []byte) *Choices {
	h := fnv.New64a()
	_, _ = h.Write(bytes) // which has no errors
	return &Choices{bytes, rand.New(rand.NewPCG(h.Sum64(), 1))}
}

// Number is one of the whole numbers from least to most.
func (c *Choices) Number(least, most int) int {
	n := most - least + 1
	if len(c.bytes) < 2 {
		return least + c.after.IntN(n)
	}
	v := int(binary.LittleEndian.Uint16(c.bytes))
	c.bytes = c.bytes[2:]
	return least + v%n
}

// Rarely is true once in so many times.
func (c *Choices) Rarely(n int) bool { return c.Number(1, n) == n }

// Of is one of a list.
func Of[T any](c *Choices, list ...T) T { return list[c.Number(0, len(list)-1)] }

// Seeds gives a fuzz target so many inputs to begin with; they are run as tests too.
func Seeds(f *testing.F, n int) {
	f.Helper()
	for i := range n {
		source := rand.New(rand.NewPCG(uint64(i), 2))
		seed := make([]byte, 400)
		for k := range seed {
			seed[k] = byte(source.Uint32())
		}
		f.Add(seed)
	}
}
