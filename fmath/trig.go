package fmath

import "math"

// π/4 in three parts; the first has 30 bits, so an octant's number times it is exact.
const (
	quarterA = 7.85398125648498535156e-1
	quarterB = 3.77489470793079817668e-8
	quarterC = 2.69515142907905952645e-15
)

// farAngle is how far the three parts of π/4 reach.
const farAngle = 1 << 29

// Sincos returns the sine and the cosine of x radians, within 1 unit in the last
// place of 1. Beyond 2²⁹ radians it takes the float64 nearest to 2π for 2π.
//
// Source: the Cephes library (Moshier, 1989), as in Go's package math.
func Sincos(x float64) (sin, cos float64) {
	switch {
	case x == 0:
		return x, 1
	case x-x != 0: // NaN or infinite
		return math.NaN(), math.NaN()
	}
	r := math.Abs(x)
	if r >= farAngle {
		r = math.Mod(r, 2*math.Pi)
	}
	octant := uint64(float64(r * (4 / math.Pi)))
	octant += octant & 1 // the nearest multiple of π/2
	n := float64(octant)
	z := ((r - float64(n*quarterA)) - float64(n*quarterB)) - float64(n*quarterC)
	z2 := float64(z * z)

	s := float64(1.58962301576546568060e-10*z2) - 2.50507477628578072866e-8
	s = float64(s*z2) + 2.75573136213857245213e-6
	s = float64(s*z2) - 1.98412698295895385996e-4
	s = float64(s*z2) + 8.33333333332211858878e-3
	s = float64(s*z2) - 1.66666666666666307295e-1
	s = z + float64(float64(z*z2)*s)
	c := float64(-1.13585365213876817300e-11*z2) + 2.08757008419747316778e-9
	c = float64(c*z2) - 2.75573141792967388112e-7
	c = float64(c*z2) + 2.48015872888517045348e-5
	c = float64(c*z2) - 1.38888888888730564116e-3
	c = float64(c*z2) + 4.16666666666665929218e-2
	c = (1 - float64(0.5*z2)) + float64(float64(z2*z2)*c)

	switch octant & 7 {
	case 2:
		s, c = c, -s
	case 4:
		s, c = -s, -c
	case 6:
		s, c = -c, s
	}
	if x < 0 {
		s = -s
	}
	return s, c
}

// Atan2 returns the angle of the point (x, y), from −π to π; of the origin it is 0
// or ±π as the signs of x and y say. It is NaN if x or y is infinite or NaN.
//
// Source: the Cephes library (Moshier, 1989), as in Go's package math.
func Atan2(y, x float64) float64 {
	switch {
	case x-x != 0 || y-y != 0:
		return math.NaN()
	case y == 0 && math.Signbit(x):
		return math.Copysign(math.Pi, y)
	case y == 0:
		return y
	}
	angle := arctan(math.Abs(y) / math.Abs(x))
	if x < 0 {
		angle = math.Pi - angle
	}
	return math.Copysign(angle, y)
}

// arctan is the arctangent of x, at least 0 or +Inf.
func arctan(x float64) float64 {
	const (
		tan3Pi8 = 2.41421356237309504880
		low     = 6.123233995736765886130e-17 // π/2 less the float64 nearest to it
	)
	switch {
	case x > tan3Pi8:
		return (math.Pi/2 - arctanSmall(1/x)) + low
	case x > 0.66:
		return (math.Pi/4 + arctanSmall((x-1)/(x+1))) + 0.5*low
	}
	return arctanSmall(x)
}

// arctanSmall is the arctangent of x within ±0.66.
func arctanSmall(x float64) float64 {
	z := float64(x * x)
	p := float64(-8.750608600031904122785e-01*z) - 1.615753718733365076637e+01
	p = float64(p*z) - 7.500855792314704667340e+01
	p = float64(p*z) - 1.228866684490136173410e+02
	p = float64(p*z) - 6.485021904942025371773e+01
	q := z + 2.485846490142306297962e+01
	q = float64(q*z) + 1.650270098316988542046e+02
	q = float64(q*z) + 4.328810604912902668951e+02
	q = float64(q*z) + 4.853903996359136964868e+02
	q = float64(q*z) + 1.945506571482613964425e+02
	return x + float64(x*(float64(z*p)/q))
}
