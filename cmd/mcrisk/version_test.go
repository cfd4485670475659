package main

import (
	"runtime"
	"strings"
	"testing"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
)

// The version says what results depend on, however it is asked for: the program's
// version, how random numbers are made, the compiler and the machine.
func TestVersion(t *testing.T) {
	out := resultsOf(t, "version")
	system := runtime.GOOS + "/" + runtime.GOARCH
	for _, want := range []string{"mcrisk " + rundir.Version(), rundir.Generator, runtime.Version(), system} {
		if !strings.Contains(out, want) {
			t.Errorf("version prints %q; want %q in it", out, want)
		}
	}
	if strings.Count(out, "\n") != 1 || !strings.HasSuffix(out, "\n") {
		t.Errorf("version prints %q; want one line", out)
	}
	for _, args := range [][]string{{"--version"}, {"-v"}} {
		if got := resultsOf(t, args...); got != out {
			t.Errorf("mcrisk %v prints %q; want %q", args, got, out)
		}
	}
	if _, errs := expect(t, cli.BadInput, "version", "now"); !strings.Contains(errs,
		`argument "now"; want flags only`) {
		t.Errorf("said %q", errs)
	}
}
