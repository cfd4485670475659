package rundir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// Load reads the history and the dated series of a spec, as LoadHistory and LoadSeries do.
func Load(ctx context.Context, s *study.Spec) error {
	if err := LoadHistory(ctx, s); err != nil {
		return err
	}
	_, err := LoadSeries(ctx, s)
	return err
}

// LoadSeries reads the dated series of a spec's tokens that have not been read, and returns the
// SHA-256 of their files. A file must be the one that the spec was made with. What of the spec is
// changed is copied first.
func LoadSeries(ctx context.Context, s *study.Spec) (sums map[string]string, err error) {
	sums = map[string]string{}
	read := map[string]study.Series{} // what tokens share is read once
	var faults []error
	s.Tokens = slices.Clone(s.Tokens)
	for i := range s.Tokens {
		t := &s.Tokens[i]
		t.Series = maps.Clone(t.Series)
		for _, name := range slices.Sorted(maps.Keys(t.Series)) {
			series := t.Series[name]
			if series.Rates == nil {
				key := t.Mechanism.Kind + "\x00" + name + "\x00" + series.String() + series.SHA256 + series.Zone
				before, ok := read[key]
				if !ok {
					if before, err = loadSeries(ctx, series, inRange(*t, name)); err != nil {
						faults = append(faults, fmt.Errorf("%s: %w", name, err))
					}
					read[key] = before
				}
				series.Rates, series.SHA256 = before.Rates, before.SHA256
				t.Series[name] = series
			}
			sums[series.File] = series.SHA256
		}
	}
	return sums, errors.Join(faults...)
}

// inRange says what is wanted of a value that a number of a token cannot have; nil: the token has
// no such number, of which [study.New] says more.
func inRange(t study.TokenSpec, name string) func(v float64) error {
	q, err := (study.Spec{Tokens: []study.TokenSpec{t}}).Param(name)
	if err != nil {
		return nil
	}
	return func(v float64) error {
		if q.Check(v) == nil {
			return nil
		}
		return fmt.Errorf("want %s", q.Range())
	}
}

func loadSeries(ctx context.Context, s study.Series, check func(float64) error) (study.Series, error) {
	full := s
	var zone *time.Location
	var err error
	if s.Zone != "" {
		if zone, err = time.LoadLocation(s.Zone); err != nil {
			return s, fmt.Errorf("rundir: %s: zone = %q; want a name such as UTC or Europe/Berlin", s.File, s.Zone)
		}
	}
	full.SHA256, err = readInput(ctx, "series", s.File, s.SHA256, func(in io.Reader) (err error) {
		full.Rates, err = paths.ReadRates(in, s.File,
			paths.RatesOptions{Column: s.Column, Where: s.Where, Zone: zone, Check: check})
		return err
	})
	if err != nil {
		return s, err
	}
	return full, nil
}

// dated are numbers as YAML with series in place of those that are.
func dated(m yaml.MapSlice, series map[string]study.Series) yaml.MapSlice {
	for i := range m {
		name, _ := m[i].Key.(string)
		s, ok := series[name]
		if !ok {
			continue
		}
		item := yaml.MapSlice{{Key: "series", Value: s.File}}
		if s.SHA256 != "" {
			item = append(item, yaml.MapItem{Key: "sha256", Value: s.SHA256})
		}
		if s.Column != "" {
			item = append(item, yaml.MapItem{Key: "column", Value: s.Column})
		}
		if len(s.Where) > 0 {
			var where yaml.MapSlice
			for _, key := range slices.Sorted(maps.Keys(s.Where)) {
				where = append(where, yaml.MapItem{Key: key, Value: s.Where[key]})
			}
			item = append(item, yaml.MapItem{Key: "where", Value: where})
		}
		if s.Zone != "" {
			item = append(item, yaml.MapItem{Key: "zone", Value: s.Zone})
		}
		for i, p := range s.Params(name) {
			if v, ok := s.Adjust[p.Name]; ok {
				item = append(item, yaml.MapItem{Key: adjustments[i], Value: scalar(p.Format(v))})
			}
		}
		if s.Hold {
			item = append(item, yaml.MapItem{Key: "gaps", Value: "hold"})
		}
		m[i].Value = item
	}
	return m
}

