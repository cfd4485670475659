package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/cli"
	"mcrisk/models"
	"mcrisk/paths"
	"mcrisk/report"
)

// history writes n hourly bars of geometric Brownian motion with volatility
// 0.6, changed by edit.
func history(t *testing.T, n int, edit func(i int, price float64) float64) string {
	t.Helper()
	g := paths.Generator{Model: models.GBM{Sigma: 0.6}, Grid: paths.Grid{Step: time.Hour, Steps: n}, Seed: 1}
	price := 100.0
	var b strings.Builder
	fmt.Fprintln(&b, "timestamp,open,high,low,close,volume")
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, r := range g.Returns(0)[0] {
		price *= math.Exp(r)
		p := price
		if edit != nil {
			p = edit(i, price)
		}
		fmt.Fprintf(&b, "%s,%v,%v,%v,%v,1\n", at.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), p, p, p, p)
	}
	return write(t, "prices.csv", b.String())
}

func TestCalibrateRecovers(t *testing.T) {
	out := resultsOf(t, "calibrate", history(t, 5000, nil), "--json")
	var c struct {
		Returns int
		Models  []struct {
			Model      string
			Parameters map[string]struct{ Estimate, SE, Lo, Hi float64 }
		}
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		t.Fatal(err)
	}
	sigma := c.Models[0].Parameters["sigma"]
	if c.Returns != 4999 || math.Abs(sigma.Estimate-0.6) > 4*sigma.SE || sigma.SE > 0.007 {
		t.Errorf("%d returns, sigma %v ± %v; want 4999 and 0.6 within 4 standard errors",
			c.Returns, sigma.Estimate, sigma.SE)
	}
	// exact, and so next to the normal interval on so many returns
	if math.Abs((sigma.Hi-sigma.Lo)/(2*1.96*sigma.SE)-1) > 0.01 ||
		!(sigma.Lo < sigma.Estimate && sigma.Estimate < sigma.Hi) {
		t.Errorf("sigma %v ± %v from %v to %v", sigma.Estimate, sigma.SE, sigma.Lo, sigma.Hi)
	}
}

// A fitted model is a fragment that simulate takes beside a token, and its
// numbers are the fit's.
func TestCalibrateFragment(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "fit")
	resultsOf(t, "calibrate", history(t, 3000, nil), "--model", "gbm,merton", "--out", dir)
	for _, name := range []string{"calibration.json", "gbm.yaml", "merton.yaml", "figures/qq.png",
		"figures/squares.svg", "manifest.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	spec := resultsOf(t, "simulate", "--token", "BTCBULL3X",
		"--spec", filepath.Join(dir, "merton.yaml"), "--print-spec")
	fragment, err := os.ReadFile(filepath.Join(dir, "merton.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(spec, string(fragment)) {
		t.Errorf("the spec begins\n%.300s\nwant the fragment\n%s", spec, fragment)
	}
}

// The table says what --json and parameters.csv say, and the long-run volatility is
// the sample's, unless it is fitted too.
func TestCalibrateIntervals(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no table is broken
	price := 100.0
	clustered := paths.Generator{Model: models.GARCH{Sigma: 0.8, Alpha: 0.08, Beta: 0.88, DoF: 5, Step: time.Hour},
		Grid: paths.Grid{Step: time.Hour, Steps: 3000}, Seed: 1}.Returns(0)[0]
	file := history(t, 3000, func(i int, _ float64) float64 {
		price *= math.Exp(clustered[i])
		return price
	})
	dir := filepath.Join(t.TempDir(), "fit")
	table := resultsOf(t, "calibrate", file, "--model", "garch", "--out", dir)
	text, err := os.ReadFile(filepath.Join(dir, "parameters.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 6 ||
		!slices.Equal(rows[0][:5], []string{"model", "parameter", "estimate", "se", "lo"}) {
		t.Fatalf("%v: %q", err, rows)
	}
	var ends [2]float64
	for i := range ends {
		if ends[i], err = strconv.ParseFloat(rows[2][4+i], 64); err != nil {
			t.Fatal(err)
		}
	}
	if want := report.Short(ends[0]) + " to " + report.Short(ends[1]); rows[2][1] != "sigma" ||
		!strings.Contains(table, want) {
		t.Errorf("no %q in\n%s", want, table)
	}
	var c struct {
		SampleVolatility float64 `json:"sample_volatility"`
		Models           []struct {
			Volatility float64
			Parameters map[string]struct{ Estimate, Lo, Hi float64 }
		}
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "calibrate", file, "--model", "garch",
		"--json")), &c); err != nil {
		t.Fatal(err)
	}
	if p := c.Models[0].Parameters["sigma"]; p.Estimate != c.SampleVolatility || p.Lo != ends[0] || p.Hi != ends[1] ||
		c.Models[0].Volatility != p.Estimate {
		t.Errorf("sigma %+v, in the long run %v, sample %v, in the table %v", p, c.Models[0].Volatility,
			c.SampleVolatility, ends)
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "calibrate", file, "--model", "garch", "--untargeted",
		"--json")), &c); err != nil || c.Models[0].Volatility == c.SampleVolatility {
		t.Errorf("a volatility of %v without variance targeting, sample %v: %v", c.Models[0].Volatility,
			c.SampleVolatility, err)
	}
	if status, _, stderr := call(t, "calibrate", file, "--untargeted"); status != cli.BadInput ||
		!strings.Contains(stderr, "garch or gjr among the models") {
		t.Errorf("exit status %d, %q; want 2, and which models", status, stderr)
	}
}

