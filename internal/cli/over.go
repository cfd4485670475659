package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/rundir"
	"mcrisk/study"
)

// OverUsage is what help says of a parameter and its values.
const OverUsage = "low:high:step or a,b,c; both ends are included; " +
	"model takes kinds and fitted specs"

// ParseOver reads what a flag runs a study over: name=low:high:step or name=a,b,c, or
// model=kinds and files, whose hashes then are among the inputs of r.
func ParseOver(r *Resolved, flag, text string) (o rundir.Over, err error) {
	name, list, ok := strings.Cut(text, "=")
	if !ok || list == "" {
		return o, fmt.Errorf("%s = %q; want name=low:high:step or name=a,b,c", flag, text)
	}
	o = rundir.Over{Name: name, Values: list}
	if name == study.ModelAxis {
		if err := r.models(&o); err != nil {
			return o, fmt.Errorf("%s: %w", flag, err)
		}
	}
	return o, nil
}

// models are the values of the axis model: kinds, fitted where the study's model is, and
// files such as calibrate writes.
func (r *Resolved) models(o *rundir.Over) error {
	var names []string
	var parts []param.Part
	plain := true // kinds alone say what the values are
	for item := range strings.SplitSeq(o.Values, ",") {
		if !strings.ContainsAny(item, "./\\") {
			part, fitted, err := r.modelOf(item)
			if err != nil {
				return err
			}
			names, parts, plain = append(names, item), append(parts, part), plain && !fitted
			continue
		}
		plain = false
		data, err := r.Session.readSpec(item)
		if err != nil {
			return fmt.Errorf("model: %w", err)
		}
		spec, err := rundir.ReadSpec(data, item)
		if err != nil {
			return err
		}
		if spec.Model.Kind == "" {
			return fmt.Errorf("model: %s has none", item)
		}
		if err := (study.Spec{Model: spec.Model}).CheckIdle(); err != nil {
			return fmt.Errorf("%s: %w", item, err)
		}
		r.Inputs[item] = rundir.Hash(data)
		names = append(names, strings.TrimSuffix(filepath.Base(item), filepath.Ext(item)))
		parts = append(parts, spec.Model)
	}
	if !plain {
		o.Values, o.Models = strings.Join(names, ","), parts
	}
	return nil
}

// Objectives are the names of the metrics that a setting may be chosen by.
func Objectives() (names []string) {
	for _, m := range analytics.Objectives() {
		names = append(names, m.Name)
	}
	return names
}

// ParseObjective is the name of the objective that a flag names, perhaps by an alias.
func ParseObjective(flag, name string) (string, error) {
	return ParseMetric(flag, name, Objectives())
}

// ParseMetric is the name, among those that can be, of the metric that a flag names,
// perhaps by an alias.
func ParseMetric(flag, name string, names []string) (string, error) {
	if m, err := analytics.Lookup(name); err == nil {
		name = m.Name
	}
	return name, OneOf(flag, name, names)
}
