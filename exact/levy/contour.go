package levy

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/fmath/cmplx"
)

// A Point of a contour: f(T) = Σ Weight·F(S) for the Laplace transform F of f.
type Point struct{ S, Weight complex128 }

// Talbot returns n points, upper half first, of the cotangent contour around
// centre for inverting a Laplace transform at T = years; the error falls like
// 3.9^{−n} when singularities lie near the half-line left of centre.
//
// Source: Trefethen, Weideman and Schmelzer, "Talbot quadratures and rational
// approximations", BIT 46 (2006), 653–670.
func Talbot(centre complex128, years float64, n int) []Point {
	return cotangent(centre, years, float64(n), talbotHeight*float64(n), n)
}

const talbotHeight = 0.2645 // of the contour, per point and radian of its angle

// Tall is Talbot's contour of n points drawn out to hold singularities that lie as
// high as reach/T above and below centre, with more points by as much.
//
// Source: Talbot, "The accurate numerical inversion of Laplace transforms", J. Inst.
// Maths. Applics. 23 (1979), 97–120, the parameter ν.
func Tall(centre complex128, years, reach float64, n int) []Point {
	const spacing = 1.1                             // of the points over T, where the contour is steep
	height := max(reach/2, talbotHeight*float64(n)) // the contour is at its height at some 2 radians
	return cotangent(centre, years, float64(n), height, 2*int(math.Ceil(max(math.Pi*height/spacing, float64(n)/2))))
}

// cotangent returns points, upper half first, of a contour of a size and a height.
func cotangent(centre complex128, years, size, height float64, n int) []Point {
	points := make([]Point, n)
	for k := range n {
		theta := (float64(2*float64(n-1-k)) + 1 - float64(n)) * math.Pi / float64(n)
		sin, cos := fmath.Sincos(0.6407 * theta)
		cot := cos / sin
		zeta := complex(float64(size*(float64(0.5017*theta*cot)-0.6122)), float64(height*theta))
		slope := complex(size*(float64(0.5017*cot)-0.5017*0.6407*theta/(sin*sin)), height)
		full := zeta + cmplx.Scale(years, centre)
		weight := cmplx.Div(cmplx.Mul(cmplx.Exp(full), slope), complex(0, float64(n)*years))
		points[k] = Point{cmplx.Over(full, years), weight}
	}
	return points
}

// Laplace inverts the Laplace transform of a real function at t > 0, to ten
// digits or more where its singularities lie on the half-line left of 0.
func Laplace(t float64, transform func(s complex128) complex128) float64 {
	total := 0.0
	points := Talbot(0, t, 32)
	for _, p := range points[:len(points)/2] {
		total += float64(2 * real(cmplx.Mul(p.Weight, transform(p.S))))
	}
	return total
}
