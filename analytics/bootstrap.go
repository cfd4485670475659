package analytics

import (
	"math"
	"slices"

	"mcrisk/random"
)

const (
	replicates = 400
	// blocks limits how many random numbers a resample takes: larger samples
	// are redrawn in blocks of consecutive paths, which are independent too.
	blocks = 1 << 13
	// resampling is the purpose of the bootstrap's random stream, apart from all
	// that paths draw.
	resampling = 64
)

// Resampled estimates statistics of a sample, each with the interval between
// the quantiles of its values over 400 resamples with replacement (the percentile
// interval), and their standard deviation as SE. Infinite values are left out
// first, and N says how many remained. The resamples depend on N alone: the same
// sample has the same interval.
//
// A statistic must not change or keep its argument, nor depend on its order.
// Where one is not finite on more than one resample in a hundred it has no
// interval. The percentile interval is a little short for small samples: 95 %
// means 93 to 94 % for the standard deviation of 200 normal values.
//
// Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13.
func Resampled(xs []float64, confidence float64, of ...func(xs []float64) float64) []Estimate {
	checkConfidence(confidence)
	xs = slices.DeleteFunc(slices.Clone(xs), func(x float64) bool { return math.IsInf(x, 0) })
	n := len(xs)
	values := make([][]float64, len(of))
	if n > 1 {
		source := random.NewSource(0, 0, random.Stream(resampling, 0))
		rng := source.Rand()
		block := (n + blocks - 1) / blocks
		again := make([]float64, 0, n+block)
		for range replicates {
			for again = again[:0]; len(again) < n; {
				first := rng.Intn((n+block-1)/block) * block
				again = append(again, xs[first:min(first+block, n)]...)
			}
			for s, f := range of {
				if v := f(again[:n]); finite(v) {
					values[s] = append(values[s], v)
				}
			}
		}
	}
	out := make([]Estimate, len(of))
	for s, f := range of {
		e := undefined(confidence, n, Bootstrap)
		e.Value = f(xs)
		if v := values[s]; finite(e.Value) && len(v) >= replicates*99/100 {
			slices.Sort(v)
			at := func(rank int) float64 { return v[rank-1] }
			_, squares := moments(v)
			e.SE = math.Sqrt(squares / float64(len(v)-1))
			e.Lo = min(e.Value, typeSeven(len(v), (1-confidence)/2, at))
			e.Hi = max(e.Value, typeSeven(len(v), (1+confidence)/2, at))
			if n < 30 {
				e.Warning = FewValues
			}
		}
		out[s] = e
	}
	return out
}

// sd, skewness and kurtosis are those of [SeriesMetrics].
func sd(xs []float64) float64       { return shapeOf(xs).sd }
func skewness(xs []float64) float64 { return shapeOf(xs).skewness }
func kurtosis(xs []float64) float64 { return shapeOf(xs).kurtosis }

// sharpe is mean over standard deviation, sortino mean over the root mean
// square of the negative values.
func sharpe(xs []float64) float64 {
	s := shapeOf(xs)
	return s.mean / s.sd
}

func sortino(xs []float64) float64 {
	_, _, below := ups(xs)
	mean, _ := moments(xs)
	return mean / below
}

// omega is the sum of gains over the sum of losses.
func omega(xs []float64) float64 {
	up, down, _ := ups(xs)
	return up / down
}

func gainToPain(xs []float64) float64 { return omega(xs) - 1 }

// tailRatio is the size of the 95 % quantile over that of the 5 % one. Its
// interval is made of theirs, each with half of the error allowed (Bonferroni),
// so it covers at least as often as it says.
func tailRatio(xs []float64, confidence float64) Estimate {
	q := Quantiles(xs, []float64{0.05, 0.95}, (1+confidence)/2)
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
