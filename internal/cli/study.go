package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/tokens"
)

// StudyOptions say what to simulate, as every command reads it. What is empty was
// not given.
type StudyOptions struct {
	Token, Spec, Prices, History   string
	File                           FileOptions // how Prices and History are read
	Model, Policy, Mechanism, Band string
	Rates                          string
	Horizon, Step, Paths, Seed     string            // else a year, an hour, 10,000 and 1
	Numbers                        map[string]string // of registered parts, by name
	Uncertain                      bool              // draw the model's parameters with the errors of the fit
	Force                          bool              // accept rates above 200 % a year
	Workers                        int               // 0: all processors
}

// defaults are the values of a study's settings that were not given.
var defaults = map[string]string{"horizon": "365d", "step": "1h", "paths": "10000", "seed": "1"}

// Bind adds the flags of a study to a command.
func (o *StudyOptions) Bind(cmd *cobra.Command) {
	o.Numbers = map[string]string{}
	s := cmd.Flags()
	s.SortFlags = false
	Text(s, &o.Token, SectionToken, "token", "name", "",
		"token of the catalogue, such as ETHBULL3X; see mcrisk tokens")
	Text(s, &o.Spec, SectionToken, "spec", "file", "", "study in YAML, as simulate --print-spec writes it")
	Text(s, &o.Mechanism, SectionVenue, "mechanism", "kind", "",
		"venue that holds the leverage: "+kindList(tokens.Mechanisms.Kinds()))
	bindNumbers(o, s, SectionVenue, "mechanism", tokens.Mechanisms.Kinds())
	Text(s, &o.Rates, SectionVenue, "rates", "kind", "",
		"law of the venue's rates: see mcrisk help rates; "+kindList(rates.Registry.Kinds()))
	bindNumbers(o, s, SectionVenue, "rates", rates.Registry.Kinds())
	for _, p := range tokens.Params {
		o.bindNumber(s, p, sectionOfNumber(p.Name), "")
	}
	Text(s, &o.Band, SectionToken, "band", "low:high", "", "band of leverage outside which it trades, as in 2.8:3.2")
	Text(s, &o.Policy, SectionToken, "policy", "kind", "",
		"when it trades: see mcrisk help policies; "+kindList(tokens.Policies.Kinds())+
			"; with --band it is band")
	bindNumbers(o, s, SectionToken, "policy", tokens.Policies.Kinds())
	Text(s, &o.Model, SectionModel, "model", "kind", "",
		"price model: see mcrisk help models; "+kindList(models.Registry.Kinds()))
	Text(s, &o.Prices, SectionModel, "prices", "file", "", "CSV of prices to which the model is fitted")
	Text(s, &o.History, SectionModel, "history", "file", "",
		"CSV of prices that bootstrap and fhs draw from, and --start looks at; else --prices")
	o.File.Bind(cmd, SectionModel)
	s.BoolVar(&o.Uncertain, "parameter-uncertainty", false,
		"draw the model's fitted parameters anew for each path, with the errors of the fit")
	InSection(s, SectionModel, "parameter-uncertainty")
	bindNumbers(o, s, SectionModel, "model", models.Registry.Kinds())
	Text(s, &o.Horizon, SectionStudy, "horizon", "duration", "", "length of each lifetime")
	Text(s, &o.Step, SectionStudy, "step", "duration", "", "time between observed prices")
	Text(s, &o.Paths, SectionStudy, "paths", "count", "", "number of lifetimes; 1e6 is understood")
	Text(s, &o.Seed, SectionStudy, "seed", "count", "", "seed of the random numbers; a whole number")
	for name, value := range defaults {
		s.Lookup(name).DefValue = value
	}
	for name, value := range map[string]string{"mechanism": "loan", "policy": "hold",
		"rates": "level of a token of the catalogue, else " + rates.Constant,
		"model": "recommended, else " + textbook} {
		s.Lookup(name).DefValue = value
	}
	s.BoolVar(&o.Force, "force", false, "accept a rate above 200 % a year")
	InSection(s, SectionStudy, "force")
	s.IntVar(&o.Workers, "workers", 0, "processors to use; 0: all; results do not depend on it")
	InSection(s, SectionStudy, "workers")
}

