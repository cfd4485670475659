package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// calibrateOptions are the options of mcrisk calibrate.
type calibrateOptions struct {
	part       cli.HistoryOptions
	rates      cli.RateFitOptions
	form       cli.FormOptions
	kinds      string // of models, with commas between, or all
	untargeted bool   // fit garch and gjr by likelihood alone
	out        string // folder; empty: none
}

func newCalibrate() *cobra.Command {
	o := new(calibrateOptions)
	cmd := &cobra.Command{
		Use:   "calibrate FILE",
		Short: "Fit price models to prices, or laws of rates to series of rates",
		Long: `calibrate fits price models to the log-returns between closes. It prints each
parameter with its standard error and 95 % interval, and compares the models by
likelihood, information criteria and distances from the fitted law.

FILE has a timestamp or date, open, high, low, close and volume, or is a kline
file of Binance. Gaps are reported. The intervals are those of the profile
likelihood, and for garch, gjr, heston and bates of a jackknife that is corrected
by simulation. They assume that the model is right. Notes say where a fit is doubtful.

garch and gjr have the history's volatility in the long run (variance targeting).
--untargeted fits it by likelihood too, which on a heavy-tailed history may find
twice the volatility seen; compare the log-likelihoods to see what targeting costs.

--rates fits laws of rates instead (mcrisk help rates), and says where years on file
lie in each; --model names them. A column rate_per_period has payments of funding.
With --prices FILE also how their shocks are correlated with returns of the price.

--out writes the tables, a spec of each model for simulate --spec, and two
figures: quantiles against quantiles, and the autocorrelation of squared returns.
A spec keeps mu, the growth of the past; simulate --mu 0 expects none.`,
		Example: `  mcrisk calibrate eth_usd_1d.csv --since 2016-03-01
  mcrisk calibrate btc_usdt_perp_1h.csv --model all --out btc-models
  mcrisk simulate --token BTCBULL3X --spec btc-models/kou.yaml --mu 0
  mcrisk calibrate --rates 'funding.csv:rate_per_period?symbol=BTC'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(o.rates.Files) > 0 {
				return cli.NoArguments(cmd, args)
			}
			if o.rates.Prices != "" {
				return cli.Input("--prices without --rates; want FILE alone for price models")
			}
			return cli.OneFile(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(o.rates.Files) > 0 {
				return o.fitRates(cmd, cli.SessionOf(cmd))
			}
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	s := cmd.Flags()
	o.part.Bind(cmd, cli.SectionOutput)
	o.rates.Bind(cmd)
	fittable := strings.Join(assess.Fittable(), ", ")
	s.StringVar(&o.kinds, "model", "gbm", "`models` to fit, with commas between, or all; some of "+fittable)
	s.BoolVar(&o.untargeted, "untargeted", false,
		"fit the long-run volatility of garch and gjr by likelihood, without variance targeting")
	s.StringVar(&o.out, "out", "", "`directory` to write; it must not exist")
	o.form.Bind(cmd)
	cli.Essential(cmd, "column", "csv", "json", "markdown", "model", "out", "rates", "since", "stamp", "until", "zone")
	return cmd
}

// fitRates fits laws of rates to each series.
func (o *calibrateOptions) fitRates(cmd *cobra.Command, session *cli.Session) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	foreign := []string{"out", "untargeted", "since", "until"}
	if o.rates.Prices == "" {
		foreign = append(foreign, "column", "stamp")
	}
	if name := cli.Given(cmd, foreign); name != "" {
		return cli.Input("--%s with --rates; want it for prices", name)
	}
	if o.form.JSON && len(o.rates.Files) > 1 {
		return cli.Input("--json with %d files of --rates; want one, for one document", len(o.rates.Files))
	}
	kinds := o.kinds
	if !cmd.Flags().Changed("model") {
		kinds = ""
	}
	for _, file := range o.rates.Files {
		fits, err := o.rates.Fit(session, file, kinds, o.part.File)
		if err != nil {
			return err
		}
		if err := o.form.Print(session.Out, report.RateFits(file, fits)); err != nil {
			return err
		}
		session.Notes(report.RateFitNotes(fits)...)
		session.Next(cli.RateFitNext(fits))
	}
	return nil
}

// models are the kinds to fit.
func (o *calibrateOptions) models() ([]string, error) {
	kinds, err := cli.Kinds(o.kinds, assess.Fittable())
	if err != nil {
		return nil, err
	}
	targeted := func(kind string) bool { return slices.Contains(assess.Targeted(), kind) }
	if o.untargeted && !slices.ContainsFunc(kinds, targeted) {
		return nil, cli.Input("--untargeted with --model %s; want %s among the models", o.kinds,
			strings.Join(assess.Targeted(), " or "))
	}
	return kinds, nil
}

func (o *calibrateOptions) run(ctx context.Context, session *cli.Session, file string) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	kinds, err := o.models()
	if err != nil {
		return err
	}
	h, sum, err := o.part.Read(session, file)
	if err != nil {
		return err
	}
	start := time.Now()
	var dir *rundir.Dir
	if o.out != "" {
		if dir, err = rundir.Create(o.out); err != nil {
			return fmt.Errorf("--out: %w", cli.Existing(err))
		}
		defer dir.Abort()
	}
	c, err := assess.Calibrate(ctx, h, kinds, o.untargeted)
	if err != nil {
		return cli.Input("%s: %w", file, err)
	}
	var likeness *assess.Likeness
	if dir != nil {
		if likeness, err = c.Likeness(ctx); err != nil {
			return err
		}
	}
	d := report.Calibration(file, c, likeness)
	notes := append(cli.HistoryNotes(h), report.CalibrationNotes(c)...)
	if dir != nil {
		if err := saveCalibration(dir, c, &d, session.Command, notes); err != nil {
			return err
		}
		m := rundir.Manifest{Command: session.Command, Start: start.UTC(), End: time.Now().UTC()}
		m.Inputs = map[string]string{file: sum}
		if err := dir.Commit(m); err != nil {
			return err
		}
	}
	if err := o.form.Print(session.Out, d); err != nil {
		return err
	}
	session.Notes(notes...)
	if dir == nil {
		session.Next("mcrisk calibrate " + cli.ShellWord(file) + " --model all --out DIR")
		return nil
	}
	session.Written(dir.Path)
	if fits := c.Valid(); len(fits) > 0 {
		spec := filepath.Join(dir.Path, fits[0].Kind+".yaml")
		session.Next("mcrisk simulate --token NAME --spec " + cli.ShellWord(spec) + " --mu 0")
	}
	return nil
}

// saveCalibration leaves the tables, the figures, the page of all of it and a fragment
// of each fit that a model can be made of.
func saveCalibration(dir *rundir.Dir, c *assess.Calibration, d *report.Document,
	command, notes []string) error {
	if err := dir.File("calibration.json",
		func(w io.Writer) error { return report.EncodeJSON(w, d.Data) }); err != nil {
		return err
	}
	if err := cli.SaveTables(dir, *d); err != nil {
		return err
	}
	for _, f := range c.Valid() {
		last, err := c.Last(f)
		if err != nil {
			return err
		}
		fragment := func(w io.Writer) error { return rundir.WriteModel(w, f.Part(), study.ErrorsOf(f), last) }
		if err := dir.File(f.Kind+".yaml", fragment); err != nil {
			return err
		}
	}
	if _, err := cli.SaveFigures(dir, d); err != nil {
		return err
	}
	return cli.SavePage(dir, *d, command, notes)
}
