package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// Losses and gains, and their probabilities.
func lossMetrics() (ms []Metric) {
	nav := []string{"nav"}
	for _, x := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
		below := func(v float64) bool { return v < 1-x }
		ms = append(ms, Metric{Name: fmt.Sprintf("p_loss_%.0f", 100*x), Unit: Probability,
			Doc:   fmt.Sprintf("probability of ending with a loss of more than %.0f %%", 100*x),
			Needs: []string{"nav", "log_underlying"}, Sense: Lower,
			Of:    func(c *Case) Estimate { return c.below(c.Ensemble.Column("nav"), 1-x) },
			Paths: func(c *Case) []float64 { return indicators(c.Ensemble.Column("nav"), below) },
			Exact: func(a *Answers) (float64, float64, bool) {
				if a.Law == nil {
					return math.NaN(), math.NaN(), false
				}
				return a.Law.CDF(fmath.Log(1 - x)), a.LawBound, true
			}})
	}
	for _, x := range []float64{0.5, 1, 2} {
		ms = append(ms, shareOf(Metric{Name: fmt.Sprintf("p_gain_%.0f", 100*x),
			Doc: fmt.Sprintf("probability of ending with a gain of %.0f %% or more", 100*x), Needs: nav, Sense: Higher},
			column("nav"), func(v float64) bool { return v >= 1+x }))
	}
	ms = append(ms, shareOf(Metric{Name: "p_profit", Doc: "probability of ending above the start", Needs: nav,
		Sense: Higher},
		column("nav"), func(v float64) bool { return v > 1 }),
		beats(Metric{Name: "p_beats_underlying", Doc: "probability of ending above the underlying"},
			func(_, logPrice float64) float64 { return fmath.Exp(logPrice) }),
		beats(Metric{Name: "p_beats_linear", Doc: "probability that NAV − 1 exceeds T·(S − 1)"},
			func(target, logPrice float64) float64 { return 1 + float64(target*fmath.Expm1(logPrice)) }))
	for _, p := range []float64{0.05, 0.01} {
		name := fmt.Sprintf("%.0f", 100*(1-p))
		ms = append(ms,
			Metric{Name: "var_" + name, Unit: Equity, Doc: fmt.Sprintf("loss exceeded on %g %% of paths", 100*p),
				Needs: nav, Sense: Lower,
				Of: func(c *Case) Estimate { return ValueAtRisk(c.Sample(c.losses()), p, c.Confidence) },
				Exact: func(a *Answers) (float64, float64, bool) {
					v, bound, ok := a.NAVQuantile(p)
					return 1 - v, bound, ok
				}},
			Metric{Name: "es_" + name, Unit: Equity, Doc: fmt.Sprintf("mean loss on the worst %g %% of paths", 100*p),
				Needs: nav, Sense: Lower,
				Of:    func(c *Case) Estimate { return c.shortfall(c.losses(), p) },
				Paths: func(c *Case) []float64 { return shortfallPaths(c.Sample(c.losses()), p) },
				Exact: func(a *Answers) (float64, float64, bool) {
					if a.Law == nil {
						return math.NaN(), math.NaN(), false
					}
					v, err := a.Law.ES(p)
					return v, a.Law.ESBound(p), err == nil
				}})
	}
	es := &ms[len(ms)-3]
	es.Aliases, es.Swept, es.Label = []string{"expected_shortfall"}, 7, "Expected shortfall, worst 5 % (% of NAV)"
	return append(ms, Metric{Name: "var_99.9", Unit: Equity, Needs: nav, Sense: Lower,
		Doc: "loss exceeded on 0.1 % of paths, by a generalised Pareto law fitted to the largest log losses",
		Of:  func(c *Case) Estimate { return extreme(c.Sample(c.LogNAV()), 0.001, c.Confidence) }})
}

// beats is the probability of ending above another holding, whose value is a function
// of the token's target and ln S.
func beats(m Metric, of func(target, logPrice float64) float64) Metric {
	m.Needs, m.Sense = []string{"nav", "log_underlying"}, Higher
	return shareOf(m, func(c *Case) []float64 {
		logs, target := c.Ensemble.Column("log_underlying"), c.Ensemble.Token.Target
		return c.each(c.Ensemble.Column("nav"), func(i int, nav float64) float64 {
			if above(nav, of(target, logs[i])) {
				return 1
			}
			return 0
		})
	}, positive)
}

// above reports whether a net asset value is above another by more than rounding
// errors, so that two equal holdings are not above each other on half of the paths.
func above(nav, other float64) bool { return nav-other > 1e-9*max(1, nav) }
