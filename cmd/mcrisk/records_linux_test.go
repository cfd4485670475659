package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
)

// contents are the files of a run and what is in them, but for its manifest, of
// which what is neither time nor host.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range ls(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() {
			continue
		}
		all[name] = read(t, filepath.Join(dir, name))
		if name == rundir.ManifestFile {
			m, err := rundir.ReadManifest(strings.NewReader(all[name]))
			if err != nil {
				t.Fatal(err)
			}
			m.Start, m.End, m.Workers, m.Go, m.System, m.Processor = time.Time{}, time.Time{}, 0, "", "", ""
			m.Digest = "" // of those too
			all[name] = fmt.Sprintf("%+v", m)
		}
	}
	return all
}

func sameRun(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is not what it is in the whole (%d bytes, %d)", name, len(got[name]), len(want[name]))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is not in the whole", name)
		}
	}
}

// forge changes a file of a run as one does who has every hash and digest follow.
func forge(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	before := rundir.Hash([]byte(read(t, path)))
	if strings.HasSuffix(text, "\"\n}\n") && strings.Contains(text, `"digest": "`) {
		at := len(text) - len("\"\n}\n") - len(before)
		text = text[:at] + rundir.Hash([]byte(text[:at])) + "\"\n}\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, holder := range []string{rundir.OriginFile, rundir.ManifestFile} {
		held, err := os.ReadFile(filepath.Join(dir, holder))
		if err == nil && strings.Contains(string(held), before) {
			forge(t, dir, holder, strings.ReplaceAll(string(held), before, rundir.Hash([]byte(text))))
		}
	}
}

// several is a sweep of 8 units of work: 2 volatilities, of which each has two
// chunks in two batches.
func several(out string, more ...string) []string {
	return append([]string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.02:0.8:0.02",
		"--over", "sigma=0.4,0.8", "--horizon", "5d", "--paths", "1100", "--out", out}, more...)
}

// A sweep that is killed at ten moments and resumed each time ends with the very
// files of one that was not, and nothing that was whole is done twice.
func TestKilledAndResumed(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	dir := t.TempDir()
	whole, path := filepath.Join(dir, "whole"), filepath.Join(dir, "run")
	start := time.Now()
	expect(t, cli.Done, several(whole, "--no-figures")...)
	took := time.Since(start)
	rnd := rand.New(rand.NewPCG(7, 7))
	args := several(path, "--no-figures", "--workers", "1")
	kills := 0
	for range 10 {
		before := map[string]time.Time{}
		for _, name := range records(path) {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			before[name] = info.ModTime()
		}
		c := command(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rnd.Float64() * float64(took) / 3))
		_ = c.Process.Signal(syscall.SIGKILL)
		if err := c.Wait(); err != nil {
			kills++
		}
		for name, at := range before {
			if info, err := os.Stat(name); err != nil || !info.ModTime().Equal(at) {
				t.Errorf("%s, which was whole, was done again: %v", filepath.Base(name), err)
			}
		}
		if _, err := os.Stat(filepath.Join(path, rundir.SweepFile)); err == nil {
			args = []string{"sweep", "--resume", path, "--no-figures", "--workers", "1"}
		}
	}
	if kills < 5 {
		t.Logf("%d of 10 were killed before they ended", kills)
	}
	expect(t, cli.Done, args...)
	got := contents(t, path)
	for name := range got {
		if strings.Contains(name, "partial") {
			t.Errorf("left behind: %s", name)
		}
	}
	sameRun(t, got, contents(t, whole))
	expect(t, cli.Done, "missing", path)
}

func records(run string) []string {
	list, _ := filepath.Glob(filepath.Join(run, "records", "*.record"))
	return list
}

