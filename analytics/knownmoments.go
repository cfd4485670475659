package analytics

import (
	"math"

	"mcrisk/fmath"
)

// KnownMoments are the true moments of the prices of a study. They are the known means
// of control variates; see [ControlledMean]. With nil KnownMoments nothing is corrected.
type KnownMoments struct {
	LogPrice float64 // E[ln S] at the horizon; NaN: unknown
	Price    float64 // E[S]; NaN: unknown
	Power    float64 // E[S^T], with T the token's target; NaN: unknown or infinite
	Held     float64 // E[(1 + T·(S − 1))⁺]; NaN: unknown
	// Below is P(ln S ≤ x); nil, or NaN: unknown.
	Below func(x float64) float64
	// Carried is the part of E[S^power] that lies on the given share of paths, in (0, 1),
	// where S^power is largest; nil, or NaN: unknown, and S is taken as lognormal with
	// the sample's variance.
	Carried func(power, share float64) float64
	// Decay is the ideal token's volatility decay at the expected variance: its NAV is
	// about S^T·e^Decay.
	Decay float64
}

// A Control names a control variate.
type Control string

const (
	ControlLogPrice Control = "ln S"          // the log of the final price
	ControlPrice    Control = "S"             // the final price
	ControlPower    Control = "S^T"           // the ideal token's NAV up to a constant
	ControlHeld     Control = "(1 + T(S−1))⁺" // a position that never trades, with losses limited to its equity
)

// known is the known mean of a control, NaN if it is unknown.
func (c *Case) known(by Control) float64 {
	if c.Known != nil {
		switch by {
		case ControlLogPrice:
			return c.Known.LogPrice
		case ControlPrice:
			return c.Known.Price
		case ControlPower:
			return c.Known.Power
		case ControlHeld:
			return c.Known.Held
		}
	}
	return math.NaN()
}

// control is a control by path.
func (c *Case) control(by Control) []float64 {
	logS, target := c.Ensemble.Column("log_underlying"), c.Ensemble.Token.Target
	of := map[Control]func(float64) float64{
		ControlPrice: fmath.Exp,
		ControlPower: func(x float64) float64 { return fmath.Exp(target * x) },
		ControlHeld:  func(x float64) float64 { return max(0, 1+float64(target*fmath.Expm1(x))) },
	}[by]
	if of == nil {
		return logS
	}
	return c.Derived(string(by), func() []float64 { return each(logS, of) })
}

// logControlled is the mean of logs over the paths where they are finite, corrected
// by ln S if its mean is known and all paths survive: the mean of ln S over surviving
// paths is unknown.
func (c *Case) logControlled(xs []float64) Estimate {
	if mean := c.known(ControlLogPrice); finite(mean) {
		if e := ControlledMean(c.Sample(xs), c.control(ControlLogPrice), mean, c.Confidence); finite(e.Value) {
			return e // not finite: a path was ruined
		}
	}
	return c.mean(xs)
}

// leastEvents is how many paths must lie on either side of a level for the normal
// interval of a corrected probability.
const leastEvents = 100

// below is the probability that nav ends below a level, with the same event of the ideal
// token as control. If few paths lie on one side, it is the plain share with its exact
// interval.
func (c *Case) below(nav []float64, level float64) Estimate {
	plain := c.share(nav, func(v float64) bool { return v < level })
	if c.Known == nil || c.Known.Below == nil {
		return plain
	}
	paths := c.Sample(nav).valid().effective()
	if events := float64(plain.Value * paths); !(min(events, paths-events) >= leastEvents) {
		return plain
	}
	target := c.Ensemble.Token.Target
	edge := (fmath.Log(level) - c.Known.Decay) / target // of ln S
	lower := target > 0                                 // the ideal token is below the level where S is low
	mean := c.Known.Below(edge)
	if math.IsNaN(mean) {
		return plain
	}
	if !lower {
		mean = 1 - mean
	}
	xs := indicators(nav, func(v float64) bool { return v < level })
	control := indicators(c.Ensemble.Column("log_underlying"), func(x float64) bool { return (x <= edge) == lower })
	e := ControlledMean(c.Sample(xs), control, mean, c.Confidence)
	e.Lo, e.Hi = max(e.Lo, 0), min(e.Hi, 1)
	return e
}
