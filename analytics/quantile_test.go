package analytics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestQuantileValue(t *testing.T) {
	for _, tt := range []struct {
		name    string
		xs      []float64
		p, want float64
	}{
		{"quarter of four", []float64{4, 2, 1, 3}, 0.25, 1.75}, // R: quantile(1:4, .25)
		{"40 % of five", []float64{15, 20, 35, 40, 50}, 0.4, 29},
		{"on an order statistic", []float64{15, 20, 35, 40, 50}, 0.75, 40},
		{"lowest", []float64{3, 1, 2}, 0, 1},
		{"highest", []float64{3, 1, 2}, 1, 3},
		{"one", []float64{7}, 0.3, 7},
		{"constant", []float64{0.1, 0.1, 0.1}, 0.7, 0.1},
		{"ruined lowest", []float64{1, -inf, 3}, 0, -inf},
		{"between ruined and alive", []float64{1, -inf, 3}, 0.25, -inf},
		{"just alive", []float64{1, -inf, 3}, 0.5, 1},
		{"between two ruined", []float64{-inf, -inf, 3}, 0.25, -inf},
		{"between alive and boundless", []float64{1, 2, inf}, 0.75, inf},
		{"between both", []float64{-inf, inf}, 0.5, nan},
		{"far ends", []float64{-math.MaxFloat64, math.MaxFloat64}, 0.5, 0},
		{"none", nil, 0.5, nan},
		{"NaN", []float64{1, nan, 3}, 1, nan},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Quantile(Sample{X: tt.xs}, tt.p, 0.95)
			if !same(e.Value, tt.want, 0) {
				t.Errorf("got %v, want %v", e.Value, tt.want)
			}
			if !math.IsNaN(e.SE) || e.N != len(tt.xs) || e.Confidence != 0.95 || e.Method != OrderStatistic {
				t.Errorf("got %+v, want an order-statistic 95 %% interval from %d values", e, len(tt.xs))
			}
			if math.IsNaN(tt.want) && tt.name != "between both" && !(math.IsNaN(e.Lo) && math.IsNaN(e.Hi)) {
				t.Errorf("got %+v, want NaN bounds", e)
			}
		})
	}
}

func TestQuantilesKeepTheOrderAsked(t *testing.T) {
	xs := []float64{5, 1, 4, 2, 3}
	got := Quantiles(Sample{X: xs}, []float64{0.75, 0, 0.5}, 0.5)
	for i, want := range []float64{4, 1, 3} {
		if got[i].Value != want {
			t.Errorf("quantile %d = %v, want %v", i, got[i].Value, want)
		}
	}
}

// The ranks are the binomial's 2.5 % quantile and one above its 97.5 %
// quantile. The published pairs (458-543, 81-120, 939-1062) are the two
// quantiles themselves, which lack that one and can cover too little: 94.89 %
// for the first.
func TestQuantileRanks(t *testing.T) {
	for _, tt := range []struct {
		name       string
		n          int
		p          float64
		confidence float64
		l, u       int
	}{
		{"5 % of ten thousand", 10_000, 0.05, 0.95, 458, 543 + 1},
		{"1 % of ten thousand", 10_000, 0.01, 0.95, 81, 120 + 1},
		{"1 % of a hundred thousand", 100_000, 0.01, 0.95, 939, 1062 + 1},
		{"99 % is the mirror", 10_000, 0.99, 0.95, 10_001 - 121, 10_001 - 81},
		{"median of ten", 10, 0.5, 0.95, 2, 9}, // 1 - 22/2¹⁰ = 97.85 %
		{"median of five is out of reach", 5, 0.5, 0.95, 0, 6},
		{"median of five at 90 %", 5, 0.5, 0.9, 1, 5}, // 1 - 2/2⁵ = 93.75 %
		{"1 % of a hundred has no lower end", 100, 0.01, 0.95, 0, 4},
		{"minimum", 10, 0, 0.95, 0, 1},
		{"maximum", 10, 1, 0.95, 10, 11},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if l, u := quantileRanks(tt.n, tt.p, tt.confidence); l != tt.l || u != tt.u {
				t.Errorf("ranks %d and %d, want %d and %d", l, u, tt.l, tt.u)
			}
		})
	}
}

// Exact means: summed term by term, each tail has at most its half of what is
// left, and one rank further in would have more. No sampling, no false alarms.
func TestQuantileRanksCover(t *testing.T) {
	for _, n := range []int{1, 7, 20, 100, 1000, 10_000} {
		for _, p := range []float64{0.001, 0.01, 0.05, 0.25, 0.5, 0.95} {
			for _, confidence := range []float64{0.5, 0.95, 0.99} {
				l, u := quantileRanks(n, p, confidence)
				half := (1-confidence)/2 + 1e-12
				low, high := 0.0, 0.0 // P(B < l), P(B ≥ u)
				for k := range n + 1 {
					if k < l {
						low += binomial(k, n, p)
					} else if k >= u {
						high += binomial(k, n, p)
					}
				}
				if low > half || high > half || low+binomial(l, n, p) < half-2e-12 || high+binomial(u-1, n,
					p) < half-2e-12 {
					t.Errorf("n = %d, p = %v at %v: ranks %d and %d leave %v and %v", n, p, confidence, l, u, low, high)
				}
			}
		}
	}
}

// The bounds are the order statistics of those ranks, and infinite where there
// is none.
func TestQuantileBounds(t *testing.T) {
	xs := make([]float64, 10_000)
	for i := range xs {
		xs[len(xs)-1-i] = float64(i + 1) // rank = value
	}
	if e := Quantile(Sample{X: xs}, 0.05, 0.95); e.Lo != 458 || e.Hi != 544 || !same(e.Value, 500.95, 1e-15) {
		t.Errorf("got %+v, want 500.95 in [458, 544]", e)
	}
	if e := Quantile(Sample{X: xs[:100]}, 0.01, 0.95); e.Lo != -inf || e.Hi != 9904 {
		t.Errorf("got %+v, want [-Inf, 9904]", e)
	}
	if e := Quantile(Sample{X: xs[:100]}, 0.99, 0.95); e.Lo != 9997 || e.Hi != inf {
		t.Errorf("got %+v, want [9997, +Inf]", e)
	}
	if e := Quantile(Sample{X: []float64{5, 4, 3, 2, 1}}, 0.5, 0.9); e.Lo != 1 || e.Hi != 5 {
		t.Errorf("got %+v, want the whole sample, [1, 5]", e)
	}
	// At a low confidence the lower rank, 5, lies above the interpolated 4.6.
	if e := Quantile(Sample{X: []float64{1, 2, 3, 4, 5}}, 0.9, 0.01); !(e.Lo <= e.Value && e.Value <= e.Hi) {
		t.Errorf("got %+v, want Lo ≤ Value ≤ Hi", e)
	}
}

// The 10 % quantile of 300 exponential values; the ranks cover 95.0 to 97 %.
func TestQuantileCovers(t *testing.T) {
	coverage(t, 0.95, 0.97, -math.Log(0.9), func(rng *rand.Rand) Estimate {
		xs := make([]float64, 300)
		for i := range xs {
			xs[i] = rng.ExpFloat64()
		}
		return Quantile(Sample{X: xs}, 0.1, 0.95)
	})
}
