package tokens

import (
	"fmt"
	"math"
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
		token.Mechanism = charged{token.Mechanism}
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

// Rates that are dated and do not change are the constants, to the bit where the fast path does not
// serve them; and a token that becomes itself is what it was.
func TestDatedConstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token, p := anyToken(t), anyPath(t)
		want := must(t, token, p.Step).Live(p)
		if !p.Extremes {
			slow := must(t, token, p.Step)
			slow.fast = nil
			want = slow.Live(p)
		}
		k, next := must(t, token, p.Step), must(t, token, p.Step)
		constant := []Dated{{Terms: token.terms(), Cost: token.Cost}, {From: len(p.Bars) / 2, Terms: token.terms(),
			Cost: token.Cost}}
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
		"margin of the venue":    change(func(t *Token) { t.Mechanism = Loan{Threshold: 0.9} }),
		"AUM changes after":      change(func(t *Token) { t.AUM = 1 }),
		"flows changes after":    change(func(t *Token) { t.Flows.Kind = NoFlows }),
		"entry fee changes":      change(func(t *Token) { t.EntryFee = 0.1 }),
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
			if err := k.Follow([]Dated{{Terms: terms}}); err != nil {
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
						var list []Dated
						for i := range p.Bars {
							d := Dated{From: i, Terms: m.token.terms(), Cost: m.token.Cost}
							for n, c := range []*Charge{&d.Terms.ExposureInterest, &d.Terms.CashInterest,
								&d.Terms.Funding, &d.Terms.BorrowFee, &d.Terms.MarginInterest} {
								c.Rate, c.Item = 0.01*float64((i+n)%7), SupplyInterest
							}
							list = append(list, d)
						}
						if err := k.Follow(list); err != nil {
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
