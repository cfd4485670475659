package analytics

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/tokens"
)

// Answers are what is known of a token without sampling, at the horizon: the
// input of the exact twins of metrics. They are plain numbers, copied from
// whoever computed them.
type Answers struct {
	Years  float64 // the horizon
	Target float64 // signed
	Kept   float64 // of a holder's money after both fees: (1 − entry fee)·(1 − exit fee)

	NAV                float64 // E[NAV]
	Log                float64 // E[ln NAV], over the paths that survive, as Decay and CostDrag
	Decay              float64 // E[ln NAV − Target·ln S]
	Rebalances         float64 // expected, over the horizon
	Turnover           float64 // expected, in net asset values over the horizon
	CostDrag           float64 // E[Σ −ln(equity after a trade's cost / before)] over the horizon
	Liquidated, Ruined float64 // probabilities; Liquidated includes Ruined
	Bound              float64 // of the error: a fraction of NAV, and of one more than the size of the others

	Price    float64 // E[S]
	LogPrice float64 // E[ln S]
	Variance float64 // expected realised variance, over the horizon

	Law      Law     // of ln NAV; nil: unknown, and what rests on it has no exact twin
	LawBound float64 // of the absolute error of Law.CDF
}

// A Law is a law of ln NAV.
type Law interface {
	CDF(log float64) float64             // P(ln NAV ≤ log)
	Quantile(p float64) (float64, error) // of ln NAV
	Around(p float64) (lo, hi float64)   // between which that quantile lies, given the error of CDF
	ES(p float64) (float64, error)       // mean loss on the worst share p, in initial equity
	ESBound(p float64) float64           // of the absolute error of ES
}

// Certain is a probability of liquidation that changes nothing.
const Certain = 1e-9

// off is how far a number that is not NAV may be off.
func (a *Answers) off(v float64) float64 { return (1 + math.Abs(v)) * a.Bound }

// NAVQuantile is the p-quantile of NAV, in initial equity, and a bound of its
// error; not ok without a law, or where it is too jagged there.
func (a *Answers) NAVQuantile(p float64) (value, bound float64, ok bool) {
	if a.Law == nil {
		return math.NaN(), math.NaN(), false
	}
	x, err := a.Law.Quantile(p)
	if err != nil {
		return math.NaN(), math.NaN(), false
	}
	lo, hi := a.Law.Around(p)
	return fmath.Exp(x), fmath.Exp(hi) - fmath.Exp(lo), true
}

// tracking is E[tracking_vs_ideal], over the horizon. It is not known where a
// liquidation may come: survivors' prices are not all prices.
func (a *Answers) tracking() (value, bound float64, ok bool) {
	if !(a.Liquidated <= Certain) {
		return math.NaN(), math.NaN(), false
	}
	ideal := float64(a.Target*a.LogPrice) + tokens.VolatilityDecay(a.Target, a.Variance)
	return a.Log - ideal, a.off(a.Log), true
}

// A twin is a row's exact twin.
type twin = func(*Answers) (value, bound float64, ok bool)

// known is the twin that is one of the answers, with the bound of those that are
// not NAV.
func known(of func(*Answers) float64) twin {
	return func(a *Answers) (float64, float64, bool) { v := of(a); return v, a.off(v), true }
}

// knownYearly is that per year.
func knownYearly(of func(*Answers) float64) twin {
	return func(a *Answers) (float64, float64, bool) {
		v := of(a)
		return v / a.Years, a.off(v) / a.Years, true
	}
}
