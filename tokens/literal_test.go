package tokens

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// literal lives a token's life on a grid as the token model is written down,
// with the standard library, without any ledger, and with trades solved by
// bisection: the second route for everything that does not look inside a bar.
type literal struct {
	u, s, b      float64 // units of the underlying, its price, cash
	n            float64 // entry size
	rebalances   int
	liquidations int
	turnover     float64
	minLeverage  float64
	maxLeverage  float64
	minNAV       float64

	shares float64 // of the vault, over those at the start
	closed bool

	deleveraged float64 // profit at which the venue closes the next part

	variance float64 // realised, a year: of returns weighted by e^(−age/window)

	mark   float64       // high-water mark
	minted time.Duration // when fees were last taken in shares
}

// cost is what trades cost now.
func (w *literal) cost(t Token) Cost {
	c := t.Cost
	if s := t.Stress; s.Window > 0 {
		x := min(w.variance/(s.Volatility*s.Volatility), s.Cap)
		c.Gas *= math.Pow(x, s.Gas)
		c.ImpactBase *= math.Pow(x, s.Impact)
		c.Impact *= math.Pow(x, s.Impact)
	}
	return c
}

// costOf is what a trade costs.
func costOf(c Cost, q, aum float64, adds bool) float64 {
	fee, impact := c.Fee+c.FeeDecrease, c.ImpactBase+c.Decrease
	if adds {
		fee, impact = c.Fee+c.FeeIncrease, c.ImpactBase+c.Increase
	}
	impact += c.Impact * math.Pow(q*aum, c.Exponent)
	if c.Cap > 0 {
		impact = min(impact, c.Cap) + (1-c.Claim)*max(0, impact-c.Cap)
	}
	if c.RebateCap > 0 {
		impact = max(impact, -c.RebateCap)
	}
	return q*(fee+impact) + c.Gas/aum
}

// dilute makes so many shares of one; sizes at entry are divided too, or stay with
// each share.
func (w *literal) dilute(shares float64, sizes bool) {
	w.u, w.b = w.u/shares, w.b/shares
	if sizes {
		w.n /= shares
	}
}

// mint gives the manager shares, of a fund of 1000.
func (w *literal) mint(t Token, now time.Duration) {
	const supply = 1000
	price, made := w.equity(), 0.0
	if usd := (price - w.mark) * t.Minting.PerformanceFee * supply; usd > 0 {
		made += usd * supply / (price*supply - usd)
	}
	if t.Minting.Interval > 0 {
		made += supply * t.StreamingFee * (now - w.minted).Hours() / 8760
	}
	w.mark, w.minted = max(w.mark, price), now
	w.dilute((supply+made)/supply, true)
}

// dollars is what a unit of initial equity is worth to a venue and a trade.
func (w *literal) dollars(t Token) float64 {
	if t.Flows.Kind == Steady && w.equity() > 0 {
		return t.AUM / w.equity()
	}
	return t.AUM * w.shares
}

// deposit makes the flows at the end of a step, of each day that has ended in it. The
// equities are those at the ends of days.
func (w *literal) deposit(t Token, equities []float64) {
	then := 1.0
	if n := len(equities) - 1 - int(t.Flows.LookBack/day); n >= 0 {
		then = equities[n]
	}
	now := equities[len(equities)-1]
	part := min(t.Flows.Cap, max(-t.Flows.Cap, t.Flows.Response*(now/then-1)))
	if size := t.AUM * w.shares * (1 + part) * now; size > 1e-6 && size < 1e15 {
		w.shares *= 1 + part
		stays, value, shares := t.EntryFee*t.FeeToVault, 1+part, 1+part
		if part > 0 { // the fee that stays is not minted
			shares -= part * stays
		} else {
			value -= part * t.ExitFee * t.FeeToVault
		}
		w.dilute(shares/value, true)
		w.minNAV = min(w.minNAV, w.equity())
	}
}

func (w *literal) exposure() float64 { return w.u * w.s }
func (w *literal) equity() float64   { return w.u*w.s + w.b }
func (w *literal) leverage() float64 { return math.Abs(w.exposure()) / w.equity() }

