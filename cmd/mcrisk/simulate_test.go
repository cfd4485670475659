package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
	"mcrisk/study"
)

// The shape of --json is what scripts read.
func TestJSON(t *testing.T) {
	for _, args := range [][]string{
		{"--token", "ETHBULL3X"},
		{"--token", "BTCBEAR1X", "--model", "merton"},
		// some are ruined
		{"--target", "9", "--liquidation-threshold", "0.889", "--sigma", "3", "--after-liquidation", "stop"},
		{"--target", "50", "--mechanism", "perp", "--maintenance", "0", "--sigma", "10", "--paths", "3"}, // all are
		{"--target", "2", "--sigma", "0"}, // nothing moves
		{"--token", "ETHBULL3X", "--paths", "1"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			out := resultsOf(t, append([]string{"simulate", "--horizon", "30d", "--paths", "40", "--no-save", "--json"},
				args...)...)
			var all map[string]json.RawMessage
			var tokens []map[string]json.RawMessage
			if err := json.Unmarshal([]byte(out), &all); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(all["tokens"], &tokens); err != nil ||
				len(tokens) != 1 || len(all["results_hash"]) != 66 {
				t.Fatalf("tokens %v, results_hash %s, %v", tokens, all["results_hash"], err)
			}
			var metrics map[string]map[string]any
			if err := json.Unmarshal(tokens[0]["metrics"], &metrics); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"nav", "holder_nav", "log_nav", "ruined", "underlying",
				"max_drawdown", "rebalances", "turnover", "trade_cost", "borrow_interest",
				"decay_vs_power", "decay_vs_linear", "tracking_vs_ideal", "p_loss_50", "p_liquidation"} {
				m, ok := metrics[name]
				if !ok {
					t.Errorf("no metric %s", name)
				}
				for _, part := range []string{"estimate", "se", "lo", "hi", "n"} {
					v, ok := m[part]
					if f, isNumber := v.(float64); !ok || v != nil && (!isNumber || math.IsNaN(f)) {
						t.Errorf("%s of %s is %v", part, name, v)
					}
				}
				if e, isNumber := m["estimate"].(float64); isNumber && m["lo"] != nil && m["hi"] != nil {
					if lo, hi := m["lo"].(float64), m["hi"].(float64); !(lo <= e && e <= hi) {
						t.Errorf("%s = %v lies outside %v to %v", name, e, lo, hi)
					}
				}
			}
			var quantiles map[string]map[string]map[string]*float64
			if err := json.Unmarshal(tokens[0]["quantiles"], &quantiles); err != nil {
				t.Fatal(err)
			}
			last := math.Inf(-1)
			for _, level := range []string{"0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"} {
				q := quantiles["nav"][level]
				if q["estimate"] == nil || *q["estimate"] < last {
					t.Fatalf("quantile %s of nav is %v after %v", level, q, last)
				}
				last = *q["estimate"]
			}
			// What is infinite is a text, and so no ratio of a price that stands still is lost.
			bare := strings.NewReplacer(`"Infinity"`, "", `"-Infinity"`, "").Replace(out)
			if strings.Contains(bare, "NaN") || strings.Contains(bare, "Inf") {
				t.Errorf("not JSON: %s", out)
			}
			if still := strings.HasSuffix(t.Name(), "sigma_0"); still && bare == out {
				t.Errorf("nothing is infinite in %s", out)
			}
		})
	}
}

// Entry and exit fees belong to the holder: they change holder_nav, entry_cost and
// exit_cost alone.
func TestHolderFees(t *testing.T) {
	args := small("simulate", "--target", "3", "--band", "2.8:3.2", "--fee", "10bp")
	without := reportOf(t, args...).Tokens[0].Metrics
	with := reportOf(t, append(args, "--entry-fee", "0.2%", "--exit-fee", "50bp")...).Tokens[0].Metrics
	for name, m := range without {
		if slices.Contains([]string{"holder_nav", "entry_cost", "exit_cost"}, name) {
			continue
		}
		if fmt.Sprint(m) != fmt.Sprint(with[name]) {
			t.Errorf("%s is %v without the holder's fees and %v with them", name, m, with[name])
		}
	}
	free, paid := without["holder_nav"]["estimate"].(float64), with["holder_nav"]["estimate"].(float64)
	if want := free * 0.998 * 0.995; !(math.Abs(paid/want-1) < 1e-12) {
		t.Errorf("holder_nav = %v after fees; want %v", paid, want)
	}
	if free != without["nav"]["estimate"] {
		t.Errorf("without fees the holder has %v, the token %v", free, without["nav"]["estimate"])
	}
}

