package study

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/paths"
	"mcrisk/tokens"
)

func bar(hour int, open, high, low, close float64) paths.Bar {
	return paths.Bar{Start: time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC),
		Open: open, High: high, Low: low, Close: close}
}

// Histories of a bar or three, by hand.
func TestReplay(t *testing.T) {
	const hour = 1.0 / 8760
	free := tokens.Loan{Threshold: 0.85}
	const reaches = 2.7 * 2 / (1.7 * 3)                       // the price at which 3x is 2.7x
	trend := (1 + 3*(reaches-1)) * math.Pow(1.5/reaches, 2.7) // 3.0130: from there on at 2.7
	for _, tt := range []struct {
		name   string
		token  tokens.Token
		bars   []paths.Bar
		closes bool
		nav    float64
	}{
		{"the underlying, from the first open", tokens.Token{Target: 1, Policy: tokens.Hold{}, Mechanism: free},
			[]paths.Bar{bar(0, 80, 130, 70, 100), bar(1, 110, 120, 90, 120)}, false, 1.5},
		{"the same at closes", tokens.Token{Target: 1, Policy: tokens.Hold{}, Mechanism: free},
			[]paths.Bar{bar(0, 80, 130, 70, 100), bar(1, 110, 120, 90, 120)}, true, 1.5},
		{"reset at every close", tokens.Token{Target: 2, Policy: tokens.Every{Interval: time.Hour}, Mechanism: free},
			[]paths.Bar{bar(0, 100, 110, 100, 110), bar(1, 110, 110, 100, 100)}, true, 1.2 * (1 - 2.0/11)},
		{"interest over a gap of two bars",
			tokens.Token{Target: 2, Policy: tokens.Hold{}, Mechanism: tokens.Loan{Borrow: 0.5, Threshold: 0.85}},
			[]paths.Bar{bar(0, 100, 110, 100, 110), bar(3, 120, 120, 120, 120)}, false, 2.4 - math.Exp(0.5*4*hour)},
		{"continuous at the edge of a band in a straight rise",
			tokens.Token{Target: 3, Policy: tokens.Band{Low: 2.7, High: 3.3}, Mechanism: free},
			[]paths.Bar{bar(0, 100, 150, 100, 150)}, false, trend},
		{"the same at closes, too late to gain by it", tokens.Token{Target: 3, Policy: tokens.Band{Low: 2.7, High: 3.3},
			Mechanism: free}, []paths.Bar{bar(0, 100, 150, 100, 150)}, true, 2.5},
		{"a band that a close never leaves", tokens.Token{Target: 3, Policy: tokens.Band{Low: 2.7, High: 3.3},
			Mechanism: free}, []paths.Bar{bar(0, 100, 104, 97, 100)}, true, 1},
		{"a low exactly at the upper edge", tokens.Token{Target: 2,
			Policy: tokens.Band{Low: 1.5, High: 3, To: tokens.Target}, Mechanism: tokens.Perp{}},
			[]paths.Bar{bar(0, 100, 100, 75, 75), bar(1, 75, 90, 75, 90)}, false, 0.8},
		{"the same at ten times the price", tokens.Token{Target: 2,
			Policy: tokens.Band{Low: 1.5, High: 3, To: tokens.Target}, Mechanism: tokens.Perp{}},
			[]paths.Bar{bar(0, 1000, 1000, 750, 750), bar(1, 750, 900, 750, 900)}, false, 0.8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.token.AUM = 1e6
			r, err := Replay([]tokens.Token{tt.token}, &paths.History{Step: time.Hour, Bars: tt.bars}, tt.closes)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Lives[0].NAV; !(math.Abs(got-tt.nav) < 1e-12*tt.nav) {
				t.Errorf("%v; want %v", got, tt.nav)
			}
		})
	}
}

// The underlying's own record, by hand: what it ended at, its moves from close to
// close, and its deepest fall, inside bars where what is there is seen.
func TestReplayOfTheUnderlying(t *testing.T) {
	bars := []paths.Bar{bar(0, 80, 130, 70, 100), bar(1, 110, 120, 90, 120)}
	first, second := math.Log(100.0/80), math.Log(120.0/100)
	for _, tt := range []struct {
		closes       bool
		depth, least float64
	}{
		{false, 1 - 90.0/130, 70.0 / 80},
		{true, 0, 1},
	} {
		r, err := Replay(nil, &paths.History{Step: time.Hour, Bars: bars}, tt.closes)
		if err != nil {
			t.Fatal(err)
		}
		u := r.Underlying
		for name, pair := range map[string][2]float64{
			"price": {u.Price, 1.5}, "log price": {u.LogPrice, math.Log(1.5)},
			"realised variance": {u.QV, first*first + second*second}, "deepest fall": {u.Drawdown.Depth, tt.depth},
			"least held": {r.Held.MinNAV, tt.least}, "final held": {r.Held.NAV, 1.5},
		} {
			if got, want := pair[0], pair[1]; !(math.Abs(got-want) < 1e-12) {
				t.Errorf("closes only %v: %s %v; want %v", tt.closes, name, got, want)
			}
		}
		if len(r.Lives) != 0 || r.Held.Rebalances != 0 || r.Held.Liquidations != 0 {
			t.Errorf("%+v; want one who holds", r)
		}
	}
}

