package analytics

import (
	"math"
	"slices"
)

// Tracking: shortfalls against ideal tokens.
func trackingMetrics() []Metric {
	power := meanOf(Metric{Name: "decay_vs_power", Unit: Log,
		Doc:   "ln NAV − T·ln S: difference from the compounding ideal S^T; over survivors",
		Needs: []string{"nav", "log_underlying"}}, func(c *Case) []float64 {
		logS, target := c.Ensemble.Column("log_underlying"), c.Ensemble.Token.Target
		return c.each(c.LogNAV(), func(i int, log float64) float64 { return DecayVsPower(log, target, logS[i]) })
	})
	power.Exact = exactly(func(a *Answers) float64 { return a.Decay })
	tracked := []string{"nav", "log_underlying", "realised_variance"}
	ideal := meanOf(Metric{Name: "tracking_vs_ideal", Unit: Log, Needs: tracked, Swept: 11,
		Label: "Tracking against the ideal (log units)",
		Doc: "ln NAV − (T·ln S − ½T(T−1)·realised variance): difference from the free, continuously rebalanced " +
			"token; " +
			"over survivors"}, (*Case).tracking)
	ideal.Exact = (*Answers).tracking
	return []Metric{
		power,
		decayVsLinear(),
		ideal,
		meanOf(Metric{Name: "tracking_difference", Unit: LogPerYear, Doc: "tracking_vs_ideal per year; over survivors",
			Needs: tracked}, func(c *Case) []float64 {
			return each(c.tracking(), func(v float64) float64 { return v / c.Ensemble.Years() })
		}),
		meanOf(Metric{Name: "tracking_error", Unit: LogPerRootYear,
			Doc: "standard deviation of tracking_vs_ideal over √years; over survivors", Needs: tracked,
			Sense: Lower, Swept: 6, Label: "Tracking error (log units per √year)"},
			func(c *Case) []float64 { return sdOf(c.Sample(c.trackingVariance()), rootYears(c)) }),
		{Name: "efficiency", Unit: Ratio, Doc: "median of (NAV − 1)/(T·(S − 1)); its mean does not exist",
			Needs: []string{"nav", "underlying"}, Of: efficiency},
		utility(tracked),
		meanOf(Metric{Name: "tracking_cost", Unit: LogPerYear,
			Doc:   "trade_drag plus half the aversion times tracking_error²; over survivors",
			Needs: slices.Concat(tracked, logItems(TradeItems...)), Sense: Lower, Swept: 3, Averse: true,
			Label: "Tracking cost (log units per year)", LogAxis: true},
			func(c *Case) []float64 {
				return c.Derived("tracking cost", func() []float64 {
					vs, years := c.trackingVariance(), c.Ensemble.Years()
					return c.each(drag(TradeItems...)(c), func(i int, cost float64) float64 {
						if finite(cost) {
							cost += c.Aversion / 2 * vs[i] / years
						}
						return cost
					})
				})
			}),
	}
}

// decayVsLinear is estimated as NAV less 1 + T·(E[S] − 1) if E[S] is known, so that it
// is consistent with NAV.
func decayVsLinear() Metric {
	shift := func(c *Case) float64 { return 1 + float64(c.Ensemble.Token.Target*(c.known(ControlPrice)-1)) }
	paths := func(c *Case) []float64 {
		price, target := c.Ensemble.Column("underlying"), c.Ensemble.Token.Target
		return c.each(c.Ensemble.Column("nav"), func(i int, nav float64) float64 {
			return DecayVsLinear(nav, target, price[i])
		})
	}
	return Metric{Name: "decay_vs_linear", Unit: Equity,
		Doc:   "NAV − (1 + T·(S − 1)): difference from T times the return",
		Needs: []string{"nav", "underlying", "log_underlying"}, Paths: paths,
		Corrected: func(c *Case) []float64 {
			by := shift(c)
			if nav := c.pathsLikeNAV(c.Ensemble.Column("nav")); nav != nil && finite(by) {
				return each(nav, func(v float64) float64 { return v - by })
			}
			return nil
		},
		Of: func(c *Case) Estimate {
			nav, by := meanNAV(c), shift(c)
			switch {
			case nav.Warning == NotEstimable:
				return nav
			case !finite(by):
				return c.mean(paths(c))
			case nav.VarianceReduction > 0:
				ratio := c.mean(paths(c)).SE / nav.SE
				nav.VarianceReduction = float64(ratio * ratio)
			}
			return nav.moved(-by)
		},
		Exact: func(a *Answers) (float64, float64, bool) {
			return a.NAV - (1 + float64(a.Target*(a.Price-1))), a.NAV * a.Bound, true
		}}
}

// utility is growth less a penalty on the variance of tracking. It includes the effect
// of the band on growth, which without drift rises with the width; tracking_cost is the
// objective of the asymptotic theory of small costs.
func utility(needs []string) Metric {
	plain := func(c *Case) []float64 {
		return c.Derived("utility", func() []float64 {
			vs, years := c.trackingVariance(), c.Ensemble.Years()
			return c.each(logGrowth(c), func(i int, u float64) float64 {
				if finite(u) {
					u -= c.Aversion / 2 * vs[i] / years
				}
				return u
			})
		})
	}
	corrected := func(c *Case) []float64 {
		better := c.correctedGrowth()
		if better == nil {
			return nil
		}
		us, growth := plain(c), logGrowth(c)
		return c.each(better, func(i int, v float64) float64 { return us[i] + (v - growth[i]) })
	}
	return Metric{Name: "utility", Unit: LogPerYear,
		Doc: "log_growth minus half the aversion times tracking_error²; over survivors", Needs: needs,
		Sense: Higher, Swept: 2, Averse: true, Label: "Utility (log units per year)", Paths: plain,
		Corrected: corrected,
		Of: func(c *Case) Estimate {
			if us := corrected(c); us != nil {
				return c.mean(us)
			}
			return c.mean(plain(c))
		}}
}

// efficiency leaves out the paths on which neither the price nor the token moved.
func efficiency(c *Case) Estimate {
	price, target := c.Ensemble.Column("underlying"), c.Ensemble.Token.Target
	xs := c.each(c.Ensemble.Column("nav"), func(i int, nav float64) float64 {
		return Efficiency(nav, target, price[i])
	})
	return Quantile(c.Sample(xs).where(func(i int) bool { return !math.IsNaN(xs[i]) }), 0.5, c.Confidence)
}
