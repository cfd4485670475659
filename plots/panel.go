package plots

import (
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// A panel is one pair of axes with something drawn in it.
type panel struct {
	label   string // quantity and unit of the y axis, written above it
	xlabel  string // quantity and unit of the x axis, below it; empty: none
	x, y    axis
	upright bool      // grid lines stand on the x ticks instead of lying on the y ticks
	top     vg.Length // room for direct labels between panel label and data
	right   vg.Length // room for direct labels at the right of the data
	paint   func(plane)

	lines []string // the label, wrapped to the panel's width
}

// A plane is the data rectangle of a panel, addressed by values.
type plane struct {
	draw.Canvas
	x, y axis
}

func (p plane) atX(v float64) vg.Length { return p.X(p.x.place(v)) }
func (p plane) atY(v float64) vg.Length { return p.Y(p.y.place(v)) }
func (p plane) at(x, y float64) vg.Point {
	return vg.Point{X: p.atX(x), Y: p.atY(y)}
}

// shifted is the plane moved right by dx, to keep whiskers at one x apart.
func (p plane) shifted(dx vg.Length) plane {
	p.Min.X, p.Max.X = p.Min.X+dx, p.Max.X+dx
	return p
}

// line joins the points, with a gap wherever y is NaN.
func (p plane) line(style draw.LineStyle, xs, ys []float64) {
	var run []vg.Point
	for i := range xs {
		if !math.IsNaN(ys[i]) {
			run = append(run, p.at(xs[i], ys[i]))
		}
		if (math.IsNaN(ys[i]) || i == len(xs)-1) && len(run) > 0 {
			p.StrokeLines(style, run)
			run = nil
		}
	}
}

// area fills between two curves.
func (p plane) area(c color.Color, xs, lo, hi []float64) {
	var path vg.Path
	path.Move(p.at(xs[0], lo[0]))
	for i := 1; i < len(xs); i++ {
		path.Line(p.at(xs[i], lo[i]))
	}
	for i := len(xs) - 1; i >= 0; i-- {
		path.Line(p.at(xs[i], hi[i]))
	}
	path.Close()
	p.SetColor(c)
	p.Fill(path)
}

// bar fills the rectangle between two corners.
func (p plane) bar(c color.Color, x0, y0, x1, y1 float64) {
	var path vg.Path
	path.Move(p.at(x0, y0))
	path.Line(p.at(x1, y0))
	path.Line(p.at(x1, y1))
	path.Line(p.at(x0, y1))
	path.Close()
	p.SetColor(c)
	p.Fill(path)
}

// whiskerCap is half the width of the stroke that ends a whisker.
const whiskerCap = 1.8

// whisker draws an interval from lo to hi, upright at x; nothing if it has no
// ends.
func (p plane) whisker(style draw.LineStyle, x, lo, hi float64) {
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return
	}
	style.Dashes = nil
	a, b := p.at(x, lo), p.at(x, hi)
	p.strokes(style, [][2]vg.Point{{a, b},
		{{X: a.X - whiskerCap, Y: a.Y}, {X: a.X + whiskerCap, Y: a.Y}},
		{{X: b.X - whiskerCap, Y: b.Y}, {X: b.X + whiskerCap, Y: b.Y}}})
}

// strokes draws several straight lines as one shape.
func (p plane) strokes(style draw.LineStyle, lines [][2]vg.Point) {
	var path vg.Path
	for _, l := range lines {
		path.Move(l[0])
		path.Line(l[1])
	}
	p.SetLineStyle(style)
	p.Stroke(path)
}

// estimates draws points with their intervals, at times the usual size; none for
// a NaN. Where points are small because there are many, their intervals are pale.
func (p plane) estimates(l look, times vg.Length, xs []float64, es []analytics.Estimate) {
	style := l.line(thin)
	if times < 1 {
		style.Color = pale(l.color, 0.55)
	}
	for i, e := range es {
		if finite(e.Value) {
			p.whisker(style, xs[i], e.Lo, e.Hi)
			l.marker.sized(p.Canvas, p.at(xs[i], e.Value), times, l.color)
		}
	}
}

