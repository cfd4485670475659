package main

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// What is printed, what the files have and what JSON has are the same cohorts; the
// quantiles of the history are those of its rows.
func TestCohorts(t *testing.T) {
	t.Setenv("COLUMNS", "1000")
	dir := filepath.Join(t.TempDir(), "run")
	prices := filepath.Join(t.TempDir(), "p.csv")
	writePrices(t, prices) // 1,500 hours
	args := []string{"cohorts", prices, "--token", "ETHBULL3X", "--paths", "60", "--since", "2023-11-16"}
	text := resultsOf(t, append(args, "--out", dir)...)
	var got struct {
		Results string  `json:"results_hash"`
		Every   float64 `json:"every_seconds"`
		Periods []struct {
			Seconds              float64 `json:"period_seconds"`
			Starts, Apart, Ended int
			Statistics           map[string]struct {
				History   float64
				Simulated struct{ Estimate, Lo, Hi float64 }
			}
		}
	}
	decode(t, resultsOf(t, append(args, "--json", "--no-save")...), &got)
	if got.Every != 86400 || len(got.Periods) != 3 || got.Results == "" ||
		!strings.Contains(text, "results_hash "+got.Results) {
		t.Fatalf("a start every %v seconds, %d periods, hash %q; want a day, 1d, 7d and 30d, and the printed hash",
			got.Every, len(got.Periods), got.Results)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(dir, "cohorts.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range got.Periods {
		var navs []float64
		lost := 0.0
		for _, r := range rows[1:] {
			if parse(t, r[1]) == p.Seconds {
				navs = append(navs, parse(t, r[2]))
				if parse(t, r[2]) < 0.5 {
					lost++
				}
				if (r[6] == "true") != (parse(t, r[2]) < 0.5) {
					t.Errorf("lost half is %s at %s", r[6], r[2])
				}
			}
		}
		slices.Sort(navs)
		at := 0.5 * float64(len(navs)-1) // type 7
		low, share := int(at), at-math.Floor(at)
		median := navs[low] + share*(navs[min(low+1, len(navs)-1)]-navs[low])
		if len(navs) != p.Starts || math.Abs(p.Statistics["nav_p50"].History-median) > 1e-12 ||
			math.Abs(p.Statistics["p_loss_50"].History-lost/float64(p.Starts)) > 1e-12 {
			t.Errorf("%v seconds: %d starts, %+v; the rows have %d, median %v, %v lost half", p.Seconds, p.Starts,
				p.Statistics, len(navs), median, lost)
		}
		if e := p.Statistics["nav_p50"].Simulated; !(e.Lo <= e.Estimate && e.Estimate <= e.Hi && e.Lo < e.Hi) {
			t.Errorf("%v seconds: simulated median %+v", p.Seconds, e)
		}
	}
	if p := got.Periods[1]; p.Starts != 55 || p.Apart != 8 ||
		!strings.Contains(text, "Held for 7d: 55 starts, of which 8 do not overlap") {
		t.Errorf("%d starts of 7 days, %d apart, in\n%s", p.Starts, p.Apart, text)
	}
	for _, name := range []string{"cohorts-linear", "cohorts-decay", "cohorts-loss", "cohorts-quantiles"} {
		for _, ext := range []string{".png", ".svg"} {
			if _, err := os.Stat(filepath.Join(dir, "figures", name+ext)); err != nil {
				t.Error(err)
			}
		}
	}
	// The first day of a life is also what a replay of it makes.
	alone := filepath.Join(t.TempDir(), "alone")
	resultsOf(t, "replay", prices, "--token", "ETHBULL3X", "--since", "2023-11-16", "--until", "2023-11-17",
		"--latencies", "0", "--out", alone)
	lives, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(alone, "replay.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	nav := slices.Index(lives[0], "nav")
	if want := parse(t, lives[2][nav]); parse(t, rows[1][2]) != want {
		t.Errorf("the first cohort has %s after a day; its replay %s", rows[1][2],
			strconv.FormatFloat(want, 'g', -1, 64))
	}
}

// With rates that have dates and prices that have none nothing is simulated, and nothing
// of a model is said; drawn from the same history it is.
func TestCohortsWithDatedRates(t *testing.T) {
	prices := filepath.Join(t.TempDir(), "p.csv")
	writePrices(t, prices)
	rates := write(t, "rates.csv", "date,apr\n2023-11-01,0.05\n2023-12-01,0.06\n")
	args := []string{"cohorts", prices, "--target", "2", "--policy", "hold", "--borrow", "@" + rates, "--periods", "7d",
		"--paths", "40", "--series-gaps", "hold", "--no-save"}
	out, said := expect(t, cli.Done, args...)
	if !strings.Contains(said, "nothing is simulated beside the history: ") ||
		!strings.Contains(said, "borrow is a dated series") || strings.Contains(out, "simulated") {
		t.Errorf("said %s and printed\n%s", said, out)
	}
	for _, not := range []string{"sigma", "paths", "horizon", "seed"} {
		if strings.Contains(out, " "+not) {
			t.Errorf("%q, which nothing here has, in\n%s", not, out)
		}
	}
	out, said = expect(t, cli.Done, append(args, "--model", "bootstrap", "--history", prices)...)
	if strings.Contains(said, "nothing is simulated") || !strings.Contains(out, "simulated") {
		t.Errorf("said %s and printed\n%s", said, out)
	}
}

func TestCohortsRefuse(t *testing.T) {
	file := write(t, "p.csv", bars)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "0 files; want one CSV of prices"},
		{[]string{file}, "no token; want --token NAME"},
		{[]string{file, "--token", "ETHBULL3X"}, "which no usual holding period fits; want periods that do"},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "2h"}, ""}, // a start a day: the first open
		{[]string{file, "--token", "ETHBULL3X", "--periods", "90m"}, "a holding period of 90m; want a multiple of 1h"},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "7h"}, "a holding period of 7h; want at most 6h"},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "2h,soon"}, `--periods: period = "soon"; want`},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "2h,120m"}, `--periods: "2h,120m" names a value twice`},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "0"}, "--periods: period = 0"},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "2h", "--every", "1h,2h"},
			`--every = "1h,2h"; want one duration`},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "2h", "--every", "10m"},
			"a start every 10m; want a multiple"},
		{[]string{file, "--token", "ETHBULL3X", "--horizon", "30d"}, "--horizon with a price history"},
		{[]string{file, "--token", "ETHBULL3X", "--outage-rate", "1"}, "--outage-rate with a price history"},
		{[]string{file, "--token", "ETHBULL3X", "--periods", "2h", "--json", "--csv"}, "want one of them"},
	} {
		args := append([]string{"cohorts"}, append(tt.args, "--no-save", "--paths", "10")...)
		status, stdout, stderr := call(t, args...)
		if tt.want == "" {
			if status != cli.Done {
				t.Errorf("%v: status %d, %s; want it done", tt.args, status, stderr)
			}
			continue
		}
		if status != cli.BadInput || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %q, %s; want 2 and %q", tt.args, status, stdout, stderr, tt.want)
		}
	}
}
