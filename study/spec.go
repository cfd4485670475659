// Package study is where prices meet tokens: one experiment as plain data, and
// the function that runs it.
package study

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/random"
	"mcrisk/tokens"
)

// A Spec describes a study completely: the same Spec gives the same bits on
// any machine, for any number of workers.
type Spec struct {
	Model   param.Part // of models.Registry
	Horizon time.Duration
	Step    time.Duration
	Paths   int    // lifetimes of each token
	Seed    uint64 //
	Marks   int    // evenly spaced times, after the start, at which paths are seen; at most 64
	Tokens  []TokenSpec

	// Others are further underlyings that tokens may follow instead of the first,
	// whose law is Model. They move together.
	Others []Underlying

	// Errors are those of the model's numbers, where they were fitted.
	Errors *Errors
	// Uncertain draws the model's numbers anew for each path, with Errors.
	Uncertain bool
}

// An Underlying is one that tokens may follow instead of the first.
type Underlying struct {
	Name  string
	Model param.Part // of models.Registry
	// Correlations are those of its price's Brownian motion with those of the first
	// underlying and of the Others before it. Jumps and variances are independent.
	Correlations []float64
}

// Errors are the errors of fitted numbers.
type Errors struct {
	Names []string    // the numbers
	Cov   [][]float64 // covariance of their errors
}

// A TokenSpec describes a token as kinds and named numbers.
type TokenSpec struct {
	Name       string
	Underlying string       // one of the spec's Others; empty: the first underlying
	Policy     param.Part   // of tokens.Policies
	Mechanism  param.Part   // of tokens.Mechanisms
	Values     param.Values // of tokens.Params
}

// Limits of a study.
const (
	MaxPaths = 1 << 40
	MaxMarks = 64
)

// Complete returns the spec with every default written out, or everything that
// is wrong with it.
func (s Spec) Complete() (Spec, error) {
	var faults []error
	note := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	var err error
	if s.Model, err = models.Registry.Complete(s.Model); err != nil {
		note(fmt.Errorf("model: %w", err))
	}
	if _, err := paths.NewGrid(s.Horizon, s.Step); err != nil {
		note(err)
	}
	if s.Paths < 1 || s.Paths > MaxPaths {
		note(fmt.Errorf("study: paths = %d; want a whole number from 1 to %d", s.Paths, MaxPaths))
	}
	if s.Marks < 0 || s.Marks > MaxMarks {
		note(fmt.Errorf("study: marks = %d; want 0 to %d", s.Marks, MaxMarks))
	}
	if len(s.Tokens) == 0 {
		note(errors.New("study: no token; want at least one"))
	}
	if err := s.completeOthers(); err != nil {
		note(err)
	}
	full := make([]TokenSpec, len(s.Tokens))
	names := map[string]bool{}
	for i, t := range s.Tokens {
		if full[i], err = t.Complete(); err != nil {
			note(err)
		}
		if names[t.Name] {
			note(fmt.Errorf("study: two tokens are called %q", t.Name))
		}
		names[t.Name] = true
		if s.underlying(t) < 0 {
			note(fmt.Errorf("token %s: underlying %q; want one of the study's others, or none for the first", t.Name, t.Underlying))
		}
	}
	s.Tokens = full
	if err := errors.Join(faults...); err != nil {
		return s, err
	}
	if _, err := s.BuildModel(); err != nil {
		note(err)
	}
	if s.Errors != nil {
		fit, err := models.Restore(s.Model, s.Errors.Names, s.Errors.Cov)
		if err == nil {
			_, err = fit.Draw(make([]float64, len(fit.Names)))
		}
		if err != nil {
			note(err)
		}
	} else if s.Uncertain {
		note(errors.New("study: parameter uncertainty, and no errors of the model's numbers are known; want a fit to prices, or a spec that calibrate wrote"))
	}
	for _, t := range s.Tokens {
		if token, err := t.Build(); err != nil {
			note(err)
		} else if err := token.Check(); err != nil {
			note(fmt.Errorf("token %s: %w", t.Name, err))
		}
	}
	return s, errors.Join(faults...)
}

