package tokens

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mcrisk/block"
)

// anyDated are rates and costs that change within so many steps.
func anyDated(t *rapid.T, token Token, steps int) []Dated {
	var list []Dated
	for from := 0; from < steps; from += rapid.IntRange(1, 20).Draw(t, "steps in force") {
		d := Dated{From: from, Terms: token.terms(), Cost: token.Cost}
		for _, c := range []*Charge{&d.Terms.ExposureInterest, &d.Terms.CashInterest, &d.Terms.Funding,
			&d.Terms.BorrowFee, &d.Terms.MarginInterest} {
			c.Rate = sometimes(t, "rate", -3, 3)
		}
		if m, ok := token.Mechanism.(Option); ok {
			m.Borrow, m.Supply = sometimes(t, "borrow", -3, 3), sometimes(t, "supply", -3, 3)
			if d.Funded = rapid.Bool().Draw(t, "funded"); d.Funded {
				m.Funding = sometimes(t, "funding", 0, 3)
			}
			d.Option = m
		}
		d.Cost.Gas, d.Cost.Impact = sometimes(t, "gas", 0, 0.01)*token.AUM, sometimes(t, "impact", 0, 1e-6)
		list = append(list, d)
	}
	return list
}

// charged is a venue with an item for each charge, as one that a series may change must have.
type charged struct{ Venue }

func (v charged) Terms(t Token) Terms {
	terms := v.Venue.Terms(t)
	for i, c := range []*Charge{&terms.ExposureInterest, &terms.CashInterest, &terms.Funding, &terms.BorrowFee,
		&terms.MarginInterest} {
		if c.Item == 0 {
			c.Item = []Item{SupplyInterest, BorrowInterest, Funding, BorrowFee, SupplyInterest}[i]
		}
	}
	return terms
}

// The books close whatever changes on the way: all rates, gas, impact, fees, and the rules of the
// token. The same with and without a trace.
func TestBooksCloseDated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		if !holdsOption(token) {
			token.Mechanism = charged{token.Mechanism}
		}
		k := must(t, token, p.Step)
		if err := k.Follow(anyDated(t, token, len(p.Bars))); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "changes") {
			other := token
			other.Policy = anyPolicy(t, token.Target)
			other.StreamingFee = sometimes(t, "other fee", 0, 2)
			other.Keeper.Interval = time.Duration(rapid.IntRange(0, 3).Draw(t, "other interval")) * time.Hour
			next := must(t, other, p.Step)
			if rapid.Bool().Draw(t, "still dated") {
				if err := next.Follow(anyDated(t, other, len(p.Bars))); err != nil {
					t.Fatal(err)
				}
			}
			at := time.Duration(rapid.IntRange(1, len(p.Bars)).Draw(t, "at")) * p.Step
			if err := k.Then(at, next); err != nil {
				t.Fatal(err)
			}
		}
		f, _ := k.Trace(p)
		balance(t, f)
		if g := k.Live(p); !same(f, g) {
			t.Errorf("traced %+v\nuntraced %+v", f, g)
		}
	})
}

// Rates that are dated and do not change are the constants, to the bit; and a token that becomes
// itself is what it was, where leaving the fast path changes no rounding.
func TestDatedConstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		want := must(t, token, p.Step).Live(p)
		k, next := must(t, token, p.Step), must(t, token, p.Step)
		option, _ := token.Mechanism.(Option)
		constant := []Dated{{Terms: token.terms(), Cost: token.Cost, Option: option}, {From: len(p.Bars) / 2,
			Terms: token.terms(), Cost: token.Cost, Option: option}}
		if len(p.Bars) < 2 {
			constant = constant[:1]
		}
		for _, k := range []*Kernel{k, next} {
			if err := k.Follow(constant); err != nil {
				t.Fatal(err)
			}
		}
		if got := k.Live(p); !same(got, want) {
			t.Errorf("dated %+v\nconstant %+v", got, want)
		}
		if err := k.Then(time.Duration(rapid.IntRange(1, 50).Draw(t, "at"))*p.Step, next); err != nil {
			t.Fatal(err)
		}
		if !p.Extremes {
			k.fast, next.fast = nil, nil
			slow := must(t, token, p.Step)
			slow.fast = nil
			want = slow.Live(p)
		}
		if got := k.Live(p); !same(got, want) {
			t.Errorf("became itself %+v\nwas %+v", got, want)
		}
	})
}

