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

// cohortsOptions are the options of mcrisk cohorts.
type cohortsOptions struct {
	study   cli.StudyOptions
	part    cli.HistoryOptions
	dated   cli.DatedOptions
	output  cli.OutputOptions
	every   string // between starts; empty: a day
	periods string // holding periods; empty: the usual ones
	closes  bool   // see closes only
	plain   bool   // do not use control variates

	refused []string // flags of a study that a history answers
	drawn   []string // flags of what is drawn
}

func newCohorts() *cobra.Command {
	o := new(cohortsOptions)
	cmd := &cobra.Command{
		Use:   "cohorts FILE",
		Short: "Replay a token and follow every start and holding period",
		Long: `cohorts runs a token through a price history once, as replay does, and follows
every holder who bought it at a start and sold it after a holding period: return
against the target times the underlying's, decay, loss of half.

Beside them it simulates the token over the same periods, in steps of a bar, with the
study's model; --prices FILE --model KIND fits one to the same file. Starts overlap
and are not independent, so the history has no intervals. Net asset values are those
at the end of bars, without the holder's fees.`,
		Example: `  mcrisk cohorts btc_usdt_spot_1h.csv --token BTCBULL3X
  mcrisk cohorts btc.csv --token BTCBULL3X --prices btc.csv --model fhs
  mcrisk cohorts eth_usd_1d.csv --token ETHBULL3X --periods 7d,30d --json`,
		Args: cli.OneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if name := cli.Given(cmd, o.refused); name != "" {
				return cli.Input("--%s with a price history; see mcrisk cohorts --help for what it takes", name)
			}
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	o.study.Bind(cmd)
	o.drawn = cli.InSections(cmd, cli.SectionModel, cli.SectionStudy)
	o.refused = cli.Hide(cmd, func(_, name string) bool { // the history has its own times, and no outages
		return slices.Contains([]string{"horizon", "step", "outage-rate", "outage-length"}, name)
	})
	o.dated.Bind(cmd)
	o.part.File = &o.study.File
	o.part.Bind(cmd, cli.SectionStudy)
	s := cmd.Flags()
	cli.Text(s, &o.every, cli.SectionStudy, "every", "duration", "", "time between starts (default 1d)")
	cli.Text(s, &o.periods, cli.SectionStudy, "periods", "durations", "",
		"holding periods (default those of 1d,7d,30d,90d,365d that fit)")
	s.BoolVar(&o.closes, "closes", false, "see closes only")
	cli.InSection(s, cli.SectionStudy, "closes")
	o.output.Bind(cmd)
	s.BoolVar(&o.plain, "no-control", false, cli.PlainUsage)
	cli.Essential(cmd, "token", "target", "model", "prices", "periods", "every", "since", "until", "closes", "column",
		"out", "json")
	return cmd
}

func (o *cohortsOptions) run(ctx context.Context, session *cli.Session, file string) error {
	every, periods, err := cli.ParseHoldings(o.every, o.periods)
	if err != nil {
		return err
	}
	h, sum, err := o.part.Read(session, file)
	if err != nil {
		return err
	}
	// What is simulated has the history's step; its horizons are the holding periods.
	r, late, err := o.study.ResolveOn(session, h, &o.dated, false)
	if err != nil {
		return err
	}
	r.Inputs[file] = sum
	plan, err := assess.PlanCohorts(r.Study, h, o.closes, every, periods)
	if err != nil {
		return cli.AsInput(err)
	}
	cells, columns := plan.Size()
	if r.Study = plan.Study(); cells == 0 {
		r.Unused = slices.Concat(o.drawn, late)
	}
	if err := cli.Fits(r.Study, cells, columns); err != nil {
		return err
	}
	compute := func(ctx context.Context, opt study.Options) (p cli.Publication, err error) {
		c, err := plan.Replay()
		if err != nil {
			return p, cli.AsInput(err)
		}
		if err := c.Simulate(ctx, assess.Options{Options: opt, Plain: o.plain}); err != nil {
			return p, err
		}
		p.Hash = c.Hash
		p.Document = report.Cohorts(c, sum, report.Provenance{Settings: r.Settings(), Hash: c.Hash})
		p.Notes = slices.Concat(cli.ReplayedNotes(h), cli.SeriesNotes(r.Study.Spec(), h), report.CohortNotes(c))
		return p, nil
	}
	return o.output.Publish(ctx, "lifetimes", o.study.Workers, compute, r)
}
