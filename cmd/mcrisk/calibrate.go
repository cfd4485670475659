package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/plots"
	"mcrisk/rundir"
	"mcrisk/study"
)

func newCalibrate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calibrate FILE",
		Short: "Fit price models to a CSV of prices and compare them",
		Long: `calibrate reads a price history (timestamp or date, open, high, low, close,
volume; or a Binance kline file), reports its gaps, and fits price models to its
close-to-close log-returns: likelihood, information criteria, distances from the
fitted law, and every parameter with its standard error and a 95 % interval. The
intervals are those of the profile likelihood and, for heston and bates, of a
jackknife that histories made by the fitted model correct; they mean what they
say if the model is right. It says where a fit means less than it seems.

garch and gjr of a heavy-tailed history may have twice its volatility in the
long run. --variance-targeting holds it at the sample's; compare the
log-likelihoods to see what that costs.

With --out it writes the tables and, for each model whose numbers simulate
accepts, a spec fragment to take beside a token, and its panels of two figures:
quantiles against quantiles, and the autocorrelation of squared returns. A
fragment keeps mu, the growth of the past; with --mu 0 simulate expects none.`,
		Example: `  mcrisk calibrate eth_usd_1d.csv --since 2016-03-01
  mcrisk calibrate btc_usdt_perp_1h.csv --model all --out btc-models
  mcrisk simulate --token BTCBULL3X --spec btc-models/kou.yaml --mu 0`,
		Args: oneFile,
	}
	var cut part
	cut.addFlags(cmd, sectionOutput)
	var kinds, out string
	var asJSON, targeted bool
	cmd.Flags().StringVar(&kinds, "model", "gbm", "`kinds` to fit, separated by commas, or all: "+strings.Join(models.Fittable(), "|"))
	cmd.Flags().BoolVar(&targeted, "variance-targeting", false, "hold the long-run volatility of garch and gjr at the sample's")
	cmd.Flags().StringVar(&out, "out", "", "`directory` to write, which must not exist")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object instead of tables")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		h, hash, err := cut.read(args[0])
		if err != nil {
			return err
		}
		want := strings.Split(strings.ReplaceAll(kinds, " ", ""), ",")
		if kinds == "all" {
			want = models.Fittable()
		}
		var dir *rundir.Dir
		start := time.Now()
		if out != "" {
			if dir, err = rundir.Create(out); err != nil {
				return fmt.Errorf("--out: %w", existing(err))
			}
			defer dir.Abort()
		}
		c, err := calibrate(cmd.Context(), h, want, targeted)
		if err != nil {
			return inputError{fmt.Errorf("%s: %w", args[0], err)}
		}
		if dir != nil {
			if err := c.write(cmd.Context(), dir, filepath.Base(args[0])); err != nil {
				return err
			}
			command := append(strings.Fields(cmd.CommandPath()), args[0])
			cmd.Flags().Visit(func(g *pflag.Flag) { command = append(command, flagTexts(g)...) })
			if err := dir.Commit(rundir.Manifest{Command: command, Start: start.UTC(), End: time.Now().UTC(), Inputs: map[string]string{args[0]: hash}}); err != nil {
				return err
			}
		}
		if asJSON {
			err = c.writeJSON(cmd.OutOrStdout())
		} else {
			c.writeTables(cmd.OutOrStdout(), args[0])
		}
		writeNotes(cmd, c.notes)
		if out != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), "written:", out)
			if fits := c.valid(); len(fits) > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "next: mcrisk simulate --token NAME --spec %s --mu 0\n", filepath.Join(out, fits[0].Kind+".yaml"))
			}
		} else {
			fmt.Fprintf(cmd.ErrOrStderr(), "next: mcrisk calibrate %s --model all --out DIR\n", args[0])
		}
		return err
	}
	return cmd
}

// A calibration is models fitted to one history.
type calibration struct {
	history *paths.History
	returns []float64
	jumps   models.JumpTest
	fits    []models.Fit
	notes   []string
}

