package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/runs"
	"mcrisk/study"
)

func newBreakEven() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "breakeven",
		Short: "Loan against perpetual: at which borrow rate and funding they cross",
		Long: `breakeven runs a token held through a loan at several borrow rates and through a
perpetual at several funding rates, all on the same paths, and says which does
better at each pair, and at which funding they are alike. With --token it is one
token, held its own way and, with the numbers given or defaults, the other way;
with --tokens two of the catalogue, a loan's and a perpetual's.`,
		Example: `  mcrisk breakeven --token ETHBULL3X
  mcrisk breakeven --token ETHBULL3X --borrow-rates 0:20%:2% --funding-rates=-10%:40%:5% --maintenance 1%
  mcrisk breakeven --tokens BTCBULL3X,hyperliquid-btc3x --objective tracking_cost`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var list, borrow, funding, objective string
	addFlag(cmd.Flags(), &list, sectionToken, "tokens", "names", "", "two tokens of the catalogue, one held through a loan, one through a perpetual")
	addFlag(cmd.Flags(), &borrow, sectionStudy, "borrow-rates", "values", "0:20%:2%", "borrow rates of the loan: low:high:step or a,b,c")
	addFlag(cmd.Flags(), &funding, sectionStudy, "funding-rates", "values", "-5%:25%:2.5%", "funding rates of the perpetual, likewise")
	addFlag(cmd.Flags(), &objective, sectionStudy, "objective", "name", "log_growth", "by which they are compared: "+strings.Join(objectiveNames(), "|"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := among("--objective", objective, objectiveNames()); err != nil {
			return inputError{err}
		}
		if list != "" {
			f.tokens = strings.Split(list, ",")
		}
		b, err := f.rivals(borrow, funding)
		if err != nil {
			return inputError{err}
		}
		b.metric = analytics.SweepMetrics(aversion)[slices.Index(objectiveNames(), objective)]
		if err := fits(b.plan.spec, len(b.loan.Axes[0].Values)+len(b.perp.Axes[0].Values), len(analytics.SweepColumns)); err != nil {
			return err
		}
		return b.run(cmd, f.workers, o)
	}
	return cmd
}

// A breakEven is a token held in two ways.
type breakEven struct {
	plan       *plan // of both tokens, the loan's first
	loan, perp *study.Sweep
	metric     analytics.PathMetric

	hash      string
	versus    [][]analytics.Estimate // loan less perpetual, by borrow rate, then funding
	crossings [][]analytics.Crossing // by borrow rate
}

// rivals reads the two tokens and the rates.
func (f *studyFlags) rivals(borrow, funding string) (*breakEven, error) {
	if f.mechanism != "" {
		return nil, errors.New("--mechanism; want none, as the token is held both ways")
	}
	f.bothWays = true
	p, err := f.plan()
	if err != nil {
		return nil, err
	}
	s := &p.spec
	if n := len(s.Tokens); n != 2 {
		return nil, fmt.Errorf("%d tokens; want one, or two to compare", n)
	}
	if s.Tokens[0].Mechanism.Kind == "perp" {
		slices.Reverse(s.Tokens)
	}
	if a, b := s.Tokens[0].Mechanism.Kind, s.Tokens[1].Mechanism.Kind; a != "loan" || b != "perp" {
		return nil, fmt.Errorf("tokens held through a %s and a %s; want a loan and a perpetual", a, b)
	}
	b := &breakEven{plan: p}
	alone := func(t int, name, values string) (*study.Sweep, error) {
		one := p.spec
		one.Tokens = one.Tokens[t : t+1]
		axis, err := study.ParseAxis(one, name, values)
		if err == nil && len(axis.Values) < 2 {
			err = fmt.Errorf("%s = %s; want at least two", name, values)
		}
		if err != nil {
			return nil, fmt.Errorf("--%s-rates: %w", name, err)
		}
		return study.NewSweep(one, []study.Axis{axis}, 0)
	}
	if b.loan, err = alone(0, "borrow", borrow); err != nil {
		return nil, err
	}
	b.perp, err = alone(1, "funding", funding)
	return b, err
}

