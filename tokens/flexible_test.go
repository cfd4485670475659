package tokens

import (
	"fmt"
	"testing"
	"time"
)

// fixture is the token of Index Coop's unit tests: 2 ETH at 1000 USD, a debt of
// 1000 USD; on Compound, which lends 75 % of the collateral of which 1 % is
// left unused. Chunks are large except where a test says so.
var fixture = Flexible{Low: 1.7, High: 2.3, Speed: 0.05, Epoch: day, MaxTrade: 1e9, Cooldown: 50 * time.Minute,
	Ripcord: 2.6, RipcordTrade: 1e9, RipcordCooldown: time.Minute, BorrowLimit: 0.75 * 0.99, RepayLimit: 0.75 * 0.99}

// What the contracts do after the price has moved: leverage then, leverage
// aimed at and collateral traded, in ETH. Derived by hand from the formulas of
// FlexibleLeverageStrategyExtension.sol with its unit-test fixture.
func TestFlexibleTrades(t *testing.T) {
	rows := []struct{ price, lev, to, eth float64 }{
		{1010, 1.980392, 1.981373, 0.000990},
		{990, 2.020408, 2.019388, 0.001010},
		{1300, 1.625, 1.7, 0.092308},
		{1500, 1.5, 1.7, 0.266667},
		{850, 2.428571, 2.3, 0.105882},
		{800, 2.666667, 2.3, 0.275}, // the ripcord
		{750, 3.0, 2.3, 0.204265},   // which would trade .466667, but Compound lets no more go
	}
	for _, r := range rows {
		t.Run(fmt.Sprint(r.price), func(t *testing.T) {
			collateral, equity := 2*r.price/1000, 2*r.price/1000-1 // in units of the first equity, 1000 USD
			v := View{Leverage: collateral / equity, Target: 2, Now: day, Exposure: collateral, Equity: equity,
				AUM: 1000}
			within(t, "leverage", v.Leverage, r.lev, 5e-7)
			got, ok := fixture.Trade(v, new(State))
			if !ok {
				t.Fatal("no trade")
			}
			if r.price != 750 {
				within(t, "aims at", got, r.to, 5e-7)
			}
			eth := (got*equity - collateral) / (r.price / 1000)
			if r.lev > 2 {
				eth = -eth
			}
			within(t, "ETH", eth, r.eth, 6e-4) // printed to six decimals
		})
	}
}

// Index Coop's index formula (indexcoop.com/btcfli): at leverage 2 and a rise
// of 10 % with .01 % paid on the debt, 1 becomes 1.1999.
func TestFlexibleIndexFormula(t *testing.T) {
	token := Token{Target: 2, Policy: fixture, Mechanism: Loan{Borrow: 0.0001 * 365, Threshold: 0.75}, AUM: 1000}
	within(t, "index", live(t, token, grid(day, 1.1)).NAV, 1.1999, 1e-7)
}

// The same in a token's life: an epoch's step towards the target, trades at
// once outside the band, chunks with their cool-down, a price that does the
// job, and the ripcord.
func TestFlexibleStory(t *testing.T) {
	chunky := fixture
	chunky.MaxTrade = 50 // of the 141 USD that a rise to 1500 asks for
	rip := fixture
	rip.RipcordTrade, rip.RipcordCooldown = 100, 30*time.Minute
	steady := make([]float64, 25)
	for i := range steady {
		steady[i] = 1.1 // leverage 1.8333
	}
	rows := []struct {
		name     string
		policy   Flexible
		prices   []float64 // hourly
		timeline string
		lev      float64 // at the end
	}{
		{"an epoch's step", fixture, steady, "24h0m0s rebalance", 0.95*2.2/1.2 + 0.05*2},
		{"within the epoch nothing", fixture, steady[:23], "", 2.2 / 1.2},
		{"above the band at once", fixture, []float64{0.85, 0.85}, "1h0m0s rebalance", 2.3},
		{"below the band at once", fixture, []float64{1.3, 1.3}, "1h0m0s rebalance", 1.7},
		// 2.6 of collateral and equity 1.6: 1.7 asks for 120 USD, in chunks of 50.
		{"chunks", chunky, []float64{1.3, 1.3, 1.3, 1.3, 1.3}, "1h0m0s rebalance, 2h0m0s rebalance, 3h0m0s rebalance",
			1.7},
		{"a price that does the job", chunky, []float64{1.3, 1.1, 1.1}, "1h0m0s rebalance, 2h0m0s no trade", 0},
		{"chunks wait for their cool-down", func() Flexible { f := chunky; f.Cooldown = 100 * time.Minute; return f }(),
			[]float64{1.3, 1.3, 1.3, 1.3, 1.3, 1.3}, "1h0m0s rebalance, 3h0m0s rebalance, 5h0m0s rebalance", 1.7},
		{"the ripcord, whole", fixture, []float64{0.8, 0.8}, "1h0m0s rebalance", 2.3},
		// 1.6 over .6: 100 USD leave 1.5/.6 = 2.5, below the ripcord; then the band's upper edge.
		{"the ripcord in chunks", rip, []float64{0.8, 0.8, 0.8}, "1h0m0s rebalance, 2h0m0s rebalance",
			0.95*2.5 + 0.05*2},
		{"the ripcord ends chunks", func() Flexible { f := chunky; f.MaxTrade = 10; return f }(),
			[]float64{0.85, 0.8, 0.8}, "1h0m0s rebalance, 2h0m0s rebalance", 2.3},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := Token{Target: 2, Policy: r.policy, Mechanism: Perp{}, AUM: 1000,
				Flows: Flows{Kind: NoFlows}}
			f, events := compile(t, token, time.Hour).Trace(grid(time.Hour, r.prices...))
			if got := timeline(events); got != r.timeline {
				t.Errorf("got %s\nwant %s", got, r.timeline)
			}
			if r.lev != 0 {
				within(t, "leverage", events[len(events)-1].Leverage, min(r.lev, 2.3), 1e-9)
			}
			balance(t, f)
		})
	}

	// A steady vault has 1000 USD again after the rise, 625 a unit: 75 USD take two chunks.
	token := Token{Target: 2, Policy: chunky, Mechanism: Perp{}, AUM: 1000}
	_, events := compile(t, token, time.Hour).Trace(grid(time.Hour, 1.3, 1.3, 1.3, 1.3))
	if got, want := timeline(events), "1h0m0s rebalance, 2h0m0s rebalance"; got != want {
		t.Errorf("steady: got %s\nwant %s", got, want)
	}
}