// By hand: rates of 10 % and then 40 % of a day's notional, with a change of the fee between.
func TestDatedByHand(t *testing.T) {
	const dt = 1.0 / 365
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6}
	p := Path{Step: day, Bars: make([]Bar, 4)}
	rates := func(v ...float64) (list []Dated) {
		for i, r := range v {
			token.Mechanism = Perp{Funding: r / dt, CashRate: 0.01 / dt}
			list = append(list, Dated{From: 2 * i, Terms: token.terms()})
		}
		return list
	}
	k := must2(t, token)
	if err := k.Follow(rates(0.1, 0.02)); err != nil {
		t.Fatal(err)
	}
	e := 1.0
	for i := range 4 {
		e += 0.01*e - 2*[]float64{0.1, 0.1, 0.02, 0.02}[i]
	}
	if got := k.Live(p); !(math.Abs(got.NAV-e) < 1e-14) || !(math.Abs(got.Money[Funding]+0.48) < 1e-14) {
		t.Errorf("NAV %v of funding %v; want %v of -0.48", got.NAV, got.Money[Funding], e)
	}
	// From 2x to 3x on the second day: the new policy trades at the next look.
	plain := Token{Target: 2, Policy: Band{Low: 1.9, High: 2.1, To: Target}, Mechanism: Perp{}, AUM: 1e6}
	higher := plain
	higher.Target, higher.Policy = 3, Band{Low: 2.9, High: 3.1, To: Target}
	k = must2(t, plain)
	if err := k.Then(day, must2(t, higher)); err != nil {
		t.Fatal(err)
	}
	p.Bars = []Bar{{Move: math.Log(1.01)}, {}, {Move: math.Log(1.01)}}
	if got := k.Live(p); !(math.Abs(got.NAV-1.02*1.03) < 1e-14) || got.Rebalances != 1 {
		t.Errorf("NAV %v after %d trades; want %v after one", got.NAV, got.Rebalances, 1.02*1.03)
	}
}

// A holder enters at the impact of the start and leaves at that of the end, by hand: 2x of 1,000 USD is a
// trade of 2,000, the other one of what is left. A number of the token that changes leaves entry alone.
func TestDatedHolder(t *testing.T) {
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6, Cost: Cost{Exponent: 1},
		Holder: Holder{Invest: 1000}}
	p := Path{Step: day, Bars: make([]Bar, 3)}
	list := []Dated{{Terms: token.terms(), Cost: Cost{Impact: 1e-6}}, {From: 1, Terms: token.terms(),
		Cost: Cost{Impact: 9e-6}}, {From: 2, Terms: token.terms(), Cost: Cost{Impact: 3e-6}}}
	for i := range list {
		list[i].Cost.Exponent = 1
	}
	k := must2(t, token)
	if err := k.Follow(list); err != nil {
		t.Fatal(err)
	}
	const in = 2 * 1e-6 * 2000
	f := k.Live(p)
	within(t, "entry", f.EntryCost, in, 1e-15)
	within(t, "exit", f.ExitCost, 2*3e-6*2000*(1-in), 1e-15)
	within(t, "the holder's NAV", f.HolderNAV, (1-in)*(1-2*3e-6*2000*(1-in)), 1e-15)

	k.ByBar(3)
	l, b := k.Begin(), block.New(1)
	b.Len, b.Bar = 2, []*block.Bars{{{0: 2}, {0: 1}}}
	b.Gross[0][0][0], b.Gross[0][1][0] = 1, 1
	k.Advance(b, 0, &l, 0, 0, 2)
	f = k.Finish(&l, 2*day)
	const drawn = 2 * 3e-6 * 2000
	within(t, "entry at the bar that is drawn first", f.EntryCost, drawn, 1e-15)
	within(t, "exit at the one drawn last", f.ExitCost, 2*9e-6*2000*(1-drawn), 1e-15)

	dear := token
	dear.Cost.Fee, dear.ExitFee = 0.01, 0.02
	k = must2(t, token)
	if err := k.Then(day, must2(t, dear)); err != nil {
		t.Fatal(err)
	}
	f = k.Live(p)
	within(t, "entry before the fees", f.EntryCost, 0, 0)
	within(t, "exit after", f.ExitCost, 0.02+0.98*0.02, 1e-15)
	k = must2(t, dear)
	if err := k.Then(day, must2(t, token)); err != nil {
		t.Fatal(err)
	}
	within(t, "entry at the fees of the start", k.Live(p).EntryCost, 0.02, 1e-15)
}

