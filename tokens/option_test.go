package tokens

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
)

// callToken is a protected token with the option of the registry.
func callToken() Token {
	_, venue, err := Mechanisms.Make(param.Part{Kind: "option"})
	if err != nil {
		panic(err)
	}
	return Token{Target: 2, Policy: Band{Low: 1.8, High: 2.2, To: Target}, Mechanism: venue, Cost: Cost{Fee: 0.0005},
		AUM: 1e6}
}

func holdsOption(t Token) bool {
	_, ok := t.Mechanism.(Option)
	return ok
}

// freeCall is a token whose call costs nothing, with the given numbers of its option.
func freeCall(target float64, p Policy, change func(*Option)) Token {
	m := Option{Margin: 0.25, RollPart: 1, SkewMax: 1, Skew: SkewTarget, HedgeLTV: 0.9, HedgeThreshold: 0.98}
	if change != nil {
		change(&m)
	}
	return Token{Target: target, Policy: p, Mechanism: m, AUM: 1e6}
}

// A free call on a price that rises and then falls: on the way up equity is that of the units held, whatever is
// rolled; on the way down it is that until the strike, and then the floor. With rolls of a part ρ at each move of δ,
// g = 1 + δ and q = (1 − ρ)/g, the strike after n of them is (1 − ρ)ⁿ + ρ·gⁿ·(1 − qⁿ)/(1 − q).
func TestFreeCallUpAndDown(t *testing.T) {
	for _, tt := range []struct{ target, trigger, part float64 }{
		{2, 0.1, 0.5}, {1, 0.05, 1}, {3, 0.03, 0.25}, {0.5, 0.2, 0.9}, {2, 0, 1},
	} {
		token := freeCall(tt.target, Hold{}, func(m *Option) { m.RollTrigger, m.RollPart = tt.trigger, tt.part })
		top := 1.7
		n, g := 0.0, 1+tt.trigger
		if tt.trigger > 0 {
			n = math.Floor(math.Log(top)/math.Log(g) + 1e-9)
		}
		q := (1 - tt.part) / g
		strike := math.Pow(1-tt.part, n) + tt.part*math.Pow(g, n)*(1-math.Pow(q, n))/(1-q)
		k := compile(t, token, time.Hour)
		for _, end := range []float64{top, 0.5 * (top + strike), strike * 0.999, 0.3} {
			f := k.Live(bars(time.Hour, 1, 1.2, 1.21, top, end))
			want := 1 + tt.target*(max(end, strike)-1)
			within(t, "NAV", f.NAV, want, 1e-12)
			if float64(f.Rolls) != n {
				t.Errorf("%+v: %d rolls, want %v", tt, f.Rolls, n)
			}
			if f.FloorBreach != 0 {
				t.Errorf("%+v: floor broken by %v", tt, f.FloorBreach)
			}
			balance(t, f)
		}
	}
}

// A free call whose leverage is brought back to the target on a rise earns 1 + T·x at each trade, at which leverage
// has fallen to T·(1 + x)/(1 + T·x).
func TestFreeCallInABand(t *testing.T) {
	const target, low = 2.0, 1.8
	x := (target - low) / (target * (low - 1))
	trades := 3.0
	top := math.Pow(1+x, trades) * 1.02
	f := live(t, freeCall(target, Band{Low: low, High: 2.2, To: Target}, nil), bars(time.Hour, 1, top))
	within(t, "NAV", f.NAV, math.Pow(1+target*x, trades)*(1+target*0.02), 1e-12)
	if f.Rebalances != int(trades) {
		t.Errorf("%d rebalances, want %v", f.Rebalances, trades)
	}
}

