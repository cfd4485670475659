package tokens

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// inParts lives a path in two parts, the first of so many bars, the second of which is prepared.
func inParts(f *Life, p Path, first int, marks []Mark) Lifetime {
	head, tail := p, p
	head.Bars, tail.Bars = p.Bars[:first], p.Bars[first:]
	tail.Prepare()
	f.Live(head, marks[:first])
	f.Live(tail, marks[first:])
	return f.End()
}

// marked is a token after every step of a path.
func marked(k *Kernel, p Path, marks []Mark) Lifetime { return inParts(k.Start(), p, 0, marks) }

// A trace of trades has the events of a full one but for those of every step, and changes no bit of
// the lifetime; marks are what the lifetime would be, had the path ended there.
func TestMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		p.FartherFirst = rapid.Bool().Draw(t, "farther first")
		k := must(t, token, p.Step)
		if rapid.Bool().Draw(t, "dated") {
			token.Mechanism = charged{token.Mechanism}
			k = must(t, token, p.Step)
			if err := k.Follow(anyDated(t, token, len(p.Bars))); err != nil {
				t.Fatal(err)
			}
		}
		want, all := k.Trace(p)
		all = slices.DeleteFunc(all, func(e Event) bool {
			return e.Name == "carry" || e.Name == "price" || e.Name == "fee"
		})
		marks, again := make([]Mark, len(p.Bars)), make([]Mark, len(p.Bars))
		var traced Events
		first := rapid.IntRange(0, len(p.Bars)).Draw(t, "first")
		got := inParts(k.StartTraced(&traced), p, first, marks)
		events := traced.List()
		if !same(got, want) {
			t.Errorf("trades traced %+v\nall traced %+v", got, want)
		}
		if f := marked(k, p, again); !same(f, want) || !slices.Equal(marks, again) {
			t.Errorf("marked %+v, %v\ntraced %+v, %v", f, again, want, marks)
		}
		if len(events) != len(all) {
			t.Fatalf("%d events; want %d of the full trace", len(events), len(all))
		}
		for i, e := range events {
			w := all[i]
			if math.Abs(e.Price-w.Price) > 1e-9*w.Price { // the way of prices differs by rounding
				t.Errorf("%s at %v: price %v; want %v", e.Name, e.Time, e.Price, w.Price)
			}
			if e.Price = w.Price; e != w {
				t.Errorf("%+v; want %+v", e, w)
			}
		}
		least := math.Inf(1)
		for i, m := range marks {
			short := p
			short.Bars = p.Bars[:i+1]
			if f := k.Live(short); !k.mints && m.NAV != f.NAV {
				t.Errorf("after %d steps NAV %v; want %v", i+1, m.NAV, f.NAV)
			}
			least = min(least, m.Health)
		}
		// A tiny exposure is what is left of equity and cash, to rounding.
		if least < want.Health*(1-1e-9-1e-14*want.Health) && want.Liquidations == 0 {
			t.Errorf("health is %v at a close; want at least %v, the smallest", least, want.Health)
		}
	})
}

// By hand: 3x long at 100 goes to 110: equity 1.3, exposure 3.3, debt 2; in the next bar the price
// stands still.
func TestMarkByHand(t *testing.T) {
	for _, tt := range []struct {
		name             string
		target           float64
		venue            Venue
		leverage, health float64
	}{
		{"loan", 3, Loan{Threshold: 0.8}, 3.3 / 1.3, 0.8 * 3.3 / 2},
		{"perpetual", 3, Perp{Maintenance: 0.01}, 3.3 / 1.3, 1.3 / 3.3},
		{"size at entry", 3, Perp{Maintenance: 0.01, Base: EntrySize}, 3.3 / 1.3, 1.3 / 3},
		{"short loan", -1, Loan{Threshold: 0.8}, -1.1 / 0.9, 0.8 * 2 / 1.1},
	} {
		token := Token{Target: tt.target, Policy: Hold{}, Mechanism: tt.venue, AUM: 1e6}
		marks := make([]Mark, 2)
		marked(compile(t, token, time.Hour), Path{Step: time.Hour, Bars: []Bar{{Move: math.Log(1.1)}, {}}}, marks)
		want := Mark{NAV: 1 + tt.target*0.1, Leverage: tt.leverage, Health: tt.health}
		for _, m := range marks {
			for _, pair := range [][2]float64{{m.NAV, want.NAV}, {m.Leverage, want.Leverage}, {m.Health, want.Health}} {
				if !(math.Abs(pair[0]-pair[1]) < 1e-12) {
					t.Errorf("%s: %+v; want %+v", tt.name, m, want)
					break
				}
			}
		}
	}
}

// The other order of extremes by hand: a band of 2.7 to 3.3 trades at a high that comes second only
// if leverage has reached its edge.
func TestFartherFirst(t *testing.T) {
	token := Token{Target: 3, Policy: Band{Low: 2, High: 3.3, To: Target}, Mechanism: Loan{Threshold: 0.85}, AUM: 1e6}
	k := compile(t, token, time.Hour)
	// Down 5 % takes leverage to 3·.95/.85 = 3.35; up 10 % from the start only to 3.3/1.3.
	p := Path{Step: time.Hour, Extremes: true, Bars: []Bar{{Lo: math.Log(0.95), Hi: math.Log(1.1)}}}
	near := k.Live(p)
	p.FartherFirst = true
	far := k.Live(p)
	if near.Rebalances != 1 || far.Rebalances != 1 || !(far.NAV > near.NAV) {
		t.Errorf("nearer first: %d trades, NAV %v; farther first: %d, %v; want one each, and more where it fell last",
			near.Rebalances, near.NAV, far.Rebalances, far.NAV)
	}
}

// By hand: 3x long at 100 goes to 110 and stays; the manager's shares for 1.3 − 1 are made when the
// holder leaves, so the last mark is what the lifetime ends with, and the one before it is not.
func TestLastMarkIsTheEnd(t *testing.T) {
	token := Token{Target: 3, Policy: Hold{}, Mechanism: Loan{Threshold: 0.8}, AUM: 1e6,
		Minting: Minting{Interval: 24 * time.Hour, PerformanceFee: 0.2}}
	p, marks := Path{Step: time.Hour, Bars: []Bar{{Move: math.Log(1.1)}, {}}}, make([]Mark, 2)
	f := marked(compile(t, token, time.Hour), p, marks)
	g := 0.2 * 0.3 / 1.3
	if want := 1.3 / (1 + g/(1-g)); !(math.Abs(f.NAV-want) < 1e-12) || marks[1].NAV != f.NAV ||
		!(math.Abs(marks[0].NAV-1.3) < 1e-12) {
		t.Errorf("it ends at %v, marks %+v; want %v, 1.3 before it", f.NAV, marks, want)
	}
}
