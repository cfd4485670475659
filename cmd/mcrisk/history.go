package main

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/runs"
)

func newHistory() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history FILE",
		Short: "Describe a price history: return, risk, drawdown",
		Long: `history reads a price history as calibrate does and prints what its closes did:
total and yearly return, volatility, Sharpe, Sortino, Calmar, omega, tails, value
at risk, drawdowns and time under water. Nothing is estimated, so there are no
intervals. A year has 365 days. A history with gaps is described in steps of its
closes as they stand.`,
		Example: `  mcrisk history eth_usd_1d.csv
  mcrisk history ftx_bull_1d.csv --json`,
		Args: oneFile,
	}
	var asJSON, asCSV, asMarkdown bool
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV")
	cmd.Flags().BoolVar(&asMarkdown, "markdown", false, "print a Markdown table")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		as, err := oneForm(asJSON, asCSV, asMarkdown)
		if err != nil {
			return err
		}
		h, hash, err := readHistory(args[0])
		if err != nil {
			return inputError{err}
		}
		closes := make([]float64, len(h.Bars))
		for i, b := range h.Bars {
			closes[i] = b.Close
		}
		if n := len(h.Gaps); n > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "note: %s: %d gaps, the first on %s; the return across each counts as one step\n", args[0], n, h.Gaps[0])
		}
		ms := analytics.SeriesMetrics(closes, h.StepYears())
		out := cmd.OutOrStdout()
		switch as {
		case formJSON:
			metrics := map[string]*float64{}
			for _, m := range ms {
				metrics[m.Name] = finite(m.Value)
			}
			return encodeJSON(out, struct {
				SHA256  string              `json:"sha256"`
				Values  int                 `json:"values"`
				Step    string              `json:"step"`
				Metrics map[string]*float64 `json:"metrics"`
			}{hash, len(closes), param.FormatSeconds(h.Step.Seconds()), metrics})
		case formCSV:
			return writeSeriesCSV(out, ms)
		}
		fmt.Fprintf(out, "%s: %s closes, %s apart, %s to %s\n\n", args[0], thousands(len(closes)), param.FormatSeconds(h.Step.Seconds()),
			h.Bars[0].Start.Add(h.Step).Format(minuteFormat), h.Bars[len(h.Bars)-1].Start.Add(h.Step).Format(minuteFormat))
		t := newTable(out)
		t.AppendHeader(table.Row{"metric", "value", "unit", "meaning"})
		for _, m := range ms {
			t.AppendRow(table.Row{m.Name, short(m.Value), m.Unit, m.Doc})
		}
		render(t, as)
		return nil
	}
	return cmd
}

// oneFile wants a file of prices.
func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return badInput("%d files; want one CSV of prices", len(args))
	}
	return nil
}

func writeSeriesCSV(w io.Writer, ms []analytics.SeriesMetric) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"metric", "value", "unit", "meaning"})
	for _, m := range ms {
		_ = out.Write([]string{m.Name, string(runs.AppendFloat(nil, m.Value)), m.Unit, m.Doc})
	}
	out.Flush()
	return out.Error()
}
