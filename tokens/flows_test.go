package tokens

import (
	"math"
	"strings"
	"testing"
	"time"
)

// A vault of 1,000 USD without flows, 2x: after −30 % it holds 400 USD, after −46 % 80
// USD. Below 100 it sells 1,080 USD of exposure for a fee of 1 %, an impact of 1e-5 a
// dollar and 2 USD of gas, and ends with what is left.
func TestVaultIsClosed(t *testing.T) {
	cost := Cost{Fee: 0.01, Impact: 1e-5, Exponent: 1, Gas: 2}
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Perp{}, Cost: cost, AUM: 1000,
		Flows: Flows{Kind: NoFlows, CloseBelow: 100}}
	left := 80 - 10.8 - 1080*1080e-5 - 2
	rows := []struct {
		name     string
		change   func(*Token)
		prices   []float64
		timeline string
		usd      float64 // in the vault at the end
		closed   bool
	}{
		{"closed", nil, []float64{0.7, 0.54, 1}, "2h0m0s closed, 2h0m0s stop", left, true},
		{"not as small", nil, []float64{0.7, 0.56, 1}, "", 1000, false},
		{"never", func(t *Token) { t.Flows.CloseBelow = 0 }, []float64{0.7, 0.54, 1}, "", 1000, false},
		{"its keeper is not asked", func(t *Token) { t.Keeper.Interval = 30 * time.Hour }, []float64{0.54, 1},
			"1h0m0s closed, 1h0m0s stop", left, true},
		{"instead of a trade", func(t *Token) { t.Policy = Band{Low: 1.5, High: 3, To: Target} }, []float64{0.54, 1},
			"1h0m0s closed, 1h0m0s stop", left, true},
		{"after a liquidation there is nothing to sell", func(t *Token) { t.Mechanism = Perp{Maintenance: 0.1} },
			[]float64{0.54, 1}, "1h0m0s liquidation, 1h0m0s closed, 1h0m0s stop", 80, true},
		{"it cannot pay", func(t *Token) { t.Cost.Gas = 90 }, []float64{0.54, 1}, "1h0m0s closed, 1h0m0s wipe-out", 0,
			true},
		{"inside a bar nobody closes it", nil, []float64{0.7, 1}, "", 1000, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := token
			if r.change != nil {
				r.change(&token)
			}
			p := grid(time.Hour, r.prices...)
			if r.name == "inside a bar nobody closes it" {
				p = bars(time.Hour, r.prices...)
				p.Bars[0].Lo = math.Log(0.54)
			}
			f, events := compile(t, token, time.Hour).Trace(p)
			if got := timeline(events); got != r.timeline {
				t.Errorf("%s; want %s", got, r.timeline)
			}
			within(t, "AUM", f.AUM, r.usd, 1e-11)
			within(t, "NAV", f.NAV, r.usd/1000, 1e-14)
			if f.Closed != r.closed || f.Ruined != (r.usd == 0) {
				t.Errorf("closed %v, ruined %v", f.Closed, f.Ruined)
			}
			balance(t, f)
		})
	}
	f := live(t, token, grid(time.Hour, 0.54))
	within(t, "turnover", f.Turnover, 1080.0/80, 1e-11)
	within(t, "fee", f.Money[TradeFee], -0.0108, 1e-14)
	within(t, "impact", f.Money[Impact], -1.08*1080e-5, 1e-14)
	within(t, "gas", f.Money[Gas], -0.002, 1e-15)
}

