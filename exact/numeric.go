package exact

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

// A rule is a set of quadrature nodes and their weights.
type rule struct{ x, w []float64 }

// add appends n Gauss–Legendre nodes on [a, b], ascending.
func (r *rule) add(a, b float64, n int) {
	if !(b > a) {
		return
	}
	if n == 26 { // gonum v0.17.0 has a wrong table for 26: its rule misses ∫e^x by 1 %
		n = 27
	}
	x, w := make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(x, w, a, b)
	slices.Reverse(x) // gonum's descend; the weights are symmetric
	r.x, r.w = append(r.x, x...), append(r.w, w...)
}

const panelNodes = 16

// grade covers [a, b] with panels that begin with width first at end a and
// widen by half from each to the next, up to widest. With b < a it goes down.
func (r *rule) grade(a, b, first, widest float64) {
	down := b < a
	if down {
		a, b = -a, -b
	}
	for width := first; a < b; width = min(1.5*width, widest) {
		end := a + width
		if end > b-width/4 {
			end = b
		}
		if down {
			r.add(-end, -a, panelNodes)
		} else {
			r.add(a, end, panelNodes)
		}
		a = end
	}
}

// sum integrates f.
func (r *rule) sum(f func(x float64) float64) float64 {
	total := 0.0
	for i, x := range r.x {
		total += r.w[i] * f(x)
	}
	return total
}

// integrate covers [a, b] with equal panels.
func integrate(f func(x float64) float64, a, b float64, panels int) float64 {
	var r rule
	for i := range panels {
		r.add(a+(b-a)*float64(i)/float64(panels), a+(b-a)*float64(i+1)/float64(panels), panelNodes)
	}
	return r.sum(f)
}

// root finds where f changes sign between a and b, to the last bits, by
// bisection with secant steps where they help. It returns NaN if f has the
// same sign at both ends.
func root(f func(x float64) float64, a, b float64) float64 {
	fa, fb := f(a), f(b)
	if fa == 0 {
		return a
	}
	if fb == 0 {
		return b
	}
	if !(fa*fb < 0) {
		return math.NaN()
	}
	for range 200 {
		if math.Abs(fb) < math.Abs(fa) {
			a, b, fa, fb = b, a, fb, fa
		}
		// a is the better end; step from it, at least a little, at most half way
		step := fa * (b - a) / (fa - fb)
		least := 2e-16*math.Abs(a) + 1e-300
		if math.Abs(b-a) <= 2*least {
			return a
		}
		step = math.Copysign(min(max(math.Abs(step), least), math.Abs(b-a)/2), b-a)
		x := a + step
		fx := f(x)
		if fx == 0 {
			return x
		}
		if (fx < 0) == (fa < 0) {
			a, fa = x, fx
			if y := (a + b) / 2; math.Abs(step) < math.Abs(b-a)/8 {
				if fy := f(y); (fy < 0) == (fa < 0) {
					a, fa = y, fy
				} else {
					b, fb = y, fy
				}
			}
		} else {
			b, fb = x, fx
		}
	}
	return a
}
