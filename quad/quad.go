// Package quad integrates functions of one variable, and finds where one is least.
//
//   - A [Rule] is a set of Gauss–Legendre nodes and weights in panels that the
//     caller grades to where the function changes: for operators, and for sums
//     that are made often.
//   - [Adaptive] halves an interval until two rules agree, and [Tail] does so up to
//     infinity: for integrals that are computed once.
//   - [Short] is a rule of four points for the cells of tables.
//   - [Least] narrows an interval to the minimum in it.
//
// If a function has the same bits on every machine, so have its integral and its minimum.
//
// No function returns an error estimate; the comments state the accuracy.
package quad

import (
	"math"

	"mcrisk/fmath"
)

// A Rule is a set of nodes X and their weights W: the integral of f is about
// ΣW·f(X). The zero Rule is empty; Add, Grade and Join add nodes.
type Rule struct{ X, W []float64 }

// Add covers [a, b] with n ≥ 1 Gauss–Legendre nodes, ascending; it is exact for
// polynomials of degree 2n − 1. An interval with b ≤ a, or NaN at an end, adds
// nothing.
func (r *Rule) Add(a, b float64, n int) {
	if !(b > a) {
		return
	}
	rule := panel
	if n != panelNodes {
		rule = legendre(n)
	}
	mid, half := float64((a+b)/2), float64((b-a)/2)
	for i, x := range rule.X {
		r.X, r.W = append(r.X, mid+float64(half*x)), append(r.W, half*rule.W[i])
	}
}

// legendre is the Gauss–Legendre rule of n nodes for [−1, 1]: the roots of the
// Legendre polynomial P_n, by Newton's steps in the angle whose cosine they are, which
// keeps the weights accurate near the ends.
//
// Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 25.4.29
// for the weights, 22.16.6 for where to start.
func legendre(n int) Rule {
	r := Rule{make([]float64, n), make([]float64, n)}
	size := float64(n)
	for i := range (n + 1) / 2 {
		angle := math.Pi * (float64(i) + 0.75) / (size + 0.5)
		var cos, slope float64 // slope: of P_n(cos angle), downwards
		for range 5 {
			var sin float64
			sin, cos = fmath.Sincos(angle)
			before, p := 1.0, cos // P_0 and P_1
			for k := 2.0; k <= size; k++ {
				turned := float64(cos * p) // P_k = turned + (turned − P_{k−2})·(1 − 1/k)
				before, p = p, turned+float64((turned-before)*(1-1/k))
			}
			slope = size * (before - float64(cos*p)) / sin
			angle += p / slope
		}
		weight := 2 / float64(slope*slope)
		r.X[i], r.X[n-1-i] = -cos, cos
		r.W[i], r.W[n-1-i] = weight, weight
	}
	return r
}

// panelNodes are the nodes of one panel of Grade.
const panelNodes = 16

var panel = legendre(panelNodes)

// Grade covers the range from a to b with panels of 16 nodes. The panel at a has the width
// first; each next one is wider by half, up to widest. With b < a the panels descend,
// with ascending nodes within each panel.
func (r *Rule) Grade(a, b, first, widest float64) {
	down := b < a
	if down {
		a, b = -a, -b
	}
	for width := first; a < b; width = min(1.5*width, widest) {
		end := a + width
		if end > b-float64(width/4) {
			end = b
		}
		if down {
			r.Add(-end, -a, panelNodes)
		} else {
			r.Add(a, end, panelNodes)
		}
		a = end
	}
}

// Join adds the nodes of another rule.
func (r *Rule) Join(other Rule) {
	r.X, r.W = append(r.X, other.X...), append(r.W, other.W...)
}

// Sum is the integral of f by the rule.
func (r Rule) Sum(f func(x float64) float64) float64 {
	total := 0.0
	for i, x := range r.X {
		total += float64(r.W[i] * f(x))
	}
	return total
}
