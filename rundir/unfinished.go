package rundir

import (
	"os"
	"sync"
)

// unfinished are the folders and files that this process writes under hidden names.
var unfinished = unfinishedPaths{paths: map[string]bool{}}

type unfinishedPaths struct {
	sync.Mutex
	paths map[string]bool
}

// begin makes a folder or file that is unfinished until [unfinishedPaths.end].
func (u *unfinishedPaths) begin(path string, create func() error) error {
	u.Lock()
	defer u.Unlock()
	err := create()
	if err == nil {
		u.paths[path] = true
	}
	return err
}

// end gives what was unfinished its name, or removes it. RemoveUnfinished comes before
// that or after it.
func (u *unfinishedPaths) end(path string, settle func() error) error {
	u.Lock()
	defer u.Unlock()
	err := settle()
	if err == nil {
		delete(u.paths, path)
	}
	return err
}

// RemoveUnfinished removes everything that this process has begun to write and that has
// no name yet. It is for a process that ends at once while parts of it still work: nothing
// is begun and nothing gets its name after it, as whatever tries to waits for ever.
func RemoveUnfinished() {
	unfinished.Lock()
	for path := range unfinished.paths {
		_ = os.RemoveAll(path)
	}
}

// TempDir makes a folder in the system's folder of temporary files, which remove and
// [RemoveUnfinished] remove.
func TempDir(prefix string) (path string, remove func(), err error) {
	unfinished.Lock() // the name comes with the folder
	defer unfinished.Unlock()
	if path, err = os.MkdirTemp("", prefix); err != nil {
		return "", nil, err
	}
	unfinished.paths[path] = true
	return path, func() { _ = unfinished.end(path, func() error { return os.RemoveAll(path) }) }, nil
}
