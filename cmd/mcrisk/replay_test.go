package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
)

// Each latency has its row, that of zero before the others; a late keeper is
// liquidated where a prompt one is not; CSV and JSON say the same.
func TestReplayLatencies(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	file := write(t, "p.csv", "date,open,high,low,close\n2024-01-01,100,101,99,100\n2024-01-02,100,100,60,70\n"+
		"2024-01-03,70,75,70,72\n2024-01-04,72,73,71,72\n")
	args := []string{"replay", file, "--token", "BTCBULL3X", "--latencies", "0, 6h", "--since", "2024-01-02",
		"--until", "2024-01-04T00:00:00Z", "--no-save"}
	var r struct {
		Bars       int
		From       string
		Underlying struct{ Nav float64 }
		Tokens     []map[string]any
	}
	if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--json")...)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Bars != 2 || r.From != "2024-01-02T00:00:00Z" || len(r.Tokens) != 2 {
		t.Fatalf("%+v", r)
	}
	prompt, late := r.Tokens[0], r.Tokens[1]
	if prompt["name"] != "BTCBULL3X" || prompt["latency_seconds"] != 0.0 || late["latency_seconds"] != 21600.0 {
		t.Errorf("%v and %v; want the token at two latencies", prompt["name"], late["latency_seconds"])
	}
	if math.Abs(r.Underlying.Nav-0.72) > 1e-15 {
		t.Errorf("the underlying ends at %v; want 0.72", r.Underlying.Nav)
	}
	if prompt["liquidations"] != 0.0 || late["liquidations"].(float64) < 1 || prompt["first_liquidation"] != nil {
		t.Errorf("liquidations %v and %v; want none and some", prompt["liquidations"], late["liquidations"])
	}
	tables := strings.Split(resultsOf(t, append(args, "--csv")...), "\n\n")
	rows, err := csv.NewReader(strings.NewReader(tables[0])).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v in %v", err, rows)
	}
	ledger := late["ledger"].(map[string]any)
	for i, name := range rows[0][3:] {
		v := late[name]
		for _, kind := range []string{"money", "log"} {
			if item, ok := strings.CutPrefix(name, kind+"_"); ok {
				v = ledger[kind].(map[string]any)[item]
			}
		}
		if got := rows[3][i+3]; v == nil && got != "" || v != nil && parse(t, got) != v {
			t.Errorf("%s is %q in CSV and %v in JSON", name, got, v)
		}
	}
	if got, want := parse(t, rows[3][2]), late["farther_first"].(map[string]any)["nav"]; got != want {
		t.Errorf("the farther extreme first: %v in CSV and %v in JSON", got, want)
	}
	out := resultsOf(t, args...)
	for _, want := range []string{"2 bars of 1d, 2024-01-02 00:00 to 2024-01-04 00:00 (0 missing)", "2024-01-02 ",
		"liquidation-threshold"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, not := range []string{"horizon", "paths", "sigma", "seed", "outage"} {
		if strings.Contains(out, " "+not) {
			t.Errorf("%q, which nothing here has, in\n%s", not, out)
		}
	}
}

func TestReplayRefuses(t *testing.T) {
	file := write(t, "p.csv", bars)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "0 files; want one CSV of prices"},
		{[]string{file}, "no token; want --token NAME"},
		{[]string{file + ".none", "--token", "ETHBULL3X"}, "no such file"},
		{[]string{file, "--token", "ETHBULL3X", "--sigma", "0.5"}, "--sigma with a price history"},
		{[]string{file, "--token", "ETHBULL3X", "--latency", "5m"}, "--latency with a price history"},
		{[]string{file, "--token", "ETHBULL3X", "--latencies", "0,soon"}, `--latencies: latency = "soon"; want`},
		{[]string{file, "--token", "ETHBULL3X", "--latencies", ""},
			`invalid argument "" for "--latencies" flag: want durations`},
		{[]string{file, "--token", "ETHBULL3X", "--latencies", "60s,1m"}, `--latencies: "60s,1m" names a value twice`},
		{[]string{file, "--token", "ETHBULL3X", "--since", "March"}, `--since = "March"; want a day such as`},
		{[]string{file, "--token", "ETHBULL3X", "--since", "2025-01-01"},
			"from 2025-01-01T00:00:00Z to its end: 0 of its bars; " +
				"want two or more of those from 2024-01-01T00:00:00Z to 2024-01-01T05:00:00Z"},
		{[]string{file, "--token", "ETHBULL3X", "--until", "2023-01-01"},
			"from its start to 2023-01-01T00:00:00Z: 0 of its bars"},
		{[]string{file, "--token", "ETHBULL3X", "--json", "--csv"}, "want one of them"},
	} {
		status, stdout, stderr := call(t, append([]string{"replay"}, tt.args...)...)
		if status != cli.BadInput || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %q, %s; want 2 and %q", tt.args, status, stdout, stderr, tt.want)
		}
	}
}

