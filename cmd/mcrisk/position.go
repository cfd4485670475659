package main

import (
	"context"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// positionOptions are the options of mcrisk position.
type positionOptions struct {
	study            cli.StudyOptions
	output           cli.OutputOptions
	tokens           string // of the catalogue, and what may be held instead
	expect, riskFree string
	reserved         func() error
}

func newPosition() *cobra.Command {
	o := new(positionOptions)
	cmd := &cobra.Command{
		Use:   "position",
		Short: "What a view of a price is worth in each of several positions",
		Long: `position says what an amount becomes in each of several positions on the same
paths, all costs of the holder included, if the price moves as expected on average
and if it moves as far the other way. --expect is the mean of the move,
E[S_T]/S_0 − 1; prices are lognormal unless --model says otherwise.

Beside tokens of the catalogue, spot is the underlying itself, and perp-3x (perp--1x,
perp-2.5x …) a perpetual opened once at that leverage, at the venue's funding. With
--ends, paths that end at a move are run too. Growth-optimal leverage is
(mu − risk-free)/sigma²; at most 1 means: do not lever.`,
		Example: `  mcrisk position --invest 50k --expect +20% --tokens ETHBULL3X,spot,perp-3x
  mcrisk position --expect -15% --within 7d --tokens BTCBEAR1X,perp--1x,spot
  mcrisk position --expect +10% --within 90d --tokens ETHBULL3X,spot --ends -30%`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.output.Bind(cmd)
	o.output.BindFull(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.tokens, cli.SectionToken, "tokens", "names", "",
		"tokens of the catalogue, spot, perp-3x and other leverages")
	cli.Text(s, &o.expect, cli.SectionModel, "expect", "move", "",
		"expected move of the price over the time it is held, as +20% or -0.1")
	cli.Rename(cmd, map[string]string{"horizon": "within"})
	cli.Text(s, &o.riskFree, cli.SectionModel, "risk-free", "rate", "",
		"interest on cash a year, which growth-optimal leverage is measured against")
	s.Lookup("within").Usage, s.Lookup("within").DefValue = "time until the holder leaves", cli.PositionHorizon
	s.Lookup("risk-free").DefValue = "0"
	invest := s.Lookup("invest")
	invest.Usage, invest.DefValue = "`amount` that the holder invests, US dollars", cli.PositionInvest
	ends := s.Lookup("ends")
	ends.Usage, ends.DefValue = "`move` at which further paths end, as +20%; with --model gbm", ""
	s.Lookup("model").DefValue = "gbm"
	o.reserved = cli.Reserve(cmd, [][2]string{{"mu", "--expect"}, {"ends-after", "--within"}, {"token", "--tokens"}})
	cli.Essential(cmd, "tokens", "invest", "expect", "within", "ends", "sigma", "model", "paths", "out", "full",
		"json")
	return cmd
}

func (o *positionOptions) run(ctx context.Context, session *cli.Session) error {
	if err := o.reserved(); err != nil {
		return err
	}
	names := cli.List(o.tokens)
	if len(names) == 0 && o.study.Spec == "" {
		return cli.Input("no positions; want --tokens, as in ETHBULL3X,spot,perp-3x (see: mcrisk tokens)")
	}
	riskFree, err := cli.RiskFree(o.riskFree)
	if err != nil {
		return err
	}
	r, ends, err := cli.Expect(session, o.study, names, o.expect)
	if err != nil {
		return err
	}
	if n := r.Study.Tokens(); n > maxCompared {
		return cli.Input("%d positions; want at most %d", n, maxCompared)
	}
	if err := cli.Fits(r.Study, 1, assess.PositionColumns()); err != nil {
		return err
	}
	compute := func(ctx context.Context, opt study.Options) (cli.Publication, error) {
		c, err := assess.HoldPositions(ctx, r.Study, riskFree, ends, assess.Options{Options: opt})
		if err != nil {
			return cli.Publication{}, err
		}
		p := report.Provenance{Settings: r.Settings(), Hash: c.Hash}
		return cli.Publication{Hash: c.Hash, Document: report.Positions(c, p)}, nil
	}
	return o.output.Publish(ctx, "lifetimes", o.study.Workers, compute, r)
}
