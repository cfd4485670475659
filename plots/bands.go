package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"mcrisk/analytics"
)

// BandsData is how a quantity spreads over the paths as time passes, on a linear
// axis: the fall from the peak, the effective multiple, the leverage.
type BandsData struct {
	Title, Caption string
	Label          string // of the quantity, with its unit
	Scale          Scale  // how values are written
	Down           bool   // draw values as falls, below zero

	Runs  []BandsRun  // one, or two to compare
	Marks []Reference // horizontal lines, such as the target leverage
}

// BandsRun is the quantiles of one token over time.
type BandsRun struct {
	Name                    string
	Times                   []float64 // years, at least 2, increasing
	P05, P25, P50, P75, P95 []float64 // by time; finite, none below the one before

	// Ends are the quantiles at the last time with their intervals, which say how many
	// digits the labels have; nil: three.
	Ends []analytics.Estimate
}

func (r BandsRun) curves() [5]quantileCurve {
	return quantileCurves(r.Name, r.P05, r.P25, r.P50, r.P75, r.P95)
}

// check says everything that is wrong with the data.
func (in BandsData) check() error {
	c := checker{figure: "Bands"}
	c.label("Label", in.Label)
	c.want(len(in.Runs) == 1 || len(in.Runs) == 2, "%d Runs; want one or two", len(in.Runs))
	for _, r := range in.Runs {
		c.want(len(r.Times) >= 2 && increasing(r.Times),
			"run %q: %d Times; want at least 2, finite and increasing", r.Name, len(r.Times))
		c.want(r.Ends == nil || len(r.Ends) == 5, "run %q: %d Ends; want one for each quantile, or none",
			r.Name, len(r.Ends))
		c.quantiles(fmt.Sprintf("run %q: ", r.Name), r.curves(), len(r.Times), math.Inf(-1), "a finite value")
	}
	c.references("Marks", in.Marks)
	return c.err()
}

// Bands draws the 5–95 % and 25–75 % bands and the median over time. Of a second
// run it draws the median and the outer quantiles as lines. The error says which
// run, quantile or mark is at fault.
func Bands(in BandsData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	shown := in
	if in.Down {
		shown = in.hanging()
	}
	xs, ys := shown.spans()
	x, unit := timeAxis(xs.lo, xs.hi, 8)
	labels := shown.labels()
	fan := panel{
		label: in.Label, xlabel: "Time (" + unit + ")", x: x,
		y: ys.linear(in.Scale.Factor(), 8), right: labelRoom(labels),
		paint: func(p plane) {
			shown.paint(p)
			p.labelRight(labels)
		},
	}
	return sheet{title: in.Title, caption: in.Caption, legend: in.legend(), height: 3.2 * vg.Inch}.panels(1, fan), nil
}

// hanging returns the data with every value below zero.
func (in BandsData) hanging() BandsData {
	negative := func(vs []float64) []float64 {
		out := make([]float64, len(vs))
		for i, v := range vs {
			out[i] = -v
		}
		return out
	}
	in.Runs, in.Marks = slices.Clone(in.Runs), slices.Clone(in.Marks)
	for i := range in.Runs {
		r := &in.Runs[i]
		for _, q := range []*[]float64{&r.P05, &r.P25, &r.P50, &r.P75, &r.P95} {
			*q = negative(*q)
		}
	}
	for i := range in.Marks {
		in.Marks[i].At = -in.Marks[i].At
	}
	return in
}

func (in BandsData) spans() (xs, ys span) {
	xs, ys = nothing(), nothing()
	for _, r := range in.Runs {
		xs.include(r.Times...)
		for _, q := range r.curves() {
			ys.include(q.values...)
		}
	}
	for _, m := range in.Marks {
		ys.include(m.At)
	}
	return xs, ys
}

// labels name the quantiles of the first run and the median of the second.
func (in BandsData) labels() (list []label) {
	factor := in.Scale.Factor()
	for i, q := range in.Runs[0].curves() {
		list = append(list, endLabel(q.name, q.values, factor, looks[0], in.Runs[0].Ends, i))
	}
	for _, r := range in.Runs[1:] {
		list = append(list, endLabel(r.curves()[2].name, r.P50, factor, looks[1], r.Ends, 2))
	}
	return list
}

func (in BandsData) legend() []entry {
	list := fanKeys()
	for _, r := range in.Runs[1:] {
		list = append(list, lineKey(r.Name+": median, and 5 and 95 %", looks[1].line(heavy)))
	}
	for i, m := range in.Marks {
		list = append(list, lineKey(m.Name+": "+formatDigits(m.At*in.Scale.Factor(), 3), markedLine(i)))
	}
	return list
}

func (in BandsData) paint(p plane) {
	first := in.Runs[0]
	p.fan(first.Times, first.P05, first.P25, first.P75, first.P95)
	for i, m := range in.Marks {
		p.level(markedLine(i), m.At)
	}
	p.line(looks[0].line(heavy), first.Times, first.P50)
	for _, r := range in.Runs[1:] {
		p.line(looks[1].line(thin), r.Times, r.P05)
		p.line(looks[1].line(thin), r.Times, r.P95)
		p.line(looks[1].line(heavy), r.Times, r.P50)
	}
}
