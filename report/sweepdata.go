package report

import (
	"io"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/study"
)

// scenarioColumns are the columns of files that say in which scenario a row is: the
// token, and the axes that are not selected along.
func (v view) scenarioColumns() []Column {
	columns := []Column{{Name: "token"}}
	for i, a := range v.Sweep.Axes {
		if !v.Selects(i) {
			columns = append(columns, Column{Name: a.Name})
		}
	}
	return columns
}

// scenario are the cells of those columns.
func (v view) scenario(s *assess.Slice) []any {
	row := []any{v.tokens[s.Token]}
	for i, a := range v.Sweep.Axes {
		if !v.Selects(i) {
			row = append(row, a.Format(a.Values[s.At[i]]))
		}
	}
	return row
}

// bestData is best.csv: the best setting of each token in each scenario for each
// objective.
func (v view) bestData(r *assess.SweepAnalysis) Table {
	t := Table{Name: "best", DataOnly: true, Columns: append(v.scenarioColumns(),
		Column{Name: "objective"}, Column{Name: "best"},
		Column{Name: "estimate", Bare: true, Parts: bounds}, Column{Name: "indistinguishable"},
		Column{Name: "loss_at_plus_10_percent", Parts: bounds}, Column{Name: "loss_at_minus_10_percent", Parts: bounds},
		Column{Name: "quadratic_optimum", Parts: bounds},
		Column{Name: "variance_reduction_median"}, Column{Name: "variance_reduction_least"},
		Column{Name: "exact_best"}, Column{Name: "exact_se_off"},
		Column{Name: "theory_grid"}, Column{Name: "theory_continuous"}, Column{Name: "theory_small_cost"},
		Column{Name: "optimum", Parts: bounds}, Column{Name: "optimum_pinned"})}
	for i := range r.Slices {
		s := &r.Slices[i]
		for k := range s.Best {
			b := &s.Best[k]
			best, set := v.bestNames(s, b)
			row := append(v.scenario(s), b.Objective, best, b.Estimate, strings.Join(set, ";"))
			if b.Local != nil {
				row = append(row, b.Local.LossAtPlus10, b.Local.LossAtMinus10, b.Local.At)
			} else {
				row = append(row, nil, nil, nil)
			}
			row = append(row, b.Pairing, b.LeastPairing)
			if b.ExactIndex >= 0 {
				row = append(row, v.Setting(s.Cells[b.ExactIndex]), b.ExactDeviation)
			} else {
				row = append(row, nil, nil)
			}
			if b.Objective == "tracking_cost" && s.Theory != nil {
				row = append(row, s.Theory.Grid, s.Theory.Continuous, s.Theory.SmallCost)
			} else {
				row = append(row, nil, nil, nil)
			}
			if o := optimumOf(s, b); o != nil {
				row = append(row, o.At, o.Pinned)
			} else {
				row = append(row, nil, nil)
			}
			t.Add(row...)
		}
	}
	return t
}

// bestNames are the best setting and those not significantly worse, as in files: empty
// where there is none.
func (v view) bestNames(s *assess.Slice, b *assess.Best) (best string, set []string) {
	if b.None() {
		return "", nil
	}
	return v.Setting(s.Cells[b.Index]), v.Names(s.Cells, b.Indistinguishable)
}

// optimumOf is the optimum between the cells, if it is of that objective and there is
// one.
func optimumOf(s *assess.Slice, b *assess.Best) *assess.Optimum {
	if s.Optimum == nil || s.Optimum.Fault != "" || s.Optimum.Objective != b.Objective {
		return nil
	}
	return s.Optimum
}

// frontColumns are the columns of front.csv.
func (v view) frontColumns() []Column {
	return append(v.scenarioColumns(), Column{Name: "setting"},
		Column{Name: v.Settings.Pareto[0], Parts: bounds}, Column{Name: v.Settings.Pareto[1], Parts: bounds},
		Column{Name: "standing"})
}

// frontRows gives the rows of front.csv one by one.
func (v view) frontRows(r *assess.SweepAnalysis, row func(cells ...any) error) error {
	for i := range r.Slices {
		s := &r.Slices[i]
		for k, p := range s.Front {
			cells := append(v.scenario(s), v.Setting(s.Cells[k]), p.X, p.Y, standings[p.Standing])
			if err := row(cells...); err != nil {
				return err
			}
		}
	}
	return nil
}

