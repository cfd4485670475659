package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/catalogue"
	"mcrisk/internal/cli"
)

// saidOfModel are the notes that say which model is used.
func saidOfModel(stderr string) (notes []string) {
	for line := range strings.Lines(stderr) {
		if note, ok := strings.CutPrefix(line, "note: model: "); ok {
			notes = append(notes, strings.TrimSpace(note))
		}
	}
	return notes
}

// A token of the catalogue is simulated with the model that is recommended for its underlying, by every command
// that draws prices, and each says so in one line. What names a model has that one.
func TestRecommendedModel(t *testing.T) {
	ether, err := catalogue.LookupUnderlying("ETH")
	if err != nil {
		t.Fatal(err)
	}
	kind := ether.Recommended.Model
	history := write(t, "bars.csv", bars)
	for _, tt := range []struct{ args, want string }{
		{"simulate --token ETHBULL3X", "; starts stationary; "},
		{"simulate --token ETHBULL3X --sigma 1 --start 0.5", ", sigma given; starts at volatility 0.5, given; "},
		{"simulate --token ETHBULL3X --start last", ", that at the end of it; "},
		{"simulate --token ETHBULL3X --parameter-uncertainty", "; starts stationary; "},
		{"sweep --token ETHBULL3X --over fee=5bp,20bp", "; starts stationary; "},
		{"compare --tokens ETHBULL3X,ETHBULL2X", "; starts stationary; "},
		{"compare --tokens ETHBULL3X,BTCBULL3X --correlation 0.5", ", and BTC to its own history; starts stationary; "},
		{"heatmap --token ETHBULL3X --x fee=5bp,20bp --y sigma=0.5,1", "; starts stationary; "},
		{"costs --token ETHBULL3X", "; starts stationary; "},
		{"breakeven --token ETHBULL3X --borrow-rates 0,10% --funding-rates 0,10%", "; starts stationary; "},
		{"cohorts " + history + " --token ETHBULL3X --every 1h --periods 1h", "; starts stationary; "},
		{"trace --token ETHBULL3X", "; starts stationary; "},

		{"simulate --token ETHBULL3X --model gbm", ""},
		{"simulate --target 3 --band 2.7:3.3", ""},
		{"simulate --token ETHBULL3X --prices " + history, "gbm, fitted to " + history + "; for ETH, " + kind +
			" is recommended (--model " + kind + ")"},
		{"sweep --token ETHBULL3X --over model=gbm,merton", ""},
		{"sweep --token ETHBULL3X --over fee=5bp --exact", ""},
		{"exact --token ETHBULL3X", ""},
		{"replay " + history + " --token ETHBULL3X", ""},
		{"liquidation --tokens ETHBULL3X --latencies 0 --jumps 0,20%", ""},
	} {
		status, _, stderr := call(t, brief(tt.args)...)
		said := saidOfModel(stderr)
		if tt.want == "" {
			if status != cli.Done || len(said) > 0 {
				t.Errorf("%s: exit status %d, said %q", tt.args, status, said)
			}
			continue
		}
		begins, ends := kind+", fitted to "+ether.Source(kind), "--model gbm for the textbook"
		if strings.HasPrefix(tt.want, "gbm") {
			begins, ends = tt.want, tt.want
		}
		if status != cli.Done || len(said) != 1 || !strings.HasPrefix(said[0], begins) ||
			!strings.HasSuffix(said[0], ends) || !strings.Contains(said[0], tt.want) {
			t.Errorf("%s: exit status %d, said %q; want %q ... %q ... %q", tt.args, status, said, begins, tt.want, ends)
		}
	}
}

// Paths of the recommended model go on from the end of a history, which bars enough have.
func TestRecommendedModelStartsFromHistory(t *testing.T) {
	long := "time,close\n"
	for hour, price := range strings.Fields(strings.Repeat("100 101 100 102 103 101 ", 4)) {
		long += fmt.Sprintf("2024-01-01T%02d:00:00Z,%s\n", hour, price)
	}
	file := write(t, "long.csv", long)
	_, _, stderr := call(t, small("simulate", "--token", "ETHBULL3X", "--history", file)...)
	if said := saidOfModel(stderr); len(said) != 1 || !strings.Contains(said[0], "; starts at volatility ") ||
		!strings.Contains(said[0], "filtered to 2024-01-02T") {
		t.Errorf("said %q", stderr)
	}
	of := reportOf(t, small("simulate", "--token", "ETHBULL3X", "--history", file)...).ResultsHash
	if last := reportOf(t, small("simulate", "--token", "ETHBULL3X", "--history", file, "--start", "last")...); of !=
		last.ResultsHash {
		t.Error("--start last says other than the history by itself")
	}
}

