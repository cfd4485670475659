package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"mcrisk/analytics"
)

// FanData is what a fan chart shows: how the value of a token spreads over the
// paths as time passes.
type FanData struct {
	Title, Caption string

	Times []float64 // years since the start, at least 2, increasing
	Name  string    // of the token

	// Quantiles of the token's NAV at each time, in initial NAV, at least 0
	// (0 where that share of the paths is ruined).
	P05, P25, P50, P75, P95 []float64

	// Medians of what the token is compared with, such as its underlying and
	// the ideal token, over the same Times (so X stays nil); in initial value.
	Medians []Line

	// Ends are the quantiles at the last time, from P05 to P95 and then of the Medians,
	// with their intervals, which say how many digits the labels have; nil: three.
	Ends []analytics.Estimate

	Ruined float64 // share of the paths ruined by the last time, in [0, 1]
}

// fanFloor is the lowest NAV a fan shows: a millionth of the start.
const fanFloor = 1e-6

// fanBottom is where the log axis of a fan begins. It has no place for the zeros
// of ruined paths, so where there are any it leaves room below the lowest other
// value, down to a hundredth of the start at least, and they lie at its edge.
func fanBottom(lowest float64, zeros bool) float64 {
	if zeros {
		lowest = min(0.01, lowest/3)
	}
	return max(lowest, fanFloor)
}

func (in FanData) curves() [5]quantileCurve {
	return quantileCurves(in.Name, in.P05, in.P25, in.P50, in.P75, in.P95)
}

// check says everything that is wrong with the data.
func (in FanData) check() error {
	const nav = "a finite NAV ≥ 0"
	c := checker{figure: "Fan"}
	n := len(in.Times)
	c.want(n >= 2, "%d Times; want at least 2", n)
	c.want(increasing(in.Times), "Times are not finite and increasing")
	c.want(in.Ruined >= 0 && in.Ruined <= 1, "Ruined = %v; want a share in [0, 1]", in.Ruined)
	c.want(len(in.Medians) < len(looks), "%d Medians; want at most %d", len(in.Medians), len(looks)-1)
	c.quantiles("", in.curves(), n, 0, nav)
	c.want(in.Ends == nil || len(in.Ends) == 5+len(in.Medians),
		"%d Ends; want one for each quantile and median, or none", len(in.Ends))
	for _, m := range in.Medians {
		c.want(m.X == nil, "median %q has its own X; want nil, since it stands at Times", m.Name)
		c.overTime(fmt.Sprintf("median %q", m.Name), m.Y, n, 0, nav)
	}
	return c.err()
}

// Fan draws the 5–95 % and 25–75 % bands and the median of a token's NAV over
// time on a log axis, with the medians it is compared with. The error says which
// field is at fault, and at which time.
func Fan(in FanData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	navs, lowest := in.spans()
	floor := fanBottom(navs.lo, lowest == 0)
	clipped := lowest < floor
	bottom, room := floor, max(1.0005, math.Pow(navs.hi/floor, 0.03))
	if !clipped { // the lowest curve stands clear of the axis
		bottom /= room
	}
	labels := in.labels(floor)
	x, unit := timeAxis(in.Times[0], in.Times[len(in.Times)-1], 8)
	fan := panel{
		label:  "Value (start = 1, log scale)",
		xlabel: "Time (" + unit + ")",
		x:      x,
		y:      logAxis(bottom, room*navs.hi, 1, 9),
		right:  labelRoom(labels),
		paint: func(p plane) {
			in.paint(p, floor)
			p.labelRight(labels)
		},
	}
	s := sheet{title: in.Title, caption: in.Caption, legend: fanKeys(), height: 3.4 * vg.Inch}
	if clipped {
		s.notes = append(s.notes, "Values below "+formatDigits(floor, 2)+
			", and zero where a quantile is ruined, are drawn at the lower edge.")
	}
	if in.Ruined > 0 {
		s.notes = append(s.notes, "Ruined by the end: "+formatDigits(100*in.Ruined, 2)+" % of paths.")
	}
	return s.panels(1, fan), nil
}

// spans are what the axis has to hold, the start and all values above zero, and
// the lowest of all values.
func (in FanData) spans() (navs span, lowest float64) {
	navs, lowest = nothing(), math.Inf(1)
	include := func(values []float64) {
		for _, v := range values {
			lowest = min(lowest, v)
			if v > 0 {
				navs.include(v)
			}
		}
	}
	for _, q := range in.curves() {
		include(q.values)
	}
	for _, m := range in.Medians {
		include(m.Y)
	}
	navs.include(1)
	return navs, lowest
}

// labels name all curves where they end, none below floor.
func (in FanData) labels(floor float64) (list []label) {
	end := func(name string, values []float64, l look) {
		at := endLabel(name, values, 1, l, in.Ends, len(list))
		at.at = max(at.at, floor)
		list = append(list, at)
	}
	for _, q := range in.curves() {
		end(q.name, q.values, looks[0])
	}
	for i, m := range in.Medians {
		end(m.Name+" median", m.Y, looks[i+1])
	}
	return list
}

func (in FanData) paint(p plane, floor float64) {
	shown := func(values []float64) []float64 { return raised(values, floor) }
	p.fan(in.Times, shown(in.P05), shown(in.P25), shown(in.P75), shown(in.P95))
	for i, m := range in.Medians {
		p.line(looks[i+1].line(heavy), in.Times, shown(m.Y))
	}
	p.line(looks[0].line(heavy), in.Times, shown(in.P50)) // the token on top
}
