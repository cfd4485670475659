package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/exact"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
	"mcrisk/tokens"
)

func newExact() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exact",
		Short: "Answer for a band token without sampling",
		Long: `exact computes what simulate estimates, without sampling error, for tokens whose
cycles begin anew at every trade: a band on a loan, proportional costs, a price
with independent increments, seen at the end of every step. Each number comes
with a bound of its error: of expectations from doubling the nodes that they are
computed on, of what rests on the law of NAV from the frequencies that are left
out of it. A law that is too jagged for that is left out, with a note. After a
liquidation the token stops.

mcrisk sweep --exact answers so at many values of a parameter.`,
		Example: `  mcrisk exact --target 3 --band 2.8:3.2 --to target --fee 10bp --borrow 5% --sigma 0.6
  mcrisk exact --token ETHBULL3X --impact 0 --gas 0 --fee 20bp`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	asJSON := cmd.Flags().Bool("json", false, "print one JSON object instead of tables")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := f.plan()
		if err != nil {
			return err
		}
		return exactly(cmd, p, *asJSON)
	}
	return cmd
}

// An exactMetric is a number known to within Bound.
type exactMetric struct {
	name, unit   string
	value, bound float64
}

// An exactAnswer is what exact says about one token.
type exactAnswer struct {
	token     string
	metrics   []exactMetric
	quantiles []exactMetric // by level, as name
	liquid    float64       // probability of liquidation
	lawless   error         // why there is nothing that rests on the law of NAV; nil: there is
}

// problem states the one token of a spec for package exact.
func problem(s study.Spec) (exact.Problem, models.Model, tokens.Token, error) {
	m, err := s.BuildModel()
	if err == nil && s.Uncertain {
		err = errors.New("exact answers are for known parameters; want none of --parameter-uncertainty, which mcrisk simulate has")
	}
	if err != nil {
		return exact.Problem{}, nil, tokens.Token{}, err
	}
	t := s.Tokens[0]
	token, err := t.Build()
	if err != nil {
		return exact.Problem{}, nil, tokens.Token{}, err
	}
	p, err := exact.Of(token, m, s.Step)
	if err != nil {
		return p, m, token, fmt.Errorf("%s is beyond an exact answer:\n%w\nmcrisk simulate answers with the same flags", t.Name, err)
	}
	return p, m, token, nil
}

// price is what is known of the underlying at the horizon.
func price(s study.Spec, m models.Model) (mean, meanLog, variance float64) {
	years, step := models.Years(s.Horizon), models.Years(s.Step)
	one := m.Moments(step)
	mean = math.Exp(s.Model.Values["mu"] * years)
	return mean, m.Moments(years).Mean, years / step * (one.Variance + one.Mean*one.Mean)
}

// answer is of the one token of a spec.
func answer(s study.Spec) (exactAnswer, error) {
	p, model, token, err := problem(s)
	if err != nil {
		return exactAnswer{}, inputError{err}
	}
	years := models.Years(s.Horizon)
	m, err := p.Doubled(years)
	if err != nil {
		return exactAnswer{}, err
	}
	a := exactAnswer{token: s.Tokens[0].Name, liquid: m.Liquidated}
	known := answersOf(s, m, model, token)
	a.lawless = addLaw(&known, p, append([]float64{0.05, 0.01, 0.5}, analytics.QuantileLevels...), []float64{0.05, 0.01})
	for _, m := range analytics.All() {
		if m.Exact == nil {
			continue
		}
		if v, bound, ok := m.Exact(&known); ok {
			a.metrics = append(a.metrics, exactMetric{m.Name, string(m.Unit), v, bound})
		}
	}
	for _, level := range analytics.QuantileLevels {
		if v, bound, ok := known.NAVQuantile(level); ok {
			a.quantiles = append(a.quantiles, exactMetric{strconv.FormatFloat(level, 'g', -1, 64), string(analytics.Equity), v, bound})
		}
	}
	return a, nil
}

// answersOf are what the exact twins of metrics read, but for the law of NAV.
func answersOf(s study.Spec, m exact.Moments, model models.Model, t tokens.Token) analytics.Answers {
	mean, logS, qv := price(s, model)
	return analytics.Answers{Years: models.Years(s.Horizon), Target: t.Target, Kept: (1 - t.EntryFee) * (1 - t.ExitFee),
		NAV: m.NAV, Log: m.Log, Decay: m.Decay, Rebalances: m.Rebalances, Turnover: m.Turnover, CostDrag: m.CostDrag,
		Liquidated: m.Liquidated, Ruined: m.Ruined, Bound: m.Bound, Price: mean, LogPrice: logS, Variance: qv}
}

