package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"mcrisk/internal/cli"
)

// The help of a command is without the flags that it refuses, and has those that
// take their place.
func TestReservedFlags(t *testing.T) {
	for command, lists := range map[string][2][]string{
		"liquidation": {
			{"--token ", "--spec ", "--model ", "--latency ", "--jump-mean ", "--jump-sd ", "--after-liquidation "},
			{"--tokens ", "--latencies ", "--jumps "},
		},
		"breakeven": {{"--mechanism ", "--borrow ", "--funding "}, {"--token ", "--borrow-rates ", "--funding-rates "}},
	} {
		help := resultsOf(t, command, "--help", "all")
		for i, list := range lists {
			for _, flag := range list {
				if strings.Contains(help, "\n  "+flag) != (i == 1) {
					t.Errorf("help of %s: has %s is %v", command, flag, i != 1)
				}
			}
		}
	}
}

// What is printed as CSV is what the run's tables have, text fits 80 columns but for
// words that are longer, and no two forms are printed at once.
func TestFormsOfMaps(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	grid := []string{"--horizon", "3d", "--step", "6h", "--paths", "30", "--no-figures"}
	for _, tt := range []struct {
		args   []string
		tables []string
	}{
		{[]string{"compare", "--tokens", "toros-eth2x,etf-daily-2x,hold-2x"}, []string{"compare.csv"}},
		{[]string{"position", "--tokens", "ETHBULL3X,spot,perp-3x", "--expect", "5%"}, []string{"position.csv"}},
		{[]string{"heatmap", "--token", "ETHBULL3X", "--x", "half-width=0.1:0.5:0.1", "--y", "fee=5bp,20bp"},
			[]string{"heatmap.csv"}},
		{[]string{"heatmap", "--token", "ETHBULL3X", "--x", "horizon", "--y", "sigma=0.5,1", "--metric", "nav_p50"},
			[]string{"heatmap.csv"}},
		{[]string{"breakeven", "--token", "ETHBULL3X", "--borrow-rates", "0,10%", "--funding-rates", "0,20%"},
			[]string{"breakeven.csv", "surface.csv"}},
		{[]string{"costs", "--token", "ETHBULL3X", "--invest", "10k,2M"}, []string{"costs.csv"}},
		{[]string{"liquidation", "--tokens", "BTCBULL3X,ETHBULL3X", "--latencies", "0,12h"},
			[]string{"liquidation.csv"}},
	} {
		args := append(tt.args, grid...)
		out := filepath.Join(t.TempDir(), "run")
		printed := resultsOf(t, append(args, "--csv", "--out", out)...)
		var files []string
		for _, name := range tt.tables {
			files = append(files, read(t, filepath.Join(out, name)))
		}
		if want := strings.Join(files, "\n"); printed != want {
			t.Errorf("%v prints as CSV\n%s\nand has the tables\n%s", tt.args, printed, want)
		}
		for line := range strings.Lines(resultsOf(t, append(args, "--no-save")...)) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 &&
				strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%v prints a line of %d columns: %s", tt.args, n, line)
			}
		}
		markdown := resultsOf(t, append(args, "--no-save", "--markdown")...)
		if !regexp.MustCompile(`(?m)^\| [^\n]+ \|\n\| --- \|`).MatchString(markdown) ||
			!strings.Contains(markdown, "results\\_hash") && !strings.Contains(markdown, "results_hash") {
			t.Errorf("%v prints as Markdown\n%s", tt.args, markdown)
		}
		if _, said := expect(t, cli.BadInput,
			append(args, "--no-save", "--csv", "--json")...); !strings.Contains(said, "want one of them") {
			t.Errorf("%v as CSV and JSON: %s", tt.args, said)
		}
	}
}

// What trace, verify and plot print is the same in every form.
func TestFormsOfRuns(t *testing.T) {
	args := []string{"trace", "--token", "ETHBULL3X", "--horizon", "2d", "--sigma", "2"}
	csv := resultsOf(t, args...)
	if got := resultsOf(t, append(args, "--csv")...); got != csv {
		t.Errorf("trace prints\n%s\nand as CSV\n%s", csv, got)
	}
	var traced struct{ Events []map[string]any }
	decode(t, resultsOf(t, append(args, "--json")...), &traced)
	rows := strings.Split(strings.TrimSpace(csv), "\n")
	head, last := strings.Split(rows[0], ","), strings.Split(rows[len(rows)-1], ",")
	if len(traced.Events) != len(rows)-1 || len(rows) < 4 {
		t.Fatalf("%d events as JSON, %d as CSV", len(traced.Events), len(rows)-1)
	}
	for i, name := range head {
		if got := fmt.Sprint(traced.Events[len(rows)-2][name]); name == "event" && got != last[i] ||
			name != "event" && parse(t, got) != parse(t, last[i]) {
			t.Errorf("the last event's %s is %s as JSON and %s as CSV", name, got, last[i])
		}
	}
	if got := resultsOf(t, append(args, "--events", "start", "--markdown")...); !strings.Contains(got,
		"| time | event |") || !strings.Contains(got, "\n| 0s | start | 1 | 3 |") {
		t.Errorf("trace prints as Markdown\n%s", got)
	}
	says(t, cli.BadInput, "want one of them", append(args, "--json", "--csv")...)

	run := stored(t, "run", "--no-figures")
	var verified struct {
		Files, Lifetimes int
		Verified         bool
		ResultsHash      string `json:"results_hash"`
	}
	decode(t, resultsOf(t, "verify", run, "--json"), &verified)
	text := resultsOf(t, "verify", run)
	if !verified.Verified || verified.Lifetimes != 300 || !strings.Contains(text, verified.ResultsHash) ||
		!strings.Contains(text, fmt.Sprintf("%d files match the manifest", verified.Files)) {
		t.Errorf("verify prints %s and as JSON %+v", text, verified)
	}
	if got := resultsOf(t, "verify", run, "--csv"); !strings.Contains(got, ","+verified.ResultsHash+",true\n") {
		t.Errorf("verify prints as CSV\n%s", got)
	}
	var list struct{ Figures []map[string]any }
	decode(t, resultsOf(t, "plot", run, "--json"), &list)
	if len(list.Figures) != len(cli.FigureNames()) || list.Figures[0]["overlay"] != true {
		t.Errorf("plot lists %v", list.Figures)
	}
	for i, name := range cli.FigureNames() {
		if list.Figures[i]["figure"] != name || !strings.Contains(resultsOf(t, "plot", run), "\n "+name+" ") {
			t.Errorf("figure %d is %v; want %s", i, list.Figures[i], name)
		}
	}
}

func decode(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}
