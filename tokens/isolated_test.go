package tokens_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/tokens"
)

// isolated is a third venue, and all that one takes: an account of isolated
// margin at a broker. It pays a rate on what is held and charges another on what
// is owed, and a fee on the position's value. Where equity falls below Maintenance
// of the position it closes as much as takes leverage to Restore, for a fee.
type isolated struct {
	Pays, Charges float64 // on what is held, on what is owed; 1/year, continuously compounded
	Fee           float64 // on absolute notional, 1/year
	Earns         float64 // on equity, in cash, 1/year
	Maintenance   float64 // of equity over notional, in (0, 1)
	Restore       float64 // leverage after a liquidation, a magnitude
	ClosingFee    float64 // of a liquidation, a fraction of what is closed
}

func (m isolated) CheckTerms(t tokens.Token) error {
	var faults []error
	if !(m.Maintenance > 0 && m.Maintenance < 1) {
		faults = append(faults, fmt.Errorf("isolated: maintenance = %v; want a fraction above 0 and below 1",
			m.Maintenance))
	}
	if !(m.Restore > 0 && m.Restore*max(m.Maintenance, m.ClosingFee) < 0.99) {
		faults = append(faults, fmt.Errorf("isolated: restored leverage = %v; want above 0 and below 0.99/%v",
			m.Restore, max(m.Maintenance, m.ClosingFee)))
	}
	return errors.Join(faults...)
}

func (m isolated) Terms(t tokens.Token) tokens.Terms {
	side := math.Copysign(m.Maintenance, t.Target)
	v := tokens.Terms{
		ExposureInterest: tokens.Charge{Rate: m.Pays, Item: tokens.SupplyInterest},
		CashInterest:     tokens.Charge{Rate: m.Charges, Item: tokens.BorrowInterest},
		BorrowFee:        tokens.Charge{Rate: m.Fee, Item: tokens.BorrowFee},
		MarginInterest:   tokens.Charge{Rate: m.Earns, Item: tokens.Funding},
		Margins:          []tokens.Margin{{Exposure: 1 - side, Cash: 1}}, // x + b − Maintenance·|x|
	}
	if t.Target < 0 {
		v.ExposureInterest, v.CashInterest = v.CashInterest, v.ExposureInterest
	}
	return v
}

// Liquidate closes q with |x| − q = Restore·(e − ClosingFee·q).
func (m isolated) Liquidate(t tokens.Token, p tokens.Position) (tokens.Position, float64) {
	size, e := math.Abs(p.Exposure), p.Exposure+p.Cash
	q := min((size-m.Restore*max(e, 0))/(1-m.Restore*m.ClosingFee), size)
	fee := m.ClosingFee * q
	left := p.Exposure * (1 - q/size)
	return tokens.Position{Exposure: left, Cash: e - fee - left}, fee
}

var _ = tokens.Mechanisms.Register(param.Kind[tokens.Venue]{
	Name: "isolated", Doc: "isolated margin at a broker that closes a part",
	Params: []param.Param{
		{Name: "pays", Unit: param.Rate, Min: -1, Max: 1, Default: 0.01, Doc: "on what is held"},
		{Name: "charges", Unit: param.Rate, Min: -1, Max: 1, Default: 0.06, Doc: "on what is owed"},
		{Name: "account-fee", Unit: param.Rate, Min: 0, Max: 1, Default: 0.02, Doc: "on absolute notional"},
		{Name: "earns", Unit: param.Rate, Min: -1, Max: 1, Default: 0.03, Doc: "on equity"},
		{Name: "margin", Unit: param.Fraction, Min: 0.01, Max: 0.99, Default: 0.1, Doc: "least equity over notional"},
		{Name: "restore", Unit: param.Leverage, Min: 0.1, Max: 100, Default: 4, Doc: "leverage after a liquidation"},
		{Name: "closing-fee", Unit: param.Fraction, Min: 0, Max: 0.2, Default: 0.02, Doc: "of what is closed"},
	},
	New: func(v param.Values) tokens.Venue {
		return isolated{Pays: v["pays"], Charges: v["charges"], Fee: v["account-fee"], Earns: v["earns"],
			Maintenance: v["margin"], Restore: v["restore"], ClosingFee: v["closing-fee"]}
	},
})

// made builds the venue by its name, as a spec does.
func made(t *testing.T, v param.Values) tokens.Venue {
	t.Helper()
	venue, err := tokens.Mechanisms.Build(param.Part{Kind: "isolated", Values: v})
	if err != nil {
		t.Fatal(err)
	}
	return venue
}

// closed checks both identities of the books.
func closed(t *testing.T, life tokens.Lifetime) {
	t.Helper()
	gross := 1.0
	for _, v := range life.Money {
		gross += math.Abs(v)
	}
	if d := life.NAV - 1 - life.Money.Sum(); !(math.Abs(d) <= 1e-12*gross) {
		t.Errorf("NAV %v is %g off its ledger %v", life.NAV, d, life.Money)
	}
	if d := math.Log(life.NAV) - life.Logs.Sum(); life.NAV > 0 && !(math.Abs(d) <= 1e-11) {
		t.Errorf("ln NAV is %g off its log parts %v", d, life.Logs)
	}
}

