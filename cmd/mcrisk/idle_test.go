package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// A number that counts only with another counts in the cells of a sweep that set that one, as if it were set for all.
func TestSweepTurnsNumbersOn(t *testing.T) {
	t.Parallel()
	parts := strings.Fields("sweep --paths 20 --horizon 20d --sigma 2 --gas 5 --fee 6bp --impact 1e-7 --target 3 " +
		"--band 2.7:3.3 --latency 3h --no-figures")
	hashes := func(t *testing.T, args ...string) (baseline, cell string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "run")
		resultsOf(t, append(append(parts[:len(parts):len(parts)], "--out", dir), args...)...)
		for _, row := range named(t, filepath.Join(dir, "cells.csv")) {
			if row["cell"] == "baseline" {
				baseline = row["lifetimes_hash"]
			} else {
				cell = row["lifetimes_hash"] // of the last
			}
		}
		return baseline, cell
	}
	spec := write(t, "s.yaml", "model: {kind: gbm, sigma: 2}\nhorizon: 20d\npaths: 20\ntokens:\n- {name: a, "+
		"target: 3, gas: 5, stress-gas: 3, fee: 6bp, impact: 1e-7, latency: 3h, "+
		"policy: {kind: band, low: 2.7, high: 3.3}, mechanism: {kind: loan}}\n")
	for _, tt := range []struct{ more, given, axis, values string }{
		{"--liquidation-threshold .72 --dust 0", "--close-factor .05", "liquidation-rule", "custom"},
		{"--mechanism perp --maintenance 25%", "--partial-part .9", "partial-above", "0,1"},
		{"--mechanism perp --maintenance-base entry", "--adl-part .9", "adl-profit", "0,.1"},
		{"--e-mode-ltv .7", "--e-mode-threshold .72", "e-mode", "no,yes"},
		{"--model gbm", "--momentum-time 5d", "momentum", "0,.3"},
		{"", "--stress-gas 3", "stressed", "no,yes"},
		{"", "--impact-claim .2", "impact-cap", "0,.0001"},
		{"--spec " + spec, "", "stressed", "no,yes"},
	} {
		t.Run(tt.axis+" "+tt.given, func(t *testing.T) {
			t.Parallel()
			over := []string{"--over", tt.axis + "=" + tt.values}
			more, given := strings.Fields(tt.more), strings.Fields(tt.given)
			last := tt.values[strings.LastIndex(tt.values, ",")+1:]
			with := append(more, given...)
			_, swept := hashes(t, append(with, over...)...)
			set, _ := hashes(t, append(with, "--"+tt.axis+"="+last, "--over", "fee=6bp")...)
			if swept != set {
				t.Errorf("--over %s=%s is not --%s=%s", tt.axis, tt.values, tt.axis, last)
			}
			if tt.given == "" {
				return
			}
			if _, without := hashes(t, append(more, over...)...); without == swept {
				t.Errorf("%s changes nothing", tt.given)
			}
		})
	}
}

// A number without what it counts with is an error, wherever it is given.
func TestNumbersThatDoNotCount(t *testing.T) {
	t.Parallel()
	spec := func(token string) string {
		return write(t, "s.yaml", "model: {kind: gbm}\ntokens:\n- {name: a, target: 3, policy: {kind: hold}, "+
			token+"}\n")
	}
	const simulate = "simulate --target 3 "
	for args, want := range map[string]string{
		simulate + "--close-factor .01":                         "close-factor = 0.01 without liquidation-rule=custom",
		simulate + "--mechanism perp --partial-part .5":         "partial-part = 0.5 without partial-above, with",
		simulate + "--mechanism perp --tier-2-maintenance .5":   "tier-2-maintenance = 0.5 without tier-2, with",
		simulate + "--momentum-time 1d":                         "model: momentum-time = 1d without momentum, with",
		simulate + "--stress-gas 2":                             "stress-gas = 2 without stressed=yes, with",
		simulate + "--stressed=no --stress-gas 2":               "stress-gas = 2 without stressed=yes, with",
		"compare --tokens ETHBULL3X,ETHBULL2X --stress-gas 2":   "token ETHBULL2X: stress-gas = 2 without stressed",
		"sweep --target 3 --over stress-gas=0:2:1":              "stress-gas is swept without stressed=yes, with",
		"sweep --target 3 --over close-factor=.2,.5":            "close-factor is swept without liquidation-rule",
		"sweep --target 3 --stress-gas 2 --over fee=1bp":        "stress-gas = 2 without stressed=yes, with",
		"heatmap --target 3 --x stress-gas=1,2 --y fee=1bp,2bp": "stress-gas is swept without stressed=yes, with",
		"simulate --spec " + spec("stress-gas: 3, mechanism: {kind: loan}"): "token a: stress-gas = 3 without " +
			"stressed=yes, with",
		"simulate --spec " + spec("mechanism: {kind: loan, close-factor: .2}"): "token a: close-factor = 0.2 without " +
			"liquidation-rule=custom, with",
		"sweep --target 3 --over model=gbm," + write(t, "m.yaml", "model: {kind: gbm, momentum-time: 2d}\n"): "" +
			"m.yaml: model: momentum-time = 2d without momentum, with",
		simulate + "--stressed yes":                   `argument "yes" after --stressed; want --stressed=yes, or`,
		"sweep --target 3 --stressed no --over fee=0": `argument "no" after --stressed; want --stressed=no, or`,
	} {
		status, _, stderr := call(t, append(strings.Fields(args), "--no-save")...)
		if status != cli.BadInput || !strings.Contains(stderr, want) {
			t.Errorf("mcrisk %s: exit status %d\n%s\nwant %s", args, status, stderr, want)
		}
	}
}

// An option that turns off what numbers of a spec or of other tokens count with does not make them wrong, and what is
// printed then can be read.
func TestNumbersTurnedOff(t *testing.T) {
	t.Parallel()
	spec := write(t, "s.yaml", "model: {kind: gbm}\nhorizon: 2d\npaths: 20\ntokens:\n- {name: a, "+
		"target: 3, stressed: yes, stress-gas: 3, policy: {kind: hold}, "+
		"mechanism: {kind: loan, e-mode: yes, e-mode-threshold: 0.9}}\n")
	off := resultsOf(t, "simulate", "--spec", spec, "--stressed=no", "--e-mode=no", "--print-spec")
	if strings.Contains(off, "stress") || strings.Contains(off, "e-mode") {
		t.Errorf("numbers that do not count in\n%s", off)
	}
	again := filepath.Join(t.TempDir(), "again.yaml")
	if err := os.WriteFile(again, []byte(off), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := resultsOf(t, "simulate", "--spec", again, "--print-spec"); got != off {
		t.Errorf("read again\n%s\nwant\n%s", got, off)
	}
	resultsOf(t, small("sweep", "--spec", spec, "--stressed=no", "--over", "stressed=no,yes", "--no-figures")...)
	resultsOf(t, small("compare", "--tokens", "ETHBULL3X,ETHBULL3X+stressed", "--stress-gas", "2", "--no-figures")...)
}
