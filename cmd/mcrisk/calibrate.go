package main

import (
	"fmt"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/models"
	"mcrisk/param"
)

func newCalibrate() *cobra.Command {
	return &cobra.Command{
		Use:   "calibrate FILE",
		Short: "Fit a price model to a CSV of prices",
		Long: `calibrate reads a price history (timestamp or date, open, high, low, close,
volume; or a Binance kline file), reports its gaps, and fits geometric Brownian
motion to its close-to-close log-returns, with standard errors.`,
		Example: `  mcrisk calibrate eth_usdt_perp_1h.csv`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return badInput("%d files; want one CSV of prices", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			h, _, err := readHistory(args[0])
			if err != nil {
				return inputError{err}
			}
			returns := h.LogReturns()
			fit, err := models.FitGBM(returns, h.StepYears())
			if err != nil {
				return inputError{fmt.Errorf("%s: %w", args[0], err)}
			}
			w := cmd.OutOrStdout()
			last := h.Bars[len(h.Bars)-1]
			fmt.Fprintf(w, "%s: %s bars of %s, %s to %s, %d gaps; %s returns\n\n", args[0], thousands(len(h.Bars)), param.FormatSeconds(h.Step.Seconds()),
				h.Bars[0].Start.Format("2006-01-02 15:04"), last.Start.Add(h.Step).Format("2006-01-02 15:04"), len(h.Gaps), thousands(len(returns)))
			t := newTable(w)
			t.AppendHeader(table.Row{"model", "parameter", "estimate", "standard error"})
			for i, name := range fit.Names {
				t.AppendRow(table.Row{fit.Kind, name, short(fit.Values[i]), short(fit.SE[i])})
			}
			t.AppendRow(table.Row{fit.Kind, "log-likelihood", fmt.Sprintf("%.2f", fit.LogLikelihood), ""})
			t.Render()
			for i, name := range fit.Names {
				if name == "mu" && fit.SE[i] > math.Abs(fit.Values[i]) {
					fmt.Fprintf(cmd.ErrOrStderr(), "note: the growth rate %s is smaller than its standard error; it says little\n", short(fit.Values[i]))
				}
			}
			writeNotes(cmd, gapNotes(h))
			fmt.Fprintf(cmd.ErrOrStderr(), "next: mcrisk simulate --token ETHBULL3X --prices %s\n", args[0])
			return nil
		},
	}
}
