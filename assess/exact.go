package assess

import (
	"context"
	"errors"

	"mcrisk/analytics"
	"mcrisk/study"
)

// An Exact holds the exact answers for one of a study's tokens at the horizon.
type Exact struct {
	Token     string
	Answers   *analytics.Answers
	Metrics   []ExactMetric   // those of the registry that have an answer, in its order
	Quantiles []ExactQuantile // of the final net asset value, in initial equity, at [analytics.QuantileLevels]

	// NoLaw says why answers are missing that need the law of the final value: loss
	// probabilities, quantiles and expected shortfalls. It is nil if none is missing.
	NoLaw error
	// Level is the rate that is drawn for each lifetime, over whose law these are; empty: there is none.
	Level string

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

// Solve computes the exact answers for each of a study's tokens, with bounds of the
// errors. The error has all reasons why a token or price has none; [Problem] finds these
// before anything is computed.
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
	if level, ok := s.Level(token); ok {
		e.Level = level.Name
	}
	var err error
	if e.Answers, err = Answers(s, token, Solving{Bounds: true, Law: true}); err != nil {
		if !errors.As(err, new(NoLawError)) {
			return e, err
		}
		e.NoLaw = err
	}
	if e.NoLaw == nil {
		if e.NoLaw = missingFrom(e.Answers.Law); e.NoLaw != nil {
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

// tailShares are the tail probabilities of the expected shortfalls that are metrics.
var tailShares = []float64{0.05, 0.01}

// missingFrom says why a law lacks a reported quantile or expected shortfall.
func missingFrom(law analytics.Law) error {
	for _, p := range analytics.QuantileLevels {
		if _, err := law.Quantile(p); err != nil {
			return NoLawError{err}
		}
	}
	for _, p := range tailShares {
		if _, err := law.ES(p); err != nil {
			return NoLawError{err}
		}
	}
	return nil
}

// GoesOn says whether the token may be liquidated and then continues, while these
// answers stop at the first liquidation.
func (e Exact) GoesOn() bool { return !e.Stops && e.Answers.Liquidated > analytics.Certain }
