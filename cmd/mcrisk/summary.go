package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
)

var nan = math.NaN()

// A form is how tables are printed.
type form string

const (
	formText     form = ""
	formMarkdown form = "markdown"
	formCSV      form = "csv"
	formJSON     form = "json"
)

func newSummary() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "summary RUN",
		Short: "Summarise a stored run again, or hold it to requirements",
		Long: `summary reads the lifetimes that simulate stored in a run directory and prints
every metric with its interval, without simulating again. With --attribution it
says where the result came from, in parts that add up; with --horizons how
probabilities and quantiles develop over time.

A --require that does not hold ends with exit status 3. The metric may name an
end of its interval: p_liquidation.hi<0.01 holds only if the whole interval does.`,
		Example: `  mcrisk summary runs/eth
  mcrisk summary runs/eth --attribution --markdown
  mcrisk summary runs/eth --require 'p_liquidation<0.01' --require 'var_95.hi<0.9'`,
		Args: oneRun,
	}
	var asJSON, asCSV, asMarkdown, attribution, horizons, noControl bool
	var requires []string
	s := cmd.Flags()
	s.SortFlags = false
	s.BoolVar(&asJSON, "json", false, "print one JSON object")
	s.BoolVar(&asCSV, "csv", false, "print CSV")
	s.BoolVar(&asMarkdown, "markdown", false, "print Markdown tables")
	s.BoolVar(&attribution, "attribution", false, "print where the result came from instead: causes that add up, also by quintile")
	s.BoolVar(&horizons, "horizons", false, "print probabilities and quantiles at every stored time instead")
	s.BoolVar(&noControl, "no-control", false, "do not correct estimates by what is known of the prices")
	s.StringArrayVar(&requires, "require", nil, "`bound` that must hold, such as 'p_liquidation<0.01'; may be repeated")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		as, err := oneForm(asJSON, asCSV, asMarkdown)
		if err != nil {
			return err
		}
		if attribution && horizons {
			return badInput("--attribution and --horizons; want one of them")
		}
		rs, err := parseRequirements(requires)
		if err != nil {
			return err
		}
		r, err := openRun(args[0])
		if err != nil {
			return err
		}
		summaries := r.summaries(!noControl)
		out := cmd.OutOrStdout()
		switch {
		case attribution:
			err = writeAttributions(out, attributions(r, !noControl), as)
		case horizons:
			err = r.printHorizons(out, as)
		case as == formJSON:
			err = writeJSON(out, r.manifest.ResultsHash, summaries)
		case as == formCSV:
			err = writeSummaryCSV(out, summaries)
		default:
			for i := range summaries {
				fmt.Fprintf(out, "%s: %s\n\n", summaries[i].Token, caption(r.plan, r.ensembles[i].N))
				writeMetrics(out, &summaries[i], as)
			}
		}
		if err != nil {
			return err
		}
		notes, err := require(rs, summaries)
		for _, n := range notes {
			fmt.Fprintln(cmd.ErrOrStderr(), "note:", n)
		}
		return err
	}
	return cmd
}

func oneRun(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return badInput("%d arguments; want one run directory, as simulate names it", len(args))
	}
	return nil
}

func oneForm(asJSON, asCSV, asMarkdown bool) (form, error) {
	as, n := formText, 0
	for f, given := range map[form]bool{formJSON: asJSON, formCSV: asCSV, formMarkdown: asMarkdown} {
		if given {
			as, n = f, n+1
		}
	}
	if n > 1 {
		return as, badInput("more than one of --json, --csv and --markdown; want one of them")
	}
	return as, nil
}

func render(t table.Writer, as form) {
	if as == formMarkdown {
		t.RenderMarkdown()
		return
	}
	t.Render()
}

// how says in words how an interval was made and what is wrong with it.
func how(e analytics.Estimate) string {
	s := string(e.Method)
	switch {
	case e.VarianceReduction > 1e9:
		s = "known"
	case e.VarianceReduction >= 1.5:
		s += ", control " + short3(math.Round(e.VarianceReduction)) + "×"
	}
	if e.Warning != "" {
		s += " ! " + string(e.Warning)
	}
	return s
}