// A simulation whose model was not named shows what geometric Brownian motion would have said, by exact, and so
// does its stored summary. The spec that it writes names the model, and gives the same bits.
func TestTextbookBesideRecommended(t *testing.T) {
	type head struct {
		ResultsHash string `json:"results_hash"`
		Model       struct{ Name, Recommended, Reason string }
		GBM         map[string]float64
		Missing     string `json:"gbm_missing"`
	}
	of := func(args ...string) (h head) {
		if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--json")...)), &h); err != nil {
			t.Fatal(err)
		}
		return h
	}
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"simulate", "--token", "ETHBULL3X", "--horizon", "3d", "--paths", "40"}
	h := of(append(args, "--out", dir, "--no-figures")...)
	eth, _ := catalogue.LookupUnderlying("ETH")
	if h.Model.Name != eth.Recommended.Model || h.Model.Recommended != h.Model.Name ||
		h.Model.Reason != eth.Recommended.Reason {
		t.Errorf("model %+v", h.Model)
	}
	var exact struct {
		Tokens []struct {
			Metrics map[string]struct{ Estimate float64 }
		}
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "exact", "--token", "ETHBULL3X", "--rates", "constant",
		"--horizon", "3d", "--json")), &exact); err != nil || len(exact.Tokens) != 1 {
		t.Fatalf("%v, %+v", err, exact)
	}
	for _, name := range strings.Fields("log_growth decay_vs_power trade_drag rebalances_per_year p_liquidation") {
		got, ok := h.GBM[name]
		want := exact.Tokens[0].Metrics[name].Estimate
		if d := got - want; !ok || !(d*d < 1e-18) {
			t.Errorf("gbm's %s is %v, %t; exact says %v", name, got, ok, want)
		}
	}
	if _, ok := h.GBM["median_nav"]; ok || !strings.Contains(h.Missing, "takes longer") {
		t.Errorf("the law of 40 paths: %v, %q", h.GBM, h.Missing)
	}
	again := of("summary", dir)
	if again.Model != h.Model || len(again.GBM) != len(h.GBM) || again.Missing != h.Missing {
		t.Errorf("the summary says %+v; the run %+v", again, h)
	}
	if out := resultsOf(t, append(args, "--no-save")...); strings.Count(out, "what gbm would have said") != 1 {
		t.Errorf("no headline in\n%s", out)
	}

	again = of("simulate", "--spec", filepath.Join(dir, "spec.yaml"), "--no-save")
	if again.ResultsHash != h.ResultsHash || again.Model != h.Model || again.GBM != nil {
		t.Errorf("its spec gives %+v; want the hash %s and no gbm", again, h.ResultsHash)
	}
	if named := of(append(args, "--model", "gbm", "--no-save")...); named.Model.Name != "gbm" || named.GBM != nil ||
		named.Model.Recommended != h.Model.Name || named.ResultsHash == h.ResultsHash {
		t.Errorf("with --model gbm: %+v", named)
	}
	for args, want := range map[string]string{"--token SOLBULL3X": "funding paid from margin",
		"--token ETHBULL3X --sigma 2 --step 1d": "liquidated and then goes on"} {
		if h := of(small(append([]string{"simulate"}, strings.Fields(args)...)...)...); len(h.GBM) > 0 ||
			!strings.Contains(h.Missing, want) {
			t.Errorf("%s: gbm %v, %q", args, h.GBM, h.Missing)
		}
	}
	own := of(small("simulate", "--target", "3")...)
	if own.Model.Name != "gbm" || own.Model.Recommended != "" || own.Model.Reason == "" || own.GBM != nil {
		t.Errorf("a token of parts: %+v", own)
	}
}

// A spec without a model and rates has geometric Brownian motion and constant rates, as it always had.
func TestSpecWithoutModel(t *testing.T) {
	file := write(t, "s.yaml", "horizon: 3d\npaths: 40\n")
	want := reportOf(t, small("simulate", "--token", "ETHBULL3X", "--model", "gbm", "--rates",
		"constant")...).ResultsHash
	if got := reportOf(t, "simulate", "--spec", file, "--token", "ETHBULL3X", "--no-save").ResultsHash; got != want {
		t.Errorf("results_hash %s; want gbm's %s", got, want)
	}
}
