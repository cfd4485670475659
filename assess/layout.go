package assess

import (
	"slices"
	"strings"

	"mcrisk/param"
	"mcrisk/study"
)

// A Layout splits the axes of a sweep: the values of the selected axes are a setting,
// those of the others a scenario.
type Layout struct {
	Sweep    *study.Sweep
	Settings SweepSettings // complete
}

// Selects says whether the best is sought along an axis, by its number.
func (l Layout) Selects(axis int) bool {
	return slices.Contains(l.Settings.Select, l.Sweep.Axes[axis].Name)
}

// Along is the index of the axis if one number is selected; −1 if several axes or kinds
// are, or if the cells are a sample, which has no order.
func (l Layout) Along() int {
	if len(l.Settings.Select) != 1 || l.Sweep.Sample > 0 {
		return -1
	}
	i := slices.IndexFunc(l.Sweep.Axes, func(a study.Axis) bool { return a.Name == l.Settings.Select[0] })
	if i < 0 || l.Sweep.Axes[i].Unit == param.Choice {
		return -1
	}
	return i
}

// Value is a cell's value on an axis.
func (l Layout) Value(cell, axis int) float64 {
	return l.Sweep.Axes[axis].Values[l.Sweep.At(cell)[axis]]
}

// Texts are a cell's values as files write them, by axis; empty for the baseline.
func (l Layout) Texts(cell int) []string {
	texts := make([]string, len(l.Sweep.Axes))
	if cell == l.Sweep.Baseline() {
		return texts
	}
	for i, at := range l.Sweep.At(cell) {
		texts[i] = l.text(i, at)
	}
	return texts
}

// Setting is what is selected in a cell, as in "0.2", or "half-width=0.2 to=edge" of
// several axes.
func (l Layout) Setting(cell int) string {
	var words []string
	for i, at := range l.Sweep.At(cell) {
		switch {
		case !l.Selects(i):
		case len(l.Settings.Select) == 1:
			return l.text(i, at)
		default:
			words = append(words, l.Sweep.Axes[i].Name+"="+l.text(i, at))
		}
	}
	return strings.Join(words, " ")
}

// Names are the settings of the cells that are in a set, in order, without duplicates,
// which a sample may have.
func (l Layout) Names(cells []int, in []bool) (names []string) {
	for k, ok := range in {
		if ok {
			names = append(names, l.Setting(cells[k]))
		}
	}
	return slices.Compact(names)
}

func (l Layout) text(axis, at int) string {
	a := l.Sweep.Axes[axis]
	return a.Format(a.Values[at])
}

// A Group is the cells of one scenario.
type Group struct {
	Scenario string // the values that they share, as in "sigma=0.8 fee=0.001"; empty: none, as all axes are selected
	At       []int  // by axis, the place of that value; −1: selected along
	Cells    []int  // their numbers in the order of the settings, without those that failed
}

// groupByScenario gathers the cells that did not fail, scenarios in the order of their
// first cells.
func (l Layout) groupByScenario(failed map[int]bool) []Group {
	var groups []Group
	number := map[string]int{}
	for cell := range l.Sweep.Cells() {
		if failed[cell] {
			continue
		}
		at := l.Sweep.At(cell)
		var words []string
		for i, a := range l.Sweep.Axes {
			if l.Selects(i) {
				at[i] = -1
			} else {
				words = append(words, a.Name+"="+l.text(i, at[i]))
			}
		}
		scenario := strings.Join(words, " ")
		n, ok := number[scenario]
		if !ok {
			n = len(groups)
			number[scenario] = n
			groups = append(groups, Group{Scenario: scenario, At: at})
		}
		groups[n].Cells = append(groups[n].Cells, cell)
	}
	for _, g := range groups { // a sample is in no order
		slices.SortStableFunc(g.Cells, func(a, b int) int { return slices.Compare(l.Sweep.At(a), l.Sweep.At(b)) })
	}
	return groups
}
