package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PathTimelineData is one path: what the price did, what the leverage did in
// consequence, and what became of the token.
type PathTimelineData struct {
	Title, Caption string
	Start          time.Time // the instant at which Times are 0, for an axis of dates; zero: an axis of time
	Times          []float64 // years, not decreasing
	Price          []float64 // relative to its start, above zero
	Strike         []float64 // of a call, as the price; NaN: there is none; nil: not drawn
	Leverage       []float64 // magnitude; NaN once the token has ended
	NAV            []float64 // in initial NAV, at least 0
	AUM            []float64 // of the vault, US dollars, at least 0; nil: not drawn
	Health         []float64 // of a debt or a margin; NaN or infinite: there is none; nil: not drawn
	HealthLabel    string    // what it is, with its unit: "Health factor", "Margin (of the exposure)"
	Liquidated     float64   // at which health; NaN: nowhere
	Low, High      float64   // edges of the band; NaN: none
	Target         float64   // magnitude
	Events         []PathTimelineEvent
}

// A PathTimelineEvent is something that happened at a time.
type PathTimelineEvent struct {
	At   float64 // years
	Name string  // "rebalance", "liquidation", "wipe-out" or another; events of one name look the same
}

// check says everything that is wrong with the data.
func (in PathTimelineData) check() error {
	c := checker{figure: "PathTimeline"}
	n := len(in.Times)
	c.want(n >= 2, "%d Times; want at least 2", n)
	c.want(len(in.Price) == n && len(in.Leverage) == n && len(in.NAV) == n,
		"%d Price, %d Leverage and %d NAV for %d Times", len(in.Price), len(in.Leverage), len(in.NAV), n)
	for i := range min(n, len(in.Price), len(in.Leverage), len(in.NAV)) {
		c.want(finite(in.Times[i]) && (i == 0 || in.Times[i] >= in.Times[i-1]),
			"Times[%d] = %v; want times that do not decrease", i, in.Times[i])
		c.want(in.Price[i] > 0 && finite(in.Price[i]), "Price[%d] = %v; want a positive price", i, in.Price[i])
		c.want(in.NAV[i] >= 0 && finite(in.NAV[i]), "NAV[%d] = %v; want a finite NAV ≥ 0", i, in.NAV[i])
		c.want(finite(in.Leverage[i]) || math.IsNaN(in.Leverage[i]),
			"Leverage[%d] = %v; want a finite value or NaN", i, in.Leverage[i])
	}
	if in.Strike != nil {
		c.want(len(in.Strike) == n, "%d Strike for %d Times", len(in.Strike), n)
		for i, v := range in.Strike {
			c.want(!(v <= 0) && !math.IsInf(v, 0), "Strike[%d] = %v; want a positive price, or NaN", i, v)
		}
	}
	if in.AUM != nil {
		c.overTime("AUM", in.AUM, n, 0, "a finite size ≥ 0")
	}
	if in.Health != nil {
		c.want(len(in.Health) == n, "%d Health for %d Times", len(in.Health), n)
		c.label("HealthLabel", in.HealthLabel)
		c.want(!(in.Liquidated < 0) && !math.IsInf(in.Liquidated, 0),
			"Liquidated = %v; want a health ≥ 0, or NaN", in.Liquidated)
		for i, v := range in.Health {
			c.want(!(v < 0), "Health[%d] = %v; want a number ≥ 0, or NaN", i, v)
		}
	}
	c.want(finite(in.Target), "Target = %v; want a leverage", in.Target)
	for i, e := range in.Events {
		c.want(e.Name != "" && finite(e.At), "Events[%d] = %+v; want a name and a time", i, e)
	}
	others := 0
	for _, name := range in.kinds() {
		if !slices.Contains(knownEvents, name) {
			others++
		}
	}
	most := len(eventMarkers) - len(knownEvents)
	c.want(others <= most, "%d names of Events besides %s; want at most %d", others,
		strings.Join(knownEvents, ", "), most)
	c.want(c.err() != nil || in.Times[n-1] > in.Times[0], "Times are all %v", in.Times[0])
	return c.err()
}

