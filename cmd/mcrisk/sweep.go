package main

import (
	"encoding/csv"
	"encoding/json"
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
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/runs"
	"mcrisk/study"
)

func newSweep() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Run a token with one parameter at many values, on the same paths",
		Long: `sweep runs a token with one parameter at each of several values. All values live
on the same paths, so differences from the token's own setting are paired and
their intervals narrow. It prints cost drag, tracking, drawdown and rebalances
for each value and draws the sensitivity figure.`,
		Example: `  mcrisk sweep --token ETHBULL3X --over half-width=0.05:0.6:0.05
  mcrisk sweep --token ETHBULL3X --over fee=5bp,10bp,30bp
  mcrisk sweep --token BTCBULL3X --over latency=0,5m,1h --model merton`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var over string
	addFlag(cmd.Flags(), &over, sectionStudy, "over", "name=values", "", overUsage)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if over == "" {
			return badInput("--over is missing; want name=low:high:step or name=a,b,c, as in half-width=0.05:0.6:0.05")
		}
		p, err := f.plan()
		if err != nil {
			return err
		}
		axis, err := parseOver(p.spec, over)
		if err != nil {
			return inputError{err}
		}
		if err := fits(p.spec, len(axis.Values)+1, len(analytics.SweepColumns)); err != nil {
			return err
		}
		return sweep(cmd, p, f.workers, o, axis)
	}
	return cmd
}

const overUsage = "parameter and its values: name=low:high:step, both ends included, or name=a,b,c"

// aversion is the weight of tracking variance in utility: that of a holder of
// log utility.
const aversion = 1

// parseOver reads name=low:high:step or name=a,b,c.
func parseOver(s study.Spec, text string) (study.Axis, error) {
	name, list, ok := strings.Cut(text, "=")
	if !ok || list == "" {
		return study.Axis{}, fmt.Errorf("--over = %q; want name=low:high:step or name=a,b,c", text)
	}
	a, err := study.ParseAxis(s, name, list)
	if err != nil {
		return a, fmt.Errorf("--over: %w", err)
	}
	if _, err := study.NewSweep(s, []study.Axis{a}, 0); err != nil {
		return a, fmt.Errorf("--over %s: %w", text, err)
	}
	return a, nil
}

// A sweepRow is one value's estimates for one token.
type sweepRow struct {
	token   string
	value   string
	metrics []analytics.Comparison
}

