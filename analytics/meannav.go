package analytics

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/tokens"
)

// The mean of NAV is dominated by few paths, those with the largest price moves. A
// sample that contains none of them gives no sign of it. Whether the mean is estimable
// is therefore decided by the law of the price: by the share of the mean that lies on
// paths rarer than one in the sample. docs/decisions/controls.md says what was tried.

const (
	// maxUnseen is the largest share of a mean on the rarest paths (one in as many as
	// the sample has, less their share of all paths) at which the mean is estimated: up
	// to it, 95 % intervals cover, without a control or with one of light tails.
	maxUnseen = 0.05
	// maxUnseenControlled is the largest such share, of NAV and of a heavy-tailed control,
	// at which intervals of the corrected mean cover. Beyond it, few paths decide the
	// coefficient of the control too.
	maxUnseenControlled = 0.04
	// minCarriers is the least effective number of residuals, 1/Σp² with p the share of
	// each in the sum of squares; for a small sample, a twentieth of its size. With
	// fewer, the control is fitted to single paths.
	minCarriers = 10
	// maxControlError is the largest allowed distance of a control's sample mean from its
	// known mean, in standard errors.
	maxControlError = 4
)

// A navMeanMethod is how the mean of NAV is estimated in a case. The parts of NAV are
// estimated in the same way, so that they add up.
type navMeanMethod struct {
	estimable bool    // from these paths
	by        Control // the control that corrects it; empty: none
	mean      float64 // of the control
}

// navMean is how the mean of NAV is estimated. The law of the price and how NAV grows
// with the price decide whether it is estimable. Among the reliable controls, the one
// with the shortest interval in the sample is used.
func (c *Case) navMean() navMeanMethod {
	if c.navMethod == nil {
		method := c.chooseNAVMean()
		c.navMethod = &method
	}
	return *c.navMethod
}

func (c *Case) chooseNAVMean() navMeanMethod {
	nav := c.Sample(c.Ensemble.Column("nav"))
	paths := nav.valid().effective()
	if !(paths > 1) {
		return navMeanMethod{estimable: true} // it has no interval that could be wrong
	}
	target := c.Ensemble.Token.Target
	unseen := c.unseenOfNAV(paths)
	method := navMeanMethod{estimable: unseen <= maxUnseen}
	least := Mean(nav, c.Confidence).SE
	for _, by := range []Control{ControlPower, ControlHeld, ControlPrice, ControlLogPrice} {
		mean := c.known(by)
		// A long token of leverage one is the price less its fees on every path, so the
		// rarest paths do no harm.
		same := by == ControlPrice && target == 1
		light := by == ControlLogPrice
		fits := method.estimable && (light || max(unseen, c.unseenOfControl(by, paths)) <= maxUnseenControlled)
		if !finite(mean) || !same && !fits {
			continue
		}
		if e, ok := reliablyControlled(nav, c.control(by), mean, same, c.Confidence); ok && e.SE < least {
			method, least = navMeanMethod{true, by, mean}, e.SE
		}
	}
	return method
}

// reliablyControlled is a controlled mean, and whether the sample supports it: the
// control's sample mean is near its known mean, the result lies within the range of the
// values, and enough residuals determine its error. A control that explains everything
// is accepted only where it is the same quantity.
func reliablyControlled(xs Sample, control []float64, mean float64, same bool, confidence float64) (Estimate, bool) {
	e, ys := ControlledPaths(xs, control, mean, confidence)
	if ys == nil {
		return e, false
	}
	of := Mean(xs.with(control), confidence)
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range xs.valid().X {
		low, high = min(low, x), max(high, x)
	}
	exact := e.VarianceReduction > 1e20 // the residuals are rounding errors
	if exact || same {
		return e, exact && same
	}
	return e, math.Abs(of.Value-mean) <= maxControlError*of.SE && low <= e.Value && e.Value <= high &&
		carriers(xs.with(ys)) >= min(minCarriers, xs.valid().effective()/20)
}

// carriers is the effective number of independent values behind a sample's variance,
// 1/Σp² with p the share of each in the squared deviations: n/3 for a normal sample.
func carriers(s Sample) float64 {
	s = s.valid()
	mean, _ := moments(s)
	var squares, fourths sum
	for _, d := range s.totals(func(i int) float64 { return s.X[i] - mean }) {
		squares.add(float64(d * d))
		fourths.add(float64(d * d * float64(d*d)))
	}
	return squares.value() * (squares.value() / fourths.value())
}

