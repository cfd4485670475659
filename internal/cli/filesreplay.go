package cli

import (
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/tokens"
)

// Files of replays.

var latencyColumn = as("latency_seconds", "seconds", "latency of the keeper")

// replayFiles are the tables of a replay.
func replayFiles() []FileEntry {
	lifetime := []FileColumn{tokenColumn, latencyColumn}
	farther := as("nav_farther_first", "initial equity",
		"final NAV had every bar gone over its farther extreme first; empty at closes only")
	return []FileEntry{
		{Name: "replay.csv", By: "`replay`", Text: "A row is the lifetime of a token with a latency.",
			Columns: slices.Concat(lifetime, []FileColumn{farther}, lifetimeColumns())},
		{Name: "path.csv", By: "`replay`", Text: "A row is a token at the start, where health and rates are empty, " +
			"or after a bar; missing bars count. Numbers are rounded to ten significant digits.",
			Columns: slices.Concat(lifetime, []FileColumn{as("time", "time", "end of the bar"),
				as("price", "price at the start", "close of the underlying"),
				as("nav", "initial equity", "net asset value"), as("leverage", "leverage", "signed; 0 once ended"),
				as("health", "ratio", "health factor, or margin over its base; +Inf without debt or position"),
				as("borrow", "1/year", "borrow rate that the bar paid, without spread; empty: the venue has none"),
				as("funding", "1/year", "funding that longs paid in the bar; empty: the venue has none")})},
		{Name: "events.csv", By: "`replay`", Text: "A row is a trade, a liquidation or an end, and the start. " +
			"Numbers but times are rounded to ten significant digits.",
			Columns: slices.Concat(lifetime, []FileColumn{as("time", "time", "when it happened")}, eventColumns())},
		{Name: "tracking.csv", By: "`replay --against`", Text: "A row compares a token with what traded.",
			Columns: slices.Concat(lifetime, []FileColumn{as("bars", "count", "returns between common times")},
				trackingColumns(), []FileColumn{as("window_years", "years", "length of the windows")})},
		{Name: "calendar.csv", By: "`replay`", Text: "A row is the return of a month or year, UTC.",
			Columns: slices.Concat(lifetime, []FileColumn{as("period", "text", "month or year"),
				as("start", "date", "its first day"),
				as("return", "fraction", "of the period; the first and the last may be cut")})},
		{Name: "drawdowns.csv", By: "`replay`", Text: "A row is one of the ten deepest drawdowns, at the ends of bars.",
			Columns: slices.Concat(lifetime, []FileColumn{as("depth", "fraction", "1 − trough/peak"),
				as("peak", "time", "last time at the peak"), as("trough", "time", "first time at the trough"),
				as("recovered", "time", "when the peak was reached again; empty: it was not")})},
		{Name: "rolling.csv", By: "`replay`", Text: "A row is a length of windows, one from the end of each day.",
			Columns: slices.Concat(lifetime, []FileColumn{as("days", "count", "length"),
				as("windows", "count", "their number"),
				as("least", "fraction", "least return"), as("least_from", "date", "start of that window"),
				as("median", "fraction", "median return"), as("median_from", "date", "start of that window"),
				as("greatest", "fraction", "greatest return"), as("greatest_from", "date", "start of that window")})},
		{Name: "stress.csv", By: "`replay --window`", Text: "A row is a token in a named window.",
			Columns: slices.Concat([]FileColumn{as("window", "text", "its name")}, lifetime, []FileColumn{
				as("underlying", "ratio", "price at the end over that at the start"),
				as("nav", "initial equity", "final net asset value"), farther,
				as("max_drawdown", "fraction", "deepest fall, inside bars"), as("health", "ratio", "the least"),
				as("max_leverage", "leverage", "magnitude"), as("rebalances", "count", "trades"),
				as("liquidations", "count", "liquidations")})},
	}
}

// trackingColumns say how close a token is to what traded.
func trackingColumns() []FileColumn {
	return []FileColumn{as("correlation_bar", "ratio", "correlation of returns between common times"),
		as("correlation_day", "ratio", "of daily returns"), as("correlation_week", "ratio", "of weekly returns"),
		as("beta_month", "ratio", "slope of the token's monthly returns on those of what traded"),
		as("tracking_error_month", "fraction", "standard deviation of the difference of monthly returns"),
		as("median_difference_day", "fraction", "median absolute difference of daily returns"),
		as("terminal_ratio", "ratio", "growth of the token over that of what traded"),
		as("drift_year", "log per year", "ln terminal_ratio a year"),
		as("worst_window_ratio", "ratio",
			"least ratio of growth over windows of four years, or of all if that is shorter"),
		as("best_window_ratio", "ratio", "the greatest")}
}

