package report

import (
	"fmt"
	"slices"
	"time"

	"mcrisk/assess"
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
	d := Document{Data: replayJSON(r, sha256), Blocks: []Block{Text(text), replayTable(r), replayData(r)}}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// underlyingName is the name in the underlying's own row.
const underlyingName = "underlying"

// rows calls add for the underlying and then for each token's lifetime.
func rows(r *assess.Replay, add func(token string, latency time.Duration, life *tokens.Lifetime)) {
	add(underlyingName, 0, &r.Held)
	for i := range r.Lives {
		l := &r.Lives[i]
		add(l.Token, l.Latency, &l.Lifetime)
	}
}

// replayTable is the lifetimes for people, with what the holder of a token pays if that is anything.
func replayTable(r *assess.Replay) Table {
	t := Table{PeopleOnly: true, Keys: 2, Columns: []Column{
		{Name: "token"}, {Name: "latency"}, {Name: "final NAV"},
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
	rows(r, func(token string, latency time.Duration, l *tokens.Lifetime) {
		var late, at any
		if l != &r.Held {
			late = latency
		}
		if when, ok := r.FirstLiquidation(l); ok {
			at = when
		}
		cells := []any{token, late, l.NAV, l.MinNAV, l.Drawdown.Depth, l.Rebalances, l.MaxLeverage, l.Health,
			l.Liquidations, at}
		if costs {
			cells = append(cells, l.EntryCost, l.ExitCost, l.HolderNAV)
		}
		t.Add(cells...)
	})
	return t
}

// replayData are the lifetimes in full, with the columns of lifetimes.
func replayData(r *assess.Replay) Table {
	t := Table{Name: "replay", DataOnly: true, Columns: columnsOf("token", "latency_seconds")}
	for _, c := range tokens.Columns {
		t.Columns = append(t.Columns, Column{Name: c.Name})
	}
	rows(r, func(token string, latency time.Duration, l *tokens.Lifetime) {
		cells := []any{token, latency}
		for _, c := range tokens.Columns {
			cells = append(cells, c.Of(l))
		}
		t.Add(cells...)
	})
	return t
}

// replayJSON has the names that scripts rely on.
func replayJSON(r *assess.Replay, sha256 string) any {
	type life struct {
		Token   string             `json:"token"`
		Latency float64            `json:"latency_seconds"`
		Values  map[string]*Number `json:"values"`
	}
	all := struct {
		SHA256 string    `json:"sha256"`
		Bars   int       `json:"bars"`
		Step   float64   `json:"step_seconds"`
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Closes bool      `json:"closes_only"`
		Lives  []life    `json:"lives"`
	}{sha256, len(r.History.Bars), r.History.Step.Seconds(), r.From(), r.To(), r.Closes, nil}
	rows(r, func(token string, latency time.Duration, l *tokens.Lifetime) {
		values := map[string]*Number{}
		for _, c := range tokens.Columns {
			values[c.Name] = Existing(c.Of(l))
		}
		all.Lives = append(all.Lives, life{token, latency.Seconds(), values})
	})
	return all
}

// ReplayNotes say what a replay assumed of latencies.
func ReplayNotes(r *assess.Replay) (notes []string) {
	step := param.FormatSeconds(r.History.Step.Seconds())
	if r.Closes {
		return []string{"at closes only, looks and trades come at the end of a bar: " +
			"latencies are rounded up to whole bars of " + step}
	}
	for _, l := range r.Lives {
		if l.Latency > 0 && l.Latency < r.History.Step {
			return []string{"latencies shorter than a bar of " + step +
				" rest on the order of prices assumed inside a bar"}
		}
	}
	return nil
}
