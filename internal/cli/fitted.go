package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

// A fittedModel is a price model with numbers that were fitted to a history, all but
// perhaps the growth rate.
type fittedModel struct {
	param.Part
	origins map[string]string // where each number comes from
	errors  *study.Errors     // of the fit; nil: not known
	notes   []string
}

// fit gives the model the numbers fitted to --prices, or those that the catalogue has
// for its underlying. Numbers that are given on the command line are set later.
func (p *resolving) fit() error {
	complete := p.Origins["model"] == "spec" && len(p.spec.Model.Values) > 0
	if err := p.readHistories(); err != nil {
		return err
	}
	switch {
	case p.Prices != "":
	case p.Numbers["mu"] == "fitted" && p.spec.Model.Kind != "bootstrap":
		return errors.New("--mu fitted; want --prices FILE to fit it to")
	case complete:
		p.noteDefaults(p.spec.Model.Kind, p.Spec+" has the model", p.known)
		return nil
	case p.Underlying != "":
		if _, err := catalogue.LookupBrownian(p.Underlying); err != nil {
			return err
		}
		name, uncertain := p.Underlying, p.Uncertain || p.spec.Uncertain
		p.fitted = p.resampled(func(kind string) (fittedModel, error) {
			lookup := catalogue.LookupUnderlying
			if kind == textbook {
				lookup = catalogue.LookupBrownian
			}
			u, err := lookup(name)
			return fittedOf(u, kind, uncertain), err
		})
	case p.fitted != nil && models.Resamples(p.spec.Model.Kind):
	default:
		p.noteDefaults(p.spec.Model.Kind, noHistory, p.known)
		return nil
	}
	kind := p.spec.Model.Kind
	if p.demand.OwnJumps {
		kind = "gbm"
	}
	f, err := p.fitted(kind)
	if err != nil {
		return err
	}
	values := maps.Clone(p.spec.Model.Values)
	if values == nil {
		values = param.Values{}
	}
	maps.Copy(values, f.Values)
	p.spec.Model.Values = values
	maps.Copy(p.Origins, f.origins)
	p.spec.Errors = f.errors
	p.Notes = append(p.Notes, f.notes...)
	return nil
}

// noHistory is why parameters of a model are defaults.
const noHistory = "there is no underlying of the catalogue and no --prices to fit them to"

// known says whether options or the spec have a number.
func (p *resolving) known(name string) bool { return p.given(name) || p.Origins[name] == "spec" }

// noteDefaults says that parameters of a model are defaults, and why, where some are not
// known. Geometric Brownian motion has one, which results show.
func (r *Resolved) noteDefaults(model, reason string, known func(name string) bool) {
	kind, err := models.Registry.Kind(model)
	if err != nil || kind.Name == "gbm" {
		return
	}
	unknown := func(q param.Param) bool { return q.Name != models.Mu.Name && !known(q.Name) }
	if slices.ContainsFunc(kind.Params, unknown) {
		r.Note("the parameters of %s that were not given are defaults: %s", kind.Name, reason)
	}
}

// fittedOf is a model that the catalogue has for an underlying, or without numbers, and
// a note that says so, if it has none; with the errors of the fit where they are asked for.
func fittedOf(u catalogue.Underlying, kind string, uncertain bool) fittedModel {
	part, origins := u.Model(kind), u.ModelOrigins(kind)
	f := fittedModel{Part: part, origins: origins}
	if uncertain {
		f.errors = u.Errors(kind)
	}
	if origins == nil {
		reason := "it was not tried"
		if said := u.Unfitted(kind); said != "" {
			reason = said
		}
		f.notes = []string{fmt.Sprintf("no %s is fitted to %s in the catalogue (%s): its parameters are defaults",
			kind, u.Name, reason)}
	}
	return f
}

// readHistories reads --prices, to which models are fitted then, and --history, which
// models draw from; one of them serves both.
func (p *resolving) readHistories() error {
	if p.Prices != "" && p.History != "" && p.Prices != p.History {
		return fmt.Errorf("--prices %s and --history %s; "+
			"want one file, to which the model is fitted and which it draws from", p.Prices, p.History)
	}
	name := p.Prices
	if name == "" {
		name = p.History
	}
	if name == "" {
		if h := p.spec.History; h != nil { // the spec's
			p.history = h.Series
		}
		return nil
	}
	h, hash, err := p.File.Read(p.Session, name)
	if err != nil {
		return err
	}
	p.Read = h
	p.Inputs[name] = hash
	p.Notes = append(p.Notes, HistoryNotes(h)...)
	if p.history, err = h.Series(); err != nil {
		return err
	}
	if p.History != "" || models.Resamples(p.spec.Model.Kind) {
		if name == "-" {
			return errors.New("--history -; want a file, which is read again with the run")
		}
		p.spec.History = &study.History{File: name, SHA256: hash, Column: p.File.Column, Stamp: p.File.Stamp,
			Zone: p.File.Zone, Series: p.history}
	}
	growth := p.Numbers["mu"] == "fitted"
	p.fitted = func(kind string) (fittedModel, error) { return p.fittedTo(h, name, kind, growth) }
	return nil
}

// NoteLiquidations notes where the model makes too few of the liquidations that the first
// token had in the history that was read, if it is long enough to say.
func (r *Resolved) NoteLiquidations(ctx context.Context) error {
	if r.Read == nil || r.Read.Step != r.Study.Spec().Step {
		return nil
	}
	c, err := assess.OwnLiquidations(ctx, r.Study, 0, r.Read)
	if err == nil && c.TooFew() {
		r.Note("%s: %s; see mcrisk validate", r.Study.Spec().Model.Kind, c)
	}
	if errors.Is(err, assess.ErrNoWindow) {
		return nil
	}
	return err
}

