package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mcrisk/internal/cli"
)

// runs lists what lies in a folder, the latest first: finished runs with their command, tokens and headline, sweeps
// that are not finished, and what cannot be read; folders that are no runs are left out.
func TestRuns(t *testing.T) {
	dir := t.TempDir()
	few := []string{"--horizon", "2d", "--paths", "40", "--no-figures"}
	expect(t, cli.Done, append([]string{"simulate", "--token", "ETHBULL3X", "--out",
		filepath.Join(dir, "a")}, few...)...)
	expect(t, cli.Done, append([]string{"compare", "--tokens", "ETHBULL3X,hold-3x", "--out",
		filepath.Join(dir, "b")}, few...)...)
	sweep := []string{"sweep", "--token", "ETHBULL3X", "--over", "half-width=0.1:0.4:0.1", "--shard", "1/2",
		"--out", filepath.Join(dir, "c"), "--horizon", "2d", "--paths", "2100"}
	expect(t, cli.Done, sweep...)
	for name, manifest := range map[string]string{"d": `{"format": 2}`, "e": ""} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if manifest != "" {
			if err := os.WriteFile(filepath.Join(dir, name, "manifest.json"), []byte(manifest), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got struct {
		Runs []struct {
			Path, State, Fault string
			Command, Tokens    []string
			Headline           map[string]float64
		}
	}
	if err := json.Unmarshal([]byte(resultsOf(t, "runs", dir, "--json")), &got); err != nil {
		t.Fatal(err)
	}
	find := func(name string) int {
		for i, r := range got.Runs {
			if filepath.Base(r.Path) == name {
				return i
			}
		}
		t.Fatalf("no run %s in %+v", name, got)
		return -1
	}
	if len(got.Runs) != 4 || find("b") > find("a") {
		t.Errorf("%+v; want four, b before a", got.Runs)
	}
	a, b, c, d := got.Runs[find("a")], got.Runs[find("b")], got.Runs[find("c")], got.Runs[find("d")]
	if a.State != "finished" || strings.Join(a.Tokens, " ") != "ETHBULL3X" || a.Command[1] != "simulate" ||
		a.Headline["median_nav"] <= 0 {
		t.Errorf("a: %+v", a)
	}
	if strings.Join(b.Tokens, " ") != "ETHBULL3X hold-3x" || len(b.Headline) != 0 {
		t.Errorf("b: %+v", b)
	}
	if c.State != "unfinished" || c.Command[1] != "sweep" {
		t.Errorf("c: %+v", c)
	}
	if d.State != "unreadable" || !strings.Contains(d.Fault, "digest") {
		t.Errorf("d: %+v", d)
	}
	if out := resultsOf(t, "runs", t.TempDir()); out != "No runs.\n" {
		t.Errorf("an empty folder: %q", out)
	}
	says(t, cli.BadInput, "no such file", "runs", filepath.Join(dir, "nowhere"))
}
