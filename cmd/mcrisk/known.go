package main

import (
	"math"

	"mcrisk/analytics"
	"mcrisk/exact/brownian"
	"mcrisk/models"
	"mcrisk/study"
	"mcrisk/tokens"
)

// known is what theory says of the prices that a study's token follows, to correct
// its estimates with: the mean log for every model, moments and the law for those with
// independent increments.
func known(s study.Spec, token int) *analytics.Known {
	s = s.Alone(token)
	t := s.Tokens[0]
	m, err := s.BuildModel()
	if err != nil || s.Uncertain {
		return nil
	}
	years, target := models.Years(s.Horizon), t.Values["target"]
	mean, meanLog, variance := price(s, m)
	k := &analytics.Known{LogPrice: meanLog, Price: mean, Power: math.NaN(), Decay: tokens.VolatilityDecay(target, variance)}
	p := brownian.Ideal{Leverage: 1, Model: m} // the price itself
	if k.Power, err = p.Moment(target, years); err != nil {
		k.Power = math.NaN()
	}
	if law, err := p.Law(years); err == nil {
		k.Below = law.CDF
	}
	return k
}
