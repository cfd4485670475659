package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mcrisk/catalogue"
	"mcrisk/internal/cli"
)

// Every command line that the documentation shows, and every example of help,
// names a command and flags that exist, and tokens of the catalogue.
func TestDocsCommands(t *testing.T) {
	lines := map[string]string{} // where each is shown
	shown := regexp.MustCompile("`mcrisk ([^`]+)`|(?m:^    (?:go run ./cmd/)?mcrisk ((?:.*\\\\\n)*.*)$)")
	for _, page := range pageNames(t) {
		for _, m := range shown.FindAllStringSubmatch(read(t, filepath.Join(root, page)), -1) {
			lines[m[1]+m[2]] = page
		}
	}
	for _, c := range newRoot().Commands() {
		for line := range strings.Lines(c.Example) {
			_, args, _ := strings.Cut(strings.TrimSpace(line), "mcrisk ")
			lines[args] = c.Name() + " --help"
		}
	}
	if len(lines) < 50 {
		t.Errorf("%d command lines found; want all", len(lines))
	}
	for line, where := range lines {
		if strings.HasSuffix(line, "…") { // cut short in a table
			continue
		}
		text := strings.NewReplacer("\\\n", " ", "'", "", "…", "x").Replace(line)
		root := newRoot()
		c, args, err := root.Find(strings.Fields(text))
		if err == nil && c == root && !strings.HasPrefix(text, "-") && text != "COMMAND --help" {
			err = cli.UnknownCommand(root, text)
		}
		if err == nil {
			c.InitDefaultHelpFlag()
			err = c.ParseFlags(args)
		}
		if err != nil {
			t.Errorf("%s: mcrisk %s: %v", where, line, err)
			continue
		}
		for _, name := range []string{"token", "tokens"} {
			f := c.Flags().Lookup(name)
			if f == nil || f.Value.String() == "" || f.Value.String() == "NAME" {
				continue
			}
			for token := range strings.SplitSeq(f.Value.String(), ",") {
				token = strings.TrimSuffix(token, cli.Stressed)
				_, err := catalogue.LookupToken(token)
				if catalogue.IsHolding(token) {
					_, err = catalogue.LookupHolding(token, "ETH")
				}
				if err != nil {
					t.Errorf("%s: mcrisk %s: %v", where, line, err)
				}
			}
		}
	}
}
