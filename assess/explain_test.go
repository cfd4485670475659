package assess_test

import (
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"mcrisk/assess"
	"mcrisk/tokens"
)

// How far must Ether fall before a token trades, and before it is liquidated?
func ExampleExplain() {
	e, err := assess.Explain("ETHBULL3X")
	if err != nil {
		log.Fatal(err)
	}
	for _, x := range e.Edges {
		fmt.Printf("%+.2f %%: leverage %.4g, trades to %.4g\n", 100*x.Move, x.Leverage, x.To)
	}
	fmt.Printf("%+.2f %%: liquidated at leverage %.4g\n", 100*e.LiquidationMove, e.Liquidation)
	// Output:
	// +5.88 %: leverage 2.7, trades to 2.7
	// -4.35 %: leverage 3.3, trades to 3.3
	// -20.63 %: liquidated at leverage 6.25
}

// The venues' rules at states that are known by hand.
func TestExplainStress(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rule  assess.VenueRule
		state int
		carry float64
	}{
		{"ETHBULL4X", assess.GMXBorrowRule, 0, -0.9}, // 4 times 45 % times a half
		{"ETHBULL4X", assess.GMXBorrowRule, 2, -2.91},
		{"BTCBULL4X", assess.GMXFundingRule, 0, -1.05}, // 4 times .15, and the borrow fee's 45 %
		{"BTCBEAR2X", assess.GMXFundingRule, 1, 2.25},  // 1.2/.8 of 2 times .75
		{"hyperliquid-btc3x", assess.HyperliquidRule, 0, -3 * 0.1095},
	} {
		e, err := assess.Explain(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range e.Stress {
			if s.Rule == tt.rule {
				found = true
				if got := s.States[tt.state].Carry; math.Abs(got-tt.carry) > 1e-9 {
					t.Errorf("%s: carry %v; want %v", tt.name, got, tt.carry)
				}
			}
		}
		if !found {
			t.Errorf("%s: no rule %d in %v", tt.name, tt.rule, e.Stress)
		}
	}
}

// Every token of the catalogue is explained: moves lead to the leverages they name,
// every setting has a source, and assumptions are sorted.
func TestExplainAll(t *testing.T) {
	list, err := assess.List()
	if err != nil || len(list) < 20 {
		t.Fatalf("%v, %d tokens", err, len(list))
	}
	for _, l := range list {
		e, err := assess.Explain(l.Entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		target := e.Token.Target
		for _, x := range e.Edges {
			got := math.Abs(target * (1 + x.Move) / (1 + target*x.Move))
			if math.Abs(got-x.Leverage) > 1e-9 {
				t.Errorf("%s: a move of %v leads to leverage %v, not %v", l.Entry.Name, x.Move, got, x.Leverage)
			}
		}
		if hold := l.Entry.Policy.Kind == "hold"; hold != (len(e.Edges) == 0 && e.Clock == tokens.Never) {
			t.Errorf("%s: edges %v, clock %v", l.Entry.Name, e.Edges, e.Clock)
		}
		for _, s := range e.Settings {
			if !strings.HasPrefix(s.Origin, "catalogue, ") {
				t.Errorf("%s: %s comes from %q", l.Entry.Name, s.Name, s.Origin)
			}
		}
		if len(e.Settings) < 8 {
			t.Errorf("%s has %d settings", l.Entry.Name, len(e.Settings))
		}
	}
	if _, err := assess.Explain("ethbull"); err == nil || !strings.Contains(err.Error(), "did you mean ETHBULL2X") {
		t.Errorf("of a token that is not there: %v", err)
	}
}
