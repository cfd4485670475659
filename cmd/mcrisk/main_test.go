package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"mcrisk/internal/cli"
)

// With this variable the test binary is the command, so that it can be run as
// a process of its own.
const asCommand = "MCRISK_TEST_RUNS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

func command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asCommand+"=1")
	return c
}

// call runs the command as a function.
func call(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = run(t.Context(), inFull(args), &out, &err)
	return status, out.String(), err.String()
}

// inFull is a command line whose text is not brief, which TestFirstScreens sees to.
func inFull(args []string) []string {
	if len(args) == 0 || !slices.Contains([]string{"simulate", "sweep", "compare", "position", "liquidation", "exact",
		"replay", "merge"}, args[0]) || slices.ContainsFunc(args, func(arg string) bool {
		return slices.Contains([]string{"--json", "--csv", "--markdown", "--full", "--help", "--print-spec"}, arg)
	}) {
		return args
	}
	return slices.Insert(slices.Clone(args), 1, "--full")
}

// resultsOf runs the command, which must succeed, and returns its output.
func resultsOf(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := call(t, args...)
	if status != cli.Done {
		t.Fatalf("mcrisk %s: exit status %d\n%s", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

// What is printed is what --json prints.
type printed struct {
	ResultsHash string `json:"results_hash"`
	Tokens      []struct {
		Name      string
		Metrics   map[string]map[string]any
		Quantiles map[string]map[string]map[string]any
	}
	Over  map[string][]string
	Best  []bestOf
	Cells []struct {
		Token   string
		Values  map[string]string
		Metrics map[string]struct {
			Estimate, SE, Lo, Hi *float64
			N                    int
			Difference           struct {
				Estimate, SE, Lo, Hi *float64
				N                    int
			}
		}
	}
}

// bestOf is the best setting for one objective, as JSON has it.
type bestOf struct {
	Token, Objective, Best string
	Scenario               map[string]string
	Indistinguishable      []string `json:"indistinguishable"`
}

func reportOf(t *testing.T, args ...string) printed {
	t.Helper()
	out := resultsOf(t, append(args, "--json")...)
	var r printed
	d := json.NewDecoder(strings.NewReader(out))
	if err := d.Decode(&r); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if d.More() {
		t.Fatal("more than one JSON object")
	}
	return r
}

// small are flags of a study that takes a moment and leaves nothing.
func small(args ...string) []string {
	return append(args, "--horizon", "3d", "--paths", "40", "--no-save")
}

// brief are the arguments of a command with flags that make it short, of whatever kind it is.
func brief(command string) []string {
	args := strings.Fields(command)
	switch args[0] {
	case "cohorts":
		return append(args, "--paths", "40", "--no-save")
	case "replay":
		return append(args, "--no-save")
	case "exact", "trace":
		return append(args, "--horizon", "3d")
	}
	return small(args...)
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// ls is everything below a folder, hidden files too.
func ls(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir {
			list = append(list, strings.TrimPrefix(path, dir+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// visible is what a script sees of a folder: nothing hidden.
func visible(t *testing.T, dir string) []string {
	t.Helper()
	return slices.DeleteFunc(ls(t, dir), func(name string) bool { return strings.HasPrefix(name, ".") })
}

const bars = `timestamp,open,high,low,close
2024-01-01T00:00:00Z,100,102,99,101
2024-01-01T01:00:00Z,101,103,100,102
2024-01-01T02:00:00Z,102,104,101,103
2024-01-01T03:00:00Z,103,105,102,102
2024-01-01T04:00:00Z,102,103,98,101
2024-01-01T05:00:00Z,101,102,100,101.5
`

// Bad input ends with exit status 2 and a message that names the value and what
// was wanted; nothing is printed and nothing is left.
func TestBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	prices := func(old, new string) string { return write(t, "p.csv", strings.Replace(bars, old, new, 1)) }
	spec := func(text string) string { return write(t, "s.yaml", text) }
	const model = "model: {kind: gbm}\nhorizon: 3d\nstep: 1h\npaths: 40\n"
	taken := t.TempDir()
	for _, tt := range []struct {
		name string
		args []string // of simulate, unless a command comes first
		want []string
	}{
		{"unknown token", []string{"--token", "ETHBUL3X"}, []string{`no token "ETHBUL3X"; did you mean ETHBULL3X`}},
		{"token unlike any", []string{"--token", "DOGE"},
			[]string{`no token "DOGE"; want one of`, "ETHBULL3X", "BTCBEAR1X"}},
		{"no token", nil, []string{"no token; want --token NAME", "--target"}},
		{"band without a target", []string{"--band", "2.8:3.2"}, []string{"no token; want", "--target"}},
		{"target zero", []string{"--target", "0"}, []string{"target leverage = 0; want"}},
		{"band beside the target", []string{"--target", "2", "--band", "2.8:3.2"}, []string{"2.8", "3.2", "target 2"}},
		{"reversed band", []string{"--target", "3", "--band", "3.2:2.8"},
			[]string{`--band = "3.2:2.8"; want low:high with low ≤ high`}},
		{"half a band", []string{"--target", "3", "--band", "3.2"}, []string{`--band = "3.2"; want low:high`}},
		{"NaN band", []string{"--target", "3", "--band", "NaN:3.2"}, []string{`--band = "NaN:3.2"; want low:high`}},
		{"endless band", []string{"--target", "3", "--band", "2:Inf"}, []string{"high = +Inf; want"}},
		{"band of three", []string{"--target", "3", "--band", "2:3:4"}, []string{`--band = "2:3:4"; want low:high`}},
		{"band over zero", []string{"--target", "1", "--band", "-1:2"}, []string{`--band = "-1:2"; want low:high`}},
		{"band of a token that holds", []string{"--target", "3", "--band", "2.8:3.2", "--policy", "hold"},
			[]string{"--band with --policy hold"}},
		{"negative volatility", []string{"--token", "ETHBULL3X", "--sigma", "-0.5"},
			[]string{"--sigma = -0.5; want a number from 0 to 10"}},
		{"NaN volatility", []string{"--token", "ETHBULL3X", "--sigma", "NaN"},
			[]string{"--sigma = NaN; want a number"}},
		{"infinite volatility", []string{"--token", "ETHBULL3X", "--sigma", "Inf"},
			[]string{"--sigma = +Inf; want a number"}},
		{"volatility in words", []string{"--token", "ETHBULL3X", "--sigma", "high"},
			[]string{`--sigma = "high"; want a number`}},
		{"zero paths", []string{"--token", "ETHBULL3X", "--paths", "0"},
			[]string{`--paths = "0"; want a whole number from 1`}},
		{"negative paths", []string{"--token", "ETHBULL3X", "--paths", "-5"},
			[]string{`--paths = "-5"; want a whole number from 1`}},
		{"fractional paths", []string{"--token", "ETHBULL3X", "--paths", "1.5"},
			[]string{`--paths = "1.5"; want a whole number from 1`}},
		{"endless paths", []string{"--token", "ETHBULL3X", "--paths", "1e30"},
			[]string{`--paths = "1e30"; want a whole number from 1`}},
		{"more paths than memory", []string{"--token", "ETHBULL3X", "--paths", "1e12"},
			[]string{"--paths = 1000000000000: the lifetimes would take ", " TB of memory"}},
		{"more cells than memory", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=0:0.05:0.0001",
			"--paths", "1e9"},
			[]string{"the lifetimes would take ", " of memory"}},
		{"more cells than disk", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=0:0.05:0.00001",
			"--over", "gas=0:150:1", "--paths", "1e5", "--yes"},
			[]string{" TB on disk, and "}},
		{"negative seed", []string{"--token", "ETHBULL3X", "--seed", "-1"},
			[]string{`--seed = "-1"; want a whole number`}},
		{"negative workers", []string{"--token", "ETHBULL3X", "--workers", "-1"}, []string{"--workers = -1; want 0"}},
		{"workers in words", []string{"--token", "ETHBULL3X", "--workers", "all"}, []string{"--workers", `"all"`}},
		{"short horizon", []string{"--token", "ETHBULL3X", "--horizon", "30m"},
			[]string{"horizon 30m0s is shorter than a step of 1h0m0s"}},
		{"uneven horizon", []string{"--token", "ETHBULL3X", "--horizon", "90m"},
			[]string{"horizon 1h30m0s is not a whole number of steps of 1h0m0s"}},
		{"no step", []string{"--token", "ETHBULL3X", "--step", "0"}, []string{`--step = "0"; want a duration`}},
		{"horizon without a unit", []string{"--token", "ETHBULL3X", "--horizon", "365"},
			[]string{`--horizon = "365"; want a duration`}},
		{"endless horizon", []string{"--token", "ETHBULL3X", "--horizon", "1e9d"},
			[]string{`--horizon = "1e9d"; want a duration`, "292 years"}},
		{"liquidated at once", []string{"--target", "9", "--liquidation-threshold", "0.8"},
			[]string{"leverage 9 is liquidated at once", "liquidates at 5"}},
		{"perpetual liquidated at once", []string{"--target", "30", "--mechanism", "perp", "--maintenance", "5%"},
			[]string{"leverage 30 is liquidated at once", "liquidates at 20"}},
		{"folder that exists", []string{"--token", "ETHBULL3X", "--out", taken},
			[]string{taken, "exists; want a new one"}},
		{"folder and none", []string{"--token", "ETHBULL3X", "--out", "x", "--no-save"},
			[]string{"--out and --no-save; want one"}},
		{"table that exists", []string{"--token", "ETHBULL3X", "--no-save", "--lifetimes", taken},
			[]string{"--lifetimes", taken, "exists; want a new one"}},
		{"unknown flag", []string{"--tokn", "ETHBULL3X"}, []string{"unknown flag: --tokn", "did you mean --token?"}},
		{"flag unlike any", []string{"--xyzzy"}, []string{"unknown flag: --xyzzy", "see mcrisk simulate --help"}},
		{"an edge as a flag", []string{"--low", "2.7"}, []string{"unknown flag: --low", "--band low:high"}},
		{"flag without its value", []string{"--token"}, []string{"--token"}},
		{"argument", []string{"ETHBULL3X"}, []string{`argument "ETHBULL3X"; want flags only`}},
		{"unknown command", []string{"simulat", "--token", "X"},
			[]string{`no command "simulat"; did you mean simulate?`}},
		{"command unlike any", []string{"xyzzy"}, []string{`no command "xyzzy"; see mcrisk --help`}},
		{"help on an unknown command", []string{"help", "simulat"},
			[]string{`no command or topic "simulat"; did you mean simulate?`}},
		{"perpetual's flag for a loan", []string{"--token", "ETHBULL3X", "--funding", "10%"},
			[]string{"--funding is a number of mechanism perp", "this study has", "mechanism loan"}},
		{"loan's flag for a perpetual", []string{"--target", "3", "--mechanism", "perp", "--borrow", "5%"},
			[]string{"--borrow is a number of mechanism loan", "mechanism perp"}},
		{"jumps without a model of them", []string{"--target", "3", "--jump-rate", "3"},
			[]string{"--jump-rate is a number of model ", "merton", "this study has model gbm"}},
		{"jumps of a token whose model is recommended", []string{"--token", "ETHBULL3X", "--jump-rate", "3"},
			[]string{"--jump-rate is a number of model ", "merton", "this study has model component"}},
		{"destination of a token that holds", []string{"--target", "3", "--to", "edge"},
			[]string{"--to is a number of policy band"}},
		{"unknown model", []string{"--token", "ETHBULL3X", "--model", "gmb"}, []string{`--model: kind "gmb"; want`}},
		{"unknown policy", []string{"--token", "ETHBULL3X", "--policy", "x"}, []string{`--policy: kind "x"; want`}},
		{"unknown mechanism", []string{"--token", "ETHBULL3X", "--mechanism", "x"},
			[]string{`--mechanism: kind "x"; want`}},
		{"unknown destination", []string{"--token", "ETHBULL3X", "--to", "middle"},
			[]string{`--to = "middle"; want edge or target or partial`}},
		{"fee of everything", []string{"--token", "ETHBULL3X", "--fee", "100%"},
			[]string{"--fee = 1; want a number from 0"}},
		{"exponent and suffix", []string{"--token", "ETHBULL3X", "--fee", "1e1bp"}, []string{`--fee = "1e1bp"; want`}},
		{"several at once", []string{"--token", "ETHBULL3X", "--sigma", "-1", "--paths", "0", "--step", "x"},
			[]string{"--sigma = -1", `--paths = "0"`, `--step = "x"`}},
		{"rate in percent without the sign", []string{"--token", "ETHBULL3X", "--borrow", "5"},
			[]string{"--borrow = 5 is 500 % a year; want 5%, if that is meant, or --force"}},
		{"rate beyond belief", []string{"--token", "ETHBULL3X", "--borrow", "500%"},
			[]string{"--borrow = 500% a year; want at most 200 % either way, or --force"}},
		{"money in words", []string{"--token", "ETHBULL3X", "--aum", "much"},
			[]string{`--aum = "much"; want a number`, "250k or 2M (in US dollars"}},
		{"growth fitted to nothing", []string{"--token", "ETHBULL3X", "--mu", "fitted"},
			[]string{"--mu fitted; want --prices FILE"}},
		{"requirement", []string{"--token", "ETHBULL3X", "--require", "nav=1"}, []string{"nav=1"}},
		{"requirement of no metric", []string{"--token", "ETHBULL3X", "--require", "p_liquidated<0.1"},
			[]string{`--require "p_liquidated<0.1": no metric "p_liquidated"; did you mean p_liquidation?`}},

		{"spec and token",
			[]string{"--spec", spec(model + "tokens:\n" +
				"- {name: a, target: 2, policy: {kind: hold}, mechanism: {kind: loan}}\n"), "--token", "ETHBULL3X"},
			[]string{"--token and the tokens of --spec", "s.yaml; want one of them"}},
		{"spec that is not there", []string{"--spec", "absent.yaml"}, []string{"absent.yaml"}},
		{"spec of nothing", []string{"--spec", spec("")}, []string{"s.yaml: want one YAML document"}},
		{"spec that breaks the parser", []string{"--spec", spec("tokens:\n  ! ")}, []string{"s.yaml"}},
		{"spec without tokens", []string{"--spec", spec(model)}, []string{"no token; want --token NAME"}},
		{"spec with an unknown key", []string{"--spec", spec(model + "token: []\n")},
			[]string{`s.yaml:5:1: the spec has no "token"; did you mean tokens?`}},
		{"spec with a bad number", []string{"--spec", spec("model:\n  kind: gbm\n  sigma: -1\n")},
			[]string{"s.yaml:3:10: sigma = -1; want"}},
		{"lifetimes of two tokens",
			[]string{"--lifetimes", "x.csv", "--spec", spec(model + "tokens:\n" +
				"- {name: a, target: 2, policy: {kind: hold}, mechanism: {kind: loan}}\n" +
				"- {name: b, target: 2, policy: {kind: hold}, mechanism: {kind: loan}}\n")},
			[]string{"--lifetimes with 2 tokens; want one"}},

		{"no prices", []string{"--token", "ETHBULL3X", "--prices", "absent.csv"}, []string{"absent.csv"}},
		{"swapped high and low", []string{"--token", "ETHBULL3X", "--prices", prices("103,100,102", "100,103,102")},
			[]string{"p.csv: line 3"}},
		{"duplicate stamp", []string{"--token", "ETHBULL3X", "--prices", prices("T02:", "T01:")},
			[]string{"p.csv: line 4"}},
		{"NaN price", []string{"--token", "ETHBULL3X", "--prices", prices("104,101,103", "104,101,NaN")},
			[]string{"p.csv: line 4", "NaN"}},
		{"zero price", []string{"--token", "ETHBULL3X", "--prices", prices("103,98,101", "103,0,101")},
			[]string{"p.csv: line 6", `"0"`}},
		{"zero price to calibrate", []string{"calibrate", prices("103,98,101", "103,0,101")},
			[]string{"p.csv: line 6", `"0"`}},
		{"no file to calibrate", []string{"calibrate"}, []string{"want one CSV of prices"}},

		{"no parameter to sweep", []string{"sweep", "--token", "ETHBULL3X"}, []string{"--over is missing; want"}},
		{"half a sweep", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee"},
			[]string{`--over = "fee"; want name=low:high:step`}},
		{"unknown parameter to sweep", []string{"sweep", "--token", "ETHBULL3X", "--over", "halfwidth=0.1,0.2"},
			[]string{`--over: no parameter "halfwidth"; did you mean half-width?`}},
		{"another kind's parameter to sweep", []string{"sweep", "--token", "ETHBULL3X", "--over", "funding=0.1,0.2"},
			[]string{"--over: funding is a number of mechanism perp"}},
		{"reversed range", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=1%:0.1%:0.1%"},
			[]string{`"1%:0.1%:0.1%"; want low:high:step with low ≤ high`}},
		{"range without a step", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=0:1%:0"},
			[]string{`"0:1%:0"; want`, "a step above 0"}},
		{"negative step", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=0:1%:-1%"},
			[]string{"--over", "-0.01"}},
		{"empty list", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee="}, []string{`--over = "fee="; want`}},
		{"hole in a list", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=1bp,,2bp"},
			[]string{`--over: fee = ""; want`}},
		{"value twice", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=10bp,0.1%"},
			[]string{"fee names the value 0.001 twice"}},
		{"oversized range", []string{"sweep", "--token", "ETHBULL3X", "--over", "fee=0:0.5:1e-9"},
			[]string{"makes 500000001 values; want at most 1000000"}},
		{"value that makes no sense", []string{"sweep", "--token", "ETHBULL3X", "--over", "target=2,3"},
			[]string{"target = 2: ", "2.7"}},
		{"value liquidated at once", []string{"sweep", "--target", "3", "--over", "target=3,9"},
			[]string{"target = 9: ", "liquidated at once"}},

		{"path beyond", []string{"trace", "--token", "ETHBULL3X", "--path", "10000"},
			[]string{`--path = "10000"; want a whole number from 0 to 9999`}},
		{"negative path", []string{"trace", "--token", "ETHBULL3X", "--path", "-1"},
			[]string{`--path = "-1"; want a whole number`}},
		{"unknown event", []string{"trace", "--token", "ETHBULL3X", "--events", "rebalances"},
			[]string{`--events = "rebalances"; want some of start, `}},
		{"unknown token of a study", []string{"trace", "--token", "ETHBULL3X", "--of", "x"},
			[]string{`--of = "x"; no token`}},
		{"unknown token to explain", []string{"tokens", "ethbull"},
			[]string{`no token "ethbull"; did you mean ETHBULL2X`}},
		{"two tokens to explain", []string{"tokens", "a", "b"}, []string{"2 names; want one at most"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := tt.args
			if len(args) == 0 || strings.HasPrefix(args[0], "-") || tt.name == "argument" {
				args = append([]string{"simulate"}, args...)
			}
			status, stdout, stderr := call(t, args...)
			if status != cli.BadInput {
				t.Errorf("exit status %d; want %d", status, cli.BadInput)
			}
			for _, w := range tt.want {
				if !strings.Contains(stderr, w) {
					t.Errorf("message is %q; want %q in it", stderr, w)
				}
			}
			if stdout != "" || !strings.HasPrefix(stderr, "mcrisk: ") || strings.Count(stderr, "\n") > 20 {
				t.Errorf("printed %q and said %q", stdout, stderr)
			}
		})
	}
	if left := ls(t, "."); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCommandsOfFewWords(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	if out := resultsOf(t, "version"); !strings.HasPrefix(out, "mcrisk 0.") || !strings.Contains(out, "philox") {
		t.Errorf("version prints %q", out)
	}
	if out := resultsOf(t, "tokens"); !strings.Contains(out, "ETHBULL3X") || !strings.Contains(out, "2.7 to 3.3") {
		t.Errorf("tokens prints %s", out)
	}
	if out := resultsOf(t, "tokens", "btcbull2x"); !strings.Contains(out, "BTCBULL2X aims at leverage 2") {
		t.Errorf("tokens btcbull2x prints %s", out)
	}
	hours := strings.Builder{}
	hours.WriteString("timestamp,open,high,low,close\n")
	for h := range 48 {
		fmt.Fprintf(&hours, "%d,100,110,90,%d\n", int64(1704067200000)+int64(h)*3600000, 100+h*h%7)
	}
	out := resultsOf(t, "calibrate", write(t, "p.csv", hours.String()))
	if !strings.Contains(out, "48 bars of 1h, 2024-01-01 00:00 to 2024-01-03 00:00, 0 gaps; 47 returns") {
		t.Errorf("calibrate prints %s", out)
	}
}

// Output that cannot be written is a failure, whichever command it is of.
func TestFullOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"version"}, {"tokens"}, {"tokens", "ETHBULL3X"}, {"--help"},
		small("simulate", "--token", "ETHBULL3X"),
		small("simulate", "--token", "ETHBULL3X", "--json"),
		small("sweep", "--token", "ETHBULL3X", "--over", "fee=0,1bp"),
		{"trace", "--token", "ETHBULL3X", "--horizon", "3d"},
		{"simulate", "--token", "ETHBULL3X", "--print-spec"}} {
		var stderr bytes.Buffer
		status := run(context.Background(), args, brokenPipe{}, &stderr)
		if status != cli.Failed || !strings.Contains(stderr.String(), "broken") {
			t.Errorf("mcrisk %v: exit status %d, %s", args, status, stderr.String())
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken") }

// The program makes only the command that it is asked for, by the name that the command has.
func TestOneCommand(t *testing.T) {
	for _, c := range newRoot().Commands() {
		one := newRoot(c.Name()).Commands()
		if c.Name() != "help" && c.Name() != "completion" && (slices.IndexFunc(one, func(o *cobra.Command) bool {
			return o.Name() == c.Name()
		}) < 0 || len(one) >= len(commands)) {
			t.Errorf("%s: made with %d commands; want it alone", c.Name(), len(one))
		}
	}
}
