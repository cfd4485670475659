package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The table of imports in docs/architecture.md is true: every package of the
// module has a row, and imports just what its row says.
func TestMap(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|.*\\| ([a-z/, ]+) \\|$")
	allowed := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		if m[2] == "none" {
			allowed[m[1]] = nil
			continue
		}
		allowed[m[1]] = strings.Split(m[2], ", ")
	}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}:{{join .Imports \" \"}}", "mcrisk/...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		path, list, _ := strings.Cut(strings.TrimSpace(line), ":")
		name := strings.TrimPrefix(path, "mcrisk/")
		if name == "benchmarks" {
			continue // test files only
		}
		want, ok := allowed[name]
		if !ok {
			t.Errorf("package %s has no row on the map", name)
			continue
		}
		delete(allowed, name)
		var got []string
		for _, i := range strings.Fields(list) {
			if ours, ok := strings.CutPrefix(i, "mcrisk/"); ok {
				got = append(got, ours)
			}
			if i == "golang.org/x/exp/rand" && name != "random" {
				t.Errorf("package %s imports %s; only random may", name, i)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("package %s imports %v; the map says %v", name, got, want)
		}
	}
	for name := range allowed {
		t.Errorf("the map has a row for %s, which is no package", name)
	}
}