// A venue that changes its threshold liquidates half of a debt below the new one at that time, with the new bonus,
// and health is that of each position under the threshold it had.
func TestVenueChanges(t *testing.T) {
	token := func(target, threshold, bonus float64) Token {
		return Token{Target: target, Policy: Hold{}, Mechanism: Loan{Threshold: threshold, Bonus: bonus}, AUM: 1e6,
			AfterLiquidation: Stop}
	}
	for _, r := range []struct {
		name         string
		target       float64
		from, to     float64
		prices       []float64
		nav, health  float64
		liquidations int
	}{
		// 2x: 2 of collateral, 1 owed. Health is threshold·2/1, after a fall to .8 it is threshold·1.6.
		{"lower, held", 2, 0.8, 0.7, []float64{1, 1, 1}, 1, 1.4, 0},
		{"lower, not held", 2, 0.8, 0.6, []float64{0.8, 1, 1}, 0.6 - 0.5*0.1, 0.6 * 1.6, 1},
		{"higher, low before", 2, 0.7, 0.9, []float64{0.8, 1, 1}, 1, 0.7 * 1.6, 0},
		{"higher, low after", 2, 0.7, 0.8, []float64{1, 0.8, 0.8}, 0.6, 0.8 * 1.6, 0},
		// −1x: 2 of cash, 1 owed, 1.25 after a rise to 1.25.
		{"short, lower, held", -1, 0.8, 0.7, []float64{1, 1.25, 1.25}, 0.75, 0.7 * 2 / 1.25, 0},
		{"short, lower, not held", -1, 0.8, 0.6, []float64{1.25, 1, 1}, 0.75 - 0.625*0.1, 0.6 * 1.6, 1},
	} {
		k := must2(t, token(r.target, r.from, 0.05))
		if err := k.Then(day, must2(t, token(r.target, r.to, 0.1))); err != nil {
			t.Fatal(err)
		}
		f := k.Live(grid(day, r.prices...))
		within(t, r.name+": NAV", f.NAV, r.nav, 1e-14)
		within(t, r.name+": health", f.Health, r.health, 1e-14)
		if f.Liquidations != r.liquidations || f.Liquidations > 0 && f.FirstLiquidation != years(day) {
			t.Errorf("%s: %d liquidations from %v", r.name, f.Liquidations, f.FirstLiquidation)
		}
		balance(t, f)
	}
	// The range of leverage is of the whole life.
	k := must2(t, token(2, 0.8, 0.05))
	if err := k.Then(2*day, must2(t, token(2, 0.9, 0.05))); err != nil {
		t.Fatal(err)
	}
	f := k.Live(grid(day, 0.8, 1.25, 1.1))
	within(t, "greatest leverage", f.MaxLeverage, 1.6/0.6, 1e-14)
	within(t, "least leverage", f.MinLeverage, 2.5/1.5, 1e-14)
	within(t, "health before", f.Health, 0.8*1.6, 1e-14)
}

