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
	for half := 1; half < n; half *= 2 {
		stride := n / (2 * half)
		for start := 0; start < n; start += 2 * half {
			low, high := x[start:start+half], x[start+half:start+2*half]
			for k := range low {
				turned := cmplx.Mul(high[k], roots[k*stride])
				low[k], high[k] = low[k]+turned, low[k]-turned
			}
		}
	}
}
