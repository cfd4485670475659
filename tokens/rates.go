package tokens

// A Kink is how a money market or a perpetual's pool sets what borrowers pay
// from its utilisation u, the part of it that is in use:
//
//	Slope1·u/Optimal                            up to Optimal,
//	Slope1 + Slope2·(u − Optimal)/(1 − Optimal)  beyond.
//
// Rates of a token are constants of a study; a Kink says what constant a state
// of the market makes.
type Kink struct {
	Optimal        float64 // utilisation, in (0, 1)
	Slope1, Slope2 float64 // 1/year
}

// At is the rate at a utilisation in [0, 1].
func (k Kink) At(u float64) float64 {
	if u <= k.Optimal {
		return k.Slope1 * u / k.Optimal
	}
	return k.Slope1 + k.Slope2*(u-k.Optimal)/(1-k.Optimal)
}

// Supply is what lenders earn when the venue keeps the reserve factor.
func (k Kink) Supply(u, reserve float64) float64 { return k.At(u) * u * (1 - reserve) }

// AaveUSDC is the rule of USDC on Aave v3 since March 2025.
//
// Source: bgd-labs/aave-proposals-v3 ff6a99c.
var AaveUSDC = Kink{Optimal: 0.9, Slope1: 0.065, Slope2: 0.4}

// GMXMajor is the borrow fee on GMX v2 of BTC, ETH and SOL: 45 % a year times
// utilisation up to 85 %, and beyond on top of that a part of 45 % more.
//
// Source: gmx-io/gmx-synthetics a5c0c88, config/markets.ts.
var GMXMajor = Kink{Optimal: 0.85, Slope1: 0.45 * 0.85, Slope2: 0.45*0.15 + 0.45}

// HyperliquidFunding is what longs pay an hour on notional when the perpetual
// trades at a premium over the oracle's price: an eighth of
//
//	P + clamp(0.01 % − P, ±0.05 %).
//
// Source: hyperliquid.gitbook.io/hyperliquid-docs, funding.
func HyperliquidFunding(premium float64) float64 {
	return (premium + max(-0.0005, min(0.0001-premium, 0.0005))) / 8
}