// A perpetual whose maintenance rises above its margin is liquidated then, and a profit that was too small for
// auto-deleveraging is not after its bound has fallen.
func TestPerpetualVenueChanges(t *testing.T) {
	perp := Perp{Maintenance: 0.01, Base: EntrySize, ADL: ADL{Profit: 0.5, Part: 0.1}}
	token := func(m Perp) Token {
		return Token{Target: 2, Policy: Hold{}, Mechanism: m, AUM: 1e6, AfterLiquidation: Stop}
	}
	next := perp
	next.Maintenance = 0.42
	k := must2(t, token(perp))
	if err := k.Then(day, must2(t, token(next))); err != nil {
		t.Fatal(err)
	}
	if f := k.Live(grid(day, 0.9, 0.9)); f.Liquidations != 1 || f.FirstLiquidation != years(day) {
		t.Errorf("%d liquidations from %v; want 1 from the first day", f.Liquidations, f.FirstLiquidation)
	}
	next = perp
	next.ADL.Profit = 0.2
	k = must2(t, token(perp))
	if err := k.Then(day, must2(t, token(next))); err != nil {
		t.Fatal(err)
	}
	f := k.Live(grid(day, 1.3, 1.3, 1.3))
	within(t, "turnover", f.Turnover, 0.1*2.6/1.6, 1e-14)
}