// A fund of closes that resets every day, over a weekend: interest on what it owes or has passes on
// Saturday and Sunday, and Monday's move is that of the leverage to which it was reset.
func TestReplayOfAFundOverAWeekend(t *testing.T) {
	h := &paths.History{Step: 24 * time.Hour, ClosesOnly: true}
	for day, price := range map[int]float64{4: 100, 5: 110, 8: 99} { // a Thursday, Friday and Monday
		h.Bars = append(h.Bars, paths.Bar{Start: time.Date(2024, 1, day, 0, 0, 0, 0, time.UTC),
			Open: price, High: price, Low: price, Close: price})
	}
	slices.SortFunc(h.Bars, func(a, b paths.Bar) int { return a.Start.Compare(b.Start) })
	grows := math.Exp(0.365 / 365) // a tenth of a percent a day
	for _, tt := range []struct {
		target float64
		loan   tokens.Loan
		days   []float64 // NAV over that of the day before, from Thursday on
	}{
		{3, tokens.Loan{Borrow: 0.365, Threshold: 0.999},
			[]float64{3 - 2*grows, 3.3 - 2*grows, 3 - 2*grows, 3 - 2*grows, 2.7 - 2*grows}},
		{-1, tokens.Loan{Supply: 0.365, Threshold: 0.999},
			[]float64{2*grows - 1, 2*grows - 1.1, 2*grows - 1, 2*grows - 1, 2*grows - 0.9}},
	} {
		token := tokens.Token{Target: tt.target, Policy: tokens.Every{Interval: 24 * time.Hour},
			Mechanism: tt.loan, AUM: 1}
		r, err := ReplayDated([]Dated{{Token: token}}, h, ReplayOptions{Track: true})
		if err != nil {
			t.Fatal(err)
		}
		want := 1.0
		for i, day := range tt.days {
			want *= day
			m := r.Tracks[0].Marks[i]
			if !(math.Abs(m.NAV-want) < 1e-12) || !(math.Abs(m.Leverage-tt.target) < 1e-12) {
				t.Errorf("target %v, day %d: %+v; want NAV %v at the target", tt.target, i, m, want)
			}
		}
	}
}

// What lies between open and close liquidates a token that closes leave alone,
// and so does a jump over missing bars.
func TestReplayLiquidates(t *testing.T) {
	token := tokens.Token{Target: 3, Policy: tokens.Hold{},
		Mechanism: tokens.Loan{Threshold: 0.85, Bonus: 0.05}, AUM: 1e6}
	inside := &paths.History{Step: time.Hour, Bars: []paths.Bar{bar(0, 100, 101, 75, 100)}} // 78.4 liquidates
	closes := *inside
	closes.ClosesOnly = true
	over := &paths.History{Step: time.Hour, Bars: []paths.Bar{bar(0, 100, 100, 100, 100), bar(5, 75, 75, 75, 75)}}
	// of the hour: over 101 down to where 3x·0.85 is 2
	there := math.Log(1.01*1.01/(2/(3*0.85))) / math.Log(1.01*1.01/0.75/0.75)
	for _, tt := range []struct {
		name   string
		h      *paths.History
		closes bool
		times  int
		years  float64
	}{
		{"inside", inside, false, 1, there / 8760},
		{"inside, at closes", inside, true, 0, math.NaN()},
		{"inside, where only closes are known", &closes, false, 0, math.NaN()},
		{"over a gap", over, false, 1, 5.0 / 8760},
	} {
		r, err := Replay([]tokens.Token{token}, tt.h, tt.closes)
		if err != nil {
			t.Fatal(err)
		}
		if l := r.Lives[0]; min(l.Liquidations, 1) != tt.times ||
			!(math.Abs(l.FirstLiquidation-tt.years) < 1e-3*tt.years) && !math.IsNaN(tt.years) {
			t.Errorf("%s: %d liquidations, first after %v years; want %d and %v",
				tt.name, l.Liquidations, l.FirstLiquidation, tt.times, tt.years)
		}
	}
	year := &paths.History{Name: "p.csv", Step: time.Second,
		Bars: []paths.Bar{bar(0, 100, 100, 100, 100), bar(8760, 100, 100, 100, 100)}}
	if _, err := Replay([]tokens.Token{token}, year, false); err == nil ||
		!strings.Contains(err.Error(), "p.csv has 31536001 steps of 1s") {
		t.Errorf("%v; want that a year of seconds is too much", err)
	}
	long := &paths.History{Name: "p.csv", Step: 365 * 24 * time.Hour,
		Bars: []paths.Bar{bar(0, 100, 100, 100, 100), bar(200*8760, 100, 100, 100, 100)}}
	if _, err := Replay([]tokens.Token{token}, long, false); err == nil ||
		!strings.Contains(err.Error(), "p.csv: paths: horizon 1760760h0m0s; want at most 200 years") {
		t.Errorf("%v; want that 201 years are too long", err)
	}
	token.Keeper.Outage = tokens.Outage{Rate: 1, Length: time.Hour}
	if _, err := Replay([]tokens.Token{token}, inside, false); err == nil {
		t.Error("outages on a price history, which has none drawn, are taken")
	}
}
