package assess

import (
	"context"
	"fmt"
	"slices"

	"mcrisk/analytics"
	"mcrisk/paths"
	"mcrisk/study"
)

// An ExactSweep is the exact answers of a sweep of one token, and the best settings by
// them.
type ExactSweep struct {
	Layout
	Failures                      // cells that are beyond an exact answer
	Metrics  []analytics.Metric   // those of analytics.Swept that have an exact twin, objectives first
	Answers  []map[string]float64 // by cell, answers by metric; nil: it failed
	Groups   []ExactGroup         // by scenario
}

// An ExactGroup is the cells of one scenario, and the best of them.
type ExactGroup struct {
	Group
	Best []int // by metric: the place of its best in Cells; −1: the metric has no sense
}

// SweepExactly computes the exact answers at every cell of a sweep. Tokens stop at their
// first liquidation. It ignores Settings.Optimise and Pareto. It returns an error for a
// sweep of several tokens, and if no cell has an exact answer.
func SweepExactly(ctx context.Context, s *study.Sweep, settings SweepSettings, opt study.Options) (*ExactSweep, error) {
	settings.Optimise = ""
	settings, err := settings.Complete(s.Axes, s.Sample)
	if err != nil {
		return nil, err
	}
	if n := s.Study.Tokens(); n > 1 {
		return nil, fmt.Errorf("an exact sweep of %d tokens; want one", n)
	}
	r := &ExactSweep{Layout: Layout{s, settings}, Answers: make([]map[string]float64, s.Cells()),
		Metrics: slices.DeleteFunc(analytics.Swept(), func(m analytics.Metric) bool { return m.Exact == nil })}
	type answer struct {
		metrics map[string]float64
		fault   error
	}
	err = paths.Ordered(ctx, s.Cells(), opt.Workers,
		func() func(int) (answer, error) {
			return func(i int) (answer, error) {
				cell, err := s.Cell(i)
				if err != nil {
					return answer{fault: err}, nil
				}
				a, err := Answers(cell, 0, Solving{Law: true})
				if err != nil {
					return answer{fault: err}, nil
				}
				return answer{metrics: exactByName(a, r.Metrics)}, nil
			}
		},
		func(i int, a answer) error {
			r.Answers[i] = a.metrics
			if a.fault != nil {
				r.fail(s, i, a.fault)
			}
			if opt.Progress != nil {
				opt.Progress(i+1, s.Cells())
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	if r.Failed == s.Cells() {
		return nil, fmt.Errorf("no cell has an exact answer: %s", r.Faults[0])
	}
	for _, g := range r.groupByScenario(r.failed) {
		r.Groups = append(r.Groups, ExactGroup{g, r.best(g)})
	}
	return r, nil
}

// best is the index of the best cell of a group by each metric.
func (r *ExactSweep) best(g Group) (list []int) {
	answers := r.Of(g)
	for _, m := range r.Metrics {
		best := -1
		if m.Sense != analytics.Neither {
			best = bestExactly(answers, m)
		}
		list = append(list, best)
	}
	return list
}

// Of are the answers of a group's cells.
func (r *ExactSweep) Of(g Group) (answers []map[string]float64) {
	for _, c := range g.Cells {
		answers = append(answers, r.Answers[c])
	}
	return answers
}
