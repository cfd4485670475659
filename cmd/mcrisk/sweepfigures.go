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
		figures, err := j.tokenFigures(t)
		if err != nil {
			return nil, err
		}
		for _, f := range figures {
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
		if f != nil {
			list = append(list, namedFigure{name, f})
		}
		return nil
	}
	switch along := j.along(); {
	case along < 0 || len(j.sweep.Axes[along].Values) < 2:
	case len(own) == 1:
		for _, g := range []struct {
			name    string
			metrics []string
		}{{"sensitivity", figureMetrics}, {"objectives", objectiveNames()}} {
			f, err := j.sensitivity(&own[0], along, g.metrics)
			if err := add(g.name, f, err); err != nil {
				return nil, err
			}
		}
	default:
		for _, m := range objectiveNames() {
			f, err := j.circumstanceFigure(own, along, m)
			if err := add(strings.ReplaceAll(m, "_", "-"), f, err); err != nil {
				return nil, err
			}
		}
	}
	f, err := j.tradeoff(own)
	if err := add("tradeoff", f, err); err != nil {
		return nil, err
	}
	return list, nil
}

// points are the estimates of a metric along the axis in one slice.
func (j *judgement) points(s *slice, along int, metric int) (xs []float64, ys []analytics.Estimate) {
	for _, c := range s.cells {
		if y := j.level(c, s.token, metric); y.N > 0 && !math.IsNaN(y.Value) {
			xs, ys = append(xs, j.value(c, along)), append(ys, drawable(y))
		}
	}
	return xs, ys
}

// drawable is an estimate as figures take it: without an interval, where that has
// an end that the paths are too few to know.
func drawable(e analytics.Estimate) analytics.Estimate {
	if math.IsInf(e.Lo, 0) || math.IsInf(e.Hi, 0) {
		e.Lo, e.Hi = nan, nan
	}
	return e
}

// sensitivity draws metrics against the one parameter that is swept.
func (j *judgement) sensitivity(s *slice, along int, metrics []string) (*plots.Figure, error) {
	axis := j.sweep.Axes[along]
	data := sensitivityData(j.plan, j.token(s.token), j.sweep.Spec.Paths, axis.Param)
	data.Caption = j.caption(s)
	data.Metrics = panelsOf(metrics)
	if v, ok := ownValue(j.sweep.Spec.Tokens[s.token], j.sweep.Spec, axis.Param); ok {
		data.Marked = []plots.Reference{{Name: "Its own", At: v}}
	}
	if s.theory != nil && slices.Contains(metrics, "tracking_cost") && s.theory.grid <= axis.Values[len(axis.Values)-1] {
		data.Marked = append(data.Marked, plots.Reference{Name: "Least tracking cost in theory", At: s.theory.grid})
	}
	exact := j.exactBetween(s, along)
	for i, name := range metrics {
		m := j.metric(name)
		if xs, ys := j.points(s, along, m); len(xs) > 0 {
			data.Metrics[i].Series = []plots.Series{{Name: j.token(s.token), X: xs, Y: ys}}
		}
		if l, ok := exact[name]; ok {
			data.Metrics[i].Exact = []plots.Line{l}
		}
	}
	return drawn(data)
}

// exactBetween are the exact answers along the axis in one slice, between its cells
// too, by metric; none where a value has no answer.
func (j *judgement) exactBetween(s *slice, along int) map[string]plots.Line {
	spec, err := j.sweep.Cell(s.cells[0])
	if err != nil || s.exact[0] == nil {
		return nil
	}
	axis := j.sweep.Axes[along]
	lines, err := exactLines(spec, s.token, axis.Param, finer(axis.Values, axis.Param))
	if err != nil {
		return nil
	}
	return lines
}

// drawn is the figure, or nil where no metric has a value.
func drawn(d plots.SensitivityData) (*plots.Figure, error) {
	if !slices.ContainsFunc(d.Metrics, func(m plots.Metric) bool { return len(m.Series)+len(m.Exact) > 0 }) {
		return nil, nil
	}
	return sensitivityFigure(d)
}

