package assess

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

// SweepSettings say what a sweep is asked. The zero value asks for the best along the
// first axis, without aversion.
type SweepSettings struct {
	// Select names the axes along which the best setting is sought; each combination
	// of the values of the others is a scenario, in which it is sought anew. None: the
	// first axis, or all of a sample's.
	Select []string
	// Aversion is the weight γ of tracking variance, against growth and cost, in the
	// objectives utility and tracking_cost: from 0 to 1e6.
	Aversion float64
	// Pareto names two objectives to trade off against each other. None: cost_drag and
	// tracking_error.
	Pareto []string
	// Optimise is the objective whose best value is found along the one axis selected,
	// between the cells too; empty: none.
	Optimise string
}

// Limits and defaults of settings.
const mostAversion = 1e6

// TradedOff are the objectives that are traded off where settings name none.
var TradedOff = []string{"cost_drag", "tracking_error"}

// Complete writes out the defaults for a sweep over axes, of so many cells of a
// sample or the whole grid if 0, and gives every objective its own name for an
// alias. The error has everything that is wrong with the settings.
func (o SweepSettings) Complete(axes []study.Axis, sample int) (SweepSettings, error) {
	var names []string
	for _, a := range axes {
		names = append(names, a.Name)
	}
	o.Select, o.Pareto = slices.Clone(o.Select), slices.Clone(o.Pareto)
	if len(o.Select) == 0 {
		o.Select = names[:min(1, len(names))]
		if sample > 0 {
			o.Select = names
		}
	}
	var faults []error
	for i, name := range o.Select {
		faults = append(faults, among("select", name, names))
		if slices.Contains(o.Select[:i], name) {
			faults = append(faults, fmt.Errorf("select names %s twice", name))
		}
	}
	if !(o.Aversion >= 0 && o.Aversion <= mostAversion) {
		faults = append(faults, fmt.Errorf("aversion = %v; want a number from 0 to 1e6", o.Aversion))
	}
	if len(o.Pareto) == 0 {
		o.Pareto = slices.Clone(TradedOff)
	}
	for i := range o.Pareto {
		faults = append(faults, objective("pareto", &o.Pareto[i]))
	}
	if len(o.Pareto) != 2 || o.Pareto[0] == o.Pareto[1] {
		faults = append(faults, fmt.Errorf("pareto = %q; want two objectives, as in %s",
			strings.Join(o.Pareto, ","), strings.Join(TradedOff, ",")))
	}
	if o.Optimise != "" {
		faults = append(faults, objective("optimise", &o.Optimise), o.checkOptimise(axes, sample))
	}
	return o, errors.Join(faults...)
}

// checkOptimise reports a sweep without the one axis that an optimum is sought along.
func (o SweepSettings) checkOptimise(axes []study.Axis, sample int) error {
	var faults []error
	if len(o.Select) != 1 || sample > 0 {
		faults = append(faults, errors.New("optimise finds the best of one parameter on a grid; "+
			"want to select one, and no sample"))
	}
	for _, a := range axes {
		if slices.Contains(o.Select, a.Name) && (a.Unit == param.Choice || len(a.Values) < 2 || !(a.Values[0] > 0)) {
			faults = append(faults, fmt.Errorf("optimise along %s; want a parameter with two values at least, "+
				"numbers above 0", a))
		}
	}
	return errors.Join(faults...)
}

// objective gives an objective that was named by an alias its own name, and reports a
// name that is no objective's.
func objective(setting string, name *string) error {
	if m, err := analytics.Lookup(*name); err == nil {
		*name = m.Name
	}
	var names []string
	for _, m := range analytics.Objectives() {
		names = append(names, m.Name)
	}
	return among(setting, *name, names)
}

// among reports a name that is none of those there are.
func among(setting, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	if near := param.Nearest(name, names); len(near) > 0 {
		return fmt.Errorf("%s %q; did you mean %s?", setting, name, strings.Join(near, " or "))
	}
	return fmt.Errorf("%s %q; want one of %s", setting, name, strings.Join(names, ", "))
}
