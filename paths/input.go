package paths

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// OpenInput opens a file that somebody named. Whatever it is, opening and reading it end
// with the context: a pipe may have no writer, and a disk may not answer. What a file may
// have is for its reader to limit.
func OpenInput(ctx context.Context, path string) (io.ReadCloser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.Unwrap(err)}
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; want a file", path)
	}
	return Interruptible(ctx, func() (io.ReadCloser, error) { return os.Open(path) }), nil
}

// Interruptible reads what open opens, until the context ends. A call of the system that
// waits then is left to wait.
func Interruptible(ctx context.Context, open func() (io.ReadCloser, error)) io.ReadCloser {
	out, in := io.Pipe()
	go func() {
		from, err := open()
		if err == nil {
			_, err = io.Copy(in, from)
			from.Close()
		}
		in.CloseWithError(err)
	}()
	return input{out, context.AfterFunc(ctx, func() { out.CloseWithError(ctx.Err()) })}
}

type input struct {
	*io.PipeReader
	stop func() bool
}

func (i input) Close() error {
	i.stop()
	return i.PipeReader.Close()
}
