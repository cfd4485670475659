package tokens

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// What entry and exit cost 100,000 USD, worked out by hand, in basis points: a fee of 10
// bp, an impact of 1e-8 per dollar of each part, 4 bp more for trades that add and 2 bp
// less for those that reduce, flash loans at 3 bp on entry and 5 bp on exit. Nothing
// moves, and leverage stays where it is unless a row says so.
func TestHolderTrades(t *testing.T) {
	loan := Loan{Threshold: 0.9}
	perp := Perp{}
	for _, r := range []struct {
		name             string
		target           float64
		venue            Venue
		paid             Payment
		parts            float64
		entry, exitTrade float64 // bp of what is invested; bp of what is left of it
		exitImpact       float64 // bp of what is left, for an impact of 1 bp at 10,000 USD
		flash            float64
	}{
		// 3·100,000 USD at 10 + 4 + 30 bp, 3 bp of a debt of 2; out 3 times what is left at 10 − 2 bp
		{"long, in dollars", 3, loan, Dollars, 1, 3*44 + 6, 3 * 8, 9 * 10, 10},
		// 2·100,000 USD at 10 + 4 + 20 bp
		{"long, in the underlying", 3, loan, Underlying, 1, 2*34 + 6, 3 * 8, 9 * 10, 10},
		{"long, in four parts", 3, loan, Dollars, 4, 3*21.5 + 6, 3 * 8, 9 * 10 / 4.0, 10},
		// the debt is the whole exposure of a short
		{"short, in dollars", -2, loan, Dollars, 1, 2*34 + 6, 2 * 8, 4 * 10, 10},
		{"short, not in the underlying", -2, loan, Underlying, 1, 2*34 + 6, 2 * 8, 4 * 10, 10},
		{"nothing is owed at 1x", 1, loan, Dollars, 1, 24, 8, 10, 0},
		{"nothing is traded for 1x in the underlying", 1, loan, Underlying, 1, 0, 8, 10, 0},
		{"a perpetual owes nothing", 3, perp, Dollars, 1, 3 * 44, 3 * 8, 9 * 10, 0},
		{"nor is it paid in kind", 3, perp, Underlying, 1, 3 * 44, 3 * 8, 9 * 10, 0},
		{"a short perpetual", -3, perp, Dollars, 1, 3 * 44, 3 * 8, 9 * 10, 0},
	} {
		token := Token{Target: r.target, Policy: Hold{}, Mechanism: r.venue, AUM: 1e6,
			Cost:   Cost{Fee: 0.001, Impact: 1e-8, Exponent: 1, Increase: 0.0004, Decrease: -0.0002},
			Holder: Holder{Invest: 1e5, Parts: r.parts, PaidIn: r.paid, EntryFlashFee: 0.0003, ExitFlashFee: 0.0005},
		}
		left := 1 - r.entry/1e4
		exit := (r.exitTrade + float64(r.exitImpact*left) + r.flash) / 1e4
		f := live(t, token, grid(time.Hour, 1))
		within(t, r.name+": entry", f.EntryCost, r.entry/1e4, 1e-12)
		within(t, r.name+": exit", f.ExitCost, exit, 1e-12)
		within(t, r.name+": holder's NAV", f.HolderNAV, left*(1-exit), 1e-12)
		if f.NAV != 1 {
			t.Errorf("%s: NAV %v; the token notices", r.name, f.NAV)
		}
	}
}

