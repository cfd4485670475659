package param

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

// Values are the named parameters of one part of a study.
type Values map[string]float64

// A Kind is one registered way of making a T out of named parameters.
type Kind[T any] struct {
	Name   string
	Doc    string // one sentence
	Params []Param
	New    func(Values) T
}

// A Registry holds the kinds of one interface. Each kind registers itself in
// its own file when the package is initialised; nothing is added afterwards.
type Registry[T any] struct{ kinds []Kind[T] }

// Register adds a kind and returns it. A name used twice is a mistake in the
// program and panics.
func (r *Registry[T]) Register(k Kind[T]) Kind[T] {
	if slices.ContainsFunc(r.kinds, func(o Kind[T]) bool { return o.Name == k.Name }) {
		panic("param: kind " + k.Name + " registered twice")
	}
	r.kinds = append(r.kinds, k)
	sort.Slice(r.kinds, func(i, j int) bool { return r.kinds[i].Name < r.kinds[j].Name })
	return k
}

// Kinds returns the registered kinds by name.
func (r *Registry[T]) Kinds() []Kind[T] { return slices.Clone(r.kinds) }

// Kind returns the kind of that name.
func (r *Registry[T]) Kind(name string) (Kind[T], error) {
	var names []string
	for _, k := range r.kinds {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return Kind[T]{}, fmt.Errorf("kind %q; want %s", name, strings.Join(names, " or "))
}

// A Part is plain data that names a kind and its parameters. Parameters left out
// take their defaults.
type Part struct {
	Kind   string
	Values Values
}

// Complete returns the part with every default written out, but for those of numbers that go with one that is
// zero.
func (r *Registry[T]) Complete(p Part) (Part, error) {
	k, err := r.Kind(p.Kind)
	if err != nil {
		return p, err
	}
	full := Part{Kind: p.Kind, Values: Values{}}
	for _, q := range k.Params {
		full.Values[q.Name] = q.Default
	}
	var faults []error
	for _, name := range SortedNames(p.Values) {
		if i := slices.IndexFunc(k.Params, func(q Param) bool { return q.Name == name }); i < 0 {
			faults = append(faults, fmt.Errorf("%s has no parameter %q; it has %s", p.Kind, name, nameList(k.Params)))
		} else {
			full.Values[name] = p.Values[name]
			faults = append(faults, k.Params[i].Check(p.Values[name]))
		}
	}
	full.Values = Stated(k.Params, full.Values, p.Values)
	return full, errors.Join(faults...)
}

// Stated are complete values without those that go with a number that is zero, see [Param.With], unless they
// were given: a sweep may set that number.
func Stated(params []Param, complete, given Values) Values {
	stated := maps.Clone(complete)
	for _, q := range params {
		if _, kept := given[q.Name]; q.With != "" && complete[q.With] == 0 && !(kept && q.Dependent()) {
			delete(stated, q.Name)
		}
	}
	return stated
}

// Build makes the T that a part describes. The range of each number is checked
// here; the T checks what they mean together.
func (r *Registry[T]) Build(p Part) (T, error) {
	_, made, err := r.Make(p)
	return made, err
}

// Make is Complete and Build at once: the part with every default written out, and
// the T that it describes.
func (r *Registry[T]) Make(p Part) (full Part, made T, err error) {
	if full, err = r.Complete(p); err != nil {
		return full, made, err
	}
	k, err := r.Kind(p.Kind)
	if err != nil {
		return full, made, err
	}
	return full, k.New(Stated(k.Params, full.Values, nil)), nil
}

func nameList(ps []Param) string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// SortedNames returns the names of vs in order.
func SortedNames(vs Values) []string {
	names := make([]string, 0, len(vs))
	for n := range vs {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
