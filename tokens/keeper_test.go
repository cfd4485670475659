package tokens

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// timeline lists the events that a keeper or a venue made, with their times.
func timeline(events []Event) string {
	var s []string
	for _, e := range events {
		if !slices.Contains([]string{"start", "carry", "price", "fee"}, e.Name) {
			s = append(s, fmt.Sprintf("%v %s", e.Time.Round(time.Second), e.Name))
		}
	}
	return strings.Join(s, ", ")
}

// Keepers on hourly grids. The token is 3x, free, and trades to its target
// from outside 2.7 to 3.3, which it leaves at a price of .9565 or 1.0588.
func TestKeeperOnAGrid(t *testing.T) {
	loan := Loan{Threshold: 0.85, Bonus: 0.05} // liquidated below .7843
	perp := Perp{Maintenance: 0.1}             // liquidated below .7407
	every := func(interval, offset time.Duration) Policy { return Every{interval, offset} }
	rows := []struct {
		name     string
		change   Token // fields that are not zero replace those of the token
		prices   []float64
		timeline string
		nav      float64
	}{
		{"at once", Token{}, []float64{0.95, 0.96}, "1h0m0s rebalance", 0.85 * (1 + 3*(0.96/0.95-1))},
		{"inside", Token{}, []float64{0.96, 1.05}, "", 1.15},
		{"late: at the next known price", Token{Keeper: Keeper{Latency: 90 * time.Minute}},
			[]float64{0.95, 0.945, 0.94, 0.95}, "1h0m0s order, 3h0m0s rebalance", 0.82 * (1 + 3*(0.95/0.94-1))},
		{"late: leverage came back", Token{Keeper: Keeper{Latency: 90 * time.Minute}},
			[]float64{0.95, 0.94, 0.96, 0.96}, "1h0m0s order, 3h0m0s no trade", 0.88},
		{"late: liquidated first", Token{Mechanism: loan, Keeper: Keeper{Latency: 90 * time.Minute}},
			[]float64{0.95, 0.95, 0.78}, "1h0m0s order, 3h0m0s liquidation, 3h0m0s rebalance", 0.29},
		{"late: liquidated first and stopped", Token{Mechanism: loan, Keeper: Keeper{Latency: 90 * time.Minute},
			AfterLiquidation: Stop},
			[]float64{0.95, 0.95, 0.78, 0.9}, "1h0m0s order, 3h0m0s liquidation, 3h0m0s stop", 0.29},
		{"liquidated while the order waits", Token{Mechanism: loan, Keeper: Keeper{Latency: 90 * time.Minute}},
			[]float64{0.95, 0.78, 0.78}, "1h0m0s order, 2h0m0s liquidation, 3h0m0s rebalance", 0.29},
		{"perpetual levers again", Token{Mechanism: perp}, []float64{0.72, 0.792},
			"1h0m0s liquidation, 1h0m0s rebalance, 2h0m0s rebalance", 0.16 * 1.3},
		{"perpetual stops", Token{Mechanism: perp, AfterLiquidation: Stop}, []float64{0.72, 0.792},
			"1h0m0s liquidation, 1h0m0s stop", 0.16},
		{"wiped out", Token{}, []float64{0.6, 0.9}, "1h0m0s liquidation, 1h0m0s wipe-out", 0},
		{"looks round up", Token{Keeper: Keeper{Interval: 90 * time.Minute}},
			[]float64{0.95, 0.94, 0.94, 0.89, 0.88, 0.88}, "2h0m0s rebalance, 5h0m0s rebalance",
			0.82 * (1 + 3*(0.88/0.94-1))},
		{"looks every three hours", Token{Keeper: Keeper{Interval: 3 * time.Hour}},
			[]float64{0.95, 0.8, 0.97, 0.9, 0.9, 0.96}, "", 0.88},
		{"resets are a clock", Token{Policy: every(2*time.Hour, 0)}, []float64{1.1, 1.2, 1.3, 1.4},
			"2h0m0s rebalance, 4h0m0s rebalance", 1.6 * (1 + 3*(1.4/1.2-1))},
		{"resets from an offset", Token{Policy: every(2*time.Hour, time.Hour)}, []float64{1.1, 1.2, 1.3, 1.4},
			"1h0m0s rebalance, 3h0m0s rebalance", 1.3 * (1 + 3*(1.3/1.1-1)) * (1 + 3*(1.4/1.3-1))},
		{"resets between steps round up", Token{Policy: every(90*time.Minute, 0)}, []float64{1.1, 1.2, 1.3, 1.4, 1.5},
			"2h0m0s rebalance, 3h0m0s rebalance, 5h0m0s rebalance", 1.6 * (1 + 3*(1.3/1.2-1)) * (1 + 3*(1.5/1.3-1))},
		{"resets are late too", Token{Policy: every(2*time.Hour, 0), Keeper: Keeper{Latency: time.Hour}},
			[]float64{1.1, 1.2, 1.3, 1.4},
			"2h0m0s order, 3h0m0s rebalance, 4h0m0s order", 1.9 * (1 + 3*(1.4/1.3-1))},
		{"a reset misses what it slept through", Token{Policy: every(time.Hour, 0),
			Keeper: Keeper{Latency: 2 * time.Hour}}, []float64{1.1, 1.2, 1.3, 1.3},
			"1h0m0s order, 3h0m0s rebalance, 4h0m0s order", 1.9},
		{"gas passes the target", Token{Cost: Cost{Gas: 2e5}}, []float64{1.07, 1.08},
			"1h0m0s no trade, 2h0m0s no trade", 1.24},
		{"selling has no root", Token{Cost: Cost{Fee: 0.4}}, []float64{0.95, 0.94},
			"1h0m0s no trade, 2h0m0s no trade", 0.82},
		{"selling would take all", Token{Cost: Cost{Gas: 1.1e6}}, []float64{0.95, 0.94},
			"1h0m0s no trade, 2h0m0s no trade", 0.82},
		{"a short buys back", Token{Target: -1, Policy: Band{Low: 0.9, High: 1.1, To: Target}}, []float64{1.06, 1.06},
			"1h0m0s rebalance", 0.94},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			changes := []Token{r.change}
			if r.change.Mechanism == nil { // a perpetual; a loan without interest does the same
				r.change.Mechanism = Loan{Threshold: 0.999}
				changes = append(changes, r.change)
			}
			for _, change := range changes {
				f, events := compile(t, merge(change), time.Hour).Trace(grid(time.Hour, r.prices...))
				if got := timeline(events); got != r.timeline {
					t.Errorf("%T: %s;\nwant %s", change.Mechanism, got, r.timeline)
				}
				if math.Abs(f.NAV-r.nav) > 1e-14 {
					t.Errorf("%T: NAV = %.15g, want %.15g", change.Mechanism, f.NAV, r.nav)
				}
				balance(t, f)
			}
		})
	}
}

