package tokens

import (
	"math"
	"slices"
	"time"
)

// A Lifetime is the result of one token on one path.
type Lifetime struct {
	NAV       float64 // final equity over initial equity; zero if wiped out
	HolderNAV float64 // what the holder takes out, over what was invested: NAV less entry and exit cost
	EntryCost float64 // the holder's, a fraction of what is invested
	ExitCost  float64 // a fraction of what the token is worth to the holder at the end; NaN if nothing
	MinNAV    float64 // least visited
	Drawdown  Drawdown

	Rebalances  int
	Turnover    float64 // Σ |ΔX|/E, equity before each trade
	Outside     int     // steps that ended outside the band
	MinLeverage float64 // magnitude
	MaxLeverage float64 // magnitude
	// Health is the smallest health factor at a lender, or the smallest margin of
	// a perpetual over its maintenance base. Infinite without debt or position.
	Health           float64
	Liquidations     int
	FirstLiquidation float64 // years from the start; NaN: never
	Ruined           bool    // nothing was left
	Closed           bool    // the vault had become small: see [Flows].CloseBelow
	Rolls            int     // of the strike of a call, see [Option]
	FloorBreach      float64 // deepest fall of NAV below the floor of a token with a call, a fraction of it
	AUM              float64 // US dollars in the vault at the end

	Money Ledger // Σ is NAV − 1
	Logs  Ledger // Σ is ln NAV on a path that was not ruined
}

// Finish closes a lane's books at the end of the horizon.
func (k *Kernel) Finish(l *Lane, horizon time.Duration) Lifetime {
	k.flush(l)
	if k.mints && !l.ended {
		k.mint(l, horizon, true)
		k.visit(l, horizon)
	}
	l.trace.flush()
	l.foldGrowth()
	nav := l.Equity()
	exit := k.exit(l, nav, l.Leverage())
	low, high := l.lev.min, l.lev.max
	if o := l.earlier; o != nil {
		low, high = min(low, o.low), max(high, o.high)
	}
	life := Lifetime{
		NAV:              nav,
		HolderNAV:        float64(float64(nav*(1-l.entry)) * (1 - exit)),
		EntryCost:        l.entry,
		ExitCost:         exit,
		MinNAV:           l.min,
		Drawdown:         l.rec.result(horizon),
		Rebalances:       l.rebalances,
		Turnover:         l.turnover,
		Outside:          l.outside,
		MinLeverage:      low,
		MaxLeverage:      high,
		Health:           k.health(l),
		Liquidations:     l.liquidations,
		FirstLiquidation: math.NaN(),
		Ruined:           nav == 0,
		Closed:           l.closed,
		Rolls:            l.call.rolls,
		FloorBreach:      l.call.breach,
		AUM:              k.size(l, nav),
		Money:            l.money.sum,
		Logs:             l.logs,
	}
	if nav == 0 {
		life.ExitCost = math.NaN()
	}
	if l.firstLiquidation != Never {
		life.FirstLiquidation = years(l.firstLiquidation)
	}
	return life
}

// exit is the part of a token worth nav, in initial equity, that leaving at a leverage
// costs its holder.
func (k *Kernel) exit(l *Lane, nav, leverage float64) float64 {
	if k.token.Holder.Invest == 0 {
		return k.token.ExitFee
	}
	t := k.token
	t.Cost = k.cost(l)
	if k.option != nil {
		c := &l.call
		usd, paid := t.takenOut(l.entry, nav)
		sold := float64((c.margin-c.owed)*c.price) + c.intrinsic(c.size)
		trade := t.callTrade(k.option.Option, usd, float64(c.size*c.price)/nav, sold/nav, false)
		return t.depart(paid, trade).Total()
	}
	return t.leave(k.terms.Lender, l.entry, nav, leverage).Total()
}

// health is the smallest health factor or margin ratio.
func (k *Kernel) health(l *Lane) float64 {
	switch {
	case k.option != nil:
		return l.call.health
	case k.terms.EntrySize:
		return l.marginRatio
	}
	h := k.healthUnder(&k.terms, l)
	if l.earlier != nil {
		h = min(h, l.earlier.health)
	}
	return h
}

// healthUnder is that of the largest leverage since the venue had these terms, which are not on the size at entry.
func (k *Kernel) healthUnder(t *Terms, l *Lane) float64 {
	m := 1 / l.lev.max // equity over exposure
	if l.bust < 0 {
		m = l.bust
	}
	if !t.Lender {
		return m
	}
	v := &t.Margins[0]
	switch {
	case k.sign < 0:
		return float64(v.Cash*(1+m)) / v.Exposure
	case m >= 1: // no debt
		return math.Inf(1)
	}
	return v.Exposure / float64(v.Cash*(1-m))
}

// A Column is one number of a lifetime, by the name it has in files.
type Column struct {
	Name string
	Unit string
	Of   func(*Lifetime) float64
	// Only says that only such tokens have the column in their record. Nil: every token has.
	Only func(*Token) bool
	// Idle reports that the number is the same in every lifetime of such a token, so that
	// it is left out of hashes. Nil: for no token.
	Idle func(*Token) bool
}

