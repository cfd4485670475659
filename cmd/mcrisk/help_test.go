package main

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/internal/cli"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/tokens"
)

// commandsOf are a command and all below it.
func commandsOf(cmd *cobra.Command) (all []*cobra.Command) {
	all = append(all, cmd)
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			all = append(all, commandsOf(c)...)
		}
	}
	return all
}

// faultsOfHelp are lines of help that are too long, too many of them, and marks of flags
// that were left in it. There may be any number of lines if most is 0.
func faultsOfHelp(text string, most int) (faults []string) {
	const columns = 80
	if n := strings.Count(text, "\n"); most > 0 && n > most {
		faults = append(faults, "too many lines")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if utf8.RuneCountInString(line) > columns || strings.Contains(line, "\t") {
			faults = append(faults, "too long: "+line)
		}
		if strings.Contains(line, "`") {
			faults = append(faults, "a mark is left: "+line)
		}
	}
	return faults
}

// Help of every command fits a screen of 30 lines of 80 columns, and all of it has every
// flag, in sections.
func TestHelp(t *testing.T) {
	const lines = 30
	seen := 0
	root := newRoot()
	root.InitDefaultCompletionCmd()
	for _, c := range commandsOf(root) {
		path := strings.Fields(c.CommandPath())[1:]
		short := resultsOf(t, append(path, "--help")...)
		all := resultsOf(t, append(path, "--help", "all")...)
		for _, f := range slices.Concat(faultsOfHelp(short, lines), faultsOfHelp(all, 0)) {
			t.Errorf("help of %q: %s", c.CommandPath(), f)
		}
		use := "Usage: " + c.CommandPath()
		if !strings.HasPrefix(short, use) || !strings.HasPrefix(all, use) {
			t.Errorf("help of %q begins with %.40q", c.CommandPath(), short)
		}
		if !strings.Contains(all, "Topics: mcrisk help policies|models|fees|venues|rates|sampling|files") {
			t.Errorf("help of %q names no topics", c.CommandPath())
		}
		c.InitDefaultHelpFlag()
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden || f.Name == "help" {
				return
			}
			seen++
			if !strings.Contains(all, "  --"+f.Name+" ") && !strings.Contains(all, "  --"+f.Name+"\n") {
				t.Errorf("all help of %q has no --%s", c.CommandPath(), f.Name)
			}
		})
		if of := resultsOf(t, append([]string{"help"}, path...)...); of != short {
			t.Errorf("mcrisk help %v prints\n%s", path, of)
		}
		if of := resultsOf(t, append(append([]string{"help"}, path...), "all")...); of != all {
			t.Errorf("mcrisk help %v all prints\n%s", path, of)
		}
	}
	if seen < 300 {
		t.Errorf("%d flags were looked for; want those of all commands", seen)
	}
	out := resultsOf(t, "simulate", "--help", "all")
	at := 0
	for _, s := range []string{cli.SectionToken, cli.SectionCosts, cli.SectionKeeper,
		cli.SectionVenue, cli.SectionModel, cli.SectionStudy, cli.SectionOutput} {
		i := strings.Index(out, "\n"+s+":\n")
		if i < at {
			t.Errorf("section %q is at %d, after one at %d", s, i, at)
		}
		at = i
	}
}

// What is too long or too many is seen.
func TestHelpSees(t *testing.T) {
	for text, want := range map[string]int{
		strings.Repeat("x\n", 30): 0, strings.Repeat("x\n", 31): 1,
		strings.Repeat("√", 80) + "\n": 0, strings.Repeat("x", 81) + "\n": 1, "a\tb\n": 1, "a `b`\n": 1,
	} {
		if got := faultsOfHelp(text, 30); len(got) != want {
			t.Errorf("%q has the faults %q; want %d", text, got, want)
		}
	}
}

// A topic explains every kind of its registry with every parameter, and fits 80 columns.
func TestTopics(t *testing.T) {
	t.Setenv("COLUMNS", "200") // which topics, as help, do not follow
	for line := range strings.Lines(resultsOf(t, "help", "fees")) {
		if strings.Contains(line, "-fee  ") && strings.Contains(line, " 0 to 1 ") {
			t.Errorf("%s; want the range that is checked, to below 1", line)
		}
	}
	pages := map[string]string{}
	for _, name := range cli.TopicNames() {
		pages[name] = resultsOf(t, "help", name)
		for _, f := range faultsOfHelp(pages[name], 0) {
			t.Errorf("topic %s: %s", name, f)
		}
		if strings.Count(pages[name], "\n") < 15 {
			t.Errorf("topic %s is\n%s", name, pages[name])
		}
	}
	check := func(topic, kind string, params []param.Param) {
		if kind != "" && !strings.Contains(pages[topic], "\n"+kind+": ") {
			t.Errorf("topic %s does not explain %s", topic, kind)
		}
		for _, p := range params {
			if !strings.Contains(pages[topic], "\n "+p.Name+" ") {
				t.Errorf("topic %s has no parameter %s", topic, p.Name)
			}
		}
	}
	for _, k := range tokens.Policies.Kinds() {
		check("policies", k.Name, k.Params)
	}
	for _, k := range models.Registry.Kinds() {
		check("models", k.Name, k.Params)
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		check("venues", k.Name, k.Params)
	}
	for _, p := range tokens.Params {
		if !slices.ContainsFunc([]string{"policies", "fees", "venues"}, func(topic string) bool {
			return strings.Contains(pages[topic], "\n "+p.Name+" ")
		}) {
			t.Errorf("no topic has the parameter %s", p.Name)
		}
	}
	says(t, cli.BadInput, `no command or topic "polices"; did you mean policies?`, "help", "polices")
	says(t, cli.BadInput, `argument "venues" after the topic models; want the topic alone`, "help", "models", "venues")
}
