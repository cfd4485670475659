//go:build !purego

package fmath

import "golang.org/x/sys/cpu"

var vector = cpu.X86.HasAVX2

// exps is Exp of the first numbers and returns how many it did.
func exps(dst, x []float64) int {
	n := len(x) &^ 15
	if !vector || n == 0 {
		return 0
	}
	return expsAVX2(&dst[0], &x[0], n)
}

func affine(dst, x []float64, a, b float64) int {
	n := len(x) &^ 15
	if !vector || n == 0 {
		return 0
	}
	affineAVX2(&dst[0], &x[0], n, a, b)
	return n
}