// Inside a bar of known extremes a keeper looks at any time, so nothing is said of
// steps, which a replay does not take.
func TestReplayNotes(t *testing.T) {
	file := write(t, "p.csv", bars)
	_, _, notes := call(t, "replay", file, "--token", "BTCBULL3X", "--keeper-interval", "5m", "--no-save")
	if strings.Contains(notes, "--step") || !strings.Contains(notes, "latencies shorter than a bar") {
		t.Errorf("notes of a replay: %s", notes)
	}
	_, _, notes = call(t, "simulate", "--token", "BTCBULL3X", "--keeper-interval", "5m", "--horizon", "1d", "--paths",
		"10", "--no-save")
	if !strings.Contains(notes, "keeper-interval 5m is rounded up") {
		t.Errorf("notes of a study: %s", notes)
	}
}

// A change after the end has no effect: that is said, and it is not among the settings.
func TestReplayChangesTooLate(t *testing.T) {
	file := write(t, "p.csv", bars)
	out, notes := expect(t, cli.Done, "replay", file, "--target", "2", "--latencies", "0", "--no-save",
		"--from", "2024-01-01T05:00:00Z:borrow=1%", "--from", "2024-01-01T05:00:01Z:borrow=2%")
	want := "borrow from 2024-01-01T05:00:01Z has no effect: the last bar begins at 2024-01-01 05:00"
	if !strings.Contains(notes, want) || strings.Count(notes, "no effect") != 1 || strings.Contains(out, "05:00:01Z") ||
		!strings.Contains(out, "borrow from 2024-01-01T05:00:00Z") {
		t.Errorf("%s\n%s", notes, out)
	}
}

// The table has what the holder pays on the way in and out, where that is anything.
func TestReplayHolder(t *testing.T) {
	t.Setenv("COLUMNS", "1000")
	file := write(t, "p.csv", bars)
	args := []string{"replay", file, "--target", "1", "--borrow", "0", "--latencies", "0", "--no-save"}
	out := resultsOf(t, append(args, "--fee", "1%", "--invest", "10k")...)
	for _, want := range []string{"entry cost (%)", "exit cost (%)", "holder's NAV"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if out := resultsOf(t, args...); strings.Contains(out, "entry cost") {
		t.Errorf("a column of costs that are zero in\n%s", out)
	}
}

// A replay leaves a run: its spec on the history's grid, every lifetime, and a
// manifest that knows the file it read.
func TestReplayRun(t *testing.T) {
	file, dir := write(t, "p.csv", bars), filepath.Join(t.TempDir(), "run")
	out := resultsOf(t, "replay", file, "--token", "BTCBULL3X", "--latencies", "0,1h", "--csv", "--out", dir)
	if left, want := ls(t, dir),
		[]string{"calendar.csv", "drawdowns.csv", "events.csv", "figures", "figures/path.png", "figures/path.svg",
			"figures/value.png", "figures/value.svg", "manifest.json", "path.csv", "replay.csv", "report.html",
			"rolling.csv", "spec.yaml"}; !slices.Equal(left, want) {
		t.Errorf("left %v; want %v", left, want)
	}
	got := read(t, filepath.Join(dir, "replay.csv"))
	if !strings.HasPrefix(out, got+"\n") || strings.Count(got, "\n") != 4 {
		t.Errorf("replay.csv is\n%s\nwhere --csv printed\n%s", got, out)
	}
	var m struct {
		Command  []string
		Inputs   map[string]string
		Outputs  map[string]string
		Settings []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "manifest.json"))), &m); err != nil {
		t.Fatal(err)
	}
	if m.Inputs[file] != rundir.Hash([]byte(bars)) || m.Outputs["replay.csv"] != rundir.Hash([]byte(got)) ||
		len(m.Command) < 3 || m.Command[2] != file {
		t.Errorf("manifest %+v", m)
	}
	for _, s := range m.Settings {
		if s.Name == "sigma" || s.Name == "horizon" || s.Name == "latency" {
			t.Errorf("the manifest has %s, which a replay has no use for", s.Name)
		}
	}
	if spec := read(t, filepath.Join(dir, "spec.yaml")); !strings.Contains(spec, "horizon: 6h") ||
		!strings.Contains(spec, "paths: 1\n") {
		t.Errorf("the spec is not on the history's grid:\n%s", spec)
	}
	if _, errs := expect(t, cli.BadInput, "replay", file, "--token", "BTCBULL3X", "--out",
		dir); !strings.Contains(errs, "exists; want a new one") {
		t.Errorf("said %q", errs)
	}
}

