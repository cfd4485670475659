package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var writePages = flag.Bool("pages", false, "write what commands print into the pages that show it")

// root is the checkout as seen from this package.
const root = "../.."

// pageNames are all pages of Markdown, by their names from the root.
func pageNames(t *testing.T) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "runs" || len(d.Name()) > 1 && d.Name()[0] == '.'):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			names = append(names, name)
		}
		return nil
	})
	if err != nil || len(names) < 20 {
		t.Fatalf("%v, %d pages; want all of them", err, len(names))
	}
	return names
}

// A codeBlock is what a page shows as code: between fences, or indented by four spaces.
type codeBlock struct {
	line     int    // of its first line, counted from zero
	language string // after the fence; empty: indented
	lines    []string
	excuse   string // why it is not run, from a comment before it
}

var excused = regexp.MustCompile(`^<!-- not run: (.+) -->$`)

// codeBlocks are the blocks of a page. Indented ones follow an empty line or a comment.
func codeBlocks(page []string) (blocks []codeBlock, err error) {
	excuse, ended := "", true
	for i := 0; i < len(page); i++ {
		line := page[i]
		switch m := excused.FindStringSubmatch(line); {
		case m != nil:
			excuse, ended = m[1], true
			continue
		case line == "":
			ended = true
			continue
		case strings.HasPrefix(line, "```"):
			b := codeBlock{line: i + 1, language: strings.TrimSpace(line[3:]), excuse: excuse}
			if b.language == "" {
				return nil, fmt.Errorf("line %d: a fence without a language; want console, sh, go, python or text", i+1)
			}
			for i++; i < len(page) && page[i] != "```"; i++ {
				b.lines = append(b.lines, page[i])
			}
			if i == len(page) {
				return nil, fmt.Errorf("line %d: a fence without an end", b.line)
			}
			blocks = append(blocks, b)
		case ended && strings.HasPrefix(line, "    "):
			b := codeBlock{line: i, excuse: excuse}
			for ; i < len(page) && strings.HasPrefix(page[i], "    "); i++ {
				b.lines = append(b.lines, page[i][4:])
			}
			i--
			blocks = append(blocks, b)
		}
		excuse, ended = "", false
	}
	return blocks, nil
}

// A shown command of a console: its text, and the lines that it is said to print.
type shownCommand struct {
	text   string
	prints []string
}