// writeMetrics prints a summary's tables.
func writeMetrics(w io.Writer, s *analytics.Summary, as form) {
	t := newTable(w)
	t.AppendHeader(table.Row{"metric", "estimate", fmt.Sprintf("%g %% interval", 100*confidence), "interval by", "unit", "meaning"})
	controlled, warned := false, false
	for _, m := range s.Metrics {
		t.AppendRow(table.Row{m.Name, short(m.Value), interval(m.Estimate), how(m.Estimate), m.Unit, m.Doc})
		controlled, warned = controlled || m.VarianceReduction >= 1.5, warned || m.Warning != ""
	}
	render(t, as)
	fmt.Fprintln(w)
	if controlled {
		fmt.Fprint(w, "control n×: corrected by what is known of the prices; without it the same interval takes n times as many paths.\n")
	}
	if warned {
		fmt.Fprint(w, "!: the interval may cover less often than it says. heavy-tail: a few paths decide the mean; few-in-tail: few paths lie in the tail.\n")
	}
	if controlled || warned {
		fmt.Fprintln(w)
	}
	t = newTable(w)
	t.AppendHeader(table.Row{"share of paths below", "final NAV", fmt.Sprintf("%g %% interval", 100*confidence)})
	for _, q := range s.Quantiles {
		t.AppendRow(table.Row{short(100*q.P) + " %", short(q.Value), interval(q.Estimate)})
	}
	render(t, as)
	fmt.Fprintln(w)
}

// A titled attribution is one table.
type titledAttribution struct {
	token, group string
	analytics.Attribution
}

// attributions are those of every token: of ln NAV and of money over all
// paths, then of ln NAV by fifths of final price and of realised variance.
func attributions(r *storedRun, control bool) (out []titledAttribution) {
	for i := range r.ensembles {
		e, name := &r.ensembles[i], r.plan.spec.Tokens[i].Name
		c := caseOf(r.plan.spec, i, e, 0)
		if !control {
			c.Known = nil
		}
		out = append(out, titledAttribution{name, "all paths", analytics.AttributeLog(c)},
			titledAttribution{name, "all paths", analytics.AttributeMoney(c)})
		out = append(out, byFifths(c, name)...)
	}
	return out
}

// fifths are what paths are grouped by.
var fifths = []struct{ column, name string }{{"underlying", "final price"}, {"realised_variance", "realised variance"}}

func byFifths(c *analytics.Case, name string) (out []titledAttribution) {
	for _, by := range fifths {
		groups := min(5, c.Ensemble.N)
		for g, group := range analytics.AttributeBy(c, by.column, groups) {
			out = append(out, titledAttribution{name, fmt.Sprintf("%s, fifth %d of %d, %s to %s", by.name, g+1, groups, short(group.Lo), short(group.Hi)), group.Attribution})
		}
	}
	return out
}

func writeAttributions(w io.Writer, as []titledAttribution, f form) error {
	switch f {
	case formCSV:
		return writeAttributionCSV(w, as)
	case formJSON:
		return writeAttributionJSON(w, as)
	}
	for _, a := range as {
		writeAttribution(w, a, f)
	}
	return nil
}

func writeAttribution(w io.Writer, a titledAttribution, f form) {
	fmt.Fprintf(w, "%s: where %s came from; %s, %s paths", a.token, resultOf(a.Unit), a.group, thousands(a.Total.Over.N))
	if a.Ruined > 0 {
		fmt.Fprintf(w, " and %s ruined ones left out", thousands(a.Ruined))
	}
	fmt.Fprint(w, "\n\n")
	t := newTable(w)
	t.AppendHeader(table.Row{"cause", a.Unit, fmt.Sprintf("%g %% interval", 100*confidence), "a year", "interval", "interval by", "meaning"})
	for _, c := range append(a.Causes, a.Total) {
		if c.Over.Value == 0 && c.Over.SE == 0 {
			continue // an item that this token does not have
		}
		t.AppendRow(table.Row{c.Name, short(c.Over.Value), interval(c.Over), short(c.Yearly.Value), interval(c.Yearly), how(c.Over), c.Doc})
	}
	render(t, f)
	fmt.Fprintln(w)
}

func resultOf(unit string) string {
	if unit == "log" {
		return "E[ln NAV]"
	}
	return "E[NAV] − 1"
}

