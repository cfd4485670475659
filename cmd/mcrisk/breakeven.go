package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/plots"
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
	refuse := f.own([][2]string{{"mechanism", "none: the token is held both ways"}, {"borrow", "--borrow-rates"}, {"funding", "--funding-rates"}})
	o := addOutputFlags(cmd)
	var list, borrow, funding, objective string
	addFlag(cmd.Flags(), &list, sectionToken, "tokens", "names", "", "two tokens of the catalogue, one held through a loan, one through a perpetual")
	addFlag(cmd.Flags(), &borrow, sectionStudy, "borrow-rates", "values", "0:20%:2%", "borrow rates of the loan: low:high:step or a,b,c")
	addFlag(cmd.Flags(), &funding, sectionStudy, "funding-rates", "values", "-5%:25%:2.5%", "funding rates of the perpetual, likewise")
	addFlag(cmd.Flags(), &objective, sectionStudy, "objective", "name", "log_growth", "by which they are compared: "+strings.Join(objectiveNames(), "|"))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := refuse(); err != nil {
			return err
		}
		b, err := f.rivals(list, borrow, funding, objective)
		if err != nil {
			return inputError{err}
		}
		return o.publish(cmd, f.workers, "cells", b.run, b.plan)
	}
	return cmd
}

// A breakEven is a token held in two ways.
type breakEven struct {
	plan       *plan // of both tokens, the loan's first
	loan, perp *study.Sweep
	metric     analytics.Metric

	versus    [][]analytics.Estimate // loan less perpetual, by borrow rate, then funding
	crossings [][]analytics.Crossing // by borrow rate
}

// rivals reads the tokens, the rates and the objective.
func (f *studyFlags) rivals(list, borrow, funding, name string) (*breakEven, error) {
	switch names := listed(list); {
	case f.token != "" && len(names) > 0:
		return nil, errors.New("--token and --tokens; want one of them")
	case len(names) == 1:
		f.token = names[0]
	default:
		f.tokens = names
	}
	if err := objective("--objective", &name); err != nil {
		return nil, err
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
	if a, b := s.Tokens[0].Values["target"], s.Tokens[1].Values["target"]; a != b {
		p.note("the tokens aim at leverage %s and %s: they differ by more than the way they are held", short(a), short(b))
	}
	b := &breakEven{plan: p, metric: analytics.MustLookup(name)}
	along := func(t int, rate, values string) (*study.Sweep, error) {
		one := p.spec
		one.Tokens = one.Tokens[t : t+1]
		axis, err := study.ParseAxis(one, rate, values)
		if err == nil && len(axis.Values) < 2 {
			err = fmt.Errorf("%s = %s; want at least two", rate, values)
		}
		var sweep *study.Sweep
		if err == nil {
			sweep, err = study.NewSweep(one, []study.Axis{axis}, 0)
		}
		if err != nil {
			return nil, fmt.Errorf("--%s-rates: %w", rate, err)
		}
		p.origins[rate] = fmt.Sprintf("unused: --%s-rates=%s", rate, values)
		return sweep, fits(one, sweep.Cells()+1, len(sweptColumns()))
	}
	if b.loan, err = along(0, "borrow", borrow); err != nil {
		return nil, err
	}
	b.perp, err = along(1, "funding", funding)
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
		p.origins[t.Name+": mechanism"] = p.origins["mechanism"]
		delete(p.origins, "mechanism")
		t.Name += "-" + kind
		p.origins[t.Name+": mechanism"] = "the other way"
	}
	t.Mechanism = param.Part{Kind: kind}
	p.spec.Tokens = append(p.spec.Tokens, t)
}

// run runs both tokens at their rates and sets them against each other.
func (b *breakEven) run(ctx context.Context, opt study.Options) (*outcome, error) {
	hash := study.NewHasher()
	var numbers [2][][]float64
	for i, s := range []*study.Sweep{b.loan, b.perp} {
		_, cells, err := s.Collect(ctx, opt, sweptColumns())
		if err != nil {
			return nil, err
		}
		for _, c := range cells {
			hash.Add(c.Ensembles)
			numbers[i] = append(numbers[i], b.metric.Paths(caseOf(c.Spec, 0, &c.Ensembles[0], aversion)))
		}
	}
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
		for _, perp := range numbers[1] {
			row = append(row, analytics.PairedDifference(analytics.Sample{X: loan}, analytics.Sample{X: perp}, confidence))
		}
		b.versus = append(b.versus, row)
		b.crossings = append(b.crossings, analytics.BreakEven(b.perp.Axes[0].Values, onPaths(difference), confidence))
	}
	return b.outcome(hash.Sum()), nil
}

// names are the tokens', the loan's first.
func (b *breakEven) names() (loan, perp string) {
	return b.plan.spec.Tokens[0].Name, b.plan.spec.Tokens[1].Name
}

// above says whether the loan is the better above a crossing.
func (b *breakEven) above(c analytics.Crossing) bool {
	return c.Rising == (b.metric.Sense == analytics.Higher)
}

// winner says which is better where a difference has one sign throughout.
func (b *breakEven) winner(row []analytics.Estimate) string {
	better, sure := "neither", ""
	for _, e := range row {
		if d := e.Value * float64(b.metric.Sense); d > 0 {
			better = "the loan"
		} else if d < 0 {
			better = "the perpetual"
		}
		if !told(e) {
			sure = ", not surely"
		}
	}
	if better == "neither" {
		return better
	}
	return better + " throughout" + sure
}