// console are the commands of a block, each after "$ " and with what it reads from
// the lines up to EOF.
func console(lines []string) (list []shownCommand, err error) {
	for i := 0; i < len(lines); i++ {
		text, ok := strings.CutPrefix(lines[i], "$ ")
		if !ok {
			if len(list) == 0 {
				return nil, fmt.Errorf("%q before a command; want $ and a command", lines[i])
			}
			c := &list[len(list)-1]
			c.prints = append(c.prints, lines[i])
			continue
		}
		here := strings.Contains(text, "<<'EOF'")
		goesOn := func(line string) bool {
			return strings.HasSuffix(line, `\`) || strings.HasSuffix(line, "|") || here && line != "EOF"
		}
		for i+1 < len(lines) && goesOn(lines[i]) {
			i++
			text += "\n" + lines[i]
		}
		list = append(list, shownCommand{text: text})
	}
	return list, nil
}

// A shell runs what pages show, in a folder of its own, where mcrisk is this program.
type shell struct{ dir, bin string }

func newShell(t *testing.T) shell {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := shell{t.TempDir(), t.TempDir()}
	if err := os.Symlink(self, filepath.Join(s.bin, "mcrisk")); err != nil {
		t.Skip("no links here, by which the blocks find the command: ", err)
	}
	return s
}

func (s shell) run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = s.dir
	c.Env = append(os.Environ(), asCommand+"=1", "LC_ALL=C.UTF-8", "PATH="+s.bin+":"+os.Getenv("PATH"))
	out, err := c.Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		err = fmt.Errorf("%w\n%s", err, failed.Stderr)
	}
	return string(out), err
}

// sampling are the commands that take a number of paths.
var sampling = regexp.MustCompile(
	`^mcrisk (simulate|sweep|compare|heatmap|liquidation|breakeven|costs|cohorts|trace)\b`)

// quick is a block of commands whose numbers the page does not show, with few paths.
func quick(lines []string) string {
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "go run ./cmd/mcrisk", "mcrisk")
	commands := strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n")
	for i, c := range commands {
		if sampling.MatchString(c) && !strings.ContainsAny(c, "|>;#") && !strings.HasPrefix(c, "mcrisk trace") {
			commands[i] += " --paths 40"
		}
	}
	return "set -e\n" + strings.Join(commands, "\n")
}

// Every code block of every page is run, in the order of the page and in one folder,
// and prints what the page says; or a comment before it says why it is not.
// make pages writes what commands print anew.
func TestPagesRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every command that a page shows")
	}
	ran := 0
	for _, name := range pageNames(t) {
		page := strings.Split(read(t, filepath.Join(root, name)), "\n")
		blocks, err := codeBlocks(page)
		if err != nil {
			t.Errorf("%s, %v", name, err)
			continue
		}
		blocks = slices.DeleteFunc(blocks, func(b codeBlock) bool { return b.language == "text" || b.excuse != "" })
		if ran += len(blocks); len(blocks) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			var written []string
			next := 0
			for _, b := range blocks {
				where := fmt.Sprintf("%s, line %d", name, b.line+1)
				switch b.language {
				case "", "sh":
					if _, err := s.run(t.Context(), "bash", "-c", quick(b.lines)); err != nil {
						t.Fatalf("%s: %v", where, err)
					}
				case "python":
					if _, err := exec.LookPath("python3"); err != nil {
						t.Skip("there is no python3")
					}
					if _, err := s.run(t.Context(), "python3", "-c", strings.Join(b.lines, "\n")); err != nil {
						t.Fatalf("%s: %v", where, err)
					}
				case "go": // TestModuleFromOutside runs the README's program
					if name != "README.md" || b.lines[0] != "package main" {
						t.Errorf("%s: nothing runs this program", where)
					}
				case "console":
					commands, err := console(b.lines)
					if err != nil {
						t.Fatalf("%s: %v", where, err)
					}
					written = append(written, page[next:b.line]...)
					for _, c := range commands {
						out, err := s.run(t.Context(), "bash", "-c", c.text)
						if err != nil {
							t.Fatalf("%s: %s: %v", where, c.text, err)
						}
						prints := slices.Collect(strings.SplitSeq(strings.TrimRight(out, "\n"), "\n"))
						if strings.TrimSpace(out) == "" {
							prints = nil
						}
						for i, p := range prints {
							prints[i] = strings.TrimRight(p, " ")
						}
						if !*writePages && !slices.Equal(prints, c.prints) {
							t.Errorf("%s: %s printed\n%s\nand the page has (make pages writes it)\n%s", where, c.text,
								strings.Join(prints, "\n"), strings.Join(c.prints, "\n"))
						}
						written = append(append(written, "$ "+c.text), prints...)
					}
					next = b.line + len(b.lines)
				default:
					t.Errorf("%s: a block of %s; want console, sh, go, python or text", where, b.language)
				}
			}
			if *writePages && next > 0 {
				text := strings.Join(append(written, page[next:]...), "\n")
				if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if ran < 10 {
		t.Errorf("%d blocks are run; want more", ran)
	}
}

// What pages show as code is found, and commands with what they print.
func TestPagesRunSees(t *testing.T) {
	page := "text\n\n    mcrisk tokens\n\n<!-- not run: slow -->\n\n    mcrisk sweep \\\n        --help\ntext\n" +
		"    no code\n\n```console\n$ cat <<'EOF'\na\nEOF\na\n$ echo b |\n    cat\nb\n```\n"
	blocks, err := codeBlocks(strings.Split(page, "\n"))
	if err != nil || len(blocks) != 3 || blocks[0].excuse != "" || blocks[1].excuse != "slow" ||
		len(blocks[1].lines) != 2 {
		t.Fatalf("%+v, %v; want three blocks, the second with an excuse", blocks, err)
	}
	commands, err := console(blocks[2].lines)
	want := []shownCommand{{"cat <<'EOF'\na\nEOF", []string{"a"}}, {"echo b |\n    cat", []string{"b"}}}
	if err != nil || !slices.EqualFunc(commands, want, func(a, b shownCommand) bool {
		return a.text == b.text && slices.Equal(a.prints, b.prints)
	}) {
		t.Errorf("%+v, %v; want %+v", commands, err, want)
	}
	for _, faulty := range []string{"```\nx\n```", "```sh\nx"} {
		if _, err := codeBlocks(strings.Split(faulty, "\n")); err == nil {
			t.Errorf("%q is found; want an error", faulty)
		}
	}
	if got := quick([]string{"go run ./cmd/mcrisk simulate --token A", "mcrisk tokens"}); got !=
		"set -e\nmcrisk simulate --token A --paths 40\nmcrisk tokens" {
		t.Errorf("quick is %q", got)
	}
}

var (
	linked    = regexp.MustCompile(`!?\[[^\]]*\]\(([^)\s]+)\)`)
	heading   = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
	fenced    = regexp.MustCompile("(?ms)^```.*?^```$")
	unslugged = regexp.MustCompile(`[^\pL\pN _-]`)
)

// anchors are the names that headings of a page have in links to it.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		text := linked.ReplaceAllStringFunc(m[1], func(s string) string { return s[1:strings.Index(s, "]")] })
		slug := strings.ReplaceAll(unslugged.ReplaceAllString(strings.ToLower(text), ""), " ", "-")
		for i, base := 1, slug; found[slug]; i++ {
			slug = fmt.Sprintf("%s-%d", base, i)
		}
		found[slug] = true
	}
	return found
}

