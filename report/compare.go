package report

import (
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

// Comparison is what tokens came to on the same paths: the range of their outcomes
// beside spot and positions that are held, tables of metrics and of differences from
// the first token, and a further figure of three scenarios.
func Comparison(r *assess.Comparison, p Provenance) Document {
	spec := r.Study.Spec()
	first := spec.Tokens[0].Name
	levels := Table{PeopleOnly: true, Keys: 2, Title: "Of each token:", Columns: []Column{
		{Name: "metric"}, {Name: "token"}, {Name: "estimate", Interval: intervalTitle}}}
	differences := Table{PeopleOnly: true, Keys: 2, Title: "Difference from " + first + ", on the same paths:",
		Columns: []Column{{Name: "metric"}, {Name: "token"}, {Name: "difference", Interval: intervalTitle},
			{Name: "variance reduction", Title: "variance\nreduction", Align: Right}}}
	meanings := Table{PeopleOnly: true,
		Columns: []Column{{Name: "metric"}, {Name: "unit", Wrap: true}, {Name: "meaning", Wrap: true}}}
	doubts := false
	for _, m := range compared(r) {
		for i, x := range m.Tokens {
			levels.Add(once(m.Name, i == 0), spec.Tokens[i].Name, doubted(x.Estimate))
			doubts = doubts || x.Estimate.Warning != ""
			if i == 0 {
				continue
			}
			var difference, reduction any
			if x.Versus.SE > 0 || math.Abs(x.Versus.Value) > 0 {
				difference, reduction = doubted(x.Versus), Shown{x.VarianceReduction, Short3(x.VarianceReduction), ""}
				doubts = doubts || x.Versus.Warning != ""
			}
			differences.Add(once(m.Name, i == 1), spec.Tokens[i].Name, difference, reduction)
		}
		meanings.Add(m.Name, unitText(m.Unit), m.Doc)
	}
	d := Document{Data: comparisonJSON(r), Brief: comparisonBrief(r), Blocks: []Block{
		Text(Caption(r.Study, spec.Paths) + "\nDifferences are from " + first +
			", on the same paths; for metrics over survivors, on the paths that both tokens survive. " +
			"Variance reduction is how many times more paths they would need without pairing.\n" +
			string(intervalText)),
		outcomesTable(r), Figure{Name: "compare", Draw: func() (*plots.Figure, error) { return drawOutcomes(r) }},
		levels, differences,
	}}
	if doubts {
		d.Blocks = append(d.Blocks,
			Note("!: a few paths dominate the estimate; the coverage of its interval may be below nominal."))
	}
	if len(r.Correlations) > 0 {
		d.Blocks = append(d.Blocks, correlated(r))
		if !spec.CommonJumps && slices.ContainsFunc(r.Correlations, func(c assess.PriceCorrelation) bool {
			return c.Asked < c.Realised.Lo || c.Asked > c.Realised.Hi
		}) {
			d.Blocks = append(d.Blocks, Note("The Brownian motions of the prices have the correlation asked for; "+
				"their jumps and variances are independent. With --common-jumps they jump together."))
		}
	}
	if r.Floors != nil {
		d.Blocks = append(d.Blocks, floorBlocks(r)...)
	}
	d.Blocks = append(d.Blocks, meanings, comparedData(r))
	if len(r.Scenarios) > 0 {
		d.Blocks = append(d.Blocks, Figure{Name: "scenarios",
			Alt: "Median final NAV of the tokens against " + first + " in a trend, in a sideways market and in " +
				"a crash",
			Draw: func() (*plots.Figure, error) { return plots.Scenarios(scenariosFigure(r)) }})
	}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// correlated sets the correlations of prices that came out beside those that were asked
// for.
func correlated(r *assess.Comparison) Table {
	t := Table{Name: "correlations", Title: "Correlation of the log-returns of two prices over the horizon:",
		Columns: []Column{{Name: "first"}, {Name: "second"}, {Name: "asked"},
			{Name: "realised", Interval: intervalTitle, Parts: []string{"se", "lo", "hi", "n", "warning"}}}}
	for _, c := range r.Correlations {
		names := r.Study.Spec().Tokens
		t.Add("of "+names[c.First].Name, "of "+names[c.Second].Name, c.Asked, c.Realised)
	}
	return t
}

// outcomesTable is the range of outcomes of each holding.
func outcomesTable(r *assess.Comparison) Table {
	t := Table{PeopleOnly: true, Keys: 1, Title: "Final net asset value: range of outcomes, share of paths below",
		Columns: []Column{{Name: "holding"}}}
	for _, p := range assess.OutcomeLevels {
		t.Columns = append(t.Columns, Column{Name: Short(100*p) + " %"})
	}
	for _, o := range r.Outcomes {
		row := []any{outcomeTitle(o)}
		for _, q := range o.Quantiles {
			row = append(row, Shown{q.Estimate.Value, Value(q.Estimate), ""})
		}
		t.Add(row...)
	}
	return t
}

// outcomeTitle is the name of a holding for people: "held −2x".
func outcomeTitle(o assess.Outcome) string {
	if o.Beside {
		return strings.Replace(o.Name, "held -", "held −", 1)
	}
	return o.Name
}

// drawOutcomes is the range of outcomes of each holding.
func drawOutcomes(r *assess.Comparison) (*plots.Figure, error) {
	spec := r.Study.Spec()
	d := plots.OutcomesData{
		Title: "Final net asset value after " + Duration(spec.Horizon.Seconds()),
		Caption: withoutIntervals(Caption(r.Study, spec.Paths)) +
			" All on the same paths, before entry and exit fees. " +
			"Bands, costs, AUM and latency of each token are in the settings. " +
			"Spot is the underlying; held positions are opened once on the token's venue and never rebalanced.",
		XLabel: "Final net asset value (start = 1)",
	}
	for _, o := range r.Outcomes {
		row := plots.OutcomeRow{Name: outcomeTitle(o), Beside: o.Beside}
		for i, q := range o.Quantiles {
			row.Quantiles[i] = drawable(q.Estimate)
		}
		d.Rows = append(d.Rows, row)
	}
	return plots.Outcomes(d)
}

// once is a name in the first of the rows that it heads.
func once(name string, first bool) string {
	if first {
		return name
	}
	return ""
}

// compared are the metrics of a comparison, then those of its scenarios.
func compared(r *assess.Comparison) []assess.MetricComparison {
	all := append([]assess.MetricComparison{}, r.Metrics...)
	for _, s := range r.Scenarios {
		all = append(all, s.NAV)
	}
	return all
}

// comparedData is the comparison in full.
func comparedData(r *assess.Comparison) Table {
	parts := []string{"se", "lo", "hi", "n", "warning"}
	t := Table{Name: "compare", DataOnly: true, Columns: []Column{{Name: "metric"}, {Name: "token"}, {Name: "unit"},
		{Name: "estimate", Bare: true, Parts: parts}, {Name: "difference", Parts: parts}, {Name: "unpaired_se"}}}
	for _, m := range compared(r) {
		for i, x := range m.Tokens {
			t.Add(m.Name, r.Study.Spec().Tokens[i].Name, string(m.Unit), x.Estimate, x.Versus, x.Unpaired)
		}
	}
	for _, o := range r.Outcomes {
		for _, q := range o.Quantiles {
			t.Add(outcomeName(q.P), o.Name, string(analytics.Equity), q.Estimate, analytics.Estimate{
				Value: math.NaN(), SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}, math.NaN())
		}
	}
	return t
}

// outcomeName is a quantile of final NAV, as in nav_p05.
func outcomeName(p float64) string { return fmt.Sprintf("nav_p%02.0f", 100*p) }

// comparisonJSON has the names that scripts rely on.
func comparisonJSON(r *assess.Comparison) any {
	type row struct {
		Metric string `json:"metric"`
		Token  string `json:"token"`
		Unit   string `json:"unit"`
		JSONEstimate
		Difference JSONEstimate `json:"difference"`
		UnpairedSE *Number      `json:"unpaired_se"`
	}
	type correlation struct {
		First    string       `json:"first"`
		Second   string       `json:"second"`
		Asked    float64      `json:"asked"`
		Realised JSONEstimate `json:"realised"`
	}
	type outcome struct {
		Name      string                  `json:"name"`
		Beside    bool                    `json:"beside"` // none of the tokens: spot, or a position that is held
		Quantiles map[string]JSONEstimate `json:"quantiles"`
	}
	all := struct {
		ResultsHash string    `json:"results_hash"`
		Rows        []row     `json:"rows"`
		Outcomes    []outcome `json:"outcomes"`

		Correlations []correlation `json:"correlations,omitempty"`

		Moves  []movesJSON `json:"moves,omitempty"`
		Floors []floorJSON `json:"floors,omitempty"`
	}{ResultsHash: r.Hash}
	all.Moves, all.Floors = floorsJSON(r)
	for _, o := range r.Outcomes {
		x := outcome{o.Name, o.Beside, map[string]JSONEstimate{}}
		for _, q := range o.Quantiles {
			x.Quantiles[outcomeName(q.P)] = ToJSON(q.Estimate)
		}
		all.Outcomes = append(all.Outcomes, x)
	}
	for _, c := range r.Correlations {
		names := r.Study.Spec().Tokens
		all.Correlations = append(all.Correlations,
			correlation{names[c.First].Name, names[c.Second].Name, c.Asked, ToJSON(c.Realised)})
	}
	for _, m := range compared(r) {
		for i, x := range m.Tokens {
			all.Rows = append(all.Rows, row{m.Name, r.Study.Spec().Tokens[i].Name, string(m.Unit),
				ToJSON(x.Estimate), ToJSON(x.Versus), Existing(x.Unpaired)})
		}
	}
	return all
}

// scenariosFigure is what the tokens are worth against the first in each scenario.
func scenariosFigure(r *assess.Comparison) plots.ScenariosData {
	spec := r.Study.Spec()
	d := plots.ScenariosData{
		Title: "Other scenarios than the study: three months of trend, sideways market and crash",
		XLabel: "Median final net asset value minus that of " + spec.Tokens[0].Name +
			" (% of the initial)", XScale: plots.Percent,
	}
	for _, t := range spec.Tokens {
		d.Tokens = append(d.Tokens, t.Name)
	}
	for _, s := range r.Scenarios {
		panel := plots.ScenarioPanel{Label: strings.ToUpper(s.Name[:1]) + s.Name[1:] + ": " + s.Doc}
		for _, x := range s.NAV.Tokens {
			panel.Y = append(panel.Y, drawable(x.Versus))
		}
		d.Panels = append(d.Panels, panel)
		d.Caption = fmt.Sprintf("%s each of %s in steps of %s, sigma %s, seed %d; intervals of %g %%. "+
			"All tokens on the same paths, before entry and exit fees.",
			Count(s.Study.Spec().Paths, "path"),
			param.FormatSeconds(study.Quarter.Seconds()), param.FormatSeconds(spec.Step.Seconds()),
			Short(s.Sigma), spec.Seed, 100*assess.Confidence)
	}
	return d
}
