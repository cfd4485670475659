package tokens

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
)

// charges are what a venue charges over one step.
type charges struct {
	growX, growB       float64 // interest on exposure and on cash: e^{rate·dt} − 1
	funding, borrowFee float64 // fractions of notional: rate·dt
	onMargin           float64 // of equity: rate·dt
}

// none says that nothing is charged.
func (c *charges) none() bool {
	return c.growX == 0 && c.growB == 0 && c.funding == 0 && c.borrowFee == 0 && c.onMargin == 0
}

// over are the charges of a step of dt years.
func (t *Terms) over(dt float64) charges {
	return charges{
		growX:   fmath.Expm1(float64(t.ExposureInterest.Rate * dt)),
		growB:   fmath.Expm1(float64(t.CashInterest.Rate * dt)),
		funding: float64(t.Funding.Rate * dt), borrowFee: float64(t.BorrowFee.Rate * dt),
		onMargin: float64(t.MarginInterest.Rate * dt),
	}
}

// A Dated is what a token pays from a step on, in place of constants.
type Dated struct {
	From  int   // the step, from 0; until that of the next Dated
	Terms Terms // of which the rates of the charges count; their size is not limited
	// Option has the rates of a token that holds one: Borrow and Supply, and with Funded its Funding, which then is the
	// venue's rate of that time, whatever the skew. No other number of it may differ from the token's.
	Option Option
	Funded bool
	// Cost is that of a trade; only its gas and its impact may differ from the token's.
	Cost Cost
}

// dated is a Dated over one step.
type dated struct {
	charges
	gas, impact float64
	sides       sideNumbers // where they are drawn with the path
	call        callRates   // of an option
	from        int
}

// callRates are what an option charges over one step.
type callRates struct {
	growOwed, growCash float64 // interest: e^{rate·dt} − 1
	funding            float64 // a fraction of size, if funded
	funded             bool
}

// Follow makes the kernel's rates change with the steps of a path. The first of the list is in
// force from step 0; the steps are in order, none twice. Its lanes live on a [Path] then, or in
// blocks after [Kernel.ByBar]. Where nothing changes, they have the bits of a token of these rates.
//
// Without a call, the token's own rates are in force at every step.
func (k *Kernel) Follow(list []Dated) error {
	dt := years(k.step)
	all := make([]dated, 0, len(list))
	gas, impact := 0.0, 0.0
	for i, d := range list {
		if i == 0 && d.From != 0 || i > 0 && d.From <= list[i-1].From {
			return fmt.Errorf("tokens: dated rates: number %d is in force from step %d; want steps that rise from 0",
				i, d.From)
		}
		c := d.Terms.over(dt)
		if size := math.Abs(c.growX) + math.Abs(c.growB) + math.Abs(c.funding) + math.Abs(c.borrowFee) +
			math.Abs(c.onMargin); !(size < math.Inf(1)) {
			return fmt.Errorf("tokens: dated rates: %+v at step %d; want finite numbers", c, d.From)
		}
		if err := d.Cost.check(); err != nil {
			return fmt.Errorf("tokens: dated costs at step %d: %w", d.From, err)
		}
		next := dated{charges: c, gas: d.Cost.Gas, impact: d.Cost.Impact, from: d.From}
		if k.option != nil {
			var err error
			if next.call, err = k.option.dated(d, dt); err != nil {
				return fmt.Errorf("tokens: dated rates at step %d: %w", d.From, err)
			}
		}
		if n := len(all); n > 0 && next.same(&all[n-1]) {
			continue
		}
		all = append(all, next)
		gas, impact = max(gas, d.Cost.Gas), max(impact, d.Cost.Impact)
	}
	if len(all) == 0 {
		return errors.New("tokens: dated rates: none; want those from step 0 on")
	}
	k.first.entry = k.entry(&all[0])
	// Whether continuous trading at an edge has a limit must not change on the way: with gas
	// or impact at any time it has none.
	k.token.Cost.Gas, k.token.Cost.Impact = gas, impact
	if k.charges, k.dated = all[0].charges, all; len(all) == 1 && k.option == nil {
		k.dated = nil
	}
	k.fast, k.ofBar = newFastPath(k), nil
	return nil
}

// same reports whether what is paid does not change.
func (d *dated) same(o *dated) bool {
	return d.charges == o.charges && d.gas == o.gas && d.impact == o.impact && d.call == o.call
}

// entry is what entering costs the holder at dated costs.
func (k *Kernel) entry(d *dated) float64 {
	t := k.token
	t.Cost.Gas, t.Cost.Impact = d.gas, d.impact
	if k.sided() {
		t.Cost = d.sides.in(t.Cost)
	}
	return t.enter(k.terms.Lender).Total()
}

// sided reports whether what the side of a trade adds to its cost is drawn with the paths.
func (k *Kernel) sided() bool { return k.drawn != nil && k.drawn.sides != nil }

// cost is what a trade of the lane costs now.
func (k *Kernel) cost(l *Lane) Cost {
	c := k.token.Cost
	if l.dated != nil {
		c.Gas, c.Impact = l.dated.gas, l.dated.impact
	}
	if k.sided() && l.dated != nil {
		c = l.dated.sides.in(c)
	}
	if k.token.Stress.Window > 0 {
		c = k.token.Stress.cost(c, l.variance)
	}
	return c
}

