package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// HeatMapData is a quantity over two parameters, such as the growth lost
// against half-width and fee.
type HeatMapData struct {
	Title, Caption string
	XLabel, YLabel string   // the parameters with their units
	X, Y           []string // their values, as written on the axes
	Label          string   // the quantity with its unit
	Scale          Scale
	Values         [][]float64 // by Y, then X; NaN leaves a cell hatched
	Texts          [][]string  // what the cells say, by Y, then X; nil: their values to three digits
	Span           [2]float64  // what the colours span, so that figures compare; both zero: the values
	Marked         [][2]int    // cells with a frame, such as the token's own: X, then Y
	Diverging      bool        // colours part at zero, for a quantity whose sign matters
	Lines          []CellLine  // such as where the quantity is zero; at most two
}

// A CellLine is a line over the cells, whose unit is the cell: 0 is the middle
// of the first column or row, 1 that of the second; see [InCells].
type CellLine struct {
	Name   string
	Path   []CellPoint
	Lo, Hi []CellPoint // ends of its interval, drawn dashed; nil: none
}

// A CellPoint is a place among the cells. One that is not finite leaves a gap.
type CellPoint struct{ X, Y float64 }

// InCells is where v lies among the increasing values of columns or rows, in
// cells: between two of them in proportion, and NaN beyond the outermost.
func InCells(values []float64, v float64) float64 {
	i, found := slices.BinarySearch(values, v)
	switch {
	case found:
		return float64(i)
	case i == 0 || i == len(values):
		return math.NaN()
	}
	return float64(i-1) + (v-values[i-1])/(values[i]-values[i-1])
}

// ramp goes from pale through the blues of the house to a violet, so that more is
// darker in grey too. The eye tells two colours a tenth of the way apart equally
// well everywhere: they are 9 to 15 units of CIELAB from each other.
func ramp(share float64) color.NRGBA {
	return mixed(share, []color.NRGBA{{0xf4, 0xf1, 0xe4, 0xff}, {0x9f, 0xcd, 0xdb, 0xff}, {0x51, 0x9c, 0xc6, 0xff}, {0x3a, 0x63, 0xab, 0xff}, {0x3f, 0x14, 0x5c, 0xff}})
}

// diverge goes from pale at 0 to the red of the house at -1 and to its blue at 1.
// In grey the two look alike, hence the line that HeatMap draws between them.
func diverge(share float64) color.NRGBA {
	if share < 0 {
		return mixed(-share, []color.NRGBA{{0xf7, 0xf5, 0xf0, 0xff}, {0xe3, 0xa9, 0xae, 0xff}, {0xbb, 0x55, 0x66, 0xff}, {0x75, 0x1f, 0x33, 0xff}})
	}
	return mixed(share, []color.NRGBA{{0xf7, 0xf5, 0xf0, 0xff}, {0x9d, 0xbd, 0xd9, 0xff}, {0x33, 0x77, 0xb5, 0xff}, {0x00, 0x38, 0x70, 0xff}})
}

// mixed is the colour at a share of the way through stops.
func mixed(share float64, stops []color.NRGBA) color.NRGBA {
	at := max(0, min(share, 1)) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a))))
	}
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// textOn is the colour of text on fill: white or full black, whichever contrasts
// more. That is at least the 4.5 that readers need.
// Source: WCAG 2.2, success criterion 1.4.3.
func textOn(fill color.NRGBA) color.NRGBA {
	if 1.05/(luminance(fill)+0.05) > (luminance(fill)+0.05)/0.05 {
		return white
	}
	return color.NRGBA{A: 0xff}
}

