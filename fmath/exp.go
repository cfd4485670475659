// Package fmath has the elementary functions that results depend on, in plain
// Go with the same bits on every machine.
//
// The standard library's Exp changes with the processor, and compilers may
// fuse x*y+z into one rounding. Here every product is rounded on its own,
// written float64(x*y), so that neither the processor nor GOAMD64 nor a
// GODEBUG setting can change a bit. All functions are within 1 unit in the
// last place of the true value, Expm1 within 2.
package fmath

import "math"

// ln 2 = ln2Hi + ln2Lo; ln2Hi has 21 trailing zero bits, so k·ln2Hi is exact
// for every exponent k of a float64.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
	log2e = 1.44269504088896338700

	expMax = 709.782712893383973096  // Exp overflows above
	expMin = -745.133219101941108420 // Exp is zero below
)

// Exp returns e^x.
func Exp(x float64) float64 {
	switch {
	case x != x || x > expMax:
		return x * math.Inf(1) // NaN stays NaN
	case x < expMin:
		return 0
	case math.Abs(x) <= tiny: // a step's log-return, most of the time
		return 1 + expm1Tiny(x)
	}
	k, r := reduce(x)
	return scale(1+expm1Small(r), k)
}

// Expm1 returns e^x − 1, accurate for small x too.
func Expm1(x float64) float64 {
	switch {
	case x != x || x > expMax:
		return x * math.Inf(1)
	case x < -40:
		return -1
	case math.Abs(x) < 0.35:
		return expm1Small(x)
	}
	k, r := reduce(x)
	p := expm1Small(r)
	if k > 56 { // 1 is below half a unit in the last place
		return scale(1+p, k)
	}
	// e^x − 1 = 2^k·p + (2^k − 1), and for these k the bracket is exact enough
	// that one rounding remains.
	two := scale(1, k)
	return float64(two*p) + (two - 1)
}

// reduce writes x = k·ln 2 + r with |r| ≤ ln 2 / 2.
func reduce(x float64) (k int, r float64) {
	f := math.Floor(float64(x*log2e) + 0.5)
	return int(f), (x - float64(f*ln2Hi)) - float64(f*ln2Lo)
}

// scale returns x·2^k for x in [0.5, 2], correct for subnormal results too.
func scale(x float64, k int) float64 {
	if k >= -1021 && k <= 1022 {
		return x * math.Float64frombits(uint64(k+1023)<<52)
	}
	return math.Ldexp(x, k)
}

// tiny is as far as expm1Tiny goes.
const tiny = 1.0 / 32

// expm1Tiny is e^r − 1 for |r| ≤ 1/32, its error small against 1: the first
// term left out, r^9/9!, is below 8e-20.
func expm1Tiny(r float64) float64 {
	r2 := float64(r * r)
	odd := float64(r2 * (1.0 / 5040))
	odd = float64((odd+1.0/120)*r2) + 1.0/6
	even := float64(r2 * (1.0 / 40320))
	even = float64((even+1.0/720)*r2) + 1.0/24
	tail := float64(float64(r2*r)*odd) + float64(float64(r2*r2)*even)
	return r + (float64(0.5*r2) + tail)
}

// expm1Small is e^r − 1 for |r| ≤ 0.35 by its Taylor series: the first term
// left out, r^14/14!, is below 5e-18.
func expm1Small(r float64) float64 {
	r2 := float64(r * r)
	// Terms r^3/3! … r^13/13! as two interleaved chains: shorter to wait for
	// than one.
	odd := 1.0 / 6227020800
	odd = float64(odd*r2) + 1.0/39916800
	odd = float64(odd*r2) + 1.0/362880
	odd = float64(odd*r2) + 1.0/5040
	odd = float64(odd*r2) + 1.0/120
	odd = float64(odd*r2) + 1.0/6
	even := 1.0 / 479001600
	even = float64(even*r2) + 1.0/3628800
	even = float64(even*r2) + 1.0/40320
	even = float64(even*r2) + 1.0/720
	even = float64(even*r2) + 1.0/24
	tail := float64(float64(r2*r)*odd) + float64(float64(r2*r2)*even)
	return r + (float64(0.5*r2) + tail)
}
