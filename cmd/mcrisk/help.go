package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The sections of help, in order.
const (
	sectionToken  = "Token"
	sectionCosts  = "Costs"
	sectionKeeper = "Keeper"
	sectionVenue  = "Venue"
	sectionModel  = "Price model"
	sectionStudy  = "Study"
	sectionOutput = "Output"
)

var sections = []string{sectionToken, sectionCosts, sectionKeeper, sectionVenue, sectionModel, sectionStudy, sectionOutput}

const sectionKey = "section"

// inSection puts flags into a section of help.
func inSection(s *pflag.FlagSet, section string, names ...string) {
	for _, name := range names {
		if err := s.SetAnnotation(name, sectionKey, []string{section}); err != nil {
			panic(err) // there is no such flag
		}
	}
}

// describesStudy says whether a flag changes what is simulated.
func describesStudy(f *pflag.Flag) bool {
	s := f.Annotations[sectionKey]
	return len(s) > 0 && s[0] != sectionOutput && f.Name != "workers"
}

// usage prints how a command is used, with its flags by section.
func usage(cmd *cobra.Command) error {
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
		section := sectionOutput
		if s := f.Annotations[sectionKey]; len(s) > 0 {
			section = s[0]
		}
		if bySection[section] == nil {
			bySection[section] = pflag.NewFlagSet(section, pflag.ContinueOnError)
			bySection[section].SortFlags = false
		}
		bySection[section].AddFlag(f)
	})
	for _, section := range sections {
		if s := bySection[section]; s != nil {
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
