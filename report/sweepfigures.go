package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
)

// Limits of one figure.
const (
	maxSeries = 5
	maxPanels = 9
)

// SweepFigures are the figures of a sweep, for each token, and notes of what is not
// drawn, and why: along one parameter its sensitivity and objectives, or in several
// scenarios a figure of each objective, and what is traded off.
func SweepFigures(r *assess.SweepAnalysis) (figures []Block, notes []string) {
	v := viewOf(r.Layout)
	f := &sweepFigures{view: v, file: "cells.csv", sampled: r}
	for token := range v.tokens {
		if len(v.tokens) > 1 {
			f.prefix = v.tokens[token] + "-"
		}
		f.made = v.caption() + " " + f.tokenCaption(token)
		var own []assess.Slice
		for _, s := range r.Slices {
			if s.Token == token {
				own = append(own, s)
			}
		}
		f.along(token, own)
		f.tradeoff(token, own)
	}
	return f.figures, f.notes
}

// sweepFigures are figures of a sweep under way.
type sweepFigures struct {
	view
	file    string                // that has the numbers of every cell
	made    string                // how the cells were made
	sampled *assess.SweepAnalysis // nil: nothing was sampled
	prefix  string                // of names, where there are several tokens
	figures []Block
	notes   []string
}

// tokenCaption is [TokenCaption] without what the axes say.
func (v view) tokenCaption(token int) string {
	return TokenCaption(v.Sweep.Study, token, v.swept()...)
}

// leave notes what is not drawn, once.
func (f *sweepFigures) leave(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(f.notes, text) {
		f.notes = append(f.notes, text)
	}
}

// add adds a figure of metrics, if one of them has a value somewhere.
func (f *sweepFigures) add(name string, d plots.SensitivityData) {
	d.Metrics = slices.DeleteFunc(d.Metrics,
		func(m plots.SensitivityPanel) bool { return len(m.Series)+len(m.Exact) == 0 })
	if len(d.Metrics) > 0 {
		f.figures = append(f.figures, Figure{Name: f.prefix + name,
			Draw: func() (*plots.Figure, error) { return plots.Sensitivity(d) }})
	}
}

// along draws metrics of a token along the one number that is selected.
func (f *sweepFigures) along(token int, own []assess.Slice) {
	along := f.Along()
	if along < 0 || len(f.Sweep.Axes[along].Values) < 2 {
		return
	}
	if f.sampled.Cells == nil {
		f.leave("no figures along %s, as cells are more than %s; %s has the numbers", f.Sweep.Axes[along].Name,
			Thousands(assess.KeptCells), f.file)
		return
	}
	var objectives []string
	for _, m := range f.sampled.Objectives {
		objectives = append(objectives, m.Name)
	}
	if len(own) == 1 {
		f.sensitivity("sensitivity", &own[0], along, sensitivityMetrics)
		f.sensitivity("objectives", &own[0], along, objectives)
		return
	}
	for _, m := range objectives {
		var scenarios []drawnScenario
		for i := range own {
			s := &own[i]
			d := drawnScenario{at: s.At, exact: f.line(s.Group, s.Exact, along, m)}
			d.x, d.y = f.points(s, along, m)
			scenarios = append(scenarios, d)
		}
		f.scenarios(token, scenarios, along, m)
	}
}

// points are the estimates of a metric along the axis in one slice.
func (f *sweepFigures) points(s *assess.Slice, along int, metric string) (xs []float64, ys []analytics.Estimate) {
	m := f.sampled.MetricNumber(metric)
	for _, c := range s.Cells {
		x, ok := f.sampled.EstimatesOf(c, s.Token)
		if !ok {
			continue
		}
		if y := x.Metrics[m].Estimate; y.N > 0 && !math.IsNaN(y.Value) {
			xs, ys = append(xs, f.Value(c, along)), append(ys, drawable(y))
		}
	}
	return xs, ys
}

