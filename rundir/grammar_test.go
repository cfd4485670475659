package rundir

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mcrisk/internal/fuzz"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A grammar generates files as people write them, and at times as they should not.
type grammar struct{ *fuzz.Source }

// odd are scalars that hardly anything takes.
var odd = []string{"0", "-0", "", "~", "null", ".nan", ".inf", "-.inf", "1e-300", "1e-300s", "1e400", "-1", "0x10",
	"1_0",
	"ten", "[]", "{}", "[1, 2]", "{a: 1}", "*a", "&a 1", "!!str 1", "!!binary aGk=", "|\n  x", ">-\n  y", "true",
	"0s", "1%%",
	"99999999999999999999", "1,2", "a:b", "\"\\x00\"", "\"\\u2028\"", "é", "- 1", "? x", "# x", "@", "`"}

// scalar is a text in one of the ways in which YAML writes it, or rarely something else.
func (g grammar) scalar(text string) string {
	if g.Rarely(200) {
		return fuzz.Pick(g.Source, odd...)
	}
	switch g.Number(0, 5) {
	case 0:
		return strconv.Quote(text)
	case 1:
		return "'" + text + "'"
	}
	return text
}

// value is a value of a parameter, most often one that it takes.
func (g grammar) value(p param.Param) string {
	if p.Unit == param.Choice {
		return g.scalar(fuzz.Pick(g.Source, p.Choices...))
	}
	v := p.Default * (0.8 + 0.02*float64(g.Number(0, 20)))
	switch {
	case g.Rarely(20): // anything that the parameter alone may be
		low, high := max(p.Min, -2), min(p.Max, 10)
		v = low + (high-low)*float64(g.Number(0, 20))/20
	case p.Unit == param.Time:
		v = float64(60 * g.Number(0, 600))
	case p.Default == 0:
		v = 0.001 * float64(g.Number(0, 20))
	}
	v = min(max(v, p.Min), p.Max)
	if p.Unit == param.Count {
		v = math.Round(v)
	}
	text := p.Format(v)
	if p.Unit == param.Fraction || p.Unit == param.Rate {
		switch g.Number(0, 3) {
		case 0:
			text = strconv.FormatFloat(100*v, 'f', -1, 64) + "%"
		case 1:
			text = strconv.FormatFloat(1e4*v, 'f', -1, 64) + "bp"
		}
	}
	return g.scalar(text)
}

// A field is a key of a mapping and its value, of one line or several that are indented.
type field struct{ key, value string }

// states says whether a parameter is given, of every so many; of those that count with another alone, half as many.
func (g grammar) states(p param.Param, often int) bool {
	switch p.With {
	case "":
	case "ends-after": // which is the horizon in few files
		often *= 8
	default:
		often *= 2
	}
	return g.Rarely(often)
}

// params are values of some parameters.
func (g grammar) params(params []param.Param, often int) (fields []field) {
	for _, p := range params {
		if g.states(p, often) {
			fields = append(fields, field{p.Name, g.value(p)})
		}
	}
	return fields
}

func kindFields[T any](g grammar, r *param.Registry[T], often int) []field {
	kinds := slices.DeleteFunc(r.Kinds(), func(k param.Kind[T]) bool { return models.Resamples(k.Name) })
	kind := fuzz.Pick(g.Source, kinds...) // those that are left out need a history
	often = max(often, len(kind.Params))  // of many numbers few go together
	return append([]field{{"kind", g.scalar(kind.Name)}}, g.params(kind.Params, often)...)
}

