package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// liquidationOptions are the options of mcrisk liquidation.
type liquidationOptions struct {
	study            cli.StudyOptions
	output           cli.OutputOptions
	tokens           string // of the catalogue
	latencies, jumps string
	refuse           func() error // flags that the command sets itself
}

func newLiquidation() *cobra.Command {
	o := new(liquidationOptions)
	cmd := &cobra.Command{
		Use:   "liquidation",
		Short: "Map liquidation probability over keeper latency and jump size",
		Long: `liquidation prints the probability that a token is liquidated within the horizon,
for pairs of the keeper's latency and the size of a jump of the price.

All cells use the same random numbers and jump times. Each token runs
on the volatility of its own underlying, unless --sigma or --prices gives one for
all. It draws a heat map for each token, with one scale of colours. Prices are
seen at the end of each step, and latencies are rounded up to steps: use a step no
longer than the shortest latency.`,
		Example: `  mcrisk liquidation --tokens BTCBULL3X,ETHBULL3X --step 15m --paths 1000`,
		Args:    cli.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.refuse = cli.Reserve(cmd, [][2]string{{"token", "--tokens"}, {"spec", "--tokens"}, {"latency", "--latencies"},
		{"after-liquidation", "none: a lifetime ends at its first"},
		{"model", "none: geometric Brownian motion with jumps of one size"},
		{"jump-mean", "--jumps"}, {"jump-sd", "none: all jumps are of one size"}})
	o.output.Bind(cmd)
	o.output.BindFull(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.tokens, cli.SectionToken, "tokens", "names", "", "tokens of the catalogue")
	cli.Text(s, &o.latencies, cli.SectionKeeper, "latencies", "durations", "0,15m,1h,4h,12h,1d",
		"latencies of the keeper, one for each row")
	cli.Text(s, &o.jumps, cli.SectionModel, "jumps", "fractions", "0,5%,10%,15%,20%,25%,30%,35%",
		"moves of the price against the token, one for each column")
	cli.Essential(cmd, "tokens", "latencies", "jumps", "jump-rate", "band", "sigma", "horizon", "step", "paths", "out",
		"json")
	return cmd
}

func (o *liquidationOptions) run(ctx context.Context, session *cli.Session) error {
	if err := o.refuse(); err != nil {
		return err
	}
	names, groups, err := cli.ByUnderlying(cli.List(o.tokens))
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return cli.Input("--tokens = %q; want names of the catalogue, as in BTCBULL3X,ETHBULL3X (see: mcrisk tokens)",
			o.tokens)
	}
	latencies, err := cli.ParseLatencies("--latencies", o.latencies)
	if err != nil {
		return err
	}
	jumps, err := cli.ParseJumps("--jumps", o.jumps)
	if err != nil {
		return err
	}
	of, err := o.resolve(session, groups)
	if err != nil {
		return err
	}
	tokens := make([]assess.TokenRef, len(names))
	sources := make([]report.TokenSource, len(names))
	var provenances []report.Provenance
	for _, r := range of {
		if err := cli.Fits(r.Study, len(latencies)*len(jumps)+1, []string{"liquidations"}); err != nil {
			return err
		}
		provenances = append(provenances, report.Provenance{Settings: r.Settings()})
		for i, t := range r.Study.Spec().Tokens {
			at := slices.Index(names, t.Name)
			tokens[at], sources[at] = assess.TokenRef{Study: r.Study, Token: i}, r.SourceOf(i)
		}
	}
	compute := func(ctx context.Context, opt study.Options) (cli.Publication, error) {
		m, err := assess.MapLiquidation(ctx, tokens, latencies, jumps, assess.Options{Options: opt})
		if err != nil {
			return cli.Publication{}, err
		}
		return cli.Publication{Hash: m.Hash, Document: report.LiquidationMap(m, sources, provenances)}, nil
	}
	return o.output.Publish(ctx, "cells", o.study.Workers, compute, of...)
}

// resolve makes a study for each group of tokens, of one underlying each, so that each
// has its own volatility.
func (o *liquidationOptions) resolve(session *cli.Session, groups [][]string) (of []*cli.Resolved, err error) {
	options := o.study
	options.Model = "merton"
	for _, group := range groups {
		demand := cli.Demand{Tokens: group, OwnJumps: true, Amend: o.amend}
		if options.Token = ""; len(group) == 1 { // whose numbers then need no name before them
			options.Token, demand.Tokens = group[0], nil
		}
		r, err := options.Resolve(session, demand)
		if err != nil {
			return nil, err
		}
		of = append(of, r)
	}
	return of, nil
}

// amend makes all jumps of one size, once a year unless a rate was given, and ends
// lifetimes at their first liquidation, as what follows it is not of interest.
func (o *liquidationOptions) amend(s *study.Spec, r *cli.Resolved) error {
	if err := cli.WithoutCalls(s); err != nil {
		return err
	}
	set := func(name, value, why string) error {
		p, err := s.Param(name)
		if err != nil {
			return err
		}
		v, err := p.Parse(value)
		if err == nil {
			*s, err = s.With(name, v)
		}
		r.Origins[name] = why
		return err
	}
	if o.study.Numbers["jump-rate"] == "" {
		if err := set("jump-rate", "1", "one a year"); err != nil {
			return err
		}
	}
	if err := set("after-liquidation", "stop", "a lifetime ends at its first"); err != nil {
		return err
	}
	r.Origins["jump-mean"], r.Origins["latency"] = "replaced by the jumps of the map",
		"replaced by the latencies of the map"
	return set("jump-sd", "0", "all jumps are of one size")
}
