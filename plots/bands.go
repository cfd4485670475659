package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// BandsData is how a quantity spreads over the paths as time passes, on a linear
// axis: the fall from the peak, the effective multiple, the leverage.
type BandsData struct {
	Title, Caption string
	Label          string // of the quantity, with its unit
	Scale          Scale
	Down           bool // draw values as falls, below zero

	Runs  []BandsRun  // one, or two to compare
	Marks []Reference // horizontal lines, such as the target leverage
}

// BandsRun is the quantiles of one token over time.
type BandsRun struct {
	Name                    string
	Times                   []float64 // years, increasing
	P05, P25, P50, P75, P95 []float64 // by time; NaN leaves a gap at the ends
}

// Bands draws the 5–95 % and 25–75 % bands and the median over time. Of a second
// run it draws the median and the outer quantiles as lines.
func Bands(in BandsData) (*Figure, error) {
	c := checker{figure: "Bands"}
	c.want(in.Label != "", "Label is empty; want the quantity and its unit")
	c.want(len(in.Runs) == 1 || len(in.Runs) == 2, "%d Runs; want one or two", len(in.Runs))
	xs, ys := nothing(), nothing()
	for _, r := range in.Runs {
		c.want(len(r.Times) >= 2 && increasing(r.Times), "run %q: %d Times; want at least 2, finite and increasing", r.Name, len(r.Times))
		xs.include(r.Times...)
		last := []float64(nil)
		for i, q := range [][]float64{r.P05, r.P25, r.P50, r.P75, r.P95} {
			c.want(len(q) == len(r.Times), "run %q: quantile %d has %d values for %d Times", r.Name, i, len(q), len(r.Times))
			for t, v := range q {
				if !finite(v) || last != nil && len(last) == len(q) && v < last[t] {
					c.want(false, "run %q: quantile %d is %v at time %d; want finite values that rise from quantile to quantile", r.Name, i, v, t)
					break
				}
			}
			last = q
			ys.include(q...)
		}
	}
	for i, m := range in.Marks {
		c.want(finite(m.At), "Marks[%d] %q is at %v; want a finite value", i, m.Name, m.At)
		ys.include(m.At)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	flip := func(vs []float64) []float64 {
		if !in.Down {
			return vs
		}
		out := make([]float64, len(vs))
		for i, v := range vs {
			out[i] = -v
		}
		return out
	}
	if in.Down {
		ys.lo, ys.hi = -ys.hi, -ys.lo
	}
	x, unit := timeAxis(xs.lo, xs.hi, 8)
	lo, hi := padded(ys.lo, ys.hi)
	y := linearAxis(lo, hi, in.Scale.Factor(), 8)
	first := in.Runs[0]
	var labels []label
	end := func(name string, vs []float64, l look) {
		v := vs[len(vs)-1]
		if in.Down {
			v = -v
		}
		labels = append(labels, label{name + "  " + formatDigits(v*in.Scale.Factor(), 3), v, l})
	}
	for _, q := range []struct {
		name   string
		values []float64
	}{{"5 %", first.P05}, {"25 %", first.P25}, {first.Name + " median", first.P50}, {"75 %", first.P75}, {"95 %", first.P95}} {
		end(q.name, q.values, looks[0])
	}
	legend := []entry{patchKey("5–95 % of paths", tint(looks[0].color, 0.16)), patchKey("25–75 % of paths", tint(looks[0].color, 0.40))}
	if len(in.Runs) == 2 {
		end(in.Runs[1].Name+" median", in.Runs[1].P50, looks[1])
		legend = append(legend, lineKey(in.Runs[1].Name+": median, and 5 and 95 %", looks[1].line(heavy)))
	}
	for i, m := range in.Marks {
		legend = append(legend, lineKey(fmt.Sprintf("%s: %s", m.Name, formatDigits(m.At*in.Scale.Factor(), 3)), markedLine(i)))
	}
	fan := panel{label: in.Label, xlabel: "Time (" + unit + ")", x: x, y: y, right: labelRoom(labels), paint: func(p plane) {
		p.area(tint(looks[0].color, 0.16), first.Times, flip(first.P05), flip(first.P95))
		p.area(tint(looks[0].color, 0.28), first.Times, flip(first.P25), flip(first.P75))
		for i, m := range in.Marks {
			at := flip([]float64{m.At})[0]
			p.StrokeLine2(markedLine(i), p.Min.X, p.atY(at), p.Max.X, p.atY(at))
		}
		p.line(looks[0].line(heavy), first.Times, flip(first.P50))
		if len(in.Runs) == 2 {
			r := in.Runs[1]
			p.line(looks[1].line(thin), r.Times, flip(r.P05))
			p.line(looks[1].line(thin), r.Times, flip(r.P95))
			p.line(looks[1].line(heavy), r.Times, flip(r.P50))
		}
		p.labelRight(labels)
	}}
	s := sheet{title: in.Title, caption: in.Caption, legend: legend, height: 3.2 * vg.Inch}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{fan}) }), nil
}
