// Package exact computes the results of a leveraged token that rebalances at the edges
// of a band, without sampling.
//
// Between trades the whole state of such a token is one number,
//
//	y = −ln(1 − 1/L),   L = 1/(1 − e^{−y}),
//
// which moves like the log-price, with the drift of ln S plus the rate of the risky leg
// minus that of the safe leg. Band edges, targets and the liquidation threshold are
// constants in y. Equity is proportional to |e^y − 1| between trades, and a trade
// multiplies it by a constant that depends on its two ends. A lifetime is therefore a
// Markov renewal process of cycles from one trade to the next. All results follow from
// two measures of a cycle: the occupation of y inside the band, and the exit from it.
//
// [NewProblem] states the problem of a [tokens.Token] on a [models.Model].
//
//   - [Problem.LongRun] solves for rates per year, [Problem.Moments] for
//     expectations at a horizon and [Problem.Law] for whole distributions,
//     with the leverage monitored continuously (closed forms) or at the end of
//     every step of a grid (a transfer operator; exact for that grid).
//   - [Problem.HalfWidth] and [BestBand] find the band that costs least or grows
//     most; [Shift] imitates a grid by a band monitored continuously.
//   - Package [mcrisk/exact/brownian] has results without a band: the continuously
//     rebalanced and the periodically reset token, drawdowns, barriers, first
//     passages and exit times of the price.
//
// Units: time in years of 365 days, rates per year and continuously
// compounded, volatility per √year, leverage signed in formulas while a band
// is given by magnitudes, costs as fractions of the notional traded. Numbers
// are per unit of initial equity. Nothing here draws a random number. Not covered,
// because y does not describe it: stochastic volatility, late keepers, and costs in
// dollars of a vault whose size is not held steady.
package exact
