package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mcrisk/analytics"
	"mcrisk/internal/cli"
	"mcrisk/report"
)

// The sweep that the README shows: twelve half-widths, both ends included, each
// with paired differences from the token's own band, the same for any number of
// workers.
func TestSweepOfHalfWidth(t *testing.T) {
	args := []string{"sweep", "--token", "ETHBULL3X", "--over", "half-width=0.05:0.6:0.05", "--horizon", "20d",
		"--paths", "100", "--no-save"}
	r := reportOf(t, args...)
	for _, workers := range []string{"1", "2", "7"} {
		if got := reportOf(t, append(args, "--workers", workers)...).ResultsHash; got != r.ResultsHash {
			t.Errorf("%s workers: hash %s; want %s", workers, got, r.ResultsHash)
		}
	}
	want := []string{"0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.45", "0.5", "0.55", "0.6"}
	var got []string
	for _, c := range r.Cells {
		got = append(got, c.Values["half-width"])
		for _, m := range analytics.Swept() {
			e, ok := c.Metrics[m.Name]
			if !ok || e.Estimate == nil || e.Lo == nil || e.Hi == nil || e.N != 100 || e.Difference.Estimate == nil {
				t.Fatalf("%s at %s is %+v", m.Name, c.Values["half-width"], e)
			}
			if d := e.Difference; c.Values["half-width"] == "0.3" { // its own band: 2.7 to 3.3
				if *d.Estimate != 0 || *d.SE != 0 {
					t.Errorf("%s differs by %v ± %v from itself", m.Name, *d.Estimate, *d.SE)
				}
			} else if !(*d.Lo <= *d.Estimate && *d.Estimate <= *d.Hi) {
				t.Errorf("difference of %s at %s: %v outside %v to %v", m.Name, c.Values["half-width"], *d.Estimate,
					*d.Lo, *d.Hi)
			} else if m.Name == "tracking_vs_ideal" && c.Values["half-width"] == "0.25" && !(*d.SE < *e.SE) {
				t.Errorf("%s: paired error %v, unpaired %v", m.Name, *d.SE, *e.SE)
			}
		}
	}
	if !slices.Equal(r.Over["half-width"], want) || !slices.Equal(got, want) {
		t.Errorf("over %v: %v; want %v", r.Over, got, want)
	}
	first, last := r.Cells[0].Metrics["rebalances_per_year"], r.Cells[11].Metrics["rebalances_per_year"]
	if !(*first.Estimate > 3**last.Estimate) {
		t.Errorf("a narrow band trades %v times a year, a wide one %v times", *first.Estimate, *last.Estimate)
	}
}

// One cell of a sweep is what simulate says of the same token, to the last bit.
func TestSweepOfOneCell(t *testing.T) {
	rest := []string{"--fee", "20bp", "--horizon", "20d", "--paths", "50", "--no-save"}
	sweep := reportOf(t, append([]string{"sweep", "--target", "3", "--band", "2.8:3.2", "--over", "half-width=0.4"},
		rest...)...)
	alone := reportOf(t, append([]string{"simulate", "--target", "3", "--band", "2.6:3.4"}, rest...)...)
	c, m := sweep.Cells[0].Metrics, alone.Tokens[0].Metrics
	for _, metric := range analytics.Swept() {
		if metric.Averse {
			continue // a simulation has no aversion
		}
		if got, want := *c[metric.Name].Estimate, m[metric.Name]["estimate"].(float64); got != want {
			t.Errorf("%s = %v in the sweep, %v alone", metric.Name, got, want)
		}
	}
}

