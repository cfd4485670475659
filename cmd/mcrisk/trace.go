package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

// eventNames are the events of a trace.
var eventNames = []string{"start", "carry", "price", "edge", "order", "rebalance", "no trade", "fee", "liquidation", "stop", "wipe-out"}

func newTrace() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trace",
		Short: "Print every event of one path",
		Long: `trace runs one path again, alone, and prints every event of the token's life as
CSV: time, what happened, price of the underlying, exposure, cash, equity,
leverage and the running totals of the ledger, in full precision. The last row's
equity has the same bits as the path's nav in simulate's lifetimes.`,
		Example: `  mcrisk trace --token ETHBULL3X --path 4821
  mcrisk trace --token ETHBULL3X --path 4821 --events rebalance,liquidation`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	var path, only string
	var events []string
	addFlag(cmd.Flags(), &path, sectionOutput, "path", "number", "0", "path to trace, from 0")
	addFlag(cmd.Flags(), &only, sectionOutput, "of", "name", "", "token to trace, of a spec with several")
	cmd.Flags().StringSliceVar(&events, "events", nil, "print these `events` only, with commas between: "+strings.Join(eventNames, ", "))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := f.plan()
		if err != nil {
			return err
		}
		n, err := rundir.Count(path)
		if err != nil || n >= uint64(p.spec.Paths) {
			return badInput("--path = %q; want a whole number from 0 to %d, the last of --paths %d", path, p.spec.Paths-1, p.spec.Paths)
		}
		for _, name := range events {
			if !slices.Contains(eventNames, name) {
				return badInput("--events = %q; want some of %s", name, strings.Join(eventNames, ", "))
			}
		}
		token := 0
		if only != "" {
			token = slices.IndexFunc(p.spec.Tokens, func(t study.TokenSpec) bool { return t.Name == only })
			if token < 0 {
				return badInput("--of = %q; no token of the study has that name", only)
			}
		}
		out := bufio.NewWriter(cmd.OutOrStdout())
		fmt.Fprint(out, "seconds,event,underlying,exposure,cash,equity,leverage")
		for _, name := range tokens.ItemNames {
			fmt.Fprint(out, ",", name)
		}
		fmt.Fprintln(out)
		var buf []byte
		_, err = study.Tell(p.study, token, int(n), func(e tokens.Event) {
			if len(events) > 0 && !slices.Contains(events, e.Name) {
				return
			}
			buf = rundir.AppendFloat(buf[:0], e.Time.Seconds())
			buf = append(buf, ',')
			buf = append(buf, e.Name...)
			for _, v := range append([]float64{e.Price, e.Exposure, e.Cash, e.Equity, e.Leverage}, e.Money[:]...) {
				buf = append(buf, ',')
				buf = rundir.AppendFloat(buf, v)
			}
			out.Write(append(buf, '\n'))
		})
		if err != nil {
			return err
		}
		writeNotes(cmd, p.notes)
		return out.Flush()
	}
	return cmd
}