// mapping writes fields in a flow or a block, in some order, and at times with a fault.
func (g grammar) mapping(fields []field, flow bool) string {
	if g.Rarely(4) {
		for i := range fields {
			k := g.Number(i, len(fields)-1)
			fields[i], fields[k] = fields[k], fields[i]
		}
	}
	if len(fields) > 0 {
		i := g.Number(0, len(fields)-1)
		switch g.Number(0, 200) {
		case 0:
			fields = append(fields, fields[i])
		case 1:
			fields[i].key += "s"
		case 2:
			fields = slices.Delete(fields, i, i+1)
		case 3:
			fields[i].value = fuzz.Pick(g.Source, odd...)
		}
	}
	var b strings.Builder
	if flow {
		for i, f := range fields {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.key + ": " + f.value)
		}
		return "{" + b.String() + "}"
	}
	for _, f := range fields {
		if strings.HasPrefix(f.value, "\n") {
			b.WriteString("\n" + f.key + ":" + strings.ReplaceAll(f.value, "\n", "\n  "))
		} else {
			b.WriteString("\n" + f.key + ": " + f.value)
		}
	}
	return b.String()
}

func (g grammar) either(fields []field) string { return g.mapping(fields, g.Rarely(2)) }

// mechanism is a venue; an option, whose numbers seldom go together, only for targets of 1.5.
func (g grammar) mechanism(target float64) []field {
	kinds := tokens.Mechanisms.Kinds()
	if target != 1.5 {
		kinds = slices.DeleteFunc(kinds, func(k param.Kind[tokens.Venue]) bool { return k.Name == "option" })
	}
	kind := fuzz.Pick(g.Source, kinds...)
	return append([]field{{"kind", g.scalar(kind.Name)}}, g.params(kind.Params, 8)...)
}

// spec are the fields of a spec that describes a study, or nearly.
func (g grammar) spec() []field {
	steps := g.Number(1, 200)
	fields := []field{
		{"model", g.either(kindFields(g, &models.Registry, 4))},
		{"horizon", g.scalar(fmt.Sprintf("%dh", steps))}, {"step", g.scalar(fuzz.Pick(g.Source, "1h", "60m", "3600s"))},
		{"paths", g.scalar(fuzz.Pick(g.Source, "1", "100", "1e4", "10k", "2M"))}, {"seed",
			g.scalar(strconv.Itoa(g.Number(0, 1<<30)))},
	}
	if g.Rarely(2) {
		fields = append(fields, field{"marks", g.scalar(strconv.Itoa(g.Number(0, 64)))})
	}
	list := ""
	for i := range g.Number(1, 3) {
		target := fuzz.Pick(g.Source, -2.0, -1, 1.5, 2, 3, 5)
		token := []field{{"name", g.scalar(fmt.Sprintf("t%d", i))}, {"target", g.scalar(fmt.Sprint(target))},
			{"policy", g.policy(target)}, {"mechanism", g.mapping(g.mechanism(target), true)}}
		for _, p := range tokens.Params {
			if p.Name != "target" && g.states(p, 8) {
				token = append(token, field{p.Name, g.value(p)})
			}
		}
		list += "\n- " + strings.TrimPrefix(strings.ReplaceAll(g.mapping(token, false), "\n", "\n  "), "\n  ")
	}
	return append(fields, field{"tokens", list})
}

// policy is one whose leverages fit to a target.
func (g grammar) policy(target float64) string {
	size := max(target, -target)
	if !g.Rarely(4) {
		return g.mapping([]field{{"kind", "band"}, {"low", g.scalar(fmt.Sprint(size * 0.9))},
			{"high", g.scalar(fmt.Sprint(size * 1.1))}}, true)
	}
	return g.mapping(kindFields(g, &tokens.Policies, 10), true)
}

