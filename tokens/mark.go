package tokens

import (
	"iter"
	"math"
	"slices"
)

// A Mark is a token at the end of a step.
type Mark struct {
	NAV      float64 // equity over initial equity
	Leverage float64 // signed; zero once ended
	// Health is what [Lifetime].Health is the smallest of: the health factor at a lender, or equity over
	// the base of a perpetual's margin. Infinite without debt or position.
	Health float64
}

// LiveMarked is [Kernel.Live] with what the token was after every step: marks has one for each bar, or is nil.
// The last is what it ended as, after the fees that are taken then.
func (k *Kernel) LiveMarked(p Path, marks []Mark) Lifetime {
	l := k.Begin()
	return k.liveMarked(&l, p, marks)
}

func (k *Kernel) liveMarked(l *Lane, p Path, marks []Mark) Lifetime {
	k = k.run(l, p, marks)
	f := k.Finish(l, p.length())
	if len(marks) > 0 {
		marks[len(marks)-1] = k.mark(l)
	}
	return f
}

// TraceTrades is [Kernel.Trace] without the events of every step, carry, price and fee, and with the
// token after every step, as [Kernel.LiveMarked] has it. It takes little more time than Live.
func (k *Kernel) TraceTrades(p Path, marks []Mark) (Lifetime, Events) {
	var events Events
	l := k.BeginTraced(events.add)
	l.trace.trades = true
	f := k.liveMarked(&l, p, marks)
	return f, events
}

// Events are events in order, of which there may be very many: they are not moved as they become more.
type Events struct{ chunks [][]Event }

func (l *Events) add(e Event) {
	const most = 256
	n := len(l.chunks)
	if n == 0 || len(l.chunks[n-1]) == most {
		l.chunks, n = append(l.chunks, make([]Event, 0, most)), n+1
	}
	l.chunks[n-1] = append(l.chunks[n-1], e)
}

// All goes through the events.
func (l Events) All() iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for _, chunk := range l.chunks {
			for i := range chunk {
				if !yield(&chunk[i]) {
					return
				}
			}
		}
	}
}

// List is the events as a slice.
func (l Events) List() []Event { return slices.Concat(l.chunks...) }

// mark is the lane now.
func (k *Kernel) mark(l *Lane) Mark {
	if l.ended {
		return Mark{NAV: l.final, Health: math.Inf(1)}
	}
	x, b := l.position()
	e := x + b
	return Mark{NAV: e, Leverage: x / e, Health: k.healthAt(x, b, e, l.n)}
}

// healthAt is the health of a position.
func (k *Kernel) healthAt(x, b, e, n float64) float64 {
	v := &k.terms
	if v.EntrySize {
		return e / n
	}
	if !v.Lender {
		return e / math.Abs(x)
	}
	held, owed := float64(v.Margins[0].Exposure*x), float64(v.Margins[0].Cash*b)
	if x < 0 {
		held, owed = owed, held
	}
	if owed >= 0 {
		return math.Inf(1)
	}
	return -held / owed
}
