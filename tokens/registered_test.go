package tokens

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/fmath"
)

// The laws draw from every kind of venue that is registered.
func TestEveryVenueIsDrawn(t *testing.T) {
	drawn := map[string]bool{}
	for _, k := range Mechanisms.Kinds() {
		drawn[fmt.Sprintf("%T", k.New(nil))] = false
	}
	if len(drawn) < 3 {
		t.Errorf("only %v; want one that this package does not know", drawn)
	}
	for seed := range 100 {
		drawn[fmt.Sprintf("%T", rapid.Custom(anyToken).Example(seed).Mechanism)] = true
	}
	for name, ok := range drawn {
		if !ok {
			t.Errorf("%s never holds a token", name)
		}
	}
}

// The laws draw from every kind of policy that is registered: of each there are
// tokens that pass its check.
func TestEveryPolicyIsDrawn(t *testing.T) {
	drawn := map[string]bool{}
	for _, k := range Policies.Kinds() {
		drawn[fmt.Sprintf("%T", k.New(nil))] = false
	}
	for seed := range 400 {
		p := rapid.Custom(func(t *rapid.T) Policy {
			return registered(t,
				[]float64{3, 2, -1, -2}[seed%4])
		}).Example(seed)
		drawn[fmt.Sprintf("%T", p)] = true
	}
	for name, ok := range drawn {
		if !ok {
			t.Errorf("%s never passes its check", name)
		}
	}
}

// runFrom walks a lane that has made the first steps of a path over the rest.
func runFrom(k *Kernel, l *Lane, p Path, first int) {
	for i := first; i < len(p.Bars) && !l.ended; i++ {
		now := time.Duration(i+1) * k.step
		k.disturb(l, &p, i)
		if p.Extremes {
			k.flush(l)
			w := p.Bars[i].way(false)
			k.wayStep(l, &w.logs, &w.factors, now)
		} else {
			k.advanceGrid(l, fmath.Exp(p.Bars[i].Move), now)
		}
	}
}

// A lifetime continued from a copy of its lane, taken after every third of its
// steps, has the rest of its events and ends with the same bits: a lane is all
// there is. So for every policy on each mechanism, on grids and inside bars, with
// trades and liquidations still to come.
func TestRestart(t *testing.T) {
	traded, liquidated := map[string]bool{}, map[string]bool{} // after a restart, by policy and by venue
	for _, k := range Policies.Kinds() {
		traded[k.Name] = k.Name == "hold"
	}
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		if last := &p.Bars[len(p.Bars)-1]; rapid.Bool().Draw(t, "crash") { // or a rally for a short
			last.Move = math.Copysign(1, -token.Target)
			if holdsOption(token) { // whose hedge a rally liquidates
				last.Move = 1
			}
			last.Lo, last.Hi = min(last.Lo, last.Move), max(last.Hi, last.Move)
		}
		where := fmt.Sprintf("%T, extremes %v", token.Mechanism, p.Extremes)
		if perp, ok := token.Mechanism.(Perp); ok && perp.Base == EntrySize {
			where = "entry size, " + where
		}
		for _, kind := range Policies.Kinds() {
			token.Policy = ofKind(t, kind, token.Target)
			k := must(t, token, p.Step)
			whole, want := k.Trace(p)
			want = want[1:] // the start
			head := p
			for at := rapid.IntRange(0, 2).Draw(t, "first"); at <= len(p.Bars); at += 3 {
				head.Bars = p.Bars[:at]
				f := k.Start()
				f.Live(head, nil)
				l := f.lane
				runFrom(k, &l, p, at)
				if got := k.Finish(&l, p.length()); !same(got, whole) {
					t.Errorf("%s: from step %d it ends with %+v\nand from the start with %+v", kind.Name, at, got,
						whole)
				}

				// The same, traced: the events after the copy are those of the whole.
				var before, got []Event
				f = k.Start()
				f.lane.trace = &recorder{kernel: k, observe: func(e Event) { before = append(before, e) }, s: 1}
				f.Live(head, nil)
				traced := f.lane
				traced.trace.flush()
				copied := traced
				copied.trace = &recorder{kernel: k, observe: func(e Event) { got = append(got, e) }, s: traced.trace.s}
				runFrom(k, &copied, p, at)
				k.Finish(&copied, p.length())
				if len(before)+len(got) != len(want) || !slices.Equal(got, want[len(before):]) {
					t.Errorf("%s: from step %d: %d events after %d, which are not the last of %d", kind.Name, at,
						len(got), len(before), len(want))
				}
				for _, e := range got {
					traded[kind.Name] = traded[kind.Name] || at > 0 && e.Name == "rebalance"
					liquidated[where] = liquidated[where] || at > 0 && e.Name == "liquidation"
				}
			}
		}
	})
	for name, ok := range traded {
		if !ok {
			t.Errorf("no trade of %s after a restart", name)
		}
	}
	if testing.Short() {
		return // few draws
	}
	if len(liquidated) != 2*(len(Mechanisms.Kinds())+1) { // of each venue and base, with extremes and without
		t.Errorf("only %v", liquidated)
	}
	for where, ok := range liquidated {
		if !ok {
			t.Errorf("%s: no liquidation after a restart", where)
		}
	}
}
