package analytics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

func TestControlledMean(t *testing.T) {
	flat := []float64{5, 5, 5, 5}
	for _, tt := range []struct {
		name            string
		xs, control     []float64
		mean            float64 // of the control
		value, se, gain float64
	}{
		// β = 4/5, residual squares 9/5 over 2 degrees of freedom
		{"by hand, control on its mean", []float64{1, 2, 4, 3}, []float64{1, 2, 3, 4}, 2.5, 2.5, math.Sqrt(0.9 / 4),
			(5.0 / 3) / 0.9},
		{"by hand, control half below", []float64{1, 2, 4, 3}, []float64{1, 2, 3, 4}, 3, 2.9, math.Sqrt(0.27),
			(5.0 / 12) / 0.27},
		{"exactly linear", []float64{1, 3, 5, 9}, []float64{0, 1, 2, 4}, 10, 21, 0, inf},
		{"uncorrelated", []float64{1, -1, -1, 1}, []float64{-1, -1, 1, 1}, 0, 0, math.Sqrt(0.5), (1.0 / 3) / 0.5},
		{"control does not vary", []float64{1, 2, 4, 3}, flat, 5, 2.5, math.Sqrt(5.0 / 12), 1},
		{"sample does not vary", flat, []float64{1, 2, 3, 4}, 3, 5, 0, 1},
		{"two", []float64{1, 3}, []float64{1, 2}, 1.5, 2, 1, 1},
		{"one", []float64{1}, []float64{1}, 1.5, 1, nan, 1},
		{"none", nil, nil, 1.5, nan, nan, 1},
		{"ruined path", []float64{1, -inf, 3}, []float64{1, 2, 3}, 1.5, nan, nan, nan},
		{"NaN", []float64{1, 2, nan}, []float64{1, 2, 3}, 1.5, nan, nan, nan},
		{"NaN in the control", []float64{1, 2, 3}, []float64{1, 2, nan}, 1.5, nan, nan, nan},
		{"unknown mean", []float64{1, 2, 4}, []float64{1, 2, 3}, nan, nan, nan, nan},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := ControlledMean(Sample{X: tt.xs}, tt.control, tt.mean, 0.95)
			if !same(e.Value, tt.value, 1e-15) || !same(e.SE, tt.se, 1e-15) || !same(e.VarianceReduction, tt.gain,
				1e-14) {
				t.Errorf("got %v ± %v, gain %v; want %v ± %v, gain %v", e.Value, e.SE, e.VarianceReduction, tt.value,
					tt.se, tt.gain)
			}
			if e.N != len(tt.xs) || e.Method != Normal {
				t.Errorf("got %+v, want a normal interval from %d values", e, len(tt.xs))
			}
		})
	}
}

// A regression line evaluated at the control's mean is the controlled mean.
func TestControlledMeanIsARegression(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	c := normals(rng, 500)
	xs := make([]float64, len(c))
	for i := range xs {
		xs[i] = math.Exp(c[i]) + rng.NormFloat64()
	}
	intercept, slope := stat.LinearRegression(c, xs, nil, false)
	e := ControlledMean(Sample{X: xs}, c, 0.25, 0.95)
	if want := intercept + 0.25*slope; !same(e.Value, want, 1e-12) {
		t.Errorf("got %v, gonum's line says %v", e.Value, want)
	}
}

// The log of a 3x token that tracks with noise, controlled by the log-return
// of the underlying: with sd 3·0.2 from the price and 0.02 of its own the
// gain is (0.36 + 0.0004)/0.0004 = 901. Its estimate from 20,000 paths has a
// standard deviation of 1.4 %; 7 % fails once in two million seeds.
func TestControlGains(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	xs, c := controlled(rng, 20_000)
	gain := ControlledMean(Sample{X: xs}, c, 0.1, 0.95).VarianceReduction
	if !same(gain, 901, 0.07) {
		t.Errorf("gain = %v, want 901 within 7 %%", gain)
	}
}

func TestControlledMeanCovers(t *testing.T) {
	coverage(t, 0.949, 0.949, 0.3, func(rng *rand.Rand) Estimate {
		xs, c := controlled(rng, 200)
		e := ControlledMean(Sample{X: xs}, c, 0.1, 0.95)
		return e
	})
}

// controlled draws n values of mean 0.3 with a control of mean 0.1.
func controlled(rng *rand.Rand, n int) (xs, c []float64) {
	for range n {
		r := 0.1 + 0.2*rng.NormFloat64()
		c = append(c, r)
		xs = append(xs, 3*r+0.02*rng.NormFloat64())
	}
	return xs, c
}

// Numbers corrected one by one compare as their difference would be corrected: the
// same value, and the same error.
func TestControlledPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{3, 4, 30, 1000} {
		var a, b, difference, control []float64
		for range n {
			c := 0.3 + rng.NormFloat64()
			control = append(control, c)
			a, b = append(a, 3*c-c*c+0.1*rng.NormFloat64()), append(b, 2*c+0.2*rng.NormFloat64())
			difference = append(difference, a[len(a)-1]-b[len(b)-1])
		}
		const mean = 0.25
		level, ya := ControlledPaths(Sample{X: a}, control, mean, 0.95)
		_, yb := ControlledPaths(Sample{X: b}, control, mean, 0.95)
		if want := ControlledMean(Sample{X: a}, control, mean, 0.95); level != want {
			t.Errorf("%d paths: %+v; want %+v", n, level, want)
		}
		alike := func(what string, got, want Estimate) {
			t.Helper()
			if !(math.Abs(got.Value-want.Value) < 1e-12 && math.Abs(got.SE/want.SE-1) < 1e-9) {
				t.Errorf("%d paths: %s %v ± %v; want %v ± %v", n, what, got.Value, got.SE, want.Value, want.SE)
			}
		}
		alike("level", Mean(Sample{X: ya}, 0.95), level)
		want := ControlledMean(Sample{X: difference}, control, mean, 0.95)
		alike("difference", PairedDifference(Sample{X: ya}, Sample{X: yb}, 0.95), want)
	}
	for name, xs := range map[string][]float64{"two": {1, 2}, "a ruined": {1, 2, math.Inf(-1), 3}} {
		if _, ys := ControlledPaths(Sample{X: xs}, []float64{1, 2, 4, 7}[:len(xs)], 3, 0.95); ys != nil {
			t.Errorf("%s: corrected to %v", name, ys)
		}
	}
	if _, ys := ControlledPaths(Sample{X: []float64{1, 2, 4}}, []float64{5, 5, 5}, 5,
		0.95); fmt.Sprint(ys) != "[1 2 4]" {
		t.Errorf("a control that does not vary makes %v", ys)
	}
}