// targets are the kinds that variance targeting is for.
var targets = []string{"garch", "gjr"}

func calibrate(ctx context.Context, h *paths.History, kinds []string, targeted bool) (*calibration, error) {
	c := &calibration{history: h, returns: h.LogReturns(), notes: gapNotes(h)}
	c.jumps = models.Bipower(c.returns)
	if targeted && !slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(targets, k) }) {
		return nil, fmt.Errorf("--variance-targeting with --model %s; want %s among the models", strings.Join(kinds, ","), strings.Join(targets, " or "))
	}
	for i, kind := range kinds {
		if !slices.Contains(models.Fittable(), kind) {
			return nil, fmt.Errorf("--model %q; want all or some of %s%s", kind, strings.Join(models.Fittable(), ", "), didYouMean(kind, models.Fittable()))
		}
		if slices.Contains(kinds[:i], kind) {
			return nil, fmt.Errorf("--model names %s twice", kind)
		}
	}
	for _, kind := range kinds {
		fitKind := models.FitKind
		if targeted && slices.Contains(targets, kind) {
			fitKind = models.FitTargeted
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		fit, err := fitKind(kind, c.returns, h.StepYears())
		if err != nil {
			if len(kinds) == 1 {
				return nil, err
			}
			c.notes = append(c.notes, fmt.Sprintf("%s could not be fitted: %v", kind, err))
			continue
		}
		for _, w := range fit.Warnings {
			c.notes = append(c.notes, kind+": "+w)
		}
		c.fits = append(c.fits, fit)
	}
	if len(c.fits) == 0 {
		return nil, errors.New("no model could be fitted:\n" + strings.Join(c.notes, "\n"))
	}
	return c, nil
}

func (c *calibration) writeTables(w io.Writer, name string) {
	h := c.history
	last := h.Bars[len(h.Bars)-1]
	fmt.Fprintf(w, "%s: %s bars of %s, %s to %s, %d gaps; %s returns\n", name, thousands(len(h.Bars)), param.FormatSeconds(h.Step.Seconds()),
		h.Bars[0].Start.Format(minuteFormat), last.Start.Add(h.Step).Format(minuteFormat), len(h.Gaps), thousands(len(c.returns)))
	fmt.Fprintf(w, "Volatility of the sample %s a √year; jumps make %s %% of the squared returns (bipower; z = %s).\n\n",
		short(c.fits[0].Sample), minus(fmt.Sprintf("%.1f", 100*c.jumps.Share)), short(c.jumps.Z))
	t := newTable(w)
	t.AppendHeader(table.Row{"model", "volatility", "log-likelihood", "AIC", "BIC", "KS distance", "AD distance", "fitted by"})
	for _, f := range c.fits {
		t.AppendRow(table.Row{f.Kind, short(f.Volatility), hundredths(f.LogLikelihood), hundredths(f.AIC()), hundredths(f.BIC()), short(f.KS), short(f.AD), f.Method})
	}
	t.Render()
	fmt.Fprintln(w)
	t = newTable(w)
	t.AppendHeader(table.Row{"model", "parameter", "estimate", "standard error", fmt.Sprintf("%.0f %% interval", 100*models.Confidence), "found by"})
	for _, f := range c.fits {
		for i, p := range f.Names {
			how := f.Interval
			if i > 0 {
				how = ""
			}
			t.AppendRow(table.Row{f.Kind, p, short(f.Values[i]), short(f.SE[i]), short(f.Lo[i]) + " to " + short(f.Hi[i]), how})
		}
	}
	t.Render()
}

// minuteFormat is how times of bars are written for people, in UTC.
const minuteFormat = "2006-01-02 15:04"

// minus writes a number with a true minus sign.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }

// hundredths writes a likelihood to the hundredth, where models differ.
func hundredths(v float64) string {
	if math.IsNaN(v) {
		return short(v)
	}
	return minus(fmt.Sprintf("%.2f", v))
}

