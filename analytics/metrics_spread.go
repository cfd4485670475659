package analytics

import (
	"math"

	"mcrisk/fmath"
)

// The distribution of results: spread, shape and ratios of risk.
func spreadMetrics() []Metric {
	nav := []string{"nav"}
	// shape is one of the statistics of ln NAV, all from the same resamples, over per.
	shape := func(m Metric, number int, per func(*Case) float64) Metric {
		m.Needs = nav
		m.Of = func(c *Case) Estimate {
			e := c.Estimates("shape of ln NAV", func() []Estimate {
				return c.resampled(c.LogNAV(), sd, skewness, kurtosis, sharpe, sortino)
			})[number]
			if per == nil {
				return e
			}
			return e.scaled(1 / per(c))
		}
		return m
	}
	ratio := func(m Metric, number int) Metric {
		m.Unit, m.Needs = Ratio, []string{"nav", "log_underlying"}
		m.Of = func(c *Case) Estimate {
			if !c.navMean().estimable {
				return c.notEstimable() // gains have the same tail as NAV
			}
			return c.Estimates("gains over losses", func() []Estimate {
				return c.resampled(c.gains(), omega, gainToPain)
			})[number]
		}
		return m
	}
	volatility := shape(Metric{Name: "volatility", Unit: LogPerRootYear,
		Doc: "standard deviation of ln NAV over √years, over survivors"}, 0, rootYears)
	volatility.Paths = func(c *Case) []float64 {
		return sdOf(c.Sample(variancePaths(c.Sample(c.LogNAV()))), rootYears(c))
	}
	return []Metric{
		volatility,
		shape(Metric{Name: "skewness", Doc: "skewness of ln NAV, over survivors"}, 1, nil),
		shape(Metric{Name: "kurtosis", Doc: "excess kurtosis of ln NAV, over survivors"}, 2, nil),
		shape(Metric{Name: "sharpe", Unit: PerRootYear, Sense: Higher,
			Doc: "E[ln NAV]/(sd[ln NAV]·√years), over survivors"}, 3, rootYears),
		shape(Metric{Name: "sortino", Unit: PerRootYear, Sense: Higher,
			Doc: "E[ln NAV]/(root mean square of negative ln NAV·√years), over survivors"}, 4, rootYears),
		ratio(Metric{Name: "omega", Sense: Higher, Doc: "E[(NAV−1)⁺]/E[(1−NAV)⁺]"}, 0),
		ratio(Metric{Name: "gain_to_pain", Sense: Higher, Doc: "E[NAV−1]/E[(1−NAV)⁺]"}, 1),
		{Name: "tail_ratio", Unit: Ratio, Doc: "95 % quantile of NAV − 1 over its 5 % quantile, absolute values",
			Needs: nav,
			Sense: Higher,
			Of:    func(c *Case) Estimate { return tailRatio(c.Sample(c.gains()), c.Confidence) }},
		medianOf(Metric{Name: "calmar", Unit: Ratio, Doc: "median of yearly return over maximum drawdown",
			Needs: []string{"nav", "max_drawdown"}, Sense: Higher},
			func(c *Case) []float64 {
				falls, years := c.Ensemble.Column("max_drawdown"), c.Ensemble.Years()
				return c.each(c.LogNAV(), func(i int, log float64) float64 { return fmath.Expm1(log/years) / falls[i] })
			}),
	}
}

func rootYears(c *Case) float64 { return math.Sqrt(c.Ensemble.Years()) }

// gains are NAV − 1 by path.
func (c *Case) gains() []float64 {
	return c.Derived("gain", func() []float64 {
		return each(c.Ensemble.Column("nav"), func(v float64) float64 { return v - 1 })
	})
}
