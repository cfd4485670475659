package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mcrisk/internal/cli"
	"mcrisk/rundir"
)

// make safety has them as docs/evidence/safety.md says.
var (
	changes = flag.Int("changes", 26, "random changes of run directories")
	kills   = flag.Int("kills", 5, "commands that are killed at random moments")
	pairs   = flag.Int("pairs", 2, "pairs of sweep --resume of one run")
)

// A tamperer makes random changes of a run directory.
type tamperer struct {
	t   *testing.T
	rnd *rand.Rand
	dir string
}

// kinds are ways to change a run. Each says what it changed; empty: it changed nothing.
var kinds = map[string]func(*tamperer) string{
	"bit": func(x *tamperer) string {
		return x.edit(func(data []byte) []byte {
			if len(data) > 0 {
				data[x.rnd.IntN(len(data))] ^= 1 << x.rnd.IntN(8)
			}
			return data
		})
	},
	"cut": func(x *tamperer) string {
		return x.edit(func(data []byte) []byte { return data[:x.rnd.IntN(len(data)+1)] })
	},
	"bytes more": func(x *tamperer) string {
		return x.edit(func(data []byte) []byte { return append(data, " \n,0"[x.rnd.IntN(4)]) })
	},
	"bytes swapped": func(x *tamperer) string {
		return x.edit(func(data []byte) []byte {
			if n := len(data) / 3; n > 0 {
				at, n := x.rnd.IntN(n), 1+x.rnd.IntN(n)
				return slices.Concat(data[:at], data[at+n:at+2*n], data[at:at+n], data[at+2*n:])
			}
			return data
		})
	},
	"value": func(x *tamperer) string {
		return x.edit(func(data []byte) []byte {
			for range 1000 {
				if at := x.rnd.IntN(len(data)); data[at] >= '0' && data[at] <= '9' {
					data[at] = byte('0' + (int(data[at]-'0')+1+x.rnd.IntN(9))%10)
					break
				}
			}
			return data
		})
	},
	"line removed": func(x *tamperer) string {
		return x.edit(func(data []byte) []byte {
			lines := bytes.SplitAfter(data, []byte("\n"))
			at := x.rnd.IntN(len(lines))
			return bytes.Join(slices.Delete(lines, at, at+1), nil)
		})
	},
	"files swapped": func(x *tamperer) string {
		a, b := x.file(), x.file()
		if a == b {
			return ""
		}
		aside := filepath.Join(x.dir, "aside")
		x.must(os.Rename(x.path(a), aside), os.Rename(x.path(b), x.path(a)), os.Rename(aside, x.path(b)))
		return a + " and " + b
	},
	"file removed": func(x *tamperer) string {
		name := x.file()
		x.must(os.Remove(x.path(name)))
		return name
	},
	"folder removed": func(x *tamperer) string {
		name := filepath.Dir(x.file())
		if name == "." {
			return ""
		}
		x.must(os.RemoveAll(x.path(name)))
		return name
	},
	"renamed": func(x *tamperer) string {
		name := x.file()
		x.must(os.Rename(x.path(name), x.path(name)+"~"))
		return name
	},
	"file added": func(x *tamperer) string {
		name := filepath.Join(filepath.Dir(x.file()), []string{"x.csv", ".hidden", "spec.yaml~", "ü"}[x.rnd.IntN(4)])
		x.must(os.WriteFile(x.path(name), []byte("1"), 0o644))
		return name
	},
	"folder added": func(x *tamperer) string {
		name := filepath.Join(filepath.Dir(x.file()), "more")
		x.must(os.Mkdir(x.path(name), 0o755))
		return name
	},
	"link to a copy": func(x *tamperer) string {
		name := x.file()
		aside := filepath.Join(x.t.TempDir(), "copy")
		x.must(os.Rename(x.path(name), aside), os.Symlink(aside, x.path(name)))
		return name
	},
}

func (x *tamperer) path(name string) string { return filepath.Join(x.dir, name) }

func (x *tamperer) must(errs ...error) {
	x.t.Helper()
	if err := errors.Join(errs...); err != nil {
		x.t.Fatal(err)
	}
}

// file is the name of a file of the run.
func (x *tamperer) file() string {
	names := slices.DeleteFunc(ls(x.t, x.dir), func(name string) bool {
		info, err := os.Lstat(x.path(name))
		return err != nil || !info.Mode().IsRegular()
	})
	return names[x.rnd.IntN(len(names))]
}

// edit changes the content of a file.
func (x *tamperer) edit(change func([]byte) []byte) string {
	name := x.file()
	before := read(x.t, x.path(name))
	after := change([]byte(before))
	if string(after) == before {
		return ""
	}
	x.must(os.WriteFile(x.path(name), after, 0o644))
	return name
}

