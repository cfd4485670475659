package study

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/random"
	"mcrisk/tokens"
)

// A Study is a [Spec] that has been completed, checked and built. It has every token and
// price model that its runs and analyses need, and does not change, so that several
// goroutines may share it.
type Study struct {
	spec   Spec // complete
	laws   []law
	mixer  models.Mixer
	tokens []tokens.Token
	follow []int           // number of its underlying in laws, by token
	rates  []rates.Process // by token; nil: they are constant
}

// A law is the price model of one underlying.
type law struct {
	model models.Model
	each  func(path uint64) models.Model // of each path, where its parameters are uncertain; or nil
}

// New completes, checks and builds a study. The error has everything that is wrong
// with the spec.
func New(spec Spec) (*Study, error) {
	s, err := compile(spec)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Spec is the study's spec, complete. The caller must not change its maps and slices.
func (s *Study) Spec() Spec { return s.spec }

// Model is the law of the first underlying.
func (s *Study) Model() models.Model { return s.laws[0].model }

// ModelOf is the law of the underlying that a token follows.
func (s *Study) ModelOf(token int) models.Model { return s.laws[s.follow[token]].model }

// Token is the token of that number, in the order of the spec.
func (s *Study) Token(i int) tokens.Token { return s.tokens[i] }

// Tokens is the number of tokens.
func (s *Study) Tokens() int { return len(s.tokens) }

// TableOf is the name of a token's table: the table's name, followed by the token's if
// there are several tokens.
func (s *Study) TableOf(table string, token int) string {
	if len(s.tokens) == 1 {
		return table
	}
	return table + "-" + s.spec.Tokens[token].Name
}

// Years is the length of the lifetimes, in years of 365 days.
func (s *Study) Years() float64 { return models.Years(s.spec.Horizon) }

// StepYears is the length of a step, in years of 365 days.
func (s *Study) StepYears() float64 { return models.Years(s.spec.Step) }

// Alone is the study of one of its tokens, on that token's underlying only. Its paths
// are those of the whole study only if it follows the first underlying.
func (s *Study) Alone(token int) *Study {
	u := s.follow[token]
	alone := &Study{spec: s.spec, laws: []law{s.laws[u]}, tokens: []tokens.Token{s.tokens[token]}, follow: []int{0},
		rates: []rates.Process{s.rates[token]}}
	t := s.spec.Tokens[token]
	t.Underlying = ""
	alone.spec.Tokens, alone.spec.Others, alone.spec.CommonJumps = []TokenSpec{t}, nil, false
	if u > 0 {
		alone.spec.Model, alone.spec.History = s.spec.Others[u-1].Model, nil
		alone.spec.Errors, alone.spec.Uncertain = nil, false
	}
	return alone
}

// WithPaths is the study with another number of paths, from 1 to [MaxPaths], and of
// marks, at most [MaxMarks]. It shares all parts.
func (s *Study) WithPaths(paths, marks int) (*Study, error) {
	other := *s
	other.spec.Paths, other.spec.Marks = paths, marks
	if err := other.spec.checkSize(); err != nil {
		return nil, err
	}
	return &other, nil
}

// WithHorizon is the study with lifetimes of another length, a multiple of its step, and
// no marks. It shares all parts.
func (s *Study) WithHorizon(horizon time.Duration) (*Study, error) {
	other := *s
	other.spec.Horizon, other.spec.Marks = horizon, 0
	if err := other.spec.checkSize(); err != nil {
		return nil, err
	}
	return &other, nil
}

// Certain is the study with the numbers of its model taken as known. It shares all
// parts.
func (s *Study) Certain() *Study {
	certain := *s
	certain.spec.Uncertain = false
	certain.laws = slices.Clone(s.laws)
	certain.laws[0].each = nil
	return &certain
}

// Started is the study with paths that start at another volatility, per √year, of the
// first underlying; zero: drawn from the long-run law. It shares all parts. A model without
// a volatility of its own is an error.
func (s *Study) Started(volatility float64) (*Study, error) {
	return s.StartedAt(param.Values{"start": volatility})
}

// StartedAt is the study with other numbers of its model that say where paths start, as [models.FilteredState] has
// them.
func (s *Study) StartedAt(state param.Values) (*Study, error) {
	if !models.HasStart(s.spec.Model.Kind) {
		return nil, fmt.Errorf("study: %s has no volatility of its own to start from", s.spec.Model.Kind)
	}
	other := *s
	var err error
	other.spec = s.spec
	for name, v := range state {
		if other.spec, err = other.spec.With(name, v); err != nil {
			return nil, err
		}
	}
	m, err := models.Registry.Build(other.spec.Model)
	if err == nil {
		err = m.Check()
	}
	if err != nil {
		return nil, err
	}
	if p, ok := s.laws[0].model.(models.Preparer); ok {
		m = p.SharedWith(m)
	}
	other.laws = slices.Clone(s.laws)
	other.laws[0].model = m
	return &other, nil
}

// compile completes, checks and builds a spec. With an error, the study has what could
// be completed.
func compile(spec Spec) (*Study, error) {
	n := len(spec.Tokens)
	s := &Study{spec: spec, laws: make([]law, 1+len(spec.Others)),
		tokens: make([]tokens.Token, n), follow: make([]int, n), rates: make([]rates.Process, n)}
	var faults []error
	note := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	var err error
	if s.spec.Model, s.laws[0].model, err = models.Registry.Make(spec.Model); err != nil {
		note(fmt.Errorf("model: %w", err))
	}
	note(spec.checkSize())
	note(spec.checkTexts())
	if n == 0 {
		note(errors.New("study: no token; want at least one"))
	}
	note(s.compileOthers())
	note(s.compileTokens())
	if err := errors.Join(faults...); err != nil {
		return s, err
	}
	s.laws[0], err = lawOf(s.spec, s.laws[0].model)
	note(err)
	for i, t := range s.tokens {
		if err := t.Check(); err != nil {
			note(fmt.Errorf("token %s: %w", s.spec.Tokens[i].Name, err))
		} else if _, err := s.datedOf(i); err != nil {
			note(err)
		} else if s.rates[i], err = s.spec.Tokens[i].process(); err != nil {
			note(fmt.Errorf("token %s: %w", s.spec.Tokens[i].Name, err))
		} else if err := s.spec.Tokens[i].bounded(t, s.spec.Horizon); err != nil {
			note(fmt.Errorf("token %s: %w", s.spec.Tokens[i].Name, err))
		} else if t.Stress.Window > 0 && t.Stress.Volatility == 0 {
			_, err := s.longRun(i)
			note(err)
		}
	}
	return s, errors.Join(faults...)
}

// compileTokens completes the tokens and builds them.
func (s *Study) compileTokens() error {
	var faults []error
	specs := s.spec.Tokens
	s.spec.Tokens = make([]TokenSpec, len(specs))
	names := map[string]bool{}
	for i, t := range specs {
		var err error
		if s.spec.Tokens[i], s.tokens[i], err = t.make(); err != nil {
			faults = append(faults, err)
		}
		if names[t.Name] {
			faults = append(faults, fmt.Errorf("study: two tokens are called %q", t.Name))
		}
		names[t.Name] = true
		if s.follow[i] = s.spec.underlying(t); s.follow[i] < 0 {
			faults = append(faults,
				fmt.Errorf("token %s: underlying %q; want one of the study's others, or none for the first",
					t.Name, t.Underlying))
		}
	}
	return errors.Join(faults...)
}

// compileOthers completes the other underlyings and builds their laws.
func (s *Study) compileOthers() error {
	var faults []error
	s.spec.Others = slices.Clone(s.spec.Others)
	for i := range s.spec.Others {
		u := &s.spec.Others[i]
		same := func(v Underlying) bool { return v.Name == u.Name }
		if u.Name == "" || slices.ContainsFunc(s.spec.Others[:i], same) {
			faults = append(faults, fmt.Errorf("study: underlying %d is called %q; want a name of its own",
				i+2, u.Name))
		}
		var err error
		var m models.Model
		if u.Model, m, err = models.Registry.Make(u.Model); err == nil {
			s.laws[i+1].model, err = prepared(m, nil, s.spec.Step)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("underlying %s: model: %w", u.Name, err))
		}
		if len(u.Correlations) != i+1 {
			faults = append(faults,
				fmt.Errorf("underlying %s: %d correlations; want %d, with each underlying before it",
					u.Name, len(u.Correlations), i+1))
		}
	}
	if len(s.spec.Others) > 0 && s.spec.Uncertain {
		faults = append(faults, errors.New("study: parameter uncertainty of several underlyings; want one"))
	}
	switch {
	case len(faults) > 0:
	case len(s.spec.Others) == 0 && s.spec.CommonJumps:
		faults = append(faults, errors.New("study: common jumps of one underlying; want others too"))
	case s.laws[0].model != nil:
		var err error
		if s.mixer, err = s.spec.mixer(); err == nil {
			_, err = s.priced()
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// priced are the laws of the underlyings as paths are made of them.
func (s *Study) priced() ([]models.Model, error) {
	priced := make([]models.Model, len(s.laws))
	for i, l := range s.laws {
		priced[i] = l.model
	}
	if !s.spec.CommonJumps {
		return priced, nil
	}
	return models.CommonJumps(priced, s.mixer)
}

// lawOf checks the built model of a spec, and the errors of its parameters.
func lawOf(s Spec, m models.Model) (l law, err error) {
	l.model, err = prepared(m, s.History, s.Step)
	faults := []error{err}
	switch {
	case s.Errors != nil:
		fit, err := models.Restore(s.Model, s.Errors.Names, s.Errors.Cov)
		var draws *models.Draws
		if err == nil {
			draws, err = fit.Draws()
		}
		faults = append(faults, err)
		if err == nil && s.Uncertain {
			l.each = drawn(draws, len(fit.Names), s.Seed, l.model)
		}
	case s.Uncertain:
		faults = append(faults,
			errors.New("study: parameter uncertainty, and no errors of the model's parameters are known; "+
				"want a fit to prices, or a spec that calibrate wrote"))
	}
	return l, errors.Join(faults...)
}

// prepared is a model that was checked and has all that its paths need.
func prepared(m models.Model, h *History, step time.Duration) (models.Model, error) {
	if err := m.Check(); err != nil {
		return m, err
	}
	p, ok := m.(models.Preparer)
	if !ok {
		return m, nil
	}
	var series *models.Series
	if h != nil {
		if h.Series == nil {
			return m, fmt.Errorf("study: the history %s has not been read", h.File)
		}
		series = h.Series
	}
	ready, err := p.Prepare(series, step)
	if err != nil {
		return m, err
	}
	return ready, nil
}

// drawn returns the model of each path when so many fitted parameters are uncertain: a
// pure function of the seed and the path. It has the tables of the fitted one.
func drawn(draws *models.Draws, numbers int, seed uint64, fitted models.Model) func(path uint64) models.Model {
	tables, _ := fitted.(models.Preparer)
	return func(path uint64) models.Model {
		z := make([]float64, numbers)
		for i := range z {
			z[i] = random.NormAt(seed, path, random.Stream(random.Parameters, 0), uint64(i))
		}
		m, _, err := draws.Draw(z)
		if err != nil {
			panic("study: " + err.Error()) // only a fit that is no model itself, which lawOf refused
		}
		if tables != nil {
			m = tables.SharedWith(m)
		}
		return m
	}
}
