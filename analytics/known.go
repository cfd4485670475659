package analytics

import (
	"math"

	"mcrisk/tokens"
)

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
func (k *Known) controlled(xs []float64, e *tokens.Ensemble, by Control, confidence float64) Estimate {
	mean, control := math.NaN(), []float64(nil)
	if k != nil && len(xs) == e.N {
		logS := e.Column("log_underlying")
		switch by {
		case ControlLogPrice:
			mean, control = k.LogPrice, logS
		case ControlPower:
			mean, control = k.Power, make([]float64, e.N)
			for i, x := range logS {
				control[i] = math.Exp(e.Token.Target * x)
			}
		}
	}
	if finite(mean) {
		if c := ControlledMean(xs, control, mean, confidence); finite(c.Value) {
			return c // else a path is missing, or S^T has left the numbers
		}
	}
	return MeanFinite(xs, confidence)
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
// proportion with its exact interval.
func (k *Known) below(nav []float64, level float64, e *tokens.Ensemble, confidence float64) Estimate {
	plain := share(nav, func(v float64) bool { return v < level }, confidence)
	if events := float64(plain.Value * float64(plain.N)); k == nil || k.Below == nil || !(min(events, float64(plain.N)-events) >= leastEvents) {
		return plain
	}
	edge := (math.Log(level) - k.Decay) / e.Token.Target // of ln S
	lower := e.Token.Target > 0                          // the ideal token is below on the low side
	mean := k.Below(edge)
	if math.IsNaN(mean) {
		return plain
	}
	if !lower {
		mean = 1 - mean
	}
	xs, control := make([]float64, e.N), make([]float64, e.N)
	for i, x := range e.Column("log_underlying") {
		if nav[i] < level {
			xs[i] = 1
		}
		if (x <= edge) == lower {
			control[i] = 1
		}
	}
	c := ControlledMean(xs, control, mean, confidence)
	c.Lo, c.Hi = max(c.Lo, 0), min(c.Hi, 1)
	return c
}