// circumstanceFigure draws one metric against the parameter to choose: a panel for
// each combination of circumstances but one, whose values are the series; nil where
// they are too many.
func (j *judgement) circumstanceFigure(own []slice, along int, metric string) (*plots.Figure, error) {
	axis := j.sweep.Axes[along]
	data := sensitivityData(j.plan, j.token(own[0].token), j.sweep.Spec.Paths, axis.Param)
	one := panelOf(analytics.MustLookup(metric))
	data.Title = fmt.Sprintf("%s: %s", j.token(own[0].token), one.Label)
	data.Caption = j.caption(nil)
	data.Metrics = nil
	number := map[string]int{}
	m, series := j.metric(metric), j.series(maxSeries)
	for i := range own {
		s := &own[i]
		label, name := j.split(s, series)
		if label == "" {
			label = one.Label
		}
		n, ok := number[label]
		if !ok {
			n = len(data.Metrics)
			number[label] = n
			panel := one
			panel.Label = label
			data.Metrics = append(data.Metrics, panel)
		}
		if j.reader == nil {
			// Nothing was sampled.
		} else if xs, ys := j.points(s, along, m); len(xs) > 0 {
			data.Metrics[n].Series = append(data.Metrics[n].Series, plots.Series{Name: name, X: xs, Y: ys})
		}
		if line := j.exactLine(s, along, metric); len(line.X) > 1 {
			if j.reader == nil { // with no points beside it, a line has the name of its series
				line.Name = name
			}
			data.Metrics[n].Exact = append(data.Metrics[n].Exact, line)
		}
	}
	if n := len(data.Metrics); n > maxPanels {
		j.leave("no figures of objectives: their circumstances would fill %d panels, and %d can be read; %s has the numbers", n, maxPanels, j.cellsFile())
		return nil, nil
	}
	return drawn(data)
}

// leave notes what is not drawn, once.
func (j *judgement) leave(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(j.left, text) {
		j.left = append(j.left, text)
	}
}

// series is the axis of circumstances whose values are series: that with the most,
// of up to so many; −1: there is none.
func (j *judgement) series(most int) int {
	series := -1
	for i, a := range j.sweep.Axes {
		if !j.chosen(a) && len(a.Values) <= most && (series < 0 || len(a.Values) >= len(j.sweep.Axes[series].Values)) {
			series = i
		}
	}
	return series
}

