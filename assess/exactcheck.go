package assess

import (
	"context"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

// exactCells is the largest number of cells with exact answers beside simulated ones.
// Prices with jumps take a hundred times longer.
func exactCells(kind string) int {
	if kind == "gbm" {
		return 1000
	}
	return 60
}

// solve computes the exact answers of a slice and the best half-width by theory.
func (a *analysis) solve(ctx context.Context, s *Slice) error {
	s.Exact = make([]map[string]float64, len(s.Cells))
	for k, c := range s.Cells {
		if err := ctx.Err(); err != nil {
			return err
		}
		cell, err := a.Sweep.Cell(c)
		if err != nil {
			return err
		}
		if a.Sweep.Cells() > exactCells(cell.Spec().Model.Kind) {
			continue
		}
		answers, err := answersBeside(cell, s.Token, a.Sweep.Cells())
		if err != nil || answers.Liquidated > analytics.Certain && !stops(cell.Token(s.Token)) {
			continue // beyond its reach; the simulated stand alone
		}
		s.Exact[k] = exactByName(answers, a.Metrics)
	}
	along := a.Along()
	if along < 0 {
		return nil
	}
	first, err := a.Sweep.Cell(s.Cells[0])
	if err != nil {
		return err
	}
	axis := a.Sweep.Axes[along]
	if axis.Name == study.HalfWidth.Name {
		s.Theory = halfWidthTheory(first, s.Token, a.Settings.Aversion)
	}
	if a.curves && s.Exact[0] != nil && len(axis.Values) > 1 {
		s.Curves = exactCurves(ctx, first, s.Token, axis, a.Metrics)
	}
	return ctx.Err()
}

// A HalfWidthTheory is the half-width of the least tracking cost in the long run, in
// units of leverage: monitored at the study's steps, monitored continuously, and in the
// limit of small costs.
type HalfWidthTheory struct{ Grid, Continuous, SmallCost float64 }

// halfWidthTheory is the best half-width by theory, or nil if it has none.
func halfWidthTheory(s *study.Study, token int, aversion float64) *HalfWidthTheory {
	p, err := Problem(s, token)
	if err != nil {
		return nil
	}
	grid, _, err := p.HalfWidth(aversion)
	if err != nil {
		return nil
	}
	p.Step = 0
	continuous, small, err := p.HalfWidth(aversion)
	if err != nil {
		return nil
	}
	return &HalfWidthTheory{grid, continuous, small}
}

// exactCurves are the exact answers of a study's token along an axis, also between its
// values, by metric: nil if a value has no answers, and without metrics that some value
// lacks or that need the law of the final value.
func exactCurves(ctx context.Context, s *study.Study, token int, axis study.Axis,
	metrics []analytics.Metric) map[string]Curve {
	axis.Values = finer(axis.Values, axis.Param)
	fine, err := study.NewSweep(s, []study.Axis{axis}, 0)
	if err != nil {
		return nil
	}
	curves := map[string]Curve{}
	for i, x := range axis.Values {
		cell, err := fine.Cell(i)
		if err != nil || ctx.Err() != nil {
			return nil
		}
		answers, err := Answers(cell, token, Solving{}) // a law takes seconds
		if err != nil {
			return nil
		}
		for name, y := range exactByName(answers, metrics) {
			c := curves[name]
			c.X, c.Y = append(c.X, x), append(c.Y, y)
			curves[name] = c
		}
	}
	for name, c := range curves {
		if slices.ContainsFunc(c.Y, math.IsNaN) {
			delete(curves, name)
		}
	}
	return curves
}

// finer inserts points between few values, so that a line through them looks smooth.
func finer(values []float64, p param.Param) []float64 {
	if p.Unit == param.Choice || p.Unit == param.Time || p.Unit == param.Count {
		return values
	}
	parts := max(1, min(4, 100/len(values)))
	var fine []float64
	for i := range values[:len(values)-1] {
		for j := range parts {
			fine = append(fine, values[i]+(values[i+1]-values[i])*float64(j)/float64(parts))
		}
	}
	return append(fine, values[len(values)-1])
}

// compareWithExact compares a slice's estimates of an objective with the exact answers,
// if all of its cells have one.
func (a *analysis) compareWithExact(s *Slice, b *Best, metric int) {
	m := a.Objectives[metric]
	if slices.ContainsFunc(s.Exact, func(answers map[string]float64) bool { _, ok := answers[m.Name]; return !ok }) {
		return
	}
	b.ExactIndex = bestExactly(s.Exact, m)
	for k, answers := range s.Exact {
		z := deviation(a.level(s.Cells[k], s.Token, metric), answers[m.Name])
		if math.Abs(z) > math.Abs(b.ExactDeviation) {
			b.ExactDeviation = z
		}
	}
}

// deviation is the distance of an estimate from its exact answer, in standard errors; 0
// if the estimate has no error.
func deviation(e analytics.Estimate, exact float64) float64 {
	se := e.SE
	if !(se > 0) { // of a share of none or all, or of a quantile; its interval is some four of them
		se = (e.Hi - e.Lo) / 4
	}
	if !(se > 0) {
		return 0
	}
	return (e.Value - exact) / se
}

// bestExactly is the index of the best of some exact answers.
func bestExactly(answers []map[string]float64, m analytics.Metric) int {
	best := 0
	for k := range answers {
		if float64(m.Sense)*(answers[k][m.Name]-answers[best][m.Name]) > 0 {
			best = k
		}
	}
	return best
}