// Any number can be swept, however it is written; a sweep of the model's lives
// on common random numbers, so that its differences are narrow.
func TestSweepOfOthers(t *testing.T) {
	base := []string{"sweep", "--token", "BTCBULL3X", "--model", "merton", "--horizon", "5d", "--paths", "40",
		"--no-save", "--over"}
	for over, want := range map[string][]string{
		"model=gbm,kou,merton":         {"gbm", "kou", "merton"},
		"fee=5bp,10bp,0.3%":            {"0.0005", "0.001", "0.003"},
		"fee=10bp,5bp":                 {"0.0005", "0.001"},
		"latency=0,5m,1h":              {"0s", "5m", "1h"},
		"to=edge,target":               {"edge", "target"},
		"sigma=40%:120%:20%":           {"0.4", "0.6", "0.8", "1", "1.2"},
		"jump-rate=0:20:10":            {"0", "10", "20"},
		"jump-mean=-0.1:0:0.05":        {"-0.1", "-0.05", "0"},
		"low=2.8":                      {"2.8"},
		"target=3:3.2:0.1":             {"3", "3.1", "3.2"},
		"fee=0:0.001:0.0003":           {"0", "0.0003", "0.0006", "0.0009"},
		"keeper-interval=1h:3h:1h":     {"1h", "2h", "3h"},
		"half-width=0.3:0.3:0.1":       {"0.3"},
		"liquidation-threshold=70%,.8": {"0.7", "0.8"},
	} {
		r := reportOf(t, append(base, over)...)
		var got []string
		for _, c := range r.Cells {
			name, _, _ := strings.Cut(over, "=")
			got = append(got, c.Values[name])
		}
		if !slices.Equal(got, want) {
			t.Errorf("--over %s runs %v; want %v", over, got, want)
		}
	}
	r := reportOf(t, "sweep", "--target", "3", "--sigma", "0.8", "--over", "sigma=0.79,0.8,0.81", "--horizon", "20d",
		"--paths", "100", "--no-save")
	for i, c := range r.Cells {
		m := c.Metrics["log_growth"]
		if i == 1 && *m.Difference.Estimate != 0 || i != 1 && !(*m.Difference.SE < *m.SE/5) {
			t.Errorf("sigma %s: difference %v ± %v of an estimate ± %v", c.Values["sigma"], *m.Difference.Estimate,
				*m.Difference.SE, *m.SE)
		}
	}
}

func TestSweepDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	printed := resultsOf(t, "sweep", "--token", "ETHBULL3X", "--over", "half-width=0.1:0.5:0.2", "--horizon", "5d",
		"--paths", "40", "--out", dir)
	want := []string{"best.csv", "cells.csv", "figures", "figures/objectives.png",
		"figures/objectives.svg", "figures/sensitivity.png", "figures/sensitivity.svg",
		"figures/tradeoff.png", "figures/tradeoff.svg", "front.csv", "manifest.json", "origin.json", "records",
		"records/batch00000-chunk0000000.record", "report.html",
		"sweep.json", "sweep.yaml"}
	if got := ls(t, dir); !slices.Equal(got, want) {
		t.Errorf("the run has %v; want %v", got, want)
	}
	var m struct {
		ResultsHash string `json:"results_hash"`
		Outputs     map[string]string
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "manifest.json"))), &m); err != nil ||
		m.ResultsHash == "" || !strings.Contains(printed, "results_hash "+m.ResultsHash) {
		t.Errorf("the manifest has the hash %q, %v; printed was %s", m.ResultsHash, err, printed)
	}
	if files := len(want) - 3; len(m.Outputs) != files { // without folders and itself
		t.Errorf("the manifest lists %d files; want %d", len(m.Outputs), files)
	}
	rows := csvRows(t, filepath.Join(dir, "cells.csv"))
	metrics := analytics.Swept()
	if len(rows) != 1+4*len(metrics) || fmt.Sprint(rows[0][:5]) != "[cell half-width token metric unit]" ||
		rows[1][0] != "baseline" || rows[1+len(metrics)][1] != "0.1" {
		t.Errorf("%d rows, beginning %v, %v", len(rows), rows[0], rows[1])
	}
	for _, m := range metrics {
		if !strings.Contains(printed, m.Name+" (") {
			t.Errorf("%s is not printed", m.Name)
		}
	}
	if rows := csvRows(t, filepath.Join(dir, "best.csv")); len(rows) != 1+len(analytics.Objectives()) {
		t.Errorf("best.csv has %d rows", len(rows))
	}
	if rows := csvRows(t, filepath.Join(dir, "front.csv")); len(rows) != 4 {
		t.Errorf("front.csv has %d rows", len(rows))
	}
	// The file that describes it runs it again.
	again := filepath.Join(t.TempDir(), "again")
	expect(t, cli.Done, "sweep", filepath.Join(dir, "sweep.yaml"), "--no-figures", "--out", again)
	for _, name := range []string{"sweep.yaml", "cells.csv", "best.csv", "front.csv", "sweep.json"} {
		if read(t, filepath.Join(again, name)) != read(t, filepath.Join(dir, name)) {
			t.Errorf("run from its sweep.yaml, %s differs", name)
		}
	}
}

