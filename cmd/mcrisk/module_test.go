package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program of the README's section on the library compiles in a module of its own
// and prints metrics: of the module under the name it has, and under that of a home
// that make module gives it, after which the whole module still builds.
func TestModuleFromOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the module anew")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("as it is", func(t *testing.T) { outside(t, root) })
	t.Run("renamed", func(t *testing.T) {
		if _, err := exec.LookPath("make"); err != nil {
			t.Skip("there is no make")
		}
		const name = "example.org/you/mcrisk"
		copied := copyOf(t, root)
		within(t, copied, "make", "module", "MODULE="+name)
		if got := within(t, copied, "go", "list", "-m"); got != name+"\n" {
			t.Errorf("the module is %q; want %q", got, name)
		}
		within(t, copied, "go", "list", "-deps", "./...") // finds every import without compiling the command again
		outside(t, copied)
	})
}

// outside runs the README's program beside a checkout, as the README says.
func outside(t *testing.T, checkout string) {
	t.Helper()
	page := read(t, filepath.Join(checkout, "README.md"))
	_, section, ok := strings.Cut(page, "## As a library\n")
	_, program, ok2 := strings.Cut(section, "```go\n")
	program, rest, ok3 := strings.Cut(program, "```\n")
	if !ok || !ok2 || !ok3 || !strings.HasPrefix(program, "package main\n") || strings.Count(program, "\n") > 30 {
		t.Fatalf("README.md has no program of at most 30 lines as a library; it has\n%s", program)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	var printed string
	for line := range strings.Lines(rest) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "go ")
		switch {
		case !ok || printed != "":
		case line == "mod tidy": // it would ask for sums, which are those of the checkout
			sums := read(t, filepath.Join(checkout, "go.sum"))
			if err := os.WriteFile(filepath.Join(dir, "go.sum"), []byte(sums), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			words := strings.Fields(strings.Replace(line, "=../mcrisk", "="+checkout, 1))
			printed = within(t, dir, append([]string{"go"}, words...)...)
		}
	}
	program, prints := example(t, checkout)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(within(t, dir, "go", "run", ".")) {
		lines = append(lines, strings.TrimSpace(line)+"\n")
	}
	if got := strings.Join(lines, ""); got != prints {
		t.Errorf("the example of a sweep printed %q; want %q", got, prints)
	}
	for _, metric := range []string{"nav = 0.", "p_liquidation = 0,", "max_drawdown = 0."} {
		if !strings.Contains(printed, metric) {
			t.Errorf("the program printed %q; want %q in it", printed, metric)
		}
	}
}

// example is the body of package assess's example of a sweep as a program, and what it
// prints.
func example(t *testing.T, checkout string) (program, prints string) {
	t.Helper()
	source := read(t, filepath.Join(checkout, "assess", "example_sweep_test.go"))
	program, output, ok := strings.Cut(source, "\t// Output:\n")
	if _, body, _ := strings.Cut(program, "() {\n"); !ok || strings.Count(body, "\n") > 30 {
		t.Fatalf("the example of a sweep has no output, or more than 30 lines:\n%s", program)
	}
	program = strings.NewReplacer("package assess_test", "package main",
		"func ExampleSweep()", "func main()").Replace(program)
	for line := range strings.Lines(output) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "// "); ok {
			prints += strings.TrimSpace(text) + "\n"
		}
	}
	const must = "func must[T any](v T, err error) T {\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\treturn v\n}\n"
	return program + "}\n\n" + must, prints
}

// within runs a command in a folder, without a network, and returns what it prints.
func within(t *testing.T, dir string, words ...string) string {
	t.Helper()
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(words, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}

// copyOf is a copy of a checkout: what git has or would add.
func copyOf(t *testing.T, root string) string {
	t.Helper()
	list, err := exec.Command("git", "-C", root, "ls-files", "-z",
		"--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("this is no checkout of git: ", err)
	}
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and git does not know yet
		}
		to := filepath.Join(dir, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o755)
		}
		if err == nil {
			err = os.WriteFile(to, data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
