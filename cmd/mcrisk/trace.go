package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
	"mcrisk/study"
)

// traceOptions are those of mcrisk trace.
type traceOptions struct {
	study  cli.StudyOptions
	path   string   // its number
	of     string   // token of a spec with several; empty: the first
	events []string // those printed; none: all
}

func newTrace() *cobra.Command {
	o := new(traceOptions)
	cmd := &cobra.Command{
		Use:   "trace",
		Short: "Print every event of one path",
		Long: `trace runs one path again, alone, and prints every event of the token's life as
CSV: time, what happened, price of the underlying, exposure, cash, equity,
leverage, the vault's size in US dollars and the running totals of the ledger, in
full precision. The last row's
equity has the same bits as the path's nav in simulate's lifetimes.`,
		Example: `  mcrisk trace --token ETHBULL3X --path 4821
  mcrisk trace --token ETHBULL3X --path 4821 --events rebalance,liquidation`,
		Args: cli.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cli.SessionOf(cmd)) },
	}
	o.study.Bind(cmd)
	s := cmd.Flags()
	cli.Text(s, &o.path, cli.SectionOutput, "path", "number", "0", "path to trace, from 0")
	cli.Text(s, &o.of, cli.SectionOutput, "of", "name", "", "token to trace, of a spec with several")
	s.StringSliceVar(&o.events, "events", nil,
		"print these `events` only, with commas between: "+strings.Join(study.EventNames, ", "))
	return cmd
}

func (o *traceOptions) run(session *cli.Session) error {
	r, err := o.study.Resolve(session, cli.Demand{})
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
	out := bufio.NewWriter(session.Out)
	events := rundir.NewEventWriter(out)
	_, err = study.Observe(r.Study, token, path, func(e study.Event) {
		if len(o.events) == 0 || slices.Contains(o.events, e.Name) {
			events.Write(e)
		}
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	session.Notes(r.Notes...)
	return nil
}
