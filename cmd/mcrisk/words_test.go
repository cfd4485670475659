package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/tokens"
)

// Words that the field does not use, or uses for something else, and what is written
// instead. No exported name, flag, key or column has one of retiredWords among its
// words, or is one of retiredNames.
var (
	retiredWords = map[string]string{
		"circumstance": "scenario", "circumstances": "scenarios", "choice": "setting", "choices": "settings",
		"choose": "select", "untold": "undecided", "told": "traced", "alike": "break-even",
		"judgement": "analysis", "judge": "analysis", "harden": "findRobust", "wider": "loss_at_plus_10_percent",
		"narrower": "loss_at_minus_10_percent", "coast": "fast path", "abreast": "batch", "sized": "size-dependent",
		"memo": "State", "story": "path timeline", "vertex": "quadratic optimum", "ride": "trade along the boundary",
		"ridden": "reflected", "rideable": "reflecting", "among": "indistinguishable",
	}
	retiredNames = map[string]string{
		"own": "baseline", "gain": "variance_reduction", "plus_10_percent": "loss_at_plus_10_percent",
		"minus_10_percent": "loss_at_minus_10_percent", "watch": "Trigger", "tell": "Observe",
		"dead": "ruin probability", "bent": "tilted bound", "birth": "start",
		"rests": "absorbed", "lost": "absorbed", "priceof": "PriceMoments",
	}
	// retiredTops are no functions or types of a package. A field or method may have such a
	// name, as it stands after what it is of.
	retiredTops = map[string]string{"Of": "NewProblem", "Known": "KnownMoments", "Begin": "Origin",
		"Cut": "groupByScenario", "Place": "rowOf", "Land": "flush"}
	// oneMeaning are types that one package alone may have.
	oneMeaning = []string{"Part", "Sweep", "Metric", "Moments"}
	// inNames are uses of retired words in names that mean something else: a parameter whose
	// values are named is a choice among them.
	inNames = []string{"param.Choice", "param.Choices"}
)

