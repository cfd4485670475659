package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// Differences are those of the lifetimes that simulate writes of each token
// alone, path by path, and their intervals are paired.
func TestCompare(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no sentence is broken
	dir := t.TempDir()
	grid := []string{"--horizon", "60d", "--step", "6h", "--paths", "200"}
	var navs [2][]float64
	alone := map[string]map[string]map[string]any{}
	for i, token := range []string{"toros-eth2x", "etf-daily-2x"} {
		file := filepath.Join(dir, token+".csv")
		alone[token] = reportOf(t, append([]string{"simulate", "--token", token, "--no-save",
			"--lifetimes", file}, grid...)...).Tokens[0].Metrics
		navs[i] = column(t, file, "max_drawdown")
	}
	n := float64(len(navs[0]))
	mean, m2 := 0.0, 0.0
	for i := range navs[0] {
		d := navs[1][i] - navs[0][i]
		mean += d / n
		m2 += d * d / n
	}
	se := math.Sqrt((m2 - mean*mean) / (n - 1))

	out := filepath.Join(dir, "run")
	var r struct {
		ResultsHash string `json:"results_hash"`
		Rows        []struct {
			Metric, Token, Unit string
			Estimate            *float64
			Difference          struct{ Estimate, SE, Lo, Hi *float64 }
		}
		Outcomes []struct {
			Name      string
			Quantiles map[string]struct{ Estimate *float64 }
		}
	}
	text := resultsOf(t,
		append([]string{"compare", "--tokens", "toros-eth2x,etf-daily-2x", "--json", "--out", out}, grid...)...)
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	// Outcomes are of the study that was asked: each token's median as simulate has it,
	// then spot and one position that is held, as both tokens are of one leverage.
	var names []string
	for _, o := range r.Outcomes {
		names = append(names, o.Name)
		if want, ok := alone[o.Name]; ok && *o.Quantiles["nav_p50"].Estimate != want["median_nav"]["estimate"] {
			t.Errorf("median of %s is %v; alone it is %v", o.Name, *o.Quantiles["nav_p50"].Estimate,
				want["median_nav"]["estimate"])
		}
	}
	if got := strings.Join(names, ", "); got != "toros-eth2x, etf-daily-2x, spot, held 2x" {
		t.Errorf("outcomes of %s", got)
	}
	metrics := map[string]int{}
	for _, row := range r.Rows {
		metrics[row.Metric]++
		if strings.HasPrefix(row.Metric, "p_beats_") && *row.Estimate != alone[row.Token][row.Metric]["estimate"] {
			t.Errorf("%s of %s is %v; alone it is %v",
				row.Metric, row.Token, *row.Estimate, alone[row.Token][row.Metric]["estimate"])
		}
		switch {
		case row.Token == "toros-eth2x" && *row.Difference.Estimate != 0:
			t.Errorf("%s of the first differs by %v from itself", row.Metric, *row.Difference.Estimate)
		case row.Token == "etf-daily-2x" && row.Metric == "max_drawdown": // which nothing corrects
			if d := row.Difference; math.Abs(*d.Estimate-mean) > 1e-12 || math.Abs(*d.SE-se) > 1e-9*se {
				t.Errorf("difference %v ± %v; the lifetimes say %v ± %v", *d.Estimate, *d.SE, mean, se)
			}
		}
	}
	for _, name := range []string{"holder_nav", "p_beats_underlying", "p_beats_linear",
		"p_liquidation", "cost_drag", "rebalances_per_year", "median_nav_trend", "median_nav_chop",
		"median_nav_crash"} {
		if metrics[name] != 2 {
			t.Errorf("%d rows of %s; want 2", metrics[name], name)
		}
	}
	// Warnings are in the table as in the CSV.
	warned := func(csv string) int { return strings.Count(csv, "heavy-tail") + strings.Count(csv, "few-in-tail") }
	table := resultsOf(t, append([]string{"compare", "--tokens", "toros-eth2x,etf-daily-2x", "--no-save"}, grid...)...)
	marks, want := strings.Count(table, " !\n")+strings.Count(table, " ! "),
		warned(read(t, filepath.Join(out, "compare.csv")))
	if marks != want || marks == 0 || !strings.Contains(table, "\nnote: !: ") {
		t.Errorf("%d intervals marked in the table, %d warned of in the CSV; want as many, and some", marks, want)
	}
	for _, file := range []string{"spec.yaml", "compare.csv", "manifest.json",
		"figures/compare.png", "figures/compare.svg", "figures/scenarios.svg"} {
		if _, err := os.Stat(filepath.Join(out, file)); err != nil {
			t.Error(err)
		}
	}
	// The spec it leaves gives the same results.
	again := resultsOf(t, "compare", "--spec", filepath.Join(out, "spec.yaml"), "--json", "--no-save")
	if again != text {
		t.Error("the run's spec gives other results")
	}
}