// merge is a free 3x token with a band of 2.7 to 3.3 to its target, and with
// the fields of change that are not zero.
func merge(change Token) Token {
	token := free(3, Band{Low: 2.7, High: 3.3, To: Target})
	if change.Target != 0 {
		token.Target = change.Target
	}
	if change.Policy != nil {
		token.Policy = change.Policy
	}
	if change.Mechanism != nil {
		token.Mechanism = change.Mechanism
	}
	token.Cost, token.Keeper, token.AfterLiquidation, token.StreamingFee = change.Cost, change.Keeper,
		change.AfterLiquidation, change.StreamingFee
	return token
}

// A keeper looks at multiples of its interval, also of those it missed while
// an order waited.
func TestKeeperSkipsMissedLooks(t *testing.T) {
	token := merge(Token{Keeper: Keeper{Interval: time.Hour, Latency: 90 * time.Minute}})
	// Quarters of an hour: outside at 1h00, back at 2h30, outside from 2h45.
	prices := []float64{1, 1, 1, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 1, 0.95, 0.95, 0.95}
	_, events := compile(t, token, 15*time.Minute).Trace(grid(15*time.Minute, prices...))
	const want = "1h0m0s order, 2h30m0s no trade, 3h0m0s order"
	if got := timeline(events); got != want {
		t.Errorf("on a grid: %s; want %s", got, want)
	}
	_, events = compile(t, token, 15*time.Minute).Trace(bars(15*time.Minute, prices...))
	if got := timeline(events); got != want {
		t.Errorf("in bars: %s; want %s", got, want)
	}
	// The same in one bar that falls and comes back and falls: -.06, +.06, -.06.
	p := inside(3*time.Hour, []Bar{{Lo: -0.06, Move: -0.06}})
	_, events = compile(t, token, p.Step).Trace(p)
	// At 1h ln S = −.02, inside; 2h −.04; at 3h −.06, outside.
	if got, want := timeline(events), "3h0m0s order"; got != want {
		t.Errorf("in one bar: %s; want %s", got, want)
	}
}

