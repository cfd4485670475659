//go:build !purego

package rates

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
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
		{"aave", ofLoan, param.Values{"rate-correlation": 0.4}},
		{"aave", ofLoan, param.Values{"utilisation-sd": 3, "pool": 1e7}},
	} {
		p := process(t, c.kind, c.of, c.values)
		vector = true
		fast, _ := walk(p, 2, time.Hour, 300, 60)
		vector = false
		plain, _ := walk(p, 2, time.Hour, 300, 60)
		for s := range plain {
			for l := range block.Lanes {
				if math.Float64bits(fast[s][l]) != math.Float64bits(plain[s][l]) {
					t.Fatalf("%s %v: step %d, lane %d: %v in vector code, %v in plain Go", c.kind, c.values, s, l,
						fast[s][l], plain[s][l])
				}
			}
		}
	}
}
