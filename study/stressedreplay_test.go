package study

import (
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/paths"
	"mcrisk/tokens"
)

// On a history the measure is that of its bars, against the volatility of all of them: a trade to the target
// at the end of the second of three hours, at closes 100, 80 and 80, pays gas at x.
func TestStressedReplay(t *testing.T) {
	h := &paths.History{Name: "fall", Step: time.Hour, Bars: []paths.Bar{
		bar(0, 100, 100, 100, 100), bar(1, 100, 100, 80, 80), bar(2, 80, 80, 80, 80)}}
	token := tokens.Token{Target: 2, Policy: tokens.Every{Interval: 2 * time.Hour}, Mechanism: tokens.Perp{}, AUM: 1e6,
		Cost: tokens.Cost{Gas: 7}, Stress: tokens.Stress{Window: 4 * time.Hour, Cap: 1000, Gas: 1}}
	r, err := Replay([]tokens.Token{token}, h, true)
	if err != nil {
		t.Fatal(err)
	}
	old := math.Exp(-1.0 / 4)
	x := old*old + (1-old)*3 // the fall is all the variance of three hours, three times that of a normal one
	if got, want := r.Lives[0].Money[tokens.Gas], -7*x*0.6/1e6; !(math.Abs(got/want-1) <= 1e-12) {
		t.Errorf("gas of %v; want %v", got, want)
	}
	// A part is measured against the volatility of the whole: half of it here, and all that moves.
	long := &paths.History{Name: "fall", Step: time.Hour, Bars: append(h.Bars, bar(3, 80, 80, 80, 80),
		bar(4, 80, 80, 80, 80), bar(5, 80, 80, 80, 80))}
	part, err := long.Between(time.Time{}, long.Bars[3].Start)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = Replay([]tokens.Token{token}, part, true); err != nil {
		t.Fatal(err)
	}
	x = old*old + (1-old)*6
	if got, want := r.Lives[0].Money[tokens.Gas], -7*x*0.6/1e6; !(math.Abs(got/want-1) <= 1e-12) {
		t.Errorf("gas of %v in a part of a history; want %v", got, want)
	}
	token.Stress.OutageRate, token.Keeper.Outage.Length = 1, time.Hour
	if _, err := Replay([]tokens.Token{token}, h, true); err == nil ||
		!strings.Contains(err.Error(), "stress-outage-rate 0") {
		t.Errorf("outages on a history: %v; want an error", err)
	}
	token.Stress.OutageRate = 0
	if _, err := Replay([]tokens.Token{token}, still(3), true); err == nil ||
		!strings.Contains(err.Error(), "want a stress-volatility") {
		t.Errorf("a history that stands still: %v; want that a volatility is wanted", err)
	}
}
