package tokens

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// A Holder is who buys the token at the start and sells it at the end. What that costs is
// the holder's own loss: the token does not notice.
//
// A holder who invests W dollars has a share of the position built. On a loan that takes a
// swap of T·W for a long token paid in dollars, of (T−1)·W for one paid in the underlying,
// and of |T|·W for a short one; to leave with R dollars at leverage L takes one of |L|·R. At
// other venues these are orders of |T|·W and |L|·R. Each is made in k equal parts, whose
// notionals Q/k add up to Q, and by the token's [Cost] costs
//
//	(Fee + ImpactBase + side + Impact·(Q/k)^Exponent)·Q
//
// without gas. Through an [Option] entry opens T·W of size, at the fee of the venue, for a margin that is borrowed
// as far
// as the hedge goes; exit closes the holder's part of the size, at that fee. What is swapped is the part of the margin
// that is not owed, and on exit the profit of the call besides.
//
// A flash loan takes its fee of the debt: at leverage L that is (L−1)·R of a
// long token and |L|·R of a short one, and likewise at the start.
//
// Source: dhedge/V2-Public, readmes/torosLeverageVaults.md: whoever leaves a loan has the
// debt repaid from a flash loan and all of the collateral swapped.
type Holder struct {
	Invest float64 // US dollars; zero: entry and exit fees are counted, and no trades
	Parts  float64 // into which each trade is split, a whole number; zero counts as one
	PaidIn Payment // what buys a long token on a loan; others are bought with dollars

	// Fees of the flash loans that build and repay the debt, fractions of it, where the
	// venue lends; zero: none is used.
	EntryFlashFee, ExitFlashFee float64
}

// A Payment is what buys a token.
type Payment int

const (
	Dollars Payment = iota
	Underlying
)

// maxParts is the most parts that a holder's trade is split into.
const maxParts = 1e6

func (h Holder) check() (faults []error) {
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("tokens: "+format, args...))
		}
	}
	want(h.Invest >= 0 && h.Invest <= mostAUM, "the holder invests %v USD; want 0 to 1e15", h.Invest)
	want(h.Parts >= 0 && h.Parts <= maxParts && h.Parts == math.Trunc(h.Parts),
		"the holder trades in %v parts; want a whole number from 1 to 1e6", h.Parts)
	want(h.PaidIn == Dollars || h.PaidIn == Underlying, "the token is paid in %d; want Dollars or Underlying", h.PaidIn)
	return append(faults, part("fee of the flash loan on entry", h.EntryFlashFee),
		part("fee of the flash loan on exit", h.ExitFlashFee))
}

// A HolderCost is what entry or exit costs the holder, in fractions of an amount: of what
// is invested, or of what the token is worth before the exit fee.
type HolderCost struct {
	Fee      float64 // the token's entry or exit fee, less what the vault gives back
	TradeFee float64 // the venue's, on the holder's trade
	Impact   float64 // of the trade; negative: the venue pays
	Flash    float64 // fee of the flash loan
}

// Total is all of it, at most 1.
func (c HolderCost) Total() float64 { return min(1, c.Fee+c.TradeFee+c.Impact+c.Flash) }

// Enter is what it costs the holder to buy the token at the start.
func (t Token) Enter() HolderCost { return t.enter(t.Mechanism.Terms(t).Lender) }

// Leave is what it costs the holder to sell the token at a leverage, a magnitude, when it
// is worth nav, in initial equity. Without leverage there is nothing to trade.
func (t Token) Leave(nav, leverage float64) HolderCost {
	lends := t.Mechanism.Terms(t).Lender
	return t.leave(lends, t.enter(lends).Total(), nav, leverage)
}