// However a number is spelt, it is the same number.
func TestSpellings(t *testing.T) {
	hash := func(args ...string) string {
		return reportOf(t, append([]string{"simulate", "--target", "3", "--no-save", "--horizon", "3d"},
			args...)...).ResultsHash
	}
	want := hash("--band", "2.8:3.2", "--fee", "10bp", "--borrow", "5%", "--paths", "100", "--latency", "90m", "--aum",
		"1e6")
	for _, args := range [][]string{
		{"--band", "2.8:3.2", "--fee", "0.001", "--borrow", "0.05", "--paths", "1e2", "--latency", "1h30m", "--aum",
			"1000000"},
		{"--band=280%:320%", "--fee=0.1%", "--borrow=500bp", "--paths=100", "--latency=5400s"},
		{"--policy", "band", "--band", "2.8:3.2", "--to", "edge", "--fee", "1e-3", "--paths", "1.0e2", "--latency",
			"0.0625d", "--model", "gbm", "--mechanism", "loan"},
	} {
		if got := hash(args...); got != want {
			t.Errorf("%v has the hash %s; want %s", args, got, want)
		}
	}
	short := hash("--target", "-1", "--band", "0.9:1.1", "--paths", "50")
	if got := hash("--target", "-1", "--band", "-1.1:-0.9", "--paths", "50"); got != short {
		t.Error("a short token's band written with signs is another")
	}
}

// Every flag reaches the study: each changes the results of a study in which it
// matters.
func TestFlagsMatter(t *testing.T) {
	if testing.Short() {
		t.Skip("fifty studies: not with -short, which the race detector uses")
	}
	base := map[string][]string{
		"loan":  {"--target", "3", "--band", "2.9:3.1", "--horizon", "10d", "--gas", "0.1"},
		"loan!": {"--target", "4.5", "--band", "4.4:4.6", "--horizon", "10d", "--sigma", "2"},
		"perp":  {"--target", "3", "--band", "2.9:3.1", "--mechanism", "perp", "--horizon", "10d"},
		"perp!": {"--target", "20", "--band", "15:25", "--mechanism", "perp", "--sigma", "4", "--horizon", "10d"},
		"entry": {"--target", "20", "--band", "15:25", "--mechanism", "perp", "--maintenance-base", "entry",
			"--sigma", "4", "--horizon", "10d"},
		"merton": {"--target", "3", "--model", "merton", "--jump-rate", "100", "--horizon", "10d"},
		"every":  {"--target", "3", "--policy", "every", "--horizon", "10d"},
		"part":   {"--target", "3", "--band", "2.9:3.1", "--to", "partial", "--horizon", "10d"},
		"law":    {"--target", "3", "--band", "2.9:3.1", "--impact", "1e-7", "--horizon", "10d"},
	}
	hash := func(args []string) string {
		return reportOf(t, append([]string{"simulate", "--paths", "48", "--no-save"}, args...)...).ResultsHash
	}
	plain := map[string]string{}
	for name, args := range base {
		plain[name] = hash(args)
	}
	for _, tt := range []struct{ base, flag, value string }{
		{"loan", "target", "3.05"}, {"loan", "band", "2.8:3.2"}, {"loan", "to", "target"}, {"loan", "fee", "10bp"},
		{"loan", "impact-base", "5bp"}, {"loan", "impact", "1e-9"},
		{"loan", "gas", "1"}, {"loan", "aum", "1e5"}, {"loan", "keeper-interval", "5h"}, {"loan", "latency", "2h"},
		{"loan", "streaming-fee", "2%"},
		{"loan", "entry-fee", "0.2%"}, {"loan", "exit-fee", "0.2%"},
		{"loan", "mechanism", "perp"}, {"loan", "borrow", "6%"},
		{"loan", "supply", "1%"},
		{"loan", "liquidation-threshold", "0.8"}, {"loan", "mu", "10%"},
		{"loan", "sigma", "70%"}, {"loan", "horizon", "9d"},
		{"loan", "step", "2h"}, {"loan", "paths", "49"}, {"loan", "seed", "2"},
		{"loan!", "after-liquidation", "stop"}, {"loan!", "liquidation-bonus", "7%"},
		{"perp", "funding", "20%"}, {"perp", "borrow-fee", "3%"},
		{"perp!", "maintenance", "2%"}, {"perp!", "close-fee", "0.1%"}, {"perp!", "liquidation-fee", "1%"},
		{"perp!", "maintenance-base", "entry"}, {"perp!", "after-liquidation", "stop"},
		{"entry", "maintenance", "2%"},
		{"merton", "jump-rate", "200"}, {"merton", "jump-mean", "-3%"}, {"merton", "jump-sd", "7%"},
		{"merton", "model", "gbm"},
		{"every", "reset-interval", "12h"}, {"every", "reset-offset", "6h"},
		{"part", "speed", "0.5"}, {"law", "impact-exponent", "0.5"},
	} {
		args := append(slices.Clone(base[tt.base]), "--"+tt.flag, tt.value)
		if tt.base == "merton" && tt.flag == "model" {
			args = []string{"--target", "3", "--model", "gbm", "--horizon", "10d"}
		}
		if hash(args) == plain[tt.base] {
			t.Errorf("--%s %s changes nothing of %v", tt.flag, tt.value, base[tt.base])
		}
	}
	// And these change nothing.
	for _, args := range [][]string{{"--workers", "1"}, {"--workers", "2"}, {"--workers", "7"}} {
		if hash(append(args, base["loan"]...)) != plain["loan"] {
			t.Errorf("%v changes results", args)
		}
	}
}

