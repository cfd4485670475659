package assess

import (
	"context"
	"errors"

	"mcrisk/analytics"
	"mcrisk/study"
)

// An Exact is what is known of one of a study's tokens at the horizon without
// sampling.
type Exact struct {
	Token     string
	Answers   *analytics.Answers
	Metrics   []ExactMetric   // those of the registry that have an answer, in its order
	Quantiles []ExactQuantile // of the final net asset value, in initial equity, at [analytics.QuantileLevels]

	// Lawless says why nothing is there that rests on the law of the final value:
	// losses, quantiles and means of tails. It is nil where all of it is.
	Lawless error
	// Stops says that the token stops at its first liquidation, as these numbers do.
	Stops bool
}

// An ExactMetric is a registered metric with its answer, in the metric's unit.
type ExactMetric struct {
	analytics.Metric
	Value float64
	Bound float64 // of the absolute error
}

// An ExactQuantile is a value not exceeded with probability P.
type ExactQuantile struct {
	P     float64
	Value float64
	Bound float64 // of the absolute error
}

// Solve answers without sampling for each of a study's tokens, with bounds of the
// errors. A token or price that is beyond exact answers is an error that has all
// reasons; [Problem] finds it before anything is computed.
func Solve(ctx context.Context, s *study.Study) ([]Exact, error) {
	var all []Exact
	for i := range s.Tokens() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, err := solve(s, i)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func solve(s *study.Study, token int) (Exact, error) {
	e := Exact{Token: s.Spec().Tokens[token].Name, Stops: stops(s.Token(token))}
	var err error
	if e.Answers, err = Answers(s, token, Solving{Bounds: true, Law: true}); err != nil {
		if !errors.As(err, new(LawlessError)) {
			return e, err
		}
		e.Lawless = err
	}
	if e.Lawless == nil {
		if e.Lawless = jagged(e.Answers.Law); e.Lawless != nil {
			e.Answers.Law = nil
		}
	}
	for _, m := range analytics.All() {
		if m.Exact == nil {
			continue
		}
		if v, bound, ok := m.Exact(e.Answers); ok {
			e.Metrics = append(e.Metrics, ExactMetric{m, v, bound})
		}
	}
	for _, p := range analytics.QuantileLevels {
		if v, bound, ok := e.Answers.NAVQuantile(p); ok {
			e.Quantiles = append(e.Quantiles, ExactQuantile{p, v, bound})
		}
	}
	return e, nil
}

// tailShares are those of the tails whose means metrics are.
var tailShares = []float64{0.05, 0.01}

// jagged says why a law has not all that is asked of it: quantiles at the levels
// that are reported, and means of tails.
func jagged(law analytics.Law) error {
	for _, p := range analytics.QuantileLevels {
		if _, err := law.Quantile(p); err != nil {
			return LawlessError{err}
		}
	}
	for _, p := range tailShares {
		if _, err := law.ES(p); err != nil {
			return LawlessError{err}
		}
	}
	return nil
}

// GoesOn says whether the token may be liquidated and then levers again, which these
// numbers leave out: they stop there.
func (e Exact) GoesOn() bool { return !e.Stops && e.Answers.Liquidated > analytics.Certain }
