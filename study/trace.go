package study

import (
	"cmp"
	"context"
	"time"

	"mcrisk/block"
	"mcrisk/models"
	"mcrisk/tokens"
)

// An Event is something that happened to a token, and where it left it.
type Event = tokens.Event

// EventNames are the names of events.
var EventNames = []string{"start", "carry", "price", "edge", "order", "rebalance", "no trade",
	"fee", "liquidation", "deleveraged", "closed", "stop", "wipe-out"}

// Observe runs one path of one of the study's tokens and tells every event of it, in
// order. The lifetime has the same bits as in the ensemble. An error of observe ends it
// within 64 steps, and so does the end of the context.
func Observe(ctx context.Context, s *Study, token, path int, observe func(tokens.Event) error,
) (tokens.Lifetime, error) {
	r, err := newRunner(s)
	if err != nil {
		return tokens.Lifetime{}, err
	}
	var fault error
	k, w := r.kernels[token], r.generator.NewWalker()
	l := k.BeginTraced(func(e tokens.Event) {
		if fault == nil {
			fault = observe(e)
		}
	})
	w.Begin(uint64(path / block.Lanes))
	for b := w.Next(); b != nil; b = w.Next() {
		if err := cmp.Or(fault, ctx.Err()); err != nil {
			return tokens.Lifetime{}, err
		}
		k.Advance(b, r.follows[token], &l, path%block.Lanes, 0, b.Len)
	}
	return k.Finish(&l, s.spec.Horizon), fault
}

// Began is where in its history a path begins, for a model that draws from one: the start of
// the bar, and the number of bars of its first block. It reports false for others.
func Began(s *Study, token, path int) (at time.Time, bars int, ok bool) {
	m, ok := s.ModelOf(token).(models.Resampler)
	if !ok || s.spec.History == nil {
		return at, 0, false
	}
	bar, bars := m.First(s.spec.Seed, uint64(path), s.follow[token])
	return s.spec.History.Time(bar), bars, true
}

// Trace is Observe with the events kept, of which there may be any number.
func Trace(ctx context.Context, s *Study, token, path int) (life tokens.Lifetime, events []tokens.Event, err error) {
	life, err = Observe(ctx, s, token, path, func(e tokens.Event) error {
		events = append(events, e)
		return nil
	})
	return life, events, err
}
