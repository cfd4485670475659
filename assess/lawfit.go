package assess

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/fmath"
)

// A LawFit compares the sample of ln NAV with a law.
type LawFit struct {
	Exact     bool      // the law is the exact one; else the normal one of the sample's mean and spread
	LogNAV    []float64 // by path; −Inf where it is ruined
	CDF       Curve     // of the law, over the sample's range
	Quantiles []LawQuantile
}

// A LawQuantile is a quantile of the law and of the sample.
type LawQuantile struct {
	P, Law float64
	Sample analytics.Estimate
}

// LawFit compares the law of ln NAV with the sample. The error says why there is nothing
// to compare: fewer than two paths survived, or all have the same value.
func (v *View) LawFit() (LawFit, error) {
	f := LawFit{LogNAV: v.Case().LogNAV()}
	law, err := v.law()
	if err != nil {
		return f, err
	}
	f.Exact = law.exact
	alive := slices.DeleteFunc(slices.Clone(f.LogNAV), func(x float64) bool { return math.IsInf(x, 0) })
	if len(alive) == 0 {
		return f, errors.New("no path survived; there is no distribution to draw")
	}
	lo, hi := slices.Min(alive), slices.Max(alive)
	if !(hi > lo) {
		return f, fmt.Errorf("ln NAV is %v on every path; there is no distribution to draw", lo)
	}
	f.CDF = curve(lo, hi, 121, func(x float64) float64 { return max(0, min(1, law.cdf(x))) })
	var levels []float64
	for i := range 39 {
		levels = append(levels, float64(i+1)/40)
	}
	levels = append(levels, 0.005, 0.995)
	for i, q := range analytics.Quantiles(v.Case().Sample(f.LogNAV), levels, Confidence) {
		if x := law.quantile(levels[i]); finite(x) && finite(q.Value) {
			f.Quantiles = append(f.Quantiles, LawQuantile{levels[i], x, q})
		}
	}
	return f, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// A logLaw is a law of ln NAV.
type logLaw struct {
	exact         bool
	cdf, quantile func(float64) float64 // NaN: there is no such quantile
}

// law is the exact law of ln NAV, or the normal one of the sample's mean and spread
// where there is none.
func (v *View) law() (logLaw, error) {
	years := v.Ensemble.Years()
	if p, err := Problem(v.Study, v.Token); err == nil {
		if law, err := p.Law(years); err == nil {
			return logLaw{true, law.CDF, func(p float64) float64 {
				x, err := law.Quantile(p)
				if err != nil {
					return math.NaN()
				}
				return x
			}}, nil
		}
	}
	mean, _ := v.Summary().Metric("log_nav")
	spread, _ := v.Summary().Metric("volatility")
	sd := spread.Value * math.Sqrt(years)
	if !(sd > 0) {
		return logLaw{}, errors.New("fewer than two paths survived; there is no distribution to draw")
	}
	return logLaw{
		cdf:      func(x float64) float64 { return fmath.NormCDF((x - mean.Value) / sd) },
		quantile: func(p float64) float64 { return mean.Value + float64(sd*fmath.NormQuantile(p)) },
	}, nil
}