// addLaw adds the law of NAV, if it has quantiles at the levels and tail means over
// the shares given.
func addLaw(a *analytics.Answers, p exact.Problem, levels, shares []float64) error {
	law, err := p.Law(a.Years)
	if err != nil {
		return err
	}
	for _, p := range levels {
		if _, err := law.Quantile(p); err != nil {
			return err
		}
	}
	for _, p := range shares {
		if _, err := law.ES(p); err != nil {
			return err
		}
	}
	a.Law, a.LawBound = law, law.Bound
	return nil
}

func exactly(cmd *cobra.Command, p *plan, asJSON bool) error {
	start := time.Now()
	var answers []exactAnswer
	for i, t := range p.spec.Tokens {
		a, err := answer(p.spec.Alone(i))
		if err != nil {
			return err
		}
		if a.liquid > 1e-9 && t.Values["after-liquidation"] != float64(tokens.Stop) {
			p.notes = append(p.notes, fmt.Sprintf("%s: liquidation has probability %s; these numbers stop there (--after-liquidation stop), simulate's own go on", t.Name, short(a.liquid)))
		}
		if a.lawless != nil {
			p.notes = append(p.notes, fmt.Sprintf("%s: without p_loss, var, es and quantiles; mcrisk simulate estimates them. %v", t.Name, a.lawless))
		}
		answers = append(answers, a)
	}
	w := cmd.OutOrStdout()
	if asJSON {
		if err := writeExactJSON(w, answers); err != nil {
			return err
		}
	} else {
		for _, a := range answers {
			fmt.Fprintf(w, "%s over %s, price seen every %s, without sampling\n\n", a.token, param.FormatSeconds(p.spec.Horizon.Seconds()), param.FormatSeconds(p.spec.Step.Seconds()))
			t := newTable(w)
			t.AppendHeader(table.Row{"metric", "value", "error below", "unit"})
			for _, m := range a.metrics {
				t.AppendRow(table.Row{m.name, digits(m.value, 10), digits(m.bound, 2), m.unit})
			}
			for _, m := range a.quantiles {
				t.AppendRow(table.Row{"final NAV not exceeded with probability " + m.name, digits(m.value, 10), digits(m.bound, 2), m.unit})
			}
			t.Render()
			fmt.Fprintln(w)
		}
		writeSettings(w, p.settings())
		fmt.Fprintf(w, "\n%.2f s\n", time.Since(start).Seconds())
	}
	writeNotes(cmd, p.notes)
	return nil
}

func writeExactJSON(w io.Writer, answers []exactAnswer) error {
	type value struct {
		Estimate *float64 `json:"estimate"`
		Bound    *float64 `json:"bound"`
		Lo       *float64 `json:"lo"`
		Hi       *float64 `json:"hi"`
	}
	of := func(m exactMetric) value {
		return value{finite(m.value), finite(m.bound), finite(m.value - m.bound), finite(m.value + m.bound)}
	}
	type token struct {
		Name      string                      `json:"name"`
		Metrics   map[string]value            `json:"metrics"`
		Quantiles map[string]map[string]value `json:"quantiles"`
	}
	var all struct {
		Tokens []token `json:"tokens"`
	}
	for _, a := range answers {
		t := token{a.token, map[string]value{}, map[string]map[string]value{"nav": {}}}
		for _, m := range a.metrics {
			t.Metrics[m.name] = of(m)
		}
		for _, m := range a.quantiles {
			t.Quantiles["nav"][m.name] = of(m)
		}
		all.Tokens = append(all.Tokens, t)
	}
	return encodeJSON(w, all)
}

// exactLines are the exact curves of the sensitivity figure's metrics, by the
// metric's name; empty where exact has no answer.
func exactLines(s study.Spec, token int, over param.Param, values []float64) (map[string]plots.Line, error) {
	lines := map[string]plots.Line{}
	for _, v := range values {
		c, err := s.With(over.Name, v)
		if err == nil {
			c, err = c.Complete()
		}
		if err != nil {
			return nil, err
		}
		m, err := exactBeside(c, token, len(values))
		if err != nil {
			return nil, fmt.Errorf("%s = %s: %w", over.Name, over.Format(v), err)
		}
		for name, y := range m {
			l := lines[name]
			l.Name = "Exact"
			l.X, l.Y = append(l.X, v), append(l.Y, y)
			lines[name] = l
		}
	}
	for name, l := range lines {
		if slices.ContainsFunc(l.Y, math.IsNaN) {
			delete(lines, name)
		}
	}
	return lines, nil
}

// finer puts points between the values of a number, so that a curve through
// them looks like one; between many none.
func finer(values []float64, p param.Param) []float64 {
	if p.Unit == param.Choice || p.Unit == param.Time {
		return values
	}
	parts := max(1, min(4, 100/len(values)))
	var fine []float64
	for i := range values[:len(values)-1] {
		for j := range parts {
			fine = append(fine, values[i]+(values[i+1]-values[i])*float64(j)/float64(parts))
		}
	}
	return append(fine, values[len(values)-1])
}
