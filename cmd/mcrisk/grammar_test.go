package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/internal/cli"
	"mcrisk/internal/fuzz"
)

// valuesOf are what flags and arguments of some kinds take, the first half of each list, and
// what they mostly refuse.
var valuesOf = map[string][]string{
	"name": {"ETHBULL3X", "BTCBULL2X", "gbm", "merton", "loan", "perp", "band", "hold", "edge", "target", "sigma",
		"nav", "x", ""},
	"kind": {"gbm", "merton", "kou", "heston", "garch", "band", "every", "deviation", "loan", "perp", "isolated",
		"nope"},
	"file": {"prices.csv", "spec.yaml", "prices.csv", "none.csv", "/dev/null", "-", "sweep/sweep.yaml"},
	"run":  {"run", "sweep", "none", "prices.csv"}, "directory": {"out/a", "run", "", "a/../b"},
	"duration": {"1h", "1s", "90m", "3d", "0", "1e-300s", "-1h", "400y", "h", "0s"},
	"count":    {"1", "3", "1e3", "0", "1.5", "-1", "99999999999999999999"},
	"rate":     {"0", "5%", "0.1", "-2%", "5", "1e9", "nan"}, "fraction": {"0", "10bp", "1%", "0.5", "2", "-1"},
	"number": {"0.5", "0", "1", "2", "3", "-2", "1e-9", "1e9", "inf", "ten"}, "USD": {"0", "1e6", "250k", "2M", "-1"},
	"time":     {"2024-01-02", "2024-01-01T05:00:00Z", "1970-01-01", "soon"},
	"low:high": {"2.7:3.3", "1.8:2.2", "3:2", ":", "2.7"}, "name=values": {"fee=0,1bp", "half-width=0.1:0.3:0.1",
		"sigma=0.4,0.8",
		"model=gbm,merton", "model=spec.yaml", "borrow=5,6", "fee=", "fee", "fee=0:1:1e-9"},
	"bound": {"p_liquidation<0.5", "nav>0", "nav.lo>=0%", "x<1", "nav", "q05<1"}, "a,b": {"mean_log,turnover", "nav",
		"x,y"},
	"open|close": {"open", "close", "both"}, "k/n": {"1/2", "2/2", "0/2", "3/2", "x"},
	"objective": {"mean_log", "utility", "turnover", "x"}, "names": {"fee", "sigma", "fee,sigma", "x"},
	"rates": {"0:10%:5%", "5%,10%", "5"}, "durations": {"0,5m", "1h", "0,0", "x"}, "events": {"rebalance",
		"start,stop", "x"},
}

// some is one of a list, most often of its first half.
func some(c *fuzz.Source, list []string) string {
	if c.Rarely(8) {
		return fuzz.Pick(c, list...)
	}
	return fuzz.Pick(c, list[:(len(list)+1)/2]...)
}

// line generates a command line from the flags that commands have.
func line(c *fuzz.Source) []string {
	var commands []*cobra.Command
	for _, command := range newRoot().Commands() {
		if command.IsAvailableCommand() {
			commands = append(commands, command)
		}
	}
	cmd := fuzz.Pick(c, commands...)
	args := []string{cmd.Name()}
	for _, what := range map[string][]string{"history": {"file"}, "calibrate": {"file"}, "replay": {"file"},
		"cohorts": {"file"},
		"summary": {"run"},
		"verify":  {"run"}, "missing": {"run"}, "plot": {"run"}, "merge": {"run", "run"},
		"tokens": {"name"}}[cmd.Name()] {
		if !c.Rarely(20) {
			args = append(args, some(c, valuesOf[what]))
		}
	}
	var flags []*pflag.Flag
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f) })
	for range min(len(flags), c.Number(0, 5)) {
		f := fuzz.Pick(c, flags...)
		if slices.Contains([]string{"resume", "help", "exact"}, f.Name) && !c.Rarely(5) {
			continue
		}
		if f.Value.Type() == "bool" {
			args = append(args, "--"+f.Name)
			continue
		}
		kind, _ := pflag.UnquoteUsage(f)
		words := valuesOf[kind]
		if len(words) == 0 || c.Rarely(15) {
			words = slices.Concat(valuesOf["number"], valuesOf["name"])
		}
		args = append(args, "--"+f.Name+"="+some(c, words))
	}
	given := func(name string) bool {
		return slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--"+name) })
	}
	if cmd.Flags().Lookup("target") != nil && !given("token") && !given("spec") && !c.Rarely(10) {
		args = append(args, "--token=ETHBULL3X")
	}
	if cmd.Name() == "sweep" && !given("over") && !given("resume") {
		args = append(args, "--over=fee=0,1bp")
	}
	for name, value := range map[string]string{"paths": "5", "horizon": "3h", "step": "1h", "workers": "1"} {
		if f := cmd.Flags().Lookup(name); f != nil && !f.Hidden && !given("resume") { // so that it takes little time
			args = append(args, "--"+name+"="+value)
		}
	}
	if cmd.Flags().Lookup("no-figures") != nil {
		args = append(args, "--no-figures")
	}
	return args
}