// Seven shards merged are the whole, byte for byte, figures included; some of them
// are not, and say what is missing.
func TestShards(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	out, _ := expect(t, cli.Done, several(whole)...)
	var parts []string
	for k := range 7 {
		part := filepath.Join(dir, fmt.Sprintf("part%d", k+1))
		_, said := expect(t, cli.Done, several(part, "--shard", fmt.Sprintf("%d/7", k+1))...)
		if !strings.Contains(said, "of 8 units") || !strings.Contains(said, "mcrisk merge") {
			t.Errorf("said %s", said)
		}
		parts = append(parts, part)
	}
	joined := filepath.Join(dir, "joined")
	printed, said := expect(t, cli.Unmet, append([]string{"merge", "--out", joined}, parts[1:]...)...)
	if _, err := os.Stat(joined); !strings.Contains(said, "2 of 8 units, in none of the parts") || err == nil {
		t.Errorf("without the first: printed %s, said %s", printed, said)
	}
	slices.Reverse(parts)
	printed, _ = expect(t, cli.Done, append([]string{"merge", "--out", joined}, parts...)...)
	if printed != out {
		t.Error("what merge prints is not what the whole printed")
	}
	sameRun(t, contents(t, joined), contents(t, whole))
	expect(t, cli.Done, "verify", joined, "--cells", "2")
	says(t, cli.BadInput, "exists", append([]string{"merge", "--out", joined}, parts...)...)
	other := filepath.Join(dir, "other")
	expect(t, cli.Done, several(other, "--seed", "2", "--no-figures")...)
	says(t, cli.BadInput, "are not parts of one sweep", "merge", "--out", joined+"2", parts[0], other)
	printed, said = expect(t, cli.Unmet, "missing", parts[0])
	if !strings.HasPrefix(printed, " batch  chunk  cells  first cell ") ||
		!strings.Contains(printed, "\n     0      1     32  half-width=0.02") ||
		!strings.Contains(said, "7 of 8 units missing") {
		t.Errorf("missing prints %s, says %s", printed, said)
	}
	var missing struct {
		Units   int
		Missing []map[string]any
	}
	printed, _ = expect(t, cli.Unmet, "missing", parts[0], "--json")
	if err := json.Unmarshal([]byte(printed), &missing); err != nil || missing.Units != 8 ||
		len(missing.Missing) != 7 || missing.Missing[0]["last_path"] == nil {
		t.Errorf("missing prints %s", printed)
	}
	if printed, _ = expect(t, cli.Unmet, "missing", parts[0], "--csv"); strings.Count(printed, "\n") != 8 ||
		!strings.HasPrefix(printed, "batch,chunk,cells,first_cell,last_cell,first_path,last_path\n") {
		t.Errorf("missing prints %s", printed)
	}
	if printed, _ = expect(t, cli.Unmet, "missing", parts[0], "--markdown"); !strings.Contains(printed, "| batch |") {
		t.Errorf("missing prints %s", printed)
	}
	says(t, cli.BadInput, "is not finished", "verify", parts[0])
	for _, shard := range []string{"0/7", "8/7", "1", "a/b", "1/0"} {
		says(t, cli.BadInput, "want k/n", several(filepath.Join(dir, "x"), "--shard", shard)...)
	}
}

