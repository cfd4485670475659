package assess

import (
	"context"
	"fmt"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/study"
)

// Cells are the cells of a finished sweep, by number: first those of its grid or sample,
// last the baseline. A cell that failed has a Fault and no lifetimes; the error is one of
// reading it. The lifetimes have at least the columns of [SweepColumns].
//
// [study.Collected] holds cells in memory; records of a run directory read each cell
// when it is needed.
type Cells interface {
	Cell(number int) (study.Cell, error)
}

// SweepColumns are the columns of lifetimes that the metrics of a sweep need.
func SweepColumns() []string { return analytics.Columns(analytics.Swept()...) }

// KeptCells is the largest number of cells of which a [SweepAnalysis] holds the
// estimates.
const KeptCells = 20_000

// CellEstimates are the estimates of one token in one cell, or why the cell failed.
type CellEstimates struct {
	Cell, Token int            // Token is −1 where the cell failed
	Metrics     []CellEstimate // by metric, in the order of analytics.Swept; none where the cell failed
	Hash        string         // of the lifetimes of all tokens in the cell, as study.Hash makes it
	Fault       error          // nil: the cell did not fail
}

// A CellEstimate is one metric of a cell, and its paired difference from the baseline.
type CellEstimate struct {
	Estimate analytics.Estimate
	// Versus is the mean paired difference from the baseline, with a control variate if
	// both sides have one.
	Versus analytics.Estimate
	// Unpaired is the standard error that Versus would have on independent paths without
	// a control, and VarianceReduction that by pairing alone; NaN if the differences have
	// no variance.
	Unpaired, VarianceReduction float64
}

// A measured is one token in one cell: its numbers by path and its estimates, each by
// metric.
//
// Growth, also in utility, has the log price as control. Paired differences use the same
// correction by path, so they equal the differences of the estimates up to rounding.
type measured struct {
	raw       []analytics.Sample // as analytics.Case.Numbers gives them
	corrected []analytics.Sample // as CorrectedNumbers; nil where the mean is not known, or a path is ruined
	levels    []analytics.Estimate
	metrics   []analytics.Metric
}

// of is a metric by path.
func (m *measured) of(metric int, corrected bool) analytics.Sample {
	if corrected {
		return m.corrected[metric]
	}
	return m.raw[metric]
}

// measure is each token of a cell.
func measure(c study.Cell, metrics []analytics.Metric, aversion float64) []measured {
	all := make([]measured, len(c.Ensembles))
	for t := range all {
		of, x := Case(c.Study, t, &c.Ensembles[t], false), &all[t]
		of.Aversion, x.metrics = aversion, metrics
		for _, m := range metrics {
			x.raw, x.levels = append(x.raw, of.Sample(of.Numbers(m))), append(x.levels, of.Estimate(m))
			x.corrected = append(x.corrected, of.Sample(of.CorrectedNumbers(m)))
		}
		if slices.ContainsFunc(x.corrected, func(xs analytics.Sample) bool { return xs.X == nil }) {
			x.corrected = nil
		}
	}
	return all
}

// versus compares a token in a cell with the baseline, by metric.
func (m *measured) versus(baseline *measured) (list []CellEstimate) {
	corrected := m.corrected != nil && baseline.corrected != nil
	for i, level := range m.levels {
		a, b := m.of(i, corrected), baseline.of(i, corrected)
		x := CellEstimate{Estimate: level, Versus: analytics.PairedDifference(a, b, Confidence)} // from itself nothing
		if m != baseline {
			x.Versus = m.metrics[i].Difference(a, b, Confidence)
		}
		x.Unpaired, x.VarianceReduction = analytics.Pairing(m.raw[i], baseline.raw[i])
		list = append(list, x)
	}
	return list
}

// A reader gives the numbers of cells by path to estimators that read them repeatedly.
// The cells read last are cached.
//
// Estimators take no errors. After an error a reader returns NaN, and callers of
// estimators check err before they use the result.
type reader struct {
	cell   func(number int) (study.Cell, error)
	to     func(study.Cell) []measured
	err    error
	cells  map[int][]measured
	recent []int     // those in memory, the least recent first
	most   int       // how many may be in memory
	blank  *measured // what is handed out after an error
}

// cacheBytes is how much memory the numbers by path of a sweep's cells may take while
// it is analysed.
const cacheBytes = 128e6

// newReader makes a reader of a sweep's cells, which fails once ctx is done.
func newReader(ctx context.Context, s *study.Sweep, cells Cells, metrics []analytics.Metric, aversion float64) *reader {
	spec := s.Study.Spec()
	nan := analytics.Sample{X: make([]float64, spec.Paths)}
	for i := range nan.X {
		nan.X[i] = math.NaN()
	}
	blank := &measured{levels: make([]analytics.Estimate, len(metrics))}
	for i := range metrics {
		blank.raw, blank.corrected = append(blank.raw, nan), append(blank.corrected, nan)
		blank.levels[i] = analytics.Estimate{Value: math.NaN(), SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
	}
	each := 8 * float64(spec.Paths*(len(metrics)+2)*len(spec.Tokens))
	return &reader{
		cell: func(number int) (study.Cell, error) {
			if err := ctx.Err(); err != nil {
				return study.Cell{}, err
			}
			return cells.Cell(number)
		},
		to:    func(c study.Cell) []measured { return measure(c, metrics, aversion) },
		cells: map[int][]measured{}, most: int(max(2, min(cacheBytes/each, 1e6))), blank: blank,
	}
}

// at is a token in a cell.
func (r *reader) at(cell, token int) *measured {
	if r.err != nil {
		return r.blank
	}
	if r.cells[cell] == nil {
		c, err := r.cell(cell)
		if err == nil {
			err = c.Fault
		}
		if err != nil {
			r.err = err
			return r.blank
		}
		for len(r.recent) >= r.most {
			delete(r.cells, r.recent[0])
			r.recent = r.recent[1:]
		}
		r.cells[cell], r.recent = r.to(c), append(r.recent, cell)
	}
	return &r.cells[cell][token]
}

// estimate estimates the baseline and then every cell, and hands each on.
func (a *analysis) estimate(ctx context.Context, each func(CellEstimates) error) error {
	s := a.Sweep
	hash := study.NewHasher()
	var baseline []measured
	for c := range s.Cells() + 1 {
		cell := (c + s.Cells()) % (s.Cells() + 1)
		run, err := a.reader.cell(cell)
		if err == nil && cell == s.Baseline() && run.Fault != nil {
			err = run.Fault
		}
		if err != nil {
			if cell == s.Baseline() && ctx.Err() == nil {
				err = fmt.Errorf("%s: %w", s.Label(cell), err)
			}
			return err
		}
		if run.Fault != nil {
			a.fail(s, cell, run.Fault)
			if err := each(CellEstimates{Cell: cell, Token: -1, Fault: run.Fault}); err != nil {
				return err
			}
			continue
		}
		lifetimes := hash.Add(run.Ensembles)
		tokens := a.reader.to(run)
		if cell == s.Baseline() {
			baseline = tokens
		}
		for t := range tokens {
			if tokens[t].corrected == nil {
				a.uncorrected[[2]int{cell, t}] = true
			}
			x := CellEstimates{Cell: cell, Token: t, Metrics: tokens[t].versus(&baseline[t]), Hash: lifetimes}
			if err := each(x); err != nil {
				return err
			}
			switch {
			case cell == s.Baseline():
				a.Baseline = append(a.Baseline, x)
			case s.Cells() <= KeptCells:
				a.Cells = append(a.Cells, x)
			}
		}
	}
	a.Hash = hash.Sum()
	return nil
}
