package analytics

import (
	"math"

	"mcrisk/tokens"
)

// Costs.
func costMetrics() []Metric {
	dragOf := func(m Metric, items ...tokens.Item) Metric {
		m.Unit, m.Sense = LogPerYear, Lower
		m.Needs = append([]string{"nav"}, logItems(items...)...)
		m.Doc += "; positive is a loss; over survivors"
		return meanOf(m, drag(items...))
	}
	trade := dragOf(Metric{Name: "trade_drag", Doc: "fee, impact and gas of trading", Swept: 10,
		Label: "Trading drag (log units per year)"}, TradeItems...)
	trade.Sense = Neither // less trading is not better by itself
	trade.Exact = exactlyPerYear(func(a *Answers) float64 { return a.CostDrag })
	money := []string{"nav", "log_underlying"}[:2:2]
	ms := []Metric{
		meanLikeNAV(Metric{Name: "trade_cost", Unit: Equity,
			Doc:   "fee, impact and gas paid over the horizon; positive",
			Sense: Lower,
			Needs: append(money, "money_trade_fee", "money_impact", "money_gas",
				"money_option_fee")}, func(c *Case) []float64 {
			return c.each(c.Ensemble.Column("money_trade_fee"),
				func(i int, _ float64) float64 { return TradeCost(c.Ensemble, i) })
		}),
		meanLikeNAV(Metric{Name: "borrow_interest", Unit: Equity,
			Doc: "interest paid on the debt over the horizon; positive", Sense: Lower,
			Needs: append(money, "money_borrow_interest")}, func(c *Case) []float64 {
			return each(c.Ensemble.Column("money_borrow_interest"), func(v float64) float64 { return -v })
		}),
		optionFunding(append(money, "money_option_funding")),
		dragOf(Metric{Name: "cost_drag", Doc: "trading, carry, fees and liquidation together", Swept: 5,
			Label: "Cost drag (log units per year)"}, CostItems...),
		trade,
	}
	for _, item := range CostItems {
		ms = append(ms, dragOf(Metric{Name: "drag_" + tokens.ItemNames[item], Doc: itemDocs[item],
			Optional: item >= tokens.OptionFee}, item))
	}
	return ms
}

// optionFunding is a plain mean, so that runs with drawn and constant rates have one estimator; where the mean of NAV
// is not estimable, nor is that of its part.
func optionFunding(needs []string) Metric {
	m := meanOf(Metric{Name: "option_funding", Unit: Equity, Optional: true, Sense: Lower, Needs: needs,
		Doc: "funding paid on the size of a call over the horizon; positive"}, func(c *Case) []float64 {
		return each(c.Ensemble.Column("money_option_funding"), func(v float64) float64 { return -v })
	})
	plain := m.Of
	m.Of = func(c *Case) Estimate {
		if !c.navMean().estimable {
			return c.notEstimable()
		}
		return plain(c)
	}
	return m
}

// TradeCost is what path i paid for trading, in initial equity, positive.
func TradeCost(e *tokens.Ensemble, i int) float64 {
	cost := e.Column("money_trade_fee")[i] + e.Column("money_impact")[i] + e.Column("money_gas")[i]
	if e.Token.Has(tokens.OptionFee) {
		cost += e.Column("money_option_fee")[i]
	}
	return -cost
}

// CostItems are the lines of the ledger other than the effect of the price.
var CostItems = []tokens.Item{tokens.TradeFee, tokens.Impact, tokens.Gas, tokens.BorrowInterest, tokens.SupplyInterest,
	tokens.Funding, tokens.BorrowFee, tokens.StreamingFee, tokens.LiquidationPenalty,
	tokens.PerformanceFee, tokens.FlowFee, tokens.OptionFee, tokens.OptionFunding, tokens.HedgeInterest}

// TradeItems are the lines of the ledger that are costs of trading.
var TradeItems = []tokens.Item{tokens.TradeFee, tokens.Impact, tokens.Gas, tokens.OptionFee}

// Drag is the log equity per year that each path lost to the items together,
// positive; infinite where nothing was left.
func Drag(e *tokens.Ensemble, items ...tokens.Item) []float64 {
	xs := make([]float64, e.N)
	for _, item := range items {
		if !e.Token.Has(item) {
			continue
		}
		for i, v := range e.Column("log_" + tokens.ItemNames[item]) {
			xs[i] -= v
		}
	}
	for i, nav := range e.Column("nav") {
		if xs[i] /= e.Years(); nav == 0 {
			xs[i] = math.Inf(1)
		}
	}
	return xs
}
