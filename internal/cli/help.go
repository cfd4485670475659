package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/report"
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

// seldom are commands that the first help names without a word on each.
var seldom = []string{"completion", "merge", "missing", "version"}

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
	short := ""
	if len(name) == 1 { // the value of such a flag is completed by its shorthand
		short = name
	}
	s.VarP(text{dst, kind}, name, short, usage)
	InSection(s, section, name)
}

// essentialKey is the annotation of a command with the flags of its short help.
const essentialKey = "essential"

// Essential names the flags that the short help of a command shows, in order. The short
// help of a command that names none shows all.
func Essential(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if cmd.Flags().Lookup(name) == nil {
			panic("cli: no flag --" + name)
		}
	}
	cmd.Annotations = map[string]string{essentialKey: strings.Join(names, " ")}
}

// allHelp is the argument after --help that asks for all of it.
const allHelp = "all"

// helpWidth is how many columns the lines of help have at most.
const helpWidth = 80

// Help gives a program its help: --help is short, --help all has every flag, and the
// command help prints those and topics.
func Help(root *cobra.Command) {
	root.SetUsageFunc(func(cmd *cobra.Command) error { return writeHelp(cmd.OutOrStderr(), cmd, false) })
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		args := cmd.Flags().Args()
		// What cannot be written is noted by the writer, which Execute reads.
		_ = writeHelp(cmd.OutOrStdout(), cmd, len(args) > 0 && args[len(args)-1] == allHelp)
	})
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND | TOPIC]",
		Short: "Explain a command or a topic",
		Long: "help prints the help of a command, or a page on a topic: " + strings.Join(TopicNames(), ", ") + `.
help COMMAND all shows every flag of the command.`,
		Example: "  mcrisk help sweep\n  mcrisk help sweep all\n  mcrisk help policies",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return []string{allHelp}, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, c := range root.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, described(c.Name(), c.Short))
				}
			}
			for _, t := range topics {
				names = append(names, described(t.name, t.short))
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			w := cmd.OutOrStdout()
			if len(args) > 0 {
				switch page, ok := Topic(args[0]); {
				case ok && len(args) > 1:
					return Input("argument %q after the topic %s; want the topic alone", args[1], args[0])
				case ok:
					return report.WriteText(w, page, helpWidth)
				}
			}
			all := len(args) > 0 && args[len(args)-1] == allHelp
			if all {
				args = args[:len(args)-1]
			}
			of, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownTopic(root, args[0])
			}
			return writeHelp(w, of, all)
		},
	})
	root.InitDefaultHelpCmd()
}

// writeHelp prints what a command is for, how it is used and its flags: those that matter
// most, or all by section.
func writeHelp(w io.Writer, cmd *cobra.Command, all bool) error {
	cmd.InitDefaultVersionFlag()
	var b strings.Builder
	_, arguments, _ := strings.Cut(cmd.Use, " ")
	switch {
	case cmd.HasAvailableSubCommands():
		arguments = "COMMAND"
	case len(flagsOf(cmd, func(*pflag.Flag) bool { return true })) > 0:
		arguments += " [flags]"
	}
	use := cmd.CommandPath() + " " + strings.TrimSpace(arguments)
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	examples := strings.Split(cmd.Example, "\n")
	if !all {
		most := 3
		if cmd.HasAvailableSubCommands() { // whose list is long
			most = 0
		}
		about, _, _ = strings.Cut(about, "\n\n")
		examples = examples[:min(most, len(examples))]
	}
	fmt.Fprintf(&b, "Usage: %s\n\n%s\n", strings.TrimSpace(use), reflow(about))
	if cmd.HasExample() && len(examples) > 0 {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", strings.Join(examples, "\n"))
	}
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nCommands:\n")
		var more []string
		for _, c := range cmd.Commands() {
			switch {
			case !c.IsAvailableCommand():
			case slices.Contains(seldom, c.Name()) && !all:
				more = append(more, c.Name())
			default:
				fmt.Fprintf(&b, "  %-12s %s\n", c.Name(), c.Short)
			}
		}
		if len(more) > 0 {
			fmt.Fprintf(&b, "Also: %s\n", strings.Join(more, ", "))
		}
	}
	names, ok := cmd.Annotations[essentialKey]
	switch {
	case ok && !all:
		writeFlags(&b, "Flags", flagsOf(cmd, func(*pflag.Flag) bool { return true }, strings.Fields(names)...), true)
	case all || !cmd.HasAvailableSubCommands():
		writeSections(&b, cmd, !all)
	}
	fmt.Fprintf(&b, "\n%s\n", pointer(cmd, all))
	_, err := io.WriteString(w, b.String())
	return err
}

