package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/report"
	"mcrisk/study"
	"mcrisk/tokens"
)

// PathFigure is the figure that is drawn of one path.
const PathFigure = "path"

// FigureNames are the figures of a stored run.
func FigureNames() (names []string) {
	for _, f := range report.TokenFigures() {
		names = append(names, f.Name)
	}
	return append(names, PathFigure)
}

// complete gives all commands of a program completion: of arguments by what their use
// says that they are, and of flags by their names and kinds.
func complete(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
			cmd.ValidArgsFunction = completeArguments(cmd)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if err := cmd.RegisterFlagCompletionFunc(f.Name, completeFlag(cmd, f)); err != nil {
				panic(err) // it has one
			}
		})
	}
}

// completeArguments completes what a command's use asks for: a run or a part is a
// directory, a spec or a history is a file, a name is a token.
func completeArguments(cmd *cobra.Command) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		_, wanted, _ := strings.Cut(cmd.Use, " ")
		several := strings.HasSuffix(wanted, "...")
		switch {
		case wanted == "" || len(args) > 0 && !several:
			return nil, cobra.ShellCompDirectiveNoFileComp
		case strings.Contains(wanted, "NAME"):
			return tokenNames(), cobra.ShellCompDirectiveNoFileComp
		case strings.Contains(wanted, "SPEC"):
			return files("spec")
		case strings.Contains(wanted, "FILE"):
			return nil, cobra.ShellCompDirectiveDefault
		}
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
}

// completeFlag completes the value of a flag.
func completeFlag(cmd *cobra.Command, f *pflag.Flag) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		if names, several, ok := flagNames(cmd, f.Name); ok {
			if several {
				return listed(names, word), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		}
		switch f.Name {
		case "over", "y":
			return axes(word, false), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		case "x":
			return axes(word, true), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		case "require":
			return bounded(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		kind, _ := pflag.UnquoteUsage(f)
		return files(map[string]string{"file": f.Name, "directory": kind, "run": kind}[kind])
	}
}

// flagNames are the names that a flag takes, one or several of them.
func flagNames(cmd *cobra.Command, flag string) (names []string, several, ok bool) {
	switch flag {
	case "token":
		return tokenNames(), false, true
	case "tokens":
		return tokenNames(), true, true
	case "model":
		switch cmd.Name() {
		case "calibrate":
			return append(assess.Fittable(), "all"), true, true
		case "validate":
			return append(assess.Validatable(), "all"), true, true
		}
		return kindNames(models.Registry.Kinds()), false, true
	case "policy":
		return kindNames(tokens.Policies.Kinds()), false, true
	case "mechanism":
		return kindNames(tokens.Mechanisms.Kinds()), false, true
	case "rates":
		if cmd.Name() != "calibrate" {
			return kindNames(rates.Registry.Kinds()), false, true
		}
	case "metric":
		x := cmd.Flags().Lookup("x")
		return metricNames(assess.MapMetrics(x != nil && x.Value.String() == "horizon")), false, true
	case "objective", "optimise":
		return metricNames(Objectives()), false, true
	case "pareto":
		return metricNames(Objectives()), true, true
	case "select":
		return overNames(cmd), true, true
	case "figure":
		return FigureNames(), false, true
	case "events":
		return slices.Clone(study.EventNames), true, true
	case "stamp":
		return []string{"open", "close"}, false, true
	}
	if p, found := registered()[flag]; found && p.Unit == param.Choice {
		return slices.Clone(p.Choices), false, true
	}
	return nil, false, false
}

// files completes the names of files of a kind; of none there is nothing to complete.
func files(kind string) ([]string, cobra.ShellCompDirective) {
	switch kind {
	case "":
		return nil, cobra.ShellCompDirectiveNoFileComp
	case "spec":
		return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	case "directory", "run":
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// described is a completion with its meaning.
func described(name, doc string) string { return fmt.Sprintf("%s\t%s", name, doc) }

// tokenNames are the names of the catalogue's tokens.
func tokenNames() (names []string) {
	for _, t := range catalogue.Tokens() {
		names = append(names, described(t.Name, t.Underlying+", "+t.Venue.Value))
	}
	return names
}

func kindNames[T any](kinds []param.Kind[T]) (names []string) {
	for _, k := range kinds {
		names = append(names, described(k.Name, k.Doc))
	}
	return names
}

// metricNames are metrics with their meanings, where they are in the registry.
func metricNames(of []string) (names []string) {
	for _, name := range of {
		if m, err := analytics.Lookup(name); err == nil {
			name = described(name, m.Doc)
		}
		names = append(names, name)
	}
	return names
}

// listed are names that go on with a list that has commas between.
func listed(names []string, word string) (words []string) {
	before := word[:strings.LastIndex(word, ",")+1]
	for _, name := range names {
		bare, _, _ := strings.Cut(name, "\t")
		if !slices.Contains(strings.Split(before, ","), bare) {
			words = append(words, before+name)
		}
	}
	return words
}

// registered are all parameters of models, policies, venues and tokens, by name.
func registered() map[string]param.Param {
	all := map[string]param.Param{study.HalfWidth.Name: study.HalfWidth}
	add := func(ps []param.Param) {
		for _, p := range ps {
			all[p.Name] = p
		}
	}
	for _, k := range models.Registry.Kinds() {
		add(k.Params)
	}
	for _, k := range tokens.Policies.Kinds() {
		add(k.Params)
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		add(k.Params)
	}
	for _, k := range rates.Registry.Kinds() {
		add(k.Params)
	}
	add(tokens.Params)
	return all
}

// axes are the parameters that can be swept, or once one is named, its values if they
// have names.
func axes(word string, overTime bool) (words []string) {
	name, values, given := strings.Cut(word, "=")
	all := registered()
	if given {
		var names []string
		switch p := all[name]; {
		case name == study.ModelAxis:
			names = kindNames(models.Registry.Kinds())
		case p.Unit == param.Choice:
			names = p.Choices
		}
		for _, w := range listed(names, values) {
			words = append(words, name+"="+w)
		}
		return words
	}
	if overTime {
		words = append(words, described("horizon", "times of one run"))
	}
	words = append(words, described(study.ModelAxis+"=", "kinds of models and fitted specs"))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		words = append(words, described(name+"=", all[name].Doc))
	}
	return words
}

// bounded are the metrics that a bound may be on.
func bounded() (words []string) {
	for _, m := range analytics.All() {
		words = append(words, described(m.Name, m.Doc))
	}
	return words
}

// overNames are the parameters that --over names.
func overNames(cmd *cobra.Command) (names []string) {
	over, err := cmd.Flags().GetStringArray("over")
	if err != nil {
		return nil
	}
	for _, text := range over {
		// What is given is parsed twice before it is completed.
		if name, _, _ := strings.Cut(text, "="); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
