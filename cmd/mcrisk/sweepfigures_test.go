package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// Scenario are drawn in panels, or fronts of one panel, as long as they can be
// read; beyond that the sweep says what is not drawn, and where its numbers are.
func TestTradeoffInCircumstances(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	for name, tt := range map[string]struct {
		args   []string
		drawn  bool
		says   []string
		unsaid string
	}{
		"panels": {[]string{"--over", "half-width=0.1,0.3", "--over", "sigma=0.4,0.8,1.2"}, true, nil,
			"no figure"},
		"fronts": {[]string{"--over", "half-width=0.1,0.3", "--over", "sigma=0.4,0.8,1.2",
			"--over", "fee=1bp,5bp,10bp,30bp"}, true, nil, "no figure"},
		"kinds": {[]string{"--over", "to=edge,target", "--over", "half-width=0.1:0.6:0.1",
			"--select", "half-width,to", "--over", "sigma=0.4,0.8"}, true, nil, "no figure"},
		"too many": {[]string{"--over", "half-width=0.1,0.3", "--over", "mu=-0.5:0.5:0.1"}, false,
			[]string{"no figure of cost_drag against tracking_error: the scenarios would fill 11 panels, " +
				"and 9 can be read; front.csv has",
				"no figures of objectives: their scenarios would fill 11 panels, " +
					"and 9 can be read; cells.csv has"}, ""},
		"too many kinds": {[]string{"--over", "half-width=0.1:0.5:0.1", "--over", "fee=1bp:5bp:1bp",
			"--select", "half-width,fee"}, false,
			[]string{"too many kinds of settings are selected; want one parameter, and of a second up to 4 values; " +
				"front.csv has"}, ""},
		"nothing": {[]string{"--over", "half-width=0.1,0.3", "--over", "sigma=0.4,0.8", "--paths", "1"}, false,
			[]string{"as no setting has a value of both"}, ""},
		"one setting": {[]string{"--over", "half-width=0.1", "--over", "mu=-0.5:0.5:0.1"}, false, nil, "no figure"},
		"exact": {[]string{"--over", "half-width=0.1,0.3", "--over", "mu=-0.5:0.5:0.1", "--exact"}, false,
			[]string{"would fill 11 panels, and 9 can be read; exact.csv has"}, ""},
		"alike to read": {[]string{"--over", "half-width=0.1,0.3", "--over", "fee=0.00012341,0.00012342"}, true, nil,
			"no figure"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			_, said := expect(t, cli.Done, banded(append([]string{"--paths", "20", "--horizon", "3d", "--step", "6h",
				"--out", dir}, tt.args...)...)...)
			if drawn := slices.Contains(ls(t, dir), "figures/tradeoff.png"); drawn != tt.drawn {
				t.Errorf("a figure: %t; said %s", drawn, said)
			}
			for _, want := range tt.says {
				if strings.Count(said, want) != 1 {
					t.Errorf("not once %q in %s", want, said)
				}
			}
			if tt.unsaid != "" && strings.Contains(said, tt.unsaid) {
				t.Errorf("said %s", said)
			}
		})
	}
}

// A scenario with one value is named.
func TestSweepInOneCircumstance(t *testing.T) {
	out := resultsOf(t, banded("--over", "half-width=0.1,0.3", "--over", "fee=1%", "--paths", "20", "--horizon", "3d",
		"--no-save")...)
	if !strings.Contains(out, " fee=0.01 ") {
		t.Errorf("printed %s", out)
	}
}

// A caption names no value of what is swept, but in its one scenario.
func TestSweepCaption(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Setenv("COLUMNS", "300")
	dir := filepath.Join(t.TempDir(), "run")
	for sigma, want := range map[string]string{"0.4": "latency 0s. At sigma=0.4. All",
		"0.4,1.2": "latency 0s. All"} {
		out, _ := expect(t, cli.Done, banded("--over", "half-width=0.1,0.3", "--over", "sigma="+sigma, "--paths", "20",
			"--horizon", "3d", "--out", dir+sigma)...)
		if svg := read(t, filepath.Join(dir+sigma, "figures/tradeoff.svg")); !strings.Contains(svg, want) ||
			!strings.Contains(svg, "model gbm, mu 0; intervals") ||
			!strings.Contains(out, "model gbm, mu 0; intervals") {
			t.Errorf("sigma %s: no %q in the figure, or it is not so in\n%s", sigma, want, out)
		}
	}
}