// retiredPhrases are in no help, output, message, comment or page.
var retiredPhrases = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?i)\bcircumstances?\b`), "scenario"},
	{regexp.MustCompile(`(?i)\b(can(not)?|be) (be )?told (from|apart)\b`),
		"not significantly worse, indistinguishable"},
	{regexp.MustCompile(`(?i)\buntold\b`), "undecided"},
	{regexp.MustCompile(`(?i)\balike\b`), "equal, the same, break-even"},
	{regexp.MustCompile(`(?i)\bown settings?\b`), "baseline"},
	{regexp.MustCompile(`(?i)\ba little more\b`), "loss at +10 %"},
	{regexp.MustCompile(`(?i)\b(judgements?|judged|hardens?|hardened)\b`), "analysis"},
	{regexp.MustCompile(`(?i)\b(abreast|coasts?|coasted|coasting)\b`), "fast path, batch"},
	{regexp.MustCompile(`(?i)\b(rides?|ridden|rideable)\b`), "trade along the boundary, reflect"},
	{regexp.MustCompile(`(?i)\bmemos?\b`), "state"},
	{regexp.MustCompile(`(?i)\bstory\b`), "path timeline"},
	{regexp.MustCompile(`(?i)\b(no|on the front no) other is better in both\b`), "not dominated"},
	{regexp.MustCompile(`(?i)\bsurely (not|so)\b`), "significantly"},
	{regexp.MustCompile(`(?i)\bthe truly best\b`), "the optimum"},
	{regexp.MustCompile(`(?i)\btook for granted\b`), "assumed"},
}

// A word is a name that users or importers of the module see.
type word struct{ where, name string }

// wordsOf are the words of a name: of camelCase, snake_case or kebab-case.
func wordsOf(name string) (words []string) {
	start := 0
	runes := []rune(name)
	for i := 1; i <= len(runes); i++ {
		if i == len(runes) || !unicode.IsLetter(runes[i]) && !unicode.IsDigit(runes[i]) ||
			unicode.IsUpper(runes[i]) && !unicode.IsUpper(runes[i-1]) {
			if w := strings.ToLower(strings.Trim(string(runes[start:i]), "_- ")); w != "" {
				words = append(words, w)
			}
			start = i
		}
	}
	return words
}

// faultOfName says what is wrong with a name, or nothing.
func faultOfName(name string) string {
	if now, ok := retiredNames[strings.ToLower(name)]; ok {
		return now
	}
	for _, w := range wordsOf(name) {
		if now, ok := retiredWords[w]; ok {
			return now
		}
	}
	return ""
}

// faultsOfSource are the retired names that a Go file exports, writes as keys or has as
// columns, and the retired phrases in its comments and texts. Types are added to those
// seen so far.
func faultsOfSource(path, source string, types map[string][]string) (faults []string, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	fault := func(at token.Pos, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s:%d: ", path, files.Position(at).Line)+fmt.Sprintf(format, args...))
	}
	name := func(kind string, at token.Pos, name string) {
		if now := faultOfName(name); now != "" && !slices.Contains(inNames, file.Name.Name+"."+name) {
			fault(at, "%s %s; want %s", kind, name, now)
		}
	}
	exported := func(id *ast.Ident) {
		if id.IsExported() {
			name("name", id.Pos(), id.Name)
		}
	}
	for _, d := range file.Decls {
		var tops []*ast.Ident
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				tops = append(tops, d.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if t, ok := s.(*ast.TypeSpec); ok {
					tops = append(tops, t.Name)
					if slices.Contains(oneMeaning, t.Name.Name) {
						types[t.Name.Name] = append(types[t.Name.Name], path)
					}
				}
			}
		}
		for _, id := range tops {
			if now, ok := retiredTops[id.Name]; ok {
				fault(id.Pos(), "name %s; want %s", id.Name, now)
			}
		}
	}
	tags := map[*ast.BasicLit]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			exported(n.Name)
		case *ast.TypeSpec:
			exported(n.Name)
		case *ast.ValueSpec:
			for _, id := range n.Names {
				exported(id)
			}
		case *ast.Field:
			for _, id := range n.Names {
				exported(id)
			}
			if n.Tag != nil {
				tags[n.Tag] = true
				if tag, err := strconv.Unquote(n.Tag.Value); err == nil {
					key, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
					name("key", n.Tag.Pos(), key)
				}
			}
		case *ast.KeyValueExpr: // Column{Name: …}, yaml.MapItem{Key: …}
			if id, ok := n.Key.(*ast.Ident); ok && (id.Name == "Name" || id.Name == "Key") {
				if text, ok := literal(n.Value); ok {
					name("column or key", n.Value.Pos(), text)
				}
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "columnsOf" {
				for _, arg := range n.Args {
					if text, ok := literal(arg); ok {
						name("column", arg.Pos(), text)
					}
				}
			}
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if text, ok := literal(n); ok && !tags[n] {
				for _, p := range phrases(text) {
					fault(n.Pos(), "text has %s", p)
				}
			}
		}
		return true
	})
	for _, group := range file.Comments {
		for _, p := range phrases(group.Text()) {
			fault(group.Pos(), "comment has %s", p)
		}
	}
	return faults, nil
}

// literal is the text of a string literal.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// phrases are the retired phrases of a text, with what to write.
func phrases(text string) (list []string) {
	text = strings.Join(strings.Fields(text), " ") // they may be on two lines
	for _, p := range retiredPhrases {
		if m := p.pattern.FindString(text); m != "" {
			list = append(list, fmt.Sprintf("%q; want %s", m, p.instead))
		}
	}
	return list
}

// faultsOfPage are the retired phrases of a page. A former name in the changelog stands
// in a code span.
func faultsOfPage(path, text string) (faults []string) {
	if filepath.Base(path) == "CHANGELOG.md" {
		text = regexp.MustCompile("`[^`\n]*`").ReplaceAllString(text, "")
	}
	number := 1
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		for _, p := range phrases(paragraph) {
			faults = append(faults, fmt.Sprintf("%s:%d: page has %s", path, number, p))
		}
		number += 2 + strings.Count(paragraph, "\n")
	}
	return faults
}