// sideWhisker is whisker lying at y.
func (p plane) sideWhisker(style draw.LineStyle, y, lo, hi float64) {
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return
	}
	a, b := p.at(lo, y), p.at(hi, y)
	p.strokes(style, [][2]vg.Point{{a, b},
		{{X: a.X, Y: a.Y - whiskerCap}, {X: a.X, Y: a.Y + whiskerCap}},
		{{X: b.X, Y: b.Y - whiskerCap}, {X: b.X, Y: b.Y + whiskerCap}}})
}

// post draws a line at x from bottom to top.
func (p plane) post(style draw.LineStyle, x float64) {
	p.StrokeLine2(style, p.atX(x), p.Min.Y, p.atX(x), p.Max.Y)
}

// level draws a line at y from left to right.
func (p plane) level(style draw.LineStyle, y float64) {
	p.StrokeLine2(style, p.Min.X, p.atY(y), p.Max.X, p.atY(y))
}

// references draws each that lies on the axis as an upright line in a style of its
// own.
func (p plane) references(rs []Reference) {
	for i, r := range rs {
		if p.x.holds(r.At) {
			p.post(markedLine(i), r.At)
		}
	}
}

// markedLine is the style of the i-th reference.
func markedLine(i int) draw.LineStyle {
	dashes := [][]vg.Length{{3, 2}, {1, 1.5}, {6, 2, 1, 2}}
	return draw.LineStyle{Color: grey, Width: 0.8, Dashes: dashes[i%len(dashes)]}
}

// beside writes text at the right of the data, at the height of y.
func (p plane) beside(y float64, text string) {
	tickInk.write(p.Canvas, p.Max.X+leader, p.atY(y)-tickInk.capital()/2, left, text)
}

const (
	tickLength = 2.5
	tickGap    = 2.5 // between tick and its label
)

// room returns what the panel needs around its data.
func (q panel) room() (leftRoom, rightRoom, bottom, top vg.Length) {
	for _, t := range q.y.ticks {
		leftRoom = max(leftRoom, tickInk.width(t.label))
	}
	leftRoom += tickLength + tickGap
	rightRoom = q.right
	const narrow = 100            // points; data are wider, so labels hang over less than this says
	for _, t := range q.x.ticks { // half a label may hang over each end
		half, place := tickInk.width(t.label)/2, vg.Length(q.x.place(t.at))
		leftRoom = max(leftRoom, half-place*narrow)
		rightRoom = max(rightRoom, half-(1-place)*narrow)
	}
	bottom = tickLength + tickGap + tickInk.leading()
	if q.xlabel != "" {
		bottom += labelInk.leading()
	}
	top = q.top + tickInk.capital()/2 + 2 + vg.Length(len(q.lines))*labelInk.leading()
	return leftRoom, rightRoom, bottom, top
}

// draw draws the panel with its data inside data.
func (q panel) draw(c draw.Canvas, data vg.Rectangle, leftRoom vg.Length) {
	p := plane{draw.Canvas{Canvas: c.Canvas, Rectangle: data}, q.x, q.y}
	if q.upright {
		for _, t := range q.x.ticks {
			p.StrokeLine2(gridLine, p.atX(t.at), p.Min.Y, p.atX(t.at), p.Max.Y)
		}
	} else {
		for _, t := range q.y.ticks {
			p.StrokeLine2(gridLine, p.Min.X, p.atY(t.at), p.Max.X, p.atY(t.at))
		}
	}
	q.paint(p)

	p.StrokeLine2(axisLine, p.Min.X, p.Min.Y, p.Max.X, p.Min.Y)
	below := p.Min.Y - tickLength - tickGap - tickInk.capital()
	every := p.labelStride()
	for i, t := range q.x.ticks {
		x := p.atX(t.at)
		p.StrokeLine2(axisLine, x, p.Min.Y, x, p.Min.Y-tickLength)
		if i%every == 0 {
			tickInk.write(c, x, below, middle, t.label)
		}
	}
	for _, t := range p.roomyTicks() {
		tickInk.write(c, p.Min.X-tickLength-tickGap, p.atY(t.at)-tickInk.capital()/2, right, t.label)
	}
	if q.xlabel != "" {
		labelInk.write(c, p.Center().X, below-labelInk.leading()-1, middle, q.xlabel)
	}
	for i, line := range slices.Backward(q.lines) {
		up := vg.Length(len(q.lines)-1-i) * labelInk.leading()
		labelInk.write(c, p.Min.X-leftRoom, p.Max.Y+q.top+tickInk.capital()/2+5+up, left, line)
	}
}

