package tokens

import (
	"math"
	"time"
)

// Rules of Aave v3's liquidation: the whole debt may be repaid when the health
// factor is at most wholeBelow or when collateral or debt is below SmallUSD US
// dollars, else half of it.
//
// Source: aave-v3-origin, LiquidationLogic.sol (v3.7).
const (
	wholeBelow = 0.95
	SmallUSD   = 2000
)

// liquidate takes the position down until the venue is content.
func (k *Kernel) liquidate(l *Lane, now time.Duration) {
	k.gauge(l)
	e := l.x + l.b
	penalty := 0.0
	if k.venue.perp {
		base := math.Abs(l.x)
		if k.venue.entry {
			base = l.n
		}
		penalty = float64(k.venue.liquidationFee * base)
		l.x, l.b, l.n = 0, e-penalty, 0
	} else {
		penalty = k.liquidateLoan(l)
	}
	if e > 0 {
		l.book(LiquidationPenalty, -penalty, e, logPerUnit(-penalty/e))
	} else {
		l.money.add(LiquidationPenalty, -penalty)
	}
	l.liquidations++
	l.firstLiquidation = min(l.firstLiquidation, now)
	l.trace.event(l, now, "liquidation")
	if !(l.x+l.b > 0) || k.token.AfterLiquidation == Stop {
		l.end(now)
		return
	}
	k.gauge(l)
	k.visit(l, now)
}

// liquidateLoan lets liquidators repay debt against collateral until the
// health factor is at least 1, and returns what they gained.
func (k *Kernel) liquidateLoan(l *Lane) (penalty float64) {
	collateral, debt := &l.x, &l.b // a long token's; a short token's are the other way round
	if k.sign < 0 {
		collateral, debt = &l.b, &l.x
	}
	bonus, aum := k.venue.bonus, k.token.AUM
	threshold := min(k.venue.cx, k.venue.cb) // the other is 1
	for {
		c, d := *collateral, -*debt
		if !(d > 0) || !(c > 0) {
			return penalty
		}
		repaid := d / 2
		if float64(c*threshold) <= float64(wholeBelow*d) || float64(c*aum) < SmallUSD || float64(d*aum) < SmallUSD {
			repaid = d
		}
		seized := float64(repaid * (1 + bonus))
		if seized > c {
			seized, repaid = c, c/(1+bonus)
		}
		*collateral, *debt = c-seized, repaid-d
		penalty += seized - repaid
		if k.venue.margin(l) >= 0 {
			return penalty
		}
	}
}
