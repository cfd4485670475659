package cli

import (
	"errors"

	"mcrisk/rundir"
)

// OpenRun reads a stored run of simulate. Any other folder is bad input.
func OpenRun(dir string) (*rundir.Run, error) {
	r, err := rundir.OpenRun(dir)
	if errors.As(err, new(rundir.NotRunError)) {
		err = AsInput(err)
	}
	return r, err
}
