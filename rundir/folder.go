package rundir

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// A folder is an open folder, through which all files of a run are read and written.
// Names have slashes and are relative to it. None leads out of the folder, also where a
// part of it is exchanged meanwhile, and one that is a link or goes through one is refused.
type folder struct {
	Path string
	root *os.Root
}

func openFolder(path string) (folder, error) {
	// To open a named pipe would be to wait for its writer.
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return folder{}, &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	root, err := os.OpenRoot(path)
	return folder{path, root}, err
}

// A KindError reports something in a run directory that is of another kind than what
// belongs there, such as a link.
type KindError struct {
	Path     string
	Is, Want fs.FileMode // types
}

func (e KindError) Error() string {
	return fmt.Sprintf("%s is %s; want %s", e.Path, kindName(e.Is), kindName(e.Want))
}

func kindName(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "a file"
	case fs.ModeDir:
		return "a folder"
	case fs.ModeSymlink:
		return "a link"
	case fs.ModeNamedPipe:
		return "a named pipe"
	}
	return "neither file nor folder (" + mode.Type().String() + ")"
}

// lookup is what is at a name: a file, or a folder if want is [fs.ModeDir].
func (f *folder) lookup(name string, want fs.FileMode) (info fs.FileInfo, err error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	for i, c := range name + "/" {
		if c != '/' {
			continue
		}
		kind := fs.ModeDir
		if i == len(name) {
			kind = want
		}
		if info, err = f.root.Lstat(name[:i]); err != nil {
			return nil, err
		}
		if info.Mode().Type() != kind {
			return nil, KindError{f.join(name[:i]), info.Mode().Type(), kind}
		}
	}
	return info, nil
}

// validName reports a name that could not be one of a file in a run.
func validName(name string) error {
	if !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q is no name of a file in a run", name)
	}
	return nil
}

// join is the path of a name, for messages.
func (f *folder) join(name string) string { return filepath.Join(f.Path, filepath.FromSlash(name)) }

// open opens a file for reading, and for writing as well if flag is [os.O_RDWR].
func (f *folder) open(name string, flag int) (*os.File, error) {
	before, err := f.lookup(name, 0)
	if err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(name, flag, 0)
	if err != nil {
		return nil, err
	}
	if after, err := file.Stat(); err != nil || !os.SameFile(before, after) {
		return nil, errors.Join(fmt.Errorf("%s was exchanged while it was opened", f.join(name)), err, file.Close())
	}
	return file, nil
}

// maxText is the longest file that is read into memory, in bytes: a manifest lists a
// million records in half of it.
const maxText = 1 << 28

// text is the content of a file.
func (f *folder) text(name string) ([]byte, error) {
	file, err := f.open(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxText+1))
	if err == nil && len(data) > maxText {
		err = fmt.Errorf("%s is longer than %d bytes", f.join(name), maxText)
	}
	return data, err
}

// makeDir makes a folder and those that it is in, where they are missing.
func (f *folder) makeDir(name string) error {
	if name == "." {
		return nil
	}
	if err := f.root.MkdirAll(name, 0o777); err != nil {
		return err
	}
	_, err := f.lookup(name, fs.ModeDir)
	return err
}

// create writes a new file, puts its content on disk, and returns its SHA-256. One that
// could not be written whole is removed.
func (f *folder) create(name string, write func(io.Writer) error) (hash string, err error) {
	if err := validName(name); err != nil {
		return "", err
	}
	if err := f.makeDir(path.Dir(name)); err != nil {
		return "", err
	}
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(file, h), 1<<16) // a page is written in a thousand pieces
	if err := errors.Join(write(out), out.Flush(), fsync(file), file.Close()); err != nil {
		return "", errors.Join(err, f.root.Remove(name))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// rename gives a file that is whole the name to, in place of an earlier file. Anything
// else that has the name is removed, unless it is a folder with something in it.
func (f *folder) rename(from, to string) error {
	if err := f.makeDir(path.Dir(to)); err != nil {
		return err
	}
	if info, err := f.root.Lstat(to); err == nil && !info.Mode().IsRegular() {
		if err := f.root.Remove(to); err != nil {
			return fmt.Errorf("%w; %w", KindError{f.join(to), info.Mode(), 0}, err)
		}
	}
	return f.root.Rename(from, to)
}

// remove removes a file, if it is there, and the folders that it leaves empty.
func (f *folder) remove(name string) error {
	switch _, err := f.lookup(name, 0); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	err := f.root.Remove(name)
	for dir := path.Dir(name); dir != "." && err == nil; dir = path.Dir(dir) {
		if f.root.Remove(dir) != nil { // it has other files
			break
		}
	}
	return err
}

// sync puts the names in some folders on disk.
func (f *folder) sync(names ...string) error {
	for _, name := range names {
		dir, err := f.root.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(syncNames(dir), dir.Close()); err != nil {
			return err
		}
	}
	return nil
}

// folders are all folders in it, itself first.
func (f *folder) folders() (names []string, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// partialPrefix begins the names, in a run, of what is being written.
const partialPrefix = ".partial-"

// partial are the names in a folder of what is being written; none if it is missing.
func (f *folder) partial(dir string) (names []string, err error) {
	if _, err := f.lookup(dir, fs.ModeDir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(f.root.FS(), dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), partialPrefix) {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	return names, err
}

// hidden is a name that begins so and that nothing else has.
func hidden(prefix string) string { return prefix + rand.Text() }

// fsync puts the content of a file on disk; tests count its calls.
var fsync = (*os.File).Sync

// syncNames puts the names in an open folder on disk, where the system can.
func syncNames(dir *os.File) error {
	if runtime.GOOS == "windows" { // which has no call for it
		return nil
	}
	err := fsync(dir)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil // some network file systems
	}
	return err
}

// syncFolder is syncNames of a path. A folder that one may write but not read cannot be
// opened; its names are left to the system.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(syncNames(dir), dir.Close())
}

// makeFolders makes a folder and those that it is in, where they are missing, and puts
// their names on disk.
func makeFolders(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	up := filepath.Dir(path)
	if up != path {
		if err := makeFolders(up); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(up)
}

// Hash is the SHA-256 of data, in hexadecimal.
func Hash(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// hashOf is the SHA-256 of all that r gives, in hexadecimal. It stops when ctx is
// done.
func hashOf(ctx context.Context, r io.Reader) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, interruptible{ctx, r})
	return hex.EncodeToString(h.Sum(nil)), err
}

// An interruptible reader fails when its context is done.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