// The band that tracks at the least cost: simulated points agree with the exact
// curve, the best of them is near theory's, and the set not significantly worse than
// the best has it. Of three exact metrics at eleven widths the largest deviation
// exceeds 4.5 standard errors in one of 4,000 seeds at most.
func TestSweepAgainstTheory(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	dir := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, banded("--to", "target", "--fee", "10bp", "--over", "half-width=0.2:0.95:0.075",
		"--paths", "2000", "--horizon", "180d", "--step", "2h", "--optimise", "tracking_cost", "--no-figures",
		"--out", dir)...)
	seen := 0
	for _, row := range named(t, filepath.Join(dir, "best.csv")) {
		if z := row["exact_se_off"]; z != "" && row["objective"] != "p_liquidation" {
			seen++
			if v := parse(t, z); math.Abs(v) > 4.5 {
				t.Errorf("%s is %v standard errors from its exact answer", row["objective"], v)
			}
			if row["objective"] == "log_growth" && row["exact_best"] != row["best"] {
				t.Errorf("growth is best at %s, exactly at %s", row["best"], row["exact_best"])
			}
		}
		if row["objective"] != "tracking_cost" {
			continue
		}
		seen++
		grid, lo, hi := parse(t, row["theory_grid"]), parse(t, row["optimum_lo"]), parse(t, row["optimum_hi"])
		// Theory is of the long run, a lifetime begins at the target.
		if row["optimum_pinned"] != "true" || !(hi-lo < 0.15 && lo < 1.1*grid && hi > 0.9*grid) {
			t.Errorf("the best half-width is between %v and %v; in theory at %v", lo, hi, grid)
		}
	}
	if seen != 4 { // growth, median and shortfall; and the cost
		t.Errorf("%d rows were looked at", seen)
	}
}

// Several parameters: one best row for each combination of scenarios, robust
// settings over them, and the same results from any number of workers.
func TestSweepOfSeveral(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	args := banded("--over", "half-width=0.1:0.5:0.1", "--over", "sigma=0.4,0.8", "--over", "model=gbm,merton",
		"--over", "to=edge,target", "--horizon", "10d", "--paths", "60")
	t.Setenv("COLUMNS", "300")
	dir := filepath.Join(t.TempDir(), "run")
	out, _ := expect(t, cli.Done, append(args, "--out", dir)...)
	for _, want := range []string{"The robust half-width", "sigma=0.4 model=gbm to=edge",
		"Traded off: cost_drag against tracking_error"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not printed:\n%s", want, out)
		}
	}
	// The worst value of growth is the estimate of a cell, as other tables have it.
	_, robust, _ := strings.Cut(out, "The robust half-width")
	_, line, _ := strings.Cut(robust, "log_growth")
	line, _, _ = strings.Cut(line, "\n")
	line = strings.Join(strings.Fields(line), " ")
	found := false
	for _, row := range named(t, filepath.Join(dir, "cells.csv")) {
		if row["metric"] == "log_growth" {
			e := analytics.Estimate{Value: parse(t, row["estimate"]), Lo: parse(t, row["lo"]), Hi: parse(t, row["hi"])}
			found = found || strings.Contains(line, " "+report.Value(e)+" "+report.Range(e)+" ")
		}
	}
	if !found {
		t.Errorf("no cell has the worst growth of %s", line)
	}
	r := reportOf(t, append(args, "--no-save", "--workers", "3")...)
	if len(r.Cells) != 40 || len(r.Best) != 8*len(analytics.Objectives()) || !strings.Contains(out, r.ResultsHash) {
		t.Errorf("%d cells, %d best, hash %s", len(r.Cells), len(r.Best), r.ResultsHash)
	}
	for _, b := range r.Best {
		if len(b.Scenario) != 3 || !slices.Contains(b.Indistinguishable, b.Best) {
			t.Errorf("%+v", b)
		}
	}
	for _, name := range []string{"robust.csv", "figures/log-growth.png", "figures/tracking-error.svg"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	// A number that only the models swept have.
	jumps := filepath.Join(t.TempDir(), "jumps")
	expect(t, cli.Done, banded("--over", "jump-rate=1,40", "--over", "model=merton,kou", "--horizon", "10d",
		"--paths", "60", "--no-figures", "--out", jumps)...)
	expect(t, cli.Done, "sweep", filepath.Join(jumps, "sweep.yaml"), "--no-save")
	expect(t, cli.Done, "verify", jumps)
	// Chosen along two.
	r = reportOf(t, append(args, "--no-save", "--select", "half-width,to")...)
	if len(r.Best) != 4*len(analytics.Objectives()) || !strings.HasPrefix(r.Best[0].Best, "half-width=") ||
		!strings.Contains(r.Best[0].Best, " to=") {
		t.Errorf("%d best, first %+v", len(r.Best), r.Best[0])
	}
	r = reportOf(t, append(args, "--no-save", "--sample", "9")...)
	if len(r.Cells) != 9 || len(r.Best) != len(analytics.Objectives()) {
		t.Errorf("a sample has %d cells, %d best", len(r.Cells), len(r.Best))
	}
}

