package tokens

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// seamless is the 2x token on wstETH and WETH: collateral ratios 1.990099, 2
// and 2.0001 are leverages 2.01, 2 and 1.9999, and the pre-liquidation ratio
// 1.038462 is leverage 27.
var seamless = Auction{Low: 1.9999, High: 2.01, Start: 1.01, End: 0.999, Length: time.Hour, Emergency: 27}

// Multipliers of seamless-protocol/leverage-tokens, the first five from its
// test GetCurrentAuctionMultiplier.t.sol, the others of the deployed settings.
func TestAuctionMultiplier(t *testing.T) {
	rows := []struct{ start, end, part, want float64 }{
		{1.1, 0.1, 0, 1.1}, {1.1, 0.1, 0.25, 0.41640625}, {1.1, 0.1, 0.5, 0.1625}, {1.1, 0.1, 0.75, 0.10390625},
		{1.1, 0.1, 1, 0.1},
		{1.01, 0.999, 0.25, 1.00248047}, {1.01, 0.999, 0.5, 0.9996875}, {1.01, 0.999, 0.450900, 1},
	}
	for _, r := range rows {
		within(t, fmt.Sprint(r.start, " to ", r.end, " at ", r.part),
			Auction{Start: r.start, End: r.end}.Multiplier(r.part), r.want, 5e-9)
	}
}

// An auction is taken when its multiplier is one less the takers' margin.
func TestAuctionTaken(t *testing.T) {
	taken, ok := seamless.Taken()
	if !ok {
		t.Fatal("never taken")
	}
	within(t, "share of its length", taken.Hours(), 0.450900, 2e-6) // zero discount: 27 minutes
	a := seamless
	a.Margin = 0.0005
	taken, _ = a.Taken()
	within(t, "multiplier when it is taken", a.Multiplier(taken.Hours()), 0.9995, 1e-9)
	a.Margin = 0.001
	if taken, ok = a.Taken(); !ok || taken != time.Hour {
		t.Errorf("taken after %v, %v; want at its end", taken, ok)
	}
	a.Margin = 0.0011
	if _, ok = a.Taken(); ok {
		t.Error("taken below its last multiplier")
	}
	a.Start, a.Margin = 0.9995, 0.0005
	if taken, ok = a.Taken(); !ok || taken != 0 {
		t.Errorf("taken after %v, %v; want at once", taken, ok)
	}
}

func TestAuctionStory(t *testing.T) {
	never := seamless
	never.Margin = 0.01
	once := seamless
	once.Start = 1
	near := seamless
	near.Emergency = 2.2
	rows := []struct {
		name     string
		policy   Auction
		prices   []float64 // every ten minutes
		timeline string
		lev      float64
	}{
		{"taken at par, 27 minutes later", seamless, []float64{0.99, 0.99, 0.99, 0.99, 0.99},
			"10m0s no trade, 40m0s rebalance", 2},
		{"above the target too", seamless, []float64{1.01, 1.01, 1.01, 1.01, 1.01}, "10m0s no trade, 40m0s rebalance",
			2},
		{"leverage came back", seamless, []float64{0.99, 0.997, 0.997, 0.997, 0.997},
			"10m0s no trade, 40m0s no trade", 1.994 / 0.994},
		{"and the next one", seamless, []float64{0.99, 1, 1, 1, 0.99, 0.99, 0.99, 0.99},
			"10m0s no trade, 40m0s no trade, 50m0s no trade, 1h20m0s rebalance", 2},
		{"inside", seamless, []float64{0.996, 1, 0.996, 1}, "", 2},
		{"at once where the first offer will do", once, []float64{0.99, 0.99}, "10m0s rebalance", 2},
		{"nobody takes it", never, []float64{0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99},
			"10m0s no trade, 1h10m0s no trade, 1h20m0s no trade", 1.98 / 0.98},
		{"an emergency", near, []float64{0.99, 0.9}, "10m0s no trade, 20m0s rebalance", 2},
		{"an emergency without an auction", near, []float64{0.9}, "10m0s rebalance", 2},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			_, events := compile(t, free(2, r.policy), 10*time.Minute).Trace(grid(10*time.Minute, r.prices...))
			if got := timeline(events); got != r.timeline {
				t.Errorf("got %s\nwant %s", got, r.timeline)
			}
			within(t, "leverage", events[len(events)-1].Leverage, r.lev, 1e-9)
		})
	}
	// Inside a bar it is taken at its moment. In a day in which the price falls by
	// a tenth, evenly in its logarithm, leverage is 2.01 at a price of 2.01/2.02.
	_, events := compile(t, free(2, seamless), day).Trace(bars(day, 0.9))
	for _, e := range events {
		if e.Name == "rebalance" {
			within(t, "hours to the first trade", e.Time.Hours(), 24*math.Log(2.01/2.02)/math.Log(0.9)+0.4509, 1e-5)
			break
		}
	}
}

// A keeper that was called for an emergency which has passed by the time it acts
// does not cut the auction short.
func TestAuctionUnderWay(t *testing.T) {
	v := View{Leverage: 2.1, Target: 2, Now: time.Hour, Exposure: 2.1, Equity: 1}
	for since, want := range map[time.Duration]bool{27 * time.Minute: false, 28 * time.Minute: true} {
		m := State{running: 1, began: float64(time.Hour - since)}
		if _, ok := seamless.Trade(v, &m); ok != want {
			t.Errorf("%v into the auction it trades: %v; want %v", since, ok, want)
		}
	}
}

func TestAuctionCheck(t *testing.T) {
	if err := seamless.Check(2); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Auction){
		"band":      func(a *Auction) { a.Low = 2.005 },
		"end":       func(a *Auction) { a.End = 1.02 },
		"start NaN": func(a *Auction) { a.Start = nan },
		"length":    func(a *Auction) { a.Length = 0 },
		"margin":    func(a *Auction) { a.Margin = 1 },
		"emergency": func(a *Auction) { a.Emergency = 2 },
	} {
		a := seamless
		change(&a)
		if err := a.Check(2); err == nil {
			t.Errorf("%s: %+v passes", name, a)
		}
	}
}
