package rundir

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"mcrisk/study"
	"mcrisk/tokens"
)

// A Run is a stored run of simulate, read back: slices are by token.
type Run struct {
	*Stored
	Study     *study.Study
	Ensembles []tokens.Ensemble // all lifetimes, the bits that were simulated
}

// OpenRun reads a run of simulate, with the errors of [Open] and [Stored.Run]. Close closes
// it.
func OpenRun(ctx context.Context, dir string) (*Run, error) {
	s, err := Open(dir, Read)
	if err != nil {
		return nil, err
	}
	r, err := s.Run(ctx)
	if err != nil {
		s.Close()
	}
	return r, err
}

// Run reads the spec and lifetimes of a run of simulate. Files that are not what the
// manifest says are errors that name them, and so are lifetimes that have not its
// results_hash. The error of another run is a [NotRunError].
func (s *Stored) Run(ctx context.Context) (*Run, error) {
	r := &Run{Stored: s}
	if !s.Finished() {
		return nil, s.lacking(fs.ErrNotExist, ManifestFile)
	}
	var err error
	if r.Study, err = s.Study(SpecFile); err != nil {
		return nil, err
	}
	for token := range r.Study.Tokens() {
		if err := r.readLifetimes(ctx, token); err != nil {
			return nil, err
		}
	}
	if hash := study.Hash(r.Ensembles); hash != s.Manifest.ResultsHash {
		return nil, fmt.Errorf("rundir: %s: the lifetimes have results_hash %s, the manifest says %s; "+
			"they are not those of the run", s.Path, hash, s.Manifest.ResultsHash)
	}
	return r, nil
}

// Origins are where the numbers of the run's study came from.
func (r *Run) Origins() study.Origins { return study.OriginsIn(r.Manifest.Settings) }

// Summary is the run's summary.json.
func (r *Run) Summary() ([]byte, error) {
	const name = "summary.json"
	text, err := r.heldText(name)
	if err != nil {
		return nil, r.lacking(err, name)
	}
	return text, nil
}

// readLifetimes reads those of one token.
func (r *Run) readLifetimes(ctx context.Context, token int) error {
	s := r.Study.Spec()
	return r.read(ctx, r.Study.TableOf("lifetimes", token)+".csv", func(in io.Reader, path string) error {
		e, err := ReadLifetimes(in, path, r.Study.Token(token), s.Horizon)
		if err != nil {
			return err
		}
		if e.N != s.Paths {
			return fmt.Errorf("rundir: %s:%d: %d paths; want the %d of the spec", path, e.N+1, e.N, s.Paths)
		}
		for _, name := range slices.Concat(study.KeptOf(e.Token, nil), study.KeptOfMarket(nil)) {
			if !slices.Contains(e.Names(), name) {
				return fmt.Errorf("rundir: %s:1: no column %s; want all that this version of mcrisk has", path, name)
			}
		}
		r.Ensembles = append(r.Ensembles, e)
		return nil
	})
}

// read opens a file of the run, by its name there, and hands it on with its path.
func (r *Run) read(ctx context.Context, name string, from func(in io.Reader, path string) error) error {
	f, err := r.held(ctx, name)
	if err != nil {
		return r.lacking(err, name)
	}
	defer f.Close()
	return from(interruptible{ctx, f}, r.join(name))
}
