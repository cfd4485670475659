package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mcrisk/internal/cli"
	"mcrisk/report"
)

// Drawn again from what is stored, every figure of a run has the same bytes,
// and every other figure can be drawn at all, in all three formats.
func TestPlotRedraws(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	run := stored(t, "run")
	dir := t.TempDir()
	for _, name := range cli.FigureNames() {
		out := filepath.Join(dir, name+".svg")
		expect(t, cli.Done, "plot", run, "--figure", name, "--out", out)
		original := filepath.Join(run, "figures", name+".svg")
		if _, err := os.Stat(original); err == nil && read(t, out) != read(t, original) {
			t.Errorf("%s drawn again differs", name)
		}
	}
	for _, name := range []string{"fan", "decay", "drawdown", "underwater", "cost-drag", "waterfall", "sensitivity"} {
		if _, err := os.Stat(filepath.Join(run, "figures", name+".svg")); err != nil {
			t.Errorf("the run has no %s", name)
		}
	}
	for ext, magic := range map[string]string{"pdf": "%PDF", "png": "\x89PNG"} {
		out := filepath.Join(dir, "x."+ext)
		expect(t, cli.Done, "plot", run, "--figure", "waterfall", "--out", out)
		if !strings.HasPrefix(read(t, out), magic) {
			t.Errorf("the %s begins with %q", ext, read(t, out)[:8])
		}
	}
}

// A run whose estimates were not corrected is drawn again as it was with the flag that
// it was made with, and not without.
func TestPlotWithoutControl(t *testing.T) {
	if testing.Short() {
		t.Skip("draws figures")
	}
	run := stored(t, "run", "--no-control")
	want := read(t, filepath.Join(run, "figures", "waterfall.svg"))
	for _, plain := range []bool{true, false} {
		out := filepath.Join(t.TempDir(), "x.svg")
		expect(t, cli.Done, "plot", run, "--figure", "waterfall", "--out", out,
			"--no-control="+strconv.FormatBool(plain))
		if (read(t, out) == want) != plain {
			t.Errorf("with --no-control=%v it is the figure of the run: %v", plain, !plain)
		}
	}
}

// Ruin, jumps, a perpetual, a short token without a band: every figure still.
func TestPlotAwkwardRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("draws every figure three times")
	}
	for name, args := range map[string][]string{
		"ruin": {"--model", "merton", "--jump-rate", "300", "--jump-mean", "-0.2", "--jump-sd", "0.2",
			"--horizon", "5d"},
		"short": {"--target", "-1", "--band", "0.9:1.1"},
		"brief": {"--horizon", "3h", "--paths", "40"},
	} {
		run := stored(t, name, args...)
		for _, figure := range cli.FigureNames() {
			if name == "ruin" && (figure == "law" || figure == "decay-horizons") {
				continue // seconds of exact jumps, and drawn elsewhere
			}
			expect(t, cli.Done, "plot", run, "--figure", figure, "--out", filepath.Join(t.TempDir(), "x.svg"))
		}
	}
}

func TestPlotOverlay(t *testing.T) {
	if testing.Short() {
		t.Skip("draws ten figures")
	}
	a, b := stored(t, "a"), stored(t, "b", "--band", "2.5:3.5")
	dir := t.TempDir()
	for over, want := range map[string]string{
		b: "The overlay has low 2.5, high 3.5.", a: "The overlay has the same settings.",
		stored(t, "c", "--model", "merton", "--mechanism", "perp"): "Overlay: 300 paths",
	} {
		out := filepath.Join(t.TempDir(), "x.svg")
		expect(t, cli.Done, "plot", a, "--figure", "drawdown", "--overlay", over, "--out", out)
		if text := read(t, out); !strings.Contains(text, want) {
			t.Errorf("over %s: want %q in the caption", over, want)
		}
	}
	for _, f := range report.TokenFigures() {
		out := filepath.Join(dir, f.Name+".svg")
		if !f.Overlay {
			_, errs := expect(t, cli.BadInput, "plot", a, "--figure", f.Name, "--overlay", b, "--out", out)
			if !strings.Contains(errs, "cannot be compared") {
				t.Errorf("%s: %s", f.Name, errs)
			}
			continue
		}
		expect(t, cli.Done, "plot", a, "--figure", f.Name, "--overlay", b, "--out", out)
		if text := read(t, out); !strings.Contains(text, "The overlay has low 2.5, high 3.5.") ||
			strings.Contains(text, "intervals of") != (f.Name == "drawdown") {
			t.Errorf("%s does not say what it compares, or speaks of intervals that it has not", f.Name)
		}
	}
}

// Means of groups of paths have intervals, where there are paths enough for groups.
func TestPlotScatterCaption(t *testing.T) {
	for n, want := range map[string]bool{"300": true, "40": false} {
		run := stored(t, n, "--paths", n, "--no-figures")
		for _, figure := range []string{"decay-variance", "drawdown-underlying"} {
			out := filepath.Join(t.TempDir(), "x.svg")
			expect(t, cli.Done, "plot", run, "--figure", figure, "--out", out)
			if text := read(t, out); strings.Contains(text, "intervals of 95") != want {
				t.Errorf("%s of %s paths: speaks of intervals is %v", figure, n, !want)
			}
		}
	}
}

