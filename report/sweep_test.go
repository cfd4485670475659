package report

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// swept is a sweep of a band token over axes as people write them, and what it comes to.
func swept(t *testing.T, settings assess.SweepSettings, over ...string) *assess.SweepAnalysis {
	t.Helper()
	s, err := study.New(study.Spec{
		Model: param.Part{Kind: "gbm"}, Horizon: 48 * time.Hour, Step: time.Hour, Paths: 20, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Policy: param.Part{Kind: "band",
			Values: param.Values{"low": 2.7, "high": 3.3}},
			Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"target": 3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var axes []study.Axis
	for _, text := range over {
		name, values, _ := strings.Cut(text, "=")
		a, err := study.ParseAxis(s.Spec(), name, values)
		if err != nil {
			t.Fatal(err)
		}
		axes = append(axes, a)
	}
	sweep, err := study.NewSweep(s, axes, 0)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := sweep.CollectAll(t.Context(), study.Options{}, assess.SweepColumns())
	if err != nil {
		t.Fatal(err)
	}
	r, err := assess.Sweep(t.Context(), sweep, cells, settings, assess.SweepOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Tables written row by row are those of the document, to the byte.
func TestTablesOfSweepRowByRow(t *testing.T) {
	r := swept(t, assess.SweepSettings{}, "half-width=0.1,0.3", "fee=0,0.01")
	d := Sweep(r, Provenance{Hash: r.Hash})
	files := map[string]string{}
	for _, table := range d.Tables() {
		var b bytes.Buffer
		if err := table.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		files[table.Name] = b.String()
	}
	var cells, front bytes.Buffer
	w := NewCellWriter(&cells, r.Sweep)
	for _, c := range r.Cells {
		if err := w.Write(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteFront(&front, r); err != nil {
		t.Fatal(err)
	}
	if cells.String() != files["cells"] || front.String() != files["front"] || len(files) != 4 {
		t.Errorf("%d tables; cells are\n%sfront is\n%s", len(files), &cells, &front)
	}
	cells.Reset()
	w = NewCellWriter(&cells, r.Sweep)
	failed := assess.CellEstimates{Cell: 2, Token: -1, Fault: errors.New("no such token, sorry")}
	if err := w.Write(failed); err != nil {
		t.Fatal(err)
	}
	_, row, _ := strings.Cut(cells.String(), "\n")
	if want := "2,0.3,0" + strings.Repeat(",", 17) + "\"no such token, sorry\"\n"; row != want {
		t.Errorf("a cell that failed is %q; want %q", row, want)
	}
}

// A sweep of more cells than are kept one by one is a document without them, says so,
// and draws nothing along its axis.
func TestSweepWithoutCells(t *testing.T) {
	r := swept(t, assess.SweepSettings{}, "half-width=0.1,0.2,0.3")
	if figures, notes := SweepFigures(r); len(figures) != 3 || len(notes) > 0 {
		t.Errorf("%d figures, notes %q; want 3 and none", len(figures), notes)
	}
	r.Cells = nil
	var names []string
	for _, table := range Sweep(r, Provenance{}).Tables() {
		names = append(names, table.Name)
	}
	if got := strings.Join(names, " "); got != "best" {
		t.Errorf("the tables are %s", got)
	}
	if notes := strings.Join(SweepNotes(r), "\n"); !strings.Contains(notes, "more than 20,000; see cells.csv") {
		t.Errorf("the notes are %s", notes)
	}
	figures, notes := SweepFigures(r)
	if len(figures) != 1 || len(notes) != 1 || !strings.Contains(notes[0],
		"no figures along half-width, as cells are more than") {
		t.Errorf("%d figures, notes %q", len(figures), notes)
	}
}

// Sets of settings are written as ranges, lists or counts.
func TestSet(t *testing.T) {
	along := viewOf(swept(t, assess.SweepSettings{}, "half-width=0.1:0.7:0.1").Layout)
	kinds := viewOf(swept(t, assess.SweepSettings{Select: []string{"to", "half-width"}}, "to=edge,target",
		"half-width=0.1:0.3:0.1").Layout)
	for _, tt := range []struct {
		name string
		v    view
		in   string
		want string
	}{
		{"none", along, ".......", "none"},
		{"one", along, "..x....", "0.3"},
		{"two", along, "..xx...", "0.3, 0.4"},
		{"a range", along, "..xxx..", "0.3 to 0.5 (3)"},
		{"with a hole", along, "x.xx...", "0.1, 0.3, 0.4"},
		{"many with a hole", along, "x.xxxx.", "5 of 7"},
		{"all", along, "xxxxxxx", "all 7"},
		{"of two parameters", kinds, "xx.x..",
			"to=edge half-width=0.1, to=edge half-width=0.2, to=target half-width=0.1"},
		{"no range of two", kinds, ".xxx..",
			"to=edge half-width=0.2, to=edge half-width=0.3, to=target half-width=0.1"},
		{"many of two", kinds, "xxxxx.", "5 of 6"},
	} {
		var cells []int
		var in []bool
		for c, x := range tt.in {
			cells, in = append(cells, c), append(in, x == 'x')
		}
		if got := tt.v.set(cells, in); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

// Values are short where no other reads the same.
func TestReadable(t *testing.T) {
	fraction := param.Param{Name: "fee", Unit: param.Fraction}
	for _, tt := range []struct {
		axis study.Axis
		v    float64
		want string
	}{
		{study.Axis{Param: fraction, Values: []float64{0.01}}, 0.01, "1 %"},
		{study.Axis{Param: fraction, Values: []float64{0.00012341, 0.00012342}}, 0.00012341, "0.00012341"},
		{study.Axis{Param: param.Param{Unit: param.Time}, Values: []float64{3600}}, 3600, "1h"},
		{study.Axis{Param: param.Param{Unit: param.Plain}, Values: []float64{0.25}}, 0.25, "0.25"},
	} {
		if got := readable(tt.axis, tt.v); got != tt.want {
			t.Errorf("%v of %v reads %q; want %q", tt.v, tt.axis.Values, got, tt.want)
		}
	}
}

// Why an optimum is not pinned down is said, and that it is.
func TestPinned(t *testing.T) {
	optimum := func(pinned, atEnd bool, at float64) *assess.Optimum {
		o := analytics.Optimum{At: analytics.Estimate{Value: at}, Pinned: pinned}
		return &assess.Optimum{Refinement: analytics.Refinement{Optimum: o, Low: 1, High: 2, AtEnd: atEnd}}
	}
	for want, o := range map[string]*assess.Optimum{
		"yes":                          optimum(true, false, 1.5),
		"no: it is beyond the range":   optimum(true, false, 2.5),
		"no: too flat for these paths": optimum(false, false, math.NaN()),
		"no: it is at an end of the range or beyond": optimum(false, true, 1.5),
	} {
		if got := pinned(o); got != want {
			t.Errorf("%+v: %q; want %q", o, got, want)
		}
	}
}