// withBaseline adds the study's baseline to the points along the axis, where it is
// none of the cells'.
func (f *sweepFigures) withBaseline(
	token, along int, metric string, xs []float64, ys []analytics.Estimate,
) ([]float64, []analytics.Estimate) {
	x, y, ok := f.baseline(token, along, metric)
	if !ok {
		return xs, ys
	}
	i, found := slices.BinarySearchFunc(xs, x, func(v, x float64) int {
		if math.Abs(v-x) <= 1e-9*math.Abs(x) {
			return 0
		}
		return cmp.Compare(v, x)
	})
	if found {
		return xs, ys
	}
	return slices.Insert(slices.Clone(xs), i, x), slices.Insert(slices.Clone(ys), i, y)
}

// baseline is the study's own value on an axis and its estimate of a metric.
func (f *sweepFigures) baseline(token, along int, metric string) (x float64, y analytics.Estimate, ok bool) {
	x, ok = f.Sweep.Study.Spec().Value(token, f.Sweep.Axes[along].Name)
	if !ok {
		return 0, y, false
	}
	y = f.sampled.Baseline[token].Metrics[f.sampled.MetricNumber(metric)].Estimate
	return x, drawable(y), y.N > 0 && !math.IsNaN(y.Value)
}

// line is the exact answers of a group's cells along the axis.
func (f *sweepFigures) line(g assess.Group, answers []map[string]float64, along int, metric string) plots.Line {
	line := plots.Line{Name: "Exact"}
	for k, c := range g.Cells {
		if y, ok := answers[k][metric]; ok && !math.IsNaN(y) {
			line.X, line.Y = append(line.X, f.Value(c, along)), append(line.Y, y)
		}
	}
	return line
}

// base is a figure along the axis without its panels.
func (f *sweepFigures) base(token, along int) plots.SensitivityData {
	axis := f.Sweep.Axes[along]
	return plots.SensitivityData{
		Title:  fmt.Sprintf("%s: sensitivity to %s", f.tokens[token], axis.Name),
		XLabel: axisLabel(axis.Param), XScale: scaleOf(axis.Unit),
	}
}

// sensitivity draws metrics against the one parameter that is swept.
func (f *sweepFigures) sensitivity(figure string, s *assess.Slice, along int, metrics []string) {
	axis := f.Sweep.Axes[along]
	d := f.base(s.Token, along)
	d.Caption, d.Metrics = f.caption(s), panelsOf(metrics)
	if x, ok := f.Sweep.Study.Spec().Value(s.Token, axis.Name); ok {
		d.Marked = []plots.Reference{{Name: "Baseline", At: x}}
	}
	if s.Theory != nil && slices.Contains(metrics, "tracking_cost") &&
		s.Theory.Grid <= axis.Values[len(axis.Values)-1] {
		d.Marked = append(d.Marked, plots.Reference{Name: "Least tracking cost in theory", At: s.Theory.Grid})
	}
	for i, name := range metrics {
		if xs, ys := f.points(s, along, name); len(xs) > 0 {
			xs, ys = f.withBaseline(s.Token, along, name, xs, ys)
			d.Metrics[i].Series = []plots.Series{{Name: f.tokens[s.Token], X: xs, Y: ys}}
		}
		exact := f.line(s.Group, s.Exact, along, name)
		if c, ok := s.Curves[name]; ok {
			exact = plots.Line{X: c.X, Y: c.Y}
		}
		if exact.Name = f.tokens[s.Token]; len(exact.X) > 1 {
			d.Metrics[i].Exact = []plots.Line{exact}
		}
	}
	f.add(figure, d)
}

// caption says how the cells were made, without what is swept; that has one value in the
// scenario of one slice.
func (f *sweepFigures) caption(s *assess.Slice) string {
	if f.sampled == nil {
		return f.made
	}
	text := f.made
	if s != nil && s.Scenario != "" {
		text += " At " + s.Scenario + "."
	}
	return text + " All points on the same paths."
}

// A drawnScenario is one scenario in a figure of a metric.
type drawnScenario struct {
	at    []int // as a group's At
	x     []float64
	y     []analytics.Estimate
	exact plots.Line
}

