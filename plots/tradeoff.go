package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// TradeoffData is two metrics of many settings against each other, such as growth
// and tracking error of bands, and which of them no other setting beats in both.
type TradeoffData struct {
	Title, Caption   string
	XLabel, YLabel   string // the metrics with their units
	XScale, YScale   Scale
	XBetter, YBetter analytics.Sense
	PointLabel       string           // what the numbers at the points are: "half-width (leverage)"
	Series           []TradeoffSeries // at most four
}

// A TradeoffSeries is settings of one kind, such as bands that trade to the edge.
type TradeoffSeries struct {
	Name   string
	Points []TradeoffPoint
}

// A TradeoffPoint is one setting. A NaN value leaves it out.
type TradeoffPoint struct {
	Label    string // such as the half-width; written where the point is on the front
	X, Y     analytics.Estimate
	Standing analytics.Standing // among the settings of all series
}

// Tradeoff draws the settings as points with both intervals, told apart by shape
// and colour by series and by filling by standing, and joins those on the front.
func Tradeoff(in TradeoffData) (*Figure, error) {
	c := checker{figure: "Tradeoff"}
	c.want(in.XLabel != "" && in.YLabel != "", "XLabel or YLabel is empty; want metric and unit")
	c.want(len(in.Series) <= 4, "%d Series; want at most 4", len(in.Series))
	xs, ys := nothing(), nothing()
	var points, front []placed
	missing := 0
	stands := map[analytics.Standing]bool{}
	for i, s := range in.Series {
		for _, p := range s.Points {
			if math.IsNaN(p.X.Value) || math.IsNaN(p.Y.Value) {
				missing++
				continue
			}
			c.want(drawable(p.X) && drawable(p.Y), "series %q: point %q = %+v, %+v; want finite values within their intervals, or NaN", s.Name, p.Label, p.X, p.Y)
			xs.include(p.X.Value, p.X.Lo, p.X.Hi)
			ys.include(p.Y.Value, p.Y.Lo, p.Y.Hi)
			stands[p.Standing] = true
			points = append(points, placed{p, looks[i%len(looks)]})
		}
	}
	c.want(len(points) > 0, "no point has values")
	if err := c.err(); err != nil {
		return nil, err
	}
	// What is surely beaten lies below, the front on top.
	order := func(s analytics.Standing) int {
		return slices.Index([]analytics.Standing{analytics.Dominated, analytics.Untold, analytics.OnFront}, s)
	}
	slices.SortStableFunc(points, func(a, b placed) int { return order(a.Standing) - order(b.Standing) })
	for _, p := range points {
		if p.Standing == analytics.OnFront {
			front = append(front, p)
		}
	}
	slices.SortStableFunc(front, func(a, b placed) int { return cmp.Compare(a.X.Value, b.X.Value) })

	// Labels go to the good corner, where there is nothing.
	corner := math.Atan2(0.8*float64(in.YBetter), float64(in.XBetter))
	xlo, xhi := padded(xs.lo, xs.hi)
	ylo, yhi := padded(ys.lo, ys.hi)
	cloud := panel{label: in.YLabel, xlabel: in.XLabel, x: linearAxis(xlo, xhi, in.XScale.factor(), 8), y: linearAxis(ylo, yhi, in.YScale.factor(), 7), paint: func(p plane) {
		var taken obstacles
		var joined []vg.Point
		for _, q := range front {
			joined = append(joined, p.at(q.X.Value, q.Y.Value))
		}
		p.StrokeLines(frontLine, joined)
		for i := 1; i < len(joined); i++ {
			taken.line(joined[i-1], joined[i])
		}
		for _, q := range points {
			style := draw.LineStyle{Color: q.ink(), Width: hair}
			p.whisker(style, q.X.Value, q.Y.Lo, q.Y.Hi)
			p.sideWhisker(style, q.Y.Value, q.X.Lo, q.X.Hi)
			at := p.at(q.X.Value, q.Y.Value)
			if finite(q.Y.Lo) && finite(q.Y.Hi) {
				taken.line(p.at(q.X.Value, q.Y.Lo), p.at(q.X.Value, q.Y.Hi))
			}
			if finite(q.X.Lo) && finite(q.X.Hi) {
				taken.line(p.at(q.X.Lo, q.Y.Value), p.at(q.X.Hi, q.Y.Value))
			}
			taken.box(vg.Rectangle{Min: vg.Point{X: at.X - 3, Y: at.Y - 3}, Max: vg.Point{X: at.X + 3, Y: at.Y + 3}})
		}
		for _, q := range points {
			q.draw(p.Canvas, p.at(q.X.Value, q.Y.Value))
		}
		for _, q := range front {
			p.callout(&taken, p.at(q.X.Value, q.Y.Value), corner, q.Label)
		}
	}}
	s := sheet{title: in.Title, caption: in.Caption, height: 3.6 * vg.Inch}
	for i, series := range in.Series {
		if len(in.Series) > 1 || series.Name != "" {
			s.legend = append(s.legend, pointKey(series.Name, placed{TradeoffPoint{Standing: analytics.OnFront}, looks[i]}))
		}
	}
	for _, k := range []struct {
		standing analytics.Standing
		name     string
	}{{analytics.OnFront, "on the front"}, {analytics.Untold, "may be on it"}, {analytics.Dominated, "surely beaten in both"}} {
		if !stands[k.standing] {
			continue
		}
		key := pointKey(k.name, placed{TradeoffPoint{Standing: k.standing}, look{grey, nil, disc}})
		if point := key.sample; k.standing == analytics.OnFront {
			key.wide, key.sample = sampleWidth, func(c draw.Canvas, a, b vg.Point) {
				c.StrokeLine2(frontLine, a.X, a.Y, b.X, b.Y)
				point(c, a, b)
			}
		}
		s.legend = append(s.legend, key)
	}
	var notes []string
	if in.PointLabel != "" {
		notes = append(notes, "Numbers at points: "+in.PointLabel+".")
	}
	if better := betterWay(in.XBetter, in.YBetter); better != "" {
		notes = append(notes, "Better is "+better+".")
	}
	if stands[analytics.Dominated] {
		notes = append(notes, "Beaten is judged by paired differences, whose intervals are shorter than those drawn.")
	}
	s.notes = append(s.notes, strings.Join(notes, " "))
	if missing > 0 {
		s.notes = append(s.notes, fmt.Sprintf("Left out: %d settings without a value.", missing))
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{cloud}) }), nil
}