// The next command suggested is one that can be run.
func TestNextCommand(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--token ETHBULL3X", "mcrisk sweep --token=ETHBULL3X --horizon=3d --paths=40 --over half-width=0.05:0.6:0.05"},
		{"--target 3 --fee 10bp --json --workers 1", "mcrisk trace --target=3 --fee=10bp --horizon=3d --paths=40"},
		// no band of twice that width
		{"--target 2 --band 1.2:2.8", "mcrisk trace --target=2 --band=1.2:2.8 --horizon=3d --paths=40"},
	} {
		status, _, stderr := call(t, small(append([]string{"simulate"}, strings.Fields(tt.args)...)...)...)
		if status != cli.Done || !strings.Contains(stderr, "next: "+tt.want+"\n") {
			t.Errorf("after %s: %q; want %s", tt.args, stderr, tt.want)
		}
		more := map[bool]string{true: "--no-save", false: "--path=1"}[strings.Contains(tt.want, "sweep")]
		resultsOf(t, append(strings.Fields(tt.want)[1:], more)...)
	}
}

// The printed spec is the study: running it gives the same results, and other
// flags change it.
func TestPrintSpec(t *testing.T) {
	for _, args := range [][]string{
		{"--token", "ETHBULL3X", "--seed", "0"},
		{"--token", "BTCBEAR1X", "--model", "merton", "--latency", "30m",
			"--paths", "50", "--seed", "18446744073709551615"},
		{"--target", "-2", "--policy", "every", "--reset-interval", "90m", "--mechanism", "perp", "--maintenance-base",
			"entry"},
		{"--target", "2.5", "--fee", "0.12345678901234567", "--step", "5m", "--mu", "-0.1"},
	} {
		args = append([]string{"simulate", "--horizon", "3d", "--paths", "40"}, args...)
		yaml := resultsOf(t, append(args, "--print-spec")...)
		file := write(t, "s.yaml", yaml)
		want := reportOf(t, append(args, "--no-save")...).ResultsHash
		if got := reportOf(t, "simulate", "--spec", file, "--no-save").ResultsHash; got != want {
			t.Errorf("%v: hash %s; of its printed spec %s\n%s", args, want, got, yaml)
		}
		if again := resultsOf(t, "simulate", "--spec", file, "--print-spec"); again != yaml {
			t.Errorf("%v: the spec printed again is\n%s; first\n%s", args, again, yaml)
		}
		if testing.Short() {
			break
		}
		for _, more := range [][]string{{"--fee", "1%"}, {"--paths", "41"}, {"--seed", "5"}, {"--horizon", "4d"},
			{"--sigma", "0.5"}, {"--model", "kou", "--jump-rate", "5"}} {
			got := reportOf(t, append([]string{"simulate", "--spec", file, "--no-save"}, more...)...).ResultsHash
			direct := reportOf(t, append(append(args, "--no-save"), more...)...).ResultsHash
			if got != direct && more[0] != "--model" {
				t.Errorf("%v on top of the spec of %v has the hash %s; said at once %s", more, args, got, direct)
			}
			if got == want && more[0] != "--fee" {
				t.Errorf("%v on top of a spec changes nothing", more)
			}
		}
	}
}

