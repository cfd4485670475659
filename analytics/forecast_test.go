package analytics

import (
	"math"
	"math/rand/v2"
	"testing"

	"mcrisk/fmath"
)

// The CRPS of a normal forecast is known: for outcomes of z standard deviations
// z(2Φ(z) − 1) + 2φ(z) − 1/√π. Evenly spaced quantiles of the law come near it.
//
// Source: Gneiting and Raftery, JASA 102 (2007), equation 21.
func TestCRPSOfNormal(t *testing.T) {
	const n = 20_000
	var xs []float64
	for i := range n {
		xs = append(xs, 3+2*fmath.NormQuantile((float64(i)+0.5)/n))
	}
	f := NewForecast(xs)
	for _, z := range []float64{-4, -1.3, 0, 0.2, 2.5} {
		density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		want := 2 * (z*(2*fmath.NormCDF(z)-1) + 2*density - 1/math.Sqrt(math.Pi))
		if got := f.CRPS(3 + 2*z); math.Abs(got-want) > 2e-4 {
			t.Errorf("CRPS at z = %v is %v; want %v", z, got, want)
		}
	}
}

// Worked by hand: E|X − y| is 4/3 and E|X − X'| is (0 + 1 + 3 + 1 + 0 + 2 + 3 + 2 + 0)/9.
func TestForecastByHand(t *testing.T) {
	f := NewForecast([]float64{4, 1, 2})
	if got, want := f.CRPS(1), 4.0/3-12.0/18; math.Abs(got-want) > 1e-15 {
		t.Errorf("CRPS %v; want %v", got, want)
	}
	if got := NewForecast([]float64{2}).CRPS(5); got != 3 {
		t.Errorf("CRPS of a sure forecast is %v; want the error of 3", got)
	}
	for _, tt := range []struct{ y, low, high float64 }{{0, 0, 0.25}, {1, 0, 0.5}, {1.5, 0.25, 0.5}, {9, 0.75, 1}} {
		if got := f.Rank(tt.y); got != (Rank{tt.low, tt.high}) {
			t.Errorf("rank of %v is %v; want %v to %v", tt.y, got, tt.low, tt.high)
		}
	}
	if got := (Rank{0.2, 0.4}).PIT(); math.Abs(got-0.3) > 1e-15 {
		t.Errorf("PIT %v; want 0.3", got)
	}
	for p, want := range map[Rank]float64{{0, 0.05}: 1, {0, 0.1}: 0.5, {0.9, 1}: 0.5, {0.96, 1}: 1, {0.3, 0.9}: 0} {
		if got := p.Outside(0.9); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v outside: %v; want %v", p, got, want)
		}
	}
}

// Transforms of outcomes of the forecast's own law are uniform, those of a count with
// few values too. All bounds are of 4 standard errors, passed once in 15,000 runs each.
func TestCalibrationOfRightForecasts(t *testing.T) {
	const n = 4000
	rng := rand.New(rand.NewPCG(3, 1))
	for name, draw := range map[string]func() float64{
		"normal": rng.NormFloat64,
		"count":  func() float64 { return math.Floor(3 * rng.Float64()) },
	} {
		var xs []float64
		for range 2000 {
			xs = append(xs, draw())
		}
		f := NewForecast(xs)
		ranks, cluster := make([]Rank, n), make([]int, n)
		for i := range ranks {
			ranks[i], cluster[i] = f.Rank(draw()), i%50
		}
		c := Calibrate(ranks, cluster)
		// of the outcomes and, as much at most for a count, of the forecast
		se := math.Sqrt(1.0/12) * (1/math.Sqrt(n) + 1/math.Sqrt(2000))
		if math.Abs(c.Mean-0.5) > 4*se {
			t.Errorf("%s: mean PIT %v; want 0.5 within %v", name, c.Mean, 4*se)
		}
		outside := math.Sqrt(0.09) * (1/math.Sqrt(n) + 1/math.Sqrt(2000))
		if math.Abs(c.Outside-0.1) > 4*outside {
			t.Errorf("%s: %v outside; want 0.1 within %v", name, c.Outside, 4*outside)
		}
		if c.KS > 4*0.5*(1/math.Sqrt(n)+1/math.Sqrt(2000)) || c.N != n || c.Clusters != 50 {
			t.Errorf("%s: %+v", name, c)
		}
		for b, share := range c.Histogram {
			if math.Abs(share-0.1) > 4*outside {
				t.Errorf("%s: tenth %d has %v of the outcomes", name, b, share)
			}
		}
	}
}

// The p-value of forecasts that are right is rarely small though outcomes of a cluster
// go together, and that of forecasts that are wrong always is. Of 400 samples as many as
// 20 ± 17 (4 standard errors) may have one of at most 0.05.
func TestCalibrationSize(t *testing.T) {
	const samples, clusters, each = 400, 12, 3
	rng := rand.New(rand.NewPCG(7, 1))
	sample := func(shift float64) Calibration {
		var ranks []Rank
		var cluster []int
		for k := range clusters {
			common := rng.NormFloat64()
			for range each {
				u := fmath.NormCDF(shift + math.Sqrt(0.8)*common + math.Sqrt(0.2)*rng.NormFloat64())
				ranks, cluster = append(ranks, Rank{u, math.Nextafter(u, 2)}), append(cluster, k)
			}
		}
		return Calibrate(ranks, cluster)
	}
	small := 0
	for range samples {
		if sample(0).P <= 0.05 {
			small++
		}
	}
	if small > 37 || small < 3 {
		t.Errorf("%d of %d right forecasts have p ≤ 0.05; want 20", small, samples)
	}
	for range 20 {
		if c := sample(2.5); c.P > 0.01 {
			t.Errorf("wrong forecasts have p = %v", c.P)
		}
	}
}

// What cannot be estimated is NaN.
func TestCalibrationOfFew(t *testing.T) {
	c := Calibrate(nil, nil)
	if !math.IsNaN(c.Mean) || !math.IsNaN(c.Outside) || !math.IsNaN(c.KS) || !math.IsNaN(c.P) {
		t.Errorf("of nothing: %+v", c)
	}
	ranks, cluster := make([]Rank, 70), make([]int, 70)
	for i := range ranks {
		u := (float64(i) + 0.5) / 70
		ranks[i], cluster[i] = Rank{u, u + 1e-9}, i%7
	}
	if c := Calibrate(ranks, cluster); !math.IsNaN(c.P) || c.KS > 0.02 || math.Abs(c.Outside-0.1) > 1e-6 {
		t.Errorf("of seven clusters: %+v; want no p-value", c)
	}
	cluster[0] = 7
	if c := Calibrate(ranks, cluster); !(c.P > 0.5) {
		t.Errorf("of eight clusters p = %v; want a large one", c.P)
	}
}
