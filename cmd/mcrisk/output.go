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
	"mcrisk/rundir"
)

// progress shows how far a run is, with rate and time left, on a terminal only.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, what string) progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progress{}
	}
	return progress{progressbar.NewOptions(1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(what),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())}
}

func (p progress) update(done, total int) {
	if p.bar != nil {
		if p.bar.GetMax() != total {
			p.bar.ChangeMax(total)
		}
		_ = p.bar.Set(done)
	}
}

func (p progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// numberText writes a number to a file, in full.
func numberText(v float64) string { return string(rundir.AppendFloat(nil, v)) }

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
	return digits(v, 4)
}

// short3 is short with three digits.
func short3(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return short(v)
	}
	return digits(v, 3)
}

func digits(v float64, n int) string {
	s := strconv.FormatFloat(v, 'g', n, 64)
	if strings.Contains(s, "e") && math.Abs(v) >= 1000 && math.Abs(v) < 1e9 {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strings.ReplaceAll(s, "-", "−")
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
func writeSummary(w io.Writer, p *plan, summaries []analytics.Summary, causes []analytics.Attribution, hash string, simulated, total time.Duration) error {
	s := p.spec
	for i, sum := range summaries {
		fmt.Fprintf(w, "%s: %s lifetimes of %s, price seen every %s (monitoring: grid), seed %d\n\n", sum.Token, thousands(s.Paths),
			param.FormatSeconds(s.Horizon.Seconds()), param.FormatSeconds(s.Step.Seconds()), s.Seed)
		writeMetrics(w, &summaries[i], formText)
		writeAttribution(w, titledAttribution{sum.Token, "all paths", causes[i]}, formText)
	}
	writeSettings(w, p.settings())
	rate := float64(s.Paths*len(s.Tokens)) / simulated.Seconds()
	_, err := fmt.Fprintf(w, "\nresults_hash %s\nsimulated in %.1f s, %s lifetimes a second; %.1f s in all\n", hash, simulated.Seconds(), thousands(int(rate)), total.Seconds())
	return err
}

// writeSettings prints every number of a run and where it came from.
func writeSettings(w io.Writer, settings []rundir.Setting) {
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
	_ = out.Write([]string{"token", "metric", "estimate", "se", "lo", "hi", "n", "confidence", "interval", "variance_reduction", "warning", "unit", "meaning"})
	row := func(token, name, unit, doc string, e analytics.Estimate) {
		f := numberText
		_ = out.Write([]string{token, name, f(e.Value), f(e.SE), f(e.Lo), f(e.Hi), strconv.Itoa(e.N), f(e.Confidence), string(e.Method), f(e.VarianceReduction), string(e.Warning), unit, doc})
	}
	for _, s := range summaries {
		for _, m := range s.Metrics {
			row(s.Token, m.Name, string(m.Unit), m.Doc, m.Estimate)
		}
		for _, q := range s.Quantiles {
			row(s.Token, quantileName(q.P), "initial equity", "final net asset value not exceeded on this share of paths", q.Estimate)
		}
	}
	out.Flush()
	return out.Error()
}
