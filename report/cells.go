package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/plots"
)

// estimateParts are what files have of an estimate beside its value.
var estimateParts = []string{"se", "lo", "hi", "n", "confidence", "interval", "warning"}

// drawCells draws the values of cells, by row, as d says; nil where none has any. Cells
// say their values as tables do, with the digits that their intervals support, unless d
// has texts.
func drawCells(d plots.HeatMapData, cells [][]analytics.Estimate, unit analytics.Unit) (*plots.Figure, error) {
	some, written := false, d.Texts != nil
	most := math.MaxInt
	if d.Diverging { // near zero fewer digits count
		most = cellDecimals(slices.Concat(cells...), d.Scale)
	}
	for _, es := range cells {
		if !written {
			texts := make([]string, len(es))
			for j, e := range es {
				texts[j] = cellText(e, unit, most)
			}
			d.Texts = append(d.Texts, texts)
		}
		row := make([]float64, len(es))
		for j, e := range es {
			if row[j] = e.Value; math.IsInf(e.Value, 0) {
				row[j] = math.NaN()
			}
			some = some || !math.IsNaN(row[j])
		}
		d.Values = append(d.Values, row)
	}
	if !some {
		return nil, nil
	}
	return plots.HeatMap(d)
}

// cellText is a value as a cell of a figure says it: as a table does, but with three
// digits at most, and so many decimals.
func cellText(e analytics.Estimate, unit analytics.Unit, most int) string {
	switch {
	case math.IsNaN(e.Value) || math.IsInf(e.Value, 0):
		return ""
	case unit == analytics.Probability && e.Hi > e.Lo:
		text, _ := PercentProbability(e)
		return text
	case unit.Scale() == plots.Percent:
		e = InPercent(e)
	}
	own, ok := e.Decimals()
	if d := min(most, cellDecimals([]analytics.Estimate{e}, plots.Number)); !ok || d < own {
		own = d
	}
	return rounded(e.Value, own, exponential(e))
}

// cellDecimals is how many decimals three digits of the largest of some values need.
func cellDecimals(es []analytics.Estimate, scale plots.Scale) int {
	largest := 0.0
	for _, e := range es {
		if a := math.Abs(e.Value); a > largest && !math.IsInf(a, 1) {
			largest = a
		}
	}
	if largest == 0 {
		return 0
	}
	return 2 - exponent(largest*scale.Factor(), 2)
}

// widest is the length of the longest interval of the cells.
func widest(cells [][]analytics.Estimate) (length float64) {
	for _, e := range slices.Concat(cells...) {
		if w := e.Hi - e.Lo; w > length { // no interval is NaN
			length = w
		}
	}
	return length
}

// halfWidths says how far intervals reach at most, in a unit of which one is so
// many of the cells'.
func halfWidths(cells [][]analytics.Estimate, factor float64, unit string) string {
	w := factor * widest(cells) / 2
	switch {
	case math.IsInf(w, 1):
		return "Some of the intervals have no end."
	case w == 0:
		return "No interval has a width."
	}
	half, decimals := RoundUp(w, 2)
	return strings.TrimRight("The half-widths of the intervals are at most "+Fixed(half, decimals)+" "+unit, " ") + "."
}

// caveats say what to know of the cells before they are believed: how many of the
// paths they leave out, and that intervals may be too short. They are empty if
// neither is so, and else begin with a space.
func caveats(cells [][]analytics.Estimate, paths int) (text string) {
	all := slices.Concat(cells...)
	least, doubtful, why := paths, 0, ""
	for _, e := range all {
		least = min(least, e.N)
		if e.Warning != "" {
			doubtful, why = doubtful+1, string(e.Warning)
		}
	}
	if least < paths {
		text = fmt.Sprintf(" Paths without a value, such as ruined ones, are left out: up to %s of %s in a cell.",
			Thousands(paths-least), Thousands(paths))
	}
	if doubtful > 0 {
		text += fmt.Sprintf(" The intervals of %d of %d cells may have a coverage below nominal (%s).",
			doubtful, len(all), why)
	}
	return text
}

// doubted is an estimate as a cell whose interval has a mark where it has a warning.
func doubted(e analytics.Estimate) Shown {
	if notEstimable(e) {
		return Shown{Value: e, Text: string(e.Warning)}
	}
	s := Shown{Value: e, Text: Value(e), Interval: Range(e)}
	if e.Warning != "" {
		s.Interval += " !"
	}
	return s
}

// probability is an estimated probability as a cell in percent.
func probability(e analytics.Estimate) Shown {
	text, interval := PercentProbability(e)
	return Shown{Value: e, Text: text, Interval: strings.Trim(interval, " ()")}
}
