package analytics

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

func TestMean(t *testing.T) {
	for _, tt := range []struct {
		name     string
		xs       []float64
		mean, se float64
	}{
		{"two", []float64{1, 3}, 2, 1},
		{"squares of 1, 2, 3 around their mean", []float64{1, 2, 3}, 2, math.Sqrt(1.0 / 3)},
		{"large offset", []float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}, 1e9 + 10, math.Sqrt(7.5)},
		{"mean between neighbours", []float64{1e16, 1e16 + 2}, 1e16, 1},
		{"cancelling", []float64{1, 1e100, 1, -1e100}, 0.5, math.Sqrt(2.0/3/4) * 1e100},
		{"constant", []float64{0.1, 0.1, 0.1}, 0.1, 0}, // even the exact sum, rounded, is not 3 times 0.1
		{"one", []float64{7}, 7, nan},
		{"none", nil, nan, nan},
		{"NaN", []float64{1, nan, 3}, nan, nan},
		{"infinite", []float64{1, -inf, 3}, -inf, nan},
		{"opposite infinities", []float64{inf, -inf}, nan, nan},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Mean(Sample{X: tt.xs}, 0.95)
			const z = 1.959963984540054 // standard normal quantile of 0.975, any table
			if !same(e.Value, tt.mean, 0) || !same(e.SE, tt.se, 1e-15) ||
				!same(e.Lo, tt.mean-z*tt.se, 1e-13) || !same(e.Hi, tt.mean+z*tt.se, 1e-13) {
				t.Errorf("got %+v, want %v ± %v", e, tt.mean, tt.se)
			}
			if e.N != len(tt.xs) || e.Confidence != 0.95 || e.Method != Normal {
				t.Errorf("got %+v, want a normal 95 %% interval from %d values", e, len(tt.xs))
			}
		})
	}
}

func TestMeanAgreesWithGonum(t *testing.T) {
	xs := normals(rand.New(rand.NewPCG(1, 2)), 10_000)
	mean, sd := stat.MeanStdDev(xs, nil)
	if e := Mean(Sample{X: xs}, 0.9); !same(e.Value, mean, 1e-12) || !same(e.SE, sd/100, 1e-12) {
		t.Errorf("got %v ± %v, gonum says %v ± %v", e.Value, e.SE, mean, sd/100)
	}
}

func TestMeanFinite(t *testing.T) {
	e := MeanFinite(Sample{X: []float64{1, -inf, 2, inf, 3}}, 0.95)
	if e != Mean(Sample{X: []float64{1, 2, 3}}, 0.95) || e.N != 3 {
		t.Errorf("got %+v, want the mean of 1, 2 and 3 with N = 3", e)
	}
	if e := MeanFinite(Sample{X: []float64{-inf, -inf}}, 0.95); !math.IsNaN(e.Value) || !math.IsNaN(e.Lo) || e.N != 0 {
		t.Errorf("without survivors: got %+v, want NaN of no values", e)
	}
	if e := MeanFinite(Sample{X: []float64{1, nan}}, 0.95); !math.IsNaN(e.Value) {
		t.Errorf("with a NaN: got %+v, want NaN", e)
	}
}

// Normal data of 200 values: the interval covers 94.9 % of the time, because z
// stands for Student's t.
func TestMeanCovers(t *testing.T) {
	coverage(t, 0.949, 0.949, 0, func(rng *rand.Rand) Estimate {
		return Mean(Sample{X: normals(rng, 200)}, 0.95)
	})
}

// Where the interval is too short, by how much is as documented: ten normal
// values, and the equity of an ideal 3x token after a year at a volatility of
// 0.8, of which 1,000 paths rarely show the few that decide the mean.
func TestMeanFallsShort(t *testing.T) {
	coverage(t, 0.917, 0.917, 0, func(rng *rand.Rand) Estimate {
		return Mean(Sample{X: normals(rng, 10)}, 0.95)
	})
	const sd = 3 * 0.8
	coverage(t, 0.76, 0.78, 1, func(rng *rand.Rand) Estimate {
		navs := normals(rng, 1000)
		for i, z := range navs {
			navs[i] = math.Exp(sd*z - sd*sd/2)
		}
		return Mean(Sample{X: navs}, 0.95)
	})
}

func TestPairedDifference(t *testing.T) {
	a := []float64{1, 2, -inf, 5, 3, -inf}
	b := []float64{0, 4, 1, 2, -inf, -inf}
	e := PairedDifference(Sample{X: a}, Sample{X: b}, 0.95)
	if want := Mean(Sample{X: []float64{1, -2, 3}}, 0.95); e != want {
		t.Errorf("got %+v, want %+v, from the three pairs where both survive", e, want)
	}
	// var(1, 2, 5) = 13/3 and var(0, 4, 2) = 4, over 3 pairs
	if got, want := UnpairedSE(Sample{X: a}, Sample{X: b}), math.Sqrt((13.0/3+4)/3); !same(got, want, 1e-15) {
		t.Errorf("UnpairedSE = %v, want %v", got, want)
	}
	for _, few := range [][]float64{nil, {1}} {
		if e := PairedDifference(Sample{X: few}, Sample{X: few}, 0.95); !math.IsNaN(e.SE) ||
			!math.IsNaN(UnpairedSE(Sample{X: few}, Sample{X: few})) {
			t.Errorf("%d pairs: got %+v, want no SE", len(few), e)
		}
	}
	if e := PairedDifference(Sample{X: []float64{1, nan}}, Sample{X: []float64{1, 2}}, 0.95); !math.IsNaN(e.Value) {
		t.Errorf("with a NaN: got %+v, want NaN", e)
	}
}

// With b = a - 1 + noise of a tenth the size, pairing removes nearly
// everything: var(a)+var(b) = 2.01 falls to 0.01, a gain of 201. The estimate
// of that ratio from 20,000 pairs has a standard deviation of 1.0 % (the chi
// square of its denominator), so 5 % fails less than once in a million seeds.
func TestPairingGains(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a := normals(rng, 20_000)
	b := make([]float64, len(a))
	for i := range b {
		b[i] = a[i] - 1 + 0.1*rng.NormFloat64()
	}
	gain := math.Pow(UnpairedSE(Sample{X: a}, Sample{X: b})/PairedDifference(Sample{X: a}, Sample{X: b}, 0.95).SE, 2)
	if !same(gain, 201, 0.05) {
		t.Errorf("gain = %v, want 201 within 5 %%", gain)
	}
}

func TestPairedDifferenceCovers(t *testing.T) {
	coverage(t, 0.949, 0.949, 1, func(rng *rand.Rand) Estimate {
		a := normals(rng, 200)
		b := make([]float64, len(a))
		for i := range b {
			b[i] = a[i] - 1 + 0.1*rng.NormFloat64()
		}
		return PairedDifference(Sample{X: a}, Sample{X: b}, 0.95)
	})
}
