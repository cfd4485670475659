package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/fmath"
)

// HeatMapData is a quantity over two parameters, such as the growth lost
// against half-width and fee.
type HeatMapData struct {
	Title, Caption string
	XLabel, YLabel string      // the parameters with their units
	X, Y           []string    // their values, as written on the axes; an empty text has no tick
	Label          string      // the quantity with its unit
	Scale          Scale       // how values are written
	Values         [][]float64 // by Y, then X; NaN leaves a cell hatched
	Texts          [][]string  // what the cells say, by Y, then X; nil: their values to three digits
	Span           [2]float64  // what the colours span, so that figures compare; both zero: the values
	Missing        string      // what a NaN is; empty: "what does not exist, such as a mean over no survivors"
	Limit          float64     // magnitude at which the colours end; what is beyond has the last one; 0: none
	Marked         [][2]int    // cells with a frame, such as the baseline: X, then Y
	Diverging      bool        // colours part at zero, for a quantity whose sign matters
	Lines          []CellLine  // such as where the quantity is zero; at most two
	Point          *CellMark   // a place between the cells, such as the baseline; nil: none
}

// A CellMark is a place among the cells and what is there.
type CellMark struct {
	Name string
	At   CellPoint
}

// A CellLine is a line over the cells, whose unit is the cell: 0 is the middle
// of the first column or row, 1 that of the second; see [InCells].
type CellLine struct {
	Name   string
	Path   []CellPoint
	Lo, Hi []CellPoint // ends of its interval, drawn dashed where they are wider than the line; nil: none
}

// lineShare is how much of a cell a line is wide, roughly.
const lineShare = 0.06

