package tokens

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var sometimesDown = Outage{Rate: 50, Length: 3 * time.Hour}

// down is a path with the keeper down in the given steps, counted from 1.
func down(p Path, steps ...int) Path {
	for _, s := range steps {
		p.Bars[s-1].Down = true
	}
	return p
}

// By hand: a 3x token that trades to its target from outside 2.7 to 3.3, which
// it leaves at a price of .9565 or 1.0588.
func TestOutageStory(t *testing.T) {
	band := Band{Low: 2.7, High: 3.3, To: Target}
	loan := Loan{Threshold: 0.85, Bonus: 0.05} // liquidated below .7843
	rows := []struct {
		name     string
		token    Token
		path     Path
		timeline string
	}{
		{"trades after it", Token{Policy: band}, down(grid(time.Hour, 0.95, 0.94, 0.93), 1, 2), "3h0m0s rebalance"},
		{"leverage came back", Token{Policy: band}, down(grid(time.Hour, 0.95, 0.97, 0.97), 1, 2), ""},
		{"an order waits for its end", Token{Policy: band, Keeper: Keeper{Latency: time.Hour}},
			down(grid(time.Hour, 0.95, 0.94, 0.93, 0.93), 2, 3), "1h0m0s order, 4h0m0s rebalance"},
		{"a reset is late", Token{Policy: Every{2 * time.Hour, 0}}, down(grid(time.Hour, 1.1, 1.2, 1.3, 1.4), 2),
			"3h0m0s rebalance, 4h0m0s rebalance"},
		{"looks go on from its end", Token{Policy: band, Keeper: Keeper{Interval: 2 * time.Hour}},
			down(grid(time.Hour, 1, 0.95, 0.94, 0.94), 2), "3h0m0s rebalance"},
		{"liquidated meanwhile", Token{Policy: band, Mechanism: loan, AfterLiquidation: Stop},
			down(grid(time.Hour, 0.9, 0.78), 1, 2), "2h0m0s liquidation, 2h0m0s stop"},
		{"inside a bar too", Token{Policy: band}, down(bars(time.Hour, 0.9, 0.9), 1), "2h0m0s rebalance"},
		{"and a clock inside a bar", Token{Policy: Every{30 * time.Minute, 0}}, down(bars(2*time.Hour, 1.1), 1), ""},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			token := r.token
			token.Target, token.AUM, token.Keeper.Outage = 3, 1e6, sometimesDown
			if token.Mechanism == nil {
				token.Mechanism = Perp{}
			}
			f, events := compile(t, token, r.path.Step).Trace(r.path)
			if got := timeline(events); got != r.timeline {
				t.Errorf("got %s; want %s", got, r.timeline)
			}
			balance(t, f)
			// A keeper without outages takes no notice of others'.
			calm := token
			calm.Keeper.Outage = Outage{}
			up := Path{Step: r.path.Step, Extremes: r.path.Extremes}
			for _, b := range r.path.Bars {
				b.Down = false
				up.Bars = append(up.Bars, b)
			}
			if got, want := live(t, calm, r.path), live(t, calm, up); !same(got, want) {
				t.Errorf("a keeper that is never down: %+v; want %+v", got, want)
			}
		})
	}
}

// A keeper that is always down holds, and one that is never down is none the
// worse for what might have been, whatever the token.
func TestOutageLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		token.Keeper.Outage = sometimesDown
		token.Stress = Stress{} // under which there is a fast path, whose bits differ
		for i := range p.Bars {
			p.Bars[i].Down = true
		}
		held := token
		held.Policy = Hold{}
		f, g := must(t, token, p.Step).Live(p), must(t, held, p.Step).Live(p)
		f.Outside, g.Outside = 0, 0
		if !same(f, g) {
			t.Errorf("always down: %+v\nholding: %+v", f, g)
		}
		for i := range p.Bars {
			p.Bars[i].Down = false
		}
		p.Extremes = true // where there is no fast path, so that the bits are the same
		for i := range p.Bars {
			p.Bars[i].Lo, p.Bars[i].Hi = min(0, p.Bars[i].Move, p.Bars[i].Lo), max(0, p.Bars[i].Move, p.Bars[i].Hi)
		}
		never := token
		never.Keeper.Outage = Outage{}
		if f, g := must(t, token, p.Step).Live(p), must(t, never, p.Step).Live(p); !same(f, g) {
			t.Errorf("never down: %+v\nwithout outages: %+v", f, g)
		}
	})
}
