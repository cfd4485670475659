package analytics

import (
	"fmt"
	"math"

	"mcrisk/fmath"
)

// PairedDifference is the mean of a - b with a normal interval, for two tokens on the
// same paths, whose samples have the same weights and clusters. The common part of
// their variance cancels, so the interval is often tens of times shorter than one from
// two separate means; see [UnpairedSE].
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

// PairedShares is the difference of two probabilities, from numbers by path that are 1
// where the event occurred and 0 elsewhere. Its interval is Tango's: the differences
// that a score test does not reject. It has positive length even if no path differs,
// and covers where few do: 93 to 97 % of the time for 100 paths and more, and more
// often if both events are expected on fewer than five of the paths. SE is the one of
// [PairedDifference].
//
// With weights or clusters the number of paths is an effective one, as in [Share].
//
// Source: Tango, "Equivalence test and confidence interval for the difference in
// proportions for the paired-sample design", Statistics in Medicine 17 (1998).
func PairedShares(a, b Sample, confidence float64) Estimate {
	e := PairedDifference(a, b, confidence)
	e.Method, e.Warning = Score, ""
	if e.N == 0 || math.IsNaN(e.Value) {
		return e
	}
	a, b = bothFinite(a, b)
	var only, other sum // shares of paths with one event and not the other
	for i, x := range a.X {
		switch w := a.weight(i) / a.size(); {
		case x > b.X[i]:
			only.add(w)
		case x < b.X[i]:
			other.add(w)
		}
	}
	n := a.effective()
	if scatter := only.value() + other.value() - float64(e.Value*e.Value); !a.plain() && scatter > 0 && e.SE > 0 {
		n = min(a.size(), 1+scatter/float64(e.SE*e.SE))
	}
	e.Lo, e.Hi = tango(only.value()*n, other.value()*n, n, zScore(confidence))
	e.Lo, e.Hi = min(e.Lo, e.Value), max(e.Hi, e.Value)
	return e
}

// tango is the interval of differences of probabilities that a score test does not
// reject at z standard errors, if of n paths first had only the first event and other
// only the other.
func tango(first, other, n, z float64) (lo, hi float64) {
	// rejected is the distance of the sample from a difference d, in standard errors
	// of the most likely law under d, less z.
	rejected := func(d float64) float64 {
		p := 2 * n
		q := float64((2*n-first+other)*d) - first - other
		s := -float64(other * d * (1 - d))
		likeliest := (math.Sqrt(max(0, float64(q*q)-float64(4*p*s))) - q) / (2 * p)
		scatter := n * (2*likeliest + float64(d*(1-d)))
		off := math.Abs(first - other - float64(n*d))
		if !(scatter > 0) {
			return off
		}
		return off/math.Sqrt(scatter) - z
	}
	end := func(limit float64) float64 {
		inside, outside := (first-other)/n, limit
		if rejected(limit) <= 0 {
			return limit
		}
		for range 60 {
			if mid := float64((inside + outside) / 2); rejected(mid) > 0 {
				outside = mid
			} else {
				inside = mid
			}
		}
		return outside
	}
	return end(-1), end(1)
}

// UnpairedSE is the standard error of the difference of the two means on independent
// paths, √(SE(a)² + SE(b)²), over the pairs that [PairedDifference] uses.
func UnpairedSE(a, b Sample) float64 {
	a, b = bothFinite(a, b)
	ma, sa := moments(a)
	mb, sb := moments(b)
	if !a.plain() {
		ea := clusterError(a.totals(func(i int) float64 { return a.X[i] - ma }), a.size())
		eb := clusterError(b.totals(func(i int) float64 { return b.X[i] - mb }), b.size())
		return fmath.Hypot(ea, eb)
	}
	n := float64(len(a.X))
	return math.Sqrt((sa + sb) / (n - 1) / n)
}

// Pairing is [UnpairedSE] and the variance reduction by pairing, (UnpairedSE/SE)²: how
// many times more paths the comparison would need without it. It is NaN if the
// differences have no variance.
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
