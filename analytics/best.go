package analytics

import (
	"fmt"

	"mcrisk/fmath"
)

// A BestSet is which of several settings is best on a sample of paths, and which
// others the sample cannot tell from it.
type BestSet struct {
	Best              int
	Versus            []Estimate // of each setting less the best, paired; each interval holds on its own
	Indistinguishable []bool     // the settings that cannot be told from the best; the best is one
}

// Best finds the best of n settings that lived on the same paths. At gives the
// numbers of setting i by path, as [Case.Numbers] does, with the weights and
// clusters of the paths; it is called twice for each setting, two settings are held
// at a time, and what it returns is not read after the next call.
//
// A setting is left out of the set Indistinguishable when the sample's best beats it at the
// one-sided level α/(n-1), α = 1 - confidence, so that the truly best setting k
// is among them with at least the stated confidence:
//
//	P(k left out) ≤ P(some i ≠ k beats it at α/(n-1)) ≤ Σ P(i beats it) ≤ α,
//
// because it can only be left out by another setting, whichever turned out best
// in the sample, and beating one that is truly at least as good happens with
// probability α/(n-1) at most. That holds whatever the correlation of settings,
// and for each of several that are equally good. It rests on the normal law of
// n-1 differences, further out in its tail the more settings there are.
//
// Differences are over paths on which both numbers are finite. A setting that
// has none of these in common with the best is left out; between settings that
// ruin other paths, look at the N of Versus and at a metric that counts ruin. It
// panics if there is no setting or sense is Neither.
func Best(n int, at func(i int) Sample, sense Sense, confidence float64) BestSet {
	return BestBy(Metric{Sense: sense}, n, at, confidence)
}

// BestBy is [Best] of a metric's numbers, with its way to compare two settings: where
// no path tells two probabilities apart their difference has an interval all the same.
// It panics if the metric has no Sense.
func BestBy(m Metric, n int, at func(i int) Sample, confidence float64) BestSet {
	checkSettings(n, m.Sense)
	checkConfidence(confidence)
	c, worse := best(m, n, at, confidence, (1-confidence)/float64(max(n-1, 1)))
	for i, w := range worse {
		c.Indistinguishable[i] = i == c.Best || c.Versus[i].N > 0 && !(w.Lo > 0)
	}
	return c
}

// best is the choice without those that cannot be told from it, and by how much each
// setting is worse than the best: an interval beyond whose ends lies, on each side, a
// share tail of chances.
func best(m Metric, n int, at func(i int) Sample, confidence, tail float64) (BestSet, []Estimate) {
	best, top := 0, at(0).owned()
	for i := 1; i < n; i++ {
		xs := at(i)
		if better(m.Sense, PairedDifference(xs, top, confidence).Value) || MeanFinite(top, confidence).N == 0 {
			best, top = i, xs.owned()
		}
	}
	c := BestSet{best, make([]Estimate, n), make([]bool, n)}
	worse := make([]Estimate, n)
	z := zTail(tail)
	for i := range n {
		xs := at(i)
		d := PairedDifference(xs, top, confidence) // of the best from itself nothing
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

// better says whether a difference is to the good.
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
