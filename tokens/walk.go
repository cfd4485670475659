package tokens

import (
	"math"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// A Bar is one step whose extremes are known, in log-returns.
type Bar struct {
	Gap  float64 // from the last close to this open: a jump
	Move float64 // from the open to the close
	Lo   float64 // least reached, from the open, ≤ 0; if it is above Move, that is the least
	Hi   float64 // largest reached, from the open, ≥ 0; if it is below Move, that is the largest
	Down bool    // the keeper is out of service
}

// A way is how the price goes through a bar.
type way struct{ logs, factors block.Way }

func (b *Bar) way(fartherFirst bool) way {
	logs := block.WayThrough(b.Gap, min(b.Lo, b.Move), max(b.Hi, b.Move), b.Move)
	if fartherFirst {
		logs = logs.FartherFirst()
	}
	return way{logs, logs.Factors()}
}

// wayStep is one step whose extremes are known, on a way of these log moves and factors.
func (k *Kernel) wayStep(l *Lane, logs, factors *block.Way, now time.Duration) {
	start := now - k.step
	k.carry(l, start)
	if logs[0] != 0 && !l.ended {
		k.jump(l, factors[0], start)
		if !l.ended {
			k.look(l, start)
			k.visit(l, start)
		}
	}
	if l.ended {
		return
	}
	calm := k.calm(l, now)
	quiet := false // the last leg was
	// Open and close lie between the extremes: if nothing happens at these, all legs are quiet.
	near := float64(l.x * factors[1])
	still := calm.holds && k.clear(l, &calm, near) && k.clear(l, &calm, float64(near*factors[2]))
	for i := 1; i <= 3; i++ {
		if logs[i] == 0 && (i < 3 || quiet) {
			continue
		}
		x := float64(l.x * factors[i])
		quiet = still || calm.holds && (quiet || k.clear(l, &calm, l.x)) && k.clear(l, &calm, x)
		if quiet {
			if logs[i] == 0 {
				continue // the price stands still, and walk would not gauge it either
			}
			l.move(x)
			l.trace.price(factors[i])
			if k.terms.EntrySize || !l.between() {
				k.gauge(l)
			}
			if i < 3 && l.notable() {
				if end := logs.Reached(i, start, now); end < now {
					k.visit(l, end)
				}
			}
			continue
		}
		from, end := logs.Reached(i-1, start, now), logs.Reached(i, start, now)
		k.walk(l, leg{dir: math.Copysign(1, logs[i]), total: math.Abs(logs[i]), start: from, end: end})
		if l.ended {
			return
		}
		if end < now { // at an extreme; the close comes after the fee
			k.look(l, end)
			k.visit(l, end)
		}
		calm = k.calm(l, now)
	}
	k.close(l, now)
}

// A calm says on which legs nothing happens, as on most: no clock is met until the end of
// the step, and leverage and margin, which move one way on a leg, are clearly inside at its
// ends. Where it is close, or of a call, which has a strike and rolls, walk finds out.
type calm struct {
	holds     bool
	low, high float64 // leverage is watched, and clearly inside between these
}

const clearly = 1e-6

func (k *Kernel) calm(l *Lane, now time.Duration) calm {
	c := calm{k.option == nil && (l.trace == nil || l.trace.trades) && k.clock(l) >= now, math.Inf(-1), math.Inf(1)}
	if k.token.Keeper.Interval == 0 && !l.down && l.due == Never {
		c.low, c.high = l.trigger.Low*(1+clearly), l.trigger.High*(1-clearly)
	}
	return c
}

// clear says whether leverage and margin are clearly inside at exposure x.
func (k *Kernel) clear(l *Lane, c *calm, x float64) bool {
	e, size := x+l.b, math.Abs(x)
	if !(e > clearly*size && size > float64(c.low*e) && size < float64(c.high*e)) {
		return false
	}
	for i := range k.terms.Margins {
		if !(k.terms.Margins[i].of(x, l.b, l.n, l.vault.shares) > clearly*size) {
			return false
		}
	}
	return true
}

// clock is when the keeper acts next whatever the price does: the policy's clock, a look, or
// an order that is due.
func (k *Kernel) clock(l *Lane) time.Duration {
	switch {
	case l.down:
		return Never
	case l.due != Never:
		return l.due
	case k.token.Keeper.Interval > 0:
		return l.next
	}
	return l.trigger.At
}

func share(d time.Duration, part float64) time.Duration {
	return time.Duration(math.Round(float64(float64(d) * part)))
}

// piece is the log move between trades along an edge if the cost has no continuous
// limit (gas, or impact that depends on size). Within a log move of soon after a trade
// there is no other: further trades wait for the next piece.
const (
	piece = 0.001
	soon  = piece / 100
)

// A leg is a continuous, monotone move of the price.
type leg struct {
	dir, total float64 // +1 up or −1 down; size of the log move
	done       float64 // log move made so far
	start, end time.Duration
	clock      time.Duration // latest time at which a clock was met
}

// left is the log move that remains.
func (g *leg) left() float64 { return g.total - g.done }

// now is the time at which the price reached its current level, or of the latest clock
// met since.
func (g *leg) now() time.Duration {
	if g.total == 0 {
		return max(g.start, g.clock)
	}
	return max(g.start+share(g.end-g.start, g.done/g.total), g.clock)
}

// ahead is the log move that remains until a time; infinite if the leg ends before.
func (g *leg) ahead(at time.Duration) float64 {
	if at >= g.end {
		return math.Inf(1)
	}
	part := float64(at-g.start) / float64(g.end-g.start)
	return max(float64(g.total*part)-g.done, 0)
}

// Kinds of the next event on a leg.
const (
	atEnd = iota
	atLiquidation
	atClock
	atEdge
	atPiece
)

// walk moves the price along a leg, from event to event: liquidation, the policy's
// edges, its clock or the keeper's.
//
// It ends for every policy: a clock that does not advance is ignored for the rest of the
// leg, and after an edge without a trade, or too soon after the last one, the edges are
// ignored for a piece.
func (k *Kernel) walk(l *Lane, g leg) {
	always := k.token.Keeper.Interval == 0 && !l.down
	clock := true    // the policy's clock still runs in this leg
	again := 0.0     // the point of the leg from which there may be another trade
	unwatched := 0.0 // edges are not met before this point
	for !l.ended {
		d, x, what := g.left(), 0.0, atEnd
		if v, xv := k.liquidationAhead(l, &g); v <= d {
			d, x, what = v, xv, atLiquidation
		}
		at := Never
		switch {
		case l.down:
		case l.due != Never:
			at = l.due
		case !always:
			at = l.next
		case clock:
			at = l.trigger.At
		}
		if v := g.ahead(at); v <= d && what == atEnd || v < d {
			d, x, what = v, 0, atClock
		}
		if always && l.due == Never {
			if v := unwatched - g.done; v > 0 {
				if v < d {
					d, x, what = v, 0, atPiece
				}
			} else if v, xv := k.edgeAhead(l, &g); v < d {
				d, x, what = v, xv, atEdge
			}
		}
		k.advance(l, &g, d, x)
		now := g.now()
		switch what {
		case atEnd:
			return
		case atLiquidation:
			k.liquidate(l, now)
			if !l.ended && always && g.done >= again {
				again = g.done + soon
				k.look(l, now)
			}
		case atClock:
			g.clock = max(at, now) // a clock may be late
			k.look(l, g.clock)
			clock = l.trigger.At > g.clock
			k.visit(l, g.clock)
		case atPiece:
			unwatched = 0
		case atEdge:
			k.visit(l, now)
			if k.token.Keeper.Latency > 0 {
				k.order(l, now)
				continue
			}
			if k.option != nil {
				if unwatched = g.done + piece; g.done >= again && k.tradeCall(l, now) {
					again, unwatched = g.done+soon, 0
				}
				k.wait(l, now)
				k.visit(l, now)
				continue
			}
			liquidated := false // on the way along the edge
			v := k.view(l, now)
			to, ok := k.token.Policy.Trade(v, &l.state)
			stay := math.Abs(to-v.Leverage) <= 1e-9*v.Leverage
			switch {
			case ok && stay && k.staysAt(l, to, g.dir):
				if g.done >= again {
					l.rebalances++
				}
				d := g.left()
				if clock {
					d = min(d, g.ahead(l.trigger.At))
				}
				reached := k.reach(l, g.dir, to, d)
				k.tradeAlong(l, &g, to, reached)
				again = g.done + soon
				liquidated = reached < d
			case ok && !stay && g.done >= again && k.trade(l, to, now):
				again = g.done + soon
			default:
				unwatched = g.done + piece
			}
			k.wait(l, g.now())
			k.visit(l, g.now())
			if liquidated {
				k.liquidate(l, g.now())
			}
		}
	}
}

// advance moves the price by a log move d, to exposure x if x is not zero: then it is
// known exactly.
func (k *Kernel) advance(l *Lane, g *leg, d, x float64) {
	if d == 0 {
		return
	}
	if k.option != nil {
		k.advanceCallBy(l, g, d, x)
		return
	}
	if x == 0 || l.trace != nil {
		gross := fmath.Exp(float64(g.dir * d))
		if x == 0 {
			x = float64(l.x * gross)
		}
		l.trace.price(gross)
	}
	l.move(x)
	g.done = min(g.done+d, g.total)
	if l.trace != nil {
		l.trace.event(l, g.now(), "price")
	}
	k.gauge(l)
}

// liquidationAhead is the log move until the venue liquidates, and the exposure
// there; infinite if the leg ends before that or, up to the tolerance, at it.
func (k *Kernel) liquidationAhead(l *Lane, g *leg) (d, x float64) {
	if k.option != nil {
		return k.callLiquidationAhead(l, g)
	}
	v := &k.terms
	if v.liquidates(l.x, l.b, l.n, l.vault.shares) {
		return 0, l.x
	}
	d = math.Inf(1)
	for i := range v.Margins {
		if !(float64(g.dir*l.x)*v.Margins[i].Exposure < 0) {
			continue // the margin grows
		}
		if di, xi := moveTo(l.x, v.Margins[i].exposureAt(l.b, l.n, l.vault.shares), g.dir, g.left()); di < d {
			d, x = di, xi
		}
	}
	if !(d+tolerance < g.left()) {
		d = math.Inf(1)
	}
	return d, x
}

// edgeAhead is the log move until leverage reaches the edge it is moving towards,
// zero if it is there or beyond, and the exposure there; infinite if the leg ends
// before that or, up to the tolerance, at it.
func (k *Kernel) edgeAhead(l *Lane, g *leg) (d, x float64) {
	if k.option != nil {
		return k.callEdgeAhead(l, g)
	}
	lev := math.Abs(l.x) / (l.x + l.b)
	rises := g.dir > 0
	if k.sign > 0 && lev > 1 {
		rises = !rises
	}
	edge := l.trigger.Low
	if rises {
		edge = l.trigger.High
	}
	if !(edge > 0) || math.IsInf(edge, 1) {
		return math.Inf(1), 0
	}
	w := float64(k.sign * edge)
	if rises && lev >= edge || !rises && lev <= edge {
		d, x = 0, l.x
	} else if d, x = moveTo(l.x, float64(w*l.b)/(1-w), g.dir, g.left()); math.IsInf(d, 1) &&
		math.Abs(lev-edge) <= 1e-9*edge {
		d, x = 0, l.x // the edge is a rounding away, behind
	}
	// At leverage w a log move m changes leverage by a fraction (1−w)·m.
	if !(d+tolerance/math.Abs(1-w) < g.left()) {
		d = math.Inf(1)
	}
	return d, x
}

// moveTo is the log move in direction dir that takes exposure from to to;
// infinite if that lies the other way. Of a move clearly above left it is enough that it is above.
func moveTo(from, to, dir, left float64) (d, x float64) {
	if ratio := to / from; ratio > 0 {
		// Most moves are, and need no logarithm: ±ln r is at least 1 − 1/r upwards and 1 − r downwards.
		if d = float64(dir * (ratio - 1)); d > float64(left*(1+clearly))*max(ratio, 1) {
			return d, to
		}
		if d = float64(dir * fmath.Log(ratio)); d >= 0 {
			return d, to
		}
	}
	return math.Inf(1), 0
}

// staysAt reports whether continuous trading at the edge lev has a limit while the price
// moves in direction dir: cost is proportional, the move takes leverage over the edge,
// and a sale lowers leverage in spite of its cost.
func (k *Kernel) staysAt(l *Lane, lev, dir float64) bool {
	c := k.cost(l)
	rate := c.Proportional(dir*k.sign > 0)
	// Where fee and rebate cancel but for rounding, tradeAlong cannot separate them.
	fee := c.fee(dir*k.sign > 0)
	separate := math.Abs(rate) > 1e-9*math.Abs(fee) || fee == 0
	return separate && c.proportional() && (k.sign < 0 && lev > 0 || lev > 1) && float64(dir*k.sign*lev)*rate > -1
}

// An alongEdge is the result of continuous trading at an edge while the price makes a
// log move. With signed edge w, rate k of the cost and s = ±1 for a rising or falling
// price, log equity grows by c = (1+s·k)·w/(1+s·k·w) per unit of ln S, of which w is the
// price's part and the rest the cost's. Turnover grows by w(w−1)/(1+s·k·w).
type alongEdge struct {
	w, c, rate, gain, turnover float64
	x, b, n                    float64
}

func (k *Kernel) along(l *Lane, dir, lev, d float64) alongEdge {
	r := alongEdge{w: float64(k.sign * lev), n: l.n}
	r.rate = k.cost(l).Proportional(dir*k.sign > 0) // a long adds in a rise, a short in a fall
	sk := float64(dir * r.rate)
	r.c = float64((1+sk)*r.w) / (1 + float64(sk*r.w))
	turn := float64(r.w*(r.w-1)) / (1 + float64(sk*r.w))
	e := l.x + l.b
	r.gain, r.turnover = float64(e*fmath.Expm1(float64(r.c*float64(dir*d)))), float64(turn*d)
	if k.terms.EntrySize {
		if dir*r.w > 0 {
			r.n += float64(turn*r.gain) / float64(r.c*dir)
		} else {
			r.n = float64(r.n * fmath.Exp(-r.turnover/lev))
		}
	}
	after := e + r.gain
	r.x, r.b = float64(r.w*after), after-float64(r.w*after)
	return r
}

// reach is how much of the log move d a lane can trade along an edge before the venue
// liquidates, up to just beyond that point. At constant leverage only a margin that
// depends on the position's size or history can run out.
func (k *Kernel) reach(l *Lane, dir, lev, d float64) float64 {
	liquidates := func(d float64) bool {
		r := k.along(l, dir, lev, d)
		return k.terms.margin(r.x, r.b, r.n, l.vault.shares) < 0
	}
	if k.terms.scaleFree() || !liquidates(d) {
		return d
	}
	safe := 0.0
	for range 60 {
		if m := (safe + d) / 2; liquidates(m) {
			d = m
		} else {
			safe = m
		}
	}
	return d
}

// tradeAlong holds leverage at the edge lev by continuous trading while the price makes
// the log move d, at proportional cost.
func (k *Kernel) tradeAlong(l *Lane, g *leg, lev, d float64) {
	r, move := k.along(l, g.dir, lev, d), float64(g.dir*d)
	paid := float64(r.gain*(r.c-r.w)) / r.c
	l.money.add(Price, r.gain-paid)
	l.logs[Price] += float64(r.w * move)
	if r.rate != 0 {
		c := k.cost(l)
		part := c.fee(g.dir*k.sign > 0)
		fee := float64(paid*part) / r.rate
		l.money.add(TradeFee, fee)
		l.money.add(Impact, paid-fee)
		log := float64((r.c - r.w) * move)
		logFee := float64(log*part) / r.rate
		l.logs[TradeFee] += logFee
		l.logs[Impact] += log - logFee
	}
	l.turnover += r.turnover
	l.x, l.b, l.n = r.x, r.b, r.n
	g.done = min(g.done+d, g.total)
	k.gauge(l)
	l.trace.price(fmath.Exp(move))
	l.trace.event(l, g.now(), "edge")
}