// One roll with its fees, one step of funding and interest, and the loss of a margin that has run out, by hand.
func TestCallByHand(t *testing.T) {
	roll := freeCall(2, Hold{}, func(m *Option) { m.RollTrigger, m.RollPart, m.TradeFee = 0.1, 0.5, 0.01 })
	roll.Cost = Cost{Fee: 0.001, Gas: 100}
	f := live(t, roll, grid(24*time.Hour, 1, 1.1, 0.5))
	// Of 2 units 1 is closed and opened: a fee of 0.01·2·1.1. The margin, 0.5 units, has gained 0.1/1.1 and paid 0.02;
	// 78/1100 units are sold for the deposit, and 0.05·2 of the equity are the call's, at a strike of 1.05.
	fee, sold := 0.022, 0.1-0.022
	gas := 100 / (1e6 / 1.2)
	within(t, "NAV at the floor", f.NAV, 1.2-fee-0.001*sold-gas-0.1, 1e-12)
	within(t, "option fee", f.Money[OptionFee], -fee, 1e-12)
	within(t, "swap's fee", f.Money[TradeFee], -0.001*sold, 1e-12)
	balance(t, f)

	carry := freeCall(2, Hold{}, func(m *Option) { m.Funding, m.Borrow, m.Supply = 0.73, 0.365, 0.1825 })
	f = live(t, carry, grid(24*time.Hour, 1))
	within(t, "option funding", f.Money[OptionFunding], -0.73/365*2, 1e-12)
	within(t, "hedge interest", f.Money[HedgeInterest], math.Expm1(0.1825/365)-0.5*math.Expm1(0.365/365), 1e-12)
	balance(t, f)

	// Funding takes 0.1 units a day of a margin of 0.5, which is lost below 0.25: after three days, with 0.2 units.
	// The deposit of 1 still owes 0.5 units.
	spent := freeCall(2, Hold{}, func(m *Option) { m.Funding, m.Maintenance = 0.05*365, 0.125 })
	spent.AfterLiquidation = Stop
	f = live(t, spent, grid(24*time.Hour, 1, 0.8, 0.8, 0.8, 0.8))
	within(t, "penalty", f.Money[LiquidationPenalty], -0.2*0.8, 1e-12)
	within(t, "NAV", f.NAV, 1-0.5*0.8, 1e-12)
	if f.Liquidations != 1 || f.FirstLiquidation != 3.0/365 {
		t.Errorf("%d liquidations, first at %v years", f.Liquidations, f.FirstLiquidation)
	}
	if want := 1 - f.NAV/(1-0.3*0.8); math.Abs(f.FloorBreach-want) > 1e-12 {
		t.Errorf("floor broken by %v, want %v", f.FloorBreach, want)
	}
	balance(t, f)

	spent.AfterLiquidation = Continue // the keeper opens the call again, at the price of now
	f = live(t, spent, grid(24*time.Hour, 1, 0.8, 0.8, 0.8, 1.2))
	// 0.6 buys 1.5 units of size, which gain 0.4 each; two days of funding are owed in 0.15 units.
	within(t, "NAV after a new call", f.NAV, 0.6+1.5*0.4-0.15*1.2, 1e-12)
	balance(t, f)
}

// A rally that no keeper follows liquidates the hedge, as it does a loan of that size.
func TestHedgeIsLiquidated(t *testing.T) {
	token := freeCall(2, Hold{}, func(m *Option) { m.HedgeThreshold, m.HedgeLTV, m.HedgeBonus = 0.78, 0.7, 0.1 })
	f := live(t, token, grid(time.Hour, 1, 1.6))
	// 0.8 is owed of a deposit of 1: half is repaid at a bonus of a tenth.
	within(t, "penalty", f.Money[LiquidationPenalty], -0.04, 1e-12)
	within(t, "NAV", f.NAV, 1+2*0.6-0.04, 1e-12)
	balance(t, f)
	f = live(t, token, bars(time.Hour, 1, 1.6))
	// Inside a bar it is met at a price of 1.56, where 0.78 is owed; what is left stays above.
	within(t, "penalty in a bar", f.Money[LiquidationPenalty], -0.039, 1e-9)
	balance(t, f)
}

// A venue that is full takes no more size: leverage stays where it falls to.
func TestFullVenue(t *testing.T) {
	token := freeCall(2, Band{Low: 1.8, High: 2.2, To: Target}, func(m *Option) {
		m.Skew, m.SkewMax, m.Velocity = 1, 1, 0
	})
	f := live(t, token, bars(time.Hour, 1, 1.5))
	within(t, "NAV", f.NAV, 2, 1e-12)
	within(t, "leverage", f.MinLeverage, 1.5, 1e-12)
}

func TestOptionCheck(t *testing.T) {
	for _, tt := range []struct {
		want   string
		change func(*Token, *Option)
	}{
		{"through a call; want above 0", func(t *Token, _ *Option) { t.Target = -1 }},
		{"less than all of equity", func(t *Token, _ *Option) { t.Target = 4 }},
		{"part that is rolled = 0", func(_ *Token, m *Option) { m.RollPart = 0 }},
		{"roll trigger = NaN", func(_ *Token, m *Option) { m.RollTrigger = nan }},
		{"velocity of the funding rate = NaN", func(_ *Token, m *Option) { m.Velocity = nan }},
		{"skew = -1", func(_ *Token, m *Option) { m.Skew = -1 }},
		{"cap of the funding rate = 0.1", func(_ *Token, m *Option) { m.Funding, m.Cap = 0.2, 0.1 }},
		{"hedge's largest loan-to-value = 0.99", func(_ *Token, m *Option) { m.HedgeLTV = 0.99 }},
		{"want more than its maintenance", func(_ *Token, m *Option) { m.Maintenance = 0.3 }},
		{"less than half of equity", func(_ *Token, m *Option) { m.TradeFee = 0.4 }},
	} {
		token := freeCall(2, Hold{}, nil)
		m := token.Mechanism.(Option)
		tt.change(&token, &m)
		token.Mechanism = m
		if err := token.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q", err, tt.want)
		}
	}
}