// A byte that changed in a record is noticed by all who read it, and that unit
// done again.
func TestDamagedRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	args := []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4", "--horizon", "5d",
		"--paths", "1500", "--no-figures", "--out", path}
	expect(t, cli.Done, args...)
	want := contents(t, path)
	damage := func() {
		t.Helper()
		name := records(path)[1]
		data := []byte(read(t, name))
		data[len(data)-1000] ^= 1
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	damage()
	says(t, cli.Failed, "chunk0000001.record: its content has the SHA-256", "verify", path)
	says(t, cli.Unmet, "damaged: batch00000-chunk0000001.record: its content is not what was written", "missing", path)
	says(t, cli.Done, "done again: batch00000-chunk0000001.record", "sweep", "--resume", path, "--no-figures")
	sameRun(t, contents(t, path), want)
	if err := os.Truncate(records(path)[0], 100); err != nil {
		t.Fatal(err)
	}
	expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
	sameRun(t, contents(t, path), want)
	says(t, cli.BadInput, "a sweep goes on as it began", "sweep", "--resume", path, "--seed", "2")
	says(t, cli.BadInput, "has no sweep.yaml", "sweep", "--resume", filepath.Dir(path))
	says(t, cli.BadInput, "a sweep goes on as it began", "sweep", "--resume", path, filepath.Join(path, "sweep.yaml"))
	// A plan that was edited, and then by one who has every hash follow.
	plan := filepath.Join(path, "sweep.yaml")
	whole := read(t, plan)
	for _, edit := range [][3]string{{"  - cost_drag\n", "", "want two objectives"},
		{"- cost_drag", "- cost", "sweep.yaml: pareto \"cost\"; want one of"}, {"select:\n  - ", "select:\n  - x",
			"did you mean"},
		{"  aversion:", "  optimise: all\n  aversion:", "optimise \"all\"; want one of"}} {
		if !strings.Contains(whole, edit[0]) {
			t.Fatalf("no %q in %s", edit[0], whole)
		}
		edited := strings.Replace(whole, edit[0], edit[1], 1)
		commands := [][]string{{"sweep", "--resume", path}, {"missing", path}, {"merge", "--out", path + "2", path}}
		if err := os.WriteFile(plan, []byte(edited), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, command := range commands {
			says(t, cli.BadInput, "sweep.yaml: its content has the SHA-256", command...)
		}
		if err := os.WriteFile(plan, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
		forge(t, path, "sweep.yaml", edited)
		for _, command := range commands {
			says(t, cli.BadInput, edit[2], command...)
		}
		forge(t, path, "sweep.yaml", whole)
	}
	// A manifest with the hash of other lifetimes.
	out, _ := expect(t, cli.Done, "verify", path)
	manifest := filepath.Join(path, "manifest.json")
	text := read(t, manifest)
	_, hash, _ := strings.Cut(strings.TrimSpace(out), "results_hash ")
	if len(hash) != 64 || strings.Count(text, hash) != 1 {
		t.Fatalf("the hash %q is not in the manifest", hash)
	}
	text = strings.Replace(text, hash, strings.Repeat("0", 64), 1)
	if err := os.WriteFile(manifest, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, "manifest.json: its digest is not that of its content", "verify", path)
	says(t, cli.BadInput, "once it is removed, mcrisk sweep --resume "+path, "sweep", "--resume", path)
	forge(t, path, "manifest.json", text)
	says(t, cli.Failed, "the manifest says 000", "verify", path)
	if err := os.Remove(manifest); err != nil {
		t.Fatal(err)
	}
	says(t, cli.BadInput, "is not finished", "verify", path)
	expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
	sameRun(t, contents(t, path), want)
	// Lifetimes that were stored, but are not those of the program.
	if err := os.WriteFile(filepath.Join(path, "origin.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, cli.BadInput, "origin.json", "sweep", "--resume", path)
}

// Verify runs simulate's runs again too.
func TestVerifySimulate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, "simulate", "--token", "ETHBULL3X", "--horizon", "3d", "--paths", "40",
		"--no-figures", "--out", path)
	out, _ := expect(t, cli.Done, "verify", path)
	if !strings.Contains(out, "its lifetimes (40) have the same hash\nresults_hash ") {
		t.Errorf("printed %s", out)
	}
	says(t, cli.BadInput, "is not a sweep", "verify", path, "--cells", "2")
	says(t, cli.BadInput, "has no manifest.json", "verify", filepath.Dir(path))
	if err := os.WriteFile(filepath.Join(path, "summary.csv"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, "summary.csv: its content has", "verify", path)
}

// On a disk that is too small, or cannot be written, a sweep says so and leaves
// nothing half-written.
func TestSweepWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=400k"); err != nil {
		t.Skipf("no rights to mount a file system: %v", err)
	}
	defer syscall.Unmount(dir, 0)
	path := filepath.Join(dir, "run")
	args := []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4", "--horizon", "5d",
		"--no-figures", "--out", path}
	if _, said := expect(t, cli.BadInput, append(args, "--paths", "1e4")...); !strings.Contains(said,
		"on disk, and 409.6 kB is free") && !strings.Contains(said, "on disk, and ") {
		t.Errorf("before: %s", said)
	}
	if left := ls(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// Enough room for the records, but not for what is said of them.
	if err := os.WriteFile(filepath.Join(dir, "big"), make([]byte, 106_000), 0o644); err != nil {
		t.Fatal(err)
	}
	_, said := expect(t, cli.Failed, append(args, "--paths", "700")...)
	if !strings.Contains(said, "no space left") || !strings.Contains(said, "mcrisk sweep --resume "+path) {
		t.Errorf("said %s", said)
	}
	for _, name := range ls(t, path) {
		if strings.Contains(name, "partial") || name == rundir.ManifestFile {
			t.Errorf("left behind: %s", name)
		}
	}
	if err := os.Remove(filepath.Join(dir, "big")); err != nil {
		t.Fatal(err)
	}
	expect(t, cli.Done, "sweep", "--resume", path, "--no-figures")
	expect(t, cli.Done, "verify", path)

	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	says(t, cli.Failed, "read-only", "sweep", "--resume", path)
	args[len(args)-1] = filepath.Join(dir, "another")
	says(t, cli.Failed, "read-only", append(args, "--paths", "40")...)
}

// What hashes the records of a sweep stops when it is told to: it says so, and
// leaves what there is.
func TestInterruptedWhileHashing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "run")
	expect(t, cli.Done, "sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4",
		"--horizon", "3d", "--paths", "40", "--no-figures", "--out", path)
	want := contents(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"verify", path}, {"missing", path}, {"merge", "--out", path + "2", path},
		{"sweep", "--resume", path}} {
		says := "interrupted; nothing was written"
		if args[0] == "sweep" {
			says = "interrupted; what is done is kept: mcrisk sweep --resume " + path
		}
		var stdout, stderr bytes.Buffer
		status := run(ctx, args, &stdout, &stderr)
		if status != cli.Interrupted || stdout.Len() > 0 || !strings.Contains(stderr.String(), says) {
			t.Errorf("%v: exit status %d, printed %q, said %q", args, status, stdout.String(), stderr.String())
		}
	}
	sameRun(t, contents(t, path), want)
	// What is wrong with flags is said before anything is hashed or run.
	for flag, says := range map[string]string{"--workers=-2": "--workers = -2; want 0",
		"--cells=0": `--cells = "0"; want a number`, "--cells=-1": `--cells = "-1"; want a number`} {
		commands := [][]string{{"verify", path, flag}}
		if strings.HasPrefix(flag, "--workers") {
			commands = append(commands, []string{"sweep", "--resume", path, flag})
		}
		for _, args := range commands {
			if out, said := expect(t, cli.BadInput, args...); out != "" || !strings.Contains(said, says) {
				t.Errorf("%v: printed %s, said %s", args, out, said)
			}
		}
	}
	if left := ls(t, dir); slices.Contains(left, "run2") {
		t.Errorf("left behind: %v", left)
	}
}