// copyOfRun is a copy of a run directory.
func copyOfRun(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// Whatever changes anywhere in a run, verify notices it, and what reads the run refuses it
// or says what it said before.
func TestChangesAreNoticed(t *testing.T) {
	dir := t.TempDir()
	prices := write(t, "p.csv", bars)
	token := []string{"--target", "3", "--band", "2.8:3.2", "--horizon", "5d", "--paths", "60"}
	var runs []string
	for name, args := range map[string][]string{
		"simulate": append([]string{"simulate"}, token...),
		"sweep":    tiny("", "--no-figures"),
		"compare":  {"compare", "--tokens", "ETHBULL3X,ETHBULL2X", "--horizon", "5d", "--paths", "60"},
		"replay":   {"replay", prices, "--token", "ETHBULL3X"},
	} {
		args = slices.DeleteFunc(args, func(arg string) bool { return arg == "--out" || arg == "" })
		expect(t, cli.Done, append(args, "--out", filepath.Join(dir, name))...)
		expect(t, cli.Done, "verify", filepath.Join(dir, name))
		runs = append(runs, filepath.Join(dir, name))
	}
	slices.Sort(runs)
	said := map[string]string{}
	readers := func(run string) [][]string {
		return [][]string{{"summary", run}, {"summary", run, "--horizons", "--csv"}, {"summary", run, "--attribution"}}
	}
	fan := filepath.Join(dir, "fan.svg")
	simulated := filepath.Join(dir, "simulate")
	for i, args := range readers(simulated) {
		said[fmt.Sprint(i)] = resultsOf(t, args...)
	}
	expect(t, cli.Done, "plot", simulated, "--figure", "fan", "--out", fan)
	drawn := read(t, fan)
	swept := contents(t, filepath.Join(dir, "sweep"))

	rnd := rand.New(rand.NewPCG(16, 1))
	names := slices.Sorted(maps.Keys(kinds))
	count := map[string]int{}
	for done := 0; done < *changes; {
		whole, kind := runs[done%len(runs)], names[rnd.IntN(len(names))]
		run := copyOfRun(t, whole)
		what := kinds[kind](&tamperer{t, rnd, run})
		if what == "" {
			continue
		}
		done++
		count[filepath.Base(whole)+", "+kind]++
		told := fmt.Sprintf("%s, %s of %s", filepath.Base(whole), kind, what)
		if status, _, said := call(t, "verify", run); status == cli.Done || !strings.Contains(said, "mcrisk:") {
			t.Errorf("%s: verify ends with exit status %d, says %s", told, status, said)
		}
		switch filepath.Base(whole) {
		case "simulate":
			for i, args := range readers(run) {
				if status, out, _ := call(t, args...); status == cli.Done && out != said[fmt.Sprint(i)] {
					t.Errorf("%s: mcrisk %v prints other numbers", told, args)
				}
			}
			x := filepath.Join(t.TempDir(), "x.svg")
			status, _, _ := call(t, "plot", run, "--figure", "fan", "--out", x)
			if status == cli.Done && read(t, x) != drawn {
				t.Errorf("%s: plot draws another figure", told)
			}
		case "sweep":
			joined := filepath.Join(t.TempDir(), "whole")
			if status, _, _ := call(t, "merge", "--no-figures", "--out", joined, run); status == cli.Done {
				sameRun(t, contents(t, joined), swept)
			}
			status, _, said := call(t, "sweep", "--resume", run, "--no-figures")
			if status != cli.Done {
				break
			}
			got := contents(t, run)
			for name := range got {
				if _, ours := swept[name]; !ours && (kind == "file added" || kind == "renamed") {
					delete(got, name) // it is not the sweep's, which leaves it
				}
			}
			sameRun(t, got, swept)
			if t.Failed() {
				t.Fatalf("%s: resumed, it said %s", told, said)
			}
		}
		if err := os.RemoveAll(filepath.Dir(run)); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%s: %d", k, count[k])
	}
}

// A command that is killed at any moment leaves nothing that looks finished and is not;
// done again, it ends with the files of one that was not killed.
func TestKilledAnywhere(t *testing.T) {
	dir := t.TempDir()
	prices := history(t, 100, nil)
	run := stored(t, "run", "--no-figures")
	part := filepath.Join(dir, "part")
	expect(t, cli.Done, tiny(part, "--no-figures")...)
	commands := map[string]func(out string) []string{
		"simulate": func(out string) []string {
			return []string{"simulate", "--target", "3", "--band", "2.8:3.2", "--horizon", "5d", "--paths", "500",
				"--no-figures", "--out", out}
		},
		"sweep": func(out string) []string { return units(out) },
		"merge": func(out string) []string { return []string{"merge", "--no-figures", "--out", out, part} },
		"plot": func(out string) []string {
			return []string{"plot", run, "--figure", "fan", "--out", out + ".svg"}
		},
		"calibrate": func(out string) []string { return []string{"calibrate", prices, "--out", out} },
	}
	rnd := rand.New(rand.NewPCG(16, 2))
	want, took := map[string]map[string]string{}, map[string]time.Duration{}
	names := slices.Sorted(maps.Keys(commands))
	for _, name := range names {
		out := filepath.Join(dir, "whole-"+name)
		begun := time.Now()
		if said, err := command(commands[name](out)...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v, %s", name, err, said)
		}
		took[name], want[name] = time.Since(begun), made(t, out)
	}
	count := map[string]int{}
	for i := range *kills {
		name := names[i%len(names)]
		parent := t.TempDir()
		out := filepath.Join(parent, "out")
		args := commands[name](out)
		killed := start(t, args...)
		time.Sleep(time.Duration(rnd.Float64() * 1.1 * float64(took[name])))
		_ = killed.Process.Kill()
		err := killed.Wait()
		left := visible(t, parent)
		state := "with nothing"
		switch {
		case err == nil:
			state = "after its end"
		case len(left) > 0 && name == "sweep" || name == "merge" && len(left) > 0:
			state = "to be resumed"
			if _, err := os.Stat(filepath.Join(out, rundir.ManifestFile)); err == nil {
				state = "with all"
				expect(t, cli.Done, "verify", out)
			}
			args = []string{"sweep", "--resume", out, "--no-figures"}
		case len(left) > 0:
			state = "with all"
		}
		count[name+" killed "+state]++
		if err != nil && state != "with all" || state == "with all" && args[0] == "sweep" {
			if said, err := command(args...).CombinedOutput(); err != nil {
				t.Fatalf("%s, killed %s and done again: %v, %s", name, state, err, said)
			}
		}
		sameRun(t, made(t, out), want[name])
		if name != "plot" {
			expect(t, cli.Done, "verify", out)
		}
		if t.Failed() {
			t.Fatalf("%s, killed %s", name, state)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%s: %d", k, count[k])
	}
}

// made is what a command has made: the files of a run, or a figure.
func made(t *testing.T, out string) map[string]string {
	t.Helper()
	if data, err := os.ReadFile(out + ".svg"); err == nil {
		return map[string]string{"figure": string(data)}
	}
	files := contents(t, out)
	if m := files[rundir.ManifestFile]; m != "" { // its command has the folder
		files[rundir.ManifestFile] = strings.ReplaceAll(m, out, "OUT")
	}
	return files
}

// units is a sweep of 12 units of work.
func units(out string) []string {
	return []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "half-width=0.1,0.2,0.4", "--over",
		"sigma=0.4,0.6,0.8,1", "--horizon", "2d", "--paths", "2100", "--no-figures", "--out", out}
}

func start(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := command(args...)
	c.Stderr = new(bytes.Buffer)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// Two processes that resume one run, of which one may be killed, lose no unit and do not
// report a success that is none; resumed at last, the run has the same files.
func TestPairsOfResume(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole")
	begun := time.Now()
	if said, err := command(units(whole)...).CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, said)
	}
	took, want := time.Since(begun), contents(t, whole)
	rnd := rand.New(rand.NewPCG(16, 3))
	count := map[string]int{}
	for i := range *pairs {
		run := copyOfRun(t, whole)
		for _, name := range records(run) { // all that is done before
			if rnd.IntN(2) == 0 {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		if rnd.IntN(2) == 0 {
			if err := os.Remove(filepath.Join(run, rundir.ManifestFile)); err != nil {
				t.Fatal(err)
			}
		}
		done := records(run)
		wait := func(share float64) { time.Sleep(time.Duration(rnd.Float64() * share * float64(took))) }
		var both [2]*exec.Cmd
		for j := range both {
			both[j] = start(t, "sweep", "--resume", run, "--no-figures", "--workers", "1")
			wait(0.3)
		}
		killed := -1
		if i%2 == 0 {
			wait(0.6)
			killed = rnd.IntN(2)
			_ = both[killed].Process.Signal(syscall.SIGKILL)
		}
		var outcomes []string
		success := false
		for _, c := range both {
			said := c.Stderr.(*bytes.Buffer)
			switch err := c.Wait(); {
			case err == nil:
				success = true
				outcomes = append(outcomes, "done")
			case !c.ProcessState.Exited():
				outcomes = append(outcomes, "killed")
			case strings.Contains(said.String(), "in use by another process"):
				outcomes = append(outcomes, "refused")
			default:
				t.Errorf("pair %d: %v, said %s", i, err, said)
			}
		}
		for _, name := range done {
			if _, err := os.Stat(name); err != nil {
				t.Errorf("pair %d, %v: a unit that was done is lost: %v", i, outcomes, err)
			}
		}
		status, _, said := call(t, "verify", run, "--cells", "1")
		// One that is killed may have begun anew on a run that the other had finished.
		if success && status != cli.Done && (!slices.Contains(outcomes, "killed") || !strings.Contains(said,
			"is not finished")) {
			t.Errorf("pair %d, %v: verify ends with %d, says %s", i, outcomes, status, said)
		}
		state := map[bool]string{true: ": whole", false: ": to be resumed"}[status == cli.Done]
		count[strings.Join(outcomes, ", ")+state]++
		expect(t, cli.Done, "sweep", "--resume", run, "--no-figures")
		sameRun(t, contents(t, run), want)
		expect(t, cli.Done, "verify", run, "--cells", "1")
	}
	for _, k := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%s: %d", k, count[k])
	}
}
