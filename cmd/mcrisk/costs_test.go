package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// Costs of a token that never trades, of hand-checked entry, and the same numbers in JSON,
// CSV and Markdown.
func TestCosts(t *testing.T) {
	args := []string{"costs", "--target", "3", "--policy", "hold", "--borrow", "0", "--fee", "10bp",
		"--entry-fee", "0.2%", "--invest", "10k,2M", "--horizon", "2d", "--step", "6h", "--paths", "50", "--no-save"}
	var all struct {
		Horizon float64 `json:"horizon_seconds"`
		Rows    []struct {
			Invest float64
			Costs  map[string]struct{ Estimate, Lo, Hi float64 }
		}
	}
	if err := json.Unmarshal([]byte(resultsOf(t, append(args, "--json")...)), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Rows) != 2 || all.Rows[1].Invest != 2e6 || all.Horizon != 2*86400 {
		t.Fatalf("%+v", all)
	}
	for _, r := range all.Rows {
		c := r.Costs
		for name, want := range map[string]float64{"entry_trade": 0.003, "entry_fee": 0.002 * 0.997,
			"holding": 0, "entry": 1 - 0.998*0.997} {
			if got := c[name].Estimate; math.Abs(got-want) > 1e-14 {
				t.Errorf("%v USD: %s = %v; want %v", r.Invest, name, got, want)
			}
		}
		// 3 times the exposure of a price that is a martingale is sold at 10 bp
		if x := c["exit"]; !(x.Lo < 0.00299 && x.Hi > 0.00297) {
			t.Errorf("exit %+v; want about 0.003 of what entry leaves", x)
		}
	}
	if out := resultsOf(t, append(args, "--csv")...); strings.Count(out, "\n") != 1+2*12 ||
		!strings.Contains(out, "2e+06,entry,") && !strings.Contains(out, "2000000,entry,") {
		t.Errorf("CSV: %s", out)
	}
	if out := resultsOf(t, append(args, "--markdown")...); !strings.Contains(out, "| 2,000,000 |") {
		t.Errorf("Markdown: %s", out)
	}
	// A month and four amounts unless told otherwise.
	out := resultsOf(t, "costs", "--token", "ETHBULL3X", "--paths", "20", "--no-save")
	out = strings.Join(strings.Fields(out), " ") // lines are broken anywhere
	for _, want := range []string{"30 days of holding", " 1,000 ", "1,000,000", "paid in the underlying",
		"flash loan on exit 0.05 %"} {
		if !strings.Contains(out, want) {
			t.Errorf("printed %s; want %q", out, want)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--invest", "0,10k"}, "want amounts above 0"},
		{[]string{"--invest", "10k,ten"}, "--invest: invest = \"ten\""},
		{[]string{"--invest", ""}, "--invest: invest = \"\"; want"},
		{[]string{"--invest", "1k,1000"}, "names a value twice"},
		{[]string{"--parts", "1.5"}, "1.5 parts; want a whole number"},
		{[]string{"--parts", "0"}, "parts = 0; want"},
	} {
		if _, said := expect(t, cli.BadInput, append([]string{"costs", "--token", "ETHBULL3X", "--no-save"},
			tt.args...)...); !strings.Contains(said, tt.want) {
			t.Errorf("%v: %s; want %q", tt.args, said, tt.want)
		}
	}
}