// luminance is the light of a colour relative to white.
// Source: WCAG 2.2, relative luminance; IEC 61966-2-1 (sRGB).
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// HeatMap draws a cell for each pair of values, its number in it where there is
// room, and a colour bar. Cells are vector shapes that overlap their neighbours
// by half a point, so that no seams show.
func HeatMap(in HeatMapData) (*Figure, error) {
	c := checker{figure: "HeatMap"}
	nx, ny := len(in.X), len(in.Y)
	c.want(nx > 0 && ny > 0, "%d X and %d Y; want at least one of each", nx, ny)
	c.want(in.XLabel != "" && in.YLabel != "" && in.Label != "", "a label is empty; want quantity and unit")
	c.want(len(in.Values) == ny, "%d rows of Values for %d Y", len(in.Values), ny)
	vs := nothing()
	for i, row := range in.Values {
		c.want(len(row) == nx, "Values[%d] has %d values for %d X", i, len(row), nx)
		for j, v := range row {
			c.want(finite(v) || math.IsNaN(v), "Values[%d][%d] = %v; want a finite value or NaN", i, j, v)
		}
		vs.include(row...)
	}
	c.want(vs.lo <= vs.hi, "every value is NaN")
	if in.Texts != nil {
		c.want(len(in.Texts) == ny, "%d rows of Texts for %d Y", len(in.Texts), ny)
		for i, row := range in.Texts {
			c.want(len(row) == nx, "Texts[%d] has %d texts for %d X", i, len(row), nx)
		}
	}
	if in.Span != [2]float64{} {
		c.want(finite(in.Span[0]) && finite(in.Span[1]) && in.Span[0] <= vs.lo && vs.hi <= in.Span[1], "Span = %v; want the values, %v to %v, inside", in.Span, vs.lo, vs.hi)
		vs.include(in.Span[:]...)
	}
	for _, m := range in.Marked {
		c.want(m[0] >= 0 && m[0] < nx && m[1] >= 0 && m[1] < ny, "Marked %v is outside the cells", m)
	}
	c.want(len(in.Lines) <= 2, "%d Lines; want at most 2", len(in.Lines))
	for _, l := range in.Lines {
		c.want(l.Name != "" && len(l.Path) > 0, "a line has no name or no points")
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	if in.Diverging {
		vs.include(0)
	}
	factor := in.Scale.Factor()
	bar := linearAxis(vs.lo, vs.hi, factor, 7)
	fill := func(v float64) color.NRGBA { return ramp(bar.place(v)) }
	if in.Diverging {
		fill = func(v float64) color.NRGBA { return diverge(v / max(-bar.min, bar.max)) }
	}
	number := func(v float64) string { return formatDigits(v, 3) }
	if top := max(-vs.lo, vs.hi) * factor; in.Diverging && top > 0 { // the same decimals everywhere, as near zero fewer digits count
		decimals := max(0, 2-int(math.Floor(math.Log10(top))))
		number = func(v float64) string { return formatFixed(v, decimals) }
	}
	ticks := func(names []string) axis {
		a := axis{min: 0, max: float64(len(names))}
		for i, n := range names {
			a.ticks = append(a.ticks, tick{float64(i) + 0.5, n})
		}
		return a
	}
	const barWide, barGap = 10, 14
	var barRoom vg.Length
	for _, t := range bar.ticks {
		barRoom = max(barRoom, tickInk.width(t.label))
	}
	cells := panel{label: in.YLabel, xlabel: in.XLabel, x: ticks(in.X), y: ticks(in.Y), right: barGap + barWide + tickLength + tickGap + barRoom, paint: func(p plane) {
		for i, row := range in.Values {
			for j, v := range row {
				a, b := p.at(float64(j), float64(i)), p.at(float64(j+1), float64(i+1))
				if j+1 < nx {
					b.X += 0.5
				}
				if i+1 < ny {
					b.Y += 0.5
				}
				if math.IsNaN(v) {
					p.StrokeLine2(axisLine, a.X, a.Y, b.X, b.Y)
					continue
				}
				fillRectangle(p.Canvas, fill(v), a, b)
			}
		}
		p.frame(p.Rectangle)
		if in.Diverging {
			p.signs(in.Values)
		}
		for _, m := range in.Marked {
			a, b := p.at(float64(m[0]), float64(m[1])), p.at(float64(m[0]+1), float64(m[1]+1))
			r := vg.Rectangle{Min: vg.Point{X: a.X + 1, Y: a.Y + 1}, Max: vg.Point{X: b.X - 1, Y: b.Y - 1}}
			p.SetLineStyle(draw.LineStyle{Color: looks[1].color, Width: 1.6})
			p.Stroke(r.Path())
		}
		for i, l := range in.Lines {
			p.cellLine(l, i)
		}
		for i, row := range in.Values {
			for j, v := range row {
				text := number(v * factor)
				if in.Texts != nil {
					text = in.Texts[i][j]
				}
				if math.IsNaN(v) || tickInk.width(text) > (p.atX(1)-p.atX(0))-4 || p.atY(1)-p.atY(0) < tickInk.leading() {
					continue
				}
				k, ground := ink{tickInk.size, textOn(fill(v))}, color.Color(nil)
				if len(in.Lines) > 0 {
					ground = fill(v)
				}
				k.writeOn(ground, p.Canvas, p.atX(float64(j)+0.5), p.atY(float64(i)+0.5)-tickInk.capital()/2, middle, text)
			}
		}
		x, steps := p.Max.X+barGap, 64
		height := p.Max.Y - p.Min.Y
		for s := range steps {
			from, to := p.Min.Y+height*vg.Length(s)/vg.Length(steps), p.Min.Y+height*vg.Length(s+1)/vg.Length(steps)
			if s+1 < steps {
				to += 0.5
			}
			fillRectangle(p.Canvas, fill(bar.min+(float64(s)+0.5)/float64(steps)*(bar.max-bar.min)), vg.Point{X: x, Y: from}, vg.Point{X: x + barWide, Y: to})
		}
		p.frame(vg.Rectangle{Min: vg.Point{X: x, Y: p.Min.Y}, Max: vg.Point{X: x + barWide, Y: p.Max.Y}})
		for _, t := range bar.ticks {
			y := p.Y(bar.place(t.at))
			p.StrokeLine2(axisLine, x+barWide, y, x+barWide+tickLength, y)
			tickInk.write(p.Canvas, x+barWide+tickLength+tickGap, y-tickInk.capital()/2, left, t.label)
		}
	}}
	s := sheet{title: in.Title, caption: in.Caption, notes: []string{"Colour and numbers: " + in.Label + "."}, height: vg.Length(min(max(1.2+0.32*float64(ny), 2.2), 6)) * vg.Inch}
	if len(in.Marked) > 0 {
		s.legend = []entry{{name: "the token's own", wide: 12, sample: func(c draw.Canvas, a, b vg.Point) {
			r := vg.Rectangle{Min: vg.Point{X: a.X, Y: a.Y - 3}, Max: vg.Point{X: b.X, Y: b.Y + 3}}
			c.SetLineStyle(draw.LineStyle{Color: looks[1].color, Width: 1.6})
			c.Stroke(r.Path())
		}}}
	}
	if in.Diverging {
		s.notes[0] += " A thin line parts the signs."
	}
	for i, l := range in.Lines {
		s.legend = append(s.legend, lineKey(l.Name, cellLine(i)))
		if l.Lo != nil || l.Hi != nil {
			s.legend = append(s.legend, lineKey("its interval", cellInterval))
		}
	}
	if slices.ContainsFunc(in.Values, func(row []float64) bool { return slices.ContainsFunc(row, math.IsNaN) }) {
		s.notes = append(s.notes, "A stroke marks what does not exist, such as a mean over no survivors.")
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{cells}) }), nil
}