// inputs writes what command lines of this test may name.
func inputs(t testing.TB, dir string) {
	t.Helper()
	var prices strings.Builder
	prices.WriteString("date,open,high,low,close\n")
	for i := range 60 {
		p := 100 + float64(i*i%17)
		fmt.Fprintf(&prices, "%s,%g,%g,%g,%g\n", time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
			p, p+2, p-2, p+1)
	}
	for name, text := range map[string]string{"prices.csv": prices.String(),
		"spec.yaml": "model: {kind: merton}\nhorizon: 3h\nstep: 1h\n" +
			"paths: 5\ntokens:\n- {name: t, target: 3, policy: {kind: band, low: 2.7, high: 3.3}, " +
			"mechanism: {kind: loan}}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"simulate", "--spec", filepath.Join(dir, "spec.yaml"), "--no-figures", "--out", filepath.Join(dir, "run")},
		{"sweep", filepath.Join(dir, "spec.yaml"), "--over", "fee=0,1bp", "--no-figures", "--out", filepath.Join(dir,
			"sweep")}} {
		var said bytes.Buffer
		if status := run(context.Background(), args, &said, &said); status != cli.Done {
			t.Fatalf("%v: %s", args, said.String())
		}
	}
}

// checkLine runs a command line and returns its status. It ends with one of the documented
// statuses, and with a message unless it is done.
func checkLine(t *testing.T, args []string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	status := run(ctx, args, &stdout, &stderr)
	said := stderr.String()
	switch {
	case ctx.Err() != nil:
		t.Errorf("%q takes long", args)
	case status == cli.Done:
		if stdout.Len() == 0 && !strings.Contains(said, "written:") {
			t.Errorf("%q printed nothing", args)
		}
	case !slices.Contains([]int{cli.Failed, cli.BadInput, cli.Unmet}, status), !strings.Contains(said, "mcrisk: "),
		len(said) > 20_000:
		t.Errorf("%q: exit status %d, said %.500q", args, status, said)
	}
	return status
}

func FuzzCommandLines(f *testing.F) {
	kept := f.TempDir()
	inputs(f, kept)
	fuzz.Seeds(f, 150)
	f.Fuzz(func(t *testing.T, seed []byte) {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(kept)); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		checkLine(t, line(fuzz.New(seed)))
	})
}

// The grammar reaches what is behind the flags: of its command lines an eighth is done.
func TestLinesReach(t *testing.T) {
	dir := t.TempDir()
	inputs(t, dir)
	t.Chdir(dir)
	const all = 100
	done := 0
	for i := range all {
		if checkLine(t, line(fuzz.New([]byte{byte(i), byte(i >> 8)}))) == cli.Done {
			done++
		}
	}
	t.Logf("%d of %d", done, all)
	if 8*done < all {
		t.Errorf("%d of %d command lines are done; want an eighth", done, all)
	}
}