// With the fit's errors each path draws its own parameters: the plain result
// stands beside, and the printed spec runs to the same bits.
func TestParameterUncertainty(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "fit")
	resultsOf(t, "calibrate", history(t, 1000, nil), "--out", dir)
	flags := []string{"--token", "BTCBULL3X", "--spec", filepath.Join(dir, "gbm.yaml"), "--parameter-uncertainty",
		"--horizon", "10d", "--paths", "200"}
	r := reportOf(t, append([]string{"simulate", "--no-save"}, flags...)...)
	var both struct {
		Certain []struct {
			Metrics map[string]struct{ Estimate *float64 }
		} `json:"without_parameter_uncertainty"`
	}
	out := resultsOf(t, append([]string{"simulate", "--no-save", "--json"}, flags...)...)
	if err := json.Unmarshal([]byte(out), &both); err != nil {
		t.Fatal(err)
	}
	wide := r.Tokens[0].Metrics["volatility"]["estimate"].(float64)
	if len(both.Certain) != 1 || *both.Certain[0].Metrics["volatility"].Estimate >= wide {
		t.Error("the result without uncertainty is missing, or no narrower")
	}
	spec := write(t, "spec.yaml", resultsOf(t, append([]string{"simulate", "--print-spec"}, flags...)...))
	if again := reportOf(t, "simulate", "--no-save", "--spec", spec); again.ResultsHash != r.ResultsHash {
		t.Error("the printed spec gives other lifetimes")
	}
	if status, _, stderr := call(t, "simulate", "--target", "3", "--band", "2.7:3.3", "--parameter-uncertainty",
		"--no-save"); status != cli.BadInput || !strings.Contains(stderr, "errors of the model's parameters") {
		t.Errorf("exit status %d, %q; want 2, and that no errors are known", status, stderr)
	}
}

// The catalogue has the errors of its fits: each path draws its own parameters, and the
// printed spec, which holds them, runs to the same bits.
func TestParameterUncertaintyOfTheCatalogue(t *testing.T) {
	for _, model := range []string{"gbm", "kou", "garch", "heston"} {
		flags := []string{"--token", "BTCBULL3X", "--model", model, "--parameter-uncertainty", "--horizon", "5d",
			"--paths", "64"}
		r := reportOf(t, append([]string{"simulate", "--no-save"}, flags...)...)
		if certain := reportOf(t, "simulate", "--no-save", "--token", "BTCBULL3X", "--model", model, "--horizon", "5d",
			"--paths", "64"); certain.ResultsHash == r.ResultsHash {
			t.Errorf("%s: uncertain parameters change nothing", model)
		}
		text := resultsOf(t, append([]string{"simulate", "--print-spec"}, flags...)...)
		spec := write(t, "spec.yaml", text)
		if again := reportOf(t, "simulate", "--no-save", "--spec", spec); again.ResultsHash != r.ResultsHash {
			t.Errorf("%s: the printed spec gives other lifetimes", model)
		}
	}
}

