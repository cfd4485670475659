package analytics

import "mcrisk/fmath"

// Final values.
func valueMetrics() []Metric {
	nav, log := []string{"nav"}, []string{"nav", "log_underlying"}
	return []Metric{
		{Name: "nav", Unit: Equity, Doc: "mean final net asset value, without the holder's fees", Needs: log,
			Sense: Higher, Label: "Mean final NAV (% of the initial)",
			Paths: column("nav"), Corrected: correctedLikeNAV(column("nav")),
			Of:    meanNAV,
			Exact: func(a *Answers) (float64, float64, bool) { return a.NAV, a.NAV * a.Bound, true }},
		{Name: "holder_nav", Unit: Equity, Doc: "mean final net asset value with the holder's entry and exit cost",
			Needs: []string{"holder_nav", "nav", "log_underlying"},
			Sense: Higher, Label: "Mean final NAV after fees (% of the initial)", Paths: column("holder_nav"),
			Corrected: correctedLikeNAV(column("holder_nav")),
			Of:        func(c *Case) Estimate { return c.likeNAV(c.Ensemble.Column("holder_nav")).atLeast(0) },
			Exact: func(a *Answers) (float64, float64, bool) {
				v := a.NAV * a.Kept
				return v, v * a.Bound, a.Kept == a.Kept
			}},
		{Name: "median_nav", Unit: Equity, Doc: "final net asset value that half of the paths exceed", Needs: nav,
			Sense: Higher, Swept: 4,
			Label: "Median final NAV (% of the initial)",
			Of:    func(c *Case) Estimate { return c.quantile(c.Ensemble.Column("nav"), 0.5) },
			Paths: func(c *Case) []float64 { return medianPaths(c.Sample(c.Ensemble.Column("nav"))) },
			Exact: func(a *Answers) (float64, float64, bool) { return a.NAVQuantile(0.5) }},
		{Name: "log_nav", Unit: Log, Doc: "mean of ln NAV, over survivors", Needs: log, Sense: Higher,
			Paths: (*Case).LogNAV, Of: logNAV, Exact: exactly(func(a *Answers) float64 { return a.Log })},
		{Name: "log_growth", Unit: LogPerYear, Doc: "E[ln NAV] per year, over survivors", Needs: log, Sense: Higher,
			Swept: 1,
			Label: "Expected log growth (log units per year)", Paths: logGrowth, Corrected: (*Case).correctedGrowth,
			Of:    func(c *Case) Estimate { return logNAV(c).scaled(1 / c.Ensemble.Years()) },
			Exact: exactlyPerYear(func(a *Answers) float64 { return a.Log })},
		{Name: "total_return", Unit: Fraction, Doc: "mean of NAV − 1", Needs: log, Sense: Higher,
			Paths: (*Case).gains, Corrected: correctedLikeNAV((*Case).gains), Of: totalReturn},
		medianOf(Metric{Name: "cagr", Unit: FractionAYear, Doc: "median of NAV^(1/years) − 1", Needs: nav,
			Sense: Higher}, func(c *Case) []float64 {
			return each(c.LogNAV(), func(v float64) float64 { return fmath.Expm1(v / c.Ensemble.Years()) })
		}),
		func() Metric {
			m := shareOf(Metric{Name: "ruined", Doc: "probability that the final NAV is zero", Needs: nav,
				Sense: Lower},
				column("nav"), func(v float64) bool { return v == 0 })
			m.Exact = exactly(func(a *Answers) float64 { return a.Ruined })
			return m
		}(),
		func() Metric {
			m := Metric{Name: "underlying", Unit: InitialPrice,
				Doc:   "mean final price of the underlying, relative to its initial price",
				Needs: []string{"underlying", "log_underlying"},
				Paths: column("underlying"), Of: meanPrice}
			m.Exact = func(a *Answers) (float64, float64, bool) { return a.Price, 0, true }
			return m
		}(),
	}
}

func meanNAV(c *Case) Estimate {
	return c.Estimates("mean NAV", func() []Estimate {
		return []Estimate{c.likeNAV(c.Ensemble.Column("nav")).atLeast(0)}
	})[0]
}

func totalReturn(c *Case) Estimate { return meanNAV(c).moved(-1) }

func logNAV(c *Case) Estimate {
	return c.Estimates("mean ln NAV", func() []Estimate {
		return []Estimate{c.logControlled(c.LogNAV())}
	})[0]
}
