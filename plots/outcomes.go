package plots

import (
	"cmp"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// OutcomesData is how one result of several holdings is spread over the paths.
type OutcomesData struct {
	Title, Caption string
	XLabel         string  // the result with its unit: "Final net asset value (start = 1)"
	Of             string  // what has the results: "starts and paths"; empty: "paths"
	Comparison     string  // what paler rows are: "simulated"; empty: "for comparison"
	Paid           float64 // what was paid, where a line stands; 0: 1
	Rows           []OutcomeRow
}

// An OutcomeRow is one holding.
type OutcomeRow struct {
	Name   string
	Beside bool // what the others are compared with, such as the underlying: paler

	// Quantiles at 5, 25, 50, 75 and 95 % of the paths, none below the one before; at
	// least 0, which stands for a loss of everything.
	Quantiles [5]analytics.Estimate
}

// check says everything that is wrong with the data.
func (in OutcomesData) check() error {
	c := checker{figure: "Outcomes"}
	c.want(len(in.Rows) > 0, "no Rows; want at least one")
	c.label("XLabel", in.XLabel)
	values := nothing()
	for i, r := range in.Rows {
		c.want(r.Name != "", "Rows[%d] has no Name", i)
		for k, q := range r.Quantiles {
			c.want(finite(q.Value) && q.Value >= 0, "row %q: Quantiles[%d] = %v; want a finite value ≥ 0", r.Name, k,
				q.Value)
			c.want(k == 0 || !(q.Value < r.Quantiles[k-1].Value), "row %q: Quantiles[%d] = %v lies below %v", r.Name, k,
				q.Value, r.Quantiles[max(0, k-1)].Value)
			if q.Value > 0 {
				values.include(q.Value)
			}
		}
	}
	c.want(c.err() != nil || values.lo <= values.hi, "every quantile is 0; want one above")
	return c.err()
}

// outcomeFill are the fills of the middle half of a row and of one that is beside.
var outcomeFill = map[bool]color.NRGBA{false: pale(looks[0].color, 0.55), true: pale(grey, 0.35)}

// Outcomes draws a row for each holding on one log axis: a line from 5 to 95 % of the
// paths, a bar over the middle half and a stroke at the median, whose value stands at
// the right. The error says which row is at fault.
func Outcomes(in OutcomesData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	values, zero := nothing(), false
	for _, r := range in.Rows {
		for _, q := range r.Quantiles {
			if zero = zero || q.Value == 0; q.Value > 0 {
				values.include(q.Value)
			}
		}
	}
	if zero {
		values.include(values.lo / 3) // room for what lies at the edge
	}
	x := values.logarithmic(1.1, 0.04, 1, 8)
	list := rows{header: "median (5 to 95 % of " + in.of() + ")"}
	names := make([]string, len(in.Rows))
	room := tickInk.width(list.header)
	for i, r := range in.Rows {
		names[i] = r.Name
		q := r.Quantiles
		value := formatValue(q[2], 1, math.MaxInt) + " (" + formatValue(q[0], 1, math.MaxInt) + " to " +
			formatValue(q[4], 1, math.MaxInt) + ")"
		room = max(room, tickInk.width(value))
		list.list = append(list.list, row{name: r.Name, value: value})
	}
	body := panel{
		xlabel: in.XLabel + x.kind(), x: x, y: rowsAxis(names), upright: true, top: tickInk.leading(),
		right: room + leader, paint: func(p plane) { in.paint(p, list) },
	}
	s := sheet{title: in.Title, caption: in.Caption, height: list.height(), legend: in.legend()}
	if zero {
		s.notes = append(s.notes, "Zero, a loss of everything, is drawn at the left edge.")
	}
	return s.panels(1, body), nil
}

func (in OutcomesData) of() string {
	if in.Of == "" {
		return "paths"
	}
	return in.Of
}

func (in OutcomesData) legend() []entry {
	list := []entry{
		lineKey("5–95 % of "+in.of(), draw.LineStyle{Color: looks[0].color, Width: 0.8}),
		patchKey("25–75 % of "+in.of(), outcomeFill[false]),
		lineKey("median", medianLine(false)),
	}
	for _, r := range in.Rows {
		if r.Beside {
			words := in.Comparison
			if words == "" {
				words = "for comparison"
			}
			return append(list, patchKey(words, outcomeFill[true]))
		}
	}
	return list
}

func medianLine(beside bool) draw.LineStyle {
	if beside {
		return draw.LineStyle{Color: black, Width: 1.8}
	}
	return draw.LineStyle{Color: looks[0].color, Width: 2.2}
}

func (in OutcomesData) paint(p plane, list rows) {
	list.head(p)
	if paid := cmp.Or(in.Paid, 1); p.x.holds(paid) {
		p.post(axisLine, paid)
	}
	for i, r := range in.Rows {
		var at [5]float64
		for k, q := range r.Quantiles {
			at[k] = p.x.clamp(q.Value)
		}
		y := list.place(i)
		style := draw.LineStyle{Color: looks[0].color, Width: 0.8}
		if r.Beside {
			style.Color = grey
		}
		p.sideWhisker(style, y, at[0], at[4])
		p.bar(outcomeFill[r.Beside], at[1], y-rowHalf, at[3], y+rowHalf)
		p.StrokeLine2(medianLine(r.Beside), p.atX(at[2]), p.atY(y-rowHalf), p.atX(at[2]), p.atY(y+rowHalf))
		p.beside(y, list.list[i].value)
	}
}