// PathTimeline draws price, leverage with its band, NAV, health and the vault's size one
// above the other over one axis of time or dates, and marks events on the leverage; what
// ended or cut the token is a line through all panels. Lines of very many points keep the lowest and
// the highest of each half point of paper. The error says which field is at fault, and at
// which time.
func PathTimeline(in PathTimelineData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	prices, levers, navs := in.spans()
	x, xlabel := in.axis()
	value := func(label string, values []float64, over span, of color.Color) panel {
		y := over.logarithmic(1.05, 0.06, 1, 6)
		return panel{label: label, x: x, y: y, paint: func(p plane) {
			in.line(p, draw.LineStyle{Color: of, Width: 1}, raised(values, y.min))
		}}
	}
	list := []panel{
		value("Price of the underlying (start = 1), log scale", in.Price, prices, black),
		{label: "Leverage", x: x, y: in.leverageAxis(levers), paint: in.leverage},
		value("Net asset value (start = 1), log scale", in.NAV, navs, looks[0].color),
	}
	if plain := list[0].paint; in.Strike != nil {
		list[0].paint = func(p plane) {
			in.line(p, strikeLine, in.Strike)
			plain(p)
		}
	}
	if health := positive(in.Health); health.lo <= health.hi {
		list = append(list, in.health(x, health))
	}
	if in.AUM != nil {
		sizes := positive(in.AUM)
		vault := value("Size of the vault (US dollars), log scale", in.AUM, sizes, looks[0].color)
		if same(sizes.lo, sizes.hi) {
			vault.y = linearAxis(0, 1.2*sizes.hi, 1, 4)
			vault.label = "Size of the vault (US dollars)"
		}
		list = append(list, vault)
	}
	for i, q := range list {
		list[i].paint = func(p plane) {
			in.posts(p)
			q.paint(p)
		}
	}
	list[len(list)-1].xlabel = xlabel
	s := sheet{
		title: in.Title, caption: in.Caption, legend: in.legend(), height: vg.Length(len(list)) * 1.73 * vg.Inch,
	}
	if navs.lo > 0 && slices.Contains(in.NAV, 0) {
		s.notes = append(s.notes, "A net asset value of zero is drawn at the lower edge.")
	}
	return s.panels(1, list...), nil
}

// axis is that of time or dates, with its label.
func (in PathTimelineData) axis() (axis, string) {
	lo, hi := in.Times[0], in.Times[len(in.Times)-1]
	if !in.Start.IsZero() {
		return dateAxis(in.Start, lo, hi, 9)
	}
	x, unit := timeAxis(lo, hi, 9)
	return x, "Time (" + unit + ")"
}

// line draws values over the times.
func (in PathTimelineData) line(p plane, style draw.LineStyle, values []float64) {
	xs, ys := thinned(in.Times, values, thinColumns)
	p.line(style, xs, ys)
}

// fine is the style of a line that goes up and down all the time, thinner where it does so
// too often for it to be followed, so that it does not become an area.
func (in PathTimelineData) fine() draw.LineStyle {
	if len(in.Times) > 4*thinColumns {
		return draw.LineStyle{Color: looks[0].color, Width: 0.25}
	}
	return draw.LineStyle{Color: looks[0].color, Width: 0.9}
}

// leverageAxis leaves room for the events below the leverage.
func (in PathTimelineData) leverageAxis(levers span) axis {
	y := levers.linear(1, 6)
	const panel = 1.1 * vg.Inch // roughly
	for _, k := range in.events() {
		y.min = min(y.min, levers.lo-(levers.hi-levers.lo)*float64((k.level+6)/panel))
	}
	return y
}

// mostHealth is the largest health on the axis: above it nothing happens soon.
const mostHealth = 4

// health is the panel of the health, whose values above zero have a span.
func (in PathTimelineData) health(x axis, over span) panel {
	label := in.HealthLabel
	if finite(in.Liquidated) {
		label += ", liquidation at " + formatShort(round(in.Liquidated, 4))
	}
	if over.hi > mostHealth {
		label += ", drawn to " + formatShort(mostHealth)
		over.hi = max(mostHealth, over.lo)
	}
	over.include(in.Liquidated)
	y := over.linear(1, 5)
	values := make([]float64, len(in.Health))
	for i, v := range in.Health {
		values[i] = y.clamp(v)
		if math.IsInf(v, 1) {
			values[i] = math.NaN()
		}
	}
	return panel{label: label, x: x, y: y, paint: func(p plane) {
		if finite(in.Liquidated) {
			p.level(draw.LineStyle{Color: looks[1].color, Width: thin}, in.Liquidated)
		}
		in.line(p, in.fine(), values)
	}}
}

// positive is the span of the values above zero.
func positive(values []float64) span {
	s := nothing()
	for _, v := range values {
		if v > 0 {
			s.include(v)
		}
	}
	return s
}

// banded reports whether the token has a band.
func (in PathTimelineData) banded() bool { return finite(in.Low) && finite(in.High) }

// spans are those of the three panels; that of NAV is of values above zero.
func (in PathTimelineData) spans() (prices, levers, navs span) {
	prices, levers = nothing(), nothing()
	prices.include(in.Price...)
	for _, v := range in.Strike {
		if !math.IsNaN(v) {
			prices.include(v)
		}
	}
	levers.include(in.Leverage...)
	levers.include(in.Target, in.Low, in.High)
	return prices, levers, positive(in.NAV)
}

