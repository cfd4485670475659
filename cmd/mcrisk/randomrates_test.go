package main

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mcrisk/internal/cli"
	"mcrisk/models/rates"
	"mcrisk/param"
)

// fundingFile is a year of hourly funding of a premium with a mean of 0.03 %.
func fundingFile(t *testing.T) string {
	t.Helper()
	law, err := rates.Registry.Build(param.Part{Kind: "funding-hyperliquid",
		Values: param.Values{"premium-mean": 0.0003, "premium-level-sd": 0}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Of(rates.Token{Rates: []string{"funding"}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintln(&b, "timestamp,symbol,rate_per_period")
	o := rates.Sample(p, time.Hour, 1, 5, true)
	for i, at := range o.Times {
		fmt.Fprintf(&b, "%s,BTC,%.10f\n", at.Format(time.RFC3339), o.Values[i])
	}
	return write(t, "funding.csv", b.String())
}

// calibrate --rates finds the numbers of a law in a series that it made, and refuses what is for prices.
func TestCalibrateRates(t *testing.T) {
	file := fundingFile(t) + ":rate_per_period?symbol=BTC"
	var c struct {
		Values int
		Laws   []struct {
			Rates   string
			Numbers map[string]struct{ Estimate, SE, Lo, Hi float64 }
			Atom    float64
		}
	}
	out := resultsOf(t, "calibrate", "--rates", file, "--model", "funding-hyperliquid", "--json")
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		t.Fatal(err)
	}
	mean, sd := c.Laws[0].Numbers["premium-mean"], c.Laws[0].Numbers["premium-sd"]
	if c.Values != 8760 || math.Abs(mean.Estimate-0.0003) > 4*mean.SE || math.Abs(sd.Estimate-0.00056) > 4*sd.SE ||
		sd.SE > 5e-5 || !(c.Laws[0].Atom > 0.3) {
		t.Errorf("%d values, premium %+v ± %+v, %v at the interest; want 8760 and 0.0003 ± 0.00056 within 4 "+
			"standard errors",
			c.Values, mean, sd, c.Laws[0].Atom)
	}
	if _, said := expect(t, cli.Done, "calibrate", "--rates", file); !strings.Contains(said,
		"--rates funding-hyperliquid") {
		t.Errorf("said %q; want how to simulate the law", said)
	}
	says(t, cli.BadInput, "--since with --rates", "calibrate", "--rates", file, "--since", "2020-01-01")
	says(t, cli.BadInput, "aave cannot be fitted", "calibrate", "--rates", file, "--model", "aave")
	says(t, cli.BadInput, "gmx cannot be fitted to rates: its skew and usage", "calibrate", "--rates", file, "--model",
		"gmx")
	says(t, cli.BadInput, "wrong", "calibrate", "--rates", fundingFile(t)+":wrong")
}

// Random rates go through simulate, with what their spread alone changes, and its attribution; a price history
// refuses them.
func TestRandomRates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"--token", "hyperliquid-btc3x", "--model", "gbm", "--rates", "level"}
	out, _ := expect(t, cli.Done, append([]string{"simulate", "--paths", "2000", "--horizon", "90d", "--out", dir},
		args...)...)
	for _, want := range []string{"what the spread of its rates alone changes", "rate_level", "rate-sd", "sd_log_nav"} {
		if !strings.Contains(out, want) {
			t.Errorf("simulate says nothing of %q", want)
		}
	}
	var s struct {
		Tokens []struct {
			Metrics map[string]struct{ Estimate float64 }
		}
		Without []struct {
			Metrics map[string]struct{ Estimate float64 }
		} `json:"without_random_rates"`
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(dir, "summary.json"))), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Without) != 1 ||
		!(s.Tokens[0].Metrics["volatility"].Estimate != s.Without[0].Metrics["volatility"].Estimate) {
		t.Errorf("random %v, constant %v; want both, and that they differ", s.Tokens, s.Without)
	}
	if out, _ := expect(t, cli.Done, "summary", dir, "--attribution", "--json"); !strings.Contains(out,
		`"rate_level"`) {
		t.Error("the attribution of a stored run has no rate_level")
	}
	if !strings.Contains(read(t, filepath.Join(dir, "spec.yaml")), "kind: level") {
		t.Error("spec.yaml does not have the rates")
	}
	expect(t, cli.Done, "verify", dir)
	says(t, cli.BadInput, "rates level are drawn with simulated paths", "replay", history(t, 100, nil),
		"--token", "hyperliquid-btc3x", "--rates", "level")
	says(t, cli.BadInput, "funding of hyperliquid-btc3x is drawn by rates funding-binance", "simulate",
		"--token", "hyperliquid-btc3x", "--rates", "funding-binance", "--funding", "5%")
	says(t, cli.BadInput, "exact", "exact", "--token", "ETHBULL3X", "--rates", "ou", "--model", "gbm")
}

