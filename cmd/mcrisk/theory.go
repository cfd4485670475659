package main

import (
	"context"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/study"
	"mcrisk/tokens"
)

// exactMetrics are the metrics of a sweep that have an answer without sampling, by
// name; with those that need the law of the final value, if asked for. Where a
// token can be liquidated and goes on there is none.
func exactMetrics(s study.Spec, token int, law bool) (map[string]float64, error) {
	s = s.Alone(token)
	p, model, t, err := problem(s)
	if err != nil {
		return nil, err
	}
	years := models.Years(s.Horizon)
	m, err := p.Moments(years)
	if err != nil {
		return nil, err
	}
	a := answersOf(s, m, model, t)
	if law {
		if err := addLaw(&a, p, []float64{0.5}, []float64{0.05}); err != nil {
			return nil, err
		}
	}
	all := map[string]float64{}
	for _, m := range exactSwept() {
		if v, _, ok := m.Exact(&a); ok {
			all[m.Name] = v
		}
	}
	return all, nil
}

// exactBeside are the exact answers that are laid beside simulated ones of so many
// cells; those that need the law of the final value only where it is quick: for
// GBM, over a horizon in which so many trades are made that it is smooth.
func exactBeside(s study.Spec, token, cells int) (map[string]float64, error) {
	const mostCells, leastSteps = 300, 2000
	if s.Alone(token).Model.Kind == "gbm" && cells <= mostCells && s.Horizon/s.Step >= leastSteps {
		if m, err := exactMetrics(s, token, true); err == nil {
			return m, nil
		}
	}
	return exactMetrics(s, token, false)
}

// stops says whether a token stops where exact answers do.
func stops(t study.TokenSpec) bool { return t.Values["after-liquidation"] == float64(tokens.Stop) }

// exactCells is up to how many cells exact answers are laid beside simulated ones:
// prices that jump take a hundred times longer.
func exactCells(kind string) int {
	if kind == "gbm" {
		return 1000
	}
	return 60
}

// solve gives a slice its exact answers, and theory's best half-width.
func (j *judgement) solve(ctx context.Context, s *slice) error {
	s.exact = make([]map[string]float64, len(s.cells))
	for k, c := range s.cells {
		if err := ctx.Err(); err != nil {
			return err
		}
		spec, err := j.sweep.Cell(c)
		if err != nil {
			return err
		}
		if j.sweep.Cells() > exactCells(spec.Model.Kind) {
			continue
		}
		m, err := exactBeside(spec, s.token, j.sweep.Cells())
		if err != nil || m["p_liquidation"] > analytics.Certain && !stops(spec.Tokens[s.token]) {
			continue // beyond its reach; the simulated stand alone
		}
		s.exact[k] = m
	}
	if along := j.along(); along >= 0 && j.sweep.Axes[along].Name == study.HalfWidth.Name {
		spec, err := j.sweep.Cell(s.cells[0])
		if err != nil {
			return err
		}
		s.theory = halfWidth(spec, s.token, j.how.Aversion)
	}
	return nil
}

// A theory is the half-width of the least tracking cost in the long run: watched at
// the study's steps, watched continuously, and in the limit of small costs.
type theory struct{ grid, continuous, small float64 }

// halfWidth is theory's answer, or nil where it has none.
func halfWidth(s study.Spec, token int, aversion float64) *theory {
	p, _, _, err := problem(s.Alone(token))
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
	return &theory{grid, continuous, small}
}

// compare holds a slice's estimates of an objective to its exact answers.
func (j *judgement) compare(s *slice, row *bestRow, metric int) {
	m := j.metrics[metric]
	if slices.ContainsFunc(s.exact, func(e map[string]float64) bool { _, ok := e[m.Name]; return !ok }) {
		return
	}
	row.exactBest = j.exactBest(s, m)
	for k, e := range s.exact {
		estimate := j.level(s.cells[k], s.token, metric)
		se := estimate.SE
		if !(se > 0) { // of a share of none or all, or of a quantile; its interval is some four of them
			se = (estimate.Hi - estimate.Lo) / 4
		}
		if z := (estimate.Value - e[m.Name]) / se; se > 0 && math.Abs(z) > math.Abs(row.exactZ) {
			row.exactZ = z
		}
	}
}

// A refined is the optimum of --optimise in one slice, or why there is none.
type refined struct {
	analytics.Refinement
	metric analytics.Metric
	fault  string
}

// optimise finds the best value of the parameter chosen, between the cells too. It
// runs more cells, on the same paths, and keeps them in memory while it does.
func (j *judgement) optimise(ctx context.Context, s *slice, along, workers int) error {
	number := j.metric(j.how.Optimise)
	m, axis := j.metrics[number], j.sweep.Axes[along]
	low, high := j.value(s.cells[0], along), j.value(s.cells[len(s.cells)-1], along)
	if !(low < high) {
		s.optimum = &refined{metric: m, fault: "only " + axis.Format(low) + " did not fail"}
		return nil
	}
	var fixed []study.Axis // each at its value in this slice
	for i, a := range j.sweep.Axes {
		from, to := s.at[i], s.at[i]+1
		switch {
		case i == along:
		case a.Models != nil:
			fixed = append(fixed, study.NewModelAxis(a.Choices[from:to], a.Models[from:to]))
		default:
			fixed = append(fixed, study.Axis{Param: a.Param, Values: a.Values[from:to]})
		}
	}
	evaluate := func(xs []float64) (func(int) analytics.Sample, error) {
		axis := study.Axis{Param: axis.Param, Values: xs}
		sweep, err := study.NewSweep(j.sweep.Spec, append(slices.Clone(fixed), axis), 0)
		if err != nil {
			return nil, err
		}
		_, cells, err := sweep.Collect(ctx, study.Options{Workers: workers}, sweptColumns())
		if err != nil {
			return nil, err
		}
		var raw, corrected [][]float64
		for _, c := range cells {
			x := measure(c, j.metrics, j.how.Aversion)[s.token]
			raw = append(raw, x.raw[number])
			if x.corrected != nil {
				corrected = append(corrected, x.corrected[number])
			}
		}
		if len(corrected) == len(raw) {
			raw = corrected
		}
		return onPaths(func(i int) []float64 { return raw[i] }), nil
	}
	r, err := analytics.Refine(low, high, evaluate, m.Sense, confidence)
	s.optimum = &refined{Refinement: r, metric: m}
	if err != nil && ctx.Err() == nil {
		s.optimum, err = &refined{metric: m, fault: err.Error()}, nil // of a cell between those that were run
	}
	return err
}
