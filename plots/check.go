package plots

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/analytics"
)

// A checker collects everything that is wrong with the input of one figure.
type checker struct {
	figure string
	faults []error
}

// want notes a fault, which says what was found and what was wanted, unless ok.
func (c *checker) want(ok bool, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Errorf("plots: "+c.figure+": "+format, args...))
	}
}

func (c *checker) err() error { return errors.Join(c.faults...) }

// finite reports whether v is a number that an axis can be made for.
func finite(v float64) bool { return math.Abs(v) < 1e100 }

// same reports whether lo and hi differ by no more than rounding may do, too
// little to cut the range between them into steps.
func same(lo, hi float64) bool { return hi-lo <= 1e-9*max(math.Abs(lo), math.Abs(hi)) }

// increasing reports whether all values are finite and each exceeds the one before.
func increasing(vs []float64) bool {
	for i, v := range vs {
		if !finite(v) || (i > 0 && !(v > vs[i-1])) {
			return false
		}
	}
	return true
}

// drawable reports whether an estimate has a value and either no interval or
// one with two ends, the value between them.
func drawable(e analytics.Estimate) bool {
	if !finite(e.Value) {
		return false
	}
	if math.IsNaN(e.Lo) && math.IsNaN(e.Hi) {
		return true
	}
	return finite(e.Lo) && finite(e.Hi) && e.Lo <= e.Value && e.Value <= e.Hi
}

// A span is the range of what has been included in it.
type span struct{ lo, hi float64 }

func nothing() span { return span{math.Inf(1), math.Inf(-1)} }

// include widens the span to the finite values among vs.
func (s *span) include(vs ...float64) {
	for _, v := range vs {
		if finite(v) {
			s.lo, s.hi = min(s.lo, v), max(s.hi, v)
		}
	}
}

// A Reference is a value marked on an axis, such as the answer of a formula or
// the setting of a real token.
type Reference struct {
	Name string
	At   float64 // in the unit of the axis
}

// A Line is a curve without uncertainty.
type Line struct {
	Name string
	X, Y []float64 // of one length; X increasing; Y may be NaN where undefined
}

// check holds the line to its contract.
func (l Line) check(c *checker) {
	c.want(len(l.X) >= 2 && len(l.X) == len(l.Y), "line %q has %d X and %d Y; want equally many, at least 2", l.Name, len(l.X), len(l.Y))
	c.want(increasing(l.X), "X of line %q are not finite and increasing", l.Name)
	some := false
	for i, y := range l.Y {
		some = some || finite(y)
		c.want(finite(y) || math.IsNaN(y), "line %q: Y[%d] = %v; want a finite value or NaN", l.Name, i, y)
	}
	c.want(some, "line %q has no finite Y", l.Name)
}

// share checks that each value is a fraction of one.
func (c *checker) share(field string, vs []float64) {
	for i, v := range vs {
		if !(v >= 0 && v <= 1) {
			c.want(false, "%s[%d] = %v; want a fraction in [0, 1]", field, i, v)
			return
		}
	}
}

// weights checks that no weight is negative and not all are zero.
func (c *checker) weights(field string, vs []float64) {
	total := 0.0
	for i, v := range vs {
		if !(v >= 0) || math.IsInf(v, 0) {
			c.want(false, "%s[%d] = %v; want a finite weight ≥ 0", field, i, v)
			return
		}
		total += v
	}
	c.want(len(vs) == 0 || total > 0, "%s are all zero", field)
}
