// Package rundir reads and writes the files of a study: its spec as YAML, and the run
// directory with manifest, tables and figures.
package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// WriteSpec writes a study's complete spec as YAML that ReadSpec reads back to the
// same bits.
func WriteSpec(w io.Writer, s *study.Study) error {
	return yaml.NewEncoder(w).Encode(specItems(s.Spec()))
}

// SpecYAML is what WriteSpec writes.
func SpecYAML(s *study.Study) ([]byte, error) {
	var b bytes.Buffer
	err := WriteSpec(&b, s)
	return b.Bytes(), err
}

// specItems is a complete spec as it is written.
func specItems(s study.Spec) yaml.MapSlice {
	var list []yaml.MapSlice
	for _, t := range s.Tokens {
		policy, _ := tokens.Policies.Kind(t.Policy.Kind)
		mechanism, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind)
		m := yaml.MapSlice{{Key: "name", Value: t.Name}}
		if t.Underlying != "" {
			m = append(m, yaml.MapItem{Key: "underlying", Value: t.Underlying})
		}
		m = append(m, yaml.MapSlice{
			{Key: "policy", Value: part(t.Policy, policy.Params)},
			{Key: "mechanism", Value: dated(part(t.Mechanism, mechanism.Params), t.Series)},
		}...)
		if t.Random() {
			kind, _ := rates.Registry.Kind(t.Rates.Kind)
			m = append(m, yaml.MapItem{Key: "rates", Value: part(t.Rates, kind.Params)})
		}
		m = append(m, dated(numbers(t.Values, tokens.Params), t.Series)...)
		if len(t.Changes) > 0 {
			m = append(m, changesItem(t))
		}
		list = append(list, m)
	}
	model, _ := models.Registry.Kind(s.Model.Kind)
	spec := yaml.MapSlice{{Key: "model", Value: part(s.Model, model.Params)}}
	if s.History != nil {
		spec = append(spec, historyItem(*s.History))
	}
	if s.Last != nil {
		spec = append(spec, lastItem(*s.Last))
	}
	if s.Errors != nil {
		spec = append(spec, errorsItem(*s.Errors), yaml.MapItem{Key: "parameter-uncertainty", Value: s.Uncertain})
	}
	if len(s.Others) > 0 {
		var others []yaml.MapSlice
		for _, u := range s.Others {
			kind, _ := models.Registry.Kind(u.Model.Kind)
			others = append(others, yaml.MapSlice{{Key: "name", Value: u.Name},
				{Key: "model", Value: part(u.Model, kind.Params)},
				{Key: "correlations", Value: scalars(u.Correlations)}})
		}
		spec = append(spec, yaml.MapItem{Key: "others", Value: others},
			yaml.MapItem{Key: "common-jumps", Value: s.CommonJumps})
	}
	return append(spec, yaml.MapSlice{
		{Key: "horizon", Value: param.FormatSeconds(s.Horizon.Seconds())},
		{Key: "step", Value: param.FormatSeconds(s.Step.Seconds())},
		{Key: "paths", Value: s.Paths},
		{Key: "seed", Value: s.Seed},
		{Key: "marks", Value: s.Marks},
		{Key: "tokens", Value: list},
	}...)
}

// errorsItem is the errors of fitted parameters as YAML.
func errorsItem(e study.Errors) yaml.MapItem {
	var rows [][]scalar
	for _, row := range e.Cov {
		rows = append(rows, scalars(row))
	}
	return yaml.MapItem{Key: "errors",
		Value: yaml.MapSlice{{Key: "names", Value: e.Names}, {Key: "covariance", Value: rows}}}
}

// scalars are numbers in their shortest exact form.
func scalars(vs []float64) (list []scalar) {
	for _, v := range vs {
		list = append(list, scalar(strconv.FormatFloat(v, 'g', -1, 64)))
	}
	return list
}

func part(p param.Part, params []param.Param) yaml.MapSlice {
	return append(yaml.MapSlice{{Key: "kind", Value: p.Kind}}, numbers(p.Values, params)...)
}

