// Package study runs tokens on prices. A [Spec] describes an experiment as plain data;
// [New] completes, checks and builds it once; everything that runs it takes the [Study].
package study

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
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
	// CommonJumps makes the underlyings jump at the same times, see [models.CommonJumps];
	// otherwise their jumps are independent.
	CommonJumps bool

	// History is what models that need one draw from, for the first underlying; nil: there
	// is none.
	History *History

	// Last is the volatility that the model saw at the end of the history that it was fitted
	// to; nil: not known. Paths only start there if the model's start says so.
	Last *LastVolatility

	// Errors are the errors of the model's parameters, if they were fitted.
	Errors *Errors
	// Uncertain draws the model's parameters anew for each path, with Errors.
	Uncertain bool
}

// An Underlying is one that tokens may follow instead of the first.
type Underlying struct {
	Name  string
	Model param.Part // of models.Registry
	// Correlations are those of its price's Brownian motion with those of the first
	// underlying and of the Others before it. Variances are independent, and so are
	// jumps unless they are common.
	Correlations []float64
}

// A History is a price history that a study's model draws from. In a spec file it is the
// file and what was read of it.
type History struct {
	File   string // as it was named
	SHA256 string // of the file's bytes, in hexadecimal digits
	// How it was read: column, meaning of the stamps and zone, as options give them; empty
	// ones are defaults.
	Column, Stamp, Zone string

	*models.Series // nil: not read yet
}

// A LastVolatility is a volatility, 1/√year, and the time that it is of.
type LastVolatility struct {
	Volatility float64
	At         time.Time
}

// Errors are the errors of fitted parameters.
type Errors struct {
	Names []string    // the numbers
	Cov   [][]float64 // covariance of their errors
}

// A TokenSpec describes a token as kinds and named parameters.
type TokenSpec struct {
	Name       string
	Underlying string       // one of the spec's Others; empty: the first underlying
	Policy     param.Part   // of tokens.Policies
	Mechanism  param.Part   // of tokens.Mechanisms
	Rates      param.Part   // of rates.Registry; empty: those of the mechanism are constant
	Values     param.Values // of tokens.Params

	Series  map[string]Series // numbers that are dated series instead, by name
	Changes []Change          // numbers that change on dates
}

// Complete returns the token's spec with every default written out, or everything
// that is wrong with its numbers one by one.
func (t TokenSpec) Complete() (TokenSpec, error) {
	full, _, err := t.make()
	return full, err
}

// Build makes the token. Its numbers are in range; whether they make sense
// together is for Token.Check.
func (t TokenSpec) Build() (tokens.Token, error) {
	_, token, err := t.make()
	return token, err
}

// make is Complete and Build at once.
func (t TokenSpec) make() (TokenSpec, tokens.Token, error) {
	var faults []error
	if t.Name == "" {
		faults = append(faults, errors.New("study: a token without a name"))
	}
	note := func(err error, format string) {
		if err != nil {
			faults = append(faults, fmt.Errorf(format, t.Name, err))
		}
	}
	t = t.withoutSeries()
	policyPart, policy, err := tokens.Policies.Make(t.Policy)
	note(err, "token %s: policy: %w")
	mechanismPart, mechanism, err := tokens.Mechanisms.Make(t.Mechanism)
	note(err, "token %s: mechanism: %w")
	ratesPart, _, err := t.law()
	note(err, "token %s: rates: %w")
	values := param.Values{}
	for _, p := range tokens.Params {
		values[p.Name] = p.Default
		if v, ok := t.Values[p.Name]; ok {
			values[p.Name] = v
			note(p.Check(v), "token %s: %w")
		}
	}
	for _, name := range param.SortedNames(t.Values) {
		if _, ok := values[name]; !ok {
			faults = append(faults, fmt.Errorf("token %s has no parameter %q", t.Name, name))
		}
	}
	t.Policy, t.Mechanism, t.Rates = policyPart, mechanismPart, ratesPart
	t.Values = param.Stated(tokens.Params, values, t.Values)
	if err := t.checkDated(); err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return t, tokens.Token{}, errors.Join(faults...)
	}
	return t, tokens.Make(t.Name, policy, mechanism, values), nil
}

// checkSize reports what is wrong with the grid, the paths and the marks.
func (s Spec) checkSize() error {
	var faults []error
	if _, err := paths.NewGrid(s.Horizon, s.Step); err != nil {
		faults = append(faults, err)
	}
	if s.Paths < 1 || s.Paths > MaxPaths {
		faults = append(faults, fmt.Errorf("study: paths = %d; want a whole number from 1 to %d", s.Paths, MaxPaths))
	}
	if s.Marks < 0 || s.Marks > MaxMarks {
		faults = append(faults, fmt.Errorf("study: marks = %d; want 0 to %d", s.Marks, MaxMarks))
	}
	ends := []float64{s.Model.Values["ends-after"]}
	for _, u := range s.Others {
		ends = append(ends, u.Model.Values["ends-after"])
	}
	for _, after := range ends {
		if after != 0 && after != s.Horizon.Seconds() {
			faults = append(faults, fmt.Errorf("study: ends-after = %v; want the horizon, %v",
				time.Duration(after*float64(time.Second)), s.Horizon))
		}
	}
	return errors.Join(faults...)
}

// checkTexts reports texts that the files of a run could not carry.
func (s Spec) checkTexts() error {
	var faults []error
	plain := func(what string, texts ...string) {
		for _, text := range texts {
			if strings.ContainsFunc(text, unicode.IsControl) {
				faults = append(faults, fmt.Errorf("study: %s %q; want it without control characters", what, text))
			}
		}
	}
	for _, t := range s.Tokens {
		plain("token", t.Name)
		for _, name := range slices.Sorted(maps.Keys(t.Series)) {
			series := t.Series[name]
			plain("series of "+name, series.File, series.Column, series.Zone)
			for _, column := range slices.Sorted(maps.Keys(series.Where)) {
				plain("rows of the series of "+name, column, series.Where[column])
			}
		}
	}
	for _, u := range s.Others {
		plain("underlying", u.Name)
	}
	if h := s.History; h != nil {
		plain("history", h.File, h.Column, h.Stamp, h.Zone)
	}
	return errors.Join(faults...)
}

// Limits of a study. Where an int has 32 bits, that is the limit of its paths.
const (
	MaxPaths = min(1<<40, math.MaxInt)
	MaxMarks = 64
)

// Complete returns the spec with every default written out, or everything that
// is wrong with it: what [New] finds.
func (s Spec) Complete() (Spec, error) {
	built, err := compile(s)
	return built.spec, err
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
