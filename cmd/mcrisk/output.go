package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/runs"
)

// progress shows how far a run is, with rate and time left, on a terminal only.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, total int, what string) progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progress{}
	}
	return progress{progressbar.NewOptions(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("lifetimes"),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())}
}

func (p progress) update(done, _ int) {
	if p.bar != nil {
		_ = p.bar.Set(done)
	}
}

func (p progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// short writes a number for people: four digits, a true minus sign.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	s := strconv.FormatFloat(v, 'g', 4, 64)
	if strings.Contains(s, "e") && math.Abs(v) >= 1000 && math.Abs(v) < 1e9 {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strings.Replace(s, "-", "−", 1)
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func interval(e analytics.Estimate) string { return short(e.Lo) + " to " + short(e.Hi) }

func newTable(w io.Writer) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = 0
	t.SetStyle(style)
	return t
}

// writeSummary prints a run for people.
func writeSummary(w io.Writer, p *plan, summaries []analytics.Summary, hash string, took time.Duration) error {
	s := p.spec
	for _, sum := range summaries {
		fmt.Fprintf(w, "%s: %s lifetimes of %s, price seen every %s (monitoring: grid), seed %d\n\n", sum.Token, thousands(s.Paths),
			param.FormatSeconds(s.Horizon.Seconds()), param.FormatSeconds(s.Step.Seconds()), s.Seed)
		t := newTable(w)
		t.AppendHeader(table.Row{"metric", "estimate", fmt.Sprintf("%g %% interval", 100*confidence), "unit", "meaning"})
		for _, m := range sum.Metrics {
			t.AppendRow(table.Row{m.Name, short(m.Value), interval(m.Estimate), m.Unit, m.Doc})
		}
		t.Render()
		fmt.Fprintln(w)
		t = newTable(w)
		t.AppendHeader(table.Row{"share of paths below", "final NAV", fmt.Sprintf("%g %% interval", 100*confidence)})
		for _, q := range sum.Quantiles {
			t.AppendRow(table.Row{short(100*q.P) + " %", short(q.Value), interval(q.Estimate)})
		}
		t.Render()
		fmt.Fprintln(w)
	}
	writeSettings(w, p.settings())
	rate := float64(s.Paths*len(s.Tokens)) / took.Seconds()
	fmt.Fprintf(w, "\nresults_hash %s\n%.1f s, %s lifetimes a second\n", hash, took.Seconds(), thousands(int(rate)))
	return nil
}

// writeSettings prints every number of a run and where it came from.
func writeSettings(w io.Writer, settings []runs.Setting) {
	t := newTable(w)
	t.AppendHeader(table.Row{"setting", "value", "from"})
	for _, s := range settings {
		t.AppendRow(table.Row{s.Name, s.Value, clip(s.Origin, 110)})
	}
	t.Render()
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func writeSummaryCSV(w io.Writer, summaries []analytics.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"token", "metric", "estimate", "se", "lo", "hi", "n", "confidence", "interval", "unit", "meaning"})
	row := func(token, name, unit, doc string, e analytics.Estimate) {
		f := func(v float64) string { return string(runs.AppendFloat(nil, v)) }
		_ = out.Write([]string{token, name, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), f(e.Confidence), string(e.Method), unit, doc})
	}
	for _, s := range summaries {
		for _, m := range s.Metrics {
			row(s.Token, m.Name, m.Unit, m.Doc, m.Estimate)
		}
		for _, q := range s.Quantiles {
			row(s.Token, "nav_quantile_"+strconv.FormatFloat(q.P, 'g', -1, 64), "initial equity", "final net asset value not exceeded on this share of paths", q.Estimate)
		}
	}
	out.Flush()
	return out.Error()
}
