package report

import (
	"fmt"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// Exact is what is known of a study's tokens without sampling.
func Exact(s *study.Study, all []assess.Exact, p Provenance) Document {
	spec := s.Spec()
	d := Document{Data: exactJSON(all)}
	for i := range all {
		d.Blocks = append(d.Blocks, Text(fmt.Sprintf("%s over %s, price seen every %s, without sampling",
			all[i].Token, param.FormatSeconds(spec.Horizon.Seconds()), param.FormatSeconds(spec.Step.Seconds()))))
		d.Blocks = append(d.Blocks, exactTables(&all[i])...)
	}
	if len(all) == 1 {
		d.Brief = append(exactBrief(&all[0], spec), Text("Everything: --full."))
	}
	d.Blocks = append(d.Blocks, exactData(all))
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// ExactNotes say where exact answers are not those of the token itself, and why some
// are not there.
func ExactNotes(all []assess.Exact) (notes []string) {
	for _, e := range all {
		if e.Level != "" {
			notes = append(notes, fmt.Sprintf("%s: means over the law of %s, by quadrature", e.Token, e.Level))
		}
		if e.GoesOn() {
			notes = append(notes, fmt.Sprintf("%s: liquidation has probability %s; these numbers stop the token there "+
				"(--after-liquidation stop), simulate restores its leverage", e.Token, Short(e.Answers.Liquidated)))
		}
		if e.NoLaw != nil {
			notes = append(notes,
				fmt.Sprintf("%s: without p_loss, var, es and quantiles; mcrisk simulate estimates them. %v",
					e.Token, e.NoLaw))
		}
	}
	return notes
}

// exactTables are a token's answers for people.
func exactTables(e *assess.Exact) []Block {
	digits := func(n int) func(float64) string { return func(v float64) string { return Digits(v, n) } }
	bound := Column{Name: "error below", Align: Left, Format: digits(2)}
	t := Table{PeopleOnly: true, Columns: []Column{
		{Name: "metric"}, {Name: "value", Align: Left, Format: digits(10)}, bound,
		{Name: "unit"}, {Name: "meaning", Wrap: true},
	}}
	for _, m := range e.Metrics {
		t.Add(m.Name, m.Value, m.Bound, unitText(m.Unit), m.Doc)
	}
	if len(e.Quantiles) == 0 {
		return []Block{t}
	}
	q := Table{PeopleOnly: true, Columns: []Column{
		{Name: "share of lifetimes below"}, {Name: "final NAV", Align: Left, Format: digits(10)}, bound,
	}}
	for _, x := range e.Quantiles {
		q.Add(Short(100*x.P)+" %", x.Value, x.Bound)
	}
	return []Block{t, q}
}

// exactData are all answers in full.
func exactData(all []assess.Exact) Table {
	t := Table{Name: "exact", DataOnly: true,
		Columns: columnsOf("token", "metric", "estimate", "bound", "lo", "hi", "unit", "meaning")}
	add := func(token, name string, value, bound float64, unit analytics.Unit, doc string) {
		t.Add(token, name, value, bound, value-bound, value+bound, string(unit), doc)
	}
	for _, e := range all {
		for _, m := range e.Metrics {
			add(e.Token, m.Name, m.Value, m.Bound, m.Unit, m.Doc)
		}
		for _, q := range e.Quantiles {
			add(e.Token, analytics.QuantileName(q.P), q.Value, q.Bound, analytics.Equity,
				"final net asset value not exceeded with this probability")
		}
	}
	return t
}

// exactJSON has the names that scripts rely on.
func exactJSON(all []assess.Exact) any {
	type value struct {
		Estimate *Number `json:"estimate"`
		Bound    *Number `json:"bound"`
		Lo       *Number `json:"lo"`
		Hi       *Number `json:"hi"`
	}
	of := func(v, bound float64) value {
		return value{Existing(v), Existing(bound), Bound(v - bound), Bound(v + bound)}
	}
	type token struct {
		Name      string                      `json:"name"`
		Metrics   map[string]value            `json:"metrics"`
		Quantiles map[string]map[string]value `json:"quantiles"`
	}
	var data struct {
		Tokens []token `json:"tokens"`
	}
	for _, e := range all {
		t := token{e.Token, map[string]value{}, map[string]map[string]value{"nav": {}}}
		for _, m := range e.Metrics {
			t.Metrics[m.Name] = of(m.Value, m.Bound)
		}
		for _, q := range e.Quantiles {
			t.Quantiles["nav"][FileNumber(q.P)] = of(q.Value, q.Bound)
		}
		data.Tokens = append(data.Tokens, t)
	}
	return data
}