func sweep(cmd *cobra.Command, p *plan, workers int, o *outputFlags, over study.Axis) error {
	start := time.Now()
	dir, err := o.create(p)
	if err != nil {
		return err
	}
	defer dir.abort()
	progress := newProgress(cmd.ErrOrStderr(), "paths")
	grid, err := study.NewSweep(p.spec, []study.Axis{over}, 0)
	if err != nil {
		return inputError{err}
	}
	own, cells, err := grid.Collect(cmd.Context(), study.Options{Workers: workers, Progress: progress.update}, analytics.SweepColumns)
	progress.done()
	if err != nil {
		return err
	}
	var rows []sweepRow
	ensembles := slices.Clone(own.Ensembles)
	for i, c := range cells {
		for t := range c.Ensembles {
			rows = append(rows, sweepRow{own.Ensembles[t].Token.Name, over.Format(over.Values[i]), analytics.CompareBy(analytics.SweepMetrics(aversion), &c.Ensembles[t], &own.Ensembles[t], confidence)})
		}
		ensembles = append(ensembles, c.Ensembles...)
	}
	hash := study.Hash(ensembles)
	if dir != nil {
		if err := dir.File("sweep.csv", func(w io.Writer) error { return writeSweepCSV(w, over.Param, rows) }); err != nil {
			return err
		}
		if !o.noFigures {
			for t, e := range own.Ensembles {
				data := sensitivityData(p, e.Token.Name, e.N, over.Param)
				if v, ok := ownValue(p.spec.Tokens[t], p.spec, over.Param); ok {
					data.Marked = []plots.Reference{{Name: "Its own", At: v}}
				}
				addSeries(&data, e.Token.Name, over.Values, cells, t)
				overlay(&data, p.spec, t, over.Param, over.Values)
				figure, err := sensitivityFigure(data)
				if err != nil {
					return err
				}
				prefix := ""
				if len(own.Ensembles) > 1 {
					prefix = e.Token.Name + "-"
				}
				if err := dir.figures(prefix, []namedFigure{{"sensitivity", figure}}); err != nil {
					return err
				}
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
		err = writeSweepJSON(out, hash, over.Param, rows)
	} else {
		err = writeSweep(out, p, over.Param, rows, own, hash)
	}
	writeNotes(cmd, p.notes)
	dir.report(cmd)
	return err
}

// ownValue is the value of the swept parameter that the token itself has.
func ownValue(t study.TokenSpec, s study.Spec, over param.Param) (float64, bool) {
	if over.Name == study.HalfWidth.Name {
		low, high, target := t.Policy.Values["low"], t.Policy.Values["high"], math.Abs(t.Values["target"])
		h := high - target
		return h, t.Policy.Kind == "band" && math.Abs(target-low-h) < 1e-9
	}
	for _, values := range []param.Values{t.Values, t.Policy.Values, t.Mechanism.Values, s.Model.Values} {
		if v, ok := values[over.Name]; ok {
			return v, true
		}
	}
	return 0, false
}

func writeSweep(w io.Writer, p *plan, over param.Param, rows []sweepRow, own study.Cell, hash string) error {
	fmt.Fprintf(w, "%s: %s\n", own.Ensembles[0].Token.Name, caption(p, p.spec.Paths))
	fmt.Fprintf(w, "Differences are from the token's own setting, on the same paths.\n\n")
	for i, m := range analytics.SweepMetrics(aversion) {
		fmt.Fprintf(w, "%s (%s): %s\n", m.Name, m.Unit, m.Doc)
		t := newTable(w)
		t.AppendHeader(table.Row{"token", over.Name, "estimate", "interval", "difference", "interval", "paired gain"})
		for _, r := range rows {
			c := r.metrics[i]
			gain := "–"
			if c.Versus.SE > 0 {
				gain = short(c.Unpaired / c.Versus.SE)
			}
			t.AppendRow(table.Row{r.token, r.value, short(c.Estimate.Value), interval(c.Estimate), short(c.Versus.Value), interval(c.Versus), gain})
		}
		t.Render()
		fmt.Fprintln(w)
	}
	writeSettings(w, p.settings())
	_, err := fmt.Fprintf(w, "\nresults_hash %s\n", hash)
	return err
}

func writeSweepCSV(w io.Writer, over param.Param, rows []sweepRow) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"token", over.Name, "metric", "unit", "estimate", "se", "lo", "hi", "n", "difference", "difference_se", "difference_lo", "difference_hi", "difference_n", "unpaired_se"})
	f := func(v float64) string { return string(runs.AppendFloat(nil, v)) }
	for _, r := range rows {
		for _, m := range r.metrics {
			e, d := m.Estimate, m.Versus
			_ = out.Write([]string{r.token, r.value, m.Name, m.Unit, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N),
				f(d.Value), f(d.SE), f(d.Lo), f(d.Hi), strconv.Itoa(d.N), f(m.Unpaired)})
		}
	}
	out.Flush()
	return out.Error()
}

func writeSweepJSON(w io.Writer, hash string, over param.Param, rows []sweepRow) error {
	type metric struct {
		jsonEstimate
		Difference jsonEstimate `json:"difference"`
		UnpairedSE *float64     `json:"unpaired_se"`
	}
	type cell struct {
		Token   string            `json:"token"`
		Value   string            `json:"value"`
		Metrics map[string]metric `json:"metrics"`
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		Over        string `json:"over"`
		Cells       []cell `json:"cells"`
	}{hash, over.Name, nil}
	for _, r := range rows {
		c := cell{r.token, r.value, map[string]metric{}}
		for _, m := range r.metrics {
			c.Metrics[m.Name] = metric{toJSON(m.Estimate), toJSON(m.Versus), finite(m.Unpaired)}
		}
		all.Cells = append(all.Cells, c)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all)
}
