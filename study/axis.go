package study

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"mcrisk/models"
	"mcrisk/param"
)

// An Axis is one dimension of a sweep: a number of the spec and its values, or
// the price model.
type Axis struct {
	param.Param
	Values []float64
	Models []param.Part // of the axis ModelAxis: the model of each value
}

// ModelAxis is the name of the axis of price models.
const ModelAxis = "model"

// MaxCells is the largest number of cells, and of values of one axis, that a
// sweep may have.
const MaxCells = 1_000_000

// ParseAxis reads an axis: the values of a number as [ParseValues] does, or, for the
// axis model, kinds of models. A kind keeps those parameters of the spec's model that it
// has as well.
func ParseAxis(s Spec, name, list string) (Axis, error) {
	if name == ModelAxis {
		items := strings.Split(list, ",")
		var parts []param.Part
		for _, kind := range items {
			part, err := s.model(kind)
			if err != nil {
				return Axis{}, err
			}
			parts = append(parts, part)
		}
		return NewModelAxis(items, parts), nil
	}
	p, err := s.Param(name)
	if err != nil {
		return Axis{}, err
	}
	values, err := ParseValues(p, list)
	return Axis{Param: p, Values: values}, err
}

// ParseValues reads values of a number as a person writes them: low:high:step, both
// ends included, or a,b,c. It sorts them and keeps duplicates.
func ParseValues(p param.Param, list string) (values []float64, err error) {
	if ends := strings.Split(list, ":"); len(ends) == 3 {
		return span(p, ends, list)
	}
	for item := range strings.SplitSeq(list, ",") {
		v, err := p.Parse(item)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	slices.Sort(values)
	return values, nil
}

// span is the values of low:high:step.
func span(p param.Param, ends []string, list string) ([]float64, error) {
	var v [3]float64
	var err error
	for i, end := range ends {
		if v[i], err = p.Parse(end); err != nil {
			return nil, err
		}
	}
	low, high, step := v[0], v[1], v[2]
	if !(step > 0) || !(low <= high) || p.Unit == param.Choice {
		return nil, fmt.Errorf("%s = %q; want low:high:step with low ≤ high and a step above 0", p.Name, list)
	}
	n := math.Floor((high - low) / step * (1 + 1e-9))
	if n >= MaxCells {
		return nil, fmt.Errorf("%s = %q makes %.0f values; want at most %d", p.Name, list, n+1, MaxCells)
	}
	values := make([]float64, int(n)+1)
	for i := range values {
		// Round to the step's decimals: 0.05 + 2·0.05 is meant as 0.15.
		values[i], _ = strconv.ParseFloat(strconv.FormatFloat(low+float64(float64(i)*step), 'g', 12, 64), 64)
	}
	return values, nil
}

// NewModelAxis is the axis of named price models.
func NewModelAxis(names []string, parts []param.Part) Axis {
	a := Axis{Models: parts}
	a.Name, a.Unit, a.Choices, a.Max, a.Doc = ModelAxis, param.Choice, names, float64(len(names)-1), "price model"
	for i := range names {
		a.Values = append(a.Values, float64(i))
	}
	return a
}

// model is the spec's model changed to another kind, with the numbers that both have.
func (s Spec) model(kind string) (param.Part, error) {
	k, err := models.Registry.Kind(kind)
	if err != nil {
		return param.Part{}, fmt.Errorf("%s: %w", ModelAxis, err)
	}
	part := param.Part{Kind: kind, Values: param.Values{}}
	for name, v := range s.Model.Values {
		if has(k.Params, name) {
			part.Values[name] = v
		}
	}
	return part, nil
}

// String writes the axis so that ParseAxis reads it back, where its models are
// kinds.
func (a Axis) String() string {
	var list []string
	for _, v := range a.Values {
		list = append(list, a.Format(v))
	}
	return a.Name + "=" + strings.Join(list, ",")
}

// set returns the spec at the i-th value of the axis.
func (a Axis) set(s Spec, i int) (Spec, error) {
	if a.Name == ModelAxis {
		s.Model = a.Models[i]
		return s, nil
	}
	return s.With(a.Name, a.Values[i])
}

// check reports values that no cell can have.
func (a Axis) check() error {
	if len(a.Values) == 0 {
		return fmt.Errorf("%s has no value; want at least one", a.Name)
	}
	var faults []error
	seen := map[string]bool{}
	for _, v := range a.Values {
		if err := a.Check(v); err != nil && a.Models == nil {
			faults = append(faults, err)
		}
		name := a.Format(v)
		if seen[name] {
			faults = append(faults, fmt.Errorf("%s names the value %s twice", a.Name, name))
		}
		seen[name] = true
	}
	return few(faults, a.Name)
}
