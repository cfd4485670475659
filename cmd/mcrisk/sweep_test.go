package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mcrisk/analytics"
)

// The sweep that the README shows: twelve half-widths, both ends included, each
// with paired differences from the token's own band, the same for any number of
// workers.
func TestSweepOfHalfWidth(t *testing.T) {
	args := []string{"sweep", "--token", "ETHBULL3X", "--over", "half-width=0.05:0.6:0.05", "--horizon", "20d", "--paths", "100", "--no-save"}
	r := reportOf(t, args...)
	for _, workers := range []string{"1", "2", "7"} {
		if got := reportOf(t, append(args, "--workers", workers)...).ResultsHash; got != r.ResultsHash {
			t.Errorf("%s workers: hash %s; want %s", workers, got, r.ResultsHash)
		}
	}
	want := []string{"0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.45", "0.5", "0.55", "0.6"}
	var got []string
	for _, c := range r.Cells {
		got = append(got, c.Value)
		for _, m := range analytics.SweepMetrics(aversion) {
			e, ok := c.Metrics[m.Name]
			if !ok || e.Estimate == nil || e.Lo == nil || e.Hi == nil || e.N != 100 || e.Difference.Estimate == nil {
				t.Fatalf("%s at %s is %+v", m.Name, c.Value, e)
			}
			if d := e.Difference; c.Value == "0.3" { // its own band: 2.7 to 3.3
				if *d.Estimate != 0 || *d.SE != 0 {
					t.Errorf("%s differs by %v ± %v from itself", m.Name, *d.Estimate, *d.SE)
				}
			} else if !(*d.Lo <= *d.Estimate && *d.Estimate <= *d.Hi) {
				t.Errorf("difference of %s at %s: %v outside %v to %v", m.Name, c.Value, *d.Estimate, *d.Lo, *d.Hi)
			} else if m.Name == "tracking_vs_ideal" && c.Value == "0.25" && !(*d.SE < *e.SE) {
				t.Errorf("%s: paired error %v, unpaired %v", m.Name, *d.SE, *e.SE)
			}
		}
	}
	if r.Over != "half-width" || !slices.Equal(got, want) {
		t.Errorf("over %s: %v; want %v", r.Over, got, want)
	}
	first, last := r.Cells[0].Metrics["rebalances"], r.Cells[11].Metrics["rebalances"]
	if !(*first.Estimate > 3**last.Estimate) {
		t.Errorf("a narrow band trades %v times a year, a wide one %v times", *first.Estimate, *last.Estimate)
	}
}

// One cell of a sweep is what simulate says of the same token, to the last bit.
func TestSweepOfOneCell(t *testing.T) {
	rest := []string{"--fee", "20bp", "--horizon", "20d", "--paths", "50", "--no-save"}
	sweep := reportOf(t, append([]string{"sweep", "--target", "3", "--band", "2.8:3.2", "--over", "half-width=0.4"}, rest...)...)
	alone := reportOf(t, append([]string{"simulate", "--target", "3", "--band", "2.6:3.4", "--no-control"}, rest...)...)
	c, m := sweep.Cells[0].Metrics, alone.Tokens[0].Metrics
	years := 20.0 / 365
	for name, want := range map[string]float64{
		"log_growth": m["log_nav"]["estimate"].(float64) / years, "max_drawdown": m["max_drawdown"]["estimate"].(float64), "tracking_vs_ideal": m["tracking_vs_ideal"]["estimate"].(float64),
		"rebalances": m["rebalances"]["estimate"].(float64) / years, "turnover": m["turnover"]["estimate"].(float64) / years, "cost_drag": m["cost_drag"]["estimate"].(float64),
	} {
		got := *c[name].Estimate
		// Per-year numbers are divided before or after the mean.
		if exact := name == "max_drawdown" || name == "tracking_vs_ideal" || name == "cost_drag"; got != want && (exact || !(math.Abs(got/want-1) < 1e-13)) {
			t.Errorf("%s = %v in the sweep, %v alone", name, got, want)
		}
	}
}

// Any number can be swept, however it is written; a sweep of the model's lives
// on common random numbers, so that its differences are narrow.
func TestSweepOfOthers(t *testing.T) {
	base := []string{"sweep", "--token", "BTCBULL3X", "--model", "merton", "--horizon", "5d", "--paths", "40", "--no-save", "--over"}
	for over, want := range map[string][]string{
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
			got = append(got, c.Value)
		}
		if !slices.Equal(got, want) {
			t.Errorf("--over %s runs %v; want %v", over, got, want)
		}
	}
	r := reportOf(t, "sweep", "--target", "3", "--sigma", "0.8", "--over", "sigma=0.79,0.8,0.81", "--horizon", "20d", "--paths", "100", "--no-save")
	for i, c := range r.Cells {
		m := c.Metrics["log_growth"]
		if i == 1 && *m.Difference.Estimate != 0 || i != 1 && !(*m.Difference.SE < *m.SE/20) {
			t.Errorf("sigma %s: difference %v ± %v of an estimate ± %v", c.Value, *m.Difference.Estimate, *m.Difference.SE, *m.SE)
		}
	}
}

func TestSweepDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	printed := resultsOf(t, "sweep", "--token", "ETHBULL3X", "--over", "half-width=0.1:0.5:0.2", "--horizon", "5d", "--paths", "40", "--out", dir)
	if got, want := ls(t, dir), []string{"figures", "figures/sensitivity.png", "figures/sensitivity.svg", "manifest.json", "spec.yaml", "sweep.csv"}; !slices.Equal(got, want) {
		t.Errorf("the run has %v; want %v", got, want)
	}
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		ResultsHash string `json:"results_hash"`
	}
	if err := json.Unmarshal(data, &m); err != nil || m.ResultsHash == "" || !strings.Contains(printed, "results_hash "+m.ResultsHash) {
		t.Errorf("the manifest has the hash %q, %v; printed was %s", m.ResultsHash, err, printed)
	}
	table, err := os.ReadFile(filepath.Join(dir, "sweep.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(table))).ReadAll()
	if err != nil || len(rows) != 1+3*len(analytics.SweepMetrics(aversion)) || fmt.Sprint(rows[0][:5]) != "[token half-width metric unit estimate]" {
		t.Errorf("%d rows, %v, beginning %v", len(rows), err, rows[0])
	}
	for _, metric := range analytics.SweepMetrics(aversion) {
		if !strings.Contains(printed, metric.Name+" (") {
			t.Errorf("%s is not printed", metric.Name)
		}
	}
}
