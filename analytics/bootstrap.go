package analytics

import (
	"math"
	"slices"

	"mcrisk/random"
)

const (
	replicates = 400
	// blocks limits how many random numbers a resample takes: larger samples
	// are redrawn in blocks of consecutive clusters, which are independent too.
	blocks = 1 << 13
	// resampling is the purpose of the bootstrap's random stream, apart from all
	// that paths draw.
	resampling = 64
)

// Resampled estimates statistics of a sample, each with the interval between
// the quantiles of its values over 400 resamples with replacement (the percentile
// interval), and their standard deviation as SE. Infinite values are left out
// first, and N says how many remained. Clusters are drawn whole, each value with its
// weight. The resamples depend on the number of clusters, of paths on their own N,
// alone: the same sample has the same interval.
//
// A statistic is of a sample that has no clusters any more. It must not change or
// keep its argument, nor depend on its order. Where one is not finite on more than
// one resample in a hundred it has no interval. The percentile interval is a little
// short for small samples: 95 % means 93 to 94 % for the standard deviation of 200
// normal values.
//
// Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13, and
// section 8.6 for draws of whole blocks.
func Resampled(s Sample, confidence float64, of ...func(Sample) float64) []Estimate {
	checkConfidence(confidence)
	s = s.valid().finite()
	s, ends := s.byCluster()
	n := len(ends)
	values := make([][]float64, len(of))
	if n > 1 {
		source := random.NewSource(0, 0, random.Stream(resampling, 0))
		rng := source.Rand()
		block := (n + blocks - 1) / blocks
		var again Sample
		for range replicates {
			again.X, again.W = again.X[:0], again.W[:0]
			for left := n; left > 0; {
				first := rng.Intn((n+block-1)/block) * block
				drawn := min(first+block, n) - first
				from, to := 0, ends[first+min(drawn, left)-1]
				if first > 0 {
					from = ends[first-1]
				}
				again.X = append(again.X, s.X[from:to]...)
				if s.W != nil {
					again.W = append(again.W, s.W[from:to]...)
				}
				left -= drawn
			}
			for k, f := range of {
				if v := f(again); finite(v) {
					values[k] = append(values[k], v)
				}
			}
		}
	}
	out := make([]Estimate, len(of))
	for k, f := range of {
		e := undefined(confidence, len(s.X), Bootstrap)
		e.Value = f(Sample{X: s.X, W: s.W})
		if v := values[k]; finite(e.Value) && len(v) >= replicates*99/100 {
			slices.Sort(v)
			at := func(rank int) float64 { return v[rank-1] }
			_, squares := moments(Sample{X: v})
			e.SE = math.Sqrt(squares / float64(len(v)-1))
			e.Lo = min(e.Value, typeSeven(float64(len(v)), (1-confidence)/2, at))
			e.Hi = max(e.Value, typeSeven(float64(len(v)), (1+confidence)/2, at))
			if n < 30 {
				e.Warning = FewValues
			}
		}
		out[k] = e
	}
	return out
}

// sd, skewness and kurtosis are those of [SeriesMetrics].
func sd(s Sample) float64       { return shapeOf(s).sd }
func skewness(s Sample) float64 { return shapeOf(s).skewness }
func kurtosis(s Sample) float64 { return shapeOf(s).kurtosis }

// sharpe is mean over standard deviation, sortino mean over the root mean
// square of the negative values.
func sharpe(s Sample) float64 {
	m := shapeOf(s)
	return m.mean / m.sd
}

func sortino(s Sample) float64 {
	_, _, below := ups(s)
	mean, _ := moments(s)
	return mean / below
}

// omega is the sum of gains over the sum of losses.
func omega(s Sample) float64 {
	up, down, _ := ups(s)
	return up / down
}

func gainToPain(s Sample) float64 { return omega(s) - 1 }

// tailRatio is the size of the 95 % quantile over that of the 5 % one. Its
// interval is made of theirs, each with half of the error allowed (Bonferroni),
// so it covers at least as often as it says.
func tailRatio(s Sample, confidence float64) Estimate {
	q := Quantiles(s, []float64{0.05, 0.95}, (1+confidence)/2)
	low, high := magnitude(q[0]), magnitude(q[1])
	e := high
	e.Value, e.Lo, e.Hi = high.Value/low.Value, high.Lo/low.Hi, high.Hi/low.Lo
	e.Confidence = confidence
	return e
}

// magnitude is the estimate of |value|.
func magnitude(e Estimate) Estimate {
	lo, hi := math.Abs(e.Lo), math.Abs(e.Hi)
	if e.Lo <= 0 && e.Hi >= 0 {
		lo, hi = 0, max(lo, hi)
	}
	e.Value, e.Lo, e.Hi = math.Abs(e.Value), min(lo, hi), max(lo, hi)
	return e
}
