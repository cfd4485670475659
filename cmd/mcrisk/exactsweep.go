package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/plots"
	"mcrisk/rundir"
	"mcrisk/study"
)

// exactSwept are the metrics of --exact.
func exactSwept() []analytics.Metric {
	return slices.DeleteFunc(analytics.Swept(), func(m analytics.Metric) bool { return m.Exact == nil })
}

// exactNames are their names.
func exactNames() []string { return namesOf(exactSwept()) }

// answerOf is an answer among some, or NaN.
func answerOf(answers map[string]float64, name string) float64 {
	if v, ok := answers[name]; ok {
		return v
	}
	return nan
}

// exactSweep sweeps without sampling: every cell's answers, and the best choices.
func exactSweep(cmd *cobra.Command, p *plan, how rundir.Sweep, sweep *study.Sweep, workers int, o *outputFlags) error {
	if len(p.spec.Tokens) > 1 {
		return badInput("--exact with %d tokens; want one", len(p.spec.Tokens))
	}
	j := &judgement{plan: p, how: how, sweep: sweep, metrics: analytics.Swept(), bad: map[int]bool{}}
	p.note("exact answers end with a first liquidation (--after-liquidation stop)")
	err := o.publish(cmd, workers, "cells", j.exactly, p)
	if err == nil && j.failed > 0 {
		err = failedCells{j.failed, sweep.Cells()}
	}
	return err
}

// exactly is the exact answers of every cell.
func (j *judgement) exactly(ctx context.Context, opt study.Options) (*outcome, error) {
	start := time.Now()
	sweep := j.sweep
	answers := make([]map[string]float64, sweep.Cells())
	err := paths.Ordered(ctx, sweep.Cells(), opt.Workers,
		func() func(int) (cellAnswer, error) {
			return func(i int) (cellAnswer, error) {
				spec, err := sweep.Cell(i)
				if err != nil {
					return cellAnswer{fault: err}, nil
				}
				m, err := exactMetrics(spec, 0, true)
				return cellAnswer{m, err}, nil
			}
		},
		func(i int, a cellAnswer) error {
			answers[i] = a.metrics
			if a.fault != nil {
				j.fail(i, a.fault)
			}
			opt.Progress(i+1, sweep.Cells())
			return nil
		})
	if err != nil {
		return nil, err
	}
	if j.failed == sweep.Cells() {
		return nil, badInput("no cell has an exact answer: %s", j.faults[0])
	}
	j.slices = j.cut()
	for i := range j.slices {
		s := &j.slices[i]
		for _, c := range s.cells {
			s.exact = append(s.exact, answers[c])
		}
	}
	j.plan.notes = append(j.plan.notes, j.leftOut()...)
	took := time.Since(start).Seconds()
	return &outcome{json: j.exactJSON(answers), tables: []namedTable{{"exact.csv", j.exactTable(answers)}}, figures: j.exactFigures, text: func(w io.Writer) {
		j.printExact(w, answers)
		fmt.Fprintf(w, "%d cells in %.2f s\n", sweep.Cells(), took)
	}}, nil
}

// A cellAnswer is the exact answers of one cell, or why there are none.
type cellAnswer struct {
	metrics map[string]float64
	fault   error
}

// exactBest is the best choice of a slice by an exact metric.
func (j *judgement) exactBest(s *slice, m analytics.Metric) int {
	best := 0
	for k := range s.cells {
		if float64(m.Sense)*(s.exact[k][m.Name]-s.exact[best][m.Name]) > 0 {
			best = k
		}
	}
	return best
}

