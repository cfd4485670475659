package assess

import (
	"math"

	"mcrisk/analytics"
	"mcrisk/exact/brownian"
	"mcrisk/exact/levy"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/study"
	"mcrisk/tokens"
)

// PriceMoments are moments of the price that a token follows after some years: E[S] and
// E[ln S] with S relative to its start, and the expected realised variance at the study's steps.
func PriceMoments(s *study.Study, token int, years float64) (mean, meanLog, variance float64) {
	m := s.ModelOf(token)
	one := m.Moments(s.StepYears())
	mean = fmath.Exp(m.Growth() * years)
	return mean, m.Moments(years).Mean, years / s.StepYears() * (one.Variance + float64(one.Mean*one.Mean))
}

// KnownMoments are the known means of control variates for a study's token: the mean log
// price for every model, and moments and the law for models with independent increments.
// It is nil if the parameters of the model are drawn.
func KnownMoments(s *study.Study, token int) *analytics.KnownMoments {
	if s.Spec().Uncertain {
		return nil
	}
	years, target := s.Years(), s.Token(token).Target
	mean, meanLog, variance := PriceMoments(s, token, years)
	m := s.ModelOf(token)
	k := &analytics.KnownMoments{LogPrice: meanLog, Price: mean, Power: math.NaN(), Held: math.NaN(),
		Decay: tokens.VolatilityDecay(target, variance)}
	price := brownian.Ideal{Leverage: 1, Model: m}
	if power, err := price.Moment(target, years); err == nil {
		k.Power = power
	}
	law, err := price.Law(years)
	if err == nil {
		k.Below = law.CDF
		k.Held = held(law, target, mean)
	}
	k.Carried = func(power, share float64) float64 {
		if levy.Supports(m) {
			if carried, err := price.Carried(power, share, years); err == nil {
				return carried
			}
			if _, err := price.Moment(power, years); err != nil {
				return 1 // it has no mean
			}
		}
		return carriedBy(m.Moments(years), power, share)
	}
	return k
}

// held is E[(1 + T(S−1))⁺], the mean value of a position that never trades, with losses
// limited to its equity; NaN if the error bound of the law is too large for a control.
func held(law levy.Law, target, price float64) float64 {
	const largestBound = 1e-6
	k := 1 - 1/target // the price at which it is worth nothing
	if k <= 0 {
		return 1 + float64(target*(price-1))
	}
	if law.Bound > largestBound {
		return math.NaN()
	}
	below, money := law.CDF(fmath.Log(k)), law.Partial(fmath.Log(k))
	if target > 0 {
		below, money = 1-below, price-money
	}
	return float64((1-target)*below) + float64(target*money)
}

// carriedBy is the part of E[S^power] on the given share of paths where S^power is
// largest, from four moments of ln S: the law weighted by S^power is taken as normal with
// its cumulants, the quantile by the expansion of Cornish and Fisher.
func carriedBy(m models.Moments, power, share float64) float64 {
	sd := math.Sqrt(m.Variance)
	k := float64(math.Abs(power) * sd) // with ln S in its deviations, upwards
	skew, kurtosis := math.Copysign(m.Skewness, m.Skewness*power), m.Kurtosis
	mean := k + float64(skew*k*k/2) + kurtosis*k*k*k/6
	variance := 1 + float64(skew*k) + float64(kurtosis*k*k/2)
	z := -fmath.NormQuantile(share)
	z3 := float64(z * z * z)
	quantile := z + skew*(float64(z*z)-1)/6 + kurtosis*(z3-float64(3*z))/24 - skew*skew*(float64(2*z3)-float64(5*z))/36
	if !(variance > 0) || math.IsInf(mean, 0) || math.IsNaN(quantile) {
		return fmath.NormCDF(k - z)
	}
	return fmath.NormCDF((mean - quantile) / math.Sqrt(variance))
}

// Case is the analytics.Case of one of a study's tokens; with plain, estimates have no
// control variates.
func Case(s *study.Study, token int, e *tokens.Ensemble, plain bool) *analytics.Case {
	c := &analytics.Case{Ensemble: e, Confidence: Confidence}
	if item, share, ok := s.LevelShare(token, e.N); ok {
		c.Level = &analytics.RateLevel{Item: item, Share: share}
	}
	if !plain {
		c.Known = KnownMoments(s, token)
	}
	return c
}
