package study

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write pages of docs/evidence")

// For tests outside the package.
var (
	Update   = update
	RealFile = realFile
)

// realFile opens a file of the histories, and skips the test where they are not.
func realFile(t *testing.T, name string) *os.File {
	t.Helper()
	file, err := os.Open(filepath.Join("../../shared/data", name))
	if os.IsNotExist(err) {
		t.Skip("the histories of real tokens are not here: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return file
}
