package plots

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mcrisk/analytics"
)

// page is a figure with each mark of the package.
func page() Page {
	xs := []float64{1, 2, 3}
	return Page{Title: "t", Panels: []Panel{{
		X: Axis{Label: "x"}, Y: Axis{Label: "y (%)", Scale: Percent},
		Marks: []Mark{
			Area{"area", xs, []float64{0.1, 0.2, 0.3}, []float64{0.2, 0.3, 0.4}},
			Line{"line", xs, []float64{0.1, math.NaN(), 0.3}},
			Series{"series", xs, []analytics.Estimate{around(0.1, 0.05), around(0.2, 0.05), around(0.3, 0.05)}},
			Reference{"reference", 2},
		},
	}}}
}

// What is wrong with a page is said with the panel, the mark and what was wanted.
func TestNewFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(p *Page, q *Panel)
		says  string
	}{
		{"no panels", func(p *Page, _ *Panel) { p.Panels = nil }, "no Panels"},
		{"no marks", func(_ *Page, q *Panel) { q.Marks = nil }, "Panels[0] has no Marks"},
		{"no mark", func(_ *Page, q *Panel) { q.Marks[1] = nil }, "Panels[0].Marks[1] is nil"},
		{"no unit", func(_ *Page, q *Panel) { q.Y.Label = "" }, "Panels[0].Y.Label is empty"},
		{"nothing upright", func(_ *Page, q *Panel) { q.Marks = q.Marks[3:] },
			"Panels[0].Y: no mark has a finite value"},
		{"log of zero", func(_ *Page, q *Panel) { q.Y.Log, q.Y.Holds = true, []float64{0} },
			"Panels[0].Y: Log with values from 0"},
		{"log years", func(_ *Page, q *Panel) { q.X.Log, q.X.Years = true, true }, "Panels[0].X: Log and Years"},
		{"too few names", func(_ *Page, q *Panel) { q.X.Names = []string{"a", "b", "c"} },
			"Panels[0].X: values from 1 to 3; want 0 to 2"},
		{"six looks", func(_ *Page, q *Panel) {
			for i := range 3 {
				q.Marks = append(q.Marks, Line{fmt.Sprint(i), []float64{1, 2}, []float64{0, 0}})
			}
		}, "6 different names; want at most 5"},
		{"area of two lengths", func(_ *Page, q *Panel) {
			q.Marks[0] = Area{"a", []float64{1, 2}, []float64{1, 2}, nil}
		},
			`Panels[0], area "a": 2 X, 2 Lo and 0 Hi`},
		{"area upside down", func(_ *Page, q *Panel) {
			q.Marks[0] = Area{"a", []float64{1, 2}, []float64{1, 2}, []float64{3, 1}}
		}, "from 2 to 1 at X[1]"},
		{"area with NaN", func(_ *Page, q *Panel) {
			q.Marks[0] = &Area{"a", []float64{1, 2}, []float64{1, math.NaN()}, []float64{3, 1}}
		}, "from NaN to 1 at X[1]"},
		{"line back", func(_ *Page, q *Panel) { q.Marks[1] = Line{"l", []float64{1, 1}, []float64{1, 1}} },
			`X of line "l"`},
		{"series of two lengths", func(_ *Page, q *Panel) { q.Marks[2] = Series{Name: "s", X: []float64{1}} },
			`Panels[0], series "s": 1 X and 0 Y`},
		{"reference nowhere", func(_ *Page, q *Panel) { q.Marks[3] = Reference{"r", math.Inf(1)} },
			`Panels[0], reference "r" is at +Inf`},
	} {
		p := page()
		tt.spoil(&p, &p.Panels[0])
		if f, err := New(p); f != nil || err == nil || !strings.Contains(err.Error(), "plots: New: ") ||
			!strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, %v; want an error with %q", tt.name, f, err, tt.says)
		}
	}
}

// A wild mark draws beyond its axes, which cut it off.
type wild struct{}

func (wild) Key() string                { return "" }
func (wild) Extent() (xs, ys []float64) { return []float64{0, 1}, []float64{0, 1} }
func (wild) Draw(p Plane, l Look) {
	xs, ys := []float64{-9, 0.5, 9}, []float64{-9, 0.5, math.Inf(1)}
	p.Line(l, xs, ys)
	p.Area(l, xs, []float64{-9, 0, 0}, []float64{9, 9, 9})
	p.Bar(l, -9, -9, 9, 9)
	p.Points(l, xs, []analytics.Estimate{around(0, 1), around(0.5, 9), around(9, 1)})
	p.Text(9, 0.5, "nowhere")
}

// One name has one key and one look, in all panels and whether or not a mark is
// handed over as a pointer.
func TestNewLooks(t *testing.T) {
	p := page()
	again := p.Panels[0]
	again.Marks = []Mark{wild{}, &Line{"series", []float64{1, 2}, []float64{1, 2}}, &Reference{"other", 1.5}}
	p.Panels = append(p.Panels, again)
	var keys []string
	for _, e := range p.legend() {
		keys = append(keys, e.name)
	}
	if got := strings.Join(keys, ", "); got != "area, line, series, reference, other" {
		t.Errorf("the legend has %s", got)
	}
	for i, m := range []Mark{p.Panels[0].Marks[2], again.Marks[1]} {
		if got := p.look(m).look.color; got != looks[2].color {
			t.Errorf("mark %d named series has colour %v; want that of the third name", i, got)
		}
	}
	if _, err := New(p); err != nil {
		t.Error(err)
	}
}

// Nothing is drawn beyond the axes.
func TestPlaneCutsOff(t *testing.T) {
	p := page()
	p.Panels[0].Marks = []Mark{wild{}}
	f, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	_, svg := render(t, f)
	width, height := f.Size()
	drawn := 0
	for _, path := range regexp.MustCompile(`<path d="([^"]*)`).FindAllSubmatch(svg, -1) {
		for _, at := range regexp.MustCompile(`([-+.e0-9]+),([-+.e0-9]+)`).FindAllSubmatch(path[1], -1) {
			x, errX := strconv.ParseFloat(string(at[1]), 64)
			y, errY := strconv.ParseFloat(string(at[2]), 64)
			if errX != nil || errY != nil || math.Abs(x) > 72*width || math.Abs(y) > 72*height {
				t.Fatalf("a path goes to %s, beyond a page of %v by %v inches", at[0], width, height)
			}
			drawn++
		}
	}
	if drawn < 40 {
		t.Errorf("found %d points of paths; want those of axes and marks", drawn)
	}
	x, y := axis{min: 0, max: 1}, axis{min: 0, max: 1}
	within := Line{X: []float64{-9, 0.5, 9}, Y: []float64{0, 0.5, 0}}.within(x, y)
	if !math.IsNaN(within.Y[0]) || within.Y[1] != 0.5 || !math.IsNaN(within.Y[2]) {
		t.Errorf("a line cut to its axes is %v; want only the middle", within.Y)
	}
}
