package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PathTimelineData is one path: what the price did, what the leverage did in
// consequence, and what became of the token.
type PathTimelineData struct {
	Title, Caption string
	Times          []float64 // years, not decreasing
	Price          []float64 // relative to its start, above zero
	Leverage       []float64 // magnitude; NaN once the token has ended
	NAV            []float64 // in initial NAV, at least 0
	AUM            []float64 // of the vault, US dollars, at least 0; nil: not drawn
	Low, High      float64   // edges of the band; NaN: none
	Target         float64   // magnitude
	Events         []PathTimelineEvent
}

// A PathTimelineEvent is something that happened at a time.
type PathTimelineEvent struct {
	At   float64 // years
	Name string  // "rebalance", "liquidation"; events of one name look the same
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
	if in.AUM != nil {
		c.overTime("AUM", in.AUM, n, 0, "a finite size ≥ 0")
	}
	c.want(finite(in.Target), "Target = %v; want a leverage", in.Target)
	for i, e := range in.Events {
		c.want(e.Name != "" && finite(e.At), "Events[%d] = %+v; want a name and a time", i, e)
	}
	kinds := in.kinds()
	c.want(len(kinds) <= len(eventMarkers), "%d names of Events; want at most %d", len(kinds), len(eventMarkers))
	c.want(c.err() != nil || in.Times[n-1] > in.Times[0], "Times are all %v", in.Times[0])
	return c.err()
}

// PathTimeline draws price, leverage with its band, NAV and the vault's size one above
// the other over one time axis, and marks events on the leverage. The error says which field is
// at fault, and at which time.
func PathTimeline(in PathTimelineData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	prices, levers, navs := in.spans()
	x, unit := timeAxis(in.Times[0], in.Times[len(in.Times)-1], 9)
	value := func(label string, values []float64, over span, of color.Color) panel {
		y := over.logarithmic(1.05, 0.06, 1, 6)
		return panel{label: label, x: x, y: y, paint: func(p plane) {
			p.line(draw.LineStyle{Color: of, Width: 1}, in.Times, raised(values, y.min))
		}}
	}
	list := []panel{
		value("Price of the underlying (start = 1), log scale", in.Price, prices, black),
		{label: "Leverage", x: x, y: levers.linear(1, 6), paint: in.leverage},
		value("Net asset value (start = 1), log scale", in.NAV, navs, looks[0].color),
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
	list[len(list)-1].xlabel = "Time (" + unit + ")"
	s := sheet{
		title: in.Title, caption: in.Caption, legend: in.legend(), height: vg.Length(len(list)) * 1.73 * vg.Inch,
	}
	if navs.lo > 0 && slices.Contains(in.NAV, 0) {
		s.notes = append(s.notes, "A net asset value of zero is drawn at the lower edge.")
	}
	return s.panels(1, list...), nil
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
	levers.include(in.Leverage...)
	levers.include(in.Target, in.Low, in.High)
	return prices, levers, positive(in.NAV)
}

// kinds are the names of the events, in order of appearance.
func (in PathTimelineData) kinds() (kinds names) {
	for _, e := range in.Events {
		kinds.add(e.Name)
	}
	return kinds
}

// eventMarkers and eventColours are for the first, second, ... kind of event.
var (
	eventMarkers = []marker{triangle, square, diamond, cross, disc}
	eventColours = []color.NRGBA{grey, looks[1].color, black, looks[3].color, looks[0].color}
)

// struck reports whether events of kind k are strokes at the lower edge, as
// markers would pile up.
func (in PathTimelineData) struck(k int) bool { return k == 0 && len(in.Events) > 60 }

// bandFill is the area between the edges of the band.
var bandFill = tint(looks[3].color, 0.3)

// eventStroke is an event that is struck.
var eventStroke = draw.LineStyle{Color: grey, Width: thin}

// leverage draws the leverage, its band and target, and the events.
func (in PathTimelineData) leverage(p plane) {
	if in.banded() {
		p.bar(bandFill, in.Times[0], in.Low, in.Times[len(in.Times)-1], in.High)
	}
	p.level(markedLine(0), in.Target)
	p.line(draw.LineStyle{Color: looks[0].color, Width: 0.9}, in.Times, in.Leverage)
	kinds := in.kinds()
	for _, e := range in.Events {
		k, x := kinds.index(e.Name), p.atX(e.At)
		if in.struck(k) {
			p.StrokeLine2(eventStroke, x, p.Min.Y, x, p.Min.Y+5)
			continue
		}
		eventMarkers[k].draw(p.Canvas, vg.Point{X: x, Y: p.Min.Y + 6 + 7*vg.Length(k)}, eventColours[k])
	}
}

func (in PathTimelineData) legend() []entry {
	list := []entry{lineKey("target", markedLine(0))}
	if in.banded() {
		band := fmt.Sprintf("band %s to %s", formatShort(round(in.Low, 6)), formatShort(round(in.High, 6)))
		list = append(list, patchKey(band, bandFill))
	}
	for k, name := range in.kinds() {
		count := 0
		for _, e := range in.Events {
			if e.Name == name {
				count++
			}
		}
		words := fmt.Sprintf("%s (%s)", name, formatFixed(float64(count), 0))
		list = append(list, markKey(words, 10, func(c draw.Canvas, at vg.Point) {
			if in.struck(k) {
				c.StrokeLine2(eventStroke, at.X, at.Y-2.5, at.X, at.Y+2.5)
				return
			}
			eventMarkers[k].draw(c, at, eventColours[k])
		}))
	}
	return list
}
