package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/cli"
)

// pricesFrom writes hourly closes of days, of a volatility that changes from day to day.
func pricesFrom(t *testing.T, name string, days int, seed uint64) string {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	var text strings.Builder
	text.WriteString("time,close\n")
	price, level := 100.0, 0.0
	for i := range 24 * days {
		if i%24 == 0 {
			level = 0.9*level + 0.3*r.NormFloat64()
		}
		price *= math.Exp(0.006 * math.Exp(level) * r.NormFloat64())
		fmt.Fprintf(&text, "%s,%.6g\n", time.Unix(1_672_531_200+3600*int64(i), 0).UTC().Format(time.RFC3339), price)
	}
	return write(t, name, text.String())
}

// The names in JSON that scripts rely on are there for each model and start, and the run holds the
// figure and the tables with the same numbers.
func TestValidate(t *testing.T) {
	a, b := pricesFrom(t, "a.csv", 420, 1), pricesFrom(t, "b.csv", 400, 2)
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"validate", a, b, "--until", "2023-06-01", "--target", "3", "--band", "2.7:3.3",
		"--horizon", "5d", "--model", "garch", "--paths", "200"}
	var v struct {
		Windows        int
		Until, Horizon string
		Models         []struct {
			Name, Start string
			Statistics  map[string]map[string]*float64
			Liquidation map[string]*float64 `json:"p_liquidation"`
			LossOfHalf  map[string]*float64 `json:"p_loss_50"`
		}
		InSample    []struct{ Name string } `json:"in_sample"`
		Ranking     []string
		Recommended string
	}
	out := resultsOf(t, append(args, "--json", "--out", dir)...)
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	if v.Windows != 53+49 || v.Until != "2023-06-01T00:00:00Z" || v.Horizon != "5d" || len(v.Models) != 4 ||
		len(v.InSample) != 4 || len(v.Ranking) != 2 || v.Recommended != v.Ranking[0] {
		t.Fatalf("%+v", v)
	}
	if !slices.Contains(v.Ranking, "gbm") || v.Ranking[0] != "garch" {
		t.Errorf("ranking %v; want garch first and gbm, which is always run, in it", v.Ranking)
	}
	starts := map[string]int{}
	for _, m := range v.Models {
		starts[m.Name+" "+m.Start]++
		for _, name := range []string{"decay", "max_drawdown", "rebalances", "max_leverage", "realised_variance",
			"log_return"} {
			s := m.Statistics[name]
			for _, key := range []string{"n", "outside_90", "mean_pit", "ks_p", "crps", "crps_vs_gbm"} {
				if s[key] == nil {
					t.Errorf("%s %s: no %s.%s", m.Name, m.Start, name, key)
				}
			}
			if m.Name == "gbm" && *s["crps_vs_gbm"] != 1 {
				t.Errorf("CRPS of gbm over its own is %v", *s["crps_vs_gbm"])
			}
		}
		for _, l := range []map[string]*float64{m.Liquidation, m.LossOfHalf} {
			for _, key := range []string{"simulated", "realised", "windows", "lo", "hi"} {
				if l[key] == nil {
					t.Fatalf("%s %s: no %s of a loss", m.Name, m.Start, key)
				}
			}
			if !(*l["lo"] <= *l["realised"] && *l["realised"] <= *l["hi"]) || *l["windows"] != float64(v.Windows) {
				t.Errorf("%s: realised %v, %v to %v", m.Name, *l["realised"], *l["lo"], *l["hi"])
			}
		}
	}
	if len(starts) != 4 || starts["garch filtered"] != 1 || starts["gbm stationary"] != 1 {
		t.Errorf("models and starts %v", starts)
	}
	if left, want := ls(t, dir), []string{"figures", "figures/pits.png", "figures/pits.svg", "losses.csv",
		"manifest.json", "report.html", "spec.yaml", "validation.csv", "windows.csv"}; !slices.Equal(left, want) {
		t.Errorf("left %v; want %v", left, want)
	}
	for _, row := range named(t, filepath.Join(dir, "validation.csv")) {
		for _, m := range v.Models {
			if row["sample"] == "after" && row["model"] == m.Name && row["start"] == m.Start &&
				parse(t, row["crps"]) != *m.Statistics[row["statistic"]]["crps"] {
				t.Errorf("CRPS of %s %s is %s in the table, and another in JSON", m.Name, row["statistic"], row["crps"])
			}
		}
	}
	if again := resultsOf(t, append(args, "--json", "--no-save", "--workers", "3")...); again != out {
		t.Error("three workers print something else than one for each processor")
	}
	people, notes := expect(t, cli.Done, append(args, "--no-save")...)
	for _, want := range []string{"Recommended: garch", "Share of windows outside", "(happened)"} {
		if !strings.Contains(people, want) {
			t.Errorf("no %q in\n%s", want, people)
		}
	}
	if !strings.Contains(notes, "gbm is run too") {
		t.Errorf("notes %s", notes)
	}
}

func TestValidateRefuses(t *testing.T) {
	file := pricesFrom(t, "p.csv", 60, 1)
	daily := write(t, "d.csv", "date,close\n2023-01-01,1\n2023-01-02,2\n2023-01-03,1\n")
	token := []string{"--token", "ETHBULL3X", "--model", "gbm", "--no-save"}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "0 files; want one CSV of prices or more"},
		{[]string{file, file}, "twice; want each file once"},
		{[]string{file}, "no --until; want a day such as"},
		{[]string{file, "--until", "March"}, `--until = "March"; want a day such as`},
		{[]string{file, "--until", "2023-06-01"},
			"goes from 2023-01-01T00:00:00Z to 2023-03-02T00:00:00Z; want a time between"},
		{[]string{file, "--until", "2023-02-15"}, "which leaves no window of 30d after it"},
		{[]string{file, "--until", "2023-01-15"}, "which leaves no window of 30d before it"},
		{[]string{file, "--until", "2023-02-01", "--horizon", "90m"},
			"horizon 1h30m0s is not a whole number of steps of 1h0m0s"},
		{[]string{file, daily, "--until", "2023-02-01", "--horizon", "1d"}, "want files of one step"},
		{[]string{file, "--until", "2023-02-01", "--sigma", "0.5"},
			"--sigma with validate, which fits models to the files"},
		{[]string{file, "--until", "2023-02-01", "--model", "garhc"}, "did you mean garch?"},
		{[]string{file, "--until", "2023-02-01", "--step", "1h"}, "--step with validate"},
	} {
		args := append([]string{"validate"}, tt.args...)
		for i := 0; i < len(token); i += 2 {
			if !slices.Contains(args, token[i]) {
				args = append(args, token[i:min(i+2, len(token))]...)
			}
		}
		status, stdout, stderr := call(t, args...)
		if status != cli.BadInput || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %q, %s; want 2 and %q", args, status, stdout, stderr, tt.want)
		}
	}
}
