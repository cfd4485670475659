package analytics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// By hand: 1, 2, 3, 4 about their mean 2.5 are −1.5, −0.5, 0.5, 1.5, with
// squares 5; lag 1 is (0.75 − 0.25 + 0.75)/5, lag 2 is (−0.75 − 0.75)/5.
func TestAutocorrelationByHand(t *testing.T) {
	got := Autocorrelation([]float64{1, 2, 3, 4}, []int{1, 2, 3, 4}, 0.95)
	for i, want := range []float64{0.25, -0.3, -0.45} {
		if math.Abs(got[i].Value-want) > 1e-15 {
			t.Errorf("lag %d: %v, want %v", i+1, got[i].Value, want)
		}
	}
	if !math.IsNaN(got[3].Value) || !math.IsNaN(Autocorrelation([]float64{2, 2, 2}, []int{1}, 0.95)[0].Value) {
		t.Error("a lag as long as the sample, or a constant sample, has an autocorrelation")
	}
}

// An autoregression with coefficient 0.5 has autocorrelations 0.5^lag; 4
// standard errors of about 1/√n (one false alarm in 5,000 seeds over three).
func TestAutocorrelationOfAutoregression(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	xs := make([]float64, 100_000)
	for i := 1; i < len(xs); i++ {
		xs[i] = 0.5*xs[i-1] + rng.NormFloat64()
	}
	for i, e := range Autocorrelation(xs, []int{1, 2, 5}, 0.95) {
		if want := math.Pow(0.5, []float64{1, 2, 5}[i]); math.Abs(e.Value-want) > 4*1.3/math.Sqrt(1e5) {
			t.Errorf("%v, want %v", e.Value, want)
		}
	}
}
