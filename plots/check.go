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

// label checks that a label is there.
func (c *checker) label(field, text string) {
	c.want(text != "", "%s is empty; want the quantity and its unit", field)
}

// estimate checks that an estimate can be drawn.
func (c *checker) estimate(field string, e analytics.Estimate) {
	c.want(drawable(e), "%s = %+v; want a value within its interval", field, e)
}

// references checks that each has a place on its axis.
func (c *checker) references(field string, rs []Reference) {
	for i, r := range rs {
		c.want(finite(r.At), "%s[%d] %q is at %v; want a finite value", field, i, r.Name, r.At)
	}
}

// overTime checks that there is a finite value of at least least at each of n
// times.
func (c *checker) overTime(field string, vs []float64, n int, least float64, wanted string) {
	c.want(len(vs) == n, "%s has %d values for %d Times", field, len(vs), n)
	for i, v := range vs {
		if !(v >= least && finite(v)) {
			c.want(false, "%s[%d] = %v; want %s", field, i, v, wanted)
			return
		}
	}
}

// atOrAbove checks that the quantiles of a larger share nowhere lie below those
// of a smaller one.
func (c *checker) atOrAbove(field string, upper []float64, below string, lower []float64) {
	if len(upper) != len(lower) {
		return // which has been said
	}
	for i, v := range upper {
		if v < lower[i] {
			c.want(false, "%s[%d] = %v lies below %s[%d] = %v; want at least as much", field, i, v, below, i, lower[i])
			return
		}
	}
}

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
