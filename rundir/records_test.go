package rundir

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

// swept is a study and how it is swept: two volatilities, of which one has a band
// that makes no token, and two chunks of paths.
func swept(t testing.TB) (*study.Study, SweepPlan) {
	t.Helper()
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 24 * time.Hour, Step: time.Hour,
		Paths: study.ChunkPaths + 5, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "three",
			Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
			Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"target": 3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, SweepPlan{Over: []Over{
		{Name: "sigma", Values: "0.4,0.8"}, {Name: "half-width", Values: "0.3,1.7"},
		{Name: "target", Values: "2.5,3"}},
		Select: []string{"half-width"}, Aversion: 1}
}

// begun is the run of that sweep, nothing of it done.
func begun(t testing.TB) *Records {
	t.Helper()
	s, how := swept(t)
	var plan bytes.Buffer
	if err := WriteSweep(&plan, s, how); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "run")
	run, err := CreateSweep(path, plan.Bytes(), Origin{Command: []string{"mcrisk"}, Notes: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	r, back, b, err := run.Sweep([]string{"nav", "underlying"})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(back) != fmt.Sprint(how) || b.Command[0] != "mcrisk" || b.Notes[0] != "a" {
		t.Errorf("opened as %+v, %+v; was %+v", back, b, how)
	}
	return r
}

// merged is a run of that sweep with the records of another.
func merged(t *testing.T, from *Records) (*Records, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run")
	run, err := MergeSweep(t.Context(), path, Origin{}, []*Records{from})
	if err != nil {
		return nil, err
	}
	t.Cleanup(run.Close)
	r, _, _, err := run.Sweep(from.names)
	return r, err
}

func do(t *testing.T, r *Records, units ...int) {
	t.Helper()
	if err := r.Sweep.Run(t.Context(), study.Options{}, units, r.names, r.Write); err != nil {
		t.Fatal(err)
	}
}

// What is read of a cell is what a run of its own gives, to the bit, whatever the
// order in which its units were done; a cell that failed says why.
func TestRecords(t *testing.T) {
	r := begun(t)
	all := []int{0, 1, 2, 3}
	if missing, damaged, err := r.Missing(t.Context(), all); err != nil || len(missing) != 4 || len(damaged) != 0 {
		t.Errorf("at first %v are missing, %v damaged, %v", missing, damaged, err)
	}
	do(t, r, 3, 0)
	if missing, _, _ := r.Missing(t.Context(), all); fmt.Sprint(missing) != "[1 2]" {
		t.Errorf("missing: %v", missing)
	}
	do(t, r, 2, 1)
	for c := range r.Sweep.Cells() + 1 {
		cell, err := r.Cell(c)
		if err != nil {
			t.Fatal(err)
		}
		alone, fault := r.Sweep.Cell(c)
		if fault != nil {
			if cell.Fault == nil || cell.Fault.Error() != fault.Error() {
				t.Errorf("%s: fault %v; want %v", r.Sweep.Label(c), cell.Fault, fault)
			}
			continue
		}
		want, err := study.Ensembles(t.Context(), alone, study.Options{}, r.names)
		if err != nil {
			t.Fatal(err)
		}
		if cell.Fault != nil || study.Hash(cell.Ensembles) != study.Hash(want) {
			t.Errorf("%s: not what a run of its own gives; fault %v", r.Sweep.Label(c), cell.Fault)
		}
	}
}

// A record of which any byte changed, that was cut, or that belongs elsewhere, is
// missing and named.
func TestDamagedRecords(t *testing.T) {
	r := begun(t)
	do(t, r, 0, 1)
	name := r.join(r.name(r.Sweep.Unit(0)))
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	put := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for at := 0; at < len(whole); at += 97 {
		changed := bytes.Clone(whole)
		changed[at] ^= 0x10
		put(changed)
		if missing, damaged, err := r.Missing(t.Context(), []int{0, 1}); err != nil ||
			len(missing) != 1 || len(damaged) != 1 ||
			!strings.Contains(damaged[0].Error(), filepath.Base(name)) {
			t.Fatalf("byte %d changed: missing %v, damaged %v, %v", at, missing, damaged, err)
		}
	}
	for _, n := range []int{0, 1, 31, 32, 100, len(whole) / 2, len(whole) - 1} {
		put(whole[:n])
		if missing, _, _ := r.Missing(t.Context(), []int{0}); len(missing) != 1 {
			t.Errorf("cut to %d bytes it is whole", n)
		}
	}
	other, err := os.ReadFile(r.join(r.name(r.Sweep.Unit(1))))
	if err != nil {
		t.Fatal(err)
	}
	put(other)
	if _, damaged, _ := r.Missing(t.Context(), []int{0}); len(damaged) != 1 ||
		!strings.Contains(damaged[0].Error(), "not that of this unit") {
		t.Errorf("another's record: %v", damaged)
	}
	put(whole)
	if missing, _, _ := r.Missing(t.Context(), []int{0, 1}); len(missing) != 0 {
		t.Errorf("mended: %v", missing)
	}
	b := begun(t)
	if err := b.Same(r); err != nil {
		t.Errorf("two runs of one sweep: %v", err)
	}
	if b, err = merged(t, r); err != nil {
		t.Fatal(err)
	}
	if missing, _, _ := b.Missing(t.Context(), []int{0, 1, 2, 3}); fmt.Sprint(missing) != "[2 3]" {
		t.Errorf("taken: %v are missing", missing)
	}
	put(whole[:len(whole)-1])
	if _, err := merged(t, r); err == nil {
		t.Error("a damaged record was taken")
	}
}

// Results take their names together and the manifest last; those of an earlier
// time are replaced or removed, and nothing else, whatever a manifest lists.
func TestResults(t *testing.T) {
	r := begun(t)
	if _, err := r.Results(t.Context()); err == nil {
		t.Error("results of a sweep of which nothing is done")
	}
	do(t, r, 0, 1, 2, 3)
	for _, text := range []string{"one", "two"} {
		d, err := r.Results(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.File("figures/a.svg", writes(text)); err != nil {
			t.Fatal(err)
		}
		if err := d.Commit(Manifest{}); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(filepath.Join(r.Path, "figures", "a.svg")); string(got) != text {
			t.Errorf("the result is %q; want %q", got, text)
		}
		if got := names(t, r.Path); got != "figures manifest.json origin.json records sweep.yaml" {
			t.Errorf("there is %s", got)
		}
	}
	// The earlier results had a figure more; a file that is in no manifest stays.
	for _, files := range [][]string{{"figures/b.svg", "robust.csv"}, {"figures/a.svg"}, {"cells.csv"},
		{"figures/a.svg"}} {
		d, err := r.Results(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if err := d.File(name, writes(name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Commit(Manifest{}); err != nil {
			t.Fatal(err)
		}
		if files[0] == "cells.csv" { // no folder is left without a file
			if got := names(t, r.Path); got != "cells.csv manifest.json origin.json records sweep.yaml" {
				t.Errorf("without figures there is %s", got)
			}
		}
	}
	if err := os.WriteFile(r.join("figures/mine.svg"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := r.Results(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.File("figures/a.svg", writes("a")), d.Commit(Manifest{})); err != nil {
		t.Fatal(err)
	}
	got := names(t, r.Path) + " " + names(t, filepath.Join(r.Path, "figures"))
	if got != "figures manifest.json origin.json records sweep.yaml a.svg mine.svg" {
		t.Errorf("of earlier results there is %s", got)
	}
	f, err := os.Open(filepath.Join(r.Path, ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := ReadManifest(f)
	if err != nil || len(m.Outputs) != 3+4 { // two plans, four records, the figure
		t.Errorf("the manifest lists %d files, %v", len(m.Outputs), err)
	}
	for name, want := range m.Outputs {
		data, err := os.ReadFile(filepath.Join(r.Path, name))
		if err != nil || Hash(data) != want {
			t.Errorf("%s: %v, or not its hash", name, err)
		}
	}
}

// A sweep is read from its file as it was written, models of an axis included.
func TestSweepFile(t *testing.T) {
	s, how := swept(t)
	how.Over = append(how.Over, Over{Name: "model", Values: "calm,wild",
		Models: []param.Part{
			{Kind: "gbm", Values: param.Values{"mu": 0, "sigma": 0.3}},
			{Kind: "merton", Values: param.Values{"mu": 0.1, "sigma": 0.5,
				"jump-rate": 10, "jump-mean": -0.1, "jump-sd": 0.15}}}})
	how.Sample, how.Aversion, how.Pareto, how.Optimise = 5, 0.1, []string{"utility", "max_drawdown"}, "utility"
	var b bytes.Buffer
	if err := WriteSweep(&b, s, how); err != nil {
		t.Fatal(err)
	}
	spec, back, err := ReadSweep(b.Bytes(), "x.yaml")
	if err != nil ||
		fmt.Sprintf("%+v", *back) != fmt.Sprintf("%+v", how) ||
		fmt.Sprintf("%+v", spec) != fmt.Sprintf("%+v", s.Spec()) {
		t.Errorf("read back %v:\n%+v\n%+v\nof\n%s", err, back, how, b.String())
	}
	if _, none, err := ReadSweep([]byte(right), "right.yaml"); err != nil || none != nil {
		t.Errorf("a spec that is not swept: %+v, %v", none, err)
	}
	for text, want := range map[string]string{
		"sweep: {over: {fee: 1bp}, aversion: -1}": `x.yaml:1:37: aversion = "-1"; want`,
		"sweep: {ovr: 1}":                         `did you mean over?`,
		"sweep: {over: {fee: {a: 1}}}":            "x.yaml:1:",
		"sweep: {sample: lots}":                   `sample = "lots"; want`,
		"sweep: {sample: 0}":                      `x.yaml:1:17: sample = "0"; want a whole number from 1`,
		"sweep: {over: {}}":                       `x.yaml:1:15: over is empty; want`,
		"sweep: {over: {fee: []}}":                `x.yaml:1:21: fee is empty; want at least one`,
		"sweep: {select: []}":                     `x.yaml:1:17: select is empty; want at least one`,
		"sweep: {pareto: []}":                     `x.yaml:1:17: pareto is empty; want at least one`,
		`sweep: {optimise: ""}`:                   `x.yaml:1:19: optimise is empty; want a name`,
		"sweep: {choose: [fee], select: [fee]}":   `x.yaml:1:32: select and choose`,
		"sweep: {over: {model: {a: {kind: x}}}}":  `kind "x"; want`,
		`sweep: {over: {model: {"a,b": {}}}}`:     `x.yaml:1:29: model = "a,b"; want a name without commas`,
	} {
		if _, _, err := ReadSweep([]byte(text), "x.yaml"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}

// A record whose first line was forged, with the hash that belongs to it, is
// refused before any memory is taken.
func TestForgedRecords(t *testing.T) {
	r := begun(t)
	do(t, r, 0, 1, 2, 3)
	u := r.Sweep.Unit(0)
	path := r.join(r.name(u))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line, rest, _ := bytes.Cut(whole[:len(whole)-sha256.Size], []byte("\n"))
	for _, change := range [][2]string{
		{`"paths":1024`, `"paths":1000000000000`}, {`"paths":1024`, `"paths":-1`},
		{`"paths":1024`, `"paths":1023`}, {`"paths":1024`, `"paths":1e3`},
		{`"market":1`, `"market":0`}, {`"market":1`, `"market":1000000000`},
		{`"token":1`, `"token":0`}, {`"token":1`, `"token":-1`},
		{`"cells":[0,`, `"cells":[1,`}, {`"faults":["",`, `"faults":["no",`}, {`"faults":["",`, `"faults":[`},
	} {
		if !bytes.Contains(line, []byte(change[0])) {
			t.Fatalf("no %s in %s", change[0], line)
		}
		forged := append(bytes.Replace(line, []byte(change[0]), []byte(change[1]), 1), '\n')
		forged = append(forged, rest...)
		sum := sha256.Sum256(forged)
		if err := os.WriteFile(path, append(forged, sum[:]...), 0o644); err != nil {
			t.Fatal(err)
		}
		if missing, damaged, err := r.Missing(t.Context(), []int{0}); err != nil ||
			len(missing) != 1 || len(damaged) != 1 {
			t.Errorf("%v: missing %v, damaged %v, %v", change, missing, damaged, err)
		}
		if _, err := r.Cell(r.Sweep.Batch(0)[0]); err == nil {
			t.Errorf("%v: read all the same", change)
		}
	}
}

// What was half-written is removed by the process that changes a run, and only one does
// at a time; a run begun with other random numbers is not gone on with.
func TestTidy(t *testing.T) {
	r := begun(t)
	left := []string{partialPrefix + "a", recordsDir + "/" + partialPrefix + "b"}
	for _, name := range left {
		if err := os.WriteFile(r.join(name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for access, want := range map[Access]error{Change: ErrInUse, Read: ErrInUse, Look: nil} {
		s, err := Open(r.Path, access)
		if !errors.Is(err, want) || err != nil && !strings.Contains(err.Error(), r.Path) {
			t.Errorf("open for %d while another changes it: %v; want %v", access, err, want)
		}
		if err == nil {
			s.Close()
		}
	}
	if got := readDir(t, r.Path); !slices.Contains(got, left[0]) {
		t.Errorf("removed while it was in use; there is %v", got)
	}
	r.Close()
	first, err := Open(r.Path, Read)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Open(r.Path, Read)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.Path, Change); !errors.Is(err, ErrInUse) {
		t.Errorf("open for change while two read it: %v", err)
	}
	first.Close()
	second.Close()
	s, err := Open(r.Path, Change)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, r.Path) + names(t, r.join(recordsDir)); got != "origin.json records sweep.yaml" {
		t.Errorf("left is %s", got)
	}
	_, _, b, err := s.Sweep(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.Generator, b.Digest = "dice", ""
	text, err := seal(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(r.join(OriginFile), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.Sweep(nil); err == nil ||
		!strings.Contains(err.Error(), `random numbers "dice"`) {
		t.Errorf("opened with %v", err)
	}
}

// A countdown is a context that is done once it was asked so many times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// What reads a whole record, or many, stops in the middle of one when it is told to,
// and leaves nothing half-written.
func TestInterruptedHashing(t *testing.T) {
	r := begun(t)
	do(t, r, 0, 1, 2, 3)
	for name, hash := range map[string]func(ctx context.Context) error{
		"missing": func(ctx context.Context) error {
			missing, damaged, err := r.Missing(ctx, []int{0, 1, 2, 3})
			if len(missing)+len(damaged) > 0 {
				t.Errorf("interrupted, it tells of %v missing, %v damaged", missing, damaged)
			}
			return err
		},
		"merge": func(ctx context.Context) error {
			parent := t.TempDir()
			run, err := MergeSweep(ctx, filepath.Join(parent, "run"), Origin{}, []*Records{r})
			if run != nil {
				run.Close()
			}
			if left := names(t, parent); (err == nil) != (left == "run") || err != nil && left != "" {
				t.Errorf("it left %s, with %v", left, err)
			}
			return err
		},
		"results": func(ctx context.Context) error {
			d, err := r.Results(ctx)
			if d != nil {
				d.Abort()
			}
			return err
		},
		"hash": func(ctx context.Context) error {
			_, err := hashOf(ctx, bytes.NewReader(make([]byte, 1<<20)))
			return err
		},
	} {
		whole := &countdown{t.Context(), math.MaxInt}
		if err := hash(whole); err != nil {
			t.Fatal(err)
		}
		asked := math.MaxInt - whole.left
		if asked < 6 { // records of one chunk's 1,024 paths are larger than a buffer
			t.Errorf("%s asks only %d times", name, asked)
		}
		for left := range asked {
			c := &countdown{t.Context(), left}
			if err := hash(c); !errors.Is(err, context.Canceled) || c.left < -10 {
				t.Errorf("%s, interrupted at %d of %d: %v, asked %d times more", name, left, asked, err, -c.left)
			}
		}
	}
}

func readDir(t *testing.T, path string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
