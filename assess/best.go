package assess

import (
	"cmp"
	"math"
	"slices"

	"mcrisk/analytics"
)

// A Best is the best setting of a slice for one objective, with its confidence set.
type Best struct {
	Objective string
	Index     int // of the best in the sample, in the slice's Cells
	// Indistinguishable are the settings not significantly worse than the best, by cell
	// of the slice: they hold the optimum with [Confidence], whichever turned out
	// best in the sample.
	Indistinguishable []bool
	Estimate          analytics.Estimate // of the best; NaN where none has a value

	AllEqual bool // every setting has the same value
	AtEnd    bool // of the range swept, so that the optimum may lie beyond; only where one number is selected
	// Doubtful says that a setting was excluded by a difference with a warning, so that
	// the confidence may be less.
	Doubtful bool

	// Local is a parabola through the points around the best, with the loss from moving
	// 10 % away from its optimum; nil unless one number above zero is selected, at four
	// values or more.
	Local *analytics.Optimum
	// Pairing and LeastPairing are the variance reductions by pairing of differences
	// between neighbours: the median and the least. NaN unless one number is selected
	// and the differences have a variance.
	Pairing, LeastPairing float64

	ExactIndex int // the best by exact answers, in the slice's Cells; −1: there are none
	// ExactDeviation is the largest deviation of an estimate in the slice from its exact
	// answer, in standard errors.
	ExactDeviation float64
}

// None says that no setting has a value.
func (b *Best) None() bool { return math.IsNaN(b.Estimate.Value) }

// best finds the best setting of a slice for the objective of that number.
func (a *analysis) best(s *Slice, metric int, pairings []float64) Best {
	m, at, along := a.Objectives[metric], a.numbers(s, metric), a.Along()
	set := analytics.BestBy(m, len(s.Cells), at, Confidence)
	b := Best{Objective: m.Name, Index: set.Best, Indistinguishable: set.Indistinguishable, AllEqual: true,
		Estimate: a.level(s.Cells[set.Best], s.Token, metric),
		Pairing:  math.NaN(), LeastPairing: math.NaN(), ExactIndex: -1}
	for k, v := range set.Versus {
		b.Doubtful = b.Doubtful || !set.Indistinguishable[k] && v.Warning != ""
		b.AllEqual = b.AllEqual && v.Value == 0
	}
	if along >= 0 {
		b.AtEnd = a.atEnd(s, &b, along)
		b.Local = a.local(s, b.Index, along, at, m.Sense)
	}
	if len(pairings) > 0 {
		slices.Sort(pairings)
		b.Pairing, b.LeastPairing = pairings[len(pairings)/2], pairings[0]
	}
	a.compareWithExact(s, &b, metric)
	return b
}

// atEnd says whether the best is at an end of the range swept that is not a limit of the
// parameter.
func (l Layout) atEnd(s *Slice, b *Best, along int) bool {
	if b.None() || b.AllEqual || len(s.Cells) < 3 {
		return false
	}
	axis, at := l.Sweep.Axes[along], l.Value(s.Cells[b.Index], along)
	return b.Index == 0 && at > axis.Min || b.Index == len(s.Cells)-1 && at < axis.Max
}

// pairings are the variance reductions of pairing between neighbours, by objective; none
// unless one number is selected.
func (a *analysis) pairings(s *Slice) [][]float64 {
	all := make([][]float64, len(a.Objectives))
	if a.Along() < 0 {
		return all
	}
	for k := 1; k < len(s.Cells); k++ {
		before, here := a.reader.at(s.Cells[k-1], s.Token), a.reader.at(s.Cells[k], s.Token)
		for i := range all {
			if _, reduction := analytics.Pairing(here.raw[i], before.raw[i]); !math.IsNaN(reduction) {
				all[i] = append(all[i], reduction)
			}
		}
	}
	return all
}

// local is the parabola through the points around the best, if they are enough and
// above zero.
func (a *analysis) local(s *Slice, best, along int, at func(int) analytics.Sample,
	sense analytics.Sense) *analytics.Optimum {
	const points = 5
	from := max(0, min(best-points/2, len(s.Cells)-points))
	to := min(len(s.Cells), from+points)
	if to-from < 4 || a.Value(s.Cells[from], along) <= 0 {
		return nil
	}
	var xs []float64
	for _, c := range s.Cells[from:to] {
		xs = append(xs, a.Value(c, along))
	}
	o := analytics.FitOptimum(xs, func(k int) analytics.Sample { return at(from + k) }, sense, Confidence)
	return &o
}

// A FrontPoint is one setting where two objectives are traded off.
type FrontPoint struct {
	X, Y     analytics.Estimate // of the objectives, in the order of Settings.Pareto
	Standing analytics.Standing
}

// front is the standing of a slice's settings by the two objectives traded off.
func (a *analysis) front(s *Slice) []FrontPoint {
	x, y := a.MetricNumber(a.Settings.Pareto[0]), a.MetricNumber(a.Settings.Pareto[1])
	standings := analytics.Front(len(s.Cells), a.numbers(s, x), a.numbers(s, y),
		a.Metrics[x].Sense, a.Metrics[y].Sense, Confidence)
	points := make([]FrontPoint, len(s.Cells))
	for k, c := range s.Cells {
		points[k] = FrontPoint{a.level(c, s.Token, x), a.level(c, s.Token, y), standings[k]}
	}
	return points
}

// sliceIndex finds a token in a cell among estimates in order.
func sliceIndex(all []CellEstimates, cell, token int) (int, bool) {
	return slices.BinarySearchFunc(all, [2]int{cell, token}, func(x CellEstimates, at [2]int) int {
		return cmp.Or(cmp.Compare(x.Cell, at[0]), cmp.Compare(x.Token, at[1]))
	})
}
