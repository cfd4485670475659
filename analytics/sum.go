package analytics

import "math"

// A sum adds in the order given and carries the rounding error of each
// addition along (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur
// Summation endlicher Summen", ZAMM 54, 1974). Its zero value is zero.
type sum struct{ total, compensation float64 }

func (s *sum) add(x float64) {
	t := s.total + x
	if math.Abs(s.total) >= math.Abs(x) {
		s.compensation += (s.total - t) + x
	} else {
		s.compensation += (x - t) + s.total
	}
	s.total = t
}

func (s *sum) value() float64 {
	if math.IsInf(s.total, 0) {
		return s.total // the error of an infinite sum is NaN
	}
	return s.total + s.compensation
}

// over is the sum divided by n > 0, rounded about once, so that the mean of equal
// values is that value.
func (s *sum) over(n float64) float64 {
	mean := s.value() / n
	if !finite(mean) {
		return mean
	}
	return mean + (math.FMA(-mean, n, s.total)+s.compensation)/n
}

// moments returns the mean of a sample and the sum of its squared deviations from
// it, each as often as it counts; the sum is NaN where the mean is not finite.
func moments(s Sample) (mean, squares float64) {
	var all, off, sq sum
	for i, x := range s.X {
		all.add(float64(s.weight(i) * x))
	}
	n := s.size()
	mean = all.over(n)
	for i, x := range s.X {
		d := x - mean
		w := s.weight(i)
		off.add(float64(w * d)) // what the rounding of the mean left
		sq.add(float64(w * float64(d*d)))
	}
	left := off.value()
	return mean, max(0, sq.value()-float64(left*left)/n)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
