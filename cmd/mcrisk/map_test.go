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
	list := func(args ...string) string {
		out, err := exec.Command("go", append([]string{"list"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
		return string(out)
	}
	module := strings.TrimSpace(list("-m")) + "/"
	for line := range strings.Lines(list("-f", "{{.ImportPath}}:{{join .Imports \" \"}}", module+"...")) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), ":")
		name := strings.TrimPrefix(path, module)
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
		for _, i := range strings.Fields(imports) {
			if ours, ok := strings.CutPrefix(i, module); ok {
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