// A spec's own parameters stay where a flag changes the kind beside them, and the
// settings say where each came from.
func TestSpecWithAnotherModel(t *testing.T) {
	file := write(t, "s.yaml", resultsOf(t, "simulate", "--target", "3", "--band", "2.8:3.2", "--sigma", "0.5",
		"--horizon", "3d", "--paths", "40", "--print-spec"))
	out := resultsOf(t, "simulate", "--spec", file, "--model", "merton", "--policy", "every", "--no-save")
	for _, want := range [][]string{
		{"sigma", "0.5", "spec"}, {"jump-rate", "10", "default"},
		{"model", "merton", "given"}, {"policy", "every", "given"},
		{"reset-interval", "1d", "default"},
		{"horizon", "3d", "spec"}, {"step", "1h", "spec"}, {"paths", "40", "spec"}, {"seed", "1", "spec"},
		{"mechanism", "loan", "spec"},
	} {
		found := false
		for line := range strings.Lines(out) {
			if f := strings.Fields(line); len(f) > 2 && f[0] == want[0] && f[1] == want[1] && f[len(f)-1] == want[2] {
				found = true
			}
		}
		if !found {
			t.Errorf("no setting %v in\n%s", want, out)
		}
	}
}

// Marks of a spec are kept; they change no result.
func TestSpecWithMarks(t *testing.T) {
	yaml := resultsOf(t, "simulate", "--target", "3", "--horizon", "3d", "--paths", "40", "--print-spec")
	if !strings.Contains(yaml, "marks: 64") {
		t.Errorf("without a word, marks are not 64:\n%s", yaml)
	}
	file := write(t, "s.yaml", strings.Replace(yaml, "marks: 64", "marks: 3", 1))
	if again := resultsOf(t, "simulate", "--spec", file, "--print-spec"); !strings.Contains(again, "marks: 3") {
		t.Errorf("three marks became\n%s", again)
	}
}

// The last row of a trace has the digits of the path's row of lifetimes.
func TestTraceEndsAsTheLifetime(t *testing.T) {
	for _, args := range [][]string{
		{"--token", "ETHBULL3X"},
		{"--token", "BTCBEAR1X"},
		{"--token", "BTCBULL3X", "--model", "merton", "--jump-rate", "100",
			"--keeper-interval", "5h", "--latency", "90m"},
		{"--target", "10", "--band", "8:12", "--to", "target", "--mechanism", "perp", "--maintenance-base", "entry",
			"--liquidation-fee", "1%", "--latency", "2h", "--fee", "5bp"},
		{"--target", "30", "--mechanism", "perp", "--after-liquidation", "stop"},
	} {
		of := append(slices.Clone(args), "--horizon", "10d", "--paths", "20")
		file := filepath.Join(t.TempDir(), "l.csv")
		resultsOf(t, append([]string{"simulate", "--no-save", "--lifetimes", file}, of...)...)
		columns := lifetimes(t, file)
		if len(columns["path"]) != 20 {
			t.Fatalf("%d lifetimes", len(columns["path"]))
		}
		for _, path := range []int{0, 1, 15, 16, 19} {
			rows := strings.Split(strings.TrimSpace(resultsOf(t, append([]string{"trace", "--path", strconv.Itoa(path)},
				of...)...)), "\n")
			head, last := strings.Split(rows[0], ","), strings.Split(rows[len(rows)-1], ",")
			for i, name := range head {
				column := map[string]string{"equity": "nav", "aum": "aum"}[name]
				if i >= 8 {
					column = "money_" + name
				}
				if column != "" && last[i] != columns[column][path] {
					t.Errorf("%v, path %d: %s is %s at the end of the trace and %s among the lifetimes",
						args, path, name, last[i], columns[column][path])
				}
			}
			if first := rows[1]; !strings.HasPrefix(first, "0,start,1,") {
				t.Errorf("the trace begins with %q", first)
			}
		}
	}
}