func (b *breakEven) write(w io.Writer) {
	loan, perp := b.names()
	fmt.Fprintf(w, "%s through a loan against %s through a perpetual, by %s (%s)\n%s\n\n", loan, perp, b.metric.Name, b.metric.Doc, b.caption())
	t := newTable(w)
	t.AppendHeader(table.Row{"borrow rate (1/year)", "alike at funding (1/year)", "interval", "below it better"})
	for i, v := range b.loan.Axes[0].Values {
		rate := b.loan.Axes[0].Format(v)
		if len(b.crossings[i]) == 0 {
			t.AppendRow(table.Row{rate, "none of these", "", b.winner(b.versus[i])})
		}
		for _, c := range b.crossings[i] {
			below := "the loan"
			if b.above(c) {
				below = "the perpetual"
			}
			at := c.At // to a millionth, as zero is never quite met
			at.Value, at.Lo, at.Hi = round(at.Value), round(at.Lo), round(at.Hi)
			t.AppendRow(table.Row{rate, short(at.Value), interval(at), below})
		}
	}
	t.Render()
}

func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func (b *breakEven) caption() string {
	untold := 0
	all := slices.Concat(b.versus...)
	for _, e := range all {
		if !told(e) {
			untold++
		}
	}
	text := caption(b.plan, b.plan.spec.Paths) + " All on the same paths."
	if untold > 0 {
		text += fmt.Sprintf(" In %d of %d cells the two cannot be told apart.", untold, len(all))
	}
	return text + caveats(b.versus, b.plan.spec.Paths)
}

// told says whether a difference is surely not zero.
func told(e analytics.Estimate) bool { return e.Lo > 0 || e.Hi < 0 }

func (b *breakEven) outcome(hash string) *outcome {
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
	}{ResultsHash: hash, Objective: b.metric.Name, Unit: string(b.metric.Unit)}
	for _, v := range b.perp.Axes[0].Values {
		all.Funding = append(all.Funding, b.perp.Axes[0].Format(v))
	}
	crossings := [][]string{slices.Concat([]string{"borrow", "objective", "funding"}, estimateHead, []string{"loan_better_above"})}
	surface := [][]string{slices.Concat([]string{"borrow", "funding", "objective", "unit", "loan_less_perp"}, estimateHead)}
	for i, v := range b.loan.Axes[0].Values {
		r := row{Borrow: b.loan.Axes[0].Format(v), Crossings: []crossing{}}
		for _, c := range b.crossings[i] {
			r.Crossings = append(r.Crossings, crossing{toJSON(c.At), b.above(c)})
			crossings = append(crossings, slices.Concat([]string{r.Borrow, b.metric.Name}, estimateRow(c.At), []string{strconv.FormatBool(b.above(c))}))
		}
		for k, e := range b.versus[i] {
			r.Versus = append(r.Versus, toJSON(e))
			surface = append(surface, append([]string{r.Borrow, all.Funding[k], b.metric.Name, string(b.metric.Unit)}, estimateRow(e)...))
		}
		all.Rows = append(all.Rows, r)
	}
	return &outcome{hash: hash, json: all, text: b.write, tables: []namedTable{{"breakeven.csv", crossings}, {"surface.csv", surface}}, figures: oneFigure("breakeven", b.figure)}
}

// figure draws the difference over both rates, and where it is zero.
func (b *breakEven) figure() (*plots.Figure, error) {
	borrow, funding := b.loan.Axes[0], b.perp.Axes[0]
	loan, perp := b.names()
	label := b.metric.Label // of an objective, which all are in percent
	d := plots.HeatMapData{
		Title: "Loan against perpetual: " + label, Caption: b.caption() + " " + halfWidths(b.versus, 100, "percentage points"),
		XLabel: "Funding of the perpetual (% a year, paid by longs)", YLabel: "Borrow rate of the loan (% a year)",
		Label: fmt.Sprintf("%s less %s, %s", loan, perp, strings.ToLower(label[:1])+label[1:]), Scale: plots.Percent, Diverging: true,
	}
	for _, v := range funding.Values {
		d.X = append(d.X, short(100*v))
	}
	for _, v := range borrow.Values {
		d.Y = append(d.Y, short(100*v))
	}
	if line, points := b.alike(); points > 1 {
		d.Lines = []plots.CellLine{line}
	}
	return drawCells(d, b.versus)
}

// alike is where the difference is zero, with gaps at the borrow rates where it is
// so nowhere, or more than once.
func (b *breakEven) alike() (line plots.CellLine, points int) {
	line.Name = "alike"
	for i, crossings := range b.crossings {
		at := analytics.Estimate{Value: nan, Lo: nan, Hi: nan}
		if len(crossings) == 1 {
			at = crossings[0].At
			points++
		}
		point := func(v float64) plots.CellPoint {
			return plots.CellPoint{X: plots.InCells(b.perp.Axes[0].Values, v), Y: float64(i)}
		}
		line.Path, line.Lo, line.Hi = append(line.Path, point(at.Value)), append(line.Lo, point(at.Lo)), append(line.Hi, point(at.Hi))
	}
	return line, points
}
