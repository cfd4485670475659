package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"mcrisk/internal/cli"
)

var hostilePage = flag.String("hostile", "", "write the table of hostile inputs to this page")

// A hostile is something that the world may hand to a command, and what comes of it.
type hostile struct {
	kind, what string
	make       func(t *testing.T, dir string) // files that it needs; may be nil
	stdin      io.Reader
	shell      string // what a shell does with the command, "$@"; empty: runs it
	args       []string
	status     int
	says       string // in its message, or in what it prints if it is done
	leaves     int    // files and folders more than before
}

// repeated is a text many times over.
func repeated(text string, n int) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		put(t, filepath.Join(dir, "in"), strings.Repeat(text, n))
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tinyDisk mounts a file system of 64 kB on the folder disk.
func tinyDisk(options string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		disk := filepath.Join(dir, "disk")
		if err := os.Mkdir(disk, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, options); err != nil {
			t.Skipf("no rights to mount a file system: %v", err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Error(err)
			}
		})
	}
}

// forever repeats a text for ever.
type forever struct {
	text string
	at   int
}

func (r *forever) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		k := copy(p[n:], r.text[r.at:])
		n, r.at = n+k, (r.at+k)%len(r.text)
	}
	return n, nil
}

const (
	barsHead = "date,open,high,low,close\n"
	equalBar = "2024-01-01,1,1,1,1\n"

	tinyHistory = barsHead + "2024-01-01,1,1,1,1\n2024-01-02,1,1,1,1\n"
)

// tinyRun is a study of little time, and its output.
func tinyRun(args ...string) []string {
	return append([]string{"simulate", "--target", "3", "--paths", "40", "--horizon", "1h", "--no-figures"}, args...)
}

