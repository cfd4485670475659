package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/catalogue"
	"mcrisk/exact"
	"mcrisk/internal/cli"
	"mcrisk/models"
	"mcrisk/rundir"
	"mcrisk/tokens"
)

// liquidations is what liquidation prints with --json.
type liquidations struct {
	Cells []struct {
		Token, Underlying string
		Sigma             float64
		Latency           float64 `json:"latency_seconds"`
		Jump              float64
		Probability       struct {
			Estimate, Lo, Hi float64
			N                int
		}
	}
}

func liquidationsOf(t *testing.T, args ...string) (r liquidations) {
	t.Helper()
	if err := json.Unmarshal([]byte(resultsOf(t,
		append([]string{"liquidation", "--json"}, args...)...)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// Of a 3x loan with threshold .78 a jump of 10 % is never the end, one of 30 %
// always: then the probability is that of a jump, 1 − e^{−rate·years}, and the
// keeper's latency does not matter. A short is jumped against upwards. With 400
// paths a right program is off by five standard errors once in 1.7 million runs.
func TestLiquidation(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := liquidationsOf(t, "--tokens", "BTCBULL3X,BTCBEAR1X",
		"--latencies", "0,1d", "--jumps", "0,10%,30%,70%",
		"--horizon", "90d", "--paths", "400",
		"--sigma", "0.3", "--jump-rate", "4", "--out", out)
	jumped := 1 - math.Exp(-4*90.0/365)
	for _, c := range r.Cells {
		want := 0.0
		if c.Token == "BTCBULL3X" && c.Jump >= 0.3 || c.Token == "BTCBEAR1X" && c.Jump == 0.7 {
			want = jumped
		}
		if want == 0 && c.Latency > 0 && c.Jump > 0 {
			continue // a late keeper may be far outside its band
		}
		if p := c.Probability; math.Abs(p.Estimate-want) > 5*math.Sqrt(jumped*(1-jumped)/400)*want ||
			!(p.Lo <= want && want <= p.Hi) && want == 0 {
			t.Errorf("%s, latency %v, jump %v: %v; want %v", c.Token, c.Latency, c.Jump, p, want)
		}
	}
	if len(r.Cells) != 2*2*4 {
		t.Errorf("%d cells; want 16", len(r.Cells))
	}
	rows := named(t, filepath.Join(out, "liquidation.csv"))
	for i, c := range r.Cells {
		if i >= len(rows) || rows[i]["token"] != c.Token ||
			parse(t, rows[i]["jump"]) != c.Jump ||
			parse(t, rows[i]["lo"]) != c.Probability.Lo ||
			rows[i]["interval"] != "clopper-pearson" {
			t.Fatalf("row %d of the table is not %v:\n%v", i, c, rows)
		}
	}
	for _, file := range []string{"figures/BTCBULL3X-liquidation.png", "figures/BTCBEAR1X-liquidation.svg"} {
		if _, err := os.Stat(filepath.Join(out, file)); err != nil {
			t.Error(err)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, `--tokens = ""; want names`},
		{[]string{"--token", "BTCBULL3X"}, "--token: liquidation sets it itself; want --tokens"},
		{[]string{"--tokens", "BTCBULL3X", "--model", "gbm"}, "--model: liquidation sets it itself; want none"},
		{[]string{"--tokens", "BTCBULL3X", "--jumps", "1"}, "--jumps: jump = 1; want"},
		{[]string{"--tokens", "BTCBULL3X", "--jumps", "10%,0.1"}, "names a value twice"},
		{[]string{"--tokens", "BTCBULL3X", "--latencies", "soon"}, "--latencies: latency"},
		{[]string{"--tokens", "BTCBULL3X", "--latency", "1h"},
			"--latency: liquidation sets it itself; want --latencies"},
		{[]string{"--tokens", "BTCBULL3X", "--after-liquidation", "continue"},
			"--after-liquidation: liquidation sets it itself; want none"},
	} {
		status, _, stderr := call(t, append([]string{"liquidation", "--no-save"}, tt.args...)...)
		if status != cli.BadInput || !strings.Contains(stderr, tt.want) {
			t.Errorf("%v: status %d, %s; want %q", tt.args, status, stderr, tt.want)
		}
	}
}

// Each token runs on its own underlying, and is the same alone as beside others;
// one volatility given is that of all.
func TestLiquidationHasEachVolatility(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no sentence is broken
	out := filepath.Join(t.TempDir(), "run")
	flags := []string{"--latencies", "12h", "--jumps", "10%,15%",
		"--horizon", "60d", "--paths", "300", "--jump-rate", "6"}
	both := liquidationsOf(t, append(flags, "--tokens", "BTCBULL3X, ETHBULL3X,hyperliquid-btc3x", "--out", out)...)
	alone := liquidationsOf(t, append(flags, "--tokens", "ETHBULL3X", "--no-save")...)
	given := liquidationsOf(t, append(flags, "--tokens", "BTCBULL3X,ETHBULL3X", "--sigma", "0.5", "--no-save")...)
	for _, c := range both.Cells {
		u, err := catalogue.LookupUnderlying(c.Underlying)
		if err != nil || c.Sigma != u.Sigma.Value || strings.HasPrefix(c.Token, "ETH") != (c.Underlying == "ETH") {
			t.Errorf("%s runs on %s of volatility %v; want its own, %v", c.Token, c.Underlying, c.Sigma, u.Sigma.Value)
		}
	}
	if !slices.Equal(both.Cells[2:4], alone.Cells) {
		t.Errorf("ETHBULL3X beside others: %v, alone: %v", both.Cells[2:4], alone.Cells)
	}
	if p := alone.Cells[1].Probability.Estimate; p <= 0 || p == given.Cells[3].Probability.Estimate {
		t.Errorf("ETHBULL3X of volatility 0.83 and of 0.5: both %v; want more and less", p)
	}
	for _, c := range given.Cells {
		if c.Sigma != 0.5 {
			t.Errorf("%s: volatility %v; want 0.5, as given", c.Token, c.Sigma)
		}
	}
	for file, underlying := range map[string]string{"spec.yaml": "BTC", "spec-ETH.yaml": "ETH"} {
		data, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		spec, err := rundir.ReadSpec(data, file)
		if u, _ := catalogue.LookupUnderlying(underlying); err != nil ||
			spec.Model.Values["sigma"] != u.Sigma.Value ||
			len(spec.Tokens) != map[string]int{"BTC": 2, "ETH": 1}[underlying] {
			t.Errorf("%s: %v, %d tokens, model %v; want those of %s",
				file, err, len(spec.Tokens), spec.Model, underlying)
		}
		if spec.Model.Values["jump-sd"] != 0 || spec.Tokens[0].Values["after-liquidation"] != float64(tokens.Stop) {
			t.Errorf("%s: %v, %v; want jumps of one size and tokens that end, as they ran",
				file, spec.Model, spec.Tokens[0].Values)
		}
	}
	status, text, stderr := call(t, "liquidation", "--no-save",
		"--tokens", "BTCBULL3X,ETHBULL3X", "--paths", "100", "--horizon", "73d",
		"--latencies", "0", "--jumps", "0,30%")
	if status != cli.Done || strings.Contains(stderr, "different underlyings") {
		t.Errorf("status %d, %s", status, stderr)
	}
	for _, want := range []string{
		"BTCBULL3X: 3x BTC of volatility 66.1 % a year (catalogue), " +
			"by a loan on Aave v3 (arbitrum) of liquidation threshold 0.78, " +
			"liquidated at leverage 4.55; band 2.7 to 3.3",
		"ETHBULL3X: 3x ETH of volatility 83.1 %", "one jump expected a year",
		"within 73 days with probability 1 − exp(−0.2) = 18.1 %", // 1 − e^{−1/5}
		"Its vault is held at 1,000,000 USD by deposits and withdrawals.",
		"“<4”: on none of the paths", "in percent", // 1 − .025^{1/100} = 3.6 %
		"On the price of ETH:\n\n setting", "\n jump-sd ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table does not say %q:\n%s", want, text)
		}
	}
}

// What is given takes the place of what the catalogue knows, and so does its
// description: by hand, a 3x perpetual of maintenance .02 is liquidated at 50.
func TestLiquidationSaysWhatIsGiven(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no sentence is broken
	flags := []string{"liquidation", "--no-save",
		"--tokens", "BTCBULL3X", "--paths", "20", "--horizon", "1d",
		"--latencies", "0", "--jumps", "0", "--gas", "0"}
	for want, given := range map[string][]string{
		"volatility 30 % a year (given), by a perpetual of maintenance margin 2 %, " +
			"liquidated at leverage 50; policy every. Its vault is held at": {
			"--sigma", "0.3", "--mechanism", "perp", "--maintenance", "2%", "--policy", "every"},
		"; band 2.9 to 3.2, traded to the target. Its vault is held at": {"--band", "2.9:3.2", "--to", "target"},
		"on top of it 2.5 jumps expected a year, all":                   {"--jump-rate", "2.5"},
		// .025^{1/20} = 83 %
		"“>80”: on all of them": {"--jumps", "90%", "--jump-rate", "10000"},
	} {
		if text := resultsOf(t, append(flags, given...)...); !strings.Contains(text, want) {
			t.Errorf("%v: the caption does not say %q:\n%s", given, want, text)
		}
	}
}

// A keeper that is never late, on a grid of hours: against the answer without
// sampling, whose token trades at no cost, as cost moves no leverage after a
// trade. Jumps of 15 % end some lifetimes and not others. A right program has
// five cells within their exact intervals of 99.9999 % but once in 200,000 seeds;
// with 20,000 paths they see a probability that is off by .02.
func TestLiquidationAgainstExact(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const paths, outside = 20_000, 1e-6
	r := liquidationsOf(t, "--tokens", "BTCBULL3X", "--jump-rate", "12", "--horizon", "30d",
		"--latencies", "0", "--jumps", "0,10%,13%,15%,20%",
		"--paths", fmt.Sprint(paths), "--no-save")
	entry, err := catalogue.LookupToken("BTCBULL3X")
	if err != nil {
		t.Fatal(err)
	}
	token, err := entry.Spec().Build()
	if err != nil {
		t.Fatal(err)
	}
	token.Cost, token.AfterLiquidation = tokens.Cost{}, tokens.Stop
	between := 0
	for _, c := range r.Cells {
		problem, err := exact.NewProblem(token,
			models.Merton{Sigma: c.Sigma, Rate: 12, JumpMean: math.Log1p(-c.Jump)}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		known, err := problem.Moments(30.0 / 365)
		if err != nil {
			t.Fatal(err)
		}
		want := known.Liquidated
		if want > 0.05 && want < 0.5 {
			between++
		}
		k := int(math.Round(paths * c.Probability.Estimate))
		if e := analytics.Proportion(k, paths, 1-outside); c.Probability.N != paths || want < e.Lo || want > e.Hi {
			t.Errorf("jump %v: %d of %d paths, %v to %v; exact %v", c.Jump, k, c.Probability.N, e.Lo, e.Hi, want)
		}
	}
	if between == 0 || len(r.Cells) != 5 {
		t.Errorf("%d cells, %d of them between a twentieth and a half; want five, and some that tell programs apart",
			len(r.Cells), between)
	}
}
