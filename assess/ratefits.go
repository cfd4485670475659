package assess

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mcrisk/models/rates"
	"mcrisk/paths"
)

// A RateFit is a law of rates fitted to a series.
type RateFit = rates.Fit

// RateFits are laws fitted to one series.
type RateFits struct {
	Series   *paths.Rates
	Fits     []RateFit
	Unfitted []Unfitted
}

// FitRates fits laws of rates to a series: kinds, or where there are none all that such a series can have. Floor is
// the least rate of a lifetime, for level. It is an error if none can be fitted.
func FitRates(ctx context.Context, s *paths.Rates, kinds []string, floor float64) (*RateFits, error) {
	o := rates.Observed{Times: s.Times, Values: s.Values, Whole: s.Whole}
	able := rates.Fittable(s.Whole, o.Spacing())
	if len(kinds) == 0 {
		kinds = able
	}
	all := &RateFits{Series: s}
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
