package main

import (
	"encoding/json"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// Every token of the catalogue is explained, with its liquidation, its fees and
// its carry; of a few the numbers are those of the product facts.
func TestTokensExplained(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	for name, want := range map[string][]string{
		"BTCBULL3X": {"+5.882 % from the target takes leverage to 2.7", "−4.348 % from the target",
			"leverage 4.545: −14.53 % from the target, −10.64 % from the upper edge", "0.40 % in entry and exit fees",
			"a utilisation of 90 %, −12.90 %"},
		// 2·3.757 − .814, 2·5.265 − .814
		"BTCBEAR1X":         {"interest earns 6.70 %", "a utilisation of 90 %, +9.72 %; 95 %, +44.50 %"},
		"hyperliquid-eth3x": {"funding takes 44.10 %"}, // 3·14.7
		"ETHBULL4X":         {"a utilisation of 50 %, −90.00 %; 85 %, −153.00 %; 95 %, −291.00 %"},
		"BTCBULL2X":         {"−35.90 % from the target, −30.07 % from the upper edge"},
		"BTCBULL4X":         {"−24.44 % from the target", "0.50 % in entry and exit fees"},
		"hyperliquid-btc3x": {"−32.49 % from the target", "baseline of 10.95 % on notional (11.57 % compounded)"},
		"ftx-bull": {"−11.111 % from the target takes leverage to 4, where it trades to 3",
			"clock, first after 2m"},
		"tlx-eth2x": {"+2.500 %", "−2.500 %", "streaming fee 4.00 %"},
		"bybit-btc3l": {"+33.333 % from the target takes leverage to 2",
			"−11.111 % from the target takes leverage to 4"},
		"indexcoop-eth2x": {"takes leverage to 1.739", "takes leverage to 2.3"},
		"hold-3x":         {"never trades", "It is liquidated at leverage 6.25"},
	} {
		out := resultsOf(t, "tokens", name)
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", name, w, out)
			}
		}
	}
}

// The list is a table in every form, with numbers as numbers.
func TestTokensListed(t *testing.T) {
	var all struct {
		Tokens []struct {
			Token, Policy string
			Target        float64
			Low, High     *float64
		}
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "tokens", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, l := range all.Tokens {
		switch l.Token {
		case "ETHBULL3X":
			if found++; l.Target != 3 || *l.Low != 2.7 || *l.High != 3.3 || l.Policy != "band" {
				t.Errorf("%+v", l)
			}
		case "hold-2x":
			if found++; l.Low != nil || l.High != nil {
				t.Errorf("%+v; want no edges", l)
			}
		case "ftx-bull":
			if found++; l.Low != nil || *l.High != 4 {
				t.Errorf("%+v; want an upper edge only", l)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d of three tokens in the list", found)
	}
	if out := resultsOf(t, "tokens", "--csv"); !strings.HasPrefix(out, "token,target,policy,low,high,") ||
		!strings.Contains(out, "\nETHBULL3X,3,band,2.7,3.3,") {
		t.Errorf("CSV is %s", out)
	}
	if out := resultsOf(t, "tokens", "--markdown"); !strings.Contains(out, "| ETHBULL3X |") {
		t.Errorf("Markdown is %s", out)
	}
	expect(t, cli.BadInput, "tokens", "--csv", "--json")
}

// One token in JSON has the numbers that the text has in words.
func TestTokenInJSON(t *testing.T) {
	var e struct {
		Target float64
		Edges  []struct {
			Leverage float64
			Move     float64  `json:"price_move"`
			To       *float64 `json:"trades_to"`
		}
		Liquidation struct{ Leverage *float64 }
		Settings    []struct{ Name, Value, Origin string }
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "tokens", "ETHBULL3X", "--json")), &e); err != nil {
		t.Fatal(err)
	}
	// From 3 to 3.3: the price falls by 1/23.
	if len(e.Edges) != 2 || e.Edges[1].Leverage != 3.3 || *e.Edges[1].To != 3.3 || e.Edges[1].Move > -1./23+1e-12 ||
		e.Edges[1].Move < -1./23-1e-12 {
		t.Errorf("edges %+v", e.Edges)
	}
	if e.Target != 3 || *e.Liquidation.Leverage < 6.2 || len(e.Settings) < 10 {
		t.Errorf("%+v", e)
	}
}