// Looks that passed while an order waited are not made up for: the refused
// order of 1h00 is followed by the look at 6h00.
func TestKeeperForgetsPassedLooks(t *testing.T) {
	token := merge(Token{Keeper: Keeper{Interval: time.Hour, Latency: 270 * time.Minute}, Cost: Cost{Gas: 2e6}})
	p := inside(6*time.Hour, []Bar{{Lo: -0.3, Move: -0.3}})
	_, events := compile(t, token, p.Step).Trace(p)
	if got, want := timeline(events), "1h0m0s order, 5h30m0s no trade, 6h0m0s order"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// Carry alone can liquidate, before a reset of the same moment, and can take
// everything, which no rise of the price gives back.
func TestCarryTakesThePosition(t *testing.T) {
	token := free(3, Every{Interval: 30 * time.Minute})
	token.Mechanism = Perp{BorrowFee: 100, Maintenance: 0.33, LiquidationFee: 0.1}
	p := inside(time.Hour, []Bar{{Hi: 0.1, Move: 0.1}})
	f, events := compile(t, token, p.Step).Trace(p)
	if got, want := timeline(events), "0s liquidation, 30m0s rebalance, 1h0m0s rebalance"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	carry := 300.0 / 8760
	within(t, "NAV after the liquidation", f.MinNAV, 1-carry-0.3, 1e-14)
	balance(t, f)
	still := inside(time.Hour, []Bar{{}})
	if got, want := timeline(second(compile(t, token, p.Step).Trace(still))),
		"0s liquidation, 30m0s rebalance, 1h0m0s no trade"; got != want {
		t.Errorf("a still price: %s; want %s", got, want)
	}

	token.Mechanism = Perp{BorrowFee: 100}
	token.Policy = Hold{}
	for _, p := range []Path{grid(5*day, 4), bars(5*day, 4), inside(5*day, []Bar{{Gap: math.Log(4)}})} {
		f, events = compile(t, token, p.Step).Trace(p)
		if got, want := timeline(events), "0s wipe-out"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		within(t, "shortfall", f.Money[Shortfall], 300*5.0/365-1, 1e-14)
		balance(t, f)
	}
}

func second(_ Lifetime, events []Event) []Event { return events }

// Inside a bar the price goes to the nearer extreme, to the farther and to the
// close, with time in proportion to the log moves.
func TestWalkOfABar(t *testing.T) {
	type point struct {
		at time.Duration
		ln float64
	}
	rows := []struct {
		name string
		bar  Bar
		want []point
	}{
		{"high is nearer", Bar{Lo: -0.1, Hi: 0.05}, []point{{10, 0.05}, {40, -0.1}, {60, 0}}},
		{"low is nearer", Bar{Lo: -0.05, Hi: 0.1}, []point{{10, -0.05}, {40, 0.1}, {60, 0}}},
		{"a tie goes low first", Bar{Lo: -0.1, Hi: 0.1}, []point{{15, -0.1}, {45, 0.1}, {60, 0}}},
		{"straight up", Bar{Hi: 0.1, Move: 0.1}, []point{{60, 0.1}}},
		{"straight down", Bar{Lo: -0.1, Move: -0.1}, []point{{60, -0.1}}},
		{"up and half back", Bar{Hi: 0.1, Move: 0.05}, []point{{40, 0.1}, {60, 0.05}}},
		{"down, then to the high", Bar{Lo: -0.1, Hi: 0.2, Move: 0.2}, []point{{15, -0.1}, {60, 0.2}}},
		{"a gap is a jump at the open", Bar{Gap: 0.1, Hi: 0.1, Move: 0.1}, []point{{0, 0.1}, {60, 0.2}}},
		{"a gap the other way", Bar{Gap: -0.1, Hi: 0.1, Move: 0.1}, []point{{0, -0.1}, {60, 0}}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			_, events := compile(t, free(3, Hold{}), time.Hour).Trace(inside(time.Hour, []Bar{r.bar}))
			var got []point
			for _, e := range events {
				if e.Name == "price" {
					got = append(got, point{e.Time, math.Log(e.Price)})
				}
			}
			if len(got) != len(r.want) {
				t.Fatalf("%v, want %v", got, r.want)
			}
			for i, w := range r.want {
				if d := got[i].at - w.at*time.Minute; d.Abs() > 1 || math.Abs(got[i].ln-w.ln) > 1e-15 {
					t.Errorf("point %d: %v ln %v; want %v min, %v", i, got[i].at, got[i].ln, int64(w.at), w.ln)
				}
			}
		})
	}
}

