package assess

import (
	"errors"
	"fmt"
	"math"

	"mcrisk/analytics"
	"mcrisk/exact"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A Solving says which exact answers are wanted.
type Solving struct {
	Bounds bool // bounds of errors, for twice the work
	Law    bool // also those that need the law of the final value, which takes longer
	Quick  bool // that law to six digits, where it can be had quickly
}

// Problem states a study's token for package exact, with a rate that is drawn for each lifetime at its mean. The
// error has all reasons why the token or the price has no exact answers.
func Problem(s *study.Study, token int) (exact.Problem, error) {
	if err := s.Constant(); err != nil {
		return exact.Problem{}, err
	}
	if s.Spec().Uncertain {
		return exact.Problem{}, errors.New(
			"exact answers are for known parameters; want none of --parameter-uncertainty, which mcrisk simulate has")
	}
	if t := s.Spec().Tokens[token]; t.Random() {
		if _, ok := s.Level(token); !ok {
			return exact.Problem{}, fmt.Errorf("%s: exact answers are for rates that a lifetime keeps, and %s "+
				"changes in it; "+
				"want --rates constant or level, or mcrisk simulate", t.Name, t.Rates.Kind)
		}
	}
	p, err := exact.NewProblem(s.Token(token), s.ModelOf(token), s.Spec().Step)
	if err != nil {
		return p, fmt.Errorf("%s is beyond an exact answer:\n%w\nmcrisk simulate answers with the same flags",
			s.Spec().Tokens[token].Name, err)
	}
	return p, nil
}

// Answers are the exact answers for a study's token at the horizon, the input of
// [analytics.Metric.Exact]. If only the law of the final value cannot be computed,
// there are answers and an error that is a [NoLawError].
func Answers(s *study.Study, token int, want Solving) (*analytics.Answers, error) {
	p, err := Problem(s, token)
	if err != nil {
		return nil, err
	}
	if level, ok := s.Level(token); ok {
		return levelAnswers(s, token, level, want)
	}
	years := s.Years()
	solve := p.Moments
	if want.Bounds {
		solve = p.Doubled
	}
	m, err := solve(years)
	if err != nil {
		return nil, err
	}
	t := s.Token(token)
	a := &analytics.Answers{
		Years: years, Target: t.Target, Kept: kept(t),
		NAV: m.NAV, Log: m.Log, Decay: m.Decay, Rebalances: m.Rebalances, Turnover: m.Turnover, CostDrag: m.CostDrag,
		Liquidated: m.Liquidated, Ruined: m.Ruined, Bound: m.Bound,
	}
	a.Price, a.LogPrice, a.Variance = PriceMoments(s, token, years)
	if !want.Law {
		return a, nil
	}
	lawOf := p.Law
	if want.Quick {
		lawOf = p.QuickLaw
	}
	law, err := lawOf(years)
	if err != nil {
		return a, NoLawError{err}
	}
	a.Law, a.LawBound = law, law.Bound
	return a, nil
}

// kept is the fraction of a holder's money that entry and exit leave. Trades on exit
// depend on the leverage of that time, so that with them it is unknown.
func kept(t tokens.Token) float64 {
	if t.Holder.Invest > 0 {
		return math.NaN()
	}
	return (1 - t.EntryFee) * (1 - t.ExitFee)
}

// A NoLawError says why the law of the final value cannot be computed; answers that do
// not need it exist.
type NoLawError struct{ error }

func (e NoLawError) Unwrap() error { return e.error }

// answersBeside are the exact answers shown beside the simulated ones of so many cells.
// Those that need the law of the final value, some two seconds each, are included only
// of few cells, for GBM, over a horizon with enough trades for a smooth law.
func answersBeside(s *study.Study, token, cells int) (*analytics.Answers, error) {
	const mostCells, leastSteps = 24, 2000
	spec := s.Alone(token).Spec()
	law := spec.Model.Kind == "gbm" && cells <= mostCells && spec.Horizon/spec.Step >= leastSteps
	a, err := Answers(s, token, Solving{Law: law})
	if errors.As(err, new(NoLawError)) {
		return a, nil
	}
	return a, err
}

// stops says whether a token stops at its first liquidation, as exact answers assume.
func stops(t tokens.Token) bool { return t.AfterLiquidation == tokens.Stop }

// exactByName are the exact answers of metrics, by name; those without one are absent.
func exactByName(a *analytics.Answers, metrics []analytics.Metric) map[string]float64 {
	all := map[string]float64{}
	for _, m := range metrics {
		if m.Exact == nil {
			continue
		}
		if v, _, ok := m.Exact(a); ok {
			all[m.Name] = v
		}
	}
	return all
}
