package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// No line of the module's Go files is wider than 120 columns, where a tab takes 4;
// files that a program wrote are as it wrote them.
func TestWidth(t *testing.T) {
	const columns, tab = 120, 4
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if first, _, _ := strings.Cut(string(text), "\n"); strings.Contains(first, "Code generated") {
			return nil
		}
		files++
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimRight(line, "\r\n")
			if width := utf8.RuneCountInString(line) + (tab-1)*strings.Count(line, "\t"); width > columns {
				t.Errorf("%s:%d: %d columns; want at most %d", name, number, width, columns)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("%d files; want all of the module", files)
	}
}
