package rundir_test

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"mcrisk/rundir"
)

// A run takes its name when all of it is on disk, and its manifest has the sum of
// every file.
func Example() {
	folder, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	dir, err := rundir.Create(filepath.Join(folder, "first"))
	if err != nil {
		log.Fatal(err)
	}
	defer dir.Abort() // does nothing after Commit
	write := func(w io.Writer) error { _, err := io.WriteString(w, "metric,estimate\nnav,0.98\n"); return err }
	if err := dir.File("summary.csv", write); err != nil {
		log.Fatal(err)
	}
	if err := dir.Commit(rundir.Manifest{Command: []string{"example"}, Seed: 1}); err != nil {
		log.Fatal(err)
	}
	text, _ := os.ReadFile(filepath.Join(folder, "first", rundir.ManifestFile))
	m, err := rundir.ReadManifest(strings.NewReader(string(text)))
	fmt.Println(m.Command, m.Seed, m.Outputs["summary.csv"][:8], err)
	_, err = rundir.Create(dir.Path)
	fmt.Println(strings.HasSuffix(err.Error(), rundir.ErrExists.Error()))
	// Output:
	// [example] 1 cc3ef8b9 <nil>
	// true
}
