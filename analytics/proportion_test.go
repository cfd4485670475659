package analytics

import (
	"math"
	"testing"
)

func TestProportion(t *testing.T) {
	for _, tt := range []struct {
		name   string
		k, n   int
		lo, hi float64
		source string
	}{
		{"7 of 20", 7, 20, 0.1539092, 0.5921885, "R 4: binom.test(7, 20)"},
		{"none of 10", 0, 10, 0, 1 - math.Pow(0.025, 0.1), "closed form"},
		{"all of 10", 10, 10, math.Pow(0.025, 0.1), 1, "closed form"},
		{"one of one", 1, 1, 0.025, 1, "closed form"},
		{"none of a million", 0, 1e6, 0, -math.Expm1(math.Log(0.025) / 1e6), "closed form"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Proportion(tt.k, tt.n, 0.95)
			p := float64(tt.k) / float64(tt.n)
			if e.Value != p || !same(e.Lo, tt.lo, 5e-7) || !same(e.Hi, tt.hi, 5e-7) {
				t.Errorf("got %+v, want [%v, %v] (%s)", e, tt.lo, tt.hi, tt.source)
			}
			if want := math.Sqrt(p * (1 - p) / float64(tt.n)); e.SE != want || e.N != tt.n ||
				e.Method != ClopperPearson {
				t.Errorf("got %+v, want SE %v", e, want)
			}
		})
	}
	if e := Proportion(0, 0, 0.95); !math.IsNaN(e.Value) || !math.IsNaN(e.SE) || !math.IsNaN(e.Lo) ||
		!math.IsNaN(e.Hi) {
		t.Errorf("without trials: got %+v, want NaN", e)
	}
}

// The ends are where a tail of the binomial, summed term by term, is half of
// what is left. From a rare event in a million to half of a thousand.
func TestProportionInvertsBinomialTails(t *testing.T) {
	for _, tt := range []struct{ k, n int }{{1, 1_000_000}, {3, 20}, {139, 1000}, {500, 1000}, {2540, 10_000}} {
		for _, confidence := range []float64{0.8, 0.95, 0.999} {
			e := Proportion(tt.k, tt.n, confidence)
			tail := (1 - confidence) / 2
			below, upTo := 0.0, 0.0
			for k := range tt.k + 1 {
				if k < tt.k {
					below += binomial(k, tt.n, e.Lo)
				}
				upTo += binomial(k, tt.n, e.Hi)
			}
			if !same(1-below, tail, 1e-8) || !same(upTo, tail, 1e-8) {
				t.Errorf("%d of %d at %v: tails %v and %v, want %v", tt.k, tt.n, confidence, 1-below, upTo, tail)
			}
		}
	}
}

// Exact means: for every true probability the intervals that cover it add up
// to at least the confidence. No sampling, so no false alarms.
func TestProportionCovers(t *testing.T) {
	least := 1.0
	for _, n := range []int{1, 10, 60} {
		for p := 0.005; p < 1; p += 0.005 {
			covered := 0.0
			for k := range n + 1 {
				if e := Proportion(k, n, 0.95); e.Lo <= p && p <= e.Hi {
					covered += binomial(k, n, p)
				}
			}
			least = min(least, covered)
			if covered < 0.95 {
				t.Errorf("n = %d, p = %v: covered %v of the time, want at least 0.95", n, p, covered)
			}
		}
	}
	t.Logf("least coverage %.4f", least)
}

func TestLossAndReachProbability(t *testing.T) {
	navs := []float64{0, 0.25, 0.5, 0.75, 1, 1.5, 2}
	for _, tt := range []struct {
		name string
		got  Estimate
		k    int
	}{
		{"more than half", LossProbability(Sample{X: navs}, 0.5, 0.95), 2}, // exactly half is not more
		{"everything", LossProbability(Sample{X: navs}, 1, 0.95), 0},
		{"anything", LossProbability(Sample{X: navs}, 0, 0.95), 4},
		{"reach 50 %", ReachProbability(Sample{X: navs}, 0.5, 0.95), 2},
		{"keep a quarter", ReachProbability(Sample{X: navs}, -0.75, 0.95), 6},
	} {
		if want := Proportion(tt.k, len(navs), 0.95); tt.got != want {
			t.Errorf("%s: got %+v, want %+v", tt.name, tt.got, want)
		}
	}
	for _, e := range []Estimate{
		LossProbability(Sample{}, 0.5, 0.95), ReachProbability(Sample{}, 0.5, 0.95),
		LossProbability(Sample{X: []float64{0.1, nan}}, 0.5, 0.95), ReachProbability(Sample{X: []float64{3, nan}}, 0.5,
			0.95),
	} {
		if !math.IsNaN(e.Value) || !math.IsNaN(e.Lo) || !math.IsNaN(e.Hi) {
			t.Errorf("got %+v, want NaN", e)
		}
	}
}

// binomial is P(B = k) for B of n trials with probability p inside (0, 1).
func binomial(k, n int, p float64) float64 {
	ln := func(n int) float64 { l, _ := math.Lgamma(float64(n + 1)); return l }
	return math.Exp(ln(n) - ln(k) - ln(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}