// Record is the columns that are kept of every lifetime of the token, in the order of files and hashes.
func (t *Token) Record() []Column {
	return slices.DeleteFunc(slices.Clone(Columns), func(c Column) bool { return c.Only != nil && !c.Only(t) })
}

// Columns are the numbers kept of lifetimes, in the order of files and hashes. A number that is undefined is NaN.
// [Token.Record] says which of them a token has.
var Columns = func() []Column {
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	cols := []Column{
		{Name: "nav", Unit: "initial equity", Of: func(f *Lifetime) float64 { return f.NAV }},
		{Name: "holder_nav", Unit: "initial equity", Of: func(f *Lifetime) float64 { return f.HolderNAV }},
		{Name: "min_nav", Unit: "initial equity", Of: func(f *Lifetime) float64 { return f.MinNAV }},
		{Name: "max_drawdown", Unit: "fraction", Of: func(f *Lifetime) float64 { return f.Drawdown.Depth }},
		{Name: "drawdown_length", Unit: "years", Of: func(f *Lifetime) float64 { return f.Drawdown.Length }},
		{Name: "drawdown_recovery", Unit: "years", Of: func(f *Lifetime) float64 { return f.Drawdown.Recovery }},
		{Name: "underwater", Unit: "years", Of: func(f *Lifetime) float64 { return f.Drawdown.Underwater }},
		{Name: "rebalances", Unit: "count", Of: func(f *Lifetime) float64 { return float64(f.Rebalances) }},
		{Name: "turnover", Unit: "net asset values", Of: func(f *Lifetime) float64 { return f.Turnover }},
		{Name: "steps_outside", Unit: "count", Of: func(f *Lifetime) float64 { return float64(f.Outside) }},
		{Name: "min_leverage", Unit: "leverage", Of: func(f *Lifetime) float64 { return f.MinLeverage }},
		{Name: "max_leverage", Unit: "leverage", Of: func(f *Lifetime) float64 { return f.MaxLeverage }},
		{Name: "health", Unit: "ratio", Of: func(f *Lifetime) float64 { return f.Health }},
		{Name: "liquidations", Unit: "count", Of: func(f *Lifetime) float64 { return float64(f.Liquidations) }},
		{Name: "first_liquidation", Unit: "years", Of: func(f *Lifetime) float64 { return f.FirstLiquidation }},
		{Name: "ruined", Unit: "0 or 1", Of: func(f *Lifetime) float64 { return flag(f.Ruined) }},
	}
	items := ItemNames[:Shortfall+1] // those of later versions come last
	for i, name := range items {
		cols = append(cols, Column{Name: "money_" + name, Unit: "initial equity",
			Of: func(f *Lifetime) float64 { return f.Money[i] }})
	}
	for i, name := range items {
		if Item(i) != Shortfall { // it ends a lifetime at zero, which has no logarithm
			cols = append(cols, Column{Name: "log_" + name, Unit: "log equity",
				Of: func(f *Lifetime) float64 { return f.Logs[i] }})
		}
	}
	cols = append(cols,
		Column{Name: "closed", Unit: "0 or 1", Of: func(f *Lifetime) float64 { return flag(f.Closed) },
			Idle: func(t *Token) bool { return !t.Closes() }},
		Column{Name: "aum", Unit: "US dollars", Of: func(f *Lifetime) float64 { return f.AUM },
			Idle: func(t *Token) bool { return t.Flows.Kind != Chasing }},
		Column{Name: "entry_cost", Unit: "fraction", Of: func(f *Lifetime) float64 { return f.EntryCost },
			Idle: func(*Token) bool { return true }},
		Column{Name: "exit_cost", Unit: "fraction", Of: func(f *Lifetime) float64 { return f.ExitCost },
			Idle: func(t *Token) bool { return t.Holder.Invest == 0 }})
	for _, item := range []Item{PerformanceFee, FlowFee, OptionFee, OptionFunding, HedgeInterest} {
		money := Column{Name: "money_" + ItemNames[item], Unit: "initial equity",
			Of: func(f *Lifetime) float64 { return f.Money[item] }}
		logs := Column{Name: "log_" + ItemNames[item], Unit: "log equity",
			Of: func(f *Lifetime) float64 { return f.Logs[item] }}
		if item < OptionFee {
			money.Idle = func(t *Token) bool { return !t.Has(item) }
			logs.Idle = money.Idle
		} else {
			money.Only, logs.Only = (*Token).calls, (*Token).calls
		}
		cols = append(cols, money, logs)
	}
	return append(cols,
		Column{Name: "rolls", Unit: "count", Of: func(f *Lifetime) float64 { return float64(f.Rolls) },
			Only: (*Token).calls},
		Column{Name: "floor_breach", Unit: "fraction", Of: func(f *Lifetime) float64 { return f.FloorBreach },
			Only: (*Token).calls})
}()