// kinds are the names of the events: those that have looks of their own, then the others in
// order of appearance.
func (in PathTimelineData) kinds() (kinds names) {
	var seen names
	for _, e := range in.Events {
		seen.add(e.Name)
	}
	for _, name := range knownEvents {
		if seen.index(name) >= 0 {
			kinds.add(name)
		}
	}
	for _, name := range seen {
		kinds.add(name)
	}
	return kinds
}

// strikeLine is the strike of a call, on the price.
var strikeLine = draw.LineStyle{Color: looks[1].color, Width: 1.2}

// knownEvents always look the same, as the first of eventMarkers and eventColours do.
var knownEvents = []string{"rebalance", "liquidation", "wipe-out"}

// graveEvents stand in all panels, if there are few of them.
var graveEvents = []string{"liquidation", "wipe-out", "closed", "stop"}

// An eventKind is how events of one name are drawn.
type eventKind struct {
	name   string
	at     []float64 // of the events, years
	marker marker
	color  color.NRGBA
	level  vg.Length // above the lower edge
}

const (
	mostMarkers = 60 // of a name; more of them would pile up, and are strokes
	mostPosts   = 60 // of a name, through all panels
)

// struck reports whether events of the kind are strokes.
func (k eventKind) struck() bool { return len(k.at) > mostMarkers }

// stroke is the style of events that are struck, or that stand in all panels.
func (k eventKind) stroke() draw.LineStyle { return draw.LineStyle{Color: k.color, Width: thin} }

// events are the events by kind.
func (in PathTimelineData) events() (list []eventKind) {
	kinds, next := in.kinds(), len(knownEvents)
	for i, name := range kinds {
		look := slices.Index(knownEvents, name)
		if look < 0 {
			look, next = next, next+1
		}
		list = append(list, eventKind{name: name, marker: eventMarkers[look], color: eventColours[look],
			level: 6 + 7*vg.Length(i)})
	}
	for _, e := range in.Events {
		k := &list[kinds.index(e.Name)]
		k.at = append(k.at, e.At)
	}
	return list
}

// eventMarkers and eventColours are for knownEvents, then for others.
var (
	eventMarkers = []marker{triangle, square, diamond, cross, disc, cross}
	eventColours = []color.NRGBA{grey, looks[1].color, black, looks[3].color, looks[0].color, grey}
)

// targetLine is drawn over the leverage, which may cross it all the time.
var targetLine = draw.LineStyle{Color: black, Width: 0.9, Dashes: []vg.Length{4, 2.5}}

// bandFill is the area between the edges of the band.
var bandFill = tint(looks[3].color, 0.3)

// posts draws grave events from bottom to top.
func (in PathTimelineData) posts(p plane) {
	for _, k := range in.events() {
		if !slices.Contains(graveEvents, k.name) || len(k.at) > mostPosts {
			continue
		}
		for _, at := range k.at {
			p.post(draw.LineStyle{Color: pale(k.color, 0.6), Width: thin}, at)
		}
	}
}

// leverage draws the leverage, its band and target, and the events.
func (in PathTimelineData) leverage(p plane) {
	if in.banded() {
		p.bar(bandFill, in.Times[0], in.Low, in.Times[len(in.Times)-1], in.High)
	}
	in.line(p, in.fine(), in.Leverage)
	p.level(targetLine, in.Target)
	for _, k := range in.events() {
		k.draw(p)
	}
}

// draw draws events near the lower edge, of those that are struck one for each half
// point.
func (k eventKind) draw(p plane) {
	if !k.struck() {
		for _, at := range k.at {
			k.marker.draw(p.Canvas, vg.Point{X: p.atX(at), Y: p.Min.Y + k.level}, k.color)
		}
		return
	}
	const half, apart = 2.5, 0.5
	y := p.Min.Y + k.level - 3.5
	var lines [][2]vg.Point
	for _, at := range slices.Sorted(slices.Values(k.at)) {
		x := p.atX(at)
		if n := len(lines); n == 0 || x >= lines[n-1][0].X+apart {
			lines = append(lines, [2]vg.Point{{X: x, Y: y - half}, {X: x, Y: y + half}})
		}
	}
	p.strokes(k.stroke(), lines)
}

func (in PathTimelineData) legend() []entry {
	list := []entry{lineKey("target", targetLine)}
	if in.Strike != nil {
		list = append(list, lineKey("strike", strikeLine))
	}
	if in.banded() {
		band := fmt.Sprintf("band %s to %s", formatShort(round(in.Low, 6)), formatShort(round(in.High, 6)))
		list = append(list, patchKey(band, bandFill))
	}
	for _, k := range in.events() {
		words := fmt.Sprintf("%s (%s)", k.name, formatFixed(float64(len(k.at)), 0))
		list = append(list, markKey(words, 10, func(c draw.Canvas, at vg.Point) {
			if k.struck() {
				c.StrokeLine2(k.stroke(), at.X, at.Y-2.5, at.X, at.Y+2.5)
				return
			}
			k.marker.draw(c, at, k.color)
		}))
	}
	return list
}