// live returns the final NAV.
func (w *literal) live(t Token, p Path) float64 {
	*w = literal{u: t.Target, s: 1, b: 1 - t.Target, n: math.Abs(t.Target), minNAV: 1, shares: 1, mark: 1,
		variance:    t.Stress.Volatility * t.Stress.Volatility,
		minLeverage: math.Abs(t.Target), maxLeverage: math.Abs(t.Target)}
	dt := p.Step.Hours() / 8760
	var order time.Duration
	pending := false
	reset := time.Duration(0) // the next of Every
	if e, ok := t.Policy.(Every); ok {
		if reset = e.Offset; reset == 0 {
			reset = e.Interval
		}
	}
	look := t.Keeper.Interval
	var daily []float64 // equity at the end of each day
	flow := func(now time.Duration) {
		for time.Duration(len(daily)+1)*day <= now {
			daily = append(daily, w.equity())
			if t.Flows.Kind == Chasing {
				w.deposit(t, daily)
			}
		}
	}
	for i, bar := range p.Bars {
		now := time.Duration(i+1) * p.Step

		// 1. Carry.
		switch m := t.Mechanism.(type) {
		case Loan:
			deposited, owed := &w.u, &w.b
			if t.Target < 0 {
				deposited, owed = owed, deposited
			}
			*deposited *= math.Exp(m.Supply * dt)
			*owed *= math.Exp(m.Borrow * dt)
			w.u *= math.Exp(m.UnderlyingFee * dt)
		case Perp:
			w.b += m.CashRate*dt*w.equity() - m.Funding*dt*w.exposure() - m.BorrowFee*dt*math.Abs(w.exposure())
			w.u *= math.Exp(m.UnderlyingFee * dt)
		}
		if w.equity() <= 0 {
			return 0
		}

		// 2. Price. 3. Liquidation. 4. Wipe-out.
		w.s *= math.Exp(bar.Move)
		if t.Stress.Window > 0 {
			old := math.Exp(-p.Step.Hours() / t.Stress.Window.Hours())
			w.variance = old*w.variance + (1-old)*bar.Move*bar.Move/dt
		}
		w.gauge()
		if w.liquidate(t) {
			if w.equity() <= 0 {
				return 0
			}
			if t.AfterLiquidation == Stop {
				w.minNAV = min(w.minNAV, w.equity())
				return w.equity()
			}
			w.gauge()
			w.minNAV = min(w.minNAV, w.equity())
		}
		if w.equity() <= 0 {
			return 0
		}

		// 5. Streaming fee.
		if t.Minting.Interval == 0 {
			w.dilute(math.Exp(t.StreamingFee*dt), false)
		}
		if every := t.Minting.Interval; every == 0 || now >= (w.minted/every+1)*every {
			w.mint(t, now)
		}

		// The end of a vault that has become small.
		if t.Flows.Kind == NoFlows && w.equity()*t.AUM < t.Flows.CloseBelow {
			if q := math.Abs(w.exposure()); q > 0 {
				c := w.cost(t)
				w.gauge()
				w.turnover += q / w.equity()
				w.b = w.equity() - costOf(c, q, t.AUM, false)
				w.u = 0
			}
			w.closed = true
			w.minNAV = min(w.minNAV, w.equity())
			return max(0, w.equity())
		}

		if m, ok := t.Mechanism.(Perp); ok && m.ADL.Profit > 0 && w.n > 0 {
			profit := math.Copysign(math.Abs(w.exposure())/w.n-1, t.Target*(math.Abs(w.exposure())/w.n-1))
			if profit < m.ADL.Profit {
				w.deleveraged = 0
			}
			if profit >= m.ADL.Profit && profit >= w.deleveraged {
				w.gauge()
				w.deleveraged = profit / (1 - m.ADL.Part)
				if q := m.ADL.Part * math.Abs(w.exposure()); q*(t.Cost.Fee+t.Cost.FeeDecrease) < w.equity() {
					w.turnover += q / w.equity()
					w.b = w.equity() - q*(t.Cost.Fee+t.Cost.FeeDecrease) - w.exposure()*(1-m.ADL.Part)
					w.u *= 1 - m.ADL.Part
					w.n *= 1 - m.ADL.Part
					w.gauge()
				}
			}
		}

		// 6. Rebalance.
		if bar.Down && t.Keeper.Outage.Rate+t.Stress.OutageRate > 0 {
			w.minNAV = min(w.minNAV, w.equity())
			flow(now)
			continue
		}
		looks := true
		if t.Keeper.Interval > 0 {
			looks = now >= look
			for look <= now {
				look += t.Keeper.Interval
			}
		}
		trade := false
		switch {
		case pending:
			trade = now >= order
		case looks && w.asks(t.Policy, now, reset):
			trade = t.Keeper.Latency == 0
			pending, order = !trade, now+t.Keeper.Latency
		}
		if trade {
			pending = false
			if to, ok := w.wants(t.Policy, math.Abs(t.Target)); ok {
				w.trade(t, to)
				w.gauge()
			}
			if e, ok := t.Policy.(Every); ok {
				for reset <= now {
					reset += e.Interval
				}
			}
		}
		w.minNAV = min(w.minNAV, w.equity())
		flow(now)
	}
	w.mint(t, p.length()) // whoever leaves pays
	w.minNAV = min(w.minNAV, w.equity())
	return w.equity()
}