// One entry and exit against the closed form: the price of a held 3x token rises by a
// fifth, so that it is worth 1.6 at leverage 3·1.2/1.6; both fees and an impact a·Q^p.
func TestHolderAgainstClosedForm(t *testing.T) {
	const fee, a, p, entryFee, exitFee, flash = 0.0005, 4.63667e-7, 0.6778, 0.002, 0.003, 0.0005
	for _, invest := range []float64{1, 1e4, 2e6} {
		for _, parts := range []float64{1, 7, 1000} {
			token := Token{Target: 3, Policy: Hold{}, Mechanism: Loan{Threshold: 0.9}, AUM: 1e6,
				Cost: Cost{Fee: fee, Impact: a, Exponent: p}, EntryFee: entryFee, ExitFee: exitFee,
				Holder: Holder{Invest: invest, Parts: parts, ExitFlashFee: flash}}
			f := live(t, token, grid(time.Hour, 1.2))
			const nav, leverage = 1.6, 3.6 / 1.6
			in := (1 - entryFee) * (1 - 3*(fee+a*math.Pow(3*invest/parts, p)))
			worth := invest * in * nav * (1 - exitFee)
			out := (1 - exitFee) * (1 - leverage*(fee+a*math.Pow(leverage*worth/parts, p)) - flash*(leverage-1))
			within(t, fmt.Sprint(invest, " in ", parts), f.HolderNAV, nav*in*out, 1e-12)
			if enter, leave := token.Enter(), token.Leave(f.NAV, leverage); enter.Total() != f.EntryCost ||
				math.Abs(leave.Total()-f.ExitCost) > 1e-15 {
				t.Errorf("Enter %v and Leave %v; the lifetime has %v and %v", enter, leave, f.EntryCost, f.ExitCost)
			}
		}
	}
}

// The impact of a trade in k parts is k^−p of that in one.
func TestHolderImpactFallsWithParts(t *testing.T) {
	for _, p := range []float64{0.5, 0.6778, 1, 2} {
		token := Token{Target: -2, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6,
			Cost: Cost{Impact: 1e-9, Exponent: p}, Holder: Holder{Invest: 1e4}}
		in, out := token.Enter().Impact, token.Leave(1, 2).Impact
		for _, k := range []float64{2, 10, 1e4} {
			token.Holder.Parts = k
			within(t, fmt.Sprint("entry, p ", p, " in ", k), token.Enter().Impact, in*math.Pow(k, -p), 1e-12)
			// in parts entry leaves more to sell: compared at what it leaves
			left := (1 - token.Enter().Total()) / (1 - in)
			within(t, fmt.Sprint("exit, p ", p, " in ", k), token.Leave(1, 2).Impact,
				out*math.Pow(k, -p)*math.Pow(left, p), 1e-12)
		}
	}
}

// Whoever holds nothing sells nothing: after a liquidation that stops the token there
// is cash, and after a wipe-out not even that.
func TestHolderOfNothing(t *testing.T) {
	token := Token{Target: 3, Policy: Hold{}, Mechanism: Perp{Maintenance: 0.1, LiquidationFee: 0.01}, AUM: 1e6,
		AfterLiquidation: Stop, Cost: Cost{Fee: 0.01}, ExitFee: 0.002, Holder: Holder{Invest: 1e4}}
	f := live(t, token, grid(time.Hour, 0.72, 1))
	if f.Liquidations != 1 || f.ExitCost != 0.002 {
		t.Errorf("after %d liquidations exit costs %v; want the exit fee alone", f.Liquidations, f.ExitCost)
	}
	within(t, "in cash", f.HolderNAV, f.NAV*0.97*0.998, 1e-14)
	if f = live(t, token, grid(time.Hour, 0.5)); !f.Ruined || f.HolderNAV != 0 || f.ExitCost == f.ExitCost {
		t.Errorf("ruined %v, holder %v, exit cost %v; want nothing, and no cost of it",
			f.Ruined, f.HolderNAV, f.ExitCost)
	}
	// A trade that costs more than there is leaves nothing.
	token = Token{Target: 3, Policy: Hold{}, Mechanism: Perp{}, AUM: 1e6, Cost: Cost{Impact: 1e-4, Exponent: 1},
		Holder: Holder{Invest: 1e6}}
	if f = live(t, token, grid(time.Hour, 1)); f.EntryCost != 1 || f.HolderNAV != 0 {
		t.Errorf("entry costs %v and leaves %v; want 1 and 0", f.EntryCost, f.HolderNAV)
	}
}
