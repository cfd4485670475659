package assess

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// fit fits every kind to the bars of every history before Plan.Until. A kind that cannot be
// fitted to one is left out.
func (r *validating) fit(ctx context.Context) error {
	kinds, files := r.Plan.Kinds, len(r.Plan.Histories)
	type result struct {
		study *study.Study
		fault error
	}
	results := make([]result, len(kinds)*files)
	last := len(results) - 1 // slow kinds come last in the list, so they are begun first
	err := paths.Ordered(ctx, len(results), r.options.Workers,
		func() func(int) (result, error) {
			return func(i int) (result, error) {
				kind, h := kinds[(last-i)/files], r.Plan.Histories[(last-i)%files]
				s, fault := r.fitted(kind, h)
				if fault != nil {
					fault = fmt.Errorf("%s: %w", h.Name, fault)
				}
				return result{s, fault}, ctx.Err()
			}
		},
		func(i int, got result) error {
			results[last-i] = got
			r.progress(i+1, len(results))
			return nil
		})
	if err != nil {
		return err
	}
	for k, kind := range kinds {
		var studies []*study.Study
		var faults []error
		for _, got := range results[k*files : (k+1)*files] {
			studies, faults = append(studies, got.study), append(faults, got.fault)
		}
		switch fault := errors.Join(faults...); {
		case fault == nil:
			r.studies[kind] = studies
		case kind == Reference:
			return fault
		default:
			r.Unfitted = append(r.Unfitted, Unfitted{kind, fault})
		}
	}
	return nil
}

// fitted is the plan's token under a kind of model fitted to a history before Plan.Until.
func (r *validating) fitted(kind string, h *paths.History) (*study.Study, error) {
	before, err := h.Between(time.Time{}, r.Plan.Until)
	if err != nil {
		return nil, err
	}
	fit, err := fitHistory(kind, before)
	if err != nil {
		return nil, err
	}
	spec, err := forecasting(r.Plan.Study.Spec(), fit.Part(), before)
	if err != nil {
		return nil, err
	}
	return study.New(spec)
}

// fitHistory fits a kind of model to a history.
func fitHistory(kind string, h *paths.History) (models.Fit, error) {
	if models.Resamples(kind) || models.HasWeek(kind) {
		series, err := h.Series()
		if err != nil {
			return models.Fit{}, err
		}
		return models.FitSeries(kind, series)
	}
	returns, years := h.Returns()
	return models.FitKind(kind, returns, years)
}

// forecasting is a study's spec with its first token alone on a fitted model, on the steps
// of a history. The expected price does not grow.
func forecasting(spec study.Spec, part param.Part, h *paths.History) (study.Spec, error) {
	values := maps.Clone(part.Values)
	values[models.Mu.Name] = 0
	if part.Kind == "bootstrap" {
		values["growth"] = 1 // as mu says
	}
	if models.Resamples(part.Kind) {
		values["extremes"] = 0 // what happened is seen at closes too
	}
	spec.Model = param.Part{Kind: part.Kind, Values: values}
	token := spec.Tokens[0]
	token.Underlying = ""
	spec.Tokens = []study.TokenSpec{token}
	spec.Step, spec.Marks = h.Step, 0
	spec.Others, spec.CommonJumps, spec.Errors, spec.Uncertain = nil, false, nil, false
	if spec.History = nil; models.Resamples(part.Kind) {
		series, err := h.Series()
		if err != nil {
			return spec, err
		}
		spec.History = &study.History{File: h.Name, Series: series}
	}
	return spec, nil
}

// A task is one simulation of a fitted model, and the windows that it is held against.
type task struct {
	kind     string
	study    *study.Study
	windows  []int          // numbers in Windows, then Fitted
	filterTo *models.Series // to whose end the start is filtered; nil: stationary
}

// windowScore is what a simulated law says of one window.
type windowScore struct {
	ranks                []analytics.Rank // by ValidatedStatistics
	crps                 []float64
	liquidated, lostHalf float64 // probabilities
}

