package assess

import (
	"cmp"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/fmath"
	"mcrisk/tokens"
)

// A Curve is a function at some points, from left to right.
type Curve struct{ X, Y []float64 }

// curve is a function at so many points from lo to hi, both included.
func curve(lo, hi float64, points int, of func(x float64) float64) (c Curve) {
	for i := range points {
		x := lo + (hi-lo)*float64(i)/float64(points-1)
		c.X, c.Y = append(c.X, x), append(c.Y, of(x))
	}
	return c
}

// Decays are ln NAV − T·ln S of every path, in log units over the horizon; −Inf
// where it is ruined.
func (v *View) Decays() []float64 {
	log, logS := v.Case().LogNAV(), v.Ensemble.Column("log_underlying")
	decays := make([]float64, v.Ensemble.N)
	for i := range decays {
		decays[i] = analytics.DecayVsPower(log[i], v.Ensemble.Token.Target, logS[i])
	}
	return decays
}

// A Quantile is the estimated value below which a share P of the paths lies.
type Quantile struct {
	P        float64
	Estimate analytics.Estimate
}

// DecayQuantiles are the 5 %, 50 % and 95 % quantiles of [View.Decays], without those
// that too few paths leave unbounded.
func (v *View) DecayQuantiles() (qs []Quantile) {
	levels := []float64{0.05, 0.5, 0.95}
	for i, q := range analytics.Quantiles(v.Case().Sample(v.Decays()), levels, Confidence) {
		if !math.IsInf(q.Lo, 0) && !math.IsInf(q.Hi, 0) {
			qs = append(qs, Quantile{levels[i], q})
		}
	}
	return qs
}

// IdealDecay is the median decay of the ideal token, in log units over the horizon: where variance moves, the mean
// is far from it.
func (v *View) IdealDecay() float64 {
	qv := analytics.Quantiles(v.Case().Sample(v.Ensemble.Column("realised_variance")), []float64{0.5}, Confidence)
	return tokens.VolatilityDecay(v.Ensemble.Token.Target, qv[0].Value)
}

// curvePoints is how many points a curve of theory has.
const curvePoints = 101

// DecayTheory is the decay of the ideal token against realised variance, over the range
// of the paths; not ok if all have the same variance.
func (v *View) DecayTheory() (c Curve, ok bool) {
	qv := v.Ensemble.Column("realised_variance")
	lo, hi := slices.Min(qv), slices.Max(qv)
	target := v.Ensemble.Token.Target
	return curve(lo, hi, curvePoints, func(x float64) float64 { return tokens.VolatilityDecay(target, x) }), hi > lo
}

// PowerFall is the drawdown 1 − (1 − x)^|T| of the power S^T while S falls by the
// fraction x, from none to all of it.
func (v *View) PowerFall() Curve {
	l := math.Abs(v.Ensemble.Token.Target)
	return curve(0, 1, curvePoints, func(x float64) float64 { return 1 - fmath.Pow(1-x, l) })
}

// A GroupMean is the mean of one number over a group of paths, at the mean of the
// number that they are grouped by.
type GroupMean struct {
	X float64
	Y analytics.Estimate
}

// Groups of paths by a number.
const (
	meanGroups = 10
	leastGroup = 30 // paths, for a mean with an interval
)

// GroupMeans are the means of y in ten equally large groups of paths in the order of x.
// Paths whose y is not finite are left out, and so are groups of fewer than 30.
func GroupMeans(x, y []float64) (means []GroupMean) {
	order := make([]int, 0, len(x))
	for i := range x {
		if !math.IsInf(y[i], 0) && !math.IsNaN(y[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	for g := range meanGroups {
		group := order[g*len(order)/meanGroups : (g+1)*len(order)/meanGroups]
		if len(group) < leastGroup {
			continue
		}
		var xs, ys []float64
		for _, i := range group {
			xs, ys = append(xs, x[i]), append(ys, y[i])
		}
		mean := func(values []float64) analytics.Estimate {
			return analytics.Mean(analytics.Sample{X: values}, Confidence)
		}
		means = append(means, GroupMean{mean(xs).Value, mean(ys)})
	}
	return means
}