// faultsOfLinks are the links of a page that lead nowhere. Pages link to files of
// the checkout and to headings of pages; others' addresses are not looked up.
func faultsOfLinks(name, page string) (faults []string) {
	for _, m := range linked.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		if strings.Contains(m[1], "://") {
			continue
		}
		target, anchor, _ := strings.Cut(m[1], "#")
		file := filepath.Join(root, filepath.Dir(name), filepath.FromSlash(target))
		if target == "" {
			file = filepath.Join(root, name)
		}
		if _, err := os.Stat(file); err != nil {
			faults = append(faults, fmt.Sprintf("links to %s, which does not exist", m[1]))
			continue
		}
		if anchor == "" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil || !anchors(string(data))[anchor] {
			faults = append(faults, fmt.Sprintf("links to %s, and there is no such heading", m[1]))
		}
	}
	return faults
}

func TestPagesLink(t *testing.T) {
	links := 0
	for _, name := range pageNames(t) {
		page := read(t, filepath.Join(root, name))
		links += len(linked.FindAllString(page, -1))
		for _, f := range faultsOfLinks(name, page) {
			t.Errorf("%s %s", name, f)
		}
	}
	if links < 50 {
		t.Errorf("%d links found; want all", links)
	}
}

// The README leads at once to the pages that answer a newcomer's questions: the first
// result, what a number means, where a column is, how to add a policy.
func TestReadmeLeadsOn(t *testing.T) {
	page := read(t, filepath.Join(root, "README.md"))
	for _, target := range []string{"docs/guide.md", "docs/questions.md", "docs/glossary.md", "docs/metrics.md",
		"docs/files.md", "CONTRIBUTING.md"} {
		if !strings.Contains(page, "]("+target+")") {
			t.Errorf("README.md does not link to %s", target)
		}
	}
}

func TestPagesLinkSees(t *testing.T) {
	for page, want := range map[string]string{
		"[a](docs/nowhere.md)":                 "links to docs/nowhere.md, which does not exist",
		"![a](docs/figures/nothing.png)":       "links to docs/figures/nothing.png, which does not exist",
		"[a](CONTRIBUTING.md#none)":            "links to CONTRIBUTING.md#none, and there is no such heading",
		"[a](CONTRIBUTING.md#adding-a-policy)": "",
		"[a](https://example.org/x#y)":         "",
	} {
		if got := strings.Join(faultsOfLinks("README.md", page), "; "); got != want {
			t.Errorf("faults of %s are %q; want %q", page, got, want)
		}
	}
	got := anchors("# The `nav` of *a* token\n## What, and why?\n```sh\n# no heading\n```\n## What, and why?\n")
	for _, want := range []string{"the-nav-of-a-token", "what-and-why", "what-and-why-1"} {
		if !got[want] {
			t.Errorf("no %s among %v", want, got)
		}
	}
	if len(got) != 3 {
		t.Errorf("%v; want three anchors", got)
	}
}

// What pages name in code exists: files, targets of make, tests.
func TestPagesName(t *testing.T) {
	makefile := read(t, filepath.Join(root, "Makefile"))
	tests := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Example|Benchmark)\w*)\(`).
			FindAllStringSubmatch(read(t, path), -1) {
			tests[m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([^`\n]+)`")
	file := regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+\.(go|md|yaml|svg|png|txt|py|ipynb|s)$`)
	named := 0
	for _, name := range pageNames(t) {
		text := fenced.ReplaceAllString(read(t, filepath.Join(root, name)), "")
		for _, m := range code.FindAllStringSubmatch(text, -1) {
			target, makes := strings.CutPrefix(m[1], "make ")
			var err error
			switch {
			case makes:
				for _, word := range strings.Fields(target) {
					if !strings.Contains(word, "=") && !regexp.MustCompile(`(?m)^`+word+`:`).MatchString(makefile) {
						err = errors.New("no such target")
					}
				}
			case regexp.MustCompile(`^(Test|Fuzz|Example)[A-Z_]\w*$`).MatchString(m[1]):
				if !tests[m[1]] {
					err = errors.New("no such test")
				}
			case file.MatchString(m[1]):
				if _, err = os.Stat(filepath.Join(root, m[1])); err != nil {
					_, err = os.Stat(filepath.Join(root, filepath.Dir(name), m[1]))
				}
			default:
				continue
			}
			named++
			if err != nil {
				t.Errorf("%s names %s: %v", name, m[1], err)
			}
		}
	}
	if named < 30 {
		t.Errorf("%d names found; want all", named)
	}
}
