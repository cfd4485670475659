package study

import (
	"context"
	"fmt"

	"mcrisk/models"
	"mcrisk/tokens"
)

// A Cell is a study with one parameter at one value.
type Cell struct {
	Spec      Spec
	Value     float64
	Ensembles []tokens.Ensemble // of the spec's tokens, in order
}

// Sweep runs a spec with one parameter at each of several values, and returns
// the spec's own cell first. All cells live on the same paths: of one run if
// the parameter is the token's, of runs with the same random numbers if it is
// the model's. So differences between cells are paired path by path. With
// names, only those columns are kept.
func Sweep(ctx context.Context, spec Spec, name string, values []float64, opt Options, names []string) (own Cell, cells []Cell, err error) {
	if spec, err = spec.Complete(); err != nil {
		return own, nil, err
	}
	spec.Marks = 0
	own.Spec = spec
	for _, v := range values {
		s, err := spec.With(name, v)
		if err != nil {
			return own, nil, err
		}
		if s, err = s.Complete(); err != nil {
			return own, nil, fmt.Errorf("%s = %v: %w", name, v, err)
		}
		cells = append(cells, Cell{Spec: s, Value: v})
	}
	all := append([]*Cell{&own}, pointers(cells)...)
	if k, err := models.Registry.Kind(spec.Model.Kind); err == nil && has(k.Params, name) {
		for i, c := range all {
			one := opt
			if opt.Progress != nil {
				one.Progress = func(done, total int) { opt.Progress(i*total+done, len(all)*total) }
			}
			if c.Ensembles, err = Ensembles(ctx, c.Spec, one, names); err != nil {
				return own, nil, err
			}
		}
		return own, cells, nil
	}
	// One run of every cell's tokens, each under a name of its own.
	joint := spec
	joint.Tokens = nil
	for i, c := range all {
		for _, t := range c.Spec.Tokens {
			t.Name = fmt.Sprintf("%s/%d", t.Name, i)
			joint.Tokens = append(joint.Tokens, t)
		}
	}
	ensembles, err := Ensembles(ctx, joint, opt, names)
	if err != nil {
		return own, nil, err
	}
	n := len(spec.Tokens)
	for i, c := range all {
		c.Ensembles = ensembles[i*n : (i+1)*n]
		for j := range c.Ensembles {
			c.Ensembles[j].Token.Name = spec.Tokens[j].Name
		}
	}
	return own, cells, nil
}

func pointers(cells []Cell) []*Cell {
	ps := make([]*Cell, len(cells))
	for i := range cells {
		ps[i] = &cells[i]
	}
	return ps
}

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
