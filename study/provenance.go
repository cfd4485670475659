package study

import (
	"fmt"
	"strconv"
	"strings"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/tokens"
)

// A Setting is one number or kind of a study and where it came from.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// Origins say where the numbers and kinds of a study came from, by name. The key of a
// number of one of several tokens, or of another underlying, is "NAME: NUMBER". A number
// without an origin has its default.
type Origins map[string]string

// Of is where a number or kind came from.
func (o Origins) Of(name string) string {
	if from := o[name]; from != "" {
		return from
	}
	return "default"
}

// From records one origin for several numbers.
func (o Origins) From(origin string, values param.Values) {
	for name := range values {
		o[name] = origin
	}
}

// Settings list every number of the study and where it came from: grid, model, other
// underlyings, then each token. With several tokens, the name of a setting begins with
// the token's.
func (s *Study) Settings(from Origins) []Setting {
	spec := s.Spec()
	var list []Setting
	add := func(name, value, key string) {
		if _, given := from[key]; !given && from[name] != "" {
			key = name
		}
		list = append(list, Setting{name, value, from.Of(key)})
	}
	numbers := func(prefix string, ps []param.Param, values param.Values, series map[string]Series) {
		for _, q := range ps {
			v, stated := q.In(values)
			if !stated {
				continue
			}
			text := q.Format(v)
			s, dated := series[q.Name]
			if dated {
				text = s.String()
			}
			add(prefix+q.Name, text, q.Name)
			if !dated {
				continue
			}
			for _, p := range s.Params(q.Name) {
				if v, ok := s.Adjust[p.Name]; ok {
					add(prefix+p.Name, p.Format(v), p.Name)
				}
			}
		}
	}
	add("horizon", param.FormatSeconds(spec.Horizon.Seconds()), "horizon")
	add("step", param.FormatSeconds(spec.Step.Seconds()), "step")
	add("paths", strconv.Itoa(spec.Paths), "paths")
	add("seed", strconv.FormatUint(spec.Seed, 10), "seed")
	model, _ := models.Registry.Kind(spec.Model.Kind) // New has found all kinds
	add("model", model.Name+" ("+model.Doc+")", "model")
	numbers("", model.Params, spec.Model.Values, nil)
	for _, u := range spec.Others {
		other, _ := models.Registry.Kind(u.Model.Kind)
		for _, q := range other.Params {
			v, stated := q.In(u.Model.Values)
			if !stated {
				continue
			}
			key := u.Name + ": " + q.Name
			if from[key] == "" {
				key = q.Name
			}
			add(u.Name+": "+q.Name, q.Format(v), key)
		}
		add(u.Name+": correlations", strings.Trim(fmt.Sprint(u.Correlations), "[]"), u.Name+": correlations")
	}
	if len(spec.Others) > 0 {
		add("common-jumps", strconv.FormatBool(spec.CommonJumps), "common-jumps")
	}
	for _, t := range spec.Tokens {
		prefix := s.prefix(t)
		policy, _ := tokens.Policies.Kind(t.Policy.Kind)
		mechanism, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind)
		numbers(prefix, tokens.Params, t.Values, t.Series)
		add(prefix+"policy", policy.Name, "policy")
		numbers(prefix, policy.Params, t.Policy.Values, nil)
		add(prefix+"mechanism", mechanism.Name, "mechanism")
		numbers(prefix, mechanism.Params, t.Mechanism.Values, t.Series)
		if t.Random() {
			kind, _ := rates.Registry.Kind(t.Rates.Kind)
			add(prefix+"rates", kind.Name, "rates")
			numbers(prefix, kind.Params, t.Rates.Values, nil)
		}
		for _, c := range t.Changes {
			if q, err := (Spec{Tokens: []TokenSpec{t}}).Param(c.Name); err == nil {
				add(prefix+c.setting(), q.Format(c.Value), "from")
			}
		}
	}
	return list
}

// prefix begins the names of a token's settings.
func (s *Study) prefix(t TokenSpec) string {
	if len(s.spec.Tokens) > 1 {
		return t.Name + ": "
	}
	return ""
}

// OriginsIn are the origins of settings.
func OriginsIn(settings []Setting) Origins {
	o := Origins{}
	for _, s := range settings {
		o[s.Name] = s.Origin
	}
	return o
}

// ErrorsOf are the errors of a fit's numbers; nil if the fit has no covariance.
func ErrorsOf(f models.Fit) *Errors {
	if f.Cov == nil {
		return nil
	}
	return &Errors{Names: f.Names, Cov: f.Cov}
}

// Without is the errors without those of one number; nil if no number is left.
func (e *Errors) Without(name string) *Errors {
	if e == nil {
		return nil
	}
	out := new(Errors)
	for i, n := range e.Names {
		if n == name {
			continue
		}
		var row []float64
		for k, m := range e.Names {
			if m != name {
				row = append(row, e.Cov[i][k])
			}
		}
		out.Names, out.Cov = append(out.Names, n), append(out.Cov, row)
	}
	if len(out.Names) == 0 {
		return nil
	}
	return out
}
