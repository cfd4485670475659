package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mcrisk/tokens"
)

// A Contribution is one part of a token's result, by path.
type Contribution struct {
	Name, Doc string
	Paths     []float64
}

// LogContributions decomposes ln NAV into parts that add up to it on every surviving
// path:
//
//	ln NAV = T·ln S + V + B + Σ cost items,
//	V = −½·T·(T−1)·QV,   B = price parts − T·ln S − V,
//
// with QV the realised variance of the underlying. V is the volatility decay of an ideal
// token, rebalanced continuously at no cost. B is the effect of deviations of leverage
// from T and of the higher moments of the moves: the effect of the band apart from its
// costs. The part of a cost item is its share of each event's ln(1 + a/E). On a ruined
// path every part is −Inf; [MoneyContributions] decomposes such paths too.
func LogContributions(e *tokens.Ensemble) []Contribution {
	target := e.Token.Target
	logS, qv, ruined := e.Column("log_underlying"), e.Column("realised_variance"), e.Column("ruined")
	price := e.Column("log_price")
	parts := []Contribution{
		{"underlying", "T·ln S: the underlying's move, T times", nil},
		{"volatility_decay", "−½T(T−1)·realised variance: what an ideal token loses to variance", nil},
		{"band_effect", "leverage held against T, and the higher moments of moves", nil},
	}
	of := []func(i int) float64{
		func(i int) float64 { return float64(target * logS[i]) },
		func(i int) float64 { return tokens.VolatilityDecay(target, qv[i]) },
		func(i int) float64 { return price[i] - float64(target*logS[i]) - tokens.VolatilityDecay(target, qv[i]) },
	}
	for _, item := range CostItemsOf(e) {
		c := e.Column("log_" + tokens.ItemNames[item])
		parts = append(parts, Contribution{tokens.ItemNames[item], itemDocs[item], nil})
		of = append(of, func(i int) float64 { return c[i] })
	}
	for p := range parts {
		xs := make([]float64, e.N)
		for i := range xs {
			xs[i] = math.Inf(-1)
			if ruined[i] == 0 {
				xs[i] = of[p](i)
			}
		}
		parts[p].Paths = xs
	}
	return parts
}

// A RateLevel is what of an item of the ledger comes from the level of a rate that is drawn for each lifetime.
type RateLevel struct {
	Item  tokens.Item
	Share []float64 // by path: the part of the item above what the mean rate would have charged
}

// split divides the item into what the mean rate charges and rate_level, the rest.
func (r *RateLevel) split(parts []Contribution) []Contribution {
	if r == nil {
		return parts
	}
	for i, p := range parts {
		if p.Name != tokens.ItemNames[r.Item] {
			continue
		}
		mean, rest := make([]float64, len(p.Paths)), make([]float64, len(p.Paths))
		for k, x := range p.Paths {
			rest[k] = float64(x * r.Share[k])
			if mean[k] = x - rest[k]; math.IsInf(x, -1) {
				mean[k], rest[k] = x, x
			}
		}
		parts[i].Paths, parts[i].Doc = mean, p.Doc+", at the mean rate"
		return slices.Insert(parts, i+1, Contribution{"rate_level",
			"what the rate of the lifetime, above or below its mean, adds to " + p.Name, rest})
	}
	return parts
}

// MoneyContributions decomposes NAV − 1, in initial equity, into parts that add up to it
// on every path, ruined ones included: T·(S − 1), the effect of exposure that changes
// with equity, and the items of the ledger.
func MoneyContributions(e *tokens.Ensemble) []Contribution {
	target := e.Token.Target
	s, price := e.Column("underlying"), e.Column("money_price")
	move, path := make([]float64, e.N), make([]float64, e.N)
	for i := range move {
		move[i] = float64(target * (s[i] - 1))
		path[i] = price[i] - move[i]
	}
	parts := []Contribution{
		{"underlying", "T·(S − 1): T times the underlying's simple return", move},
		{"path", "exposure that moves with equity: compounding, variance and band together", path},
	}
	for _, item := range append(CostItemsOf(e), tokens.Shortfall) {
		name := tokens.ItemNames[item]
		parts = append(parts, Contribution{name, itemDocs[item], e.Column("money_" + name)})
	}
	return parts
}

// CostItemsOf are the CostItems that a token can have.
func CostItemsOf(e *tokens.Ensemble) []tokens.Item {
	return slices.DeleteFunc(slices.Clone(CostItems), func(item tokens.Item) bool {
		return !e.Token.Has(item)
	})
}

