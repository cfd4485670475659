package analytics

import (
	"math"

	"mcrisk/tokens"
)

// A PathMetric is a number that every path has, so that two settings of a
// token can be compared path by path. It is infinite where a ruined path has
// none.
type PathMetric struct {
	Name string
	Unit string
	Doc  string
	Of   func(e *tokens.Ensemble, i int) float64
}

// SweepMetrics are what a sweep reports of every cell.
var SweepMetrics = []PathMetric{
	{"log_growth", "log per year", "ln of the final net asset value per year", func(e *tokens.Ensemble, i int) float64 {
		return math.Log(e.Column("nav")[i]) / e.Years()
	}},
	{"cost_drag", "log per year", "trading, carry, fees and liquidation together; positive is lost", func(e *tokens.Ensemble, i int) float64 {
		return CostDrag(e, i) / e.Years()
	}},
	{"trade_drag", "log per year", "fee, impact and gas of trading; positive is lost", func(e *tokens.Ensemble, i int) float64 {
		return TradeDrag(e, i) / e.Years()
	}},
	{"tracking_vs_ideal", "log", "against the free, continuously rebalanced token", func(e *tokens.Ensemble, i int) float64 {
		return TrackingVsIdeal(math.Log(e.Column("nav")[i]), e.Token.Target, e.Column("log_underlying")[i], e.Column("realised_variance")[i])
	}},
	{"max_drawdown", "fraction", "deepest fall from a peak", func(e *tokens.Ensemble, i int) float64 {
		return e.Column("max_drawdown")[i]
	}},
	{"rebalances", "per year", "trades", func(e *tokens.Ensemble, i int) float64 {
		return e.Column("rebalances")[i] / e.Years()
	}},
	{"turnover", "NAV per year", "notional traded over equity at each trade", func(e *tokens.Ensemble, i int) float64 {
		return e.Column("turnover")[i] / e.Years()
	}},
}

// SweepColumns are the columns of an ensemble that SweepMetrics read.
var SweepColumns = append([]string{"nav", "ruined", "max_drawdown", "rebalances", "turnover", "underlying", "log_underlying", "realised_variance", "liquidations"}, logColumns()...)

func logColumns() []string {
	var names []string
	for _, item := range CostItems {
		names = append(names, "log_"+tokens.ItemNames[item])
	}
	return names
}

// Paths are a metric's numbers by path.
func (m PathMetric) Paths(e *tokens.Ensemble) []float64 {
	xs := make([]float64, e.N)
	for i := range xs {
		xs[i] = m.Of(e, i)
	}
	return xs
}

// A Comparison is a metric of one setting, and how it differs from another
// setting on the same paths.
type Comparison struct {
	PathMetric
	Estimate Estimate // mean over the paths that survive
	Versus   Estimate // mean difference, over the paths that survive in both
	Unpaired float64  // what Versus's standard error would be on different paths
}

// Compare estimates every sweep metric of e and its paired difference from own.
func Compare(e, own *tokens.Ensemble, confidence float64) []Comparison {
	return CompareBy(SweepMetrics, e, own, confidence)
}

// HolderMetrics are what a comparison of tokens reports besides the metrics of
// a sweep.
var HolderMetrics = []PathMetric{
	{"holder_nav", "initial equity", "final net asset value after entry and exit fees", func(e *tokens.Ensemble, i int) float64 {
		return e.Column("holder_nav")[i]
	}},
	{"liquidated", "share of paths", "liquidated at least once", func(e *tokens.Ensemble, i int) float64 {
		return min(1, e.Column("liquidations")[i])
	}},
}

// CompareBy estimates metrics of e and their paired differences from own.
func CompareBy(metrics []PathMetric, e, own *tokens.Ensemble, confidence float64) []Comparison {
	var cs []Comparison
	for _, m := range metrics {
		a, b := m.Paths(e), m.Paths(own)
		cs = append(cs, Comparison{m, MeanFinite(a, confidence), PairedDifference(a, b, confidence), UnpairedSE(a, b)})
	}
	return cs
}
