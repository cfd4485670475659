package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

var caseB = []string{"--target", "3", "--band", "2.8:3.2", "--to", "target", "--fee", "10bp", "--borrow", "0",
	"--sigma", "0.6"}

// The published values of an hourly band over a year (theory of threshold
// rebalancing, id M05), through flags and JSON, each within its own bound.
func TestExactReport(t *testing.T) {
	token := reportOf(t, append([]string{"exact"}, caseB...)...).Tokens[0]
	for name, want := range map[string]float64{"rebalances": 258.353609543, "log_nav": -1.671922126,
		"nav": 0.944425288, "underlying": 1, "p_liquidation": 0} {
		m := token.Metrics[name]
		got, bound := m["estimate"].(float64), m["bound"].(float64)
		if math.Abs(got-want) > 1e-8*max(1, math.Abs(want)) || bound > 1e-6 {
			t.Errorf("%s = %v ± %v, want %v", name, got, bound, want)
		}
		if lo, hi := m["lo"].(float64), m["hi"].(float64); !(lo <= got && got <= hi) {
			t.Errorf("%s = %v is not in [%v, %v]", name, got, lo, hi)
		}
	}
	last := 0.0
	for _, level := range []string{"0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"} {
		q := token.Quantiles["nav"][level]["estimate"].(float64)
		if !(q > last) {
			t.Errorf("quantile %s = %v, not above the one before", level, q)
		}
		last = q
	}
}

// Tables have units and true minus signs, in exponents too.
func TestExactSigns(t *testing.T) {
	ascii := regexp.MustCompile(`[ e]-[0-9]`)
	for _, args := range [][]string{append([]string{"exact", "--horizon", "5d"}, caseB...),
		append([]string{"sweep", "--exact", "--over", "half-width=0.2,0.4",
			"--horizon", "5d", "--no-save"}, caseB...)} {
		out := resultsOf(t, args...)
		if ascii.MatchString(out) || !strings.Contains(out, " −0.") {
			t.Errorf("%s: signs in\n%s", args[0], out)
		}
		if unit := "log units per year"; !strings.Contains(out, unit) {
			t.Errorf("%s: no %q in\n%s", args[0], unit, out)
		}
	}
}

// Simulate answers the same question within its intervals.
func TestExactAgreesWithSimulate(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	flags := append([]string{"--horizon", "30d", "--step", "4h", "--after-liquidation", "stop", "--borrow", "5%",
		"--supply", "1%", "--streaming-fee", "2%"}, caseB[:6]...)
	flags = append(flags, "--fee", "10bp", "--sigma", "0.6", "--entry-fee", "0.2%", "--exit-fee", "0.3%")
	known := reportOf(t, append([]string{"exact"}, flags...)...).Tokens[0]
	sampled := reportOf(t, append([]string{"simulate", "--paths", "4000", "--no-save"}, flags...)...).Tokens[0]
	for name, m := range known.Metrics {
		s, ok := sampled.Metrics[name]
		if !ok {
			t.Errorf("simulate does not report %s", name)
			continue
		}
		want := m["estimate"].(float64)
		got, _ := s["estimate"].(float64)
		lo, okLo := s["lo"].(float64)
		hi, okHi := s["hi"].(float64)
		if !okLo || !okHi {
			continue
		}
		// Twice the 95 % interval is 4 standard errors for the normal ones: a
		// correct program fails one of some 20 once in 800 seeds.
		if want < got-2*(got-lo)-1e-9 || want > got+2*(hi-got)+1e-9 {
			t.Errorf("%s: exact %v, simulated %v (%v to %v)", name, want, got, lo, hi)
		}
	}
	for level, q := range known.Quantiles["nav"] {
		s := sampled.Quantiles["nav"][level]
		got, lo, hi := s["estimate"].(float64), s["lo"].(float64), s["hi"].(float64)
		if want := q["estimate"].(float64); want < got-2*(got-lo) || want > got+2*(hi-got) {
			t.Errorf("quantile %s: exact %v, simulated %v (%v to %v)", level, want, got, lo, hi)
		}
	}
}

// What exact cannot answer it refuses, saying why and who can.
func TestExactRefuses(t *testing.T) {
	for _, tt := range []struct {
		flags []string
		why   string
	}{
		{[]string{"--token", "ETHBULL3X", "--flows", "none"}, "closed below 100 USD"},
		{append([]string{"--gas", "1", "--flows", "chase"}, caseB...), "gas of 1 USD"},
		{append([]string{"--impact", "1bp", "--flows", "none"}, caseB...), "impact"},
		{append([]string{"--latency", "30m"}, caseB...), "trades 30m0s late"},
		{append([]string{"--model", "heston"}, caseB[:8]...), "model heston;"},
		{[]string{"--target", "3", "--policy", "hold"}, "policy hold;"},
		{[]string{"--target", "3", "--band", "2.8:3.2", "--mechanism", "perp"}, "mechanism perp;"},
		{append([]string{"--momentum", "0.1"}, caseB[:8]...), "prices with momentum;"},
	} {
		status, stdout, stderr := call(t, append([]string{"exact"}, tt.flags...)...)
		if status != cli.BadInput || stdout != "" || !strings.Contains(stderr, tt.why) ||
			!strings.Contains(stderr, "mcrisk simulate") {
			t.Errorf("%v: exit status %d, %q; want status 2 and the words %q", tt.flags, status, stderr, tt.why)
		}
	}
}

