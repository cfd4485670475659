package tokens

import (
	"iter"
	"math"
	"math/bits"
	"slices"
	"time"

	"mcrisk/internal/prefault"
)

// A Mark is a token at the end of a step.
type Mark struct {
	NAV      float64 // equity over initial equity
	Leverage float64 // signed; zero once ended
	// Health is what [Lifetime].Health is the smallest of: the health factor at a lender, or equity over
	// the base of a perpetual's margin. Infinite without debt or position.
	Health float64
	// Strike of a call, over the price at the start; zero: there is none, as the token has none or it was liquidated.
	Strike float64
}

// Events are events in order, of which there may be very many: each is kept as what changed since the one
// before, and none is moved as they become more.
type Events struct {
	chunks [][]uint64 // of words: an event's name and which numbers changed, its time, then those numbers
	names  []string
	last   numbers
}

// numbers are those of an event from which its others follow: price, exposure, cash, AUM, and the ledger.
type numbers [4 + Items]uint64

func (l *Events) add(e Event) {
	n := len(l.chunks)
	if n == 0 || len(l.chunks[n-1])+2+len(l.last) > cap(l.chunks[n-1]) {
		room := 1 << min(12+n, 15) // words
		l.chunks, n = append(l.chunks, prefault.Slice(make([]uint64, 0, room))), n+1
	}
	name := slices.Index(l.names, e.Name)
	if name < 0 {
		name, l.names = len(l.names), append(l.names, e.Name)
	}
	words := append(l.chunks[n-1], uint64(name), uint64(e.Time))
	at := len(words) - 2
	for i, v := range e.numbers() {
		if now := math.Float64bits(*v); now != l.last[i] {
			l.last[i] = now
			words[at] |= 1 << (8 + i)
			words = append(words, now)
		}
	}
	l.chunks[n-1] = words
}

// numbers are where an event has them.
func (e *Event) numbers() [len(numbers{})]*float64 {
	all := [len(numbers{})]*float64{&e.Price, &e.Exposure, &e.Cash, &e.AUM}
	for i := range e.Money {
		all[4+i] = &e.Money[i]
	}
	return all
}

// All goes through the events. Each is overwritten by the next.
func (l Events) All() iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		e := new(Event)
		all := e.numbers()
		for _, words := range l.chunks {
			for len(words) > 0 {
				e.Name, e.Time = l.names[words[0]&255], time.Duration(words[1])
				changed := words[0] >> 8
				for words = words[2:]; changed != 0; changed &= changed - 1 {
					*all[bits.TrailingZeros64(changed)] = math.Float64frombits(words[0])
					words = words[1:]
				}
				if e.weigh(); !yield(e) {
					return
				}
			}
		}
	}
}

// List is the events as a slice.
func (l Events) List() (list []Event) {
	for e := range l.All() {
		list = append(list, *e)
	}
	return list
}

// mark is the lane now.
func (k *Kernel) mark(l *Lane) Mark {
	if l.ended {
		return Mark{NAV: l.final, Health: math.Inf(1)}
	}
	x, b := l.position()
	e := x + b
	m := Mark{NAV: e, Leverage: x / e, Health: k.healthAt(l, x, b, e)}
	if c := &l.call; c.size > 0 {
		m.Strike = c.strike
	}
	return m
}

// healthAt is the health of a position.
func (k *Kernel) healthAt(l *Lane, x, b, e float64) float64 {
	v := &k.terms
	if k.option != nil {
		return k.healthNow(&l.call)
	}
	if v.EntrySize {
		return e / l.n
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
