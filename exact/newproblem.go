package exact

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"mcrisk/exact/levy"
	"mcrisk/models"
	"mcrisk/tokens"
)

// NewProblem states the problem of a simulated token on a simulated price, monitored at
// the end of every step; a step of 0 is continuous monitoring. The error has all reasons
// why a token or price is not supported; package study simulates any of them. Gas and
// impact are supported if flows hold the vault steady, because the cost of a trade, as a
// fraction of equity, then depends only on the leverage before it. Without such flows,
// whether the position is small enough for a full liquidation is decided at the start.
func NewProblem(t tokens.Token, m models.Model, step time.Duration) (Problem, error) {
	var faults []error
	refuse := func(format string, args ...any) { faults = append(faults, fmt.Errorf("exact: "+format, args...)) }
	long := t.Target > 0 // buying the underlying adds to the position
	buy, sell := t.Cost.Proportional(long), t.Cost.Proportional(!long)
	x := Token{Target: t.Target, Buy: buy, Sell: sell, Fee: t.StreamingFee}
	policy := t.Policy
	if g, ok := policy.(tokens.Geometric); ok {
		policy = g.Band(t.Target)
	}
	if band, ok := policy.(tokens.Band); ok {
		x.Band = band
	} else {
		refuse("policy %s; only a band's cycles begin anew at each trade", kind(t.Policy))
	}
	if loan, ok := t.Mechanism.(tokens.Loan); ok {
		x.Loan = loan
		if loan.Rule != (tokens.CloseRule{}) {
			refuse("a liquidation rule of its own, %+v; exact answers follow that of Aave v3", loan.Rule)
		} else if size := t.AUM * max(t.Target, -t.Target); size < 1e4 && loan.Threshold*(1+loan.Bonus) > 0.95 {
			refuse("a position of %v USD at a threshold of %v; exact answers do not keep what a liquidation "+
				"has to leave", size, loan.Threshold)
		}
		if t.Flows.Kind == tokens.Steady {
			x.AUM = t.AUM
		} else {
			x.Whole = t.AUM*min(math.Abs(t.Target), math.Abs(1-t.Target)) < tokens.SmallUSD
		}
	} else {
		refuse("mechanism %s; funding paid from margin leaves leverage no longer the whole state", kind(t.Mechanism))
	}
	if c := t.Cost; c.Impact > 0 && (c.Cap > 0 || c.RebateCap > 0) {
		refuse("impact that grows with the trade up to a bound, impact-cap %v and rebate-cap %v; exact answers have "+
			"one law for all sizes", c.Cap, c.RebateCap)
	}
	if t.Flows.Kind == tokens.Steady {
		x.Fixed = t.Cost.Gas / t.AUM
		if t.Cost.Impact > 0 {
			x.Impact, x.Exponent = t.Cost.Impact*raised(t.AUM, t.Cost.Exponent), t.Cost.Exponent
		}
	} else {
		if t.Cost.Gas > 0 {
			refuse("gas of %v USD; a cost in dollars depends on the size of the vault, unless flows are steady",
				t.Cost.Gas)
		}
		if t.Cost.Impact > 0 {
			refuse("impact that grows with the trade; it depends on the size of the vault, unless flows are steady")
		}
	}
	if t.Closes() {
		refuse("a vault closed below %v USD; exact answers do not follow the size of the vault", t.Flows.CloseBelow)
	}
	if m := t.Minting; m.PerformanceFee > 0 || m.Interval > 0 && t.StreamingFee > 0 {
		refuse("fees taken in shares, performance-fee %v and mint-interval %v; exact answers have no high-water mark "+
			"and compound the streaming fee continuously", m.PerformanceFee, m.Interval)
	}
	if t.Keeper.Interval > step || t.Keeper.Latency > 0 {
		refuse("a keeper that looks every %v and trades %v late; "+
			"only one that trades at the end of every step begins each cycle anew", t.Keeper.Interval, t.Keeper.Latency)
	}
	if t.Keeper.Outage.Rate > 0 {
		refuse("a keeper with %v outages a year; exact answers do not follow whether it is down", t.Keeper.Outage.Rate)
	}
	if t.Stress.Window > 0 {
		refuse("costs and outages that follow realised variance (stressed); exact answers do not follow it")
	}
	if !levy.Supports(m) {
		name := "model " + kind(m)
		if _, ok := m.(models.MovingGBM); ok {
			name = "prices with momentum"
		}
		refuse("%s; only prices with independent increments and a known density of a step", name)
	}
	p := Problem{Token: x, Model: m, Step: models.Years(step)}
	if len(faults) == 0 {
		faults = append(faults, p.check())
	}
	return p, errors.Join(faults...)
}

// kind is what people call a policy, a mechanism or a model: its type without the package.
func kind(of any) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", of), ".")
	return strings.ToLower(name)
}
