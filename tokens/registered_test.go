package tokens

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/fmath"
)

// The laws draw from every kind of policy that is registered: of each there are
// tokens that pass its check.
func TestEveryPolicyIsDrawn(t *testing.T) {
	drawn := map[string]bool{}
	for _, k := range Policies.Kinds() {
		drawn[fmt.Sprintf("%T", k.New(nil))] = false
	}
	for seed := range 400 {
		p := rapid.Custom(func(t *rapid.T) Policy { return registered(t, []float64{3, 2, -1, -2}[seed%4]) }).Example(seed)
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
		l.down = p.Bars[i].Down && k.token.Keeper.Outage.Rate > 0
		if p.Extremes {
			k.land(l)
			k.barStep(l, p.Bars[i], now)
		} else {
			k.advanceGrid(l, fmath.Exp(p.Bars[i].Move), now)
		}
	}
}

// A lifetime continued from a copy of its lane, taken after any step, has the
// rest of its events and ends with the same bits: a lane is all there is.
func TestRestart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		token.Policy = registered(t, token.Target)
		k := must(t, token, p.Step)
		_, want := k.Trace(p)
		whole := k.Live(p)
		at := rapid.IntRange(0, len(p.Bars)).Draw(t, "at")
		head := p
		head.Bars = p.Bars[:at]

		l := k.Begin()
		k.run(&l, head)
		c := l
		runFrom(k, &c, p, at)
		if got := k.Finish(&c, p.length()); !same(got, whole) {
			t.Errorf("from step %d it ends with %+v\nand from the start with %+v", at, got, whole)
		}

		// The same, traced: the events after the copy are those of the whole.
		traced := k.Begin()
		traced.trace = &recorder{s: 1}
		k.run(&traced, head)
		copied := traced
		copied.trace = &recorder{s: traced.trace.s}
		runFrom(k, &copied, p, at)
		got := copied.trace.events
		if rest := want[len(want)-len(got):]; len(got) > 0 && !reflect.DeepEqual(got, rest) {
			t.Errorf("from step %d: %d events, not the last of %d", at, len(got), len(want))
		}
	})
}
