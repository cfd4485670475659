package tokens

import (
	"math"
	"strings"
	"testing"
	"time"
)

// By hand: hours of −10 % and then of nothing, against a volatility of 1 a √year and a window of an hour.
// A trade at the end of the first pays gas at x and impact at √x, x = 1/e + (1 − 1/e)·8760·ln²(.9).
func TestStressedTrade(t *testing.T) {
	token := Token{Target: 3, AUM: 1e6, Policy: Band{Low: 2.7, High: 3.3, To: Target}, Mechanism: Loan{Threshold: 0.9},
		Cost:   Cost{Fee: 0.001, ImpactBase: 0.0002, Impact: 1e-9, Exponent: 1, Gas: 10, Decrease: 0.0001},
		Stress: Stress{Window: time.Hour, Volatility: 1, Cap: 1000, Gas: 1, Impact: 0.5}}
	x := 1/math.E + (1-1/math.E)*8760*math.Pow(math.Log(0.9), 2)
	const e, exposure = 0.7, 2.7 // after the fall
	// 2.7 − q = 3·(.7 − c(q)), by bisection.
	cost := func(q float64) (fee, impact, gas float64) {
		return 0.001 * q, (0.0001 + math.Sqrt(x)*(0.0002+1e-9*q*1e6/e)) * q, 10 * x / (1e6 / e)
	}
	lo, hi := 0.0, 1.0
	for range 60 {
		q := (lo + hi) / 2
		fee, impact, gas := cost(q)
		if exposure-q > 3*(e-fee-impact-gas) {
			lo = q
		} else {
			hi = q
		}
	}
	fee, impact, gas := cost(lo)
	f := live(t, token, grid(time.Hour, 0.9, 0.9))
	balance(t, f)
	for item, want := range map[Item]float64{TradeFee: -fee, Impact: -impact, Gas: -gas} {
		if got := f.Money[item]; !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("%v = %v; want %v", item, got, want)
		}
	}
	// The same trade inside a bar, with continuous trading at the edge, costs impact at √x too.
	token.Cost, token.Policy = Cost{ImpactBase: 0.0002}, Band{Low: 2.7, High: 3.3, To: Edge}
	calm := token
	calm.Stress = Stress{}
	p := bars(time.Hour, 0.9)
	ratio := live(t, token, p).Money[Impact] / live(t, calm, p).Money[Impact]
	if !(math.Abs(ratio/math.Sqrt(x)-1) <= 0.01) { // it leaves a little less to trade
		t.Errorf("impact along an edge is %v of that without stress; want %v", ratio, math.Sqrt(x))
	}
	// Above the cap nothing rises further.
	token.Stress.Cap = 4
	ratio = live(t, token, p).Money[Impact] / live(t, calm, p).Money[Impact]
	if !(math.Abs(ratio/2-1) <= 0.01) {
		t.Errorf("impact at a cap of 4 is %v of that without stress; want 2", ratio)
	}
}

// What cannot be is refused, and says why.
func TestStressChecked(t *testing.T) {
	for want, s := range map[string]Stress{
		"window of stress":            {Window: time.Millisecond, Cap: 10},
		"cap of stress":               {Window: time.Hour, Cap: 0.5},
		"volatility of stress":        {Window: time.Hour, Cap: 10, Volatility: -1},
		"exponent of gas":             {Window: time.Hour, Cap: 10, Gas: 5},
		"outages under stress":        {Window: time.Hour, Cap: 10, OutageRate: -1},
		"length of outages":           {Window: time.Hour, Cap: 10, OutageRate: 1},
		"at the cap of stress":        {Window: time.Hour, Cap: 1e6, Impact: 1},
		"exponent of outages under s": {Window: time.Hour, Cap: 10, Outages: math.NaN()},
	} {
		token := Token{Target: 3, AUM: 1e6, Policy: Hold{}, Mechanism: Perp{}, Cost: Cost{ImpactBase: 0.001}, Stress: s}
		if err := token.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q in it", s, err, want)
		}
	}
}
