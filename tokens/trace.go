package tokens

import (
	"time"

	"mcrisk/fmath"
)

// An Event is something that happened to a token, and where it left it: start, carry,
// price, edge, order, rebalance, no trade, fee, liquidation, closed (the vault, because
// it had become small), stop or wipe-out.
type Event struct {
	Time     time.Duration // from the start
	Name     string        // what happened, one of these words
	Price    float64       // of the underlying, relative to its price at the start
	Exposure float64       // in initial equity, signed
	Cash     float64       // in initial equity, signed
	Equity   float64       // in initial equity
	Leverage float64       // signed; zero without equity
	AUM      float64       // US dollars in the vault
	Money    Ledger        // running totals
}

// A recorder passes on the events of one lifetime, each once the next has occurred. A
// nil recorder ignores them.
type recorder struct {
	kernel  *Kernel
	observe func(Event)
	trades  bool // leave out what every step has: carry, price, fee
	last    Event
	s       float64
}

func (r *recorder) price(gross float64) {
	if r != nil {
		r.s *= gross
	}
}

func (r *recorder) event(l *Lane, now time.Duration, name string) {
	if r != nil { // on its own, so that callers need no call where events are not observed
		r.record(l, now, name)
	}
}

func (r *recorder) record(l *Lane, now time.Duration, name string) {
	if r.trades && (name == "carry" || name == "price" || name == "fee") {
		return
	}
	e := Event{Time: now, Name: name, Price: r.s}
	e.stand(l)
	e.AUM = r.kernel.size(l, max(0, e.Equity))
	r.flush()
	r.last = e
}

// flush passes on the last event.
func (r *recorder) flush() {
	if r != nil && r.last.Name != "" {
		r.observe(r.last)
	}
}

// stand adds a lane's position and books to an event.
func (e *Event) stand(l *Lane) {
	e.Exposure, e.Cash, e.Equity, e.Money = l.x, l.b, l.x+l.b, l.money.sum
	if e.Leverage = 0; e.Equity > 0 {
		e.Leverage = l.x / e.Equity
	}
}

// A Path is one price history, step by step, in log-returns.
type Path struct {
	Step time.Duration
	Bars []Bar
	// Extremes says that Lo, Hi and Gap of the bars are known. Without them only
	// Move counts, and the price is seen at the end of each step.
	Extremes bool
	// FartherFirst says that bars go over their farther extreme first, and then the nearer one.
	FartherFirst bool
}

// Live returns the token's lifetime on a path.
func (k *Kernel) Live(p Path) Lifetime {
	l := k.Begin()
	return k.run(&l, p, nil).Finish(&l, p.length())
}

// Trace is Live with every event that happened. It runs the same code: the
// lifetime has the same bits.
func (k *Kernel) Trace(p Path) (Lifetime, []Event) {
	var events []Event
	l := k.BeginTraced(func(e Event) { events = append(events, e) })
	return k.run(&l, p, nil).Finish(&l, p.length()), events
}

func (p Path) length() time.Duration { return time.Duration(len(p.Bars)) * p.Step }

// run lives the path, marks its steps if it is to, and returns the kernel that it ended with.
func (k *Kernel) run(l *Lane, p Path, marks []Mark) *Kernel {
	if p.Step != k.step {
		panic("tokens: path has another step than the kernel was compiled for")
	}
	at := 0 // of what is dated
	for i, bar := range p.Bars {
		if l.ended {
			for ; marks != nil && i < len(p.Bars); i++ {
				marks[i] = k.mark(l)
			}
			return k
		}
		now := time.Duration(i+1) * k.step
		if k.next != nil && now-k.step >= k.until {
			k, at = k.succeed(l, now-k.step), 0
		}
		if l.dated = nil; k.dated != nil {
			for at+1 < len(k.dated) && k.dated[at+1].from <= i {
				at++
			}
			l.dated = &k.dated[at]
		}
		l.down = bar.Down && k.token.Keeper.Outage.Rate > 0
		if p.Extremes {
			k.flush(l)
			k.barStep(l, bar, p.FartherFirst, now)
		} else {
			k.advanceGrid(l, fmath.Exp(bar.Move), now)
		}
		if marks != nil {
			marks[i] = k.mark(l)
		}
	}
	return k
}

// traceFast is a step of the fast path with its events: gridStep makes them on a copy,
// and the last one is given the position of the lane itself.
func (k *Kernel) traceFast(l *Lane, gross float64, now time.Duration) {
	book, c, flushed := l.trace, k.fast, *l
	l.trace = nil
	stepped := c.step(l, gross, now)
	if stepped && book.trades && l.rebalances == flushed.rebalances {
		l.trace = book
		book.price(gross)
		return
	}
	c.flush(k, &flushed)
	k.gridStep(&flushed, gross, now)
	if !stepped {
		*l = flushed
		return
	}
	flushed = *l
	c.flush(k, &flushed)
	book.last.stand(&flushed)
	l.trace = book
}
