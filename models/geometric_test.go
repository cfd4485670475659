package models

import (
	"math"
	"testing"

	"mcrisk/random"
)

// A length from the table is the logarithm's, and a bar stays with the chance that the mean
// says: the tail at 1, 3 and 10 means is within 4.5 standard errors, a false alarm in 10,000
// runs of all rows.
func TestGeometric(t *testing.T) {
	for _, mean := range []float64{1, 1.5, 12, 168, 5000} {
		g := newGeometric(mean)
		n := 200_000
		longer := map[float64]float64{1: 0, 3: 0, 10: 0}
		for i := range n {
			u := random.FloatAt(1, uint64(i), random.Stream(random.Blocks, 0), 0)
			want := 1
			if mean > 1 {
				want += int(math.Log(u) / math.Log1p(-1/mean))
			}
			got := g.draw(u)
			if got != want {
				t.Fatalf("mean %v: a uniform number %v is %d bars, want %d", mean, u, got, want)
			}
			for k := range longer {
				if float64(got) > k*mean {
					longer[k]++
				}
			}
		}
		for k, hits := range longer {
			p := math.Pow(1-1/mean, math.Floor(k*mean))
			if se := math.Sqrt(float64(n)*p*(1-p)) + 1e-9; math.Abs(hits-float64(n)*p) > 4.5*se {
				t.Errorf("mean %v: %v of %d longer than %v means; want %.0f", mean, hits, n, k, float64(n)*p)
			}
		}
	}
	g := newGeometric(12)
	if got := g.draw(1e-300); got < 7000 {
		t.Errorf("the smallest numbers give %d bars; want thousands", got)
	}
	if got := g.draw(1 - 0x1p-53); got != 1 {
		t.Errorf("the largest number gives %d bars; want 1", got)
	}
}
