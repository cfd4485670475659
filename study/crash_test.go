package study_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// The first 40 trades of BTCBULL3X on 12 March 2020, by arithmetic of their own: from one trade to the next the
// exposure moves with the price and with what it earns, the debt with its interest, at the start of each hour;
// the price is one that the hour had; a trade takes leverage to its edge and costs fee and impact of what it
// moves. No trade is missing where leverage left the band: between two, the hours' closes left it inside.
func TestTradesOfTheCrash(t *testing.T) {
	file, err := os.Open(filepath.Join("../../shared/data", "btc_usdt_spot_1h.csv"))
	if err != nil {
		t.Skip("the prices are not here: ", err)
	}
	defer file.Close()
	all, err := paths.ReadHistory(file, "btc_usdt_spot_1h.csv")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2020, 3, 12, 0, 0, 0, 0, time.UTC)
	h, err := all.Between(day, day.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	entry, err := catalogue.LookupToken("BTCBULL3X")
	if err != nil {
		t.Fatal(err)
	}
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: h.Span(), Step: h.Step, Paths: 1,
		Tokens: []study.TokenSpec{entry.Spec()}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := study.ReplayDated([]study.Dated{s.Dated(0)}, h, study.ReplayOptions{Events: true})
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) float64 {
		v, ok := s.Spec().Value(0, name)
		if !ok {
			t.Fatalf("no %s", name)
		}
		return v
	}
	borrow, supply := number("borrow"), number("supply")
	fee, impact, exponent, aum := number("fee"), number("impact"), number("impact-exponent"), number("aum")
	low, high := number("low"), number("high")
	if number("gas") != 0 || number("impact-base") != 0 || number("streaming-fee") != 0 {
		t.Fatal("BTCBULL3X has costs that this arithmetic does not know")
	}
	const hour = 1.0 / 8760
	near := func(what string, event int, got, want, within float64) {
		t.Helper()
		if !(math.Abs(got-want) <= within*math.Abs(want)) {
			t.Errorf("event %d: %s %v; want %v", event, what, got, want)
		}
	}
	events := r.Events[0].List()
	if len(events) < 41 || events[0].Name != "start" {
		t.Fatalf("%d events; want a start and 40 trades", len(events))
	}
	for i := 1; i <= 40; i++ {
		before, e := events[i-1], events[i]
		if e.Name != "rebalance" {
			t.Fatalf("event %d is %s; want a trade", i, e.Name)
		}
		// Interest of every hour that has begun since; the start is before that of the first hour.
		began := func(at time.Duration) float64 { return math.Floor(at.Hours()) + 1 }
		hours := began(e.Time) - began(before.Time)
		if before.Name == "start" {
			hours = began(e.Time)
		}
		x := before.Exposure * e.Price / before.Price * math.Exp(supply*hour*hours)
		b := before.Cash * math.Exp(borrow*hour*hours)
		// The trade: q of exposure, at a cost that is taken from equity.
		q := math.Abs(e.Exposure - x)
		equity := x + b
		dollars := aum * q / equity
		cost := q * (fee + impact*math.Pow(dollars, exponent))
		near("equity after the trade", i, e.Equity, equity-cost, 1e-9)
		near("exposure and cash", i, e.Exposure+e.Cash, e.Equity, 1e-12)
		edge := high
		if e.Exposure > x {
			edge = low
		}
		near("leverage after the trade", i, e.Leverage, edge, 1e-9)
		if lev := x / equity; edge == high && lev < high*(1-1e-9) || edge == low && lev > low*(1+1e-9) {
			t.Errorf("event %d: leverage %v before the trade; want it at or beyond the edge", i, lev)
		}
		bar := h.Bars[int(e.Time.Hours())]
		if price := e.Price * h.Bars[0].Open; price < bar.Low*(1-1e-9) || price > bar.High*(1+1e-9) {
			t.Errorf("event %d at %v: price %v; the hour had %v to %v", i, e.Time, price, bar.Low, bar.High)
		}
		// At the closes between, leverage was inside.
		for n := int(before.Time.Hours()); n < int(e.Time.Hours()); n++ {
			close := h.Bars[n].Close / h.Bars[0].Open
			x, b := before.Exposure*close/before.Price, before.Cash
			if lev := x / (x + b); lev < low*(1-1e-4) || lev > high*(1+1e-4) {
				t.Errorf("event %d: leverage %v at the close of hour %d, and no trade", i, lev, n)
			}
		}
	}
}
