package paths

import (
	"strings"
	"testing"
	"time"
)

// A spike far from the index is capped to its range and the room around it; bars that the index lacks,
// and prices near it, stay.
func TestCapped(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2020, 3, 13, hour, 0, 0, 0, time.UTC) }
	h := &History{Name: "perp.csv", Step: time.Hour, Bars: []Bar{
		{Start: at(0), Open: 100, High: 101, Low: 99, Close: 100},
		{Start: at(1), Open: 100, High: 323, Low: 80, Close: 110},
		{Start: at(2), Open: 110, High: 500, Low: 100, Close: 105},
		{Start: at(4), Open: 90, High: 105, Low: 90, Close: 104},
	}}
	index := &History{Name: "spot.csv", Step: time.Hour, Bars: []Bar{
		{Start: at(0), Open: 100, High: 100, Low: 98, Close: 100},
		{Start: at(1), Open: 100, High: 120, Low: 100, Close: 110},
		{Start: at(4), Open: 104, High: 105, Low: 100, Close: 104},
	}}
	got, c, err := h.Capped(index, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	want := []Bar{h.Bars[0], {Start: at(1), Open: 100, High: 120 * 1.01, Low: 99, Close: 110}, h.Bars[2],
		{Start: at(4), Open: 99, High: 105, Low: 99, Close: 104}}
	for i, b := range got.Bars {
		if b != want[i] {
			t.Errorf("bar %d: %+v; want %+v", i, b, want[i])
		}
	}
	if c != (Capping{Bars: 2, Farthest: at(1), From: 323, To: 120 * 1.01, Unknown: 1}) {
		t.Errorf("%+v", c)
	}
	if h.Bars[1].High != 323 {
		t.Error("the history itself was changed")
	}
	for want, r := range map[string]struct {
		index History
		room  float64
	}{
		"the room around the index is 1; want": {*index, 1},
		"bars of 1m0s in spot.csv, 1h0m0s in perp.csv": {History{Name: "spot.csv", Step: time.Minute,
			Bars: index.Bars}, 0},
		"spot.csv has no bar at the times of perp.csv": {History{Name: "spot.csv", Step: time.Hour,
			Bars: []Bar{{Start: at(9), Open: 1, High: 1, Low: 1, Close: 1}}}, 0},
	} {
		if _, _, err := h.Capped(&r.index, r.room); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}