// Keepers inside bars of one hour.
func TestKeeperInsideBars(t *testing.T) {
	down := func(x float64) Bar { return Bar{Lo: x, Move: x} }
	ln := math.Log
	root := 1 + 3*(math.Sqrt(0.9)-1) // equity after half of a fall of 10 %
	loan := Loan{Threshold: 0.85, Bonus: 0.05}
	perp := Perp{Maintenance: 0.1}
	rows := []struct {
		name     string
		change   Token
		bars     []Bar
		timeline string
		nav      float64 // NaN: only the timeline counts
	}{
		// At 15 min leverage is 3.17, at 30 min 3.36.
		{"looks every quarter", Token{Keeper: Keeper{Interval: 15 * time.Minute}}, []Bar{down(ln(0.9))},
			"30m0s rebalance, 1h0m0s rebalance", root * root},
		{"the last look is at the close", Token{Keeper: Keeper{Interval: time.Hour}}, []Bar{down(ln(0.9)), {}},
			"1h0m0s rebalance", 0.7},
		{"an interval longer than a bar", Token{Keeper: Keeper{Interval: 90 * time.Minute}},
			[]Bar{down(ln(0.95)), down(ln(0.9))}, "1h30m0s rebalance",
			(1 + 3*(0.95*math.Sqrt(0.9)-1)) * root},
		// The trigger at .9565 comes after ln(.9565)/ln(.9) = 42.2 % of the hour.
		{"a trigger has its time", Token{}, []Bar{down(ln(0.92))}, "31m59s rebalance",
			20.0 / 23 * (1 + 3*(0.92/(22.0/23)-1))},
		{"an order waits in the next bar", Token{Keeper: Keeper{Latency: time.Hour}},
			[]Bar{down(ln(0.92)), down(ln(0.92))}, "31m59s order, 1h31m59s rebalance", nan},
		{"an order lapses", Token{Keeper: Keeper{Latency: time.Hour}},
			[]Bar{down(ln(0.92)), {Hi: ln(1 / 0.92), Move: ln(1 / 0.92)}}, "31m59s order, 1h31m59s no trade", 1},
		{"a reset inside a bar", Token{Policy: Every{30 * time.Minute, 0}}, []Bar{down(ln(0.9))},
			"30m0s rebalance, 1h0m0s rebalance", root * root},
		{"a reset between extremes", Token{Policy: Every{30 * time.Minute, 0}}, []Bar{{Lo: ln(0.9), Move: 0}},
			"30m0s rebalance, 1h0m0s rebalance", 0.7 * (1 + 3*(1/0.9-1))},
		{"resets when the price stands still", Token{Policy: Every{20 * time.Minute, 0}}, []Bar{{}},
			"20m0s no trade, 40m0s no trade, 1h0m0s no trade", 1},
		{"a gap is met at its price", Token{}, []Bar{{Gap: ln(0.9)}}, "0s rebalance", 0.7},
		{"a gap waits for the look", Token{Keeper: Keeper{Interval: time.Hour}}, []Bar{{Gap: ln(0.9)}},
			"1h0m0s rebalance", 0.7},
		{"a gap liquidates before the keeper acts", Token{Mechanism: loan}, []Bar{{Gap: ln(0.78)}},
			"0s liquidation, 0s rebalance", 0.29},
		{"a gap liquidates and stops", Token{Mechanism: loan, AfterLiquidation: Stop},
			[]Bar{{Gap: ln(0.78)}, down(-1)}, "0s liquidation, 0s stop", 0.29},
		{"a gap wipes out", Token{Mechanism: loan}, []Bar{{Gap: ln(0.6)}}, "0s liquidation, 0s wipe-out", 0},
		{"a keeper that acts is not liquidated", Token{Mechanism: loan}, []Bar{down(ln(0.9))},
			"25m19s rebalance, 50m38s rebalance", nan},
		{"a late keeper is", Token{Mechanism: loan, Keeper: Keeper{Latency: 5 * time.Hour}, AfterLiquidation: Stop},
			[]Bar{down(ln(0.7))}, "7m29s order, 40m52s liquidation, 40m52s stop", nan},
		{"liquidation before the order", Token{Mechanism: loan, Keeper: Keeper{Latency: 40 * time.Minute}},
			[]Bar{down(ln(0.7)), {}}, "7m29s order, 40m52s liquidation, 47m29s rebalance, 54m57s order, 1h34m57s " +
				"rebalance", nan},
		{"liquidation after the order", Token{Mechanism: loan, Keeper: Keeper{Latency: 30 * time.Minute},
			AfterLiquidation: Stop}, []Bar{down(ln(0.7))}, "7m29s order, 37m29s rebalance, 44m57s order", nan},
		{"a reset does not answer a liquidation", Token{Mechanism: perp, Policy: Every{2 * time.Hour, 0}},
			[]Bar{down(ln(0.7)), {}}, "50m29s liquidation, 2h0m0s rebalance", 1 + 3*(20.0/27-1)},
		{"holding does not either", Token{Mechanism: perp, Policy: Hold{}}, []Bar{down(ln(0.7)), down(-0.5)},
			"50m29s liquidation", 1 + 3*(20.0/27-1)},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			f, events := compile(t, merge(r.change), time.Hour).Trace(inside(time.Hour, r.bars))
			if got := timeline(events); got != r.timeline {
				t.Errorf("%s;\nwant %s", got, r.timeline)
			}
			if r.nav == r.nav && math.Abs(f.NAV-r.nav) > 2e-14 {
				t.Errorf("NAV = %.15g, want %.15g", f.NAV, r.nav)
			}
			balance(t, f)
		})
	}
}

