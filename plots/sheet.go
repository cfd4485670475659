package plots

import (
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A sheet is the arrangement all figures share, from top to bottom: title,
// legend, body, notes, caption. Its height follows from its parts, so a long
// caption makes a figure taller and never the data smaller.
type sheet struct {
	title   string
	caption string
	notes   []string // what the figure itself has to say, before the caption
	legend  []entry
	height  vg.Length // of the body
}

const (
	headGap    = 3 // points between legend and body
	captionGap = 5 // points between body and caption
)

// panels fills the body with panels, row by row in cols columns.
func (s sheet) panels(cols int, list ...panel) *Figure {
	return s.figure(func(body draw.Canvas) { smallMultiples(body, cols, list) })
}

// sharing is panels with one label for the x axes of all.
func (s sheet) sharing(xlabel string, cols int, list ...panel) *Figure {
	return s.figure(func(body draw.Canvas) { smallMultiples(shareX(body, xlabel), cols, list) })
}

// figure lays out the sheet; paint draws the body.
func (s sheet) figure(paint func(body draw.Canvas)) *Figure {
	const width = pageWidth - 2*margin
	titles := titleInk.wrap(s.title, width)
	keys := arrange(s.legend, width)
	words := powers(strings.Join(append(slices.Clone(s.notes), s.caption), "\n"))
	small := captionInk.wrap(words, width)

	total := 2*margin + headGap + s.height + captionGap +
		vg.Length(len(titles))*titleInk.leading() +
		vg.Length(len(keys))*tickInk.leading() +
		vg.Length(len(small))*captionInk.leading()
	return record(pageWidth, total, s.title, strings.TrimSpace(words), func(c draw.Canvas) {
		y := c.Max.Y - margin
		for _, line := range titles {
			titleInk.write(c, margin, y-titleInk.capital(), left, line)
			y -= titleInk.leading()
		}
		for _, row := range keys {
			for _, k := range row {
				k.draw(c, margin+k.x, y-tickInk.capital())
			}
			y -= tickInk.leading()
		}
		y -= headGap
		body := c
		body.Min = vg.Point{X: margin, Y: y - s.height}
		body.Max = vg.Point{X: pageWidth - margin, Y: y}
		paint(body)
		y -= s.height + captionGap
		for _, line := range small {
			captionInk.write(c, margin, y-captionInk.capital(), left, line)
			y -= captionInk.leading()
		}
	})
}

// An entry is one key of a legend: a sample and its name.
type entry struct {
	name   string
	wide   vg.Length                              // of the sample
	sample func(c draw.Canvas, from, to vg.Point) // draws between two points of one height
	x      vg.Length                              // its place in the row
}

const sampleWidth = 22

func (e entry) draw(c draw.Canvas, x, baseline vg.Length) {
	y := baseline + tickInk.capital()/2
	e.sample(c, vg.Point{X: x, Y: y}, vg.Point{X: x + e.wide, Y: y})
	tickInk.write(c, x+e.wide+4, baseline, left, e.name)
}

// arrange breaks a legend into rows no wider than width.
func arrange(legend []entry, width vg.Length) [][]entry {
	var rows [][]entry
	x := width
	for _, e := range legend {
		w := e.wide + 4 + tickInk.width(e.name)
		if len(rows) == 0 || x+w > width {
			rows, x = append(rows, nil), 0
		}
		e.x = x
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += w + 16
	}
	return rows
}

// lineKey is a legend entry for a line. It lies also where the line stands, so that
// its dashes show.
func lineKey(name string, style draw.LineStyle) entry {
	return entry{name: name, wide: sampleWidth, sample: func(c draw.Canvas, a, b vg.Point) {
		c.StrokeLine2(style, a.X, a.Y, b.X, b.Y)
	}}
}

// seriesKey is a legend entry for a line with points.
func seriesKey(name string, l look, width vg.Length) entry {
	return entry{name: name, wide: sampleWidth, sample: func(c draw.Canvas, a, b vg.Point) {
		c.StrokeLine2(l.line(width), a.X, a.Y, b.X, b.Y)
		l.marker.draw(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y}, l.color)
	}}
}

// markKey is a legend entry for a point, which mark draws.
func markKey(name string, wide vg.Length, mark func(c draw.Canvas, at vg.Point)) entry {
	return entry{name: name, wide: wide, sample: func(c draw.Canvas, a, b vg.Point) {
		mark(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y})
	}}
}

// diamondKey is a legend entry for estimates drawn as black diamonds.
func diamondKey(name string) entry {
	return markKey(name, 10, func(c draw.Canvas, at vg.Point) { diamond.draw(c, at, black) })
}

// patchKey is a legend entry for an area.
func patchKey(name string, fill color.Color) entry {
	return entry{name: name, wide: sampleWidth, sample: func(c draw.Canvas, a, b vg.Point) {
		r := vg.Rectangle{Min: vg.Point{X: a.X, Y: a.Y - 3}, Max: vg.Point{X: b.X, Y: b.Y + 3}}
		c.SetColor(fill)
		c.Fill(r.Path())
	}}
}

// referenceKeys are the legend entries of [plane.references].
func referenceKeys(rs []Reference) (legend []entry) {
	for i, r := range rs {
		legend = append(legend, lineKey(r.Name, markedLine(i)))
	}
	return legend
}

// names are different names in order of appearance.
type names []string

func (n *names) add(name string) {
	if n.index(name) < 0 {
		*n = append(*n, name)
	}
}

func (n names) index(name string) int {
	for i, s := range n {
		if s == name {
			return i
		}
	}
	return -1
}
