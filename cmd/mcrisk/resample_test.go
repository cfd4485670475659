package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// garch are the numbers of a GARCH for a token that no history is fitted to.
var garch = []string{"--target", "3", "--band", "2.7:3.3", "--model", "garch", "--garch-alpha", "0.05",
	"--garch-beta", "0.9", "--dof", "6"}

// The volatility at the start is a number, the history's last one or that of a day in it,
// what a fragment of calibrate kept, or drawn from the long-run law; and the settings say
// where it came from.
func TestStart(t *testing.T) {
	h := history(t, 3000, nil)
	of := func(args ...string) string {
		t.Helper()
		return settingsIn(resultsOf(t, append(small("simulate", "--markdown"), args...)...))["start"]
	}
	with := func(args ...string) []string { return append(args, garch...) }
	if got := of(garch...); got != "stationary default" {
		t.Errorf("start is %q", got)
	}
	if got := of(with("--start", "55%")...); got != "0.55 given" {
		t.Errorf("start is %q", got)
	}
	last := of(with("--start", "last", "--history", h)...)
	v, err := strconv.ParseFloat(strings.Fields(last)[0], 64)
	if err != nil || v < 0.3 || v > 1.2 || !strings.Contains(last, "filtered to 2024-05-05T00:00:00Z of ") {
		t.Errorf("start is %q", last)
	}
	if got := of(with("--start", "2024-02-01", "--history", h)...); got == last ||
		!strings.Contains(got, "filtered to 2024-02-01T00:00:00Z of ") {
		t.Errorf("start is %q", got)
	}
	fits := filepath.Join(t.TempDir(), "fits")
	expect(t, cli.Done, "calibrate", history(t, 3000, nil), "--model", "regimes", "--out", fits)
	kept := of("--target", "3", "--spec", filepath.Join(fits, "regimes.yaml"), "--start", "last")
	if !strings.Contains(kept, "regimes.yaml: filtered to 2024-05-05T00:00:00Z") {
		t.Errorf("start is %q", kept)
	}
	if got := of("--token", "ETHBULL3X", "--model", "garch", "--start", "last"); !strings.Contains(got,
		"catalogue: garch of ETH filtered to the end of eth_usdt_perp_1h.csv") {
		t.Errorf("start is %q", got)
	}
	for _, r := range []struct {
		want string
		args []string
	}{
		{"start is a number of model", []string{"--target", "3", "--start", "0.5"}},
		{"want --history FILE or --prices FILE", with("--start", "last")},
		{"want a time from 2024-01-01T10:00:00Z to 2024-05-05", with("--start", "2025-01-01", "--history", h)},
		{"start = \"soon\"; want stationary, or a number", with("--start", "soon")},
	} {
		says(t, cli.BadInput, r.want, append(small("simulate"), r.args...)...)
	}
}

// A run of a model that draws from a history holds its name and hash, and is read, verified
// and run again from them; not with another history in its place. Prices and history are
// one file.
func TestRunsOfAHistory(t *testing.T) {
	h := history(t, 2000, nil)
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"--target", "3", "--band", "2.7:3.3", "--model", "fhs", "--history", h, "--horizon", "3d",
		"--paths", "60"}
	expect(t, cli.Done, append([]string{"simulate", "--out", dir, "--no-figures"}, args...)...)
	expect(t, cli.Done, "verify", dir)
	resultsOf(t, "summary", dir, "--json")
	spec := filepath.Join(dir, "spec.yaml")
	again := filepath.Join(t.TempDir(), "again")
	expect(t, cli.Done, "simulate", "--spec", spec, "--out", again, "--no-figures")
	a, errA := os.ReadFile(filepath.Join(dir, "lifetimes.csv"))
	b, errB := os.ReadFile(filepath.Join(again, "lifetimes.csv"))
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("the spec gives other lifetimes (%v, %v)", errA, errB)
	}
	says(t, cli.BadInput, "want one file", append([]string{"simulate", "--prices", history(t, 1500, nil)}, args...)...)
	for _, kind := range []string{"bootstrap", "fhs"} {
		says(t, cli.Done, "begins at 2024-", "trace", "--target", "3", "--model", kind, "--history", h,
			"--horizon", "2d", "--path", "5")
	}
	other := strings.Replace(string(must(os.ReadFile(h))), ",100", ",101", 1)
	if err := os.WriteFile(h, []byte(other), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, "is not the history that the spec was made with", "summary", dir)
}

func must(data []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return data
}

// Zero marks are none, and a byte order mark before a spec is passed over.
func TestSpecEdges(t *testing.T) {
	spec := resultsOf(t, small("simulate", "--target", "3", "--print-spec")...)
	marks := regexp.MustCompile(`(?m)^marks: \d+$`)
	if !marks.MatchString(spec) {
		t.Fatalf("no marks in\n%s", spec)
	}
	expect(t, cli.Done, "simulate", "--spec", write(t, "bom.yaml", "\ufeff"+spec), "--no-save")
	dir := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, "simulate", "--spec", write(t, "none.yaml", marks.ReplaceAllString(spec, "marks: 0")),
		"--no-figures", "--out", dir)
	if kept := string(must(os.ReadFile(filepath.Join(dir, "spec.yaml")))); !strings.Contains(kept, "\nmarks: 0\n") {
		t.Errorf("marks: 0 became\n%s", kept)
	}
	says(t, cli.Done, "marks = 64 of the spec are lowered to 5",
		"simulate", "--spec", write(t, "many.yaml", marks.ReplaceAllString(spec, "marks: 64")), "--horizon", "5h",
		"--no-save")
}

// A rate above 200 % a year is asked about in specs and sweeps as in flags, and help does
// not guess what has nothing in common with a command.
func TestAsked(t *testing.T) {
	spec := write(t, "s.yaml",
		"tokens: [{name: x, target: 3, policy: {kind: hold}, mechanism: {kind: loan, borrow: 5}}]\n")
	says(t, cli.BadInput, "borrow = 5 is 500 % a year", small("simulate", "--spec", spec)...)
	expect(t, cli.Done, small("simulate", "--spec", spec, "--force")...)
	says(t, cli.BadInput, "is 500 % a year", small("sweep", "--target", "3", "--over", "borrow=0.05,5")...)
	if _, said := expect(t, cli.BadInput, "help", "foo"); strings.Contains(said, "plot") {
		t.Errorf("help foo suggests plot: %s", said)
	}
}

// Models that draw from a history are values of an axis as others are.
func TestSweepOverResampled(t *testing.T) {
	h := history(t, 3000, nil)
	for _, values := range []string{"gbm,bootstrap", "bootstrap,fhs,gbm"} {
		says(t, cli.Done, "the models differ in volatility", small("sweep", "--target", "3", "--band", "2.7:3.3",
			"--model", "bootstrap", "--history", h, "--over", "model="+values)...)
	}
	says(t, cli.BadInput, "draws from a price history; want one (--history FILE)", small("sweep", "--target", "3",
		"--over", "model=gbm,bootstrap")...)
	says(t, cli.BadInput, "draws from a price history; want one (--history FILE)", small("heatmap", "--target", "3",
		"--band", "2.7:3.3", "--x", "model=gbm,fhs", "--y", "fee=0,1bp")...)
}
