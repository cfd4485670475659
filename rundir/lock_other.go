//go:build !darwin && !dragonfly && !freebsd && !linux && !netbsd && !openbsd && !windows

package rundir

import (
	"errors"
	"os"
)

// lockFile does not lock here.
func lockFile(*os.File, bool) error { return errors.ErrUnsupported }
