package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/plots"
)

// Positions is what a view is worth in several positions: what half and nine tenths of holders end with, the same
// for the opposite view and for paths that end at a move, the leverage that grows fastest, and the figure.
func Positions(r *assess.Positions, p Provenance) Document {
	d := Document{Data: positionsJSON(r), Brief: []Block{
		Text(positionsTitle(r) + "\n" + Caption(r.Study, r.Study.Spec().Paths)), Text(positionsVerdict(r)),
		positionsTable(r, r.View, "")}}
	if o := r.Opposite; o != nil {
		d.Brief = append(d.Brief, positionsTable(r, *o, "If it is expected to "+rises(o.Move)+" instead:"))
	}
	if e := r.Ends; e != nil {
		d.Brief = append(d.Brief, positionsTable(r, *e, "On paths at whose end it has "+risen(e.Move)+":"))
	}
	d.Blocks = append(slices.Clone(d.Brief),
		Text("US dollars, all costs of the holder included. 5 % and 95 %: so many outcomes are below. Worst 20th: "+
			"mean of the worst 5 % of outcomes. Growth: mean of ln(end/start), in %. Digits are those that the "+
			"paths support."),
		positionsData(r),
		Figure{Name: "position", Draw: func() (*plots.Figure, error) { return drawPositions(r) }})
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// rises is a move as a verb: "rise by 20 %".
func rises(move float64) string {
	if move < 0 {
		return "fall by " + Short3(-100*move) + " %"
	}
	return "rise by " + Short3(100*move) + " %"
}

func risen(move float64) string {
	return strings.NewReplacer("rise", "risen", "fall", "fallen").Replace(rises(move))
}

func positionsTitle(r *assess.Positions) string {
	return fmt.Sprintf("%s USD for %s, if the price is expected to %s", amount(r.Invest),
		Duration(r.Study.Spec().Horizon.Seconds()), rises(r.View.Move))
}

// positionsVerdict says the most important in sentences.
func positionsVerdict(r *assess.Positions) string {
	usd := func(e analytics.Estimate) string { return dollars(e.Scaled(r.Invest)) }
	first := r.View.Positions[0]
	value, _ := PercentProbability(first.Profit)
	half, _ := PercentProbability(first.LoseHalf)
	text := fmt.Sprintf("Half of the holders of %s end with more than %s USD, and nine in ten with %s to %s; %s %% "+
		"make a profit, and %s %% lose more than half.", first.Name, usd(first.At(0.5)), usd(first.At(0.05)),
		usd(first.At(0.95)), value, half)
	if o := r.Opposite; o != nil {
		text += fmt.Sprintf(" If the price is expected to %s instead, half end with less than %s USD.", rises(o.Move),
			usd(o.Positions[0].At(0.5)))
	}
	if best := fastest(r.View); len(r.View.Positions) > 1 && best != "" {
		text += " Of these positions " + best + " grows fastest when the view is right."
	}
	return text + "\n" + kellyText(r.Kelly)
}

// fastest is the position of the largest growth; empty: it is not significantly larger than the others'.
func fastest(e assess.Expected) string {
	best := 0
	for i, p := range e.Positions {
		if p.Growth.Value > e.Positions[best].Growth.Value {
			best = i
		}
	}
	for i, p := range e.Positions {
		if i != best && !(p.Growth.Hi < e.Positions[best].Growth.Lo) && !math.IsInf(p.Growth.Value, -1) {
			return ""
		}
	}
	return e.Positions[best].Name
}

// kellyText says what the growth-optimal leverage advises.
func kellyText(k assess.Kelly) string {
	if math.IsNaN(k.Leverage) {
		return ""
	}
	about := ""
	if !k.Exact {
		about = "about "
	}
	numbers := fmt.Sprintf("%s%s, half of it %s", about, Short3(k.Leverage), Short3(k.Leverage/2))
	switch {
	case k.Leverage < 0:
		return "Growth-optimal leverage: " + numbers + ". Below zero: do not hold the price with this view."
	case k.Leverage <= 1:
		return "Growth-optimal leverage: " + numbers + ". At most 1: do not lever with this view."
	}
	return "Growth-optimal leverage: " + numbers + ", before costs and if view and volatility are right."
}

func positionsTable(r *assess.Positions, e assess.Expected, title string) Table {
	t := Table{PeopleOnly: true, Title: title, Columns: []Column{{Name: "position"}, {Name: "median", Align: Right},
		{Name: "5 %", Align: Right}, {Name: "95 %", Align: Right}, {Name: "mean", Align: Right},
		{Name: "profit", Percent: true}, {Name: "half lost", Title: "half\nlost", Percent: true},
		{Name: "worst 20th", Title: "worst\n20th", Align: Right}, {Name: "growth", Percent: true}}}
	for _, p := range e.Positions {
		usd := func(e analytics.Estimate) Shown {
			return Shown{e.Value * r.Invest, dollars(e.Scaled(r.Invest)), ""}
		}
		chance := func(e analytics.Estimate) Shown {
			text, _ := PercentProbability(e)
			return Shown{e.Value, text, ""}
		}
		t.Add(p.Name, usd(p.At(0.5)), usd(p.At(0.05)), usd(p.At(0.95)), usd(p.Mean), chance(p.Profit),
			chance(p.LoseHalf), usd(p.WorstTwentieth), inPercent(p.Growth))
	}
	return t
}

// cases are the assumptions about the price, by name.
func cases(r *assess.Positions) (names []string, all []assess.Expected) {
	names, all = []string{"view"}, []assess.Expected{r.View}
	if r.Opposite != nil {
		names, all = append(names, "opposite"), append(all, *r.Opposite)
	}
	if r.Ends != nil {
		names, all = append(names, "ends"), append(all, *r.Ends)
	}
	return names, all
}

// positionNumbers are the numbers of a position by their names, in US dollars but for probabilities and growth.
func positionNumbers(r *assess.Positions, p assess.Position) (names []string, all []analytics.Estimate) {
	usd := func(e analytics.Estimate) analytics.Estimate { return e.Scaled(r.Invest) }
	return []string{"mean", "median", "low", "high", "p_profit", "p_loss_50", "worst_20th", "growth"},
		[]analytics.Estimate{usd(p.Mean), usd(p.At(0.5)), usd(p.At(0.05)), usd(p.At(0.95)), p.Profit, p.LoseHalf,
			usd(p.WorstTwentieth), p.Growth}
}

// positionsData is everything in full.
func positionsData(r *assess.Positions) Table {
	t := Table{Name: "position", DataOnly: true, Columns: []Column{{Name: "case"}, {Name: "move"}, {Name: "position"},
		{Name: "number"}, {Name: "estimate", Bare: true, Parts: []string{"se", "lo", "hi", "n", "warning"}}}}
	labels, all := cases(r)
	for i, e := range all {
		for _, p := range e.Positions {
			names, estimates := positionNumbers(r, p)
			for k, x := range estimates {
				t.Add(labels[i], e.Move, p.Name, names[k], x)
			}
		}
	}
	return t
}

// positionsJSON has the names that scripts rely on.
func positionsJSON(r *assess.Positions) any {
	expected := func(e assess.Expected) object {
		var list []object
		for _, p := range e.Positions {
			row, errors := object{{"name", p.Name}}, object{}
			names, estimates := positionNumbers(r, p)
			for i, x := range estimates {
				row = append(row, member{names[i], Number(x.Value)})
				errors = append(errors, member{names[i], ToJSON(x)})
			}
			list = append(list, append(row, member{"estimates", errors}))
		}
		return object{{"move", Number(e.Move)}, {"positions", list}}
	}
	view := expected(r.View)
	all := object{{"results_hash", r.Hash}, {"invest", Number(r.Invest)}, {"expect", Number(r.View.Move)},
		{"within", r.Study.Spec().Horizon.Seconds()}, view[1]}
	if r.Opposite != nil {
		all = append(all, member{"opposite", expected(*r.Opposite)})
	}
	if r.Ends != nil {
		all = append(all, member{"ends", expected(*r.Ends)})
	}
	k := r.Kelly
	return append(all, member{"kelly", object{{"leverage", Number(k.Leverage)}, {"half", Number(k.Leverage / 2)},
		{"risk_free", Number(k.RiskFree)}, {"exact", k.Exact}}})
}

// drawPositions is the range of outcomes of each position for the view, and paler for the opposite one.
func drawPositions(r *assess.Positions) (*plots.Figure, error) {
	d := plots.OutcomesData{
		Title: positionsTitle(r),
		Caption: withoutIntervals(Caption(r.Study, r.Study.Spec().Paths)) +
			" All on the same paths, with entry and exit.",
		XLabel:     "Worth to its holder at the end (US dollars)",
		Comparison: "the opposite view",
		Paid:       r.Invest,
	}
	_, all := cases(r)
	for i := range r.View.Positions {
		for k, e := range all {
			row := plots.OutcomeRow{Name: r.View.Positions[i].Name, Beside: k > 0}
			if k > 0 {
				row.Name += ", " + SignedPercent(e.Move, 0)
			}
			if r.Ends != nil && k == len(all)-1 {
				row.Name = r.View.Positions[i].Name + ", ends " + SignedPercent(e.Move, 0)
			}
			for q, x := range e.Positions[i].Quantiles {
				row.Quantiles[q] = drawable(x.Estimate.Scaled(r.Invest))
			}
			d.Rows = append(d.Rows, row)
		}
	}
	return plots.Outcomes(d)
}
