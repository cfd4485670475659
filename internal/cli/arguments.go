package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/param"
)

// UnknownCommand is the error for an unknown command.
func UnknownCommand(root *cobra.Command, name string) error {
	if hint := DidYouMean(name, commandNames(root)); hint != "" {
		return Input("no command %q%s", name, hint)
	}
	return Input("no command %q; see mcrisk --help", name)
}

// commandNames are the names of the commands that help lists.
func commandNames(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// unknownTopic is the error for an unknown page of help.
func unknownTopic(root *cobra.Command, name string) error {
	if hint := DidYouMean(name, append(commandNames(root), TopicNames()...)); hint != "" {
		return Input("no command or topic %q%s", name, hint)
	}
	return Input("no command or topic %q; see mcrisk --help", name)
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
func NoArguments(cmd *cobra.Command, args []string) error {
	if err := Detached(cmd, args); err != nil || len(args) == 0 {
		return err
	}
	return Input("argument %q; want flags only", args[0])
}

// Detached reports an argument that was meant as the value of a switch, which needs none and so takes it only
// after an equals sign.
func Detached(cmd *cobra.Command, args []string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if n, ok := f.Value.(number); ok && f.NoOptDefVal != "" && len(args) > 0 &&
			slices.Contains([]string{"no", "yes"}, args[0]) {
			err = Input("argument %q after --%s; want --%[2]s=%[1]s, or --%[2]s alone for yes", args[0], n.name)
		}
	})
	return err
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

// DidYouMean ends a message about an unknown name.
func DidYouMean(name string, names []string) string {
	if near := param.Nearest(name, names); len(near) > 0 {
		return "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
}

// OneOf reports a name that is not in a list.
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
