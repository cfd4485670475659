package analytics_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mcrisk/analytics"
)

// settings draws n settings of correlated normal values on paths paths: a share
// of scatter that all have, and one of their own, with the given means.
func settings(rng *rand.Rand, paths int, means []float64) [][]float64 {
	xs := make([][]float64, len(means))
	for i := range xs {
		xs[i] = make([]float64, paths)
	}
	for p := range paths {
		common := 3 * rng.NormFloat64()
		for i, m := range means {
			xs[i][p] = m + common + rng.NormFloat64()
		}
	}
	return xs
}

func of(xs [][]float64) func(int) []float64 { return func(i int) []float64 { return xs[i] } }

// Over 4,000 samples of equal settings each is left out in at most 5 %, and of two
// each in 5 %: the other beats it. A share has a standard error of 0.35 %; with
// limits 4.5 of them away a correct program fails about once in 10,000 runs. One
// that tested each of ten at 5 % would leave them out far more often. Settings that
// are worse by 6 standard errors are left out nearly always.
func TestBestKeepsTheTrulyBest(t *testing.T) {
	const repeats, paths = 4000, 100
	rng := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		name  string
		means []float64
		sense analytics.Sense
		ties  int // so many from the first are best
		least float64
	}{
		{"two equal", []float64{0, 0}, analytics.Higher, 2, 0.05},
		{"ten equal, low is good", make([]float64, 10), analytics.Lower, 10, 0},
		{"one ahead of nine", []float64{0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, analytics.Higher, 1, 0},
		{"two ahead by far", []float64{0, 0, 0.85, 0.85, 0.85}, analytics.Lower, 2, 0},
	} {
		out := make([]float64, len(tt.means))
		for range repeats {
			c := analytics.Best(len(tt.means), samples(of(settings(rng, paths, tt.means))), tt.sense, 0.95)
			if !c.Indistinguishable[c.Best] {
				t.Fatalf("%s: the best is not among the best", tt.name)
			}
			for i, in := range c.Indistinguishable {
				if !in {
					out[i] += 1.0 / repeats
				}
			}
		}
		for i, share := range out {
			limit := 0.05 + 4.5*0.0035
			if i < tt.ties && share > limit {
				t.Errorf("%s: setting %d, truly best, left out in %.1f %% of samples", tt.name, i, 100*share)
			}
			if i < tt.ties && share < tt.least-4.5*0.0035 {
				t.Errorf("%s: setting %d left out in only %.1f %% of samples", tt.name, i, 100*share)
			}
			if tt.name == "two ahead by far" && i >= tt.ties && share < 0.99 {
				t.Errorf("%s: setting %d, far behind, left out in only %.1f %% of samples", tt.name, i, 100*share)
			}
		}
	}
}

// Rows by hand. Differences of four values with mean 1 and standard error 1/√3
// are 1.73 standard errors from zero.
func TestBestByHand(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	base, more := []float64{5, 1, 4, 2}, []float64{7, 1, 6, 2}
	for _, tt := range []struct {
		name       string
		xs         [][]float64
		sense      analytics.Sense
		confidence float64
		best       int
		among      []bool
	}{
		{"one setting", [][]float64{base}, analytics.Higher, 0.95, 0, []bool{true}},
		{"at 5 % of one side", [][]float64{base, more}, analytics.Higher, 0.95, 1, []bool{false, true}}, // 1.645
		{"at 4 %", [][]float64{base, more}, analytics.Higher, 0.96, 1, []bool{true, true}},              // 1.751
		{"low is good", [][]float64{more, base}, analytics.Lower, 0.95, 1, []bool{false, true}},
		{"at 2.5 % for two others", [][]float64{base, more, more}, analytics.Higher, 0.95, 1, []bool{true, true, true}},
		{"equal on every path", [][]float64{base, base}, analytics.Higher, 0.95, 0, []bool{true, true}},
		{"better by the same on every path", [][]float64{{1, 2}, {2, 3}}, analytics.Higher, 0.95, 1,
			[]bool{false, true}},
		{"one path", [][]float64{{1}, {2}}, analytics.Higher, 0.95, 1, []bool{true, true}},
		{"first ruined everywhere", [][]float64{{-inf, -inf}, {2, 3}}, analytics.Higher, 0.95, 1, []bool{false, true}},
		{"second ruined everywhere", [][]float64{{2, 3}, {-inf, -inf}}, analytics.Higher, 0.95, 0, []bool{true, false}},
		{"all ruined", [][]float64{{-inf, -inf}, {-inf, -inf}}, analytics.Higher, 0.95, 1, []bool{false, true}},
		{"ruined where the rest is low", [][]float64{{5, 6, -inf}, {6, 7, 0}}, analytics.Higher, 0.95, 1,
			[]bool{false, true}},
		{"NaN tells nothing", [][]float64{{1, 2}, {nan, 3}}, analytics.Higher, 0.95, 0, []bool{true, true}},
	} {
		calls := make([]int, len(tt.xs))
		buffer := make([]float64, len(tt.xs[0]))
		c := analytics.Best(len(tt.xs), samples(func(i int) []float64 { // one buffer for all
			calls[i]++
			copy(buffer, tt.xs[i])
			return buffer
		}), tt.sense, tt.confidence)
		if c.Best != tt.best || !slices.Equal(c.Indistinguishable, tt.among) {
			t.Errorf("%s: best %d among %v; want %d among %v", tt.name, c.Best, c.Indistinguishable, tt.best, tt.among)
		}
		for i, n := range calls {
			if n != 2 {
				t.Errorf("%s: setting %d was asked for %d times", tt.name, i, n)
			}
			if want := analytics.PairedDifference(analytics.Sample{X: tt.xs[i]}, analytics.Sample{X: tt.xs[c.Best]},
				tt.confidence); fmt.Sprint(c.Versus[i]) != fmt.Sprint(want) { // as text, because NaN is not itself
				t.Errorf("%s: setting %d differs by %+v; want %+v", tt.name, i, c.Versus[i], want)
			}
		}
	}
}