func TestCompareRefuses(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "--tokens = \"\"; want at least two names"},
		{[]string{"--tokens", "ETHBULL3X"}, "want at least two names"},
		{[]string{"--tokens", "ETHBULL3X, nobody"}, `no token "nobody"`},
		{[]string{"--tokens", "ETHBULL3X,ETHBULL3X"}, `two tokens are called "ETHBULL3X"`},
		{[]string{"--tokens", "ETHBULL3X,hold-3x", "--token", "ETHBULL2X"}, "--token and --tokens"},
		{[]string{"--tokens", "ETHBULL3X,hold-3x", "--jump-rate", "1"}, "jump-rate is a number of model"},
	} {
		status, _, stderr := call(t, append([]string{"compare", "--no-save"}, tt.args...)...)
		if status != cli.BadInput || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %s; want %q", tt.args, status, stderr, tt.want)
		}
	}
}

// With a correlation each token is on its own underlying: the first is where it is
// without, the others have their own volatility, and the study's file gives it all
// back.
func TestCompareOnOwnUnderlyings(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no sentence is broken
	if testing.Short() {
		t.Skip("many runs")
	}
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"compare", "--tokens", "ETHBULL3X,BTCBULL3X,SOLBULL3X", "--horizon", "10d", "--paths", "60"}
	together, _ := expect(t, cli.Done, append(args, "--no-save")...)
	apart, _ := expect(t, cli.Done, append(args, "--correlation", "0.8", "--out", dir)...)
	for _, want := range []string{"BTC: sigma", "BTC: correlations", "SOL: correlations"} {
		if !strings.Contains(apart, want) || strings.Contains(together, want) {
			t.Errorf("%q is not printed, or is without --correlation:\n%s", want, apart)
		}
	}
	row := func(out, token string) string {
		for line := range strings.Lines(out) {
			if f := strings.Fields(line); len(f) > 2 && f[0] == "holder_nav" || len(f) > 1 && f[0] == token {
				if strings.Contains(line, token) {
					return strings.Join(strings.Fields(line), " ")
				}
			}
		}
		return ""
	}
	if a, b := row(together, "ETHBULL3X"), row(apart, "ETHBULL3X"); a != b || a == "" {
		t.Errorf("the first token is %q together and %q apart", a, b)
	}
	if a, b := row(together, "BTCBULL3X"), row(apart, "BTCBULL3X"); a == b {
		t.Errorf("the second token is %q together and apart", a)
	}
	// simulate runs the same study from its file, figures and controls included.
	again := filepath.Join(t.TempDir(), "again")
	expect(t, cli.Done, "simulate", "--spec", filepath.Join(dir, "spec.yaml"), "--out", again)
	expect(t, cli.Done, "verify", again)
	if read(t, filepath.Join(again, "spec.yaml")) == "" ||
		!strings.Contains(read(t, filepath.Join(dir, "spec.yaml")), "underlying: BTC") {
		t.Error("the study's file does not say who follows what")
	}
	// Jumps that are independent weaken the correlation, which is said; common ones keep it.
	jumps := append(args, "--correlation", "0.8", "--model", "merton", "--sigma", "0.5", "--jump-rate", "200",
		"--jump-mean", "0", "--jump-sd", "0.05", "--paths", "3000", "--json")
	for _, common := range []bool{false, true} {
		at := filepath.Join(t.TempDir(), "jumps")
		these := append(slices.Clone(jumps), "--out", at)
		if common {
			these = append(these, "--common-jumps")
		}
		out, _ := expect(t, cli.Done, these...)
		var result struct {
			Correlations []struct {
				First, Second string
				Asked         float64
				Realised      struct{ Estimate, Lo, Hi float64 }
			}
		}
		if err := json.Unmarshal([]byte(out), &result); err != nil || len(result.Correlations) != 3 {
			t.Fatalf("%v: %+v", err, result)
		}
		want := 0.8
		if !common { // of a variance a year of .25 from the diffusion and .5 from jumps
			want = 0.8 * 0.25 / 0.75
		}
		for _, c := range result.Correlations {
			r := c.Realised // five standard errors are 2.55 half-widths
			if half := 2.55 * (r.Hi - r.Lo) / 2; c.Asked != 0.8 || !(math.Abs(r.Estimate-want) < half) {
				t.Errorf("common %t: correlation of %s and %s: %+v; want %v", common, c.First, c.Second, r, want)
			}
		}
		expect(t, cli.Done, "simulate", "--spec", filepath.Join(at, "spec.yaml"), "--paths", "40", "--no-save")
		page := read(t, filepath.Join(at, "report.html"))
		if said := strings.Contains(page, "With --common-jumps they jump together"); said == common {
			t.Errorf("common %t: the report says how jumps could be: %t", common, said)
		}
		if said := strings.Contains(read(t, filepath.Join(at, "spec.yaml")), "common-jumps: true"); said != common {
			t.Errorf("common %t: the study's file says so: %t", common, said)
		}
	}
	if _, said := expect(t, cli.BadInput, append(args, "--no-save", "--common-jumps")...); !strings.Contains(said,
		"--common-jumps of one underlying; want --correlation too") {
		t.Errorf("said %s", said)
	}
	if _, said := expect(t, cli.BadInput, append(args, "--no-save", "--common-jumps",
		"--correlation", "0.8")...); !strings.Contains(said, "want merton, kou or bates") {
		t.Errorf("said %s", said)
	}
	for _, tt := range [][2]string{{"1.5", "want a number between"}, {"x", "want a number between"},
		{"-0.9", "not positive definite"}} {
		if _, said := expect(t, cli.BadInput,
			append(args, "--no-save", "--correlation", tt[0])...); !strings.Contains(said, tt[1]) {
			t.Errorf("--correlation %s: %s", tt[0], said)
		}
	}
	if _, said := expect(t, cli.BadInput, "compare", "--tokens", "ETHBULL3X,ETHBULL2X",
		"--correlation", "0.8", "--no-save"); !strings.Contains(said, "all tokens follow ETH") {
		t.Errorf("said %s", said)
	}
}

