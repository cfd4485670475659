package tokens

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// atEdges are prices, over the start, that take a token exactly to an edge of its band,
// and the log move that is just beyond: twice leverage between 1.5 and 3.
var atEdges = []struct {
	name   string
	target float64
	price  float64 // over the start
	out    float64 // direction of the price that leads out of the band
}{
	{"low of a long", 2, 3.0 / 2, 1},     // 3 of 2 owed 1
	{"high of a long", 2, 3.0 / 4, -1},   // 1.5 of ½, owed 1
	{"low of a short", -2, 9.0 / 10, -1}, // −1.8 of 1.2, 3 in cash
	{"high of a short", -2, 9.0 / 8, 1},  // −2.25 of ¾, 3 in cash
}

// Exactly at an edge is inside the band, whatever rounding the price carries, on the
// grid, at closes and at the extremes of a bar; a billionth beyond it is outside.
func TestExactlyAtAnEdge(t *testing.T) {
	for _, to := range []Destination{Edge, Target} {
		for _, r := range atEdges {
			token := free(r.target, Band{Low: 1.5, High: 3, To: to})
			for _, ulp := range []float64{-400, -3, 0, 3, 400} { // 400 units in the last place: 1e-13
				at := math.Log(r.price) + ulp*0x1p-52
				back := Bar{Move: 0, Lo: min(at, 0), Hi: max(at, 0)}
				there := Bar{Move: at, Lo: min(at, 0), Hi: max(at, 0)}
				home := Bar{Move: -at, Lo: min(-at, 0), Hi: max(-at, 0)}
				for form, p := range map[string]Path{
					"bar there and back":  {Step: time.Hour, Bars: []Bar{back}, Extremes: true},
					"bar that ends there": {Step: time.Hour, Bars: []Bar{there, home}, Extremes: true},
					"gap":                 {Step: time.Hour, Bars: []Bar{{Gap: at}, {Gap: -at}}, Extremes: true},
					"grid":                {Step: time.Hour, Bars: []Bar{{Move: at}, {Move: -at}}},
				} {
					if f := live(t, token, p); f.Rebalances != 0 || math.Abs(f.NAV-1) > 1e-12 {
						t.Errorf("%s, %s, to %d, %v ulp: %d trades and NAV %v; want none and 1",
							r.name, form, to, ulp, f.Rebalances, f.NAV)
					}
				}
			}
			beyond := math.Log(r.price) + 1e-9*r.out
			for form, p := range map[string]Path{
				"bar":  {Step: time.Hour, Bars: []Bar{{Lo: min(beyond, 0), Hi: max(beyond, 0)}}, Extremes: true},
				"grid": {Step: time.Hour, Bars: []Bar{{Move: beyond}, {Move: -beyond}}},
			} {
				if f := live(t, token, p); f.Rebalances == 0 {
					t.Errorf("%s, %s, to %d: no trade 1e-9 beyond the edge", r.name, form, to)
				}
			}
		}
	}
}

// So it is in batches: vector code, and what stands for it.
func TestExactlyAtAnEdgeInBatches(t *testing.T) { eachWidth(t, exactlyAtAnEdgeInBatches) }

func exactlyAtAnEdgeInBatches(t *testing.T) {
	for _, cost := range []Cost{{}, {Fee: 0.001}, {Impact: 1e-7, Exponent: 0.5, Gas: 1}} {
		for _, r := range atEdges {
			token := free(r.target, Band{Low: 1.5, High: 3, To: Target})
			token.Cost = cost
			k := compile(t, token, time.Hour)
			if k.fast == nil || !k.fast.trades {
				t.Fatalf("%s: no fast path that trades", r.name)
			}
			var lanes Lanes
			k.BeginAll(&lanes)
			b := block.New(1)
			b.Step, b.Len = time.Hour, 2
			for i := range block.Lanes {
				at := math.Log(r.price) + float64(i-8)*40*0x1p-52
				if i == 15 {
					at = math.Log(r.price) + 1e-9*r.out
				}
				b.Move[0][0][i], b.Gross[0][0][i] = at, fmath.Exp(at)
				b.Move[0][1][i], b.Gross[0][1][i] = -at, fmath.Exp(-at)
			}
			k.AdvanceAll(b, 0, &lanes, 0, 2)
			for i := range block.Lanes {
				f := k.Finish(lanes.Lane(i), 2*time.Hour)
				if want := i == 15; (f.Rebalances > 0) != want {
					t.Errorf("%s, %+v, lane %d: %d trades; want some: %v", r.name, cost, i, f.Rebalances, want)
				}
			}
		}
	}
}

// Exactly at its threshold a position is not liquidated, on the grid and in bars, and a
// billionth beyond it is.
func TestExactlyAtLiquidation(t *testing.T) {
	for _, r := range []struct {
		venue  Venue
		target float64
		price  float64
		out    float64
	}{
		{Loan{Threshold: 0.8}, 2, 0.625, -1},                  // 0.8·1.25 = 1
		{Loan{Threshold: 0.75}, -2, 9.0 / 8, 1},               // 0.75·3 = 2.25
		{Perp{Maintenance: 0.1}, 2, 5.0 / 9, -1},              // 10/9 − 1 = 0.1·10/9
		{Perp{Maintenance: 0.25}, -2, 1.2, 1},                 // 3 − 2.4 = 0.25·2.4
		{Perp{Maintenance: 0.1, Base: EntrySize}, 2, 0.6, -1}, // 1.2 − 1 = 0.1·2
	} {
		token := free(r.target, Hold{})
		token.Mechanism = r.venue
		for _, extremes := range []bool{false, true} {
			path := func(at float64) Path {
				there := Bar{Move: at, Lo: min(at, 0), Hi: max(at, 0)}
				back := Bar{Move: -at, Lo: min(-at, 0), Hi: max(-at, 0)}
				return Path{Step: time.Hour, Bars: []Bar{there, back}, Extremes: extremes}
			}
			for _, ulp := range []float64{-400, -3, 0, 3, 400} {
				if f := live(t, token, path(math.Log(r.price)+ulp*0x1p-52)); f.Liquidations != 0 {
					t.Errorf("%T at %v, extremes %v, %v ulp: liquidated", r.venue, r.target, extremes, ulp)
				}
			}
			if f := live(t, token, path(math.Log(r.price)+1e-9*r.out)); f.Liquidations == 0 {
				t.Errorf("%T at %v, extremes %v: not liquidated 1e-9 beyond", r.venue, r.target, extremes)
			}
		}
	}
}
