package cli

import (
	"math"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

// mostMove is the move above which it is asked whether percents were meant.
const mostMove = 10

// Move reads a move of the price as a fraction, from a flag.
func Move(flag, text string) (float64, error) {
	v, err := param.Number(text)
	switch {
	case err != nil || math.IsNaN(v) || v <= -1:
		return 0, Input("%s = %q; want a move of the price above −100 %%, such as +20%% or -0.1", flag, text)
	case v > mostMove:
		return 0, Input("%s = %q is %.4g %%; want at most %d %%: 20%% and 0.2 are a fifth", flag, text, 100*v,
			100*mostMove)
	}
	return v, nil
}

// Expecting gives a study the growth rate at which the price is expected to make a move over the horizon.
func Expecting(move float64, text string) func(*study.Spec, *Resolved) error {
	return func(spec *study.Spec, r *Resolved) (err error) {
		rate := models.RateOf(move, spec.Horizon)
		if err := models.Mu.Check(rate); err != nil {
			return Input("--expect = %q within %v grows by %.4g a year; want from %v to %v", text, spec.Horizon, rate,
				models.Mu.Min, models.Mu.Max)
		}
		*spec, err = spec.With(models.Mu.Name, rate)
		r.Origins[models.Mu.Name] = "--expect " + text
		return err
	}
}
