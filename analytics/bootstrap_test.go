package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// The bootstrap's standard error of a mean and of a standard deviation of
// normal numbers against their formulas, 1/√n and 1/√(2n): within 15 %, where 400
// replicates scatter by 3.5 %, also for samples that are redrawn in blocks.
func TestResampledSE(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{500, 3 * blocks} {
		xs := normals(rng, n)
		got := Resampled(Sample{X: xs}, 0.95, func(s Sample) float64 { m, _ := moments(s); return m }, sd.of)
		for i, want := range []float64{1 / math.Sqrt(float64(n)), 1 / math.Sqrt(2*float64(n))} {
			if e := got[i]; !same(e.SE, want, 0.15) || !within(e) || !same(e.Hi-e.Lo, 3.92*want, 0.25) {
				t.Errorf("n = %d, statistic %d: %+v, want a standard error of %v", n, i, e, want)
			}
		}
	}
}

// Every value may be drawn, the first and the last as often as others: a sample
// with one odd value has a mean whose error is that of a proportion.
func TestResampledReachesAll(t *testing.T) {
	const n = 3*blocks + 5
	for _, odd := range []int{0, n / 2, n - 1} {
		xs := make([]float64, n)
		xs[odd] = 1
		e := Resampled(Sample{X: xs}, 0.95, func(s Sample) float64 { m, _ := moments(s); return m })[0]
		// Poisson counts of mean 1: their sd is 1, from 400 replicates to 5 %.
		if !same(e.SE*n, 1, 0.25) {
			t.Errorf("value %d alone: standard error %v of the mean, want %v", odd, e.SE, 1.0/n)
		}
	}
}

func TestResampled(t *testing.T) {
	xs := []float64{1, 2, inf, 4, 8}
	was := slices.Clone(xs)
	a, b := Resampled(Sample{X: xs}, 0.9, sd.of), Resampled(Sample{X: xs}, 0.9, sd.of)
	if a[0] != b[0] {
		t.Errorf("the same sample has %+v and %+v", a[0], b[0])
	}
	if !slices.Equal(xs, was) {
		t.Errorf("the sample became %v", xs)
	}
	if e := a[0]; e.N != 4 || e.Method != Bootstrap || e.Warning != FewValues {
		t.Errorf("%+v, want a bootstrap of 4 values with a warning", e)
	}
	for _, xs := range [][]float64{nil, {1}, {1, nan, 2}, {3, 3, 3}} {
		if e := Resampled(Sample{X: xs}, 0.9, sharpe.of)[0]; !math.IsNaN(e.Lo) || !math.IsNaN(e.Hi) {
			t.Errorf("sharpe of %v: %+v, want no interval", xs, e)
		}
	}
}

// Statistics by hand.
func TestStatistics(t *testing.T) {
	xs := []float64{1, -1, 3, -1}
	for name, x := range map[string][2]float64{
		"sharpe": {sharpe.of(Sample{X: xs}), 0.5 / math.Sqrt(11.0/3)}, "sortino": {sortino.of(Sample{X: xs}),
			0.5 / math.Sqrt(0.5)},
		"omega":        {omega.of(Sample{X: xs}), 2},
		"gain to pain": {gainToPain.of(Sample{X: xs}), 1}, "sd": {sd.of(Sample{X: xs}),
			math.Sqrt(11.0 / 3)},
		// m₂ = 11/4, m₃ = 3 (0.5³ − 2·1.5³ + 2.5³ = 9, over 4 = 2.25)
		"skewness": {skewness.of(Sample{X: xs}), math.Sqrt(12) / 2 * 2.25 / math.Pow(2.75, 1.5)},
	} {
		if !same(x[0], x[1], 1e-14) {
			t.Errorf("%s = %v, want %v", name, x[0], x[1])
		}
	}
	long := make([]float64, 400)
	for i := range long {
		long[i] = float64(i) - 100
	}
	e := tailRatio(Sample{X: long}, 0.95) // 5 % at −80.05, 95 % at 279.05
	if !same(e.Value, 279.05/80.05, 1e-12) || !within(e) || e.Lo < 2 || e.Hi > 6 {
		t.Errorf("tail ratio %+v", e)
	}
}