// scenarios draws one metric against the parameter that is selected: a panel for each
// combination of the scenarios' values but those of one axis, which are the series.
func (f *sweepFigures) scenarios(token int, all []drawnScenario, along int, metric string) {
	one := panelOf(analytics.MustLookup(metric))
	d := f.base(token, along)
	d.Title, d.Caption = f.tokens[token]+": "+inSentence(one.Label), f.caption(nil)
	number := map[string]int{}
	series := f.series(maxSeries)
	if f.flat(all) && len(all) <= maxPanels {
		series = -1
	}
	d.Columns = f.columns(series)
	for _, s := range all {
		label, name := f.split(token, s.at, series)
		if label == "" {
			label = one.Label
		}
		n, ok := number[label]
		if !ok {
			n = len(d.Metrics)
			number[label] = n
			panel := one
			panel.Label = label
			d.Metrics = append(d.Metrics, panel)
		}
		if len(s.x) > 0 {
			d.Metrics[n].Series = append(d.Metrics[n].Series, plots.Series{Name: name, X: s.x, Y: s.y})
		}
		if len(s.exact.X) > 1 {
			s.exact.Name = name
			d.Metrics[n].Exact = append(d.Metrics[n].Exact, s.exact)
		}
	}
	if n := len(d.Metrics); n > maxPanels {
		f.leave("no figures of objectives: their scenarios would fill %d panels, and %d can be read; "+
			"%s has the numbers", n, maxPanels, f.file)
		return
	}
	f.add(fileName(metric), d)
}

// flat reports whether scenarios differ so much more from each other than along the
// axis that in one panel each would be a level line.
func (f *sweepFigures) flat(all []drawnScenario) bool {
	const share = 0.2
	within, lo, hi := 0.0, math.Inf(1), math.Inf(-1)
	for _, s := range all {
		least, most := math.Inf(1), math.Inf(-1)
		for _, y := range s.y {
			least, most = min(least, y.Value), max(most, y.Value)
		}
		for _, y := range s.exact.Y {
			least, most = min(least, y), max(most, y)
		}
		if least <= most {
			within, lo, hi = max(within, most-least), min(lo, least), max(hi, most)
		}
	}
	return len(all) > 1 && within > 0 && within < share*(hi-lo)
}

// columns of panels are the values of the last axis of the scenarios that are panels,
// where there are several such axes; 0: as many as suit.
func (f *sweepFigures) columns(series int) (n int) {
	axes := 0
	for i, a := range f.Sweep.Axes {
		if !f.Selects(i) && i != series {
			axes, n = axes+1, len(a.Values)
		}
	}
	if axes < 2 || n > 3 {
		return 0
	}
	return n
}

// series is the axis of scenarios whose values are series: that with the most, of up
// to so many; −1: there is none.
func (v view) series(most int) int {
	series := -1
	for i, a := range v.Sweep.Axes {
		if !v.Selects(i) && len(a.Values) <= most && (series < 0 || len(a.Values) >= len(v.Sweep.Axes[series].Values)) {
			series = i
		}
	}
	return series
}

// split is a token's scenario as the label of a panel, and the name of a series.
func (v view) split(token int, at []int, series int) (label, name string) {
	var words []string
	name = v.tokens[token]
	for i, a := range v.Sweep.Axes {
		switch {
		case v.Selects(i):
		case i == series:
			name = a.Name + " " + readable(a, a.Values[at[i]])
		default:
			words = append(words, a.Name+" "+readable(a, a.Values[at[i]]))
		}
	}
	return strings.Join(words, ", "), name
}

