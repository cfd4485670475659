package analytics

import (
	"fmt"
	"math"
)

// PairedDifference is the mean of a - b with a normal interval, for two tokens that
// lived on the same paths, whose samples have one set of weights and clusters. What
// the paths do to both alike cancels, so the interval is often tens of times shorter
// than one made from two separate means; see [UnpairedSE].
//
// Pairs count only where both values are finite, which for log metrics means
// where both tokens survive; N says how many. A NaN makes the result NaN.
// It panics if the samples are not of the same paths.
func PairedDifference(a, b Sample, confidence float64) Estimate {
	a, b = bothFinite(a, b)
	ds := make([]float64, len(a.X))
	for i := range ds {
		ds[i] = a.X[i] - b.X[i]
	}
	return Mean(a.with(ds), confidence)
}

// UnpairedSE is the standard error that the difference of the two means would
// have had on independent paths, √(SE(a)² + SE(b)²), over the pairs that
// [PairedDifference] uses.
func UnpairedSE(a, b Sample) float64 {
	a, b = bothFinite(a, b)
	ma, sa := moments(a)
	mb, sb := moments(b)
	if !a.plain() {
		ea := clusterError(a.totals(func(i int) float64 { return a.X[i] - ma }), a.size())
		eb := clusterError(b.totals(func(i int) float64 { return b.X[i] - mb }), b.size())
		return math.Hypot(ea, eb)
	}
	n := float64(len(a.X))
	return math.Sqrt((sa + sb) / (n - 1) / n)
}

// Pairing is [UnpairedSE], and the variance reduction of pairing: (UnpairedSE/SE)²,
// how many times more paths the comparison would have needed without it. It is NaN
// where the differences do not scatter.
func Pairing(a, b Sample) (unpairedSE, varianceReduction float64) {
	unpairedSE, varianceReduction = UnpairedSE(a, b), math.NaN()
	if se := PairedDifference(a, b, 0.5).SE; se > 0 {
		ratio := unpairedSE / se
		varianceReduction = ratio * ratio
	}
	return unpairedSE, varianceReduction
}

// bothFinite returns a and b without the pairs in which either is infinite.
func bothFinite(a, b Sample) (x, y Sample) {
	paired(a, b)
	a, b = a.valid(), b.valid()
	keep := func(i int) bool { return !math.IsInf(a.X[i], 0) && !math.IsInf(b.X[i], 0) }
	return a.where(keep), b.where(keep)
}

func checkPairs(a, b int) {
	if a != b {
		panic(fmt.Sprintf("analytics: %d values paired with %d; want one of each per path", a, b))
	}
}
