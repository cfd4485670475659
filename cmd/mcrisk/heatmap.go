package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

func newHeatMap() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "heatmap",
		Short: "Draw one metric over two parameters, or over time and one",
		Long: `heatmap runs a token with two parameters at every pair of their values, on the
same random numbers, prints one metric of each pair with its interval and draws
it. With --x horizon the columns are twelve times of one run, or all steps where
they are fewer, and the metric is one of those that simulate stores over time,
such as p_loss_50 or nav_p50.`,
		Example: `  mcrisk heatmap --token ETHBULL3X --x half-width=0.1:0.6:0.1 --y fee=5bp,10bp,20bp,40bp --metric log_growth
  mcrisk heatmap --token ETHBULL3X --x horizon --y sigma=0.4:1:0.2 --metric p_lost_50
  mcrisk heatmap --token ETHBULL3X --model merton --x latency=0,1h,6h,1d --y jump-rate=5,20,80 --metric p_liquidation`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var x, y, metric string
	addFlag(cmd.Flags(), &x, sectionStudy, "x", "name=values", "", "columns: horizon, or as --y")
	addFlag(cmd.Flags(), &y, sectionStudy, "y", "name=values", "", "rows: "+overUsage)
	addFlag(cmd.Flags(), &metric, sectionStudy, "metric", "name", "log_growth", "what to draw: "+strings.Join(namesOf(analytics.All()), "|")+", or with --x horizon one of horizons.csv")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := f.plan()
		if err != nil {
			return err
		}
		g, err := newCells(p, x, y, metric)
		if err != nil {
			return inputError{err}
		}
		return o.publish(cmd, f.workers, "cells", g.run, p)
	}
	return cmd
}

// timeMetrics are what a cell can show of a time, without how it comes of an ensemble.
func timeMetrics() (ms []analytics.Metric) {
	for _, r := range analytics.NewHorizons([]float64{0, 1}, 1).Rows(confidence) {
		if r.Years == 0 { // others are of the whole series
			ms = append(ms, analytics.Metric{Name: r.Name, Unit: r.Unit, Doc: r.Doc})
		}
	}
	return ms
}

// A cellMap is a metric over two parameters, or over time and one.
type cellMap struct {
	plan   *plan
	sweep  *study.Sweep // over the rows and, unless they are times, the columns
	x, y   study.Axis
	metric analytics.Metric
	cells  [][]analytics.Estimate // by row, then column
}

// overTime says whether the columns are times.
func (g *cellMap) overTime() bool { return len(g.sweep.Axes) == 1 }

