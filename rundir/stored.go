package rundir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"mcrisk/study"
)

// A Stored is an open run directory: its folder, its lock and its manifest. All that
// commands read of a run they read through it.
type Stored struct {
	folder
	Manifest Manifest // zero: the run is a sweep that is not finished
	locked   *os.File
}

// A NotRunError says why a folder is not a run of the kind that was wanted: a file of it
// is missing, or its spec describes no study.
type NotRunError struct{ error }

func (e NotRunError) Unwrap() error { return e.error }

// Open opens a run directory and reads its manifest. The error of a folder that is no run
// is a [NotRunError], that of one that another process uses is [ErrInUse]. To open a run
// for Change removes what killed processes left half-written in it.
func Open(dir string, access Access) (s *Stored, err error) {
	s = new(Stored)
	if s.folder, err = openFolder(dir); err != nil {
		return nil, NotRunError{fmt.Errorf("rundir: %w", err)}
	}
	if s.locked, err = s.lock(access); errors.Is(err, fs.ErrNotExist) {
		err = nil // no sweep
	}
	if err == nil && s.locked != nil && access == Change {
		err = s.tidy(".", recordsDir)
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("rundir: %w", err)
	}
	text, err := s.text(ManifestFile)
	if err == nil {
		s.Manifest, err = ReadManifest(strings.NewReader(string(text)))
	} else if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	for name := range s.Manifest.Outputs {
		err = errors.Join(err, validName(name))
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("rundir: %s: %w", s.join(ManifestFile), err)
	}
	return s, nil
}

// Close closes the run and ends its lock.
func (s *Stored) Close() {
	_ = s.root.Close()
	_ = s.locked.Close()
}

// Finished says whether the run has its manifest.
func (s *Stored) Finished() bool { return s.Manifest.Format != 0 }

// Swept says whether the run is one of a sweep, finished or not.
func (s *Stored) Swept() bool {
	_, err := s.root.Lstat(SweepFile)
	return err == nil
}

// held opens a file of the run, if its content is what the manifest says. A run that is
// not finished has none to say it.
func (s *Stored) held(ctx context.Context, name string) (*os.File, error) {
	f, err := s.open(name, os.O_RDONLY)
	if err != nil || !s.Finished() {
		return f, err
	}
	hash, err := hashOf(ctx, f)
	if err == nil {
		err = s.check(name, hash)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// check compares the SHA-256 of a file with the manifest.
func (s *Stored) check(name, hash string) error {
	want, listed := s.Manifest.Outputs[name]
	if !listed {
		return fmt.Errorf("%s: the manifest does not list it", s.join(name))
	}
	if hash != want {
		return fmt.Errorf("%s: its content has the SHA-256 %s; the manifest says %s", s.join(name), hash, want)
	}
	return nil
}

// heldText is the content of a file, if it is what the manifest says.
func (s *Stored) heldText(name string) ([]byte, error) {
	text, err := s.text(name)
	if err == nil && s.Finished() {
		err = s.check(name, Hash(text))
	}
	return text, err
}

// Study is the study of the run's spec.yaml, or of another spec in it.
func (s *Stored) Study(name string) (*study.Study, error) {
	text, err := s.heldText(name)
	if err != nil {
		return nil, s.lacking(err, name)
	}
	spec, err := ReadSpec(text, s.join(name))
	if err != nil {
		return nil, NotRunError{err}
	}
	built, err := study.New(spec)
	if err != nil {
		return nil, NotRunError{fmt.Errorf("rundir: %s: %w", s.join(name), err)}
	}
	return built, nil
}

// lacking is the error of a file that could not be read; a run of simulate has it.
func (s *Stored) lacking(err error, name string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return NotRunError{fmt.Errorf("%s has no %s; want the directory that mcrisk simulate wrote", s.Path, name)}
	}
	return fmt.Errorf("rundir: %w", err)
}

// Check compares a finished run with its manifest: it has the files that are listed, with
// the content that they had, and no others, and what the manifest says of the study is
// what its spec says. The error names everything that is not so.
func (s *Stored) Check(ctx context.Context) error {
	rest := maps.Clone(s.Manifest.Outputs)
	folders := map[string]bool{".": true}
	for name := range rest {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	var faults []error
	err := fs.WalkDir(s.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case name == ManifestFile || d.IsDir() && folders[name]:
			return nil
		}
		if folders[name] { // and is none: what is listed in it says so below
			return nil
		}
		if _, listed := rest[name]; !listed {
			faults = append(faults, fmt.Errorf("%s: the manifest does not list it", s.join(name)))
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		delete(rest, name)
		f, err := s.held(ctx, name)
		if err != nil {
			faults = append(faults, err)
			return nil
		}
		return f.Close()
	})
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		if _, err := s.lookup(name, 0); errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, fmt.Errorf("%s is missing", s.join(name)))
		} else {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(append(faults, err)...); err != nil {
		return err
	}
	return s.checkStudy()
}

// checkStudy compares what the manifest says of the study with its specs, and of a sweep
// with its origin.
func (s *Stored) checkStudy() error {
	m := s.Manifest
	var faults []error
	differs := func(key string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			faults = append(faults, fmt.Errorf("%s: %s = %v; other files of the run say %v", s.join(ManifestFile), key,
				got, want))
		}
	}
	unlisted := map[string]int{} // settings of the specs
	add := func(own *study.Study, prefix string) {
		for _, x := range own.Settings(nil) {
			unlisted[prefix+x.Name+" = "+x.Value]++
		}
		if prefix == "" {
			differs("seed", m.Seed, own.Spec().Seed)
			differs("paths", m.Paths, own.Spec().Paths)
		}
	}
	file := SpecFile
	if s.Swept() {
		file = SweepFile
		records, _, origin, err := s.Sweep(nil)
		if err != nil {
			return err
		}
		add(records.Sweep.Study, "")
		differs("command", m.Command, origin.Command)
		differs("settings", m.Settings, origin.Settings)
		differs("inputs", m.Inputs, origin.Inputs)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Outputs)) {
		underlying, further := strings.CutPrefix(name, "spec-")
		if name != SpecFile && !further {
			continue
		}
		own, err := s.Study(name)
		if err != nil {
			return err
		}
		prefix := ""
		if further {
			prefix = strings.TrimSuffix(underlying, ".yaml") + ": "
		}
		add(own, prefix)
	}
	differs("spec_hash", m.SpecHash, m.Outputs[file])
	for _, x := range m.Settings {
		setting := x.Name + " = " + x.Value
		if unlisted[setting]--; unlisted[setting] < 0 {
			differs("a setting", setting, "otherwise")
		}
		if unlisted[setting] == 0 {
			delete(unlisted, setting)
		}
	}
	if m.ResultsHash != "" { // what samples nothing has no use for some settings
		for setting := range unlisted {
			differs("a setting", "missing", setting)
		}
	}
	return errors.Join(faults...)
}
