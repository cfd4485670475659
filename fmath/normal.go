package fmath

import "math"

// NormCDF returns the probability that a standard normal lies below z. Its
// relative error is below 1e-13 wherever it is a normal float64, in the lower
// tail too; take NormCDF(−z) for the upper one.
//
// Source: Hart et al., Computer Approximations (1968), no. 5666, in the form of
// West, "Better approximations to cumulative normal functions", Wilmott (2005);
// beyond 3.5, where
// that loses relative accuracy, the continued fraction of the tail.
func NormCDF(z float64) float64 {
	if z != z {
		return z
	}
	x := math.Abs(z)
	if x > 38.6 { // below the least float64
		if z > 0 {
			return 1
		}
		return 0
	}
	// e^{−x²/2} from a rounded x² would be off by x²/2 units in the last place:
	// split x = h + d with h² exact.
	h := float64(math.Trunc(x*16) / 16)
	d := x - h
	e := float64(Exp(-float64(h*h)/2) * Exp(-float64(d*(x+h))/2))
	var tail float64
	if x < 3.5 {
		a := 3.52624965998911e-02
		a = float64(a*x) + 0.700383064443688
		a = float64(a*x) + 6.37396220353165
		a = float64(a*x) + 33.912866078383
		a = float64(a*x) + 112.079291497871
		a = float64(a*x) + 221.213596169931
		a = float64(a*x) + 220.206867912376
		b := 8.83883476483184e-02
		b = float64(b*x) + 1.75566716318264
		b = float64(b*x) + 16.064177579207
		b = float64(b*x) + 86.7807322029461
		b = float64(b*x) + 296.564248779674
		b = float64(b*x) + 637.333633378831
		b = float64(b*x) + 793.826512519948
		b = float64(b*x) + 440.413735824752
		tail = float64(e*a) / b
	} else {
		f := x
		for k := 60.0; k >= 1; k-- {
			f = x + k/f
		}
		tail = e / f * 0.39894228040143267794 // 1/√(2π)
	}
	if z > 0 {
		return 1 - tail
	}
	return tail
}
