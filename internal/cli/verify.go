package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"mcrisk/rundir"
)

// VerifyFiles reads a run's manifest and checks the files that it lists. A folder that
// is no run, or of a sweep that is not finished, is bad input.
func VerifyFiles(ctx context.Context, dir string) (rundir.Manifest, error) {
	f, err := os.Open(filepath.Join(dir, rundir.ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, rundir.SweepFile)); err == nil {
			return rundir.Manifest{}, Input("%s is not finished; mcrisk sweep --resume %s goes on with it", dir,
				ShellWord(dir))
		}
		return rundir.Manifest{}, Input("%s has no %s; want the directory of a run", dir, rundir.ManifestFile)
	}
	if err != nil {
		return rundir.Manifest{}, err
	}
	defer f.Close()
	m, err := rundir.ReadManifest(f)
	if err != nil {
		return m, fmt.Errorf("%s: %w", f.Name(), err)
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(m.Outputs)) {
		want := m.Outputs[name]
		got, err := fileHash(ctx, filepath.Join(dir, filepath.FromSlash(name)))
		if ctx.Err() != nil {
			return m, ctx.Err()
		}
		if err == nil && got != want {
			err = fmt.Errorf("%s: its content has the SHA-256 %s; the manifest says %s", name, got, want)
		}
		faults = append(faults, err)
	}
	return m, errors.Join(faults...)
}

func fileHash(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return rundir.HashOf(ctx, f)
}

// Word is a word of a command line; empty beyond its end.
func Word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return ""
}
