package tokens

import (
	"time"

	"mcrisk/fmath"
)

// An Event is something that happened to a token, and where it left it: start, carry,
// price, edge, order, rebalance, no trade, fee, liquidation, roll (of a call's strike), open (of a call after a
// liquidation), margin (of a call, and its hedge, set anew), deleveraged (by the venue, because it
// had won too much), closed (the vault, because it had become small), stop or wipe-out.
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
	e.Exposure, e.Cash, e.Money = l.x, l.b, l.money.sum
	e.weigh()
}

// weigh adds what the position makes.
func (e *Event) weigh() {
	e.Equity = e.Exposure + e.Cash
	if e.Leverage = 0; e.Equity > 0 {
		e.Leverage = e.Exposure / e.Equity
	}
}

// A Path is one price history, or a part of one, step by step, in log-returns.
type Path struct {
	Step time.Duration
	Bars []Bar
	// Extremes says that Lo, Hi and Gap of the bars are known. Without them only
	// Move counts, and the price is seen at the end of each step.
	Extremes bool
	// FartherFirst says that bars go over their farther extreme first, and then the nearer one.
	FartherFirst bool

	ways []way // of the bars; nil: each token makes them
}

// Prepare makes of the bars, once, what else every token makes of them. It is called again when they change.
func (p *Path) Prepare() {
	if p.ways = p.ways[:0]; p.Extremes {
		for i := range p.Bars {
			p.ways = append(p.ways, p.Bars[i].way(p.FartherFirst))
		}
	}
}

// Live returns the token's lifetime on a path.
func (k *Kernel) Live(p Path) Lifetime {
	f := k.Start()
	f.Live(p, nil)
	return f.End()
}

// Trace is Live with every event that happened. It runs the same code: the
// lifetime has the same bits.
func (k *Kernel) Trace(p Path) (Lifetime, []Event) {
	var events []Event
	f := &Life{kernel: k, lane: k.BeginTraced(func(e Event) { events = append(events, e) })}
	f.Live(p, nil)
	return f.End(), events
}

// A Life is a lifetime of a token while it is lived, on a path that may come in parts.
type Life struct {
	kernel *Kernel // in force
	lane   Lane
	steps  int   // lived
	dated  int   // which of the kernel's is in force
	last   *Mark // of the last step
}

// Start begins a lifetime.
func (k *Kernel) Start() *Life { return &Life{kernel: k, lane: k.Begin()} }

// StartTraced is [Kernel.Start] of a lifetime that adds to events, but for those of every step, carry, price
// and fee. It takes little more time.
func (k *Kernel) StartTraced(events *Events) *Life {
	f := &Life{kernel: k, lane: k.BeginTraced(events.add)}
	f.lane.trace.trades = true
	return f
}

// Live goes on with the lifetime on a part of the path. It says what the token was after every step: marks
// has one for each bar, or is nil.
func (f *Life) Live(p Path, marks []Mark) {
	if p.Step != f.kernel.step {
		panic("tokens: path has another step than the kernel was compiled for")
	}
	if f.kernel.drawn != nil || f.kernel.option != nil && f.kernel.option.drawn {
		panic("tokens: a kernel whose rates are drawn; want it in blocks, which have them")
	}
	l := &f.lane
	for i := range p.Bars {
		if !l.ended {
			f.step(&p, i)
		}
		if marks != nil {
			marks[i] = f.kernel.mark(l)
			f.last = &marks[i]
		}
	}
	f.steps += len(p.Bars)
}

// step lives the i-th step of a path that begins where the lifetime is.
func (f *Life) step(p *Path, i int) {
	k, l, step := f.kernel, &f.lane, f.steps+i
	now := time.Duration(step+1) * k.step
	if k.next != nil && now-k.step >= k.until {
		k = k.succeed(l, now-k.step)
		f.kernel, f.dated = k, 0
		if l.ended {
			return
		}
	}
	if l.dated = nil; k.dated != nil {
		for f.dated+1 < len(k.dated) && k.dated[f.dated+1].from <= step {
			f.dated++
		}
		l.dated = &k.dated[f.dated]
	}
	k.disturb(l, p, i)
	switch {
	case !p.Extremes:
		k.advanceGrid(l, fmath.Exp(p.Bars[i].Move), now)
	case p.ways == nil:
		w := p.Bars[i].way(p.FartherFirst)
		k.flush(l)
		k.wayStep(l, &w.logs, &w.factors, now)
	default:
		k.flush(l)
		k.wayStep(l, &p.ways[i].logs, &p.ways[i].factors, now)
	}
}

// disturb says to a lane, for the i-th step of a path, whether its keeper is out of service and how high
// the realised variance is.
func (k *Kernel) disturb(l *Lane, p *Path, i int) {
	b, stress := &p.Bars[i], &k.token.Stress
	l.down = b.Down && (k.token.Keeper.Outage.Rate > 0 || stress.Outs())
	if stress.Window == 0 {
		return
	}
	if stress.Volatility == 0 {
		panic("tokens: stress on a path; want its volatility")
	}
	move := b.Move
	if p.Extremes {
		move += b.Gap
	}
	l.variance = k.measure.Next(l.variance, move)
}

// End ends the lifetime. The last mark becomes what it ended as, after the fees that are taken then.
func (f *Life) End() Lifetime {
	life := f.kernel.Finish(&f.lane, time.Duration(f.steps)*f.kernel.step)
	if f.last != nil {
		*f.last = f.kernel.mark(&f.lane)
	}
	return life
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
