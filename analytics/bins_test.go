package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBins(t *testing.T) {
	for _, tt := range []struct {
		name   string
		xs     []float64
		limit  int
		edges  []float64
		counts []int
	}{
		// IQR 3.5, width 7/2, span 7
		{"eight in a row", []float64{7, 0, 1, 2, 3, 4, 5, 6}, 50, []float64{0, 3.5, 7}, []int{4, 4}},
		{"on an edge goes right", []float64{0, 1, 2, 4}, 2, []float64{0, 2, 4}, []int{2, 2}},
		{"limit", []float64{7, 0, 1, 2, 3, 4, 5, 6}, 1, []float64{0, 7}, []int{8}},
		{"no middle half", []float64{0, 2, 2, 2, 2, 2, 2, 4}, 50, []float64{0, 1, 2, 3, 4}, []int{1, 0, 6, 1}},
		{"constant", []float64{0.2, 0.2}, 50, []float64{-0.3, 0.7}, []int{2}},
		{"large constant", []float64{-1e20}, 50, []float64{-1.5e20, -0.5e20}, []int{1}},
		{"only finite values", []float64{-inf, 1, nan, 2, inf}, 1, []float64{1, 2}, []int{2}},
		{"none", nil, 50, nil, nil},
		{"none finite", []float64{-inf, nan}, 50, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edges, counts := Bins(tt.xs, tt.limit)
			if !slices.Equal(counts, tt.counts) || !slices.EqualFunc(edges, tt.edges,
				func(a, b float64) bool { return same(a, b, 1e-15) }) {
				t.Errorf("got %v, %v; want %v, %v", edges, counts, tt.edges, tt.counts)
			}
		})
	}
}

// For normal data the rule of Freedman and Diaconis gives width 2·1.349/∛n: 10,000
// values from -3.9 to 3.9 or so in 55 to 75 bins.
func TestBinsOfNormalData(t *testing.T) {
	xs := normals(rand.New(rand.NewPCG(15, 16)), 10_000)
	edges, counts := Bins(xs, 200)
	if width := edges[1] - edges[0]; !same(width, 2*1.349/math.Cbrt(10_000), 0.05) {
		t.Errorf("width = %v in %d bins", width, len(counts))
	}
	for i, c := range counts { // counted the slow way
		n := 0
		for _, x := range xs {
			if edges[i] <= x && (x < edges[i+1] || i == len(counts)-1 && x == edges[i+1]) {
				n++
			}
		}
		if n != c {
			t.Errorf("bin %d counts %d, want %d", i, c, n)
		}
	}
}
