// Package exact answers without sampling what a leveraged token rebalanced at
// a band does to its holder.
//
// Between trades the whole state of such a token is one number,
//
//	y = −ln(1 − 1/L),   L = 1/(1 − e^{−y}),
//
// which moves exactly like the log-price, with the drift of ln S plus the rate
// of the risky leg minus that of the safe leg. Band edges, targets and the
// liquidation threshold are constants in y, equity is proportional to |e^y − 1|
// between trades, and a trade multiplies it by a constant of its two ends. So
// the lifetime is a chain of cycles, from one trade to the next, and everything
// follows from two weights of a cycle: how long y stays where, and where it
// leaves the band.
//
// [NewProblem] states the problem of a [tokens.Token] on a [models.Model].
//
//   - [Problem.LongRun] solves for rates per year, [Problem.Moments] for
//     expectations at a horizon and [Problem.Law] for whole distributions,
//     with the leverage watched continuously (closed forms) or at the end of
//     every step of a grid (a transfer operator; exact for that grid).
//   - [Problem.HalfWidth] and [BestBand] find the band that costs least or grows
//     most; [Shift] imitates a grid by a band watched continuously.
//   - Package [mcrisk/exact/brownian] has what needs no band: the continuously
//     rebalanced and the periodically reset token, drawdowns, barriers, first
//     passages and exit times of the price itself.
//
// Units: time in years of 365 days, rates per year and continuously
// compounded, volatility per √year, leverage signed in formulas while a band
// is given by magnitudes, costs as fractions of the notional traded. Numbers
// are per unit of initial equity. Nothing here draws a random number, and
// nothing here covers what y cannot describe: stochastic volatility, keepers that
// come late, and costs in dollars of a vault that is not held at its size.
package exact