func numbers(v param.Values, params []param.Param) yaml.MapSlice {
	var m yaml.MapSlice
	for _, p := range params {
		if x, stated := p.In(v); stated {
			m = append(m, yaml.MapItem{Key: p.Name, Value: scalar(p.Format(x))})
		}
	}
	return m
}

// scalar is a value written to YAML without quotes.
type scalar string

func (s scalar) MarshalYAML() ([]byte, error) { return []byte(s), nil }

// WriteModel writes the part of a spec that is a fitted price model.
func WriteModel(w io.Writer, model param.Part, errors *study.Errors, last *study.LastVolatility) error {
	model, err := models.Registry.Complete(model)
	if err != nil {
		return err
	}
	kind, err := models.Registry.Kind(model.Kind)
	if err != nil {
		return err
	}
	spec := yaml.MapSlice{{Key: "model", Value: part(model, kind.Params)}}
	if last != nil {
		spec = append(spec, lastItem(*last))
	}
	if errors != nil {
		spec = append(spec, errorsItem(*errors))
	}
	return yaml.NewEncoder(w).Encode(spec)
}

// A Described is what a file says of a study and of how it is swept.
type Described struct {
	Spec  study.Spec
	Sweep *SweepPlan      // nil: nothing
	Keys  map[string]bool // of the spec, that the file has; the others are zero but for seed, which is 1
}

// ReadSpec reads a spec, or part of one: what is missing is zero. Unknown keys, repeated keys and values out of range
// are errors that say where; the first 20 are reported together. More than [MaxSpec] bytes, [MaxWords] words and
// signs of YAML, or [MaxDepth] lists and mappings in each other are an error too.
func ReadSpec(data []byte, name string) (study.Spec, error) {
	f, err := ReadSpecFile(data, name, false)
	return f.Spec, err
}

// ReadSpecFile is ReadSpec, and if swept is true [ReadSweep].
func ReadSpecFile(data []byte, name string, swept bool) (Described, error) {
	var f Described
	err := read(data, name, func(r *reader, n ast.Node) {
		keys := r.spec(&f.Spec)
		if swept {
			keys["sweep"] = func(n ast.Node) {
				f.Sweep = &SweepPlan{Aversion: 1}
				r.mapping(n, "sweep", r.sweep(f.Sweep))
			}
		}
		f.Keys = r.mapping(n, "the spec", keys)
	})
	return f, err
}