// Where the venue is full when the call is liquidated, the keeper repays the loan at its next look, and nothing moves
// with the price until there is room again.
func TestLoanBesideALostCallIsRepaid(t *testing.T) {
	// Funding takes the margin of 0.5 by the third day, as in the test before, while a skew above that of the venue
	// leaves no room.
	token := freeCall(2, Hold{}, func(m *Option) {
		m.Funding, m.Maintenance, m.Skew, m.SkewMax, m.Velocity = 0.05*365, 0.125, 1, 1, 0
	})
	for _, p := range []Path{grid(day, 1, 0.8, 0.8, 0.8, 1.2, 0.5), bars(day, 1, 0.8, 0.8, 0.8, 1.2, 0.5)} {
		f, events := compile(t, token, day).Trace(p)
		// 1 is left of the deposit, less 0.5 units at 0.8.
		within(t, "NAV", f.NAV, 0.6, 1e-9)
		balance(t, f)
		last := events[len(events)-1]
		if last.Exposure != 0 || f.Liquidations != 1 {
			t.Errorf("exposure %v after %d liquidations, want none after one", last.Exposure, f.Liquidations)
		}
	}
	token = freeCall(2, Hold{}, func(m *Option) { m.Funding, m.Maintenance = 0.05*365, 0.125 })
	life := compile(t, token, day).Start()
	life.lane.call.full = true // the room ends after the start, and begins again
	marks := make([]Mark, 4)
	life.Live(grid(day, 1, 0.8, 0.8, 0.8), marks)
	if marks[1].Strike != 1 || marks[3].Strike != 0 || marks[3].Leverage != 0 {
		t.Errorf("%+v; want a strike of 1 until the call is liquidated, and neither strike nor leverage then", marks)
	}
	life.lane.call.full = false
	life.Live(grid(day, 1, 1.5), marks[:2])
	if marks[0].Strike != 0.8 {
		t.Errorf("%+v; want a new strike of 0.8", marks[0])
	}
}

// A holder of a call pays the venue's fee on the size that is opened and closed, and swaps on exit what the call has
// won:
// 1,000 USD open 2,000 of size; after a rise of a fifth they are 1,400, with 2,400 of size and 400 of profit. A fall
// leaves no profit, and the size to close. By hand, with an exit fee of a tenth and an impact of a millionth of a
// dollar.
func TestHolderOfACall(t *testing.T) {
	token := freeCall(2, Hold{}, func(m *Option) { m.TradeFee = 0.01 })
	token.Holder.Invest, token.Cost, token.ExitFee = 1000, Cost{Fee: 0.002, Impact: 1e-6, Exponent: 1}, 0.1
	if in := token.Enter(); in != (HolderCost{TradeFee: 0.02}) {
		t.Errorf("%+v; want 1 %% of a size of 2, as the margin is owed", in)
	}
	left := 980 * 0.9 // of what was invested, after the exit fee
	for _, tt := range []struct{ price, nav, size, sold float64 }{{1.2, 1.4, 2.4 / 1.4, 0.4 / 1.4}, {0.5, 1, 1, 0}} {
		f := live(t, token, grid(day, 1, tt.price))
		within(t, "entry", f.EntryCost, 0.02, 1e-15)
		swap := (0.002 + 1e-6*left*tt.nav*tt.sold) * tt.sold
		within(t, "exit", f.ExitCost, 0.1+0.9*(0.01*tt.size+swap), 1e-12)
		balance(t, f)
	}
	// At the target, what the hedge does not cover of the margin is bought and sold: 0.25·N − 0.5·(1 − 0.25·N)/0.5.
	part := freeCall(3, Hold{}, func(m *Option) { m.HedgeLTV, m.HedgeThreshold = 0.5, 0.78 })
	part.Holder.Invest, part.Cost = 1000, Cost{Fee: 0.002}
	n := (3 + 1) / 1.5 // of leverage 3 = N + 0.25·N − (1 − 0.25·N)
	within(t, "entry", part.Enter().Total(), 0.002*(0.25*n-(1-0.25*n)), 1e-15)
	within(t, "exit", part.Leave(1, 3).Total(), part.Enter().Total(), 1e-15)
}

