package quad

import (
	"math"
	"testing"
)

// A rule of n nodes has the moments of the normal law up to order 2n − 1, and not that of order 2n.
func TestNormal(t *testing.T) {
	for n := 2; n <= 30; n++ {
		r := Normal(n)
		if len(r.X) != n {
			t.Fatalf("%d nodes, want %d", len(r.X), n)
		}
		want := 1.0 // E Z^k, of even k
		for k := 0; k <= min(2*n, 40); k += 2 {
			even, odd := 0.0, 0.0
			for i, x := range r.X {
				even += r.W[i] * math.Pow(x, float64(k))
				odd += r.W[i] * math.Pow(x, float64(k+1))
			}
			if k < 2*n && (math.Abs(even-want) > 1e-11*want || math.Abs(odd) > 1e-10*want*float64(k+1)) {
				t.Errorf("%d nodes: moments %d and %d are %v and %v, want %v and 0", n, k, k+1, even, odd, want)
			}
			if k == 2*n && n < 10 && math.Abs(even-want) < 1e-3*want {
				t.Errorf("%d nodes: moment %d is right too", n, k)
			}
			want *= float64(k + 1)
		}
	}
}
