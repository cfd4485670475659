package rundir

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// syncing counts what is put on disk, by path, and lets fail what fault says.
func syncing(t *testing.T, fault func(path string) error) *[]string {
	t.Helper()
	var synced []string
	before := fsync
	fsync = func(f *os.File) error {
		synced = append(synced, filepath.Clean(f.Name()))
		return errors.Join(fault(f.Name()), before(f))
	}
	t.Cleanup(func() { fsync = before })
	return &synced
}

// All files of a run, its folders and its name are on disk when it is committed, each
// before what rests on it.
func TestDurable(t *testing.T) {
	synced := syncing(t, func(string) error { return nil })
	parent := filepath.Join(t.TempDir(), "deep", "deeper")
	d, err := Create(filepath.Join(parent, "run"))
	if err != nil {
		t.Fatal(err)
	}
	at := d.hidden.Path
	if err := errors.Join(d.File("figures/a.svg", writes("a")), d.Commit(Manifest{})); err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Dir(filepath.Dir(parent)), filepath.Dir(parent),
		filepath.Join(at, "figures", "a.svg"), at, filepath.Join(at, "figures"), filepath.Join(at, ManifestFile), at,
		parent}
	if !slices.Equal(*synced, want) {
		t.Errorf("put on disk were\n%s\nwant\n%s", strings.Join(*synced, "\n"), strings.Join(want, "\n"))
	}

	*synced = nil
	f, err := CreateFile(filepath.Join(parent, "f.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(writes("f")); err != nil {
		t.Fatal(err)
	}
	if want := []string{f.partial.Name(), parent}; !slices.Equal(*synced, want) {
		t.Errorf("of a file, put on disk were %v; want %v", *synced, want)
	}

	r := begun(t)
	*synced = nil
	do(t, r, 0)
	if len(*synced) != 2 || !strings.HasPrefix((*synced)[0], r.join(recordsDir+"/"+partialPrefix)) ||
		(*synced)[1] != r.join(recordsDir) {
		t.Errorf("of a record, put on disk were %v; want it and its folder", *synced)
	}
}

// Wherever a process stops that replaces the results of a sweep, the next has the earlier
// ones or the new ones, all of them and nothing else.
func TestStoppedWhileFilling(t *testing.T) {
	stop := errors.New("stopped")
	for last, failed := 0, true; failed; last++ {
		r := begun(t)
		do(t, r, 0, 1, 2, 3)
		results := func(files ...string) error {
			d, err := r.Results(t.Context())
			if err != nil {
				return err
			}
			for _, name := range files {
				err = errors.Join(err, d.File(name, writes(name)))
			}
			if err != nil {
				return err
			}
			m := Manifest{Seed: 1, Paths: r.Sweep.Study.Spec().Paths, Command: []string{"mcrisk"}}
			m.SpecHash = Hash(r.plan)
			return d.Commit(m) // without Abort, as of a process that was killed
		}
		if err := results("best.csv", "figures/a.svg", "figures/b.svg"); err != nil {
			t.Fatal(err)
		}
		n := 0
		syncing(t, func(string) error {
			if n++; n > last {
				return stop
			}
			return nil
		})
		err := results("best.csv", "cells.csv", "front/a.csv")
		if failed = err != nil; failed && !errors.Is(err, stop) {
			t.Fatal(err)
		}
		last := last
		n = -1000
		r.Close()
		s, err := Open(r.Path, Change)
		if err != nil {
			t.Fatalf("stopped at %d: %v", last, err)
		}
		if err := s.Check(t.Context()); err != nil || !s.Finished() {
			t.Errorf("stopped at %d, finished %t: %v", last, s.Finished(), err)
		}
		got, earlier := names(t, r.Path), "best.csv figures manifest.json origin.json records sweep.yaml"
		if got != earlier && got != "best.csv cells.csv front manifest.json origin.json records sweep.yaml" ||
			!failed && got == earlier {
			t.Errorf("stopped at %d, there is %s", last, got)
		}
		s.Close()
	}
}
