package report

import (
	"fmt"
	"math"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
)

// ExactSweep is the exact answers of a sweep: the best settings by them, and every
// cell.
func ExactSweep(r *assess.ExactSweep, p Provenance) Document {
	v := viewOf(r.Layout)
	d := Document{Data: exactSweepJSON(r), Blocks: []Block{Text(v.tokens[0] + " over " + v.without())}}
	best := v.table(1, Column{Name: "objective"}, Column{Name: "best " + v.selected()},
		Column{Name: "value", Format: ninth})
	for i := range r.Groups {
		g := &r.Groups[i]
		scenario := g.Scenario
		for k, m := range r.Metrics {
			if g.Best[k] < 0 {
				continue
			}
			cell := g.Cells[g.Best[k]]
			v.add(&best, 0, scenario, m.Name, v.Setting(cell), answerOf(r.Answers[cell], m.Name))
			scenario = "" // that of the row above
		}
	}
	cells := Table{PeopleOnly: true, Keys: len(v.Sweep.Axes)}
	data := Table{Name: "exact", DataOnly: true, Columns: []Column{{Name: "cell"}}}
	for _, a := range v.Sweep.Axes {
		cells.Columns = append(cells.Columns, Column{Name: a.Name, Align: Right})
		data.Columns = append(data.Columns, Column{Name: a.Name})
	}
	for _, m := range r.Metrics {
		cells.Columns = append(cells.Columns, Column{Name: m.Name, Format: seventh})
		data.Columns = append(data.Columns, Column{Name: m.Name})
	}
	for c, answers := range r.Answers {
		var row []any
		for _, text := range v.Texts(c) {
			row = append(row, text)
		}
		for _, m := range r.Metrics {
			row = append(row, answerOf(answers, m.Name))
		}
		if answers != nil {
			cells.Add(row...)
		}
		data.Add(append([]any{c}, row...)...)
	}
	d.Blocks = append(d.Blocks, best, cells, meanings(r.Metrics), data)
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

func ninth(x float64) string   { return Digits(x, 9) }
func seventh(x float64) string { return Digits(x, 7) }

// answerOf is an answer among some, or NaN.
func answerOf(answers map[string]float64, name string) float64 {
	if x, ok := answers[name]; ok {
		return x
	}
	return math.NaN()
}

// without says how answers were made that nothing was sampled for.
func (v view) without() string {
	spec := v.Sweep.Study.Spec()
	return fmt.Sprintf("%s, price seen every %s, without sampling",
		param.FormatSeconds(spec.Horizon.Seconds()), param.FormatSeconds(spec.Step.Seconds()))
}

// ExactSweepNotes are what readers should know beside the results.
func ExactSweepNotes(r *assess.ExactSweep) []string { return failures(r.Failures, "exact.csv") }

// exactSweepJSON has the names that scripts rely on.
func exactSweepJSON(r *assess.ExactSweep) any {
	type cell struct {
		Cell    int                `json:"cell"`
		Values  map[string]string  `json:"values"`
		Metrics map[string]*Number `json:"metrics"`
	}
	var all struct {
		Cells []cell `json:"cells"`
	}
	v := viewOf(r.Layout)
	for c, answers := range r.Answers {
		x := cell{c, v.values(c), map[string]*Number{}}
		for _, m := range r.Metrics {
			if answers != nil {
				x.Metrics[m.Name] = Existing(answerOf(answers, m.Name))
			}
		}
		all.Cells = append(all.Cells, x)
	}
	return all
}

// ExactSweepFigures are the figures of exact answers, of one scenario all of them in
// one, of several each in one of its own; and notes of what is not drawn, and why.
func ExactSweepFigures(r *assess.ExactSweep) (figures []Block, notes []string) {
	f := &sweepFigures{view: viewOf(r.Layout), file: "exact.csv"}
	spec := f.Sweep.Study.Spec()
	f.made = fmt.Sprintf("Exact answers, without sampling, over %s, price seen every %s; %s. %s",
		param.FormatSeconds(spec.Horizon.Seconds()), param.FormatSeconds(spec.Step.Seconds()),
		modelCaption(f.Sweep.Study, f.swept()...), f.tokenCaption(0))
	along := f.Along()
	if along < 0 || len(f.Sweep.Axes[along].Values) < 2 {
		return nil, nil
	}
	if len(r.Groups) > 1 {
		for _, m := range r.Metrics {
			var scenarios []drawnScenario
			for _, g := range r.Groups {
				exact := f.line(g.Group, r.Of(g.Group), along, m.Name)
				scenarios = append(scenarios, drawnScenario{at: g.At, exact: exact})
			}
			f.scenarios(0, scenarios, along, m.Name)
		}
		return f.figures, f.notes
	}
	d := f.base(0, along)
	d.Caption = f.caption(nil)
	if x, ok := spec.Value(0, f.Sweep.Axes[along].Name); ok {
		d.Marked = []plots.Reference{{Name: "Baseline", At: x}}
	}
	for _, m := range r.Metrics {
		if line := f.line(r.Groups[0].Group, r.Of(r.Groups[0].Group), along, m.Name); len(line.X) > 1 {
			panel := panelOf(m)
			panel.Exact = []plots.Line{line}
			d.Metrics = append(d.Metrics, panel)
		}
	}
	f.add("sensitivity-exact", d)
	return f.figures, f.notes
}
