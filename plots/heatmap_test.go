package plots

import (
	"bytes"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
)

// lab is a colour in CIELAB under D65.
// Source: CIE 15:2004, with the matrix of IEC 61966-2-1.
func lab(c color.NRGBA) [3]float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f((0.4124*r+0.3576*g+0.1805*b)/0.9505), f(0.2126*r+0.7152*g+0.0722*b),
		f((0.0193*r+0.1192*g+0.9505*b)/1.0890)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// Colours a tenth of the ramp apart can be told apart everywhere, its dark end
// included, and are darker where there is more.
func TestRampIsEven(t *testing.T) {
	for i := range 10 {
		a, b := lab(ramp(float64(i)/10)), lab(ramp(float64(i+1)/10))
		if d := math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2]); !(d > 9 && d < 16) {
			t.Errorf("from %d to %d tenths the colour moves by %.1f units of CIELAB; want 9 to 16", i, i+1, d)
		}
		if d := a[0] - b[0]; !(d > 5) {
			t.Errorf("from %d to %d tenths lightness falls by %.1f; want more than 5", i, i+1, d)
		}
	}
}

// Black on white has a contrast of 21, by its definition, and a number in a cell
// at least 4.5 on whatever colour.
func TestCellTextContrast(t *testing.T) {
	contrast := func(a, b color.NRGBA) float64 {
		x, y := luminance(a), luminance(b)
		return (max(x, y) + 0.05) / (min(x, y) + 0.05)
	}
	if c := contrast(white, color.NRGBA{A: 0xff}); math.Abs(c-21) > 1e-12 {
		t.Errorf("contrast of black and white = %v; want 21", c)
	}
	for i := -100; i <= 100; i++ {
		v := float64(i) / 100
		for _, fill := range []color.NRGBA{ramp(math.Abs(v)), diverge(v)} {
			if c := contrast(fill, textOn(fill)); c < 4.5 {
				t.Errorf("contrast of text on %v = %.2f; want at least 4.5", fill, c)
			}
		}
	}
}

func cells(values ...float64) HeatMapData {
	d := HeatMapData{XLabel: "x", YLabel: "y", Label: "l", Y: []string{"1"}, Values: [][]float64{values}}
	for range values {
		d.X = append(d.X, "1")
	}
	return d
}

// Figures of one span share their colours, whatever their values.
func TestHeatMapSpan(t *testing.T) {
	pixels := func(d HeatMapData, want color.NRGBA) (n int) {
		t.Helper()
		f, err := HeatMap(d)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := render(t, f)
		m := decode(t, data)
		for y := range m.Bounds().Dy() {
			for x := range m.Bounds().Dx() {
				if color.NRGBAModel.Convert(m.At(x, y)) == want {
					n++
				}
			}
		}
		return n
	}
	half := ramp(0.5)
	low, high := cells(0, 0.5), cells(0.5, 1)
	for _, d := range []*HeatMapData{&low, &high} {
		d.Span = [2]float64{0, 1}
		if n := pixels(*d, half); n < 10_000 { // a cell is some hundred by hundreds of pixels
			t.Errorf("%v: %d pixels have the colour of one half; want a cell", d.Values, n)
		}
	}
	low.Span = [2]float64{}
	if n := pixels(low, half); n >= 10_000 {
		t.Errorf("without Span, %d pixels have the colour of the middle; want none but in the bar", n)
	}
}

// Texts stand where the numbers would.
func TestHeatMapTexts(t *testing.T) {
	svg := func(texts [][]string) []byte {
		d := cells(1, 2)
		d.Texts = texts
		f, err := HeatMap(d)
		if err != nil {
			t.Fatal(err)
		}
		_, svg := render(t, f)
		return svg
	}
	if own := svg(nil); !bytes.Equal(svg([][]string{{"1.00", "2.00"}}),
		own) || bytes.Equal(svg([][]string{{"<1", "2.00"}}), own) {
		t.Error("Texts are not what the cells say")
	}
}