func writeAttributionCSV(w io.Writer, as []titledAttribution) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"token", "of", "paths", "cause", "estimate", "se", "lo", "hi", "n", "ruined", "per_year", "per_year_lo", "per_year_hi", "confidence", "interval", "variance_reduction", "warning", "meaning"})
	f := numberText
	for _, a := range as {
		for _, c := range append(a.Causes, a.Total) {
			e, y := c.Over, c.Yearly
			_ = out.Write([]string{a.token, resultOf(a.Unit), a.group, c.Name, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), strconv.Itoa(a.Ruined),
				f(y.Value), f(y.Lo), f(y.Hi), f(e.Confidence), string(e.Method), f(e.VarianceReduction), string(e.Warning), c.Doc})
		}
	}
	out.Flush()
	return out.Error()
}

func writeAttributionJSON(w io.Writer, as []titledAttribution) error {
	type cause struct {
		Name    string       `json:"name"`
		Over    jsonEstimate `json:"over_horizon"`
		PerYear jsonEstimate `json:"per_year"`
	}
	type attribution struct {
		Token  string  `json:"token"`
		Of     string  `json:"of"`
		Paths  string  `json:"paths"`
		Ruined int     `json:"ruined"`
		Causes []cause `json:"causes"`
		Total  cause   `json:"total"`
	}
	var all struct {
		Confidence   float64       `json:"confidence"`
		Attributions []attribution `json:"attributions"`
	}
	all.Confidence = confidence
	of := func(c analytics.Cause) cause { return cause{c.Name, toJSON(c.Over), toJSON(c.Yearly)} }
	for _, a := range as {
		x := attribution{Token: a.token, Of: resultOf(a.Unit), Paths: a.group, Ruined: a.Ruined, Total: of(a.Total)}
		for _, c := range a.Causes {
			x.Causes = append(x.Causes, of(c))
		}
		all.Attributions = append(all.Attributions, x)
	}
	return encodeJSON(w, all)
}

// printHorizons prints the stored estimates at every time: CSV as it was
// stored, else probabilities and the median, a row for each time.
func (r *storedRun) printHorizons(w io.Writer, as form) error {
	for _, token := range r.plan.spec.Tokens {
		if as == formCSV {
			if err := r.read(r.tokenFile("horizons", token.Name), func(in io.Reader) error { _, err := io.Copy(w, in); return err }); err != nil {
				return err
			}
			continue
		}
		h, err := r.horizons(token.Name)
		if err != nil {
			return err
		}
		if as == formJSON {
			if err := h.writeJSON(w, token.Name); err != nil {
				return err
			}
			continue
		}
		columns := []string{"nav_p05", "nav_p50", "nav_p95", "drawdown_p50", "p_loss_50", "p_lost_50", "p_gain_100", "p_beats_underlying", "p_beats_linear", "ruined"}
		fmt.Fprintf(w, "%s: after each time\n\n", token.Name)
		t := newTable(w)
		head := table.Row{"days"}
		for _, c := range columns {
			head = append(head, c)
		}
		t.AppendHeader(head)
		for i, y := range h["nav_p50"].years {
			row := table.Row{short(365 * y)}
			for _, c := range columns {
				row = append(row, fmt.Sprintf("%s (%s to %s)", short3(h[c].value[i]), short3(h[c].lo[i]), short3(h[c].hi[i])))
			}
			t.AppendRow(row)
		}
		render(t, as)
		fmt.Fprintln(w)
	}
	return nil
}

func (h horizonTable) writeJSON(w io.Writer, token string) error {
	type column struct {
		Years    []float64  `json:"years"`
		Estimate []*float64 `json:"estimate"`
		Lo       []*float64 `json:"lo"`
		Hi       []*float64 `json:"hi"`
	}
	all := struct {
		Token    string            `json:"token"`
		Horizons map[string]column `json:"horizons"`
	}{token, map[string]column{}}
	pointers := func(vs []float64) (out []*float64) {
		for _, v := range vs {
			out = append(out, finite(v))
		}
		return out
	}
	for name, c := range h {
		all.Horizons[name] = column{c.years, pointers(c.value), pointers(c.lo), pointers(c.hi)}
	}
	return encodeJSON(w, all)
}
