package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
)

// Sweep is what a sweep comes to: for people the best settings, what is traded off and
// which setting is robust, with every cell of a sweep of one parameter; for files all
// of it in full, but for the cells and the front of a sweep of very many cells.
func Sweep(r *assess.SweepAnalysis, p Provenance) Document {
	v := viewOf(r.Layout)
	d := Document{Data: sweepJSON(r), Blocks: []Block{Text(fmt.Sprintf("%s: %s, %s",
		strings.Join(v.tokens, ", "), Count(r.Sweep.Cells(), "cell"), v.caption())), intervalText}}
	d.Brief = v.sweepBrief(r)
	d.Blocks = append(d.Blocks, v.bestBlocks(r)...)
	d.Blocks = append(d.Blocks, v.optimumBlocks(r)...)
	d.Blocks = append(d.Blocks, v.robustBlocks(r)...)
	d.Blocks = append(d.Blocks, v.frontBlocks(r)...)
	if len(r.Sweep.Axes) == 1 && r.Cells != nil {
		d.Blocks = append(d.Blocks, v.cellBlocks(r)...)
	} else {
		d.Blocks = append(d.Blocks, meanings(r.Objectives))
	}
	d.Blocks = append(d.Blocks, v.bestData(r))
	if len(r.Robust) > 0 {
		d.Blocks = append(d.Blocks, v.robustData(r))
	}
	if r.Cells != nil {
		d.Blocks = append(d.Blocks, v.frontData(r), v.cellsData(r))
	}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// meanings say what metrics are.
func meanings(metrics []analytics.Metric) Text {
	var lines []string
	for _, m := range metrics {
		lines = append(lines, meaning(m))
	}
	return Text(strings.Join(lines, "\n"))
}

func meaning(m analytics.Metric) string {
	return fmt.Sprintf("%s (%s): %s", m.Name, unitText(m.Unit), m.Doc)
}

// SweepNotes are what readers should know beside the results of a sweep.
func SweepNotes(r *assess.SweepAnalysis) []string {
	list := failures(r.Failures, "cells.csv")
	if r.Cells == nil {
		list = append(list, fmt.Sprintf("cells are not printed one by one, as they are more than %s; see cells.csv",
			Thousands(assess.KeptCells)))
	}
	for _, note := range []struct {
		text string
		is   func(*assess.Best) bool
	}{
		{"the best of these is at an end of the range swept, so the optimum may lie beyond it",
			func(b *assess.Best) bool { return b.AtEnd }},
		{"no setting has a value of these, as every path is ruined, or there are too few", (*assess.Best).None},
		{"from the best of these, others differ significantly by differences that a few paths decide, " +
			"so that too few may be in its set",
			func(b *assess.Best) bool { return b.Doubtful }},
	} {
		var names []string
		for i, m := range r.Objectives {
			n := 0
			for k := range r.Slices {
				if note.is(&r.Slices[k].Best[i]) {
					n++
				}
			}
			if n > 0 {
				names = append(names, fmt.Sprintf("%s (%d of %d)", m.Name, n, len(r.Slices)))
			}
		}
		if len(names) > 0 {
			list = append(list, note.text+": "+strings.Join(names, ", "))
		}
	}
	return list
}

// failures say which cells failed; file has all of them.
func failures(f assess.Failures, file string) (list []string) {
	for _, fault := range f.Faults {
		list = append(list, "failed: "+fault)
	}
	if more := f.Failed - len(f.Faults); more > 0 {
		list = append(list, fmt.Sprintf("failed: %d more cells; see %s", more, file))
	}
	return list
}

// A view is what documents of a sweep call its tokens, settings and scenarios.
type view struct {
	assess.Layout
	tokens    []string
	scenarios bool // there is more to a scenario than all cells
}

func viewOf(l assess.Layout) view {
	v := view{Layout: l}
	for _, t := range l.Sweep.Study.Spec().Tokens {
		v.tokens = append(v.tokens, t.Name)
	}
	for i := range l.Sweep.Axes {
		v.scenarios = v.scenarios || !l.Selects(i)
	}
	return v
}

// caption says how the cells were made, without what is swept.
func (v view) caption() string {
	return Caption(v.Sweep.Study, v.Sweep.Study.Spec().Paths, v.swept()...)
}

// swept are the names of the axes.
func (v view) swept() (names []string) {
	for _, a := range v.Sweep.Axes {
		names = append(names, a.Name)
	}
	return names
}

// selected are the names of what is selected, as in "half-width and to".
func (v view) selected() string { return strings.Join(v.Settings.Select, " and ") }

// table is a table for people that begins with the token, where there are several, and
// the scenario, where there are any; more of its columns may be keys.
func (v view) table(keys int, columns ...Column) Table {
	t := Table{PeopleOnly: true}
	if len(v.tokens) > 1 {
		t.Columns = append(t.Columns, Column{Name: "token"})
	}
	if v.scenarios {
		t.Columns = append(t.Columns, Column{Name: "scenario", Wrap: true})
	}
	t.Keys = len(t.Columns) + keys
	t.Columns = append(t.Columns, columns...)
	return t
}

// add adds a row to such a table.
func (v view) add(t *Table, token int, scenario string, cells ...any) {
	var row []any
	if len(v.tokens) > 1 {
		row = append(row, v.tokens[token])
	}
	if v.scenarios {
		row = append(row, scenario)
	}
	t.Add(append(row, cells...)...)
}

// set writes the settings of some cells that are in a set: a range, where they follow
// each other.
func (v view) set(cells []int, is []bool) string {
	var in []int
	for k, ok := range is {
		if ok {
			in = append(in, k)
		}
	}
	if len(in) == 0 {
		return "none"
	}
	first, last := in[0], in[len(in)-1]
	switch {
	case len(in) == len(cells) && len(in) > 1:
		return fmt.Sprintf("all %d", len(in))
	case len(in) > 2 && last-first == len(in)-1 && v.Along() >= 0:
		return fmt.Sprintf("%s to %s (%d)", v.Setting(cells[first]), v.Setting(cells[last]), len(in))
	case len(in) > 4:
		return fmt.Sprintf("%d of %d", len(in), len(cells))
	}
	return strings.Join(v.Names(cells, is), ", ")
}

// Titles of the columns of local sensitivity: what an objective loses beside its optimum.
const lossAbove, lossBelow = "loss at +10 %", "loss at −10 %"

// bestBlocks are the best settings for people.
func (v view) bestBlocks(r *assess.SweepAnalysis) []Block {
	near := v.Along() >= 0
	theory := slices.ContainsFunc(r.Slices, func(s assess.Slice) bool { return s.Theory != nil })
	solved := slices.ContainsFunc(r.Slices, func(s assess.Slice) bool {
		return slices.ContainsFunc(s.Best, func(b assess.Best) bool { return b.ExactIndex >= 0 })
	})
	intro := fmt.Sprintf("The best %s for each objective, of the values swept. "+
		"Those not significantly worse form its confidence set at %g %% (multiple comparisons with the best).",
		v.selected(), 100*assess.Confidence)
	columns := []Column{{Name: "objective"}, {Name: "best"}, {Name: "estimate", Interval: intervalTitle},
		{Name: "not significantly worse", Wrap: true}}
	if near {
		intro += "\nLoss at +10 %: what the objective loses where the " + v.selected() + " is 10 % above " +
			"its optimum. It is given where the data determine it." +
			"\nVariance reduction: how many times more paths a difference between neighbouring settings would need " +
			"without pairing; median and minimum."
		columns = append(columns, Column{Name: lossAbove},
			Column{Name: "variance reduction", Align: Right})
	}
	if solved {
		columns = append(columns, Column{Name: "exact best"}, Column{Name: "SE from exact", Format: Short3})
	}
	if theory {
		intro += "\nTheory: the half-width that minimises the long-run tracking cost, with monitoring at these " +
			"steps, with continuous monitoring, and in the limit of small costs."
		columns = append(columns, Column{Name: "theory"})
	}
	t := v.table(1, columns...)
	for i := range r.Slices {
		s := &r.Slices[i]
		for k := range s.Best {
			b := &s.Best[k]
			row := []any{b.Objective, "none", b.Estimate, missing}
			if !b.None() {
				row[1], row[3] = v.Setting(s.Cells[b.Index]), v.set(s.Cells, b.Indistinguishable)
			}
			if near {
				row = append(row, localLoss(b), pairingText(b))
			}
			if solved {
				row = append(row, v.exactCells(s, b)...)
			}
			if theory {
				row = append(row, theoryText(s, b))
			}
			scenario := s.Scenario
			if k > 0 {
				scenario = "" // that of the row above
			}
			v.add(&t, s.Token, scenario, row...)
		}
	}
	return []Block{Text(intro), t}
}

// localLoss is what the objective loses 10 % above its optimum, where that is pinned
// down.
func localLoss(b *assess.Best) any {
	if b.Local == nil || !b.Local.Pinned {
		return nil
	}
	return b.Local.LossAtPlus10
}

func pairingText(b *assess.Best) string {
	if b.Pairing != b.Pairing { // nothing scatters
		return missing
	}
	return Short3(b.Pairing) + ", " + Short3(b.LeastPairing)
}

// exactCells are the best setting by exact answers, and how far estimates are off
// them.
func (v view) exactCells(s *assess.Slice, b *assess.Best) []any {
	if b.ExactIndex < 0 {
		return []any{missing, nil}
	}
	return []any{v.Setting(s.Cells[b.ExactIndex]), b.ExactDeviation}
}

func theoryText(s *assess.Slice, b *assess.Best) string {
	if b.Objective != "tracking_cost" || s.Theory == nil {
		return ""
	}
	return fmt.Sprintf("%s, %s, %s", Short3(s.Theory.Grid), Short3(s.Theory.Continuous), Short3(s.Theory.SmallCost))
}

// optimumBlocks are the optima between the cells, where they were asked for.
func (v view) optimumBlocks(r *assess.SweepAnalysis) []Block {
	if v.Settings.Optimise == "" {
		return nil
	}
	axis := v.Sweep.Axes[v.Along()]
	t := v.table(0, Column{Name: axis.Name, Interval: intervalTitle},
		Column{Name: "value there", Interval: intervalTitle},
		Column{Name: lossAbove}, Column{Name: lossBelow},
		Column{Name: "determined", Wrap: true}, Column{Name: "fitted over"}, Column{Name: "values tried"})
	for i := range r.Slices {
		s := &r.Slices[i]
		o := s.Optimum
		if o.Fault != "" {
			v.add(&t, s.Token, s.Scenario, nil, nil, nil, nil, "no: "+o.Fault, missing, nil)
			continue
		}
		v.add(&t, s.Token, s.Scenario, o.At, o.Value, o.LossAtPlus10, o.LossAtMinus10, pinned(o),
			Short3(o.Low)+" to "+Short3(o.High), o.Tried)
	}
	return []Block{Text(fmt.Sprintf("Optimum of %s between the cells, by a cubic fitted in ln %s:",
		v.Settings.Optimise, axis.Name)), t}
}

// pinned says whether the data determine an optimum, or why not.
func pinned(o *assess.Optimum) string {
	switch {
	case !o.Pinned && o.AtEnd:
		return "no: it is at an end of the range or beyond"
	case !o.Pinned:
		return "no: too flat for these paths"
	case o.At.Value < o.Low || o.At.Value > o.High:
		return "no: it is beyond the range"
	}
	return "yes"
}

// robustBlocks are the robust settings for people.
func (v view) robustBlocks(r *assess.SweepAnalysis) []Block {
	if len(r.Robust) == 0 {
		return nil
	}
	t := Table{PeopleOnly: true, Keys: 1, Columns: []Column{{Name: "objective"}, {Name: "minimax regret"},
		{Name: "maximum regret", Interval: intervalTitle}, {Name: "in", Wrap: true},
		{Name: "not significantly worse", Wrap: true},
		{Name: "maximin"}, {Name: "value", Interval: intervalTitle}, {Name: "in", Wrap: true}}}
	if len(v.tokens) > 1 {
		t.Columns, t.Keys = slices.Insert(t.Columns, 0, Column{Name: "token"}), 2
	}
	for i := range r.Robust {
		x := &r.Robust[i]
		set := missing
		if x.LeastRegret() != "" {
			set = v.set(x.Cells, x.Indistinguishable)
		}
		row := []any{x.Objective, cmp.Or(x.LeastRegret(), "none"), x.Greatest[x.Minimax], x.Scenarios[x.Decides], set,
			cmp.Or(x.BestWorst(), "none"), x.Worst, x.Scenarios[x.WorstIn]}
		if len(v.tokens) > 1 {
			row = slices.Insert(row, 0, any(v.tokens[x.Token]))
		}
		t.Add(row...)
	}
	return []Block{Text(fmt.Sprintf("The robust %s over %s. Minimax regret: the setting with the "+
		"smallest maximum regret, its loss "+
		"against the best setting of each scenario. Maximin: the setting with the best worst-case value.",
		v.selected(), Count(len(r.Robust[0].Scenarios), "scenario"))), t}
}

// standings are the words for them.
var standings = map[analytics.Standing]string{
	analytics.OnFront: "front", analytics.Undecided: "undecided", analytics.Dominated: "dominated"}

// frontBlocks are what is traded off, for people.
func (v view) frontBlocks(r *assess.SweepAnalysis) []Block {
	t := v.table(0, Column{Name: "front", Wrap: true}, Column{Name: "undecided", Wrap: true},
		Column{Name: "dominated", Wrap: true})
	for i := range r.Slices {
		s := &r.Slices[i]
		var row []any
		for _, standing := range []analytics.Standing{analytics.OnFront, analytics.Undecided, analytics.Dominated} {
			in := s.Standing(standing)
			row = append(row, v.set(s.Cells, in))
		}
		v.add(&t, s.Token, s.Scenario, row...)
	}
	return []Block{Text(fmt.Sprintf("Traded off: %s against %s. Front: not dominated. "+
		"Undecided: may be on the front, given sampling error. Dominated: significantly worse in both.",
		v.Settings.Pareto[0], v.Settings.Pareto[1])), t}
}

// cellBlocks are the cells of a sweep of one parameter for people, metric by metric.
func (v view) cellBlocks(r *assess.SweepAnalysis) []Block {
	axis := v.Sweep.Axes[0]
	blocks := []Block{Text("Differences are from the baseline, the token as given, on the same paths; " +
		"variance reduction: how many times more paths they would take without pairing.")}
	for i, m := range r.Metrics {
		t := v.table(1, Column{Name: axis.Name, Align: Right}, Column{Name: "estimate", Interval: intervalTitle},
			Column{Name: "difference", Interval: intervalTitle}, Column{Name: "variance reduction", Format: Short3})
		t.Title = meaning(m)
		for _, c := range r.Cells {
			x := c.Metrics[i]
			v.add(&t, c.Token, "", axis.Format(v.Value(c.Cell, 0)), x.Estimate, x.Versus, x.VarianceReduction)
		}
		blocks = append(blocks, t)
	}
	return blocks
}