// sweep is how a spec is swept, or nearly.
func (g grammar) sweep() string {
	var over []field
	for _, axis := range [][2]string{{"sigma", "0.4,0.8"}, {"fee", "0:10bp:5bp"}, {"half-width", "[0.1, 0.3]"},
		{"model", "gbm,merton"}, {"latency", "0,5m,1h"}, {"target", "2,3"},
		{"model", "{calm: {kind: gbm, sigma: 0.3}, wild: {kind: merton}}"}} {
		if g.Rarely(3) && !slices.ContainsFunc(over, func(f field) bool { return f.key == axis[0] }) {
			over = append(over, field{axis[0], axis[1]})
		}
	}
	if len(over) == 0 {
		over = []field{{"fee", "0,1bp"}}
	}
	fields := []field{{"over", g.either(over)}}
	if g.Rarely(3) {
		fields = append(fields, field{"sample", g.scalar(strconv.Itoa(g.Number(1, 4)))})
	}
	if g.Rarely(2) {
		fields = append(fields, field{"select", "[" + over[0].key + "]"})
	}
	if g.Rarely(2) {
		fields = append(fields, field{"aversion", g.scalar(fuzz.Pick(g.Source, "0", "1", "2.5"))})
	}
	if g.Rarely(3) {
		fields = append(fields, field{"pareto", "[mean_log, turnover]"})
	}
	if g.Rarely(3) {
		fields = append(fields, field{"optimise", g.scalar("mean_log")})
	}
	return g.mapping(fields, false)
}

// file is the text of a mapping as a file has it.
func (g grammar) file(fields []field) []byte {
	text := strings.TrimPrefix(g.mapping(fields, false), "\n") + "\n"
	switch g.Number(0, 20) {
	case 0:
		text = "\ufeff" + text
	case 1:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 2:
		text = "# a comment\n---\n" + text
	}
	if g.Rarely(20) { // a slip of the keyboard
		at := g.Number(0, len(text))
		text = text[:at] + fuzz.Pick(g.Source, " ", "\n", ":", "-", "\t", "}", "]", "'", "#", "\x00",
			"\xff") + text[at:]
	}
	return []byte(text)
}

// checkFile says whether a file is read, and holds it to what reading promises: an error
// names the file, and what is read is written and read again alike.
func checkFile(t testing.TB, data []byte) (read bool) {
	t.Helper()
	f, err := ReadSpecFile(data, "f.yaml", true)
	if err != nil {
		if text := err.Error(); !strings.Contains(text, "f.yaml") || len(text) > 20_000 {
			t.Fatalf("error %.500q of %q: want one that names the file", text, data)
		}
		return false
	}
	// What the file says is not replaced by a default in silence.
	for key, zero := range map[string]bool{"horizon": f.Spec.Horizon == 0, "step": f.Spec.Step == 0,
		"paths":  f.Spec.Paths == 0,
		"tokens": len(f.Spec.Tokens) == 0} {
		if f.Keys[key] && zero {
			t.Fatalf("%q\nsays %s, which was read as nothing", data, key)
		}
	}
	built, err := study.New(f.Spec)
	if err != nil {
		return false
	}
	full := built.Spec()
	var b bytes.Buffer
	if f.Sweep == nil {
		err = WriteSpec(&b, built)
	} else {
		axes, fault := f.Sweep.Axes(full)
		if fault != nil || len(axes) == 0 { // which the command line may have
			return false
		}
		plan := *f.Sweep
		plan.Over = nil
		for _, a := range axes {
			plan.Over = append(plan.Over, OverAxis(a))
		}
		if len(built.Spec().Others) == 0 {
			_, _ = study.NewSweep(built, axes, plan.Sample)
		}
		err = WriteSweep(&b, built, plan)
	}
	if err != nil {
		t.Fatalf("%q cannot be written: %v", data, err)
	}
	again, err := ReadSpecFile(b.Bytes(), "f.yaml", true)
	if err != nil || !reflect.DeepEqual(again.Spec, full) {
		t.Fatalf("%s\nof %q was read as %+v, %v; want %+v", b.String(), data, again.Spec, err, full)
	}
	return true
}

func specFile(seed []byte) []byte {
	g := grammar{fuzz.New(seed)}
	return g.file(g.spec())
}