// A keeper without interval levers again where it was liquidated, whether the
// venue left a part of the position, all collateral and no debt, or nothing.
func TestLeversAgainInsideALeg(t *testing.T) {
	late := Keeper{Latency: 20 * time.Minute}
	rows := []struct {
		name     string
		change   Token
		bar      Bar
		timeline string
	}{
		{"part of a loan", Token{Mechanism: Loan{Threshold: 0.85, Bonus: 0.05},
			Policy: Band{Low: 2, High: 20, To: Target}}, Bar{Lo: math.Log(0.7), Move: math.Log(0.7)},
			"40m52s liquidation, 58m3s liquidation"},
		{"a whole perpetual", Token{Mechanism: Perp{Maintenance: 0.1}, Policy: Band{Low: 2, High: 20, To: Target}},
			Bar{Lo: math.Log(0.7), Move: math.Log(0.7)},
			"50m29s liquidation, 50m29s rebalance"},
		{"a whole short perpetual", Token{Target: -2, Mechanism: Perp{Maintenance: 0.1},
			Policy: Band{Low: 1, High: 20, To: Target}}, Bar{Hi: math.Log(1.4), Move: math.Log(1.4)},
			"55m18s liquidation, 55m18s rebalance"},
		{"a whole perpetual, late", Token{Mechanism: Perp{Maintenance: 0.1},
			Policy: Band{Low: 2, High: 20, To: Target}, Keeper: late}, Bar{Lo: math.Log(0.5), Move: math.Log(0.5)},
			"25m59s liquidation, 25m59s order, 45m59s rebalance"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			_, events := compile(t, merge(r.change), time.Hour).Trace(inside(time.Hour, []Bar{r.bar}))
			if got := timeline(events); got != r.timeline {
				t.Errorf("%s;\nwant %s", got, r.timeline)
			}
		})
	}
}

