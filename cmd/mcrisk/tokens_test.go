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
			"a utilisation of 90 % the holder pays 12.90 %", "Price model where none is named: component (2"},
		"hyperliquid-eth3x": {"the holder pays 44.10 % of net asset value a year in funding"}, // 3·14.7
		"BTCBULL2X":         {"−35.90 % from the target, −30.07 % from the upper edge"},
		"BTCBULL4X":         {"−24.44 % from the target", "0.50 % in entry and exit fees"},
		"hyperliquid-btc3x": {"−32.49 % from the target", "baseline of 10.95 % on notional (11.57 % compounded)"},
		"ftx-bull": {"−11.111 % from the target takes leverage to 4, where it trades to 3",
			"clock, first after 2m"},
		"tlx-eth2x": {"+2.500 %", "−2.500 %", "streaming fee of 4.00 %"},
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

// Who pays carry is right for both sides of every kind of venue, worked out by hand from
// the numbers of the catalogue: L times supply less (L − 1) times borrow of a loan, L times
// funding and borrow fee of a perpetual.
func TestCarryInWords(t *testing.T) {
	t.Setenv("COLUMNS", "1000") // no line is broken
	for name, want := range map[string][]string{
		// 3·.0167223 − 2·.0424404; with USDC, which is owed, at 6.5 % and 26.5 %
		"ETHBULL3X": {"At the target the holder pays 3.47 % of net asset value a year in interest.",
			"at a utilisation of 90 % the holder pays 7.98 %, 95 % the holder pays 47.98 %."},
		// −1·.0081375 + 2·.0375704; with USDC, which is lent, at 5.265 % and 22.6575 %
		"BTCBEAR1X": {"the holder earns 6.70 % of net asset value a year in interest.",
			"90 % the holder earns 9.72 %, 95 % the holder earns 44.50 %."},
		// 4·.1125; 4 times .225, .3825 and .7275; 4 times .15 and .75, and the borrow fee's 45 %
		"BTCBULL4X": {"the holder pays 45.00 % of net asset value a year in funding.",
			"50 % the holder pays 90.00 %, 85 % the holder pays 153.00 %, 95 % the holder pays 291.00 %.",
			"3 hours the holder pays 105.00 %, 15 hours the holder pays 345.00 %."},
		// longs pay, and shorts share it: .6/.4 of 2 times .15 and .75
		"BTCBEAR2X": {"At the target the holder pays no funding.",
			"3 hours the holder earns 45.00 %, 15 hours the holder earns 225.00 %."},
		// 3·.175; 3·.1095
		"hyperliquid-btc3x": {"the holder pays 52.50 % of net asset value a year in funding.",
			"baseline of 10.95 % on notional (11.57 % compounded) the holder pays 32.85 %."},
	} {
		out := resultsOf(t, "tokens", name)
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("tokens %s prints %s; want %q in it", name, out, text)
			}
		}
		var e struct {
			Carry float64 `json:"carry_per_year"`
		}
		decode(t, resultsOf(t, "tokens", name, "--json"), &e)
		if strings.Contains(want[0], "earns") != (e.Carry > 0) ||
			strings.Contains(want[0], " pays no ") != (e.Carry == 0) {
			t.Errorf("tokens %s: carry %v; want the sign of %q", name, e.Carry, want[0])
		}
	}
}