// A model can be a fitted one, from a file.
func TestSweepOfFittedModels(t *testing.T) {
	calm := write(t, "calm.yaml", "model: {kind: gbm, mu: 0.1, sigma: 0.3}\n")
	r := reportOf(t, banded("--over", "half-width=0.1,0.3", "--over", "model=gbm,"+calm, "--horizon", "10d",
		"--paths", "50", "--no-save")...)
	if got := fmt.Sprint(r.Over["model"]); got != "[gbm calm]" {
		t.Errorf("the models are %s", got)
	}
	alone := reportOf(t, "sweep", "--target", "3", "--band", "2.7:3.3", "--mu", "0.1", "--sigma", "0.3",
		"--over", "half-width=0.1", "--horizon", "10d", "--paths", "50", "--no-save")
	drawdown := func(r printed, cell int) float64 { return *r.Cells[cell].Metrics["max_drawdown"].Estimate }
	if got, want := drawdown(r, 1), drawdown(alone, 0); got != want {
		t.Errorf("maximum drawdown %v with the fitted model, %v with its parameters", got, want)
	}
}

// A cell that makes no token fails, the others are run, and the exit status says
// so; unless the first failure is to stop everything.
func TestSweepWithFailingCells(t *testing.T) {
	args := []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.4,1.7",
		"--over", "target=2.5,3", "--horizon", "5d", "--paths", "40"}
	dir := filepath.Join(t.TempDir(), "run")
	_, said := expect(t, cli.Failed, append(args, "--out", dir)...)
	if !strings.Contains(said, "failed: half-width=1.7 target=2.5: ") ||
		!strings.Contains(said, "1 of 4 cells failed; the others were run") {
		t.Errorf("said %s", said)
	}
	if rows := csvRows(t, filepath.Join(dir, "cells.csv")); len(rows) != 1+4*len(analytics.Swept())+1 ||
		!strings.Contains(strings.Join(rows[len(rows)-1-len(analytics.Swept())], ","), "band low = 0.8") {
		t.Errorf("%d rows; the failed %v", len(rows), rows[len(rows)-1-len(analytics.Swept())])
	}
	expect(t, cli.Done, "verify", dir)
	if _, said = expect(t, cli.Failed, append(args, "--paths", "1030", "--shard", "1/2",
		"--out", dir+"1")...); !strings.Contains(said, "failed: half-width=1.7 target=2.5: ") || !strings.Contains(said,
		"1 of 4 cells failed") {
		t.Errorf("a shard said %s", said)
	}
	dir += "2"
	_, said = expect(t, cli.Failed, append(args, "--fail-fast", "--out", dir)...)
	if !strings.Contains(said, "half-width=1.7 target=2.5: ") || !strings.Contains(said, "mcrisk sweep --resume "+dir) {
		t.Errorf("said %s", said)
	}
}

