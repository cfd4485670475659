package exact

import (
	"math"
	"math/cmplx"
)

// A point of a contour: f(T) = Σ weight·F(s) for the transform F of f.
type point struct{ s, weight complex128 }

// talbot returns n points, upper half first, of the cotangent contour around
// centre for inverting a Laplace transform at T = years; the error falls like
// 3.9^{−n} when singularities lie near the half-line left of centre.
//
// Source: Trefethen, Weideman and Schmelzer, "Talbot quadratures and rational
// approximations", BIT 46 (2006), 653–670.
func talbot(centre complex128, years float64, n int) []point {
	points := make([]point, n)
	size := float64(n)
	for k := range n {
		theta := (2*float64(n-1-k) + 1 - size) * math.Pi / size
		sin, cos := math.Sincos(0.6407 * theta)
		cot := cos / sin
		zeta := complex(size*(0.5017*theta*cot-0.6122), size*0.2645*theta)
		slope := complex(size*(0.5017*cot-0.5017*0.6407*theta/(sin*sin)), size*0.2645)
		full := zeta + centre*complex(years, 0)
		points[k] = point{full / complex(years, 0), cmplx.Exp(full) * slope / complex(0, size*years)}
	}
	return points
}

// circle returns points, upper half first, that extract term steps of a power
// series in x = e^{−s·step} by a discrete Fourier transform on the circle
// |x| = e^{−centre·step}·1e−15^{1/n} with n = 4·steps points: the terms that
// alias are smaller by 1e-15. It assumes nothing of where the singularities
// are, but that terms grow no faster than e^{centre·t}.
func circle(centre complex128, step float64, steps int) []point {
	n := max(4*steps, 32)
	points := make([]point, n)
	damp := math.Log(1e15) / float64(n)
	for k := range n {
		angle := 2 * math.Pi * (float64(k) + 0.5) / float64(n)
		if k >= n/2 {
			angle = -2 * math.Pi * (float64(n-1-k) + 0.5) / float64(n)
		}
		s := centre + complex(damp/step, angle/step)
		points[k] = point{s, cmplx.Exp(s*complex(step*float64(steps), 0)) / complex(float64(n)*step, 0)}
	}
	return points
}
