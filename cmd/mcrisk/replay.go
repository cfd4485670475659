package main

import (
	"context"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// replayOptions are the options of mcrisk replay.
type replayOptions struct {
	study  cli.StudyOptions
	part   cli.HistoryOptions
	dated  cli.DatedOptions
	replay cli.ReplayOptions
	output cli.OutputOptions
	unused []string // flags of a study that a history answers or has no use for
}

func newReplay() *cobra.Command {
	o := new(replayOptions)
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Run tokens through a price history",
		Long: `replay runs tokens through the bars of a price history, once for each latency of
their keeper: what would have happened on 12 March 2020?

Within a bar the path is open, nearer extreme, farther extreme, close. The other order
is run too, and the difference printed. Where bars are missing the price stands still,
then jumps to the next open. A token starts at its target at the first open. Nothing
is estimated, so there are no intervals. path.csv has the token after every bar,
events.csv every trade.

Rates are constant unless they are dated series: --funding @FILE takes a column of
rates per year, each in force from its stamp until the next, or a column
rate_per_period, each paid whole at its stamp; :COLUMN and ?KEY=VALUE pick columns
and rows. A bar pays the mean of a rate over it, on what is held at its start.`,
		Example: `  mcrisk replay btc_usdt_spot_1h.csv --token BTCBULL3X --since 2020-03-11
  mcrisk replay btc_usdt_spot_1h.csv --token BTCBULL3X,ftx-bull --window all
  mcrisk replay btc.csv --token ftx-bull --funding @rates.csv --against bull.csv`,
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
	o.dated.Bind(cmd)
	o.part.File = &o.study.File
	o.part.Bind(cmd, cli.SectionStudy)
	o.replay.Bind(cmd, &o.study.File)
	o.output.Bind(cmd)
	o.output.BindFull(cmd)
	cli.Essential(cmd, "token", "latencies", "since", "until", "window", "against", "index", "out", "json")
	return cmd
}

func (o *replayOptions) run(ctx context.Context, session *cli.Session, file string) error {
	windows, err := o.windows()
	if err != nil {
		return err
	}
	h, sum, err := o.part.Read(session, file)
	if err != nil {
		return err
	}
	o.study.Paths = "1" // the history's own
	r, late, err := o.study.ResolveOn(session, h, &o.dated, true)
	if err != nil {
		return err
	}
	r.Inputs[file], r.Unused = sum, slices.Concat(o.unused, late)
	options, err := o.replay.Read(session, r.Inputs)
	if err != nil {
		return err
	}
	options.Events = !o.output.NoSave
	compute := func(context.Context, study.Options) (p cli.Publication, err error) {
		from := report.Provenance{Settings: r.Settings()}
		if windows != nil {
			all, err := assess.ReplayWindows(r.Study, h, windows, options)
			if err != nil {
				return p, cli.AsInput(err)
			}
			p.Document, p.Notes = report.Stress(all, sum, from), cli.ReadNotes(h)
			return p, nil
		}
		result, err := assess.ReplayTokens(r.Study, h, options)
		if err != nil {
			return p, cli.AsInput(err)
		}
		p.Document = report.Replay(result, sum, from)
		p.Notes = slices.Concat(cli.ReplayedNotes(h), cli.SeriesNotes(r.Study.Spec(), h), report.ReplayNotes(result))
		p.Files = func(d *rundir.Dir) error { return writeReplay(d, result) }
		return p, nil
	}
	return o.output.Publish(ctx, "lifetimes", o.study.Workers, compute, r)
}

// windows are those of --window; nil: it was not given.
func (o *replayOptions) windows() ([]assess.StressWindow, error) {
	switch {
	case o.replay.Window == "":
		return nil, nil
	case o.part.Since != "" || o.part.Until != "":
		return nil, cli.Input("--window with --since or --until; want one of them")
	}
	windows, err := assess.FindWindows(o.replay.Window)
	if err != nil {
		err = cli.Input("--window: %w", err)
	}
	return windows, err
}

// writeReplay writes the token after every bar, and every trade.
func writeReplay(d *rundir.Dir, r *assess.Replay) error {
	err := d.File("path.csv", func(w io.Writer) error { return report.WriteReplayPath(w, r) })
	if err == nil {
		err = d.File("events.csv", func(w io.Writer) error { return report.WriteReplayEvents(w, r) })
	}
	return err
}