// Rates of a call with dates, by hand: funding of a day on a size of 2, interest on the half unit that is owed and on
// the deposit. What does not charge anything must stay.
func TestDatedRatesOfACall(t *testing.T) {
	token := freeCall(2, Hold{}, func(m *Option) { m.Skew, m.Velocity, m.Cap = 0.85, 0.002, 9 }) // moves no dated rate
	of := func(from int, funding, borrow, supply float64) Dated {
		m := token.Mechanism.(Option)
		m.Funding, m.Borrow, m.Supply = funding, borrow, supply
		return Dated{From: from, Option: m, Funded: true, Cost: token.Cost}
	}
	k := compile(t, token, day)
	if err := k.Follow([]Dated{of(0, 0.365, 0.73, 0), of(2, 0.73, 0, 0.365)}); err != nil {
		t.Fatal(err)
	}
	p := grid(day, 1, 1, 1)
	f := k.Live(p)
	within(t, "funding", f.Money[OptionFunding], -2*(2*0.001+0.002), 1e-12)
	within(t, "interest", f.Money[HedgeInterest], -0.5*math.Expm1(2*0.002)+math.Expm1(0.001), 1e-12)
	balance(t, f)
	for _, change := range []func(*Option){func(m *Option) { m.Cap = 8 }, func(m *Option) { m.Funding = -1 },
		func(m *Option) { m.Borrow = math.Inf(1) }} {
		d := of(0, 0.1, 0.1, 0.1)
		change(&d.Option)
		if err := k.Follow([]Dated{d}); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%+v: %v; want an error", d.Option, err)
		}
	}
}

// A funding rate that is drawn with the paths is not on a price history.
func TestDrawnFundingOnAPath(t *testing.T) {
	k := compile(t, callToken(), day)
	k.DrawFunding(0, 1)
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "rates are drawn") {
			t.Errorf("%v; want that the rates are drawn", r)
		}
	}()
	k.Live(grid(day, 1, 1.1))
}

// What the deposit does not cover is the market's loss: it has no claim on the call, whose value is left.
func TestBadDebtOfTheHedge(t *testing.T) {
	token := freeCall(2, Hold{}, func(m *Option) { m.HedgeThreshold, m.HedgeLTV, m.HedgeBonus = 0.98, 0.9, 0.1 })
	f := live(t, token, grid(time.Hour, 1, 4))
	// 0.5 units at 4 are owed of a deposit of 1, which liquidators take for 1/1.1: 0.5 units of margin and 2 of size at
	// 4 − 1 are left.
	within(t, "NAV", f.NAV, 0.5*4+2*3, 1e-12)
	within(t, "penalty", f.Money[LiquidationPenalty], 2-1, 1e-12)
	balance(t, f)
}

// A hedge whose deposit is gone is left alone: there is nothing to take, and the lifetime ends.
func TestHedgeWithoutDeposit(t *testing.T) {
	token := freeCall(3, Hold{}, func(m *Option) { m.HedgeThreshold, m.HedgeLTV, m.HedgeBonus = 0.99, 0.98, 0.2 })
	for _, p := range []Path{grid(time.Hour, 1, 3, 4), bars(time.Hour, 1, 3, 4)} {
		f := live(t, token, p)
		if f.Liquidations == 0 || f.Liquidations > 60 {
			t.Errorf("%d liquidations, want some and an end of them", f.Liquidations)
		}
		balance(t, f)
	}
}

// At a target below one leverage rises with the price, and meets an upper edge inside a bar too: one that trades when
// notional deviates by 0.1 of what equity was does so at each rise of a fifth, by which equity has gained a tenth.
func TestFreeCallBelowOne(t *testing.T) {
	f := live(t, freeCall(0.5, Deviation{Threshold: 0.1}, nil), bars(time.Hour, 1, 1.2*1.2*1.02))
	within(t, "NAV", f.NAV, 1.1*1.1*1.01, 1e-12)
	if f.Rebalances != 2 {
		t.Errorf("%d rebalances, want 2", f.Rebalances)
	}
}

