package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// A sweep of 500 cells shares its paths and keeps its cells on disk: memory stays
// under 500 MB, however many lifetimes they have. With MCRISK_SLOW=1 they have
// 10,000 each, else 1,000, all of 8,760 steps.
func TestFiveHundredCells(t *testing.T) {
	if testing.Short() {
		t.Skip("five hundred cells")
	}
	paths := 1000
	if os.Getenv("MCRISK_SLOW") != "" {
		paths = 10_000
	}
	token := []string{"--target", "3", "--band", "2.8:3.2", "--to", "target", "--borrow", "5%", "--sigma", "0.8",
		"--no-figures", "--paths", strconv.Itoa(paths)}
	measure := func(args ...string) (seconds, megabytes float64) {
		t.Helper()
		c := command(append(append(args, token...), "--out", filepath.Join(t.TempDir(), "run"))...)
		var said bytes.Buffer
		forgetPeak(t)
		c.Stderr = &said
		if err := c.Run(); err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}
		use := c.ProcessState.SysUsage().(*syscall.Rusage)
		return c.ProcessState.UserTime().Seconds() + c.ProcessState.SystemTime().Seconds(), float64(use.Maxrss) / 1024
	}
	const cells = 25 * 20
	all, peak := measure("sweep", "--over", "half-width=0.05:0.65:0.025", "--over", "fee=1bp:20bp:1bp")
	if peak > 500 {
		t.Errorf("%d cells of %d lifetimes take %.0f MB; want at most 500", cells, paths, peak)
	}
	one, _ := measure("sweep", "--over", "half-width=0.2", "--over", "fee=10bp")
	lone := one / 2 // the cell and the baseline
	t.Logf("%d cells of %d lifetimes: %.1f s of processor time, %.3f s a cell with its estimates, "+
		"%.0f MB at the peak; a run of two cells takes %.3f s a cell", cells, paths, all, all/(cells+1), peak, lone)
	if all/(cells+1) > 0.9*lone {
		t.Errorf("a cell takes %.3f s among others and %.3f s nearly alone", all/(cells+1), lone)
	}
}