// What is due of fees in shares when their rule changes is taken then: half a year at 2 % is paid once
// and at 2 %, whatever comes after, and gains of before are not those of a fee that begins.
func TestFeesWhenTheirRuleChanges(t *testing.T) {
	const half = 365 * day / 2
	token := func(streaming, performance float64, interval time.Duration) Token {
		return Token{Target: 1, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6, StreamingFee: streaming,
			Minting: Minting{PerformanceFee: performance, Interval: interval}}
	}
	const continuous = 0.99004983374916805 // e^−0.01
	for _, r := range []struct {
		name          string
		before, after Token
		prices        []float64
		nav           float64
	}{
		{"shares after continuous", token(0.02, 0, 0), token(0.02, 0, half), []float64{1, 1}, continuous / 1.01},
		{"continuous after shares", token(0.02, 0, 50*half), token(0.02, 0, 0), []float64{1, 1}, continuous / 1.01},
		{"none after shares", token(0.02, 0, 50*half), token(0, 0, 50*half), []float64{1, 1}, 1 / 1.01},
		{"five times as much", token(0.02, 0, 50*half), token(0.1, 0, 50*half), []float64{1, 1}, 1 / 1.01 / 1.05},
		{"no performance fee after one", token(0, 0.2, 50*half), token(0, 0, 0), []float64{1.5, 2}, 1.4 / 1.5 * 2},
		{"a performance fee after none", token(0, 0, 0), token(0, 0.2, 0), []float64{1.5, 2}, 1.9},
		{"no change", token(0.02, 0, 50*half), token(0.02, 0, 50*half), []float64{1, 1}, 1 / 1.02},
	} {
		compiled := func(token Token) *Kernel {
			k, err := Compile(token, half)
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		k := compiled(r.before)
		if err := k.Then(half, compiled(r.after)); err != nil {
			t.Fatal(err)
		}
		f := k.Live(grid(half, r.prices...))
		within(t, r.name, f.NAV, r.nav, 1e-14)
		balance(t, f)
	}
}

func must2(t *testing.T, token Token) *Kernel {
	t.Helper()
	k, err := Compile(token, day)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestDatedRefuses(t *testing.T) {
	token := Token{Target: 2, Policy: Hold{}, Mechanism: Loan{Threshold: 0.8}, AUM: 1e6}
	change := func(f func(*Token)) func() error {
		return func() error {
			other := token
			f(&other)
			return must2(t, token).Then(day, must2(t, other))
		}
	}
	terms := token.terms()
	infinite := terms
	infinite.CashInterest.Rate = 1e9
	for want, try := range map[string]func() error{
		"side of the target":     change(func(t *Token) { t.Target = -1 }),
		"base of the venue's":    change(func(t *Token) { t.Mechanism = Perp{} }),
		"AUM changes":            change(func(t *Token) { t.AUM = 1 }),
		"flows changes":          change(func(t *Token) { t.Flows.Kind = NoFlows }),
		"entry fee changes":      change(func(t *Token) { t.EntryFee = 0.1 }),
		"holder invests changes": change(func(t *Token) { t.Holder.Invest = 1 }),
		"trades changes":         change(func(t *Token) { t.Holder.Parts = 2 }),
		"payment of the holder":  change(func(t *Token) { t.Holder.PaidIn = Underlying }),
		"on entry changes":       change(func(t *Token) { t.Holder.EntryFlashFee = 0.1 }),
		"a time after the start": func() error { return must2(t, token).Then(0, must2(t, token)) },
		"want those from step 0": func() error { return must2(t, token).Follow(nil) },
		"number 0 is in force from step 1": func() error {
			return must2(t, token).Follow([]Dated{{From: 1, Terms: terms}})
		},
		"number 1 is in force from step 0": func() error {
			return must2(t, token).Follow([]Dated{{Terms: terms}, {Terms: terms}})
		},
		"finite numbers": func() error { return must2(t, token).Follow([]Dated{{Terms: infinite}}) },
		"gas = -1":       func() error { return must2(t, token).Follow([]Dated{{Terms: terms, Cost: Cost{Gas: -1}}}) },
		"want it on a Path": func() (err error) {
			defer func() { err = fmt.Errorf("%v", recover()) }()
			k := must2(t, token)
			if err := k.Follow([]Dated{{Terms: terms}, {From: 1, Terms: terms, Cost: Cost{Gas: 1}}}); err != nil {
				return err
			}
			l := k.Begin()
			k.Advance(block.New(1), 0, &l, 0, 0, 1)
			return nil
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

// hourly are rates, gas and impact about those of a token that change after so many steps, each
// within what its venue has.
func hourly(token Token, steps, every int) (list []Dated) {
	r := rand.New(rand.NewPCG(3, uint64(steps)))
	about := func(rate float64) float64 { return rate*(0.5+r.Float64()) + 0.02*r.NormFloat64() }
	for from := 0; from < steps; from += every {
		d := Dated{From: from, Cost: token.Cost}
		switch m := token.Mechanism.(type) {
		case Loan:
			m.Borrow, m.Supply = about(m.Borrow), about(m.Supply)
			d.Terms = m.Terms(token)
		case Perp:
			m.Funding, m.BorrowFee, m.CashRate = about(m.Funding), about(m.BorrowFee), about(m.CashRate)
			if r.IntN(200) == 0 {
				m.Funding *= 40
			}
			d.Terms = m.Terms(token)
		case charged:
			d.Terms = m.Terms(token)
			cash := &d.Terms.CashInterest
			if _, perp := m.Venue.(Perp); perp {
				cash = &d.Terms.MarginInterest
			}
			for _, c := range []*Charge{&d.Terms.ExposureInterest, cash, &d.Terms.Funding, &d.Terms.BorrowFee} {
				c.Rate = about(c.Rate)
			}
		}
		d.Cost.Gas *= 0.5 + r.Float64()
		d.Cost.Impact *= 0.5 + r.Float64()
		list = append(list, d)
	}
	return list
}

// BenchmarkDated lives a year of hours, with constants and with all rates changing every hour.
func BenchmarkDated(b *testing.B) {
	for _, extremes := range []bool{true, false} {
		p := Path{Step: time.Hour, Extremes: extremes}
		for g := range 137 {
			block := normalBlock(0.8, 1, 0, g*64, false)
			for s := range block.Len {
				move := block.Move[0][s][0]
				p.Bars = append(p.Bars, Bar{Move: move, Lo: min(0, move) - 0.002, Hi: max(0, move) + 0.002})
			}
		}
		for _, m := range measured {
			for _, series := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/extremes=%v/series=%v", m.name, extremes, series), func(b *testing.B) {
					k, err := Compile(m.token, p.Step)
					if err != nil {
						b.Fatal(err)
					}
					if series {
						if err := k.Follow(hourly(m.token, len(p.Bars), 1)); err != nil {
							b.Fatal(err)
						}
					}
					for b.Loop() {
						k.Live(p)
					}
				})
			}
		}
	}
}