// unseenOfNAV is the share of NAV's mean that lies on paths rarer than one in the given
// number. A token that rebalances grows as S^T. One that never does grows as T·S, and a
// short one to at most 1 + |T|.
func (c *Case) unseenOfNAV(paths float64) float64 {
	if _, holds := c.Ensemble.Token.Policy.(tokens.Hold); holds {
		return c.unseenOfControl(ControlHeld, paths)
	}
	return c.unseenOfControl(ControlPower, paths)
}

// unseenOfControl is that share of a control's mean.
func (c *Case) unseenOfControl(by Control, paths float64) float64 {
	rare, target := 1/paths, c.Ensemble.Token.Target
	switch {
	case by == ControlPrice:
		return c.carried(1, rare) - rare
	case by == ControlPower:
		return c.carried(target, rare) - rare
	case target < 0:
		return float64((1-target)*rare) - rare
	}
	price := c.known(ControlPrice)
	if !finite(price) {
		price = 1
	}
	// E[(1 + T(S−1))⁺] is at least what it is without the limit to losses.
	worth := 1 + float64(target*(price-1))
	if !(worth > 0) {
		return math.Inf(1)
	}
	return (float64(target*price*c.carried(1, rare))+float64((1-target)*rare))/worth - rare
}

// carried is the share of the mean of S^power that lies on the fraction rare of paths
// where S^power is largest. If the law of S is unknown, it is taken as lognormal with
// the sample's variance.
func (c *Case) carried(power, rare float64) float64 {
	if c.Known != nil && c.Known.Carried != nil {
		if share := c.Known.Carried(power, rare); !math.IsNaN(share) {
			return share
		}
	}
	v := float64(math.Abs(power) * shapeOf(c.Sample(c.Ensemble.Column("log_underlying")).valid()).sd)
	return fmath.NormCDF(v + fmath.NormQuantile(rare))
}

// likeNAV is the mean of a part of NAV, estimated as the mean of NAV is.
func (c *Case) likeNAV(xs []float64) Estimate {
	method := c.navMean()
	switch s := c.Sample(xs); {
	case constant(s.valid().X): // an item that the token does not have
		return Mean(s, c.Confidence)
	case !method.estimable:
		return c.notEstimable()
	case method.by == "":
		return Mean(s, c.Confidence)
	default:
		return ControlledMean(s, c.control(method.by), method.mean, c.Confidence)
	}
}

// pathsLikeNAV are numbers by path whose mean likeNAV is; nil if it is not estimable.
func (c *Case) pathsLikeNAV(xs []float64) []float64 {
	method := c.navMean()
	switch {
	case !method.estimable:
		return nil
	case method.by == "" || constant(c.Sample(xs).valid().X):
		return xs
	}
	_, ys := ControlledPaths(c.Sample(xs), c.control(method.by), method.mean, c.Confidence)
	return ys
}

func constant(xs []float64) bool {
	for _, x := range xs {
		if x != xs[0] {
			return false
		}
	}
	return true
}

// correctedLikeNAV are pathsLikeNAV of a metric's numbers.
func correctedLikeNAV(paths func(*Case) []float64) func(*Case) []float64 {
	return func(c *Case) []float64 { return c.pathsLikeNAV(paths(c)) }
}

// meanLikeNAV completes a metric that is the mean of a part of NAV.
func meanLikeNAV(m Metric, paths func(*Case) []float64) Metric {
	m.Paths, m.Corrected = paths, correctedLikeNAV(paths)
	m.Of = func(c *Case) Estimate { return c.likeNAV(paths(c)) }
	return m
}

// notEstimable is the result of a metric that these paths do not determine.
func (c *Case) notEstimable() Estimate {
	e := undefined(c.Confidence, c.paths(), Normal)
	e.Warning = NotEstimable
	return e
}

// meanPrice is the mean of S. It is not corrected, as it is shown beside its known mean.
func meanPrice(c *Case) Estimate {
	price := c.Sample(c.Ensemble.Column("underlying"))
	if paths := price.valid().effective(); paths > 1 && !constant(price.valid().X) &&
		!(c.unseenOfControl(ControlPrice, paths) <= maxUnseen) {
		return c.notEstimable()
	}
	return Mean(price, c.Confidence)
}

// atLeast is an estimate of something that is never below a limit.
func (e Estimate) atLeast(limit float64) Estimate {
	e.Lo = max(e.Lo, limit)
	return e
}
