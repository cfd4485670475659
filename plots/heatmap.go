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
	Marked         [][2]int    // cells with a frame, such as the token's own: X, then Y
}

// ramp goes from pale to dark through the blues of the house, so that more is
// darker in grey too.
func ramp(share float64) color.NRGBA {
	stops := []color.NRGBA{{0xf4, 0xf1, 0xe4, 0xff}, {0x9c, 0xc8, 0xd9, 0xff}, {0x3a, 0x82, 0xb0, 0xff}, {0x0a, 0x3d, 0x73, 0xff}, {0x06, 0x16, 0x30, 0xff}}
	at := max(0, min(share, 1)) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a))))
	}
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
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
	for _, m := range in.Marked {
		c.want(m[0] >= 0 && m[0] < nx && m[1] >= 0 && m[1] < ny, "Marked %v is outside the cells", m)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	factor := in.Scale.factor()
	bar := linearAxis(vs.lo, vs.hi, factor, 7)
	share := func(v float64) float64 { return bar.place(v) }
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
				fillRectangle(p.Canvas, ramp(share(v)), a, b)
			}
		}
		for i, row := range in.Values {
			for j, v := range row {
				text := formatDigits(v*factor, 3)
				if math.IsNaN(v) || tickInk.width(text) > (p.atX(1)-p.atX(0))-4 || p.atY(1)-p.atY(0) < tickInk.leading() {
					continue
				}
				k := ink{tickInk.size, black}
				if share(v) > 0.42 {
					k.color = white
				}
				k.write(p.Canvas, p.atX(float64(j)+0.5), p.atY(float64(i)+0.5)-tickInk.capital()/2, middle, text)
			}
		}
		for _, m := range in.Marked {
			a, b := p.at(float64(m[0]), float64(m[1])), p.at(float64(m[0]+1), float64(m[1]+1))
			r := vg.Rectangle{Min: vg.Point{X: a.X + 1, Y: a.Y + 1}, Max: vg.Point{X: b.X - 1, Y: b.Y - 1}}
			p.SetLineStyle(draw.LineStyle{Color: looks[1].color, Width: 1.6})
			p.Stroke(r.Path())
		}
		x, steps := p.Max.X+barGap, 64
		height := p.Max.Y - p.Min.Y
		for s := range steps {
			from, to := p.Min.Y+height*vg.Length(s)/vg.Length(steps), p.Min.Y+height*vg.Length(s+1)/vg.Length(steps)
			if s+1 < steps {
				to += 0.5
			}
			fillRectangle(p.Canvas, ramp((float64(s)+0.5)/float64(steps)), vg.Point{X: x, Y: from}, vg.Point{X: x + barWide, Y: to})
		}
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
