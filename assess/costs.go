package assess

import (
	"context"
	"fmt"
	"slices"

	"mcrisk/analytics"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Costs are what a token takes from holders who invest different amounts, enter at the
// start and leave at the horizon. All amounts are on the same paths.
type Costs struct {
	Study *study.Study // of one token
	Rows  []CostRow    // by amount, the smallest first
	Hash  string       // results_hash of all amounts
}

// A CostRow is the costs of one amount: means over all paths, in fractions of what is
// invested.
type CostRow struct {
	Invest                      float64 // US dollars
	Entry, Holding, Exit, Total analytics.Estimate
	Items                       []analytics.Estimate // by [CostParts]; they add up to Total
}

// A CostPart is one of the items that costs are divided into. Those of the time between
// entry and exit are lines of the ledger.
type CostPart struct {
	Name, Doc string
	Stage     CostStage
	Ledger    []tokens.Item
}

// A CostStage is when a cost is paid.
type CostStage int

// The stages in their order.
const (
	AtEntry CostStage = iota
	Held
	AtExit
)

// CostParts are the items, in the order in which they are paid.
var CostParts = []CostPart{
	{"entry_fee", "the token's fee", AtEntry, nil},
	{"entry_trade", "the holder's trade, and a flash loan", AtEntry, nil},
	{"carry", "interest and funding, less what is earned", Held,
		[]tokens.Item{tokens.BorrowInterest, tokens.SupplyInterest, tokens.Funding, tokens.BorrowFee,
			tokens.OptionFunding, tokens.HedgeInterest}},
	{"rebalancing", "the token's trades", Held, analytics.TradeItems},
	{"token_fees", "the token's fees on net asset value", Held,
		[]tokens.Item{tokens.StreamingFee, tokens.PerformanceFee, tokens.FlowFee}},
	{"liquidation", "taken by liquidators", Held, []tokens.Item{tokens.LiquidationPenalty}},
	{"exit_trade", "the holder's trade, and a flash loan", AtExit, nil},
	{"exit_fee", "the token's fee", AtExit, nil},
}

// A CostsPlan is costs that were checked and can be computed.
type CostsPlan struct {
	Study *study.Study

	sweep *study.Sweep // over the amounts
}

// PlanCosts plans the costs of a study's one token for amounts in US dollars, each above
// zero.
func PlanCosts(s *study.Study, amounts []float64) (*CostsPlan, error) {
	if n := s.Tokens(); n != 1 {
		return nil, fmt.Errorf("%d tokens; want one", n)
	}
	p, err := s.Spec().Param("invest")
	if err != nil {
		return nil, err
	}
	amounts = slices.Sorted(slices.Values(amounts))
	if len(amounts) == 0 || !(amounts[0] > 0) {
		return nil, fmt.Errorf("invest = %v; want amounts above 0 US dollars", amounts)
	}
	plan := &CostsPlan{Study: s}
	plan.sweep, err = study.NewSweep(s, []study.Axis{{Param: p, Values: amounts}}, 0)
	return plan, err
}

// Size is how many amounts are in memory at once, and which columns of lifetimes each of them has.
func (p *CostsPlan) Size() (cells int, columns []string) { return p.sweep.Cells() + 1, costColumns() }

// costColumns are the columns of lifetimes that costs need.
func costColumns() []string {
	names := []string{"nav", "entry_cost", "exit_cost"}
	for _, part := range CostParts {
		for _, item := range part.Ledger {
			names = append(names, "money_"+tokens.ItemNames[item])
		}
	}
	return names
}

// Run computes the costs. Progress is in amounts.
func (p *CostsPlan) Run(ctx context.Context, opt Options) (*Costs, error) {
	_, cells, err := p.sweep.Collect(ctx, opt.Options, costColumns())
	if err != nil {
		return nil, err
	}
	c := &Costs{Study: p.Study}
	hash := study.NewHasher()
	for _, cell := range cells[:p.sweep.Cells()] {
		hash.Add(cell.Ensembles)
		c.Rows = append(c.Rows, costRow(&cell.Ensembles[0]))
	}
	c.Hash = hash.Sum()
	return c, nil
}

// costRow is what a token took from a holder.
func costRow(e *tokens.Ensemble) CostRow {
	r := CostRow{Invest: e.Token.Holder.Invest}
	mean := func(xs []float64) analytics.Estimate { return analytics.Mean(analytics.Sample{X: xs}, Confidence) }
	var stages [AtExit + 1][]float64
	for i := range stages {
		stages[i] = make([]float64, e.N)
	}
	total := make([]float64, e.N)
	for _, part := range CostParts {
		xs := costByPath(e, part)
		for i, v := range xs {
			stages[part.Stage][i] += v
			total[i] += v
		}
		r.Items = append(r.Items, mean(xs))
	}
	r.Entry, r.Holding, r.Exit, r.Total = mean(stages[AtEntry]), mean(stages[Held]), mean(stages[AtExit]), mean(total)
	return r
}

// costByPath is one item on every path, over what was invested.
func costByPath(e *tokens.Ensemble, part CostPart) []float64 {
	xs := make([]float64, e.N)
	entry := e.Token.Enter()
	left := 1 - entry.Total() // of what was invested
	nav, exit := e.Column("nav"), e.Column("exit_cost")
	for i := range xs {
		worth := float64(left * nav[i])
		switch {
		case part.Name == "entry_fee":
			xs[i] = entry.Fee
		case part.Name == "entry_trade":
			xs[i] = entry.Total() - entry.Fee
		case nav[i] > 0 && part.Name == "exit_trade":
			xs[i] = float64(worth * (exit[i] - e.Token.ExitFee))
		case nav[i] > 0 && part.Name == "exit_fee":
			xs[i] = float64(worth * e.Token.ExitFee)
		}
	}
	for _, item := range part.Ledger {
		if !e.Token.Has(item) {
			continue
		}
		for i, v := range e.Column("money_" + tokens.ItemNames[item]) {
			xs[i] -= float64(left * v)
		}
	}
	return xs
}
