package exact

import (
	"math"

	"mcrisk/exact/levy"
	"mcrisk/fmath/cmplx"
)

// damping is how much smaller, in logs, the terms are that alias on a circle; as
// much is lost in rounding, to the power steps/points.
const damping = 13 * math.Ln10

// circle returns points, upper half first, that extract term steps of a power
// series in x = e^{−s·step} by a discrete Fourier transform on the circle
// |x| = e^{−centre·step}·1e−13^{1/n} with n ≥ 4·steps points: the terms that
// alias are smaller by 1e-13. It assumes nothing of where the singularities
// are, but that terms grow no faster than e^{centre·t}.
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
		points[k] = levy.Point{S: s, Weight: cmplx.Over(cmplx.Exp(cmplx.Scale(step*float64(steps), s)), float64(n)*step)}
	}
	return points
}
