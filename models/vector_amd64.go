//go:build !purego

package models

import (
	"math/bits"

	"golang.org/x/sys/cpu"

	"mcrisk/block"
	"mcrisk/fmath"
)

// vector says that the processor has AVX2, wide that it has AVX-512 too.
var (
	vector = cpu.X86.HasAVX2
	wide   = vector && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ
)

// vector makes n steps of all lanes, those that vector code leaves by lane, and says whether
// it did: not where the processor has none.
func (s *garchSteps) vector(z *block.Track, state *[block.Lanes]float64, move *block.Track, n int) bool {
	if !vector {
		return false
	}
	var before [block.Lanes]float64
	for k := 0; k < n; {
		var done int
		var left uint16
		if wide {
			done, left = garchAVX512(&move[k], &z[k], state, &before, n-k, &s.unit, &s.law.curve)
		} else {
			done, left = garchAVX2(&move[k], &z[k], state, &before, n-k, &s.unit, &s.law.curve)
		}
		k += done
		for ; left != 0; left &= left - 1 {
			l := bits.TrailingZeros16(left)
			state[l] = before[l]
			s.lane(z, state, move, k-1, l)
		}
	}
	return true
}

// vector is as that of garchSteps.
func (s *hestonSteps) vector(z []*block.Track, state *[block.Lanes]float64, move *block.Track, n int) bool {
	if !vector {
		return false
	}
	var before [block.Lanes]float64
	for k := 0; k < n; {
		var done int
		var left uint16
		if wide {
			done, left = hestonAVX512(&move[k], &z[0][k], &z[1][k], state, &before, n-k, &s.theta, &bells)
		} else {
			done, left = hestonAVX2(&move[k], &z[0][k], &z[1][k], state, &before, n-k, &s.theta, &bells)
		}
		k += done
		for ; left != 0; left &= left - 1 {
			l := bits.TrailingZeros16(left)
			state[l] = before[l]
			s.lane(z, state, move, k-1, l)
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
