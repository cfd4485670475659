package report

import (
	"fmt"
	"strings"
	"time"

	"mcrisk/assess"
)

// Stress is what named windows of a price history did to tokens; sha256 is the hash of its file.
func Stress(all []assess.StressReplay, sha256 string, p Provenance) Document {
	d := Document{Data: stressJSON(all, sha256), Blocks: []Block{
		Text("Tokens begin each window at their target. Net asset values and the underlying are relative to its " +
			"start."),
		stressTable(all, true), stressTable(all, false)}}
	for _, w := range all {
		if w.Replay == nil {
			d.Blocks = append(d.Blocks, Note(fmt.Sprintf("%s (%s to %s) is not covered: %s", w.Name,
				w.Since.Format(time.DateOnly), w.Until.Format(time.DateOnly), w.Reason)))
			continue
		}
		if w.Uncompared != "" {
			d.Blocks = append(d.Blocks,
				Note(fmt.Sprintf("%s is not compared with what traded: %s", w.Name, w.Uncompared)))
		}
		if w.Traded != nil {
			t := trackingTable(w.Replay)
			t.Title, t.PeopleOnly = w.Name+": against"+strings.TrimPrefix(t.Title, "Against"), true
			d.Blocks = append(d.Blocks, t)
		}
		for _, f := range replayFigures(w.Replay) {
			if f, ok := f.(Figure); ok {
				f.Name = w.Name + "-" + f.Name
				d.Blocks = append(d.Blocks, f)
			}
		}
	}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// stressTable has a row for each window, token and latency.
func stressTable(all []assess.StressReplay, people bool) Table {
	t := Table{Name: "stress", Keys: 3, PeopleOnly: people, DataOnly: !people, Columns: []Column{{Name: "window"},
		{Name: "token"}, {Name: "latency_seconds", Title: "latency"}, {Name: "underlying"}, {Name: "nav", Title: "NAV"},
		{Name: "nav_farther_first", Title: "other order"}, {Name: "max_drawdown", Title: "deepest fall", Percent: true},
		{Name: "health", Title: "least health"}, {Name: "max_leverage", Title: "greatest leverage"},
		{Name: "rebalances", Title: "trades"}, {Name: "liquidations"}}}
	for _, w := range all {
		if w.Replay == nil {
			continue
		}
		for i := range w.Lives {
			l := &w.Lives[i]
			t.Add(w.Name, l.Token, l.Latency, w.Held.NAV, l.NAV, fartherNAV(l), l.Drawdown.Depth, l.Health,
				l.MaxLeverage, l.Rebalances, l.Liquidations)
		}
	}
	return t
}

func stressJSON(all []assess.StressReplay, sha256 string) object {
	list := []object{}
	for _, w := range all {
		o := object{{"name", w.Name}, {"what", w.What}, {"since", w.Since.Format(time.DateOnly)},
			{"until", w.Until.Format(time.DateOnly)}, {"covered", w.Replay != nil}}
		if w.Replay == nil {
			o = append(o, member{"reason", w.Reason})
		} else {
			o = append(o, replayJSON(w.Replay, sha256)[1:]...)
		}
		list = append(list, o)
	}
	return object{{"sha256", sha256}, {"windows", list}}
}
