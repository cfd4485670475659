package study

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/tokens"
)

// HalfWidth is the name under which a band's edges are set together: to
// |target| ± the number.
var HalfWidth = param.Param{Name: "half-width", Unit: param.Leverage, Min: 0, Max: 100,
	Doc: "band: distance of both edges from the target, in leverage"}

// Param returns the description of a number of the spec: of its model, or of a token,
// its policy or its mechanism. The error for an unknown name lists the nearest ones; for
// a name that belongs to another kind it says which kind.
func (s Spec) Param(name string) (param.Param, error) {
	for _, p := range s.params() {
		if p.Name != name {
			continue
		}
		if i := slices.IndexFunc(s.Tokens, func(t TokenSpec) bool { return t.replaced(name) }); i >= 0 {
			return p, fmt.Errorf("%s of %s is drawn by rates %s; want a number of that, or rates that are constant",
				name, cmp.Or(s.Tokens[i].Name, "the token"), s.Tokens[i].Rates.Kind)
		}
		return p, nil
	}
	if of := owners(name); len(of) > 0 {
		var have []string
		if s.Model.Kind != "" {
			have = append(have, "model "+s.Model.Kind)
		}
		for _, t := range s.Tokens {
			have = append(have, "policy "+t.Policy.Kind, "mechanism "+t.Mechanism.Kind, "rates "+t.ratesKind())
		}
		return param.Param{}, fmt.Errorf("%s is a number of %s, and this study has %s",
			name, strings.Join(of, " or "), strings.Join(slices.Compact(have), ", "))
	}
	var names []string
	for _, p := range s.params() {
		names = append(names, p.Name)
	}
	if near := param.Nearest(name, names); len(near) > 0 {
		return param.Param{}, fmt.Errorf("no parameter %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	slices.Sort(names)
	return param.Param{}, fmt.Errorf("no parameter %q; this study has %s",
		name, strings.Join(slices.Compact(names), ", "))
}

// params are all the parameters of the spec.
func (s Spec) params() []param.Param {
	ps := slices.Clone(tokens.Params)
	if k, err := models.Registry.Kind(s.Model.Kind); err == nil {
		ps = append(ps, k.Params...)
	}
	for _, t := range s.Tokens {
		if k, err := tokens.Policies.Kind(t.Policy.Kind); err == nil {
			ps = append(ps, k.Params...)
		}
		if k, err := tokens.Mechanisms.Kind(t.Mechanism.Kind); err == nil {
			ps = append(ps, k.Params...)
		}
		if k, err := rates.Registry.Kind(t.ratesKind()); err == nil {
			ps = append(ps, k.Params...)
		}
		if t.Policy.Kind == "band" {
			ps = append(ps, HalfWidth)
		}
		for name, series := range t.Series {
			ps = append(ps, series.Params(name)...)
		}
	}
	return ps
}

// owners are the kinds that have a parameter.
func owners(name string) []string {
	var of []string
	of = appendOwners(of, "model", models.Registry.Kinds(), name)
	of = appendOwners(of, "policy", tokens.Policies.Kinds(), name)
	of = appendOwners(of, "mechanism", tokens.Mechanisms.Kinds(), name)
	of = appendOwners(of, "rates", rates.Registry.Kinds(), name)
	if name == HalfWidth.Name {
		of = append(of, "policy band")
	}
	return of
}

func appendOwners[T any](of []string, what string, kinds []param.Kind[T], name string) []string {
	for _, k := range kinds {
		if has(k.Params, name) {
			of = append(of, what+" "+k.Name)
		}
	}
	return of
}

func has(ps []param.Param, name string) bool {
	return slices.ContainsFunc(ps, func(p param.Param) bool { return p.Name == name })
}

// With returns the spec with a number set, in its model or in every token that
// has it.
func (s Spec) With(name string, v float64) (Spec, error) {
	p, err := s.Param(name)
	if err != nil {
		return s, err
	}
	if err := p.Check(v); err != nil {
		return s, err
	}
	if k, err := models.Registry.Kind(s.Model.Kind); err == nil && has(k.Params, name) {
		s.Model.Values = set(s.Model.Values, name, v)
		if name == models.Mu.Name && has(k.Params, "growth") { // its own is not kept then
			s.Model.Values = set(s.Model.Values, "growth", 1)
		}
	}
	s.Tokens = slices.Clone(s.Tokens)
	for i := range s.Tokens {
		s.Tokens[i] = s.Tokens[i].set(name, v)
	}
	return s, nil
}

// with is the token with a number set that it must have, in its range.
func (t TokenSpec) with(name string, v float64) (TokenSpec, error) {
	p, err := Spec{Tokens: []TokenSpec{t}}.Param(name)
	if err == nil {
		err = p.Check(v)
	}
	if err != nil {
		return t, err
	}
	return t.set(name, v), nil
}

// set sets a number of the token, of its policy or of its mechanism, if it has it, in place of a
// series.
func (t TokenSpec) set(name string, v float64) TokenSpec {
	if _, ok := t.Series[name]; ok {
		t.Series = maps.Clone(t.Series)
		delete(t.Series, name)
	}
	if of, _, ok := t.adjustment(name); ok {
		t.Series = maps.Clone(t.Series)
		s := t.Series[of]
		s.Adjust = set(s.Adjust, name, v)
		t.Series[of] = s
	}
	if has(tokens.Params, name) {
		t.Values = set(t.Values, name, v)
	}
	if k, err := tokens.Policies.Kind(t.Policy.Kind); err == nil && has(k.Params, name) {
		t.Policy.Values = set(t.Policy.Values, name, v)
	}
	if k, err := tokens.Mechanisms.Kind(t.Mechanism.Kind); err == nil && has(k.Params, name) {
		t.Mechanism.Values = set(t.Mechanism.Values, name, v)
	}
	if k, err := rates.Registry.Kind(t.ratesKind()); err == nil && has(k.Params, name) {
		t.Rates.Values = set(t.Rates.Values, name, v)
	}
	if name == HalfWidth.Name && t.Policy.Kind == "band" {
		target, _ := t.Value("target")
		target = math.Abs(target)
		t.Policy.Values = set(set(t.Policy.Values, "low", target-v), "high", target+v)
	}
	return t
}

// Value is a number of the spec by its registered name, given or default: of a token,
// its policy or its mechanism, or of the model of its underlying. The half-width of a
// band exists if both edges are equally far from the target. Value reports false if
// there is no number of that name.
func (s Spec) Value(token int, name string) (float64, bool) {
	t := s.Tokens[token]
	if v, ok := t.Value(name); ok {
		return v, true
	}
	model := s.Model
	if u := s.underlying(t); u > 0 {
		model = s.Others[u-1].Model
	}
	return valueOf(&models.Registry, model, name)
}

// Value is a number of the token, its policy or its mechanism by its registered name,
// as [Spec.Value] says.
func (t TokenSpec) Value(name string) (float64, bool) {
	if name == HalfWidth.Name {
		return t.halfWidth()
	}
	if v, ok := among(tokens.Params, t.Values, name); ok {
		return v, true
	}
	if _, v, ok := t.adjustment(name); ok {
		return v, true
	}
	if v, ok := valueOf(&tokens.Policies, t.Policy, name); ok {
		return v, true
	}
	if v, ok := valueOf(&tokens.Mechanisms, t.Mechanism, name); ok {
		return v, true
	}
	return valueOf(&rates.Registry, param.Part{Kind: t.ratesKind(), Values: t.Rates.Values}, name)
}

// halfWidth is how far both edges of a band are from the target, to within rounding.
func (t TokenSpec) halfWidth() (float64, bool) {
	if t.Policy.Kind != "band" {
		return 0, false
	}
	target, _ := t.Value("target")
	low, _ := t.Value("low")
	high, _ := t.Value("high")
	width := high - math.Abs(target)
	return width, math.Abs(math.Abs(target)-low-width) < 1e-9
}

// valueOf is a number of a part by its name, given or default.
func valueOf[T any](r *param.Registry[T], p param.Part, name string) (float64, bool) {
	k, err := r.Kind(p.Kind)
	if err != nil {
		return 0, false
	}
	return among(k.Params, p.Values, name)
}

// among is the value of one of the given parameters by its name, given or default.
func among(ps []param.Param, values param.Values, name string) (float64, bool) {
	i := slices.IndexFunc(ps, func(p param.Param) bool { return p.Name == name })
	if i < 0 {
		return 0, false
	}
	if v, ok := values[name]; ok {
		return v, true
	}
	return ps[i].Default, true
}

// set returns a copy of vs with one number set.
func set(vs param.Values, name string, v float64) param.Values {
	c := make(param.Values, len(vs)+1)
	for k, x := range vs {
		c[k] = x
	}
	c[name] = v
	return c
}
