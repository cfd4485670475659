package plots

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// A Mark is something drawn in a [Panel]. [Line], [Series], [Area] and [Reference]
// are marks; one of your own needs these three methods.
type Mark interface {
	// Key is its name in the legend; empty: not in the legend.
	Key() string
	// Extent returns values that the axes have to span; those that are not finite
	// do not count.
	Extent() (xs, ys []float64)
	// Draw draws it into p, in a look that marks of other names do not have.
	Draw(p Plane, l Look)
}

// An ownMark is a mark of this package, which checks its data and has a legend
// entry of its own.
type ownMark interface {
	checkIn(c *checker, panel string)
	entry(l look) entry
}

// A Look is how a mark is distinguished from others: by colour, by lightness, by dashes and
// by the shape of its points. A mark gets its Look from [New].
type Look struct{ look look }

// A Plane is the data rectangle of a panel, addressed by values. What lies beyond
// its axes is not drawn.
type Plane struct{ p plane }

// area and bar are the fills of an area, through which the grid shows, and of a bar.
func (l look) area() color.NRGBA { return tint(l.color, 0.25) }
func (l look) bar() color.NRGBA  { return pale(l.color, 0.65) }

// Line joins the points, as many xs as ys, with a gap wherever y is NaN or a point
// lies beyond the axes.
func (p Plane) Line(l Look, xs, ys []float64) {
	drawn := Line{X: xs, Y: ys}.within(p.p.x, p.p.y)
	p.p.line(l.look.line(heavy), drawn.X, drawn.Y)
}

// Area fills between two curves over the same xs, cut off at the axes. All values
// are finite.
func (p Plane) Area(l Look, xs, lo, hi []float64) {
	clamped := func(a axis, vs []float64) []float64 {
		out := slices.Clone(vs)
		for i := range out {
			out[i] = a.clamp(out[i])
		}
		return out
	}
	p.p.area(l.look.area(), clamped(p.p.x, xs), clamped(p.p.y, lo), clamped(p.p.y, hi))
}

// Bar fills the rectangle between two corners, cut off at the axes.
func (p Plane) Bar(l Look, x0, y0, x1, y1 float64) {
	x, y := p.p.x, p.p.y
	p.p.bar(l.look.bar(), x.clamp(x0), y.clamp(y0), x.clamp(x1), y.clamp(y1))
}

// Points marks estimates at xs, as many, with their intervals; none for a value
// that is NaN or beyond the axes.
func (p Plane) Points(l Look, xs []float64, es []analytics.Estimate) {
	for i, e := range es {
		if p.p.x.holds(xs[i]) && p.p.y.holds(e.Value) {
			e.Lo, e.Hi = p.p.y.clamp(e.Lo), p.p.y.clamp(e.Hi)
			p.p.estimates(l.look, 1, xs[i:i+1], []analytics.Estimate{e})
		}
	}
}

// Text writes a few words above a point, centred.
func (p Plane) Text(x, y float64, text string) {
	if p.p.x.holds(x) && p.p.y.holds(y) {
		tickInk.write(p.p.Canvas, p.p.atX(x), p.p.atY(y)+3, middle, text)
	}
}

// Key implements [Mark].
func (l Line) Key() string { return l.Name }

// Extent implements [Mark].
func (l Line) Extent() (xs, ys []float64) { return l.X, l.Y }

// Draw implements [Mark].
func (l Line) Draw(p Plane, look Look) { p.Line(look, l.X, l.Y) }

func (l Line) checkIn(c *checker, _ string) { l.check(c) }
func (l Line) entry(k look) entry           { return lineKey(l.Name, k.line(heavy)) }

// Key implements [Mark].
func (s Series) Key() string { return s.Name }

// Extent implements [Mark]; it holds the intervals.
func (s Series) Extent() (xs, ys []float64) {
	for _, e := range s.Y {
		if finite(e.Value) {
			ys = append(ys, e.Value, e.Lo, e.Hi)
		}
	}
	return s.X, ys
}

// Draw implements [Mark]: estimates with their intervals, joined by a thin line.
func (s Series) Draw(p Plane, l Look) {
	p.p.line(l.look.line(thin), s.X, s.values())
	p.Points(l, s.X, s.Y)
}

func (s Series) checkIn(c *checker, panel string) { s.check(c, panel) }
func (s Series) entry(l look) entry               { return seriesKey(s.Name, l, thin) }

// An Area is what lies between two curves, such as two quantiles.
type Area struct {
	Name   string
	X      []float64 // at least 2, increasing
	Lo, Hi []float64 // as many, finite, Lo nowhere above Hi
}

// Key implements [Mark].
func (a Area) Key() string { return a.Name }

// Extent implements [Mark].
func (a Area) Extent() (xs, ys []float64) { return a.X, slices.Concat(a.Lo, a.Hi) }

// Draw implements [Mark].
func (a Area) Draw(p Plane, l Look) { p.Area(l, a.X, a.Lo, a.Hi) }

func (a Area) checkIn(c *checker, panel string) {
	c.want(len(a.X) >= 2 && len(a.Lo) == len(a.X) && len(a.Hi) == len(a.X),
		"%s, area %q: %d X, %d Lo and %d Hi; want equally many, at least 2",
		panel, a.Name, len(a.X), len(a.Lo), len(a.Hi))
	c.want(increasing(a.X), "%s, area %q: X are not finite and increasing", panel, a.Name)
	for i := range min(len(a.Lo), len(a.Hi)) {
		c.want(finite(a.Lo[i]) && finite(a.Hi[i]) && a.Lo[i] <= a.Hi[i],
			"%s, area %q: from %v to %v at X[%d]; want finite values, Lo at most Hi",
			panel, a.Name, a.Lo[i], a.Hi[i], i)
	}
}

func (a Area) entry(l look) entry { return patchKey(a.Name, l.area()) }

// Key implements [Mark].
func (r Reference) Key() string { return r.Name }

// Extent implements [Mark].
func (r Reference) Extent() (xs, ys []float64) { return []float64{r.At}, nil }

// Draw implements [Mark]: an upright line, grey, in dashes of its own.
func (r Reference) Draw(p Plane, l Look) { p.p.post(referenceLine(l.look), r.At) }

func (r Reference) checkIn(c *checker, panel string) {
	c.want(finite(r.At), "%s, reference %q is at %v; want a finite value", panel, r.Name, r.At)
}

func (r Reference) entry(l look) entry { return lineKey(r.Name, referenceLine(l)) }

func referenceLine(l look) draw.LineStyle { return l.line(0.8) }

func isReference(m Mark) bool {
	switch m.(type) {
	case Reference, *Reference:
		return true
	}
	return false
}
