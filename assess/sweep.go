package assess

import (
	"context"
	"fmt"

	"mcrisk/analytics"
	"mcrisk/study"
)

// SweepOptions are technical options of the analysis of a sweep; the zero value is valid.
type SweepOptions struct {
	// Workers is how many cells Optimise runs at a time; 0: one for each processor.
	Workers int
	// Each receives the estimates of the baseline's tokens and then of every cell's, in
	// order, so that sweeps of any size can be written; may be nil.
	Each func(CellEstimates) error
	// Curves adds exact answers between the cells, for figures of a sweep of one scenario.
	Curves bool
}

// Failures are the cells of a sweep that failed.
type Failures struct {
	Failed int      // how many
	Faults []string // of the first five: their values and why

	failed map[int]bool
}

// mostFaults is the largest number of failed cells that are reported one by one.
const mostFaults = 5

// fail notes a cell that failed.
func (f *Failures) fail(s *study.Sweep, cell int, fault error) {
	f.Failed++
	if f.failed == nil {
		f.failed = map[int]bool{}
	}
	f.failed[cell] = true
	if len(f.Faults) < mostFaults {
		f.Faults = append(f.Faults, s.Label(cell)+": "+fault.Error())
	}
}

// A SweepAnalysis holds the results of a sweep.
type SweepAnalysis struct {
	Layout
	Failures
	Metrics    []analytics.Metric // those of analytics.Swept, objectives first
	Objectives []analytics.Metric // that settings are selected by
	Hash       string             // results_hash
	// Cells are the estimates of the cells that did not fail, in order; nil of more than
	// [KeptCells].
	Cells    []CellEstimates
	Baseline []CellEstimates // of the study as it stands, by token
	Slices   []Slice         // by scenario, then token
	Robust   []RobustSetting // by token, then objective; none of one scenario, or one setting
}

// A Slice holds the best settings for one token in one scenario.
type Slice struct {
	Group
	Token   int
	Best    []Best               // by objective
	Front   []FrontPoint         // by cell
	Exact   []map[string]float64 // by cell, exact answers by metric; nil: none
	Curves  map[string]Curve     // exact answers along the axis, by metric; nil: none, or not asked for
	Theory  *HalfWidthTheory     // of the least tracking cost; nil: none
	Optimum *Optimum             // of the objective to optimise; nil: not asked for

	corrected bool // growth is, in all cells
}

// Standing says of each cell whether it has a standing on the front.
func (s *Slice) Standing(as analytics.Standing) []bool {
	in := make([]bool, len(s.Cells))
	for k, p := range s.Front {
		in[k] = p.Standing == as
	}
	return in
}

// BestFor is the best setting for an objective, by its name; nil: there is no such
// objective.
func (s *Slice) BestFor(objective string) *Best {
	for i := range s.Best {
		if s.Best[i].Objective == objective {
			return &s.Best[i]
		}
	}
	return nil
}

// Sweep analyses a finished sweep. It estimates the swept metrics of every cell and their
// differences from the baseline. For each scenario it finds the best setting, the settings
// not significantly worse, and the Pareto front; over scenarios, the robust setting. Cells
// that failed are left out and counted.
//
// Cells are read several times. At least two are in memory at a time, and no more than
// fit into 128 MB. The error is that of the settings, of reading cells, of the baseline,
// of opt.Each or of ctx; or that every cell failed.
func Sweep(ctx context.Context, s *study.Sweep, cells Cells, settings SweepSettings,
	opt SweepOptions) (*SweepAnalysis, error) {
	settings, err := settings.Complete(s.Axes, s.Sample)
	if err != nil {
		return nil, err
	}
	metrics := analytics.Swept()
	a := &analysis{
		SweepAnalysis: &SweepAnalysis{Layout: Layout{s, settings}, Metrics: metrics,
			Objectives: analytics.Objectives()},
		reader:      newReader(ctx, s, cells, metrics, settings.Aversion),
		workers:     opt.Workers,
		uncorrected: map[[2]int]bool{},
	}
	each := opt.Each
	if each == nil {
		each = func(CellEstimates) error { return nil }
	}
	if err := a.estimate(ctx, each); err != nil {
		return nil, err
	}
	if a.Failed == s.Cells() {
		return nil, fmt.Errorf("every cell failed: %s", a.Faults[0])
	}
	groups := a.groupByScenario(a.failed)
	a.curves = opt.Curves && len(groups) == 1
	for _, group := range groups {
		for token := range s.Study.Tokens() {
			slice, err := a.slice(ctx, group, token)
			if err != nil {
				return nil, err
			}
			a.Slices = append(a.Slices, slice)
		}
	}
	a.findRobust()
	if a.reader.err != nil {
		return nil, a.reader.err
	}
	return a.SweepAnalysis, nil
}

// An analysis is one under way.
type analysis struct {
	*SweepAnalysis
	reader      *reader
	workers     int
	curves      bool
	uncorrected map[[2]int]bool // cells and tokens whose growth is not corrected
}

// slice finds the best settings for a token in a scenario.
func (a *analysis) slice(ctx context.Context, group Group, token int) (Slice, error) {
	s := Slice{Group: group, Token: token, corrected: true}
	for _, c := range s.Cells {
		s.corrected = s.corrected && !a.uncorrected[[2]int{c, token}]
	}
	if err := a.solve(ctx, &s); err != nil {
		return s, err
	}
	pairings := a.pairings(&s)
	for i := range a.Objectives {
		s.Best = append(s.Best, a.best(&s, i, pairings[i]))
		if a.reader.err != nil {
			return s, a.reader.err
		}
	}
	s.Front = a.front(&s)
	if a.reader.err == nil && a.Settings.Optimise != "" {
		if err := a.optimise(ctx, &s); err != nil {
			return s, err
		}
	}
	return s, a.reader.err
}

// numbers gives a metric of the slice's cells by path.
func (a *analysis) numbers(s *Slice, metric int) func(k int) analytics.Sample {
	return func(k int) analytics.Sample { return a.reader.at(s.Cells[k], s.Token).of(metric, s.corrected) }
}

// level is the estimate of a metric in a cell.
func (a *analysis) level(cell, token, metric int) analytics.Estimate {
	return a.reader.at(cell, token).levels[metric]
}

// MetricNumber is the index of a metric among Metrics, by its name; −1: there is none.
func (a *SweepAnalysis) MetricNumber(name string) int {
	for i, m := range a.Metrics {
		if m.Name == name {
			return i
		}
	}
	return -1
}

// EstimatesOf are the estimates of a token in a cell; not ok where the cell failed or
// the analysis does not hold cells one by one.
func (a *SweepAnalysis) EstimatesOf(cell, token int) (x CellEstimates, ok bool) {
	i, ok := sliceIndex(a.Cells, cell, token)
	if !ok {
		return x, false
	}
	return a.Cells[i], true
}

// SweepMemory estimates the memory that [Sweep] takes, in bytes, without the cells.
func SweepMemory(s *study.Sweep) float64 {
	const (
		cellBytes  = 4_000 // of a cell's estimates
		pointBytes = 400   // of a cell's place among settings and on the front
	)
	spec := s.Study.Spec()
	cells, tokens := float64(s.Cells()+1), float64(len(spec.Tokens))
	columns := float64(len(SweepColumns())+len(analytics.Swept())) * tokens
	kept := float64(min(cells, KeptCells)*cellBytes) + float64(cells*tokens*pointBytes)
	return max(cacheBytes, 4*8*float64(spec.Paths)*columns) + kept
}