// A robust setting is one that every scenario has: cells that failed, or that a
// sample left out, do not shift the others.
func TestSweepRobustOfIncomplete(t *testing.T) {
	for name, tt := range map[string]struct {
		args   []string
		status int
	}{
		"sample": {[]string{"--over", "half-width=0.1:0.5:0.1", "--over", "sigma=0.4,0.8", "--sample", "8",
			"--select", "half-width", "--seed", "3"}, cli.Done},
		"failed": {[]string{"--over", "half-width=0.1,0.2,0.4,0.8", "--over", "target=1.7,3"}, cli.Failed},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		expect(t, tt.status, banded(append(tt.args, "--horizon", "10d", "--paths", "60",
			"--no-figures", "--out", dir)...)...)
		scenario := map[string]string{"sample": "sigma", "failed": "target"}[name]
		value := map[string]map[string]float64{} // of maximum drawdown, by setting and scenario
		ins := map[string]bool{}
		for _, row := range named(t, filepath.Join(dir, "cells.csv")) {
			if row["metric"] == "max_drawdown" && row["cell"] != "baseline" {
				if value[row["half-width"]] == nil {
					value[row["half-width"]] = map[string]float64{}
				}
				value[row["half-width"]][row[scenario]] = parse(t, row["estimate"])
				ins[row[scenario]] = true
			}
		}
		want := map[string]float64{} // the maximum regret
		for in := range ins {
			best := math.Inf(1)
			for _, of := range value {
				if v, ok := of[in]; ok && len(of) == len(ins) {
					best = min(best, v)
				}
			}
			for setting, of := range value {
				if len(of) == len(ins) {
					want[setting] = max(want[setting], of[in]-best)
				}
			}
		}
		if len(want) < 2 || len(want) == len(value) {
			t.Fatalf("%s: %d settings are in all scenarios, of %d; want some", name, len(want), len(value))
		}
		seen := 0
		for _, row := range named(t, filepath.Join(dir, "robust.csv")) {
			if row["objective"] == "max_drawdown" {
				seen++
				if regret, ok := want[row["setting"]]; !ok || !(math.Abs(parse(t,
					row["greatest_regret"])-regret) < 1e-9) {
					t.Errorf("%s: half-width %s has the maximum regret %s; want %v", name, row["setting"],
						row["greatest_regret"], regret)
				}
			}
		}
		if seen != len(want) {
			t.Errorf("%s: %d settings; want %d", name, seen, len(want))
		}
	}
}

// Sets that leave out what only a few paths tell from the best are warned of: here
// what two bands cost, and not which is liquidated less, whose interval holds.
func TestSweepWarnsOfRareDifferences(t *testing.T) {
	for width, rare := range map[string]bool{"0.9": true, "1.2": true, "0.2001": false} {
		_, said := expect(t, cli.Done, banded("--over", "half-width=0.2,"+width, "--horizon", "60d", "--step", "1d",
			"--paths", "3000", "--no-save")...)
		if _, names, _ := strings.Cut(said, "differences that a few paths decide"); strings.Contains(names,
			"cost_drag (1 of 1)") != rare || strings.Contains(names, "p_liquidation") {
			t.Errorf("a band of %s: said %s", width, said)
		}
	}
}

// The optimum in each of several scenarios is what a sweep in that one alone
// finds, to the last bit.
func TestSweepOptimiseInCircumstances(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	optimum := func(args ...string) (list []map[string]string) {
		dir := filepath.Join(t.TempDir(), "run")
		expect(t, cli.Done, banded(append(args, "--over", "half-width=0.1:0.9:0.2", "--select", "half-width",
			"--optimise", "tracking_cost", "--horizon", "20d", "--paths", "60", "--no-figures", "--out", dir)...)...)
		for _, row := range named(t, filepath.Join(dir, "best.csv")) {
			if row["objective"] == "tracking_cost" {
				list = append(list, row)
			}
		}
		return list
	}
	all := optimum("--over", "fee=1bp,20bp", "--over", "to=edge,target", "--over", "model=merton,gbm")
	if len(all) != 8 {
		t.Fatalf("%d scenarios", len(all))
	}
	for _, i := range []int{0, 3, 5, 6} {
		in := all[i]
		alone := optimum("--fee", in["fee"], "--to", in["to"], "--model", in["model"])[0]
		for _, name := range []string{"optimum", "optimum_lo", "optimum_hi", "optimum_pinned"} {
			if in[name] != alone[name] || in[name] == "" {
				t.Errorf("fee %s, to %s, %s: %s = %s; alone %s", in["fee"], in["to"], in["model"], name, in[name],
					alone[name])
			}
		}
	}
}

