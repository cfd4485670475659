package paths

import (
	"fmt"
	"math"
	"time"

	"mcrisk/fmath"
)

// A Capping says what a cap by an index changed.
type Capping struct {
	Bars     int       // whose prices were capped
	Farthest time.Time // start of the bar with the farthest price beyond the cap
	From, To float64   // that price, and the cap that it was set to
	Unknown  int       // bars for which the index has none, and which were left as they were
}

// Capped is the history with prices no farther outside the index's range of the same bar than a room, a
// fraction of it: a last-traded price of a perpetual has spikes far from the spot market, which
// the mark prices of venues do not have. Where the index has no bar, prices stay. A room below 0 or of 1 and more,
// bars of another length or at other times, and an index of closes for a history of bars are an error.
func (h *History) Capped(index *History, room float64) (*History, Capping, error) {
	var c Capping
	if !(room >= 0 && room < 1) {
		return nil, c, fmt.Errorf("paths: the room around the index is %v; want from 0 to below 1", room)
	}
	if index.Step != h.Step {
		return nil, c, fmt.Errorf("paths: bars of %s in %s, %s in %s; want an index of the same bars",
			index.Step, index.Name, h.Step, h.Name)
	}
	if index.ClosesOnly && !h.ClosesOnly {
		return nil, c, fmt.Errorf("paths: %s has closes only; want an index with highs and lows, or replay at closes",
			index.Name)
	}
	capped := *h
	capped.Bars = make([]Bar, len(h.Bars))
	at, worst := 0, 0.0
	for i, b := range h.Bars {
		capped.Bars[i] = b
		for at < len(index.Bars) && index.Bars[at].Start.Before(b.Start) {
			at++
		}
		if at == len(index.Bars) || !index.Bars[at].Start.Equal(b.Start) {
			c.Unknown++
			continue
		}
		low, high := index.Bars[at].Low*(1-room), index.Bars[at].High*(1+room)
		changed := false
		for _, p := range []*float64{&b.Open, &b.High, &b.Low, &b.Close} {
			to := min(max(*p, low), high)
			if to == *p {
				continue
			}
			changed = true
			if far := math.Abs(fmath.Log(*p / to)); far > worst {
				worst, c.Farthest, c.From, c.To = far, b.Start, *p, to
			}
			*p = to
		}
		if changed {
			c.Bars++
			capped.Bars[i] = b
		}
	}
	if c.Unknown == len(h.Bars) {
		return nil, c, fmt.Errorf("paths: %s has no bar at the times of %s, %s to %s; want an index of the same time",
			index.Name, h.Name, h.Bars[0].Start.Format(time.RFC3339), h.Bars[len(h.Bars)-1].Start.Format(time.RFC3339))
	}
	return &capped, c, nil
}
