package assess

import (
	"fmt"
	"time"

	"mcrisk/analytics"
	"mcrisk/fmath"
	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A ValidatedStatistic is a number of one lifetime that [Validate] holds against the
// simulated law of it.
type ValidatedStatistic struct {
	Name string // in JSON and CSV
	Doc  string
	// Scored says that it counts in the ranking. The log-return does not: how the
	// price grows is not forecast.
	Scored bool
	of     func(target float64, life *tokens.Lifetime, market *tokens.MarketLife) float64
}

// What lies beyond counts as this, so that every number is finite: a ruined token has
// no logarithm, and one that is nearly ruined any leverage. Ranks hardly notice.
const (
	leastNAV     = 1e-4
	mostLeverage = 100
)

// ValidatedStatistics are the numbers that [Validate] looks at.
var ValidatedStatistics = []ValidatedStatistic{
	{"decay", "ln NAV − target·ln S", true, func(target float64, l *tokens.Lifetime, m *tokens.MarketLife) float64 {
		return analytics.DecayVsPower(fmath.Log(max(l.NAV, leastNAV)), target, m.LogPrice)
	}},
	{"max_drawdown", "deepest fall of the token from an earlier peak, a fraction of the peak", true,
		func(_ float64, l *tokens.Lifetime, _ *tokens.MarketLife) float64 { return l.Drawdown.Depth }},
	{"rebalances", "trades of the token", true,
		func(_ float64, l *tokens.Lifetime, _ *tokens.MarketLife) float64 { return float64(l.Rebalances) }},
	{"max_leverage", "greatest leverage of the token, absolute value, at most 100", true,
		func(_ float64, l *tokens.Lifetime, _ *tokens.MarketLife) float64 {
			return min(l.MaxLeverage, mostLeverage)
		}},
	{"realised_variance", "sum of the squared log-returns of the price", true,
		func(_ float64, _ *tokens.Lifetime, m *tokens.MarketLife) float64 { return m.QV }},
	{"log_return", "log-return of the price", false,
		func(_ float64, _ *tokens.Lifetime, m *tokens.MarketLife) float64 { return m.LogPrice }},
}

// A WindowOutcome is what one lifetime came to.
type WindowOutcome struct {
	Values     []float64 // by ValidatedStatistics
	Liquidated bool      // at least once
	LostHalf   bool      // it ended with a loss of more than half
}

func outcomeOf(target float64, life *tokens.Lifetime, market *tokens.MarketLife) WindowOutcome {
	o := WindowOutcome{Values: make([]float64, len(ValidatedStatistics)),
		Liquidated: life.Liquidations > 0, LostHalf: life.NAV < 0.5}
	for i, s := range ValidatedStatistics {
		o.Values[i] = s.of(target, life, market)
	}
	return o
}

// A Window is a stretch of a history in which the token lived once.
type Window struct {
	File  int // number of the history
	Start time.Time
	WindowOutcome
}

// month is the calendar month in which a window begins; those of all files that begin
// in it depend on each other.
func (w Window) month() int { return 12*w.Start.Year() + int(w.Start.Month()) }

// A stretch is a part of a history, of windows that do not overlap.
type stretch struct {
	history  *paths.History
	from, to time.Time
}

// longestGap is the longest run of missing bars in a window, as a share of it.
const longestGap = 0.1

// windows are the starts of the windows of a length, one after the other from the
// first bar of the stretch, that end within it. Those that lack bars over more than a
// tenth of their length are left out, and counted.
func (s stretch) windows(length time.Duration) (parts []*paths.History, starts []time.Time, gappy int) {
	first, step := s.history.Bars[0].Start, s.history.Step
	start := first
	if wait := s.from.Sub(first); wait > 0 {
		start = first.Add((wait + step - 1) / step * step)
	}
	if end := first.Add(s.history.Span()); end.Before(s.to) {
		s.to = end
	}
	for ; !start.Add(length).After(s.to); start = start.Add(length) {
		part, err := s.history.Between(start, start.Add(length))
		if err != nil || holeIn(part, start, length) > time.Duration(longestGap*float64(length)) {
			gappy++
			continue
		}
		parts, starts = append(parts, part), append(starts, start)
	}
	return parts, starts, gappy
}

// holeIn is the longest time without a bar in a window, its ends included.
func holeIn(part *paths.History, start time.Time, length time.Duration) (longest time.Duration) {
	at := start
	for _, b := range part.Bars {
		longest = max(longest, b.Start.Sub(at))
		at = b.Start.Add(part.Step)
	}
	return max(longest, start.Add(length).Sub(at))
}

// live runs a token through the windows of a stretch, at closes. The first price that it
// sees is the open. Its keeper is never out of service there, as outages are drawn with simulated paths.
func (s stretch) live(t tokens.Token, file int, length time.Duration) (list []Window, gappy int, err error) {
	t.Keeper.Outage.Rate, t.Stress.OutageRate = 0, 0
	parts, starts, gappy := s.windows(length)
	for i, part := range parts {
		did, err := study.Replay([]tokens.Token{t}, part, true)
		if err != nil {
			return nil, 0, fmt.Errorf("window from %s: %w", starts[i].Format(time.RFC3339), err)
		}
		list = append(list, Window{file, starts[i], outcomeOf(t.Target, &did.Lives[0], &did.Underlying)})
	}
	return list, gappy, nil
}