func (c *calibration) writeJSON(w io.Writer) error {
	type parameter struct {
		Estimate *float64 `json:"estimate"`
		SE       *float64 `json:"se"`
		Lo       *float64 `json:"lo"`
		Hi       *float64 `json:"hi"`
		Bias     *float64 `json:"bias,omitempty"`
	}
	type fitted struct {
		Model         string               `json:"model"`
		Method        string               `json:"method"`
		Parameters    map[string]parameter `json:"parameters"`
		Interval      string               `json:"interval"`
		Volatility    *float64             `json:"volatility"`
		LogLikelihood *float64             `json:"log_likelihood"`
		AIC           *float64             `json:"aic"`
		BIC           *float64             `json:"bic"`
		KS            *float64             `json:"ks"`
		AD            *float64             `json:"ad"`
		Warnings      []string             `json:"warnings"`
	}
	out := struct {
		Returns          int      `json:"returns"`
		StepSeconds      float64  `json:"step_seconds"`
		SampleVolatility *float64 `json:"sample_volatility"`
		JumpShare        *float64 `json:"jump_share"`
		JumpZ            *float64 `json:"jump_z"`
		Confidence       float64  `json:"confidence"`
		Models           []fitted `json:"models"`
	}{len(c.returns), c.history.Step.Seconds(), finite(c.fits[0].Sample), finite(c.jumps.Share), finite(c.jumps.Z), models.Confidence, nil}
	for _, f := range c.fits {
		m := fitted{f.Kind, f.Method, map[string]parameter{}, f.Interval, finite(f.Volatility), finite(f.LogLikelihood), finite(f.AIC()), finite(f.BIC()), finite(f.KS), finite(f.AD), f.Warnings}
		for i, p := range f.Names {
			q := parameter{finite(f.Values[i]), finite(f.SE[i]), finite(f.Lo[i]), finite(f.Hi[i]), nil}
			if f.Bias != nil {
				q.Bias = finite(f.Bias[i])
			}
			m.Parameters[p] = q
		}
		out.Models = append(out.Models, m)
	}
	return encodeJSON(w, out)
}

// writeCSV writes one line for each parameter.
func (c *calibration) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"model", "parameter", "estimate", "se", "lo", "hi", "confidence", "interval", "bias"})
	num := numberText
	for _, f := range c.fits {
		for i, p := range f.Names {
			bias := ""
			if f.Bias != nil {
				bias = num(f.Bias[i])
			}
			_ = out.Write([]string{f.Kind, p, num(f.Values[i]), num(f.SE[i]), num(f.Lo[i]), num(f.Hi[i]), num(models.Confidence), f.Interval, bias})
		}
	}
	out.Flush()
	return out.Error()
}

// write leaves the tables, the figures and the fragments in a folder. What no
// model can be made of has no fragment and no panel; the fit's warning says so.
func (c *calibration) write(ctx context.Context, d *rundir.Dir, name string) error {
	if err := d.File("calibration.json", c.writeJSON); err != nil {
		return err
	}
	if err := d.File("parameters.csv", c.writeCSV); err != nil {
		return err
	}
	fits := c.valid()
	for _, f := range fits {
		if err := d.File(f.Kind+".yaml", func(w io.Writer) error { return rundir.WriteModel(w, f.Part(), errorsOf(f)) }); err != nil {
			return err
		}
	}
	if len(fits) == 0 {
		return nil
	}
	qq, squares, err := c.figures(ctx, fits, name)
	if err != nil {
		return err
	}
	return (&runDir{d}).figures("", []namedFigure{{"qq", qq}, {"squares", squares}})
}

// valid are the fits that a model can be made of.
func (c *calibration) valid() (fits []models.Fit) {
	for _, f := range c.fits {
		if _, err := f.Model(); err == nil {
			fits = append(fits, f)
		}
	}
	return fits
}