// resampled fits models that draw from a history to it, and leaves others to what is known
// of the underlying.
func (p *resolving) resampled(others func(kind string) (fittedModel, error)) func(string) (fittedModel, error) {
	own := p.fitted
	return func(kind string) (fittedModel, error) {
		if own != nil && models.Resamples(kind) {
			return own(kind)
		}
		return others(kind)
	}
}

// isDay says whether a text is a day or a time.
func isDay(text string) bool {
	at, err := instant("start", text)
	return err == nil && !at.IsZero()
}

// startAt are the numbers that say where paths start: as the model sees them at the end of the history, or at a time in
// it.
func (p *resolving) startAt(text string) (param.Values, error) {
	model := p.spec.Model
	if p.history == nil {
		last, from := p.spec.Last, p.Spec
		if text != "last" || last == nil {
			u, err := catalogue.LookupUnderlying(p.Underlying)
			if err != nil || text != "last" {
				return nil, fmt.Errorf("start = %s; want --history FILE or --prices FILE, "+
					"in which to find the volatility of that time", text)
			}
			v, origin, err := u.Last(model.Kind)
			p.startOrigin = origin
			return param.Values{"start": v}, err
		}
		p.startOrigin = fmt.Sprintf("%s: filtered to %s", from, last.At.Format(time.RFC3339))
		return models.StateAt(model.Kind, last.Volatility, last.At), nil
	}
	series := p.history
	if text != "last" {
		at, err := instant("start", text)
		if err != nil {
			return nil, err
		}
		end := series.Time(len(series.Bars))
		if at.Before(series.Time(10)) || at.After(end) {
			return nil, fmt.Errorf("start = %s; want a time from %s to %s, in the history %s", text,
				series.Time(10).Format(time.RFC3339), end.Format(time.RFC3339), series.Name)
		}
		series = series.Before(at)
	}
	state, err := models.FilteredState(model, series)
	p.startOrigin = fmt.Sprintf("filtered to %s of %s", series.Time(len(series.Bars)).Format(time.RFC3339), series.Name)
	return state, err
}

// fittedTo fits a kind of model to a history; its growth rate is kept if asked for.
func (p *resolving) fittedTo(h *paths.History, name, kind string, growth bool) (f fittedModel, err error) {
	returns, years := h.Returns()
	var fit models.Fit
	switch {
	case models.Resamples(kind), models.HasWeek(kind):
		fit, err = models.FitSeries(kind, p.history)
	case kind == "gbm": // of any two returns
		fit, err = models.FitGBM(returns, years)
	default:
		fit, err = models.FitKind(kind, returns, years)
	}
	if err != nil {
		return f, fmt.Errorf("--prices %s: %w", name, err)
	}
	f = fittedModel{Part: fit.Part(), origins: map[string]string{}, errors: study.ErrorsOf(fit)}
	if kind != "gbm" {
		for _, w := range fit.Warnings {
			f.notes = append(f.notes, kind+": "+w)
		}
	}
	for number := range f.Values {
		f.origins[number] = "fitted to " + name
	}
	for i, number := range fit.Names {
		f.origins[number] = fmt.Sprintf("fitted to %s: %d returns of %s, standard error %.4g",
			name, fit.N, param.FormatSeconds(h.Step.Seconds()), fit.SE[i])
	}
	mu := models.Mu.Name
	if kind == "bootstrap" {
		if !p.given(mu) {
			f.notes = append(f.notes, "bootstrap keeps the growth of the history; --mu sets it to another")
		}
		return f, nil
	}
	if growth {
		i := slices.Index(fit.Names, mu)
		f.origins[mu] = fmt.Sprintf("fitted to %s, standard error %.4g", name, fit.SE[i])
		if kind == "gbm" && fit.SE[i] > math.Abs(fit.Values[i]) {
			f.notes = append(f.notes, fmt.Sprintf("the fitted growth rate %.4g is smaller than its standard error %.4g",
				fit.Values[i], fit.SE[i]))
		}
		return f, nil
	}
	delete(f.Values, mu)
	delete(f.origins, mu)
	f.errors = f.errors.Without(mu)
	return f, nil
}

// modelOf is a kind of model for an axis: the study's own if it is of that kind, else the
// fitted one with the numbers that were given, else the study's made another kind.
func (r *Resolved) modelOf(kind string) (part param.Part, fitted bool, err error) {
	spec := r.Study.Spec()
	axis, err := study.ParseAxis(spec, study.ModelAxis, kind)
	if err != nil {
		return part, false, err
	}
	part = axis.Models[0]
	known := func(name string) bool { return r.Origins[name] == "given" || r.Origins[name] == "spec" }
	switch {
	case kind == spec.Model.Kind:
		return part, false, nil
	case r.fitted == nil:
		r.noteDefaults(kind, noHistory, known)
		return part, false, nil
	}
	f, err := r.fitted(kind)
	r.Notes = append(r.Notes, f.notes...)
	if err != nil || f.origins == nil {
		return part, false, err
	}
	values := maps.Clone(f.Values)
	for name, v := range part.Values {
		if known(name) {
			values[name] = v
		}
	}
	return param.Part{Kind: kind, Values: values}, true, nil
}
