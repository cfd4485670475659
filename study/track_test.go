package study

import (
	"math"
	"slices"
	"testing"

	"mcrisk/param"
)

// What a token was after every step, and the rates that it paid: a loan's borrow by a series, a
// perpetual's funding by a change on a date. Nothing of it changes the lifetime.
func TestReplayTracks(t *testing.T) {
	loan := datedStudy(t, param.Part{Kind: "loan"}, map[string]Series{
		"borrow": seriesOf(false, map[int]float64{0: 1, 6: 2, 12: 9})})
	perp := datedStudy(t, param.Part{Kind: "perp", Values: param.Values{"funding": 0.5}}, nil,
		Change{at(4), "funding", 3}, Change{at(-1), "funding", 1})
	tokens, h := []Dated{loan.Dated(0), perp.Dated(0)}, still(12)
	for _, closes := range []bool{false, true} {
		plain, err := ReplayDated(tokens, h, ReplayOptions{Closes: closes})
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReplayDated(tokens, h, ReplayOptions{Closes: closes, Track: true, Events: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range [][2][]float64{
			{{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2}, nil},
			{nil, {1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3}},
		} {
			track := r.Tracks[i]
			if !slices.Equal(track.Borrow, want[0]) || !slices.Equal(track.Funding, want[1]) {
				t.Errorf("%d: borrow %v, funding %v; want %v", i, track.Borrow, track.Funding, want)
			}
			if r.Lives[i].NAV != plain.Lives[i].NAV || track.Marks[11].NAV != plain.Lives[i].NAV {
				t.Errorf("%d: NAV %v, %v after the last step; want %v", i, r.Lives[i].NAV, track.Marks[11].NAV,
					plain.Lives[i].NAV)
			}
			if e := r.Events[i].List(); len(e) != 1 || e[0].Name != "start" {
				t.Errorf("%d: events %v; want the start alone", i, e)
			}
		}
		if !slices.Equal(r.Prices, slices.Repeat([]float64{1}, 12)) {
			t.Errorf("prices %v; want a price that stands still", r.Prices)
		}
		debt := 2 * math.Exp(1.0/8760)
		if got, want := r.Tracks[0].Marks[0].NAV, 3-debt; !(math.Abs(got-want) < 1e-14) {
			t.Errorf("after an hour %v; want %v", got, want)
		}
	}
}
