package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/analytics"
)

// Numbers corrected one by one compare as their difference would be corrected: the
// same value, and the same error.
func TestControlled(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{3, 4, 30, 1000} {
		var a, b, difference, control []float64
		for range n {
			c := 0.3 + rng.NormFloat64()
			control = append(control, c)
			a, b = append(a, 3*c-c*c+0.1*rng.NormFloat64()), append(b, 2*c+0.2*rng.NormFloat64())
			difference = append(difference, a[len(a)-1]-b[len(b)-1])
		}
		const mean = 0.25
		level, ya := controlled(a, control, mean)
		_, yb := controlled(b, control, mean)
		if want, _ := analytics.ControlledMean(a, control, mean, confidence); level != want {
			t.Errorf("%d paths: %+v; want %+v", n, level, want)
		}
		alike := func(what string, got, want analytics.Estimate) {
			t.Helper()
			if !(math.Abs(got.Value-want.Value) < 1e-12 && math.Abs(got.SE/want.SE-1) < 1e-9) {
				t.Errorf("%d paths: %s %v ± %v; want %v ± %v", n, what, got.Value, got.SE, want.Value, want.SE)
			}
		}
		alike("level", analytics.Mean(ya, confidence), level)
		want, _ := analytics.ControlledMean(difference, control, mean, confidence)
		alike("difference", analytics.PairedDifference(ya, yb, confidence), want)
	}
	for name, xs := range map[string][]float64{"two": {1, 2}, "a ruined": {1, 2, math.Inf(-1), 3}} {
		if _, ys := controlled(xs, []float64{1, 2, 4, 7}[:len(xs)], 3); ys != nil {
			t.Errorf("%s: corrected to %v", name, ys)
		}
	}
	if _, ys := controlled([]float64{1, 2, 4}, []float64{5, 5, 5}, 5); fmt.Sprint(ys) != "[1 2 4]" {
		t.Errorf("a control that does not vary makes %v", ys)
	}
}

// What a sweep says of growth agrees with itself: differences are those of the
// estimates, the best is the highest of them, and utility is growth less half the
// aversion times the variance of tracking.
func TestSweepAgreesWithItself(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	expect(t, exitDone, banded("--to", "target", "--fee", "10bp", "--over", "half-width=0.1:0.5:0.1", "--over", "sigma=0.4,1.2", "--aversion", "3", "--horizon", "30d", "--paths", "200", "--no-figures", "--out", dir)...)
	levels := map[string]float64{} // by cell and metric
	circumstances := map[string]string{}
	cells := named(t, filepath.Join(dir, "cells.csv"))
	for _, row := range cells {
		levels[row["cell"]+row["metric"]] = parse(t, row["estimate"])
		circumstances[row["cell"]] = row["sigma"]
	}
	for _, row := range cells {
		at := func(metric string) float64 { return levels[row["cell"]+metric] }
		switch row["metric"] {
		case "log_growth":
			if got, want := parse(t, row["difference"]), at("log_growth")-levels["ownlog_growth"]; !(math.Abs(got-want) < 1e-12) {
				t.Errorf("cell %s: growth differs by %v; its estimates by %v", row["cell"], got, want)
			}
		case "utility":
			if got, want := at("utility"), at("log_growth")-1.5*math.Pow(at("tracking_error"), 2); !(math.Abs(got-want) < 1e-12) {
				t.Errorf("cell %s: utility %v; growth and tracking error make it %v", row["cell"], got, want)
			}
		}
	}
	seen := 0
	for _, row := range named(t, filepath.Join(dir, "best.csv")) {
		if row["objective"] != "log_growth" && row["objective"] != "utility" {
			continue
		}
		for cell, sigma := range circumstances {
			if sigma == row["sigma"] {
				seen++
				if levels[cell+row["objective"]] > parse(t, row["estimate"]) {
					t.Errorf("%s at sigma %s: the best is %s with %s; cell %s has %v", row["objective"], sigma, row["best"], row["estimate"], cell, levels[cell+row["objective"]])
				}
			}
		}
	}
	if seen != 20 {
		t.Errorf("%d cells were looked at", seen)
	}
}

// Objectives without a value have no best and no robust choice, and do not keep a
// sweep from its results: of one path nothing scatters, and at a volatility of 900 %
// all are ruined. A value is better than none, whichever comes first.
func TestSweepWithoutValues(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		args []string
		none map[string]string // objectives by circumstance
	}{
		"one path":  {[]string{"--over", "half-width=0.1:0.5:0.2", "--band", "2.7:3.3", "--over", "sigma=0.4,0.8", "--paths", "1", "--horizon", "5d"}, map[string]string{"0.4": "tracking_error utility tracking_cost", "0.8": "tracking_error utility tracking_cost"}},
		"all ruin":  {[]string{"--over", "half-width=0.1:0.5:0.2", "--band", "2.7:3.3", "--over", "sigma=0.4,9", "--paths", "30", "--step", "1d"}, map[string]string{"9": "log_growth utility tracking_cost cost_drag tracking_error"}},
		"only ruin": {[]string{"--over", "half-width=0.1:0.5:0.2", "--band", "2.7:3.3", "--sigma", "9", "--paths", "30", "--step", "1d"}, map[string]string{"": "log_growth utility tracking_cost cost_drag tracking_error"}},
		"the first": {[]string{"--policy", "every", "--reset-interval", "1d", "--over", "target=-5.6,1.1", "--sigma", "3", "--paths", "30", "--step", "1d"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			_, said := expect(t, exitDone, append([]string{"sweep", "--target", "3", "--out", path}, tt.args...)...)
			for _, row := range named(t, filepath.Join(path, "best.csv")) {
				none := strings.Contains(" "+tt.none[row["sigma"]]+" ", " "+row["objective"]+" ")
				if none != (row["best"] == "") || none != (row["cannot_be_told"] == "") || !none && math.IsNaN(parse(t, row["estimate"])) {
					t.Errorf("%s at %s: best %q of %q, %s", row["objective"], row["sigma"], row["best"], row["cannot_be_told"], row["estimate"])
				}
			}
			if want := "no choice has a value of these"; strings.Contains(said, want) != (tt.none != nil) {
				t.Errorf("said %s", said)
			}
		})
	}
}