// Then lets another kernel go on from a time: the token that a vault becomes when its rules
// change. What the lane holds stays; the policy's memory does if the policy is the same. Fees
// that are due are taken in shares if their rule changes. Where the venue's margins change, a position
// that is below the new ones is liquidated at that time. The side, what the venue calls a margin, deposits,
// and what the holder's entry rests on must be those of before, as a record of the whole lifetime
// rests on them. The time rounds up to a step's start. Lanes then live on a [Path].
func (k *Kernel) Then(at time.Duration, next *Kernel) error {
	a, b := &k.token, &next.token
	if at <= 0 {
		return fmt.Errorf("tokens: a change after %v; want a time after the start", at)
	}
	for _, c := range []struct {
		what string
		same bool
	}{
		{"length of a step", k.step == next.step},
		{"side of the target", k.sign == next.sign},
		{"base of the venue's margin", k.terms.EntrySize == next.terms.EntrySize &&
			k.terms.Lender == next.terms.Lender && k.Option() == next.Option()},
		{"AUM", a.AUM == b.AUM},
		{"flows", a.Flows == b.Flows},
		{"entry fee", a.EntryFee == b.EntryFee},
		{"amount that the holder invests", a.Holder.Invest == b.Holder.Invest},
		{"number of parts of the holder's trades", a.Holder.Parts == b.Holder.Parts},
		{"means of payment of the holder", a.Holder.PaidIn == b.Holder.PaidIn},
		{"fee of the flash loan on entry", a.Holder.EntryFlashFee == b.Holder.EntryFlashFee},
		{"outages of the keeper", a.Keeper.Outage == b.Keeper.Outage},
		{"stress", a.Stress == b.Stress},
	} {
		if !c.same {
			return fmt.Errorf("tokens: the %s changes; want the same for the whole lifetime", c.what)
		}
	}
	k.until, k.next = at, next
	if before, ok := a.Mechanism.(Option); ok {
		start := (at + k.step - 1) / k.step * k.step
		next.option.follows(k.option, start, before.Funding != b.Mechanism.(Option).Funding)
	}
	return nil
}

// succeed is the kernel that goes on from the start of a step.
func (k *Kernel) succeed(l *Lane, now time.Duration) *Kernel {
	for k.next != nil && now >= k.until {
		k.flush(l)
		before := &k.token
		if before.Minting != k.next.token.Minting || before.StreamingFee != k.next.token.StreamingFee {
			k.mint(l, now, true) // what is due under the old rule; the new one begins here
			k.visit(l, now)
		}
		terms := &k.terms
		k = k.next
		if k.option != nil {
			k.option.watch(&l.call)
			l.call.rate, l.call.full = k.option.constant, k.option.Skew >= k.option.SkewMax
		}
		if !slices.Equal(terms.Margins, k.terms.Margins) {
			k.venueChanges(l, terms, now)
			if l.ended {
				return k
			}
		}
		if terms.ADL != k.terms.ADL {
			l.spared = k.terms.ADL.Profit
		}
		if i := k.token.Keeper.Interval; i != before.Keeper.Interval && i > 0 {
			l.next = (now/i + 1) * i
		}
		switch {
		case !reflect.DeepEqual(before.Policy, k.token.Policy):
			l.state = State{}
			k.wait(l, now)
		case before.Target != k.token.Target:
			k.wait(l, now)
		}
	}
	return k
}

// venueChanges keeps what the record has of the margins of before, and liquidates what is below the new ones.
func (k *Kernel) venueChanges(l *Lane, before *Terms, now time.Duration) {
	if before.Lender { // of others, the record has no number that the margins are in
		was := &earlier{health: k.healthUnder(before, l), low: l.lev.min, high: l.lev.max}
		if o := l.earlier; o != nil {
			was.health, was.low, was.high = min(was.health, o.health), min(was.low, o.low), max(was.high, o.high)
		}
		l.earlier, l.bust = was, 0
		l.lev.min, l.lev.max = l.Leverage(), l.Leverage()
	}
	if k.terms.liquidates(l.x, l.b, l.n, l.vault.shares) {
		k.liquidate(l, now)
	}
}

// ByBar lets lanes live in blocks whose steps are drawn from a history of so many bars: a step pays
// what [Kernel.Follow] has for the step of the history's that it is drawn from.
func (k *Kernel) ByBar(bars int) {
	k.ofBar = make([]int32, bars)
	at := 0
	for i := range k.ofBar {
		for at+1 < len(k.dated) && k.dated[at+1].from <= i {
			at++
		}
		k.ofBar[i] = int32(at)
	}
	if k.fast != nil && k.fast.dated != nil {
		k.fast.dated.place(k.ofBar)
	}
}

// date sets what a lane of a block pays in a step. It panics for a kernel whose rates or rules change
// with the dates of a path, which the block does not have.
func (k *Kernel) date(b *block.Block, underlying int, l *Lane, step, i int) {
	if d := k.drawn; d != nil {
		l.own.gas, l.own.impact = k.token.Cost.Gas, k.token.Cost.Impact
		d.at(b, step, i, &l.own)
		l.dated = &l.own
		if k.sided() && b.First+step == 0 {
			l.entry = k.entry(l.dated)
		}
		return
	}
	if k.dated == nil && k.next == nil {
		return
	}
	k.wantBars(b)
	l.dated = k.datedAt(b, underlying, step, i)
	if b.First+step == 0 {
		l.entry = k.entry(l.dated)
	}
}

// datedAt is what a lane of a block pays in a step.
func (k *Kernel) datedAt(b *block.Block, underlying, step, i int) *dated {
	return &k.dated[k.ofBar[b.Bar[underlying][step][i]]]
}

func (k *Kernel) wantBars(b *block.Block) {
	if k.ofBar == nil || k.next != nil || b.Bar == nil {
		panic("tokens: a kernel that changes on dates; want it on a Path, or a block with the bars of a history")
	}
}
