package plots

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// CostDragData is what each item of the ledger takes from the holder a year.
type CostDragData struct {
	Title, Caption string
	Items          []CostItem
	Total          *analytics.Estimate // of all items, with its own interval; nil: not drawn
}

// A CostItem is one line of the ledger.
type CostItem struct {
	Name string             // "Trade fee"
	Drag analytics.Estimate // fraction of equity a year; negative if it earns
}

// none reports whether the item is zero on every path.
func (i CostItem) none() bool { return i.Drag.Value == 0 && !(i.Drag.Hi > i.Drag.Lo) }

// CostDrag draws the yearly drag by ledger item as bars, the largest first,
// with intervals. Items that are zero throughout are named in a note instead.
func CostDrag(in CostDragData) (*Figure, error) {
	c := checker{figure: "CostDrag"}
	c.want(len(in.Items) > 0, "no Items")
	for i, item := range in.Items {
		c.want(item.Name != "", "Items[%d] has no Name", i)
		c.want(drawable(item.Drag), "item %q: Drag = %+v; want a value within its interval", item.Name, item.Drag)
	}
	c.want(in.Total == nil || drawable(*in.Total), "Total = %+v; want a value within its interval", in.Total)
	if err := c.err(); err != nil {
		return nil, err
	}

	var rows []CostItem
	var absent []string
	for _, item := range in.Items {
		if item.none() {
			absent = append(absent, item.Name)
		} else {
			rows = append(rows, item)
		}
	}
	slices.SortStableFunc(rows, func(a, b CostItem) int {
		return cmp.Compare(math.Abs(b.Drag.Value), math.Abs(a.Drag.Value))
	})
	if in.Total != nil {
		rows = append(rows, CostItem{"Total", *in.Total})
	}

	drags, earns := nothing(), false
	drags.include(0)
	confidence := nothing()
	y := axis{min: 0, max: float64(max(1, len(rows)))}
	place := func(i int) float64 { return float64(len(rows)-i) - 0.5 } // top to bottom
	values := make([]string, len(rows))
	var room vg.Length
	for i, r := range rows {
		drags.include(r.Drag.Value, r.Drag.Lo, r.Drag.Hi)
		confidence.include(r.Drag.Confidence)
		earns = earns || r.Drag.Value < 0
		y.ticks = append(y.ticks, tick{place(i), r.Name})
		values[i] = formatEstimate(r.Drag, 100)
		room = max(room, tickInk.width(values[i]))
	}
	header := "% a year (interval)"
	if confidence.lo == confidence.hi {
		header = "% a year (" + formatShort(round(100*confidence.lo, 6)) + " % interval)"
	}
	room = max(room, tickInk.width(header))

	cost, income, whole := pale(looks[0].color, 0.65), pale(looks[3].color, 0.8), pale(grey, 0.65)
	lo, hi := padded(drags.lo, drags.hi)
	x := linearAxis(lo, hi, 100, 7)
	bars := panel{
		xlabel:  "Cost drag (% of equity a year)",
		x:       x,
		y:       y,
		upright: true,
		top:     tickInk.leading(),
		right:   room + leader,
		paint: func(p plane) {
			if len(rows) > 0 {
				tickInk.write(p.Canvas, p.Max.X+leader, p.Max.Y+3, left, header)
			}
			for i, r := range rows {
				fill := cost
				switch {
				case in.Total != nil && i == len(rows)-1:
					fill = whole
					p.StrokeLine2(gridLine, p.Min.X, p.atY(place(i)+0.5), p.Max.X, p.atY(place(i)+0.5))
				case r.Drag.Value < 0:
					fill = income
				}
				p.bar(fill, 0, place(i)-0.3, r.Drag.Value, place(i)+0.3)
				p.sideWhisker(draw.LineStyle{Color: black, Width: 0.8}, place(i), r.Drag.Lo, r.Drag.Hi)
				tickInk.write(p.Canvas, p.Max.X+leader, p.atY(place(i))-tickInk.capital()/2, left, values[i])
			}
			p.post(axisLine, 0)
		},
	}
	s := sheet{title: in.Title, caption: in.Caption, height: vg.Length(max(1, len(rows)))*17 + 56}
	if earns {
		s.legend = []entry{patchKey("costs the holder", cost), patchKey("earns for the holder", income)}
	}
	if len(absent) > 0 {
		s.notes = append(s.notes, "Zero throughout and not drawn: "+strings.Join(absent, ", ")+".")
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{bars}) }), nil
}
