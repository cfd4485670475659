package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// FanData is what a fan chart shows: how the value of a token spreads over the
// paths as time passes.
type FanData struct {
	Title, Caption string

	Times []float64 // years since the start, increasing
	Name  string    // of the token

	// Quantiles of the token's NAV at each time, in initial NAV, at least 0
	// (0 where that share of the paths is ruined).
	P05, P25, P50, P75, P95 []float64

	// Medians of what the token is compared with, such as its underlying and
	// the ideal token, over the same Times (so X stays nil); in initial value.
	Medians []Line

	Ruined float64 // share of the paths ruined by the last time, in [0, 1]
}

// fanFloor is the lowest NAV a fan shows: a hundredth of a percent of the
// start.
const fanFloor = 1e-4

// fanBottom is where the log axis of a fan begins. It has no place for the zeros
// of ruined paths, so where there are any it leaves room below the lowest other
// value, down to a hundredth of the start at least, and they lie at its edge.
func fanBottom(lowest float64, zeros bool) float64 {
	if zeros {
		lowest = min(0.01, lowest/3)
	}
	return max(lowest, fanFloor)
}

// Fan draws the 5–95 % and 25–75 % bands and the median of a token's NAV over
// time on a log axis, with the medians it is compared with.
func Fan(in FanData) (*Figure, error) {
	c := checker{figure: "Fan"}
	n := len(in.Times)
	c.want(n >= 2, "%d Times; want at least 2", n)
	c.want(increasing(in.Times), "Times are not finite and increasing")
	c.want(in.Ruined >= 0 && in.Ruined <= 1, "Ruined = %v; want a share in [0, 1]", in.Ruined)
	c.want(len(in.Medians) < len(looks), "%d Medians; want at most %d", len(in.Medians), len(looks)-1)

	quantiles := []struct {
		label, field string
		values       []float64
	}{
		{"5 %", "P05", in.P05}, {"25 %", "P25", in.P25}, {in.Name + " median", "P50", in.P50}, {"75 %", "P75", in.P75}, {"95 %", "P95", in.P95},
	}
	navs, zeros := nothing(), false // navs spans the positive values
	checkNAV := func(field string, values []float64) {
		c.want(len(values) == n, "%s has %d values for %d Times", field, len(values), n)
		for i, v := range values {
			if !(v >= 0 && finite(v)) {
				c.want(false, "%s[%d] = %v; want a finite NAV ≥ 0", field, i, v)
				break
			}
			if v > 0 {
				navs.include(v)
			} else {
				zeros = true
			}
		}
	}
	for i, q := range quantiles {
		checkNAV(q.field, q.values)
		if i > 0 && len(q.values) == n && len(quantiles[i-1].values) == n {
			for t, v := range q.values {
				if v < quantiles[i-1].values[t] {
					c.want(false, "%s[%d] = %v lies below %s[%d] = %v", q.field, t, v, quantiles[i-1].field, t, quantiles[i-1].values[t])
					break
				}
			}
		}
	}
	for _, m := range in.Medians {
		c.want(m.X == nil, "median %q has its own X; want nil, since it stands at Times", m.Name)
		checkNAV(fmt.Sprintf("median %q", m.Name), m.Y)
	}
	if err := c.err(); err != nil {
		return nil, err
	}

	navs.include(1)
	floor := fanBottom(navs.lo, zeros)
	clipped := false
	clip := func(values []float64) []float64 {
		out := make([]float64, n)
		for i, v := range values {
			out[i] = max(v, floor)
			clipped = clipped || v < floor
		}
		return out
	}
	var labels []label
	curve := func(name string, values []float64, l look) []float64 {
		shown := clip(values)
		labels = append(labels, label{name + "  " + formatDigits(values[n-1], 3), shown[n-1], l})
		return shown
	}
	var q [5][]float64
	for i := range quantiles {
		q[i] = curve(quantiles[i].label, quantiles[i].values, looks[0])
	}
	medians := make([][]float64, len(in.Medians))
	for i, m := range in.Medians {
		medians[i] = curve(m.Name+" median", m.Y, looks[i+1])
	}

	var notes []string
	if clipped {
		notes = append(notes, "Values below "+formatDigits(floor, 2)+", and zero where a quantile is ruined, are drawn at the lower edge.")
	}
	if in.Ruined > 0 {
		notes = append(notes, "Ruined by the end: "+formatDigits(100*in.Ruined, 2)+" % of paths.")
	}
	bottom := floor
	if !clipped { // the lowest curve stands clear of the axis
		bottom *= 0.8
	}
	x, unit := timeAxis(in.Times[0], in.Times[n-1], 8)
	fan := panel{
		label:  "Value (start = 1, log scale)",
		xlabel: "Time (" + unit + ")",
		x:      x,
		y:      logAxis(bottom, 1.1*navs.hi, 1, 9),
		right:  labelRoom(labels),
		paint: func(p plane) {
			p.area(tint(looks[0].color, 0.16), in.Times, q[0], q[4])
			p.area(tint(looks[0].color, 0.28), in.Times, q[1], q[3])
			for i := range medians {
				p.line(looks[i+1].line(heavy), in.Times, medians[i])
			}
			p.line(looks[0].line(heavy), in.Times, q[2]) // the token on top
			p.labelRight(labels)
		},
	}
	s := sheet{
		title: in.Title, caption: in.Caption, notes: notes, height: 3.4 * vg.Inch,
		legend: []entry{
			patchKey("5–95 % of paths", tint(looks[0].color, 0.16)),
			patchKey("25–75 % of paths", tint(looks[0].color, 0.40)), // one band over the other
		},
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{fan}) }), nil
}
