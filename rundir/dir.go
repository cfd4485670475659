package rundir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"mcrisk/study"
)

// A Dir is a run directory being written. Its files go into a hidden folder beside it,
// which is renamed when all are on disk, so that an interrupted run never looks finished.
type Dir struct {
	Path    string // where the run will be
	partial string
	hashes  map[string]string
	within  bool // a part of a run that is there already
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

// Create begins a run directory at path, which must not exist.
func Create(path string) (*Dir, error) {
	if err := absent(path); err != nil {
		return nil, fmt.Errorf("rundir: output folder: %w", err)
	}
	parent := filepath.Dir(filepath.Clean(path))
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return nil, fmt.Errorf("rundir: output folder: %w", err)
	}
	partial, err := os.MkdirTemp(parent, "."+filepath.Base(path)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("rundir: output folder: %w", err)
	}
	if err := os.Chmod(partial, 0o755); err != nil {
		return nil, fmt.Errorf("rundir: output folder: %w", err)
	}
	return &Dir{Path: path, partial: partial, hashes: map[string]string{}}, nil
}

// File writes one file of the run, named relative to it with slashes.
func (d *Dir) File(name string, write func(io.Writer) error) error {
	path := filepath.Join(d.partial, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	h := sha256.New()
	if err := writeFile(path, func(w io.Writer) error { return write(io.MultiWriter(w, h)) }); err != nil {
		return fmt.Errorf("rundir: %s: %w", name, err)
	}
	d.hashes[name] = hex.EncodeToString(h.Sum(nil))
	return nil
}

// Bytes writes one file of the run.
func (d *Dir) Bytes(name string, data []byte) error {
	return d.File(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeFile creates a file, writes it and puts it on disk.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Sync(), f.Close())
}

// A Manifest describes a run: its command, settings, inputs and files.
type Manifest struct {
	Command     []string          `json:"command"`
	Version     string            `json:"version"`
	Generator   string            `json:"generator"` // of random numbers
	SpecHash    string            `json:"spec_hash"`
	ResultsHash string            `json:"results_hash"`
	Seed        uint64            `json:"seed"`
	Paths       int               `json:"paths"`
	Workers     int               `json:"workers"`
	Go          string            `json:"go"`
	System      string            `json:"system"`
	Processor   string            `json:"processor"`
	Start       time.Time         `json:"start"`
	End         time.Time         `json:"end"`
	Settings    []study.Setting   `json:"settings"`
	Inputs      map[string]string `json:"inputs"`  // SHA-256 of each file read
	Outputs     map[string]string `json:"outputs"` // SHA-256 of each file written
}

// Generator names how random numbers are made. It changes when the numbers do.
const Generator = "philox4x32-10/box-muller-f32/1"

// Commit writes the manifest and gives the run its name.
func (d *Dir) Commit(m Manifest) error {
	m.Outputs = d.hashes
	m.Version, m.Generator = Version(), Generator
	m.Go, m.System, m.Processor = runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH, processor()
	if err := d.File(ManifestFile, func(w io.Writer) error { return encodeJSON(w, m) }); err != nil {
		return err
	}
	return d.place()
}

// place renames what was written to its final names.
func (d *Dir) place() error {
	if d.within {
		return d.fill()
	}
	// Rename would replace an empty folder that appeared meanwhile.
	if err := absent(d.Path); err != nil {
		return fmt.Errorf("rundir: output folder: %w", err)
	}
	if err := os.Rename(d.partial, d.Path); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// fill moves what was written into an existing run, the manifest last: a run with a
// manifest has all of its files, and none that only an earlier manifest listed.
func (d *Dir) fill() error {
	manifest := filepath.Join(d.Path, ManifestFile)
	if f, err := os.Open(manifest); err == nil {
		old, _ := ReadManifest(f)
		f.Close()
		for name := range old.Outputs {
			if _, again := d.hashes[name]; !again && filepath.IsLocal(filepath.FromSlash(name)) {
				if err := os.RemoveAll(filepath.Join(d.Path, filepath.FromSlash(name))); err != nil {
					return fmt.Errorf("rundir: %w", err)
				}
			}
		}
	}
	if err := os.RemoveAll(manifest); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	entries, err := os.ReadDir(d.partial)
	if err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	for _, e := range entries {
		if e.Name() == ManifestFile {
			continue
		}
		to := filepath.Join(d.Path, e.Name())
		if err := errors.Join(os.RemoveAll(to), os.Rename(filepath.Join(d.partial, e.Name()), to)); err != nil {
			return fmt.Errorf("rundir: %w", err)
		}
	}
	if err := errors.Join(os.Rename(filepath.Join(d.partial, ManifestFile), manifest),
		os.Remove(d.partial)); err != nil {
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Abort removes what was written, unless the run was committed.
func (d *Dir) Abort() { _ = os.RemoveAll(d.partial) }

// A File is a single file being written, in the same manner as a Dir: under a
// hidden name beside its place until it is complete.
type File struct {
	Path    string // where the file will be
	partial *os.File
}

// CreateFile begins a file at path, which must not exist in a folder that does.
func CreateFile(path string) (*File, error) {
	if err := absent(path); err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	partial, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("rundir: %w", err)
	}
	return &File{path, partial}, nil
}

// Commit writes the file and gives it its name. It is called once.
func (f *File) Commit(write func(io.Writer) error) error {
	err := errors.Join(write(f.partial), f.partial.Chmod(0o644), f.partial.Sync(), f.partial.Close())
	if err == nil {
		err = absent(f.Path)
	}
	if err == nil {
		err = os.Rename(f.partial.Name(), f.Path)
	}
	if err != nil {
		f.Abort()
		return fmt.Errorf("rundir: %w", err)
	}
	return nil
}

// Abort removes what was written, unless the file was committed.
func (f *File) Abort() {
	_ = f.partial.Close()
	_ = os.Remove(f.partial.Name())
}

// Hash is the SHA-256 of data, in hexadecimal.
func Hash(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// HashOf is the SHA-256 of all that r gives, in hexadecimal. It stops when ctx is
// done.
func HashOf(ctx context.Context, r io.Reader) (string, error) {
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

// Version is the version of the program, with its commit where the build
// recorded one.
func Version() string {
	v := "0.1.0"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v += "+" + s.Value[:min(12, len(s.Value))]
			}
			if s.Key == "vcs.modified" && s.Value == "true" {
				v += "-modified"
			}
		}
	}
	return v
}

func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), ":"))
		}
	}
	return runtime.GOARCH
}
