package analytics

import (
	"fmt"
	"math"
	"slices"
)

// LogHistogram counts non-negative values in buckets that are narrow in
// proportion to their values, so that any quantile is known to within the
// fraction Alpha, however many values there are and in whatever order they come.
//
// Each power of two is cut into equal buckets, and a value finds its own by
// integer arithmetic on its bits. There is no logarithm, so counts are the same
// on every machine; the price is 1/ln 2 = 1.44 times the buckets that a
// logarithm would need. Memory is 8 bytes per bucket, 1/(2·Alpha) buckets per
// power of two between the smallest and the largest value: 16 kB from 1/1000 to
// 1000 at the default, never more than 1.7 MB.
//
// Zero has a bucket, and so has +Inf; values below 2⁻¹⁰²² ≈ 2e-308 count as the
// one, values from 2¹⁰²³ ≈ 9e307 as the other. The zero LogHistogram is empty, with the default Alpha, and ready.
//
// Up to Keep values are kept as they are, and quantiles are then exact. They are
// also exact where all values are equal.
//
// Source: the idea is DDSketch with linear interpolation of the logarithm
// (Masson, Rim and Lee, VLDB 2019, arXiv:1908.10693).
type LogHistogram struct {
	Alpha float64 // relative error of a quantile, 0.0002 to 0.5; 0 stands for 0.005. Set before the first Add
	Keep  int     // values that are kept, 8 bytes each, before they are only counted. Set before the first Add

	kept     []float64 // positive and finite, of which no bucket has been told; nil once they are counted
	sorted   bool      // kept is in increasing order
	least    float64   // of the positive and finite values; 0: there is none
	greatest float64
	octave   int      // binary exponent of the first bucket's octave, biased as in the bits
	counts   []uint64 // whole octaves, perOctave() buckets each
	zero     uint64
	infinite uint64
	nan      uint64
}

const (
	defaultAlpha = 0.005
	fractionBits = 52 // of a float64
)

// Add counts x. It panics if x is negative. A NaN is counted, and makes every
// quantile NaN.
func (h *LogHistogram) Add(x float64) {
	switch {
	case x < 0:
		panic(fmt.Sprintf("analytics: LogHistogram cannot count %v; want a number ≥ 0", x))
	case math.IsNaN(x):
		h.nan++
		return
	case x >= 0x1p1023:
		h.infinite++
		return
	case x < 0x1p-1022:
		h.zero++
		return
	}
	if h.least == 0 {
		h.least, h.greatest = x, x
	}
	h.least, h.greatest = min(h.least, x), max(h.greatest, x)
	if len(h.counts) > 0 || h.Keep == 0 {
		h.count(x, 1)
		return
	}
	h.kept, h.sorted = append(h.kept, x), false
	if len(h.kept) > h.Keep {
		for _, v := range h.kept {
			h.count(v, 1)
		}
		h.kept = nil
	}
}

// count puts x into its bucket so many times.
func (h *LogHistogram) count(x float64, times uint64) {
	bits := math.Float64bits(x)
	octave := int(bits >> fractionBits)
	per := h.perOctave()
	h.cover(octave)
	fraction := bits & (1<<fractionBits - 1)
	h.counts[(octave-h.octave)*per+int(fraction*uint64(per)>>fractionBits)] += times
}

// Count is the number of values added.
func (h *LogHistogram) Count() int {
	n := h.zero + h.infinite + h.nan + uint64(len(h.kept))
	for _, c := range h.counts {
		n += c
	}
	return int(n)
}

// exact reports whether every order statistic is known, not only its bucket.
func (h *LogHistogram) exact() bool { return len(h.counts) == 0 || h.least == h.greatest }

