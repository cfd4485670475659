package tokens

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Flows are the deposits and withdrawals of a vault. They set its size in US dollars, and
// so gas, impact and whatever else is counted in dollars. They change neither leverage
// nor net asset value: who enters or leaves brings or takes a share of the position, and
// pays for its trades.
//
// For trades, policies and venues, an exposure X is worth X·A dollars, with equity E
// just before:
//
//	Steady   A = AUM/E            the vault is held at AUM dollars
//	NoFlows  A = AUM              AUM·E dollars are left of it
//	Chasing  A = AUM·shares       shares outstanding over those at the start
//
// So under Steady flows the cost of a trade over equity is a function of the leverage
// before it only.
type Flows struct {
	Kind FlowKind

	// CloseBelow is the size in US dollars below which a vault without flows is closed:
	// at the end of a step the position is sold at its cost, and the lifetime ends
	// with what is left. Zero: never. At most AUM.
	CloseBelow float64

	// Chasing: at the end of each day deposits less withdrawals are this part of the
	// vault,
	//
	//	Response·(E/E_d − 1), no more than Cap and no less than −Cap,
	//
	// E_d being the equity LookBack before, or at the start. A flow that would leave
	// less than 1e-6 or more than 1e15 US dollars does not happen.
	Response float64       // of a day, per unit of return
	LookBack time.Duration // whole days, at most a year
	Cap      float64       // of a day, in [0, 1)
}

// A FlowKind says how a vault's size moves.
type FlowKind int

const (
	Steady  FlowKind = iota // held at AUM
	NoFlows                 // none: it is what AUM has become
	Chasing                 // money follows returns
)

const day = 24 * time.Hour

func (f Flows) check(aum float64) (faults []error) {
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("tokens: "+format, args...))
		}
	}
	switch f.Kind {
	case Steady:
	case NoFlows:
		want(f.CloseBelow >= 0 && f.CloseBelow <= aum, "a vault of %v USD is closed below %v USD; want 0 to its AUM",
			aum, f.CloseBelow)
	case Chasing:
		want(math.Abs(f.Response) <= 100, "response of flows = %v; want -100 to 100", f.Response)
		want(f.LookBack >= day && f.LookBack <= 365*day && f.LookBack%day == 0,
			"look-back of flows = %v; want whole days from 1 to 365", f.LookBack)
		want(f.Cap >= 0 && f.Cap < 1, "cap of flows = %v; want a fraction from 0 to below 1", f.Cap)
	default:
		want(false, "flows = %d; want Steady, NoFlows or Chasing", f.Kind)
	}
	return faults
}

// Closes reports whether the vault is closed when it has become small.
func (t *Token) Closes() bool { return t.Flows.Kind == NoFlows && t.Flows.CloseBelow > 0 }

// terms are what the venue asks, once dollars have become multiples of equity: under
// steady flows a constant of so many dollars is AUM's part of them times exposure and
// cash.
func (t *Token) terms() Terms {
	terms := t.Mechanism.Terms(*t)
	if t.Flows.Kind == Steady {
		terms.Margins = slices.Clone(terms.Margins)
		for i := range terms.Margins {
			if m := &terms.Margins[i]; m.Constant != 0 {
				m.Exposure, m.Cash, m.Constant = m.Exposure+m.Constant, m.Cash+m.Constant, 0
			}
		}
	}
	return terms
}

// A vault is the state of a lane's vault, from which its size follows.
type vault struct {
	shares float64   // outstanding over those at the start
	days   int       // that have ended
	past   []float64 // equity at the ends of the last days, in a ring; nil unless flows chase it
}

func newVault(f Flows) vault {
	v := vault{shares: 1}
	if f.Kind == Chasing {
		v.past = slices.Repeat([]float64{1}, int(f.LookBack/day))
	}
	return v
}

// dollars is the value in US dollars of a unit of initial equity while equity is e;
// without equity it is the value at the start.
func (k *Kernel) dollars(l *Lane, e float64) float64 {
	if k.token.Flows.Kind == Steady && e > 0 {
		return k.token.AUM / e
	}
	return float64(k.token.AUM * l.vault.shares)
}

// The least and the greatest size in US dollars that flows lead to.
const (
	leastAUM = 1e-6
	mostAUM  = 1e15
)

// flow makes the deposits and withdrawals of the days that have ended.
func (k *Kernel) flow(l *Lane, now time.Duration) {
	f, v := &k.token.Flows, &l.vault
	for ; now >= time.Duration(v.days+1)*day; v.days++ {
		e := l.x + l.b
		then := &v.past[v.days%len(v.past)]
		part := max(-f.Cap, min(f.Cap, float64(f.Response*(e / *then - 1))))
		*then = e
		shares := v.shares + float64(v.shares*part)
		if size := float64(float64(k.token.AUM*shares) * e); size >= leastAUM && size <= mostAUM {
			v.shares = shares
			if k.token.FeeToVault > 0 {
				k.flowFee(l, part, now)
			}
		}
	}
}

// flowFee books what a flow, a part of the vault, leaves there of its fees. The manager
// keeps the rest as shares of deposits and is paid the rest of withdrawals.
func (k *Kernel) flowFee(l *Lane, part float64, now time.Duration) {
	var gain float64
	if part > 0 {
		kept := float64(k.token.EntryFee * k.token.FeeToVault)
		gain = float64(part*kept) / (1 + float64(part*(1-kept)))
	} else {
		gain = -float64(float64(part*k.token.ExitFee)*k.token.FeeToVault) / (1 + part)
	}
	if gain == 0 {
		return
	}
	e := l.x + l.b
	l.book(FlowFee, float64(e*gain), e, logPerUnit(gain))
	l.x += float64(gain * l.x)
	l.b += float64(gain * l.b)
	l.n += float64(gain * l.n)
	if k.option != nil {
		l.call.grow(gain)
	}
	l.trace.event(l, now, "flow fee")
	k.visit(l, now)
}

// closeDown ends a lifetime whose vault has become small: the position is sold, at its
// cost.
func (k *Kernel) closeDown(l *Lane, now time.Duration) {
	k.gauge(l)
	if k.option != nil {
		k.closeCall(l)
	} else if q, e := math.Abs(l.x), l.x+l.b; q > 0 {
		fee, impact, gas := k.cost(l).of(q, k.dollars(l, e), false)
		cost := fee + impact + gas
		per := logPerUnit(-cost / e)
		l.book(TradeFee, -fee, e, per)
		l.book(Impact, -impact, e, per)
		l.book(Gas, -gas, e, per)
		l.turnover += q / e
		l.x, l.b, l.n = 0, e-cost, 0
	}
	l.closed = true
	l.trace.event(l, now, "closed")
	l.end(now)
}

// size is the vault's while the token is worth nav, in US dollars.
func (k *Kernel) size(l *Lane, nav float64) float64 {
	switch {
	case nav == 0:
		return 0
	case k.token.Flows.Kind == Steady:
		return k.token.AUM
	}
	return float64(k.dollars(l, nav) * nav)
}
