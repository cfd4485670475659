package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath/cmplx"
)

// damping is by how much aliased terms on a circle are reduced, in logs; rounding errors
// are amplified by as much to the power steps/points.
const damping = 13 * math.Ln10

// circle returns points, upper half first, that extract term steps of a power
// series in x = e^{−s·step} by a discrete Fourier transform on the circle
// |x| = e^{−centre·step}·1e−13^{1/n} with n ≥ 4·steps points: aliased terms are reduced
// by 1e-13. The singularities may be anywhere, but terms must grow no faster than
// e^{centre·t}.
func circle(centre complex128, step float64, steps int) []levy.Point {
	n := 32
	for n < 4*steps { // a power of two, which fourier takes
		n *= 2
	}
	points := make([]levy.Point, n)
	damp := damping / float64(n)
	for k := range n {
		angle := 2 * math.Pi * (float64(k) + 0.5) / float64(n)
		if k >= n/2 {
			angle = -2 * math.Pi * (float64(n-1-k) + 0.5) / float64(n)
		}
		s := centre + complex(damp/step, angle/step)
		end := cmplx.Exp(cmplx.Scale(step*float64(steps), s))
		points[k] = levy.Point{S: s, Weight: cmplx.Over(end, float64(n)*step)}
	}
	return points
}