// sectionOfNumber is the section of one of a token's own parameters.
func sectionOfNumber(name string) string {
	switch name {
	case "target":
		return SectionToken
	case "keeper-interval", "latency", "outage-rate", "outage-length":
		return SectionKeeper
	case "after-liquidation":
		return SectionVenue
	}
	return SectionCosts
}

// bindNumbers adds the parameters of kinds, saying whose each is.
func bindNumbers[T any](o *StudyOptions, s *pflag.FlagSet, section, what string, kinds []param.Kind[T]) {
	owners := map[string][]string{}
	for _, k := range kinds {
		for _, p := range k.Params {
			owners[p.Name] = append(owners[p.Name], k.Name)
		}
	}
	bound := map[string]bool{}
	for _, k := range kinds {
		for _, p := range k.Params {
			with := "; with --" + what + " " + strings.Join(owners[p.Name], ", ")
			of := with
			if len(owners[p.Name]) == len(kinds) {
				of = ""
			}
			if f := s.Lookup(p.Name); f != nil && !bound[p.Name] { // of another part of the study too
				f.Usage += with + ": " + p.Doc + ", default " + p.Format(p.Default)
			}
			o.bindNumber(s, p, section, of)
			bound[p.Name] = true
		}
	}
}

var valueNames = map[param.Unit]string{param.Choice: "name", param.Time: "duration", param.Rate: "rate",
	param.Fraction: "fraction", param.USD: "USD", param.Count: "count"}

func (o *StudyOptions) bindNumber(s *pflag.FlagSet, p param.Param, section, of string) {
	if p.Name == "low" || p.Name == "high" || s.Lookup(p.Name) != nil {
		return // --band sets both edges; kinds share numbers
	}
	kind, usage := valueNames[p.Unit], p.Doc
	if kind == "" {
		kind = "number"
	}
	if p.Unit == param.Choice {
		usage = strings.Join(p.Choices, ", ") + ": " + p.Doc
	}
	if p.Name == "mu" {
		usage += "; or fitted, with --prices"
	}
	if p.Name == "start" {
		usage += "; last or a day: as of the end of the history, or of that day"
	}
	s.Var(number{o.Numbers, p.Name, kind}, p.Name, usage+of)
	if slices.Equal(p.Choices, []string{"no", "yes"}) {
		s.Lookup(p.Name).NoOptDefVal = "yes"
	}
	InSection(s, section, p.Name)
	if p.Name != "target" { // which a token made of parts must give
		s.Lookup(p.Name).DefValue = p.Format(p.Default)
	}
}

// A number is a flag of a registered number, whose text is read later.
type number struct {
	all        map[string]string
	name, kind string
}

func (n number) String() string         { return n.all[n.name] }
func (n number) Set(value string) error { n.all[n.name] = value; return nil }
func (n number) Type() string           { return n.kind }

// given says whether the options name a number, kind or setting of the study.
func (o *StudyOptions) given(name string) bool {
	if text, ok := map[string]string{"horizon": o.Horizon, "step": o.Step, "paths": o.Paths, "seed": o.Seed}[name]; ok {
		return text != ""
	}
	_, ok := o.Numbers[name]
	return ok
}

func kindList[T any](kinds []param.Kind[T]) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

// Reserve hides flags of a study that a command sets itself, each by its name and what
// to give instead, and returns what refuses them.
func Reserve(cmd *cobra.Command, flags [][2]string) (refuse func() error) {
	for _, o := range flags {
		if err := cmd.Flags().MarkHidden(o[0]); err != nil {
			panic(err) // there is no such flag
		}
	}
	return func() error {
		for _, o := range flags {
			if cmd.Flags().Changed(o[0]) {
				return Input("--%s: %s sets it itself; want %s", o[0], cmd.Name(), o[1])
			}
		}
		return nil
	}
}

// Hide hides flags of a command that it has no use for, by section and name, and
// returns their names. A command refuses them where they are [Given].
func Hide(cmd *cobra.Command, unused func(section, name string) bool) (names []string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if unused(sectionOf(f), f.Name) {
			f.Hidden = true
			names = append(names, f.Name)
		}
	})
	return names
}

// InSections are the names of a command's flags in some sections of help.
func InSections(cmd *cobra.Command, of ...string) (names []string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(of, sectionOf(f)) {
			names = append(names, f.Name)
		}
	})
	return names
}

// Given is the first of some flags that was given; empty: none was.
func Given(cmd *cobra.Command, names []string) string {
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}
