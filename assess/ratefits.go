package assess

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"mcrisk/fmath"
	"mcrisk/models/rates"
	"mcrisk/paths"
)

// A RateFit is a law of rates fitted to a series.
type RateFit = rates.Fit

// RateFits are laws fitted to one series.
type RateFits struct {
	Series   *paths.Rates
	Prices   *paths.History // of the underlying; nil: correlations were not fitted
	Fits     []RateFit
	Unfitted []Unfitted
}

// FitRates fits laws of rates to a series: kinds, or where there are none all that such a series can have. Floor is
// the least rate of a lifetime, for level. With prices of the underlying it fits how shocks of a law are correlated
// with their returns. It is an error if none can be fitted.
func FitRates(ctx context.Context, s *paths.Rates, prices *paths.History, kinds []string, floor float64,
) (*RateFits, error) {
	o := rates.Observed{Times: s.Times, Values: s.Values, Whole: s.Whole}
	if prices != nil {
		var err error
		if o.Returns, err = returnsBetween(s.Times, o.Spacing(), prices); err != nil {
			return nil, err
		}
	}
	able := rates.Fittable(s.Whole, o.Spacing())
	if len(kinds) == 0 {
		kinds = able
	}
	all := &RateFits{Series: s, Prices: prices}
	var faults []error
	for _, kind := range kinds {
		if err := rates.Unfittable(kind); err != nil {
			return nil, err
		}
		if !slices.Contains(able, kind) {
			return nil, fmt.Errorf("%s cannot be fitted to %s every %v; want some of %s", kind, s.Column, o.Spacing(),
				strings.Join(able, ", "))
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := rates.FitKind(kind, o, rates.SlopesOfUSDC, floor)
		if err != nil {
			all.Unfitted, faults = append(all.Unfitted, Unfitted{kind, err}), append(faults, err)
			continue
		}
		all.Fits = append(all.Fits, f)
	}
	if len(all.Fits) == 0 {
		return nil, errors.Join(faults...)
	}
	return all, nil
}

// returnsBetween are the log-returns from each of some times to the next, by the last closes until then; NaN where
// they are not known. The first has none.
func returnsBetween(times []time.Time, spacing time.Duration, h *paths.History) ([]float64, error) {
	if h.Step > spacing {
		return nil, fmt.Errorf("prices every %v with rates every %v; want prices at least as often", h.Step, spacing)
	}
	returns := make([]float64, len(times))
	last, found, next := math.NaN(), false, 0
	for i, t := range times {
		for next < len(h.Bars) && !h.Bars[next].Start.Add(h.Step).After(t) {
			next++
		}
		now := math.NaN()
		if next > 0 && t.Sub(h.Bars[next-1].Start) < 2*h.Step {
			now = fmath.Log(h.Bars[next-1].Close)
		}
		returns[i] = now - last
		found = found || !math.IsNaN(returns[i])
		last = now
	}
	if !found {
		return nil, fmt.Errorf("prices from %s to %s are of no times of the rates, from %s to %s",
			dateOf(h.Bars[0].Start), dateOf(h.Bars[len(h.Bars)-1].Start), dateOf(times[0]), dateOf(times[len(times)-1]))
	}
	return returns, nil
}

func dateOf(t time.Time) string { return t.Format(time.DateOnly) }
