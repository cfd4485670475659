package analytics

import (
	"math"

	"mcrisk/tokens"
)

// Trading, leverage and liquidation.
func tradingMetrics() []Metric {
	mean := func(m Metric, needs string, paths func(*Case) []float64, exactFunc exactFunc) Metric {
		m.Needs = []string{needs}
		m = meanOf(m, paths)
		m.Exact = exactFunc
		return m
	}
	median := func(name string, unit Unit, doc string) Metric {
		return medianOf(Metric{Name: name, Unit: unit, Doc: doc, Needs: []string{name}}, column(name))
	}
	rebalances := func(a *Answers) float64 { return a.Rebalances }
	turnover := func(a *Answers) float64 { return a.Turnover }
	liquidation := shareOf(Metric{Name: "p_liquidation", Doc: "probability of at least one liquidation",
		Needs: []string{"liquidations"}, Sense: Lower, Swept: 9,
		Label: "Probability of liquidation (%)"}, column("liquidations"), positive)
	liquidation.Exact = exactly(func(a *Answers) float64 { return a.Liquidated })
	return []Metric{
		mean(Metric{Name: "rebalances", Unit: Count, Doc: "mean number of trades over the horizon", LogAxis: true},
			"rebalances",
			column("rebalances"), exactly(rebalances)),
		mean(Metric{Name: "rebalances_per_year", Unit: PerYear, Doc: "mean number of trades per year", Swept: 12,
			Label:   "Rebalances a year",
			LogAxis: true},
			"rebalances", perYear("rebalances"), exactlyPerYear(rebalances)),
		mean(Metric{Name: "turnover", Unit: NAVs,
			Doc: "mean sum over trades of notional over equity, over the horizon"},
			"turnover", column("turnover"), exactly(turnover)),
		mean(Metric{Name: "turnover_per_year", Unit: NAVPerYear,
			Doc:   "mean sum over trades of notional over equity, per year",
			Swept: 13, Label: "Turnover (NAV a year)"},
			"turnover", perYear("turnover"), exactlyPerYear(turnover)),
		mean(Metric{Name: "steps_outside", Unit: Count, Doc: "mean number of steps that ended outside the band"},
			"steps_outside",
			column("steps_outside"), nil),
		median("min_leverage", Leverage, "median over paths of the lowest leverage"),
		median("max_leverage", Leverage, "median over paths of the highest leverage"),
		median("health", Ratio, "median over paths of the lowest health factor or margin ratio"),
		{Name: "health_p01", Unit: Ratio, Doc: "1 % quantile over paths of the lowest health factor or margin ratio",
			Needs: []string{"health"},
			Of:    func(c *Case) Estimate { return c.quantile(c.Ensemble.Column("health"), 0.01) }},
		medianOf(Metric{Name: "distance_to_liquidation", Unit: Fraction, Sense: Higher,
			Needs: []string{"max_leverage", "health"},
			Doc:   "median over paths of the smallest price move that would have liquidated the position"},
			func(c *Case) []float64 {
				token := c.Ensemble.Token
				if _, ok := token.Mechanism.(tokens.Option); ok { // its hedge is liquidated by a rise
					return each(c.Ensemble.Column("health"), func(h float64) float64 { return max(0, h-1) })
				}
				liquidation := math.Abs(token.LiquidationLeverage())
				return each(c.Ensemble.Column("max_leverage"), func(l float64) float64 {
					return distance(l, liquidation, token.Target)
				})
			}),
		liquidation,
		mean(Metric{Name: "rolls", Unit: Count, Optional: true, LogAxis: true,
			Doc: "mean number of times the strike of a call is rolled, over the horizon"},
			"rolls", column("rolls"), nil),
		mean(Metric{Name: "floor_breach", Unit: Fraction, Optional: true, Sense: Lower,
			Doc: "mean of the deepest fall below the floor: what is left without the call at the last trade, " +
				"or at the price that asked for a roll, less costs since"},
			"floor_breach", column("floor_breach"), nil),
	}
}

// distance is the adverse move of the price, a fraction, that takes leverage from l to
// the one at which the venue liquidates; zero if it is there already and infinite if no
// move does. A position l of equity 1 has leverage
// l·(1−x)/(1−l·x) after a fall of x, and l·(1+x)/(1−l·x) after a rise if short.
func distance(l, liquidation, target float64) float64 {
	switch {
	case !(l < liquidation):
		return 0
	case math.IsInf(liquidation, 1):
		return 1 / l
	case target > 0:
		return (liquidation - l) / (l * (liquidation - 1))
	}
	return (liquidation - l) / (l * (liquidation + 1))
}