// Trading without pause at an edge, with a proportional cost k, has a closed
// form: per unit of ln S log equity grows by (1+k)L/(1+kL) in a rise and by
// (1−k)L/(1−kL) in a fall, and turnover by L(L−1)/(1±kL).
func TestRideAlongAnEdge(t *testing.T) {
	const k = 0.002
	rows := []struct {
		target, low, high, price float64
		edge                     float64 // signed leverage at the edge met
	}{
		{3, 2.7, 3.3, 1.5, 2.7}, {3, 2.7, 3.3, 0.7, 3.3}, {-1, 0.9, 1.1, 1.5, -1.1}, {-1, 0.9, 1.1, 0.7, -0.9},
		{-2, 1.8, 2.2, 0.7, -1.8},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%v to %v", r.target, r.price), func(t *testing.T) {
			s := math.Copysign(1, r.price-1)
			hit := r.edge * (r.target - 1) / (r.target * (r.edge - 1))
			move := math.Log(r.price / hit)
			c := (1 + s*k) * r.edge / (1 + s*k*r.edge)
			token := free(r.target, Band{Low: r.low, High: r.high})
			token.Cost = Cost{Fee: k / 4, ImpactBase: k * 3 / 4}
			f := live(t, token, bars(day, r.price))
			within(t, "NAV", f.NAV, (1+r.target*(hit-1))*math.Exp(c*move), 1e-13)
			within(t, "turnover", f.Turnover, r.edge*(r.edge-1)/(1+s*k*r.edge)*math.Abs(move), 1e-12)
			within(t, "fee in logs", f.Logs[TradeFee], (c-r.edge)*move/4, 1e-11)
			within(t, "impact in logs", f.Logs[Impact], (c-r.edge)*move*3/4, 1e-11)
			if f.Rebalances != 1 {
				t.Errorf("%d rebalances, want 1", f.Rebalances)
			}
			balance(t, f)

			// The other route: a grid so fine that its trades along the edge are tiny.
			const n = 20_000
			fine := make([]float64, n)
			for i := range fine {
				fine[i] = math.Pow(r.price, float64(i+1)/n)
			}
			g := live(t, token, grid(time.Second, fine...))
			within(t, "NAV of a fine grid", g.NAV, f.NAV, 5e-4)
			within(t, "turnover of a fine grid", g.Turnover, f.Turnover, 5e-4)
			within(t, "fees of a fine grid", g.Money[TradeFee], f.Money[TradeFee], 5e-4)

			// Gas has no limit: it trades in pieces of a thousandth, and tiny gas
			// costs what no gas does, to a few thousandths.
			token.Cost.Gas, token.Flows.Kind = 1e-6, NoFlows
			h := live(t, token, bars(day, r.price))
			within(t, "NAV in pieces", h.NAV, f.NAV, 4e-3)
			within(t, "turnover in pieces", h.Turnover, f.Turnover, 1e-2)
			if pieces := math.Ceil(math.Abs(move) / piece); math.Abs(float64(h.Rebalances)-pieces) > 1 {
				t.Errorf("%d pieces, want %v", h.Rebalances, pieces)
			}
			balance(t, h)
			within(t, "gas", h.Money[Gas], -1e-12*float64(h.Rebalances), 1e-9)
		})
	}
}