// completeOthers writes out the defaults of the other underlyings.
func (s *Spec) completeOthers() error {
	var faults []error
	s.Others = slices.Clone(s.Others)
	for i := range s.Others {
		u := &s.Others[i]
		if u.Name == "" || slices.ContainsFunc(s.Others[:i], func(v Underlying) bool { return v.Name == u.Name }) {
			faults = append(faults, fmt.Errorf("study: underlying %d is called %q; want a name of its own", i+2, u.Name))
		}
		var err error
		if u.Model, err = models.Registry.Complete(u.Model); err == nil {
			var m models.Model
			if m, err = models.Registry.Build(u.Model); err == nil {
				err = m.Check()
			}
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("underlying %s: model: %w", u.Name, err))
		}
		if len(u.Correlations) != i+1 {
			faults = append(faults, fmt.Errorf("underlying %s: %d correlations; want %d, with each underlying before it", u.Name, len(u.Correlations), i+1))
		}
	}
	if len(s.Others) > 0 && s.Uncertain {
		faults = append(faults, errors.New("study: parameter uncertainty of several underlyings; want one"))
	}
	if len(faults) == 0 {
		_, err := s.mixer()
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// mixer correlates the underlyings; nil for one.
func (s Spec) mixer() (models.Mixer, error) {
	if len(s.Others) == 0 {
		return nil, nil
	}
	corr := make([][]float64, 1+len(s.Others))
	for i := range corr {
		corr[i] = make([]float64, len(corr))
		corr[i][i] = 1
	}
	for i, u := range s.Others {
		for k, c := range u.Correlations {
			corr[i+1][k], corr[k][i+1] = c, c
		}
	}
	return models.NewMixer(corr)
}

// underlying is the number of a token's underlying, the first's being 0; −1: there
// is none of that name.
func (s Spec) underlying(t TokenSpec) int {
	if t.Underlying == "" {
		return 0
	}
	for i, u := range s.Others {
		if u.Name == t.Underlying {
			return i + 1
		}
	}
	return -1
}

// Alone is the study of one of its tokens by itself, on its own underlying. Its
// paths are not those that it has in the study, unless it follows the first.
func (s Spec) Alone(token int) Spec {
	t := s.Tokens[token]
	if u := s.underlying(t); u > 0 {
		s.Model, s.Errors, s.Uncertain = s.Others[u-1].Model, nil, false
	}
	t.Underlying = ""
	s.Tokens, s.Others = []TokenSpec{t}, nil
	return s
}

// BuildModel makes the spec's price model.
func (s Spec) BuildModel() (models.Model, error) {
	m, err := models.Registry.Build(s.Model)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return m, m.Check()
}

// Complete returns the token's spec with every default written out.
func (t TokenSpec) Complete() (TokenSpec, error) {
	var faults []error
	var err error
	if t.Name == "" {
		faults = append(faults, errors.New("study: a token without a name"))
	}
	if t.Policy, err = tokens.Policies.Complete(t.Policy); err != nil {
		faults = append(faults, fmt.Errorf("token %s: policy: %w", t.Name, err))
	}
	if t.Mechanism, err = tokens.Mechanisms.Complete(t.Mechanism); err != nil {
		faults = append(faults, fmt.Errorf("token %s: mechanism: %w", t.Name, err))
	}
	values := param.Values{}
	for _, p := range tokens.Params {
		values[p.Name] = p.Default
		if v, ok := t.Values[p.Name]; ok {
			values[p.Name] = v
			if err := p.Check(v); err != nil {
				faults = append(faults, fmt.Errorf("token %s: %w", t.Name, err))
			}
		}
	}
	for _, name := range param.SortedNames(t.Values) {
		if _, ok := values[name]; !ok {
			faults = append(faults, fmt.Errorf("token %s has no parameter %q", t.Name, name))
		}
	}
	t.Values = values
	return t, errors.Join(faults...)
}

// Build makes the token. Its numbers are in range; whether they make sense
// together is for Token.Check.
func (t TokenSpec) Build() (tokens.Token, error) {
	full, err := t.Complete()
	if err != nil {
		return tokens.Token{}, err
	}
	policy, err := tokens.Policies.Build(full.Policy)
	if err != nil {
		return tokens.Token{}, err
	}
	mechanism, err := tokens.Mechanisms.Build(full.Mechanism)
	if err != nil {
		return tokens.Token{}, err
	}
	return tokens.Make(t.Name, policy, mechanism, full.Values), nil
}

// drawn returns the model of each path when the fitted numbers are uncertain: a
// pure function of the seed and the path.
func (s Spec) drawn() (func(path uint64) models.Model, error) {
	fit, err := models.Restore(s.Model, s.Errors.Names, s.Errors.Cov)
	if err != nil {
		return nil, err
	}
	return func(path uint64) models.Model {
		z := make([]float64, len(fit.Names))
		for i := range z {
			z[i] = random.NormAt(s.Seed, path, random.Stream(random.Parameters, 0), uint64(i))
		}
		part, err := fit.Draw(z)
		if err == nil {
			var m models.Model
			if m, err = models.Registry.Build(part); err == nil {
				return m
			}
		}
		panic("study: " + err.Error()) // Complete drew from this fit before
	}, nil
}
