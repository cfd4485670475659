package report

import (
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
)

// axisLabel is the label of an axis of a parameter, with the unit it is drawn in.
func axisLabel(p param.Param) string {
	switch p.Name {
	case study.HalfWidth.Name:
		return "Half-width of the band (leverage)"
	case "sigma":
		return "Volatility (% per √year)"
	}
	unit := string(p.Unit)
	switch p.Unit {
	case param.Fraction:
		unit = "%"
	case param.Rate:
		unit = "% a year"
	case param.Time:
		unit = "seconds"
	}
	return axisName(p) + " (" + unit + ")"
}

// axisName is the name of a parameter as figures write it.
func axisName(p param.Param) string {
	if p.Name == "aum" {
		return "AUM"
	}
	return p.Name
}

// scaleOf is how numbers of a parameter are drawn.
func scaleOf(u param.Unit) plots.Scale {
	if u == param.Fraction || u == param.Rate || u == param.Sigma {
		return plots.Percent
	}
	return plots.Number
}

// readable is a value of an axis as figures write it: short, if no other of the
// axis reads the same.
func readable(a study.Axis, v float64) string {
	text := func(v float64) string {
		switch {
		case scaleOf(a.Unit) == plots.Percent:
			return Short(100*v) + " %"
		case a.Unit == param.USD:
			return amount(v)
		}
		return Short(v)
	}
	same := func(w float64) bool { return w != v && text(w) == text(v) }
	if a.Unit == param.Choice || a.Unit == param.Time || slices.ContainsFunc(a.Values, same) {
		return a.Format(v)
	}
	return text(v)
}

// panelOf is how a metric is drawn.
func panelOf(m analytics.Metric) plots.SensitivityPanel {
	return plots.SensitivityPanel{Label: m.Label, Scale: m.Unit.Scale(), Log: m.LogAxis}
}

// panelsOf is how metrics are drawn, by name.
func panelsOf(names []string) (list []plots.SensitivityPanel) {
	for _, name := range names {
		list = append(list, panelOf(analytics.MustLookup(name)))
	}
	return list
}

// sensitivityMetrics are drawn against a parameter, in the order of the panels.
var sensitivityMetrics = assess.SensitivityMetrics

// sensitivity draws the metrics of d that have a value somewhere; nil where none has.
func sensitivity(d plots.SensitivityData) (*plots.Figure, error) {
	d.Metrics = slices.DeleteFunc(d.Metrics,
		func(m plots.SensitivityPanel) bool { return len(m.Series)+len(m.Exact) == 0 })
	if len(d.Metrics) == 0 {
		return nil, nil
	}
	return plots.Sensitivity(d)
}

// drawable is an estimate whose interval a figure can draw: an end at infinity is
// none.
func drawable(e analytics.Estimate) analytics.Estimate {
	if math.IsInf(e.Lo, 0) || math.IsInf(e.Hi, 0) {
		e.Lo, e.Hi = math.NaN(), math.NaN()
	}
	return e
}

// fileName is a metric's name as that of a figure's file.
func fileName(metric string) string { return strings.ReplaceAll(metric, "_", "-") }
