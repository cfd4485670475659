package report

import (
	"fmt"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/plots"
	"mcrisk/study"
	"mcrisk/tokens"
)

// BreakEven is a loan against a perpetual: the funding at which they break even, for
// each borrow rate, the surface of their difference and the figure of it.
func BreakEven(r *assess.BreakEven, p Provenance) Document {
	loan, perp := r.Tokens()
	article, other := otherVenue(r)
	d := Document{Data: breakEvenJSON(r), Blocks: []Block{
		Text(fmt.Sprintf("%s through a loan against %s through %s, by %s (%s)\n%s",
			loan.Name, perp.Name, article+other, r.Objective.Name, r.Objective.Doc, breakEvenCaption(r))), intervalText,
		breakEvenTable(r), crossingsData(r), surfaceData(r),
		Figure{Name: "breakeven", Draw: func() (*plots.Figure, error) {
			return drawCells(breakEvenFigure(r), r.Difference, r.Objective.Unit)
		}},
	}}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// otherVenue is what people call the venue of the token that is not on a loan, with its article.
func otherVenue(r *assess.BreakEven) (article, name string) {
	_, perp := r.Tokens()
	if _, ok := perp.Mechanism.(tokens.Option); ok {
		return "an ", "option"
	}
	return "a ", "perpetual"
}

// holdingName is what people call a way to hold a position, other being that which is not a loan.
func holdingName(h assess.Holding, other string) string {
	switch h {
	case assess.Loan:
		return "the loan"
	case assess.Perpetual:
		return "the " + other
	}
	return "neither"
}

// breakEvenTable has a row for each crossing, and for each borrow rate without one.
func breakEvenTable(r *assess.BreakEven) Table {
	_, other := otherVenue(r)
	t := Table{PeopleOnly: true, Columns: []Column{{Name: "borrow rate (1/year)", Align: Right},
		{Name: "break-even funding (1/year)", Interval: intervalTitle},
		{Name: "better below it", Wrap: true}}}
	for i, v := range r.Borrow.Values {
		rate := TrueMinus(r.Borrow.Format(v))
		if len(r.Crossings[i]) == 0 {
			better, significant := r.Better(i)
			t.Add(rate, Shown{nil, "none of these", ""}, throughout(better, significant, other))
		}
		for _, c := range r.Crossings[i] {
			at := c.At // to a millionth, as zero is never quite met
			at.Value, at.Lo, at.Hi = millionth(at.Value), millionth(at.Lo), millionth(at.Hi)
			t.Add(rate, at, holdingName(r.Above(c).Other(), other))
		}
	}
	return t
}

func millionth(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// throughout says which is better where the difference has one sign.
func throughout(better assess.Holding, significant bool, other string) string {
	text := holdingName(better, other)
	if better == assess.NoHolding {
		return text
	}
	if text += " throughout"; !significant {
		text += ", not significant"
	}
	return text
}

// crossingsData has a row for each crossing.
func crossingsData(r *assess.BreakEven) Table {
	t := Table{Name: "breakeven", DataOnly: true, Columns: []Column{{Name: "borrow"}, {Name: "objective"},
		{Name: "funding", Bare: true, Parts: estimateParts}, {Name: "loan_better_above"}}}
	for i, v := range r.Borrow.Values {
		for _, c := range r.Crossings[i] {
			t.Add(r.Borrow.Format(v), r.Objective.Name, c.At, r.Above(c) == assess.Loan)
		}
	}
	return t
}

// surfaceData has a row for each pair of rates.
func surfaceData(r *assess.BreakEven) Table {
	t := Table{Name: "surface", DataOnly: true, Columns: []Column{{Name: "borrow"}, {Name: "funding"},
		{Name: "objective"}, {Name: "unit"}, {Name: "loan_less_perp", Bare: true, Parts: estimateParts}}}
	for i, v := range r.Borrow.Values {
		for k, e := range r.Difference[i] {
			t.Add(r.Borrow.Format(v), r.Funding.Format(r.Funding.Values[k]),
				r.Objective.Name, string(r.Objective.Unit), e)
		}
	}
	return t
}

// breakEvenJSON has the names that scripts rely on.
func breakEvenJSON(r *assess.BreakEven) any {
	type crossing struct {
		Funding JSONEstimate `json:"funding"`
		Above   bool         `json:"loan_better_above"`
	}
	type row struct {
		Borrow    string         `json:"borrow"`
		Crossings []crossing     `json:"crossings"`
		Versus    []JSONEstimate `json:"loan_less_perp"` // by funding
	}
	all := struct {
		ResultsHash string   `json:"results_hash"`
		Objective   string   `json:"objective"`
		Unit        string   `json:"unit"`
		Funding     []string `json:"funding"`
		Rows        []row    `json:"rows"`
	}{ResultsHash: r.Hash, Objective: r.Objective.Name, Unit: string(r.Objective.Unit)}
	for _, v := range r.Funding.Values {
		all.Funding = append(all.Funding, r.Funding.Format(v))
	}
	for i, v := range r.Borrow.Values {
		x := row{Borrow: r.Borrow.Format(v), Crossings: []crossing{}}
		for _, c := range r.Crossings[i] {
			x.Crossings = append(x.Crossings, crossing{ToJSON(c.At), r.Above(c) == assess.Loan})
		}
		for _, e := range r.Difference[i] {
			x.Versus = append(x.Versus, ToJSON(e))
		}
		all.Rows = append(all.Rows, x)
	}
	return all
}

// breakEvenCaption says how the cells were made.
func breakEvenCaption(r *assess.BreakEven) string {
	paths := r.Study.Spec().Paths
	text := Caption(r.Study, paths) + " All on the same paths."
	if n := r.Undecided(); n > 0 {
		text += fmt.Sprintf(" In %d of %d cells neither is significantly better.", n,
			len(slices.Concat(r.Difference...)))
	}
	return text + caveats(r.Difference, paths)
}

// breakEvenFigure is the difference over both rates without its values, and where it
// is zero.
func breakEvenFigure(r *assess.BreakEven) plots.HeatMapData {
	loan, perp := r.Tokens()
	_, other := otherVenue(r)
	label, unit, factor := r.Objective.Label, r.Objective.Unit.Axis(), 1.0
	scale := r.Objective.Unit.Scale()
	if scale == plots.Percent {
		unit, factor = "percentage points", 100
	}
	d := plots.HeatMapData{
		Title: "Loan against " + other + ": " + inSentence(label),
		Caption: breakEvenCaption(r) + " " + halfWidths(r.Difference, factor, unit) + "\n" +
			TokenCaption(r.Study, 0, r.Borrow.Name) + " " + TokenCaption(r.Study, 1, r.Funding.Name),
		XLabel: "Funding of the " + other + " (% a year, paid by longs)", YLabel: "Borrow rate of the loan (% a year)",
		Label: fmt.Sprintf("%s less %s, %s", loan.Name, perp.Name, inSentence(label)),
		Scale: scale, Diverging: true,
	}
	for _, v := range r.Funding.Values {
		d.X = append(d.X, Short(100*v))
	}
	for _, v := range r.Borrow.Values {
		d.Y = append(d.Y, Short(100*v))
	}
	if line, points := breakEvenLine(r); points > 1 {
		d.Lines = []plots.CellLine{line}
		d.Caption += breakEvenWidth(r)
	}
	at := func(a study.Axis, token int) int {
		v, ok := r.Study.Spec().Value(token, a.Name)
		return slices.IndexFunc(a.Values, func(w float64) bool { return ok && math.Abs(v-w) < 1e-9 })
	}
	if j, i := at(r.Funding, 1), at(r.Borrow, 0); i >= 0 && j >= 0 {
		d.Marked = [][2]int{{j, i}}
	} else {
		d.Caption += baselineRates(r)
		d.Point = baselinePoint(r)
	}
	return d
}

// baselinePoint is where the rates of the study itself lie; nil where one of them is beyond
// those of the cells.
func baselinePoint(r *assess.BreakEven) *plots.CellMark {
	borrow, ok1 := r.Study.Spec().Value(0, r.Borrow.Name)
	funding, ok2 := r.Study.Spec().Value(1, r.Funding.Name)
	at := plots.CellPoint{X: plots.InCells(r.Funding.Values, funding), Y: plots.InCells(r.Borrow.Values, borrow)}
	if !ok1 || !ok2 || math.IsNaN(at.X) || math.IsNaN(at.Y) {
		return nil
	}
	return &plots.CellMark{Name: "baseline", At: at}
}

// breakEvenWidth says how well the funding at which the two break even is known.
func breakEvenWidth(r *assess.BreakEven) string {
	widest := 0.0
	for _, crossings := range r.Crossings {
		for _, c := range crossings {
			if w := (c.At.Hi - c.At.Lo) / 2; w > widest && !math.IsInf(w, 1) {
				widest = w
			}
		}
	}
	if widest == 0 {
		return ""
	}
	half, decimals := RoundUp(100*widest, 2)
	return " The break-even funding is known to ±" + Fixed(half, decimals) + " % a year or better."
}

// baselineRates are the rates that the study has itself, where no cell has both.
func baselineRates(r *assess.BreakEven) string {
	borrow, ok1 := r.Study.Spec().Value(0, r.Borrow.Name)
	funding, ok2 := r.Study.Spec().Value(1, r.Funding.Name)
	if !ok1 || !ok2 {
		return ""
	}
	return fmt.Sprintf(" Baseline, which is not one of the cells: borrow %s %%, funding %s %%.", Short(100*borrow),
		Short(100*funding))
}

// breakEvenLine is where the difference is zero, with gaps at the borrow rates where
// it is so nowhere, or more than once.
func breakEvenLine(r *assess.BreakEven) (line plots.CellLine, points int) {
	line.Name = "break-even"
	for i, crossings := range r.Crossings {
		at := analytics.Estimate{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
		if len(crossings) == 1 {
			at = crossings[0].At
			points++
		}
		point := func(v float64) plots.CellPoint {
			return plots.CellPoint{X: plots.InCells(r.Funding.Values, v), Y: float64(i)}
		}
		line.Path, line.Lo = append(line.Path, point(at.Value)), append(line.Lo, point(at.Lo))
		line.Hi = append(line.Hi, point(at.Hi))
	}
	return line, points
}
