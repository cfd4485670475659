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

// NormQuantile returns the z with NormCDF(z) = p, within 1e-15 of it; −Inf at 0, +Inf
// at 1, NaN outside.
//
// Source: Wichura, "Algorithm AS 241: the percentage points of the normal
// distribution", Applied Statistics 37 (1988), PPND16.
func NormQuantile(p float64) float64 {
	switch {
	case !(p >= 0 && p <= 1):
		return math.NaN()
	case p == 0 || p == 1:
		return math.Inf(2*int(p) - 1)
	}
	if d := p - 0.5; math.Abs(d) <= 0.425 {
		z := 0.180625 - float64(d*d)
		return float64(d*polynomial(z, &centreTop)) / polynomial(z, &centreBottom)
	}
	r := math.Sqrt(-Log(min(p, 1-p)))
	var tail float64
	if r <= 5 {
		tail = polynomial(r-1.6, &tailTop) / polynomial(r-1.6, &tailBottom)
	} else {
		tail = polynomial(r-5, &farTop) / polynomial(r-5, &farBottom)
	}
	if p < 0.5 {
		return -tail
	}
	return tail
}

// polynomial is the one with these coefficients, the highest power's first.
func polynomial(x float64, coefficients *[8]float64) float64 {
	y := coefficients[0]
	for _, c := range coefficients[1:] {
		y = float64(y*x) + c
	}
	return y
}

// The rational functions of NormQuantile: near the centre, in the tails, far out.
var (
	centreTop = [8]float64{
		2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
		13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
	}
	centreBottom = [8]float64{
		5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
		5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0,
	}
	tailTop = [8]float64{
		7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
		3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
	}
	tailBottom = [8]float64{
		1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
		0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0,
	}
	farTop = [8]float64{
		2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
		0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
	}
	farBottom = [8]float64{
		2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
		0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0,
	}
)