// Without --out a run has a name of its own, as every command's.
func TestReplayNamesItsRun(t *testing.T) {
	t.Chdir(t.TempDir())
	file := write(t, "p.csv", bars)
	_, errs := expect(t, cli.Done, "replay", file, "--token", "BTCBULL3X", "--latencies", "0")
	if left := visible(t, "runs"); len(left) != 15 || !strings.HasPrefix(left[0], "replay-BTCBULL3X-") ||
		!strings.Contains(errs, "written: runs/replay-BTCBULL3X-") {
		t.Errorf("left %v, said %q", left, errs)
	}
}

const eightHourly = "timestamp,symbol,rate_per_period\n2023-12-31T16:00:00Z,BTC,0.001\n" +
	"2024-01-01T00:00:00Z,BTC,0.01\n" +
	"2024-01-01T00:00:00Z,ETH,0.02\n2024-01-01T08:00:00Z,BTC,0.001\n"

// A dated series is paid at its stamps and its file is among the inputs of the run, whose spec runs
// again.
func TestReplaySeries(t *testing.T) {
	prices := write(t, "p.csv", "timestamp,open,high,low,close\n2024-01-01T00:00:00Z,100,100,100,100\n"+
		"2024-01-01T01:00:00Z,100,100,100,100\n")
	rates, dir := write(t, "rates.csv", eightHourly), filepath.Join(t.TempDir(), "run")
	args := []string{"replay", prices, "--latencies", "0", "--json"}
	funding := "@" + rates + ":rate_per_period?symbol=BTC"
	nav := func(args ...string) float64 {
		t.Helper()
		var r struct {
			Tokens []map[string]any
		}
		if err := json.Unmarshal([]byte(resultsOf(t, args...)), &r); err != nil {
			t.Fatal(err)
		}
		return r.Tokens[0]["nav"].(float64)
	}
	perp := append(args, "--target", "2", "--mechanism", "perp", "--funding", funding)
	if got := nav(append(perp, "--out", dir)...); math.Abs(got-0.98) > 1e-15 {
		t.Errorf("2x after a payment of 1 %% has %v; want 0.98", got)
	}
	var m struct {
		Inputs   map[string]string
		Settings []struct{ Name, Value, Origin string }
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "manifest.json"))), &m); err != nil {
		t.Fatal(err)
	}
	said := false
	for _, s := range m.Settings {
		said = said || s.Name == "funding" && s.Value == funding && s.Origin == "given"
	}
	if m.Inputs[rates] != rundir.Hash([]byte(eightHourly)) || !said {
		t.Errorf("manifest %+v", m)
	}
	spec := filepath.Join(dir, "spec.yaml")
	again := filepath.Join(t.TempDir(), "again")
	if got := nav(append(args, "--spec", spec, "--out", again)...); math.Abs(got-0.98) > 1e-15 {
		t.Errorf("the spec of the run gives %v; want 0.98", got)
	}
	if m := read(t, filepath.Join(again, "manifest.json")); !regexp.MustCompile(
		`"name": "funding",\s+"value": "@[^"]*",\s+"origin": "spec"`).MatchString(m) {
		t.Errorf("the series of a spec has another origin in\n%s", m)
	}
	if got := nav(append(args, "--spec", spec, "--no-save", "--funding", "0")...); got != 1 {
		t.Errorf("with a number in place of the series %v; want 1", got)
	}
	if got := nav(append(perp, "--from", "2024-01-01T01:00:00Z:borrow-fee=100%", "--from", "2030-01-01:target=3",
		"--no-save")...); math.Abs(got-(0.98-2.0/8760)) > 1e-15 {
		t.Errorf("with a fee from the second hour on %v", got)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--funding", "@" + rates + "?symbol=BTC", "--until", "2024-01-01T01:00:00Z"}, "want two or more"},
		{[]string{"--funding", "@" + rates}, "2 columns that may be rates"},
		{[]string{"--funding", "@" + rates + ":rate_per_period"}, "the stamp 2024-01-01T00:00:00Z again, as in line 3"},
		{[]string{"--funding", "@" + rates + ":rate_per_period?symbol=ETH"}, "funding: paths: " + rates +
			": 2 bars from 2024-01-01T00:00:00Z to 2024-01-01T02:00:00Z after the last stamp, 2024-01-01T00:00:00Z"},
		{[]string{"--funding", "@none.csv"}, "none.csv: no such file"},
		{[]string{"--borrow", "@" + rates}, "--borrow is a number of mechanism loan, and this study has"},
		{[]string{"--fee", "@" + rates}, "--fee = @" + rates + " is a dated series; want a number"},
		{[]string{"--series-gaps", "fill"}, `--series-gaps = "fill"; want hold`},
		{[]string{"--from", "2024:target=2"}, `--from = "2024:target=2": "2024"; want a day`},
		{[]string{"--from", "target=2"}, "want DATE:NAME=VALUE"},
		{[]string{"--from", "2024-01-01:sigma=2"}, "sigma is no number of a token"},
		{[]string{"--from", "2024-01-01:funding=30"}, "funding = 30 is 3000 % a year"},
		{[]string{"--from", "2024-01-01:latency=6h"},
			"--from 2024-01-01:latency=6h: a replay has a row for each latency"},
		{[]string{"--from", "2024-01-01T01:00:00Z:entry-fee=2%"},
			"--from 2024-01-01T01:00:00Z:entry-fee=0.02: tokens: the entry fee changes"},
		{[]string{"--from", "2024-01-01:fee=1%", "--from", "2024-01-01T00:00:00Z:fee=1%"},
			"the second change of fee at that time"},
		{[]string{"--borrow-fee", "500%"}, "or --force if that is meant"},
	} {
		_, errs := expect(t, cli.BadInput, slices.Concat(perp, tt.args, []string{"--no-save"})...)
		if !strings.Contains(errs, tt.want) {
			t.Errorf("%v: %s; want %q", tt.args, errs, tt.want)
		}
	}
	// What the message recommends is taken, also of changes.
	dear := append(perp, "--force", "--borrow-fee", "500%", "--no-save",
		"--from", "2024-01-01T01:00:00Z:borrow-fee=1000%")
	if got := nav(dear...); math.Abs(got-(0.98-2*15.0/8760)) > 1e-14 {
		t.Errorf("with rates that are meant %v", got)
	}
	borrow := "@" + rates + ":rate_per_period?symbol=BTC"
	for _, command := range []string{"simulate", "exact", "trace", "heatmap"} {
		args := []string{command, "--target", "3", "--borrow", borrow}
		_, errs := expect(t, cli.BadInput, args...)
		if want := "borrow is a dated series, " + borrow + "; want a number"; !strings.Contains(errs, want) {
			t.Errorf("%s: %s; want %q", command, errs, want)
		}
	}
}

