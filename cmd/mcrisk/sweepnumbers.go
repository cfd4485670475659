package main

import (
	"context"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/rundir"
	"mcrisk/study"
)

// cacheBytes is how much memory the numbers by path of a sweep's cells may take
// while it is judged.
const cacheBytes = 128e6

// A measured is one token in one cell: its numbers by path and its estimates, each
// by metric.
//
// Growth, and the growth in utility, is corrected by the known mean of the price's
// logarithm. What is compared is corrected in the same way, path by path, so that
// differences are those of the estimates, up to rounding.
type measured struct {
	raw       [][]float64 // as analytics.PathMetric.Of gives them
	corrected [][]float64 // nil where the mean is not known, or a path is ruined
	levels    []analytics.Estimate
}

// of is a metric by path.
func (m *measured) of(metric int, corrected bool) []float64 {
	if corrected {
		return m.corrected[metric]
	}
	return m.raw[metric]
}

// measure is each token of a cell.
func measure(c study.Cell, metrics []analytics.PathMetric) []measured {
	all := make([]measured, len(c.Ensembles))
	known := c.Study != nil && !c.Study.Spec().Uncertain
	for t := range all {
		e, x := &c.Ensembles[t], &all[t]
		for _, m := range metrics {
			xs := m.Of(e)
			level := m.Mean(xs, confidence)
			if math.IsNaN(level.Value) && m.Sense != analytics.Neither { // without a value it is worse than any
				for i := range xs {
					xs[i] = math.Inf(-int(m.Sense))
				}
			}
			x.raw, x.levels = append(x.raw, xs), append(x.levels, level)
		}
		if !known {
			continue
		}
		growth, utility := metricNumber(metrics, "log_growth"), metricNumber(metrics, "utility")
		_, logS, _ := price(c.Study, c.Study.Years())
		level, corrected := analytics.ControlledPaths(x.raw[growth], e.Column("log_underlying"), logS, confidence)
		if corrected == nil {
			continue
		}
		x.corrected = slices.Clone(x.raw)
		x.corrected[growth] = corrected
		x.corrected[utility] = slices.Clone(x.raw[utility])
		for i, v := range corrected {
			x.corrected[utility][i] += v - x.raw[growth][i]
		}
		x.levels[growth], x.levels[utility] = level, metrics[utility].Mean(x.corrected[utility], confidence)
	}
	return all
}

// pairing is the standard error that a difference would have on different paths, and
// how many times shorter pairing makes it; NaN where nothing scatters.
func pairing(a, b []float64) (unpaired, gain float64) {
	unpaired, gain = analytics.UnpairedSE(a, b), nan
	if se := analytics.PairedDifference(a, b, confidence).SE; se > 0 {
		gain = unpaired / se
	}
	return unpaired, gain
}

// metricNumber is the number of a metric by name.
func metricNumber(metrics []analytics.PathMetric, name string) int {
	return slices.IndexFunc(metrics, func(m analytics.PathMetric) bool { return m.Name == name })
}

func namesOf(ms []analytics.PathMetric) (names []string) {
	for _, m := range ms {
		names = append(names, m.Name)
	}
	return names
}

// sweepMetric is a metric of sweeps by name.
func sweepMetric(name string) analytics.PathMetric {
	all := analytics.SweepMetrics(aversion)
	return all[metricNumber(all, name)]
}

// A cellReader reads cells again while a sweep is judged. What was asked for lately
// is in memory.
type cellReader struct {
	ctx     context.Context
	records *rundir.Records
	metrics []analytics.PathMetric

	uncorrected map[[2]int]bool // cells and tokens whose growth is not corrected
	cells       map[int][]measured
	recent      []int // those in memory, the least recent first
}

// at is a token in a cell. It panics with a readError, which reading recovers from.
func (r *cellReader) at(cell, token int) *measured {
	if r.cells[cell] == nil {
		if err := r.ctx.Err(); err != nil {
			panic(readError{err})
		}
		c, err := r.records.Cell(cell)
		if err != nil {
			panic(readError{err})
		}
		s := r.records.Sweep.Study.Spec()
		each := 8 * float64(s.Paths*(len(r.metrics)+2)*len(s.Tokens))
		for len(r.recent) > 1 && float64(len(r.recent)+1)*each > cacheBytes {
			delete(r.cells, r.recent[0])
			r.recent = r.recent[1:]
		}
		r.cells[cell], r.recent = measure(c, r.metrics), append(r.recent, cell)
	}
	return &r.cells[cell][token]
}

// A readError is a record that could be read when the sweep was done and cannot
// any more, or that is not wanted any more.
type readError struct{ error }

// reading turns a readError into an error.
func reading(err *error) {
	if r := recover(); r != nil {
		e, ok := r.(readError)
		if !ok {
			panic(r)
		}
		*err = e.error
	}
}
