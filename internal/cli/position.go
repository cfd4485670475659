package cli

import (
	"cmp"
	"maps"
	"math"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/rundir"
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

// What a position is computed for, unless something else is given.
const (
	PositionInvest  = "10k"
	PositionHorizon = "30d"
)

// Expect is the study of positions under a view: options without horizon and growth rate, and the expected move as it
// was given. Ends is the move at which further paths end; nil: it was not given.
func Expect(session *Session, options StudyOptions, names []string, expected string) (
	r *Resolved, ends *float64, err error) {
	move, err := Move("--expect", expected)
	if err != nil {
		return nil, nil, err
	}
	options.Numbers = maps.Clone(options.Numbers)
	options.Horizon = cmp.Or(options.Horizon, PositionHorizon)
	if _, err := rundir.Duration(options.Horizon); err != nil {
		return nil, nil, Input("--within = %w", err)
	}
	options.Numbers["invest"] = cmp.Or(options.Numbers["invest"], PositionInvest)
	if text, ok := options.Numbers["ends"]; ok {
		end, err := Move("--ends", text)
		if err != nil {
			return nil, nil, err
		}
		if kind := cmp.Or(options.Model, textbook); kind != textbook {
			return nil, nil, Input("--ends with --model %s; want %s, whose paths are known given their end", kind,
				textbook)
		}
		ends = &end
		delete(options.Numbers, "ends")
	}
	r, err = options.Resolve(session, Demand{Tokens: names, Textbook: true, Amend: expecting(move, expected)})
	if err == nil && r.Study.Token(0).Holder.Invest <= 0 {
		err = Input("--invest = %s; want an amount above 0 US dollars", options.Numbers["invest"])
	}
	return r, ends, err
}

// expecting gives a study the growth rate at which the price is expected to make a move over the horizon.
func expecting(move float64, text string) func(*study.Spec, *Resolved) error {
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
