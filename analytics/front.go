package analytics

// A Standing is the position of a setting relative to the Pareto front of two metrics.
type Standing int

const (
	Undecided Standing = iota // another is better in both in the sample, but it may be chance
	OnFront                   // none is better in both in the sample
	Dominated                 // one on the front is surely better in both
)

// Front is the standing of each of n settings by two metrics, the Pareto front
// of the sample among them. X and y give the numbers of a setting by path, as
// [Case.Numbers] does; x and y of a setting are called once, and again for each
// setting on the front that the sample puts before it.
//
// A setting is Dominated when one on the front beats it in both metrics, each by
// a paired difference at the one-sided level α/(n(n-1)), α = 1 - confidence, so
// that with at least the stated confidence all that are called so truly are: if
// i is not better than k in both, one of the two tests is of something untrue,
// and both succeed with probability α/(n(n-1)) at most; there are n(n-1) pairs.
//
// Differences are over paths on which both numbers are finite. A setting without
// a finite number is Undecided. It panics as [Best] does.
func Front(n int, x, y func(i int) Sample, sx, sy Sense, confidence float64) []Standing {
	checkSettings(n, sx)
	checkSettings(n, sy)
	checkConfidence(confidence)
	xs, ys := make([]float64, n), make([]float64, n)
	for i := range n {
		xs[i], ys[i] = MeanFinite(x(i), confidence).Value, MeanFinite(y(i), confidence).Value
	}
	before := func(i, k int) bool { // i is as good in both and better in one
		dx, dy := xs[i]-xs[k], ys[i]-ys[k]
		return (better(sx, dx) || dx == 0) && (better(sy, dy) || dy == 0) && (dx != 0 || dy != 0)
	}
	standings := make([]Standing, n)
	for k := range n {
		if finite(xs[k]) && finite(ys[k]) {
			standings[k] = OnFront
		}
		for i := range n {
			if before(i, k) {
				standings[k] = Undecided
			}
		}
	}
	z := zTail((1 - confidence) / float64(max(n*(n-1), 1)))
	beats := func(sense Sense, a, b Sample) bool {
		d := PairedDifference(a, b, confidence)
		return better(sense, d.Value-float64(float64(sense)*z*d.SE))
	}
	for i := range n {
		var ax, ay Sample
		read := false
		for k := range n {
			if standings[i] != OnFront || standings[k] != Undecided || !before(i, k) {
				continue
			}
			if !read {
				ax, ay, read = x(i).copied(), y(i).copied(), true
			}
			if beats(sx, ax, x(k)) && beats(sy, ay, y(k)) {
				standings[k] = Dominated
			}
		}
	}
	return standings
}
