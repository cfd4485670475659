package cli

import (
	"fmt"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/tokens"
)

// A FileColumn is a column of a table, or a key of an object in JSON, in the reference
// of files.
type FileColumn struct {
	// Name is the name of the column. Parts of an estimate follow it as in "difference, _se,
	// _lo". A key in JSON is a path such as "rows[].token", in which * is any name.
	// <parameter> and <metric> stand for all names of their kind.
	Name string
	Unit string // a unit, a kind of value, or [EstimateKeys]
	Text string // what it means
}

// EstimateKeys is the unit of a key in JSON under which there is an estimate with its
// interval.
const EstimateKeys = "estimate"

// A FileEntry is a file that commands write, or an object that they print, in the
// reference of files.
type FileEntry struct {
	Name    string // of the file, or of what --json or --csv prints
	By      string // the commands
	Text    string // what a row or the object is
	Columns []FileColumn
}

// Names are the full names of a column and its parts.
func (c FileColumn) Names() []string {
	parts := strings.Split(c.Name, ", ")
	for i, p := range parts {
		if i > 0 && p[0] == '_' {
			parts[i] = parts[0] + p
		}
	}
	return parts
}

// FilesPage is the page docs/files.md: every key, column and file, in Markdown.
func FilesPage() string {
	var b strings.Builder
	b.WriteString(filesIntroduction)
	b.WriteString("\n## spec.yaml\n\n" + specText + "\n\n")
	writeColumns(&b, "key", SpecKeys)
	for _, part := range []struct {
		title string
		kinds []kindReference
	}{
		{"Price models: `model`", kindsOf(&models.Registry)}, {"Policies: `policy`", kindsOf(&tokens.Policies)},
		{"Venues: `mechanism`", kindsOf(&tokens.Mechanisms)}, {"Rates: `rates`", kindsOf(&rates.Registry)},
	} {
		fmt.Fprintf(&b, "### %s\n\n", part.title)
		b.WriteString("| kind | key | unit | range | default | meaning |\n|---|---|---|---|---|---|\n")
		for _, k := range part.kinds {
			fmt.Fprintf(&b, "| `%s` |  |  |  |  | %s |\n", k.name, cell(k.doc))
			for _, p := range k.params {
				fmt.Fprintf(&b, "|  | %s\n", paramRow(p))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("### Parameters of a token\n\n| key | unit | range | default | meaning |\n|---|---|---|---|---|\n")
	for _, p := range tokens.Params {
		fmt.Fprintf(&b, "| %s\n", paramRow(p))
	}
	b.WriteString("\n## sweep.yaml\n\n" + sweepText + "\n\n")
	writeColumns(&b, "key", SweepKeys)
	b.WriteString("## Run directories\n\n" + runText + "\n\n| file | written by | what it is |\n|---|---|---|\n")
	for _, f := range runFiles {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.By, f.Text)
	}
	b.WriteString("\n### What a run directory promises\n\n" + promiseText)
	b.WriteString("\n## Tables\n\n" + tablesText + "\n\n")
	for _, f := range Tables() {
		fmt.Fprintf(&b, "### %s\n\n%s Written by %s.\n\n", f.Name, f.Text, f.By)
		writeColumns(&b, "column", f.Columns)
	}
	b.WriteString("## JSON\n\n" + jsonText + "\n\n")
	for _, f := range Objects() {
		fmt.Fprintf(&b, "### JSON of %s\n\n%s\n\n", f.Name, f.Text)
		writeColumns(&b, "key", f.Columns)
	}
	b.WriteString("## Limits\n\n" + limitsText + "\n| input | at most |\n|---|---|\n")
	for _, l := range inputLimits() {
		fmt.Fprintf(&b, "| %s | %s |\n", l[0], l[1])
	}
	b.WriteString("\n## Exit statuses\n\n| status | meaning |\n|---|---|\n")
	for _, s := range exitStatuses {
		fmt.Fprintf(&b, "| %d | %s |\n", s.status, s.text)
	}
	return b.String()
}

func writeColumns(b *strings.Builder, what string, columns []FileColumn) {
	fmt.Fprintf(b, "| %s | unit | meaning |\n|---|---|---|\n", what)
	for _, c := range columns {
		name := "`" + strings.ReplaceAll(c.Name, ", ", "`, `") + "`"
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, cell(c.Unit), cell(c.Text))
	}
	b.WriteString("\n")
}

// cell is a text in a table of Markdown.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

type kindReference struct {
	name, doc string
	params    []param.Param
}

func kindsOf[T any](r *param.Registry[T]) (all []kindReference) {
	for _, k := range r.Kinds() {
		all = append(all, kindReference{k.Name, k.Doc, k.Params})
	}
	return all
}

// paramRow is the rest of a row on a parameter.
func paramRow(p param.Param) string {
	return fmt.Sprintf("`%s` | %s | %s | %s | %s |", p.Name, p.Unit, cell(p.Range()), p.Format(p.Default), cell(p.Doc))
}

// lifetimeColumns are the columns of lifetimes with their meanings.
func lifetimeColumns() (columns []FileColumn) {
	for _, c := range tokens.Columns {
		text := lifetimeText(c.Name)
		if c.Only != nil {
			text += "; of protected tokens only"
		}
		columns = append(columns, FileColumn{c.Name, c.Unit, text})
	}
	return columns
}

// marketColumns are the columns of a path's underlying.
func marketColumns() (columns []FileColumn) {
	for _, c := range tokens.MarketColumns {
		columns = append(columns, FileColumn{c.Name, c.Unit, lifetimeText(c.Name)})
	}
	return columns
}

// lifetimeText is the meaning of a column of lifetimes, empty if there is none.
func lifetimeText(name string) string {
	if text := lifetimeTexts[name]; text != "" {
		return text
	}
	for prefix, say := range map[string]string{
		"money_": "%s; negative is a cost",
		"log_":   "%s, as a part of ln nav; negative is a loss",
	} {
		if item, ok := strings.CutPrefix(name, prefix); ok && slices.Contains(tokens.ItemNames[:], item) {
			return fmt.Sprintf(say, itemTexts[item])
		}
	}
	return ""
}

// ledgerColumns are the running totals of the ledger.
func ledgerColumns() (columns []FileColumn) {
	for i, item := range tokens.ItemNames {
		text := itemTexts[item] + "; running total"
		if tokens.Item(i) >= tokens.OptionFee {
			text += "; of protected tokens only"
		}
		columns = append(columns, FileColumn{item, string(analytics.Equity), text})
	}
	return columns
}