// read reads the one document of a YAML file.
func read(data []byte, name string, from func(*reader, ast.Node)) error {
	file, err := parse(data)
	if err != nil {
		return fmt.Errorf("rundir: %s: %w", name, err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return fmt.Errorf("rundir: %s: want one YAML document with the keys model, "+
			"horizon, step, paths, seed and tokens", name)
	}
	r := reader{name: name}
	from(&r, file.Docs[0].Body)
	if more := r.found - len(r.faults); more > 0 {
		r.faults = append(r.faults, fmt.Errorf("%s: and %d more", name, more))
	}
	return errors.Join(r.faults...)
}

// spec are the keys of a spec.
func (r *reader) spec(s *study.Spec) fields {
	s.Seed = 1
	return fields{
		"model":                 func(n ast.Node) { s.Model = readPart(r, n, "model", &models.Registry) },
		"horizon":               func(n ast.Node) { s.Horizon = r.duration(n, "horizon") },
		"step":                  func(n ast.Node) { s.Step = r.duration(n, "step") },
		"paths":                 func(n ast.Node) { s.Paths = int(r.count(n, "paths", 1, study.MaxPaths)) },
		"seed":                  func(n ast.Node) { s.Seed = r.count(n, "seed", 0, math.MaxUint64) },
		"history":               func(n ast.Node) { s.History = r.history(n) },
		"last":                  func(n ast.Node) { s.Last = r.last(n) },
		"errors":                func(n ast.Node) { s.Errors = r.errors(n) },
		"parameter-uncertainty": func(n ast.Node) { s.Uncertain = r.truth(n, "parameter-uncertainty") },
		"common-jumps":          func(n ast.Node) { s.CommonJumps = r.truth(n, "common-jumps") },
		"marks":                 func(n ast.Node) { s.Marks = int(r.count(n, "marks", 0, study.MaxMarks)) },
		"others": func(n ast.Node) {
			for _, item := range r.list(n, "others") {
				s.Others = append(s.Others, r.underlying(item))
			}
		},
		"tokens": func(n ast.Node) {
			for _, item := range r.some(n, "tokens") {
				s.Tokens = append(s.Tokens, r.token(item))
			}
		},
	}
}

// Limits of specs and sweeps: their bytes, the words and signs of their YAML, and how many
// lists and mappings may be in each other, but for those that indentation makes. The time
// and memory that the library takes to parse them grow with the square of the second and
// with the product of the last two.
const (
	MaxSpec  = 1 << 20
	MaxWords = 20_000
	MaxDepth = 50
)

// parse reads YAML, with or without a byte order mark. The library panics on some
// malformed input, as fuzzing found; that is an error here.
func parse(data []byte) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("malformed YAML: %v", p)
		}
	}()
	switch {
	case len(data) > MaxSpec:
		return nil, fmt.Errorf("it has more than %d bytes; want a spec of at most that many", MaxSpec)
	case bytes.IndexByte(data, 0) >= 0:
		return nil, errors.New("it has bytes of zero; want YAML, in UTF-8")
	}
	words := lexer.Tokenize(string(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if len(words) > MaxWords {
		return nil, fmt.Errorf("%d words and signs of YAML; want a spec of at most %d", len(words), MaxWords)
	}
	if line := tooDeep(words); line > 0 {
		return nil, fmt.Errorf("line %d has lists and mappings in each other; want at most %d of them", line, MaxDepth)
	}
	if file, err = parser.Parse(words, 0); err != nil {
		return nil, errors.New(shorten(strings.TrimSpace(yaml.FormatError(err, false, true))))
	}
	for _, doc := range file.Docs {
		v := new(plainTexts)
		if ast.Walk(v, doc.Body); v.fault != nil {
			return nil, v.fault
		}
	}
	return file, nil
}

// plainTexts visits the texts of a file: those with control characters and those in blocks of
// lines could not be written and read again.
type plainTexts struct{ fault error }

func (v *plainTexts) Visit(n ast.Node) ast.Visitor {
	text, what := "", "without control characters"
	switch n := n.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text, what = n.String(), "on one line"
	}
	if v.fault == nil && strings.ContainsFunc(text, unicode.IsControl) {
		v.fault = fmt.Errorf("line %d: %s; want texts %s",
			n.GetToken().Position.Line, shorten(strconv.Quote(text)), what)
	}
	return v
}

// tooDeep is the first line with more lists and mappings in each other than there may be;
// zero: there is none.
func tooDeep(words token.Tokens) int {
	flow, signs, line := 0, 0, 0
	for _, w := range words {
		if w.Position.Line != line {
			line, signs = w.Position.Line, 0
		}
		switch w.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType: // "- - -", each of which is in the one before
			signs++
		}
		if flow > MaxDepth || signs > MaxDepth {
			return line
		}
	}
	return 0
}

// A reader walks the nodes of a spec and collects what is wrong with them.
type reader struct {
	name   string
	faults []error // at most maxFaults of them
	found  int
}

const maxFaults = 20

type fields map[string]func(ast.Node)

func (r *reader) fault(n ast.Node, format string, args ...any) {
	at := ""
	if t := n.GetToken(); t != nil && t.Position != nil {
		at = fmt.Sprintf("%d:%d: ", t.Position.Line, t.Position.Column)
	}
	if r.found++; r.found > maxFaults {
		return
	}
	r.faults = append(r.faults, fmt.Errorf("%s:%s%s", r.name, at, shorten(fmt.Sprintf(format, args...))))
}

