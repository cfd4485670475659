package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The page of a paper: text width, and the white around a figure so that
// nothing touches its edge.
const (
	pageWidth = 6.5 * vg.Inch
	margin    = vg.Length(8)
)

// Sizes of lines, in points.
const (
	hair  vg.Length = 0.4
	thin  vg.Length = 0.6
	heavy vg.Length = 1.4
)

var (
	black     = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	grey      = color.NRGBA{0x66, 0x66, 0x66, 0xff}
	white     = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	gridColor = color.NRGBA{0xdd, 0xdd, 0xdd, 0xff}

	titleInk   = ink{11, black}
	labelInk   = ink{8.5, black} // panels and axes
	tickInk    = ink{8, black}
	captionInk = ink{7.5, grey}

	gridLine = draw.LineStyle{Color: gridColor, Width: hair}
	axisLine = draw.LineStyle{Color: grey, Width: thin}
)

// A look is how one series is distinguished from the others: by colour, by lightness,
// by dash and by marker, so that each survives a grey copy.
type look struct {
	color  color.NRGBA
	dashes []vg.Length
	marker marker
}

// looks are the looks of the first, second, ... series. The colours are Paul Tol's
// "high contrast" set, made for colour-blind readers and for grey, with its
// black third, as its yellow pales on a band; then the cyan of his "bright" set.
// Source: personal.sron.nl/~pault, "Introduction to colour schemes".
var looks = []look{
	{color.NRGBA{0x00, 0x44, 0x88, 0xff}, nil, disc},
	{color.NRGBA{0xbb, 0x55, 0x66, 0xff}, []vg.Length{5, 2}, square},
	{black, []vg.Length{1.5, 1.5}, triangle},
	{color.NRGBA{0xdd, 0xaa, 0x33, 0xff}, []vg.Length{6, 2, 1.5, 2}, diamond},
	{color.NRGBA{0x66, 0xcc, 0xee, 0xff}, []vg.Length{9, 2}, cross},
}

func (l look) line(width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: l.color, Width: width, Dashes: l.dashes}
}

// tint is the colour at the given opacity in (0, 1).
func tint(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(255 * opacity))
	return c
}

// pale is the colour mixed with white, so that a grid does not show through:
// strength 1 is the colour itself.
func pale(c color.NRGBA, strength float64) color.NRGBA {
	mix := func(v uint8) uint8 { return uint8(math.Round(255 - strength*float64(255-v))) }
	return color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 255}
}

// A marker is the shape of a point.
type marker int

const (
	disc marker = iota
	square
	triangle
	diamond
	cross
)

// draw marks p in color; all but the disc are open, on white.
func (m marker) draw(c draw.Canvas, p vg.Point, color color.Color) { m.sized(c, p, 1, color) }

// sized is draw at times the usual size.
func (m marker) sized(c draw.Canvas, p vg.Point, times vg.Length, color color.Color) {
	if m == disc {
		m.paint(c, p, times, color, color)
	} else {
		m.paint(c, p, times, white, color)
	}
}

// paint is sized with a filling of its own. A cross has nothing to fill.
func (m marker) paint(c draw.Canvas, p vg.Point, times vg.Length, fill, color color.Color) {
	r := 2.1 * times
	var path vg.Path
	polygon := func(corners ...vg.Point) {
		path.Move(p.Add(corners[0]))
		for _, q := range corners[1:] {
			path.Line(p.Add(q))
		}
		path.Close()
	}
	switch m {
	case disc:
		path.Move(p.Add(vg.Point{X: r}))
		path.Arc(p, r, 0, 2*math.Pi)
		path.Close()
	case square:
		polygon(vg.Point{X: -r, Y: -r}, vg.Point{X: r, Y: -r}, vg.Point{X: r, Y: r}, vg.Point{X: -r, Y: r})
	case triangle:
		polygon(vg.Point{X: -1.2 * r, Y: -r}, vg.Point{X: 1.2 * r, Y: -r}, vg.Point{Y: 1.3 * r})
	case diamond:
		polygon(vg.Point{X: -1.4 * r}, vg.Point{Y: -1.4 * r}, vg.Point{X: 1.4 * r}, vg.Point{Y: 1.4 * r})
	case cross:
		path.Move(p.Add(vg.Point{X: -r, Y: -r}))
		path.Line(p.Add(vg.Point{X: r, Y: r}))
		path.Move(p.Add(vg.Point{X: -r, Y: r}))
		path.Line(p.Add(vg.Point{X: r, Y: -r}))
	}
	if m != cross {
		c.SetColor(fill)
		c.Fill(path)
	}
	c.SetLineStyle(draw.LineStyle{Color: color, Width: 0.9})
	c.Stroke(path)
}
