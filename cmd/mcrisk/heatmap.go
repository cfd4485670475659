package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/runs"
	"mcrisk/study"
	"mcrisk/tokens"
)

func newHeatMap() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "heatmap",
		Short: "Draw one metric over two parameters, or over time and one",
		Long: `heatmap runs a token with two parameters at every pair of their values, on the
same random numbers, prints one metric of each pair with its interval and draws
it. With --x horizon the columns are times of one run, and the metric is one of
those that simulate stores over time, such as p_loss_50 or nav_p50.`,
		Example: `  mcrisk heatmap --token ETHBULL3X --x half-width=0.1:0.6:0.1 --y fee=5bp,10bp,20bp,40bp --metric log_growth
  mcrisk heatmap --token ETHBULL3X --x horizon --y sigma=0.4:1:0.2 --metric p_lost_50
  mcrisk heatmap --token ETHBULL3X --model merton --x latency=0,5m,30m,1h --y jump-rate=5,20,80 --metric p_liquidation`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var x, y, metric string
	addFlag(cmd.Flags(), &x, sectionStudy, "x", "name=values", "", "columns: horizon, or as for sweep --over: name=low:high:step or name=a,b,c")
	addFlag(cmd.Flags(), &y, sectionStudy, "y", "name=values", "", "rows: name=low:high:step or name=a,b,c")
	addFlag(cmd.Flags(), &metric, sectionStudy, "metric", "name", "log_growth", "what to draw: "+strings.Join(cellNames(), "|")+", or with --x horizon one of horizons.csv")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := f.plan()
		if err != nil {
			return err
		}
		g := grid{metric: metric, overTime: x == "horizon"}
		var faults []error
		if g.y, err = parseOver(p.spec, y); err != nil {
			faults = append(faults, fmt.Errorf("--y: %w", err))
		}
		if !g.overTime {
			if g.x, err = parseOver(p.spec, x); err != nil {
				faults = append(faults, fmt.Errorf("--x: %w", err))
			}
			if !slices.Contains(cellNames(), metric) {
				faults = append(faults, fmt.Errorf("--metric %q; want one of %s", metric, strings.Join(cellNames(), ", ")))
			}
		}
		if err := errors.Join(faults...); err != nil {
			return inputError{err}
		}
		if err := fits(p.spec, len(g.x.Values)+1, len(analytics.SweepColumns)); err != nil {
			return err
		}
		return heatMap(cmd, p, f.workers, o, &g)
	}
	return cmd
}

// cellMetrics are what a cell can show besides the metrics of a sweep.
var cellMetrics = []analytics.PathMetric{
	{Name: "ruined", Unit: "probability", Doc: "of ending with nothing", Of: ruined},
	{Name: "nav", Unit: "initial equity", Doc: "final net asset value", Of: func(e *tokens.Ensemble) []float64 { return e.Column("nav") }},
}

func ruined(e *tokens.Ensemble) []float64 {
	xs := make([]float64, e.N)
	for i, nav := range e.Column("nav") {
		if nav == 0 {
			xs[i] = 1
		}
	}
	return xs
}

func cellNames() (names []string) {
	for _, m := range slices.Concat(analytics.SweepMetrics(aversion), cellMetrics) {
		names = append(names, m.Name)
	}
	return names
}

// A grid is a metric over two parameters.
type grid struct {
	x, y      study.Axis
	overTime  bool // the columns are times, in years
	metric    string
	unit, doc string
	cells     [][]analytics.Estimate // by row, then column
}

