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
	XScale, YScale   Scale  // how values are written
	XBetter, YBetter analytics.Sense
	PointLabel       string          // what the numbers at the points are: "half-width (leverage)"
	Panels           []TradeoffPanel // such as one for each volatility; series of at most four different names
	Columns          int             // of panels, up to 4; 0: as many as suit their number
	Apart            bool            // each series has a front of its own; otherwise those of a panel share one
}

// A TradeoffPanel is settings in the same scenario.
type TradeoffPanel struct {
	Label    string // of the scenario; may be empty where there is one panel
	Series   []TradeoffSeries
	Baseline *TradeoffPoint // the baseline, with a ring; nil: not drawn. Its Standing does not count
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

// check says everything that is wrong with the data.
func (in TradeoffData) check() error {
	c := checker{figure: "Tradeoff"}
	c.label("XLabel", in.XLabel)
	c.label("YLabel", in.YLabel)
	for _, q := range in.Panels {
		c.want(q.Label != "" || len(in.Panels) == 1, "a panel of several has no Label; want the scenario")
		for _, s := range q.Series {
			for _, p := range s.Points {
				c.want(p.missing() || drawable(p.X) && drawable(p.Y),
					"series %q: point %q = %+v, %+v; want finite values within their intervals, or NaN",
					s.Name, p.Label, p.X, p.Y)
			}
		}
	}
	for _, q := range in.Panels {
		if b := q.Baseline; b != nil {
			c.want(!b.missing() && drawable(b.X) && drawable(b.Y),
				"Baseline %+v, %+v; want finite values within their intervals", b.X, b.Y)
		}
	}
	c.want(in.Columns >= 0 && in.Columns <= 4, "%d Columns; want 1 to 4, or 0", in.Columns)
	series := in.names()
	c.want(len(series) <= 4, "%d series of different names; want at most 4", len(series))
	c.want(slices.ContainsFunc(in.Panels, TradeoffPanel.drawn), "no point has values")
	return c.err()
}

// Tradeoff draws the settings as points with both intervals, distinguished by shape
// and colour by series and by filling by standing, and joins those on a front. The
// error says which panel or point is at fault.
func Tradeoff(in TradeoffData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	series := in.names()
	var panels []panel
	for _, q := range in.Panels {
		if q.drawn() {
			panels = append(panels, in.panel(q, series))
		}
	}
	cols := columns(len(panels))
	if in.Columns > 0 && len(panels) == len(in.Panels) { // else what is left out would shift the others
		cols = in.Columns
	}
	s := sheet{
		title: in.Title, caption: in.Caption, notes: in.notes(), height: 3.6 * vg.Inch,
		legend: append(in.seriesKeys(series), in.standingKeys()...),
	}
	if slices.ContainsFunc(in.Panels, func(q TradeoffPanel) bool { return q.Baseline != nil }) {
		s.legend = append(s.legend, markKey("baseline", 10, ring))
	}
	if len(panels) > 1 {
		s.height = rowsOf(len(panels), cols) * 2.2 * vg.Inch
	}
	if len(in.Panels) > 1 {
		return s.sharing(in.XLabel+panels[0].x.kind(), cols, panels...), nil
	}
	return s.panels(cols, panels...), nil
}

// points are all settings.
func (in TradeoffData) points() (list []TradeoffPoint) {
	for _, q := range in.Panels {
		for _, s := range q.Series {
			list = append(list, s.Points...)
		}
	}
	return list
}

// names are the names of the series of all panels.
func (in TradeoffData) names() (series names) {
	for _, q := range in.Panels {
		for _, s := range q.Series {
			series.add(s.Name)
		}
	}
	return series
}

// stands reports whether some setting that is drawn has the standing.
func (in TradeoffData) stands(standing analytics.Standing) bool {
	return slices.ContainsFunc(in.points(), func(p TradeoffPoint) bool {
		return !p.missing() && p.Standing == standing
	})
}

// seriesKeys say which shape is which series.
func (in TradeoffData) seriesKeys(series names) (list []entry) {
	for i, name := range series {
		if len(series) > 1 || name != "" {
			list = append(list, pointKey(name, placed{TradeoffPoint{Standing: analytics.OnFront}, looks[i]}))
		}
	}
	return list
}

// standingKeys say which filling is which standing.
func (in TradeoffData) standingKeys() (list []entry) {
	for _, k := range []struct {
		standing analytics.Standing
		name     string
	}{
		{analytics.OnFront, "on the front"},
		{analytics.Undecided, "undecided"},
		{analytics.Dominated, "dominated"},
	} {
		if !in.stands(k.standing) {
			continue
		}
		key := pointKey(k.name, placed{TradeoffPoint{Standing: k.standing}, look{grey, nil, disc}})
		if point := key.sample; k.standing == analytics.OnFront {
			key.wide, key.sample = sampleWidth, func(c draw.Canvas, a, b vg.Point) {
				c.StrokeLine2(frontLine, a.X, a.Y, b.X, b.Y)
				point(c, a, b)
			}
		}
		list = append(list, key)
	}
	return list
}

// notes say how to read the figure, and what it leaves out.
func (in TradeoffData) notes() []string {
	var words []string
	if in.PointLabel != "" {
		where := "some points of the front"
		if in.Apart {
			where = "some points of the last front"
		}
		words = append(words, "Numbers at "+where+": "+in.PointLabel+".")
	}
	if better := betterWay(in.XBetter, in.YBetter); better != "" {
		words = append(words, "Better is "+better+".")
	}
	if in.stands(analytics.Dominated) {
		words = append(words, "Dominated: significantly worse in both, by paired differences, "+
			"whose intervals are shorter than those drawn.")
	}
	notes := []string{strings.Join(words, " ")}
	missing := 0
	for _, p := range in.points() {
		if p.missing() {
			missing++
		}
	}
	if missing > 0 {
		notes = append(notes, fmt.Sprintf("Left out: %d of %d settings, without a value.", missing, len(in.points())))
	}
	return notes
}

// spans are what the points of a panel need of its axes.
func (q TradeoffPanel) spans() (xs, ys span) {
	xs, ys = nothing(), nothing()
	include := func(p TradeoffPoint) {
		if !p.missing() {
			xs.include(p.X.Value, p.X.Lo, p.X.Hi)
			ys.include(p.Y.Value, p.Y.Lo, p.Y.Hi)
		}
	}
	for _, s := range q.Series {
		for _, p := range s.Points {
			include(p)
		}
	}
	if q.Baseline != nil {
		include(*q.Baseline)
	}
	return xs, ys
}

// axes are those of a panel. An axis is by decades in all panels where that can be
// and values of one differ much, as the settings of interest would be crowded at an
// end.
func (in TradeoffData) axes(q TradeoffPanel, most int) (x, y axis) {
	const much = 8
	possible, useful := [2]bool{true, true}, [2]bool{}
	for _, q := range in.Panels {
		xs, ys := q.spans()
		for i, s := range []span{xs, ys} {
			if q.drawn() {
				possible[i] = possible[i] && s.lo > 0
				useful[i] = useful[i] || s.hi > much*s.lo
			}
		}
	}
	xs, ys := q.spans()
	one := func(i int, s span, scale Scale, most int) axis {
		if possible[i] && useful[i] {
			return s.logarithmic(1.05, 0.05, scale.Factor(), most)
		}
		return s.linear(scale.Factor(), most)
	}
	return one(0, xs, in.XScale, most), one(1, ys, in.YScale, 7)
}

// panel draws the fronts of one panel.
func (in TradeoffData) panel(q TradeoffPanel, series names) panel {
	points, fronts := in.place(q, series)
	xlabel, most, labels := in.XLabel, 8, 8 // ticks of the x axis, labels of a front
	if len(in.Panels) > 1 {
		xlabel, most, labels = "", 5, 3
	}
	x, y := in.axes(q, most)
	ylabel := in.YLabel + y.kind()
	if len(in.Panels) > 1 {
		ylabel = q.Label + "\n" + ylabel
	}
	if xlabel != "" {
		xlabel += x.kind()
	}
	return panel{
		label: ylabel, xlabel: xlabel, x: x, y: y,
		paint: func(p plane) { in.paint(p, q, points, fronts, labels) },
	}
}

// paint draws the points and fronts of a panel, and labels some points of the last
// front.
func (in TradeoffData) paint(p plane, q TradeoffPanel, points []placed, fronts [][]placed, labels int) {
	var taken obstacles
	for _, front := range fronts {
		in.join(p, front, &taken)
	}
	for _, q := range points {
		q.intervals(p, &taken)
	}
	for _, q := range points {
		q.draw(p.Canvas, p.at(q.X.Value, q.Y.Value))
	}
	if b := q.Baseline; b != nil {
		at := p.at(b.X.Value, b.Y.Value)
		ring(p.Canvas, at)
		taken.box(centred(at, ringRadius, ringRadius))
	}
	if len(fronts) == 0 {
		return
	}
	// Labels go to the good corner, where there is nothing; those of several
	// fronts, side by side, would be too many.
	corner := math.Atan2(0.8*float64(in.YBetter), float64(in.XBetter))
	for _, q := range few(fronts[len(fronts)-1], labels) {
		p.callout(&taken, p.at(q.X.Value, q.Y.Value), corner, q.Label)
	}
}

// ringRadius is the radius of the ring around the baseline.
const ringRadius vg.Length = 5

// ring marks the baseline.
func ring(c draw.Canvas, at vg.Point) {
	var path vg.Path
	path.Move(at.Add(vg.Point{X: ringRadius}))
	path.Arc(at, ringRadius, 0, 2*math.Pi)
	path.Close()
	c.SetLineStyle(draw.LineStyle{Color: black, Width: 1.1})
	c.Stroke(path)
}

// place returns the points of a panel in the order they are drawn, what is
// dominated below and the front on top, and the fronts that have any, each from left
// to right.
func (in TradeoffData) place(q TradeoffPanel, series names) (points []placed, fronts [][]placed) {
	for i, s := range q.Series {
		if i == 0 || in.Apart {
			fronts = append(fronts, nil)
		}
		front := &fronts[len(fronts)-1]
		for _, p := range s.Points {
			if p.missing() {
				continue
			}
			at := placed{p, looks[series.index(s.Name)]}
			points = append(points, at)
			if p.Standing == analytics.OnFront {
				*front = append(*front, at)
			}
		}
	}
	order := func(s analytics.Standing) int {
		return slices.Index([]analytics.Standing{analytics.Dominated, analytics.Undecided, analytics.OnFront}, s)
	}
	slices.SortStableFunc(points, func(a, b placed) int { return order(a.Standing) - order(b.Standing) })
	for _, front := range fronts {
		slices.SortStableFunc(front, func(a, b placed) int { return cmp.Compare(a.X.Value, b.X.Value) })
	}
	return points, slices.DeleteFunc(fronts, func(f []placed) bool { return len(f) == 0 })
}

// join draws the line of a front.
func (in TradeoffData) join(p plane, front []placed, taken *obstacles) {
	style := frontLine
	if in.Apart {
		style.Color = front[0].look.color
	}
	var joined []vg.Point
	for i, q := range front {
		joined = append(joined, p.at(q.X.Value, q.Y.Value))
		if i > 0 {
			taken.line(joined[i-1], joined[i])
		}
	}
	p.StrokeLines(style, joined)
}

// intervals draws both intervals of the point.
func (q placed) intervals(p plane, taken *obstacles) {
	style := draw.LineStyle{Color: q.ink(), Width: hair}
	p.whisker(style, q.X.Value, q.Y.Lo, q.Y.Hi)
	p.sideWhisker(style, q.Y.Value, q.X.Lo, q.X.Hi)
	if finite(q.Y.Lo) && finite(q.Y.Hi) {
		taken.line(p.at(q.X.Value, q.Y.Lo), p.at(q.X.Value, q.Y.Hi))
	}
	if finite(q.X.Lo) && finite(q.X.Hi) {
		taken.line(p.at(q.X.Lo, q.Y.Value), p.at(q.X.Hi, q.Y.Value))
	}
	taken.box(centred(p.at(q.X.Value, q.Y.Value), 3, 3))
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

// drawn reports whether the panel has a point with values.
func (q TradeoffPanel) drawn() bool {
	return slices.ContainsFunc(q.Series, func(s TradeoffSeries) bool {
		return slices.ContainsFunc(s.Points, func(p TradeoffPoint) bool { return !p.missing() })
	})
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
// where it is dominated.
func (q placed) draw(c draw.Canvas, at vg.Point) {
	switch q.Standing {
	case analytics.OnFront:
		q.look.marker.paint(c, at, 1.15, q.look.color, q.look.color)
	case analytics.Undecided:
		q.look.marker.paint(c, at, 1, white, q.look.color)
	default:
		q.look.marker.paint(c, at, 0.7, q.ink(), q.ink())
	}
}

// pointKey is a legend entry for a point.
func pointKey(name string, q placed) entry {
	return markKey(name, 8, q.draw)
}
