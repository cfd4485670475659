package main

import (
	"context"
	"fmt"
	"io"
	"slices"
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
		if err := fits(p.spec, 1, len(compareColumns)); err != nil {
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

var compareColumns = append(slices.Clone(analytics.SweepColumns), "holder_nav")

// A comparedRow is one metric of one token.
type comparedRow struct {
	token string
	analytics.Comparison
}

func compare(ctx context.Context, p *plan, opt study.Options) (*outcome, error) {
	ensembles, err := study.Ensembles(ctx, p.study, opt, compareColumns)
	if err != nil {
		return nil, err
	}
	rows := compareAll(slices.Concat(analytics.HolderMetrics, analytics.BeatMetrics, analytics.SweepMetrics(aversion)), ensembles)
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
func compareAll(metrics []analytics.PathMetric, ensembles []tokens.Ensemble) []comparedRow {
	byToken := make([][]analytics.Comparison, len(ensembles))
	for i := range ensembles {
		byToken[i] = analytics.CompareBy(metrics, &ensembles[i], &ensembles[0], confidence)
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
	scenarios, err := p.study.Scenarios(scenarioPaths)
	if err != nil {
		return plots.ScenariosData{}, nil, err
	}
	data := plots.ScenariosData{
		Title: "A quarter of trend, chop and crash",
		Caption: fmt.Sprintf("%s paths each of %.0f days in steps of %s, sigma %s, seed %d; intervals of %g %%. All tokens on the same paths, before entry and exit fees.",
			thousands(scenarioPaths), study.Quarter.Hours()/24, param.FormatSeconds(p.spec.Step.Seconds()), short(scenarios[0].Sigma), p.spec.Seed, 100*confidence),
		XLabel: "Mean final net asset value against " + first + " (% of the initial)", XScale: plots.Percent,
	}
	for _, t := range p.spec.Tokens {
		data.Tokens = append(data.Tokens, t.Name)
	}
	var rows []comparedRow
	for _, s := range scenarios {
		ensembles, err := study.Ensembles(ctx, s.Study, study.Options{Workers: workers}, []string{"nav"})
		if err != nil {
			return data, nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
		metric := analytics.PathMetric{Name: "nav_" + s.Name, Unit: "initial equity", Doc: "a quarter in which " + s.Doc,
			Of: func(e *tokens.Ensemble) []float64 { return e.Column("nav") }}
		more := compareAll([]analytics.PathMetric{metric}, ensembles)
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
	fmt.Fprintf(w, "%s\nDifferences are from %s, on the same paths, and of what is over survivors where both survive; gain is how many times shorter pairing makes their intervals.\n\n", caption(p, p.spec.Paths), p.spec.Tokens[0].Name)
	t := newTable(w)
	t.AppendHeader(table.Row{"metric", "token", "estimate", "interval", "difference", "interval", "gain", "unit"})
	warned := false
	sure := func(e analytics.Estimate) string {
		if e.Warning == "" {
			return interval(e)
		}
		warned = true
		return interval(e) + " !"
	}
	for i, r := range rows {
		metric, difference, between, gain := r.Name, "–", "–", "–"
		if i > 0 && rows[i-1].Name == metric {
			metric = ""
		}
		if r.Versus.SE > 0 {
			difference, between, gain = short(r.Versus.Value), sure(r.Versus), short(r.Unpaired/r.Versus.SE)
		}
		t.AppendRow(table.Row{metric, r.token, short(r.Estimate.Value), sure(r.Estimate), difference, between, gain, r.Unit})
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
		all = append(all, []string{r.Name, r.token, r.Unit, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), string(e.Warning),
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
		all.Rows = append(all.Rows, row{r.Name, r.token, r.Unit, toJSON(r.Estimate), toJSON(r.Versus), finite(r.Unpaired)})
	}
	return all
}
