package rundir

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// mount puts an empty file system of its own on a folder, where the rights
// suffice.
func mount(t *testing.T, flags uintptr, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skipf("no rights to mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// A full disk is an error, and after it nothing is left.
func TestFullDisk(t *testing.T) {
	parent := mount(t, 0, "size=1m")
	much := func(w io.Writer) error {
		_, err := w.Write(bytes.Repeat([]byte("x"), 2<<20))
		return err
	}
	d, err := Create(filepath.Join(parent, "run"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.File("lifetimes.csv", much); err == nil ||
		!strings.Contains(err.Error(), "lifetimes.csv") ||
		!strings.Contains(err.Error(), "no space left") {
		t.Errorf("a file of the run: %v", err)
	}
	d.Abort()
	f, err := CreateFile(filepath.Join(parent, "table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(much); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("a file alone: %v", err)
	}
	if _, err := CreateSweep(filepath.Join(parent, "sweep"),
		bytes.Repeat([]byte("x"), 2<<20), Origin{}); err == nil ||
		!strings.Contains(err.Error(), "no space left") {
		t.Errorf("a sweep: %v", err)
	}
	if got := names(t, parent); got != "" {
		t.Errorf("left behind: %s", got)
	}
}

func TestReadOnlyParent(t *testing.T) {
	parent := mount(t, syscall.MS_RDONLY, "")
	if _, err := Create(filepath.Join(parent, "run")); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Create(filepath.Join(parent, "deep", "run")); err == nil ||
		!strings.Contains(err.Error(), "read-only") {
		t.Errorf("a deep folder: %v", err)
	}
	if _, err := CreateFile(filepath.Join(parent, "table.csv")); err == nil ||
		!strings.Contains(err.Error(), "read-only") {
		t.Errorf("a file: %v", err)
	}
}