// figures holds each model's returns, simulated, beside the history's.
func (c *calibration) figures(ctx context.Context, fits []models.Fit, name string) (qq, squares *plots.Figure, err error) {
	const seed = 1
	steps := min(len(c.returns), 1<<15)
	lags := []int{1, 2, 3, 6, 12, 24, 48, 96, 168}
	lags = slices.DeleteFunc(lags, func(l int) bool { return l >= steps/4 })
	xs := make([]float64, len(lags))
	for i, l := range lags {
		xs[i] = float64(l)
	}
	mine := analytics.Autocorrelation(squared(c.returns), lags, confidence)
	q := plots.SensitivityData{Title: "Fitted laws against the history", XLabel: "Quantile of the fitted law (%)", XScale: plots.Percent}
	s := plots.SensitivityData{Title: "Clustering of volatility", XLabel: "Lag (steps)", XLog: true}
	var levels []float64
	for _, p := range []float64{0.0001, 0.001, 0.01, 0.05, 0.25, 0.5} {
		if p*float64(len(c.returns)) >= 5 {
			levels = append(levels, p)
		}
	}
	for _, p := range slices.Backward(slices.Clone(levels)) {
		if p < 0.5 {
			levels = append(levels, 1-p)
		}
	}
	sample := analytics.Quantiles(analytics.Sample{X: c.returns}, levels, confidence)
	simulated := 0
	for _, f := range fits {
		m, err := f.Model()
		if err = errors.Join(err, ctx.Err()); err != nil {
			return nil, nil, err
		}
		lanes := paths.Generator{Model: m, Grid: paths.Grid{Step: c.history.Step, Steps: steps}, Seed: seed}.Returns(0)
		simulated = len(lanes) * steps
		var all []float64
		acf := make([]float64, len(lags))
		for _, lane := range lanes {
			all = append(all, lane...)
			for i, e := range analytics.Autocorrelation(squared(lane), lags, confidence) {
				acf[i] += e.Value / float64(len(lanes))
			}
		}
		series := plots.Series{Name: "History"}
		for i, e := range analytics.Quantiles(analytics.Sample{X: all}, levels, confidence) {
			if n := len(series.X); n > 0 && !(e.Value > series.X[n-1]) {
				continue // a law may have one value over many shares: returns without variance
			}
			series.X = append(series.X, e.Value)
			series.Y = append(series.Y, sample[i])
		}
		q.Metrics = append(q.Metrics, plots.Metric{Label: f.Kind + ": quantile of the history (%)", Scale: plots.Percent, Series: []plots.Series{series},
			Exact: []plots.Line{{Name: "Equal", X: series.X, Y: series.X}}})
		s.Metrics = append(s.Metrics, plots.Metric{Label: f.Kind + ": autocorrelation of squared returns", Series: []plots.Series{{Name: "History", X: xs, Y: mine}},
			Exact: []plots.Line{{Name: "Model", X: xs, Y: acf}}})
	}
	caption := fmt.Sprintf("%s: %s log-returns of %s; each model fitted to them and simulated for %s steps, seed %d.", name, thousands(len(c.returns)),
		param.FormatSeconds(c.history.Step.Seconds()), thousands(simulated), seed)
	q.Caption = fmt.Sprintf("%s Shares from %s to %s %%, with intervals of 95 %%.", caption, short(100*levels[0]), short(100*levels[len(levels)-1]))
	s.Caption = caption + " Bars are what independent returns would stay within on 95 % of samples."
	if qq, err = plots.Sensitivity(q); err != nil {
		return nil, nil, err
	}
	squares, err = plots.Sensitivity(s)
	return qq, squares, err
}

func squared(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = x * x
	}
	return out
}

// errorsOf are the errors of a fit's numbers; nil if it has none.
func errorsOf(f models.Fit) *study.Errors {
	if f.Cov == nil {
		return nil
	}
	return &study.Errors{Names: f.Names, Cov: f.Cov}
}