func (j *judgement) printExact(w io.Writer, answers []map[string]float64) {
	fmt.Fprintf(w, "%s over %s, price seen every %s, without sampling\n\n", j.token(0), param.FormatSeconds(j.plan.spec.Horizon.Seconds()), param.FormatSeconds(j.plan.spec.Step.Seconds()))
	t := newTable(w)
	t.AppendHeader(j.heading("objective", "best "+strings.Join(j.how.Choose, " and "), "value"))
	for i := range j.slices {
		s := &j.slices[i]
		for _, m := range j.objectives() {
			if m.Exact != nil {
				k := j.exactBest(s, m)
				t.AppendRow(append(j.head(j.token(0), s.label), m.Name, j.choice(s.cells[k]), digits(s.exact[k][m.Name], 9)))
			}
		}
	}
	t.Render()
	fmt.Fprintln(w)
	t = newTable(w)
	head := table.Row{}
	for _, a := range j.sweep.Axes {
		head = append(head, a.Name)
	}
	for _, n := range exactNames() {
		head = append(head, n)
	}
	t.AppendHeader(head)
	for c, m := range answers {
		if m == nil {
			continue
		}
		var row table.Row
		for _, v := range j.place(c)[1:] {
			row = append(row, v)
		}
		for _, n := range exactNames() {
			row = append(row, digits(answerOf(m, n), 7))
		}
		t.AppendRow(row)
	}
	t.Render()
	fmt.Fprintln(w)
	for _, n := range exactNames() {
		m := j.metrics[j.metric(n)]
		fmt.Fprintf(w, "%s (%s): %s\n", n, m.Unit, m.Doc)
	}
	fmt.Fprintln(w)
}

func (j *judgement) exactTable(answers []map[string]float64) [][]string {
	head := []string{"cell"}
	for _, a := range j.sweep.Axes {
		head = append(head, a.Name)
	}
	rows := [][]string{append(head, exactNames()...)}
	for c, m := range answers {
		row := j.place(c)
		for _, n := range exactNames() {
			row = append(row, numberText(answerOf(m, n)))
		}
		rows = append(rows, row)
	}
	return rows
}

func (j *judgement) exactJSON(answers []map[string]float64) any {
	type cell struct {
		Cell    int                 `json:"cell"`
		Values  map[string]string   `json:"values"`
		Metrics map[string]*float64 `json:"metrics"`
	}
	var all struct {
		Cells []cell `json:"cells"`
	}
	for c, m := range answers {
		x := cell{c, map[string]string{}, map[string]*float64{}}
		for i, v := range j.place(c)[1:] {
			x.Values[j.sweep.Axes[i].Name] = v
		}
		for _, n := range exactNames() {
			if m != nil {
				x.Metrics[n] = finite(answerOf(m, n))
			}
		}
		all.Cells = append(all.Cells, x)
	}
	return all
}

// exactFigures draws the exact answers: of one parameter all of them, of several
// each in a figure of its own.
func (j *judgement) exactFigures() (list []namedFigure, err error) {
	defer func() { j.plan.notes = append(j.plan.notes, j.left...) }()
	along := j.along()
	if along < 0 || len(j.sweep.Axes[along].Values) < 2 {
		return nil, nil
	}
	if len(j.slices) > 1 {
		for _, n := range exactNames() {
			f, err := j.circumstanceFigure(j.slices, along, n)
			if err != nil {
				return nil, fmt.Errorf("figure %s: %w", n, err)
			}
			if f != nil {
				list = append(list, namedFigure{strings.ReplaceAll(n, "_", "-"), f})
			}
		}
		return list, nil
	}
	data := sensitivityData(j.plan, j.token(0), j.plan.spec.Paths, j.sweep.Axes[along].Param)
	data.Caption = j.caption(nil)
	data.Metrics = nil
	for _, n := range exactNames() {
		m := panelOf(analytics.MustLookup(n))
		if l := j.exactLine(&j.slices[0], along, n); len(l.X) > 1 {
			m.Exact = []plots.Line{l}
			data.Metrics = append(data.Metrics, m)
		}
	}
	f, err := drawn(data)
	if f == nil {
		return nil, err
	}
	return []namedFigure{{"sensitivity-exact", f}}, nil
}