// hidden reports whether the line has an interval that it covers itself.
func (l CellLine) hidden() bool {
	wide, some := 0.0, false
	for i := range min(len(l.Lo), len(l.Hi)) {
		if d := math.Hypot(l.Hi[i].X-l.Lo[i].X, l.Hi[i].Y-l.Lo[i].Y); finite(d) {
			wide, some = max(wide, d), true
		}
	}
	return some && wide < lineShare
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

// check says everything that is wrong with the data.
func (in HeatMapData) check() error {
	c := checker{figure: "HeatMap"}
	nx, ny := len(in.X), len(in.Y)
	c.want(nx > 0 && ny > 0, "%d X and %d Y; want at least one of each", nx, ny)
	c.label("XLabel", in.XLabel)
	c.label("YLabel", in.YLabel)
	c.label("Label", in.Label)
	in.checkCells(&c)
	vs := nothing()
	for _, row := range in.Values {
		vs.include(row...)
	}
	c.want(vs.lo <= vs.hi, "every value is NaN")
	if lo, hi := in.Span[0], in.Span[1]; in.Span != [2]float64{} {
		c.want(finite(lo) && finite(hi) && lo <= vs.lo && vs.hi <= hi,
			"Span = %v; want the values, %v to %v, inside", in.Span, vs.lo, vs.hi)
	}
	c.want(in.Limit >= 0 && finite(in.Limit), "Limit = %v; want a finite number ≥ 0", in.Limit)
	for i, m := range in.Marked {
		c.want(m[0] >= 0 && m[0] < nx && m[1] >= 0 && m[1] < ny,
			"Marked[%d] = %v is outside the cells; want a column below %d and a row below %d", i, m, nx, ny)
	}
	if m := in.Point; m != nil {
		c.want(m.Name != "", "Point has no Name; want what is there")
		c.want(m.At.X >= 0 && m.At.X <= float64(nx-1) && m.At.Y >= 0 && m.At.Y <= float64(ny-1),
			"Point is at %v; want a column from 0 to %d and a row from 0 to %d", m.At, nx-1, ny-1)
	}
	c.want(len(in.Lines) <= 2, "%d Lines; want at most 2", len(in.Lines))
	for i, l := range in.Lines {
		c.want(l.Name != "", "Lines[%d]: a line has no name", i)
		c.want(len(l.Path) > 0, "Lines[%d] %q has no points", i, l.Name)
	}
	return c.err()
}

// checkCells holds values and texts to the rows and columns.
func (in HeatMapData) checkCells(c *checker) {
	nx, ny := len(in.X), len(in.Y)
	c.want(len(in.Values) == ny, "%d rows of Values for %d Y", len(in.Values), ny)
	for i, row := range in.Values {
		c.want(len(row) == nx, "Values[%d] has %d values for %d X", i, len(row), nx)
		for j, v := range row {
			c.want(finite(v) || math.IsNaN(v), "Values[%d][%d] = %v; want a finite value or NaN", i, j, v)
		}
	}
	c.want(in.Texts == nil || len(in.Texts) == ny, "%d rows of Texts for %d Y", len(in.Texts), ny)
	for i, row := range in.Texts {
		c.want(len(row) == nx, "Texts[%d] has %d texts for %d X", i, len(row), nx)
	}
}

// HeatMap draws a cell for each pair of values, its number in it where there is
// room, and a colour bar. Cells are vector shapes that overlap their neighbours
// by half a point, so that no seams show. The error says which row, cell, mark or
// line is at fault.
func HeatMap(in HeatMapData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	vs := in.span()
	h := heat{in, linearAxis(vs.lo, vs.hi, in.Scale.Factor(), 7), max(-vs.lo, vs.hi)}
	cells := panel{
		label: in.YLabel, xlabel: in.XLabel, x: namesAxis(in.X), y: namesAxis(in.Y), right: h.barRoom(),
		paint: func(p plane) {
			h.cells(p)
			h.annotations(p)
			h.numbers(p)
			h.point(p)
			h.colourBar(p)
		},
	}
	height := vg.Length(min(max(1.2+0.32*float64(len(in.Y)), 2.2), 6)) * vg.Inch
	s := sheet{title: in.Title, caption: in.Caption, notes: in.notes(), legend: in.legend(), height: height}
	return s.panels(1, cells), nil
}

// span is what the colours span.
func (in HeatMapData) span() span {
	vs := nothing()
	for _, row := range in.Values {
		vs.include(row...)
	}
	if in.Span != [2]float64{} {
		vs.include(in.Span[:]...)
	}
	if in.Diverging {
		vs.include(0)
	}
	if in.Limit > 0 {
		vs.lo, vs.hi = max(vs.lo, -in.Limit), min(vs.hi, in.Limit)
	}
	return vs
}

// beyond is how many cells lie beyond the limit of the colours.
func (in HeatMapData) beyond() (n int) {
	for _, row := range in.Values {
		for _, v := range row {
			if in.Limit > 0 && math.Abs(v) > in.Limit {
				n++
			}
		}
	}
	return n
}

func (in HeatMapData) notes() []string {
	words := "Colour and numbers: " + in.Label + "."
	if in.Diverging {
		words += " A thin line parts the signs."
	}
	if n := in.beyond(); n > 0 {
		words += " Colours end at ±" + formatDigits(in.Limit*in.Scale.Factor(), 3) + "; cells beyond: " +
			formatFixed(float64(n), 0) + "."
	}
	for _, l := range in.Lines {
		if l.hidden() {
			words += " The interval of the line " + l.Name + " is narrower than the line."
		}
	}
	if slices.ContainsFunc(in.Values, func(row []float64) bool { return slices.ContainsFunc(row, math.IsNaN) }) {
		missing := in.Missing
		if missing == "" {
			missing = "what does not exist, such as a mean over no survivors"
		}
		return []string{words, "A stroke marks " + missing + "."}
	}
	return []string{words}
}

func (in HeatMapData) legend() (list []entry) {
	if len(in.Marked) > 0 {
		list = append(list, entry{name: "baseline", wide: 12, sample: func(c draw.Canvas, a, b vg.Point) {
			markCell(c, vg.Rectangle{Min: vg.Point{X: a.X, Y: a.Y - 3}, Max: vg.Point{X: b.X, Y: b.Y + 3}})
		}})
	}
	if in.Point != nil {
		list = append(list, diamondKey(in.Point.Name))
	}
	for i, l := range in.Lines {
		list = append(list, lineKey(l.Name, cellLine(i)))
		if (l.Lo != nil || l.Hi != nil) && !l.hidden() {
			list = append(list, lineKey("its interval", cellInterval))
		}
	}
	return list
}

// A heat is a heat map while it is drawn.
type heat struct {
	HeatMapData
	bar     axis    // of the colours
	largest float64 // magnitude that they span
}

// fill is the colour of a value.
func (h heat) fill(v float64) color.NRGBA {
	v = h.bar.clamp(v)
	if h.Diverging {
		return diverge(v / max(-h.bar.min, h.bar.max))
	}
	return ramp(h.bar.place(v))
}

// text is what a cell says. Of values whose sign matters all have the same
// decimals, as near zero fewer digits count.
func (h heat) text(row, col int) string {
	if h.Texts != nil {
		return h.Texts[row][col]
	}
	factor := h.Scale.Factor()
	v := h.Values[row][col] * factor
	if top := h.largest * factor; h.Diverging && top > 0 {
		return formatFixed(v, max(0, 2-fmath.Exponent10(top)))
	}
	return formatDigits(v, 3)
}

// cells fills the cells, with a stroke through those without a value.
func (h heat) cells(p plane) {
	for i, row := range h.Values {
		for j, v := range row {
			cell := p.cell(j, i)
			if j+1 < len(h.X) {
				cell.Max.X += 0.5
			}
			if i+1 < len(h.Y) {
				cell.Max.Y += 0.5
			}
			if math.IsNaN(v) {
				p.StrokeLine2(axisLine, cell.Min.X, cell.Min.Y, cell.Max.X, cell.Max.Y)
				continue
			}
			fillRectangle(p.Canvas, h.fill(v), cell)
		}
	}
	p.frame(p.Rectangle)
}

// annotations draws what lies over the cells: where the sign changes, the marked
// cells and the lines.
func (h heat) annotations(p plane) {
	if h.Diverging {
		p.signs(h.Values)
	}
	for _, m := range h.Marked {
		cell := p.cell(m[0], m[1])
		inside := vg.Point{X: 1, Y: 1}
		markCell(p.Canvas, vg.Rectangle{Min: cell.Min.Add(inside), Max: cell.Max.Sub(inside)})
	}
	for i, l := range h.Lines {
		p.cellLine(l, i)
	}
}

// point marks the place between the cells, on white so that it is seen on any fill.
func (h heat) point(p plane) {
	if h.Point == nil {
		return
	}
	at := p.at(h.Point.At.X+0.5, h.Point.At.Y+0.5)
	diamond.sized(p.Canvas, at, 1.7, white)
	diamond.sized(p.Canvas, at, 1.3, black)
}

// numbers writes into the cells what they say, where there is room.
func (h heat) numbers(p plane) {
	first := p.cell(0, 0).Size()
	if first.Y < tickInk.leading() {
		return
	}
	for i, row := range h.Values {
		for j, v := range row {
			if math.IsNaN(v) {
				continue
			}
			text := h.text(i, j)
			if tickInk.width(text) > first.X-4 {
				continue
			}
			k := ink{tickInk.size, textOn(h.fill(v))}
			at := p.at(float64(j)+0.5, float64(i)+0.5)
			if len(h.Lines) > 0 { // which pass behind the numbers
				fillRectangle(p.Canvas, h.fill(v), centred(at, k.width(text)/2+1.5, k.capital()/2+1.5))
			}
			k.write(p.Canvas, at.X, at.Y-k.capital()/2, middle, text)
		}
	}
}

// Points of the colour bar.
const (
	barWide = 10
	barGap  = 14 // from the cells
)

// barRoom is what the colour bar needs at the right of the cells.
func (h heat) barRoom() vg.Length {
	var widest vg.Length
	for _, t := range h.bar.ticks {
		widest = max(widest, tickInk.width(t.label))
	}
	return barGap + barWide + tickLength + tickGap + widest
}

func (h heat) colourBar(p plane) {
	const steps = 64
	x, height := p.Max.X+barGap, p.Max.Y-p.Min.Y
	for s := range steps {
		from, to := p.Min.Y+height*vg.Length(s)/steps, p.Min.Y+height*vg.Length(s+1)/steps
		if s+1 < steps {
			to += 0.5
		}
		v := h.bar.min + (float64(s)+0.5)/steps*(h.bar.max-h.bar.min)
		fillRectangle(p.Canvas, h.fill(v),
			vg.Rectangle{Min: vg.Point{X: x, Y: from}, Max: vg.Point{X: x + barWide, Y: to}})
	}
	p.frame(vg.Rectangle{Min: vg.Point{X: x, Y: p.Min.Y}, Max: vg.Point{X: x + barWide, Y: p.Max.Y}})
	for _, t := range h.bar.ticks {
		y := p.Y(h.bar.place(t.at))
		p.StrokeLine2(axisLine, x+barWide, y, x+barWide+tickLength, y)
		tickInk.write(p.Canvas, x+barWide+tickLength+tickGap, y-tickInk.capital()/2, left, t.label)
	}
}

// cell is the rectangle of a cell on paper.
func (p plane) cell(col, row int) vg.Rectangle {
	return vg.Rectangle{Min: p.at(float64(col), float64(row)), Max: p.at(float64(col+1), float64(row+1))}
}

func fillRectangle(c draw.Canvas, fill color.Color, r vg.Rectangle) {
	c.SetColor(fill)
	c.Fill(r.Path())
}

// markCell frames a cell that is pointed out.
func markCell(c draw.Canvas, r vg.Rectangle) {
	c.SetLineStyle(draw.LineStyle{Color: looks[1].color, Width: 1.6})
	c.Stroke(r.Path())
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
	if !l.hidden() {
		draws(l.Lo, cellInterval)
		draws(l.Hi, cellInterval)
	}
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
