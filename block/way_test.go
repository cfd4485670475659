package block

import (
	"math"
	"testing"
	"time"
)

// Of extremes that are as far the low comes first, whatever rounding they carry.
func TestOrderOfExtremes(t *testing.T) {
	far := math.Log(1.25)
	for _, ulp := range []float64{-1000, -1, 0, 1, 1000} {
		if w := WayThrough(0, -far, far+ulp*0x1p-54, 0); w[1] != -far {
			t.Errorf("%v ulp: the high comes first", ulp)
		}
	}
	high := far - 1e-9
	if w := WayThrough(0.1, -far, high, 0.2); w != (Way{0.1, high, -far - high, 0.2 + far}) {
		t.Errorf("%v; want the high first, which is nearer", w)
	}
	if w := WayThrough(0, 0, 0, 0); w != (Way{}) {
		t.Error(w)
	}
}

// Legs share the time by their size: .1 down, .3 up and .1 down take a fifth, three and one.
func TestReached(t *testing.T) {
	w := WayThrough(0.5, -0.1, 0.2, 0.1)
	start, now := time.Hour, time.Hour+50*time.Minute
	for leg, want := range []time.Duration{0, 10, 40, 50} {
		if got := w.Reached(leg, start, now) - start; got != want*time.Minute {
			t.Errorf("leg %d: %v; want %d minutes", leg, got, want)
		}
	}
	still := Way{}
	if got := still.Reached(2, start, now); got != start {
		t.Errorf("a price that stands still is at its extremes at %v; want the open", got)
	}
}

// The exponentials of a block are those of its log moves, to the last step in use.
func TestFill(t *testing.T) {
	b := New(2)
	b.Inside(1)
	b.Len = 3
	for s := range Steps {
		for l := range Lanes {
			b.Move[0][s][l], b.Ways[1][l][s] = 0.01*float64(l), Way{0, 0.1, -0.2, float64(s)}
		}
	}
	b.Fill()
	for _, c := range []struct{ got, want float64 }{
		{b.Gross[0][2][15], math.Exp(0.15)}, {b.Gross[0][3][15], 0}, {b.Factors[1][15][2][3], math.Exp(2)},
		{b.Factors[1][0][0][2], math.Exp(-0.2)}, {b.Factors[1][0][3][3], 0},
	} {
		if math.Abs(c.got-c.want) > 1e-15*c.want {
			t.Errorf("%v; want %v", c.got, c.want)
		}
	}
	if b.Ways[0] != nil {
		t.Error("an underlying whose extremes are unknown has ways")
	}
}
