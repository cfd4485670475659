package assess

import (
	"context"
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

// fit fits every kind to every history. A kind that cannot be fitted to one is left out.
func (r *validating) fit(ctx context.Context) error {
	kinds, files := r.Plan.Kinds, len(r.before)
	type result struct {
		fit models.Fit
		err error
	}
	results := make([]result, len(kinds)*files)
	err := paths.Ordered(ctx, len(results), r.options.Workers,
		func() func(int) (result, error) {
			return func(i int) (result, error) {
				// Slow kinds come last in the list, so they are begun first.
				i = len(results) - 1 - i
				fit, err := fitBefore(kinds[i/files], r.before[i%files])
				if err == nil {
					_, err = study.New(forecasting(r.Plan.Study.Spec(), fit.Part(), r.before[i%files]))
				}
				return result{fit, err}, ctx.Err()
			}
		},
		func(i int, got result) error {
			results[len(results)-1-i] = got
			r.progress(i+1, len(results))
			return nil
		})
	if err != nil {
		return err
	}
	for k, kind := range kinds {
		fits := make([]models.Fit, files)
		var fault error
		for f := range files {
			got := results[k*files+f]
			if fits[f] = got.fit; got.err != nil && fault == nil {
				fault = fmt.Errorf("%s: %w", r.before[f].Name, got.err)
			}
		}
		r.fits = append(r.fits, fits)
		if fault != nil {
			if kind == Reference {
				return fault
			}
			r.fits[k] = nil
			r.Unfitted = append(r.Unfitted, Unfitted{kind, fault})
		}
	}
	return nil
}

// fitBefore fits a kind of model to a history.
func fitBefore(kind string, h *paths.History) (models.Fit, error) {
	returns, years := h.Returns()
	if kind == "garch" || kind == "gjr" {
		return models.FitTargeted(kind, returns, years)
	}
	return models.FitKind(kind, returns, years)
}

// forecasting is a study's spec with its first token alone on a fitted model, on the steps
// of a history. The expected price does not grow.
func forecasting(spec study.Spec, part param.Part, h *paths.History) study.Spec {
	values := maps.Clone(part.Values)
	values[models.Mu.Name] = 0
	spec.Model = param.Part{Kind: part.Kind, Values: values}
	token := spec.Tokens[0]
	token.Underlying = ""
	spec.Tokens = []study.TokenSpec{token}
	spec.Step, spec.Marks = h.Step, 0
	spec.Others, spec.CommonJumps, spec.Errors, spec.Uncertain = nil, false, nil, false
	return spec
}

// A task is one simulation of a fitted model, and the windows that it is held against.
type task struct {
	kind, file int            // numbers in Plan.Kinds and Plan.Histories
	windows    []int          // numbers in Windows, then Fitted
	before     *paths.History // to whose end the start is filtered; nil: stationary
}

// windowScore is what a simulated law says of one window.
type windowScore struct {
	ranks               []analytics.Rank // by ValidatedStatistics
	crps                 []float64
	liquidated, lostHalf float64 // probabilities
}

// simulate runs every model from every start and scores all windows.
func (r *validating) simulate(ctx context.Context) error {
	all := slices.Concat(r.Windows, r.Fitted)
	r.scores = map[string][2][]windowScore{}
	for k, kind := range r.Plan.Kinds {
		if r.fits[k] != nil {
			r.scores[kind] = [2][]windowScore{make([]windowScore, len(all)), make([]windowScore, len(all))}
		}
	}
	tasks := r.tasks(all)
	return paths.Ordered(ctx, len(tasks), r.options.Workers,
		func() func(int) ([]windowScore, error) {
			return func(i int) ([]windowScore, error) { return r.run(ctx, tasks[i], all) }
		},
		func(i int, scores []windowScore) error {
			starts := r.scores[r.Plan.Kinds[tasks[i].kind]]
			for n, at := range tasks[i].windows {
				starts[1][at] = scores[n]
				if tasks[i].before == nil {
					starts[0][at] = scores[n]
				}
			}
			r.progress(i+1, len(tasks))
			return nil
		})
}

// tasks are the stationary simulations, whose laws are those of the filtered ones too
// where a model has no state or nothing came before the window, and then the filtered ones.
func (r *validating) tasks(all []Window) (list []task) {
	var filtered []task
	for k, kind := range r.Plan.Kinds {
		if r.fits[k] == nil {
			continue
		}
		for f, h := range r.Plan.Histories {
			t := task{kind: k, file: f}
			for i, w := range all {
				if w.File != f {
					continue
				}
				t.windows = append(t.windows, i)
				if before, err := h.Between(time.Time{}, w.Start); err == nil && hasState(kind) {
					filtered = append(filtered, task{k, f, []int{i}, before})
				}
			}
			list = append(list, t)
		}
	}
	return append(list, filtered...)
}

// run does a task.
func (r *validating) run(ctx context.Context, t task, all []Window) ([]windowScore, error) {
	part := r.fits[t.kind][t.file].Part()
	if t.before != nil {
		var err error
		if part, err = startingAfter(part, t.before); err != nil {
			return nil, err
		}
	}
	s, err := study.New(forecasting(r.Plan.Study.Spec(), part, r.before[t.file]))
	if err != nil {
		return nil, err
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

// startingAfter is a fitted model that starts in the state that it infers from a history.
func startingAfter(part param.Part, h *paths.History) (param.Part, error) {
	volatility := 0.0 // TODO
	part.Values = maps.Clone(part.Values)
	part.Values["start"] = volatility
	return part, nil
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
