package plots

import (
	"fmt"
	"image/color"
	"math"

	"mcrisk/analytics"
)

// WaterfallData is a result and the causes that add up to it, in order.
type WaterfallData struct {
	Title, Caption string
	Label          string             // of the axis, with the unit: "ln NAV over the horizon (log units)"
	Causes         []WaterfallStep    // at least one
	Total          analytics.Estimate // the sum of the causes, in their unit
}

// A WaterfallStep is one cause.
type WaterfallStep struct {
	Name  string
	Value analytics.Estimate // positive is gained
}

// check says everything that is wrong with the data.
func (in WaterfallData) check() error {
	c := checker{figure: "Waterfall"}
	c.want(len(in.Causes) > 0, "no Causes; want at least one")
	c.label("Label", in.Label)
	sum, size := 0.0, 0.0
	for i, s := range in.Causes {
		c.want(s.Name != "", "Causes[%d] has no Name; want that of the cause", i)
		c.estimate(fmt.Sprintf("cause %q", s.Name), s.Value)
		sum += s.Value.Value
		size += math.Abs(s.Value.Value)
	}
	c.estimate("Total", in.Total)
	c.want(c.err() != nil || math.Abs(sum-in.Total.Value) <= 1e-9*(1+size),
		"Causes add up to %v, Total is %v; want the same", sum, in.Total.Value)
	return c.err()
}

// Fills of the bars of a waterfall, besides that of a total.
var (
	gainFill = pale(looks[3].color, 0.8)
	lossFill = pale(looks[0].color, 0.65)
)

// Waterfall draws causes one below the other, each bar beginning where the one
// above ended, down to the total. Whiskers are each cause's own interval. Values have
// the decimals that their own intervals support, and no more than the total.
// Causes that are zero throughout are named in a note instead. The error says which
// cause is at fault, or by how much they miss the total.
func Waterfall(in WaterfallData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	steps, most := rows{header: "value (" + intervalWords([]analytics.Estimate{in.Total}) + ")"}, math.MaxInt
	if decimals, ok := in.Total.Decimals(); ok {
		most = max(decimals, 0)
	}
	add := func(name string, from, to float64, e analytics.Estimate, fill color.NRGBA) {
		steps.list = append(steps.list, row{name, from, to, from + e.Lo, from + e.Hi, formatUpTo(e, 1, most), fill})
	}
	const rounding = 1e-12 // of all causes together, or of a start of one: less is none
	var none []string
	at, size := 0.0, 0.0
	for _, s := range in.Causes {
		size += math.Abs(s.Value.Value)
	}
	for _, s := range in.Causes {
		fill := gainFill
		switch {
		case zero(s.Value),
			max(math.Abs(s.Value.Value), math.Abs(s.Value.Lo), math.Abs(s.Value.Hi)) <= rounding*(1+size):
			none = append(none, s.Name)
			continue
		case s.Value.Value < 0:
			fill = lossFill
		}
		add(s.Name, at, at+s.Value.Value, s.Value, fill)
		at += s.Value.Value
	}
	add("Total", 0, in.Total.Value, in.Total, totalFill)
	s := sheet{
		title: in.Title, caption: in.Caption, notes: absent(none), height: steps.height(),
		legend: []entry{patchKey("gains", gainFill), patchKey("losses", lossFill), patchKey("total", totalFill)},
	}
	return s.panels(1, steps.panel(in.Label, 1, steps.waterfall)), nil
}

// waterfall draws the rows, each tied to where the next one begins.
func (r rows) waterfall(p plane) {
	p.post(axisLine, 0)
	r.head(p)
	for i, q := range r.list {
		r.bar(p, i)
		if i+1 < len(r.list) {
			p.StrokeLine2(axisLine, p.atX(q.to), p.atY(r.place(i)-rowHalf), p.atX(q.to), p.atY(r.place(i+1)+rowHalf))
		}
		r.value(p, i)
	}
}