// pointer says where more help is.
func pointer(cmd *cobra.Command, all bool) string {
	path := cmd.Root().Name()
	topics := "Topics: " + path + " help " + strings.Join(TopicNames(), "|")
	switch {
	case cmd.HasAvailableSubCommands():
		return cmd.CommandPath() + " COMMAND --help explains a command.\n" + topics
	case all:
		return topics
	}
	return "More: " + cmd.CommandPath() + " --help all\n" + topics
}

// flagsOf are flags of a command that are of a kind, by name, or all in the order in
// which they were made.
func flagsOf(cmd *cobra.Command, of func(*pflag.Flag) bool, names ...string) (list []*pflag.Flag) {
	if len(names) == 0 {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" && of(f) {
				list = append(list, f)
			}
		})
		return list
	}
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); of(f) {
			list = append(list, f)
		}
	}
	return list
}

// writeSections prints all flags of a command by section.
func writeSections(b *strings.Builder, cmd *cobra.Command, brief bool) {
	for _, section := range sections {
		list := flagsOf(cmd, func(f *pflag.Flag) bool { return sectionOf(f) == section })
		title := section
		if len(list) == len(flagsOf(cmd, func(*pflag.Flag) bool { return true })) {
			title = "Flags"
		}
		writeFlags(b, title, list, brief)
	}
}

// writeFlags prints flags with what they mean, in two columns. In brief a meaning ends
// with its first part, before a semicolon.
func writeFlags(b *strings.Builder, title string, list []*pflag.Flag, brief bool) {
	if len(list) == 0 {
		return
	}
	const widest = 34
	names, column := make([]string, len(list)), 0
	for i, f := range list {
		kind, _ := pflag.UnquoteUsage(f)
		names[i] = strings.TrimSpace("--" + f.Name + " " + kind)
		if n := utf8.RuneCountInString(names[i]); n <= widest {
			column = max(column, n)
		}
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for i, f := range list {
		_, usage := pflag.UnquoteUsage(f)
		if brief {
			usage, _, _ = strings.Cut(usage, "; ")
		}
		if d := f.DefValue; d != "" && d != "false" && d != "[]" && !(d == "0" && f.Value.Type() == "int") {
			usage += " (default " + d + ")"
		}
		hang(b, fmt.Sprintf("  %-*s  ", column, names[i]), column+4, usage)
	}
}

// unwrap joins the lines of each paragraph, but for those that have indented lines.
func unwrap(text string) string {
	paragraphs := strings.Split(strings.ReplaceAll(text, "\t", "  "), "\n\n")
	for i, p := range paragraphs {
		if !strings.Contains("\n"+p, "\n ") {
			paragraphs[i] = strings.Join(strings.Fields(p), " ")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// reflow breaks the lines of a text anew, but for paragraphs that have indented lines.
func reflow(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(unwrap(text), "\n") {
		if strings.HasPrefix(line, " ") || line == "" {
			b.WriteString(line + "\n")
			continue
		}
		hang(&b, "", 0, line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Item is a name and its meaning in a list of a command's description.
func Item(name, text string) string {
	const column = 24
	var b strings.Builder
	hang(&b, fmt.Sprintf("  %-*s", column-2, name+" "), column, text)
	return b.String()
}

// hang writes a text beside what stands before it, in lines that begin at a column.
func hang(b *strings.Builder, before string, column int, text string) {
	b.WriteString(before)
	at := utf8.RuneCountInString(before)
	if at > column {
		b.WriteString("\n" + strings.Repeat(" ", column))
		at = column
	}
	first := true
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case first:
		case at+1+n > helpWidth:
			b.WriteString("\n" + strings.Repeat(" ", column))
			at = column
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at, first = at+n, false
	}
	b.WriteByte('\n')
}