// What is wrong or strange with a series is said by its number, file, line and value.
func TestReplaySeriesFaults(t *testing.T) {
	prices := write(t, "p.csv", "timestamp,open,high,low,close\n2024-01-01T00:00:00Z,100,100,100,100\n"+
		"2024-01-01T01:00:00Z,100,100,100,100\n")
	day := func(rows string) string { return write(t, "r.csv", rows) }
	for _, tt := range []struct {
		flag, rows, want string
		status           int
	}{
		{"borrow", "date,apr\n2024-01-01,5\n2024-01-02,5\n",
			"apr are 500 % a year or more; want fractions", cli.BadInput},
		{"borrow", "date,rate_per_period\n2024-01-01,0.01\n2024-01-02,0.01\n", "are 365 % a year or more",
			cli.BadInput},
		{"borrow", "date,apr\n2024-01-01,0.05\n2024-01-02,0.05\n2024-01-03,2.5\n",
			"apr is up to 250 % a year", cli.Done},
		{"borrow", "date,apr\n2024-01-01,1e300\n",
			"line 2: apr = \"1e300\"; want a number from -10 to 100", cli.BadInput},
		{"gas", "date,gas\n2024-01-01,0\n2024-01-02,-1\n", "line 3: gas = \"-1\"; want", cli.BadInput},
		{"borrow", "date,apr\n2024-01-01,0.05\n2024-01-02,0.05,7\n", "line 3: 3 fields; want 2", cli.BadInput},
		{"borrow", "date;apr\n2024-01-01;0.05\n2024-01-02;0.05\n", "", cli.Done},
		{"borrow", "time,apr\n2024-01-01T00:00,0.05\n2024-01-02T00:00,0.05\n", "2 stamps without a zone read as UTC",
			cli.Done},
	} {
		file := day(tt.rows)
		_, errs := expect(t, tt.status, "replay", prices, "--target", "2", "--latencies", "0", "--no-save",
			"--"+tt.flag, "@"+file)
		if want := tt.flag + ": "; tt.want != "" && !(strings.Contains(errs, want) && strings.Contains(errs, file) &&
			strings.Contains(errs, tt.want)) {
			t.Errorf("%q: %s; want %q, the file and %q", tt.rows, errs, want, tt.want)
		}
	}
	// A gap is noted if the replay, of two hours of 1 January, is in it.
	const last = "2024-01-02,0\n2024-01-03,0\n2024-01-04,0\n"
	for rows, want := range map[string]bool{
		"2024-01-01,0\n": false, "2023-12-01,0\n" + last: true, "2023-12-01,0\n2024-01-01,0\n" + last: false,
	} {
		_, errs := expect(t, cli.Done, "replay", prices, "--target", "2", "--latencies", "0", "--no-save",
			"--borrow", "@"+day("date,apr\n"+rows), "--series-gaps", "hold")
		if got := strings.Contains(errs, "has a gap of"); got != want {
			t.Errorf("%q: a note of a gap: %v; want %v: %s", rows, got, want, errs)
		}
	}
	named := day("date,apr\n2024-01-01,0.05\n")
	if err := os.Rename(named, named+":b"); err != nil {
		t.Fatal(err)
	}
	_, errs := expect(t, cli.BadInput, "replay", prices, "--target", "2", "--borrow", "@"+named+":b")
	if !strings.Contains(errs, "a file of that name exists, but : begins a column") {
		t.Error(errs)
	}
}

