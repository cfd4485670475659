package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"mcrisk/internal/cli"
)

// One signal ends a command within a second, wherever it is, and nothing is left behind:
// while it waits for a pipe without a writer or with a silent one, while it computes, and
// while nobody reads what it prints.
func TestOneSignalEndsAnyCommand(t *testing.T) {
	signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
	for i, tt := range []struct {
		args  string
		stdin bool // of a writer that is silent
		begun string
	}{
		{args: "history FIFO"},
		{args: "history -", stdin: true},
		{args: "calibrate FIFO"},
		{args: "replay FIFO --token ETHBULL3X"},
		{args: "cohorts FIFO --token ETHBULL3X"},
		{args: "simulate --spec FIFO"},
		{args: "simulate --spec -", stdin: true},
		{args: "simulate --token ETHBULL3X --prices FIFO"},
		{args: "exact --token ETHBULL3X --prices FIFO"},
		{args: "trace --spec FIFO"},
		{args: "breakeven --spec FIFO"},
		{args: "compare --tokens ETHBULL3X,ETHBULL2X --prices FIFO"},
		{args: "heatmap --spec FIFO"},
		{args: "sweep FIFO"},
		{args: "sweep --token ETHBULL3X --over model=./FIFO"},
		{args: "trace --token ETHBULL3X --horizon 1000000h --step 10s --json --events wipe-out"},
		{args: "simulate --token ETHBULL3X --horizon 1000000h --step 10s --out FOLDER/run", begun: ".run.partial-*"},
		{args: "sweep --token ETHBULL3X --horizon 1000000h --step 10s --over fee=0,1bp --no-save",
			begun: "mcrisk-sweep-*/run/records"},
		{args: "sweep --target 3 --band 2.7:3.3 --over half-width=.05:.6:.0005 --exact --horizon 90d --yes --no-save"},
	} {
		for k, signal := range signals {
			if testing.Short() && k != i%len(signals) {
				continue
			}
			t.Run(signal.String()+"/"+tt.args, func(t *testing.T) {
				if ossignal.Ignored(signal) {
					t.Skip("these tests were started to outlive this signal, and so are their commands")
				}
				t.Parallel()
				dir := t.TempDir()
				if err := syscall.Mkfifo(filepath.Join(dir, "pipe.csv"), 0o600); err != nil {
					t.Fatal(err)
				}
				c := command(strings.Fields(strings.NewReplacer("FIFO", "pipe.csv", "FOLDER", dir).Replace(tt.args))...)
				c.Dir, c.Env = dir, append(c.Env, "TMPDIR="+dir)
				var stderr bytes.Buffer
				c.Stderr = &stderr
				if tt.stdin {
					in, err := c.StdinPipe()
					if err != nil {
						t.Fatal(err)
					}
					defer in.Close()
				}
				ends(t, c, signal, func() bool {
					if !strings.Contains(tt.args, "FIFO") {
						found, _ := filepath.Glob(filepath.Join(dir, tt.begun))
						return tt.begun == "" || len(found) > 0
					}
					// There is a reader, and now a writer that is silent.
					to, err := syscall.Open(filepath.Join(dir, "pipe.csv"), syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
					if err == nil {
						t.Cleanup(func() { _ = syscall.Close(to) })
					}
					return err == nil
				})
				if left := ls(t, dir); len(left) != 1 {
					t.Errorf("left behind: %v", left)
				}
				if !strings.Contains(stderr.String(), "mcrisk: interrupted") {
					t.Errorf("said %q", stderr.String())
				}
			})
		}
	}
}

// ends starts a command, sends it a signal some time after it has begun, and wants it to end
// within a second.
func ends(t *testing.T, c *exec.Cmd, signal syscall.Signal, begun func() bool) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for started := time.Now(); !begun(); time.Sleep(time.Millisecond) {
		if time.Since(started) > 20*time.Second {
			_ = c.Process.Kill()
			t.Fatal("it did not begin")
		}
	}
	time.Sleep(1500 * time.Millisecond)
	sent := time.Now()
	if err := c.Process.Signal(signal); err != nil {
		t.Fatalf("%v: it had ended by itself", err)
	}
	deaf := time.AfterFunc(20*time.Second, func() { _ = c.Process.Kill() })
	err := c.Wait()
	deaf.Stop()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != cli.Interrupted {
		t.Errorf("%v; want exit status %d", err, cli.Interrupted)
	}
	if took := time.Since(sent); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

// A command whose output nobody reads ends by one signal too, and one whose output was
// closed ends by itself, without a message and with nothing left behind.
func TestOutputThatNobodyReads(t *testing.T) {
	long := []string{"trace", "--token", "ETHBULL3X", "--horizon", "1000000h", "--step", "1m"}
	c := command(long...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	ends(t, c, syscall.SIGTERM, func() bool { return true })
	out.Close()

	dir := t.TempDir()
	for _, args := range [][]string{long, {"sweep", "--token", "ETHBULL3X", "--over", "fee=0,1bp", "--horizon", "1h",
		"--paths", "40", "--no-save"}} {
		c := command(args...)
		c.Env = append(c.Env, "TMPDIR="+dir)
		from, to, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		from.Close()
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = to, &stderr
		err = c.Run()
		to.Close()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != cli.Unread || strings.Contains(stderr.String(), "mcrisk:") {
			t.Errorf("%s: %v, said %q; want exit status %d and silence", args[0], err, stderr.String(), cli.Unread)
		}
		if left := ls(t, dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// A program that was started to outlive its terminal does.
func TestNohup(t *testing.T) {
	c := exec.Command("sh", "-c", `trap '' HUP; exec "$0" history -`, os.Args[0])
	c.Env = append(os.Environ(), asCommand+"=1")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	c.Stdout = &stdout
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	if err := c.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if _, err := io.WriteString(in, "date,close\n2024-01-01,1\n2024-01-02,2\n2024-01-03,1\n"); err != nil {
		t.Fatal(err)
	}
	in.Close()
	if err := c.Wait(); err != nil || stdout.Len() == 0 {
		t.Errorf("%v, printed %q", err, stdout.String())
	}
}