// roomyTicks are the ticks of the y axis whose labels have room, powers of ten before
// others: on a log axis ticks are closer to each other upwards.
func (p plane) roomyTicks() (list []tick) {
	fits := func(t tick) bool {
		return !slices.ContainsFunc(list, func(o tick) bool {
			return math.Abs(float64(p.atY(t.at)-p.atY(o.at))) < float64(tickInk.leading())*0.9
		})
	}
	for _, tens := range []bool{true, false} {
		for _, t := range p.y.ticks {
			if tens == (strings.Trim(t.label, "0.,") == "1" || strings.HasPrefix(t.label, "10⁻")) && fits(t) {
				list = append(list, t)
			}
		}
	}
	return list
}

// labelStride is 1 where every x tick has room for its label, 2 where every
// other has, and so on.
func (p plane) labelStride() int {
	const apart = 5 // points between labels
	for stride := 1; ; stride++ {
		fits := true
		for i := stride; i < len(p.x.ticks); i += stride {
			a, b := p.x.ticks[i-stride], p.x.ticks[i]
			fits = fits && p.atX(b.at)-p.atX(a.at) >= (tickInk.width(a.label)+tickInk.width(b.label))/2+apart
		}
		if fits {
			return stride
		}
	}
}

// keepUnit holds the unit that ends a label together when the label is wrapped.
func keepUnit(label string) string {
	i := strings.LastIndex(label, "(")
	if i < 0 {
		return label
	}
	return label[:i] + strings.ReplaceAll(label[i:], " ", "\u00a0")
}

// shareX writes one label for the x axes of all panels along the bottom of c,
// and returns what is left for the panels.
func shareX(c draw.Canvas, label string) draw.Canvas {
	labelInk.write(c, c.Center().X, c.Min.Y+3, middle, label)
	c.Min.Y += labelInk.leading() + 1
	return c
}

// columns is how many columns n panels stand in.
func columns(n int) int {
	if n > 4 {
		return 3
	}
	return min(n, 2)
}

// rowsOf is how many rows n panels take in cols columns.
func rowsOf(n, cols int) vg.Length { return vg.Length((n + cols - 1) / cols) }

// Points between panels.
const (
	gutterX = 14
	gutterY = 7
)

// smallMultiples draws the panels row by row in cols columns, with data
// rectangles of one size, aligned.
func smallMultiples(c draw.Canvas, cols int, panels []panel) {
	panels = slices.Clone(panels)
	rows := (len(panels) + cols - 1) / cols
	lefts, rights := make([]vg.Length, cols), make([]vg.Length, cols)
	bottoms, tops := make([]vg.Length, rows), make([]vg.Length, rows)
	for i, q := range panels {
		l, r, b, _ := q.room()
		row, col := i/cols, i%cols
		lefts[col], rights[col] = max(lefts[col], l), max(rights[col], r)
		bottoms[row] = max(bottoms[row], b)
	}
	width := (c.Max.X - c.Min.X - gutterX*vg.Length(cols-1) - sum(lefts) - sum(rights)) / vg.Length(cols)
	for i := range panels { // labels need the width; they then take height
		q, row, col := &panels[i], i/cols, i%cols
		q.lines = labelInk.wrap(keepUnit(q.label), lefts[col]+width+rights[col])
		_, _, _, t := q.room()
		tops[row] = max(tops[row], t)
	}
	height := (c.Max.Y - c.Min.Y - gutterY*vg.Length(rows-1) - sum(bottoms) - sum(tops)) / vg.Length(rows)
	y := c.Max.Y
	for row := range rows {
		y -= tops[row] + height
		x := c.Min.X
		for col := range cols {
			x += lefts[col]
			if i := row*cols + col; i < len(panels) {
				data := vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + width, Y: y + height}}
				panels[i].draw(c, data, lefts[col])
			}
			x += width + rights[col] + gutterX
		}
		y -= bottoms[row] + gutterY
	}
}

func sum(ls []vg.Length) (total vg.Length) {
	for _, l := range ls {
		total += l
	}
	return total
}