func hostiles() []hostile {
	spec := []string{"simulate", "--print-spec", "--spec", "in"}
	prices := []string{"history", "in"}
	const ratesHead, equalRate = "date,apr\n", "2024-01-01,0.05\n"
	rates := []string{"replay", "p.csv", "--target", "2", "--borrow", "@in"}
	withPrices := func(before func(t *testing.T, dir string)) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "p.csv"), tinyHistory)
			before(t, dir)
		}
	}
	return []hostile{
		{kind: "spec", what: "100 kB of `[`", make: repeated("[", 100_000), args: spec, status: cli.BadInput,
			says: "in: 100000 words and signs of YAML; want a spec of at most 20000"},
		{kind: "spec", what: "10 kB of `[`", make: repeated("[", 10_000), args: spec, status: cli.BadInput,
			says: "in: line 1 has lists and mappings in each other; want at most 50"},
		{kind: "spec", what: "15 kB of `- `", make: repeated("- ", 7_500), args: spec, status: cli.BadInput,
			says: "in: line 1 has lists and mappings in each other; want at most 50"},
		{kind: "spec", what: "25,000 times `{a: `", make: repeated("{a: ", 25_000), args: spec, status: cli.BadInput,
			says: "in: 75000 words and signs"},
		{kind: "spec", what: "indented a blank more on each of 1,000 lines", make: func(t *testing.T, dir string) {
			var b strings.Builder
			for i := range 1000 {
				fmt.Fprintf(&b, "%sa:\n", strings.Repeat(" ", i))
			}
			put(t, filepath.Join(dir, "in"), b.String())
		}, args: spec, status: cli.BadInput, says: `in:1:1: the spec has no "a"`},
		{kind: "spec", what: "300,000 unknown keys", make: numbered("k%d: 1\n", 300_000), args: spec,
			status: cli.BadInput, says: "in: it has more than 1048576 bytes"},
		{kind: "spec", what: "6,000 unknown keys", make: numbered("k%d: 1\n", 6_000), args: spec, status: cli.BadInput,
			says: "in: and 5980 more"},
		{kind: "spec", what: "one word of 1 MB", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), "model: "+strings.Repeat("x", 1<<20-10))
		}, args: spec, status: cli.BadInput, says: "in:1:8: model = "},
		{kind: "spec", what: "aliases of aliases, 9 to the 12th", make: func(t *testing.T, dir string) {
			text := "a: &a [x]\n"
			for c := 'b'; c < 'n'; c++ {
				text += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9),
					","))
			}
			put(t, filepath.Join(dir, "in"), text+"model: *m\n")
		}, args: spec, status: cli.BadInput, says: "in:"},
		{kind: "spec", what: "`/dev/zero`", args: []string{"simulate", "--spec", "/dev/zero"}, status: cli.BadInput,
			says: "/dev/zero: it has more than 1048576 bytes"},
		{kind: "spec", what: "`/dev/urandom` in a sweep", args: []string{"sweep", "/dev/urandom"}, status: cli.BadInput,
			says: "/dev/urandom: it has more than 1048576 bytes"},
		{kind: "spec", what: "`/dev/zero` as a model of `--over`",
			args:   []string{"sweep", "--token", "ETHBULL3X", "--over", "model=/dev/zero"},
			status: cli.BadInput, says: "/dev/zero: it has more than 1048576 bytes"},
		{kind: "spec", what: "a folder", args: []string{"simulate", "--spec", "."}, status: cli.BadInput,
			says: ". is a folder; want a file"},
		{kind: "spec", what: "UTF-16", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), "\xff\xfea\x00:\x00")
		}, args: spec, status: cli.BadInput, says: "in: it has bytes of zero; want YAML, in UTF-8"},
		{kind: "spec", what: "an axis of a million values",
			args:   []string{"sweep", "--target", "3", "--over", "sigma=0.000001:1:0.000001", "--yes"},
			status: cli.BadInput, says: "--over: 1,000,000 values; want at most 20,000"},

		{kind: "prices", what: "`/dev/zero`", args: []string{"history", "/dev/zero"}, status: cli.BadInput,
			says: "/dev/zero: this is no text"},
		{kind: "prices", what: "equal rows without end, by a pipe", stdin: io.MultiReader(strings.NewReader(barsHead),
			&forever{text: equalBar}), args: []string{"history", "-"}, status: cli.BadInput,
			says: "-: line 1500002: more than 1,500,000 rows"},
		{kind: "prices", what: "blank lines without end, by a pipe", stdin: &forever{text: "\n"},
			args: []string{"calibrate", "-"}, status: cli.BadInput, says: "-: more than 4,000,000 lines"},
		{kind: "prices", what: "one line without end, by a pipe", stdin: &forever{text: "1,"},
			args:   []string{"simulate", "--token", "ETHBULL3X", "--prices", "-"},
			status: cli.BadInput, says: "-: line 1 is longer than 65,536 bytes"},
		{kind: "prices", what: "gzip of 48 million equal rows (2 MB)", make: func(t *testing.T, dir string) {
			packed := gzipped(t, barsHead, equalBar, 48_000_000)
			put(t, filepath.Join(dir, "in"), packed)
		}, args: prices, status: cli.BadInput, says: "in: line 1500002: more than 1,500,000 rows"},
		{kind: "prices", what: "gzip of gzip", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), gzipped(t, "", gzipped(t, barsHead, equalBar, 1_000_000), 1))
		}, args: prices, status: cli.BadInput, says: "in: "},
		{kind: "prices", what: "zip of 12 million equal rows", make: func(t *testing.T, dir string) {
			zipFile(t, dir, 1, func(w io.Writer, _ int) {
				_, _ = io.Copy(w, io.LimitReader(&forever{text: barsHead + strings.Repeat(equalBar, 1000)},
					228_000_000))
			})
		}, args: prices, status: cli.BadInput, says: "in: "},
		{kind: "prices", what: "zip of 60,000 files", make: func(t *testing.T, dir string) {
			zipFile(t, dir, 60_000, func(io.Writer, int) {})
		}, args: prices, status: cli.BadInput, says: "in: zip archive of 60,000 files; want one"},
		{kind: "prices", what: "JSON, a million deep", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), `{"a":`+strings.Repeat("[", 1_000_000))
		}, args: prices, status: cli.BadInput, says: "in: JSON: "},
		{kind: "prices", what: "JSON of 2 million prices", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), `{"prices":[`+strings.Repeat("[1704067200000,1.5],", 2_000_000)+"]}")
		}, args: prices, status: cli.BadInput, says: "]: more than 8 MB"},
		{kind: "prices", what: "a table 8,000 columns wide", make: func(t *testing.T, dir string) {
			var b strings.Builder
			b.WriteString("date")
			for i := range 8000 {
				fmt.Fprintf(&b, ",c%d", i)
			}
			put(t, filepath.Join(dir, "in"), b.String()+"\n"+strings.Repeat("2024-01-01"+strings.Repeat(",1",
				8000)+"\n", 2000))
		}, args: prices, status: cli.BadInput, says: "in: line 1: header"},
		{kind: "prices", what: "a million bars at odd times", make: func(t *testing.T, dir string) {
			var b strings.Builder
			b.WriteString("timestamp,close\n")
			for i := range 1_000_000 {
				fmt.Fprintf(&b, "%d,1\n", 1_500_000_000+97*i+i*i%89)
			}
			put(t, filepath.Join(dir, "in"), b.String())
		}, args: prices, status: cli.BadInput, says: "is not on the grid of the others"},

		{kind: "series", what: "`/dev/zero`", make: withPrices(linkTo("/dev/zero", "in")), args: rates,
			status: cli.BadInput, says: "borrow: paths: in: this is no text: it has bytes of zero"},
		{kind: "series", what: "a line of 150 MB", make: withPrices(func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), ratesHead+strings.Repeat("1", 150_000_000))
		}), args: rates, status: cli.BadInput, says: "borrow: paths: in: line 2 is longer than 65,536 bytes"},
		{kind: "series", what: "1.5 million rows with one stamp", make: withPrices(func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), ratesHead+strings.Repeat(equalRate, 1_500_000))
		}), args: rates, status: cli.BadInput,
			says: "borrow: paths: in: line 3: the stamp 2024-01-01T00:00:00Z again, as in line 2"},
		{kind: "series", what: "gzip of 48 million equal rows (2 MB)", make: withPrices(func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), gzipped(t, ratesHead, equalRate, 48_000_000))
		}), args: rates, status: cli.BadInput, says: "borrow: paths: in: line 1500002: more than 1,500,000 rows"},
		{kind: "series", what: "UTF-16", make: withPrices(func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), "\xff\xfed\x00a\x00")
		}), args: rates, status: cli.BadInput, says: "borrow: paths: in: this is text in UTF-16; want UTF-8"},

		{kind: "name", what: "line break and escape in the name of a spec", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "a\n\x1b[31mb"), "horizon: 0\n")
		}, args: []string{"simulate", "--spec", "a\n\x1b[31mb"}, status: cli.BadInput,
			says: "mcrisk: a\n\\x1b[31mb:1:10: horizon = \"0\"; want a duration"},
		{kind: "name", what: "bytes that are not UTF-8", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "\xff.csv"),
				barsHead+"2024-01-01,1,1,1,1\n2024-01-02,1,1,1,1\n2024-01-03,1,1,1,1\n")
		}, args: []string{"history", "\xff.csv", "--json"}, status: cli.Done, says: `"values": 3`},
		{kind: "name", what: "300 letters for `--out`", args: tinyRun("--out", strings.Repeat("o", 300)),
			status: cli.Failed, says: "file name too long"},
		{kind: "name", what: "`-rf` for `--out`", args: tinyRun("--out", "-rf"), status: cli.Done, leaves: -1},
		{kind: "name", what: "a line break in `--out`", args: tinyRun("--out", "a\nb"), status: cli.Done, leaves: -1},
		{kind: "name", what: "`../../x` for a token", make: func(t *testing.T, dir string) {
			put(t, filepath.Join(dir, "in"), "tokens: [{name: ../../x, target: 3}]\n")
		}, args: spec, status: cli.BadInput, says: `name = "../../x"; want letters`},

		{kind: "link", what: "`--out` is a link to nothing", make: linkTo("nowhere", "o"), args: tinyRun("--out", "o"),
			status: cli.BadInput, says: "o exists; want a new one"},
		{kind: "link", what: "`--lifetimes` is a link to a file", make: linkTo("/etc/passwd", "l.csv"),
			args: tinyRun("--no-save", "--lifetimes", "l.csv"), status: cli.BadInput,
			says: "l.csv exists; want a new one"},
		{kind: "link", what: "a spec that links to itself", make: linkTo("in", "in"), args: spec, status: cli.BadInput,
			says: "too many levels of symbolic links"},
		{kind: "folder", what: "`--out` below a file", make: repeated("x", 1), args: tinyRun("--out", "in/o"),
			status: cli.Failed, says: "not a directory"},
		{kind: "folder", what: "`--out` is the folder one is in", args: tinyRun("--out", "."), status: cli.BadInput,
			says: ". exists; want a new one"},
		{kind: "folder", what: "`--out a/../b` without `a`", args: tinyRun("--out", "a/../b"), status: cli.Done,
			leaves: -1},
		{kind: "folder", what: "a named pipe for a run", make: func(t *testing.T, dir string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "in"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, args: []string{"verify", "in"}, status: cli.BadInput, says: "in"},
		{kind: "folder", what: "a file system that cannot be written", make: tinyDisk("ro"),
			args: tinyRun("--out", "disk/o"), status: cli.Failed, says: "read-only file system"},

		{kind: "full", what: "a disk of 64 kB: a run", make: tinyDisk("size=64k"), args: tinyRun("--out", "disk/o"),
			status: cli.Failed, says: "no space left on device"},
		{kind: "full", what: "a disk of 64 kB: `--lifetimes`", make: tinyDisk("size=64k"),
			args: []string{"simulate", "--target", "3", "--paths", "2000", "--horizon", "1h", "--no-save",
				"--lifetimes", "disk/l.csv"},
			status: cli.Failed, says: "no space left on device"},
		{kind: "full", what: "a disk of 64 kB: a sweep", make: tinyDisk("size=64k"),
			args: []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "fee=0,1bp", "--paths", "8000",
				"--horizon", "1h", "--out", "disk/o"},
			status: cli.BadInput, says: "would take 3.2 MB on disk, and 0.06554 MB is free at disk/o"},
		{kind: "full", what: "a disk of 64 kB: results of a sweep", make: tinyDisk("size=64k"),
			args: []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "fee=0,1bp", "--paths", "40",
				"--horizon", "1h", "--out", "disk/o"},
			status: cli.Failed, says: "what is done is kept: mcrisk sweep --resume disk/o", leaves: -1},
		{kind: "full", what: "a disk of 3 names", make: tinyDisk("nr_inodes=4"), args: tinyRun("--out", "disk/o"),
			status: cli.Failed, says: "no space left on device"},
		{kind: "full", what: "`/dev/full` for the results", shell: `"$@" >/dev/full`, args: tinyRun("--no-save"),
			status: cli.Failed, says: "no space left on device"},

		{kind: "closed", what: "results closed, `>&-`", shell: `"$@" >&-`, args: tinyRun("--no-save"),
			status: cli.Done},
		{kind: "closed", what: "messages closed, `2>&-`", shell: `"$@" 2>&-`, args: tinyRun("--no-save"),
			status: cli.Done},
		{kind: "closed", what: "input closed, `<&-`", shell: `"$@" <&-`, args: []string{"history", "-"},
			status: cli.BadInput, says: "-"},
		{kind: "closed", what: "`| head -1`, of a trace without end",
			shell:  `("$@"; echo $? >&2) | head -1`,
			args:   []string{"trace", "--token", "ETHBULL3X", "--horizon", "1000000h", "--step", "1m"},
			status: cli.Done, says: "141"},
		{kind: "closed", what: "`| head -1`, of a sweep that is not saved", shell: `("$@"; echo $? >&2) | head -1`,
			args: []string{"sweep", "--target", "3", "--band", "2.7:3.3", "--over", "fee=0,1bp", "--paths", "40",
				"--horizon", "1h", "--no-save"}, status: cli.Done},

		{kind: "ulimit", what: "files of 4 kB, `ulimit -f 8`", shell: `ulimit -f 8; "$@"`, args: tinyRun("--out", "o"),
			status: cli.Failed, says: "file too large"},
		{kind: "ulimit", what: "8 open files, `ulimit -n 8`", shell: `ulimit -n 8; "$@"`, args: tinyRun("--no-save"),
			status: cli.Done},
		{kind: "ulimit", what: "2 GB of address space, `ulimit -v 2000000`", shell: `ulimit -v 2000000; "$@"`,
			args:   []string{"simulate", "--target", "3", "--paths", "5e6", "--horizon", "1h", "--out", "o"},
			status: cli.BadInput, says: "--paths = 5000000: the lifetimes would take"},
	}
}

