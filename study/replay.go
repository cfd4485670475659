package study

import (
	"fmt"
	"iter"
	"time"

	"mcrisk/internal/prefault"
	"mcrisk/models"
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
	bars, err := h.Steps()
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	k, err := tokens.Compile(underlying, h.Step)
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	steps := int(h.Span() / h.Step)
	closes := o.Closes || h.ClosesOnly
	r := &Replayed{}
	if o.Track {
		r.Prices = prefault.Slice(make([]float64, 0, steps+1)) // with room for that of the start
		r.Tracks = make([]Track, len(ts))
	}
	if o.Events {
		r.Events = make([]tokens.Events, len(ts))
	}
	held, lives, others := k.Start(), make([]*tokens.Life, len(ts)), []*tokens.Life(nil)
	for i, d := range ts {
		t := &d.Token
		if t.Keeper.Outage.Rate > 0 {
			return nil, fmt.Errorf("study: %s has a keeper with outages, %v a year; want none on a price history",
				t.Name, t.Keeper.Outage.Rate)
		}
		if t.Stress.Outs() {
			return nil, fmt.Errorf("study: %s has a keeper with outages under stress, %v a year; want none on a price "+
				"history: stress-outage-rate 0", t.Name, t.Stress.OutageRate)
		}
		k, err := d.kernel(h, steps)
		if err != nil {
			return nil, fmt.Errorf("study: %s: %w", t.Name, err)
		}
		if o.Track {
			r.Tracks[i] = Track{prefault.Slice(make([]tokens.Mark, steps)),
				d.charged("borrow", h, steps), d.charged("funding", h, steps)}
		}
		if o.Events {
			lives[i] = k.StartTraced(&r.Events[i])
		} else {
			lives[i] = k.Start()
		}
		if o.BothOrders && !closes {
			others = append(others, k.Start())
		}
	}

	done, room := 0, make([]tokens.Mark, stepsOfPart)
	for p := range partsOf(bars, h.Step, !closes) {
		for _, b := range p.Bars {
			move := b.Gap + b.Move
			r.Underlying.LogPrice += move
			r.Underlying.QV += float64(move * move)
		}
		var marks []tokens.Mark
		if o.Track {
			marks = room[:len(p.Bars)]
		}
		held.Live(p, marks)
		for _, m := range marks {
			r.Prices = append(r.Prices, m.NAV)
		}
		for i, l := range lives {
			if o.Track {
				marks = r.Tracks[i].Marks[done : done+len(p.Bars)]
			}
			l.Live(p, marks)
		}
		done += len(p.Bars)
		if len(others) > 0 {
			p.FartherFirst = true
			p.Prepare()
		}
		for _, l := range others {
			l.Live(p, nil)
		}
	}

	r.Held = held.End()
	// The drawdown of the price inside bars is that of a token that holds the underlying.
	r.Underlying.Price, r.Underlying.Drawdown = r.Held.NAV, r.Held.Drawdown
	for _, l := range lives {
		r.Lives = append(r.Lives, l.End())
	}
	for _, l := range others {
		r.FartherFirst = append(r.FartherFirst, l.End())
	}
	return r, nil
}

// underlying is a token that holds the underlying: no debt and no trades.
var underlying = tokens.Token{
	Name: "underlying", Target: 1, Policy: tokens.Hold{}, Mechanism: tokens.Loan{Threshold: 0.5}, AUM: 1,
}

// stepsOfPart is how many bars a part has.
const stepsOfPart = 128

// partsOf are the bars as parts of a path, through each of which all tokens live before the next: it stays in
// the processor's caches, and what all tokens make of a bar is made once. Each part is overwritten by the next.
func partsOf(bars iter.Seq[models.Bar], step time.Duration, extremes bool) iter.Seq[tokens.Path] {
	return func(yield func(tokens.Path) bool) {
		p := tokens.Path{Step: step, Extremes: extremes, Bars: make([]tokens.Bar, 0, stepsOfPart)}
		give := func() bool {
			p.Prepare()
			more := yield(p)
			p.Bars = p.Bars[:0]
			return more
		}
		for b := range bars {
			bar := tokens.Bar{Move: b.Close}
			if extremes {
				bar = tokens.Bar{Gap: b.Gap, Move: b.Move, Lo: b.Lo, Hi: b.Hi}
			}
			if p.Bars = append(p.Bars, bar); len(p.Bars) == stepsOfPart && !give() {
				return
			}
		}
		if len(p.Bars) > 0 {
			give()
		}
	}
}
