package rundir

import (
	"io"
	"math"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

// A SweepPlan is the plan of a sweep as a file has it: axes and analyses.
type SweepPlan struct {
	Over     []Over
	Sample   int      // cells of a Latin hypercube sample; 0: the whole grid
	Select   []string // axes along which the best is sought; the others make up scenarios
	Aversion float64  // weight of tracking variance in utility
	Pareto   []string // two metrics to trade off
	Optimise string   // objective whose optimum to find between the cells; may be empty
}

// An Over is one axis of a sweep as it is written.
type Over struct {
	Name   string
	Values string       // as study.ParseAxis reads them
	Models []param.Part // of the axis model, where they are more than kinds
}

// Axis is the axis for a spec.
func (o Over) Axis(s study.Spec) (study.Axis, error) {
	if o.Models != nil {
		return study.NewModelAxis(strings.Split(o.Values, ","), o.Models), nil
	}
	return study.ParseAxis(s, o.Name, o.Values)
}

// Axes are the axes for a spec. Parameters may be those of the models that are
// swept, where the spec's own model lacks them.
func (s SweepPlan) Axes(spec study.Spec) ([]study.Axis, error) {
	axes := make([]study.Axis, len(s.Over))
	for _, models := range []bool{true, false} {
		for i, o := range s.Over {
			if (o.Name == study.ModelAxis) != models {
				continue
			}
			a, err := o.Axis(spec)
			if err != nil {
				return nil, err
			}
			if axes[i] = a; models {
				spec.Model = a.Models[0]
			}
		}
	}
	return axes, nil
}

// OverAxis writes an axis so that Axis gives it back.
func OverAxis(a study.Axis) Over {
	_, values, _ := strings.Cut(a.String(), "=")
	return Over{a.Name, values, a.Models}
}

// WriteSweep writes a sweep of a study as YAML, from which ReadSweep reads the
// complete spec and how it is swept.
func WriteSweep(w io.Writer, s *study.Study, sweep SweepPlan) error {
	var over yaml.MapSlice
	for _, o := range sweep.Over {
		if o.Models == nil {
			over = append(over, yaml.MapItem{Key: o.Name, Value: o.Values})
			continue
		}
		var list yaml.MapSlice
		for i, name := range strings.Split(o.Values, ",") {
			kind, err := models.Registry.Kind(o.Models[i].Kind)
			if err != nil {
				return err
			}
			complete, err := models.Registry.Complete(o.Models[i])
			if err != nil {
				return err
			}
			list = append(list, yaml.MapItem{Key: name, Value: part(complete, kind.Params)})
		}
		over = append(over, yaml.MapItem{Key: o.Name, Value: list})
	}
	items := yaml.MapSlice{{Key: "over", Value: over}}
	if sweep.Sample > 0 {
		items = append(items, yaml.MapItem{Key: "sample", Value: sweep.Sample})
	}
	if len(sweep.Select) > 0 {
		items = append(items, yaml.MapItem{Key: "select", Value: sweep.Select})
	}
	items = append(items, yaml.MapItem{Key: "aversion", Value: sweep.Aversion})
	if len(sweep.Pareto) > 0 {
		items = append(items, yaml.MapItem{Key: "pareto", Value: sweep.Pareto})
	}
	if sweep.Optimise != "" {
		items = append(items, yaml.MapItem{Key: "optimise", Value: sweep.Optimise})
	}
	return yaml.NewEncoder(w).Encode(append(yaml.MapSlice{{Key: "sweep", Value: items}}, specItems(s.Spec())...))
}

// ReadSweep reads a spec, or part of one, and the plan of its sweep, if there is one.
// Values of axes are checked by Axis, with the complete spec.
func ReadSweep(data []byte, name string) (study.Spec, *SweepPlan, error) {
	f, err := ReadSpecFile(data, name, true)
	return f.Spec, f.Sweep, err
}

// sweep are the keys of a sweep.
func (r *reader) sweep(s *SweepPlan) fields {
	selects := func(n ast.Node) {
		if s.Select != nil {
			r.fault(n, "select and choose, its former name; want select alone")
		}
		s.Select = r.words(n, "select")
	}
	return fields{
		"over": func(n ast.Node) {
			for _, item := range r.items(n, "over") {
				s.Over = append(s.Over, r.over(text(item.Key), item.Value))
			}
			if len(s.Over) == 0 {
				r.fault(n, "over is empty; want a parameter and its values, as in half-width: 0.05:0.6:0.05")
			}
		},
		"sample": func(n ast.Node) { s.Sample = int(r.count(n, "sample", 1, study.MaxCells)) },
		"select": selects,
		"choose": selects, // as files had it before
		"aversion": func(n ast.Node) {
			v, err := param.Number(text(n))
			if err != nil || !(v >= 0) || math.IsInf(v, 1) {
				r.fault(n, "aversion = %q; want a number of at least 0", text(n))
			}
			s.Aversion = v
		},
		"pareto":   func(n ast.Node) { s.Pareto = r.words(n, "pareto") },
		"optimise": func(n ast.Node) { s.Optimise = r.word(n, "optimise") },
	}
}

// over reads the values of an axis: text, a list, or models by name.
func (r *reader) over(name string, n ast.Node) Over {
	o := Over{Name: name}
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		if name != study.ModelAxis {
			r.fault(n, "%s; want values such as 0.1,0.2 or 0.1:0.5:0.1", name)
			return o
		}
		var names []string
		for _, item := range r.items(n, name) {
			if key := text(item.Key); key == "" || strings.Contains(key, ",") {
				r.fault(item, "%s = %q; want a name without commas", name, key)
			}
			names = append(names, text(item.Key))
			o.Models = append(o.Models, readPart(r, item.Value, name, &models.Registry))
		}
		o.Values = strings.Join(names, ",")
	default:
		o.Values = strings.Join(r.words(n, name), ",")
	}
	return o
}

// words are the items of a list that has any, or of text with commas.
func (r *reader) words(n ast.Node, what string) (list []string) {
	if _, ok := n.(*ast.SequenceNode); !ok {
		return strings.Split(text(n), ",")
	}
	for _, item := range r.some(n, what) {
		list = append(list, text(item))
	}
	return list
}
