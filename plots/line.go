package plots

import "math"

// A Reference is a value marked on an axis, such as the answer of a formula or
// the setting of a real token.
type Reference struct {
	Name string
	At   float64 // in the unit of the axis, finite
}

// A Line is a curve without uncertainty.
type Line struct {
	Name string
	X, Y []float64 // of one length, at least 2; X increasing; Y may be NaN where undefined
}

// check holds the line to its contract.
func (l Line) check(c *checker) {
	c.want(len(l.X) >= 2 && len(l.X) == len(l.Y),
		"line %q has %d X and %d Y; want equally many, at least 2", l.Name, len(l.X), len(l.Y))
	c.want(increasing(l.X), "X of line %q are not finite and increasing", l.Name)
	some := false
	for i, y := range l.Y {
		some = some || finite(y)
		c.want(finite(y) || math.IsNaN(y), "line %q: Y[%d] = %v; want a finite value or NaN", l.Name, i, y)
	}
	c.want(some, "line %q has no finite Y", l.Name)
}

// within cuts the line to the axes: points beyond become gaps.
func (l Line) within(x, y axis) Line {
	cut := Line{Name: l.Name, X: l.X, Y: make([]float64, len(l.Y))}
	for i, v := range l.Y {
		if !x.holds(l.X[i]) || !y.holds(v) {
			v = math.NaN()
		}
		cut.Y[i] = v
	}
	return cut
}