func TestCalibrateRefusesNonsense(t *testing.T) {
	for _, tt := range []struct {
		name string
		file string
		args []string
		want string
	}{
		{"twenty rows", history(t, 20, nil), []string{"--model", "all"}, "19 returns"},
		{"flat", history(t, 500, func(int, float64) float64 { return 100 }), nil, "never moves"},
		{"two rows", history(t, 2, nil), nil, "returns"},
		{"unknown model", history(t, 500, nil), []string{"--model", "mertn"}, "did you mean merton"},
		{"unknown model after one that is known", history(t, 500, nil), []string{"--model", "gbm, xyz"}, `"xyz"; want`},
		{"model twice", history(t, 500, nil), []string{"--model", "gbm,gbm"}, "--model names gbm twice"},
		{"no file", filepath.Join(t.TempDir(), "none.csv"), nil, "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := call(t, append([]string{"calibrate", tt.file}, tt.args...)...)
			if status != cli.BadInput || stdout != "" || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit status %d, %q; want 2 and %q", status, stderr, tt.want)
			}
		})
	}
	taken := t.TempDir()
	if status, stdout, stderr := call(t, "calibrate", history(t, 100, nil), "--out", taken); status != cli.BadInput ||
		stdout != "" || !strings.Contains(stderr, taken+" exists; want a new one") {
		t.Errorf("exit status %d, %q; want 2, and that the folder exists", status, stderr)
	}
}

// One close ten times too high is named; a fit that no model can be made of is
// in the tables, has no fragment, and does not cost the others theirs.
func TestCalibrateOutlier(t *testing.T) {
	file := history(t, 2000, func(i int, p float64) float64 {
		if i == 700 {
			return 10 * p
		}
		return p
	})
	dir := filepath.Join(t.TempDir(), "fit")
	status, stdout, stderr := call(t, "calibrate", file, "--model", "gbm,garch", "--out", dir)
	if status != cli.Done || !strings.Contains(stderr, "gbm: returns 699 and 700 (") ||
		!strings.Contains(stderr, "gbm: the fitted parameters are no valid model") {
		t.Errorf("exit status %d, %q; want 0, the two returns, and that gbm is no model", status, stderr)
	}
	var models []string
	for line := range strings.Lines(stdout) {
		if f := strings.Fields(line); len(f) > 0 && (f[0] == "gbm" || f[0] == "garch") &&
			!slices.Contains(models, f[0]) {
			models = append(models, f[0])
		}
	}
	if want := "next: mcrisk simulate --token NAME --spec " + filepath.Join(dir, "garch.yaml") +
		" --mu 0\n"; !strings.HasSuffix(stderr, want) {
		t.Errorf("said %q; want %q at the end", stderr, want)
	}
	left := ls(t, dir)
	if len(models) != 2 || slices.Contains(left, "gbm.yaml") || !slices.Contains(left, "garch.yaml") ||
		!slices.Contains(left, "figures/qq.png") {
		t.Errorf("printed %v, left %v; want both models, and a fragment and figures of garch", models, left)
	}
	alone := filepath.Join(t.TempDir(), "fit")
	resultsOf(t, "calibrate", file, "--out", alone)
	if left := ls(t, alone); !slices.Equal(left, []string{"calibration.json", "manifest.json", "models.csv",
		"parameters.csv", cli.PageFile}) {
		t.Errorf("left %v; want the tables of gbm and nothing drawn", left)
	}
}

// Ctrl-C during the fits ends them, and leaves nothing.
func TestCalibrateInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	status := run(ctx, []string{"calibrate", history(t, 500, nil), "--out", filepath.Join(dir, "fit")},
		&stdout, &stderr)
	if left := ls(t, dir); status != cli.Interrupted || stdout.Len() > 0 || len(left) > 0 ||
		stderr.String() != "mcrisk: interrupted; nothing was written\n" {
		t.Errorf("exit status %d, printed %q, said %q, left %v; want 130 and nothing", status, &stdout, &stderr, left)
	}
}

// Every form has both tables; one is asked for at a time.
func TestCalibrateForms(t *testing.T) {
	file := history(t, 500, nil)
	out := resultsOf(t, "calibrate", file, "--model", "gbm,merton", "--csv")
	fits, parameters, ok := strings.Cut(out, "\n\n")
	if !ok || !strings.HasPrefix(fits, "model,volatility,log_likelihood,aic,bic,") || strings.Count(fits, "\n") != 2 ||
		!strings.HasPrefix(parameters, "model,parameter,estimate,se,lo,hi,") || strings.Count(parameters, "\n") != 8 {
		t.Errorf("CSV is\n%s", out)
	}
	if out := resultsOf(t, "calibrate", file, "--markdown"); !strings.Contains(out, "| gbm | sigma |") {
		t.Errorf("Markdown is\n%s", out)
	}
	expect(t, cli.BadInput, "calibrate", file, "--csv", "--json")
}
