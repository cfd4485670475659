package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
)

// Limits of one figure.
const (
	maxSeries = 5
	maxPanels = 9
)

// figures draws the sweep, for each token.
func (j *judgement) figures() ([]namedFigure, error) {
	var list []namedFigure
	for t := range j.sweep.Spec.Tokens {
		drawn, err := j.tokenFigures(t)
		if err != nil {
			return nil, err
		}
		for _, f := range drawn {
			if len(j.sweep.Spec.Tokens) > 1 {
				f.name = j.token(t) + "-" + f.name
			}
			list = append(list, f)
		}
	}
	return list, nil
}

func (j *judgement) tokenFigures(token int) (list []namedFigure, err error) {
	defer reading(&err)
	var own []slice
	for _, s := range j.slices {
		if s.token == token {
			own = append(own, s)
		}
	}
	add := func(name string, f *plots.Figure, err error) error {
		if err != nil {
			return fmt.Errorf("figure %s: %w", name, err)
		}
		list = append(list, namedFigure{name, f})
		return nil
	}
	along := slices.IndexFunc(j.sweep.Axes, j.chosen)
	if len(j.how.Choose) == 1 && j.how.Sample == 0 && len(j.sweep.Axes[along].Values) > 1 && j.sweep.Axes[along].Unit != param.Choice {
		if len(own) == 1 {
			for _, g := range []struct {
				name    string
				metrics []string
			}{{"sensitivity", figureMetrics}, {"objectives", objectiveNames()}} {
				f, err := j.sensitivity(own, along, g.metrics)
				if err := add(g.name, f, err); err != nil {
					return nil, err
				}
			}
		} else {
			for _, m := range objectiveNames() {
				f, err := j.circumstanceFigure(own, along, m)
				if f == nil && err == nil {
					continue
				}
				if err := add(strings.ReplaceAll(m, "_", "-"), f, err); err != nil {
					return nil, err
				}
			}
		}
	}
	f, err := j.tradeoff(own)
	if f != nil || err != nil {
		if err := add("tradeoff", f, err); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// points are the estimates of a metric along the axis in one slice.
func (j *judgement) points(s *slice, along int, metric int) (xs []float64, ys []analytics.Estimate) {
	for _, c := range s.cells {
		if y := j.estimateOf(c, s.token, metric); y.N > 0 && !math.IsNaN(y.Value) {
			xs, ys = append(xs, j.value(c, along)), append(ys, y)
		}
	}
	return xs, ys
}

// sensitivity draws metrics against the one parameter that is swept.
func (j *judgement) sensitivity(own []slice, along int, metrics []string) (*plots.Figure, error) {
	s, axis := &own[0], j.sweep.Axes[along]
	data := sensitivityData(j.plan, j.token(s.token), j.sweep.Spec.Paths, axis.Param)
	data.Metrics = panelsOf(metrics)
	if v, ok := ownValue(j.sweep.Spec.Tokens[s.token], j.sweep.Spec, axis.Param); ok {
		data.Marked = []plots.Reference{{Name: "Its own", At: v}}
	}
	if s.theory != nil && slices.Contains(metrics, "tracking_cost") && s.theory.grid <= axis.Values[len(axis.Values)-1] {
		data.Marked = append(data.Marked, plots.Reference{Name: "Least tracking cost in theory", At: s.theory.grid})
	}
	var exact map[string]plots.Line
	if s.exact[0] != nil {
		exact, _ = exactLines(j.sweep.Spec, s.token, axis.Param, finer(axis.Values, axis.Param)) // where it has no answer there is no line
	}
	for i, name := range metrics {
		m := j.metric(name)
		if xs, ys := j.points(s, along, m); len(xs) > 0 {
			data.Metrics[i].Series = []plots.Series{{Name: j.token(s.token), X: xs, Y: ys}}
		}
		if l, ok := exact[name]; ok {
			data.Metrics[i].Exact = []plots.Line{l}
		}
	}
	return sensitivityFigure(data)
}

// circumstanceFigure draws one metric against the parameter to choose: a panel for
// each combination of circumstances but one, whose values are the series; nil where
// they are too many.
func (j *judgement) circumstanceFigure(own []slice, along int, metric string) (*plots.Figure, error) {
	series := -1 // the axis whose values are series: the one with the most
	for i, a := range j.sweep.Axes {
		if !j.chosen(a) && len(a.Values) <= maxSeries && (series < 0 || len(a.Values) >= len(j.sweep.Axes[series].Values)) {
			series = i
		}
	}
	axis := j.sweep.Axes[along]
	data := sensitivityData(j.plan, j.token(own[0].token), j.sweep.Spec.Paths, axis.Param)
	drawn := panels[metric]
	data.Title = fmt.Sprintf("%s: %s", j.token(own[0].token), drawn.Label)
	data.Caption = j.caption()
	data.Metrics = nil
	number := map[string]int{}
	m := j.metric(metric)
	some := false
	for i := range own {
		s := &own[i]
		var words []string
		name := j.token(s.token)
		for i, a := range j.sweep.Axes {
			switch {
			case j.chosen(a):
			case i == series:
				name = a.Name + " " + readable(a, a.Values[s.at[i]])
			default:
				words = append(words, a.Name+" "+readable(a, a.Values[s.at[i]]))
			}
		}
		label := strings.Join(words, ", ")
		if label == "" {
			label = drawn.Label
		}
		n, ok := number[label]
		if !ok {
			n = len(data.Metrics)
			number[label] = n
			panel := drawn
			panel.Label = label
			data.Metrics = append(data.Metrics, panel)
		}
		if j.records == nil {
			// Nothing was sampled.
		} else if xs, ys := j.points(s, along, m); len(xs) > 0 {
			some = true
			data.Metrics[n].Series = append(data.Metrics[n].Series, plots.Series{Name: name, X: xs, Y: ys})
		}
		if line := j.exactLine(s, along, metric); len(line.X) > 1 {
			if j.records == nil { // with no points beside it, a line has the name of its series
				line.Name = name
			}
			some = true
			data.Metrics[n].Exact = append(data.Metrics[n].Exact, line)
		}
	}
	if len(data.Metrics) > maxPanels || !some {
		return nil, nil
	}
	return sensitivityFigure(data)
}

// exactLine is the exact answers of a slice along the axis.
func (j *judgement) exactLine(s *slice, along int, metric string) plots.Line {
	line := plots.Line{Name: "Exact"}
	for k, e := range s.exact {
		if y, ok := e[metric]; ok && !math.IsNaN(y) {
			line.X, line.Y = append(line.X, j.value(s.cells[k], along)), append(line.Y, y)
		}
	}
	return line
}

// readable is a value as figures write it.
func readable(a study.Axis, v float64) string {
	switch {
	case a.Unit == param.Choice || a.Unit == param.Time:
		return a.Format(v)
	case scale(a.Unit) == plots.Percent:
		return short(100*v) + " %"
	}
	return short(v)
}

// caption says how the cells were made: what is swept has no one value.
func (j *judgement) caption() string {
	if j.records == nil {
		return fmt.Sprintf("Without sampling, over %s, price seen every %s.", param.FormatSeconds(j.plan.spec.Horizon.Seconds()), param.FormatSeconds(j.plan.spec.Step.Seconds()))
	}
	return caption(j.plan, j.sweep.Spec.Paths) + " What is swept differs; all cells are on the same paths."
}

// tradeoff draws the two objectives of --pareto against each other; nil where
// several circumstances make several fronts, or the choices are too many kinds.
func (j *judgement) tradeoff(own []slice) (*plots.Figure, error) {
	if len(own) > 1 || len(own[0].cells) < 2 {
		return nil, nil
	}
	s := &own[0]
	series := -1 // a second axis to choose along
	label := slices.IndexFunc(j.sweep.Axes, j.chosen)
	for i, a := range j.sweep.Axes {
		if i != label && j.chosen(a) {
			if series >= 0 || len(a.Values) > 4 {
				return nil, nil
			}
			series = i
		}
	}
	x, y := j.how.Pareto[0], j.how.Pareto[1]
	axis := j.sweep.Axes[label]
	d := plots.TradeoffData{
		Title: fmt.Sprintf("%s: %s against %s", j.token(s.token), strings.ReplaceAll(x, "_", " "), strings.ReplaceAll(y, "_", " ")), Caption: caption(j.plan, j.sweep.Spec.Paths) + " All points on the same paths.",
		XLabel: panels[x].Label, YLabel: panels[y].Label, XScale: panels[x].Scale, YScale: panels[y].Scale,
		XBetter: j.metrics[j.metric(x)].Sense, YBetter: j.metrics[j.metric(y)].Sense, PointLabel: axisLabel(axis.Param),
	}
	number := map[string]int{}
	for k, c := range s.cells {
		name := j.token(s.token)
		if series >= 0 {
			a := j.sweep.Axes[series]
			name = a.Name + " " + readable(a, j.value(c, series))
		}
		n, ok := number[name]
		if !ok {
			n = len(d.Series)
			number[name] = n
			d.Series = append(d.Series, plots.TradeoffSeries{Name: name})
		}
		p := plots.TradeoffPoint{Label: strings.TrimSuffix(readable(axis, j.value(c, label)), " %"), Standing: s.front[k]}
		var err error
		if p.X, p.Y, err = j.pair(s, c); err != nil {
			return nil, err
		}
		if math.IsInf(p.X.Value, 0) || math.IsInf(p.Y.Value, 0) {
			p.X.Value = nan
		}
		d.Series[n].Points = append(d.Series[n].Points, p)
	}
	return plots.Tradeoff(d)
}
