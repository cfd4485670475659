package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
	"mcrisk/report"
	"mcrisk/study"
)

// traceOptions are the options of mcrisk trace.
type traceOptions struct {
	study  cli.StudyOptions
	dated  cli.DatedOptions
	form   cli.FormOptions
	path   string   // its number
	of     string   // token of a spec with several; empty: the first
	events []string // those printed; none: all
}

func newTrace() *cobra.Command {
	o := new(traceOptions)
	cmd := &cobra.Command{
		Use:   "trace",
		Short: "Print every event of one path",
		Long: `trace runs one path of a study and prints every event in the life of the token:
trades, liquidations, and the price, leverage, vault and ledger at each. It prints CSV
unless another form is asked for.

The last row's equity has the same bits as the path's nav in simulate's lifetimes.`,
		Example: `  mcrisk trace --token ETHBULL3X --path 4821
  mcrisk trace --token ETHBULL3X --path 4821 --events rebalance,liquidation`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	o.dated.Bind(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.path, cli.SectionOutput, "path", "number", "0", "path to run, from 0")
	cli.Text(s, &o.of, cli.SectionOutput, "of", "name", "", "token of a spec with several (default the first)")
	s.StringSliceVar(&o.events, "events", nil,
		"print these `events` only; some of "+strings.Join(study.EventNames, ", "))
	o.form.Bind(cmd)
	cli.Essential(cmd, "token", "path", "events", "of", "spec", "band", "model", "sigma", "horizon", "step", "seed",
		"json")
	return cmd
}

func (o *traceOptions) run(session *cli.Session) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	r, err := o.study.Resolve(session, cli.Demand{Dated: &o.dated, Drawn: true})
	if err != nil {
		return err
	}
	path, err := cli.PathNumber(o.path, r.Study)
	if err != nil {
		return err
	}
	for _, name := range o.events {
		if !slices.Contains(study.EventNames, name) {
			return cli.Input("--events = %q; want some of %s", name, strings.Join(study.EventNames, ", "))
		}
	}
	token, err := cli.TokenNumber(o.of, r.Study)
	if err != nil {
		return err
	}
	if err := o.print(session, r.Study, token, path); err != nil {
		return err
	}
	if at, bars, ok := study.Began(r.Study, token, path); ok {
		r.Note("path %d begins at %s of %s, with a block of %s", path, at.Format(time.RFC3339),
			r.Study.Spec().History.File, report.Count(bars, "bar"))
	}
	session.Notes(r.Notes...)
	return nil
}

// print prints the events of a path: in CSV one by one, of which there may be any number.
func (o *traceOptions) print(session *cli.Session, s *study.Study, token, path int) error {
	wanted := func(e study.Event) bool { return len(o.events) == 0 || slices.Contains(o.events, e.Name) }
	if o.form.JSON || o.form.Markdown {
		var events []study.Event
		_, err := study.Observe(session.Ctx, s, token, path, func(e study.Event) error {
			if wanted(e) {
				events = append(events, e)
			}
			if len(events) > cli.MostEvents {
				return cli.Input("path %d has more than %s events; want --csv, which has them all, or fewer --events",
					path, report.Thousands(cli.MostEvents))
			}
			return nil
		})
		if err != nil {
			return err
		}
		return o.form.Print(session.Out, report.Trace(s, token, path, events))
	}
	out := report.NewTraceWriter(session.Out, s.Token(token))
	_, err := study.Observe(session.Ctx, s, token, path, func(e study.Event) error {
		if !wanted(e) {
			return nil
		}
		return toOutput(out.Write(e))
	})
	return cmp.Or(err, toOutput(out.Flush()))
}

// toOutput says what an error of printing is about.
func toOutput(err error) error {
	if err != nil {
		err = fmt.Errorf("standard output: %w", err)
	}
	return err
}
