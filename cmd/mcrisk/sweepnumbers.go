package main

import (
	"context"
	"slices"

	"mcrisk/analytics"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
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
	raw       [][]float64 // as analytics.Case.Numbers gives them
	corrected [][]float64 // as CorrectedNumbers; nil where the mean is not known, or a path is ruined
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
func measure(c study.Cell, metrics []analytics.Metric, aversion float64) []measured {
	all := make([]measured, len(c.Ensembles))
	for t := range all {
		of, x := caseOf(c.Spec, t, &c.Ensembles[t], aversion), &all[t]
		for _, m := range metrics {
			x.raw, x.levels = append(x.raw, of.Numbers(m)), append(x.levels, of.Estimate(m))
			x.corrected = append(x.corrected, of.CorrectedNumbers(m))
		}
		if slices.ContainsFunc(x.corrected, func(xs []float64) bool { return xs == nil }) {
			x.corrected = nil
		}
	}
	return all
}

// caseOf is one token's lifetimes with what is known of their prices.
func caseOf(s study.Spec, token int, e *tokens.Ensemble, aversion float64) *analytics.Case {
	return &analytics.Case{Ensemble: e, Known: known(s, token), Aversion: aversion, Confidence: confidence}
}

// metricNumber is the number of a metric by name.
func metricNumber(metrics []analytics.Metric, name string) int {
	return slices.IndexFunc(metrics, func(m analytics.Metric) bool { return m.Name == name })
}

func namesOf(ms []analytics.Metric) (names []string) {
	for _, m := range ms {
		names = append(names, m.Name)
	}
	return names
}

// onPaths are numbers by path as samples: the paths of a study are independent and
// count alike.
func onPaths(at func(i int) []float64) func(i int) analytics.Sample {
	return func(i int) analytics.Sample { return analytics.Sample{X: at(i)} }
}

// A cellReader reads cells again while a sweep is judged. What was asked for lately
// is in memory.
type cellReader struct {
	ctx     context.Context
	records *rundir.Records
	metrics []analytics.Metric
	averse  float64

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
		s := c.Spec
		each := 8 * float64(s.Paths*(len(r.metrics)+2)*len(s.Tokens))
		for len(r.recent) > 1 && float64(len(r.recent)+1)*each > cacheBytes {
			delete(r.cells, r.recent[0])
			r.recent = r.recent[1:]
		}
		r.cells[cell], r.recent = measure(c, r.metrics, r.averse), append(r.recent, cell)
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
