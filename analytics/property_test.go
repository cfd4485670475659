package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sample draws samples of one value and more, with ties, signs and sizes that
// differ, and where ruin is allowed with -Inf among them.
func sample(ruin bool) *rapid.Generator[[]float64] {
	kinds := []*rapid.Generator[float64]{
		rapid.Float64Range(-1e6, 1e6),
		rapid.SampledFrom([]float64{-1, 0, 0.1, 0.5, 1}),
	}
	if ruin {
		kinds = append(kinds, rapid.Just(-inf))
	}
	return rapid.SliceOfN(rapid.OneOf(kinds...), 1, 60)
}

func within(e Estimate) bool { return e.Lo <= e.Value && e.Value <= e.Hi }

func TestQuantileLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := sample(true).Draw(t, "xs")
		confidence := rapid.Float64Range(0.01, 0.999).Draw(t, "confidence")
		ps := rapid.SliceOfN(rapid.Float64Range(0, 1), 2, 6).Draw(t, "ps")
		slices.Sort(ps)
		got := Quantiles(Sample{X: xs}, ps, confidence)
		for i, e := range got {
			if !within(e) {
				t.Fatalf("p = %v: %+v, want Lo ≤ Value ≤ Hi", ps[i], e)
			}
			if i > 0 && !(got[i-1].Value <= e.Value && got[i-1].Lo <= e.Lo && got[i-1].Hi <= e.Hi) {
				t.Fatalf("p = %v gives %+v, p = %v gives %+v; want both ends and the value to rise", ps[i-1], got[i-1],
					ps[i], e)
			}
		}
		shuffled := slices.Clone(xs)
		rand.New(rand.NewPCG(1, uint64(len(xs)))).Shuffle(len(xs), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		for i, e := range Quantiles(Sample{X: shuffled}, ps, confidence) {
			if e.Value != got[i].Value || e.Lo != got[i].Lo || e.Hi != got[i].Hi {
				t.Fatalf("shuffled: %+v, want %+v", e, got[i])
			}
		}
	})
}

// Expected shortfall lies between VaR and the worst loss, and is the mean for
// p = 1; a mean lies within its sample and interval.
func TestMeanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := sample(false).Draw(t, "xs")
		p := rapid.Float64Range(0.001, 1).Draw(t, "p")
		mean := Mean(Sample{X: xs}, 0.95)
		size := 1e-12 * math.Max(math.Abs(slices.Max(xs)), math.Abs(slices.Min(xs)))
		if mean.Value < slices.Min(xs)-size || mean.Value > slices.Max(xs)+size || len(xs) > 1 && !within(mean) {
			t.Fatalf("mean %+v", mean)
		}
		es, v := ExpectedShortfall(Sample{X: xs}, p, 0.95), ValueAtRisk(Sample{X: xs}, p, 0.95)
		if es.Value < v.Value-size || es.Value > slices.Max(xs)+size {
			t.Fatalf("ES %v outside VaR %v and the worst %v", es.Value, v.Value, slices.Max(xs))
		}
		if all := ExpectedShortfall(Sample{X: xs}, 1, 0.95); math.Abs(all.Value-mean.Value) > size {
			t.Fatalf("ES of everything %v, want the mean %v", all.Value, mean.Value)
		}
	})
}

// Two fitted parameters cost two degrees of freedom and the distance from the
// control's mean; beyond that a control never lengthens the interval.
func TestControlLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 40).Draw(t, "n")
		draw := func(name string) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(-10, 10), n, n).Draw(t, name)
		}
		xs, c := draw("xs"), draw("control")
		e := ControlledMean(Sample{X: xs}, c, Mean(Sample{X: c}, 0.95).Value, 0.95)
		if least := float64(n-2) / float64(n-1); !(e.VarianceReduction >= least*(1-1e-9)) {
			t.Fatalf("gain = %v, want at least %v", e.VarianceReduction, least)
		}
		if !same(e.Value, Mean(Sample{X: xs}, 0.95).Value, 1e-9) || !within(e) {
			t.Fatalf("control on its mean: %+v, want Mean's value", e)
		}
	})
}

func TestLogHistogramLaws(t *testing.T) {
	values := rapid.SliceOf(rapid.OneOf(
		rapid.Float64Range(0, 10), rapid.Float64Range(0, math.MaxFloat64),
		rapid.SampledFrom([]float64{0, 1, 2, inf})))
	rapid.Check(t, func(t *rapid.T) {
		alpha := rapid.Float64Range(0.005, 0.5).Draw(t, "alpha")
		count := func(xs ...float64) *LogHistogram {
			h := &LogHistogram{Alpha: alpha}
			for _, x := range xs {
				h.Add(x)
			}
			return h
		}
		a, b := values.Draw(t, "a"), values.Draw(t, "b")
		whole := count(slices.Concat(a, b)...)
		if !sameCounts(count(slices.Concat(b, a)...), whole) {
			t.Fatal("counts depend on the order")
		}
		for _, p := range []float64{0, 0.1, 0.5, 1} {
			if e := whole.Quantile(p, 0.9); whole.Count() > 0 && !within(e) {
				t.Fatalf("p = %v: %+v, want Lo ≤ Value ≤ Hi", p, e)
			}
		}
	})
}

func TestBinsCountEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := sample(true).Draw(t, "xs")
		limit := rapid.IntRange(1, 40).Draw(t, "limit")
		alive := slices.DeleteFunc(slices.Clone(xs), func(x float64) bool { return math.IsInf(x, 0) })
		edges, counts := Bins(xs, limit)
		total := 0
		for _, c := range counts {
			total += c
		}
		if total != len(alive) || len(counts) > limit || !slices.IsSorted(edges) {
			t.Fatalf("%d of %d values in %d bins %v", total, len(alive), len(counts), edges)
		}
	})
}
