package assess

import (
	"fmt"
	"math"

	"mcrisk/exact/brownian"
)

// An EverlastingCall is an everlasting call at a price.
type EverlastingCall struct {
	Sigma  float64 // volatility of the price, 1/√year
	Period float64 // years
	Strike float64
	Price  float64 // in the strike's currency, as the next three

	Value, Payoff, TimeValue float64
	Funding                  float64 // what its holder pays, 1/year, a fraction of the price
}

// PriceEverlasting values an everlasting call, see [brownian.Everlasting].
func PriceEverlasting(sigma, period, strike, price float64) (EverlastingCall, error) {
	c := brownian.Everlasting{Sigma: sigma, Period: period, Strike: strike}
	if err := c.Check(); err != nil {
		return EverlastingCall{}, err
	}
	if !(price > 0) || math.IsInf(price, 0) {
		return EverlastingCall{}, fmt.Errorf("assess: price = %v; want a finite number above 0", price)
	}
	e := EverlastingCall{sigma, period, strike, price, c.Value(price), c.Payoff(price), c.TimeValue(price),
		c.Funding(price)}
	if !(e.Value+e.Funding <= math.MaxFloat64) {
		return e, fmt.Errorf("assess: value of the call = %v, funding %v; want finite numbers", e.Value, e.Funding)
	}
	return e, nil
}