// Neighbours overlap, so that a pixel at the outer edge that both fill in part is
// darker than the next; a frame hides that. Along the edge of one colour all
// pixels are the same but for a trace.
func TestHeatMapEdge(t *testing.T) {
	for words := range 5 { // of which each puts the edge at another part of a pixel
		d := cells(1, 1, 1, 1, 1)
		d.Title, d.Span = strings.Repeat(strings.Repeat("w", 50)+" ", words), [2]float64{0, 1}
		f, err := HeatMap(d)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := render(t, f)
		m := decode(t, data)
		at := func(x, y int) int { return int(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y) }
		top := 0
		for at(601, top) > 150 || at(600, top+8) != at(601, top) { // the page and the title
			top++
		}
		for y := top - 2; y < top+6; y++ {
			lo, hi := 255, 0
			for x := 200; x < 1000; x++ {
				lo, hi = min(lo, at(x, y)), max(hi, at(x, y))
			}
			if hi-lo > 6 { // without the frame, up to 43
				t.Errorf("title of %d words: greys %d to %d along line %d; want one", words, lo, hi, y)
			}
		}
	}
}

func TestHeatMapWants(t *testing.T) {
	for want, change := range map[string]func(*HeatMapData){
		"2 rows of Texts for 1 Y":      func(d *HeatMapData) { d.Texts = [][]string{{"a", "b"}, nil} },
		"Texts[0] has 1 texts for 2 X": func(d *HeatMapData) { d.Texts = [][]string{{"a"}} },
		"Span = [0 1.5]":               func(d *HeatMapData) { d.Span = [2]float64{0, 1.5} },
		"Span = [NaN 3]":               func(d *HeatMapData) { d.Span = [2]float64{math.NaN(), 3} },
		"Span = [0 +Inf]":              func(d *HeatMapData) { d.Span = [2]float64{0, math.Inf(1)} },
	} {
		d := cells(1, 2)
		change(&d)
		if _, err := HeatMap(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

// Colours end at a limit, and what is beyond is counted; numbers are as they are. What a
// stroke stands for can be said, and a value without a name has no tick.
func TestHeatMapLimit(t *testing.T) {
	d := HeatMapData{XLabel: "x", YLabel: "y", Label: "gain (%)", Scale: Percent, Diverging: true, Limit: 1,
		X: []string{"2020", "", "", "2021"}, Y: []string{"1d"}, Values: [][]float64{{-5, 0.5, 7, math.NaN()}},
		Missing: "the future"}
	vs := d.span()
	if vs.lo != -1 || vs.hi != 1 {
		t.Errorf("colours span %v to %v; want −1 to 1", vs.lo, vs.hi)
	}
	h := heat{d, linearAxis(vs.lo, vs.hi, 100, 7), 7}
	if h.fill(7) != h.fill(1) || h.fill(-5) != h.fill(-1) || h.fill(0.5) == h.fill(1) {
		t.Error("what is beyond the limit has another colour than what is at it, or all have one")
	}
	if got := h.text(0, 2); got != "700" {
		t.Errorf("a cell says %s; want 700", got)
	}
	notes := strings.Join(d.notes(), " ")
	for _, want := range []string{"Colours end at ±100; cells beyond: 2.", "A stroke marks the future."} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q; want %q", notes, want)
		}
	}
	if got := labels(namesAxis(d.X)); !slices.Equal(got, []string{"2020", "2021"}) {
		t.Errorf("ticks %q; want 2020 and 2021", got)
	}
	if _, err := HeatMap(d); err != nil {
		t.Error(err)
	}
	d.Limit = math.Inf(1)
	if _, err := HeatMap(d); err == nil || !strings.Contains(err.Error(), "Limit = +Inf; want a finite number") {
		t.Errorf("%v; want a fault", err)
	}
}

// The legend of outcomes says whose they are, and what the paler rows are.
func TestOutcomesLegend(t *testing.T) {
	words := func(in OutcomesData) (list []string) {
		for _, e := range in.legend() {
			list = append(list, e.name)
		}
		return list
	}
	d := outcomes()
	if got := words(d); !slices.Contains(got, "5–95 % of paths") || !slices.Contains(got, "for comparison") {
		t.Errorf("legend %q; want paths, and what is for comparison", got)
	}
	d.Of, d.Comparison = "starts", "simulated"
	if got := words(d); !slices.Contains(got, "25–75 % of starts") || !slices.Contains(got, "simulated") {
		t.Errorf("legend %q; want starts, and what is simulated", got)
	}
}