// A countdown is a context that is done once it was asked so many times.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever a sweep that is judged is interrupted, in the middle of a set of choices
// too, it has no results, and goes on later.
func TestInterruptedWhileJudging(t *testing.T) {
	if testing.Short() {
		t.Skip("many runs")
	}
	path := filepath.Join(t.TempDir(), "run")
	expect(t, cli.Done, "sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.05:0.6:0.05",
		"--horizon", "1d", "--paths", "40", "--no-figures", "--out", path)
	want := contents(t, path)
	resume := func(left int64) (asked int64, status int) {
		ctx := &countdown{Context: t.Context()}
		ctx.left.Store(left)
		var stdout, stderr bytes.Buffer
		status = run(ctx, []string{"sweep", "--resume", path, "--no-figures"}, &stdout, &stderr)
		if status == cli.Interrupted && (stdout.Len() > 0 || !strings.Contains(stderr.String(),
			"interrupted; what is done is kept")) {
			t.Errorf("interrupted at %d, it printed %q, said %q", left, stdout.String(), stderr.String())
		}
		return left - ctx.left.Load(), status
	}
	all, status := resume(math.MaxInt64)
	if status != cli.Done || all < 20 {
		t.Fatalf("exit status %d, asked %d times", status, all)
	}
	for left := int64(0); left < all; left += 1 + all/20 {
		if _, status := resume(left); status != cli.Interrupted {
			t.Errorf("interrupted at %d of %d: exit status %d", left, all, status)
		}
		if slices.ContainsFunc(ls(t, path), func(name string) bool { return strings.HasPrefix(name, ".") }) {
			t.Errorf("interrupted at %d of %d, it left %v", left, all, ls(t, path))
		}
	}
	sameRun(t, contents(t, path), want)
	if _, status := resume(math.MaxInt64); status != cli.Done {
		t.Errorf("at last: exit status %d", status)
	}
	sameRun(t, contents(t, path), want)
}

// A merge that is interrupted before all is copied leaves nothing, and can be done
// again; later it goes on as a sweep does, with nothing to run.
func TestInterruptedMerge(t *testing.T) {
	dir := t.TempDir()
	part, whole := filepath.Join(dir, "part"), filepath.Join(dir, "whole")
	expect(t, cli.Done, "sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.2,0.4",
		"--over", "sigma=0.4,0.8", "--horizon", "1d", "--paths", "1100", "--no-figures", "--out", part)
	seen := map[bool]int{}
	for left := int64(0); ; left++ {
		ctx := &countdown{Context: t.Context()}
		ctx.left.Store(left)
		var stdout, stderr bytes.Buffer
		status := run(ctx, []string{"merge", "--out", whole, part, "--no-figures"}, &stdout, &stderr)
		if status == cli.Done {
			break
		}
		_, err := os.Stat(whole)
		kept := err == nil
		seen[kept]++
		if status != cli.Interrupted || kept != strings.Contains(stderr.String(), "mcrisk sweep --resume") ||
			kept == strings.Contains(stderr.String(), "nothing was written") {
			t.Fatalf("interrupted at %d: exit status %d, kept %t, said %s", left, status, kept, stderr.String())
		}
		if kept {
			if out, _ := expect(t, cli.Done, "missing", whole); !strings.Contains(out, ", none missing") {
				t.Errorf("interrupted at %d: %s", left, out)
			}
			if err := os.RemoveAll(whole); err != nil {
				t.Fatal(err)
			}
		}
	}
	if seen[false] < 5 || seen[true] < 5 {
		t.Errorf("%d times it left nothing, %d times what to go on with", seen[false], seen[true])
	}
	sameRun(t, contents(t, whole), contents(t, part))
}
