package plots

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A label names a curve at its right end.
type label struct {
	text string
	at   float64 // where the curve ends, on the y axis
	look look
}

// endLabel names a curve and its last value, written in units of 1/factor.
func endLabel(name string, values []float64, factor float64, l look) label {
	end := values[len(values)-1]
	return label{name + "  " + formatDigits(end*factor, 3), end, l}
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

// spread moves heights apart until neighbours are at least gap from each other
// and all lie in [lo, hi] if there is room, keeping their order.
func spread(heights []vg.Length, gap, lo, hi vg.Length) []vg.Length {
	order := make([]int, len(heights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(heights[i], heights[j]) })
	out := make([]vg.Length, len(heights))
	floor := lo
	for _, i := range order {
		out[i] = max(heights[i], floor)
		floor = out[i] + gap
	}
	ceiling := hi
	for _, i := range slices.Backward(order) {
		out[i] = min(out[i], ceiling)
		ceiling = out[i] - gap
	}
	return out
}
