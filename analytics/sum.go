package analytics

import "math"

// A sum adds in the order given and carries the rounding error of each
// addition along (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur
// Summation endlicher Summen", ZAMM 54, 1974). Its zero value is zero.
type sum struct{ total, lost float64 }

func (s *sum) add(x float64) {
	t := s.total + x
	if math.Abs(s.total) >= math.Abs(x) {
		s.lost += (s.total - t) + x
	} else {
		s.lost += (x - t) + s.total
	}
	s.total = t
}

func (s *sum) value() float64 {
	if math.IsInf(s.total, 0) {
		return s.total // the error of an infinite sum is NaN
	}
	return s.total + s.lost
}

// moments returns the mean of xs and the sum of its squared deviations from
// it, which is NaN where the mean is not finite. Both are exact for constant
// samples.
func moments(xs []float64) (mean, squares float64) {
	n := float64(len(xs))
	var first sum
	for _, x := range xs {
		first.add(x)
	}
	rough := first.value() / n
	if len(xs) == 0 || math.IsInf(rough, 0) || math.IsNaN(rough) {
		return rough, math.NaN()
	}
	var off, sq sum // around the rough mean, whose rounding they then take out
	for _, x := range xs {
		d := x - rough
		off.add(d)
		sq.add(float64(d * d))
	}
	shift := off.value() / n
	return rough + shift, max(0, sq.value()-float64(off.value()*shift))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
