package analytics

import (
	"math"

	"mcrisk/fmath"
)

// KnownMoments are what theory says of the prices that a study drew. The difference
// between it and what the sample shows is used to correct estimates of the same
// paths; see [ControlledMean]. A nil KnownMoments corrects nothing.
type KnownMoments struct {
	LogPrice float64 // E[ln S] at the horizon; NaN: unknown
	Price    float64 // E[S]; NaN: unknown
	Power    float64 // E[S^T], with T the token's target; NaN: unknown or infinite
	Held     float64 // E[(1 + T·(S − 1))⁺]; NaN: unknown
	// Below is P(ln S ≤ x); nil, or NaN: unknown.
	Below func(x float64) float64
	// Carried is the share of E[S^power] that lies on the share of paths, in (0, 1),
	// on which S^power is largest; nil, or NaN: unknown, and the sample's own scatter
	// of ln S stands in.
	Carried func(power, share float64) float64
	// Decay is the ideal token's volatility decay with the expected variance, so
	// that S^T·e^Decay stands in for its NAV.
	Decay float64
}

// A Control names the number of each path that an estimate is corrected by.
type Control string

const (
	ControlLogPrice Control = "ln S"          // the log of the final price
	ControlPrice    Control = "S"             // the final price
	ControlPower    Control = "S^T"           // the ideal token's NAV but for a constant
	ControlHeld     Control = "(1 + T(S−1))⁺" // a position opened once, whose losses end at its equity
)

// known is the known mean of a control, NaN if there is none.
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
// by ln S if its mean is known. A correction needs all paths, because the control's
// mean over survivors is unknown; so where a path is missing it is the plain mean.
func (c *Case) logControlled(xs []float64) Estimate {
	if mean := c.known(ControlLogPrice); finite(mean) {
		if e := ControlledMean(c.Sample(xs), c.control(ControlLogPrice), mean, c.Confidence); finite(e.Value) {
			return e // else a path is missing
		}
	}
	return c.mean(xs)
}

// leastEvents is how many paths must lie on either side of a level before the
// normal interval of a corrected probability can be trusted.
const leastEvents = 100

// below is the probability that nav ends below a level, corrected by whether
// the ideal token did. Where few paths lie on one side, it is the plain
// share with its exact interval.
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
	lower := target > 0                                 // the ideal token is below on the low side
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
