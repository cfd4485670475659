package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

type heatMapJSON struct {
	Unit  string
	Cells []struct {
		X, Y             string
		N                int
		Estimate, Lo, Hi *float64
	}
}

// Cells of a heat map are what simulate and sweep say of the same settings.
func TestHeatMapAgreesWithSimulate(t *testing.T) {
	small := []string{"--target", "3", "--band", "2.8:3.2", "--to", "target",
		"--horizon", "10d", "--paths", "200", "--no-save", "--json"}
	cells := func(args ...string) (m heatMapJSON) {
		out, _ := expect(t, cli.Done, append(append([]string{"heatmap"}, args...), small...)...)
		if err := json.Unmarshal([]byte(out), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	simulated := func(args ...string) map[string]struct{ Estimate, Lo float64 } {
		out, _ := expect(t, cli.Done, append(append([]string{"simulate"}, small...), args...)...)
		var all struct {
			Tokens []struct {
				Metrics map[string]struct{ Estimate, Lo float64 }
			}
		}
		if err := json.Unmarshal([]byte(out), &all); err != nil {
			t.Fatal(err)
		}
		return all.Tokens[0].Metrics
	}
	m := cells("--x", "fee=5bp,50bp", "--y", "sigma=0.5,1", "--metric", "log_growth")
	if len(m.Cells) != 4 || m.Unit != "log per year" {
		t.Fatalf("%+v", m)
	}
	want := simulated("--fee", "50bp", "--sigma", "1")["log_growth"]
	if last := m.Cells[3]; last.X != "0.005" || last.Y != "1" ||
		math.Abs(*last.Estimate-want.Estimate) > 1e-12 ||
		math.Abs(*last.Lo-want.Lo) > 1e-12 {
		t.Errorf("last cell %+v is %v from %v; simulate says %+v", last, *last.Estimate, *last.Lo, want)
	}
	m = cells("--x", "horizon", "--y", "sigma=0.5,1", "--metric", "p_loss_10")
	want = simulated("--sigma", "1")["p_loss_10"]
	if last := m.Cells[len(m.Cells)-1]; len(m.Cells) != 24 || last.X != "10d" ||
		*last.Estimate != want.Estimate || *last.Lo != want.Lo {
		t.Errorf("last of %d cells %+v; simulate says %+v", len(m.Cells), last, want)
	}
	if first := m.Cells[0]; first.X != "20h" {
		t.Errorf("a twelfth of 10 days is %s; want 20h", first.X)
	}
	// A half-width is around the target of its cell, whichever axis comes first.
	for _, axes := range [][]string{
		{"--x", "target=2,3", "--y", "half-width=0.1,0.2"},
		{"--x", "half-width=0.1,0.2", "--y", "target=2,3"}} {
		m = cells(axes...)
		for i, own := range map[int][]string{
			0: {"--target", "2", "--band", "1.9:2.1"},
			3: {"--target", "3", "--band", "2.8:3.2"}} {
			if want := simulated(own...)["log_growth"]; math.Abs(*m.Cells[i].Estimate-want.Estimate) > 1e-12 {
				t.Errorf("%v: cell %d grows by %v; %v by %v", axes, i, *m.Cells[i].Estimate, own, want.Estimate)
			}
		}
	}
	// A model may be a file, and takes its numbers from there.
	fit := filepath.Join(t.TempDir(), "fit.yaml")
	if err := os.WriteFile(fit, []byte("model: {kind: merton, "+
		"sigma: 0.5, jump-rate: 30, jump-mean: -0.02, jump-sd: 0.05}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	m = cells("--x", "fee=5bp,50bp", "--y", "model=gbm,"+fit)
	if want := simulated("--spec", fit, "--fee", "50bp")["log_growth"]; m.Cells[3].Y != "fit" ||
		math.Abs(*m.Cells[3].Estimate-want.Estimate) > 1e-12 {
		t.Errorf("model %s grows by %v; simulate says %v", m.Cells[3].Y, *m.Cells[3].Estimate, want.Estimate)
	}
	m = cells("--x", "latency=0,1h", "--y", "half-width=0.1,0.2", "--metric", "p_liquidation")
	if *m.Cells[0].Estimate != 0 || *m.Cells[0].Hi < 0.01 {
		t.Errorf("no liquidation in 200 paths has the interval to %v; want an exact one", *m.Cells[0].Hi)
	}
}

func TestHeatMapWrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "map")
	expect(t, cli.Done, "heatmap", "--target", "3", "--band", "2.8:3.2",
		"--horizon", "5d", "--paths", "50",
		"--x", "half-width=0.1,0.2", "--y", "latency=0,1h", "--out", dir)
	for _, name := range []string{"heatmap.csv", "figures/heatmap.png", "figures/heatmap.svg",
		"spec.yaml", "manifest.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	base := []string{"heatmap", "--no-save", "--paths", "10", "--horizon", "1d"}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--x", "fee=0,1bp"}, `--y = ""; want name=`},
		{[]string{"--y", "fee=0,1bp"}, `--x = ""; want name=`},
		{[]string{"--x", "fee=0,1bp", "--y", "nothing=1,2"}, `no parameter "nothing"`},
		{[]string{"--x", "fee=0,1bp", "--y", "fee=2bp,3bp"}, "fee is swept twice"},
		{[]string{"--x", "fee=0,1bp", "--y", "model=gbm,gmb"}, `--y: model: kind "gmb"`},
		{[]string{"--x", "model=gbm,no.yaml", "--y", "fee"},
			`--y = "fee"; want name=low:high:step or name=a,b,c` + "\n" +
				"--x: model: open no.yaml: no such file"},
		{[]string{"--x", "half-width=0.2,1.5", "--y", "target=2,3"}, "target=2 half-width=1.5: token 3x-band-loan"},
		{[]string{"--x", "fee=0,1bp", "--y", "sigma=0.5,1", "--metric", "growth"}, "did you mean log_growth?"},
		{[]string{"--x", "horizon", "--y", "sigma=0.5,1", "--metric", "log_growth"},
			"--x horizon --metric \"log_growth\"; want one of nav_p01"},
		{[]string{"--x", "horizon", "--y", "sigma=0.5,1", "--metric", "series_volatility_p50"}, "want one of nav_p01"},
	} {
		if _, said := expect(t, cli.BadInput, append(append(base, "--target", "3", "--band", "2.8:3.2"),
			tt.args...)...); !strings.Contains(said, tt.want) {
			t.Errorf("%v: %s; want %q", tt.args, said, tt.want)
		}
	}
	two := filepath.Join(t.TempDir(), "two.yaml")
	const token = "{name: %s, target: 3, policy: {kind: hold}, mechanism: {kind: loan}}"
	if err := os.WriteFile(two, fmt.Appendf(nil,
		"model: {kind: gbm}\ntokens: ["+token+", "+token+"]\n", "a", "b"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, said := expect(t, cli.BadInput, append(base, "--spec", two,
		"--x", "fee=0,1bp", "--y", "sigma=0.5,1")...); !strings.Contains(said, "2 tokens; want one") {
		t.Errorf("two tokens: %s", said)
	}
}

// Where every path is ruined there is nothing to draw, and the run is kept.
func TestHeatMapOfNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "map")
	for _, args := range [][]string{
		{"heatmap", "--mechanism", "perp", "--sigma", "1", "--x", "sigma=9,10", "--y", "fee=0,1bp"},
		{"breakeven", "--sigma", "10"}} {
		_, said := expect(t, cli.Done, append(args, "--target", "3", "--policy", "hold",
			"--horizon", "365d", "--step", "1d", "--paths", "20",
			"--out", filepath.Join(dir, args[0]))...)
		if !strings.Contains(said, "no cell has a value, so there is no figure "+args[0]) {
			t.Errorf("%s says %s", args[0], said)
		}
		if _, err := os.Stat(filepath.Join(dir, args[0], "manifest.json")); err != nil {
			t.Error(err)
		}
	}
}

