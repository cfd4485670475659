package assess

import (
	"math"

	"mcrisk/analytics"
	"mcrisk/exact/brownian"
	"mcrisk/study"
	"mcrisk/tokens"
)

// PriceMoments are what is known of the price that a token follows after some
// years, seen at the study's steps: E[S] and E[ln S] with S over its start, and
// the expected realised variance.
func PriceMoments(s *study.Study, token int, years float64) (mean, meanLog, variance float64) {
	m := s.ModelOf(token)
	one := m.Moments(s.StepYears())
	mean = math.Exp(m.Growth() * years)
	return mean, m.Moments(years).Mean, years / s.StepYears() * (one.Variance + one.Mean*one.Mean)
}

// Known is what theory says of the prices that a study's token follows, to correct
// its estimates with: the mean log for every model, moments and the law for those
// with independent increments. It is nil where the model's numbers are drawn.
func Known(s *study.Study, token int) *analytics.Known {
	if s.Spec().Uncertain {
		return nil
	}
	years, target := s.Years(), s.Token(token).Target
	mean, meanLog, variance := PriceMoments(s, token, years)
	k := &analytics.Known{LogPrice: meanLog, Price: mean, Power: math.NaN(),
		Decay: tokens.VolatilityDecay(target, variance)}
	price := brownian.Ideal{Leverage: 1, Model: s.ModelOf(token)}
	if power, err := price.Moment(target, years); err == nil {
		k.Power = power
	}
	if law, err := price.Law(years); err == nil {
		k.Below = law.CDF
	}
	return k
}

// Case is the lifetimes of one of a study's tokens with what is known of its
// prices, unless estimates are wanted plain.
func Case(s *study.Study, token int, e *tokens.Ensemble, plain bool) *analytics.Case {
	c := &analytics.Case{Ensemble: e, Confidence: Confidence}
	if !plain {
		c.Known = Known(s, token)
	}
	return c
}
