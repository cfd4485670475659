package catalogue

import (
	"strings"
	"testing"
)

// Spot costs its fee and nothing else, and a held perpetual has its venue's numbers at its own leverage.
func TestHoldings(t *testing.T) {
	spot, err := LookupHolding("spot", "ETH")
	if err != nil {
		t.Fatal(err)
	}
	token, err := spot.Spec().Build()
	if err != nil {
		t.Fatal(err)
	}
	if token.Target != 1 || token.Enter().Total() != 0.001 || token.ExitFee != 0.001 {
		t.Errorf("spot: target %v, entry %v, exit %v", token.Target, token.Enter().Total(), token.ExitFee)
	}
	for underlying, venue := range map[string]string{"BTC": "Hyperliquid", "ETH": "Hyperliquid", "SOL": "GMX v2"} {
		for name, target := range map[string]float64{"perp-3x": 3, "perp--1x": -1, "perp-2.5x": 2.5} {
			held, err := LookupHolding(name, underlying)
			if err != nil {
				t.Fatal(err)
			}
			token, err := held.Spec().Build()
			if err != nil {
				t.Fatal(err)
			}
			if held.Venue.Value != venue || token.Target != target || held.Policy.Kind != "hold" ||
				token.EntryFee != 0 || token.ExitFee != 0 ||
				held.Mechanism.Values["funding"] == 0 && venue != "GMX v2" {
				t.Errorf("%s on %s: %s, %+v", name, underlying, held.Venue.Value, token)
			}
		}
	}
	// What a holding changes is its own: the entry that it has its venue from stays.
	if e, _ := LookupToken("hyperliquid-eth3x"); e.Numbers.Values["entry-fee"] == 0 || e.Policy.Kind != "band" {
		t.Error("the catalogue's entry has changed")
	}
	for name, want := range map[string]string{"perp-0x": "other than 0", "perp-3": "want spot, or perp-3x",
		"perp-200x": "want spot, or perp-3x", "perp-3x": "no perpetual on DOGE"} {
		if _, err := LookupHolding(name, "DOGE"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
	}
}
