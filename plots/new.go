package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// A Page is a figure of one's own: panels with marks in them, on the axes, in the
// looks and with the legend of the house.
type Page struct {
	Title, Caption string
	Notes          []string // sentences before the caption
	Panels         []Panel  // at least one; more than one stand in two columns, more than four in three
}

// A Panel is one pair of axes and what is drawn in it.
type Panel struct {
	X, Y  Axis
	Marks []Mark // at least one; later ones lie over earlier ones
}

// An Axis says how values are written. It spans what the marks of its panel need.
type Axis struct {
	Label string    // the quantity with its unit: "Cost drag (% a year)"
	Scale Scale     // Percent if values are fractions and Label says %
	Log   bool      // by decades; all values are then above zero
	Years bool      // values are years; they are written in hours, days or years, and Label gets the unit
	Names []string  // written instead of numbers: Names[i] at the value i; then Scale, Log and Years are not used
	Holds []float64 // values that the axis spans besides those of the marks, such as zero
}

// check says everything that is wrong with the data.
func (in Page) check() error {
	c := checker{figure: "New"}
	c.want(len(in.Panels) > 0, "no Panels; want at least one")
	for i, q := range in.Panels {
		at := fmt.Sprintf("Panels[%d]", i)
		c.label(at+".X.Label", q.X.Label)
		c.label(at+".Y.Label", q.Y.Label)
		c.want(len(q.Marks) > 0, "%s has no Marks; want at least one", at)
		for j, m := range q.Marks {
			if m == nil {
				c.want(false, "%s.Marks[%d] is nil; want a mark", at, j)
				return c.err() // nothing more can be asked of it
			}
			if m, ok := m.(ownMark); ok {
				m.checkIn(&c, at)
			}
		}
		xs, ys := q.spans()
		q.X.check(&c, at+".X", xs)
		q.Y.check(&c, at+".Y", ys)
	}
	named, _ := in.names()
	c.want(len(named) <= len(looks), "marks of %d different names; want at most %d", len(named), len(looks))
	return c.err()
}

func (a Axis) check(c *checker, field string, s span) {
	switch {
	case s.lo > s.hi:
		c.want(false, "%s: no mark has a finite value; want at least one", field)
	case len(a.Names) > 0:
		c.want(s.lo >= 0 && s.hi <= float64(len(a.Names)-1),
			"%s: values from %v to %v; want 0 to %d, as there are %d Names",
			field, s.lo, s.hi, len(a.Names)-1, len(a.Names))
	case a.Log:
		c.want(s.lo > 0, "%s: Log with values from %v; want positive values", field, s.lo)
		c.want(!a.Years, "%s: Log and Years; want one of them", field)
	}
}

// New draws a figure of one's own. Marks of one name look the same in every panel
// and have one key in the legend, that of the first of them; a mark without a name
// has none and looks like the first. At most five names can be distinguished, besides
// those of [Reference]. The error says which panel, axis or mark is at fault.
func New(in Page) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	cols := columns(len(in.Panels))
	panels := make([]panel, len(in.Panels))
	for i, q := range in.Panels {
		xs, ys := q.spans()
		x, xlabel := q.X.axis(xs, max(14/cols, 5))
		y, label := q.Y.axis(ys, 7)
		panels[i] = panel{label: label, xlabel: xlabel, x: x, y: y, paint: func(p plane) {
			for _, m := range q.Marks {
				m.Draw(Plane{p}, in.look(m))
			}
		}}
	}
	s := sheet{title: in.Title, caption: in.Caption, notes: in.Notes, legend: in.legend(), height: 3.2 * vg.Inch}
	if rows := rowsOf(len(panels), cols); rows > 1 {
		s.height = rows * 2.2 * vg.Inch
	}
	return s.panels(cols, panels...), nil
}

// spans are what the axes have to hold.
func (q Panel) spans() (xs, ys span) {
	xs, ys = nothing(), nothing()
	xs.include(q.X.Holds...)
	ys.include(q.Y.Holds...)
	for _, m := range q.Marks {
		x, y := m.Extent()
		xs.include(x...)
		ys.include(y...)
	}
	return xs, ys
}

// axis is the axis that spans s, with at most most ticks, and its label.
func (a Axis) axis(s span, most int) (axis, string) {
	factor := a.Scale.Factor()
	switch {
	case len(a.Names) > 0:
		named := axis{min: -0.5, max: float64(len(a.Names)) - 0.5}
		for i, name := range a.Names {
			named.ticks = append(named.ticks, tick{float64(i), name})
		}
		return named, a.Label
	case a.Years:
		timed, unit := timeAxis(s.lo, s.hi, most)
		return timed, a.Label + " (" + unit + ")"
	case a.Log:
		logged := s.logarithmic(1.1, 0.05, factor, most)
		return logged, a.Label + logged.kind()
	}
	return s.linear(factor, most), a.Label
}

// names are those of the marks: of references, which have looks of their own, and
// of all others.
func (in Page) names() (named, references names) {
	for _, q := range in.Panels {
		for _, m := range q.Marks {
			list := &named
			if isReference(m) {
				list = &references
			}
			if name := m.Key(); name != "" {
				list.add(name)
			}
		}
	}
	return named, references
}

// look is how a mark looks.
func (in Page) look(m Mark) Look {
	named, references := in.names()
	if isReference(m) {
		style := markedLine(max(0, references.index(m.Key())))
		return Look{look{grey, style.Dashes, disc}}
	}
	return Look{looks[max(0, named.index(m.Key()))]}
}

func (in Page) legend() (list []entry) {
	type kind struct {
		name      string
		reference bool
	}
	seen := map[kind]bool{}
	for _, q := range in.Panels {
		for _, m := range q.Marks {
			k := kind{m.Key(), isReference(m)}
			if k.name == "" || seen[k] {
				continue
			}
			seen[k] = true
			if own, ok := m.(ownMark); ok {
				list = append(list, own.entry(in.look(m).look))
			} else {
				list = append(list, patchKey(k.name, in.look(m).look.bar()))
			}
		}
	}
	return list
}
