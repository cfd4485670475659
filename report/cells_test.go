package report

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/study"
)

// What is said of cells is of the worst of them: the longest interval, the most
// paths left out. Half of 0.0301 is rounded up, and what has no interval is none.
func TestCaveats(t *testing.T) {
	nan := math.NaN()
	e := func(lo, hi float64, n int, w analytics.Warning) analytics.Estimate {
		return analytics.Estimate{Lo: lo, Hi: hi, N: n, Warning: w}
	}
	cells := [][]analytics.Estimate{{e(0.1, 0.1301, 100, ""), e(nan, nan, 40, "")},
		{e(-0.01, 0.01, 97, analytics.HeavyTail), e(0, 0.03, 100, "")}}
	want := " Paths without a value, such as ruined ones, are left out: up to 60 of 100 in a cell. " +
		"The intervals of 1 of 4 cells may have a coverage below nominal (heavy-tail)."
	if got := caveats(cells, 100); got != want {
		t.Errorf("caveats: %q; want %q", got, want)
	}
	if got := caveats([][]analytics.Estimate{{e(0, 1, 100, "")}}, 100); got != "" {
		t.Errorf("caveats of a sound cell: %q; want none", got)
	}
	for want, cells := range map[string][][]analytics.Estimate{
		"The half-widths of the intervals are at most 1.6 points.": cells,
		"Some of the intervals have no end.":                       {{e(0, 1, 9, "")}, {e(0, math.Inf(1), 9, "")}},
		"No interval has a width.":                                 {{e(2, 2, 9, ""), e(nan, nan, 0, "")}},
	} {
		if got := halfWidths(cells, 100, "points"); got != want {
			t.Errorf("half-widths: %q; want %q", got, want)
		}
	}
	if got, want := halfWidths(cells, 1, ""), "The half-widths of the intervals are at most 0.016."; got != want {
		t.Errorf("half-widths of a pure number: %q; want %q", got, want)
	}
}

// The line of a figure does not go on over a rate at which the two are alike
// nowhere, and its interval not beyond the rates.
func TestBreakEvenLine(t *testing.T) {
	at := func(value, lo, hi float64) []analytics.Crossing {
		return []analytics.Crossing{{At: analytics.Estimate{Value: value, Lo: lo, Hi: hi}}}
	}
	r := &assess.BreakEven{Funding: study.Axis{Values: []float64{0, 0.1, 0.3}}, Crossings: [][]analytics.Crossing{
		at(0.05, math.Inf(-1), 0.1), nil, at(0.2, 0.1, 0.3), append(at(0.05, 0, 0.1), at(0.2, 0.1, 0.3)...)}}
	line, points := breakEvenLine(r)
	var got []float64
	for i := range line.Path {
		got = append(got, line.Path[i].X, line.Lo[i].X, line.Hi[i].X)
	}
	nan := math.NaN()
	want := []float64{0.5, nan, 1, nan, nan, nan, 1.5, 1, 2, nan, nan, nan}
	if points != 2 || !floats.Same(got, want) || line.Path[2].Y != 2 {
		t.Errorf("%d points, %v; want 2, %v", points, got, want)
	}
}

// What a row without a crossing says: which is better, and whether that is sure.
func TestThroughout(t *testing.T) {
	for _, tt := range []struct {
		better      assess.Holding
		significant bool
		want        string
	}{
		{assess.Loan, true, "the loan throughout"},
		{assess.Perpetual, false, "the perpetual throughout, not significant"},
		{assess.NoHolding, false, "neither"},
	} {
		if got := throughout(tt.better, tt.significant, "perpetual"); got != tt.want {
			t.Errorf("%v, %v: %q; want %q", tt.better, tt.significant, got, tt.want)
		}
	}
}
