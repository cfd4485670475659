// Package quad integrates functions of one variable over finite intervals.
//
//   - A [Rule] is a set of Gauss–Legendre nodes and weights in panels that the
//     caller grades to where the function changes: for operators, and for sums
//     that are made often.
//   - [Adaptive] halves an interval until two rules agree, and [Tail] goes on so
//     to where nothing is left: for integrals made once.
//   - [Short] is a rule of four points for the cells of a table that simulations
//     read. It alone has the same bits on every machine.
//
// Nothing here estimates an error for the caller; each comment says for what
// the result is good.
package quad

import (
	"slices"

	gonum "gonum.org/v1/gonum/integrate/quad"
)

// A Rule is a set of nodes X and their weights W: the integral of f is about
// ΣW·f(X). The zero Rule covers nothing; Add, Grade and Join cover more.
type Rule struct{ X, W []float64 }

// Add covers [a, b] with n ≥ 1 Gauss–Legendre nodes, ascending; it is exact for
// polynomials of degree 2n − 1. An interval with b ≤ a, or NaN at an end, adds
// nothing.
func (r *Rule) Add(a, b float64, n int) {
	if !(b > a) {
		return
	}
	if n == 26 { // gonum v0.17.0 has a wrong table for 26: its rule misses ∫e^x by 1 %
		n = 27
	}
	x, w := make([]float64, n), make([]float64, n)
	gonum.Legendre{}.FixedLocations(x, w, a, b)
	slices.Reverse(x) // gonum's descend; the weights are symmetric
	r.X, r.W = append(r.X, x...), append(r.W, w...)
}

// panelNodes are the nodes of one panel of Grade.
const panelNodes = 16

// Grade covers the way from a to b with panels of 16 nodes that begin with width
// first at a and widen by half from each to the next, up to widest. With b < a
// it goes down, its nodes ascending within each panel.
func (r *Rule) Grade(a, b, first, widest float64) {
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
		total += r.W[i] * f(x)
	}
	return total
}
