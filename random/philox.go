// Package random makes the random numbers of every path.
//
// A draw is a pure function of (seed, path, purpose, index): the counter of
// Philox4x32-10 addressed by those numbers. Nothing is shared between paths,
// so the number of processors, the order of work and which other paths exist
// cannot change a bit, and starting a stream anywhere costs nothing.
//
// Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC'11.
package random

import "math/bits"

const (
	mul0, mul1   = 0xD2511F53, 0xCD9E8D57
	weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85
)

// philox is Philox4x32 with 10 rounds.
func philox(c0, c1, c2, c3, k0, k1 uint32) (uint32, uint32, uint32, uint32) {
	for range 10 {
		hi0, lo0 := bits.Mul32(mul0, c0)
		hi1, lo1 := bits.Mul32(mul1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += weyl0
		k1 += weyl1
	}
	return c0, c1, c2, c3
}