// tradeoff draws the two objectives traded off against each other. Scenarios are
// panels, or where these were too many, one of them is fronts in one panel. It draws
// nothing where they are too many all the same, or the settings of too many kinds.
func (f *sweepFigures) tradeoff(token int, own []assess.Slice) {
	const mostKinds, mostApart = 4, 6 // kinds that can be distinguished; panels that can be read
	if !slices.ContainsFunc(own, func(s assess.Slice) bool { return len(s.Cells) > 1 }) {
		return
	}
	x, y := f.Settings.Pareto[0], f.Settings.Pareto[1]
	selected := f.selectedAxes()
	values := func(axis int) int { return len(f.Sweep.Axes[axis].Values) }
	label, kinds := selected[0], -1
	switch {
	case len(selected) > 2 || len(selected) == 2 && values(selected[1]) > mostKinds:
		f.leave("no figure of %s against %s: too many kinds of settings are selected; want one parameter, "+
			"and of a second up to %d values; front.csv has the numbers", x, y, mostKinds)
		return
	case len(selected) == 2:
		kinds = selected[1]
	}
	series := -1
	if kinds < 0 && len(own) > mostApart {
		series = f.series(mostKinds)
	}
	d := f.traded(token, f.Sweep.Axes[label])
	d.Apart, d.Columns = series >= 0, f.columns(series)
	if len(own) == 1 {
		d.Caption = f.caption(&own[0])
	}
	some := false
	number := map[string]int{}
	for i := range own {
		s := &own[i]
		panel, name := f.split(token, s.At, series)
		n, ok := number[panel]
		if !ok {
			n = len(d.Panels)
			number[panel] = n
			d.Panels = append(d.Panels, plots.TradeoffPanel{Label: panel})
		}
		some = f.panel(&d.Panels[n], s, name, label, kinds) || some
		if len(own) == 1 {
			d.Panels[n].Baseline = f.baselinePoint(token, label, x, y)
		}
	}
	switch n := len(d.Panels); {
	case n > maxPanels:
		f.leave("no figure of %s against %s: the scenarios would fill %d panels, and %d can be read; "+
			"front.csv has the numbers", x, y, n, maxPanels)
	case !some:
		f.leave("no figure of %s against %s, as no setting has a value of both", x, y)
	default:
		f.figures = append(f.figures, Figure{Name: f.prefix + "tradeoff",
			Draw: func() (*plots.Figure, error) { return plots.Tradeoff(d) }})
	}
}

// baselinePoint is the study's baseline in a figure of what is traded off; nil where
// it has no value of both.
func (f *sweepFigures) baselinePoint(token, axis int, x, y string) *plots.TradeoffPoint {
	_, across, ok1 := f.baseline(token, axis, x)
	_, up, ok2 := f.baseline(token, axis, y)
	if !ok1 || !ok2 {
		return nil
	}
	return &plots.TradeoffPoint{Label: "baseline", X: across, Y: up}
}

// selectedAxes are those selected along, that with the most values first.
func (v view) selectedAxes() (axes []int) {
	for i := range v.Sweep.Axes {
		if v.Selects(i) {
			axes = append(axes, i)
		}
	}
	slices.SortStableFunc(axes, func(a, b int) int { return len(v.Sweep.Axes[b].Values) - len(v.Sweep.Axes[a].Values) })
	return axes
}

// traded is a figure of the two objectives traded off, without its panels. Points are
// labelled by their values on the axis.
func (f *sweepFigures) traded(token int, axis study.Axis) plots.TradeoffData {
	x, y := analytics.MustLookup(f.Settings.Pareto[0]), analytics.MustLookup(f.Settings.Pareto[1])
	d := plots.TradeoffData{
		Title:   fmt.Sprintf("%s: %s against %s", f.tokens[token], plainName(y.Name), plainName(x.Name)),
		Caption: f.caption(nil),
		XLabel:  x.Label, YLabel: y.Label, XScale: x.Unit.Scale(), YScale: y.Unit.Scale(),
		XBetter: x.Sense, YBetter: y.Sense, PointLabel: axis.Name,
	}
	if axis.Unit != param.Time && axis.Unit != param.Choice { // whose values are written with what they are
		d.PointLabel = inSentence(axisLabel(axis.Param))
	}
	return d
}

// panel adds the settings of a slice to a panel: as the series of that name, or one for
// each value of the axis kinds. It says whether one of them has a value of both
// objectives.
func (f *sweepFigures) panel(p *plots.TradeoffPanel, s *assess.Slice, name string, label, kinds int) (some bool) {
	axis := f.Sweep.Axes[label]
	number := map[string]int{}
	for k, c := range s.Cells {
		if kinds >= 0 {
			a := f.Sweep.Axes[kinds]
			name = a.Name + " " + readable(a, f.Value(c, kinds))
		}
		n, ok := number[name]
		if !ok {
			n = len(p.Series)
			number[name] = n
			p.Series = append(p.Series, plots.TradeoffSeries{Name: name})
		}
		at := s.Front[k]
		point := plots.TradeoffPoint{Label: strings.TrimSuffix(readable(axis, f.Value(c, label)), " %"),
			X: drawable(at.X), Y: drawable(at.Y), Standing: at.Standing}
		some = some || !math.IsNaN(point.X.Value) && !math.IsNaN(point.Y.Value)
		p.Series[n].Points = append(p.Series[n].Points, point)
	}
	return some
}
