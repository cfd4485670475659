package assess

import (
	"mcrisk/analytics"
	"mcrisk/paths"
	"mcrisk/tokens"
)

// Against compares the net asset value of a token that was replayed on a history, by its marks after every
// step as [study.ReplayDated] keeps them, with the closes of what traded, at ends of bars that both histories
// have: where a bar is missing the price is not known. It lists at most so many of the days on which what
// traded fell farthest. See [analytics.Against] for the numbers and errors.
func Against(h *paths.History, marks []tokens.Mark, traded *paths.History,
	worstDays int) (*analytics.Tracking, error) {
	var nav, closes analytics.Dated
	for _, b := range h.Bars {
		nav.Times = append(nav.Times, b.Start.Add(h.Step))
		nav.Values = append(nav.Values, marks[b.Start.Sub(h.Bars[0].Start)/h.Step].NAV)
	}
	for _, b := range traded.Bars {
		closes.Times, closes.Values = append(closes.Times, b.Start.Add(traded.Step)), append(closes.Values, b.Close)
	}
	return analytics.Against(nav, closes, worstDays)
}

// meet says that two ends of bars are of both histories.
func meet(a, b *paths.History) bool {
	n, i := 0, 0
	for _, bar := range a.Bars {
		at := bar.Start.Add(a.Step)
		for i < len(b.Bars) && b.Bars[i].Start.Add(b.Step).Before(at) {
			i++
		}
		if i < len(b.Bars) && b.Bars[i].Start.Add(b.Step).Equal(at) {
			n++
		}
	}
	return n > 1
}
