package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"mcrisk/rundir"
)

// open opens a file that the user named, - being standard input. Whatever it is, opening
// and reading it end with the context of the call: a pipe may have no writer, and a
// terminal nobody who types. What a file may have is for its reader to limit.
func (s *Session) open(path string) (io.ReadCloser, error) {
	from := func() (io.ReadCloser, error) { return io.NopCloser(s.In), nil }
	if path != "-" {
		info, err := os.Stat(path)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a folder; want a file", path)
		}
		from = func() (io.ReadCloser, error) { return os.Open(path) }
	}
	out, in := io.Pipe()
	go func() {
		file, err := from()
		if err == nil {
			_, err = io.Copy(in, file)
			file.Close()
		}
		in.CloseWithError(err)
	}()
	stop := context.AfterFunc(s.Ctx, func() { out.CloseWithError(s.Ctx.Err()) })
	return input{out, stop}, nil
}

// An input is a file that the user named.
type input struct {
	*io.PipeReader
	stop func() bool
}

func (i input) Close() error {
	i.stop()
	return i.PipeReader.Close()
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
