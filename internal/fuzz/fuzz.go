// Package fuzz drives generators of test input by bytes, so that a fuzzer which changes a
// byte changes something of what is generated. Only tests use it.
package fuzz

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"testing"
)

// A Source gives whole numbers, one after the other.
type Source struct {
	bytes []byte
	after *rand.Rand // gives those that the bytes are too few for
}

// New is the source that some bytes make: a number for each two bytes, and then any number
// of others that depend on all of them.
func New(bytes []byte) *Source {
	h := fnv.New64a()
	_, _ = h.Write(bytes) // which has no errors
	return &Source{bytes, rand.New(rand.NewPCG(h.Sum64(), 1))}
}

// Number is one of the whole numbers from least to most.
func (s *Source) Number(least, most int) int {
	n := most - least + 1
	if len(s.bytes) < 2 {
		return least + s.after.IntN(n)
	}
	v := int(binary.LittleEndian.Uint16(s.bytes))
	s.bytes = s.bytes[2:]
	return least + v%n
}

// Rarely is true once in so many times.
func (s *Source) Rarely(n int) bool { return s.Number(1, n) == n }

// Pick is one of a list.
func Pick[T any](s *Source, list ...T) T { return list[s.Number(0, len(list)-1)] }

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