// The curve over half-widths: less drag the wider the band, and the own
// answer at the own width.
func TestExactCurve(t *testing.T) {
	var curve struct {
		Cells []struct {
			Values  map[string]string
			Metrics map[string]float64
		}
	}
	out := resultsOf(t, append([]string{"sweep", "--exact", "--over", "half-width=0.2:0.4:0.1", "--json",
		"--no-save"}, caseB...)...)
	if err := json.Unmarshal([]byte(out), &curve); err != nil {
		t.Fatal(err)
	}
	if len(curve.Cells) != 3 {
		t.Fatalf("%d cells; want 3", len(curve.Cells))
	}
	for i := 1; i < 3; i++ {
		if got, before := curve.Cells[i].Metrics["trade_drag"],
			curve.Cells[i-1].Metrics["trade_drag"]; !(got < before) {
			t.Errorf("drag %v at half-width %s is not below %v", got, curve.Cells[i].Values["half-width"], before)
		}
	}
	if got := curve.Cells[0].Metrics["rebalances_per_year"]; math.Abs(got-258.353609543) > 1e-6 {
		t.Errorf("rebalances a year at 0.2 are %v, want 258.353609543", got)
	}
}

// A token whose liquidation goes on is answered as if it stopped, and told so.
func TestExactSaysWhereItStops(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	status, _, stderr := call(t, append([]string{"exact", "--model", "merton", "--horizon", "30d",
		"--liquidation-threshold", "0.78"}, caseB...)...)
	if status != cli.Done || !strings.Contains(stderr, "these numbers stop the token there") {
		t.Errorf("exit status %d, %q; want a note about liquidation", status, stderr)
	}
}

// Jumps of one size that liquidate leave a law of islands and steep slopes, which
// a few days do not smooth: what does not rest on it is answered all the same.
func TestExactWithoutALaw(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	flags := append([]string{"--model", "merton", "--jump-rate", "10", "--jump-mean", "-0.3", "--jump-sd", "0",
		"--step", "1d", "--after-liquidation", "stop"}, caseB...)
	status, stdout, stderr := call(t, append([]string{"exact", "--json", "--horizon", "3d"}, flags...)...)
	if status != cli.Done || !strings.Contains(stderr, "without p_loss, var, es and quantiles") {
		t.Fatalf("exit status %d, %q; want a note of what is left out", status, stderr)
	}
	var all printed
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		t.Fatal(err)
	}
	known := all.Tokens[0]
	if _, ok := known.Metrics["var_95"]; ok || len(known.Quantiles["nav"]) > 0 {
		t.Errorf("%v has a law", known)
	}
	sampled := reportOf(t, append([]string{"simulate", "--paths", "20000", "--no-save", "--horizon", "3d"},
		flags...)...).Tokens[0]
	for _, name := range []string{"nav", "log_nav", "p_liquidation", "rebalances"} {
		want, s := known.Metrics[name]["estimate"].(float64), sampled.Metrics[name]
		got, half := s["estimate"].(float64), s["hi"].(float64)-s["estimate"].(float64)
		if math.Abs(want-got) > 2.5*half { // five standard errors
			t.Errorf("%s: exact %v, simulated %v ± %v", name, want, got, half)
		}
	}
}

// CSV has what JSON has, and one form is asked for at a time.
func TestExactForms(t *testing.T) {
	args := append([]string{"exact", "--horizon", "5d"}, caseB...)
	known := reportOf(t, args...).Tokens[0]
	rows, err := csv.NewReader(strings.NewReader(resultsOf(t, append(args, "--csv")...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const want = "token metric estimate bound lo hi unit meaning"
	if got := strings.Join(rows[0], " "); got != want {
		t.Errorf("columns %q; want %q", got, want)
	}
	if len(rows) != 1+len(known.Metrics)+len(known.Quantiles["nav"]) {
		t.Errorf("%d rows for %d metrics and %d quantiles",
			len(rows)-1, len(known.Metrics), len(known.Quantiles["nav"]))
	}
	for _, row := range rows[1:] {
		m, ok := known.Metrics[row[1]]
		if level, cut := strings.CutPrefix(row[1], "nav_quantile_"); cut {
			m, ok = known.Quantiles["nav"][level]
		}
		if !ok || parse(t, row[2]) != m["estimate"].(float64) || parse(t, row[3]) != m["bound"].(float64) {
			t.Errorf("%v in CSV; %v in JSON", row, m)
		}
	}
	if out := resultsOf(t, append(args, "--markdown")...); !strings.Contains(out, "| p_liquidation |") {
		t.Errorf("Markdown is %s", out)
	}
	expect(t, cli.BadInput, append(args, "--csv", "--markdown")...)
}
