package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/internal/cli"
	"mcrisk/report"
)

// historyOptions are the options of mcrisk history.
type historyOptions struct {
	part cli.HistoryOptions
	form cli.FormOptions

	periods, riskFree string // how it is annualised; empty: by elapsed time, without interest
}

func newHistory() *cobra.Command {
	o := new(historyOptions)
	cmd := &cobra.Command{
		Use:   "history FILE",
		Short: "Describe a price history: return, risk, drawdown",
		Long: `history prints the return, volatility, Sharpe, Sortino, Calmar and omega ratios,
value at risk, drawdowns and time under water of a price history's closes.

These describe the past, so there are no intervals. Years are elapsed time, of 365
days each, so weekends and missing bars count. With --periods-per-year returns are
counted instead.`,
		Example: `  mcrisk history eth_usd_1d.csv
  mcrisk history eth_usd_1d.csv --since 2022-11-01 --until 2022-12-01
  mcrisk history ftx_bull_1d.csv --json`,
		Args: cli.OneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cli.SessionOf(cmd), args[0]) },
	}
	o.part.Bind(cmd, cli.SectionOutput)
	s := cmd.Flags()
	cli.Text(s, &o.periods, cli.SectionOutput, "periods-per-year", "number", "",
		"returns in a year, such as 252 (default by elapsed time)")
	cli.Text(s, &o.riskFree, cli.SectionOutput, "risk-free", "rate", "",
		"interest a year that Sharpe and Sortino subtract (default 0)")
	o.form.Bind(cmd)
	return cmd
}

func (o *historyOptions) run(session *cli.Session, file string) error {
	if err := o.form.Check(); err != nil {
		return err
	}
	options, err := cli.ParseSeries(o.periods, o.riskFree)
	if err != nil {
		return err
	}
	h, sum, err := o.part.Read(session, file)
	if err != nil {
		return err
	}
	if err := o.form.Print(session.Out, report.History(file, sum, assess.Describe(h, options))); err != nil {
		return err
	}
	session.Notes(cli.ReadNotes(h)...)
	if n := len(h.Gaps); n > 0 {
		session.Notes(fmt.Sprintf("%s: gaps: %d, the first on %s; the time that passes over them counts",
			file, n, h.Gaps[0]))
	}
	return nil
}
