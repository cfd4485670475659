package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A label names a curve at its right end.
type label struct {
	text string
	at   float64 // where the curve ends, on the y axis
	look look
}

const leader = 14 // points from the data to a direct label

// labelRoom is the room the labels need at the right of the data.
func labelRoom(labels []label) vg.Length {
	var widest vg.Length
	for _, l := range labels {
		widest = max(widest, tickInk.width(l.text))
	}
	return widest + leader + 2
}

// labelRight writes the labels at the right of the data, moved apart where
// curves end together, each tied to its curve by a thin line.
func (p plane) labelRight(labels []label) {
	ends := make([]vg.Length, len(labels))
	for i, l := range labels {
		ends[i] = p.atY(l.at)
	}
	heights := spread(ends, 1.15*tickInk.size, p.Min.Y, p.Max.Y)
	for i, l := range labels {
		style := draw.LineStyle{Color: l.look.color, Width: thin}
		p.StrokeLines(style, []vg.Point{
			{X: p.Max.X + 1, Y: ends[i]}, {X: p.Max.X + 3, Y: ends[i]},
			{X: p.Max.X + leader - 4, Y: heights[i]}, {X: p.Max.X + leader - 2, Y: heights[i]},
		})
		tickInk.write(p.Canvas, p.Max.X+leader, heights[i]-tickInk.capital()/2, left, l.text)
	}
}

// patchKey is a legend entry for an area.
func patchKey(name string, fill color.Color) entry {
	return entry{name: name, wide: sampleWidth, sample: func(c draw.Canvas, a, b vg.Point) {
		r := vg.Rectangle{Min: vg.Point{X: a.X, Y: a.Y - 3}, Max: vg.Point{X: b.X, Y: b.Y + 3}}
		c.SetColor(fill)
		c.Fill(r.Path())
	}}
}