// A token of the catalogue has one rate for each lifetime where no law of rates is named, by every command that draws
// prices, which says so in one line. A rate that is given or swept is constant, as are rates of a history.
func TestRatesDrawn(t *testing.T) {
	history, series := write(t, "bars.csv", bars), write(t, "borrow.csv", "time,borrow\n2024-01-01T00:00:00Z,0.05\n")
	for _, tt := range []struct {
		args  string
		drawn bool
	}{
		{"simulate --token ETHBULL3X", true},
		{"simulate --token hyperliquid-btc3x --step 8h", true},
		{"simulate --token ETHBULL3X --fee 10bp --supply 1%", true},
		{"simulate --token ETHBULL3X --borrow 5% --rate-sd 1%", true},
		{"sweep --token ETHBULL3X --over rate-sd=0,2%", true},
		{"compare --tokens ETHBULL3X,ETHBULL2X", true},
		{"compare --tokens ETHBULL3X,ETHBULL3X+stressed", true},
		{"heatmap --token ETHBULL3X --x fee=5bp,20bp --y rate-sd=0,1%", true},
		{"costs --token ETHBULL3X", true},
		{"trace --token ETHBULL3X", true},
		{"liquidation --tokens ETHBULL3X --latencies 0 --jumps 0,20%", true},
		{"exact --token ETHBULL3X", true},
		{"sweep --token ETHBULL3X --over fee=5bp --exact", true},

		{"simulate --token ETHBULL3X --rates constant", false},
		{"simulate --token ETHBULL3X --rates level", false}, // which was named
		{"simulate --token ETHBULL3X --borrow 5%", false},
		{"simulate --token ETHBULL3X --mechanism perp", false},
		{"simulate --target 3 --band 2.7:3.3", false},
		{"sweep --token ETHBULL3X --over borrow=0,5%", false},
		{"simulate --token ETHBULL3X --model bootstrap --history " + history + " --borrow @" + series +
			" --series-gaps hold", false},
		{"breakeven --token ETHBULL3X --borrow-rates 0,10% --funding-rates 0,10%", false},
		{"cohorts " + history + " --token ETHBULL3X --every 1h --periods 1h", false},
		{"replay " + history + " --token ETHBULL3X", false},
	} {
		status, _, said := call(t, brief(tt.args)...)
		const note = "note: rates: one for each lifetime"
		if n := strings.Count(said, note); status != cli.Done || (n == 1) != tt.drawn || n > 1 {
			t.Errorf("%s: exit status %d, said %q; want the rates drawn: %t", tt.args, status, said, tt.drawn)
		}
	}
	says(t, cli.BadInput, "rate-sd", "simulate", "--token", "ETHBULL3X", "--rates", "constant", "--rate-sd", "1%")
	says(t, cli.BadInput, "rate-sd", "simulate", "--target", "3", "--rate-sd", "1%")
}

// The rates that are drawn are those of the law that the catalogue has; the spec of a run names it and gives the same
// bits. Those held at their mean give the bits of a token that gives it as a number.
func TestRatesDrawnAreTheCatalogues(t *testing.T) {
	hash := func(args ...string) string {
		return reportOf(t, small(append([]string{"simulate"}, args...)...)...).ResultsHash
	}
	token := []string{"--token", "ETHBULL3X"}
	drawn := hash(token...)
	if named := hash(append(token, "--rates", "level")...); named != drawn {
		t.Error("--rates level gives other results than no --rates")
	}
	constant := hash(append(token, "--rates", "constant")...)
	if constant == drawn {
		t.Error("--rates constant gives the same results")
	}
	printed := append(small(append([]string{"simulate"}, token...)...), "--print-spec")
	spec := write(t, "spec.yaml", resultsOf(t, printed...))
	if again := hash("--spec", spec); again != drawn {
		t.Error("the spec that --print-spec writes gives other results")
	}
	one := resultsOf(t, "simulate", "--token", "ETHBULL3X", "--print-spec")
	for line := range strings.Lines(one) {
		if rate, ok := strings.CutPrefix(strings.TrimSpace(line), "borrow: "); ok {
			if given := hash(append(token, "--borrow", rate)...); given != constant {
				t.Errorf("--borrow %s gives other results than --rates constant", rate)
			}
		}
	}
}