func sweepFile(seed []byte) []byte {
	g := grammar{fuzz.New(seed)}
	return g.file(append([]field{{"sweep", g.sweep()}}, g.spec()...))
}

func FuzzSpecs(f *testing.F) {
	fuzz.Seeds(f, 300)
	f.Fuzz(func(t *testing.T, seed []byte) { checkFile(t, specFile(seed)) })
}

func FuzzSweeps(f *testing.F) {
	fuzz.Seeds(f, 300)
	f.Fuzz(func(t *testing.T, seed []byte) { checkFile(t, sweepFile(seed)) })
}

// The grammars reach what is behind the readers: one in six files that they generate, faults
// on purpose among them, is read, built and written again.
func TestGrammarsReach(t *testing.T) {
	records := begun(t)
	for name, check := range map[string]func([]byte) bool{
		"specs":   func(seed []byte) bool { return checkFile(t, specFile(seed)) },
		"sweeps":  func(seed []byte) bool { return checkFile(t, sweepFile(seed)) },
		"records": func(seed []byte) bool { return checkRecord(t, records, fuzz.New(seed)) },
	} {
		const all = 200
		read := 0
		for i := range all {
			if check([]byte{byte(i), byte(i >> 8)}) {
				read++
			}
		}
		t.Logf("%s: %d of %d", name, read, all)
		if 6*read < all {
			t.Errorf("%s: %d of %d are read and built; want one in six", name, read, all)
		}
	}
}

// A manifest that is changed is refused, whatever the change.
func FuzzManifests(f *testing.F) {
	fuzz.Seeds(f, 200)
	f.Fuzz(func(t *testing.T, seed []byte) {
		g := grammar{fuzz.New(seed)}
		texts := map[string]string{}
		for range g.Number(0, 3) {
			texts[fuzz.Pick(g.Source, odd...)] = fuzz.Pick(g.Source, odd...)
		}
		m := Manifest{Format: Format, Command: []string{"mcrisk", fuzz.Pick(g.Source, odd...)}, Version: "1",
			ResultsHash: fuzz.Pick(g.Source, odd...), Seed: uint64(g.Number(0, 1<<30)), Paths: g.Number(0, 1<<30),
			Inputs: texts, Outputs: texts}
		text, err := seal(m)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadManifest(bytes.NewReader(text))
		if err != nil || back.Seed != m.Seed || !maps.Equal(back.Outputs, m.Outputs) {
			t.Fatalf("%s\nwas read as %+v, %v", text, back, err)
		}
		changed := slices.Clone(text)
		at, end := g.Number(0, len(text)-1), g.Number(0, len(text)-1)
		switch g.Number(0, 4) {
		case 0:
			changed[at] ^= 1 << g.Number(0, 7)
		case 1:
			changed = changed[:at]
		case 2:
			changed = slices.Insert(changed, at, byte(g.Number(0, 255)))
		case 3:
			changed = slices.Delete(changed, min(at, end), max(at, end))
		case 4:
			changed = append(changed, text[at:]...)
		}
		if _, err := ReadManifest(bytes.NewReader(changed)); err == nil && !bytes.Equal(changed, text) {
			t.Fatalf("%q\nwas read, which is a change of\n%q", changed, text)
		}
	})
}

// A record is read only as what its unit and the sweep say it is: one that is whole gives
// all cells of its batch, and any other is refused.
func FuzzRecords(f *testing.F) {
	fuzz.Seeds(f, 200)
	r := begun(f)
	f.Fuzz(func(t *testing.T, seed []byte) { checkRecord(t, r, fuzz.New(seed)) })
}

