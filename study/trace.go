package study

import (
	"mcrisk/block"
	"mcrisk/tokens"
)

// Tell runs one path of one of the spec's tokens and tells every event of it, in
// order. The lifetime has the same bits as in the ensemble.
func Tell(spec Spec, token, path int, tell func(tokens.Event)) (tokens.Lifetime, error) {
	spec, err := spec.Complete()
	if err != nil {
		return tokens.Lifetime{}, err
	}
	r, err := newRunner(spec)
	if err != nil {
		return tokens.Lifetime{}, err
	}
	k, w := r.kernels[token], r.generator.NewWalker()
	l := k.BeginTraced(tell)
	w.Begin(uint64(path / block.Lanes))
	for b := w.Next(); b != nil; b = w.Next() {
		k.Advance(b, r.follows[token], &l, path%block.Lanes, 0, b.Len)
	}
	return k.Finish(&l, spec.Horizon), nil
}

// Trace is Tell with the events kept.
func Trace(spec Spec, token, path int) (life tokens.Lifetime, events []tokens.Event, err error) {
	life, err = Tell(spec, token, path, func(e tokens.Event) { events = append(events, e) })
	return life, events, err
}