// Of prices that stand still every difference is known, and so is a short position's
// name: held −2x. The study's file says where its correlations come from.
func TestCompareWithoutNoise(t *testing.T) {
	args := []string{"--tokens", "ETHBULL3X,ETHBEAR2X", "--rates", "constant", "--sigma", "0", "--horizon", "2d",
		"--paths", "20", "--no-save"}
	out, _ := expect(t, cli.Done, append([]string{"compare", "--markdown"}, args...)...)
	if !strings.Contains(out, "| held −2x |") {
		t.Errorf("no held −2x in\n%s", out)
	}
	_, differences, _ := strings.Cut(out, "Difference from ETHBULL3X")
	if !strings.Contains(differences, "| log_growth | ETHBEAR2X | 0.0347") {
		t.Errorf("no difference of log_growth in\n%s", differences)
	}
	dir := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, "compare", "--tokens", "ETHBULL3X,BTCBULL3X", "--correlation", "0.5", "--horizon", "2d",
		"--paths", "20", "--no-figures", "--out", dir)
	out, _ = expect(t, cli.Done, "compare", "--spec", filepath.Join(dir, "spec.yaml"), "--no-save", "--markdown")
	for _, want := range []string{"| BTC: correlations | 0.5 | spec |", "| common-jumps | false | spec |"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}
