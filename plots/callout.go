package plots

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// obstacles are what a label in the data should not cover.
type obstacles struct {
	boxes []vg.Rectangle
}

func (o *obstacles) box(r vg.Rectangle) { o.boxes = append(o.boxes, r) }

// centred is the rectangle that reaches dx and dy from a point.
func centred(at vg.Point, dx, dy vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - dx, Y: at.Y - dy}, Max: vg.Point{X: at.X + dx, Y: at.Y + dy}}
}

// line is a chain of small boxes.
func (o *obstacles) line(a, b vg.Point) {
	const every = 2
	d := b.Sub(a)
	n := max(1, math.Ceil(math.Hypot(float64(d.X), float64(d.Y))/every-touching))
	for k := range int(n) + 1 {
		at := a.Add(d.Scale(vg.Length(float64(k) / n)))
		o.box(centred(at, 0.5, 0.5))
	}
}

// covered counts the boxes that r would cover.
func (o *obstacles) covered(r vg.Rectangle) (n int) {
	for _, b := range o.boxes {
		if r.Min.X < b.Max.X && b.Min.X < r.Max.X && r.Min.Y < b.Max.Y && b.Min.Y < r.Max.Y {
			n++
		}
	}
	return n
}

// callout writes text near a point, tied to it by a hair where it is not beside
// it. Directions are tried from first, an angle, on both sides.
func (p plane) callout(taken *obstacles, at vg.Point, first float64, text string) {
	r, away := taken.place(p.Rectangle, at, first, tickInk.width(text)+2, tickInk.capital()+2)
	if away > 9 {
		near := vg.Point{X: min(max(at.X, r.Min.X), r.Max.X), Y: min(max(at.Y, r.Min.Y), r.Max.Y)}
		p.StrokeLine2(draw.LineStyle{Color: grey, Width: hair}, at.X, at.Y, near.X, near.Y)
		taken.line(at, near)
	}
	taken.box(r)
	tickInk.write(p.Canvas, r.Min.X+1, r.Min.Y+1, left, text)
}

// touching is how far boxes may reach into each other, in points, and still only touch,
// so that the last bits of a coordinate decide nothing.
const touching = 1e-3

// place is the nearest box of the given size inside the data that covers nothing,
// and how far from the point it is; where everything is covered, the one that
// covers least.
func (o *obstacles) place(
	data vg.Rectangle, at vg.Point, first float64, wide, high vg.Length,
) (best vg.Rectangle, away float64) {
	least := math.MaxInt
	for _, distance := range []float64{4, 8, 13, 19, 27, 37} {
		const directions = 16
		for k := range directions {
			turn := float64((k+1)/2) * 2 * math.Pi / directions
			if k%2 == 1 {
				turn = -turn
			}
			dx, dy := vg.Length(math.Cos(first+turn)), vg.Length(math.Sin(first+turn))
			centre := at.Add(vg.Point{X: dx * (vg.Length(distance) + wide/2), Y: dy * (vg.Length(distance) + high/2)})
			r := centred(centre, wide/2, high/2)
			inner := centred(centre, wide/2-touching, high/2-touching)
			if inner.Min.X < data.Min.X || inner.Max.X > data.Max.X || inner.Min.Y < data.Min.Y ||
				inner.Max.Y > data.Max.Y {
				continue
			}
			if n := o.covered(inner); n < least {
				best, least, away = r, n, distance
			}
		}
		if least == 0 {
			break
		}
	}
	return best, away
}