func (t *Token) enter(lends bool) HolderCost {
	if m, ok := t.Mechanism.(Option); ok {
		size, swapped := m.unit(t.Target)
		return t.arrive(t.callTrade(m, t.Holder.Invest, size, swapped, true))
	}
	size := math.Abs(t.Target)
	notional := size
	if lends && t.Target >= 1 && t.Holder.PaidIn == Underlying {
		notional--
	}
	return t.arrive(t.holderTrade(lends, t.Holder.Invest, notional, size, t.Holder.EntryFlashFee, true))
}

// arrive adds the entry fee to what the holder's trade costs.
func (t *Token) arrive(c HolderCost) HolderCost {
	arrives := 1 - min(1, c.TradeFee+c.Impact+c.Flash) // at the vault
	c.Fee = float64(arrives * (t.EntryFee - t.backFromVault(float64(t.Holder.Invest*arrives))))
	return c
}

// backFromVault is the part of an amount that its entry fee, where it stays in the vault,
// gives back: the holder's share of it.
func (t *Token) backFromVault(usd float64) float64 {
	kept := float64(t.EntryFee * t.FeeToVault)
	return float64((1-t.EntryFee)*float64(usd*kept)) / (t.AUM + float64(usd*(1-kept)))
}

// leave is Leave of a holder to whom entry cost a fraction of what was invested.
func (t *Token) leave(lends bool, entry, nav, leverage float64) HolderCost {
	usd, paid := t.takenOut(entry, nav)
	if m, ok := t.Mechanism.(Option); ok {
		size, swapped := m.unit(leverage)
		return t.depart(paid, t.callTrade(m, usd, size, swapped, false))
	}
	return t.depart(paid, t.holderTrade(lends, usd, leverage, leverage, t.Holder.ExitFlashFee, false))
}

// takenOut is what a holder to whom entry cost a fraction of what was invested takes out, in US dollars, and the part
// that the exit fee leaves, which is taken before the position is reduced.
func (t *Token) takenOut(entry, nav float64) (usd, paid float64) {
	paid = 1 - t.ExitFee
	return float64(t.Holder.Invest*(1-entry)) * float64(nav*paid), paid
}

// depart is what exit costs, of which the holder's trade is a part.
func (t *Token) depart(paid float64, c HolderCost) HolderCost {
	return HolderCost{t.ExitFee, float64(paid * c.TradeFee), float64(paid * c.Impact), float64(paid * c.Flash)}
}

// holderTrade is what a trade of so many times an amount costs, in fractions of it, for
// a position of some leverage; adds says that it builds the position.
func (t *Token) holderTrade(lends bool, usd, notional, leverage, flash float64, adds bool) (c HolderCost) {
	if !(usd > 0) || notional == 0 {
		return c
	}
	rate := t.Cost.base(adds)
	if t.Cost.Impact != 0 {
		size := float64(usd*notional) / max(1, t.Holder.Parts)
		rate += float64(t.Cost.Impact * fmath.Pow(size, t.Cost.Exponent))
	}
	c.TradeFee, c.Impact = float64(notional*t.Cost.fee(adds)), float64(notional*t.Cost.bound(rate))
	if lends {
		debt := leverage
		if t.Target > 0 {
			debt = max(0, leverage-1)
		}
		c.Flash = float64(flash * debt)
	}
	return c
}

// callTrade is what opening or closing a size of a call costs its holder, and a swap beside it, both in multiples of
// usd.
func (t *Token) callTrade(m Option, usd, size, swapped float64, adds bool) HolderCost {
	if !(usd > 0) {
		return HolderCost{}
	}
	c := t.holderTrade(false, usd, math.Abs(swapped), 0, 0, adds)
	c.TradeFee += float64(m.TradeFee * size)
	return c
}

// Has reports that a token may have something to book under an item of the ledger.
func (t *Token) Has(item Item) bool {
	switch item {
	case PerformanceFee:
		return t.Minting.PerformanceFee != 0
	case FlowFee:
		return t.FeeToVault != 0 && t.Flows.Kind == Chasing
	}
	return int(item) < len(t.Books())
}
