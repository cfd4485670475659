package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// same tells whether got equals want to the fraction tolerance, NaN equalling
// NaN and an infinity itself.
func same(got, want, tolerance float64) bool {
	if math.IsNaN(want) || math.IsInf(want, 0) || got == want {
		return got == want || math.IsNaN(got) && math.IsNaN(want)
	}
	return math.Abs(got-want) <= tolerance*math.Abs(want)
}

// normals are n standard normal numbers.
func normals(rng *rand.Rand, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = rng.NormFloat64()
	}
	return xs
}

// studies is how often a coverage test repeats its study.
func studies() int {
	if testing.Short() {
		return 400
	}
	return 2000
}

// coverage repeats a study that gives a 95 % interval and fails the test unless
// the share of intervals that hold the truth lies between low and high, widened
// by four of its standard errors (0.019 at 95 % of 2,000 studies). A program whose
// true coverage is inside fails about once in 16,000 seeds, at either end.
func coverage(t *testing.T, low, high, truth float64, study func(*rand.Rand) Estimate) {
	t.Helper()
	coverageOf(t, studies(), low, high, truth, study)
}

func coverageOf(t *testing.T, n int, low, high, truth float64, study func(*rand.Rand) Estimate) {
	t.Helper()
	rng := rand.New(rand.NewPCG(20, 26))
	hits := 0
	for range n {
		if e := study(rng); e.Lo <= truth && truth <= e.Hi {
			hits++
		}
	}
	got := float64(hits) / float64(n)
	band := 4 * math.Sqrt(low*(1-low)/float64(n))
	t.Logf("95 %% intervals covered the truth in %.2f %% of %d studies", 100*got, n)
	if got < low-band || got > high+band {
		t.Errorf("covered %v of the time, want %v to %v (± %.3f)", got, low, high, band)
	}
}

// No function may change a sample, which its caller goes on using.
func TestSamplesStayAsTheyAre(t *testing.T) {
	a := []float64{3, -inf, 1, 0.5, 2, 2}
	b := []float64{1, 2, inf, 0.5, 7, 3}
	wasA, wasB := slices.Clone(a), slices.Clone(b)
	Mean(Sample{X: a}, 0.9)
	MeanFinite(Sample{X: a}, 0.9)
	PairedDifference(Sample{X: a}, Sample{X: b}, 0.9)
	UnpairedSE(Sample{X: a}, Sample{X: b})
	ControlledMean(Sample{X: a}, b, 0, 0.9)
	Quantiles(Sample{X: a}, []float64{0.5, 0.1}, 0.9)
	ExpectedShortfall(Sample{X: b}, 0.2, 0.9)
	ValueAtRisk(Sample{X: b}, 0.2, 0.9)
	LossProbability(Sample{X: a}, 0.5, 0.9)
	Losses(a)
	Bins(a, 3)
	if !slices.Equal(a, wasA) || !slices.Equal(b, wasB) {
		t.Errorf("samples became %v and %v", a, b)
	}
}

// A caller's bug is answered with a sentence that names the value and what was
// wanted.
func TestCallersBugsPanic(t *testing.T) {
	two, three := []float64{1, 2}, []float64{1, 2, 3}
	for _, tt := range []struct {
		name string
		call func()
		says string
	}{
		{"confidence in percent", func() { Mean(Sample{X: two}, 95) }, "confidence = 95; want"},
		{"confidence NaN", func() { Quantile(Sample{X: two}, 0.5, nan) }, "confidence = NaN; want"},
		{"confidence zero, empty sample", func() { Quantile(Sample{}, 0.5, 0) }, "confidence = 0; want"},
		{"confidence one", func() { Proportion(0, 0, 1) }, "confidence = 1; want"},
		{"p in percent", func() { Quantile(Sample{X: two}, 5, 0.9) }, "p = 5; want"},
		{"p NaN, empty sample", func() { Quantile(Sample{}, nan, 0.9) }, "p = NaN; want"},
		{"VaR without a tail", func() { ValueAtRisk(Sample{X: two}, 95, 0.9) }, "p = 95; want"},
		{"shortfall without a tail", func() { ExpectedShortfall(Sample{X: two}, 0, 0.9) }, "p = 0; want"},
		{"unequal pairs", func() { PairedDifference(Sample{X: two}, Sample{X: three}, 0.9) }, "2 values paired with 3"},
		{"unequal pairs, SE", func() { UnpairedSE(Sample{X: two}, Sample{X: three}) }, "2 values paired with 3"},
		{"unequal control", func() { ControlledMean(Sample{X: three}, two, 0, 0.9) }, "3 values paired with 2"},
		{"more successes than trials", func() { Proportion(3, 2, 0.9) }, "3 successes in 2 trials"},
		{"negative successes", func() { Proportion(-1, 2, 0.9) }, "-1 successes in 2 trials"},
		{"no bins", func() { Bins(two, 0) }, "0 bins; want"},
		{"negative value", func() { new(LogHistogram).Add(-0.1) }, "cannot count -0.1"},
		{"alpha too fine", func() { (&LogHistogram{Alpha: 1e-5}).Add(1) }, "Alpha = 1e-05; want"},
		{"alpha NaN", func() { (&LogHistogram{Alpha: nan}).Add(1) }, "Alpha = NaN; want"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				s, _ := recover().(string)
				if !strings.HasPrefix(s, "analytics: ") || !strings.Contains(s, tt.says) {
					t.Errorf("panicked with %q, want analytics: …%s…", s, tt.says)
				}
			}()
			tt.call()
		})
	}
}
