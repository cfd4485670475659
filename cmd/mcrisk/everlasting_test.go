package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// Numbers of the documentation of Deri; what is missing or beside the point is refused.
func TestExactEverlasting(t *testing.T) {
	call := []string{"exact", "--everlasting", "--sigma", "100%", "--period", "7d", "--strike", "50000"}
	for _, tt := range []struct {
		price string
		want  float64
	}{{"50000", 2445.162142}, {"40k", 223.366704}} {
		out, _ := expect(t, 0, append(call, "--price", tt.price, "--json")...)
		var got struct{ Value float64 }
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Value-tt.want) > 1e-6 {
			t.Errorf("value at %s = %v, want %v", tt.price, got.Value, tt.want)
		}
	}
	says(t, 2, "no --price", call...)
	says(t, 2, "--target beside --everlasting", append(call, "--price", "1", "--target", "3")...)
	says(t, 2, "price = 0", append(call, "--price", "0")...)
	says(t, 2, "--strike without --everlasting", "exact", "--target", "3", "--strike", "5")
}

// A flag that two parts of a study share says what it is for each.
func TestSharedFlags(t *testing.T) {
	out, _ := expect(t, 0, "simulate", "--help", "all")
	help := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{"falls below; with --mechanism option; with --rates gmx: median of",
		"there is none; with --mechanism option; with --rates funding-binance, funding-hyperliquid: largest payment"} {
		if !strings.Contains(help, want) {
			t.Errorf("help of simulate lacks %q", want)
		}
	}
}

// The map of liquidation is of jumps against the token, which do not liquidate one that holds a call.
func TestLiquidationOfACall(t *testing.T) {
	says(t, 2, "BTCBULLP2X holds a call", "liquidation", "--tokens", "BTCBULL2X,BTCBULLP2X", "--paths", "20")
}