// gauge notes leverage while there is equity.
func (w *literal) gauge() {
	if w.equity() > 0 {
		w.minLeverage, w.maxLeverage = min(w.minLeverage, w.leverage()), max(w.maxLeverage, w.leverage())
	}
}

func (w *literal) asks(p Policy, now, reset time.Duration) bool {
	switch p := p.(type) {
	case Band:
		return w.leverage() < p.Low*(1-1e-12) || w.leverage() > p.High*(1+1e-12)
	case Every:
		return now >= reset
	}
	return false
}

func (w *literal) wants(p Policy, target float64) (float64, bool) {
	b, ok := p.(Band)
	switch l := w.leverage(); {
	case !ok:
		return target, true
	case l > b.Low*(1+1e-12) && l < b.High*(1-1e-12): // an edge is outside
		return 0, false
	case b.To == Target:
		return target, true
	case b.To == Partial:
		return max(b.Low, min(b.High, l*(1-b.Speed)+target*b.Speed)), true
	case l <= b.Low*(1+1e-12):
		return b.Low, true
	default:
		return b.High, true
	}
}

// trade solves |X| ± q = L·(E − C(q)) for the least q > 0, by bisection.
func (w *literal) trade(t Token, to float64) {
	x, e, c := math.Abs(w.exposure()), w.equity(), w.cost(t)
	aum := w.dollars(t)
	cost := func(q float64) float64 { return costOf(c, q, aum, x < to*e) }
	if math.Abs(x-to*e) <= 1e-12*x {
		return // there already
	}
	side := 1.0
	if x > to*e {
		side = -1
	}
	short := func(q float64) float64 { return side * (to*(e-cost(q)) - x - side*q) } // of the exposure wanted
	if short(0) <= 0 {
		return // the fixed cost passes the target
	}
	lo, hi := 0.0, math.Abs(x-to*e)
	for short(hi) > 0 {
		if side < 0 && hi >= x {
			return // selling all does not do it: it only chases its cost
		}
		if lo, hi = hi, hi*1.01; side < 0 {
			hi = min(hi, x)
		}
	}
	for range 200 {
		if mid := (lo + hi) / 2; short(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	q := hi
	if e-cost(q) <= 0 {
		return
	}
	sign := math.Copysign(1, t.Target)
	w.turnover += q / e
	w.rebalances++
	w.b -= sign*side*q + cost(q)
	if side > 0 {
		w.n += q
	} else {
		w.n *= (x - q) / x
	}
	w.u = sign * (x + side*q) / w.s
}

// liquidate reports whether the venue acted.
func (w *literal) liquidate(t Token) bool {
	aum := w.dollars(t)
	switch m := t.Mechanism.(type) {
	case Perp:
		if w.u == 0 {
			return false
		}
		base := math.Abs(w.exposure())
		if m.Base == EntrySize {
			base = w.n
		}
		maintenance := m.Maintenance * base
		if tier := m.Tier / aum; tier > 0 && base > tier {
			from, rates := []float64{0, tier}, []float64{m.Maintenance, m.TierMaintenance}
			for _, more := range m.Tiers {
				if more.Above > 0 {
					from, rates = append(from, more.Above/aum), append(rates, more.Maintenance)
				}
			}
			maintenance = 0
			for i, r := range rates {
				to := base
				if i+1 < len(from) {
					to = min(to, from[i+1])
				}
				maintenance += r * max(0, to-from[i])
			}
		}
		need := maintenance + m.CloseFee*base
		if w.equity() >= need && w.equity()*aum >= m.MinCollateral {
			return false
		}
		need = max(need, m.MinCollateral/aum)
		w.liquidations++
		if w.equity() < m.Backstop*need { // the venue takes over
			w.b, w.u, w.n = min(w.equity(), 0), 0, 0
			return true
		}
		lost := m.LiquidationFee*base + m.Slippage*math.Abs(w.exposure())
		if math.Abs(w.exposure())*aum > m.PartialAbove && m.PartialAbove > 0 {
			e := w.equity() - m.Part*lost
			u, n := w.u*(1-m.Part), w.n*(1-m.Part)
			before := *w
			w.u, w.n = u, n
			w.b = e - w.exposure()
			if !w.liquidate(t) {
				return true
			}
			*w = before
		}
		w.b, w.u, w.n = w.equity()-lost, 0, 0
		return true
	case Loan:
		acted := false
		for {
			collateral, debt := w.exposure(), -w.b
			if t.Target < 0 {
				collateral, debt = w.b, -w.exposure()
			}
			if debt <= 0 || collateral <= 0 || collateral*m.Threshold/debt >= 1 {
				return acted
			}
			if !acted {
				w.liquidations++
			}
			acted = true
			share := 0.5
			if collateral*m.Threshold/debt <= 0.95 || collateral*aum < 2000 || debt*aum < 2000 {
				share = 1
			}
			repaid := share * debt
			if left := collateral - repaid*(1+m.Bonus); share < 1 && left*aum < 1000 {
				repaid = (collateral - 1000/aum) / (1 + m.Bonus) // so much has to be left
			}
			seized := repaid * (1 + m.Bonus)
			if seized > collateral {
				seized, repaid = collateral, collateral/(1+m.Bonus)
			}
			collateral, debt = collateral-seized, debt-repaid
			if t.Target > 0 {
				w.u, w.b = collateral/w.s, -debt
			} else {
				w.b, w.u = collateral, -debt/w.s
			}
		}
	}
	return false
}

func TestLiteralModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := knownToken(t)
		switch token.Policy.(type) {
		case Band, Every:
		default:
			token.Policy = Hold{}
		}
		p := somePath(t, rapid.SampledFrom([]time.Duration{time.Hour, 30 * time.Minute, day}).Draw(t, "step"), false,
			rapid.IntRange(1, 60).Draw(t, "steps"))
		f := must(t, token, p.Step).Live(p)
		var w literal
		nav := w.live(token, p)
		near := func(what string, got, want float64) {
			if !(math.Abs(got-want) <= 1e-8*math.Abs(want)+1e-12) {
				t.Errorf("%s = %.15g, the literal model says %.15g", what, got, want)
			}
		}
		near("NAV", f.NAV, nav)
		near("turnover", f.Turnover, w.turnover)
		near("rebalances", float64(f.Rebalances), float64(w.rebalances))
		if f.Closed != w.closed {
			t.Errorf("closed %v, the literal model says %v", f.Closed, w.closed)
		}
		if token.Flows.Kind == Chasing && nav > 0 {
			near("AUM", f.AUM, token.AUM*w.shares*nav)
		}
		near("liquidations", float64(f.Liquidations), float64(w.liquidations))
		if nav > 0 {
			near("least NAV", f.MinNAV, w.minNAV)
		}
		near("least leverage", f.MinLeverage, w.minLeverage)
		near("largest leverage", f.MaxLeverage, w.maxLeverage)
	})
}