// frontData is front.csv.
func (v view) frontData(r *assess.SweepAnalysis) Table {
	t := Table{Name: "front", DataOnly: true, Columns: v.frontColumns()}
	_ = v.frontRows(r, func(cells ...any) error { t.Add(cells...); return nil })
	return t
}

// WriteFront writes front.csv: every setting of a sweep with the objectives that are
// traded off and its standing, row by row.
func WriteFront(w io.Writer, r *assess.SweepAnalysis) error {
	v := viewOf(r.Layout)
	t := NewTableWriter(w, v.frontColumns())
	if err := v.frontRows(r, t.Write); err != nil {
		return err
	}
	return t.Flush()
}

// robustData is robust.csv.
func (v view) robustData(r *assess.SweepAnalysis) Table {
	t := Table{Name: "robust", DataOnly: true, Columns: []Column{{Name: "token"}, {Name: "objective"},
		{Name: "setting"}, {Name: "greatest_regret", Bare: true, Parts: bounds}, {Name: "indistinguishable"},
		{Name: "least_regret"}, {Name: "maximin"}}}
	for i := range r.Robust {
		x := &r.Robust[i]
		for k, g := range x.Greatest {
			t.Add(v.tokens[x.Token], x.Objective, x.Settings[k], g, x.Indistinguishable[k],
				x.Settings[k] == x.LeastRegret(), x.Settings[k] == x.BestWorst())
		}
	}
	return t
}

// cellColumns are the columns of cells.csv.
func (v view) cellColumns() []Column {
	columns := []Column{{Name: "cell"}}
	for _, a := range v.Sweep.Axes {
		columns = append(columns, Column{Name: a.Name})
	}
	return append(columns, Column{Name: "token"}, Column{Name: "metric"}, Column{Name: "unit"},
		Column{Name: "estimate", Bare: true, Parts: []string{"se", "lo", "hi", "n", "warning"}},
		Column{Name: "difference", Parts: []string{"se", "lo", "hi", "n"}},
		Column{Name: "unpaired_se"}, Column{Name: "lifetimes_hash"}, Column{Name: "fault"})
}

// cellRows gives the rows of cells.csv that are of one token in one cell.
func (v view) cellRows(metrics []analytics.Metric, c assess.CellEstimates, row func(cells ...any) error) error {
	head := []any{c.Cell}
	if c.Cell == v.Sweep.Baseline() {
		head[0] = "baseline"
	}
	for _, text := range v.Texts(c.Cell) {
		head = append(head, text)
	}
	head = head[:len(head):len(head)]
	if c.Fault != nil {
		return row(append(head, nil, nil, nil, nil, nil, nil, nil, c.Fault.Error())...)
	}
	for i, m := range metrics {
		x := c.Metrics[i]
		cells := append(head, v.tokens[c.Token], m.Name, string(m.Unit), x.Estimate, x.Versus, x.Unpaired, c.Hash, nil)
		if err := row(cells...); err != nil {
			return err
		}
	}
	return nil
}

// cellsData is cells.csv of the cells that the analysis holds.
func (v view) cellsData(r *assess.SweepAnalysis) Table {
	t := Table{Name: "cells", DataOnly: true, Columns: v.cellColumns()}
	for _, c := range r.Cells {
		_ = v.cellRows(r.Metrics, c, func(cells ...any) error { t.Add(cells...); return nil })
	}
	return t
}

// A CellWriter writes cells.csv, cell by cell while a sweep is analysed: its Write is
// for [assess.SweepOptions].
type CellWriter struct {
	view
	table *TableWriter
}

// NewCellWriter begins the file with its header.
func NewCellWriter(w io.Writer, s *study.Sweep) *CellWriter {
	v := viewOf(assess.Layout{Sweep: s})
	return &CellWriter{v, NewTableWriter(w, v.cellColumns())}
}

// Write writes the estimates of a token in a cell, or that the cell failed.
func (w *CellWriter) Write(c assess.CellEstimates) error {
	if err := w.cellRows(analytics.Swept(), c, w.table.Write); err != nil {
		return err
	}
	return w.table.Flush()
}