// Prices that are drawn from a history come with the rates of their hours; the run that is left is read
// and verified.
func TestSimulateSeries(t *testing.T) {
	var prices, rates strings.Builder
	prices.WriteString("timestamp,open,high,low,close\n")
	rates.WriteString("timestamp,rate\n")
	for hour := range 240 {
		at := time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC).Format(time.RFC3339)
		fmt.Fprintf(&prices, "%s,100,101,100,%d\n", at, 100+hour%2)
		fmt.Fprintf(&rates, "%s,0.5\n", at)
	}
	file, series, dir, all := write(t, "p.csv", prices.String()), write(t, "r.csv", rates.String()),
		filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "all.csv")
	args := []string{"simulate", "--target", "2", "--mechanism", "loan", "--borrow", "@" + series,
		"--model", "bootstrap", "--block", "10h", "--history", file, "--horizon", "3d", "--paths", "20"}
	expect(t, cli.Done, append(args, "--out", dir, "--lifetimes", all)...)
	rows, err := csv.NewReader(strings.NewReader(read(t, all))).ReadAll()
	if err != nil || len(rows) != 21 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := slices.Index(rows[0], "money_borrow_interest")
	for _, row := range rows[1:] {
		if got, want := parse(t, row[column]), -math.Expm1(0.5*3/365); !(math.Abs(got-want) < 1e-12) {
			t.Errorf("interest of %v; want %v", got, want)
		}
	}
	expect(t, cli.Done, "verify", dir)
	expect(t, cli.Done, "summary", dir)
	// The same rate from a number that changes on a date, before and within the history.
	dated := []string{"simulate", "--target", "2", "--mechanism", "loan", "--from", "2023-01-01:borrow=0.1",
		"--from", "2024-01-01T01:00:00Z:borrow=0.5", "--model", "bootstrap", "--block", "10h", "--history", file,
		"--horizon", "3d", "--paths", "20", "--no-save", "--lifetimes", all}
	if err := os.Remove(all); err != nil {
		t.Fatal(err)
	}
	expect(t, cli.Done, dated...)
	if rows, err = csv.NewReader(strings.NewReader(read(t, all))).ReadAll(); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		hours := math.Log1p(-parse(t, row[column])) * 8760 // of 50 %, and of those at the first bar 10 %
		if first := math.Round((36 - hours) / 0.4); first < 0 || first > 72 || !(math.Abs(36-0.4*first-hours) < 1e-9) {
			t.Errorf("interest of %v rate-hours; want 36 less .4 for each first hour", hours)
		}
	}
	expect(t, cli.BadInput, append(dated, "--from", "2024-01-02:target=3")...)
	_, errs := expect(t, cli.BadInput, append(args, "--step", "2h", "--no-save")...)
	if !strings.Contains(errs, "want a number, or a step of 1h, a bar of the history") {
		t.Error(errs)
	}
}