// Money that chases returns: at the end of each day half of the return of the last two
// days, at most 10 %. Prices in days of a 1x token: +4, +10, −50, 0, 0 %.
func TestFlowsChaseReturns(t *testing.T) {
	token := Token{Target: 1, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6,
		Flows: Flows{Kind: Chasing, Response: 0.5, LookBack: 2 * day, Cap: 0.1}}
	prices := []float64{1.04, 1.144, 0.572, 0.572, 0.572}
	shares := 1.0
	for days, part := range []float64{
		0.5 * 0.04,  // since the start
		0.5 * 0.144, // since the start
		-0.1,        // 0.572/1.04 − 1 halved is more
		-0.1,        // 0.572/1.144 − 1
		0,           // 0.572/0.572 − 1
	} {
		shares *= 1 + part
		hours := Path{Step: 12 * time.Hour} // twice a day, the same price
		last := 1.0
		for _, price := range prices[:days+1] {
			hours.Bars = append(hours.Bars, Bar{}, Bar{Move: math.Log(price / last)})
			last = price
		}
		f := live(t, token, hours)
		within(t, "AUM", f.AUM, 1e6*prices[days]*shares, 1e-9)
		within(t, "NAV", f.NAV, prices[days], 1e-14)
		if days == 4 { // in one step of five days equity is the last throughout
			one := live(t, token, grid(5*day, 0.572))
			within(t, "AUM in one step", one.AUM, 1e6*0.572*0.9*0.9, 1e-9)
		}
	}

	// Gas and impact are those of the vault's size: 100 USD of a vault that has grown.
	token.Target, token.Policy, token.Cost = 2, Every{Interval: day}, Cost{Gas: 100}
	f := live(t, token, grid(day, 1.1, 1.1*1.1))
	// A day's gas is 1e-4 of 1e6 USD a unit. Of those there are then more by half of the
	// return of 19.99 %, and the next day's gas is less of them.
	first := 1.2 - 1e-4
	within(t, "gas", f.Money[Gas], -1e-4-100/(1e6*(1+min(0.1, 0.5*(first-1)))), 1e-13)
}

// Numbers of flows that make no sense.
func TestFlowsCheck(t *testing.T) {
	for want, f := range map[string]Flows{
		"closed below -1 USD":                            {Kind: NoFlows, CloseBelow: -1},
		"closed below NaN":                               {Kind: NoFlows, CloseBelow: nan},
		"a vault of 1e+06 USD is closed below 2e+06 USD": {Kind: NoFlows, CloseBelow: 2e6},
		"look-back of flows = 36h0m0s":                   {Kind: Chasing, LookBack: 36 * time.Hour},
		"look-back of flows = 0s":                        {Kind: Chasing},
		"response of flows = NaN":                        {Kind: Chasing, LookBack: day, Response: nan},
		"cap of flows = 1":                               {Kind: Chasing, LookBack: day, Cap: 1},
		"flows = 3; want Steady, NoFlows or Chasing":     {Kind: 3},
	} {
		token := free(2, Hold{})
		token.Flows = f
		if err := token.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", f, err, want)
		}
	}
}

// Under steady flows a lifetime depends on the vault's size only through what one of its
// trades costs: after everything fell by half, gas of 20 USD of 1,000,000 takes what it
// took before.
func TestSteadyFlowsForgetTheFall(t *testing.T) {
	token := Token{Target: 3, Policy: Every{Interval: day}, Mechanism: Perp{}, AUM: 1e6,
		Cost: Cost{Fee: 0.001, Impact: 4.63667e-7, Exponent: 0.6778, Gas: 20}}
	once := live(t, token, grid(day, 1.05))
	after := live(t, token, grid(day, 0.8, 0.8*1.05))
	fall := live(t, token, grid(day, 0.8))
	within(t, "growth", after.NAV/fall.NAV, once.NAV, 1e-14)
	for _, item := range []Item{TradeFee, Impact, Gas} {
		within(t, ItemNames[item], after.Logs[item]-fall.Logs[item], once.Logs[item], 1e-14)
	}
	token.Flows.Kind = NoFlows
	shrunk := live(t, token, grid(day, 0.8, 0.8*1.05)).NAV / live(t, token, grid(day, 0.8)).NAV
	if !(math.Abs(shrunk-once.NAV) > 1e-5) {
		t.Errorf("without flows equity grows by %v after the fall and by %v before; want a difference",
			shrunk, once.NAV)
	}
}