// Of tokens that are left alone some are ruined at a high volatility, and have no
// part in a mean of logarithms: the table says how many, and every setting.
func TestHeatMapCountsTheRuined(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no sentence is broken
	args := []string{"heatmap", "--target", "3", "--policy", "hold", "--sigma", "0.1", "--mechanism", "perp",
		"--horizon", "90d", "--paths", "200", "--no-save",
		"--x", "sigma=0.2,3", "--y", "fee=0,1bp"}
	var m heatMapJSON
	if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--json")...)), &m); err != nil {
		t.Fatal(err)
	}
	least := 200
	for _, c := range m.Cells {
		least = min(least, c.N)
	}
	text := resultsOf(t, args...)
	for _, want := range []string{fmt.Sprintf("are left out: up to %d of 200 in a cell", 200-least),
		"model gbm, mu 0; intervals", "\n sigma ", "\n maintenance "} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not say %q:\n%s", want, text)
		}
	}
	if least == 200 || least == 0 {
		t.Errorf("%d of 200 survive; want some", least)
	}
}

// Steps round waits up, so that columns may be alike; it is said which.
func TestRoundedWaits(t *testing.T) {
	args := []string{"--token", "ETHBULL3X", "--horizon", "1d", "--paths", "10"}
	for name, more := range map[string][]string{
		"heatmap": {"--x", "latency=0,5m,90m,2h", "--y", "sigma=0.5,1", "--no-save"},
		"sweep":   {"--over", "latency=0,5m,90m,2h", "--no-figures", "--out", filepath.Join(t.TempDir(), "run")},
	} {
		_, said := expect(t, cli.Done, append(append([]string{name}, args...), more...)...)
		if want := "latency 5m, 90m is rounded up to whole steps of 1h"; !strings.Contains(said, want) {
			t.Errorf("%s: %s; want %q", name, said, want)
		}
	}
}