// What cannot be optimised is refused before anything runs; where cells
// failed and leave no range, that is said and the other results are kept.
func TestSweepOptimiseOfFailing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Setenv("COLUMNS", "300")
	dir := filepath.Join(t.TempDir(), "run")
	rest := []string{"--horizon", "2d", "--paths", "40", "--no-figures", "--out", dir}
	for want, over := range map[string][]string{
		"optimise along to=edge,target": {"--over", "to=edge,target"},
		"optimise along half-width=0.3": {"--over", "half-width=0.3"},
		"optimise along mu=-0.1,0,0.1":  {"--over", "mu=-0.1:0.1:0.1"},
		"select names fee twice":        {"--over", "fee=1bp,2bp", "--select", "fee,fee"},
		"--exact and --optimise":        {"--over", "fee=1bp,2bp", "--exact"},
		"finds the best of one parameter on a": {"--over", "fee=1bp,2bp", "--over", "half-width=0.1,0.2",
			"--select", "fee,half-width"},
	} {
		_, said := expect(t, cli.BadInput, banded(slices.Concat(over, rest, []string{"--optimise", "utility"})...)...)
		if left := ls(t, filepath.Dir(dir)); !strings.Contains(said, want) || len(left) > 0 {
			t.Errorf("%v: said %s, left %v; want %q", over, said, left, want)
		}
	}
	out, _ := expect(t, cli.Failed, banded(slices.Concat(rest, []string{"--over", "half-width=0.4,0.8",
		"--over", "target=2.5,1.7,3", "--optimise", "utility"})...)...)
	if !strings.Contains(out, "no: only 0.4 did not fail") {
		t.Errorf("printed %s", out)
	}
	best := named(t, filepath.Join(dir, "best.csv"))
	if len(best) != 3*len(analytics.Objectives()) {
		t.Errorf("best.csv has %d rows", len(best))
	}
	// Other axes than the file's want other settings.
	expect(t, cli.Done, "sweep", filepath.Join(dir, "sweep.yaml"), "--over", "fee=1bp,2bp", "--no-save")
}