// simulate runs every model from every start and scores all windows.
func (r *validating) simulate(ctx context.Context) error {
	all := slices.Concat(r.Windows, r.Fitted)
	for kind := range r.studies {
		r.scores[kind] = [2][]windowScore{make([]windowScore, len(all)), make([]windowScore, len(all))}
	}
	tasks, err := r.tasks(all)
	if err != nil {
		return err
	}
	return paths.Ordered(ctx, len(tasks), r.options.Workers,
		func() func(int) ([]windowScore, error) {
			return func(i int) ([]windowScore, error) { return tasks[i].run(ctx, all) }
		},
		func(i int, scores []windowScore) error {
			starts := r.scores[tasks[i].kind]
			for n, at := range tasks[i].windows {
				starts[1][at] = scores[n]
				if tasks[i].filterTo == nil {
					starts[0][at] = scores[n]
				}
			}
			r.progress(i+1, len(tasks))
			return nil
		})
}

// leastBefore is how many bars before a window say something of the state at its start.
const leastBefore = 100

// tasks are the stationary simulations, whose laws are those of the filtered ones too
// where a model has no state or too little came before the window, and then the filtered ones.
func (r *validating) tasks(all []Window) (list []task, err error) {
	var filtered []task
	for _, kind := range r.Plan.Kinds {
		for f, s := range r.studies[kind] {
			series, err := r.Plan.Histories[f].Series()
			if err != nil {
				return nil, err
			}
			t := task{kind: kind, study: s}
			for i, w := range all {
				if w.File != f {
					continue
				}
				t.windows = append(t.windows, i)
				before := series.Before(w.Start)
				if models.HasStart(kind) && len(before.Bars) >= leastBefore {
					filtered = append(filtered, task{kind, s, []int{i}, before})
				}
			}
			list = append(list, t)
		}
	}
	return append(list, filtered...), nil
}

// run does a task.
func (t task) run(ctx context.Context, all []Window) ([]windowScore, error) {
	s := t.study
	if t.filterTo != nil {
		state, err := models.FilteredState(s.Spec().Model, t.filterTo)
		if err != nil {
			return nil, err
		}
		if s, err = s.StartedAt(state); err != nil {
			return nil, fmt.Errorf("%s before %s: %w", t.kind, all[t.windows[0]].Start.Format(time.RFC3339), err)
		}
	}
	l, err := simulatedOutcomes(ctx, s)
	if err != nil {
		return nil, err
	}
	scores := make([]windowScore, len(t.windows))
	for n, at := range t.windows {
		scores[n] = l.score(all[at].WindowOutcome)
	}
	return scores, nil
}

// An outcomeLaw is the simulated law of a token's outcome.
type outcomeLaw struct {
	forecasts            []analytics.Forecast // by ValidatedStatistics
	liquidated, lostHalf float64              // probabilities
}

// simulatedOutcomes is the law of the first token's outcome as a study simulates it, on
// the caller's goroutine.
func simulatedOutcomes(ctx context.Context, s *study.Study) (l outcomeLaw, err error) {
	values := make([][]float64, len(ValidatedStatistics))
	target, weight := s.Token(0).Target, 1/float64(s.Spec().Paths)
	liquidated, lostHalf := 0, 0
	err = study.Run(ctx, s, study.Options{Workers: 1}, func(c *study.Chunk) error {
		for i := range c.Tokens[0] {
			o := outcomeOf(target, &c.Tokens[0][i], &c.Markets[0][i])
			for k, v := range o.Values {
				values[k] = append(values[k], v)
			}
			if o.Liquidated {
				liquidated++
			}
			if o.LostHalf {
				lostHalf++
			}
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	for _, v := range values {
		l.forecasts = append(l.forecasts, analytics.NewForecast(v))
	}
	l.liquidated, l.lostHalf = float64(float64(liquidated)*weight), float64(float64(lostHalf)*weight)
	return l, nil
}

// score holds an outcome against the law.
func (l outcomeLaw) score(o WindowOutcome) windowScore {
	s := windowScore{liquidated: l.liquidated, lostHalf: l.lostHalf}
	for k, f := range l.forecasts {
		s.ranks, s.crps = append(s.ranks, f.Rank(o.Values[k])), append(s.crps, f.CRPS(o.Values[k]))
	}
	return s
}

func (r *validating) progress(done, total int) {
	if r.options.Progress != nil {
		r.options.Progress(done, total)
	}
}
