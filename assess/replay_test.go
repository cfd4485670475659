package assess_test

import (
	"math"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/paths"
	"mcrisk/study"
)

// crash is three days, of which the second is missing: down 40 % in the third.
func crash() *paths.History {
	at := time.Date(2020, 3, 11, 0, 0, 0, 0, time.UTC)
	return &paths.History{Name: "crash", Step: day, Bars: []paths.Bar{
		{Start: at, Open: 100, High: 101, Low: 99, Close: 100, Volume: 1},
		{Start: at.Add(2 * day), Open: 100, High: 100, Low: 60, Close: 70, Volume: 1},
	}}
}

// Each latency has each token's lifetime; a late keeper is liquidated where a
// prompt one is not, and the time of that is a time of the history.
func TestReplayTokens(t *testing.T) {
	h := crash()
	s := banded(t, gbm, day, day, func(t *study.TokenSpec) { t.Values["latency"] = 60 })
	r, err := assess.ReplayTokens(s, h, assess.ReplayOptions{Latencies: []time.Duration{0, 12 * time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Missing() != 1 || r.To().Sub(r.From()) != 3*day || len(r.Lives) != 2 || r.Lives[0].Latency != 0 ||
		r.Lives[1].Latency != 12*time.Hour {
		t.Fatalf("%d missing, %v to %v, %d lives", r.Missing(), r.From(), r.To(), len(r.Lives))
	}
	if math.Abs(r.Held.NAV-0.7) > 1e-15 || math.Abs(r.Market.LogPrice-math.Log(0.7)) > 1e-15 ||
		math.Abs(r.Held.MinNAV-0.6) > 1e-15 {
		t.Errorf("the underlying ends at %v, ln %v, lowest %v; want 0.7 and 0.6", r.Held.NAV, r.Market.LogPrice,
			r.Held.MinNAV)
	}
	if _, ok := r.FirstLiquidation(&r.Lives[0].Lifetime); ok || r.Lives[0].Liquidations != 0 {
		t.Errorf("the prompt keeper's token was liquidated %d times", r.Lives[0].Liquidations)
	}
	at, ok := r.FirstLiquidation(&r.Lives[1].Lifetime)
	if !ok || at.Before(h.Bars[1].Start) || at.After(r.To()) {
		t.Errorf("the late keeper's token was liquidated at %v, %v; want in the second bar", at, ok)
	}
	if s.Token(0).Keeper.Latency != time.Minute {
		t.Error("the study's own token changed")
	}
	if _, err := assess.ReplayTokens(s, h, assess.ReplayOptions{Latencies: []time.Duration{-time.Hour}}); err == nil {
		t.Error("a latency below zero is taken")
	}
}

// At closes nobody sees the low inside a bar.
func TestReplayCloses(t *testing.T) {
	r, err := assess.ReplayTokens(banded(t, gbm, day, day, nil), crash(),
		assess.ReplayOptions{Latencies: []time.Duration{0}, Closes: true})
	if err != nil || !r.Closes || math.Abs(r.Held.MinNAV-0.7) > 1e-15 {
		t.Errorf("%v: lowest %v; want the close at 0.7", err, r.Held.MinNAV)
	}
}

// Describe counts closes from the end of the first bar, gaps as they stand.
func TestDescribe(t *testing.T) {
	h := crash()
	h.Gaps = []paths.Gap{{Line: 3, From: h.Bars[0].Start.Add(day), To: h.Bars[1].Start, Missing: 1}}
	d := assess.Describe(h, assess.SeriesOptions{})
	if d.Values != 2 || d.Gaps != 1 || d.Step != day || !d.From.Equal(h.Bars[0].Start.Add(day)) ||
		d.To.Sub(d.From) != 2*day {
		t.Errorf("%+v", d)
	}
	for _, m := range d.Metrics {
		if m.Name == "total_return" && math.Abs(m.Value+0.3) > 1e-15 {
			t.Errorf("total return %v; want -0.3", m.Value)
		}
	}
}
