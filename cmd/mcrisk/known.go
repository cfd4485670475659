package main

import (
	"math"
	"sync"

	"mcrisk/analytics"
	"mcrisk/exact"
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
	p, err := exact.PriceOf(m)
	if err != nil {
		return k
	}
	if k.Power, err = p.Moment(target, years); err != nil {
		k.Power = math.NaN()
	}
	law := sync.OnceValues(func() (exact.Law, error) { return p.Law(years) }) // most estimates do without
	k.Below = func(x float64) float64 {
		l, err := law()
		if err != nil {
			return math.NaN()
		}
		return l.CDF(x)
	}
	return k
}