func numbered(format string, n int) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		put(t, filepath.Join(dir, "in"), b.String())
	}
}

func linkTo(to, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// gzipped is a text and a row many times over, packed.
func gzipped(t *testing.T, head, row string, n int) string {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	_, err1 := io.WriteString(w, head)
	_, err2 := io.Copy(w, io.LimitReader(&forever{text: row}, int64(n)*int64(len(row))))
	if err := errors.Join(err1, err2, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// zipFile writes a zip archive of some files.
func zipFile(t *testing.T, dir string, files int, write func(w io.Writer, i int)) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range files {
		w, err := z.Create(fmt.Sprintf("%d.csv", i))
		if err != nil {
			t.Fatal(err)
		}
		write(w, i)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "in"), b.String())
}

// What takes a command takes at most, in a test: processors differ, and so twice of what
// is promised of its time.
const (
	mostTime   = 4 * time.Second
	mostMemory = 200 << 10 // kB
)

// forgetPeak lets the largest memory of a process that is started next be its own: it begins with what this one had.
func forgetPeak(t *testing.T) {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Log(err)
	}
}

// Whatever the world hands to a command, it ends soon, takes little memory, says which
// input was wrong, and leaves nothing half-written that looks finished.
func TestHostile(t *testing.T) {
	var page strings.Builder
	for _, h := range hostiles() {
		t.Run(h.kind+"/"+strings.ReplaceAll(h.what, "/", " "), func(t *testing.T) {
			dir := t.TempDir()
			if h.make != nil {
				h.make(t, dir)
			}
			before := len(ls(t, dir))
			forgetPeak(t)
			shell := h.shell
			if shell == "" {
				shell = `exec "$@"`
			}
			c := exec.Command("bash", append([]string{"-c", shell, "bash", os.Args[0]}, h.args...)...)
			c.Dir, c.Env = dir, append(os.Environ(), asCommand+"=1", "TMPDIR="+dir)
			var stdout, stderr bytes.Buffer
			c.Stdin, c.Stdout, c.Stderr = h.stdin, &stdout, &stderr
			err := c.Start()
			if err == nil {
				err = c.Wait()
			}
			status := 0
			if exit := new(exec.ExitError); errors.As(err, &exit) {
				status = exit.ExitCode()
			} else if err != nil && !errors.Is(err, syscall.EPIPE) { // of an input that is not read to its end
				t.Fatal(err)
			}
			if said := stdout.String() + stderr.String(); status != h.status || !strings.Contains(said, h.says) {
				t.Errorf("exit status %d, said %.2000q; want %d and %q", status, said, h.status, h.says)
			}
			if n := stderr.Len(); n > 10_000 {
				t.Errorf("%d bytes of messages", n)
			}
			if left := ls(t, dir); h.leaves >= 0 && len(left) != before+h.leaves {
				t.Errorf("left behind: %v", left)
			}
			usage := c.ProcessState.SysUsage().(*syscall.Rusage)
			took := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			if h.status == cli.BadInput && (took > mostTime || usage.Maxrss > mostMemory) {
				t.Errorf("it took %v and %d kB", took, usage.Maxrss)
			}
			fmt.Fprintf(&page, "| %s | %s | `mcrisk %s` | %d | %s | %.1f s, %d MB |\n", h.kind,
				strings.ReplaceAll(h.what, "|", `\|`),
				shown(strings.Join(h.args, " "), 60), status, shown(firstMessage(stderr.String()), 90),
				took.Seconds(), usage.Maxrss>>10)
		})
	}
	if *hostilePage != "" {
		put(t, *hostilePage, hostileHead+page.String())
	}
}

const hostileHead = "# Hostile inputs and a broken world\n\n" +
	"What was handed to mcrisk, and what came of it: exit status, message, processor time and memory. " +
	"Written by `make hostile` (`go test ./cmd/mcrisk -run TestHostile`), which runs with the other tests too.\n\n" +
	"| kind | what | command | status | it says | takes |\n|---|---|---|---|---|---|\n"

// shown is a text as a cell of a table shows it, cut to some letters.
func shown(text string, most int) string {
	text = fmt.Sprintf("%q", hiddenName.ReplaceAllString(text, "partial-…"))
	text = text[1 : len(text)-1]
	text = strings.NewReplacer("|", `\|`, `\"`, `"`).Replace(text)
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return text
}

// hiddenName is a part of names that is drawn anew each time.
var hiddenName = regexp.MustCompile(`partial-[A-Z2-7]{26}`)

// firstMessage is the first line of what a command says is wrong.
func firstMessage(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "mcrisk:") })
	if i >= 0 {
		return lines[i]
	}
	return ""
}
