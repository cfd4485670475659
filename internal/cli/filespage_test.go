package cli

import (
	"flag"
	"os"
	"slices"
	"testing"
)

var writeFiles = flag.Bool("files", false, "write docs/files.md anew")

// docs/files.md says what the registries do. make files writes it.
func TestFilesPage(t *testing.T) {
	const file = "../../docs/files.md"
	page := FilesPage()
	if *writeFiles {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != page {
		t.Errorf("%s is not what the program says (%v); make files writes it", file, err)
	}
	for _, f := range slices.Concat(Tables(), Objects()) {
		for _, c := range f.Columns {
			if c.Text == "" {
				t.Errorf("%s: nothing says what %s means", f.Name, c.Name)
			}
		}
	}
}
