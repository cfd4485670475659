package analytics

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// gpd draws n numbers of a generalised Pareto law.
func gpd(rng *rand.Rand, shape, scale float64, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = scale * math.Expm1(shape*rng.ExpFloat64()) / shape
	}
	return xs
}

// The fit against SciPy's genpareto.fit on samples made of exact quantiles;
// testdata/gpd.py made the numbers.
func TestFitTailAgainstSciPy(t *testing.T) {
	data, err := os.ReadFile("testdata/gpd.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Shape, Scale       float64
		N                  int
		FitShape, FitScale float64
		Likelihood         float64
		Q, Lo, Hi          float64
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		xs := make([]float64, r.N) // the threshold, zero, and as many values as above it
		for i := range r.N {
			p := (float64(i) + 0.5) / float64(r.N)
			xs = append(xs, r.Scale*math.Expm1(-r.Shape*math.Log1p(-p))/r.Shape)
		}
		f := FitTail(Sample{X: xs}, 0.5)
		if len(f.excess) != r.N || f.Threshold != 0 {
			t.Fatalf("%d excesses over %v, want %d over 0", len(f.excess), f.Threshold, r.N)
		}
		// Nelder–Mead stops within 1e-4 of the place, and no higher than the top.
		if !same(f.Shape, r.FitShape, 5e-4) || !same(f.Scale, r.FitScale, 5e-4) || f.best < r.Likelihood-1e-9 ||
			f.best > r.Likelihood+1e-5 {
			t.Errorf("shape %v: fit %v, %v with %.9g; SciPy %v, %v with %.9g", r.Shape, f.Shape, f.Scale, f.best,
				r.FitShape, r.FitScale, r.Likelihood)
		}
		if e := f.Quantile(0.001, 0.95); !same(e.Value, r.Q, 1e-3) || !same(e.Lo, r.Lo, 1e-3) || !same(e.Hi, r.Hi,
			1e-3) {
			t.Errorf("shape %v: quantile %v from %v to %v; SciPy %v from %v to %v", r.Shape, e.Value, e.Lo, e.Hi, r.Q,
				r.Lo, r.Hi)
		}
	}
}

// A tail quantile's interval, ten times beyond the reach of the sample's own
// quantiles: covers as often as it says, for a tail with an end, an exponential
// one and a heavy one. A hundred studies see only what is grossly wrong; make
// coverage runs 2,000.
func TestTailQuantileCovers(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of fits")
	}
	for _, shape := range []float64{-0.3, 1e-6, 0.3} {
		truth := math.Expm1(shape*math.Log(1/0.001)) / shape
		coverageOf(t, 100, 0.93, 0.97, truth, func(rng *rand.Rand) Estimate {
			return FitTail(Sample{X: gpd(rng, shape, 1, 1500)}, 0.1).Quantile(0.001, 0.95)
		})
	}
}

func TestFitTail(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	xs := gpd(rng, 0.2, 2, 2000)
	f := FitTail(Sample{X: xs}, 0.1)
	inside := Quantile(Sample{X: xs}, 1-0.02, 0.95)
	if e := f.Quantile(0.02, 0.95); !within(e) || e.Value < inside.Lo || e.Value > inside.Hi {
		t.Errorf("inside the sample the fit says %+v, the sample %+v", e, inside)
	}
	for name, e := range map[string]Estimate{
		"empty":              FitTail(Sample{}, 0.1).Quantile(0.01, 0.95),
		"few":                FitTail(Sample{X: xs[:50]}, 0.1).Quantile(0.01, 0.95),
		"ruined":             FitTail(Sample{X: append([]float64{inf}, xs...)}, 0.1).Quantile(0.01, 0.95),
		"constant":           FitTail(Sample{X: make([]float64, 1000)}, 0.1).Quantile(0.01, 0.95),
		"below the tail":     f.Quantile(0.2, 0.95),
		"without a tail":     FitTail(Sample{X: xs}, 0).Quantile(0.01, 0.95),
		"not a number in it": FitTail(Sample{X: append([]float64{nan}, xs...)}, 0.1).Quantile(0.01, 0.95),
	} {
		if !math.IsNaN(e.Value) || !math.IsNaN(e.Lo) || e.Method != Profile {
			t.Errorf("%s: %+v, want none", name, e)
		}
	}
	for n, want := range map[int]Warning{1990: FewInTail, 2000: ""} {
		if e := FitTail(Sample{X: xs[:n]}, 0.1).Quantile(0.001, 0.95); e.Warning != want {
			t.Errorf("%d excesses: warning %q, want %q", n/10, e.Warning, want)
		}
	}
}
