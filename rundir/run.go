package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mcrisk/study"
	"mcrisk/tokens"
)

// A Run is a stored run of simulate, read back: slices are by token.
type Run struct {
	Dir       string
	Study     *study.Study
	Manifest  Manifest
	Ensembles []tokens.Ensemble // all lifetimes, the bits that were simulated
}

// A NotRunError says why a folder is not a run of simulate: a file of it is missing,
// or its spec describes no study.
type NotRunError struct{ error }

func (e NotRunError) Unwrap() error { return e.error }

// OpenRun reads a run of simulate. It checks that the lifetimes are whole and have
// the results_hash of the manifest. The error of a folder that is not a run is a
// [NotRunError]; those of its tables name file and line.
func OpenRun(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	spec, err := r.spec()
	if err != nil {
		return nil, err
	}
	if err := LoadHistory(&spec); err != nil {
		return nil, err
	}
	if r.Study, err = study.New(spec); err != nil {
		return nil, NotRunError{fmt.Errorf("%s: %w", filepath.Join(dir, SpecFile), err)}
	}
	if err := r.read(ManifestFile, func(in io.Reader, path string) error {
		if r.Manifest, err = ReadManifest(in); err != nil {
			return fmt.Errorf("rundir: %s: %w", path, err)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for token := range r.Study.Tokens() {
		if err := r.readLifetimes(token); err != nil {
			return nil, err
		}
	}
	if hash := study.Hash(r.Ensembles); hash != r.Manifest.ResultsHash {
		return nil, fmt.Errorf("rundir: %s: the lifetimes have results_hash %s, the manifest says %s; "+
			"they are not those of the run", dir, hash, r.Manifest.ResultsHash)
	}
	return r, nil
}

// Origins are where the numbers of the run's study came from.
func (r *Run) Origins() study.Origins { return study.OriginsIn(r.Manifest.Settings) }

// spec reads the study's spec.
func (r *Run) spec() (spec study.Spec, err error) {
	err = r.read(SpecFile, func(in io.Reader, path string) error {
		data, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("rundir: %s: %w", path, err)
		}
		if spec, err = ReadSpec(data, path); err != nil {
			return NotRunError{err}
		}
		return nil
	})
	return spec, err
}

// readLifetimes reads those of one token.
func (r *Run) readLifetimes(token int) error {
	s := r.Study.Spec()
	return r.read(r.Study.TableOf("lifetimes", token)+".csv", func(in io.Reader, path string) error {
		e, err := ReadLifetimes(in, path, r.Study.Token(token), s.Horizon)
		if err != nil {
			return err
		}
		if e.N != s.Paths {
			return fmt.Errorf("rundir: %s:%d: %d paths; want the %d of the spec", path, e.N+1, e.N, s.Paths)
		}
		market, own := study.Kept(nil)
		for _, name := range slices.Concat(own, market) {
			if !slices.Contains(e.Names(), name) {
				return fmt.Errorf("rundir: %s:1: no column %s; want all that this version of mcrisk has", path, name)
			}
		}
		r.Ensembles = append(r.Ensembles, e)
		return nil
	})
}

// read opens a file of the run, by its name there, and hands it on with its path.
func (r *Run) read(name string, from func(in io.Reader, path string) error) error {
	path := filepath.Join(r.Dir, name)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return NotRunError{fmt.Errorf("%s has no %s; want the directory that mcrisk simulate wrote", r.Dir, name)}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return from(f, path)
}