// near fails unless got is want to twelve digits.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*(1+math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// A year without a move, in one step: at 3x 3 are held and 2 owed, at −2x 3 of
// cash are held and 2 owed.
func TestThirdVenueCarry(t *testing.T) {
	const year = 365 * 24 * time.Hour
	venue := made(t, param.Values{"pays": 0.01, "charges": 0.06, "account-fee": 0.02, "earns": 0.04})
	for _, target := range []float64{3, -2} {
		token := tokens.Token{Target: target, Policy: tokens.Hold{}, Mechanism: venue, AUM: 1e6}
		k, err := tokens.Compile(token, year)
		if err != nil {
			t.Fatal(err)
		}
		life := k.Live(tokens.Path{Step: year, Bars: make([]tokens.Bar, 1)})
		closed(t, life)
		near(t, "supply interest", life.Money[tokens.SupplyInterest], 3*math.Expm1(0.01))
		near(t, "borrow interest", life.Money[tokens.BorrowInterest], -2*math.Expm1(0.06))
		near(t, "fee", life.Money[tokens.BorrowFee], -math.Abs(target)*0.02)
		near(t, "interest on equity", life.Money[tokens.Funding], 0.04)
		near(t, "carry at the target", token.CarryAtTarget(), 3*0.01-2*0.06-math.Abs(target)*0.02+0.04)
	}
}