// Nothing runs before the number of cells has been agreed to.
func TestSweepOfMany(t *testing.T) {
	args := banded("--over", "half-width=0.05:0.6:0.05", "--over", "fee=0:1%:1bp", "--horizon", "5d", "--paths", "40",
		"--out", filepath.Join(t.TempDir(), "run"))
	_, said := expect(t, cli.BadInput, args...)
	for _, want := range []string{"1,212 cells", "half-width: 12 values, 0.05 to 0.6", "--yes", "--sample", "on disk"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	out, _ := expect(t, cli.Done, append(args, "--dry-run")...)
	if !strings.Contains(out, "1,212 cells") || !strings.Contains(out, "of memory and") {
		t.Errorf("the dry run says %s", out)
	}
	_, said = expect(t, cli.BadInput, append(args, "--over", "sigma=0.1:1:0.0001")...)
	if !strings.Contains(said, "a grid of 10909212 cells; want at most 1000000, or a sample of it") {
		t.Errorf("said %s", said)
	}
	if left := visible(t, filepath.Dir(args[len(args)-1])); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Without sampling: the same numbers as mcrisk exact, cell by cell.
func TestSweepExactly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out, _ := expect(t, cli.Done, banded("--fee", "10bp", "--over", "half-width=0.4:0.6:0.2",
		"--over", "to=edge,target", "--exact", "--out", dir)...)
	if !strings.Contains(out, "best half-width") {
		t.Errorf("printed %s", out)
	}
	rows := named(t, filepath.Join(dir, "exact.csv"))
	if len(rows) != 4 || rows[1]["to"] != "target" || rows[1]["half-width"] != "0.4" {
		t.Fatalf("%v", rows)
	}
	var alone struct {
		Tokens []struct {
			Metrics map[string]struct{ Estimate float64 }
		}
	}
	text := resultsOf(t, "exact", "--target", "3", "--band", "2.6:3.4", "--to", "target", "--sigma", "0.8",
		"--fee", "10bp", "--json")
	if err := json.Unmarshal([]byte(text), &alone); err != nil {
		t.Fatal(err)
	}
	for _, metric := range analytics.Swept() {
		name := metric.Name
		if metric.Exact == nil {
			continue
		}
		got, want := parse(t, rows[1][name]), alone.Tokens[0].Metrics[name].Estimate
		if !(math.Abs(got-want) < 1e-7*(1+math.Abs(want))) {
			t.Errorf("%s = %v; mcrisk exact says %v", name, got, want)
		}
	}
	expect(t, cli.Done, banded("--over", "half-width=0.4:0.6:0.2", "--exact", "--out", dir+"2")...)
	if _, err := os.Stat(filepath.Join(dir+"2", "figures", "sensitivity-exact.png")); err != nil {
		t.Error(err)
	}
	_, said := expect(t, cli.BadInput, banded("--over", "half-width=0.2:0.6:0.2", "--exact", "--gas", "5",
		"--flows", "none", "--no-save")...)
	if !strings.Contains(said, "gas of 5 USD") {
		t.Errorf("said %s", said)
	}
}

// Flags and keys that were renamed are understood by their former names, and shown by
// none of them.
func TestFormerNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	axes := []string{"--over", "fee=1bp,20bp", "--over", "sigma=0.5,1", "--horizon", "2d", "--paths", "40",
		"--no-figures"}
	expect(t, cli.Done, banded(append(axes, "--select", "sigma", "--out", dir)...)...)
	plan := read(t, filepath.Join(dir, "sweep.yaml"))
	if !strings.Contains(plan, "select:\n  - sigma") || strings.Contains(plan, "choose") {
		t.Errorf("sweep.yaml is\n%s", plan)
	}
	want := resultsOf(t, "sweep", filepath.Join(dir, "sweep.yaml"), "--no-save", "--json")
	former := write(t, "former.yaml", strings.Replace(plan, "select:", "choose:", 1))
	if got := resultsOf(t, "sweep", former, "--no-save", "--json"); got != want {
		t.Errorf("with choose: the sweep prints\n%s\nwith select:\n%s", got, want)
	}
	if got := resultsOf(t, banded(append(axes, "--choose", "sigma", "--no-save", "--json")...)...); got != want {
		t.Errorf("with --choose the sweep prints\n%s\nwith --select\n%s", got, want)
	}
	if _, help, _ := call(t, "sweep", "--help", "all"); strings.Contains(help, "--choose") {
		t.Errorf("help shows --choose:\n%s", help)
	}
}

// Models that are compared are said to differ in volatility, each with its own; models that
// do not are not.
func TestSweepOfModelsSaysVolatility(t *testing.T) {
	args := []string{"--horizon", "2d", "--paths", "20", "--no-save"}
	// Ten jumps a year of variance .02² + .06² on a diffusion of .8: √(.64 + .04).
	says(t, cli.Done, "the models differ in volatility: gbm 0.8, merton 0.825 per √year",
		banded(append(args, "--over", "model=gbm,merton")...)...)
	says(t, cli.Done, "the models differ in volatility: gbm 0.8, merton 0.825 per √year", append([]string{"heatmap",
		"--target", "3", "--band", "2.7:3.3", "--sigma", "0.8", "--x", "model=gbm,merton", "--y", "fee=0,1bp"},
		args...)...)
	if _, said := expect(t, cli.Done, banded(append(args, "--over", "model=gbm,garch")...)...); strings.Contains(said,
		"differ in volatility") {
		t.Errorf("said %s", said)
	}
}
