package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"mcrisk/internal/cli"
	"mcrisk/report"
)

var manDir = flag.String("man", "", "directory to write the manual pages to")

// writeMan writes a page of section 1 for each command and of section 7 for each topic.
func writeMan(dir string) error {
	root := newRoot()
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Source: version(), Manual: "mcrisk"}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return err
	}
	for _, name := range cli.TopicNames() {
		page, _ := cli.Topic(name)
		var text bytes.Buffer
		if err := report.WriteText(&text, report.Document{Blocks: page.Blocks}, 72); err != nil {
			return err
		}
		file := filepath.Join(dir, "mcrisk-"+name+".7")
		if err := os.WriteFile(file, []byte(roff("mcrisk-"+name, page.Title, text.String())), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// roff is a manual page of section 7 whose text stands as it is.
func roff(name, about, text string) string {
	escape := func(s string) string {
		s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
		return strings.NewReplacer("\n.", "\n\\&.", "\n'", "\n\\&'").Replace("\n" + s)[1:]
	}
	return fmt.Sprintf(".TH %q 7 \"\" \"mcrisk\"\n.SH NAME\n%s \\- %s\n.SH DESCRIPTION\n.nf\n%s.fi\n",
		strings.ToUpper(name), escape(name), escape(about), escape(text))
}

// Every command has a manual page with all of its flags, and every topic one. With -man
// they are kept.
func TestManPages(t *testing.T) {
	dir := *manDir
	if dir == "" {
		dir = t.TempDir()
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeMan(dir); err != nil {
		t.Fatal(err)
	}
	pages := 0
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
		page := read(t, filepath.Join(dir, name+".1"))
		pages++
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if shown := strings.Contains(page, `\fB--`+f.Name+`\fP`); shown == f.Hidden {
				t.Errorf("%s.1 has --%s is %v", name, f.Name, shown)
			}
		})
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				check(c)
			}
		}
	}
	check(newRoot())
	if pages < 18 {
		t.Errorf("%d pages", pages)
	}
	for _, name := range cli.TopicNames() {
		if page := read(t, filepath.Join(dir, "mcrisk-"+name+".7")); strings.Count(page, "\n") < 15 ||
			strings.Contains(page, "\n.\n") {
			t.Errorf("mcrisk-%s.7 is\n%s", name, page)
		}
	}
}
