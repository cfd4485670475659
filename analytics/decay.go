package analytics

import "mcrisk/tokens"

// People mean three things by the decay of a leveraged token. Each has its own
// name here and is a function of one path: nav is final equity in units of
// equity at the start, s the price ratio over the same time, target the signed
// leverage, and a log is the natural one. A ruined path has nav = 0, logNAV =
// -Inf, and so decays of -Inf where they are logs.

// DecayVsPower is ln NAV - T·ln S, what the token fell short of the compounding
// ideal S^T, as a log. Zero when +50 % made +237.5 % at 3x.
func DecayVsPower(logNAV, target, logS float64) float64 {
	return logNAV - float64(target*logS)
}

// DecayVsLinear is NAV - (1 + T·(S-1)), what the token fell short of T times
// the simple return, in initial equity. It is defined on ruined paths too.
func DecayVsLinear(nav, target, s float64) float64 {
	return nav - (1 + float64(target*(s-1)))
}

// Efficiency is (NAV-1) / (T·(S-1)): one when the token made T times the
// simple return. Report its median and quantiles; its mean does not exist,
// because the price can end where it began, where this is ±Inf, or NaN if the
// token did too.
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