// changesItem are a token's changes as YAML.
func changesItem(t study.TokenSpec) yaml.MapItem {
	var list []yaml.MapSlice
	for _, c := range t.Changes {
		value := any(c.Value)
		if q, err := (study.Spec{Tokens: []study.TokenSpec{t}}).Param(c.Name); err == nil {
			value = scalar(q.Format(c.Value))
		}
		list = append(list, yaml.MapSlice{{Key: "date", Value: stampText(c.At)}, {Key: c.Name, Value: value}})
	}
	return yaml.MapItem{Key: "from", Value: list}
}

// datedValues are the fields of numbers, of which some may be series: a mapping with a file.
func (r *reader) datedValues(into param.Values, params []param.Param, series map[string]study.Series) fields {
	f := r.values(into, params)
	for _, p := range params {
		if series == nil || !study.CanBeSeries(p.Name) {
			continue
		}
		number := f[p.Name]
		f[p.Name] = func(n ast.Node) {
			switch n.(type) {
			case *ast.MappingNode, *ast.MappingValueNode:
				series[p.Name] = r.series(n, p.Name)
			default:
				number(n)
			}
		}
	}
	return f
}

// adjustments are the keys of the numbers of a series, in their order.
var adjustments = []string{"scale", "shift"}

// series reads a dated series.
func (r *reader) series(n ast.Node, what string) study.Series {
	var s study.Series
	f := fields{
		"series": func(n ast.Node) { s.File = r.word(n, "series") },
		"sha256": func(n ast.Node) { s.SHA256 = text(n) },
		"column": func(n ast.Node) { s.Column = r.word(n, "column") },
		"where": func(n ast.Node) {
			s.Where = map[string]string{}
			for _, item := range r.items(n, "where") {
				key := text(item.Key)
				if _, twice := s.Where[key]; twice {
					r.fault(item.Key, "%q again", key)
				}
				s.Where[key] = text(item.Value)
			}
		},
		"gaps": func(n ast.Node) {
			if s.Hold = text(n) == "hold"; !s.Hold {
				r.fault(n, "gaps = %q; want hold, or no gaps", text(n))
			}
		},
		"zone": func(n ast.Node) { s.Zone = r.word(n, "zone") },
	}
	ps, numbers := s.Params(what), param.Values{}
	given := r.values(numbers, ps)
	for i, p := range ps {
		f[adjustments[i]] = given[p.Name]
	}
	r.mapping(n, what, f)
	if len(numbers) > 0 {
		s.Adjust = numbers
	}
	if s.File == "" {
		r.fault(n, "%s: no series; want the name of a file of rates", what)
	}
	return s
}

// changes reads the numbers that a token has from a date on.
func (r *reader) changes(n ast.Node) (list []study.Change) {
	var at time.Time
	for _, item := range r.items(n, "from") {
		key := text(item.Key)
		if key == "date" {
			var err error
			if at, err = ParseInstant(text(item.Value)); err != nil {
				r.fault(item.Value, "date = %s", err)
			}
			continue
		}
		q, err := study.TokenParam(key)
		if err != nil {
			r.fault(item.Key, "%s", err)
			continue
		}
		v, err := q.Parse(text(item.Value))
		if err != nil {
			r.fault(item.Value, "%s", err)
		}
		list = append(list, study.Change{Name: key, Value: v})
	}
	if at.IsZero() || len(list) == 0 {
		r.fault(n, "a change without a date or a number; want both, as in {date: 2024-01-01, target: 2}")
	}
	for i := range list {
		list[i].At = at
	}
	return list
}

// ParseInstant reads a day or a time, UTC.
func ParseInstant(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q; want a day such as 2020-03-12 or a time such as 2020-03-12T10:00:00Z", text)
}
