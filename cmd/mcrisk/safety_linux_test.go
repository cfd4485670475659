package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
)

// tiny is a sweep of one unit that takes a moment.
func tiny(out string, more ...string) []string {
	return append([]string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4",
		"--horizon", "1d", "--paths", "40", "--out", out}, more...)
}

// Nothing outside a run is read, written or removed through links in it.
func TestLinksAreRefused(t *testing.T) {
	dir := t.TempDir()
	run, outside := filepath.Join(dir, "run"), filepath.Join(dir, "outside")
	expect(t, cli.Done, tiny(run)...)
	for _, name := range []string{"records", "cells.csv", "sweep.yaml", "origin.json", "manifest.json", "figures"} {
		inside := filepath.Join(run, name)
		if err := errors.Join(os.Rename(inside, outside), os.Symlink(outside, inside)); err != nil {
			t.Fatal(err)
		}
		before := ls(t, outside)
		commands := [][]string{{"verify", run}}
		if name != "cells.csv" && name != "figures" {
			commands = append(commands, []string{"merge", "--out", filepath.Join(dir, "whole"), run},
				[]string{"missing", run})
		}
		if name != "cells.csv" { // which a resumed sweep replaces, and not what it links to
			resume := []string{"sweep", "--resume", run, "--no-figures"}
			commands = append(commands, resume, resume)
		}
		for _, args := range commands {
			if status, _, said := call(t, args...); status == cli.Done || !strings.Contains(said, name+" is a link") {
				t.Errorf("mcrisk %v with a link %s: exit status %d, said %s", args, name, status, said)
			}
		}
		if after := ls(t, outside); strings.Join(after, " ") != strings.Join(before, " ") {
			t.Errorf("outside there was %v, and is %v", before, after)
		}
		if err := errors.Join(os.Remove(inside), os.Rename(outside, inside)); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, cli.Done, "sweep", "--resume", run)
	expect(t, cli.Done, "verify", run)
	// One folder up is as far.
	if err := os.WriteFile(outside, []byte("stays"), 0o644); err != nil {
		t.Fatal(err)
	}
	manifest := read(t, filepath.Join(run, rundir.ManifestFile))
	forge(t, run, rundir.ManifestFile, strings.Replace(manifest, `"cells.csv"`, `"../outside"`, 1))
	says(t, cli.Failed, `"../outside" is no name of a file`, "verify", run)
	says(t, cli.Failed, `"../outside" is no name of a file`, "sweep", "--resume", run)
	if got := read(t, outside); got != "stays" {
		t.Errorf("outside there is %q", got)
	}
}

// No command believes a file of a run that is not what the run wrote.
func TestStoredInputIsHeld(t *testing.T) {
	run := stored(t, "run", "--no-figures")
	commands := [][]string{{"summary", run}, {"summary", run, "--horizons"},
		{"plot", run, "--figure", "fan", "--out", filepath.Join(t.TempDir(), "fan.svg")}}
	for _, args := range commands {
		expect(t, cli.Done, args...)
	}
	if err := os.Remove(commands[2][5]); err != nil {
		t.Fatal(err)
	}
	for name, edits := range map[string][]func(string) string{
		"spec.yaml": {replaced("sigma: 0.6", "sigma: 0.7"), replaced("fee: 0.001", "fee: 0.002"),
			replaced("model:", "# a comment\nmodel:")},
		"horizons.csv":   {func(s string) string { return s[:len(s)/2] }, replaced("0.95", "0.9"), cutToHead},
		"histograms.csv": {func(s string) string { return s[:len(s)/2] }, replaced(",1\n", ",2\n"), cutToHead},
		"lifetimes.csv":  {replaced("\n0,", "\n0,1"), cutToHead},
		"manifest.json":  {replaced(`"seed": 1`, `"seed": 2`), func(s string) string { return s[:len(s)-1] }},
	} {
		path := filepath.Join(run, name)
		whole := read(t, path)
		for i, edit := range edits {
			if edit(whole) == whole {
				t.Fatalf("edit %d changes nothing in %s", i, name)
			}
			if err := os.WriteFile(path, []byte(edit(whole)), 0o644); err != nil {
				t.Fatal(err)
			}
			held := 0
			for _, args := range append(commands, []string{"verify", run}) {
				status, out, said := call(t, args...)
				if status != cli.Done && out == "" && strings.Contains(said, name) {
					held++
				}
			}
			// A summary without times reads two of the files.
			want := map[string]int{"horizons.csv": 3, "histograms.csv": 3}[name]
			if want == 0 {
				want = 4
			}
			if held != want {
				t.Errorf("edit %d of %s: %d of 4 commands refused it; want %d", i, name, held, want)
			}
		}
		if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, cli.Done, "verify", run)
}

func replaced(old, text string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, text, 1) }
}

func cutToHead(s string) string { return s[:strings.IndexByte(s, '\n')+1] }

