package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
)

// HeatMap is one metric over two parameters, or over time and one: a table whose
// columns and rows are their values, and the figure.
func HeatMap(r *assess.HeatMap, p Provenance) Document {
	m := r.Metric
	d := Document{Data: heatMapJSON(r), Blocks: []Block{
		Text(fmt.Sprintf("%s: %s%s, %s\n%s", r.Study.Token(0).Name, m.Name, inBrackets(unitText(m.Unit)), m.Doc,
			mapCaption(r))), intervalText,
		mapTable(r), mapData(r),
		Figure{Name: "heatmap", Draw: func() (*plots.Figure, error) {
			return drawCells(mapFigure(r), r.Cells, r.Metric.Unit)
		}},
	}}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// inBrackets is a text such as a unit after a space, in brackets; nothing of none.
func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// mapTable has a row for each value of Y and a column for each of X.
func mapTable(r *assess.HeatMap) Table {
	corner, written := r.Y.Name+` \ `+r.X.Name, r.X.Format
	if r.OverTime {
		corner, written = corner+" (days)", func(v float64) string { return Short(v / day) }
	}
	t := Table{PeopleOnly: true, Columns: []Column{{Name: corner}}}
	for _, v := range r.X.Values {
		t.Columns = append(t.Columns, Column{Name: TrueMinus(written(v))})
	}
	for i, es := range r.Cells {
		row := []any{TrueMinus(r.Y.Format(r.Y.Values[i]))}
		for _, e := range es {
			row = append(row, e)
		}
		t.Add(row...)
	}
	return t
}

// mapData has a row for each cell.
func mapData(r *assess.HeatMap) Table {
	t := Table{Name: "heatmap", DataOnly: true, Columns: []Column{{Name: r.X.Name}, {Name: r.Y.Name}, {Name: "metric"},
		{Name: "estimate", Bare: true, Parts: estimateParts}, {Name: "unit"}}}
	for i, es := range r.Cells {
		for j, e := range es {
			t.Add(r.X.Format(r.X.Values[j]), r.Y.Format(r.Y.Values[i]), r.Metric.Name, e, string(r.Metric.Unit))
		}
	}
	return t
}

// heatMapJSON has the names that scripts rely on.
func heatMapJSON(r *assess.HeatMap) any {
	type cell struct {
		X string `json:"x"`
		Y string `json:"y"`
		JSONEstimate
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		X           string `json:"x"`
		Y           string `json:"y"`
		Metric      string `json:"metric"`
		Unit        string `json:"unit"`
		Cells       []cell `json:"cells"`
	}{r.Hash, r.X.Name, r.Y.Name, r.Metric.Name, string(r.Metric.Unit), nil}
	for i, es := range r.Cells {
		for j, e := range es {
			all.Cells = append(all.Cells, cell{r.X.Format(r.X.Values[j]), r.Y.Format(r.Y.Values[i]), ToJSON(e)})
		}
	}
	return all
}

// mapCaption says how the cells were made, but for what the axes say.
func mapCaption(r *assess.HeatMap) string {
	paths := r.Study.Spec().Paths
	text := Caption(r.Study, paths, r.X.Name, r.Y.Name) +
		" All cells use the same random numbers, so their errors are correlated."
	all, corrected := slices.Concat(r.Cells...), 0
	for _, e := range all {
		if e.VarianceReduction > 0 {
			corrected++
		}
	}
	if corrected > 0 {
		text += fmt.Sprintf(" %d of %d cells are corrected by the known mean of the price's logarithm, "+
			"as none of their paths is ruined.", corrected, len(all))
	}
	return text + caveats(r.Cells, paths)
}

// mapFigure is the heat map without its values.
func mapFigure(r *assess.HeatMap) plots.HeatMapData {
	m, unit, factor := r.Metric, r.Metric.Unit.Axis(), 1.0
	d := plots.HeatMapData{
		Title: fmt.Sprintf("%s: %s over %s and %s", r.Study.Token(0).Name, phrase(m), axisName(r.X.Param),
			axisName(r.Y.Param)),
		XLabel: mapAxis(r.X.Param), YLabel: mapAxis(r.Y.Param),
		Label: m.Name + ", " + m.Doc + inBrackets(m.Unit.Axis()), Scale: m.Unit.Scale()}
	if d.Scale == plots.Percent {
		unit, factor = "percentage points", 100
	}
	d.Caption = mapCaption(r) + " " + halfWidths(r.Cells, factor, unit) + " " +
		TokenCaption(r.Study, 0, r.X.Name, r.Y.Name)
	d.X, d.Y = mapTicks(r.X), mapTicks(r.Y)
	if r.OverTime {
		d.XLabel, d.X = "Time since the start (days)", nil
		for _, v := range r.X.Values {
			d.X = append(d.X, Short3(v/day))
		}
	}
	baseline := func(a study.Axis) int {
		v, ok := r.Study.Spec().Value(0, a.Name)
		return slices.IndexFunc(a.Values, func(w float64) bool { return ok && math.Abs(v-w) < 1e-9 })
	}
	i, j := baseline(r.Y), baseline(r.X)
	switch {
	case r.OverTime && i >= 0:
		d.Marked = [][2]int{{len(d.X) - 1, i}}
	case !r.OverTime && i >= 0 && j >= 0:
		d.Marked = [][2]int{{j, i}}
	default:
		d.Caption += baselineWords(r.Study, r.X, r.Y)
	}
	return d
}

// baselineWords say what a study has itself on some axes, where no cell has all of it;
// empty where it has no number there. They begin with a space.
func baselineWords(s *study.Study, axes ...study.Axis) string {
	var words []string
	for _, a := range axes {
		if v, ok := s.Spec().Value(0, a.Name); ok {
			words = append(words, a.Name+" "+readable(a, math.Round(v*1e9)/1e9)) // an edge less the target is rounded
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " Baseline, which is not one of the cells: " + strings.Join(words, ", ") + "."
}

// phrase is a metric in words: its label without the unit, or what it means where it has
// no other label than its name.
func phrase(m analytics.Metric) string {
	label, _, _ := strings.Cut(m.Label, " (")
	if label == "" || strings.EqualFold(label, plainName(m.Name)) {
		label, _, _ = strings.Cut(m.Doc, ";")
	}
	return inSentence(label)
}

// inSentence is a label as it stands within a sentence: its first word without a capital,
// unless it is an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	if second, _ := utf8.DecodeRuneInString(label[size:]); size == 0 || unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// plainName is the name of a metric in words.
func plainName(metric string) string { return strings.ReplaceAll(metric, "_", " ") }

// mapAxis is the label of an axis whose ticks have units of their own where they are
// times or names.
func mapAxis(p param.Param) string {
	return strings.TrimSuffix(strings.TrimSuffix(axisLabel(p), " (seconds)"), " (choice)")
}

// mapTicks are the values of an axis whose label has the percent sign.
func mapTicks(a study.Axis) (texts []string) {
	for _, v := range a.Values {
		texts = append(texts, strings.TrimSuffix(readable(a, v), " %"))
	}
	return texts
}
