package report

import (
	"bytes"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

// A caption names band, costs, carry, the vault's size and latency, and leaves out what
// an axis says.
func TestTokenCaption(t *testing.T) {
	band := study.TokenSpec{Name: "band",
		Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
		Mechanism: param.Part{Kind: "loan", Values: param.Values{"borrow": 0.05, "supply": 0.02}},
		Values: param.Values{"target": 3, "fee": 0.0005, "impact": 1e-7, "impact-base": 0.0001, "gas": 2, "aum": 2e6,
			"latency": 1800}}
	held := study.TokenSpec{Name: "held", Policy: param.Part{Kind: "hold"},
		Mechanism: param.Part{Kind: "perp", Values: param.Values{"funding": 0.1}},
		Values:    param.Values{"target": -2, "flows": 1, "aum": 500}}
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: time.Hour, Step: time.Hour, Paths: 1,
		Seed: 1, Tokens: []study.TokenSpec{band, held}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		token   int
		without []string
		want    string
	}{
		{0, nil, "Token: 3x through a loan, band 2.7 to 3.3, traded to the edge, fee 0.05 %, " +
			"impact 0.21 % of a trade of 20,000 USD, gas 2 USD a trade, borrow 5 %, supply 2 % a year, " +
			"AUM 2,000,000 USD, latency 30m."},
		{0, []string{"half-width", "to", "fee", "aum", "borrow", "latency"},
			"Token: 3x through a loan, gas 2 USD a trade, supply 2 % a year."},
		{1, nil, "Token: −2x through a perpetual, held without rebalancing, fee 0 %, funding 10 % a year, " +
			"AUM 500 USD at the start and no flows, latency 0s."},
	} {
		if got := TokenCaption(s, tt.token, tt.without...); got != tt.want {
			t.Errorf("without %v:\n%s\nwant\n%s", tt.without, got, tt.want)
		}
	}
}

// The page of four tokens with all figures can be sent by mail: text is text in it.
func TestPageOfFourTokensIsSmall(t *testing.T) {
	var page bytes.Buffer
	if err := WriteHTML(&page, Simulation(simulated(t, 1, 64, 2, 3, 1.5, 2.5), Provenance{})); err != nil {
		t.Fatal(err)
	}
	if n := page.Len(); n > 800_000 || n < 50_000 {
		t.Errorf("a page of %d bytes; want at most 800,000, and the figures", n)
	}
}