// With a margin of a fifth leverage 5 is the end, for a long after a fall of a
// sixth, for a short of 2x after a rise of a quarter. Then so much is closed that
// leverage is 2½:
//
//	at ⅚: x = 2.5, e = .5, q = (2.5 − 1.25)/(1 − .05), fee .02·q
//	at .8, met as one jump: x = 2.4, e = .4, q = (2.4 − 1)/.95
//	at 1¼: x = −2.5, e = .5
//	at .6, met as one jump: x = 1.8, e = −.2: all is closed, and a shortfall left
func TestThirdVenueLiquidates(t *testing.T) {
	venue := made(t, param.Values{"pays": 0, "charges": 0, "account-fee": 0,
		"earns": 0, "margin": 0.2, "restore": 2.5, "closing-fee": 0.02})
	for _, r := range []struct {
		name       string
		target, to float64
		extremes   bool
		at         float64 // price of the liquidation
		size, e    float64 // before it
	}{
		{"long inside a bar", 3, 0.833, true, 5.0 / 6, 2.5, 0.5},
		{"long just not", 3, 0.834, true, 0, 0, 0},
		{"long, a jump", 3, 0.8, false, 0.8, 2.4, 0.4},
		{"short inside a bar", -2, 1.26, true, 1.25, 2.5, 0.5},
		{"short just not", -2, 1.249, true, 0, 0, 0},
		{"beyond ruin", 3, 0.6, false, 0.6, 1.8, -0.2},
	} {
		t.Run(r.name, func(t *testing.T) {
			token := tokens.Token{Target: r.target, Policy: tokens.Hold{}, Mechanism: venue, AUM: 1e6,
				AfterLiquidation: tokens.Stop}
			near(t, "leverage of liquidation", token.LiquidationLeverage(), math.Copysign(5, r.target))
			k, err := tokens.Compile(token, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			move := math.Log(r.to)
			life, events := k.Trace(tokens.Path{Step: time.Hour, Extremes: r.extremes,
				Bars: []tokens.Bar{{Move: move, Lo: min(move, 0), Hi: max(move, 0)}}})
			closed(t, life)
			if r.at == 0 {
				if life.Liquidations != 0 {
					t.Errorf("%d liquidations, want none", life.Liquidations)
				}
				return
			}
			if life.Liquidations != 1 {
				t.Fatalf("%d liquidations, want one", life.Liquidations)
			}
			q := min((r.size-2.5*max(r.e, 0))/0.95, r.size)
			for _, e := range events {
				if e.Name == "liquidation" {
					near(t, "price", e.Price, r.at)
					near(t, "equity left", e.Equity, r.e-0.02*q)
					near(t, "exposure left", e.Exposure, math.Copysign(r.size-q, r.target))
				}
			}
			near(t, "penalty", life.Money[tokens.LiquidationPenalty], -0.02*q)
			near(t, "shortfall", life.Money[tokens.Shortfall], max(0, 0.02*q-r.e))
		})
	}
}

// The fast path takes a venue it has not heard of: lanes in a block have the bits
// of lifetimes alone, and lifetimes that the fast path walks agree with those of a
// keeper with an interval of one step, whom only the general step serves.
func TestThirdVenueOnTheFastPath(t *testing.T) {
	const steps = 2000
	for _, target := range []float64{3, -2} {
		size := math.Abs(target)
		token := tokens.Token{Target: target, Mechanism: made(t, nil), AUM: 1e6, StreamingFee: 0.01,
			Policy: tokens.Band{Low: 0.9 * size, High: 1.1 * size, To: tokens.Target}, Cost: tokens.Cost{Fee: 0.001}}
		slow := token
		slow.Keeper.Interval = time.Hour
		fastKernel, err := tokens.Compile(token, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		slowKernel, err := tokens.Compile(slow, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		var lanes tokens.Lanes
		fastKernel.BeginAll(&lanes)
		var alone [block.Lanes]tokens.Path
		b := block.New(1)
		b.Step = time.Hour
		for b.First = 0; b.First < steps; b.First += b.Len {
			b.Len = min(block.Steps, steps-b.First)
			for s := range b.Len {
				for i := range alone {
					x := 0.02 * math.Sin(float64((b.First+s)*(i+3))) // up and down, each lane at its own pace
					b.Move[0][s][i], b.Gross[0][s][i] = x, fmath.Exp(x)
					alone[i].Bars = append(alone[i].Bars, tokens.Bar{Move: x})
				}
			}
			fastKernel.AdvanceAll(b, 0, &lanes, 0, b.Len)
		}
		trades := 0
		for i := range alone {
			alone[i].Step = time.Hour
			got, want := fastKernel.Finish(lanes.Lane(i), steps*time.Hour), fastKernel.Live(alone[i])
			plain := slowKernel.Live(alone[i])
			closed(t, got)
			trades += got.Rebalances
			for _, c := range tokens.Columns {
				g, w, p := c.Of(&got), c.Of(&want), c.Of(&plain)
				if math.Float64bits(g) != math.Float64bits(w) && (g == g || w == w) {
					t.Errorf("target %v, lane %d: %s = %v in a batch, %v alone", target, i, c.Name, g, w)
				}
				if d := math.Abs(g - p); !(d <= 1e-11*(10+math.Abs(p))) && (g == g || p == p) {
					t.Errorf("target %v, lane %d: %s = %v, step by step %v", target, i, c.Name, g, p)
				}
			}
		}
		if trades < 100 {
			t.Errorf("target %v: %d trades; want some to compare", target, trades)
		}
	}
}

// What is wrong with a venue is said when a token is compiled, by the venue or by
// what its terms are held against; a venue that leaves what it would liquidate
// again, or other than what it found less the penalty, stops the program.
func TestVenueFaults(t *testing.T) {
	good := isolated{Maintenance: 0.1, Restore: 4}
	token := tokens.Token{Target: 3, Policy: tokens.Hold{}, AUM: 1e6}
	for _, r := range []struct {
		venue tokens.Venue
		want  string
	}{
		{isolated{Maintenance: 2, Restore: 1}, "isolated: maintenance = 2; want a fraction above 0 and below 1"},
		{isolated{Maintenance: 0.5, Restore: 1}, "leverage 3 is liquidated at once; this venue liquidates at 2"},
		{altered{good, func(v *tokens.Terms) { v.Funding.Rate = math.NaN() }},
			"terms: funding = NaN a year; want a number from -100 to 100"},
		{altered{good, func(v *tokens.Terms) { v.CashInterest = tokens.Charge{Rate: 1, Item: tokens.Gas} }},
			"cash interest is booked as item 8; want SupplyInterest"},
		{altered{good, func(v *tokens.Terms) { v.Margins[0].Cash = math.Inf(1) }},
			"margin 0 = {Exposure:0.9 Cash:+Inf Entry:0 Constant:0}; want finite numbers"},
		{altered{good, func(v *tokens.Terms) { v.Margins[0].Entry = 0.1 }},
			"takes 0.1 of the entry size, which is not kept; want EntrySize"},
		{altered{good, func(v *tokens.Terms) { v.Lender, v.Margins = true, nil }}, "a lender with 0 margins"},
	} {
		token.Mechanism = r.venue
		if _, err := tokens.Compile(token, time.Hour); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("%v; want %q", err, r.want)
		}
	}
	for want, left := range map[string]tokens.Position{
		"leaves {Exposure:3 Cash:-2.9 Entry:0}, of margin": {Exposure: 3, Cash: -2.9},
		"and leaves 1; want what is left of it":            {Cash: 1},
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, want) {
					t.Errorf("%s; want %q", said, want)
				}
			}()
			token.Mechanism = stubborn{good, left}
			k, err := tokens.Compile(token, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			k.Live(tokens.Path{Step: time.Hour, Bars: []tokens.Bar{{Move: math.Log(0.7)}}}) // equity .1
		}()
	}
}

// altered is a venue with other terms.
type altered struct {
	isolated
	change func(*tokens.Terms)
}

func (m altered) Terms(t tokens.Token) tokens.Terms {
	v := m.isolated.Terms(t)
	m.change(&v)
	return v
}

// stubborn leaves the same whatever it finds.
type stubborn struct {
	isolated
	left tokens.Position
}

func (m stubborn) Liquidate(tokens.Token, tokens.Position) (tokens.Position, float64) {
	return m.left, 0
}
