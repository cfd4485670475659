// Package study is where prices meet tokens: one experiment as plain data, and
// the function that runs it.
package study

import (
	"errors"
	"fmt"
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

	// Errors are those of the model's numbers, where they were fitted.
	Errors *Errors
	// Uncertain draws the model's numbers anew for each path, with Errors.
	Uncertain bool
}

// Errors are the errors of fitted numbers.
type Errors struct {
	Names []string    // the numbers
	Cov   [][]float64 // covariance of their errors
}

// A TokenSpec describes a token as kinds and named numbers.
type TokenSpec struct {
	Name      string
	Policy    param.Part   // of tokens.Policies
	Mechanism param.Part   // of tokens.Mechanisms
	Values    param.Values // of tokens.Params
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
