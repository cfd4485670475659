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

// replayOptions are the options of mcrisk replay.
type replayOptions struct {
	study     cli.StudyOptions
	part      cli.HistoryOptions
	dated     cli.DatedOptions
	output    cli.OutputOptions
	latencies string
	closes    bool     // see closes only
	unused    []string // flags of a study that a history answers or has no use for
}

func newReplay() *cobra.Command {
	o := new(replayOptions)
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Run a token through a price history, with prompt and late keepers",
		Long: `replay runs a token through the bars of a price history, once for each latency of
its keeper: what would have happened on 12 March 2020?

Within a bar the path is open, nearer extreme, farther extreme, close. With
--closes it is the close only. Where bars are missing the price stands still, then
jumps to the next open. The token starts at its target at the first open. Nothing
is estimated, so there are no intervals.

Rates are constant unless they are dated series. --funding @FILE takes a column of
rates per year, each in force from its stamp until the next, or a column
rate_per_period, each paid whole at its stamp; :COLUMN and ?KEY=VALUE pick columns
and rows. A bar pays the mean of a rate over it, on what is held at its start. --from
changes a number on a date.

Last-traded prices of a perpetual have spikes that oracles do not have: for a loan
prefer prices of the spot market.`,
		Example: `  mcrisk replay btc_usdt_spot_1h.csv --token BTCBULL3X --since 2020-03-11
  mcrisk replay btc.csv --target 3 --mechanism perp --funding @rates.csv:apr
  mcrisk replay eth_usd_1d.csv --token ETHBULL3X --latencies 0 --closes --json`,
		Args: cli.OneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if name := cli.Given(cmd, o.unused); name != "" {
				return cli.Input("--%s with a price history; see mcrisk replay --help for what it takes", name)
			}
			return o.run(cmd.Context(), cli.SessionOf(cmd), args[0])
		},
	}
	o.study.Bind(cmd)
	o.unused = cli.Hide(cmd, func(section, name string) bool { // a history has its own prices and no chance in it
		if slices.Contains([]string{"column", "stamp", "zone", "force"}, name) {
			return false
		}
		return section == cli.SectionModel || section == cli.SectionStudy ||
			slices.Contains([]string{"latency", "outage-rate", "outage-length"}, name)
	})
	cli.Text(cmd.Flags(), &o.latencies, cli.SectionKeeper, "latencies", "durations", "0,1m,5m,30m,1h",
		"latencies of the keeper, one for each row")
	o.dated.Bind(cmd)
	o.part.File = &o.study.File
	o.part.Bind(cmd, cli.SectionStudy)
	cmd.Flags().BoolVar(&o.closes, "closes", false, "see closes only")
	cli.InSection(cmd.Flags(), cli.SectionStudy, "closes")
	o.output.BindWithoutFigures(cmd)
	cli.Essential(cmd, "token", "target", "band", "latencies", "since", "until", "closes", "column", "out", "json")
	return cmd
}

func (o *replayOptions) run(ctx context.Context, session *cli.Session, file string) error {
	h, sum, err := o.part.Read(session, file)
	if err != nil {
		return err
	}
	// The spec of the run is on the history's own grid, with its one path.
	onItsGrid := func(s *study.Spec, _ *cli.Resolved) error {
		s.Horizon, s.Step, s.Paths, s.Marks = h.Span(), h.Step, 1, 0
		return nil
	}
	r, err := o.study.Resolve(session, cli.Demand{AnyTime: true, Dated: &o.dated, Amend: onItsGrid})
	if err != nil {
		return err
	}
	late := r.Study.Late(h.Bars[len(h.Bars)-1].Start)
	for _, name := range late {
		r.Note("%s has no effect: the last bar begins at %s", name, report.Minute(h.Bars[len(h.Bars)-1].Start))
	}
	r.Inputs[file], r.Unused = sum, slices.Concat(o.unused, late)
	latencies, err := cli.ParseWaits("--latencies", o.latencies)
	if err != nil {
		return err
	}
	compute := func(context.Context, study.Options) (p cli.Publication, err error) {
		result, err := assess.ReplayTokens(r.Study, h, latencies, o.closes)
		if err != nil {
			return p, cli.AsInput(err)
		}
		p.Document = report.Replay(result, sum, report.Provenance{Settings: r.Settings()})
		p.Notes = slices.Concat(cli.HistoryNotes(h), cli.SeriesNotes(r.Study.Spec(), h), report.ReplayNotes(result))
		return p, nil
	}
	return o.output.Publish(ctx, "lifetimes", o.study.Workers, compute, r)
}
