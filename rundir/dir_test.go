package rundir

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/study"
	"time"

	"mcrisk/tokens"
)

func writes(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// names are the entries of a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

// Until it is committed nothing has the name of the run; then everything is
// there, and the manifest's hashes are those of the files.
func TestCommit(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "deep", "run")
	d, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.csv", "figures/b.svg"} {
		if err := d.File(name, writes("the content of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the run is there before it is committed")
	}
	if hidden := names(t, filepath.Dir(path)); !strings.HasPrefix(hidden, ".run.partial-") {
		t.Errorf("before the commit there is %s; want one hidden folder", hidden)
	}
	start := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	m := Manifest{Command: []string{"mcrisk", "<&>"}, SpecHash: "s", ResultsHash: "r",
		Seed: 1<<64 - 1, Paths: 7, Workers: 2, Start: start, End: start,
		Settings: []study.Setting{{Name: "fee", Value: "0.001", Origin: "given"}},
		Inputs:   map[string]string{"p.csv": "h"}}
	if err := d.Commit(m); err != nil {
		t.Fatal(err)
	}
	d.Abort() // after a commit it does nothing
	if got := names(t, filepath.Dir(path)); got != "run" {
		t.Errorf("after the commit there is %s", got)
	}
	if got := names(t, path); got != "a.csv figures manifest.json" {
		t.Errorf("the run has %s", got)
	}

	data, err := os.ReadFile(filepath.Join(path, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back Manifest
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Outputs) != 2 || back.Seed != m.Seed ||
		back.Generator == "" || back.Version == "" || back.Go == "" ||
		back.Processor == "" || !back.Start.Equal(start) {
		t.Errorf("manifest: %+v", back)
	}
	for name, want := range back.Outputs {
		content, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := Hash(content); got != want {
			t.Errorf("%s has the hash %s; the manifest says %s", name, got, want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the run has mode %v, %v", info.Mode(), err)
	}
	// FIPS 180-4, example of SHA-256.
	if Hash([]byte("abc")) != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error("the hash is not SHA-256")
	}
}

func TestCreateRefuses(t *testing.T) {
	parent := t.TempDir()
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(parent, "link")); err != nil {
		t.Fatal(err)
	}
	for name, exists := range map[string]bool{"": true, "file": true, "link": true, "file/run": false} {
		for what, create := range map[string]func(string) error{
			"Create":     func(path string) error { _, err := Create(path); return err },
			"CreateFile": func(path string) error { _, err := CreateFile(path); return err },
		} {
			path := filepath.Join(parent, name)
			err := create(path)
			if err == nil || errors.Is(err, ErrExists) != exists || !strings.Contains(err.Error(), path) {
				t.Errorf("%s at %q: %v; something exists: %t", what, path, err, exists)
			}
		}
	}
	if got := names(t, parent); got != "file link" {
		t.Errorf("left behind: %s", got)
	}
}

// No file of a run is written outside of it.
func TestFileNames(t *testing.T) {
	parent := t.TempDir()
	d, err := Create(filepath.Join(parent, "run"))
	if err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(parent, "outside")
	link := os.Symlink("../outside", filepath.Join(d.hidden.Path, "figures"))
	if err := errors.Join(os.Mkdir(outside, 0o777), link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../outside/a", "a/../../outside/a", "/a", "", ".", "a/", "figures/a"} {
		if err := d.File(name, writes("a")); err == nil {
			t.Errorf("a file %q was written", name)
		}
	}
	d.Abort()
	if got := names(t, parent) + names(t, outside); got != "outside" {
		t.Errorf("there is %s", got)
	}
}

func TestAbort(t *testing.T) {
	parent := t.TempDir()
	d, err := Create(filepath.Join(parent, "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.File("a", writes("half")); err != nil {
		t.Fatal(err)
	}
	d.Abort()
	f, err := CreateFile(filepath.Join(parent, "table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	f.Abort()
	f.Abort()
	if got := names(t, parent); got != "" {
		t.Errorf("left behind: %s", got)
	}
}

func TestFile(t *testing.T) {
	parent := t.TempDir()
	path := filepath.Join(parent, "table.csv")
	f, err := CreateFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there before it is committed")
	}
	if err := f.Commit(writes("all")); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	if got, err := os.ReadFile(path); err != nil || string(got) != "all" {
		t.Errorf("the file has %q, %v", got, err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o644 {
		t.Errorf("the file has mode %v", info.Mode())
	}

	// A failing writer leaves nothing.
	f, err = CreateFile(filepath.Join(parent, "other.csv"))
	if err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if err := f.Commit(func(io.Writer) error { return no }); !errors.Is(err, no) {
		t.Errorf("got %v; want %v", err, no)
	}
	if got := names(t, parent); got != "table.csv" {
		t.Errorf("there is %s; want table.csv alone", got)
	}
}

// What appears at the path meanwhile is neither replaced nor removed.
func TestCommitMeetsAnother(t *testing.T) {
	parent := t.TempDir()
	dir, file := filepath.Join(parent, "run"), filepath.Join(parent, "table.csv")
	d, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := CreateFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("another's"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(Manifest{}); !errors.Is(err, ErrExists) {
		t.Errorf("committing over a folder: %v", err)
	}
	if err := f.Commit(writes("mine")); !errors.Is(err, ErrExists) {
		t.Errorf("committing over a file: %v", err)
	}
	d.Abort()
	if got, _ := os.ReadFile(file); string(got) != "another's" ||
		names(t, parent) != "run table.csv" || names(t, dir) != "" {
		t.Errorf("there is %s, the file has %q, the folder %q", names(t, parent), got, names(t, dir))
	}
}

func TestWriteLifetimes(t *testing.T) {
	e := tokens.NewEnsemble(tokens.Token{}, time.Hour, 3)
	e.Add("nav", []float64{1, 0.1, 1e-300})
	e.Add("first_liquidation", []float64{math.NaN(), 0.25, 1.0 / 3})
	var b strings.Builder
	if err := WriteLifetimes(&b, &e); err != nil {
		t.Fatal(err)
	}
	want := "path,nav,first_liquidation\n0,1,\n1,0.1,0.25\n2,1e-300,0.3333333333333333\n"
	if b.String() != want {
		t.Errorf("got %q; want %q", b.String(), want)
	}
	if err := WriteLifetimes(failing{}, &e); err == nil {
		t.Error("a full disk is not reported")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }
