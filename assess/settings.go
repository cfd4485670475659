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

// SweepSettings say how a sweep is analysed. The zero value selects the best setting
// along the first axis, without aversion.
type SweepSettings struct {
	// Select names the axes along which the best setting is selected, separately in each
	// scenario, a combination of the values of the other axes. None: the first axis, or
	// all axes of a sample.
	Select []string
	// Aversion is the weight γ of tracking variance, against growth and cost, in the
	// objectives utility and tracking_cost: from 0 to 1e6.
	Aversion float64
	// Pareto names two objectives to trade off against each other. None: cost_drag and
	// tracking_error.
	Pareto []string
	// Optimise is the objective whose optimum along the one selected axis is sought, also
	// between the cells; empty: none.
	Optimise string
}

// Limits and defaults of settings.
const mostAversion = 1e6

// TradedOff are the default objectives of a trade-off.
var TradedOff = []string{"cost_drag", "tracking_error"}

// Complete fills in the defaults for a sweep over axes, of sample cells of a sample or
// the whole grid if 0, and replaces aliases of objectives by their names. The error has
// everything that is wrong with the settings.
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
		faults = append(faults, checkName("select", name, names))
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

// checkOptimise returns an error unless exactly one number is selected.
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

// objective replaces an alias of an objective by its name; the error is that of an
// unknown name.
func objective(setting string, name *string) error {
	if m, err := analytics.Lookup(*name); err == nil {
		*name = m.Name
	}
	var names []string
	for _, m := range analytics.Objectives() {
		names = append(names, m.Name)
	}
	return checkName(setting, *name, names)
}

// checkName returns an error unless a name is among names.
func checkName(setting, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	if near := param.Nearest(name, names); len(near) > 0 {
		return fmt.Errorf("%s %q; did you mean %s?", setting, name, strings.Join(near, " or "))
	}
	return fmt.Errorf("%s %q; want one of %s", setting, name, strings.Join(names, ", "))
}
