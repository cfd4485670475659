package brownian

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/fmath"
)

// An Everlasting is an everlasting call: a call that its holder keeps for a payment of (value − payoff)/Period a
// year, so that it never expires. On a price without growth, under geometric Brownian motion, its value V solves
// ½σ²S²V″ = (V − payoff)/Period, and is
//
//	V = max(S − K, 0) + (K/u)·(S/K)^((1 ∓ u)/2),   u = √(1 + 8/(σ²·Period)),
//
// with −u for S ≥ K and +u below. The second part is the time value.
//
// Source: the documentation of Deri, Pricing everlasting options; White and Bankman-Fried, Everlasting Options
// (Paradigm, 2021), for the product.
type Everlasting struct {
	Sigma  float64 // volatility, 1/√year, above zero
	Period float64 // years, above zero
	Strike float64 // in the currency of the price, above zero
}

// Check reports numbers that are no call.
func (c Everlasting) Check() error {
	var faults []error
	for _, n := range []struct {
		name string
		v    float64
	}{{"volatility", c.Sigma}, {"period", c.Period}, {"strike", c.Strike}} {
		if !(n.v > 0) || math.IsInf(n.v, 0) {
			faults = append(faults, fmt.Errorf("brownian: everlasting call: %s = %v; want a finite number above 0",
				n.name, n.v))
		}
	}
	if u := c.root(); !(u <= math.MaxFloat64) {
		faults = append(faults, fmt.Errorf("brownian: everlasting call: σ²·period = %v; want it larger",
			float64(c.Sigma*c.Sigma)*c.Period))
	}
	return errors.Join(faults...)
}

func (c Everlasting) root() float64 { return math.Sqrt(1 + 8/(float64(c.Sigma*c.Sigma)*c.Period)) }

// Payoff is what exercise would pay at a price.
func (c Everlasting) Payoff(price float64) float64 { return max(price-c.Strike, 0) }

// TimeValue is the call's value over its payoff, at a price above zero.
func (c Everlasting) TimeValue(price float64) float64 {
	u := c.root()
	power := (1 + u) / 2
	if price >= c.Strike {
		power = (1 - u) / 2
	}
	return float64(c.Strike/u) * fmath.Pow(price/c.Strike, power)
}

// Value is the call's value at a price above zero.
func (c Everlasting) Value(price float64) float64 { return c.Payoff(price) + c.TimeValue(price) }

// Funding is what the holder pays a year, a fraction of the price: (value − payoff)/(Period·price).
func (c Everlasting) Funding(price float64) float64 {
	return c.TimeValue(price) / float64(c.Period*price)
}
