package report

import (
	"math"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/tokens"
)

// replayJSON has the names that scripts rely on.
func replayJSON(r *assess.Replay, sha256 string) object {
	all := object{{"sha256", sha256}, {"bars", len(r.History.Bars)}, {"step_seconds", r.History.Step.Seconds()},
		{"from", r.From()}, {"to", r.To()}, {"closes_only", r.Closes}}
	if c := r.Capped; c.Bars+c.Unknown > 0 {
		all = append(all, member{"index", object{{"capped_bars", c.Bars}, {"unknown_bars", c.Unknown}}})
	}
	if r.Traded != nil {
		all = append(all, member{"traded", r.Traded.Name})
	}
	lives := make([]object, len(r.Lives))
	for i := range r.Lives {
		lives[i] = lifeJSON(r, &r.Lives[i])
	}
	return append(all, member{underlyingName, object{{"nav", Number(r.Held.NAV)},
		{"max_drawdown", Number(r.Held.Drawdown.Depth)}, {"drawdowns", drawdownsJSON(r, &r.Held)},
		{"months", returnsJSON(r.Held.Months)}, {"years", returnsJSON(r.Held.Years)},
		{"rolling", rollingJSON(&r.Held)}}},
		member{"tokens", lives})
}

// lifeJSON is one lifetime: its numbers but for those of the ledger by the names that they have in
// files, the ledger by item, and what has dates.
func lifeJSON(r *assess.Replay, l *assess.ReplayedLife) object {
	o := object{{"name", l.Token}, {"latency_seconds", l.Latency.Seconds()}}
	token := r.Study.Token(l.Number)
	for _, c := range token.Record() {
		if !isLedger(c.Name) {
			o = append(o, member{c.Name, Number(c.Of(&l.Lifetime))})
		}
	}
	if at, ok := r.FirstLiquidation(&l.Lifetime); ok {
		o = append(o, member{"first_liquidation_at", at})
	}
	if f := l.FartherFirst; f != nil {
		o = append(o, member{"farther_first", object{{"nav", Number(f.NAV)},
			{"nav_difference", Number(l.OrderMatters())}, {"rebalances", f.Rebalances},
			{"liquidations", f.Liquidations}, {"health", Number(f.Health)}}})
	}
	money, logs := object{}, object{}
	for i, name := range token.Books() {
		money = append(money, member{name, Number(l.Money[i])})
		if tokens.Item(i) != tokens.Shortfall {
			logs = append(logs, member{name, Number(l.Logs[i])})
		}
	}
	o = append(o, member{"ledger", object{{"money", money}, {"log", logs}}},
		member{"drawdowns", drawdownsJSON(r, l)}, member{"months", returnsJSON(l.Months)},
		member{"years", returnsJSON(l.Years)}, member{"rolling", rollingJSON(l)})
	if l.Tracking != nil {
		o = append(o, member{"against", trackingJSON(l.Tracking)})
	}
	return o
}

// isLedger reports whether a column of lifetimes is an item of the ledger.
func isLedger(name string) bool {
	for _, item := range tokens.ItemNames {
		if name == "money_"+item || name == "log_"+item {
			return true
		}
	}
	return false
}

func drawdownsJSON(r *assess.Replay, l *assess.ReplayedLife) []object {
	list := []object{}
	for _, d := range l.Drawdowns {
		var back any
		if d.Recovered >= 0 {
			back = r.Time(d.Recovered)
		}
		list = append(list, object{{"depth", d.Depth}, {"peak", r.Time(d.Peak)}, {"trough", r.Time(d.Trough)},
			{"recovered", back}})
	}
	return list
}

func returnsJSON(list []analytics.PeriodReturn) []object {
	all := []object{}
	for _, p := range list {
		all = append(all, object{{"start", p.Start.Format(time.DateOnly)}, {"return", p.Return}})
	}
	return all
}

func rollingJSON(l *assess.ReplayedLife) []object {
	list := []object{}
	one := func(d assess.DatedReturn) object {
		return object{{"return", d.Return}, {"from", d.From}, {"to", d.To}}
	}
	for _, w := range l.Rolling {
		list = append(list, object{{"days", w.Days}, {"windows", w.Windows}, {"least", one(w.Least)},
			{"median", one(w.Median)}, {"greatest", one(w.Greatest)}})
	}
	return list
}

func trackingJSON(g *analytics.Tracking) object {
	days := []object{}
	for _, d := range g.WorstDays {
		days = append(days, object{{"date", d.Date.Format(time.DateOnly)}, {"token", d.Token}, {"traded", d.Traded}})
	}
	return object{{"from", g.From}, {"to", g.To}, {"bars", g.Bars}, {"days", g.Days}, {"weeks", g.Weeks},
		{"months", g.Months}, {"correlation_bar", Number(g.CorrelationBar)},
		{"correlation_day", Number(g.CorrelationDay)}, {"correlation_week", Number(g.CorrelationWeek)},
		{"beta_month", Number(g.BetaMonth)}, {"tracking_error_month", Number(g.TrackingErrorMonth)},
		{"median_difference_day", Number(g.MedianDifferenceDay)}, {"terminal_ratio", Number(g.TerminalRatio)},
		{"drift_year", Number(g.DriftYear)}, {"worst_window_ratio", Number(g.WorstWindowRatio)},
		{"best_window_ratio", Number(g.BestWindowRatio)}, {"window_years", Number(g.WindowYears)},
		{"worst_days", days}}
}

// fartherNAV is the final net asset value with the other order of extremes; NaN: there is none.
func fartherNAV(l *assess.ReplayedLife) float64 {
	if l.FartherFirst == nil {
		return math.NaN()
	}
	return l.FartherFirst.NAV
}