// Cool-downs hold also for a keeper that was called for another reason, such as
// a ripcord that has come back by the time it acts. Times since the last trade.
func TestFlexibleCooldowns(t *testing.T) {
	view := func(lev float64, since time.Duration) View {
		return View{Leverage: lev, Target: 2, Now: day + since, Exposure: lev, Equity: 1, AUM: 1000}
	}
	for _, r := range []struct {
		name     string
		lev      float64
		underWay float64
		since    time.Duration
		ok       bool
	}{
		{"chunks too soon", 2.5, 2.3, 49 * time.Minute, false},
		{"chunks", 2.5, 2.3, 50 * time.Minute, true},
		{"ripcord too soon", 2.7, 0, 59 * time.Second, false},
		{"ripcord", 2.7, 0, time.Minute, true},
		{"ripcord while chunks cool down", 2.7, 2.3, time.Minute, true},
		{"epoch too soon", 2.1, 0, day - time.Second, false},
		{"epoch", 2.1, 0, day, true},
	} {
		m := State{lastTrade: float64(day), underWay: r.underWay}
		if _, ok := fixture.Trade(view(r.lev, r.since), &m); ok != r.ok {
			t.Errorf("%s: trades %v; want %v", r.name, ok, r.ok)
		}
	}
}

// Shorts mirror longs: MNYe, -1x, Low .9, High 1.1, Speed 10 %.
func TestFlexibleShort(t *testing.T) {
	f := fixture
	f.Low, f.High, f.Speed, f.Ripcord = 0.9, 1.1, 0.1, 1.8
	f.BorrowLimit, f.RepayLimit = 0.9, 0.9
	// At +10 % exposure is 1.1 and equity .9, leverage 1.222: to 1.1.
	_, events := compile(t, free(-1, f), time.Hour).Trace(grid(time.Hour, 1.1))
	within(t, "leverage", events[len(events)-1].Leverage, -1.1, 1e-12)
	// A market that lends half of the collateral, 2.02: at -2 % exposure is .98 and
	// equity 1.02, leverage .9608; an epoch's step asks for .9647, .0040 more, and
	// half of 2.00 less .98 leaves .02. At a limit of .491 it leaves .002.
	f.BorrowLimit = 0.491
	v := View{Leverage: 0.98 / 1.02, Target: 1, Now: day, Exposure: -0.98, Equity: 1.02, AUM: 1e6}
	got, ok := f.Trade(v, new(State))
	if !ok {
		t.Fatal("no trade")
	}
	within(t, "capped leverage", got, 2*0.491/1.02, 1e-12)
}

func TestFlexibleCheck(t *testing.T) {
	if err := fixture.Check(2); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Flexible){
		"band":             func(f *Flexible) { f.Low = 2.1 },
		"ripcord":          func(f *Flexible) { f.Ripcord = 2.2 },
		"ripcord NaN":      func(f *Flexible) { f.Ripcord = nan },
		"max trade":        func(f *Flexible) { f.MaxTrade = 0 },
		"ripcord trade":    func(f *Flexible) { f.RipcordTrade = nan },
		"borrow limit":     func(f *Flexible) { f.BorrowLimit = 1 },
		"repay limit":      func(f *Flexible) { f.RepayLimit = 0 },
		"epoch":            func(f *Flexible) { f.Epoch = 0 },
		"cool-down":        func(f *Flexible) { f.Cooldown = 1 },
		"ripcord cooldown": func(f *Flexible) { f.RipcordCooldown = -1 },
		"speed":            func(f *Flexible) { f.Speed = 1.1 },
	} {
		f := fixture
		change(&f)
		if err := f.Check(2); err == nil {
			t.Errorf("%s: %+v passes", name, f)
		}
	}
}
