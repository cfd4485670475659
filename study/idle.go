package study

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/tokens"
)

// numbers are those of one part of a spec.
type numbers struct {
	of      string // begins errors about them
	params  []param.Param
	values  *param.Values
	changes []Change // of the token
}

// numbers are all of the spec's, part by part. An unknown kind is for New to report.
func (s *Spec) numbers() (all []numbers) {
	all = append(all, numbersOf("model: ", &models.Registry, &s.Model))
	for i := range s.Others {
		u := &s.Others[i]
		all = append(all, numbersOf("underlying "+u.Name+": model: ", &models.Registry, &u.Model))
	}
	for i := range s.Tokens {
		t := &s.Tokens[i]
		of := "token " + t.Name + ": "
		for _, n := range []numbers{
			{of: of, params: tokens.Params, values: &t.Values},
			numbersOf(of, &tokens.Policies, &t.Policy),
			numbersOf(of, &tokens.Mechanisms, &t.Mechanism),
			numbersOf(of, &rates.Registry, &t.Rates),
		} {
			n.changes = t.Changes
			all = append(all, n)
		}
	}
	return all
}

func numbersOf[T any](of string, r *param.Registry[T], p *param.Part) numbers {
	k, _ := r.Kind(p.Kind)
	return numbers{of: of, params: k.Params, values: &p.Values}
}

// on reports whether a number is not zero, now or after a change.
func (n numbers) on(name string) bool {
	v, ok := among(n.params, *n.values, name)
	return ok && v != 0 || ok && slices.ContainsFunc(n.changes, func(c Change) bool {
		return c.Name == name && c.Value != 0
	})
}

// idle are the given numbers that do not count, as what they count with is zero.
func (n numbers) idle() (qs []param.Param) {
	for _, q := range n.params {
		if _, given := (*n.values)[q.Name]; given && q.Dependent() && !n.on(q.With) {
			qs = append(qs, q)
		}
	}
	return qs
}

// Uses reports whether a number is not zero somewhere in the spec.
func (s Spec) Uses(name string) bool {
	return slices.ContainsFunc(s.numbers(), func(n numbers) bool { return n.on(name) })
}

// WithoutIdle is the spec without those of its numbers that do not count, see [param.Param.With], and that
// are to be dropped.
func (s Spec) WithoutIdle(drop func(param.Param) bool) Spec {
	s.Tokens, s.Others = slices.Clone(s.Tokens), slices.Clone(s.Others)
	for _, n := range s.numbers() {
		for _, q := range n.idle() {
			if drop(q) {
				*n.values = maps.Clone(*n.values)
				delete(*n.values, q.Name)
			}
		}
	}
	return s
}

// CheckIdle reports numbers that are given, that change or that axes sweep over, but do not count, as what they
// count with is zero, see [param.Param.With]. A sweep may still set it: axes are the names of what it sweeps over.
// New does not call it, as it knows of no sweep.
func (s Spec) CheckIdle(axes ...string) error {
	var faults []error
	for _, n := range s.numbers() {
		for _, q := range n.idle() {
			if !slices.Contains(axes, q.With) {
				faults = append(faults, fmt.Errorf("%s%s = %s %w", n.of, q.Name, q.Format((*n.values)[q.Name]),
					without(n.params, q)))
			}
		}
		for _, q := range n.params {
			changes := slices.ContainsFunc(n.changes, func(c Change) bool { return c.Name == q.Name })
			if changes && q.Dependent() && !n.on(q.With) && !slices.Contains(axes, q.With) {
				faults = append(faults, fmt.Errorf("%s%s changes %w", n.of, q.Name, without(n.params, q)))
			}
		}
	}
	all := s.params()
	for _, name := range axes {
		i := slices.IndexFunc(all, func(q param.Param) bool { return q.Name == name })
		if i < 0 || !all[i].Dependent() || slices.Contains(axes, all[i].With) || s.Uses(all[i].With) {
			continue
		}
		faults = append(faults, fmt.Errorf("%s is swept %w", name, without(all, all[i])))
	}
	return errors.Join(faults...)
}

// without is that a number lacks what it counts with, which is among the same parameters.
func without(params []param.Param, q param.Param) error {
	with := q.With
	if i := slices.IndexFunc(params, func(o param.Param) bool { return o.Name == q.With }); len(params[i].Choices) > 1 {
		with += "=" + params[i].Choices[1]
	}
	return fmt.Errorf("without %s, with which alone it counts; want both or neither", with)
}
