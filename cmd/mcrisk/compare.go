package main

import (
	"context"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// compareOptions are the options of mcrisk compare.
type compareOptions struct {
	study       cli.StudyOptions
	output      cli.OutputOptions
	tokens      string // of the catalogue; the others are compared with the first
	correlation string // of the prices of their underlyings; empty: all follow the first's
	commonJumps bool   // jumps strike all underlyings together
}

// maxCompared is how many tokens a table and a figure can show.
const maxCompared = 20

func newCompare() *cobra.Command {
	o := new(compareOptions)
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Run several tokens on the same paths",
		Long: `compare runs tokens of the catalogue on the same paths. It prints their metrics,
and the differences from the first token, which are paired. NAME+stressed is a token
whose gas, impact and keeper outages rise with the variance of the last hours.

Beside the tokens it runs their underlying (spot) and positions of the same
leverage that are held without rebalancing, and shows the range of outcomes of
all. A further figure shows the differences from the first token after three months
of a trend, of a sideways market and of a crash; with protected tokens, two more show
value against the underlying's move, and the floor's cost against volatility.`,
		Example: `  mcrisk compare --tokens toros-eth2x,indexcoop-eth2x,etf-daily-2x,hold-2x
  mcrisk compare --tokens ETHBULL3X,etf-daily-3x,ftx-bull --model merton
  mcrisk compare --tokens BTCBULL2X,BTCBULLP2X,BTCBULLP1X
  mcrisk compare --tokens ETHBULL3X,BTCBULL3X --correlation 0.85
  mcrisk compare --tokens ETHBULL3X,ETHBULL3X+stressed`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.output.Bind(cmd)
	o.output.BindFull(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.tokens, cli.SectionToken, "tokens", "names", "",
		"tokens of the catalogue; the others are compared with the first")
	cli.Text(s, &o.correlation, cli.SectionModel, "correlation", "number", "",
		"correlation of the underlyings' prices; without it all tokens run on the underlying of the first")
	s.BoolVar(&o.commonJumps, "common-jumps", false,
		"all underlyings jump at the same times, with sizes correlated as their prices are")
	cli.InSection(s, cli.SectionModel, "common-jumps")
	cli.Essential(cmd, "tokens", "correlation", "model", "sigma", "mu", "horizon", "step", "paths", "seed", "out",
		"json")
	return cmd
}

func (o *compareOptions) run(ctx context.Context, session *cli.Session) error {
	names := cli.List(o.tokens)
	switch {
	case o.study.Token != "" && len(names) > 0:
		return cli.Input("--token and --tokens; want --tokens")
	case o.study.Spec == "" && len(names) < 2:
		return cli.Input("--tokens = %q; want at least two names, as in toros-eth2x,hold-2x (see: mcrisk tokens)",
			o.tokens)
	}
	r, err := o.study.Resolve(session, cli.Demand{Tokens: names, Correlation: o.correlation, Correlates: true,
		CommonJumps: o.commonJumps})
	if err != nil {
		return err
	}
	if n := r.Study.Tokens(); n < 2 || n > maxCompared {
		return cli.Input("%d tokens to compare; want 2 to %d", n, maxCompared)
	}
	if err := cli.Fits(r.Study, 1, assess.ComparedColumns()); err != nil {
		return err
	}
	compute := func(ctx context.Context, opt study.Options) (cli.Publication, error) {
		c, err := assess.Compare(ctx, r.Study, assess.Options{Options: opt})
		if err != nil {
			return cli.Publication{}, err
		}
		p := report.Provenance{Settings: r.Settings(), Hash: c.Hash}
		return cli.Publication{Hash: c.Hash, Document: report.Comparison(c, p)}, nil
	}
	return o.output.Publish(ctx, "lifetimes", o.study.Workers, compute, r)
}
