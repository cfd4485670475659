package brownian

import (
	"math"
	"testing"
)

// Numbers of the documentation of Deri, and one above the strike by hand.
func TestEverlastingCall(t *testing.T) {
	c := Everlasting{Sigma: 1, Period: 7.0 / 365, Strike: 50_000}
	u := math.Sqrt(1 + 8/(7.0/365))
	for _, tt := range []struct{ price, want float64 }{
		{50_000, 2445.162142},
		{40_000, 223.366704},
		{60_000, 10_000 + 2445.162142*math.Pow(1.2, (1-u)/2)},
	} {
		if got := c.Value(tt.price); math.Abs(got-tt.want) > 1e-6 {
			t.Errorf("value at %v = %.9f, want %.9f", tt.price, got, tt.want)
		}
	}
}

// On both sides of the strike ½σ²S²V″ = (V − payoff)/T, and value and slope are continuous there.
func TestEverlastingEquation(t *testing.T) {
	for _, c := range []Everlasting{
		{Sigma: 1, Period: 7.0 / 365, Strike: 50_000}, {Sigma: 0.3, Period: 1, Strike: 2},
		{Sigma: 2, Period: 3, Strike: 1},
	} {
		for _, m := range []float64{0.5, 0.8, 0.95, 1.05, 1.3, 3} {
			s := m * c.Strike
			h := 1e-4 * s
			second := (c.TimeValue(s+h) - 2*c.TimeValue(s) + c.TimeValue(s-h)) / (h * h)
			left, right := 0.5*c.Sigma*c.Sigma*s*s*second, (c.Value(s)-c.Payoff(s))/c.Period
			// A second difference of relative step 1e-4 is off by u⁴·1e-8/48 of the power's own, below 1e-4 here.
			if math.Abs(left-right) > 2e-4*right {
				t.Errorf("%+v at %v: ½σ²S²V″ = %v, (V − payoff)/T = %v", c, s, left, right)
			}
		}
		k, h := c.Strike, 1e-7*c.Strike
		up, down := (c.Value(k+h)-c.Value(k))/h, (c.Value(k)-c.Value(k-h))/h
		if math.Abs(up-down) > 1e-4 {
			t.Errorf("%+v: slopes %v and %v at the strike; want them equal", c, up, down)
		}
	}
}

func TestEverlastingChecks(t *testing.T) {
	for _, c := range []Everlasting{{}, {Sigma: 1, Period: math.NaN(), Strike: 1}, {Sigma: -1, Period: 1, Strike: 1},
		{Sigma: 1, Period: 1, Strike: math.Inf(1)}, {Sigma: 1e-200, Period: 1, Strike: 1}} {
		if c.Check() == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}
