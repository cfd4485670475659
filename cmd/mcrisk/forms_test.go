package main

import (
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
		{[]string{"heatmap", "--token", "ETHBULL3X", "--x", "half-width=0.1:0.5:0.1", "--y", "fee=5bp,20bp"},
			[]string{"heatmap.csv"}},
		{[]string{"heatmap", "--token", "ETHBULL3X", "--x", "horizon", "--y", "sigma=0.5,1", "--metric", "nav_p50"},
			[]string{"heatmap.csv"}},
		{[]string{"breakeven", "--token", "ETHBULL3X", "--borrow-rates", "0,10%", "--funding-rates", "0,20%"},
			[]string{"breakeven.csv", "surface.csv"}},
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