// otherWay adds a study's one token once more, held through the other mechanism.
func otherWay(p *plan) {
	t := p.spec.Tokens[0]
	kind := "perp"
	if t.Mechanism.Kind == "perp" {
		kind = "loan"
	}
	p.note("one token is held both ways: through a %s as it is, and through a %s with the numbers given or default", t.Mechanism.Kind, kind)
	if t.Name != "" {
		t.Name += "-" + kind
	}
	t.Mechanism = param.Part{Kind: kind}
	p.spec.Tokens = append(p.spec.Tokens, t)
}

func (b *breakEven) run(cmd *cobra.Command, workers int, o *outputFlags) error {
	start := time.Now()
	dir, err := o.create(b.plan)
	if err != nil {
		return err
	}
	defer dir.abort()
	hash := study.NewHasher()
	var numbers [2][][]float64
	for i, s := range []*study.Sweep{b.loan, b.perp} {
		progress := newProgress(cmd.ErrOrStderr(), "cells")
		_, cells, err := s.Collect(cmd.Context(), study.Options{Workers: workers, Progress: progress.update}, analytics.SweepColumns)
		progress.done()
		if err != nil {
			return err
		}
		for _, c := range cells {
			hash.Add(&c.Ensembles[0])
			numbers[i] = append(numbers[i], b.metric.Of(&c.Ensembles[0]))
		}
	}
	b.hash = hash.Sum()
	for _, loan := range numbers[0] {
		difference := func(k int) []float64 {
			d := slices.Clone(loan)
			for i, v := range numbers[1][k] {
				if d[i] -= v; math.IsNaN(d[i]) { // both ruined
					d[i] = math.Inf(1)
				}
			}
			return d
		}
		var row []analytics.Estimate
		for k := range numbers[1] {
			row = append(row, analytics.PairedDifference(loan, numbers[1][k], confidence))
		}
		b.versus = append(b.versus, row)
		b.crossings = append(b.crossings, analytics.BreakEven(b.perp.Axes[0].Values, difference, confidence))
	}
	if dir != nil {
		if err := dir.File("breakeven.csv", b.writeCSV); err != nil {
			return err
		}
		if err := dir.File("surface.csv", b.writeSurface); err != nil {
			return err
		}
		if !o.noFigures {
			f, err := b.figure()
			if err != nil {
				return err
			}
			if err := dir.figures("", []namedFigure{{"breakeven", f}}); err != nil {
				return err
			}
		}
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := dir.commit(b.plan, b.hash, workers, start); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	if o.json {
		err = b.writeJSON(out)
	} else {
		err = b.write(out)
	}
	writeNotes(cmd, b.plan.notes)
	dir.report(cmd)
	return err
}

// names are the tokens', the loan's first.
func (b *breakEven) names() (loan, perp string) {
	return b.plan.spec.Tokens[0].Name, b.plan.spec.Tokens[1].Name
}

// winner says which is better where a difference has one sign throughout.
func (b *breakEven) winner(borrow int) string {
	row := b.versus[borrow]
	if d := row[len(row)/2].Value * float64(b.metric.Sense); d > 0 {
		return "the loan"
	} else if d < 0 {
		return "the perpetual"
	}
	return "neither"
}

func (b *breakEven) write(w io.Writer) error {
	loan, perp := b.names()
	fmt.Fprintf(w, "%s through a loan against %s through a perpetual, by %s (%s)\n%s\n\n", loan, perp, b.metric.Name, b.metric.Doc, caption(b.plan, b.plan.spec.Paths))
	t := newTable(w)
	t.AppendHeader(table.Row{"borrow rate", "alike at funding", "interval", "below it better"})
	for i, v := range b.loan.Axes[0].Values {
		rate := b.loan.Axes[0].Format(v)
		if len(b.crossings[i]) == 0 {
			t.AppendRow(table.Row{rate, "none of these", "", b.winner(i) + " throughout"})
		}
		for _, c := range b.crossings[i] {
			below := "the perpetual"
			if c.Rising != (b.metric.Sense == analytics.Higher) {
				below = "the loan"
			}
			at := c.At // to a millionth, as zero is never quite met
			at.Value, at.Lo, at.Hi = round(at.Value), round(at.Lo), round(at.Hi)
			t.AppendRow(table.Row{rate, short(at.Value), interval(at), below})
		}
	}
	t.Render()
	fmt.Fprintln(w)
	writeSettings(w, b.plan.settings())
	_, err := fmt.Fprintf(w, "\nresults_hash %s\n", b.hash)
	return err
}

func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func (b *breakEven) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"borrow", "objective", "funding", "lo", "hi", "loan_better_above"})
	for i, v := range b.loan.Axes[0].Values {
		for _, c := range b.crossings[i] {
			_ = out.Write(append(append([]string{b.loan.Axes[0].Format(v), b.metric.Name}, numbers(c.At)...), strconv.FormatBool(c.Rising == (b.metric.Sense == analytics.Higher))))
		}
	}
	out.Flush()
	return out.Error()
}

