package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/param"
)

// The sections of help, in order.
const (
	SectionToken  = "Token"
	SectionCosts  = "Costs"
	SectionKeeper = "Keeper"
	SectionVenue  = "Venue"
	SectionModel  = "Price model"
	SectionStudy  = "Study"
	SectionOutput = "Output"
)

var sections = []string{SectionToken, SectionCosts, SectionKeeper, SectionVenue,
	SectionModel, SectionStudy, SectionOutput}

const sectionKey = "section"

// InSection puts flags into a section of help.
func InSection(s *pflag.FlagSet, section string, names ...string) {
	for _, name := range names {
		if err := s.SetAnnotation(name, sectionKey, []string{section}); err != nil {
			panic(err) // there is no such flag
		}
	}
}

// sectionOf is the section of a flag.
func sectionOf(f *pflag.Flag) string {
	if s := f.Annotations[sectionKey]; len(s) > 0 {
		return s[0]
	}
	return SectionOutput
}

// describesStudy says whether a flag changes what is simulated.
func describesStudy(f *pflag.Flag) bool { return sectionOf(f) != SectionOutput && f.Name != "workers" }

// Rename gives flags of a command, by their former names, the names that they have now.
// The former names are understood, and shown nowhere.
func Rename(cmd *cobra.Command, now map[string]string) {
	cmd.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if renamed, ok := now[name]; ok {
			name = renamed
		}
		return pflag.NormalizedName(name)
	})
}

// A text is a flag whose value is read later, and the word that help has for it.
type text struct {
	dst  *string
	kind string
}

func (t text) String() string { return *t.dst }
func (t text) Type() string   { return t.kind }

func (t text) Set(value string) error {
	switch {
	case value == "" && strings.HasSuffix(t.kind, "s"):
		return fmt.Errorf("want %s", t.kind)
	case value == "":
		return fmt.Errorf("want a %s", t.kind)
	}
	*t.dst = value
	return nil
}

// Text adds a flag to a section of help whose text is read later; kind is the
// word that help has for its value.
func Text(s *pflag.FlagSet, dst *string, section, name, kind, value, usage string) {
	*dst = value
	s.Var(text{dst, kind}, name, usage)
	InSection(s, section, name)
}

// Usage prints how a command is used, with its flags by section.
func Usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(w, "\nCommands:\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-12s %s\n", c.Name(), c.Short)
			}
		}
	}
	bySection := map[string]*pflag.FlagSet{}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		section := sectionOf(f)
		if bySection[section] == nil {
			bySection[section] = pflag.NewFlagSet(section, pflag.ContinueOnError)
			bySection[section].SortFlags = false
		}
		bySection[section].AddFlag(f)
	})
	for _, section := range sections {
		if s := bySection[section]; s != nil && s.HasAvailableFlags() {
			writeFlags(w, section, s, len(bySection) > 1)
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s COMMAND --help says more about a command.\n", cmd.CommandPath())
	}
	return nil
}

// writeFlags prints the flags of one section.
func writeFlags(w io.Writer, section string, s *pflag.FlagSet, titled bool) {
	title := "Flags"
	if titled {
		title = section
	}
	s.VisitAll(func(f *pflag.Flag) {
		if slices.ContainsFunc(strings.Fields(f.Usage), func(word string) bool { return len(word) > helpWidth }) {
			f.Usage = strings.ReplaceAll(f.Usage, "|", "| ") // so that a long list breaks
		}
	})
	const values = "[=true|false]" // of a flag that nobody gives one
	text := strings.ReplaceAll(s.FlagUsagesWrapped(helpWidth), values, strings.Repeat(" ", len(values)))
	fmt.Fprintf(w, "\n%s:\n%s", title, text)
}

// helpWidth is where the lines of help break.
const helpWidth = 120

// Help makes the command help print the help of a command by name.
func Help(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		c.RunE = func(_ *cobra.Command, args []string) error {
			of, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return UnknownCommand(root, args[0])
			}
			return of.Help()
		}
	}
}

// UnknownCommand is the fault of a command that there is not.
func UnknownCommand(root *cobra.Command, name string) error {
	if near := root.SuggestionsFor(name); len(near) > 0 {
		return Input("no command %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return Input("no command %q; see mcrisk --help", name)
}

// FlagError says which flag was meant.
func FlagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return AsInput(err)
	}
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return UnknownCommand(cmd, args[0])
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	name := unknown.GetSpecifiedName()
	near := param.Nearest(name, names)
	switch {
	case slices.Contains([]string{"low", "high", "half-width"}, name) && cmd.Flags().Lookup("band") != nil:
		return Input("%w; --band low:high sets the edges", err)
	case len(near) > 0:
		return Input("%w; did you mean --%s?", err, strings.Join(near, " or --"))
	}
	return Input("%w; see %s --help", err, cmd.CommandPath())
}

// NoArguments wants flags only.
func NoArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Input("argument %q; want flags only", args[0])
	}
	return nil
}

// One wants one argument, named for the message.
func One(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Input("%d arguments; want one %s", len(args), what)
		}
		return nil
	}
}

// OneFile wants one file of prices.
func OneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return Input("%d files; want one CSV of prices", len(args))
	}
	return nil
}

// DidYouMean ends a message about a name that is none of those there are.
func DidYouMean(name string, names []string) string {
	if near := param.Nearest(name, names); len(near) > 0 {
		return "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}

// OneOf reports a name that is none of those there are.
func OneOf(flag, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	if hint := DidYouMean(name, names); hint != "" {
		return fmt.Errorf("%s %q%s", flag, name, hint)
	}
	return fmt.Errorf("%s %q; want one of %s", flag, name, strings.Join(names, ", "))
}

// List reads names with commas or spaces between.
func List(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// ShellWord is a word as a shell reads it.
func ShellWord(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\n\"'\\$&|;<>()*?[]{}`!#~") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
