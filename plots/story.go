package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// StoryData is one path: what the price did, what the leverage did in
// consequence, and what became of the token.
type StoryData struct {
	Title, Caption string
	Times          []float64 // years, not decreasing
	Price          []float64 // over its start, above zero
	Leverage       []float64 // magnitude; NaN once the token has ended
	NAV            []float64 // in initial NAV, at least 0
	Low, High      float64   // edges of the band; NaN: none
	Target         float64   // magnitude
	Events         []StoryEvent
}

// A StoryEvent is something that happened at a time.
type StoryEvent struct {
	At   float64 // years
	Name string  // "rebalance", "liquidation"; events of one name look the same
}

// Story draws price, leverage with its band, and NAV one above the other over
// one time axis, and marks events on the leverage.
func Story(in StoryData) (*Figure, error) {
	c := checker{figure: "Story"}
	n := len(in.Times)
	c.want(n >= 2, "%d Times; want at least 2", n)
	c.want(len(in.Price) == n && len(in.Leverage) == n && len(in.NAV) == n, "%d Price, %d Leverage and %d NAV for %d Times", len(in.Price), len(in.Leverage), len(in.NAV), n)
	prices, navs, levers := nothing(), nothing(), nothing()
	for i := range min(n, len(in.Price), len(in.Leverage), len(in.NAV)) {
		c.want(finite(in.Times[i]) && (i == 0 || in.Times[i] >= in.Times[i-1]), "Times[%d] = %v; want times that do not decrease", i, in.Times[i])
		c.want(in.Price[i] > 0 && finite(in.Price[i]), "Price[%d] = %v; want a positive price", i, in.Price[i])
		c.want(in.NAV[i] >= 0 && finite(in.NAV[i]), "NAV[%d] = %v; want a finite NAV ≥ 0", i, in.NAV[i])
		c.want(finite(in.Leverage[i]) || math.IsNaN(in.Leverage[i]), "Leverage[%d] = %v; want a finite value or NaN", i, in.Leverage[i])
		prices.include(in.Price[i])
		levers.include(in.Leverage[i])
		if in.NAV[i] > 0 {
			navs.include(in.NAV[i])
		}
	}
	c.want(finite(in.Target), "Target = %v; want a leverage", in.Target)
	var kinds names
	for i, e := range in.Events {
		c.want(e.Name != "" && finite(e.At), "Events[%d] = %+v; want a name and a time", i, e)
		kinds.add(e.Name)
	}
	c.want(len(kinds) <= 4, "%d names of Events; want at most 4", len(kinds))
	c.want(c.err() != nil || in.Times[n-1] > in.Times[0], "Times are all %v", in.Times[0])
	if err := c.err(); err != nil {
		return nil, err
	}
	levers.include(in.Target, in.Low, in.High)
	x, unit := timeAxis(in.Times[0], in.Times[n-1], 9)
	logOf := func(s span) axis {
		pad := max(1.05, math.Pow(s.hi/s.lo, 0.06))
		return logAxis(s.lo/pad, s.hi*pad, 1, 6)
	}
	lo, hi := padded(levers.lo, levers.hi)
	ly := linearAxis(lo, hi, 1, 6)
	ny := logOf(navs)
	clip := func(vs []float64, floor float64) []float64 {
		out := make([]float64, len(vs))
		for i, v := range vs {
			out[i] = max(v, floor)
		}
		return out
	}
	markers := []marker{triangle, square, diamond, cross}
	panels := []panel{
		{label: "Price of the underlying (start = 1, log scale)", x: x, y: logOf(prices), paint: func(p plane) {
			p.line(draw.LineStyle{Color: black, Width: 0.9}, in.Times, in.Price)
		}},
		{label: "Leverage", x: x, y: ly, paint: func(p plane) {
			if finite(in.Low) && finite(in.High) {
				p.bar(tint(looks[3].color, 0.3), in.Times[0], in.Low, in.Times[n-1], in.High)
			}
			p.StrokeLine2(markedLine(0), p.Min.X, p.atY(in.Target), p.Max.X, p.atY(in.Target))
			p.line(draw.LineStyle{Color: looks[0].color, Width: 0.9}, in.Times, in.Leverage)
			for _, e := range in.Events {
				k := kinds.index(e.Name)
				if k == 0 && len(in.Events) > 60 { // a stroke below, where markers would pile up
					at := p.atX(e.At)
					p.StrokeLine2(draw.LineStyle{Color: grey, Width: thin}, at, p.Min.Y, at, p.Min.Y+5)
					continue
				}
				markers[k].draw(p.Canvas, vg.Point{X: p.atX(e.At), Y: p.Min.Y + 6 + 7*vg.Length(k)}, looks[1].color)
			}
		}},
		{label: "Net asset value (start = 1, log scale)", xlabel: "Time (" + unit + ")", x: x, y: ny, paint: func(p plane) {
			p.line(draw.LineStyle{Color: looks[0].color, Width: 1.1}, in.Times, clip(in.NAV, ny.min))
		}},
	}
	legend := []entry{lineKey("target", markedLine(0))}
	if finite(in.Low) && finite(in.High) {
		legend = append(legend, patchKey(fmt.Sprintf("band %s to %s", formatShort(round(in.Low, 6)), formatShort(round(in.High, 6))), tint(looks[3].color, 0.3)))
	}
	for k, name := range kinds {
		count := 0
		for _, e := range in.Events {
			if e.Name == name {
				count++
			}
		}
		legend = append(legend, entry{name: fmt.Sprintf("%s (%s)", name, formatFixed(float64(count), 0)), wide: 10, sample: func(c draw.Canvas, a, b vg.Point) {
			if k == 0 && len(in.Events) > 60 {
				at := (a.X + b.X) / 2
				c.StrokeLine2(draw.LineStyle{Color: grey, Width: thin}, at, a.Y-2.5, at, a.Y+2.5)
				return
			}
			markers[k].draw(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y}, looks[1].color)
		}})
	}
	s := sheet{title: in.Title, caption: in.Caption, legend: legend, height: 5.2 * vg.Inch}
	if navs.lo > 0 && slices.Contains(in.NAV, 0) {
		s.notes = append(s.notes, "A net asset value of zero is drawn at the lower edge.")
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, panels) }), nil
}
