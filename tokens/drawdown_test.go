package tokens

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
)

// Values visited on the days 0, 1, 2, … and the record by hand, in days.
func TestDrawdown(t *testing.T) {
	rows := []struct {
		name                                string
		values                              []float64
		depth, length, recovery, underwater float64
	}{
		{"still", []float64{1, 1, 1}, 0, 0, 0, 3},
		{"rising", []float64{1.1, 1.2, 1.3}, 0, 0, 0, 1},
		{"falling", []float64{0.9, 0.8, 0.7}, 0.3, 3, nan, 3},
		{"healed", []float64{0.8, 0.9, 1.1}, 0.2, 1, 2, 3},
		{"equal to the peak is not past it", []float64{0.8, 1, 1, 1.1}, 0.2, 1, 3, 4},
		{"the deeper of two", []float64{0.9, 2, 1.5, 1.2, 2.1, 1.9}, 0.4, 2, 1, 3},
		{"the first of two equal ones", []float64{2, 1, 4, 2, 3}, 0.5, 1, 1, 2},
		{"healed, then an unhealed smaller one", []float64{0.5, 2, 1.5, 1.5}, 0.5, 1, 1, 2},
		{"healed, then an unhealed deeper one", []float64{0.5, 2, 0.9, 0.9, 1.9}, 0.55, 1, nan, 3},
		{"wiped out", []float64{2, 0}, 1, 1, nan, 1},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			d := newDrawdown(1)
			for i, v := range r.values {
				d.visit(v, time.Duration(i+1)*day)
			}
			got := d.result(time.Duration(len(r.values)) * day)
			want := Drawdown{r.depth, r.length / 365, r.recovery / 365, r.underwater / 365}
			near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-15 || a != a && b != b }
			if !near(got.Depth, want.Depth) || !near(got.Length, want.Length) ||
				!near(got.Recovery, want.Recovery) || !near(got.Underwater, want.Underwater) {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

// A lifetime's records, by hand: 2x that holds, prices 1 → 1.2 → .9 → 1.3 on
// three days, once at the ends of days and once with extremes.
func TestRecords(t *testing.T) {
	prices := []float64{1.2, 0.9, 1.3}
	f := live(t, free(2, Hold{}), grid(day, prices...))
	want := func(what string, got, want float64) {
		t.Helper()
		within(t, what, got, want, 1e-13)
	}
	want("least NAV", f.MinNAV, 0.8)
	want("drawdown", f.Drawdown.Depth, 1-0.8/1.4)
	want("its length", f.Drawdown.Length, 1.0/365)
	want("its recovery", f.Drawdown.Recovery, 1.0/365)
	want("least leverage", f.MinLeverage, 2.6/1.6)
	want("largest leverage", f.MaxLeverage, 1.8/0.8)
	want("smallest margin", f.Health, 0.8/1.8)

	p := bars(day, prices...)
	p.Bars[1].Lo = math.Log(0.6 / 1.2) // the price saw .6 on the second day
	p.Bars[2].Hi = math.Log(1.5 / 0.9) // and 1.5 on the third
	f = live(t, free(2, Hold{}), p)
	want("least NAV with extremes", f.MinNAV, 0.2)
	want("drawdown with extremes", f.Drawdown.Depth, 1-0.2/1.4)
	want("largest leverage with extremes", f.MaxLeverage, 1.2/0.2)
	want("least leverage with extremes", f.MinLeverage, 3.0/2)

	// A gap over night that is gone at the close counts as well.
	gap := inside(day, []Bar{{Gap: math.Log(0.6), Hi: math.Log(1 / 0.6), Move: math.Log(1 / 0.6)}})
	for _, keeper := range []Keeper{{}, {Interval: day}} {
		token := free(2, Hold{})
		token.Keeper = keeper
		f = live(t, token, gap)
		want("least NAV after a gap", f.MinNAV, 0.2)
		want("largest leverage after a gap", f.MaxLeverage, 1.2/0.2)
		want("drawdown after a gap", f.Drawdown.Depth, 0.8)
	}

	// The leverage of a policy that raises it, and what is left after a
	// liquidation, are extremes too.
	raise := free(2, scripted{func(v View) Trigger { return Trigger{0, inf, day} },
		func(View) (float64, bool) { return 5, true }, new(int)})
	f = live(t, raise, grid(day, 1, 1.1))
	want("leverage after a raise", f.MaxLeverage, 5)
	token := free(2, Hold{})
	token.Mechanism = Perp{Maintenance: 0.1}
	f = live(t, token, grid(day, 0.54, 0.6))
	want("leverage after a liquidation", f.MinLeverage, 0)
	want("time of the liquidation", f.FirstLiquidation, 1.0/365)
	if f := live(t, raised(token), grid(day, 0.54, 0.29)); f.Liquidations != 2 || f.FirstLiquidation != 1.0/365 {
		t.Errorf("%d liquidations, the first at %v; want 2, the first after a day", f.Liquidations, f.FirstLiquidation)
	}
	// Inside a leg leverage is least just after the loan was cut: 6x liquidated
	// at 6.67 is left with 1.05 of 2 debts less of collateral.
	six := free(6, Hold{})
	six.Mechanism = Loan{Threshold: 0.85, Bonus: 0.05}
	six.Keeper.Interval = 2 * day
	want("leverage after half a liquidation", live(t, six, bars(day, 0.97)).MinLeverage,
		(5/0.85-2.625)/(5/0.85-2.625-2.5))
	// A loan that its interest alone liquidates is worth least at once if the
	// price only rises.
	interest := free(3, Hold{})
	interest.Mechanism = Loan{Borrow: 100, Threshold: 0.7, Bonus: 0.05}
	debt := 2 * math.Exp(100*5.0/8760)
	want("least NAV after a liquidation", live(t, interest, bars(5*time.Hour, 1.1)).MinNAV, 3-debt-0.05*debt/2)
	if f := live(t, token, grid(day, 0.6)); f.FirstLiquidation == f.FirstLiquidation {
		t.Errorf("liquidated at %v, want never (NaN)", f.FirstLiquidation)
	}
	// A wiped-out loan: health .85·.4·3/2 at the price of .4.
	token.Target, token.Mechanism = 3, Loan{Threshold: 0.85, Bonus: 0.05}
	want("health at the end", live(t, token, grid(day, 0.4)).Health, 0.85*1.2/2)
	want("leverage while there was some", live(t, token, grid(day, 0.4)).MaxLeverage, 3)
}

// raised is a token that goes back to its target every day.
func raised(t Token) Token {
	t.Policy = Every{Interval: day}
	return t
}

// Steps that end outside the band: a keeper that looks every third hour leaves
// the others as they fall.
func TestOutsideSteps(t *testing.T) {
	token := free(3, Band{Low: 2.7, High: 3.3})
	token.Keeper.Interval = 3 * time.Hour
	f := live(t, token, grid(time.Hour, 0.97, 0.95, 0.95, 0.93, 0.93, 0.93, 0.93))
	// 2h is outside; at 3h it trades to 3.3, at 4h and 5h it is outside again.
	if f.Outside != 3 || f.Rebalances != 2 {
		t.Errorf("%d steps outside, %d rebalances; want 3 and 2", f.Outside, f.Rebalances)
	}
}

// What a market records of the path 1 → 1.1 → .88 → 1.2.
func TestMarket(t *testing.T) {
	run := func(p Path) MarketLife {
		b := block.New(1)
		b.Len, b.Step = len(p.Bars), p.Step
		const lane = 5
		put(b, lane, p)
		var markets [block.Lanes]Market
		for i := range markets {
			markets[i] = NewMarket()
		}
		advanceMarkets(b, &markets, 0, b.Len)
		within(t, "ideal", markets[lane].Ideal(3), 1.728*math.Exp(-3*markets[lane].QV()), 1e-14)
		return markets[lane].Finish(p.length())
	}
	prices := []float64{1.1, 0.88, 1.2}
	square := func(x float64) float64 { return x * x }
	qv := square(math.Log(1.1)) + square(math.Log(0.8)) + square(math.Log(1.2/0.88))
	for _, p := range []Path{grid(day, prices...), bars(day, prices...)} {
		m := run(p)
		within(t, "price", m.Price, 1.2, 1e-14)
		within(t, "log price", m.LogPrice, math.Log(1.2), 1e-14)
		within(t, "realised variance", m.QV, qv, 1e-14)
		within(t, "drawdown", m.Drawdown.Depth, 0.2, 1e-13)
	}
	p := bars(day, prices...)
	p.Bars[0] = Bar{Gap: math.Log(1.05), Move: math.Log(1.1 / 1.05), Lo: math.Log(0.5 / 1.05), Hi: math.Log(1.1 / 1.05)}
	m := run(p)
	within(t, "realised variance from close to close", m.QV, qv, 1e-14)
	within(t, "drawdown from high to low", m.Drawdown.Depth, 1-0.5/1.1, 1e-13)
	within(t, "volatility decay of a short", VolatilityDecay(-1, 0.04), -0.04, 1e-15)
}
