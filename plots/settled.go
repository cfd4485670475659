package plots

import (
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A settled canvas moves what is drawn by less than anyone sees, to places where the
// last bits of a coordinate do not matter. The canvas below it rounds coordinates, to
// 64ths of a pixel or to some digits; one half way between two would go to one or
// the other as the processor rounds, and the file would differ. All that figures draw
// passes through it: paths, texts, origins, and the sizes of strokes.
type settled struct {
	vg.Canvas
	parts  float64 // of a point, to which coordinates are moved: at least as fine as the canvas rounds to
	corner float64 // how far beyond a part corners and texts are put, in parts
	origin float64 // how far origins are
	stroke float64 // how far widths and dashes of strokes are
}

// settledPixels is for a canvas of pixels: corners and strokes a quarter past a 64th of
// one, from where every rounding leads back, and origins at whole 64ths, which keeps
// quarters.
func settledPixels(c vg.Canvas, dpi int) settled {
	return settled{c, float64(dpi) * 64 / float64(vg.Inch), 0.25, 0, 0.25}
}

// settledDigits is for a canvas that prints points with five digits or decimals: all
// corners and origins end in a 3 at the fifth decimal, and strokes have four.
func settledDigits(c vg.Canvas) settled { return settled{c, 1e4, 0.3, 0.3, 0} }

// whole is the part of a unit, of which each has so many, that x lies in or next to.
// Layouts are fond of halves, so the border between two parts is moved off them.
func whole(x vg.Length, parts float64) float64 {
	const border = 0.51
	return math.Floor(float64(float64(x)*parts) + border)
}

// at is a coordinate moved, or a length to no part beyond a whole one.
func (s settled) at(x vg.Length, beyond float64) vg.Length {
	return vg.Length((whole(x, s.parts) + beyond) / s.parts)
}

func (s settled) place(p vg.Point) vg.Point {
	return vg.Point{X: s.at(p.X, s.corner), Y: s.at(p.Y, s.corner)}
}

func (s settled) path(p vg.Path) vg.Path {
	out := make(vg.Path, len(p))
	for i, c := range p {
		c.Pos, c.Radius = s.place(c.Pos), s.at(c.Radius, 0)
		control := make([]vg.Point, len(c.Control))
		for j, point := range c.Control {
			control[j] = s.place(point)
		}
		c.Control = control
		if i > 0 && c.Type == vg.ArcComp && out[i-1].Type == vg.MoveComp { // begins where the pen is
			sin, cos := math.Sincos(c.Start)
			out[i-1].Pos = vg.Point{X: c.Pos.X + vg.Length(float64(float64(c.Radius)*cos)),
				Y: c.Pos.Y + vg.Length(float64(float64(c.Radius)*sin))}
		}
		out[i] = c
	}
	return out
}

func (s settled) SetLineWidth(w vg.Length) { s.Canvas.SetLineWidth(s.at(w, s.stroke)) }

func (s settled) SetLineDash(dashes []vg.Length, offset vg.Length) {
	out := make([]vg.Length, len(dashes))
	for i, d := range dashes {
		out[i] = s.at(d, s.stroke)
	}
	s.Canvas.SetLineDash(out, s.at(offset, s.stroke))
}

func (s settled) Translate(p vg.Point) {
	s.Canvas.Translate(vg.Point{X: s.at(p.X, s.origin), Y: s.at(p.Y, s.origin)})
}

func (s settled) Stroke(p vg.Path) { s.Canvas.Stroke(s.path(p)) }
func (s settled) Fill(p vg.Path)   { s.Canvas.Fill(s.path(p)) }

func (s settled) FillString(f font.Face, p vg.Point, text string) {
	f.Font.Size = s.at(f.Font.Size, 0)
	s.Canvas.FillString(f, s.place(p), text)
}
