package study

import (
	"fmt"

	"mcrisk/paths"
	"mcrisk/tokens"
)

// ReplayOptions say how a price history is replayed, and what is kept of it.
type ReplayOptions struct {
	Closes     bool // see closes only
	BothOrders bool // bars go over their farther extreme first as well, in lifetimes of their own
	Track      bool // keep what each token was after every step
	Events     bool // keep events of tokens
}

// A Replayed is the result of a replay of a price history.
type Replayed struct {
	Underlying tokens.MarketLife // record of the price
	Held       tokens.Lifetime   // of one unit of equity in the underlying, bought at the first open and kept, free
	Lives      []tokens.Lifetime // by token

	// FartherFirst are the lifetimes, by token, with the farther extreme of every bar first and then the
	// nearer one, which nobody knows; nil unless asked for, and at closes.
	FartherFirst []tokens.Lifetime

	Prices []float64       // of the underlying after every step, relative to the first open; nil unless asked for
	Tracks []Track         // by token; nil unless asked for
	Events []tokens.Events // by token, but for carry, price and fee, which every step has; nil unless asked for
}

// A Track is a token after every step of a history, missing bars included.
type Track struct {
	Marks   []tokens.Mark
	Borrow  []Level // rate a year that a lender asked, by step; nil: the venue has none
	Funding []Level // rate a year that longs paid; nil: the venue has none
}

// A Level is a rate from a step on, until the next.
type Level = paths.Level

// Replay runs tokens through a price history, from the open of its first bar to
// the close of its last, each by itself. Within a bar the path is open, nearer extreme,
// farther extreme, close. With closes only, by request or because the history has no
// others, the price is seen at the end of each bar. Over missing bars the price stands
// still, and then jumps to the next open. Rates and costs are constants of the tokens; see
// [ReplayDated] for others.
//
// Outages of keepers are drawn with simulated paths, and a history has none: a token
// whose keeper has outages is an error.
func Replay(ts []tokens.Token, h *paths.History, closes bool) (*Replayed, error) {
	var constant []Dated
	for _, t := range ts {
		constant = append(constant, Dated{Token: t})
	}
	return ReplayDated(constant, h, ReplayOptions{Closes: closes})
}

// ReplayDated is [Replay] of tokens whose rates, gas or impact may be dated series, and whose
// numbers may change. A bar pays the mean of a rate over it, and the payments whose stamps are in it,
// on what is held at its start. Bars that a series does not reach are an error, unless it holds.
// Changes take effect at the start of the first bar that does not begin before them.
func ReplayDated(ts []Dated, h *paths.History, o ReplayOptions) (*Replayed, error) {
	if _, err := paths.NewGrid(h.Span(), h.Step); err != nil {
		return nil, fmt.Errorf("study: %s: %w", h.Name, err)
	}
	p, err := pathOf(h, o.Closes || h.ClosesOnly)
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	k, err := tokens.Compile(underlying, h.Step)
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	r := &Replayed{Lives: make([]tokens.Lifetime, len(ts))}
	var marks []tokens.Mark
	if o.Track {
		marks = make([]tokens.Mark, len(p.Bars))
		r.Held = k.LiveMarked(p, marks)
		r.Prices, r.Tracks = make([]float64, len(marks)), make([]Track, len(ts))
		for i := range marks {
			r.Prices[i] = marks[i].NAV
		}
	} else {
		r.Held = k.Live(p)
	}
	if o.Events {
		r.Events = make([]tokens.Events, len(ts))
	}
	r.Underlying = marketOf(p, &r.Held)
	for i, d := range ts {
		t := &d.Token
		if t.Keeper.Outage.Rate > 0 {
			return nil, fmt.Errorf("study: %s has a keeper with outages, %v a year; want none on a price history",
				t.Name, t.Keeper.Outage.Rate)
		}
		k, err := d.kernel(h, len(p.Bars))
		if err != nil {
			return nil, fmt.Errorf("study: %s: %w", t.Name, err)
		}
		if o.Track {
			if i > 0 { // the first has the place of what was held
				marks = make([]tokens.Mark, len(p.Bars))
			}
			r.Tracks[i] = Track{marks, d.charged("borrow", h, len(marks)), d.charged("funding", h, len(marks))}
		}
		if o.Events {
			r.Lives[i], r.Events[i] = k.TraceTrades(p, marks)
		} else {
			r.Lives[i] = k.LiveMarked(p, marks)
		}
		if o.BothOrders && p.Extremes {
			other := p
			other.FartherFirst = true
			r.FartherFirst = append(r.FartherFirst, k.Live(other))
		}
	}
	return r, nil
}

// underlying is a token that holds the underlying: no debt and no trades.
var underlying = tokens.Token{
	Name: "underlying", Target: 1, Policy: tokens.Hold{}, Mechanism: tokens.Loan{Threshold: 0.5}, AUM: 1,
}

// marketOf is the record of a path's price. Its drawdown inside bars is that of a token
// that holds the underlying.
func marketOf(p tokens.Path, held *tokens.Lifetime) tokens.MarketLife {
	m := tokens.MarketLife{Price: held.NAV, Drawdown: held.Drawdown}
	for _, b := range p.Bars {
		r := b.Gap + b.Move
		m.LogPrice += r
		m.QV += float64(r * r)
	}
	return m
}

// pathOf is a history as a path, from the open of its first bar.
func pathOf(h *paths.History, closes bool) (tokens.Path, error) {
	p := tokens.Path{Step: h.Step, Extremes: !closes}
	steps, err := h.Steps()
	if err != nil {
		return p, err
	}
	p.Bars = make([]tokens.Bar, 0, h.Span()/h.Step)
	for b := range steps {
		bar := tokens.Bar{Move: b.Close}
		if !closes {
			bar = tokens.Bar{Gap: b.Gap, Move: b.Move, Lo: b.Lo, Hi: b.Hi}
		}
		p.Bars = append(p.Bars, bar)
	}
	return p, nil
}
