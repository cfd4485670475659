package analytics

import "math"

// Drawdowns and how long they last.
func drawdownMetrics() []Metric {
	mean := func(name string, unit Unit, doc string) Metric {
		return meanOf(Metric{Name: name, Unit: unit, Doc: doc, Needs: []string{name}, Sense: Lower}, column(name))
	}
	deepest := mean("max_drawdown", Fraction, "mean of the maximum drawdown, the deepest fall from a peak")
	deepest.Swept, deepest.Label = 8, "Mean maximum drawdown (%)"
	underlying := mean("underlying_max_drawdown", Fraction, "mean of the underlying's maximum drawdown")
	underlying.Sense = Neither
	return []Metric{
		deepest,
		{Name: "cdar_95", Unit: Fraction, Doc: "mean of the maximum drawdown on the worst 5 % of paths",
			Needs: []string{"max_drawdown"}, Sense: Lower,
			Of: func(c *Case) Estimate { return c.shortfall(c.Ensemble.Column("max_drawdown"), 0.05) },
			Paths: func(c *Case) []float64 {
				return shortfallPaths(c.Sample(c.Ensemble.Column("max_drawdown")), 0.05)
			}},
		mean("drawdown_length", Years, "mean time from the peak to the trough of the maximum drawdown"),
		shareOf(Metric{Name: "p_recovered",
			Doc:   "probability that the token recovers from its maximum drawdown within the horizon",
			Needs: []string{"drawdown_recovery"}, Sense: Higher},
			func(c *Case) []float64 {
				return each(c.Ensemble.Column("drawdown_recovery"), func(v float64) float64 {
					if math.IsNaN(v) { // it was not
						return 0
					}
					return 1
				})
			}, positive),
		mean("underwater", Years, "mean of the longest time below an earlier peak"),
		underlying,
	}
}
