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
	PointLabel       string          // what the numbers at the points are: "half-width (leverage)"
	Panels           []TradeoffPanel // such as one for each volatility; series of at most four different names
	Apart            bool            // each series has a front of its own; otherwise those of a panel share one
}

// A TradeoffPanel is settings in the same circumstances.
type TradeoffPanel struct {
	Label  string // of the circumstances; may be empty where there is one panel
	Series []TradeoffSeries
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
	Standing analytics.Standing // among the settings of its front
}

// Tradeoff draws the settings as points with both intervals, told apart by shape
// and colour by series and by filling by standing, and joins those on a front.
func Tradeoff(in TradeoffData) (*Figure, error) {
	c := checker{figure: "Tradeoff"}
	c.want(in.XLabel != "" && in.YLabel != "", "XLabel or YLabel is empty; want metric and unit")
	var series names
	missing := 0
	var drawn []TradeoffPanel // those with values
	stands := map[analytics.Standing]bool{}
	for _, q := range in.Panels {
		c.want(q.Label != "" || len(in.Panels) == 1, "a panel of several has no Label; want the circumstances")
		some := false
		for _, s := range q.Series {
			series.add(s.Name)
			for _, p := range s.Points {
				if p.missing() {
					missing++
					continue
				}
				c.want(drawable(p.X) && drawable(p.Y), "series %q: point %q = %+v, %+v; want finite values within their intervals, or NaN", s.Name, p.Label, p.X, p.Y)
				some, stands[p.Standing] = true, true
			}
		}
		if some {
			drawn = append(drawn, q)
		}
	}
	c.want(len(series) <= 4, "%d series of different names; want at most 4", len(series))
	c.want(len(drawn) > 0, "no point has values")
	if err := c.err(); err != nil {
		return nil, err
	}
	var panels []panel
	for _, q := range drawn {
		panels = append(panels, in.panel(q, series))
	}
	cols, height := 1, 3.6*vg.Inch
	if n := len(panels); n > 1 {
		cols = 2
		if n > 4 {
			cols = 3
		}
		height = vg.Length((n+cols-1)/cols) * 2.2 * vg.Inch
	}
	s := sheet{title: in.Title, caption: in.Caption, height: height}
	for i, name := range series {
		if len(series) > 1 || name != "" {
			s.legend = append(s.legend, pointKey(name, placed{TradeoffPoint{Standing: analytics.OnFront}, looks[i]}))
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
		where := "points"
		if in.Apart {
			where = "points of the last front"
		}
		notes = append(notes, "Numbers at "+where+": "+in.PointLabel+".")
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
	return s.figure(func(body draw.Canvas) {
		if len(in.Panels) > 1 {
			body = shareX(body, in.XLabel)
		}
		smallMultiples(body, cols, panels)
	}), nil
}

// panel draws the fronts of one panel.
func (in *TradeoffData) panel(q TradeoffPanel, series names) panel {
	xs, ys := nothing(), nothing()
	var points []placed
	var fronts [][]placed // from left to right
	for i, s := range q.Series {
		if i == 0 || in.Apart {
			fronts = append(fronts, nil)
		}
		front := &fronts[len(fronts)-1]
		for _, p := range s.Points {
			if p.missing() {
				continue
			}
			xs.include(p.X.Value, p.X.Lo, p.X.Hi)
			ys.include(p.Y.Value, p.Y.Lo, p.Y.Hi)
			at := placed{p, looks[series.index(s.Name)]}
			points = append(points, at)
			if p.Standing == analytics.OnFront {
				*front = append(*front, at)
			}
		}
	}
	// What is surely beaten lies below, the front on top.
	order := func(s analytics.Standing) int {
		return slices.Index([]analytics.Standing{analytics.Dominated, analytics.Untold, analytics.OnFront}, s)
	}
	slices.SortStableFunc(points, func(a, b placed) int { return order(a.Standing) - order(b.Standing) })
	for _, front := range fronts {
		slices.SortStableFunc(front, func(a, b placed) int { return cmp.Compare(a.X.Value, b.X.Value) })
	}

	// Labels go to the good corner, where there is nothing.
	corner := math.Atan2(0.8*float64(in.YBetter), float64(in.XBetter))
	xlo, xhi := padded(xs.lo, xs.hi)
	ylo, yhi := padded(ys.lo, ys.hi)
	ylabel, xlabel, most, labels := in.YLabel, in.XLabel, 8, math.MaxInt // ticks of the x axis, labels of a front
	if len(in.Panels) > 1 {
		ylabel, xlabel, most, labels = q.Label+"\n"+in.YLabel, "", 5, 6
	}
	fronts = slices.DeleteFunc(fronts, func(f []placed) bool { return len(f) == 0 })
	return panel{label: ylabel, xlabel: xlabel, x: linearAxis(xlo, xhi, in.XScale.Factor(), most), y: linearAxis(ylo, yhi, in.YScale.Factor(), 7), paint: func(p plane) {
		var taken obstacles
		for _, front := range fronts {
			var joined []vg.Point
			for _, q := range front {
				joined = append(joined, p.at(q.X.Value, q.Y.Value))
			}
			style := frontLine
			if in.Apart {
				style.Color = front[0].look.color
			}
			p.StrokeLines(style, joined)
			for i := 1; i < len(joined); i++ {
				taken.line(joined[i-1], joined[i])
			}
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
		if len(fronts) > 0 { // labels of several, side by side, would be too many
			for _, q := range few(fronts[len(fronts)-1], labels) {
				p.callout(&taken, p.at(q.X.Value, q.Y.Value), corner, q.Label)
			}
		}
	}}
}

// few are at most n ≥ 2 of the points: the first, the last and evenly between.
func few(points []placed, n int) (list []placed) {
	if len(points) <= n {
		return points
	}
	for i := range n {
		list = append(list, points[i*(len(points)-1)/(n-1)])
	}
	return list
}

// missing says that the point is left out.
func (p TradeoffPoint) missing() bool { return math.IsNaN(p.X.Value) || math.IsNaN(p.Y.Value) }

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