func TestTraceOfSomeEvents(t *testing.T) {
	args := []string{"trace", "--token", "ETHBULL3X", "--horizon", "10d"}
	all := resultsOf(t, args...)
	some := resultsOf(t, append(args, "--events", "start,rebalance")...)
	var want []string
	for i, row := range strings.Split(strings.TrimSpace(all), "\n") {
		if name := strings.Split(row, ",")[1]; i == 0 || name == "start" || name == "rebalance" {
			want = append(want, row)
		}
	}
	if some != strings.Join(want, "\n")+"\n" || len(want) < 5 {
		t.Errorf("%d rows of some events; want %d", strings.Count(some, "\n"), len(want))
	}
	// Every event that happens can be asked for.
	for _, more := range [][]string{nil, {"--latency", "2h", "--sigma", "3"},
		{"--target", "30", "--band", "25:40", "--mechanism", "perp", "--after-liquidation", "stop"},
		{"--streaming-fee", "2%"}} {
		for row := range strings.Lines(resultsOf(t, append(args, more...)...)) {
			if name := strings.Split(row, ",")[1]; name != "event" && !slices.Contains(study.EventNames, name) {
				t.Errorf("event %q is not among %v", name, study.EventNames)
			}
		}
	}
}

// --prices fits the volatility of the file and says so; gaps are reported, not
// refused.
func TestPrices(t *testing.T) {
	args := small("simulate", "--token", "ETHBULL3X", "--markdown") // whose lines do not break
	file := write(t, "p.csv", bars)
	// The sample standard deviation of the five log-returns, times √8760.
	r := []float64{math.Log(102.0 / 101), math.Log(103.0 / 102), math.Log(102.0 / 103), math.Log(101.0 / 102),
		math.Log(101.5 / 101)}
	mean := (r[0] + r[1] + r[2] + r[3] + r[4]) / 5
	ss := 0.0
	for _, x := range r {
		ss += (x - mean) * (x - mean)
	}
	sigma := math.Sqrt(ss / 4 * 8760)
	value := func(s string) float64 {
		v, _ := strconv.ParseFloat(strings.Fields(s)[0], 64)
		return v
	}
	got := settingsIn(resultsOf(t, append(args, "--prices", file)...))
	if v := value(got["sigma"]); !(math.Abs(v/sigma-1) < 1e-12) ||
		!strings.Contains(got["sigma"], "fitted to "+file+": 5 returns of 1h") {
		t.Errorf("sigma is %s; want %v, fitted", got["sigma"], sigma)
	}
	if got["mu"] != "0 default" {
		t.Errorf("mu is %s; want 0, by default", got["mu"])
	}
	got = settingsIn(resultsOf(t, append(args, "--prices", file, "--mu", "fitted")...))
	if want := mean*8760 + sigma*sigma/2; !(math.Abs(value(got["mu"])/want-1) < 1e-9) ||
		!strings.Contains(got["mu"], "fitted to "+file) {
		t.Errorf("mu is %s; want %v, fitted", got["mu"], want)
	}
	got = settingsIn(resultsOf(t, append(args, "--prices", file, "--sigma", "0.7")...))
	if got["sigma"] != "0.7 given" {
		t.Errorf("sigma is %s although it was given", got["sigma"])
	}

	gap := write(t, "p.csv", strings.Replace(bars, "2024-01-01T02:00:00Z,102,104,101,103\n", "", 1))
	status, _, stderr := call(t, append(args, "--prices", gap)...)
	if status != cli.Done || !strings.Contains(stderr, "line 4: 1 bar missing from 2024-01-01T02:00:00Z") {
		t.Errorf("a missing hour: exit status %d, %s", status, stderr)
	}

	// A model of more numbers than the history can tell is refused.
	status, _, stderr = call(t, append(args, "--prices", file, "--model", "merton")...)
	if status != cli.BadInput || !strings.Contains(stderr, "returns for the 5 parameters of merton; want at least 50") {
		t.Errorf("merton on a few bars: exit status %d, %s", status, stderr)
	}
}

// The real file, where it is there.
func TestRealPrices(t *testing.T) {
	const file = "../../../shared/data/eth_usdt_perp_1h.csv"
	if _, err := os.Stat(file); err != nil {
		t.Skip("the price histories are not there")
	}
	out := resultsOf(t, small("simulate", "--token", "ETHBULL3X", "--prices", file)...)
	if !strings.Contains(out, "fitted to") {
		t.Errorf("printed %s", out)
	}
}

