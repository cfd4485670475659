package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/rundir"
	"mcrisk/tokens"
)

// studyFlags are the flags that describe a study. Those of registered numbers
// come from the registry.
type studyFlags struct {
	cmd                                                 *cobra.Command
	spec, token, model, policy, mechanism, band, prices string
	tokens                                              []string // of the catalogue, for a command that takes several
	horizon, step, paths, seed                          string
	numbers                                             map[string]*string
	uncertain                                           bool
	sweeps                                              bool          // --spec may say how it is swept
	how                                                 *rundir.Sweep // what it said
	correlation                                         string        // of different underlyings; empty: all tokens on one
	bothWays                                            bool          // one token is held through a loan and through a perpetual
	anyTime                                             bool          // prices are seen at any time, not at the end of steps alone
	workers                                             int
}

// A setting is a flag whose text is read later, and the word that help has for
// its value.
type setting struct {
	text *string
	kind string
}

func (s setting) String() string        { return *s.text }
func (s setting) Set(text string) error { *s.text = text; return nil }
func (s setting) Type() string          { return s.kind }

// addFlag adds a setting to a section of help.
func addFlag(s *pflag.FlagSet, dst *string, section, name, kind, value, usage string) {
	*dst = value
	s.Var(setting{dst, kind}, name, usage)
	inSection(s, section, name)
}

// given says whether the user named a flag.
func (f *studyFlags) given(name string) bool { return f.cmd.Flags().Changed(name) }

func addStudyFlags(cmd *cobra.Command) *studyFlags {
	f := &studyFlags{cmd: cmd, numbers: map[string]*string{}}
	s := cmd.Flags()
	s.SortFlags = false
	addFlag(s, &f.token, sectionToken, "token", "name", "", "token of the catalogue, such as ETHBULL3X (see: mcrisk tokens)")
	addFlag(s, &f.spec, sectionToken, "spec", "file", "", "study described in YAML, as simulate --print-spec writes it")
	addFlag(s, &f.mechanism, sectionVenue, "mechanism", "kind", "", kindList(tokens.Mechanisms.Kinds())+" (default loan)")
	addNumbers(f, sectionVenue, tokens.Mechanisms.Kinds())
	for _, p := range tokens.Params {
		f.addNumber(p, sectionOf(p.Name), "")
	}
	addFlag(s, &f.band, sectionToken, "band", "low:high", "", "rebalance when leverage leaves this, as in 2.8:3.2")
	addFlag(s, &f.policy, sectionToken, "policy", "kind", "", kindList(tokens.Policies.Kinds())+" (default band with --band, else hold)")
	addNumbers(f, sectionToken, tokens.Policies.Kinds())
	addFlag(s, &f.model, sectionModel, "model", "kind", "", kindList(models.Registry.Kinds())+" (default gbm)")
	addFlag(s, &f.prices, sectionModel, "prices", "file", "", "CSV of prices, to which sigma is fitted")
	s.BoolVar(&f.uncertain, "parameter-uncertainty", false, "draw the fitted numbers of the model anew for each path, with the errors of the fit")
	inSection(s, sectionModel, "parameter-uncertainty")
	addNumbers(f, sectionModel, models.Registry.Kinds())
	addFlag(s, &f.horizon, sectionStudy, "horizon", "duration", "365d", "length of each lifetime")
	addFlag(s, &f.step, sectionStudy, "step", "duration", "1h", "time between looks at the price")
	addFlag(s, &f.paths, sectionStudy, "paths", "count", "10000", "lifetimes; 1e6 is understood")
	addFlag(s, &f.seed, sectionStudy, "seed", "count", "1", "of the random numbers, a whole number")
	s.IntVar(&f.workers, "workers", 0, "processors to use, which changes no result; 0: all")
	inSection(s, sectionStudy, "workers")
	return f
}

// sectionOf is the section of one of a token's own numbers.
func sectionOf(name string) string {
	switch name {
	case "target":
		return sectionToken
	case "keeper-interval", "latency", "outage-rate", "outage-length":
		return sectionKeeper
	case "after-liquidation":
		return sectionVenue
	}
	return sectionCosts
}

// addNumbers adds the numbers of kinds, saying whose each is.
func addNumbers[T any](f *studyFlags, section string, kinds []param.Kind[T]) {
	owners := map[string][]string{}
	for _, k := range kinds {
		for _, p := range k.Params {
			owners[p.Name] = append(owners[p.Name], k.Name)
		}
	}
	for _, k := range kinds {
		for _, p := range k.Params {
			of := strings.Join(owners[p.Name], ", ") + ": "
			if len(owners[p.Name]) == len(kinds) {
				of = ""
			}
			f.addNumber(p, section, of)
		}
	}
}

var valueNames = map[param.Unit]string{param.Choice: "name", param.Time: "duration", param.Rate: "rate", param.Fraction: "fraction", param.USD: "USD"}

func (f *studyFlags) addNumber(p param.Param, section, of string) {
	if p.Name == "low" || p.Name == "high" || f.numbers[p.Name] != nil {
		return // --band sets both edges; kinds share numbers
	}
	kind, usage := valueNames[p.Unit], of+p.Doc
	if kind == "" {
		kind = "number"
	}
	if p.Unit == param.Choice {
		usage = of + strings.Join(p.Choices, "|") + ": " + p.Doc
	}
	if p.Name == "mu" {
		usage += "; or fitted, with --prices"
	}
	text := new(string)
	f.numbers[p.Name] = text
	addFlag(f.cmd.Flags(), text, section, p.Name, kind, "", usage)
	if p.Name != "target" { // which a token made of parts must give
		f.cmd.Flags().Lookup(p.Name).DefValue = p.Format(p.Default)
	}
}

func kindList[T any](kinds []param.Kind[T]) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return strings.Join(names, "|")
}

// flagError says which flag was meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return inputError{err}
	}
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	near := param.Nearest(name, names)
	switch {
	case slices.Contains([]string{"low", "high", "half-width"}, name) && cmd.Flags().Lookup("band") != nil:
		return badInput("%w; --band low:high sets the edges", err)
	case len(near) > 0:
		return badInput("%w; did you mean --%s?", err, strings.Join(near, " or --"))
	}
	return badInput("%w; see %s --help", err, cmd.CommandPath())
}
