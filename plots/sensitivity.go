package plots

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// SensitivityData is how several metrics answer to one parameter, such as the
// half-width of the rebalancing band.
type SensitivityData struct {
	Title, Caption string

	XLabel  string      // the parameter with its unit: "Half-width of the band (leverage)"
	XScale  Scale       // how X is written
	XLog    bool        // log axis of X, all of which are then positive
	Marked  []Reference // settings worth a vertical line, such as the token's own
	Metrics []Metric    // one panel each
}

// A Metric is one panel: a quantity against the parameter.
type Metric struct {
	Label  string // quantity and unit: "Cost drag (% a year)"
	Scale  Scale  // Percent if values are fractions and Label says %
	Log    bool   // log axis; drawn linear after all if something is not positive
	Series []Series
	Exact  []Line // answers without sampling, as lines
}

// A Series is estimates of one metric along the parameter.
type Series struct {
	Name string // the same Name looks the same in every panel
	X    []float64
	Y    []analytics.Estimate // as many; a NaN Value leaves a gap
}

// Sensitivity draws small multiples of metrics against one parameter, each
// estimate with its interval.
func Sensitivity(in SensitivityData) (*Figure, error) {
	c := checker{figure: "Sensitivity"}
	c.want(len(in.Metrics) > 0, "no Metrics")
	c.want(in.XLabel != "", "XLabel is empty; want the parameter and its unit")
	xs := nothing()
	for _, r := range in.Marked {
		c.want(finite(r.At), "Marked %q is at %v; want a finite value", r.Name, r.At)
		xs.include(r.At)
	}
	var series, exact names
	for _, m := range in.Metrics {
		c.want(m.Label != "", "a metric has no Label; want the quantity and its unit")
		c.want(len(m.Series)+len(m.Exact) > 0, "metric %q has no Series and no Exact line", m.Label)
		for _, s := range m.Series {
			series.add(s.Name)
			s.check(&c, m.Label)
			xs.include(s.X...)
		}
		for _, l := range m.Exact {
			exact.add(l.Name)
			l.check(&c)
			xs.include(l.X...)
		}
	}
	c.want(!in.XLog || xs.lo > 0, "XLog with X from %v; want positive values", xs.lo)
	c.want(len(exact) <= len(looks), "%d Exact lines of different names; want at most %d", len(exact), len(looks))
	c.want(len(series) <= len(looks), "%d series of different names; want at most %d", len(series), len(looks))
	if err := c.err(); err != nil {
		return nil, err
	}

	// Series differ in everything, exact lines only in their dashes.
	var legend []entry
	for i, name := range series {
		legend = append(legend, seriesKey(name, looks[i], thin))
	}
	// Where nothing was sampled they take the looks of series.
	exactStyle := exactLine
	if len(series) == 0 && len(exact) > 1 {
		exactStyle = func(i int) draw.LineStyle { return looks[i].line(heavy) }
	}
	for i, name := range exact {
		legend = append(legend, lineKey(name, exactStyle(i)))
	}
	for i, r := range in.Marked {
		legend = append(legend, postKey(r.Name, markedLine(i)))
	}

	cols := min(len(in.Metrics), 2)
	if len(in.Metrics) > 4 {
		cols = 3
	}
	pad := 0.04 * (xs.hi - xs.lo)
	x := linearAxis(xs.lo-pad, xs.hi+pad, in.XScale.Factor(), max(14/cols, 5))
	if in.XLog {
		pad := math.Pow(xs.hi/xs.lo, 0.04)
		x = logAxis(xs.lo/pad, xs.hi*pad, in.XScale.Factor(), max(14/cols, 5))
	}
	panels := make([]panel, len(in.Metrics))
	for i, m := range in.Metrics {
		panels[i] = panel{
			label: m.Label,
			x:     x,
			y:     m.axis(),
			paint: func(p plane) {
				for i, r := range in.Marked {
					p.post(markedLine(i), r.At)
				}
				// Series step aside for each other, by no more than keeps them at their x,
				// and points shrink where they are close.
				gap := p.closest(m.Series)
				aside, times := min(3, 0.4*gap/vg.Length(len(m.Series))), min(1, max(0.6, gap/8))
				dodged := func(i int, s Series) (plane, look) {
					return p.shifted(aside * (vg.Length(i) - vg.Length(len(m.Series)-1)/2)), looks[series.index(s.Name)]
				}
				for i, s := range m.Series {
					p, l := dodged(i, s)
					p.line(l.line(thin), s.X, s.values())
				}
				for _, l := range m.Exact {
					p.line(exactStyle(exact.index(l.Name)), l.X, l.Y)
				}
				for i, s := range m.Series {
					p, l := dodged(i, s)
					p.estimates(l, times, s.X, s.Y)
				}
			},
		}
	}
	rows := (len(panels) + cols - 1) / cols
	s := sheet{title: in.Title, caption: in.Caption, legend: legend, height: vg.Length(rows) * 2 * vg.Inch}
	if rows == 1 {
		s.height = 2.8 * vg.Inch
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(shareX(body, in.XLabel), cols, panels) }), nil
}

