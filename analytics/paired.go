package analytics

import (
	"fmt"
	"math"
)

// PairedDifference is the mean of a[i] - b[i] with a normal interval, for two
// tokens that lived on the same paths. What the paths do to both alike cancels,
// so the interval is often tens of times shorter than one made from two
// separate means; see [UnpairedSE].
//
// Pairs count only where both values are finite, which for log metrics means
// where both tokens survive; N says how many. A NaN makes the result NaN.
// It panics if the lengths differ.
func PairedDifference(a, b []float64, confidence float64) Estimate {
	a, b = bothFinite(a, b)
	for i := range a {
		a[i] -= b[i]
	}
	return Mean(a, confidence)
}

// UnpairedSE is the standard error that the difference of the two means would
// have had on independent paths, √(var(a)/n + var(b)/n), over the pairs that
// [PairedDifference] uses.
func UnpairedSE(a, b []float64) float64 {
	a, b = bothFinite(a, b)
	n := float64(len(a))
	_, sa := moments(a)
	_, sb := moments(b)
	return math.Sqrt((sa + sb) / (n - 1) / n)
}

// Pairing is [UnpairedSE], and the variance reduction of pairing: (UnpairedSE/SE)²,
// how many times more paths the comparison would have needed without it. It is NaN
// where the differences do not scatter.
func Pairing(a, b []float64) (unpairedSE, varianceReduction float64) {
	unpairedSE, varianceReduction = UnpairedSE(a, b), math.NaN()
	if se := PairedDifference(a, b, 0.5).SE; se > 0 {
		ratio := unpairedSE / se
		varianceReduction = ratio * ratio
	}
	return unpairedSE, varianceReduction
}

// bothFinite returns copies of a and b without the pairs in which either is
// infinite.
func bothFinite(a, b []float64) (x, y []float64) {
	checkPairs(len(a), len(b))
	x = make([]float64, 0, len(a))
	y = make([]float64, 0, len(b))
	for i := range a {
		if !math.IsInf(a[i], 0) && !math.IsInf(b[i], 0) {
			x = append(x, a[i])
			y = append(y, b[i])
		}
	}
	return x, y
}

func checkPairs(a, b int) {
	if a != b {
		panic(fmt.Sprintf("analytics: %d values paired with %d; want one of each per path", a, b))
	}
}