// Trading along an edge that begins outside the band first goes to the edge.
func TestRideAfterAGap(t *testing.T) {
	token := free(3, Band{Low: 2.7, High: 3.3})
	f, events := compile(t, token, day).Trace(inside(day, []Bar{{Gap: math.Log(0.9), Lo: -0.1, Move: -0.1}}))
	within(t, "NAV", f.NAV, 0.7*math.Exp(-0.33), 1e-14)
	if got, want := timeline(events), "0s rebalance, 24h0m0s edge"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// The size at entry follows trading along an edge as it would many small trades.
func TestEntrySizeAlongAnEdge(t *testing.T) {
	for _, r := range []struct{ target, low, high, price float64 }{
		{3, 2.7, 3.3, 1.5}, {3, 2.7, 3.3, 0.7}, {-1, 0.9, 1.1, 1.5}, {-1, 0.9, 1.1, 0.7},
	} {
		token := free(r.target, Band{Low: r.low, High: r.high})
		token.Mechanism = Perp{Base: EntrySize, Maintenance: 0.01}
		token.Cost = Cost{Fee: 0.001}
		k := compile(t, token, day)
		along, steps := k.Begin(), k.Begin()
		move := math.Log(r.price)
		w := bars(day, r.price).Bars[0].way(false)
		k.wayStep(&along, &w.logs, &w.factors, day)
		const n = 20_000
		for i := range n {
			k.gridStep(&steps, math.Exp(move/n), time.Duration(i+1)*day)
		}
		within(t, fmt.Sprint(r.target, " to ", r.price), along.n, steps.n, 2e-3)
	}
}

// The smallest margin over the size at entry is that of the start where it only
// grows.
func TestEntryMarginAtTheStart(t *testing.T) {
	for _, p := range []Path{grid(day, 1.2, 1.3), bars(day, 1.2, 1.3)} {
		token := free(3, Hold{})
		token.Mechanism = Perp{Base: EntrySize, Maintenance: 0.01}
		within(t, "health", live(t, token, p).Health, 1.0/3, 1e-15)
	}
}

// A long that trades down along its upper edge keeps a size at entry from higher prices:
// on the way the venue finds its margin too thin, as it does on a fine grid.
func TestLiquidationOnARide(t *testing.T) {
	token := free(3, Band{Low: 2.7, High: 3.3})
	token.Mechanism = Perp{Base: EntrySize, Maintenance: 0.2}
	token.AfterLiquidation = Stop
	f, events := compile(t, token, day).Trace(bars(day, 0.5))
	// At the edge, price 22/23, equity is 20/23 and size 3; along the edge equity
	// over size falls like the price, to a fifth at 0.66.
	at := float64(day) * math.Log(0.66) / math.Log(0.5)
	if got, want := timeline(events), "14h23m14s edge, 14h23m14s liquidation, 14h23m14s stop"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
	within(t, "NAV", f.NAV, 20.0/23*math.Pow(0.66*23/22, 3.3), 1e-12)
	within(t, "health", f.Health, 0.2, 1e-12)
	within(t, "liquidation", f.FirstLiquidation*8760, at/float64(time.Hour), 1e-9)
	balance(t, f)

	// A position that grows along its lower edge into a tier of dear maintenance.
	token.Mechanism, token.Flows.Kind = Perp{Maintenance: 0.01, Tier: 4e6, TierMaintenance: 0.5}, NoFlows
	f = live(t, token, bars(day, 3))
	const n = 20_000
	var fine []float64
	for i := range n {
		fine = append(fine, math.Pow(3, float64(i+1)/n))
	}
	g := live(t, token, grid(day/n, fine...))
	if f.Liquidations != 1 || g.Liquidations != 1 {
		t.Fatalf("%d liquidations, %d on the grid; want one", f.Liquidations, g.Liquidations)
	}
	within(t, "NAV in a tier", f.NAV, g.NAV, 1e-3)
	within(t, "liquidation in a tier", f.FirstLiquidation, g.FirstLiquidation, 1e-3)
	balance(t, f)
}

// Bars without anything inside them are a grid, whatever the clock.
func TestStraightBarsAreAGrid(t *testing.T) {
	prices := []float64{1.03, 0.97, 1.1, 0.9, 0.9, 1.2, 0.8}
	for _, policy := range []Policy{Every{time.Hour, 0}, Every{3 * time.Hour, 0}, Every{2 * time.Hour, time.Hour},
		Hold{}} {
		token := Token{Target: 2, Policy: policy,
			Mechanism: Loan{Borrow: 0.5, Supply: 0.1, Threshold: 0.9, Bonus: 0.05},
			Cost:      Cost{Fee: 0.001, Impact: 1e-6, Exponent: 0.5, Gas: 1000}, StreamingFee: 0.3, AUM: 1e6}
		a, b := live(t, token, grid(time.Hour, prices...)), live(t, token, bars(time.Hour, prices...))
		for _, c := range Columns {
			if x, y := c.Of(&a), c.Of(&b); math.Abs(x-y) > 1e-14 {
				t.Errorf("%+v: %s = %v on a grid, %v in straight bars", policy, c.Name, x, y)
			}
		}
	}
}
