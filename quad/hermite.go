package quad

import (
	"math"

	"mcrisk/fmath"
)

// Normal is the Gauss–Hermite rule of n nodes, 2 to 30, for expectations under the standard normal law: E f(Z)
// is about ΣW·f(X), exact for polynomials of degree 2n − 1. Nodes ascend.
//
// Source: Golub and Welsch, Calculation of Gauss quadrature rules, Mathematics of Computation 23 (1969), for the
// recursion of the orthonormal polynomials √(k+1)·p(k+1) = x·p(k) − √k·p(k−1), whose zeros are the nodes. Gonum has
// the rule too, by functions of package math, whose bits differ between machines.
func Normal(n int) Rule {
	if n < 2 || n > 30 {
		panic("quad: Gauss–Hermite rules have 2 to 30 nodes")
	}
	// value is p(n) at x, and Σp(k)² of those before it, whose inverse is the weight of a node.
	value := func(x float64) (p, sum float64) {
		before, p := 0.0, 1.0
		for k := range n {
			sum += float64(p * p)
			before, p = p, (float64(x*p)-float64(math.Sqrt(float64(k))*before))/math.Sqrt(float64(k+1))
		}
		return p, sum
	}
	// The zeros are within ±√(4n+2), and at least 2/√n apart.
	end, cell := math.Sqrt(float64(4*n+2)), 0.5/math.Sqrt(float64(n))
	var r Rule
	left, _ := value(-end)
	for a := -end; a < end; a += cell {
		b := a + cell
		right, _ := value(b)
		if left*right <= 0 {
			lo, hi, low := a, b, left
			for range 60 {
				mid := (lo + hi) / 2
				if v, _ := value(mid); (v > 0) == (low > 0) {
					lo = mid
				} else {
					hi = mid
				}
			}
			x := (lo + hi) / 2
			if fmath.Exp(-math.Abs(x)) > 1-1e-9 {
				x = 0
			}
			_, sum := value(x)
			r.X, r.W = append(r.X, x), append(r.W, 1/sum)
		}
		left = right
	}
	return r
}
