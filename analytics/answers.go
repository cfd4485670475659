package analytics

import (
	"math"

	"mcrisk/fmath"
	"mcrisk/tokens"
)

// Answers are the exact results for a token at the horizon, without sampling. The
// Exact functions of metrics read them. They are plain numbers, copied from the exact
// engine.
type Answers struct {
	Years  float64 // the horizon
	Target float64 // signed
	Kept   float64 // fraction of a holder's money that entry and exit leave; NaN: it depends on the path

	NAV                float64 // E[NAV]
	Log                float64 // E[ln NAV], over the paths that survive, as Decay and CostDrag
	Decay              float64 // E[ln NAV − Target·ln S]
	Rebalances         float64 // expected, over the horizon
	Turnover           float64 // expected, in net asset values over the horizon
	CostDrag           float64 // E[Σ −ln(equity after a trade's cost / before)] over the horizon
	Liquidated, Ruined float64 // probabilities; Liquidated includes Ruined
	Bound              float64 // of the error: relative for NAV; for another x, as a fraction of 1 + |x|

	Price    float64 // E[S]
	LogPrice float64 // E[ln S]
	Variance float64 // expected realised variance, over the horizon

	Law      Law     // of ln NAV; nil: unknown, and metrics that need it have no exact value
	LawBound float64 // of the absolute error of Law.CDF
}

// A Law is the distribution of ln NAV.
type Law interface {
	CDF(log float64) float64             // P(ln NAV ≤ log)
	Quantile(p float64) (float64, error) // of ln NAV
	Around(p float64) (lo, hi float64)   // bounds of that quantile, given the error of CDF
	ES(p float64) (float64, error)       // mean loss on the worst share p, in initial equity
	ESBound(p float64) float64           // of the absolute error of ES
}

// Certain is the largest probability of liquidation that is taken for none.
const Certain = 1e-9

// off bounds the error of a number that is not NAV.
func (a *Answers) off(v float64) float64 { return (1 + math.Abs(v)) * a.Bound }

// NAVQuantile is the p-quantile of NAV, in initial equity, and a bound of its
// error; not ok without a law, or where the law cannot be inverted there.
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

// tracking is E[tracking_vs_ideal], over the horizon. It is unknown where the token may
// be liquidated, because the prices of surviving paths have another mean.
func (a *Answers) tracking() (value, bound float64, ok bool) {
	if !(a.Liquidated <= Certain) {
		return math.NaN(), math.NaN(), false
	}
	ideal := float64(a.Target*a.LogPrice) + tokens.VolatilityDecay(a.Target, a.Variance)
	return a.Log - ideal, a.off(a.Log), true
}

// An exactFunc is a metric's value without sampling; see [Metric.Exact].
type exactFunc = func(*Answers) (value, bound float64, ok bool)

// exactly is the exactFunc of one of the answers other than NAV.
func exactly(of func(*Answers) float64) exactFunc {
	return func(a *Answers) (float64, float64, bool) { v := of(a); return v, a.off(v), true }
}

// exactlyPerYear is that per year.
func exactlyPerYear(of func(*Answers) float64) exactFunc {
	return func(a *Answers) (float64, float64, bool) {
		v := of(a)
		return v / a.Years, a.off(v) / a.Years, true
	}
}