// newCells reads the axes and the metric.
func newCells(p *plan, x, y, metric string) (*cellMap, error) {
	if n := len(p.spec.Tokens); n != 1 {
		return nil, fmt.Errorf("%d tokens; want one", n)
	}
	p.spec = p.spec.Alone(0)
	const horizon = "horizon"
	var over rundir.Sweep
	var faults []error
	for _, f := range [][2]string{{"--y", y}, {"--x", x}} {
		if f == [2]string{"--x", horizon} {
			continue
		}
		o, err := p.over(f[0], f[1])
		over.Over, faults = append(over.Over, o), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	wrap := func(err error) error { return fmt.Errorf("--y %s and --x %s: %w", y, x, err) }
	axes, err := over.Axes(p.spec)
	if err != nil {
		return nil, wrap(err)
	}
	g := &cellMap{plan: p, y: axes[0]}
	if g.sweep, err = study.NewSweep(p.spec, axes, 0); err != nil {
		return nil, wrap(err)
	}
	known, kept, columns := analytics.All(), g.sweep.Cells()+1, len(tokens.Columns)
	if g.overTime() {
		g.x.Name, g.x.Unit = horizon, param.Time
		known, kept, columns = timeMetrics(), 1, 1
	} else {
		g.x = axes[1]
	}
	if m, err := analytics.Lookup(metric); err == nil && !g.overTime() {
		metric = m.Name // of an alias
	}
	if err := among("--x "+x+" --metric", metric, namesOf(known)); err != nil {
		return nil, err
	}
	g.metric = known[metricNumber(known, metric)]
	if err := fits(p.spec, kept, columns); err != nil {
		return nil, err
	}
	p.roundedAxes(axes)
	for c := range g.sweep.Cells() {
		if _, err := g.sweep.Cell(c); err != nil {
			return nil, fmt.Errorf("%s: %w", g.sweep.Label(c), err)
		}
	}
	return g, nil
}

// run runs the cells.
func (g *cellMap) run(ctx context.Context, opt study.Options) (*outcome, error) {
	hash := study.NewHasher()
	if g.overTime() {
		for i := range g.y.Values {
			row, err := g.times(ctx, i, study.Options{Workers: opt.Workers}, hash)
			if err != nil {
				return nil, err
			}
			g.cells = append(g.cells, row)
			opt.Progress(i+1, len(g.y.Values))
		}
		return g.outcome(hash.Sum()), nil
	}
	_, cells, err := g.sweep.Collect(ctx, opt, append(sweptColumns(), g.metric.Needs...))
	if err != nil {
		return nil, err
	}
	for row := range slices.Chunk(cells, len(g.x.Values)) {
		var es []analytics.Estimate
		for _, c := range row {
			hash.Add(c.Ensembles)
			es = append(es, caseOf(c.Spec, 0, &c.Ensembles[0], aversion).Estimate(g.metric))
		}
		g.cells = append(g.cells, es)
	}
	return g.outcome(hash.Sum()), nil
}

// times runs one row, whose columns are the marks of its run.
func (g *cellMap) times(ctx context.Context, row int, opt study.Options, hash *study.Hasher) (es []analytics.Estimate, err error) {
	spec, err := g.sweep.Cell(row)
	if err != nil {
		return nil, err
	}
	spec.Marks = min(12, int(spec.Horizon/spec.Step))
	var h *analytics.Horizons
	ensembles, err := study.Ensembles(ctx, spec, opt, []string{"nav"}, func(c *study.Chunk) error {
		if h == nil {
			var years []float64
			g.x.Values = nil
			for _, m := range c.Marks {
				years = append(years, models.Years(m.Time))
				g.x.Values = append(g.x.Values, m.Time.Seconds())
			}
			h = analytics.NewHorizons(years, spec.Tokens[0].Values["target"])
		}
		h.AddPaths(samples(c, 0))
		return nil
	})
	if err != nil {
		return nil, err
	}
	hash.Add(ensembles)
	for _, r := range h.Rows(confidence) {
		if r.Name == g.metric.Name {
			es = append(es, r.Estimate)
		}
	}
	return es, nil
}

func (g *cellMap) outcome(hash string) *outcome {
	type cell struct {
		X string `json:"x"`
		Y string `json:"y"`
		jsonEstimate
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		X           string `json:"x"`
		Y           string `json:"y"`
		Metric      string `json:"metric"`
		Unit        string `json:"unit"`
		Cells       []cell `json:"cells"`
	}{hash, g.x.Name, g.y.Name, g.metric.Name, string(g.metric.Unit), nil}
	rows := [][]string{slices.Concat([]string{g.x.Name, g.y.Name, "metric", "estimate"}, estimateHead, []string{"unit"})}
	for i, es := range g.cells {
		for j, e := range es {
			x, y := g.x.Format(g.x.Values[j]), g.y.Format(g.y.Values[i])
			all.Cells = append(all.Cells, cell{x, y, toJSON(e)})
			rows = append(rows, slices.Concat([]string{x, y, g.metric.Name}, estimateRow(e), []string{string(g.metric.Unit)}))
		}
	}
	return &outcome{hash: hash, json: all, text: g.write, tables: []namedTable{{"heatmap.csv", rows}}, figures: oneFigure("heatmap", g.figure)}
}

// caption says how the cells were made, but for what the axes say.
func (g *cellMap) caption() string {
	text := captionBut(g.plan, g.sweep.Axes) + " The random numbers are the same in every cell, so that cells err together."
	all, corrected := slices.Concat(g.cells...), 0
	for _, e := range all {
		if e.VarianceReduction > 0 {
			corrected++
		}
	}
	if corrected > 0 {
		text += fmt.Sprintf(" Of %d cells %d are corrected by the known mean of the price's logarithm, as none of their paths is ruined.", len(all), corrected)
	}
	return text + caveats(g.cells, g.plan.spec.Paths)
}

func (g *cellMap) figure() (*plots.Figure, error) {
	m, unit, factor := g.metric, string(g.metric.Unit), 1.0
	label := func(q param.Param) string { // each tick of a time has its unit
		return strings.TrimSuffix(strings.TrimSuffix(axisLabel(q), " (seconds)"), " (choice)")
	}
	d := plots.HeatMapData{Title: g.plan.spec.Tokens[0].Name + ": " + m.Name + " over " + g.x.Name + " and " + g.y.Name,
		XLabel: label(g.x.Param), YLabel: label(g.y.Param), Label: m.Name + ", " + m.Doc + " (" + m.Unit.Axis() + ")", Scale: m.Unit.Scale()}
	if d.Scale == plots.Percent {
		unit, factor = "percentage points", 100
	}
	d.Caption = g.caption() + " " + halfWidths(g.cells, factor, unit)
	written := func(a study.Axis) (texts []string) {
		for _, v := range a.Values {
			texts = append(texts, strings.TrimSuffix(readable(a, v), " %"))
		}
		return texts
	}
	d.X, d.Y = written(g.x), written(g.y)
	if g.overTime() {
		d.XLabel, d.X = "Time since the start (days)", nil
		for _, v := range g.x.Values {
			d.X = append(d.X, short(v/86400))
		}
	}
	own := func(a study.Axis) int {
		v, ok := ownValue(g.plan.spec.Tokens[0], g.plan.spec, a.Param)
		return slices.IndexFunc(a.Values, func(w float64) bool { return ok && math.Abs(v-w) < 1e-9 })
	}
	if j, i := own(g.x), own(g.y); j >= 0 && i >= 0 {
		d.Marked = [][2]int{{j, i}}
	}
	return drawCells(d, g.cells)
}

func (g *cellMap) write(w io.Writer) {
	fmt.Fprintf(w, "%s: %s (%s), %s\n%s\n\n", g.plan.spec.Tokens[0].Name, g.metric.Name, g.metric.Unit, g.metric.Doc, g.caption())
	t := newTable(w)
	corner, written := g.y.Name+" \\ "+g.x.Name, g.x.Format
	if g.overTime() {
		corner, written = corner+" (days)", func(v float64) string { return short(v / 86400) }
	}
	head := table.Row{corner}
	for _, v := range g.x.Values {
		head = append(head, written(v))
	}
	t.AppendHeader(head)
	for i, es := range g.cells {
		row := table.Row{g.y.Format(g.y.Values[i])}
		for _, e := range es {
			row = append(row, fmt.Sprintf("%s (%s)", short3(e.Value), span(e)))
		}
		t.AppendRow(row)
	}
	t.Render()
}
