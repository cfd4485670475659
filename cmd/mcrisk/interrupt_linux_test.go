package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mcrisk/internal/cli"
)

// A run that is interrupted leaves nothing, and says so.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var stdout, stderr bytes.Buffer
	status := run(ctx, []string{"simulate", "--token", "ETHBULL3X", "--paths", "1e6", "--out",
		filepath.Join(dir, "deep", "run"), "--lifetimes", filepath.Join(dir, "l.csv")}, &stdout, &stderr)
	if status != cli.Interrupted || stdout.Len() > 0 ||
		stderr.String() != "mcrisk: interrupted; nothing was written\n" {
		t.Errorf("exit status %d, printed %q, said %q", status, stdout.String(), stderr.String())
	}
	if got := ls(t, dir); !slices.Equal(got, []string{"deep"}) {
		t.Errorf("left behind: %v", got)
	}
}

// A context that is cancelled as soon as a file exists.
type until struct {
	context.Context
	pattern string
	met     atomic.Bool
}

func (c *until) Err() error {
	if found, _ := filepath.Glob(c.pattern); len(found) > 0 {
		c.met.Store(true)
	}
	if c.met.Load() {
		return context.Canceled
	}
	return nil
}

// It is never too late to interrupt a run: when all but the names is written,
// nothing takes its name.
func TestInterruptedAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	status := run(&until{Context: t.Context(), pattern: filepath.Join(dir, ".run.partial-*", "lifetimes.csv")},
		[]string{"simulate", "--token", "ETHBULL3X", "--horizon", "1h", "--paths", "40", "--no-figures", "--out",
			filepath.Join(dir, "run"), "--lifetimes", filepath.Join(dir, "l.csv")}, &stdout, &stderr)
	if left := ls(t, dir); status != cli.Interrupted || len(left) > 0 {
		t.Errorf("exit status %d, said %q, left behind %v", status, stderr.String(), left)
	}

	// A sweep keeps what it has done, and its results wait for another time.
	path := filepath.Join(dir, "sweep")
	stderr.Reset()
	status = run(&until{Context: t.Context(), pattern: filepath.Join(path, ".partial-*", "best.csv")},
		[]string{"sweep", "--token", "ETHBULL3X", "--over", "fee=0,1bp",
			"--horizon", "1h", "--paths", "40", "--no-figures", "--out", path}, &stdout, &stderr)
	want := []string{"origin.json", "records", "records/batch00000-chunk0000000.record", "sweep.yaml"}
	if left := ls(t, path); status != cli.Interrupted || !slices.Equal(left, want) ||
		!strings.Contains(stderr.String(), "mcrisk sweep --resume "+path) {
		t.Errorf("exit status %d, said %q, left behind %v", status, stderr.String(), left)
	}
	expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
	expect(t, cli.Done, "verify", path)
}

// So does a process that meets Ctrl-C; and one that is killed leaves nothing
// that looks finished.
func TestKilled(t *testing.T) {
	for _, tt := range []struct {
		signal syscall.Signal
		status int
		left   int // hidden files that nobody could remove
	}{{syscall.SIGINT, cli.Interrupted, 0}, {syscall.SIGTERM, cli.Interrupted, 0}, {syscall.SIGKILL, -1, 2}} {
		t.Run(tt.signal.String(), func(t *testing.T) {
			dir := t.TempDir()
			c := command("simulate", "--token", "ETHBULL3X", "--paths", "1e6", "--out", filepath.Join(dir, "run"),
				"--lifetimes", filepath.Join(dir, "l.csv"))
			var stdout, stderr bytes.Buffer
			c.Stdout, c.Stderr = &stdout, &stderr
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			for begun := time.Now(); len(ls(t, dir)) < 2; time.Sleep(time.Millisecond) {
				if time.Since(begun) > 10*time.Second {
					_ = c.Process.Kill()
					t.Fatalf("it did not begin: %s", stderr.String())
				}
			}
			if err := c.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			err := c.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != tt.status {
				t.Errorf("%v; want exit status %d", err, tt.status)
			}
			if got := ls(t, dir); len(visible(t, dir)) > 0 || len(got) != tt.left {
				t.Errorf("left behind: %v", got)
			}
			if stdout.Len() > 0 {
				t.Errorf("printed %q", stdout.String())
			}
		})
	}
}

// A full disk is a failure with a message, and leaves nothing half-written.
func TestFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=128k"); err != nil {
		t.Skipf("no rights to mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	elsewhere := t.TempDir()
	study := []string{"simulate", "--token", "ETHBULL3X", "--horizon", "1h", "--paths", "500", "--no-figures"}
	for name, args := range map[string][]string{
		"run":               {"--out", filepath.Join(disk, "run")},
		"table":             {"--lifetimes", filepath.Join(disk, "l.csv"), "--no-save"},
		"table after a run": {"--lifetimes", filepath.Join(disk, "l.csv"), "--out", filepath.Join(elsewhere, "run")},
		"run after a table": {"--out", filepath.Join(disk, "run"), "--lifetimes", filepath.Join(elsewhere, "l.csv")},
	} {
		status, stdout, stderr := call(t, append(slices.Clone(study), args...)...)
		if status != cli.Failed || stdout != "" ||
			!strings.Contains(stderr, "no space left on device") ||
			!strings.Contains(stderr, disk) && !strings.Contains(stderr, "lifetimes.csv") {
			t.Errorf("%s: exit status %d, printed %q, said %q", name, status, stdout, stderr)
		}
		if left := append(ls(t, disk), ls(t, elsewhere)...); len(left) > 0 {
			t.Errorf("%s: left behind %v", name, left)
		}
	}
}

func TestReadOnlyFolder(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("no rights to mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	for _, args := range [][]string{{"--out", filepath.Join(disk, "run")},
		{"--lifetimes", filepath.Join(disk, "l.csv"), "--no-save"}} {
		begun := time.Now()
		status, stdout, stderr := call(t,
			append([]string{"simulate", "--token", "ETHBULL3X", "--paths", "1e6"}, args...)...)
		if status != cli.Failed || stdout != "" ||
			!strings.Contains(stderr, "read-only file system") || time.Since(begun) > 5*time.Second {
			t.Errorf("%v: exit status %d after %v, printed %q, said %q",
				args, status, time.Since(begun), stdout, stderr)
		}
	}
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a folder runs was made")
	}
}
