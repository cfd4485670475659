package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
	"mcrisk/tokens"
)

// scenarioPaths is how many paths each scenario of a comparison runs.
const scenarioPaths = 2000

func newCompare() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Run several tokens on the same paths",
		Long: `compare runs tokens of the catalogue, real ones and the rules of other designs,
on the same paths, so that differences from the first of them are paired and
their intervals narrow. It prints one table and draws one figure: what each
token is worth against the first after a quarter of a trend, of a market that
goes nowhere, and of one that crashes.`,
		Example: `  mcrisk compare --tokens toros-eth2x,indexcoop-eth2x,tlx-eth2x,etf-daily-2x,hold-2x
  mcrisk compare --tokens ETHBULL3X,etf-daily-3x,ftx-bull,hold-3x --model merton
  mcrisk compare --tokens ETHBULL2X,ETHBULL3X,ETHBULL4X --horizon 30d
  mcrisk compare --tokens ETHBULL3X,BTCBULL3X --correlation 0.85`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var list string
	addFlag(cmd.Flags(), &list, sectionToken, "tokens", "names", "", "tokens of the catalogue, the first of which the others are compared with")
	addFlag(cmd.Flags(), &f.correlation, sectionModel, "correlation", "number", "", "run each token on its own underlying, whose prices are correlated so (default: all on the price of the first's)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f.tokens = listed(list)
		switch {
		case f.token != "" && len(f.tokens) > 0:
			return badInput("--token and --tokens; want --tokens")
		case f.spec == "" && len(f.tokens) < 2:
			return badInput("--tokens = %q; want at least two names, as in toros-eth2x,hold-2x (see: mcrisk tokens)", list)
		}
		p, err := f.plan()
		if err != nil {
			return err
		}
		if n := len(p.spec.Tokens); n < 2 || n > maxCompared {
			return badInput("%d tokens to compare; want 2 to %d", n, maxCompared)
		}
		if err := fits(p.spec, 1, len(analytics.Columns(comparedMetrics()...))); err != nil {
			return err
		}
		return o.publish(cmd, f.workers, "lifetimes", func(ctx context.Context, opt study.Options) (*outcome, error) { return compare(ctx, p, opt) }, p)
	}
	return cmd
}

// listed are names with commas or spaces between.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// maxCompared is how many tokens a table and a figure can show.
const maxCompared = 20

// comparedMetrics are what a comparison reports: how a holder fares, and the metrics
// of a sweep.
func comparedMetrics() []analytics.Metric {
	return append([]analytics.Metric{analytics.MustLookup("holder_nav"), analytics.MustLookup("p_beats_underlying"), analytics.MustLookup("p_beats_linear")},
		analytics.Swept()...)
}

// A comparedRow is one metric of one token.
type comparedRow struct {
	token string
	analytics.Comparison
}

func compare(ctx context.Context, p *plan, opt study.Options) (*outcome, error) {
	ensembles, err := study.Ensembles(ctx, p.spec, opt, analytics.Columns(comparedMetrics()...))
	if err != nil {
		return nil, err
	}
	rows := compareAll(comparedMetrics(), p.spec, ensembles)
	scenarios, more, err := runScenarios(ctx, p, opt.Workers)
	if err != nil {
		return nil, err
	}
	rows = append(rows, more...)
	hash := study.Hash(ensembles)
	return &outcome{hash: hash, json: compareJSON(hash, rows), tables: []namedTable{{"compare.csv", compareTable(rows)}},
		text:    func(w io.Writer) { writeCompare(w, p, rows) },
		figures: oneFigure("compare", func() (*plots.Figure, error) { return plots.Scenarios(scenarios) })}, nil
}

// compareAll compares every token with the first, metric by metric.
func compareAll(metrics []analytics.Metric, s study.Spec, ensembles []tokens.Ensemble) []comparedRow {
	byToken := make([][]analytics.Comparison, len(ensembles))
	first := caseOf(s, 0, &ensembles[0], aversion)
	for i := range ensembles {
		byToken[i] = analytics.CompareBy(metrics, caseOf(s, i, &ensembles[i], aversion), first)
	}
	var rows []comparedRow
	for m := range metrics {
		for i, e := range ensembles {
			rows = append(rows, comparedRow{e.Token.Name, byToken[i][m]})
		}
	}
	return rows
}

