package plots

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// A label names a curve at its right end.
type label struct {
	text string
	at   float64 // where the curve ends, on the y axis
	look look
}

// endLabel names a curve and its last value, written in units of 1/factor, with the
// digits that the estimate of it supports: the i-th of ends, if there are any.
func endLabel(name string, values []float64, factor float64, l look, ends []analytics.Estimate, i int) label {
	end := values[len(values)-1]
	text := formatDigits(end*factor, 3)
	if len(ends) > 0 {
		e := ends[i]
		e.Value = end // which may be drawn as a fall
		if e.Lo > end || e.Hi < end {
			e.Lo, e.Hi = -e.Hi, -e.Lo
		}
		text = formatValue(e, factor, math.MaxInt)
	}
	return label{name + "  " + text, end, l}
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

// A topLabel names an upright line and its value, above the data.
type topLabel struct {
	name, value string
	at          float64 // on the x axis
	style       draw.LineStyle
}

// Points of labels on top of the data.
const topLeader = 12

// topRoom is the room that labels on top need.
func topRoom() vg.Length { return topLeader + 2*tickInk.leading() }

// labelTop writes labels above the data, moved apart where lines are close, each tied
// to its line. They may reach so far beyond the data at the right.
func (p plane) labelTop(labels []topLabel, beyond vg.Length) {
	ends, widths := make([]vg.Length, len(labels)), make([]vg.Length, len(labels))
	for i, l := range labels {
		ends[i] = p.atX(l.at)
		widths[i] = max(tickInk.width(l.name), tickInk.width(l.value)) + 10
	}
	centres := spreadWide(ends, widths, p.Min.X, p.Max.X+beyond)
	for i, l := range labels {
		p.StrokeLines(draw.LineStyle{Color: l.style.Color, Width: thin}, []vg.Point{
			{X: ends[i], Y: p.Max.Y}, {X: ends[i], Y: p.Max.Y + 2}, {X: centres[i], Y: p.Max.Y + topLeader - 3},
		})
		tickInk.write(p.Canvas, centres[i], p.Max.Y+topLeader+tickInk.leading(), middle, l.name)
		tickInk.write(p.Canvas, centres[i], p.Max.Y+topLeader, middle, l.value)
	}
}

// spread moves heights apart until neighbours are at least gap from each other
// and all lie in [lo, hi] if there is room, keeping their order.
func spread(heights []vg.Length, gap, lo, hi vg.Length) []vg.Length {
	return spreadWide(heights, slices.Repeat([]vg.Length{gap}, len(heights)), lo-gap/2, hi+gap/2)
}

// spreadWide moves the middles of things of some widths apart until none overlaps its
// neighbours and all lie in [lo, hi] if there is room, keeping their order.
func spreadWide(middles, widths []vg.Length, lo, hi vg.Length) []vg.Length {
	order := make([]int, len(middles))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(middles[i], middles[j]) })
	out := make([]vg.Length, len(middles))
	floor := lo
	for _, i := range order {
		out[i] = max(middles[i], floor+widths[i]/2)
		floor = out[i] + widths[i]/2
	}
	ceiling := hi
	for _, i := range slices.Backward(order) {
		out[i] = min(out[i], ceiling-widths[i]/2)
		ceiling = out[i] - widths[i]/2
	}
	return out
}
