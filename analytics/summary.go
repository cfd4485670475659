package analytics

import (
	"fmt"
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
// token, which must have all of their columns. Where known says what the prices
// are like in truth, estimates that follow the price are corrected by it; nil:
// none are.
//
// Every metric has one definition, its Doc. Rates are per year of 365 days.
// "Over survivors" leaves out ruined paths, whose share is ruined. Ratios of
// growth use ln NAV, so that they do not depend on the horizon by themselves:
// sharpe = E[ln NAV]/(sd[ln NAV]·√years), no interest subtracted; sortino has the
// root mean square of the negative ln NAV instead. See [SeriesMetrics] for the
// same names taken over the time of one history, and for sources.
func Summarise(e *tokens.Ensemble, known *Known, confidence float64) Summary {
	s := Summary{Token: e.Token.Name}
	nav, price, target, years := e.Column("nav"), e.Column("underlying"), e.Token.Target, e.Years()
	log, logS, qv := LogNAV(e), e.Column("log_underlying"), e.Column("realised_variance")
	losses, rooted := Losses(nav), math.Sqrt(years)

	add := func(name, unit, doc string, v Estimate) {
		s.Metrics = append(s.Metrics, Metric{name, unit, doc, v})
	}
	mean := func(name, unit, doc string, xs []float64) { add(name, unit, doc, MeanFinite(xs, confidence)) }
	median := func(name, unit, doc string, xs []float64) { add(name, unit, doc, Quantile(xs, 0.5, confidence)) }
	each := func(of func(i int) float64) []float64 {
		xs := make([]float64, e.N)
		for i := range xs {
			xs[i] = of(i)
		}
		return xs
	}
	column := func(name string, by float64) []float64 {
		c := e.Column(name)
		return each(func(i int) float64 { return by * c[i] })
	}

	// What it comes to.
	meanNAV := known.controlled(nav, e, ControlPower, confidence)
	add("nav", "initial equity", "final net asset value, without the holder's fees", meanNAV)
	add("holder_nav", "initial equity", "final net asset value with entry and exit fees", known.controlled(e.Column("holder_nav"), e, ControlPower, confidence))
	median("median_nav", "initial equity", "final net asset value that half of the paths exceed", nav)
	logNAV := known.controlled(log, e, ControlLogPrice, confidence)
	add("log_nav", "log", "ln of the final net asset value, over survivors", logNAV)
	add("log_growth", "log per year", "E[ln NAV] per year, over survivors", logNAV.scaled(1/years))
	total := meanNAV
	total.Value, total.Lo, total.Hi = total.Value-1, total.Lo-1, total.Hi-1
	add("total_return", "fraction", "mean of NAV − 1", total)
	median("cagr", "fraction a year", "median of NAV^(1/years) − 1", each(func(i int) float64 { return math.Expm1(log[i] / years) }))
	add("ruined", "probability", "of ending with nothing", share(e.Column("ruined"), func(v float64) bool { return v > 0 }, confidence))
	mean("underlying", "initial price", "final price of the underlying over its first", price)

	// How it spreads.
	shape := Resampled(log, confidence, sd, skewness, kurtosis, sharpe, sortino)
	add("volatility", "per √year", "standard deviation of ln NAV over √years, over survivors", shape[0].scaled(1/rooted))
	add("skewness", "", "of ln NAV, over survivors", shape[1])
	add("kurtosis", "", "of ln NAV, above the normal law's, over survivors", shape[2])
	add("sharpe", "per √year", "E[ln NAV]/(sd[ln NAV]·√years), over survivors", shape[3].scaled(1/rooted))
	add("sortino", "per √year", "E[ln NAV]/(root mean square of negative ln NAV·√years), over survivors", shape[4].scaled(1/rooted))
	gains := each(func(i int) float64 { return nav[i] - 1 })
	ratios := Resampled(gains, confidence, omega, gainToPain)
	add("omega", "ratio", "E[(NAV−1)⁺]/E[(1−NAV)⁺]", ratios[0])
	add("gain_to_pain", "ratio", "E[NAV−1]/E[(1−NAV)⁺]", ratios[1])
	add("tail_ratio", "ratio", "95 % quantile of NAV−1 over the 5 % one, magnitudes", tailRatio(gains, confidence))
	calmar := e.Column("max_drawdown")
	median("calmar", "ratio", "median of yearly return over maximum drawdown", each(func(i int) float64 { return math.Expm1(log[i]/years) / calmar[i] }))

	// What can be lost.
	for _, x := range []float64{0.1, 0.25, 0.5, 0.75, 0.9} {
		add(fmt.Sprintf("p_loss_%.0f", 100*x), "probability", fmt.Sprintf("of ending with a loss of more than %.0f %%", 100*x), known.below(nav, 1-x, e, confidence))
	}
	for _, x := range []float64{0.5, 1, 2} {
		add(fmt.Sprintf("p_gain_%.0f", 100*x), "probability", fmt.Sprintf("of ending with a gain of %.0f %% or more", 100*x), ReachProbability(nav, x, confidence))
	}
	add("p_profit", "probability", "of ending above the start", share(nav, func(v float64) bool { return v > 1 }, confidence))
	add("p_beats_underlying", "probability", "of ending above the underlying", compare(nav, price, confidence))
	add("p_beats_linear", "probability", "of ending above T times the move", compare(nav, each(func(i int) float64 { return 1 + float64(target*(price[i]-1)) }), confidence))
	for _, p := range []float64{0.05, 0.01} {
		name := fmt.Sprintf("%.0f", 100*(1-p))
		add("var_"+name, "initial equity", fmt.Sprintf("loss exceeded on %g %% of paths", 100*p), ValueAtRisk(losses, p, confidence))
		add("es_"+name, "initial equity", fmt.Sprintf("mean loss on the worst %g %% of paths", 100*p), ExpectedShortfall(losses, p, confidence))
	}
	add("var_99.9", "initial equity", "loss exceeded on 0.1 % of paths, by a generalised Pareto law fitted to the largest log losses", extreme(log, 0.001, confidence))

	// How deep and how long.
	falls := e.Column("max_drawdown")
	mean("max_drawdown", "fraction", "deepest fall from a peak", falls)
	add("cdar_95", "fraction", "mean of the deepest falls on the worst 5 % of paths", ExpectedShortfall(falls, 0.05, confidence))
	mean("drawdown_length", "years", "from that peak to its trough", e.Column("drawdown_length"))
	add("p_recovered", "probability", "that the deepest fall was made good within the horizon", recovered(e.Column("drawdown_recovery"), confidence))
	mean("underwater", "years", "longest time below an earlier peak", e.Column("underwater"))
	mean("underlying_max_drawdown", "fraction", "the underlying's deepest fall", e.Column("underlying_max_drawdown"))

	// What it does.
	mean("rebalances", "count", "trades over the horizon", e.Column("rebalances"))
	mean("rebalances_per_year", "per year", "trades", column("rebalances", 1/years))
	mean("turnover", "net asset values", "notional traded over equity at each trade, over the horizon", e.Column("turnover"))
	mean("turnover_per_year", "NAV per year", "notional traded over equity at each trade", column("turnover", 1/years))
	mean("steps_outside", "count", "steps that ended outside the band", e.Column("steps_outside"))
	median("min_leverage", "leverage", "median of the least leverage met", e.Column("min_leverage"))
	median("max_leverage", "leverage", "median of the greatest leverage met", e.Column("max_leverage"))
	median("health", "ratio", "median of the smallest health factor or margin ratio met", e.Column("health"))
	add("health_p01", "ratio", "smallest health factor or margin ratio met, exceeded on 99 % of paths", Quantile(e.Column("health"), 0.01, confidence))
	liquidation := math.Abs(e.Token.LiquidationLeverage())
	most := e.Column("max_leverage")
	median("distance_to_liquidation", "fraction", "median over paths of the smallest move of the price, met on the path, that would have liquidated", each(func(i int) float64 { return distance(most[i], liquidation, target) }))
	add("p_liquidation", "probability", "of at least one liquidation", share(e.Column("liquidations"), func(v float64) bool { return v > 0 }, confidence))

	// What it costs.
	mean("trade_cost", "initial equity", "fee, impact and gas paid over the horizon; positive", each(func(i int) float64 { return TradeCost(e, i) }))
	mean("borrow_interest", "initial equity", "interest paid on the debt over the horizon; positive", column("money_borrow_interest", -1))
	mean("cost_drag", "log per year", "all cost items together; positive is lost; over survivors", Drag(e, CostItems...))
	mean("trade_drag", "log per year", "fee, impact and gas of trading; positive is lost; over survivors", Drag(e, TradeItems...))
	for _, item := range CostItems {
		add("drag_"+tokens.ItemNames[item], "log per year", itemDocs[item]+"; positive is lost; over survivors", CostDragOf(e, item, confidence))
	}

	// How far it falls short.
	mean("decay_vs_power", "log", "ln NAV − T·ln S: against the compounding ideal S^T; over survivors", each(func(i int) float64 { return DecayVsPower(log[i], target, logS[i]) }))
	add("decay_vs_linear", "initial equity", "NAV − (1 + T·(S − 1)): against T times the move",
		known.linear(meanNAV, MeanFinite(each(func(i int) float64 { return DecayVsLinear(nav[i], target, price[i]) }), confidence), target))
	tracking := each(func(i int) float64 { return TrackingVsIdeal(log[i], target, logS[i], qv[i]) })
	mean("tracking_vs_ideal", "log", "ln NAV − (T·ln S − ½T(T−1)·realised variance): against the free, continuously rebalanced token; over survivors", tracking)
	mean("tracking_difference", "log per year", "tracking_vs_ideal per year; over survivors", each(func(i int) float64 { return tracking[i] / years }))
	add("tracking_error", "log per √year", "standard deviation of tracking_vs_ideal over √years; over survivors", Resampled(tracking, confidence, sd)[0].scaled(1/rooted))
	add("efficiency", "ratio", "median of (NAV − 1)/(T·(S − 1)); its mean does not exist", efficiency(nav, price, target, confidence))

	for i, q := range Quantiles(nav, QuantileLevels, confidence) {
		s.Quantiles = append(s.Quantiles, NAVQuantile{QuantileLevels[i], q})
	}
	return s
}

// recovered is the share of paths that have a time of recovery.
func recovered(times []float64, confidence float64) Estimate {
	k := 0
	for _, t := range times {
		if !math.IsNaN(t) {
			k++
		}
	}
	return Proportion(k, len(times), confidence)
}

// distance is the move of the price against the token, a fraction, that takes
// leverage from l to the one at which the venue liquidates; zero if it is there
// already and infinite if no move does it. A position l of equity 1 has leverage
// l·(1−x)/(1−l·x) after a fall of x, and l·(1+x)/(1−l·x) after a rise if short.
func distance(l, liquidation, target float64) float64 {
	switch {
	case !(l < liquidation):
		return 0
	case math.IsInf(liquidation, 1):
		return 1 / l
	case target > 0:
		return (liquidation - l) / (l * (liquidation - 1))
	}
	return (liquidation - l) / (l * (liquidation + 1))
}

// extreme is the loss exceeded with probability p, beyond where quantiles
// reach, from a fit to log losses: those have a tail close to a normal one,
// while losses pile up at everything. Where paths were ruined it is the plain
// quantile of losses.
func extreme(log []float64, p, confidence float64) Estimate {
	xs := make([]float64, len(log))
	for i, v := range log {
		xs[i] = -v
	}
	// A twentieth of the paths, or 2,500 of very many, but well above p.
	share := max(min(0.05, 2500/float64(len(xs))), 5*p)
	e := FitTail(xs, share).Quantile(p, confidence)
	if math.IsNaN(e.Value) {
		e = Quantile(xs, 1-p, confidence)
	}
	loss := func(x float64) float64 { return -math.Expm1(-x) }
	e.Value, e.Lo, e.Hi = loss(e.Value), loss(e.Lo), loss(e.Hi)
	return e
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

// TradeItems are the lines of the ledger that trading alone is charged with.
var TradeItems = []tokens.Item{tokens.TradeFee, tokens.Impact, tokens.Gas}

// Drag is the log equity per year that each path lost to the items together,
// positive; infinite where nothing was left.
func Drag(e *tokens.Ensemble, items ...tokens.Item) []float64 {
	xs := make([]float64, e.N)
	for _, item := range items {
		for i, v := range e.Column("log_" + tokens.ItemNames[item]) {
			xs[i] -= v
		}
	}
	for i, nav := range e.Column("nav") {
		if xs[i] /= e.Years(); nav == 0 {
			xs[i] = math.Inf(1)
		}
	}
	return xs
}

// CostDragOf is the yearly drag of one item, in log equity: positive is lost;
// over the paths that survive.
func CostDragOf(e *tokens.Ensemble, item tokens.Item, confidence float64) Estimate {
	return MeanFinite(Drag(e, item), confidence)
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
