package study

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/paths"
	"mcrisk/tokens"
)

// scaled is a history in another unit of money.
func scaled(bars []paths.Bar, by float64) *paths.History {
	h := &paths.History{Step: time.Hour}
	for _, b := range bars {
		b.Open, b.High, b.Low, b.Close = b.Open*by, b.High*by, b.Low*by, b.Close*by
		h.Bars = append(h.Bars, b)
	}
	return h
}

// sameInUnits fails unless a history gives the same trades, liquidations and values
// after all its prices were multiplied by a number.
func sameInUnits(t interface{ Errorf(string, ...any) }, ts []tokens.Token, bars []paths.Bar, by float64) {
	for _, closes := range []bool{false, true} {
		one, err := Replay(ts, scaled(bars, 1), closes)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		other, err := Replay(ts, scaled(bars, by), closes)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(a)) }
		for i := range ts {
			a, b := one.Lives[i], other.Lives[i]
			if a.Rebalances != b.Rebalances || a.Liquidations != b.Liquidations || !near(a.NAV, b.NAV) ||
				!near(a.MinNAV, b.MinNAV) || !near(a.Drawdown.Depth, b.Drawdown.Depth) {
				t.Errorf("%+v, closes %v, prices times %v: %d trades, %d liquidations, NAV %v, least %v; "+
					"want %d, %d, %v, %v", ts[i], closes, by, b.Rebalances, b.Liquidations, b.NAV, b.MinNAV,
					a.Rebalances, a.Liquidations, a.NAV, a.MinNAV)
			}
		}
		if a, b := one.Underlying, other.Underlying; !near(a.LogPrice, b.LogPrice) || !near(a.QV, b.QV) ||
			!near(a.Drawdown.Depth, b.Drawdown.Depth) {
			t.Errorf("closes %v, prices times %v: underlying %+v; want %+v", closes, by, b, a)
		}
	}
}

// units are factors of which most are no powers of two: their products are rounded.
var units = []float64{10, 0.1, 1.0 / 3, 7, 1e-8, 1e6, 1.37, 2, 1e-300, 1e290}

// Prices that take tokens exactly to the edges of their bands, to liquidation, and to
// extremes that are as far from the open: all is decided by rounding if anything is.
func TestUnitOfPricesAtEdges(t *testing.T) {
	band := func(target float64, to tokens.Destination) tokens.Token {
		return tokens.Token{Name: "band", Target: target, Policy: tokens.Band{Low: 1.5, High: 3, To: to},
			Mechanism: tokens.Perp{Maintenance: 0.1}, AUM: 1e6}
	}
	ts := []tokens.Token{band(2, tokens.Edge), band(2, tokens.Target), band(-2, tokens.Edge), band(-2, tokens.Target),
		{Name: "loan", Target: 2, Policy: tokens.Hold{}, Mechanism: tokens.Loan{Threshold: 2.0 / 3}, AUM: 1e6},
		{Name: "short", Target: -2, Policy: tokens.Hold{}, Mechanism: tokens.Loan{Threshold: 0.75}, AUM: 1e6}}
	for _, bars := range [][]paths.Bar{
		{bar(0, 100, 100, 75, 75), bar(1, 75, 90, 75, 90)},
		{bar(0, 100, 150, 100, 100), bar(1, 100, 100, 90, 90)},
		{bar(0, 100, 112.5, 90, 100), bar(1, 112.5, 112.5, 112.5, 112.5)},
		{bar(0, 100, 125, 80, 100), bar(1, 100, 125, 80, 125)},
		{bar(0, 0.3, 0.45, 0.225, 0.3), bar(1, 0.3, 0.3375, 0.27, 0.3)},
	} {
		for _, by := range units {
			sameInUnits(t, ts, bars, by)
		}
	}
}

// The unit of prices never matters, whatever they did.
func TestUnitOfPrices(t *testing.T) {
	policies := []tokens.Policy{tokens.Hold{}, tokens.Every{Interval: 5 * time.Hour},
		tokens.Band{Low: 2.7, High: 3.3}, tokens.Band{Low: 2.5, High: 4, To: tokens.Target},
		tokens.Emergency{Reset: tokens.Every{Interval: 24 * time.Hour}, High: 4}, tokens.Deviation{Threshold: 0.2}}
	rapid.Check(t, func(t *rapid.T) {
		var ts []tokens.Token
		for i, p := range policies {
			token := tokens.Token{Name: fmt.Sprint(i), Target: 3, Policy: p, AUM: 1e6,
				Mechanism: tokens.Loan{Borrow: 0.1, Threshold: 0.85, Bonus: 0.05}, Cost: tokens.Cost{Fee: 0.001}}
			if rapid.Bool().Draw(t, "short") {
				token.Target, token.Mechanism = -3, tokens.Perp{Funding: 0.1, Maintenance: 0.02}
			}
			if rapid.Bool().Draw(t, "gas") {
				token.Cost.Gas = 10
			}
			ts = append(ts, token)
		}
		var bars []paths.Bar
		cents := 10_000
		for hour := range rapid.IntRange(2, 40).Draw(t, "bars") {
			b := bar(hour, float64(cents), 0, 0, 0)
			cents = max(1, cents*rapid.IntRange(90, 110).Draw(t, "close")/100)
			b.Close = float64(cents)
			b.High = math.Floor(max(b.Open, b.Close) * (1 + rapid.Float64Range(0, 0.05).Draw(t, "high")))
			b.Low = math.Ceil(min(b.Open, b.Close) * (1 - rapid.Float64Range(0, 0.05).Draw(t, "low")))
			b.Open, b.High, b.Low, b.Close = b.Open/100, b.High/100, b.Low/100, b.Close/100
			bars = append(bars, b)
		}
		by := rapid.OneOf(rapid.SampledFrom(units), rapid.Float64Range(1e-3, 1e3)).Draw(t, "unit")
		sameInUnits(t, ts, bars, by)
	})
}
