package analytics

import (
	"fmt"

	"mcrisk/fmath"
)

// A BestSet is the setting that is best on a sample of paths, and a confidence set of
// the best: the settings that are not significantly worse.
type BestSet struct {
	Best              int
	Versus            []Estimate // of each setting less the best, paired; each interval holds on its own
	Indistinguishable []bool     // not significantly worse than the best, the best included
}

// Best finds the best of n settings that ran on the same paths. At gives the
// numbers of setting i by path, as [Case.Numbers] does, with the weights and
// clusters of the paths; it is called twice for each setting, two settings are held
// at a time, and what it returns is not read after the next call.
//
// A setting is not in the set Indistinguishable if the sample's best beats it at the
// one-sided level α/(n-1), α = 1 - confidence. The set then contains the optimum
// setting k with at least the stated confidence (Hsu's multiple comparisons with the
// best):
//
//	P(k left out) ≤ P(some i ≠ k beats it at α/(n-1)) ≤ Σ P(i beats it) ≤ α,
//
// because only another setting can exclude it, and beats one that is truly at least
// as good with probability α/(n-1) at most. This holds for any correlation between
// settings, and for each of several that are equally good. It uses the normal law of
// n-1 differences, further out in the tail the more settings there are.
//
// Source: Hsu, Multiple Comparisons: Theory and Methods (1996), chapter 4.
//
// Differences are over paths on which both numbers are finite. A setting that has no
// such path in common with the best is not in the set. Where settings ruin different
// paths, look at the N of Versus and at a metric that counts ruin. Best panics if
// there is no setting or sense is Neither.
func Best(n int, at func(i int) Sample, sense Sense, confidence float64) BestSet {
	return BestBy(Metric{Sense: sense}, n, at, confidence)
}

// BestBy is [Best] of a metric's numbers, compared by [Metric.Difference]: the
// difference of two probabilities has an interval of positive length even if no path
// differs. It panics if the metric has no Sense.
func BestBy(m Metric, n int, at func(i int) Sample, confidence float64) BestSet {
	checkSettings(n, m.Sense)
	checkConfidence(confidence)
	c, worse := best(m, n, at, confidence, (1-confidence)/float64(max(n-1, 1)))
	for i, w := range worse {
		c.Indistinguishable[i] = i == c.Best || c.Versus[i].N > 0 && !(w.Lo > 0)
	}
	return c
}

// best is the best setting and by how much each setting is worse than it: an interval
// that the true value exceeds with probability tail on each side.
func best(m Metric, n int, at func(i int) Sample, confidence, tail float64) (BestSet, []Estimate) {
	best, top := 0, at(0).copied()
	for i := 1; i < n; i++ {
		xs := at(i)
		if better(m.Sense, PairedDifference(xs, top, confidence).Value) || MeanFinite(top, confidence).N == 0 {
			best, top = i, xs.copied()
		}
	}
	c := BestSet{best, make([]Estimate, n), make([]bool, n)}
	worse := make([]Estimate, n)
	z := zTail(tail)
	for i := range n {
		xs := at(i)
		d := PairedDifference(xs, top, confidence) // zero for the best itself
		if i != best {
			d = m.Difference(xs, top, confidence)
		}
		c.Versus[i] = d
		w := d
		w.Value = -float64(float64(m.Sense) * d.Value)
		w.Lo, w.Hi = w.Value-float64(z*d.SE), w.Value+float64(z*d.SE)
		if d.Method == Score {
			wide := m.Difference(xs, top, 1-2*tail)
			if w.Lo, w.Hi = wide.Lo, wide.Hi; m.Sense == Higher {
				w.Lo, w.Hi = -wide.Hi, -wide.Lo
			}
		}
		worse[i] = w
	}
	return c, worse
}

// better says whether a difference is an improvement.
func better(sense Sense, difference float64) bool { return float64(sense)*difference > 0 }

// zTail is the number of standard errors beyond which a normal variable lies
// with probability tail on one side.
func zTail(tail float64) float64 { return -fmath.NormQuantile(tail) }

func checkSettings(n int, sense Sense) {
	if n < 1 || sense != Higher && sense != Lower {
		panic(fmt.Sprintf("analytics: %d settings and sense %d; want at least 1 and Higher (1) or Lower (-1)", n,
			sense))
	}
}
