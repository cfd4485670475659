package main

import (
	"math"

	"mcrisk/analytics"
	"mcrisk/exact/brownian"
	"mcrisk/study"
	"mcrisk/tokens"
)

// known is what theory says of the prices that a study's token follows, to correct
// its estimates with: the mean log for every model, moments and the law for those with
// independent increments.
func known(s *study.Study, token int) *analytics.Known {
	s = s.Alone(token)
	if s.Spec().Uncertain {
		return nil
	}
	years, target := s.Years(), s.Token(0).Target
	mean, meanLog, variance := price(s, years)
	k := &analytics.Known{LogPrice: meanLog, Price: mean, Power: math.NaN(), Decay: tokens.VolatilityDecay(target, variance)}
	p := brownian.Ideal{Leverage: 1, Model: s.Model()} // the price itself
	if power, err := p.Moment(target, years); err == nil {
		k.Power = power
	}
	if law, err := p.Law(years); err == nil {
		k.Below = law.CDF
	}
	return k
}
