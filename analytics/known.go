package analytics

import "math"

// Known is what theory says of the prices that a study drew. The difference
// between it and what the sample shows is used to correct estimates of the same
// paths; see [ControlledMean]. A nil Known corrects nothing.
type Known struct {
	LogPrice float64 // E[ln S] at the horizon; NaN: unknown
	Price    float64 // E[S]; NaN: unknown
	Power    float64 // E[S^T], with T the token's target; NaN: unknown or infinite
	// Below is P(ln S ≤ x); nil, or NaN: unknown.
	Below func(x float64) float64
	// Decay is the ideal token's volatility decay with the expected variance, so
	// that S^T·e^Decay stands in for its NAV.
	Decay float64
}

// A Control names the number of each path that an estimate is corrected by.
type Control string

const (
	ControlLogPrice Control = "ln S" // the log of the final price
	ControlPower    Control = "S^T"  // the ideal token's NAV but for a constant
)

// controlled is the mean of xs over the paths where it is finite, corrected by
// a control if its mean is known. A correction needs all paths, because the
// control's mean over survivors is unknown; so where a path is missing it is the
// plain mean.
func (c *Case) controlled(xs []float64, by Control) Estimate {
	mean, control := math.NaN(), []float64(nil)
	if c.Known != nil {
		logS := c.Ensemble.Column("log_underlying")
		switch by {
		case ControlLogPrice:
			mean, control = c.Known.LogPrice, logS
		case ControlPower:
			mean, control = c.Known.Power, c.Derived("S^T", func() []float64 {
				return each(logS, func(x float64) float64 { return math.Exp(c.Ensemble.Token.Target * x) })
			})
		}
	}
	if finite(mean) {
		if e := ControlledMean(c.Sample(xs), control, mean, c.Confidence); finite(e.Value) {
			return e // else a path is missing, or S^T has left the numbers
		}
	}
	return c.mean(xs)
}

// linear is the mean of DecayVsLinear, from that of NAV and the known mean of S.
func (k *Known) linear(nav Estimate, plain Estimate, target float64) Estimate {
	if k == nil || nav.VarianceReduction == 0 || !finite(k.Price) {
		return plain
	}
	shift := 1 + float64(target*(k.Price-1))
	nav.Value, nav.Lo, nav.Hi = nav.Value-shift, nav.Lo-shift, nav.Hi-shift
	ratio := plain.SE / nav.SE
	nav.VarianceReduction = float64(ratio * ratio)
	return nav
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
	edge := (math.Log(level) - c.Known.Decay) / target // of ln S
	lower := target > 0                                // the ideal token is below on the low side
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
