package fmath

import "fmt"

// Exps writes Exp of each x to dst, which may be x itself.
func Exps(dst, x []float64) {
	same(dst, x)
	for len(x) > 0 {
		n := exps(dst, x)
		dst, x = dst[n:], x[n:]
		for i := range min(len(x), 16) { // what the vector code leaves
			dst[i] = Exp(x[i])
		}
		dst, x = dst[min(len(x), 16):], x[min(len(x), 16):]
	}
}

// Affine writes a + b·x of each x to dst, which may be x itself.
func Affine(dst, x []float64, a, b float64) {
	same(dst, x)
	n := affine(dst, x, a, b)
	for i, v := range x[n:] {
		dst[n+i] = a + float64(b*v)
	}
}

func same(dst, x []float64) {
	if len(dst) != len(x) {
		panic(fmt.Sprintf("fmath: room for %d numbers, given %d", len(dst), len(x)))
	}
}
