package assess

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mcrisk/paths"
	"mcrisk/study"
)

// A StressWindow is a named stretch of history in which markets fell fast.
type StressWindow struct {
	Name        string
	Since       time.Time // its bars start at or after
	Until       time.Time // and before
	What        string    // what happened, in a few words
	CrisisBegan time.Time // the day that figures mark
}

// StressWindows are the named windows, in order of time. They begin a few days before the crisis, so that
// a token has the leverage that it would have had.
var StressWindows = []StressWindow{
	stressWindow("covid-2020-03", "2020-03-08", "2020-03-20", "2020-03-12", "the crash of all markets in the pandemic"),
	stressWindow("may-2021", "2021-05-12", "2021-05-27", "2021-05-19", "leverage is wound down in a day"),
	stressWindow("luna-2022-05", "2022-05-04", "2022-05-18", "2022-05-09", "Terra's stablecoin fails"),
	stressWindow("ftx-2022-11", "2022-11-04", "2022-11-16", "2022-11-08", "FTX fails"),
	stressWindow("aug-2024", "2024-07-31", "2024-08-10", "2024-08-05", "carry trades in yen are wound down"),
	stressWindow("feb-2025", "2025-01-31", "2025-03-05", "2025-02-03", "tariffs, and the theft from Bybit"),
	stressWindow("oct-2025", "2025-10-08", "2025-10-18", "2025-10-10", "the largest liquidation of perpetuals"),
}

func stressWindow(name, since, until, began, what string) StressWindow {
	day := func(text string) time.Time {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			panic(err)
		}
		return t
	}
	return StressWindow{name, day(since), day(until), what, day(began)}
}

// FindWindows are the windows of a name, or all of them.
func FindWindows(name string) ([]StressWindow, error) {
	if name == "all" {
		return StressWindows, nil
	}
	var names []string
	for _, w := range StressWindows {
		if w.Name == name {
			return []StressWindow{w}, nil
		}
		names = append(names, w.Name)
	}
	return nil, fmt.Errorf("no window %q; want all, or one of %s", name, strings.Join(names, ", "))
}

// A StressReplay is the replay of one window.
type StressReplay struct {
	StressWindow
	*Replay        // nil: the history does not cover the window
	Reason  string // why not

	// Uncompared says why the tokens are not compared with what traded; empty: they are, or nothing traded.
	Uncompared string
}

// ReplayWindows runs a study's tokens through named windows of a history, each from its start. A window
// that the history does not cover from start to end is not replayed, and one in which what traded has fewer
// than two prices is not compared with it; if that is so of all of them, it is an error.
func ReplayWindows(s *study.Study, h *paths.History, windows []StressWindow, o ReplayOptions) ([]StressReplay, error) {
	var all []StressReplay
	for _, w := range windows {
		r := StressReplay{StressWindow: w}
		from, to := h.Bars[0].Start, h.Bars[len(h.Bars)-1].Start.Add(h.Step)
		part, err := h.Between(w.Since, w.Until)
		switch {
		case from.After(w.Since) || to.Before(w.Until):
			r.Reason = fmt.Sprintf("the history has %s to %s", from.Format(time.DateOnly), to.Format(time.DateOnly))
		case err != nil:
			r.Reason = "the history has no bars in it"
		default:
			seen := o
			if t := o.Traded; t != nil && !meet(part, t) {
				seen.Traded, r.Uncompared = nil, fmt.Sprintf("%s has %s to %s", t.Name,
					t.Bars[0].Start.Format(time.DateOnly), t.Bars[0].Start.Add(t.Span()).Format(time.DateOnly))
			}
			if r.Replay, err = ReplayTokens(s, part, seen); err != nil {
				return nil, fmt.Errorf("%s: %w", w.Name, err)
			}
		}
		all = append(all, r)
	}
	if !slices.ContainsFunc(all, func(r StressReplay) bool { return r.Replay != nil }) {
		return nil, fmt.Errorf("assess: %s covers none of the windows asked for: %s (%s to %s), %s",
			h.Name, all[0].Name, all[0].Since.Format(time.DateOnly), all[0].Until.Format(time.DateOnly), all[0].Reason)
	}
	if o.Traded != nil && !slices.ContainsFunc(all, func(r StressReplay) bool {
		return r.Replay != nil && r.Uncompared == ""
	}) {
		first := all[slices.IndexFunc(all, func(r StressReplay) bool { return r.Replay != nil })]
		return nil, fmt.Errorf("assess: what traded has fewer than two prices in every window that %s covers: %s",
			h.Name, first.Uncompared)
	}
	return all, nil
}
