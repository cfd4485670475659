package plots

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBin(t *testing.T) {
	edges := []float64{0, 1, 2, 4}
	for _, tt := range []struct {
		name         string
		values       []float64
		weights      []float64
		counts       []int
		share        []float64
		below, above int
	}{
		{"edges belong to the right, the last to the left", []float64{0, 1, 2, 4}, nil, []int{1, 1, 2},
			[]float64{0.25, 0.25, 0.5}, 0, 0},
		{"outside", []float64{-1, 0.5, 4.1, 5}, nil, []int{1, 0, 0}, []float64{0.25, 0, 0}, 1, 2},
		{"weights", []float64{3, 0.5}, []float64{3, 1}, []int{1, 0, 1}, []float64{0.25, 0, 0.75}, 0, 0},
		{"none inside", []float64{9}, nil, []int{0, 0, 0}, []float64{0, 0, 0}, 0, 1},
	} {
		h := newSample(tt.values, tt.weights).bin(edges)
		if !slices.Equal(h.counts, tt.counts) || !slices.Equal(h.share,
			tt.share) || h.below != tt.below || h.above != tt.above {
			t.Errorf("%s: %+v", tt.name, h)
		}
	}
}

// Bins made from the values lose none: inside, below and above add to all; the
// density integrates to the share inside; and there are not too many of them.
func TestNiceEdgesLoseNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	laws := map[string]func() float64{
		"normal":       rng.NormFloat64,
		"shifted":      func() float64 { return 1e6 + rng.NormFloat64() },
		"heavy":        func() float64 { return math.Pow(rng.Float64(), -3) },
		"ties":         func() float64 { return float64(rng.IntN(3)) },
		"mostly equal": func() float64 { return math.Floor(rng.Float64() * 1.01) },
		"equal":        func() float64 { return -7 },
		"zero":         func() float64 { return 0 },
		"negative":     func() float64 { return -rng.ExpFloat64() },
		"wide":         func() float64 { return math.Pow(10, -6+7.7*rng.Float64()) },
	}
	for name, draw := range laws {
		for _, n := range []int{1, 2, 10, 1000, 20000} {
			values := make([]float64, n)
			for i := range values {
				values[i] = draw()
			}
			s := newSample(values, nil)
			edges, _ := s.niceEdges()
			h := s.bin(edges)
			inside, area := 0, 0.0
			for i, c := range h.counts {
				inside += c
				area += h.density(i) * (edges[i+1] - edges[i])
			}
			if inside+h.below+h.above != n {
				t.Errorf("%s, n=%d: %d inside, %d below, %d above", name, n, inside, h.below, h.above)
			}
			if want := float64(inside) / float64(n); math.Abs(area-want) > 1e-9 {
				t.Errorf("%s, n=%d: area %v, want %v", name, n, area, want)
			}
			if out := float64(h.below+h.above) / float64(n); out > 0.021 {
				t.Errorf("%s, n=%d: %v of the values are outside", name, n, out)
			}
			if len(h.counts) > 82 || !increasing(edges) {
				t.Errorf("%s, n=%d: %d bins", name, n, len(h.counts))
			}
		}
	}
}

// The staircase passes through what counting gives, exactly while it is a
// staircase and to a 400th when it is thinned.
func TestExceedanceCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for _, n := range []int{1, 2, 10, 799, 800, 5000} {
		values := make([]float64, n)
		for i := range values {
			values[i] = min(1, 1.2*rng.Float64()) // a sixth of them ruined
		}
		tolerance := 1e-12
		if n >= 800 {
			tolerance = 1.0/400 + 1e-12
		}
		xs, shares := newSample(values, nil).exceedance(0)
		if shares[0] != 1 || shares[len(shares)-1] != 0 {
			t.Errorf("n=%d: from %v to %v, want 1 to 0", n, shares[0], shares[len(shares)-1])
		}
		for i := range xs {
			if i > 0 && (xs[i] < xs[i-1] || shares[i] > shares[i-1]) {
				t.Fatalf("n=%d: corner %d turns back", n, i)
			}
			above, atOrAbove := 0.0, 0.0
			for _, v := range values {
				if v > xs[i] {
					above += 1 / float64(n)
				}
				if v >= xs[i] {
					atOrAbove += 1 / float64(n)
				}
			}
			if shares[i] < above-tolerance || shares[i] > atOrAbove+tolerance {
				t.Errorf("n=%d: at %v the curve is %v; want %v to %v", n, xs[i], shares[i], above, atOrAbove)
			}
		}
	}
}

func TestExceedanceWeights(t *testing.T) {
	xs, shares := newSample([]float64{0.5, 0.2}, []float64{1, 3}).exceedance(0)
	if !slices.Equal(xs, []float64{0, 0.2, 0.2, 0.5, 0.5}) || !slices.Equal(shares, []float64{1, 1, 0.25, 0.25, 0}) {
		t.Errorf("xs %v, shares %v", xs, shares)
	}
}

// What the bins do not show is said, with its extent.
func TestNote(t *testing.T) {
	s := newSample([]float64{-9.021, -0.5, -0.4, 0.1, 3}, nil)
	for _, tt := range []struct {
		edges []float64
		want  string
	}{
		{[]float64{-10, 0, 10}, "Bins are 10 wide."},
		{[]float64{-1, 0, 0.5},
			"Bins are 0.50 to 1.0 wide. Not shown below: 1 path, down to −9.02. Not shown above: 1 path, up to 3.00."},
		{[]float64{0, 0.05},
			"Bins are 0.050 wide. Not shown below: 3 paths, down to −9.02. Not shown above: 2 paths, up to 3.00."},
	} {
		if got := s.note(s.bin(tt.edges), ""); got != tt.want {
			t.Errorf("note %q, want %q", got, tt.want)
		}
	}
}