// shorten cuts the middle of a message out that repeats much of a file.
func shorten(message string) string {
	const most, end = 400, 200
	if len(message) <= most {
		return message
	}
	return strings.ToValidUTF8(message[:most-end], "") + " … " + strings.ToValidUTF8(message[len(message)-end:], "")
}

// items are the entries of a mapping.
func (r *reader) items(n ast.Node, what string) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	r.fault(n, "%s = %q; want names and values, as in fee: 10bp", what, text(n))
	return nil
}

// mapping hands the values of a mapping to the fields of their keys, and returns the keys.
func (r *reader) mapping(n ast.Node, what string, known fields) map[string]bool {
	seen := map[string]bool{}
	for _, item := range r.items(n, what) {
		key := text(item.Key)
		read, ok := known[key]
		switch {
		case !ok && r.found >= maxFaults:
			r.fault(item.Key, "")
		case !ok:
			names := slices.Sorted(maps.Keys(known))
			hint := ""
			if near := param.Nearest(key, names); len(near) > 0 {
				hint = "; did you mean " + strings.Join(near, " or ") + "?"
			}
			r.fault(item.Key, "%s has no %q%s", what, key, hint)
		case seen[key]:
			r.fault(item.Key, "%q again", key)
		default:
			read(item.Value)
		}
		seen[key] = true
	}
	return seen
}

func text(n ast.Node) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return strings.TrimSpace(n.String())
}

func (r *reader) duration(n ast.Node, name string) time.Duration {
	d, err := Duration(text(n))
	if err != nil {
		r.fault(n, "%s = %s", name, err)
	}
	return d
}

// Duration reads a length of time above zero such as 90s, 1h30m or 365d.
func Duration(text string) (time.Duration, error) {
	s, err := param.Seconds(text)
	if err != nil || s < param.Nanosecond || s > math.MaxInt64/1e9 {
		return 0, fmt.Errorf("%q; want a duration such as 90s, 5m, 1h or 30d, from a nanosecond to 292 years", text)
	}
	return tokens.Duration(s), nil
}

func (r *reader) count(n ast.Node, name string, least, most uint64) uint64 {
	v, err := Count(text(n))
	if err != nil || v < least || v > most {
		r.fault(n, "%s = %q; want a whole number from %d to %d", name, text(n), least, most)
	}
	return v
}

// Count reads a whole number; 1e6, 10k and 2M are some.
func Count(text string) (uint64, error) {
	if v, err := strconv.ParseUint(text, 10, 64); err == nil {
		return v, nil
	}
	f, err := param.Amount(text)
	if err != nil || !(f >= 0 && f <= 1<<53) || f != math.Trunc(f) {
		return 0, fmt.Errorf("%q; want a whole number such as 10000 or 1e6", text)
	}
	return uint64(f), nil
}

func (r *reader) values(into param.Values, params []param.Param) fields {
	f := fields{}
	for _, p := range params {
		f[p.Name] = func(n ast.Node) {
			v, err := p.Parse(text(n))
			if err != nil {
				r.fault(n, "%s", err)
			}
			into[p.Name] = v
		}
	}
	return f
}

func readPart[T any](r *reader, n ast.Node, what string, registry *param.Registry[T]) param.Part {
	return readDatedPart(r, n, what, registry, nil)
}

// readDatedPart is readPart of one whose numbers may be series, which it adds to those given.
func readDatedPart[T any](r *reader, n ast.Node, what string, registry *param.Registry[T],
	series map[string]study.Series) param.Part {
	p := param.Part{Values: param.Values{}}
	items := r.items(n, what)
	if items == nil {
		return p
	}
	// The kind decides which other keys there may be, so it is read first.
	for _, item := range items {
		if text(item.Key) == "kind" {
			p.Kind = text(item.Value)
		}
	}
	kind, err := registry.Kind(p.Kind)
	if err != nil {
		r.fault(n, "%s: %s", what, err)
		return p
	}
	f := r.datedValues(p.Values, kind.Params, series)
	f["kind"] = func(ast.Node) {}
	r.mapping(n, kind.Name, f)
	return p
}

// maxName is the most letters of the name of a token.
const maxName = 100