// The warning comes up where the normal interval is known to be short and not
// where it is good: see the comment at HeavyTail, which a slow study measured.
func TestWarnings(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	lognormal := func(v float64, n int) []float64 {
		xs := normals(rng, n)
		for i, z := range xs {
			xs[i] = math.Exp(v * z)
		}
		return xs
	}
	rare := func(each int) []float64 { // of either sign
		xs := make([]float64, 1000)
		for i := range each {
			xs[2*i], xs[2*i+1] = 1, -1
		}
		return xs
	}
	for _, tt := range []struct {
		name string
		xs   []float64
		want Warning
	}{
		{"normal", normals(rng, 1000), ""},
		{"eight of a thousand differ", rare(4), HeavyTail},
		{"twelve of a thousand differ", rare(6), ""},
		{"nearly normal", lognormal(0.1, 1000), ""},
		{"3x, 60 %, 30 days", lognormal(0.516, 10_000), ""},
		{"3x, 60 %, a year", lognormal(1.8, 1000), HeavyTail},
		{"3x, 60 %, a year, more paths", lognormal(1.8, 10_000), HeavyTail},
		{"3x, 80 %, a year", lognormal(2.4, 10_000), HeavyTail},
		{"29 values", normals(rng, 29), FewValues},
		{"a constant", make([]float64, 100), ""},
	} {
		if got := Mean(Sample{X: tt.xs}, 0.95).Warning; got != tt.want {
			t.Errorf("%s: warning %q, want %q", tt.name, got, tt.want)
		}
	}
	// A control with a heavy tail decides its own coefficient: see ControlledMean.
	// One with a light tail, and light residuals, is trusted.
	for v, want := range map[float64]Warning{2.4: HeavyTail, 0.1: ""} {
		xs := lognormal(v, 10_000)
		ys := slices.Clone(xs)
		for i := range ys {
			ys[i] += rng.NormFloat64()
		}
		if e := ControlledMean(Sample{X: ys}, xs, math.Exp(v*v/2), 0.95); e.Warning != want {
			t.Errorf("controlled by a lognormal with %v: warning %q, want %q", v, e.Warning, want)
		}
	}
	if e := ExpectedShortfall(Sample{X: normals(rng, 900)}, 0.05, 0.95); e.Warning != FewInTail {
		t.Errorf("shortfall over 45: warning %q", e.Warning)
	}
	if e := ExpectedShortfall(Sample{X: normals(rng, 1100)}, 0.05, 0.95); e.Warning != "" {
		t.Errorf("shortfall over 55: warning %q", e.Warning)
	}
}

// The influence of a value is what leaving it out does, in another unit: the two are
// proportional, but for terms of the order of one over the number of values.
func TestInfluence(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	xs := normals(rng, 500)
	for i, x := range xs {
		xs[i] = 0.3 + x + 0.3*x*x
	}
	all := Sample{X: xs}
	for name, s := range map[string]statistic{"sd": sd, "skewness": skewness, "kurtosis": kurtosis, "sharpe": sharpe,
		"sortino": sortino, "omega": omega, "gain to pain": gainToPain} {
		influence := s.influence(all)
		var with, without []float64
		for i, x := range xs {
			left := slices.Delete(slices.Clone(xs), i, i+1)
			with, without = append(with, influence(x)), append(without, s.of(all)-s.of(Sample{X: left}))
		}
		if r := stat.Correlation(with, without, nil); !(r > 0.995) {
			t.Errorf("%s: influence and jackknife have a correlation of %v", name, r)
		}
		if mean := stat.Mean(with, nil); !(math.Abs(mean) < 0.02*stat.StdDev(with, nil)) {
			t.Errorf("%s: the mean influence is %v; want 0", name, mean)
		}
	}
}
