package main

import (
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// What a sweep says of growth agrees with itself: differences are those of the
// estimates, the best is the highest of them, and utility is growth less half the
// aversion times the variance of tracking.
func TestSweepAgreesWithItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, banded("--to", "target", "--fee", "10bp", "--over", "half-width=0.1:0.5:0.1",
		"--over", "sigma=0.4,1.2", "--aversion", "3", "--horizon", "30d", "--paths", "200",
		"--no-figures", "--out", dir)...)
	levels := map[string]float64{} // by cell and metric
	scenarios := map[string]string{}
	cells := named(t, filepath.Join(dir, "cells.csv"))
	for _, row := range cells {
		levels[row["cell"]+row["metric"]] = parse(t, row["estimate"])
		scenarios[row["cell"]] = row["sigma"]
	}
	for _, row := range cells {
		at := func(metric string) float64 { return levels[row["cell"]+metric] }
		switch row["metric"] {
		case "log_growth":
			got, want := parse(t, row["difference"]), at("log_growth")-levels["baselinelog_growth"]
			if !(math.Abs(got-want) < 1e-12) {
				t.Errorf("cell %s: growth differs by %v; its estimates by %v", row["cell"], got, want)
			}
		case "utility":
			got, want := at("utility"), at("log_growth")-1.5*math.Pow(at("tracking_error"), 2)
			if !(math.Abs(got-want) < 1e-12) {
				t.Errorf("cell %s: utility %v; growth and tracking error make it %v", row["cell"], got, want)
			}
		}
	}
	seen := 0
	for _, row := range named(t, filepath.Join(dir, "best.csv")) {
		if row["objective"] != "log_growth" && row["objective"] != "utility" {
			continue
		}
		for cell, sigma := range scenarios {
			if sigma == row["sigma"] {
				seen++
				if levels[cell+row["objective"]] > parse(t, row["estimate"]) {
					t.Errorf("%s at sigma %s: the best is %s with %s; cell %s has %v", row["objective"], sigma,
						row["best"], row["estimate"], cell, levels[cell+row["objective"]])
				}
			}
		}
	}
	if seen != 20 {
		t.Errorf("%d cells were looked at", seen)
	}
}

// Objectives without a value have no best and no robust setting, and do not keep a
// sweep from its results: of one path nothing scatters, and at a volatility of 900 %
// all are ruined. A value is better than none, whichever comes first.
func TestSweepWithoutValues(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		args []string
		none map[string]string // objectives by scenario
	}{
		"one path": {[]string{"--over", "half-width=0.1:0.5:0.2", "--band", "2.7:3.3", "--over", "sigma=0.4,0.8",
			"--paths", "1", "--horizon", "5d"}, map[string]string{"0.4": "tracking_error utility tracking_cost",
			"0.8": "tracking_error utility tracking_cost"}},
		"all ruin": {[]string{"--over", "half-width=0.1:0.5:0.2", "--band", "2.7:3.3", "--over", "sigma=0.4,9",
			"--paths", "30", "--step", "1d"},
			map[string]string{"9": "log_growth utility tracking_cost cost_drag tracking_error"}},
		"only ruin": {[]string{"--over", "half-width=0.1:0.5:0.2", "--band", "2.7:3.3", "--sigma", "9", "--paths", "30",
			"--step", "1d"}, map[string]string{"": "log_growth utility tracking_cost cost_drag tracking_error"}},
		"the first": {[]string{"--policy", "every", "--reset-interval", "1d", "--over", "target=-5.6,1.1",
			"--sigma", "3", "--paths", "30", "--step", "1d"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			_, said := expect(t, cli.Done, append([]string{"sweep", "--target", "3", "--out", path}, tt.args...)...)
			for _, row := range named(t, filepath.Join(path, "best.csv")) {
				none := strings.Contains(" "+tt.none[row["sigma"]]+" ", " "+row["objective"]+" ")
				if none != (row["best"] == "") || none != (row["indistinguishable"] == "") || !none &&
					math.IsNaN(parse(t, row["estimate"])) {
					t.Errorf("%s at %s: best %q of %q, %s", row["objective"], row["sigma"], row["best"],
						row["indistinguishable"], row["estimate"])
				}
			}
			if want := "no setting has a value of these"; strings.Contains(said, want) != (tt.none != nil) {
				t.Errorf("said %s", said)
			}
		})
	}
}

// A sample is in no order, and may have a cell twice; what is said of it is in order,
// and says everything once.
func TestSweepOfSample(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, banded("--over", "half-width=0.1:0.6:0.1", "--over", "sigma=0.4,0.8", "--sample", "12",
		"--select", "half-width", "--paths", "20", "--horizon", "3d", "--no-figures", "--out", dir)...)
	last := map[string]float64{}
	again := 0
	for _, row := range named(t, filepath.Join(dir, "front.csv")) {
		setting := parse(t, row["setting"])
		if setting < last[row["sigma"]] {
			t.Errorf("at sigma %s half-width %v comes after %v", row["sigma"], setting, last[row["sigma"]])
		}
		if setting == last[row["sigma"]] {
			again++
		}
		last[row["sigma"]] = setting
	}
	if again == 0 {
		t.Error("no cell of the sample is there twice")
	}
	for _, row := range named(t, filepath.Join(dir, "best.csv")) {
		before := 0.0
		for setting := range strings.SplitSeq(row["indistinguishable"], ";") {
			if v := parse(t, setting); v <= before {
				t.Errorf("%s at sigma %s: the set is %s", row["objective"], row["sigma"], row["indistinguishable"])
			} else {
				before = v
			}
		}
	}
}