// eventColumns are those of an event.
func eventColumns() []FileColumn {
	return slices.Concat([]FileColumn{
		as("seconds", "seconds", "since the start"), as("event", "text", "what happened"),
		as("underlying", "price at the start", "price"),
		as("exposure", string(analytics.Equity), "value of the underlying held, signed"),
		as("cash", string(analytics.Equity), "signed; negative is debt"),
		as("equity", string(analytics.Equity), "net asset value"),
		as("leverage", "leverage", "exposure over equity, signed"),
		as("aum", "USD", "size of the vault")}, ledgerColumns())
}

// replayObject is what replay prints as JSON, whose keys begin with a prefix.
func replayObject(prefix string) (list []FileColumn) {
	dated := func(of string) {
		list = append(list, as(of+"drawdowns[].depth", "fraction", "1 − trough/peak, at the ends of bars"),
			as(of+"drawdowns[].peak", "time", "last time at the peak"),
			as(of+"drawdowns[].trough", "time", "first time at the trough"),
			as(of+"drawdowns[].recovered", "time", "when the peak was reached again; null: it was not"),
			as(of+"months[].start", "date", "first day of the month"),
			as(of+"months[].return", "fraction", "its return"),
			as(of+"years[].start", "date", "first day of the year"),
			as(of+"years[].return", "fraction", "its return"),
			as(of+"rolling[].days", "count", "length of windows"), as(of+"rolling[].windows", "count", "their number"))
		for _, w := range []string{"least", "median", "greatest"} {
			list = append(list, as(of+"rolling[]."+w+".return", "fraction", "the "+w+" return"),
				as(of+"rolling[]."+w+".from", "time", "start of that window"),
				as(of+"rolling[]."+w+".to", "time", "its end"))
		}
	}
	list = []FileColumn{as(prefix+"bars", "count", "number of bars in the history"),
		as(prefix+"step_seconds", "seconds", "length of a bar"),
		as(prefix+"from", "time", "time of the first open"), as(prefix+"to", "time", "time of the last close"),
		as(prefix+"closes_only", "true or false", "whether tokens saw closes only"),
		as(prefix+"index.capped_bars", "count", "bars that --index capped"),
		as(prefix+"index.unknown_bars", "count", "bars that it lacks"),
		as(prefix+"traded", "text", "file of --against"),
		as(prefix+"underlying.nav", "ratio", "last close over the first open"),
		as(prefix+"underlying.max_drawdown", "fraction", "deepest fall, inside bars")}
	dated(prefix + "underlying.")
	of := prefix + "tokens[]."
	list = append(list, as(of+"name", "text", "name of the token"),
		as(of+"latency_seconds", "seconds", "latency of the keeper"))
	for _, c := range lifetimeColumns() {
		if !strings.HasPrefix(c.Name, "money_") && !strings.HasPrefix(c.Name, "log_") {
			list = append(list, as(of+c.Name, c.Unit, c.Text))
		}
	}
	list = append(list, as(of+"first_liquidation_at", "time", "when it was first liquidated"),
		as(of+"farther_first.nav", "initial equity", "final NAV had every bar gone over its farther extreme first"),
		as(of+"farther_first.nav_difference", "ratio", "that over nav, less 1"),
		as(of+"farther_first.rebalances", "count", "trades then"),
		as(of+"farther_first.liquidations", "count", "liquidations then"),
		as(of+"farther_first.health", "ratio", "the least then"),
		as(of+"ledger.money.*", "initial equity", "by item of the ledger: "+strings.Join(tokens.ItemNames[:], ", ")),
		as(of+"ledger.log.*", "log", "part of ln NAV, by item of the ledger but shortfall"))
	dated(of)
	for _, n := range []string{"bars", "days", "weeks", "months"} {
		list = append(list, as(of+"against."+n, "count", "returns that were compared"))
	}
	list = append(list, as(of+"against.from", "time", "first common time"),
		as(of+"against.to", "time", "last common time"))
	for _, c := range trackingColumns() {
		list = append(list, as(of+"against."+c.Name, c.Unit, c.Text))
	}
	return append(list, as(of+"against.window_years", "years", "length of the windows"),
		as(of+"against.worst_days[].date", "date", "a day on which what traded fell far, UTC"),
		as(of+"against.worst_days[].token", "fraction", "the token's return on it"),
		as(of+"against.worst_days[].traded", "fraction", "that of what traded"))
}

// stressObject is what replay --window prints as JSON.
func stressObject() []FileColumn {
	return slices.Concat([]FileColumn{as("sha256", "SHA-256", "hash of the file"),
		as("windows[].name", "text", "name of the window"), as("windows[].what", "text", "what happened in it"),
		as("windows[].since", "date", "its first day"), as("windows[].until", "date", "the day after its last"),
		as("windows[].covered", "true or false", "whether the history covers it; only then it has what follows"),
		as("windows[].reason", "text", "why it does not")}, replayObject("windows[]."))
}