// namesFile says whether a token may be called so: a part of the name of a file.
func namesFile(name string) bool {
	for i, c := range name {
		switch {
		case unicode.IsLetter(c), unicode.IsNumber(c), c == '+', c == '-':
		case i > 0 && (c == ' ' || c == '_' || c == '.'):
		default:
			return false
		}
	}
	return name != "" && utf8.RuneCountInString(name) <= maxName
}

func (r *reader) token(n ast.Node) study.TokenSpec {
	t := study.TokenSpec{Values: param.Values{}}
	t.Series = map[string]study.Series{}
	f := r.datedValues(t.Values, tokens.Params, t.Series)
	f["name"] = func(n ast.Node) {
		if t.Name = text(n); !namesFile(t.Name) {
			r.fault(n, "name = %q; want letters, digits, spaces and any of + - _ . in it, as files are named after it",
				t.Name)
		}
	}
	f["underlying"] = func(n ast.Node) { t.Underlying = r.word(n, "underlying") }
	f["policy"] = func(n ast.Node) { t.Policy = readPart(r, n, "policy", &tokens.Policies) }
	f["mechanism"] = func(n ast.Node) { t.Mechanism = readDatedPart(r, n, "mechanism", &tokens.Mechanisms, t.Series) }
	f["rates"] = func(n ast.Node) { t.Rates = readPart(r, n, "rates", &rates.Registry) }
	f["from"] = func(n ast.Node) {
		for _, item := range r.some(n, "from") {
			t.Changes = append(t.Changes, r.changes(item)...)
		}
	}
	r.mapping(n, "a token", f)
	if len(t.Series) == 0 {
		t.Series = nil
	}
	return t
}

// underlying reads one of the other underlyings.
func (r *reader) underlying(n ast.Node) study.Underlying {
	var u study.Underlying
	r.mapping(n, "an underlying", fields{
		"name":         func(n ast.Node) { u.Name = text(n) },
		"model":        func(n ast.Node) { u.Model = readPart(r, n, "model", &models.Registry) },
		"correlations": func(n ast.Node) { u.Correlations = r.numbers(n, "correlations") },
	})
	return u
}

// truth reads true or false.
func (r *reader) truth(n ast.Node, what string) bool {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		r.fault(n, "%s = %q; want true or false", what, text(n))
		return false
	}
	return b.Value
}

// list reads the items of a list.
func (r *reader) list(n ast.Node, what string) []ast.Node {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fault(n, "%s; want a list", what)
		return nil
	}
	return s.Values
}

// some reads the items of a list that has any: an empty one is no way to ask for the
// default.
func (r *reader) some(n ast.Node, what string) []ast.Node {
	items := r.list(n, what)
	if s, ok := n.(*ast.SequenceNode); ok && len(s.Values) == 0 {
		r.fault(n, "%s is empty; want at least one, or no %s", what, what)
	}
	return items
}

// word reads a name, which is not empty.
func (r *reader) word(n ast.Node, what string) string {
	name := text(n)
	if _, null := n.(*ast.NullNode); null || name == "" {
		r.fault(n, "%s is empty; want a name, or no %s", what, what)
	}
	return name
}

// numbers reads a list of numbers.
func (r *reader) numbers(n ast.Node, what string) (vs []float64) {
	for _, item := range r.list(n, what) {
		v, err := param.Number(text(item))
		if err != nil {
			r.fault(item, "%s: %q; want a number", what, text(item))
		}
		vs = append(vs, v)
	}
	return vs
}

// errors reads the errors of fitted parameters.
func (r *reader) errors(n ast.Node) *study.Errors {
	e := new(study.Errors)
	r.mapping(n, "errors", fields{
		"names": func(n ast.Node) {
			for _, item := range r.list(n, "names") {
				e.Names = append(e.Names, text(item))
			}
		},
		"covariance": func(n ast.Node) {
			for _, row := range r.list(n, "covariance") {
				e.Cov = append(e.Cov, r.numbers(row, "a row of the covariance"))
			}
		},
	})
	return e
}
