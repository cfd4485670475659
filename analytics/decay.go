package analytics

import "mcrisk/tokens"

// The decay of a leveraged token has three meanings. Each has its own name here and is
// a function of one path: nav is final equity over equity at the start, s the price
// ratio over the same time, target the signed leverage, and a log is the natural one.
// A ruined path has nav = 0 and logNAV = -Inf, so its log decays are -Inf.

// DecayVsPower is ln NAV - T·ln S, the shortfall against the power S^T, as a log. It is
// zero if a 3x token makes +237.5 % when the price rises by 50 %.
func DecayVsPower(logNAV, target, logS float64) float64 {
	return logNAV - float64(target*logS)
}

// DecayVsLinear is NAV - (1 + T·(S-1)), the shortfall against T times the simple
// return, in initial equity. It is defined on ruined paths too.
func DecayVsLinear(nav, target, s float64) float64 {
	return nav - (1 + float64(target*(s-1)))
}

// Efficiency is (NAV-1) / (T·(S-1)): one if the token made T times the simple return.
// Report its median and quantiles; its mean does not exist. If the price ends where it
// began it is ±Inf, or NaN if the token did too.
func Efficiency(nav, target, s float64) float64 {
	return (nav - 1) / float64(target*(s-1))
}

// TrackingVsIdeal is ln NAV - (T·ln S + V), with V the [tokens.VolatilityDecay] of
// the realised variance qv. Without jumps it is the distance, as a log, to the
// ideal token that trades continuously and free: the part of the decay that a
// better band, a cheaper venue or a faster keeper can change.
func TrackingVsIdeal(logNAV, target, logS, qv float64) float64 {
	return DecayVsPower(logNAV, target, logS) - tokens.VolatilityDecay(target, qv)
}
