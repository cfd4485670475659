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

// problem states the one token of a study for package exact.
func problem(s *study.Study) (exact.Problem, error) {
	if s.Spec().Uncertain {
		return exact.Problem{}, errors.New("exact answers are for known parameters; " +
			"want none of --parameter-uncertainty, which mcrisk simulate has")
	}
	p, err := exact.NewProblem(s.Token(0), s.Model(), s.Spec().Step)
	if err != nil {
		return p, fmt.Errorf("%s is beyond an exact answer:\n%w\nmcrisk simulate answers with the same flags",
			s.Token(0).Name, err)
	}
	return p, nil
}

// price is what is known of the first underlying after some years.
func price(s *study.Study, years float64) (mean, meanLog, variance float64) {
	m, step := s.Model(), s.StepYears()
	one := m.Moments(step)
	mean = math.Exp(m.Growth() * years)
	return mean, m.Moments(years).Mean, years / step * (one.Variance + one.Mean*one.Mean)
}

// answer is of the one token of a study.
func answer(s *study.Study) (exactAnswer, error) {
	p, err := problem(s)
	if err != nil {
		return exactAnswer{}, inputError{err}
	}
	token, years := s.Token(0), s.Years()
	m, err := p.Doubled(years)
	if err != nil {
		return exactAnswer{}, err
	}
	a := exactAnswer{token: token.Name, liquid: m.Liquidated}
	add := func(name, unit string, v, bound float64) {
		a.metrics = append(a.metrics, exactMetric{name, unit, v, bound})
	}
	mean, logS, qv := price(s, years)
	kept := (1 - token.EntryFee) * (1 - token.ExitFee)
	off := func(v float64) float64 { return (1 + math.Abs(v)) * m.Bound }
	add("nav", "initial equity", m.NAV, m.NAV*m.Bound)
	add("holder_nav", "initial equity", m.NAV*kept, m.NAV*kept*m.Bound)
	add("log_nav", "log", m.Log, off(m.Log))
	add("ruined", "probability", m.Ruined, off(m.Ruined))
	add("underlying", "initial price", mean, 0)
	add("rebalances", "count", m.Rebalances, off(m.Rebalances))
	add("turnover", "net asset values", m.Turnover, off(m.Turnover))
	add("decay_vs_power", "log", m.Decay, off(m.Decay))
	add("decay_vs_linear", "initial equity", m.NAV-(1+float64(token.Target*(mean-1))), m.NAV*m.Bound)
	if m.Liquidated < 1e-9 { // else survivors' prices are not all prices
		add("tracking_vs_ideal", "log", m.Log-(float64(token.Target*logS)+tokens.VolatilityDecay(token.Target, qv)), off(m.Log))
	}
	add("trade_drag", "log per year", m.CostDrag/years, off(m.CostDrag)/years)
	add("p_liquidation", "probability", m.Liquidated, off(m.Liquidated))
	a.lawless = a.law(p, years)
	return a, nil
}

// law adds what rests on the law of NAV, or nothing if there is a fault.
func (a *exactAnswer) law(p exact.Problem, years float64) error {
	law, err := p.Law(years)
	if err != nil {
		return err
	}
	var metrics, quantiles []exactMetric
	for _, x := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
		metrics = append(metrics, exactMetric{fmt.Sprintf("p_loss_%.0f", 100*x), "probability", law.CDF(math.Log(1 - x)), law.Bound})
	}
	// quantile is NAV's, and how far it may be off.
	quantile := func(p float64) (v, bound float64, err error) {
		x, err := law.Quantile(p)
		if err != nil {
			return 0, 0, err
		}
		lo, hi := law.Around(p)
		return math.Exp(x), math.Exp(hi) - math.Exp(lo), nil
	}
	for _, p := range []float64{0.05, 0.01} {
		v, bound, err := quantile(p)
		if err != nil {
			return err
		}
		es, err := law.ES(p)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%.0f", 100*(1-p))
		metrics = append(metrics, exactMetric{"var_" + name, "initial equity", 1 - v, bound}, exactMetric{"es_" + name, "initial equity", es, law.ESBound(p)})
	}
	for _, p := range analytics.QuantileLevels {
		v, bound, err := quantile(p)
		if err != nil {
			return err
		}
		quantiles = append(quantiles, exactMetric{strconv.FormatFloat(p, 'g', -1, 64), "initial equity", v, bound})
	}
	a.metrics, a.quantiles = append(a.metrics, metrics...), quantiles
	return nil
}

func exactly(cmd *cobra.Command, p *plan, asJSON bool) error {
	start := time.Now()
	var answers []exactAnswer
	for i, t := range p.spec.Tokens {
		a, err := answer(p.study.Alone(i))
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
func exactLines(s *study.Study, token int, over param.Param, values []float64) (map[string]plots.Line, error) {
	lines := map[string]plots.Line{}
	for _, v := range values {
		spec, err := s.Spec().With(over.Name, v)
		if err != nil {
			return nil, err
		}
		c, err := study.New(spec)
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