// calibrate --rates --prices finds the correlation of shocks of a premium with the returns of the same hours, and wants
// prices of these times.
func TestCalibrateCorrelation(t *testing.T) {
	law, err := rates.Registry.Build(param.Part{Kind: "funding-hyperliquid",
		Values: param.Values{"premium-mean": 0.0003, "premium-level-sd": 0, "rate-correlation": -0.4}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Of(rates.Token{Rates: []string{"funding"}})
	if err != nil {
		t.Fatal(err)
	}
	var funding, prices, other strings.Builder
	fmt.Fprintln(&funding, "timestamp,rate_per_period")
	fmt.Fprintln(&prices, "time,close")
	fmt.Fprintln(&other, "time,close")
	o, log := rates.Sample(p, time.Hour, 1, 6, true), 0.0
	for i, at := range o.Times[:2000] {
		fmt.Fprintf(&funding, "%s,%.10f\n", at.Format(time.RFC3339), o.Values[i])
		if i > 0 {
			log += 0.005 * o.Returns[i]
		}
		fmt.Fprintf(&prices, "%s,%.10g\n", at.Add(-time.Hour).Format(time.RFC3339), math.Exp(log))
		fmt.Fprintf(&other, "%s,%.10g\n", at.AddDate(9, 0, 0).Format(time.RFC3339), math.Exp(log))
	}
	file, bars := write(t, "funding.csv", funding.String()), write(t, "prices.csv", prices.String())
	out := resultsOf(t, "calibrate", "--rates", file, "--prices", bars, "--model", "funding-hyperliquid", "--json")
	var c struct {
		Laws []struct {
			Numbers map[string]struct{ Estimate, SE, Lo, Hi float64 }
		}
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		t.Fatal(err)
	}
	rho := c.Laws[0].Numbers["rate-correlation"]
	if !(math.Abs(rho.Estimate+0.4) < 4*rho.SE && rho.SE < 0.04 && rho.Lo < rho.Estimate && rho.Estimate < rho.Hi) {
		t.Errorf("correlation %+v; want -0.4 within 4 standard errors", rho)
	}
	says(t, cli.BadInput, "are of no times of the rates", "calibrate", "--rates", file, "--prices",
		write(t, "other.csv", other.String()))
	says(t, cli.BadInput, "--prices without --rates", "calibrate", "--prices", bars, bars)
	says(t, cli.BadInput, "--since with --rates", "calibrate", "--rates", file, "--prices", bars, "--since",
		"2001-01-01")
}

// A token of the catalogue on GMX takes its market's numbers, its costs by skew too; its lifetimes can be traced and
// verified, and what would have no effect beside it is refused.
func TestMarketOfGMX(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	token := []string{"--token", "SOLBULL2X", "--model", "gbm", "--rates", "gmx"}
	out, _ := expect(t, cli.Done, append([]string{"simulate", "--paths", "500", "--horizon", "30d", "--out", dir},
		token...)...)
	for _, want := range []string{"rates gmx", "impact-worse", "skew-response", "assumed"} {
		if !strings.Contains(out, want) {
			t.Errorf("simulate says nothing of %q", want)
		}
	}
	expect(t, cli.Done, "verify", dir)
	expect(t, cli.Done, "compare", "--tokens", "SOLBULL2X,SOLBEAR1X", "--model", "gbm", "--rates", "gmx", "--paths",
		"16", "--horizon", "1d", "--out", filepath.Join(t.TempDir(), "run"))
	expect(t, cli.Done, append([]string{"trace", "--path", "3", "--horizon", "3d"}, token...)...)
	says(t, cli.BadInput, "impact-increase of SOLBULL2X is drawn by rates gmx",
		append([]string{"simulate", "--impact-increase", "0.001"}, token...)...)
	says(t, cli.BadInput, "price impact = 0.54", append([]string{"simulate", "--open-interest", "2e8"}, token...)...)
	expect(t, cli.Done, append([]string{"simulate", "--paths", "16", "--horizon", "1d", "--open-interest", "0",
		"--impact-increase", "0.001", "--out", filepath.Join(t.TempDir(), "run")}, token...)...)
	says(t, cli.BadInput, "impact-increase of the token is drawn by rates gmx", "simulate", "--target", "2",
		"--mechanism", "perp", "--rates", "gmx", "--fee", "6bp", "--impact-increase", "0.001", "--open-interest", "1e7")
	says(t, cli.BadInput, "funding-least", append([]string{"simulate", "--funding-most", "0.001"}, token...)...)
	says(t, cli.BadInput, "it drives funding, which the token's mechanism has not", "simulate", "--token", "ETHBULL3X",
		"--model", "gbm", "--rates", "gmx")
}
