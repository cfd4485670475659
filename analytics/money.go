package analytics

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/tokens"
)

// Means of money are decided by few paths: those on which the price went a long
// way. Whether a sample can tell them is therefore not asked of the sample, which
// looks harmless where it met none of those paths, but of the law of the price: of
// the share of the mean that lies on paths rarer than one in the sample.
// docs/decisions/controls.md says what was tried.

const (
	// mostUnseen is the largest share of a mean on the rarest paths, one in as many as
	// the sample has, beyond their share of all paths, at which the mean is said: 95 %
	// intervals still hold it, without a control or with one of light tails.
	mostUnseen = 0.05
	// mostFitted is the largest such share, of NAV and of a control with tails of its
	// own, at which intervals of what it corrects do. Beyond, few paths decide the
	// coefficient too.
	mostFitted = 0.04
	// leastCarriers is how many residuals must carry their scatter, as 1/Σp² counts
	// them with p the share of each in the squares, or a twentieth of a small sample:
	// fewer, and the control has fitted itself to them.
	leastCarriers = 10
	// mostOff is how many of its standard errors a control's mean may be off.
	mostOff = 4
)

// A moneyMean is how means of money are estimated in a case: one way for NAV and for
// all that adds up to it, so that causes add up.
type moneyMean struct {
	told bool    // the mean can be told from these paths
	by   Control // what it is corrected by; empty: nothing
	mean float64 // of the control
}

// money is how NAV's mean is best told. Whether it can be is a matter of the price's
// law and of how NAV grows with the price; which control is used, one of those that
// can be trusted, of the sample: the one that narrows the interval most.
func (c *Case) money() moneyMean {
	if c.how == nil {
		how := c.bestMoney()
		c.how = &how
	}
	return *c.how
}

func (c *Case) bestMoney() moneyMean {
	nav := c.Sample(c.Ensemble.Column("nav"))
	paths := nav.valid().effective()
	if !(paths > 1) {
		return moneyMean{told: true} // what has no interval needs no judge
	}
	target := c.Ensemble.Token.Target
	unseen := c.unseenNAV(paths)
	how := moneyMean{told: unseen <= mostUnseen}
	least := Mean(nav, c.Confidence).SE
	for _, by := range []Control{ControlPower, ControlHeld, ControlPrice, ControlLogPrice} {
		mean := c.known(by)
		// A long token of leverage one is the price less its fees on every path there
		// is, those included that no sample sees.
		same := by == ControlPrice && target == 1
		light := by == ControlLogPrice
		fits := how.told && (light || max(unseen, c.unseenControl(by, paths)) <= mostFitted)
		if !finite(mean) || !same && !fits {
			continue
		}
		if e, ok := trusted(nav, c.control(by), mean, same, c.Confidence); ok && e.SE < least {
			how, least = moneyMean{true, by, mean}, e.SE
		}
	}
	return how
}

// trusted is a controlled mean, and whether the sample lets it be: the control's mean
// is where the sample says, the result is among the values, and more than a few of
// them say how far it may be off. Only where the control is the same thing may it
// leave nothing to chance.
func trusted(xs Sample, control []float64, mean float64, same bool, confidence float64) (Estimate, bool) {
	e, ys := ControlledPaths(xs, control, mean, confidence)
	if ys == nil {
		return e, false
	}
	of := Mean(xs.with(control), confidence)
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range xs.valid().X {
		low, high = min(low, x), max(high, x)
	}
	exact := e.VarianceReduction > 1e20 // but for rounding
	if exact || same {
		return e, exact && same
	}
	return e, math.Abs(of.Value-mean) <= mostOff*of.SE && low <= e.Value && e.Value <= high &&
		carriers(xs.with(ys)) >= min(leastCarriers, xs.valid().effective()/20)
}

// carriers is how many independent values carry a sample's scatter, 1/Σp² with p the
// share of each in the squared deviations. A normal sample of n has a third of n.
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

// unseenNAV is the share of NAV's mean that lies on the rarest of so many paths. A
// token that trades grows as S^T, and one that never does as T·S, or if it is short
// to no more than 1 + |T|.
func (c *Case) unseenNAV(paths float64) float64 {
	if _, holds := c.Ensemble.Token.Policy.(tokens.Hold); holds {
		return c.unseenControl(ControlHeld, paths)
	}
	return c.unseenControl(ControlPower, paths)
}

// unseenControl is that share of a control's mean.
func (c *Case) unseenControl(by Control, paths float64) float64 {
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

// carried is the share of the mean of S^power on the share rare of paths on which it is
// largest; where the law is unknown, that of a lognormal law of the sample's scatter.
func (c *Case) carried(power, rare float64) float64 {
	if c.Known != nil && c.Known.Carried != nil {
		if share := c.Known.Carried(power, rare); !math.IsNaN(share) {
			return share
		}
	}
	v := float64(math.Abs(power) * shapeOf(c.Sample(c.Ensemble.Column("log_underlying")).valid()).sd)
	return fmath.NormCDF(v + fmath.NormQuantile(rare))
}

// moneyOf is the mean of money that adds up to NAV, estimated as NAV is.
func (c *Case) moneyOf(xs []float64) Estimate {
	how := c.money()
	switch s := c.Sample(xs); {
	case constant(s.valid().X): // an item that the token does not have
		return Mean(s, c.Confidence)
	case !how.told:
		return c.withheld()
	case how.by == "":
		return Mean(s, c.Confidence)
	default:
		return ControlledMean(s, c.control(how.by), how.mean, c.Confidence)
	}
}

// moneyPaths are numbers by path whose mean moneyOf is; nil where it is withheld.
func (c *Case) moneyPaths(xs []float64) []float64 {
	how := c.money()
	switch {
	case !how.told:
		return nil
	case how.by == "" || constant(c.Sample(xs).valid().X):
		return xs
	}
	_, ys := ControlledPaths(c.Sample(xs), c.control(how.by), how.mean, c.Confidence)
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

// correctedMoney are numbers by path corrected as NAV is.
func correctedMoney(paths func(*Case) []float64) func(*Case) []float64 {
	return func(c *Case) []float64 { return c.moneyPaths(paths(c)) }
}

// moneyOfPaths makes a metric the mean of its numbers, which add up to NAV.
func moneyOfPaths(m Metric, paths func(*Case) []float64) Metric {
	m.Paths, m.Corrected = paths, correctedMoney(paths)
	m.Of = func(c *Case) Estimate { return c.moneyOf(paths(c)) }
	return m
}

// withheld is an estimate that these paths cannot make.
func (c *Case) withheld() Estimate {
	e := undefined(c.Confidence, c.paths(), Normal)
	e.Warning = NotEstimable
	return e
}

// meanPrice is the mean of S, for comparison with its known one and so not corrected.
func meanPrice(c *Case) Estimate {
	price := c.Sample(c.Ensemble.Column("underlying"))
	if paths := price.valid().effective(); paths > 1 && !constant(price.valid().X) &&
		!(c.unseenControl(ControlPrice, paths) <= mostUnseen) {
		return c.withheld()
	}
	return Mean(price, c.Confidence)
}

// atLeast is an estimate of something that is never below a limit.
func (e Estimate) atLeast(limit float64) Estimate {
	e.Lo = max(e.Lo, limit)
	return e
}
