package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// Without anything else between them, a loan of T−1 at the borrow rate costs what
// funding of T does: they are alike at funding = borrow·(T−1)/T, to the percent by
// which the mean leverage in the band is not T.
func TestBreakEven(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out, _ := expect(t, exitDone, "breakeven", "--target", "3", "--band", "2.9:3.1", "--sigma", "0.8", "--fee", "10bp", "--horizon", "60d", "--paths", "300",
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
		if !(math.Abs(at-borrow*2/3) <= 0.01*borrow+1e-9) || !(lo <= at && at <= hi) || r["loan_better_above"] != "true" {
			t.Errorf("at a borrow rate of %v they are alike at %v (%v to %v)", borrow, at, lo, hi)
		}
	}
	if rows := named(t, filepath.Join(dir, "surface.csv")); len(rows) != 30 || rows[0]["borrow"] != "0" || rows[0]["funding"] != "-0.05" || !(parse(t, rows[0]["loan_less_perp"]) < 0) {
		t.Errorf("%d rows, first %v", len(rows), rows[0])
	}
	if got, want := ls(t, dir), "figures/breakeven.png"; !strings.Contains(strings.Join(got, " "), want) {
		t.Errorf("the run has %v", got)
	}
	// A lower cost is better: the same crossing by cost drag, told the same way.
	out, _ = expect(t, exitDone, "breakeven", "--token", "ETHBULL3X", "--maintenance", "2%", "--horizon", "10d", "--paths", "60", "--borrow-rates", "5%,10%", "--funding-rates", "0,50%", "--objective", "cost_drag", "--no-save")
	if !strings.Contains(out, "ETHBULL3X-perp") || strings.Count(out, "the perpetual") != 2 || !strings.Contains(out, "ETHBULL3X-perp: maintenance                   0.02") && !strings.Contains(out, "0.02") {
		t.Errorf("printed %s", out)
	}
	// The loan at any of these rates.
	out, _ = expect(t, exitDone, "breakeven", "--tokens", "hyperliquid-btc3x,BTCBULL3X", "--horizon", "10d", "--paths", "60", "--borrow-rates", "0,1%", "--funding-rates", "50%,60%", "--no-save", "--json")
	if strings.Count(out, `"crossings": []`) != 2 {
		t.Errorf("printed %s", out)
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--token", "ETHBULL3X", "--mechanism", "perp"}, "--mechanism; want none"},
		{[]string{"--tokens", "BTCBULL3X,ETHBULL3X"}, "held through a loan and a loan"},
		{[]string{"--tokens", "BTCBULL3X,ETHBULL3X,ETHBULL2X"}, "3 tokens; want one, or two"},
		{[]string{"--token", "ETHBULL3X", "--borrow-rates", "5%"}, "--borrow-rates: borrow = 5%; want at least two"},
		{[]string{"--token", "ETHBULL3X", "--funding-rates", "x,y"}, "--funding-rates: funding = \"x\""},
		{[]string{"--token", "ETHBULL3X", "--objective", "growth"}, "--objective"},
	} {
		if _, said := expect(t, exitInput, append([]string{"breakeven", "--no-save"}, tt.args...)...); !strings.Contains(said, tt.want) {
			t.Errorf("%v: %s", tt.args, said)
		}
	}
}
