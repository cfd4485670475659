package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/plots"
	"mcrisk/study"
)

// own hides flags of the study that the command sets itself, each by its name and
// what to give instead, and returns what refuses them.
func (f *studyFlags) own(flags [][2]string) (refuse func() error) {
	for _, o := range flags {
		if err := f.cmd.Flags().MarkHidden(o[0]); err != nil {
			panic(err) // there is no such flag
		}
	}
	return func() error {
		for _, o := range flags {
			if f.given(o[0]) {
				return badInput("--%s: %s sets it itself; want %s", o[0], f.cmd.Name(), o[1])
			}
		}
		return nil
	}
}

// An outcome is what a command came to, in every form that it is given.
type outcome struct {
	hash    string // empty: nothing was sampled
	tables  []namedTable
	figures func() ([]namedFigure, error) // those without a figure had nothing to draw
	json    any
	text    func(io.Writer)
}

// oneFigure is an outcome's one figure.
func oneFigure(name string, draw func() (*plots.Figure, error)) func() ([]namedFigure, error) {
	return func() ([]namedFigure, error) {
		f, err := draw()
		return []namedFigure{{name, f}}, err
	}
}

// A namedTable is a file of the run directory: its rows, the head first.
type namedTable struct {
	name string
	rows [][]string
}

// publish computes an outcome, with progress in the units given, writes the run
// directory and then prints. Each of the plans, of one underlying each, has its spec
// in the run; the first names it.
func (o *outputFlags) publish(cmd *cobra.Command, workers int, units string, compute func(context.Context, study.Options) (*outcome, error), plans ...*plan) error {
	start := time.Now()
	dir, err := o.create(plans[0])
	if err != nil {
		return err
	}
	defer dir.abort()
	progress := newProgress(cmd.ErrOrStderr(), units)
	r, err := compute(cmd.Context(), study.Options{Workers: workers, Progress: progress.update})
	progress.done()
	if err != nil {
		return err
	}
	if dir != nil {
		for _, t := range r.tables {
			if err := dir.File(t.name, func(w io.Writer) error { return csv.NewWriter(w).WriteAll(t.rows) }); err != nil {
				return err
			}
		}
		if !o.noFigures {
			figures, err := r.figures()
			if err != nil {
				return err
			}
			figures = slices.DeleteFunc(figures, func(f namedFigure) bool {
				if f.Figure == nil {
					plans[0].note("no cell has a value, so there is no figure %s", f.name)
				}
				return f.Figure == nil
			})
			if err := dir.figures("", figures); err != nil {
				return err
			}
		}
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := dir.commit(plans[0], r.hash, workers, start, plans[1:]...); err != nil {
			return err
		}
	}
	w := cmd.OutOrStdout()
	if o.json {
		err = encodeJSON(w, r.json)
	} else {
		r.text(w)
		for _, p := range plans {
			fmt.Fprintln(w)
			if len(plans) > 1 {
				fmt.Fprintf(w, "On the price of %s:\n", p.underlying)
			}
			writeSettings(w, p.settings())
		}
		if r.hash != "" {
			_, err = fmt.Fprintf(w, "\nresults_hash %s\n", r.hash)
		}
	}
	var notes []string
	for _, p := range plans {
		for _, n := range p.notes {
			if !slices.Contains(notes, n) {
				notes = append(notes, n)
			}
		}
	}
	writeNotes(cmd, notes)
	dir.report(cmd)
	return err
}

// estimateHead names the columns of an estimate in a table, after its value.
var estimateHead = []string{"se", "lo", "hi", "n", "confidence", "interval", "warning"}

// estimateRow is the estimate's value and what estimateHead names.
func estimateRow(e analytics.Estimate) []string {
	return []string{numberText(e.Value), numberText(e.SE), numberText(e.Lo), numberText(e.Hi), strconv.Itoa(e.N),
		numberText(e.Confidence), string(e.Method), string(e.Warning)}
}

// drawCells draws the values of the cells as d says, or nothing where none has any.
func drawCells(d plots.HeatMapData, cells [][]analytics.Estimate) (*plots.Figure, error) {
	some := false
	for _, es := range cells {
		row := make([]float64, len(es))
		for j, e := range es {
			if row[j] = e.Value; math.IsInf(e.Value, 0) {
				row[j] = nan
			}
			some = some || !math.IsNaN(row[j])
		}
		d.Values = append(d.Values, row)
	}
	if !some {
		return nil, nil
	}
	return plots.HeatMap(d)
}

// widest is the length of the longest interval of the cells.
func widest(cells [][]analytics.Estimate) (length float64) {
	for _, e := range slices.Concat(cells...) {
		if w := e.Hi - e.Lo; w > length { // no interval is NaN
			length = w
		}
	}
	return length
}

// halfWidths says how far intervals reach at most, in a unit of which one is so
// many of the cells'.
func halfWidths(cells [][]analytics.Estimate, factor float64, unit string) string {
	w := factor * widest(cells) / 2
	switch {
	case math.IsInf(w, 1):
		return "Some of the intervals have no end."
	case w == 0:
		return "No interval has a width."
	}
	half, decimals := outward(w, 2)
	return "The half-widths of the intervals are at most " + fixed(half, decimals) + " " + unit + "."
}

// caveats say what to know of the cells before they are believed: how many of the
// paths they leave out, and that intervals may be too short. They are empty if
// neither is so, and else begin with a space.
func caveats(cells [][]analytics.Estimate, paths int) (text string) {
	all := slices.Concat(cells...)
	least, doubtful, why := paths, 0, ""
	for _, e := range all {
		least = min(least, e.N)
		if e.Warning != "" {
			doubtful, why = doubtful+1, string(e.Warning)
		}
	}
	if least < paths {
		text = fmt.Sprintf(" Paths without such a number, as ruined ones, are left out: up to %s of %s in a cell.", thousands(paths-least), thousands(paths))
	}
	if doubtful > 0 {
		text += fmt.Sprintf(" The intervals of %d of %d cells may cover less often than they say (%s).", doubtful, len(all), why)
	}
	return text
}