var itemDocs = map[tokens.Item]string{
	tokens.TradeFee: "proportional fee of rebalancing trades", tokens.Impact: "price impact of rebalancing trades",
	tokens.Gas: "gas of rebalancing trades", tokens.BorrowInterest: "interest on the debt",
	tokens.SupplyInterest: "interest earned on the collateral", tokens.Funding: "funding of a perpetual",
	tokens.BorrowFee: "borrow fee of a perpetual", tokens.StreamingFee: "the token's own yearly fee",
	tokens.LiquidationPenalty: "taken by liquidators",
	tokens.PerformanceFee:     "the token's fee on gains over its high-water mark",
	tokens.FlowFee:            "what others' entry and exit fees add to the vault",
	tokens.OptionFee:          "fee of the venue on trades of a call",
	tokens.OptionFunding:      "funding of a call",
	tokens.HedgeInterest:      "interest earned beside a call, less that on its hedge",
	tokens.Shortfall:          "losses beyond equity, which the holder does not bear",
}

// A Cause is the mean of a part over the paths, over the horizon and per year.
type Cause struct {
	Name, Doc    string
	Over, Yearly Estimate
}

// An Attribution is a mean result and its causes, which add up to it.
type Attribution struct {
	Unit   string // of the results: "log" or "initial equity"
	Causes []Cause
	Total  Cause
	Ruined int // paths left out of a log attribution
}

// AttributeLog is the attribution of E[ln NAV] over the paths that survive.
// If the mean of ln S is known and no path was ruined, every part has ln S as control.
// The correction is linear in the sample, so controlled means add up as plain ones do.
func AttributeLog(c *Case) Attribution {
	return attribute("log", c.Level.split(LogContributions(c.Ensemble)), c.LogNAV(), c.Ensemble.Years(), c.paths(),
		func(xs []float64) Estimate {
			return c.logControlled(xs)
		})
}

// AttributeMoney is the attribution of E[NAV] − 1 over all paths. Its total is the
// metric total_return; every part is corrected in the same way, so that they add up.
func AttributeMoney(c *Case) Attribution {
	parts := c.Level.split(MoneyContributions(c.Ensemble))
	a := attribute("initial equity", parts, c.gains(), c.Ensemble.Years(), c.paths(), c.likeNAV)
	a.Total.Over = totalReturn(c)
	a.Total.Yearly = a.Total.Over.scaled(1 / c.Ensemble.Years())
	return a
}

// A Group is one of equally large groups of paths in the order of a column.
type Group struct {
	Lo, Hi float64 // of the column
	N      int
	Attribution
}

// AttributeBy is AttributeLog within groups of paths, without correction: the first
// holds the paths with the lowest values of a column, such as "underlying" (the final
// price) or "realised_variance", the last those with the highest. Groups differ by
// one observation at most; a path of more weight than one may count in two of them,
// in each for a part of its weight. Intervals take the groups' edges as given.
func AttributeBy(c *Case, column string, groups int) []Group {
	e := c.Ensemble
	by := c.Sample(e.Column(column))
	size := by.size()
	if !(groups >= 1 && float64(groups) <= size) {
		panic(fmt.Sprintf("analytics: %d groups of %v paths; want 1 to %v", groups, size, size))
	}
	order := make([]int, e.N)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(by.X[i], by.X[j]) })
	parts, total := c.Level.split(LogContributions(e)), c.LogNAV()
	out := make([]Group, groups)
	for g := range out {
		start, end := math.Floor(float64(g)*size/float64(groups)), math.Floor(float64(g+1)*size/float64(groups))
		if g == groups-1 {
			end = size
		}
		inside := map[int]float64{} // weights by path
		var members []int
		before := 0.0
		for _, i := range order {
			till := before + by.weight(i)
			if w := min(till, end) - max(before, start); w > 0 {
				members, inside[i] = append(members, i), w
			}
			before = till
		}
		out[g] = Group{Lo: by.X[members[0]], Hi: by.X[members[len(members)-1]], N: len(members)}
		slices.Sort(members)
		var group Sample
		for _, i := range members {
			if c.Weights != nil {
				group.W = append(group.W, inside[i])
			}
			if c.Clusters != nil {
				group.Cluster = append(group.Cluster, c.Clusters[i])
			}
		}
		out[g].Attribution = attribute("log", parts, total, e.Years(), len(members), func(xs []float64) Estimate {
			return MeanFinite(group.with(pick(xs, members)), c.Confidence)
		})
	}
	return out
}

// attribute is the attribution by the means of parts and of their total over so many
// paths.
func attribute(unit string, parts []Contribution, total []float64, years float64, paths int,
	mean func([]float64) Estimate) Attribution {
	cause := func(name, doc string, xs []float64) Cause {
		over := mean(xs)
		return Cause{name, doc, over, over.scaled(1 / years)}
	}
	a := Attribution{Unit: unit}
	for _, p := range parts {
		a.Causes = append(a.Causes, cause(p.Name, p.Doc, p.Paths))
	}
	a.Total = cause("total", "all of these together", total)
	a.Ruined = paths - a.Total.Over.N
	return a
}
