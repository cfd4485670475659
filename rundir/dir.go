package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// A Dir is a run directory being written. Its files go into a hidden folder. When all
// are on disk the folder gets the name of the run, or its files move into a run that is
// there, so that an interrupted run never looks finished.
type Dir struct {
	Path   string            // where the run will be
	hidden folder            // where its files are meanwhile
	hashes map[string]string // of all files of the run, by name
	into   *Stored           // the run that is there already; nil: a new one
}

// ErrExists is what Create wraps when there is something at the path already.
var ErrExists = errors.New("exists; want a new one")

// absent reports something at a path.
func absent(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s %w", path, ErrExists)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// Create begins a run directory at path, which must not exist. Folders and files get the
// permissions that the process gives new ones.
func Create(path string) (*Dir, error) {
	d := &Dir{Path: filepath.Clean(path), hashes: map[string]string{}}
	err := absent(d.Path)
	if err == nil {
		err = makeFolders(filepath.Dir(d.Path))
	}
	if err == nil {
		at := filepath.Join(filepath.Dir(d.Path), hidden("."+filepath.Base(d.Path)+partialPrefix))
		if err = unfinished.begin(at, func() error { return os.Mkdir(at, 0o777) }); err == nil {
			d.hidden, err = openFolder(at)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("rundir: output folder: %w", err)
	}
	return d, nil
}

// File writes one file of the run, named relative to it with slashes.
func (d *Dir) File(name string, write func(io.Writer) error) error {
	hash, err := d.hidden.create(name, write)
	if err != nil {
		return fmt.Errorf("rundir: %s: %w", name, err)
	}
	d.hashes[name] = hash
	return nil
}

// Bytes writes one file of the run.
func (d *Dir) Bytes(name string, data []byte) error {
	return d.File(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Commit writes the manifest and gives the run its name, which is on disk with all of its
// files when Commit returns.
func (d *Dir) Commit(m Manifest) error {
	m.Format, m.Outputs, m.Digest = Format, d.hashes, ""
	m.Version, m.Generator = Version(), Generator
	m.Go, m.System, m.Processor = runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH, processor()
	text, err := seal(m)
	if err == nil {
		err = d.syncFolders() // before there is a manifest in them
	}
	if err == nil {
		err = d.Bytes(ManifestFile, text)
	}
	if err == nil {
		err = d.place()
	}
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// syncFolders puts the names of what was written on disk.
func (d *Dir) syncFolders() error {
	folders, err := d.hidden.folders()
	if err != nil {
		return err
	}
	return d.hidden.sync(folders...)
}

// place gives what was written its final names.
func (d *Dir) place() error {
	err := d.hidden.sync(".")
	if err == nil {
		err = d.hidden.root.Close() // some systems rename no folder that is open
	}
	if err != nil {
		return err
	}
	if d.into != nil {
		at := d.hidden.Path
		d.hidden.Path = "" // from here on it is gone on with, not removed
		_ = unfinished.end(at, func() error {
			err = d.into.fill(filepath.Base(at))
			return nil
		})
		return err
	}
	if err := absent(d.Path); err != nil { // rename would replace an empty folder that appeared meanwhile
		return fmt.Errorf("output folder: %w", err)
	}
	if err := unfinished.end(d.hidden.Path, func() error { return os.Rename(d.hidden.Path, d.Path) }); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(d.Path))
}

// Abort removes what was written, unless the run was committed.
func (d *Dir) Abort() {
	_ = d.hidden.root.Close()
	if at := d.hidden.Path; at != "" {
		_ = unfinished.end(at, func() error { return os.RemoveAll(at) })
	}
}

// A File is a single file being written, in the same manner as a Dir: under a
// hidden name beside its place until it is complete.
type File struct {
	Path    string // where the file will be
	partial *os.File
}

// CreateFile begins a file at path, which must not exist in a folder that does.
func CreateFile(path string) (*File, error) {
	path = filepath.Clean(path)
	if err := absent(path); err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	at := filepath.Join(filepath.Dir(path), hidden("."+filepath.Base(path)+partialPrefix))
	f := &File{Path: path}
	err := unfinished.begin(at, func() (err error) {
		f.partial, err = os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return f, nil
}

// Commit writes the file and gives it its name, which is on disk with its content when
// Commit returns. It is called once.
func (f *File) Commit(write func(io.Writer) error) error {
	err := errors.Join(write(f.partial), fsync(f.partial), f.partial.Close())
	if err == nil {
		err = unfinished.end(f.partial.Name(), func() error { return giveName(f.partial.Name(), f.Path) })
	}
	if err == nil {
		err = syncFolder(filepath.Dir(f.Path))
	}
	if err != nil {
		f.Abort()
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// giveName gives a file another name that nothing has. A second name for it is refused if
// that appeared meanwhile, while renaming would replace it; but some file systems give a
// file one name only.
func giveName(from, to string) error {
	if err := os.Link(from, to); err == nil {
		return os.Remove(from)
	}
	if err := absent(to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// Abort removes what was written, unless the file was committed.
func (f *File) Abort() {
	_ = f.partial.Close()
	_ = unfinished.end(f.partial.Name(), func() error { return os.Remove(f.partial.Name()) })
}
