//go:build !purego

package models

import (
	"math/bits"

	"golang.org/x/sys/cpu"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/random"
)

// vector says that the processor has AVX2, wide that it has AVX-512 too.
var (
	vector = cpu.X86.HasAVX2
	wide   = vector && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ
)

// vector makes n steps of all lanes, if the processor has vector code, and says whether it did.
func (s *garchSteps) vector(z *block.Track, state *[block.Lanes]float64, move *block.Track, n int) bool {
	var before [block.Lanes]float64
	return together(n, state, &before, func(k int) (int, uint16) {
		if wide {
			return garchAVX512(&move[k], &z[k], state, &before, n-k, &s.unit, &s.law.curve)
		}
		return garchAVX2(&move[k], &z[k], state, &before, n-k, &s.unit, &s.law.curve)
	}, func(k, l int) { s.lane(z, state, move, k, l) })
}

func (s *hestonSteps) vector(z []*block.Track, state *[block.Lanes]float64, move *block.Track, n int) bool {
	var before [block.Lanes]float64
	return together(n, state, &before, func(k int) (int, uint16) {
		if wide {
			return hestonAVX512(&move[k], &z[0][k], &z[1][k], state, &before, n-k, &s.theta, &bells)
		}
		return hestonAVX2(&move[k], &z[0][k], &z[1][k], state, &before, n-k, &s.theta, &bells)
	}, func(k, l int) { s.lane(z, state, move, k, l) })
}

func (s *componentSteps) vector(at At, z []*block.Track, state State, move *block.Track) bool {
	if !vector || at.Len == 0 {
		return false
	}
	var room random.Words
	words := room.At(at.Seed, at.Group, random.Stream(random.Components, at.Underlying), at.First, at.Len)
	if wide {
		componentAVX512(&move[0], &z[0][0], &z[1][0], &state[0], &words[0], at.Len, &s.lag.now, &s.law.curve)
	} else {
		componentAVX2(&move[0], &z[0][0], &z[1][0], &state[0], &words[0], at.Len, &s.lag.now, &s.law.curve)
	}
	return true
}

// together makes n steps of all lanes: by vector code from the k-th on, which returns how many it made
// and which lanes it left in the last of them, whose state was before, and these lanes one by one.
func together(n int, state, before *[block.Lanes]float64, from func(k int) (done int, left uint16),
	lane func(k, l int)) bool {
	if !vector {
		return false
	}
	for k := 0; k < n; {
		done, left := from(k)
		k += done
		for ; left != 0; left &= left - 1 {
			l := bits.TrailingZeros16(left)
			state[l] = before[l]
			lane(k-1, l)
		}
	}
	return true
}

// bells are e^{−h²/2} for h in sixteenths, of which fmath.NormCDF takes the exponential.
var bells = func() (e [57]float64) {
	for i := range e {
		h := float64(i) / 16
		e[i] = fmath.Exp(-float64(h*h) / 2)
	}
	return e
}()
