package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"
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

// tallest is the largest density of a bin.
func (h histogram) tallest() (top float64) {
	for i := range h.counts {
		top = max(top, h.density(i))
	}
	return top
}

// rank is the value below which a share p of the values lies, by count: to
// place bins, not to report.
func (s sample) rank(p float64) float64 {
	return s.values[min(len(s.values)-1, int(p*float64(len(s.values))))]
}

// niceEdges makes bins of one round width and says by which rule. The width is
// that of Freedman and Diaconis, 2·IQR/n^⅓, but at least a mostBins-th of what
// the bins reach over, rounded to 1, 2 or 5 times a power of ten. They reach over
// all values but stragglers: those both in the outermost hundredth and more than
// six interquartile ranges beyond a quartile, which would press the rest into a
// corner.
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
	q1, q3 := s.rank(0.25), s.rank(0.75)
	iqr := q3 - q1
	if !same(q1, q3) {
		lo = max(lo, min(q1-6*iqr, s.rank(0.01)))
		hi = min(hi, max(q3+6*iqr, s.rank(0.99)))
	}
	width := max(2*iqr/math.Cbrt(float64(n)), (hi-lo)/mostBins)
	step, _ := niceStep(hi-lo, max(2, int((hi-lo)/width)+1))
	first, last := math.Floor(lo/step), math.Floor(hi/step)+1
	for k := first; k <= last; k++ {
		edges = append(edges, k*step)
	}
	return edges, fmt.Sprintf(", by the rule of Freedman and Diaconis, at most %d of them", mostBins)
}

// note says in words how wide the bins are and what of the sample lies outside.
func (s sample) note(h histogram, rule string) string {
	lo, hi := math.Inf(1), 0.0
	for i := range h.counts {
		w := h.edges[i+1] - h.edges[i]
		lo, hi = min(lo, w), max(hi, w)
	}
	note := "Bins are " + formatDigits(lo, 2) + " wide" + rule + "."
	if hi > lo*1.001 {
		note = "Bins are " + formatDigits(lo, 2) + " to " + formatDigits(hi, 2) + " wide" + rule + "."
	}
	if h.below > 0 {
		note += fmt.Sprintf(" Not shown below: %s, down to %s.", paths(h.below), formatDigits(s.values[0], 3))
	}
	if h.above > 0 {
		top := s.values[len(s.values)-1]
		note += fmt.Sprintf(" Not shown above: %s, up to %s.", paths(h.above), formatDigits(top, 3))
	}
	return note
}

// paths counts paths in words.
func paths(n int) string {
	if n == 1 {
		return "1 path"
	}
	return formatFixed(float64(n), 0) + " paths"
}

// leftOut says in words how many of all paths are not drawn, and why.
func leftOut(n, all int, why string) string {
	return fmt.Sprintf("Left out: %s of %s, %s.", formatFixed(float64(n), 0), paths(all), why)
}

// survivors keeps the finite values and their weights.
func survivors(values, weights []float64) (vs, ws []float64) {
	for i, v := range values {
		if finite(v) {
			vs = append(vs, v)
			if weights != nil {
				ws = append(ws, weights[i])
			}
		}
	}
	return vs, ws
}

// histogram fills the outline of the bars, as one shape so that no seams show.
func (p plane) histogram(h histogram, c color.NRGBA) {
	xs, ys := []float64{h.edges[0]}, []float64{0}
	for i := range h.counts {
		xs = append(xs, h.edges[i], h.edges[i+1])
		ys = append(ys, h.density(i), h.density(i))
	}
	xs, ys = append(xs, h.edges[len(h.edges)-1]), append(ys, 0)
	p.area(pale(c, 0.3), xs, make([]float64, len(xs)), ys)
	p.line(draw.LineStyle{Color: c, Width: thin}, xs, ys)
}
