package assess

import (
	"context"
	"slices"

	"mcrisk/analytics"
	"mcrisk/study"
)

// An Optimum is the best value of the one selected parameter in a slice, not only at the
// cells, or why there is none.
type Optimum struct {
	Objective string
	analytics.Refinement
	Fault string // empty: there is one
}

// optimise finds the optimum of a slice. It runs more cells, on the same paths, and
// keeps them in memory while it does.
func (a *analysis) optimise(ctx context.Context, s *Slice) error {
	along, number := a.Along(), a.MetricNumber(a.Settings.Optimise)
	m, axis := a.Metrics[number], a.Sweep.Axes[along]
	s.Optimum = &Optimum{Objective: m.Name}
	low, high := a.Value(s.Cells[0], along), a.Value(s.Cells[len(s.Cells)-1], along)
	if !(low < high) {
		s.Optimum.Fault = "only " + axis.Format(low) + " did not fail"
		return nil
	}
	fixed := a.fixed(s)
	evaluate := func(xs []float64) (func(int) analytics.Sample, error) {
		between := append(slices.Clone(fixed), study.Axis{Param: axis.Param, Values: xs})
		sweep, err := study.NewSweep(a.Sweep.Study, between, 0)
		if err != nil {
			return nil, err
		}
		_, cells, err := sweep.Collect(ctx, study.Options{Workers: a.workers}, SweepColumns())
		if err != nil {
			return nil, err
		}
		var raw, corrected []analytics.Sample
		for _, c := range cells {
			x := a.reader.to(c)[s.Token]
			raw = append(raw, x.raw[number])
			if x.corrected != nil {
				corrected = append(corrected, x.corrected[number])
			}
		}
		if len(corrected) == len(raw) {
			raw = corrected
		}
		return func(i int) analytics.Sample { return raw[i] }, nil
	}
	r, err := analytics.Refine(low, high, evaluate, m.Sense, Confidence)
	switch {
	case err == nil:
		s.Optimum.Refinement = r
	case ctx.Err() != nil:
		return ctx.Err()
	default: // of a cell between those that were run
		s.Optimum.Fault = err.Error()
	}
	return nil
}

// fixed are the axes of a slice's scenario, each at its one value.
func (l Layout) fixed(s *Slice) (axes []study.Axis) {
	for i, a := range l.Sweep.Axes {
		from, to := s.At[i], s.At[i]+1
		switch {
		case from < 0:
		case a.Models != nil:
			axes = append(axes, study.NewModelAxis(a.Choices[from:to], a.Models[from:to]))
		default:
			axes = append(axes, study.Axis{Param: a.Param, Values: a.Values[from:to]})
		}
	}
	return axes
}
