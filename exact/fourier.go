package exact

import (
	"math"
	"math/bits"

	"mcrisk/fmath/cmplx"
)

// unityRoots are e^{−2πi·k/n} for k below n/2.
func unityRoots(n int) []complex128 {
	roots := make([]complex128, n/2)
	for k := range roots {
		roots[k] = cmplx.Rect(1, -2*math.Pi*float64(k)/float64(n))
	}
	return roots
}

// fourier replaces x, whose length n is a power of two, by its discrete Fourier
// transform Σ_k x[k]·e^{−2πi·jk/n}, given the unityRoots of n.
//
// Source: Cooley and Tukey, "An algorithm for the machine calculation of complex
// Fourier series", Mathematics of Computation 19 (1965).
func fourier(x, roots []complex128) {
	n := len(x)
	shift := bits.LeadingZeros64(uint64(n)) + 1
	for i := range x {
		if j := int(bits.Reverse64(uint64(i)) >> shift); j > i {
			x[i], x[j] = x[j], x[i]
		}
	}
	half := 1
	if bits.Len(uint(n))%2 == 0 { // an odd number of rounds: one by itself
		for k := 0; k+1 < n; k += 2 {
			x[k], x[k+1] = x[k]+x[k+1], x[k]-x[k+1]
		}
		half = 2
	}
	// Two rounds at a time, so that each value is read and written half as often.
	for ; half < n; half *= 4 {
		stride := n / (4 * half)
		for start := 0; start < n; start += 4 * half {
			a, b := x[start:start+half], x[start+half:start+2*half]
			c, d := x[start+2*half:start+3*half], x[start+3*half:start+4*half]
			for k := range half {
				first, low, high := roots[2*k*stride], roots[k*stride], roots[(k+half)*stride]
				b1, d1 := cmplx.Mul(b[k], first), cmplx.Mul(d[k], first)
				sum, difference := a[k]+b1, a[k]-b1
				c2, d2 := cmplx.Mul(c[k]+d1, low), cmplx.Mul(c[k]-d1, high)
				a[k], c[k] = sum+c2, sum-c2
				b[k], d[k] = difference+d2, difference-d2
			}
		}
	}
}