// split is the circumstances of a slice as the label of a panel, and the one that is
// a series.
func (j *judgement) split(s *slice, series int) (label, name string) {
	var words []string
	name = j.token(s.token)
	for i, a := range j.sweep.Axes {
		switch {
		case j.chosen(a):
		case i == series:
			name = a.Name + " " + readable(a, a.Values[s.at[i]])
		default:
			words = append(words, a.Name+" "+readable(a, a.Values[s.at[i]]))
		}
	}
	return strings.Join(words, ", "), name
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

// readable is a value as figures write it: short, if no other of the axis reads the
// same.
func readable(a study.Axis, v float64) string {
	text := func(v float64) string {
		if scale(a.Unit) == plots.Percent {
			return short(100*v) + " %"
		}
		return short(v)
	}
	if a.Unit == param.Choice || a.Unit == param.Time || slices.ContainsFunc(a.Values, func(w float64) bool { return w != v && text(w) == text(v) }) {
		return a.Format(v)
	}
	return text(v)
}

// caption says how the cells were made, without what is swept; that has one value in
// the circumstances of one slice.
func (j *judgement) caption(s *slice) string {
	if j.reader == nil {
		return fmt.Sprintf("Without sampling, over %s, price seen every %s.", param.FormatSeconds(j.plan.spec.Horizon.Seconds()), param.FormatSeconds(j.plan.spec.Step.Seconds()))
	}
	text := captionBut(j.plan, j.sweep.Axes)
	if s != nil && s.label != "" {
		text += " At " + s.label + "."
	}
	return text + " All points on the same paths."
}

// tradeoff draws the two objectives of --pareto against each other. Circumstances
// are panels, or where these were too many, one of them is fronts in one panel. Nil
// where they are too many all the same, or the choices of too many kinds.
func (j *judgement) tradeoff(own []slice) (*plots.Figure, error) {
	const mostKinds, mostApart = 4, 6 // kinds can be told apart; panels are few
	if !slices.ContainsFunc(own, func(s slice) bool { return len(s.cells) > 1 }) {
		return nil, nil
	}
	x, y := j.how.Pareto[0], j.how.Pareto[1]
	var chosen []int // axes, that with the most values first
	for i, a := range j.sweep.Axes {
		if j.chosen(a) {
			chosen = append(chosen, i)
		}
	}
	values := func(axis int) int { return len(j.sweep.Axes[axis].Values) }
	slices.SortStableFunc(chosen, func(a, b int) int { return values(b) - values(a) })
	label, kinds := chosen[0], -1
	switch {
	case len(chosen) > 2 || len(chosen) == 2 && values(chosen[1]) > mostKinds:
		j.leave("no figure of %s against %s: what is chosen is of too many kinds; want one parameter, and of a second up to %d values; front.csv has the numbers", x, y, mostKinds)
		return nil, nil
	case len(chosen) == 2:
		kinds = chosen[1]
	}
	series := -1
	if kinds < 0 && len(own) > mostApart {
		series = j.series(mostKinds)
	}
	axis := j.sweep.Axes[label]
	title := func(name string) string { return strings.ReplaceAll(name, "_", " ") }
	ofX, ofY := analytics.MustLookup(x), analytics.MustLookup(y)
	d := plots.TradeoffData{
		Title: fmt.Sprintf("%s: %s against %s", j.token(own[0].token), title(x), title(y)), Caption: j.caption(nil),
		XLabel: ofX.Label, YLabel: ofY.Label, XScale: ofX.Unit.Scale(), YScale: ofY.Unit.Scale(),
		XBetter: ofX.Sense, YBetter: ofY.Sense, PointLabel: axis.Name, Apart: series >= 0,
	}
	if axis.Unit != param.Time && axis.Unit != param.Choice { // whose values are written with what they are
		d.PointLabel = axisLabel(axis.Param)
	}
	if len(own) == 1 {
		d.Caption = j.caption(&own[0])
	}
	some := false
	number := map[string]int{}
	for i := range own {
		s := &own[i]
		panel, name := j.split(s, series)
		n, ok := number[panel]
		if !ok {
			n = len(d.Panels)
			number[panel] = n
			d.Panels = append(d.Panels, plots.TradeoffPanel{Label: panel})
		}
		kind := map[string]int{}
		for k, c := range s.cells {
			if kinds >= 0 {
				a := j.sweep.Axes[kinds]
				name = a.Name + " " + readable(a, j.value(c, kinds))
			}
			q := &d.Panels[n].Series
			m, ok := kind[name]
			if !ok {
				m = len(*q)
				kind[name] = m
				*q = append(*q, plots.TradeoffSeries{Name: name})
			}
			p := plots.TradeoffPoint{Label: strings.TrimSuffix(readable(axis, j.value(c, label)), " %"), Standing: s.front[k]}
			x, y := j.pair(s, c)
			p.X, p.Y = drawable(x), drawable(y)
			some = some || !math.IsNaN(p.X.Value) && !math.IsNaN(p.Y.Value)
			(*q)[m].Points = append((*q)[m].Points, p)
		}
	}
	switch n := len(d.Panels); {
	case n > maxPanels:
		j.leave("no figure of %s against %s: the circumstances would fill %d panels, and %d can be read; front.csv has the numbers", x, y, n, maxPanels)
		return nil, nil
	case !some:
		j.leave("no figure of %s against %s, as no choice has a value of both", x, y)
		return nil, nil
	}
	return plots.Tradeoff(d)
}