// betterWay says where the good corner is.
func betterWay(x, y analytics.Sense) string {
	across := map[analytics.Sense]string{analytics.Higher: "right", analytics.Lower: "left"}[x]
	up := map[analytics.Sense]string{analytics.Higher: "up", analytics.Lower: "down"}[y]
	if across != "" && up != "" {
		return up + " and " + across
	}
	return up + across
}

// frontLine joins the points on the front.
var frontLine = draw.LineStyle{Color: black, Width: 0.8}

// A placed point knows how its series looks.
type placed struct {
	TradeoffPoint
	look look
}

// ink is the colour of its intervals and outline.
func (q placed) ink() color.NRGBA {
	if q.Standing == analytics.Dominated {
		return pale(q.look.color, 0.45)
	}
	return q.look.color
}

// draw marks the point: filled on the front, open where it may be, small and pale
// where it is beaten.
func (q placed) draw(c draw.Canvas, at vg.Point) {
	switch q.Standing {
	case analytics.OnFront:
		q.look.marker.paint(c, at, 1.15, q.look.color, q.look.color)
	case analytics.Untold:
		q.look.marker.paint(c, at, 1, white, q.look.color)
	default:
		q.look.marker.paint(c, at, 0.7, q.ink(), q.ink())
	}
}

// pointKey is a legend entry for a point.
func pointKey(name string, q placed) entry {
	return entry{name: name, wide: 8, sample: func(c draw.Canvas, a, b vg.Point) {
		q.draw(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y})
	}}
}