// Quantile is what [Quantile] gives for the values added, to within the
// fraction Alpha. Its interval ends at the outer edges of the buckets that hold
// the two order statistics, so it covers at least as often.
func (h *LogHistogram) Quantile(p, confidence float64) Estimate {
	n := h.Count()
	if n == 0 || h.nan > 0 {
		checkProbability(p)
		checkConfidence(confidence)
		return undefined(confidence, n, OrderStatistic)
	}
	mid := func(rank int) float64 { return middle(h.bucket(rank)) }
	low := func(rank int) float64 { lo, _ := h.bucket(rank); return lo }
	high := func(rank int) float64 { _, hi := h.bucket(rank); return hi }
	return quantile(n, p, confidence, mid, low, high)
}

// middle is 2·lo·hi/(lo+hi), equally far from both ends of a bucket in
// proportion.
func middle(lo, hi float64) float64 {
	if lo == hi {
		return lo
	}
	return lo + float64((hi-lo)*(lo/(lo+hi)))
}

// bucket returns the ends of the bucket that holds the order statistic of the
// given rank, counted from 1.
func (h *LogHistogram) bucket(rank int) (lo, hi float64) {
	left := uint64(rank)
	if left <= h.zero {
		return 0, 0
	}
	left -= h.zero
	if left <= uint64(len(h.kept)) {
		if !h.sorted {
			slices.Sort(h.kept)
			h.sorted = true
		}
		x := h.kept[left-1]
		return x, x
	}
	left -= uint64(len(h.kept))
	for i, c := range h.counts {
		if left <= c {
			return max(h.least, h.edge(i)), min(h.greatest, h.edge(i+1))
		}
		left -= c
	}
	return math.Inf(1), math.Inf(1)
}

// edge is the lower end of bucket i.
func (h *LogHistogram) edge(i int) float64 {
	per := h.perOctave()
	octave := math.Ldexp(1, h.octave+i/per-1023)
	return float64(octave * (1 + float64(i%per)/float64(per)))
}

// perOctave is the smallest number of equal buckets in [1, 2) of which the
// widest in proportion, the first, lies within Alpha of its middle:
// (1/k) / (2 + 1/k) ≤ Alpha.
func (h *LogHistogram) perOctave() int {
	alpha := h.Alpha
	if alpha == 0 {
		alpha = defaultAlpha
	}
	if !(alpha >= 0.0002 && alpha <= 0.5) { // below it, bucket numbers outgrow 64 bits
		panic(fmt.Sprintf("analytics: LogHistogram.Alpha = %v; want a number from 0.0002 to 0.5", h.Alpha))
	}
	return int(math.Ceil((1/alpha - 1) / 2))
}

// cover makes room for an octave.
func (h *LogHistogram) cover(octave int) {
	per := h.perOctave()
	if len(h.counts) == 0 {
		h.octave = octave
	}
	if octave < h.octave {
		h.counts = slices.Concat(make([]uint64, (h.octave-octave)*per), h.counts)
		h.octave = octave
	}
	if more := (octave+1-h.octave)*per - len(h.counts); more > 0 {
		h.counts = append(h.counts, make([]uint64, more)...)
	}
}

// Buckets are the ends of the buckets of a histogram with that Alpha, at least h.Alpha, from
// the first to the last that hold something, and what they hold; zero and infinite
// values are left out.
func (h *LogHistogram) Buckets(alpha float64) (edges []float64, counts []int) {
	wide := LogHistogram{Alpha: alpha}
	for _, x := range h.kept {
		wide.count(x, 1)
	}
	for i, c := range h.counts {
		if c > 0 {
			wide.count(h.edge(i)+float64((h.edge(i+1)-h.edge(i))/2), c)
		}
	}
	first, end := 0, len(wide.counts)
	for first < end && wide.counts[first] == 0 {
		first++
	}
	for end > first && wide.counts[end-1] == 0 {
		end--
	}
	for i := first; i < end; i++ {
		edges, counts = append(edges, wide.edge(i)), append(counts, int(wide.counts[i]))
	}
	if first < end {
		edges = append(edges, wide.edge(end))
	}
	return edges, counts
}
