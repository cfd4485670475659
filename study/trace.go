package study

import "mcrisk/tokens"

// Trace runs one path of one of the spec's tokens and returns its lifetime,
// with the same bits as in the ensemble, and every event of it.
func Trace(spec Spec, token, path int) (tokens.Lifetime, []tokens.Event, error) {
	spec, err := spec.Complete()
	if err != nil {
		return tokens.Lifetime{}, nil, err
	}
	r, err := newRunner(spec)
	if err != nil {
		return tokens.Lifetime{}, nil, err
	}
	life, events := r.kernels[token].Trace(r.path(path, token))
	return life, events, nil
}
