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
		err = s.settle()
	}
	if err == nil {
		s.Manifest, err = s.manifest(ManifestFile)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Close()
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return s, nil
}

// manifest reads a manifest. All names in it are of files in a run.
func (s *Stored) manifest(name string) (m Manifest, err error) {
	text, err := s.text(name)
	if err != nil {
		return m, err
	}
	m, err = ReadManifest(strings.NewReader(string(text)))
	for file := range m.Outputs {
		err = errors.Join(err, validName(file))
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w", s.join(name), err)
	}
	return m, nil
}

// settle ends what a killed process was at: results that were on disk with their manifest
// are moved to their places, and everything else that was half-written is removed.
func (s *Stored) settle() error {
	partial, err := s.partial(".")
	if err != nil {
		return err
	}
	for _, at := range partial {
		settle := s.fill
		if _, err := s.manifest(path.Join(at, ManifestFile)); err != nil {
			settle = s.root.RemoveAll
		}
		if err := settle(at); err != nil {
			return err
		}
	}
	if partial, err = s.partial(recordsDir); err != nil {
		return err
	}
	for _, name := range partial {
		if err := s.root.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}

// earlierFile is the manifest, in a folder of new results, of those that they replace.
const earlierFile = "earlier.json"

// fill moves results, which are on disk with their manifest, from a folder in the run to
// their places. The manifest of earlier results goes first and the new one comes last: a
// run with a manifest has all of its files, and none that only an earlier one listed. Files
// that no manifest listed stay. Whoever is killed on the way is replaced by settle.
func (s *Stored) fill(at string) error {
	m, err := s.manifest(path.Join(at, ManifestFile))
	if err != nil {
		return err
	}
	earlier := path.Join(at, earlierFile)
	if _, err := s.lookup(ManifestFile, 0); err == nil {
		if err := errors.Join(s.rename(ManifestFile, earlier), s.sync(at, ".")); err != nil {
			return err
		}
	}
	s.Manifest = Manifest{}
	before, err := s.manifest(earlier)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrDamaged) {
		return err
	}
	for name := range before.Outputs {
		if _, again := m.Outputs[name]; !again {
			if err := s.remove(name); err != nil {
				return err
			}
		}
	}
	folders := map[string]bool{".": true}
	for name := range m.Outputs {
		if _, err := s.lookup(path.Join(at, name), 0); errors.Is(err, fs.ErrNotExist) {
			continue // it is in its place
		}
		if err := s.rename(path.Join(at, name), name); err != nil {
			return err
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	if err := s.sync(slices.Collect(maps.Keys(folders))...); err != nil {
		return err
	}
	if err := errors.Join(s.rename(path.Join(at, ManifestFile), ManifestFile), s.sync(".")); err != nil {
		return err
	}
	s.Manifest = m
	return s.root.RemoveAll(at)
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
	if err := Load(context.Background(), &spec); err != nil {
		return nil, err
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
		case d.IsDir() && path.Dir(name) == "." && strings.HasPrefix(name, partialPrefix):
			return nil // whoever filled the run was killed before removing it; files in it are faults
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
