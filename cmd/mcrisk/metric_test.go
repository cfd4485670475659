package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/analytics"
	"mcrisk/internal/cli"
	"mcrisk/report"
)

// A metric that another package registers is in simulate, sweep, compare, heatmap,
// their figures and the page of metrics without any other edit. The registry is the
// process's, so this runs in one of its own.
func TestMetricIsOneRow(t *testing.T) {
	const here = "MCRISK_TEST_METRIC"
	if os.Getenv(here) == "" {
		if testing.Short() {
			t.Skip("starts a process")
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestMetricIsOneRow$")
		cmd.Env = append(os.Environ(), here+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	steps := func(c *analytics.Case) []float64 { return c.Ensemble.Column("steps_outside") }
	analytics.Register(analytics.Metric{Name: "late_steps", Unit: analytics.Count,
		Label: "Steps too late", Doc: "steps outside the band",
		Sense: analytics.Lower, Swept: 99, Needs: []string{"steps_outside"}, Paths: steps,
		Of: func(c *analytics.Case) analytics.Estimate { return analytics.Mean(c.Sample(steps(c)), c.Confidence) }})
	base := []string{"--token", "ETHBULL3X", "--horizon", "5d", "--paths", "40", "--latency", "6h"}
	one := reportOf(t, append([]string{"simulate", "--no-save"}, base...)...).
		Tokens[0].Metrics["late_steps"]["estimate"]
	if one == nil || one == 0.0 {
		t.Fatalf("simulate says %v", one)
	}
	t.Run("compare", func(t *testing.T) {
		var r struct {
			Rows []struct {
				Metric, Token, Unit string
				Estimate            *float64
				Difference          report.JSONEstimate
			}
		}
		text := resultsOf(t, "compare", "--tokens", "ETHBULL3X,hold-3x",
			"--horizon", "5d", "--paths", "40", "--json", "--no-save")
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, x := range r.Rows {
			if x.Metric == "late_steps" && x.Unit == "count" && x.Estimate != nil && x.Difference.Estimate != nil {
				found++
			}
		}
		if found != 2 {
			t.Errorf("compare has it of %d of 2 tokens, with differences", found)
		}
	})
	t.Run("heatmap", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "run")
		var r struct{ Cells []report.JSONEstimate }
		text := resultsOf(t, append([]string{"heatmap", "--x", "half-width=0.2,0.3", "--y", "fee=5bp,20bp",
			"--metric", "late_steps", "--json", "--out", dir}, base...)...)
		if err := json.Unmarshal([]byte(text), &r); err != nil || len(r.Cells) != 4 ||
			float64(*r.Cells[1].Estimate) != one {
			t.Errorf("heatmap: %v; want 4 cells, the second, which is simulated too, of %v:\n%s", err, one, text)
		}
		if svg := read(t, filepath.Join(dir, "figures", "heatmap.svg")); !strings.Contains(svg,
			"late_steps, steps outside the band (count)") {
			t.Error("the figure of heatmap does not say what its colours are")
		}
		if help := resultsOf(t, "heatmap", "--help", "all"); !strings.Contains(help, "late_steps") {
			t.Error("help of heatmap does not list it")
		}
	})
	t.Run("sweep", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "run")
		r := reportOf(t, append([]string{"sweep", "--over", "half-width=0.1:0.3:0.1", "--out", dir}, base...)...)
		if got := r.Cells[2].Metrics["late_steps"]; got.Estimate == nil ||
			*got.Estimate != one || got.Difference.Estimate == nil {
			t.Errorf("the sweep's cell says %+v; simulate %v", got, one)
		}
		if last := r.Best[len(r.Best)-1]; last.Objective != "late_steps" || last.Best == "" {
			t.Errorf("the sweep's last objective is %+v", last)
		}
	})
	if names := cli.Objectives(); names[len(names)-1] != "late_steps" {
		t.Errorf("the objectives are %v", names)
	}
	if !strings.Contains(analytics.MetricsPage(),
		"| `late_steps` | count | steps outside the band | lower | objective |") {
		t.Error("the page of metrics does not have it")
	}
}