// Nothing that users and importers see has a retired word: exported names, keys and
// columns of the module's files, flags, help, texts, comments and pages.
func TestRetiredWords(t *testing.T) {
	const root = "../.."
	types := map[string][]string{}
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "runs") {
			return leftOut(err)
		}
		ext := filepath.Ext(path)
		if d.IsDir() || ext != ".go" && ext != ".md" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		faults := faultsOfPage(name, string(data))
		if ext == ".go" {
			if faults, err = faultsOfSource(name, string(data), types); err != nil {
				return err
			}
		}
		for _, f := range faults {
			t.Error(f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("%d files; want all of the module", files)
	}
	for name, paths := range types {
		if len(paths) > 1 {
			t.Errorf("type %s is in %s; want one meaning", name, strings.Join(paths, ", "))
		}
	}
	var seen []word
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		seen = append(seen, word{"command", cmd.Name()})
		cmd.Flags().VisitAll(func(f *pflag.Flag) { seen = append(seen, word{"flag of " + cmd.Name(), f.Name}) })
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(newRoot())
	for _, c := range tokens.Columns {
		seen = append(seen, word{"column", c.Name})
	}
	for _, c := range tokens.MarketColumns {
		seen = append(seen, word{"column", c.Name})
	}
	for _, m := range analytics.All() {
		seen = append(seen, word{"metric", m.Name})
	}
	for _, k := range models.Registry.Kinds() {
		seen = append(seen, word{"model", k.Name})
	}
	for _, w := range seen {
		if now := faultOfName(w.name); now != "" {
			t.Errorf("%s %s; want %s", w.where, w.name, now)
		}
	}
}

// leftOut leaves out a folder whose files are not read, unless there was an error.
func leftOut(err error) error {
	if err == nil {
		return fs.SkipDir
	}
	return err
}

// Retired words are seen, and their neighbours are not.
func TestRetiredWordsSees(t *testing.T) {
	for source, want := range map[string]string{
		"package a\ntype Memo struct{}\n":                              "name Memo; want State",
		"package a\nfunc Of() {}\n":                                    "name Of; want NewProblem",
		"package a\ntype Begin int\n":                                  "name Begin; want Origin",
		"package a\nfunc (T) Begin() {}\n":                             "",
		"package a\ntype T struct{ Of int }\n":                         "",
		"package a\nfunc of() {}\n":                                    "",
		"package a\nfunc (T) BeginTold() {}\n":                         "name BeginTold; want traced",
		"package a\nvar BestChoice = 1\n":                              "name BestChoice; want setting",
		"package param\nconst Choice = 1\n":                            "",
		"package a\ntype T struct{ X int `json:\"circumstances\"` }\n": "key circumstances; want scenarios",
		"package a\ntype T struct{ X int `json:\"gain\"` }\n":          "key gain; want variance_reduction",
		"package a\ntype T struct{ X int `json:\"again\"` }\n":         "",
		"package a\nvar x = Column{Name: \"choice\"}\n":                "column or key choice; want setting",
		"package a\nvar x = columnsOf(\"own\")\n":                      "column own; want baseline",
		"package a\nvar x = columnsOf(\"plus_10_percent\")\n": "column plus_10_percent; " +
			"want loss_at_plus_10_percent",
		"package a\nvar x = columnsOf(\"loss_at_plus_10_percent\")\n": "",
		"package a\n// others cannot be\n// told from it\nvar x = 1\n": `comment has "cannot be told from"; ` +
			"want not significantly worse, indistinguishable",
		"package a\nvar x = \"the token's own setting\"\n":              `text has "own setting"; want baseline`,
		"package a\nvar x = \"its own settings differ, as told\"\n":     `text has "own settings"; want baseline`,
		"package a\n// The history of its own.\nvar x = \"override\"\n": "",
	} {
		faults, err := faultsOfSource("a.go", source, map[string][]string{})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(faults, "\n")
		if _, text, _ := strings.Cut(got, ": "); text != want {
			t.Errorf("faults %q; want %q in\n%s", got, want, source)
		}
	}
	types := map[string][]string{}
	for _, path := range []string{"a.go", "b.go"} {
		if _, err := faultsOfSource(path, "package a\ntype Part int\n", types); err != nil {
			t.Fatal(err)
		}
	}
	if len(types["Part"]) != 2 {
		t.Errorf("types are %v; want Part twice", types)
	}
	page := "A.\n\nIn a\ncircumstance.\n\n`alike` it is"
	for path, want := range map[string]int{"docs/a.md": 2, "CHANGELOG.md": 1} {
		if faults := faultsOfPage(path, page); len(faults) != want || !strings.Contains(faults[0], path+":3:") {
			t.Errorf("faults of %s are %q; want %d", path, faults, want)
		}
	}
}
