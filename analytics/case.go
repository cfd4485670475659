package analytics

import (
	"math"

	"mcrisk/tokens"
)

// A Case is the input of every [Metric]: the lifetimes of one token on many paths, and
// what theory says of the prices. Derived columns and estimates are computed once and
// kept, so do not change a Case after its first use, and use it from one goroutine at
// a time.
type Case struct {
	Ensemble   *tokens.Ensemble // with the columns that the metrics asked for need
	Weights    []float64        // of paths, as in a Sample; nil: equal
	Clusters   []int            // of paths drawn together, as in a Sample; nil: independent
	Known      *KnownMoments    // what theory says of the prices; nil: no estimate is corrected
	Aversion   float64          // weight γ ≥ 0 of tracking variance in utility and tracking_cost
	Confidence float64          // of every interval, in (0, 1)
	Level      *RateLevel       // of a rate that is drawn for each lifetime; nil: there is none

	columns   map[string][]float64
	estimates map[string][]Estimate
	growth    *corrected
	navMethod *navMeanMethod
}

// Derived returns the derived column of a name, which of computes at its first use.
// Nobody may change it.
func (c *Case) Derived(name string, of func() []float64) []float64 {
	xs, ok := c.columns[name]
	if !ok {
		if c.columns == nil {
			c.columns = map[string][]float64{}
		}
		xs = of()
		c.columns[name] = xs
	}
	return xs
}

// Estimates returns the estimates of a name, which of makes together, as from the same
// resamples, at their first use.
func (c *Case) Estimates(name string, of func() []Estimate) []Estimate {
	es, ok := c.estimates[name]
	if !ok {
		if c.estimates == nil {
			c.estimates = map[string][]Estimate{}
		}
		es = of()
		c.estimates[name] = es
	}
	return es
}

// Sample is numbers of the case's paths, with what they count for.
func (c *Case) Sample(xs []float64) Sample { return Sample{xs, c.Weights, c.Clusters} }

// Estimate is a metric's estimate; metrics are identified by their names.
func (c *Case) Estimate(m Metric) Estimate {
	return c.Estimates("metric "+m.Name, func() []Estimate { return []Estimate{m.Of(c)} })[0]
}

// Numbers are a metric's numbers by path, for comparisons with other settings on
// the same paths; nil if it has none. If a metric with a Sense has no value in this
// case, such as the tracking error of one path, every number is infinitely bad, unless
// the metric is not estimable from these paths.
func (c *Case) Numbers(m Metric) []float64 {
	if m.Paths == nil {
		return nil
	}
	xs := m.Paths(c)
	if m.Sense == Neither {
		return xs
	}
	if e := c.Estimate(m); !math.IsNaN(e.Value) || e.Warning == NotEstimable {
		return xs
	}
	return each(xs, func(float64) float64 { return math.Inf(-int(m.Sense)) })
}

// CorrectedNumbers are the Numbers corrected by a control variate, as the metric's
// estimate is. They are nil if the control's mean is unknown, a path has no number, or
// the metric is not estimable from these paths. Compare two settings by the corrected
// numbers of both or by the plain ones of both. A metric without a control has its
// Numbers.
func (c *Case) CorrectedNumbers(m Metric) []float64 {
	if m.Corrected == nil {
		return c.Numbers(m)
	}
	return m.Corrected(c)
}

// A corrected holds numbers by path corrected by their control; nil if the control's
// mean is unknown or a path has no number.
type corrected struct{ paths []float64 }

// correctedGrowth is ln NAV per year by path, corrected by the known mean of
// ln S; nil where it cannot be.
func (c *Case) correctedGrowth() []float64 {
	if c.growth == nil {
		c.growth = new(corrected)
		if c.Known != nil && finite(c.Known.LogPrice) {
			_, c.growth.paths = ControlledPaths(c.Sample(logGrowth(c)), c.Ensemble.Column("log_underlying"),
				c.Known.LogPrice, c.Confidence)
		}
	}
	return c.growth.paths
}

// paths is the number of paths of positive weight.
func (c *Case) paths() int { return len(c.Sample(c.Ensemble.Column("nav")).valid().X) }

// LogNAV is [LogNAV] of the case.
func (c *Case) LogNAV() []float64 {
	return c.Derived("ln NAV", func() []float64 { return LogNAV(c.Ensemble) })
}

// losses are the fractions lost by path.
func (c *Case) losses() []float64 {
	return c.Derived("loss", func() []float64 { return Losses(c.Ensemble.Column("nav")) })
}

// tracking is [TrackingVsIdeal] by path, -Inf where nothing was left.
func (c *Case) tracking() []float64 {
	return c.Derived("tracking", func() []float64 {
		e := c.Ensemble
		logS, qv := e.Column("log_underlying"), e.Column("realised_variance")
		return c.each(c.LogNAV(), func(i int, log float64) float64 {
			return TrackingVsIdeal(log, e.Token.Target, logS[i], qv[i])
		})
	})
}

// trackingVariance are pseudo-values of the variance of tracking.
func (c *Case) trackingVariance() []float64 {
	return c.Derived("tracking variance", func() []float64 { return variancePaths(c.Sample(c.tracking())) })
}

// each is a new column made from one, path by path.
func (c *Case) each(xs []float64, of func(i int, x float64) float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = of(i, x)
	}
	return ys
}

// The estimators of rows.

func (c *Case) mean(xs []float64) Estimate { return MeanFinite(c.Sample(xs), c.Confidence) }

func (c *Case) share(xs []float64, is func(float64) bool) Estimate {
	return Share(c.Sample(xs), is, c.Confidence)
}

func (c *Case) quantile(xs []float64, p float64) Estimate {
	return Quantile(c.Sample(xs), p, c.Confidence)
}

func (c *Case) shortfall(losses []float64, p float64) Estimate {
	return ExpectedShortfall(c.Sample(losses), p, c.Confidence)
}
