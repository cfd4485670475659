package plots

import (
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// WaterfallData is a result and the causes that add up to it, in order.
type WaterfallData struct {
	Title, Caption string
	Label          string // of the axis, with the unit: "ln NAV over the horizon (log units)"
	Causes         []WaterfallStep
	Total          analytics.Estimate
}

// A WaterfallStep is one cause.
type WaterfallStep struct {
	Name  string
	Value analytics.Estimate // positive is gained
}

// Waterfall draws causes one below the other, each bar beginning where the one
// above ended, down to the total. Whiskers are each cause's own interval. Causes
// that are zero throughout are named in a note instead.
func Waterfall(in WaterfallData) (*Figure, error) {
	c := checker{figure: "Waterfall"}
	c.want(len(in.Causes) > 0, "no Causes")
	c.want(in.Label != "", "Label is empty; want the quantity and its unit")
	sum, size := 0.0, 0.0
	for i, s := range in.Causes {
		c.want(s.Name != "", "Causes[%d] has no Name", i)
		c.want(drawable(s.Value), "cause %q: %+v; want a value within its interval", s.Name, s.Value)
		sum += s.Value.Value
		size += math.Abs(s.Value.Value)
	}
	c.want(drawable(in.Total), "Total = %+v; want a value within its interval", in.Total)
	c.want(c.err() != nil || math.Abs(sum-in.Total.Value) <= 1e-9*(1+size), "Causes add up to %v, Total is %v; want the same", sum, in.Total.Value)
	if err := c.err(); err != nil {
		return nil, err
	}

	type row struct {
		name     string
		from, to float64
		e        analytics.Estimate
		total    bool
	}
	var rows []row
	var absent []string
	at := 0.0
	for _, s := range in.Causes {
		if (CostItem{Drag: s.Value}).none() {
			absent = append(absent, s.Name)
			continue
		}
		rows = append(rows, row{s.Name, at, at + s.Value.Value, s.Value, false})
		at += s.Value.Value
	}
	rows = append(rows, row{"Total", 0, in.Total.Value, in.Total, true})

	xs, room := nothing(), vg.Length(0)
	xs.include(0)
	y := axis{min: 0, max: float64(len(rows))}
	place := func(i int) float64 { return float64(len(rows)-i) - 0.5 } // top to bottom
	for i, r := range rows {
		xs.include(r.from, r.to, r.from+r.e.Lo, r.from+r.e.Hi)
		y.ticks = append(y.ticks, tick{place(i), r.name})
		room = max(room, tickInk.width(formatEstimate(r.e, 1)))
	}
	header := "value (interval)"
	room = max(room, tickInk.width(header))
	gain, loss, whole := pale(looks[3].color, 0.8), pale(looks[0].color, 0.65), pale(grey, 0.65)
	lo, hi := padded(xs.lo, xs.hi)
	steps := panel{
		xlabel: in.Label, x: linearAxis(lo, hi, 1, 7), y: y, upright: true, top: tickInk.leading(), right: room + leader,
		paint: func(p plane) {
			p.post(axisLine, 0)
			tickInk.write(p.Canvas, p.Max.X+leader, p.Max.Y+3, left, header)
			for i, r := range rows {
				fill := gain
				if r.e.Value < 0 {
					fill = loss
				}
				if r.total {
					fill = whole
				}
				p.bar(fill, r.from, place(i)-0.3, r.to, place(i)+0.3)
				if i+1 < len(rows) { // where the next one begins
					p.StrokeLine2(axisLine, p.atX(r.to), p.atY(place(i)-0.3), p.atX(r.to), p.atY(place(i+1)+0.3))
				}
				p.sideWhisker(draw.LineStyle{Color: black, Width: 0.8}, place(i), r.from+r.e.Lo, r.from+r.e.Hi)
				tickInk.write(p.Canvas, p.Max.X+leader, p.atY(place(i))-tickInk.capital()/2, left, formatEstimate(r.e, 1))
			}
		},
	}
	s := sheet{title: in.Title, caption: in.Caption, height: vg.Length(len(rows))*17 + 56,
		legend: []entry{patchKey("gains", gain), patchKey("losses", loss), patchKey("total", whole)}}
	if len(absent) > 0 {
		s.notes = append(s.notes, "Zero throughout and not drawn: "+strings.Join(absent, ", ")+".")
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{steps}) }), nil
}
