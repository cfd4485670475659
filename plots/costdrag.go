package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"mcrisk/analytics"
)

// CostDragData is what each item of the ledger takes from the holder a year.
type CostDragData struct {
	Title, Caption string
	Label          string              // of the axis, with the unit: "Cost drag (log per year)"
	Scale          Scale               // how values are written
	Items          []CostItem          // at least one
	Total          *analytics.Estimate // of all items, with its own interval; nil: not drawn
}

// A CostItem is one line of the ledger.
type CostItem struct {
	Name string             // "Trade fee"
	Drag analytics.Estimate // negative if it earns
}

// check says everything that is wrong with the data.
func (in CostDragData) check() error {
	c := checker{figure: "CostDrag"}
	c.want(len(in.Items) > 0, "no Items; want at least one")
	c.label("Label", in.Label)
	for i, item := range in.Items {
		c.want(item.Name != "", "Items[%d] has no Name; want that of the cost", i)
		c.estimate(fmt.Sprintf("item %q: Drag", item.Name), item.Drag)
	}
	if in.Total != nil {
		c.estimate("Total", *in.Total)
	}
	return c.err()
}

// Fills of the bars of a cost drag.
var (
	costFill   = pale(looks[0].color, 0.65)
	incomeFill = pale(looks[3].color, 0.8)
	totalFill  = pale(grey, 0.65)
)

// CostDrag draws the yearly drag by ledger item as bars, the largest first,
// with intervals. Values have the decimals that their own intervals support, and no more
// than the total. Items that are zero throughout are named in a note instead. The
// error says which item is at fault.
func CostDrag(in CostDragData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	items, none := in.parted()
	bars := rows{header: in.header(items)}
	earns := false
	for _, item := range items {
		fill := costFill
		if item.Drag.Value < 0 {
			fill, earns = incomeFill, true
		}
		bars.list = append(bars.list, in.row(item, fill))
	}
	if in.Total != nil {
		earns = earns || in.Total.Value < 0
		bars.list = append(bars.list, in.row(CostItem{"Total", *in.Total}, totalFill))
	}
	s := sheet{title: in.Title, caption: in.Caption, notes: absent(none), height: bars.height()}
	if earns {
		s.legend = []entry{patchKey("costs the holder", costFill), patchKey("earns for the holder", incomeFill)}
	}
	return s.panels(1, bars.panel(in.Label, in.Scale.Factor(), func(p plane) { in.paint(p, bars) })), nil
}

// parted returns the items that are drawn, the largest first, and the names of
// those that are zero throughout.
func (in CostDragData) parted() (items []CostItem, none []string) {
	for _, item := range in.Items {
		if zero(item.Drag) {
			none = append(none, item.Name)
		} else {
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(a, b CostItem) int {
		return cmp.Compare(math.Abs(b.Drag.Value), math.Abs(a.Drag.Value))
	})
	return items, none
}

// header says what the written intervals are, where all are the same.
func (in CostDragData) header(items []CostItem) string {
	confidence := nothing()
	for _, item := range items {
		confidence.include(item.Drag.Confidence)
	}
	if in.Total != nil {
		confidence.include(in.Total.Confidence)
	}
	if confidence.lo == confidence.hi {
		return "value (" + formatShort(round(100*confidence.lo, 6)) + " % interval)"
	}
	return "value (interval)"
}

func (in CostDragData) row(item CostItem, fill color.NRGBA) row {
	e, most := item.Drag, math.MaxInt
	if in.Total != nil {
		if decimals, ok := in.Total.Scaled(in.Scale.Factor()).Decimals(); ok {
			most = max(decimals, 0)
		}
	}
	return row{item.Name, 0, e.Value, e.Lo, e.Hi, formatUpTo(e, in.Scale.Factor(), most), fill}
}

func (in CostDragData) paint(p plane, bars rows) {
	if len(bars.list) > 0 {
		bars.head(p)
	}
	for i := range bars.list {
		if in.Total != nil && i == len(bars.list)-1 { // a line above the total
			p.level(gridLine, bars.place(i)+0.5)
		}
		bars.bar(p, i)
		bars.value(p, i)
	}
	p.post(axisLine, 0)
}
