package analytics

import (
	"maps"
	"math"
	"slices"
)

// A HistogramRow is how many paths lay in one bucket of a histogram at one time.
type HistogramRow struct {
	Years     float64 // since the start
	Name      string  // of what is counted: decay_factor, NAV over S^T, or leverage
	Low, High float64 // ends of the bucket, 0 ≤ Low < High
	Count     int     // at least one
}

// HistogramRows are the buckets, of those that hold something, of what is drawn as a
// density: decay factors and leverage, time by time, each upwards. Buckets of leverage
// end at the edges of the band.
func (h *Horizons) HistogramRows() []HistogramRow {
	var rows []HistogramRow
	for i, years := range h.Times {
		rows = append(rows, logRows(years, "decay_factor", &h.Decay[i])...)
		if h.Band[0] < h.Band[1] {
			rows = append(rows, h.inBand[i].rows(years, h.Band)...)
		} else {
			rows = append(rows, logRows(years, "leverage", &h.Leverage[i])...)
		}
	}
	return rows
}

// drawnAlpha is fine enough for a figure.
const drawnAlpha = 0.005

func logRows(years float64, name string, of *LogHistogram) (rows []HistogramRow) {
	edges, counts := of.Buckets(drawnAlpha)
	for b, n := range counts {
		if n > 0 {
			rows = append(rows, HistogramRow{years, name, edges[b], edges[b+1], n})
		}
	}
	return rows
}

// bandBins counts leverages in bins of one width, binsInBand of them between the edges
// of a band. A leverage at an edge, but for rounding, is inside.
type bandBins struct{ counts map[int]int } // by number, from the lower edge

const binsInBand = 30

func (b *bandBins) add(band [2]float64, leverage float64) {
	low, high := band[0], band[1]
	if !(low < high) {
		return
	}
	const slack = 1e-9 // of a bin
	at := (leverage - low) / (high - low) * binsInBand
	bin := int(math.Floor(min(at, 1e15)))
	switch {
	case at < 0 && at >= -slack:
		bin = 0
	case at >= binsInBand && at <= binsInBand+slack:
		bin = binsInBand - 1
	}
	if b.counts == nil {
		b.counts = map[int]int{}
	}
	b.counts[bin]++
}

func (b *bandBins) rows(years float64, band [2]float64) (rows []HistogramRow) {
	edge := func(k int) float64 {
		part := float64(k) / binsInBand
		return float64((1-part)*band[0]) + float64(part*band[1]) // exactly the edges at 0 and 1
	}
	for _, k := range slices.Sorted(maps.Keys(b.counts)) {
		rows = append(rows, HistogramRow{years, "leverage", max(0, edge(k)), edge(k + 1), b.counts[k]})
	}
	return rows
}
