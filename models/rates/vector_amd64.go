//go:build !purego

package rates

import (
	"golang.org/x/sys/cpu"

	"mcrisk/block"
)

var vector = cpu.X86.HasAVX2

// These do what their names say, if the processor has vector code, and report whether they did.

func revertVector(x, z, move []row, value, rest *row, keep, own, shared float64) bool {
	if !vector || len(x) == 0 {
		return false
	}
	revertAVX2(&x[0][0], &z[0][0], &move[0][0], &value[0], &rest[0], len(x), keep, own, shared)
	return true
}

func payVector(premiums []float64, f Rule, perYear float64) bool {
	if !vector || len(premiums) == 0 || len(premiums)%16 != 0 {
		return false
	}
	payAVX2(&premiums[0], len(premiums), f.Interest, f.Clamp, f.Cap, -f.Cap, f.share(), perYear)
	return true
}

func slopesVector(x []float64, own, base, kink, below, above float64) bool {
	if !vector || len(x) == 0 || len(x)%16 != 0 {
		return false
	}
	slopesAVX2(&x[0], len(x), own, base, kink, below, above)
	return true
}

func adaptVector(skew, borrow *block.Track, rate *row, n int, f *adapting, side, free float64) bool {
	if !vector || n == 0 || f.falling > 0 {
		return false
	}
	adaptAVX2(&skew[0][0], &borrow[0][0], &rate[0], n, f.rise, f.stable, f.least, f.most, -f.most, side, free)
	return true
}
