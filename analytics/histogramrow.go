package analytics

// A HistogramRow is how many paths lay in one bucket of a histogram at one time.
type HistogramRow struct {
	Years     float64 // since the start
	Name      string  // of what is counted: decay_factor, NAV over S^T, or leverage
	Low, High float64 // ends of the bucket, 0 < Low < High
	Count     int     // at least one
}

// HistogramRows are the buckets, of those that hold something, of what is drawn as a
// density: decay factors and leverage, time by time, each upwards.
func (h *Horizons) HistogramRows() []HistogramRow {
	var rows []HistogramRow
	for i, years := range h.Times {
		for _, x := range []struct {
			name string
			of   *LogHistogram
		}{{"decay_factor", &h.Decay[i]}, {"leverage", &h.Leverage[i]}} {
			edges, counts := x.of.Buckets()
			for b, n := range counts {
				if n > 0 {
					rows = append(rows, HistogramRow{years, x.name, edges[b], edges[b+1], n})
				}
			}
		}
	}
	return rows
}