// A sweep scales and shifts a series; the number that replaces it shares no lifetime with it, even one
// that is the default beneath the series.
func TestSweepOfSeries(t *testing.T) {
	var prices, rates strings.Builder
	prices.WriteString("timestamp,open,high,low,close\n")
	rates.WriteString("timestamp,rate\n")
	for hour := range 48 {
		at := time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC)
		fmt.Fprintf(&prices, "%s,100,101,100,%d\n", at.Format(time.RFC3339), 100+hour%2)
		fmt.Fprintf(&rates, "%s,0.5\n", at.Add(9*time.Hour).Format(time.DateTime)) // Tokyo's
	}
	args := []string{"sweep", "--target", "2", "--mechanism", "loan",
		"--borrow", "@" + write(t, "r.csv", rates.String()),
		"--model", "bootstrap", "--block", "10h", "--history", write(t, "p.csv", prices.String()), "--horizon", "1d",
		"--paths", "20", "--zone", "Asia/Tokyo", "--no-save", "--json"}
	growth := func(over string) (all []float64) {
		out, _ := expect(t, cli.Done, append(args, "--over", over)...)
		var got struct {
			Cells []struct {
				Metrics map[string]struct{ Estimate float64 }
			}
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %v in\n%.2000s", over, err, out)
		}
		for _, c := range got.Cells {
			all = append(all, c.Metrics["log_growth"].Estimate)
		}
		return all
	}
	numbers := growth("borrow=0%,5%,50%,60%,100%")
	for over, want := range map[string][]float64{
		"borrow-scale=0,1,2":      {numbers[0], numbers[2], numbers[4]},
		"borrow-shift=-45%,0,10%": numbers[1:4],
	} {
		if got := growth(over); !slices.Equal(got, want) {
			t.Errorf("%s: growth %v; want %v, those of constants", over, got, want)
		}
	}
	for over, want := range map[string]string{
		"borrow-scale=1,300":  "scaled by 300 and shifted by 0: borrow = 150; want a number from -10 to 100",
		"borrow-shift=-11,0":  "scaled by 1 and shifted by -11: borrow = -10.5; want",
		"model=bootstrap,gbm": "model = gbm: study: token 2x-hold-loan: borrow is a dated series",
	} {
		says(t, cli.BadInput, want, append(args, "--over", over)...)
	}
	short := write(t, "short.csv", "date,rate\n2024-01-01,0.5\n")
	says(t, cli.BadInput, "48 bars from 2024-01-01T00:00:00Z",
		append(args, "--over", "target=2,3", "--borrow", "@"+short)...)
	says(t, cli.BadInput, "r.csv, scaled by -3 and shifted by 0: rate_per_period = -1.5; want a number from -1 to 1",
		append(args, "--over", "borrow-scale=1,-3", "--borrow", "@"+write(t, "r.csv",
			strings.Replace(rates.String(), "rate", "rate_per_period", 1)), "--force")...)
}

// A run has the token after every bar and its trades: the last row of path.csv is the final NAV to ten digits,
// that of a missing bar has the price before it, and the last event leaves what the path has.
func TestReplayPath(t *testing.T) {
	file := write(t, "p.csv", "timestamp,open,high,low,close\n2020-03-12T00:00:00Z,100,101,90,92\n"+
		"2020-03-12T01:00:00Z,92,93,80,81\n2020-03-12T03:00:00Z,85,86,84,85\n")
	dir := filepath.Join(t.TempDir(), "run")
	var r struct{ Tokens []struct{ Nav float64 } }
	out := resultsOf(t, "replay", file, "--target", "3", "--band", "2.7:3.3", "--borrow", "10%", "--latencies", "0,1h",
		"--json", "--out", dir, "--no-figures")
	if err := json.Unmarshal([]byte(out), &r); err != nil || len(r.Tokens) != 2 {
		t.Fatalf("%v in\n%s", err, out)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(dir, "path.csv")))).ReadAll()
	if err != nil || len(rows) != 1+2*5 {
		t.Fatalf("%d rows, %v; want a header, and 5 of each lifetime", len(rows), err)
	}
	at := func(row int, name string) string { return rows[row][slices.Index(rows[0], name)] }
	for i, row := range []int{5, 10} {
		nav := strconv.FormatFloat(r.Tokens[i].Nav, 'g', 10, 64)
		if at(row, "time") != "2020-03-12T04:00:00Z" || at(row, "nav") != nav ||
			math.Abs(parse(t, at(row, "price"))-0.85) > 1e-15 || at(row, "borrow") != "0.1" ||
			at(row, "funding") != "" {
			t.Errorf("%v; want the end at NAV %v", rows[row], r.Tokens[i].Nav)
		}
		if at(row-4, "nav") != "1" || at(row-4, "leverage") != "3" || at(row-1, "price") != at(row-2, "price") {
			t.Errorf("%v and %v; want the start, and the price before the missing bar", rows[row-4], rows[row-1])
		}
	}
	events, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(dir, "events.csv")))).ReadAll()
	if err != nil || len(events) < 5 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	names := map[string]int{}
	for _, e := range events[1:] {
		names[e[slices.Index(events[0], "event")]]++
		if e[0] == "token" {
			t.Error("a second header")
		}
	}
	if names["start"] != 2 || names["rebalance"] < 2 || names["carry"]+names["price"] > 0 {
		t.Errorf("events %v; want two starts, trades, and none of every step", names)
	}
}

