package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/tokens"
)

// Replay is what a price history did to tokens; sha256 is the hash of its file.
func Replay(r *assess.Replay, sha256 string, p Provenance) Document {
	h, seen := r.History, "with what lies between open and close"
	if r.Closes {
		seen = "closes only"
	}
	text := fmt.Sprintf("%s: %s bars of %s, %s to %s (%d missing), %s\nNet asset values are relative to the start.",
		h.Name, Thousands(len(h.Bars)), param.FormatSeconds(h.Step.Seconds()), Minute(r.From()), Minute(r.To()),
		r.Missing(), seen)
	d := Document{Data: replayJSON(r, sha256), Brief: replayBrief(r),
		Blocks: []Block{Text(text), replayTable(r), replayData(r)}}
	if r.Traded != nil {
		d.Blocks = append(append(d.Blocks, forBoth(trackingTable(r))...), withRows(worstDaysTable(r))...)
	}
	d.Blocks = append(d.Blocks, ledgerTable(r), yearsTable(r))
	for _, l := range r.Firsts() {
		d.Blocks = append(d.Blocks, monthsTable(l))
	}
	d.Blocks = append(append(d.Blocks, calendarTable(r)), withRows(drawdownsTable(r, mostShown, true))...)
	d.Blocks = append(d.Blocks, drawdownsTable(r, assess.WorstDrawdowns, false))
	d.Blocks = append(d.Blocks, forBoth(rollingTable(r))...)
	d.Blocks = append(d.Blocks, replayFigures(r)...)
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// forBoth is a table as people see it, unless it has no rows, and as a file has it.
func forBoth(t Table) []Block {
	people := t
	people.PeopleOnly, t.DataOnly = true, true
	return append(withRows(people), t)
}

// withRows is a table for people, unless it has no rows.
func withRows(t Table) []Block {
	if len(t.Rows) == 0 {
		return nil
	}
	return []Block{t}
}

// underlyingName is the name in the underlying's own row.
const underlyingName = "underlying"

// rows calls add for the underlying and then for each token's lifetime.
func rows(r *assess.Replay, add func(token string, latency time.Duration, l *assess.ReplayedLife)) {
	add(underlyingName, 0, &r.Held)
	for i := range r.Lives {
		l := &r.Lives[i]
		add(l.Token, l.Latency, l)
	}
}

// replayTable is the lifetimes for people, with what the holder of a token pays if that is anything.
func replayTable(r *assess.Replay) Table {
	t := Table{PeopleOnly: true, Keys: 2, Columns: []Column{
		{Name: "token"}, {Name: "latency"}, {Name: "final NAV"}, {Name: "other order", Percent: true, Format: signed2},
		{Name: "lowest NAV"}, {Name: "deepest fall", Percent: true},
		{Name: "trades"}, {Name: "greatest leverage"}, {Name: "least health"}, {Name: "liquidations"},
		{Name: "first liquidation"},
	}}
	costs := slices.ContainsFunc(r.Lives, func(l assess.ReplayedLife) bool {
		return l.EntryCost != 0 || l.HolderNAV != l.NAV
	})
	if costs {
		t.Columns = append(t.Columns, Column{Name: "entry cost", Percent: true},
			Column{Name: "exit cost", Percent: true}, Column{Name: "holder's NAV"})
	}
	rows(r, func(token string, latency time.Duration, l *assess.ReplayedLife) {
		var late, at any
		if l != &r.Held {
			late = latency
		}
		if when, ok := r.FirstLiquidation(&l.Lifetime); ok {
			at = when
		}
		cells := []any{token, late, l.NAV, l.OrderMatters(), l.MinNAV, l.Drawdown.Depth, l.Rebalances, l.MaxLeverage,
			l.Health, l.Liquidations, at}
		if costs {
			cells = append(cells, l.EntryCost, l.ExitCost, l.HolderNAV)
		}
		t.Add(cells...)
	})
	if r.Closes {
		t = t.without(3)
	}
	return t
}

// without is the table without a column.
func (t Table) without(column int) Table {
	t.Columns = slices.Delete(slices.Clone(t.Columns), column, column+1)
	for i, row := range t.Rows {
		t.Rows[i] = slices.Delete(slices.Clone(row), column, column+1)
	}
	return t
}

// signed2 writes a difference with its sign and two decimals.
func signed2(v float64) string {
	if math.IsNaN(v) {
		return missing
	}
	return strings.ReplaceAll(fmt.Sprintf("%+.2f", v), "-", "−")
}

// replayData are the lifetimes in full, with the columns of lifetimes that some of the tokens have.
func replayData(r *assess.Replay) Table {
	t := Table{Name: "replay", DataOnly: true, Columns: columnsOf("token", "latency_seconds", "nav_farther_first")}
	shared := slices.DeleteFunc(slices.Clone(tokens.Columns), func(c tokens.Column) bool {
		return !slices.ContainsFunc(r.Lives, func(l assess.ReplayedLife) bool { return inRecord(r, &l, c) })
	})
	for _, c := range shared {
		t.Columns = append(t.Columns, Column{Name: c.Name})
	}
	rows(r, func(token string, latency time.Duration, l *assess.ReplayedLife) {
		cells := []any{token, latency, fartherNAV(l)}
		for _, c := range shared {
			v := math.NaN()
			if inRecord(r, l, c) {
				v = c.Of(&l.Lifetime)
			}
			cells = append(cells, v)
		}
		t.Add(cells...)
	})
	return t
}

// inRecord reports whether the token of a lifetime has a column.
func inRecord(r *assess.Replay, l *assess.ReplayedLife, c tokens.Column) bool {
	token := r.Study.Token(l.Number)
	return c.Only == nil || c.Only(&token)
}

// trackingTable compares lifetimes with what traded.
func trackingTable(r *assess.Replay) Table {
	t := Table{Name: "tracking", Keys: 2, Title: "Against the closes of " + r.Traded.Name + ": correlation of " +
		"returns by bar, day and week; slope and tracking error of monthly returns; growth of the token over that " +
		"of what traded, in all, a year, and over windows of up to four years",
		Columns: []Column{{Name: "token"}, {Name: "latency_seconds", Title: "latency"},
			{Name: "bars"}, {Name: "correlation_bar", Title: "by bar"}, {Name: "correlation_day", Title: "by day"},
			{Name: "correlation_week", Title: "by week"}, {Name: "beta_month", Title: "monthly beta"},
			{Name: "tracking_error_month", Title: "monthly error", Percent: true, Format: Short3},
			{Name: "median_difference_day", Title: "median daily difference", Percent: true, Format: Short3},
			{Name: "terminal_ratio", Title: "terminal ratio"},
			{Name: "drift_year", Title: "drift a year", Percent: true, Format: signed2},
			{Name: "worst_window_ratio", Title: "worst window"}, {Name: "best_window_ratio", Title: "best window"},
			{Name: "window_years", Title: "window (years)", Format: Short3}}}
	for i := range r.Lives {
		l := &r.Lives[i]
		g := l.Tracking
		t.Add(l.Token, l.Latency, g.Bars, g.CorrelationBar, g.CorrelationDay, g.CorrelationWeek, g.BetaMonth,
			g.TrackingErrorMonth, g.MedianDifferenceDay, g.TerminalRatio, g.DriftYear, g.WorstWindowRatio,
			g.BestWindowRatio, g.WindowYears)
	}
	return t
}

// worstDaysTable has the days on which what traded fell farthest.
func worstDaysTable(r *assess.Replay) Table {
	t := Table{Title: "Days on which what traded fell farthest", PeopleOnly: true,
		Columns: []Column{{Name: "day"}, {Name: "traded", Percent: true, Format: signed2}}}
	firsts := r.Firsts()
	for _, l := range firsts {
		t.Columns = append(t.Columns, Column{Name: l.Token, Percent: true, Format: signed2})
	}
	longest := firsts[0] // a token that ended is not compared after that
	for _, l := range firsts {
		if l.Tracking.To.After(longest.Tracking.To) {
			longest = l
		}
	}
	for _, d := range longest.Tracking.WorstDays {
		cells := []any{d.Date.Format(time.DateOnly), d.Traded}
		for _, l := range firsts {
			cells = append(cells, returnOn(l.Tracking.WorstDays, d.Date))
		}
		t.Add(cells...)
	}
	return t
}

// returnOn is the token's return on a day; NaN: it had ended.
func returnOn(list []analytics.DayMove, day time.Time) float64 {
	for _, d := range list {
		if d.Date.Equal(day) {
			return d.Token
		}
	}
	return math.NaN()
}

// ledgerTable says where ln NAV came from, but for lifetimes of which nothing is left.
func ledgerTable(r *assess.Replay) Table {
	t := Table{PeopleOnly: true, Keys: 2, Title: "Where the growth came from (ln NAV, in %; in full in replay.csv)",
		Columns: []Column{{Name: "token"}, {Name: "latency"}, {Name: "ln NAV", Percent: true, Format: signed2}}}
	var items []int
	for i, name := range tokens.ItemNames {
		if slices.ContainsFunc(r.Lives, func(l assess.ReplayedLife) bool { return l.Logs[i] != 0 }) {
			items = append(items, i)
			t.Columns = append(t.Columns,
				Column{Name: strings.ReplaceAll(name, "_", " "), Percent: true, Format: signed2})
		}
	}
	for i := range r.Lives {
		l := &r.Lives[i]
		cells := []any{l.Token, l.Latency, fmath.Log(l.NAV)}
		for _, i := range items {
			v := l.Logs[i]
			if l.NAV == 0 {
				v = math.NaN()
			}
			cells = append(cells, v)
		}
		if l.NAV == 0 {
			cells[2] = math.NaN()
		}
		t.Add(cells...)
	}
	return t
}

// yearsTable has the returns of calendar years, at the first latency.
func yearsTable(r *assess.Replay) Table {
	t := Table{Title: "Returns by year; the first and the last may be cut", PeopleOnly: true,
		Columns: []Column{{Name: "year"}, {Name: underlyingName, Percent: true, Format: signed2}}}
	firsts := r.Firsts()
	for _, l := range firsts {
		t.Columns = append(t.Columns, Column{Name: l.Token, Percent: true, Format: signed2})
	}
	for _, y := range r.Held.Years {
		cells := []any{y.Start.Format("2006"), y.Return}
		for _, l := range firsts {
			cells = append(cells, returnIn(l.Years, y.Start))
		}
		t.Add(cells...)
	}
	return t
}

// returnIn is the return of the period that starts at a time; NaN: the token had ended.
func returnIn(list []analytics.PeriodReturn, start time.Time) float64 {
	for _, p := range list {
		if p.Start.Equal(start) {
			return p.Return
		}
	}
	return math.NaN()
}

// monthsTable has the returns of the months of a token, a row for each year.
func monthsTable(l *assess.ReplayedLife) Table {
	t := Table{Title: fmt.Sprintf("%s, latency %s: returns by month (%%)", l.Token,
		param.FormatSeconds(l.Latency.Seconds())), PeopleOnly: true, Columns: []Column{{Name: "year"}}}
	for m := time.January; m <= time.December; m++ {
		t.Columns = append(t.Columns, Column{Name: m.String()[:3], Format: func(v float64) string {
			if math.IsNaN(v) {
				return missing
			}
			return strings.ReplaceAll(fmt.Sprintf("%+.1f", 100*v), "-", "−")
		}})
	}
	var years []int
	for _, m := range l.Months {
		if y := m.Start.Year(); !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	for _, y := range years {
		cells := []any{fmt.Sprint(y)}
		for m := time.January; m <= time.December; m++ {
			cells = append(cells, returnIn(l.Months, time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)))
		}
		t.Add(cells...)
	}
	return t
}

// calendarTable has the returns of months and years of all lifetimes.
func calendarTable(r *assess.Replay) Table {
	t := Table{Name: "calendar", DataOnly: true,
		Columns: columnsOf("token", "latency_seconds", "period", "start", "return")}
	rows(r, func(token string, latency time.Duration, l *assess.ReplayedLife) {
		for _, p := range l.Months {
			t.Add(token, latency, "month", p.Start.Format(time.DateOnly), p.Return)
		}
		for _, p := range l.Years {
			t.Add(token, latency, "year", p.Start.Format(time.DateOnly), p.Return)
		}
	})
	return t
}

// mostShown is how many drawdowns of each token people see.
const mostShown = 5

// drawdownsTable has the deepest falls with their dates: for people at the first latency, for files of
// all lifetimes.
func drawdownsTable(r *assess.Replay, most int, people bool) Table {
	t := Table{Name: "drawdowns", DataOnly: !people, PeopleOnly: people, Keys: 2,
		Title: "Deepest drawdowns, at the ends of bars",
		Columns: []Column{{Name: "token"}, {Name: "latency_seconds", Title: "latency"},
			{Name: "depth", Percent: true, Format: Short3},
			{Name: "peak"}, {Name: "trough"}, {Name: "recovered"}}}
	firsts := r.Firsts()
	rows(r, func(token string, latency time.Duration, l *assess.ReplayedLife) {
		if people && l != &r.Held && !slices.Contains(firsts, l) {
			return
		}
		for _, d := range l.Drawdowns[:min(most, len(l.Drawdowns))] {
			var back any
			if d.Recovered >= 0 {
				back = r.Time(d.Recovered)
			}
			t.Add(token, latency, d.Depth, r.Time(d.Peak), r.Time(d.Trough), back)
		}
	})
	return t
}

// rollingTable has the least, median and greatest return over windows of some lengths.
func rollingTable(r *assess.Replay) Table {
	t := Table{Name: "rolling", Keys: 3, Title: "Returns over every window of some days, from the end of each day",
		Columns: []Column{{Name: "token"}, {Name: "latency_seconds", Title: "latency"},
			{Name: "days"}, {Name: "windows"},
			{Name: "least", Percent: true, Format: signed2}, {Name: "least_from", Title: "from"},
			{Name: "median", Percent: true, Format: signed2}, {Name: "median_from", Title: "from"},
			{Name: "greatest", Percent: true, Format: signed2}, {Name: "greatest_from", Title: "from"}}}
	rows(r, func(token string, latency time.Duration, l *assess.ReplayedLife) {
		for _, w := range l.Rolling {
			t.Add(token, latency, w.Days, w.Windows, w.Least.Return, w.Least.From.Format(time.DateOnly),
				w.Median.Return, w.Median.From.Format(time.DateOnly),
				w.Greatest.Return, w.Greatest.From.Format(time.DateOnly))
		}
	})
	return t
}

// ReplayNotes say what a replay assumed of latencies, and what an index capped.
func ReplayNotes(r *assess.Replay) (notes []string) {
	if c := r.Capped; c.Bars > 0 {
		notes = append(notes, fmt.Sprintf("the index capped %s, the farthest from it at %s: %s was capped to %s",
			Count(c.Bars, "bar"), Minute(c.Farthest), Short(c.From), Short(c.To)))
	}
	if n := r.Capped.Unknown; n > 0 {
		notes = append(notes, fmt.Sprintf("the index has no bar for %s, which stay as they are", Count(n, "bar")))
	}
	step := param.FormatSeconds(r.History.Step.Seconds())
	if r.Closes {
		return append(notes, "at closes only, looks and trades come at the end of a bar: "+
			"latencies are rounded up to whole bars of "+step)
	}
	for _, l := range r.Lives {
		if l.Latency > 0 && l.Latency < r.History.Step {
			notes = append(notes, "latencies shorter than a bar of "+step+
				" rest on the order of prices assumed inside a bar")
			break
		}
	}
	return notes
}