// What the manifest repeats of other files is compared with them, even if every hash and
// the digest were made to fit.
func TestManifestIsHeld(t *testing.T) {
	dir := t.TempDir()
	run, sweep := stored(t, "run", "--no-figures"), filepath.Join(dir, "sweep")
	expect(t, cli.Done, tiny(sweep, "--no-figures")...)
	for _, tt := range []struct{ run, old, new, says string }{
		{run, `"seed": 1`, `"seed": 2`, "seed = 2; other files of the run say 1"},
		{run, `"paths": 300`, `"paths": 301`, "paths = 301"},
		{run, `"value": "0.001"`, `"value": "0.002"`, "a setting = fee = 0.002"},
		{run, `"summary.csv": "`, `"summary.tsv": "`, "summary.csv: the manifest does not list it"},
		{run, `"spec_hash": "`, `"spec_hash": "0`, "spec_hash"},
		{run, `"results_hash": "`, `"results_hash": "0`, "results_hash"},
		{run, `"format": 2`, `"format": 3`, "format 3"},
		{sweep, `"--target=3"`, `"--target=4"`, "command"},
		{sweep, `"origin": "given"`, `"origin": "default"`, "settings"},
		{sweep, `"seed": 1`, `"seed": 2`, "seed = 2"},
	} {
		whole := read(t, filepath.Join(tt.run, rundir.ManifestFile))
		if !strings.Contains(whole, tt.old) {
			t.Fatalf("no %s in %s", tt.old, whole)
		}
		forge(t, tt.run, rundir.ManifestFile, strings.Replace(whole, tt.old, tt.new, 1))
		says(t, cli.Failed, tt.says, "verify", tt.run)
		forge(t, tt.run, rundir.ManifestFile, whole)
	}
	expect(t, cli.Done, "verify", run)
	expect(t, cli.Done, "verify", sweep)
	manifest := filepath.Join(run, rundir.ManifestFile)
	whole := read(t, manifest)
	before, _, _ := strings.Cut(whole, `"outputs"`)
	forge(t, run, rundir.ManifestFile, before+"\"outputs\": {},\n  \"digest\": \""+strings.Repeat("0", 64)+"\"\n}\n")
	says(t, cli.Failed, "spec.yaml: the manifest does not list it", "verify", run)
	// Before there were digests.
	old := before + "\"outputs\": {}\n}\n"
	if err := os.WriteFile(manifest, []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, "an earlier version of mcrisk wrote it", "verify", run)
	forge(t, run, rundir.ManifestFile, whole)
	// Every byte counts.
	for at := 0; at < len(whole); at += 19 {
		changed := []byte(whole)
		changed[at] ^= 1 << (at % 8)
		if err := os.WriteFile(manifest, changed, 0o644); err != nil {
			t.Fatal(err)
		}
		says(t, cli.Failed, "manifest.json: it", "verify", run) // its digest, or it has none
	}
}

// A run that one process changes is not changed, or taken for finished, by another.
func TestOneProcessForEachRun(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run")
	expect(t, cli.Done, tiny(path, "--no-figures")...)
	want := contents(t, path)
	busy, err := rundir.Open(path, rundir.Change)
	if err != nil {
		t.Fatal(err)
	}
	// What the other process has half-written.
	for _, name := range []string{".partial-a", "records/.partial-b"} {
		if err := os.WriteFile(filepath.Join(path, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"sweep", "--resume", path}, {"verify", path},
		{"merge", "--out", filepath.Join(dir, "whole"), path}} {
		says(t, cli.Failed, path+": in use by another process", args...)
	}
	expect(t, cli.Done, "missing", path)
	if left := strings.Join(ls(t, path), " "); !strings.Contains(left, ".partial-a ") ||
		!strings.Contains(left, "records/.partial-b") {
		t.Errorf("what the other process writes was removed: there is %s", left)
	}
	busy.Close()
	expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
	sameRun(t, contents(t, path), want)
}

// What is in the place of a record or a result is not in the way, unless somebody keeps
// something there.
func TestFolderForRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, tiny(path, "--no-figures")...)
	want := contents(t, path)
	for _, name := range []string{records(path)[0], filepath.Join(path, "cells.csv")} {
		if err := errors.Join(os.Remove(name), os.Mkdir(name, 0o755)); err != nil {
			t.Fatal(err)
		}
		says(t, cli.Failed, filepath.Base(name)+" is a folder; want a file", "verify", path)
		expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
		sameRun(t, contents(t, path), want)
	}
	name := records(path)[0]
	mine := filepath.Join(name, "mine")
	if err := errors.Join(os.Remove(name), os.Mkdir(name, 0o755), os.WriteFile(mine, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, filepath.Base(name)+" is a folder; want a file", "sweep", "--resume", path, "--no-figures")
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
	// No folder of records at all is one of which nothing is done.
	if err := os.RemoveAll(filepath.Dir(name)); err != nil {
		t.Fatal(err)
	}
	expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
	sameRun(t, contents(t, path), want)
}