func heatMap(cmd *cobra.Command, p *plan, workers int, o *outputFlags, g *grid) error {
	start := time.Now()
	dir, err := o.create(p)
	if err != nil {
		return err
	}
	defer dir.abort()
	var all []tokens.Ensemble
	progress := newProgress(cmd.ErrOrStderr(), "rows")
	for i, v := range g.y.Values {
		spec, err := p.spec.With(g.y.Name, v)
		if err != nil {
			return inputError{err}
		}
		row, ensembles, err := g.row(cmd.Context(), spec, workers)
		if err != nil {
			progress.done()
			return err
		}
		g.cells = append(g.cells, row)
		all = append(all, ensembles...)
		progress.update(i+1, len(g.y.Values))
	}
	progress.done()
	hash := study.Hash(all)
	if dir != nil {
		if err := dir.File("heatmap.csv", g.writeCSV); err != nil {
			return err
		}
		if !o.noFigures {
			figure, err := g.figure(p)
			if err != nil {
				return err
			}
			if err := dir.figures("", []namedFigure{{"heatmap", figure}}); err != nil {
				return err
			}
		}
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if err := dir.commit(p, hash, workers, start); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	if o.json {
		err = g.writeJSON(out, hash)
	} else {
		err = g.write(out, p, hash)
	}
	writeNotes(cmd, p.notes)
	dir.report(cmd)
	return err
}

// row runs the cells of one row, of the spec's first token.
func (g *grid) row(ctx context.Context, spec study.Spec, workers int) ([]analytics.Estimate, []tokens.Ensemble, error) {
	opt := study.Options{Workers: workers}
	spec = spec.Alone(0)
	if g.overTime {
		return g.times(ctx, spec, opt)
	}
	sweep, err := study.NewSweep(spec, []study.Axis{g.x}, 0)
	if err != nil {
		return nil, nil, err
	}
	_, cells, err := sweep.Collect(ctx, opt, analytics.SweepColumns)
	if err != nil {
		return nil, nil, err
	}
	var row []analytics.Estimate
	var ensembles []tokens.Ensemble
	for _, m := range slices.Concat(analytics.SweepMetrics(aversion), cellMetrics) {
		if m.Name != g.metric {
			continue
		}
		g.unit, g.doc = m.Unit, m.Doc
		for _, c := range cells {
			row = append(row, m.Mean(m.Of(&c.Ensembles[0]), confidence))
			ensembles = append(ensembles, c.Ensembles[0])
		}
	}
	return row, ensembles, nil
}

// times is a row whose columns are the marks of one run.
func (g *grid) times(ctx context.Context, spec study.Spec, opt study.Options) ([]analytics.Estimate, []tokens.Ensemble, error) {
	spec.Marks = min(12, int(spec.Horizon/spec.Step))
	var h *analytics.Horizons
	ensembles, err := study.Ensembles(ctx, spec, opt, []string{"nav"}, func(c *study.Chunk) error {
		if h == nil {
			var years []float64
			for _, m := range c.Marks {
				years = append(years, models.Years(m.Time))
			}
			h = analytics.NewHorizons(years, spec.Tokens[0].Values["target"])
		}
		h.AddPaths(samples(c, 0))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	g.x.Values = h.Times
	var row []analytics.Estimate
	var names []string
	for _, r := range h.Rows(confidence) {
		if r.Name == g.metric {
			row = append(row, r.Estimate)
			g.unit, g.doc = r.Unit, r.Doc
		}
		if r.Years == h.Times[0] {
			names = append(names, r.Name)
		}
	}
	if len(row) != len(h.Times) {
		hint := ""
		if near := param.Nearest(g.metric, names); len(near) > 0 {
			hint = "; did you mean " + strings.Join(near, " or ") + "?"
		}
		return nil, nil, badInput("--metric %q over time; want one of %s%s", g.metric, strings.Join(names, ", "), hint)
	}
	return row, ensembles, nil
}

func (g *grid) column(i int) string {
	if g.overTime {
		return daysText(g.x.Values[i])
	}
	return g.x.Format(g.x.Values[i])
}

func (g *grid) xName() string {
	if g.overTime {
		return "horizon"
	}
	return g.x.Name
}

func (g *grid) figure(p *plan) (*plots.Figure, error) {
	label := func(q param.Param) string { return strings.TrimSuffix(axisLabel(q), " (seconds)") } // each tick has its unit
	d := plots.HeatMapData{Title: p.spec.Tokens[0].Name + ": " + g.metric + " over " + g.xName() + " and " + g.y.Name,
		Caption: caption(p, p.spec.Paths) + " The axes say what differs; the random numbers are the same in every cell.",
		XLabel:  "Time since the start (days)", YLabel: label(g.y.Param), Label: g.metric + ", " + g.doc + " (" + g.unit + ")"}
	if g.unit == "probability" || g.unit == "fraction" {
		d.Scale, d.Label = plots.Percent, g.metric+", "+g.doc+" (%)"
	}
	written := func(q param.Param, v float64) string {
		if q.Unit == param.Time {
			return q.Format(v)
		}
		if scale(q.Unit) == plots.Percent {
			v *= 100
		}
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	if !g.overTime {
		d.XLabel = label(g.x.Param)
	}
	for i, v := range g.x.Values {
		if g.overTime {
			d.X = append(d.X, strings.TrimSuffix(g.column(i), " days"))
		} else {
			d.X = append(d.X, written(g.x.Param, v))
		}
	}
	for i, v := range g.y.Values {
		d.Y = append(d.Y, written(g.y.Param, v))
		row := make([]float64, len(g.cells[i]))
		for j, e := range g.cells[i] {
			if row[j] = e.Value; math.IsInf(e.Value, 0) {
				row[j] = nan
			}
		}
		d.Values = append(d.Values, row)
		for j, c := range g.x.Values {
			ownX, okX := ownValue(p.spec.Tokens[0], p.spec, g.x.Param)
			ownY, okY := ownValue(p.spec.Tokens[0], p.spec, g.y.Param)
			if !g.overTime && okX && okY && math.Abs(ownX-c) < 1e-9 && math.Abs(ownY-v) < 1e-9 {
				d.Marked = append(d.Marked, [2]int{j, i})
			}
		}
	}
	return plots.HeatMap(d)
}

func (g *grid) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{g.xName(), g.y.Name, "metric", "estimate", "se", "lo", "hi", "n", "confidence", "interval", "warning", "unit"})
	f := func(v float64) string { return string(runs.AppendFloat(nil, v)) }
	for i, v := range g.y.Values {
		for j, e := range g.cells[i] {
			_ = out.Write([]string{g.column(j), g.y.Format(v), g.metric, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), f(e.Confidence), string(e.Method), string(e.Warning), g.unit})
		}
	}
	out.Flush()
	return out.Error()
}

func (g *grid) writeJSON(w io.Writer, hash string) error {
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
	}{hash, g.xName(), g.y.Name, g.metric, g.unit, nil}
	for i, v := range g.y.Values {
		for j, e := range g.cells[i] {
			all.Cells = append(all.Cells, cell{g.column(j), g.y.Format(v), toJSON(e)})
		}
	}
	return encodeJSON(w, all)
}

func (g *grid) write(w io.Writer, p *plan, hash string) error {
	fmt.Fprintf(w, "%s: %s (%s), %s\n%s\n\n", p.spec.Tokens[0].Name, g.metric, g.unit, g.doc, caption(p, p.spec.Paths))
	t := newTable(w)
	head := table.Row{g.y.Name + " \\ " + g.xName()}
	for j := range g.x.Values {
		head = append(head, g.column(j))
	}
	t.AppendHeader(head)
	for i, v := range g.y.Values {
		row := table.Row{g.y.Format(v)}
		for _, e := range g.cells[i] {
			row = append(row, fmt.Sprintf("%s (%s to %s)", short3(e.Value), short3(e.Lo), short3(e.Hi)))
		}
		t.AppendRow(row)
	}
	t.Render()
	_, err := fmt.Fprintf(w, "\nresults_hash %s\n", hash)
	return err
}