// A best that all settings share is not at an end.
func TestSweepAtAnEnd(t *testing.T) {
	t.Setenv("COLUMNS", "300")
	_, said := expect(t, cli.Done, banded("--over", "half-width=0.1:0.5:0.1", "--paths", "20", "--horizon", "3d",
		"--no-save")...)
	if !strings.Contains(said, "at an end of the range swept") || strings.Contains(said, "p_liquidation") {
		t.Errorf("said %s", said)
	}
	// Nothing is less than no latency; more than two hours is.
	out, said := expect(t, cli.Done, banded("--over", "latency=0,1h,2h", "--fee", "1%", "--paths", "20",
		"--horizon", "9d", "--no-save")...)
	if !strings.Contains(said, "at an end of the range swept, so the optimum may lie beyond it: "+
		"tracking_cost (1 of 1), cost_drag (1 of 1)\n") ||
		!regexp.MustCompile(`tracking_cost +2h `).MatchString(out) ||
		!regexp.MustCompile(`max_drawdown +0s `).MatchString(out) {
		t.Errorf("printed %s, said %s", out, said)
	}
}

// A sweep written by hand need not say what has a default, and is refused what makes
// no sense.
func TestSweepByHand(t *testing.T) {
	const rest = `
horizon: 1d
step: 1h
paths: 10
model: {kind: gbm, sigma: 0.8}
tokens: [{name: t, target: 3, policy: {kind: band, low: 2.7, high: 3.3}, mechanism: {kind: loan}}]
`
	out, _ := expect(t, cli.Done, "sweep", write(t, "s.yaml", "sweep: {over: {half-width: '0.1,0.3'}}"+rest),
		"--no-save")
	if !strings.Contains(out, "Traded off: cost_drag against tracking_error") {
		t.Errorf("printed %s", out)
	}
	for sweep, want := range map[string]string{
		"{over: {half-width: '0.1,0.3'}, aversion: 1e300}":   "aversion = 1e+300; want a number from 0 to 1e6",
		"{over: {half-width: '0.1,0.3'}, pareto: [utility]}": "want two objectives",
		"{over: {half-width: '0.1,0.3', low: '2.6,2.7'}}": "low is swept beside half-width, which sets it; " +
			"want one of them",
		"{over: {fee: '0.1,0.3', high: '3.2', half-width: '0.1,0.2'}}": "high is swept beside half-width, " +
			"which sets it; want one of them",
	} {
		says(t, cli.BadInput, want, "sweep", write(t, "s.yaml", "sweep: "+sweep+rest), "--no-save")
	}
	says(t, cli.BadInput, `--sample = "0"; want a number of cells from 1`,
		banded("--over", "half-width=0.1,0.3", "--sample", "0", "--no-save")...)
}

// The loss near the best is shown for any parameter, and the best between the cells has
// a value among theirs.
func TestSweepNearTheBest(t *testing.T) {
	t.Setenv("COLUMNS", "300")
	args := []string{"--to", "target", "--fee", "10bp", "--aversion", "20", "--paths", "2000", "--horizon", "30d",
		"--no-save"}
	for _, over := range []string{"half-width=0.1:0.9:0.1", "latency=1h,2h,4h,8h", "borrow=1%:9%:2%"} {
		out, _ := expect(t, cli.Done, banded(append(args, "--over", over, "--optimise", "utility")...)...)
		_, optimum, _ := strings.Cut(out, "Optimum of utility")
		if !strings.Contains(out, "  loss at +10 % ") || !strings.Contains(optimum, "  loss at +10 % ") ||
			!strings.Contains(optimum, "  loss at −10 % ") {
			t.Errorf("--over %s: no loss near the best in %s", over, out)
		}
		if !strings.HasPrefix(over, "half-width") {
			continue
		}
		// The parabola rests on growth that is corrected, as the cells'.
		best := regexp.MustCompile(`utility +\S+ +(\S+) +(\S+) to (\S+) `).FindStringSubmatch(out)
		there := regexp.MustCompile(`(?m)^ +\S+ +\S+ to \S+ +(\S+) +(\S+) to (\S+) .* yes `).FindStringSubmatch(optimum)
		if best == nil || there == nil {
			t.Fatalf("printed %s", out)
		}
		number := func(text string) float64 { return parse(t, strings.ReplaceAll(text, "−", "-")) }
		if v := number(there[1]); !(number(best[2]) < v && v < number(best[3])+0.05) ||
			!(number(there[3])-number(there[2]) < number(best[3])-number(best[2])) {
			t.Errorf("the best between cells is %v, of the cells %v", there, best)
		}
	}
}
