package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

type heatMapJSON struct {
	Unit  string
	Cells []struct {
		X, Y             string
		Estimate, Lo, Hi *float64
	}
}

// Cells of a heat map are what simulate and sweep say of the same settings.
func TestHeatMapAgreesWithSimulate(t *testing.T) {
	small := []string{"--target", "3", "--band", "2.8:3.2", "--to", "target", "--horizon", "10d", "--paths", "200", "--no-save", "--json"}
	cells := func(args ...string) (m heatMapJSON) {
		out, _ := expect(t, exitDone, append(append([]string{"heatmap"}, args...), small...)...)
		if err := json.Unmarshal([]byte(out), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	simulated := func(args ...string) map[string]struct{ Estimate, Lo float64 } {
		out, _ := expect(t, exitDone, append(append([]string{"simulate", "--no-control"}, args...), small...)...)
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
	if last := m.Cells[3]; last.X != "0.005" || last.Y != "1" || math.Abs(*last.Estimate-want.Estimate) > 1e-12 || math.Abs(*last.Lo-want.Lo) > 1e-12 {
		t.Errorf("last cell %+v is %v from %v; simulate says %+v", last, *last.Estimate, *last.Lo, want)
	}
	m = cells("--x", "horizon", "--y", "sigma=0.5,1", "--metric", "p_loss_10")
	want = simulated("--sigma", "1")["p_loss_10"]
	if last := m.Cells[len(m.Cells)-1]; len(m.Cells) != 24 || last.X != "10 days" || *last.Estimate != want.Estimate || *last.Lo != want.Lo {
		t.Errorf("last of %d cells %+v; simulate says %+v", len(m.Cells), last, want)
	}
	m = cells("--x", "latency=0,1h", "--y", "half-width=0.1,0.2", "--metric", "p_liquidation")
	if *m.Cells[0].Estimate != 0 || *m.Cells[0].Hi < 0.01 {
		t.Errorf("no liquidation in 200 paths has the interval to %v; want an exact one", *m.Cells[0].Hi)
	}
}

func TestHeatMapWrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "map")
	expect(t, exitDone, "heatmap", "--target", "3", "--band", "2.8:3.2", "--horizon", "5d", "--paths", "50", "--x", "half-width=0.1,0.2", "--y", "latency=0,1h", "--out", dir)
	for _, name := range []string{"heatmap.csv", "figures/heatmap.png", "figures/heatmap.svg", "spec.yaml", "manifest.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	base := []string{"heatmap", "--target", "3", "--no-save", "--paths", "10", "--horizon", "1d"}
	for _, args := range [][]string{
		{"--x", "fee=0,1bp"}, {"--y", "fee=0,1bp"}, {"--x", "fee=0,1bp", "--y", "nothing=1,2"},
		{"--x", "fee=0,1bp", "--y", "sigma=0.5,1", "--metric", "growth"}, {"--x", "horizon", "--y", "sigma=0.5,1", "--metric", "log_growth"},
	} {
		expect(t, exitInput, append(append([]string{}, base...), args...)...)
	}
}
