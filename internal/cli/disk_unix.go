//go:build linux || darwin || freebsd

package cli

import (
	"path/filepath"
	"syscall"
)

// FreeDisk is the room on the file system that a path is or will be on, in bytes;
// not ok where the system does not say.
func FreeDisk(path string) (free float64, ok bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, false
	}
	for {
		var s syscall.Statfs_t
		if syscall.Statfs(path, &s) == nil {
			return float64(s.Bavail) * float64(s.Bsize), true
		}
		if up := filepath.Dir(path); up != path {
			path = up
			continue
		}
		return 0, false
	}
}