// Numbers of a call that change on a date: another rate at the start is in force from then on, another skew moves the
// rate from where it is, by hand, and what is paid is paid on a size of 2.
func TestOptionThatChanges(t *testing.T) {
	option := func(change func(*Option)) Token {
		return freeCall(2, Hold{}, func(m *Option) { m.Funding = 0.0365; change(m) })
	}
	const first = 0.0365 / 365 // of a day
	still := option(func(*Option) {})
	rises := func(m *Option) { m.Skew, m.Velocity = 0.85, 0.002 } // by 0.001 a day in a day
	for _, tt := range []struct {
		name   string
		stages []Token
		paid   float64 // of size, in four days of which the stages begin on the second and the third
	}{
		{"another rate", []Token{still, option(func(m *Option) { m.Funding = 0.073 })}, first + 3*2*first},
		{"another skew", []Token{still, option(rises)}, 4*first + 0.001*9/2},
		{"a skew that ends", []Token{option(rises), still}, 4*first + 0.001*(1.0/2+3)},
		{"two changes", []Token{still, option(rises), option(func(m *Option) { m.Skew, m.Velocity = 0.8, 0.002 })},
			4*first + 0.001*(1.0/2+2)},
		{"a cap below what the rate has become", []Token{option(rises), option(func(m *Option) { m.Cap = 0.1 })},
			first + 0.001/2 + 3*0.1/365},
	} {
		var k, last *Kernel
		for i, token := range tt.stages {
			next := compile(t, token, day)
			if last == nil {
				k = next
			} else if err := last.Then(time.Duration(i)*day-time.Hour, next); err != nil { // the time rounds up
				t.Fatal(err)
			}
			last = next
		}
		f := k.Live(grid(day, 1, 1, 1, 1))
		within(t, tt.name, f.Money[OptionFunding], -2*tt.paid, 1e-12)
		balance(t, f)
	}
	if err := compile(t, still, day).Then(day, compile(t, Token{Target: 2, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6},
		day)); err == nil || !strings.Contains(err.Error(), "base of the venue's margin") {
		t.Errorf("a perpetual after a call: %v", err)
	}
}

// Carry at the target is that of the position at the start, also where the hedge does not cover the margin: at 3x on
// a margin of a quarter of the size and at most 0.65 of the deposit owed, a size of 17/6 and its margin of 17/24, less
// 13/24 that is owed of a deposit of 5/6, have leverage 3. So the token opens at its target, and moves with it.
func TestCarryOfACallAtTarget(t *testing.T) {
	for _, tt := range []struct{ target, size, deposit, owed float64 }{
		{2, 2, 1, 0.5}, {3, 17.0 / 6, 5.0 / 6, 13.0 / 24},
	} {
		token := freeCall(tt.target, Hold{}, func(m *Option) {
			m.HedgeLTV, m.HedgeThreshold, m.Funding, m.Borrow, m.Supply = 0.65, 0.78, 0.4, 0.01, 0.03
		})
		within(t, "carry", token.CarryAtTarget(), 0.03*tt.deposit-0.01*tt.owed-0.4*tt.size, 1e-12)
		still := freeCall(tt.target, Hold{}, func(m *Option) { m.HedgeLTV, m.HedgeThreshold = 0.65, 0.78 })
		f := live(t, still, bars(time.Hour, 1, 1.1))
		within(t, "NAV", f.NAV, 1+0.1*tt.target, 1e-12)
		within(t, "leverage at the start", f.MaxLeverage, tt.target, 1e-12)
		l := compile(t, still, time.Hour).Begin()
		within(t, "leverage of the lane", l.Leverage(), tt.target, 1e-12)
	}
}

// A trade that is made leads to the leverage that was asked, however dear, also where a size of
// that many times equity would want a margin of more than equity, as the margin that is not hedged has leverage too.
func TestDearTradeOfACall(t *testing.T) {
	made := 0
	for _, impact := range []float64{0, 1e-8, 1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4} {
		token := freeCall(2, Hold{}, func(m *Option) { m.Margin, m.HedgeLTV, m.HedgeThreshold = 0.4, 0.2, 0.9 })
		token.Cost = Cost{Impact: impact, Exponent: 1}
		k := compile(t, token, time.Hour)
		l := k.Begin()
		k.option.settle(&l.call, 1, 1, 2, 0) // with more than the target
		l.call.weigh(&l)
		k.moveCall(&l, 1.3)
		s, ok := k.settlement(&l, 2, 0)
		if !ok {
			continue
		}
		made++
		x, _ := weights(1.3, s.strike, s.size, s.margin-s.owed, s.cash)
		within(t, "leverage", x/s.equity, 2, 1e-8)
		within(t, "impact", s.impact, impact*s.swapped*s.swapped*1e6/(l.x+l.b), 1e-8)
	}
	if made < 7 {
		t.Errorf("%d trades are made, want 7", made)
	}
}