func TestPlotFaults(t *testing.T) {
	run := stored(t, "run", "--no-figures")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{run, "--figure", "waterfal"}, "did you mean waterfall?"},
		{[]string{run, "--figure", "fan", "--out", "x.gif"}, ".png, .svg or .pdf"},
		{[]string{run, "--figure", "path", "--path", "300", "--out", filepath.Join(run, "x.svg")}, "from 0 to 299"},
		{[]string{t.TempDir(), "--figure", "fan", "--out", filepath.Join(run, "x.svg")}, "no manifest.json"},
		{[]string{run, "--figure", "fan", "--of", "nobody", "--out", filepath.Join(run, "x.svg")}, "no token"},
		{[]string{run, "--figure", "path", "--overlay", run, "--out", filepath.Join(run, "x.svg")},
			"the figure path, which cannot be compared"},
		{[]string{run, "--figure", "law", "--overlay", run, "--out", filepath.Join(run, "x.svg")},
			"the figure law, which cannot be compared"},
		{nil, "want one run directory"},
	} {
		if _, errs := expect(t, cli.BadInput,
			append([]string{"plot"}, tt.args...)...); !strings.Contains(errs, tt.says) {
			t.Errorf("plot %v: %s; want %q", tt.args, errs, tt.says)
		}
		if _, err := os.Stat(filepath.Join(run, "x.svg")); err == nil {
			t.Errorf("plot %v left a file", tt.args)
		}
	}
	for name, flags := range map[string][]string{"one step": {"--horizon", "1h"},
		"a price that stands still": {"--horizon", "5h", "--sigma", "0"}} {
		dir := filepath.Join(t.TempDir(), "run")
		expect(t, cli.Done, append([]string{"simulate", "--target", "2", "--paths", "3", "--no-figures", "--out", dir},
			flags...)...)
		out := filepath.Join(dir, "x.svg")
		_, errs := expect(t, cli.BadInput, "plot", dir, "--figure", "multiple", "--out", out)
		if !strings.Contains(errs, "no multiple to draw over time") {
			t.Errorf("%s: %s", name, errs)
		}
	}
	// A run whose lifetimes were changed is not drawn.
	path := filepath.Join(run, "lifetimes.csv")
	if err := os.WriteFile(path, []byte(strings.Replace(read(t, path), "\n0,", "\n0,1", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, errs := expect(t, cli.Failed, "summary", run); !strings.Contains(errs,
		"lifetimes.csv: its content has the SHA-256") {
		t.Errorf("a changed run: %s", errs)
	}
}

// A stored run's summary is what simulate printed, in every form, with its
// parts adding up; requirements decide the exit status.
func TestSummaryOfRun(t *testing.T) {
	run := stored(t, "run", "--no-figures")
	if out, _ := expect(t, cli.Done, "summary", run, "--json"); out != read(t, filepath.Join(run, "summary.json")) {
		t.Error("summary --json differs from summary.json")
	}
	if out, _ := expect(t, cli.Done, "summary", run, "--csv"); out != read(t, filepath.Join(run, "summary.csv")) {
		t.Error("summary --csv differs from summary.csv")
	}
	if out, _ := expect(t, cli.Done, "summary", run, "--markdown"); !strings.Contains(out, "| log_nav |") {
		t.Errorf("no Markdown table:\n%s", out)
	}
	out, _ := expect(t, cli.Done, "summary", run)
	plain, _ := expect(t, cli.Done, "summary", run, "--no-control")
	if !strings.Contains(out, "control ") || strings.Contains(plain, "control ") {
		t.Error("want controls by default and none with --no-control")
	}
	out, _ = expect(t, cli.Done, "summary", run, "--attribution", "--json")
	var all struct {
		Attributions []struct {
			Causes []struct {
				Over struct{ Estimate float64 } `json:"over_horizon"`
			}
			Total struct {
				Over struct{ Estimate float64 } `json:"over_horizon"`
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Attributions) != 12 { // log, money, and two times five fifths
		t.Errorf("%d attributions, want 12", len(all.Attributions))
	}
	for i, a := range all.Attributions {
		sum := 0.0
		for _, c := range a.Causes {
			sum += c.Over.Estimate
		}
		if d := sum - a.Total.Over.Estimate; !(d*d < 1e-22) {
			t.Errorf("attribution %d: causes add up to %v, total %v", i, sum, a.Total.Over.Estimate)
		}
	}
	for _, args := range [][]string{{"--attribution"}, {"--attribution", "--csv"}, {"--horizons"},
		{"--horizons", "--csv"}, {"--horizons", "--json"}, {"--horizons", "--markdown"}} {
		if out, _ := expect(t, cli.Done, append([]string{"summary", run}, args...)...); len(out) < 500 {
			t.Errorf("summary %v printed %q", args, out)
		}
	}
	out, _ = expect(t, cli.Done, "summary", run, "--horizons", "--csv")
	if rows, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(rows) < 1000 {
		t.Errorf("horizons: %d rows, %v", len(rows), err)
	}
	for _, want := range []string{"holds: p_liquidation<=0.5: 3x-band-loan: p_liquidation = ", "holds: nav>0.1: "} {
		says(t, cli.Done, want, "summary", run, "--require", "p_liquidation<=0.5", "--require", "nav>0.1")
	}
	_, errs := expect(t, cli.Unmet, "summary", run, "--require", "log_nav>1")
	if !strings.Contains(errs, "does not hold: log_nav>1: ") {
		t.Errorf("unmet: %s", errs)
	}
	expect(t, cli.BadInput, "summary", run, "--require", "lognav>1")
	expect(t, cli.BadInput, "summary", run, "--json", "--csv")
	expect(t, cli.Unmet, "simulate", "--target", "2", "--paths", "50", "--horizon", "1d", "--no-save", "--require",
		"nav>5")
}