func fillRectangle(c draw.Canvas, fill color.Color, a, b vg.Point) {
	r := vg.Rectangle{Min: a, Max: b}
	c.SetColor(fill)
	c.Fill(r.Path())
}

// frame draws around shapes that overlap: where two do, a pixel that each fills
// in part is darker than its neighbours along the edge, and the frame covers it.
func (p plane) frame(r vg.Rectangle) {
	p.SetLineStyle(axisLine)
	p.Stroke(r.Path())
}

// signs draws a line between neighbouring cells whose values differ in sign.
func (p plane) signs(values [][]float64) {
	style := draw.LineStyle{Color: black, Width: hair}
	parts := func(a, b float64) bool { return a < 0 && b >= 0 || b < 0 && a >= 0 }
	for i, row := range values {
		for j, v := range row {
			x, y := float64(j), float64(i)
			if j > 0 && parts(row[j-1], v) {
				p.line(style, []float64{x, x}, []float64{y, y + 1})
			}
			if i > 0 && parts(values[i-1][j], v) {
				p.line(style, []float64{x, x + 1}, []float64{y, y})
			}
		}
	}
}

// cellLine draws the i-th line and its interval with a white edge, so that both
// show on any colour.
func (p plane) cellLine(l CellLine, i int) {
	draws := func(path []CellPoint, style draw.LineStyle) {
		var xs, ys []float64
		for _, q := range path {
			// The middle of a cell is half a cell from its edge.
			x, y := q.X+0.5, q.Y+0.5
			if !(x >= p.x.min && x <= p.x.max && y >= p.y.min && y <= p.y.max) {
				y = math.NaN()
			}
			xs, ys = append(xs, x), append(ys, y)
		}
		if len(xs) > 0 {
			p.line(halo(style), xs, ys)
			p.line(style, xs, ys)
		}
	}
	draws(l.Lo, cellInterval)
	draws(l.Hi, cellInterval)
	draws(l.Path, cellLine(i))
}

// cellInterval is the style of the ends of a line's interval, cellLine that of
// the i-th line itself.
var cellInterval = draw.LineStyle{Color: black, Width: 0.8, Dashes: []vg.Length{3, 2}}

func cellLine(i int) draw.LineStyle {
	return draw.LineStyle{Color: black, Width: heavy, Dashes: [][]vg.Length{nil, {6, 2, 1, 2}}[i%2]}
}

// halo is the white edge of a line.
func halo(style draw.LineStyle) draw.LineStyle {
	return draw.LineStyle{Color: white, Width: style.Width + 1.6}
}
