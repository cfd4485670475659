package cli

import (
	"fmt"
	"io"

	"mcrisk/paths"
	"mcrisk/rundir"
)

// open opens a file that the user named, - being standard input, as [paths.OpenInput] does:
// there may be nobody who types.
func (s *Session) open(path string) (io.ReadCloser, error) {
	if path != "-" {
		return paths.OpenInput(s.Ctx, path)
	}
	return paths.Interruptible(s.Ctx, func() (io.ReadCloser, error) { return io.NopCloser(s.In), nil }), nil
}

// readSpec reads a spec, or part of one, into memory.
func (s *Session) readSpec(path string) ([]byte, error) {
	in, err := s.open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, rundir.MaxSpec+1)) // whose reader refuses one byte more
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}
