package analytics

import (
	"math"

	"mcrisk/tokens"
)

// BeatMetrics are the probabilities of ending above other ways to hold the
// underlying: as it is, and T times its return, T the token's target.
var BeatMetrics = []PathMetric{
	{"p_beats_underlying", probability, "of ending above the underlying", Higher, func(e *tokens.Ensemble) []float64 {
		return beats(e, math.Exp)
	}},
	{"p_beats_linear", probability, "of ending above T times the move", Higher, func(e *tokens.Ensemble) []float64 {
		return beats(e, func(logPrice float64) float64 { return 1 + float64(e.Token.Target*math.Expm1(logPrice)) })
	}},
}

// beats is 1 on paths whose net asset value ends above what of makes of the
// logarithm of the price ratio.
func beats(e *tokens.Ensemble, of func(float64) float64) []float64 {
	logs := e.Column("log_underlying")
	xs := make([]float64, e.N)
	for i, nav := range e.Column("nav") {
		if above(nav, of(logs[i])) {
			xs[i] = 1
		}
	}
	return xs
}

// above reports whether a net asset value is above another by more than rounding
// in either: what holds the very same is not ahead of it on half of the paths.
func above(nav, other float64) bool { return nav-other > 1e-9*max(1, nav) }
