package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A sample is values with weights, sorted by value.
type sample struct {
	values  []float64
	weights []float64 // sum to 1
}

// newSample sorts a copy of values; nil weights are all equal.
func newSample(values, weights []float64) sample {
	order := make([]int, len(values))
	total := 0.0
	weight := func(i int) float64 {
		if weights == nil {
			return 1
		}
		return weights[i]
	}
	for i := range values {
		order[i] = i
		total += weight(i)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	s := sample{make([]float64, len(values)), make([]float64, len(values))}
	for k, i := range order {
		s.values[k], s.weights[k] = values[i], weight(i)/total
	}
	return s
}

// exceedance returns the falling staircase
//
//	x ↦ share of the sample at or above x
//
// from x = lo to the largest value. A sample too large for its steps to be seen
// becomes a line through every so manyth corner, off by at most a 400th of it.
func (s sample) exceedance(lo float64) (xs, shares []float64) {
	const most = 400
	n := len(s.values)
	stride := max(1, n/most)
	xs, shares = []float64{lo}, []float64{1}
	above := 1.0
	for i, v := range s.values {
		before := above
		above -= s.weights[i]
		if i == n-1 {
			above = 0 // exactly
		}
		switch {
		case stride == 1:
			xs, shares = append(xs, v, v), append(shares, before, above)
		case i == 0:
			xs, shares = append(xs, v), append(shares, 1)
		case (i+1)%stride == 0 || i == n-1:
			xs, shares = append(xs, v), append(shares, above)
		}
	}
	return xs, shares
}

// A histogram counts values between edges.
type histogram struct {
	edges        []float64 // increasing; bin i is [edges[i], edges[i+1]), the last one closed
	counts       []int     // values in each bin
	share        []float64 // their weight, as a share of all values
	below, above int       // values outside
}

// bin sorts the sample into bins.
func (s sample) bin(edges []float64) histogram {
	h := histogram{edges: edges, counts: make([]int, len(edges)-1), share: make([]float64, len(edges)-1)}
	last := len(edges) - 1
	for k, v := range s.values {
		i, found := slices.BinarySearch(edges, v)
		if !found {
			i--
		}
		if found && i == last {
			i--
		}
		switch {
		case i < 0:
			h.below++
		case i >= last:
			h.above++
		default:
			h.counts[i]++
			h.share[i] += s.weights[k]
		}
	}
	return h
}

// density is the share per unit of value in bin i.
func (h histogram) density(i int) float64 { return h.share[i] / (h.edges[i+1] - h.edges[i]) }

// quantile is the value below which a share p of the values lies, by count:
// used to place bins, not to report.
func (s sample) rank(p float64) float64 {
	return s.values[min(len(s.values)-1, int(p*float64(len(s.values))))]
}

// niceEdges makes bins of one round width and says by which rule. The width is
// that of Freedman and Diaconis, 2·IQR/n^⅓, rounded up to 1, 2 or 5 times a
// power of ten; bins reach over all values, or over their middle 99.8 % where
// the tails would take more than mostBins.
//
// Source: Freedman and Diaconis (1981), "On the histogram as a density
// estimator: L2 theory".
func (s sample) niceEdges() (edges []float64, rule string) {
	const mostBins = 80
	n := len(s.values)
	lo, hi := s.values[0], s.values[n-1]
	if same(lo, hi) {
		half := 0.05 * math.Abs(lo)
		if half == 0 {
			half = 0.5
		}
		return []float64{lo - half, lo + half}, ", since all values are equal"
	}
	width := 2 * (s.rank(0.75) - s.rank(0.25)) / math.Cbrt(float64(n))
	if (hi-lo)/mostBins > width {
		lo, hi = s.rank(0.001), s.rank(0.999)
		if same(lo, hi) {
			lo, hi = s.values[0], s.values[n-1]
		}
		width = max(width, (hi-lo)/mostBins)
	}
	step, _ := niceStep(hi-lo, max(2, int((hi-lo)/width)+1))
	first, last := math.Floor(lo/step), math.Floor(hi/step)+1
	for k := first; k <= last; k++ {
		edges = append(edges, k*step)
	}
	return edges, fmt.Sprintf(", by the rule of Freedman and Diaconis with at most %d bins, rounded", mostBins)
}

// note says in words how wide the bins are and what lies outside them.
func (h histogram) note(rule string) string {
	lo, hi := math.Inf(1), 0.0
	for i := range h.counts {
		w := h.edges[i+1] - h.edges[i]
		lo, hi = min(lo, w), max(hi, w)
	}
	note := "Bins are " + formatDigits(lo, 2) + " wide" + rule + "."
	if hi > lo*1.001 {
		note = "Bins are " + formatDigits(lo, 2) + " to " + formatDigits(hi, 2) + " wide" + rule + "."
	}
	if h.below+h.above > 0 {
		note += " Beyond them: " + formatFixed(float64(h.below), 0) + " paths below and " + formatFixed(float64(h.above), 0) + " above."
	}
	return note
}
