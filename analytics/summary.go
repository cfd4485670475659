package analytics

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/tokens"
)

// A NAVQuantile is the value below which a share P of the final net asset
// values lies.
type NAVQuantile struct {
	P float64
	Estimate
}

// A Summary holds the estimates of all metrics of a token.
type Summary struct {
	Token     string
	Metrics   []MetricEstimate
	Quantiles []NAVQuantile
}

// Metric returns the metric of that name or alias, or false.
func (s *Summary) Metric(name string) (MetricEstimate, bool) {
	for _, m := range s.Metrics {
		if m.Name == name || slices.Contains(m.Aliases, name) {
			return m, true
		}
	}
	return MetricEstimate{}, false
}

// QuantileName is the name of a quantile of final values in tables and
// requirements.
func QuantileName(p float64) string { return "nav_quantile_" + strconv.FormatFloat(p, 'g', -1, 64) }

// Estimate is the metric or the quantile of that name. The error for an unknown one
// suggests similar names.
func (s *Summary) Estimate(name string) (Estimate, error) {
	if m, ok := s.Metric(name); ok {
		return m.Estimate, nil
	}
	var names []string
	for _, m := range s.Metrics {
		names = append(names, m.Name)
	}
	for _, q := range s.Quantiles {
		if QuantileName(q.P) == name {
			return q.Estimate, nil
		}
		names = append(names, QuantileName(q.P))
	}
	if near := param.Nearest(name, names); len(near) > 0 {
		return Estimate{}, fmt.Errorf("no metric %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return Estimate{}, fmt.Errorf("no metric %q; want one of %s", name, strings.Join(names, ", "))
}

// QuantileLevels are the shares at which a Summary reports final values.
var QuantileLevels = []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}

// Summarise estimates every registered metric of a case, whose ensemble must have
// all columns. Estimates are corrected by control variates if the case has the true
// moments of the price. Metrics that need an aversion are left out if it is zero.
func Summarise(c *Case) Summary {
	s := Summary{Token: c.Ensemble.Token.Name}
	for _, m := range All() {
		idle := m.Optional && slices.ContainsFunc(m.Needs, c.Ensemble.Idle)
		if !idle && (!m.Averse || c.Aversion > 0) {
			s.Metrics = append(s.Metrics, MetricEstimate{m, c.Estimate(m)})
		}
	}
	for i, q := range Quantiles(c.Sample(c.Ensemble.Column("nav")), QuantileLevels, c.Confidence) {
		s.Quantiles = append(s.Quantiles, NAVQuantile{QuantileLevels[i], q})
	}
	return s
}

// extreme is the loss exceeded with probability p, for p too small for a sample
// quantile, from a tail fit to log losses. Their tail is close to a normal one, while
// losses are bounded by 1. If paths were ruined it is the sample quantile.
func extreme(log Sample, p, confidence float64) Estimate {
	xs := log.with(each(log.X, func(v float64) float64 { return -v }))
	// A twentieth of the paths, or 2,500 of very many, but well above p.
	share := max(min(0.05, 2500/xs.size()), 5*p)
	e := FitTail(xs, share).Quantile(p, confidence)
	if math.IsNaN(e.Value) {
		e = Quantile(xs, 1-p, confidence)
	}
	loss := func(x float64) float64 { return -fmath.Expm1(-x) }
	e.Value, e.Lo, e.Hi = loss(e.Value), loss(e.Lo), loss(e.Hi)
	return e
}

// LogNAV is the log of the final net asset values: −Inf where nothing was left.
func LogNAV(e *tokens.Ensemble) []float64 {
	nav := e.Column("nav")
	log := make([]float64, len(nav))
	for i, v := range nav {
		log[i] = fmath.Log(v)
	}
	return log
}
