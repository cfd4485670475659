package assess_test

import (
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/paths"
)

// What traded in one of two windows is compared there, and the other is named; in none it is an error.
func TestWindowsAgainst(t *testing.T) {
	flat := func(name, since string, days int) *paths.History {
		at, err := time.Parse(time.DateOnly, since)
		if err != nil {
			t.Fatal(err)
		}
		h := &paths.History{Name: name, Step: day}
		for i := range days {
			h.Bars = append(h.Bars, paths.Bar{Start: at.AddDate(0, 0, i), Open: 100, High: 101, Low: 99, Close: 100})
		}
		return h
	}
	windows := assess.StressWindows[1:3] // of May 2021 and of May 2022
	replay := func(traded *paths.History) ([]assess.StressReplay, error) {
		return assess.ReplayWindows(banded(t, gbm, day, day, nil), flat("history", "2021-01-01", 600), windows,
			assess.ReplayOptions{Latencies: []time.Duration{0}, Traded: traded})
	}
	all, err := replay(flat("traded", "2021-05-20", 30))
	if err != nil {
		t.Fatal(err)
	}
	if all[0].Lives[0].Tracking == nil || all[0].Uncompared != "" || all[1].Lives[0].Tracking != nil ||
		all[1].Uncompared != "traded has 2021-05-20 to 2021-06-19" {
		t.Errorf("%q and %q; want the first compared", all[0].Uncompared, all[1].Uncompared)
	}
	const want = "fewer than two prices in every window"
	if _, err := replay(flat("traded", "2019-05-20", 30)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want %q", err, want)
	}
}
