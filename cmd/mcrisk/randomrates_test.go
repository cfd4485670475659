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
	for _, want := range []string{"what the spread of its rates alone changes", "rate_level", "rate-sd"} {
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
	expect(t, cli.Done, append([]string{"trace", "--path", "3", "--horizon", "3d"}, token...)...)
	says(t, cli.BadInput, "impact-increase of SOLBULL2X is drawn by rates gmx",
		append([]string{"simulate", "--impact-increase", "0.001"}, token...)...)
	says(t, cli.BadInput, "price impact = 0.54", append([]string{"simulate", "--open-interest", "2e8"}, token...)...)
	expect(t, cli.Done, append([]string{"simulate", "--paths", "16", "--horizon", "1d", "--open-interest", "0",
		"--impact-increase", "0.001"}, token...)...)
	says(t, cli.BadInput, "impact-increase of the token is drawn by rates gmx", "simulate", "--target", "2",
		"--mechanism", "perp", "--rates", "gmx", "--fee", "6bp", "--impact-increase", "0.001", "--open-interest", "1e7")
	says(t, cli.BadInput, "funding-least", append([]string{"simulate", "--funding-most", "0.001"}, token...)...)
	says(t, cli.BadInput, "it drives funding, which the token's mechanism has not", "simulate", "--token", "ETHBULL3X",
		"--model", "gbm", "--rates", "gmx")
}
