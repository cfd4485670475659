package cli

import (
	"context"
	"errors"

	"mcrisk/rundir"
)

// OpenRun reads a stored run of simulate. Any other folder is bad input.
func OpenRun(ctx context.Context, dir string) (*rundir.Run, error) {
	r, err := rundir.OpenRun(ctx, dir)
	return r, notRun(err)
}

// notRun is bad input if it says that a folder is not the run that was wanted.
func notRun(err error) error {
	if errors.As(err, new(rundir.NotRunError)) {
		return AsInput(err)
	}
	return err
}
