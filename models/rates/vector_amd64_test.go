//go:build !purego

package rates

import (
	"math"
	"testing"
	"time"

	"mcrisk/param"
)

// Vector code gives the bits of plain Go, also where a payment is at the cap, the utilisation is one, and the series
// of the exponential is not enough.
func TestVector(t *testing.T) {
	if !vector {
		t.Skip("the processor has no vector code")
	}
	defer func() { vector = true }()
	for _, c := range []struct {
		kind   string
		of     Token
		values param.Values
	}{
		{"ou", ofPerp, param.Values{"rate-sd": 0.3, "rate-correlation": -0.6, "rate-level-sd": 0.1}},
		{"funding-hyperliquid", ofPerp, param.Values{"rate-correlation": 0.4}},
		{"funding-hyperliquid", ofPerp, param.Values{"premium-sd": 0.1, "funding-cap": 0.001}},
		{"funding-binance", ofPerp, param.Values{"rate-correlation": 0.4}},
		{"aave", ofLoan, param.Values{"rate-correlation": 0.4}},
		{"aave", ofLender, param.Values{"utilisation-sd": 3}},
		{"aave", ofLoan, param.Values{"utilisation-sd": 3, "pool": 1e7}},
		{"gmx", ofPerp, param.Values{"rate-correlation": 0.4}},
		{"gmx", ofShort, param.Values{"skew-sd": 1, "usage-sd": 3, "borrow-sides": 1}},
		{"gmx", ofPerp, param.Values{"funding-falling": 0.03, "skew-sd": 0.05}},
		{"gmx", ofPerp, param.Values{"funding-most": 0, "funding-least": 0, "open-interest": 1e8}},
	} {
		p := process(t, c.kind, c.of, c.values)
		vector = true
		fast, _ := walks(p, 2, time.Hour, 300, 60)
		vector = false
		plain, _ := walks(p, 2, time.Hour, 300, 60)
		for i := range plain {
			for s := range plain[i] {
				for l, want := range plain[i][s] {
					if got := fast[i][s][l]; math.Float64bits(got) != math.Float64bits(want) {
						t.Fatalf("%s %v: %s, step %d, lane %d: %v in vector code, %v in plain Go", c.kind, c.values,
							p.Drives()[i], s, l, got, want)
					}
				}
			}
		}
	}
}
