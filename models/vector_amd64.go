//go:build !purego

package models

import (
	"golang.org/x/sys/cpu"

	"mcrisk/block"
)

// vector says that the processor has AVX2, wide that it has AVX-512 too.
var (
	vector = cpu.X86.HasAVX2
	wide   = vector && cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ
)

// vector makes the steps from k to before end of all lanes, as far as it goes, and returns how
// many, which is one at least, and the lanes that are left in the last of them.
func (s *garchSteps) vector(z *block.Track, state *[block.Lanes]float64, move *block.Track, k, end int) (int, uint16) {
	switch {
	case wide:
		return garchAVX512(&move[k], &z[k], state, end-k, &s.unit, &s.law.curve)
	case vector:
		return garchAVX2(&move[k], &z[k], state, end-k, &s.unit, &s.law.curve)
	}
	return 1, allLanes
}

// vector is that of garchSteps.
func (s *hestonSteps) vector(z []*block.Track, state *[block.Lanes]float64, move *block.Track, k, end int) (int, uint16) {
	switch {
	case wide:
		return hestonAVX512(&move[k], &z[0][k], &z[1][k], state, end-k, &s.theta)
	case vector:
		return hestonAVX2(&move[k], &z[0][k], &z[1][k], state, end-k, &s.theta)
	}
	return 1, allLanes
}