// A run directory holds what its manifest says.
func TestRunDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	file := write(t, "p.csv", bars)
	args := []string{"simulate", "--token", "ETHBULL3X", "--prices", file, "--horizon", "3d", "--paths", "40", "--out",
		dir, "--no-figures", "--workers", "2", "--json"}
	out := resultsOf(t, args...)
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m rundir.Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	var r printed
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if m.ResultsHash != r.ResultsHash || m.Seed != 1 || m.Paths != 40 || m.Workers != 2 || !m.End.After(m.Start) {
		t.Errorf("manifest %+v", m)
	}
	if line := strings.Join(m.Command, " "); !strings.HasPrefix(line,
		"mcrisk simulate --token=ETHBULL3X --prices="+file) {
		t.Errorf("command %q", line)
	}
	if m.Inputs[file] != rundir.Hash([]byte(bars)) {
		t.Errorf("inputs %v; want the hash %s", m.Inputs, rundir.Hash([]byte(bars)))
	}
	var listed []string
	for name, want := range m.Outputs {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || rundir.Hash(content) != want {
			t.Errorf("%s: %v; its hash is not that of the manifest", name, err)
		}
		listed = append(listed, name)
	}
	listed = append(listed, "manifest.json")
	slices.Sort(listed)
	if got := ls(t, dir); !slices.Equal(got, listed) {
		t.Errorf("the run has %v; the manifest lists %v", got, listed)
	}
	spec, _ := os.ReadFile(filepath.Join(dir, "spec.yaml"))
	if rundir.Hash(spec) != m.SpecHash {
		t.Error("the spec's hash is not that of the manifest")
	}
	again := reportOf(t, "simulate", "--spec", filepath.Join(dir, "spec.yaml"), "--no-save").ResultsHash
	if again != m.ResultsHash {
		t.Errorf("its spec run again has the hash %s; want %s", again, m.ResultsHash)
	}
	names := map[string]bool{}
	for _, s := range m.Settings {
		if s.Origin == "" || s.Value == "" || names[s.Name] {
			t.Errorf("setting %+v", s)
		}
		names[s.Name] = true
	}
	for _, name := range strings.Fields(
		"horizon step paths seed model mu sigma target fee gas aum keeper-interval " +
			"latency entry-fee after-liquidation " +
			"policy low high to mechanism borrow supply liquidation-threshold") {
		if !names[name] {
			t.Errorf("no setting %s in the manifest", name)
		}
	}

	// Without --out it has a name of its own below runs.
	t.Chdir(t.TempDir())
	resultsOf(t, "simulate", "--target", "-1", "--horizon", "1d", "--paths", "5", "--no-figures")
	found, _ := filepath.Glob("runs/simulate--1x-hold-loan-*T*Z-????????/manifest.json")
	if len(found) != 1 {
		t.Errorf("below runs there is %v", ls(t, "."))
	}
}

// Five figures, in two forms each.
func TestFigures(t *testing.T) {
	if testing.Short() {
		t.Skip("draws ten pictures")
	}
	dir := filepath.Join(t.TempDir(), "run")
	resultsOf(t, "simulate", "--token", "ETHBULL3X", "--horizon", "3d", "--paths", "40", "--out", dir)
	for _, name := range []string{"fan", "decay", "drawdown", "cost-drag", "sensitivity"} {
		for _, form := range []string{".png", ".svg"} {
			if info, err := os.Stat(filepath.Join(dir, "figures", name+form)); err != nil || info.Size() < 1000 {
				t.Errorf("%s%s: %v", name, form, err)
			}
		}
	}

	// Neither one path nor a token that nobody survives is too little to draw.
	for _, args := range [][]string{{"--token", "ETHBULL3X", "--paths", "1"},
		{"--target", "50", "--mechanism", "perp", "--maintenance", "0", "--sigma", "10", "--paths", "17"}} {
		dir := filepath.Join(t.TempDir(), "run")
		resultsOf(t, append([]string{"simulate", "--horizon", "3d", "--out", dir}, args...)...)
		if drawn := ls(t, filepath.Join(dir, "figures")); !slices.Contains(drawn, "fan.png") {
			t.Errorf("%v: drawn are %v", args, drawn)
		}
	}
}
