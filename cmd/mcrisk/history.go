package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/paths"
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
  mcrisk history eth_usd_1d.csv --since 2022-11-01 --until 2022-12-01
  mcrisk history ftx_bull_1d.csv --json`,
		Args: oneFile,
	}
	var cut part
	var asJSON, asCSV, asMarkdown bool
	cut.addFlags(cmd, sectionOutput)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV")
	cmd.Flags().BoolVar(&asMarkdown, "markdown", false, "print a Markdown table")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		as, err := oneForm(asJSON, asCSV, asMarkdown)
		if err != nil {
			return err
		}
		h, hash, err := cut.read(args[0])
		if err != nil {
			return err
		}
		closes := make([]float64, len(h.Bars))
		for i, b := range h.Bars {
			closes[i] = b.Close
		}
		if n := len(h.Gaps); n > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "note: %s: gaps: %d, the first on %s; the return across each counts as one step\n", args[0], n, h.Gaps[0])
		}
		first, last := h.Bars[0].Start.Add(h.Step), h.Bars[len(h.Bars)-1].Start.Add(h.Step)
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
				From    time.Time           `json:"from"` // of the first close
				To      time.Time           `json:"to"`
				Gaps    int                 `json:"gaps"`
				Metrics map[string]*float64 `json:"metrics"`
			}{hash, len(closes), param.FormatSeconds(h.Step.Seconds()), first, last, len(h.Gaps), metrics})
		case formCSV:
			return writeSeriesCSV(out, ms)
		}
		fmt.Fprintf(out, "%s: %s closes, %s apart, %s to %s\n\n", args[0], thousands(len(closes)), param.FormatSeconds(h.Step.Seconds()),
			first.Format(minuteFormat), last.Format(minuteFormat))
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

// A part is the part of a history that a command reads.
type part struct{ since, until string }

func (s *part) addFlags(cmd *cobra.Command, section string) {
	addFlag(cmd.Flags(), &s.since, section, "since", "time", "", "of the first bar, in UTC: 2020-03-12 or 2020-03-12T10:00:00Z (default the file's)")
	addFlag(cmd.Flags(), &s.until, section, "until", "time", "", "before which the last bar starts (default the file's end)")
}

// read reads a history and cuts it to the part.
func (s *part) read(path string) (*paths.History, string, error) {
	h, hash, err := readHistory(path)
	if err == nil {
		err = s.cut(h)
	}
	if err != nil {
		return nil, "", inputError{err}
	}
	return h, hash, nil
}

func (s *part) cut(h *paths.History) error {
	bars := h.Bars
	at := func(name, text string, otherwise int) (int, error) {
		if text == "" {
			return otherwise, nil
		}
		for _, layout := range []string{time.DateOnly, time.RFC3339} {
			if t, err := time.Parse(layout, text); err == nil {
				n, _ := slices.BinarySearchFunc(bars, t, func(b paths.Bar, t time.Time) int { return b.Start.Compare(t) })
				return n, nil
			}
		}
		return 0, fmt.Errorf("--%s = %q; want a day such as 2020-03-12 or a time such as 2020-03-12T10:00:00Z", name, text)
	}
	first, errSince := at("since", s.since, 0)
	end, errUntil := at("until", s.until, len(bars))
	if err := errors.Join(errSince, errUntil); err != nil {
		return err
	}
	if end-first < 2 {
		return fmt.Errorf("%s: --since %q to --until %q holds %d of its bars; want two or more of those between %s and %s", h.Name, s.since, s.until, max(0, end-first),
			bars[0].Start.Format(minuteFormat), bars[len(bars)-1].Start.Format(minuteFormat))
	}
	h.Bars = bars[first:end]
	h.Gaps = slices.DeleteFunc(h.Gaps, func(g paths.Gap) bool { return !g.To.After(bars[first].Start) || g.To.After(bars[end-1].Start) })
	return nil
}

func writeSeriesCSV(w io.Writer, ms []analytics.SeriesMetric) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"metric", "value", "unit", "meaning"})
	for _, m := range ms {
		_ = out.Write([]string{m.Name, numberText(m.Value), string(m.Unit), m.Doc})
	}
	out.Flush()
	return out.Error()
}