// A token that is compared with its own replay tracks it but for the rounding of path.csv, at one price in two;
// an index caps what it has not seen; a window that the file does not cover is named.
func TestReplayAgainst(t *testing.T) {
	spiky, smooth, dir := write(t, "spiky.csv", spikyBars(60)), write(t, "smooth.csv", spikyBars(65)),
		filepath.Join(t.TempDir(), "run")
	resultsOf(t, "replay", spiky, "--token", "BTCBULL3X", "--latencies", "0", "--out", dir, "--no-figures")
	args := []string{"replay", spiky, "--token", "BTCBULL3X,ftx-bull", "--latencies", "0", "--no-save"}
	var r struct {
		Index  map[string]int
		Tokens []struct {
			Name, Nav any
			Against   map[string]any
		}
	}
	decode := func(args ...string) {
		t.Helper()
		if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--json")...)), &r); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(dir, "path.csv")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	traded := "time,pick,close\n"
	for _, row := range rows[1:] { // ends of bars, where a file of prices has their starts
		end, err := time.Parse(time.RFC3339, row[2])
		if err != nil {
			t.Fatal(err)
		}
		at := end.Add(-time.Hour).Format(time.RFC3339)
		traded += at + ",yes," + row[4] + "\n" + at + ",no,1\n"
	}
	decode(append(args, "--against", write(t, "traded.csv", traded)+":close?pick=yes")...)
	if len(r.Tokens) != 2 || r.Tokens[1].Name != "ftx-bull" {
		t.Fatalf("%+v", r)
	}
	own, other := r.Tokens[0].Against, r.Tokens[1].Against
	off := func(against map[string]any) float64 { return math.Abs(against["terminal_ratio"].(float64) - 1) }
	if off(own) > 1e-9 || own["tracking_error_month"] != nil && own["tracking_error_month"].(float64) > 1e-9 ||
		!(own["correlation_bar"].(float64) > 1-1e-12) || off(other) < 1e-6 {
		t.Errorf("itself %v\nanother %v", own, other)
	}
	before := r.Tokens[0].Nav
	decode(append(args, "--index", smooth)...)
	if r.Index["capped_bars"] != 1 || r.Index["unknown_bars"] != 1 || r.Tokens[0].Nav == before {
		t.Errorf("index %v, NAV %v", r.Index, r.Tokens[0].Nav)
	}
	out, _ := expect(t, cli.Done, "replay", spiky, "--token", "BTCBULL3X", "--window", "all", "--no-save")
	for _, want := range []string{"covid-2020-03  BTCBULL3X", "may-2021 (2021-05-12 to 2021-05-27) is not covered: " +
		"the history has 2020-03-07 to 2020-03-21"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	both := []string{"--window", "all", "--since", "2020-03-08"}
	out, _ = expect(t, cli.Done, "replay", spiky, "--token", "BTCBULL3X", "--window", "covid-2020-03", "--no-save",
		"--against", spiky)
	if !strings.Contains(out, "covid-2020-03: against the closes of") {
		t.Errorf("no comparison in the window in\n%s", out)
	}
	for want, more := range map[string][]string{
		`--window: no window "march"; want all, or one of covid-2020-03, may-2021`: {"--window", "march"},
		"covers none of the windows asked for: oct-2025":                           {"--window", "oct-2025"},
		"--window with --since or --until; want one of them":                       both,
		"--against: open none.csv":                                                 {"--against", "none.csv"},
		"--index-room = -1; want": {"--index", smooth,
			"--index-room", "-1"},
		"have 0 times in common; want two at least": {"--against",
			write(t, "old.csv", "date,close\n2010-01-01,1\n2010-01-02,2\n2010-01-03,2\n")},
	} {
		if _, errs := expect(t, cli.BadInput, append(args, more...)...); !strings.Contains(errs, want) {
			t.Errorf("%v: %s; want %q", more, errs, want)
		}
	}
}

// fallBars are closes of 60 hours that lose three quarters in the third, and then rise and fall in turn.
func fallBars() string {
	text := "timestamp,close\n"
	for i := range 60 {
		price := 100.0
		if i > 1 {
			price = 25 + float64(i%5) - float64(i)/10
		}
		at := time.Date(2024, 1, 1, i, 0, 0, 0, time.UTC).Format(time.RFC3339)
		text += fmt.Sprintf("%s,%v\n", at, price)
	}
	return text
}

// A token that ends, before the comparison or within it, leaves the others' comparison as it is; names that
// differ by a space have figures of their own; nothing is said of tables that are empty.
func TestReplayTokensThatEnd(t *testing.T) {
	token := func(name, target string) string {
		return "- {name: " + name + ", target: " + target + ", policy: {kind: hold}, " +
			"mechanism: {kind: perp, funding: 0}, " +
			"after-liquidation: stop}\n"
	}
	spec := write(t, "spec.yaml", "model: {kind: gbm}\nhorizon: 1d\nstep: 1h\npaths: 1\ntokens:\n"+
		token("a b", "1")+token("a-b", "3"))
	prices, dir := write(t, "p.csv", fallBars()), filepath.Join(t.TempDir(), "run")
	args := []string{"replay", prices, "--spec", spec, "--latencies", "0"}
	out, _ := expect(t, cli.Done, append(args, "--against", prices, "--out", dir)...)
	for _, want := range []string{"2024-01-02 −13.23 −13.23 –", "a-b 0s 2 – – –"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, not := range []string{"every window of some days", "a b: latency", "a-b: outage-rate"} {
		if strings.Contains(out, not) {
			t.Errorf("%q, a table without rows or a setting without use, in\n%s", not, out)
		}
	}
	for _, name := range []string{"path-a b.svg", "path-a-b.svg"} {
		if _, err := os.Stat(filepath.Join(dir, "figures", name)); err != nil {
			t.Error(err)
		}
	}
	lines := strings.SplitAfter(fallBars(), "\n")
	late := write(t, "late.csv", lines[0]+strings.Join(lines[20:], ""))
	var r struct {
		Tokens []struct{ Against map[string]any }
	}
	decode(t, resultsOf(t, append(args, "--against", late, "--no-save", "--json")...), &r)
	a, b := r.Tokens[0].Against, r.Tokens[1].Against
	if a["bars"] != 40.0 || b["bars"] != 0.0 || b["terminal_ratio"] != nil {
		t.Errorf("against what traded later: %v and %v", a, b)
	}
}

// Over missing bars a token lives on, so its return over them counts; a change before the start is in
// force at the start; tokens of several underlyings run on the file's prices.
func TestReplayFromItsStart(t *testing.T) {
	lines := strings.SplitAfter(fallBars(), "\n")
	gap := write(t, "gap.csv", strings.Join(lines[:20], "")+strings.Join(lines[23:], ""))
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"--target", "2", "--policy", "hold", "--mechanism", "loan"}
	_, said := expect(t, cli.Done, append([]string{"replay", gap, "--latencies", "0", "--from", "2023-12-01:target=1.5",
		"--out", dir, "--no-figures"}, args...)...)
	if want := "3 bars missing in 1 gap, the longest from 2024-01-01 19:00 to 2024-01-01 22:00: " +
		"the price stands still " +
		"over them, then jumps"; !strings.Contains(said, want) || strings.Contains(said, "no return was taken") {
		t.Errorf("said %s; want %q", said, want)
	}
	rows := strings.Split(read(t, filepath.Join(dir, "path.csv")), "\n")
	if !strings.HasSuffix(rows[1], ",1,1,1.5,,,") {
		t.Errorf("the start is %q; want leverage 1.5", rows[1])
	}
	says(t, cli.BadInput, "decay is measured against one target", append([]string{"cohorts", gap, "--periods", "1d",
		"--from", "2024-01-02:target=1.5", "--paths", "10", "--no-save"}, args...)...)
	says(t, cli.Done, "all are run on the prices of the file\n", "replay", gap, "--token", "ETHBULL3X,ftx-bull",
		"--latencies", "0", "--no-save")
}
