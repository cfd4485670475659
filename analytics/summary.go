package analytics

import (
	"math"

	"mcrisk/tokens"
)

// A Metric is one named estimate of a token.
type Metric struct {
	Name string // as in tables and JSON
	Unit string
	Doc  string
	Estimate
}

// A NAVQuantile is the value below which a share P of the final net asset
// values lies.
type NAVQuantile struct {
	P float64
	Estimate
}

// A Summary is what an ensemble says about a token.
type Summary struct {
	Token     string
	Metrics   []Metric
	Quantiles []NAVQuantile
}

// Metric returns the metric of that name, or false.
func (s *Summary) Metric(name string) (Metric, bool) {
	for _, m := range s.Metrics {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// QuantileLevels are the shares at which a Summary reports final values.
var QuantileLevels = []float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}

// Summarise estimates everything a summary reports from the lifetimes of one
// token, which must have all of their columns.
func Summarise(e *tokens.Ensemble, confidence float64) Summary {
	s := Summary{Token: e.Token.Name}
	add := func(name, unit, doc string, v Estimate) {
		s.Metrics = append(s.Metrics, Metric{name, unit, doc, v})
	}
	mean := func(name, unit, doc string, xs []float64) { add(name, unit, doc, Mean(xs, confidence)) }

	nav, price, target, years := e.Column("nav"), e.Column("underlying"), e.Token.Target, e.Years()
	log := LogNAV(e)
	logS, qv := e.Column("log_underlying"), e.Column("realised_variance")
	each := func(of func(i int) float64) []float64 {
		xs := make([]float64, e.N)
		for i := range xs {
			xs[i] = of(i)
		}
		return xs
	}
	survivors := func(name, unit, doc string, of func(i int) float64) {
		add(name, unit, doc, MeanFinite(each(of), confidence))
	}

	mean("nav", "initial equity", "final net asset value, without the holder's fees", nav)
	mean("holder_nav", "initial equity", "final net asset value with entry and exit fees", e.Column("holder_nav"))
	add("log_nav", "log", "ln of the final net asset value, over the paths that survive", MeanFinite(log, confidence))
	add("ruined", "probability", "share of paths that end with nothing", share(e.Column("ruined"), func(v float64) bool { return v > 0 }, confidence))
	mean("underlying", "initial price", "final price of the underlying over its first", price)
	mean("max_drawdown", "fraction", "deepest fall from a peak", e.Column("max_drawdown"))
	mean("drawdown_length", "years", "from that peak to its trough", e.Column("drawdown_length"))
	mean("underwater", "years", "longest time below an earlier peak", e.Column("underwater"))
	mean("underlying_max_drawdown", "fraction", "the underlying's deepest fall", e.Column("underlying_max_drawdown"))
	mean("rebalances", "count", "trades over the horizon", e.Column("rebalances"))
	mean("turnover", "net asset values", "notional traded over equity at each trade, over the horizon", e.Column("turnover"))
	mean("trade_cost", "initial equity", "fee, impact and gas paid over the horizon; positive", each(func(i int) float64 { return TradeCost(e, i) }))
	mean("borrow_interest", "initial equity", "interest paid on the debt over the horizon; positive", each(func(i int) float64 { return -e.Column("money_borrow_interest")[i] }))
	survivors("decay_vs_power", "log", "ln NAV − T·ln S: against the compounding ideal S^T", func(i int) float64 { return DecayVsPower(log[i], target, logS[i]) })
	mean("decay_vs_linear", "initial equity", "NAV − (1 + T·(S − 1)): against T times the move", each(func(i int) float64 { return DecayVsLinear(nav[i], target, price[i]) }))
	survivors("tracking_vs_ideal", "log", "ln NAV − (T·ln S − ½T(T−1)·realised variance): against the free, continuously rebalanced token",
		func(i int) float64 { return TrackingVsIdeal(log[i], target, logS[i], qv[i]) })
	add("efficiency", "ratio", "median of (NAV − 1)/(T·(S − 1)); its mean does not exist", efficiency(nav, price, target, confidence))
	survivors("cost_drag", "log per year", "trading, carry, fees and liquidation together, per year; positive is lost", func(i int) float64 { return CostDrag(e, i) / years })
	for _, x := range []struct {
		name string
		x    float64
	}{{"p_loss_10", 0.1}, {"p_loss_25", 0.25}, {"p_loss_50", 0.5}, {"p_loss_75", 0.75}, {"p_loss_90", 0.9}} {
		add(x.name, "probability", "of ending with a loss of more than this, in percent", LossProbability(nav, x.x, confidence))
	}
	add("p_beats_underlying", "probability", "of ending above the underlying", compare(nav, price, confidence))
	add("p_beats_linear", "probability", "of ending above T times the move", compare(nav, each(func(i int) float64 { return 1 + target*(price[i]-1) }), confidence))
	add("p_liquidation", "probability", "of at least one liquidation", share(e.Column("liquidations"), func(v float64) bool { return v > 0 }, confidence))
	losses := Losses(nav)
	add("var_95", "initial equity", "loss exceeded on 5 % of paths", ValueAtRisk(losses, 0.05, confidence))
	add("es_95", "initial equity", "mean loss on the worst 5 % of paths", ExpectedShortfall(losses, 0.05, confidence))
	add("var_99", "initial equity", "loss exceeded on 1 % of paths", ValueAtRisk(losses, 0.01, confidence))
	add("es_99", "initial equity", "mean loss on the worst 1 % of paths", ExpectedShortfall(losses, 0.01, confidence))

	for i, q := range Quantiles(nav, QuantileLevels, confidence) {
		s.Quantiles = append(s.Quantiles, NAVQuantile{QuantileLevels[i], q})
	}
	return s
}

// LogNAV is the log of the final net asset values: −Inf where nothing was left.
func LogNAV(e *tokens.Ensemble) []float64 {
	nav := e.Column("nav")
	log := make([]float64, len(nav))
	for i, v := range nav {
		log[i] = math.Log(v)
	}
	return log
}

// TradeCost is what path i paid for trading, in initial equity, positive.
func TradeCost(e *tokens.Ensemble, i int) float64 {
	return -(e.Column("money_trade_fee")[i] + e.Column("money_impact")[i] + e.Column("money_gas")[i])
}

// CostItems are the lines of the ledger that take from the holder or give, the
// price aside.
var CostItems = []tokens.Item{tokens.TradeFee, tokens.Impact, tokens.Gas, tokens.BorrowInterest, tokens.SupplyInterest,
	tokens.Funding, tokens.BorrowFee, tokens.StreamingFee, tokens.LiquidationPenalty}

// CostDrag is the log equity that path i lost to all cost items, positive;
// infinite if it was ruined.
func CostDrag(e *tokens.Ensemble, i int) float64 {
	if e.Column("ruined")[i] > 0 {
		return math.Inf(1)
	}
	drag := 0.0
	for _, item := range CostItems {
		drag -= e.Column("log_" + tokens.ItemNames[item])[i]
	}
	return drag
}

// CostDragOf is the yearly drag of one item, in log equity: positive is lost;
// over the paths that survive.
func CostDragOf(e *tokens.Ensemble, item tokens.Item, confidence float64) Estimate {
	xs := make([]float64, e.N)
	ruined := e.Column("ruined")
	for i, v := range e.Column("log_" + tokens.ItemNames[item]) {
		xs[i] = -v / e.Years()
		if ruined[i] > 0 {
			xs[i] = math.Inf(1)
		}
	}
	return MeanFinite(xs, confidence)
}

// compare is the share of pairs in which a is above b.
func compare(a, b []float64, confidence float64) Estimate {
	k := 0
	for i := range a {
		if a[i] > b[i] {
			k++
		}
	}
	return Proportion(k, len(a), confidence)
}

func efficiency(nav, price []float64, target, confidence float64) Estimate {
	var xs []float64
	for i := range nav {
		if v := Efficiency(nav[i], target, price[i]); !math.IsNaN(v) {
			xs = append(xs, v)
		}
	}
	return Quantile(xs, 0.5, confidence)
}