// checkRecord writes a record in place of the first unit's, and says whether it is read.
func checkRecord(t *testing.T, r *Records, g *fuzz.Source) (read bool) {
	unit := r.Sweep.Unit(0)
	record, faults, right := recordFor(r, unit, g)
	if err := os.WriteFile(filepath.Join(r.Path, r.name(unit)), record, 0o644); err != nil {
		t.Fatal(err)
	}
	missing, damaged, err := r.Missing(t.Context(), []int{0})
	if err != nil || len(missing) != len(damaged) {
		t.Fatalf("missing %v, damaged %v, %v", missing, damaged, err)
	}
	read = len(missing) == 0
	if read != right {
		t.Fatalf("right: %v, read: %v (%v)\n%.300q", right, read, damaged, record)
	}
	for place, cell := range r.Sweep.Batch(unit.Batch) {
		c, err := r.Cell(cell) // of the other chunk there is no record
		switch {
		case !read:
		case faults[place] != "" && (err != nil || fmt.Sprint(c.Fault) != faults[place]):
			t.Fatalf("cell %d: %v, %v; want that it failed with %q", cell, c.Fault, err, faults[place])
		case faults[place] == "" && (err == nil || !strings.Contains(err.Error(), "chunk0000001")):
			t.Fatalf("cell %d: %v; want an error of the record that is missing", cell, err)
		}
	}
	return read
}

// recordFor is a record for a unit, often with something wrong about it, the faults of its
// cells, and whether it is right. What is wrong is mostly sealed as if it were right.
func recordFor(r *Records, u study.Unit, g *fuzz.Source) (record []byte, faults []string, right bool) {
	market, token := study.KeptOfMarket(r.names), r.Sweep.Study.Columns(r.names)
	h := head{Sweep: r.id, Batch: u.Batch, Chunk: u.Chunk, Paths: r.Sweep.ChunkPaths(u.Chunk),
		Cells: slices.Clone(r.Sweep.Batch(u.Batch)), Market: len(market), Token: token}
	for range h.Cells {
		h.Faults = append(h.Faults, fuzz.Pick(g, "", "", "band = 1.7 makes no token", odd[g.Number(0, len(odd)-1)]))
	}
	lived := 0
	for _, fault := range h.Faults {
		if fault == "" {
			lived++
		}
	}
	if lived == 0 {
		h.Market, h.Token = 0, 0
	}
	right = true
	wrong := func(change func()) {
		if g.Rarely(20) {
			change()
			right = false
		}
	}
	number := func(is int) int {
		return is + fuzz.Pick(g, 1, -1, -is-1, 1<<30, math.MaxInt-is, math.MinInt)
	}
	wrong(func() { h.Sweep = fuzz.Pick(g, "", "0", h.Sweep[1:]) })
	wrong(func() { h.Batch = number(h.Batch) })
	wrong(func() { h.Chunk = number(h.Chunk) })
	wrong(func() { h.Paths = number(h.Paths) })
	wrong(func() { h.Market = number(h.Market) })
	wrong(func() { h.Token = number(h.Token) })
	wrong(func() { h.Cells = append(h.Cells, 0) })
	wrong(func() { h.Cells[0]++ })
	wrong(func() { h.Faults = h.Faults[1:] })
	var out bytes.Buffer
	_ = encodeLine(&out, h) // into memory
	line := out.Bytes()
	wrong(func() { line = append([]byte(fuzz.Pick(g, "\n", "{}", "[", "null\n")), line...) })
	body := make([]byte, 8*r.Sweep.ChunkPaths(u.Chunk)*(len(market)+lived*token))
	if lived == 0 {
		body = nil
	}
	for i := range min(len(body), 8*g.Number(0, 8)) {
		body[i] = byte(g.Number(0, 255))
	}
	wrong(func() {
		if length := g.Number(-64, 9); length > 0 || len(body) == 0 {
			body = append(body, make([]byte, max(1, length))...)
		} else {
			body = body[:len(body)+length-1]
		}
	})
	record = slices.Concat(line, body)
	sum := sha256.Sum256(record)
	wrong(func() { sum[g.Number(0, len(sum)-1)]++ })
	return append(record, sum[:]...), h.Faults, right
}
