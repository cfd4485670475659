package tokens

import (
	"fmt"
	"math"
	"testing"
)

// Rates of Aave's USDC (optimal 90 %, slopes 6.5 and 40 %) and of GMX's borrow
// fee (optimal 85 %, 45 and 90 % a year), from their contracts' formulas.
func TestKink(t *testing.T) {
	for _, r := range []struct {
		kink    Kink
		u, want float64
	}{
		{AaveUSDC, 0, 0}, {AaveUSDC, 0.45, 0.0325}, {AaveUSDC, 0.9, 0.065}, {AaveUSDC, 0.95, 0.265},
		{AaveUSDC, 1, 0.465},
		{GMXMajor, 0.5, 0.225}, {GMXMajor, 0.85, 0.3825}, {GMXMajor, 0.95, 0.7275}, {GMXMajor, 1, 0.9},
	} {
		within(t, fmt.Sprint(r.kink, " at ", r.u), r.kink.At(r.u), r.want, 1e-12)
	}
	within(t, "supply", AaveUSDC.Supply(0.9, 0.1), 0.05265, 1e-12)
}

// Hyperliquid's formula, per eight hours, and rows that it really paid: premium
// and hourly funding, as published for BTC and ETH.
func TestHyperliquidFunding(t *testing.T) {
	for _, r := range []struct{ premium, eight float64 }{{0, 0.0001}, {0.0006, 0.0001}, {0.001, 0.0005},
		{0.01, 0.0095}, {-0.001, -0.0005}} {
		within(t, fmt.Sprint("eight hours at ", r.premium), 8*HyperliquidFunding(r.premium), r.eight, 1e-12)
	}
	for _, r := range []struct {
		hour             string
		premium, funding float64
	}{
		{"BTC 2024-01-01 00h", .0009943926, .0000617991},
		{"BTC 2024-01-01 01h", .0008200502, .0000400063},
		{"BTC 2024-02-12 18h", .0052846623, .0005980828},
		{"BTC 2024-03-05 08h", .0035244661, .0003780583},
		{"BTC 2025-03-15 11h", -.0011401147, -.0000800143},
		{"BTC 2025-12-28 23h", -.0001967698, .0000125},
		{"ETH 2025-10-10 22h", -.0035846753, -.0003855844},
		{"ETH 2024-12-16 19h", .0023865486, .0002358186},
	} {
		if got := HyperliquidFunding(r.premium); !(math.Abs(got-r.funding) <= 5.1e-11) {
			t.Errorf("%s: %v; it was %v", r.hour, got, r.funding)
		}
	}
	// The baseline: 10.95 % a year, 11.57 % if it were compounded.
	within(t, "baseline", 8760*HyperliquidFunding(0), 0.1095, 1e-12)
	within(t, "compounded", math.Expm1(8760*math.Log1p(HyperliquidFunding(0))), 0.1157, 4e-4)
}