// closest is the least distance on paper between two points of a series, and the
// width of the data where each has one.
func (p plane) closest(all []Series) vg.Length {
	gap := p.Max.X - p.Min.X
	for _, s := range all {
		for i := 1; i < len(s.X); i++ {
			gap = min(gap, p.atX(s.X[i])-p.atX(s.X[i-1]))
		}
	}
	return gap
}

// exactLine is the style of the i-th exact answer.
func exactLine(i int) draw.LineStyle {
	dashes := [][]vg.Length{nil, {4, 2}, {1, 1.5}}
	return draw.LineStyle{Color: black, Width: 0.9, Dashes: dashes[i%len(dashes)]}
}

// markedLine is the style of the i-th marked setting.
func markedLine(i int) draw.LineStyle {
	dashes := [][]vg.Length{{3, 2}, {1, 1.5}, {6, 2, 1, 2}}
	return draw.LineStyle{Color: grey, Width: 0.8, Dashes: dashes[i%len(dashes)]}
}

func (s Series) check(c *checker, metric string) {
	c.want(len(s.X) > 0 && len(s.X) == len(s.Y), "metric %q, series %q: %d X and %d Y; want equally many, at least 1", metric, s.Name, len(s.X), len(s.Y))
	c.want(increasing(s.X), "metric %q, series %q: X are not finite and increasing", metric, s.Name)
	some := false
	for i, e := range s.Y {
		some = some || finite(e.Value)
		c.want(drawable(e) || math.IsNaN(e.Value), "metric %q, series %q: Y[%d] = %+v; want a finite value within its interval, or NaN", metric, s.Name, i, e)
	}
	c.want(some || len(s.Y) == 0, "metric %q, series %q: every value is NaN", metric, s.Name)
}

// axis spans all that the panel shows.
func (m Metric) axis() axis {
	ys := nothing()
	for _, s := range m.Series {
		for _, e := range s.Y {
			if finite(e.Value) {
				ys.include(e.Value, e.Lo, e.Hi)
			}
		}
	}
	for _, l := range m.Exact {
		ys.include(l.Y...)
	}
	if m.Log && ys.lo > 0 {
		pad := max(1.1, math.Pow(ys.hi/ys.lo, 0.05))
		return logAxis(ys.lo/pad, ys.hi*pad, m.Scale.Factor(), 6)
	}
	lo, hi := padded(ys.lo, ys.hi)
	return linearAxis(lo, hi, m.Scale.Factor(), 6)
}

func (s Series) values() []float64 {
	vs := make([]float64, len(s.Y))
	for i, e := range s.Y {
		vs[i] = e.Value
	}
	return vs
}

// names are different names in order of appearance.
type names []string

func (n *names) add(name string) {
	if n.index(name) < 0 {
		*n = append(*n, name)
	}
}

func (n names) index(name string) int {
	for i, s := range n {
		if s == name {
			return i
		}
	}
	return -1
}