// A path of which a part is missing is the path without that part, from the beginning to
// the end.
func TestOutThroughMissingFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	simulate := []string{"simulate", "--token", "ETHBULL3X", "--horizon", "1h", "--paths", "40", "--no-figures"}
	for _, args := range [][]string{append(simulate, "--out", "a/../b", "--lifetimes", "a/../l.csv"),
		tiny("a/../c", "--no-figures"), {"merge", "--out", "a/../d", "c", "--no-figures"},
		{"plot", "b", "--figure", "fan", "--out", "a/../f.svg"}} {
		expect(t, cli.Done, args...)
	}
	for _, run := range []string{"b", "c", "d"} {
		expect(t, cli.Done, "verify", run)
	}
	if left := visible(t, "."); strings.Contains(strings.Join(left, " "), "a ") || len(read(t, "l.csv")) == 0 {
		t.Errorf("there is %v", left)
	}
}

// New folders and files have the permissions that the process gives them.
func TestUmask(t *testing.T) {
	dir := t.TempDir()
	before := syscall.Umask(0o027)
	defer syscall.Umask(before)
	run, sweep, lifetimes := filepath.Join(dir, "run"), filepath.Join(dir, "sweep"), filepath.Join(dir, "l.csv")
	expect(t, cli.Done, "simulate", "--token", "ETHBULL3X", "--horizon", "3h", "--paths", "40", "--out", run,
		"--lifetimes", lifetimes)
	expect(t, cli.Done, tiny(sweep)...)
	for _, path := range ls(t, dir) {
		info, err := os.Lstat(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		want := os.FileMode(0o640)
		if info.IsDir() {
			want = 0o750
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has the permissions %v; want %v", path, got, want)
		}
	}
}

// A reader that goes away leaves nothing behind of what the command keeps for itself.
func TestReaderGone(t *testing.T) {
	dir := t.TempDir()
	c := command("sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4", "--horizon", "1d",
		"--paths", "40", "--no-save")
	c.Env = append(c.Env, "TMPDIR="+dir)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	var said bytes.Buffer
	c.Stdout, c.Stderr = w, &said
	err = c.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != cli.Unread || strings.Contains(said.String(), "mcrisk:") {
		t.Errorf("%v, said %s", err, said.String())
	}
	if left := ls(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// The runs of every command can be compared with their manifests.
func TestVerifyTakesEveryRun(t *testing.T) {
	dir := t.TempDir()
	few := []string{"--horizon", "2d", "--paths", "40", "--no-figures"}
	for name, args := range map[string][]string{
		"compare":     append([]string{"compare", "--tokens", "ETHBULL3X,BTCBULL3X"}, few...),
		"position":    append([]string{"position", "--tokens", "ETHBULL3X,spot", "--expect", "5%"}, few...),
		"breakeven":   append([]string{"breakeven", "--target", "3", "--band", "2.7:3.3"}, few...),
		"costs":       append([]string{"costs", "--target", "3", "--band", "2.7:3.3"}, few...),
		"liquidation": append([]string{"liquidation", "--tokens", "BTCBULL3X,ETHBULL3X"}, few...),
		"heatmap": append([]string{"heatmap", "--token", "ETHBULL3X", "--x", "fee=0,1bp", "--y",
			"sigma=0.4,0.8"}, few...),
		"exact": {"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4", "--exact",
			"--no-figures"},
		"replay": {"replay", write(t, "p.csv", bars), "--token", "ETHBULL3X"},
		"cohorts": {"cohorts", write(t, "p.csv", bars), "--token", "ETHBULL3X", "--periods", "2h,3h", "--every", "1h",
			"--paths", "40"},
		"calibrate": {"calibrate", history(t, 100, nil)},
	} {
		run := filepath.Join(dir, name)
		expect(t, cli.Done, append(args, "--out", run)...)
		again := "not run again: verify does so with runs of simulate, compare and sweep"
		if name == "compare" {
			again = "run again, its lifetimes (80) have the same hash"
		}
		if out := resultsOf(t, "verify", run); !strings.Contains(out, "files match the manifest\n"+again) {
			t.Errorf("%s: verify prints %s", name, out)
		}
		if err := os.WriteFile(filepath.Join(run, "more"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		says(t, cli.Failed, "more: the manifest does not list it", "verify", run)
	}
}

// Who filled a run and was killed before removing the folder that its results were in leaves it empty: the run
// is whole. A file in it is one that nothing lists.
func TestVerifyLeftFolder(t *testing.T) {
	run := stored(t, "run", "--no-figures")
	left := filepath.Join(run, ".partial-LEFT")
	if err := os.Mkdir(left, 0o777); err != nil {
		t.Fatal(err)
	}
	expect(t, cli.Done, "verify", run)
	if err := os.WriteFile(filepath.Join(left, "spec.yaml"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, "spec.yaml: the manifest does not list it", "verify", run)
}