func (b *breakEven) writeSurface(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"borrow", "funding", "objective", "unit", "loan_less_perp", "se", "lo", "hi", "n"})
	for i, v := range b.loan.Axes[0].Values {
		for k, e := range b.versus[i] {
			_ = out.Write([]string{b.loan.Axes[0].Format(v), b.perp.Axes[0].Format(b.perp.Axes[0].Values[k]), b.metric.Name, b.metric.Unit,
				string(runs.AppendFloat(nil, e.Value)), numberText(e.SE), numberText(e.Lo), numberText(e.Hi), strconv.Itoa(e.N)})
		}
	}
	out.Flush()
	return out.Error()
}

func (b *breakEven) writeJSON(w io.Writer) error {
	type crossing struct {
		Funding jsonEstimate `json:"funding"`
		Above   bool         `json:"loan_better_above"`
	}
	type row struct {
		Borrow    string         `json:"borrow"`
		Crossings []crossing     `json:"crossings"`
		Versus    []jsonEstimate `json:"loan_less_perp"` // by funding
	}
	all := struct {
		ResultsHash string   `json:"results_hash"`
		Objective   string   `json:"objective"`
		Unit        string   `json:"unit"`
		Funding     []string `json:"funding"`
		Rows        []row    `json:"rows"`
	}{ResultsHash: b.hash, Objective: b.metric.Name, Unit: b.metric.Unit}
	for _, v := range b.perp.Axes[0].Values {
		all.Funding = append(all.Funding, b.perp.Axes[0].Format(v))
	}
	for i, v := range b.loan.Axes[0].Values {
		r := row{Borrow: b.loan.Axes[0].Format(v), Crossings: []crossing{}}
		for _, c := range b.crossings[i] {
			r.Crossings = append(r.Crossings, crossing{toJSON(c.At), c.Rising == (b.metric.Sense == analytics.Higher)})
		}
		for _, e := range b.versus[i] {
			r.Versus = append(r.Versus, toJSON(e))
		}
		all.Rows = append(all.Rows, r)
	}
	return encodeJSON(w, all)
}

// figure draws the difference over both rates, and where it is zero.
func (b *breakEven) figure() (*plots.Figure, error) {
	borrow, funding := b.loan.Axes[0], b.perp.Axes[0]
	loan, perp := b.names()
	label := panels[b.metric.Name].Label
	d := plots.HeatMapData{
		Title: "Loan against perpetual: " + label, Caption: caption(b.plan, b.plan.spec.Paths) + " All on the same paths.",
		XLabel: "Funding of the perpetual (% a year, paid by longs)", YLabel: "Borrow rate of the loan (% a year)",
		Label: fmt.Sprintf("%s less %s, %s", loan, perp, strings.ToLower(label[:1])+label[1:]), Scale: panels[b.metric.Name].Scale, Diverging: true,
	}
	percent := func(v float64) string { return strings.TrimPrefix(short(100*v), "+") }
	for _, v := range funding.Values {
		d.X = append(d.X, percent(v))
	}
	line := plots.CellLine{Name: "alike"}
	for i, v := range borrow.Values {
		d.Y = append(d.Y, percent(v))
		var row []float64
		for _, e := range b.versus[i] {
			if math.IsInf(e.Value, 0) {
				e.Value = nan
			}
			row = append(row, e.Value)
		}
		d.Values = append(d.Values, row)
		if len(b.crossings[i]) == 1 {
			at := b.crossings[i][0].At
			point := func(v float64) plots.CellPoint {
				return plots.CellPoint{X: plots.InCells(funding.Values, v), Y: float64(i)}
			}
			line.Path, line.Lo, line.Hi = append(line.Path, point(at.Value)), append(line.Lo, point(at.Lo)), append(line.Hi, point(at.Hi))
		}
	}
	if len(line.Path) > 1 {
		d.Lines = []plots.CellLine{line}
	}
	return plots.HeatMap(d)
}