// runScenarios runs the tokens in each scenario and returns the figure's data
// and their rows of the table.
func runScenarios(ctx context.Context, p *plan, workers int) (plots.ScenariosData, []comparedRow, error) {
	first := p.spec.Tokens[0].Name
	scenarios := p.spec.Scenarios(scenarioPaths)
	data := plots.ScenariosData{
		Title: "A quarter of trend, chop and crash",
		Caption: fmt.Sprintf("%s paths each of %.0f days in steps of %s, sigma %s, seed %d; intervals of %g %%. All tokens on the same paths, before entry and exit fees.",
			thousands(scenarioPaths), study.Quarter.Hours()/24, param.FormatSeconds(p.spec.Step.Seconds()), short(scenarios[0].Spec.Model.Values["sigma"]), p.spec.Seed, 100*confidence),
		XLabel: "Mean final net asset value against " + first + " (% of the initial)", XScale: plots.Percent,
	}
	for _, t := range p.spec.Tokens {
		data.Tokens = append(data.Tokens, t.Name)
	}
	var rows []comparedRow
	for _, s := range scenarios {
		ensembles, err := study.Ensembles(ctx, s.Spec, study.Options{Workers: workers}, []string{"nav"})
		if err != nil {
			return data, nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
		nav := func(c *analytics.Case) []float64 { return c.Ensemble.Column("nav") }
		metric := analytics.Metric{Name: "nav_" + s.Name, Unit: analytics.Equity, Doc: "a quarter in which " + s.Doc, Paths: nav,
			Of: func(c *analytics.Case) analytics.Estimate {
				return analytics.Mean(analytics.Sample{X: nav(c)}, confidence)
			}}
		more := compareAll([]analytics.Metric{metric}, s.Spec, ensembles)
		panel := plots.ScenarioPanel{Label: strings.ToUpper(s.Name[:1]) + s.Name[1:] + ": " + s.Doc}
		for _, r := range more {
			panel.Y = append(panel.Y, r.Versus)
		}
		data.Panels = append(data.Panels, panel)
		rows = append(rows, more...)
	}
	return data, rows, nil
}

func writeCompare(w io.Writer, p *plan, rows []comparedRow) {
	fmt.Fprintf(w, "%s\nDifferences are from %s, on the same paths, and of what is over survivors where both survive; variance reduction is how many times more paths they would take without pairing.\n\n", caption(p, p.spec.Paths), p.spec.Tokens[0].Name)
	t := newTable(w)
	t.AppendHeader(table.Row{"metric", "token", "estimate", "interval", "difference", "interval", "variance reduction", "unit"})
	warned := false
	sure := func(e analytics.Estimate) string {
		if e.Warning == "" {
			return interval(e)
		}
		warned = true
		return interval(e) + " !"
	}
	for i, r := range rows {
		metric, difference, between, reduction := r.Name, "–", "–", "–"
		if i > 0 && rows[i-1].Name == metric {
			metric = ""
		}
		if r.Versus.SE > 0 {
			difference, between, reduction = short(r.Versus.Value), sure(r.Versus), short3(r.VarianceReduction)
		}
		t.AppendRow(table.Row{metric, r.token, short(r.Estimate.Value), sure(r.Estimate), difference, between, reduction, r.Unit})
	}
	t.Render()
	if warned {
		fmt.Fprint(w, "!: a few paths decide, so that the interval may cover less often than it says.\n")
	}
	fmt.Fprintln(w)
	for i, r := range rows {
		if i == 0 || rows[i-1].Name != r.Name {
			fmt.Fprintf(w, "%s: %s\n", r.Name, r.Doc)
		}
	}
}

func compareTable(rows []comparedRow) [][]string {
	all := [][]string{{"metric", "token", "unit", "estimate", "se", "lo", "hi", "n", "warning", "difference", "difference_se", "difference_lo", "difference_hi", "difference_n", "difference_warning", "unpaired_se"}}
	for _, r := range rows {
		f, e, d := numberText, r.Estimate, r.Versus
		all = append(all, []string{r.Name, r.token, string(r.Unit), f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), string(e.Warning),
			f(d.Value), f(d.SE), f(d.Lo), f(d.Hi), strconv.Itoa(d.N), string(d.Warning), f(r.Unpaired)})
	}
	return all
}

func compareJSON(hash string, rows []comparedRow) any {
	type row struct {
		Metric string `json:"metric"`
		Token  string `json:"token"`
		Unit   string `json:"unit"`
		jsonEstimate
		Difference jsonEstimate `json:"difference"`
		UnpairedSE *float64     `json:"unpaired_se"`
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		Rows        []row  `json:"rows"`
	}{ResultsHash: hash}
	for _, r := range rows {
		all.Rows = append(all.Rows, row{r.Name, r.token, string(r.Unit), toJSON(r.Estimate), toJSON(r.Versus), finite(r.Unpaired)})
	}
	return all
}
