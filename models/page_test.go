package models

import (
	"os"
	"regexp"
	"testing"
)

// docs/models.md has every model and every number of each.
func TestModelsPage(t *testing.T) {
	page, err := os.ReadFile("../docs/models.md")
	if err != nil {
		t.Fatal(err)
	}
	has := func(pattern string) bool { return regexp.MustCompile(pattern).Match(page) }
	for _, k := range Registry.Kinds() {
		if !has("(?m)^## .*\\b" + k.Name + "\\b") {
			t.Errorf("docs/models.md has no section on %s", k.Name)
		}
		for _, p := range k.Params {
			if !has("\\b" + p.Name + "\\b") {
				t.Errorf("docs/models.md does not have %s of %s", p.Name, k.Name)
			}
		}
	}
}
