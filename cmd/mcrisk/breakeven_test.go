package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// Without anything else between them, a loan of T−1 at the borrow rate costs what
// funding of T does: they are alike at funding = borrow·(T−1)/T, to the percent by
// which the mean leverage in the band is not T.
func TestBreakEven(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no sentence is broken
	dir := filepath.Join(t.TempDir(), "run")
	out, _ := expect(t, cli.Done, "breakeven", "--target", "3", "--band", "2.9:3.1",
		"--sigma", "0.8", "--fee", "10bp", "--horizon", "60d", "--paths", "300",
		"--borrow-rates", "0:20%:5%", "--funding-rates", "-5%:20%:5%", "--out", dir)
	if !strings.Contains(out, "3x-band-loan through a loan against 3x-band-perp through a perpetual") {
		t.Errorf("printed %s", out)
	}
	rows := named(t, filepath.Join(dir, "breakeven.csv"))
	if len(rows) != 5 {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	for _, r := range rows {
		borrow, at, lo, hi := parse(t, r["borrow"]), parse(t, r["funding"]), parse(t, r["lo"]), parse(t, r["hi"])
		if !(math.Abs(at-borrow*2/3) <= 0.01*borrow+1e-9) || !(lo <= at && at <= hi) ||
			r["loan_better_above"] != "true" {
			t.Errorf("at a borrow rate of %v they are alike at %v (%v to %v)", borrow, at, lo, hi)
		}
	}
	if rows := named(t, filepath.Join(dir, "surface.csv")); len(rows) != 30 ||
		rows[0]["borrow"] != "0" || rows[0]["funding"] != "-0.05" ||
		!(parse(t, rows[0]["loan_less_perp"]) < 0) {
		t.Errorf("%d rows, first %v", len(rows), rows[0])
	}
	if got, want := ls(t, dir), "figures/breakeven.png"; !strings.Contains(strings.Join(got, " "), want) {
		t.Errorf("the run has %v", got)
	}
	// A lower cost is better: the same crossing by cost drag, told the same way.
	out, _ = expect(t, cli.Done, "breakeven", "--token", "ETHBULL3X", "--maintenance", "2%",
		"--horizon", "10d", "--paths", "60",
		"--borrow-rates", "5%,10%", "--funding-rates", "0,50%", "--objective", "cost_drag", "--no-save")
	if !strings.Contains(out, "ETHBULL3X-perp") ||
		strings.Count(out, "the perpetual") != 2 ||
		!strings.Contains(out, "ETHBULL3X-perp: maintenance                   0.02") && !strings.Contains(out, "0.02") {
		t.Errorf("printed %s", out)
	}
	// One of the catalogue; where each mechanism and rate is from.
	out, _ = expect(t, cli.Done, "breakeven", "--tokens", "BTCBULL3X",
		"--horizon", "5d", "--paths", "40",
		"--borrow-rates", "5%,10%", "--funding-rates", "0,50%", "--no-save")
	for _, want := range []string{
		"BTCBULL3X: mechanism  loan catalogue", "BTCBULL3X-perp: mechanism  perp the other way",
		"BTCBULL3X: borrow 0.04244036 replaced by --borrow-rates=5%,10%",
		"BTCBULL3X-perp: funding 0.1095 replaced by --funding-rates=0,50%"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("printed %s; want %q", out, want)
		}
	}
	// The loan at any of these rates.
	out, said := expect(t, cli.Done, "breakeven", "--tokens", "hyperliquid-btc3x, BTCBULL3X",
		"--horizon", "10d", "--paths", "60",
		"--borrow-rates", "0,1%", "--funding-rates", "50%,60%", "--no-save", "--json")
	if strings.Count(out, `"crossings": []`) != 2 || strings.Contains(said, "leverage") {
		t.Errorf("printed %s%s", out, said)
	}
	if _, said = expect(t, cli.Done, "breakeven", "--tokens", "BTCBULL2X,hyperliquid-btc3x",
		"--horizon", "1d", "--paths", "10", "--borrow-rates", "0,1%", "--funding-rates", "0,1%",
		"--no-save"); !strings.Contains(said, "aim at leverage 2 and 3") {
		t.Errorf("of 2x and 3x it says %s", said)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--token", "ETHBULL3X", "--mechanism", "perp"}, "--mechanism: breakeven sets it itself; want none"},
		{[]string{"--token", "ETHBULL3X", "--borrow", "5%"}, "--borrow: breakeven sets it itself; want --borrow-rates"},
		{[]string{"--token", "ETHBULL3X", "--tokens", "BTCBULL3X,hyperliquid-btc3x"},
			"--token and --tokens; want one of them"},
		{[]string{"--token", "ETHBULL3X", "--borrow-rates", "5%,0.05"},
			`--borrow-rates: "5%,0.05" names a value twice`},
		{[]string{"--tokens", "BTCBULL3X,ETHBULL3X"}, "held through a loan and a loan"},
		{[]string{"--tokens", "BTCBULL3X,ETHBULL3X,ETHBULL2X"}, "3 tokens; want one, or two"},
		{[]string{"--token", "ETHBULL3X", "--borrow-rates", "5%"},
			"--borrow-rates: borrow = 5%; want two values at least"},
		{[]string{"--token", "ETHBULL3X", "--funding-rates", "x,y"}, "--funding-rates: funding = \"x\""},
		{[]string{"--token", "ETHBULL3X", "--objective", "growth"}, "--objective"},
	} {
		if _, said := expect(t, cli.BadInput,
			append([]string{"breakeven", "--no-save"}, tt.args...)...); !strings.Contains(said, tt.want) {
			t.Errorf("%v: %s", tt.args, said)
		}
	}
}
