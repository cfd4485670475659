package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"mcrisk/analytics"
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
	analytics.Register(analytics.Metric{Name: "late_steps", Unit: analytics.Count, Label: "Steps too late",
		Doc:   "steps outside the band",
		Sense: analytics.Lower, Swept: 99, Needs: []string{"steps_outside"}, Paths: steps,
		Of: func(c *analytics.Case) analytics.Estimate {
			return analytics.Mean(analytics.Sample{X: steps(c)}, c.Confidence)
		}})
	base := []string{"--token", "ETHBULL3X", "--horizon", "5d", "--paths", "40", "--latency", "6h", "--no-save"}

	one := reportOf(t, append([]string{"simulate"}, base...)...).Tokens[0].Metrics["late_steps"]["estimate"]
	if one == nil || one == 0.0 {
		t.Fatalf("simulate says %v", one)
	}
	dir := t.TempDir() + "/run"
	sweep := append([]string{"sweep", "--over", "half-width=0.1:0.3:0.1", "--out", dir}, base[:len(base)-1]...)
	r := reportOf(t, sweep...)
	if got := r.Cells[2].Metrics["late_steps"]; got.Estimate == nil || *got.Estimate != one ||
		got.Difference.Estimate == nil {
		t.Errorf("the sweep's cell says %+v; simulate %v", got, one)
	}
	last := r.Best[len(r.Best)-1]
	if last.Objective != "late_steps" || last.Best == "" {
		t.Errorf("the sweep's last objective is %+v", last)
	}
	if got := panelsOf(objectiveNames()); len(got) != 10 || got[9].Label != "Steps too late" {
		t.Errorf("the panels of objectives are %v", got)
	}
	compared := resultsOf(t, "compare", "--tokens", "ETHBULL3X,hold-3x", "--horizon", "5d", "--paths", "40", "--json",
		"--no-save")
	if !strings.Contains(compared, `"late_steps"`) {
		t.Error("compare does not report it")
	}
	var heat struct{ Cells []jsonEstimate }
	text := resultsOf(t, append([]string{"heatmap", "--x", "half-width=0.2,0.3", "--y", "fee=5bp,20bp", "--metric",
		"late_steps", "--json"}, base...)...)
	if err := json.Unmarshal([]byte(text), &heat); err != nil || len(heat.Cells) != 4 || heat.Cells[0].Estimate == nil {
		t.Errorf("heatmap: %v\n%s", err, text)
	}
	if !strings.Contains(analytics.MetricsPage(),
		"| `late_steps` | count | steps outside the band | lower | objective |") {
		t.Error("the page of metrics does not have it")
	}
}
