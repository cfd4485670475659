package analytics

import (
	"math"

	"mcrisk/tokens"
)

// A PathMetric is a metric of a token as one number for each path, whose mean is
// the metric, so that two settings can be compared path by path. For a metric
// that is no mean, such as a median, the numbers are pseudo-values: the metric
// plus the influence of the path on it. Means, paired differences and their
// intervals are then right to first order in 1/√paths, as for a mean.
//
// Numbers of ruined paths (NAV 0) are infinite, on the worse side, where the
// metric rests on ln NAV; [MeanFinite] and [PairedDifference] leave them out and
// say in N how many remain.
//
// Sources: Hampel, "The influence curve and its role in robust estimation", JASA
// 69 (1974); Miller, "The jackknife: a review", Biometrika 61 (1974), for
// pseudo-values.
type PathMetric struct {
	Name  string
	Unit  string
	Doc   string
	Sense Sense
	Of    func(e *tokens.Ensemble) []float64
}

// Mean is the metric with its interval, from its numbers by path: exact for a
// probability, normal over the finite numbers for others.
func (m PathMetric) Mean(xs []float64, confidence float64) Estimate {
	if m.Unit != probability {
		return MeanFinite(xs, confidence)
	}
	return share(xs, func(x float64) bool { return x > 0 }, confidence)
}

// probability is the unit of metrics that are 0 or 1 on every path.
const probability = "probability"

// A Sense says which way a metric is better.
type Sense int

const (
	Neither Sense = 0
	Higher  Sense = 1
	Lower   Sense = -1
)

// Objectives is how many of SweepMetrics, from the first, have a Sense.
const Objectives = 9

// SweepMetrics are what a sweep reports of every setting. Aversion, at least
// zero, is the weight γ of tracking variance in utility and tracking_cost: growth
// is given up at half of γ for each unit of it. Tracking_cost is what the theory of
// small costs minimises; utility counts what the band does to growth besides,
// which without drift rises with the width.
//
// "Over survivors" leaves out ruined paths, so those metrics do not punish ruin:
// read them beside p_liquidation, or choose by expected_shortfall or median_nav,
// which count a ruined path as a loss of everything.
func SweepMetrics(aversion float64) []PathMetric {
	return []PathMetric{
		{"log_growth", "log per year", "E[ln NAV] per year; over survivors", Higher, logGrowth},
		{"utility", "log per year", "log_growth less half the aversion times tracking_error²; over survivors", Higher, func(e *tokens.Ensemble) []float64 {
			us := logGrowth(e)
			for i, v := range variancePaths(tracking(e)) {
				if finite(us[i]) {
					us[i] -= aversion / 2 * v / e.Years()
				}
			}
			return us
		}},
		{"tracking_cost", "log per year", "trade_drag and half the aversion times tracking_error²; over survivors", Lower, func(e *tokens.Ensemble) []float64 {
			cs := Drag(e, TradeItems...)
			for i, v := range variancePaths(tracking(e)) {
				if finite(cs[i]) {
					cs[i] += aversion / 2 * v / e.Years()
				}
			}
			return cs
		}},
		{"median_nav", "initial equity", "final net asset value that half of the paths exceed", Higher, func(e *tokens.Ensemble) []float64 { return medianPaths(e.Column("nav")) }},
		{"cost_drag", "log per year", "trading, carry, fees and liquidation together; positive is lost; over survivors", Lower, func(e *tokens.Ensemble) []float64 { return Drag(e, CostItems...) }},
		{"tracking_error", "log per √year", "standard deviation of tracking_vs_ideal over √years; over survivors", Lower, func(e *tokens.Ensemble) []float64 {
			return sdPaths(tracking(e), math.Sqrt(e.Years()))
		}},
		{"expected_shortfall", "initial equity", "mean loss on the worst 5 % of paths", Lower, func(e *tokens.Ensemble) []float64 { return shortfallPaths(Losses(e.Column("nav")), 0.05) }},
		{"max_drawdown", "fraction", "deepest fall from a peak", Lower, column("max_drawdown")},
		{"p_liquidation", probability, "of at least one liquidation", Lower, func(e *tokens.Ensemble) []float64 {
			return each(e.Column("liquidations"), func(v float64) float64 { return min(1, v) })
		}},
		{"trade_drag", "log per year", "fee, impact and gas of trading; positive is lost; over survivors", Neither, func(e *tokens.Ensemble) []float64 { return Drag(e, TradeItems...) }},
		{"tracking_vs_ideal", "log", "against the free, continuously rebalanced token; over survivors", Neither, tracking},
		{"rebalances", "per year", "trades", Neither, perYear("rebalances")},
		{"turnover", "NAV per year", "notional traded over equity at each trade", Neither, perYear("turnover")},
	}
}

// SweepColumns are the columns of an ensemble that SweepMetrics read.
var SweepColumns = func() []string {
	names := []string{"nav", "max_drawdown", "rebalances", "turnover", "log_underlying", "realised_variance", "liquidations"}
	for _, item := range CostItems {
		names = append(names, "log_"+tokens.ItemNames[item])
	}
	return names
}()

func column(name string) func(e *tokens.Ensemble) []float64 {
	return func(e *tokens.Ensemble) []float64 { return e.Column(name) }
}

func perYear(name string) func(e *tokens.Ensemble) []float64 {
	return func(e *tokens.Ensemble) []float64 {
		return each(e.Column(name), func(v float64) float64 { return v / e.Years() })
	}
}

func logGrowth(e *tokens.Ensemble) []float64 {
	return each(e.Column("nav"), func(v float64) float64 { return math.Log(v) / e.Years() })
}

// tracking is TrackingVsIdeal by path, -Inf where nothing was left.
func tracking(e *tokens.Ensemble) []float64 {
	ds, logS, qv := LogNAV(e), e.Column("log_underlying"), e.Column("realised_variance")
	for i, log := range ds {
		ds[i] = TrackingVsIdeal(log, e.Token.Target, logS[i], qv[i])
	}
	return ds
}

func each(xs []float64, of func(float64) float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = of(x)
	}
	return ys
}

// A Comparison is a metric of one setting, and how it differs from another
// setting on the same paths.
type Comparison struct {
	PathMetric
	Estimate Estimate // over the paths that survive
	Versus   Estimate // mean difference, over the paths that survive in both
	Unpaired float64  // what Versus's standard error would be on different paths
}

// HolderMetrics are what a comparison of tokens reports besides the metrics of
// a sweep.
var HolderMetrics = []PathMetric{
	{"holder_nav", "initial equity", "final net asset value after entry and exit fees", Higher, column("holder_nav")},
}

// CompareBy estimates metrics of e and their paired differences from own.
func CompareBy(metrics []PathMetric, e, own *tokens.Ensemble, confidence float64) []Comparison {
	var cs []Comparison
	for _, m := range metrics {
		a, b := m.Of(e), m.Of(own)
		cs = append(cs, Comparison{m, m.Mean(a, confidence), PairedDifference(a, b, confidence), UnpairedSE(a, b)})
	}
	return cs
}
