package plots

import (
	"fmt"
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

// check says everything that is wrong with the data.
func (in SensitivityData) check() error {
	c := checker{figure: "Sensitivity"}
	c.want(len(in.Metrics) > 0, "no Metrics; want at least one")
	c.want(in.XLabel != "", "XLabel is empty; want the parameter and its unit")
	c.references("Marked", in.Marked)
	for i, m := range in.Metrics {
		c.want(m.Label != "", "Metrics[%d] has no Label; want the quantity and its unit", i)
		c.want(len(m.Series)+len(m.Exact) > 0, "metric %q has no Series and no Exact line", m.Label)
		for _, s := range m.Series {
			s.check(&c, fmt.Sprintf("metric %q", m.Label))
		}
		for _, l := range m.Exact {
			l.check(&c)
		}
	}
	xs := in.span()
	c.want(!in.XLog || xs.lo > 0, "XLog with X from %v; want positive values", xs.lo)
	series, exact := in.names()
	c.want(len(exact) <= len(looks), "%d Exact lines of different names; want at most %d", len(exact), len(looks))
	c.want(len(series) <= len(looks), "%d series of different names; want at most %d", len(series), len(looks))
	return c.err()
}

// check holds the series to its contract; at says where it stands.
func (s Series) check(c *checker, at string) {
	c.want(len(s.X) > 0 && len(s.X) == len(s.Y),
		"%s, series %q: %d X and %d Y; want equally many, at least 1", at, s.Name, len(s.X), len(s.Y))
	c.want(increasing(s.X), "%s, series %q: X are not finite and increasing", at, s.Name)
	some := false
	for i, e := range s.Y {
		some = some || finite(e.Value)
		c.want(drawable(e) || math.IsNaN(e.Value),
			"%s, series %q: Y[%d] = %+v; want a finite value within its interval, or NaN", at, s.Name, i, e)
	}
	c.want(some || len(s.Y) == 0, "%s, series %q: every value is NaN", at, s.Name)
}

// Sensitivity draws small multiples of metrics against one parameter, each
// estimate with its interval. The error says which metric and series is at fault,
// and where.
func Sensitivity(in SensitivityData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	cols := columns(len(in.Metrics))
	x, styles := in.xAxis(max(14/cols, 5)), in.styles()
	panels := make([]panel, len(in.Metrics))
	for i, m := range in.Metrics {
		panels[i] = panel{label: m.Label, x: x, y: m.axis(), paint: func(p plane) {
			p.references(in.Marked)
			m.paint(p, styles)
		}}
	}
	s := sheet{title: in.Title, caption: in.Caption, legend: in.legend(styles), height: 2.8 * vg.Inch}
	if rows := rowsOf(len(panels), cols); rows > 1 {
		s.height = rows * 2 * vg.Inch
	}
	return s.sharing(in.XLabel, cols, panels...), nil
}

// span is that of the parameter, in all panels.
func (in SensitivityData) span() span {
	xs := nothing()
	for _, r := range in.Marked {
		xs.include(r.At)
	}
	for _, m := range in.Metrics {
		for _, s := range m.Series {
			xs.include(s.X...)
		}
		for _, l := range m.Exact {
			xs.include(l.X...)
		}
	}
	return xs
}

// xAxis is the axis of the parameter, with at most most ticks.
func (in SensitivityData) xAxis(most int) axis {
	xs := in.span()
	if in.XLog {
		return xs.logarithmic(1, 0.04, in.XScale.Factor(), most)
	}
	pad := 0.04 * (xs.hi - xs.lo)
	return linearAxis(xs.lo-pad, xs.hi+pad, in.XScale.Factor(), most)
}

// names are those of all series and of all exact lines.
func (in SensitivityData) names() (series, exact names) {
	for _, m := range in.Metrics {
		for _, s := range m.Series {
			series.add(s.Name)
		}
		for _, l := range m.Exact {
			exact.add(l.Name)
		}
	}
	return series, exact
}

// metricStyles are how what is named looks, the same in every panel. Series
// differ in everything, exact lines only in their dashes; but where nothing was
// sampled these take the looks of series.
type metricStyles struct {
	series, exact names
	line          func(i int) draw.LineStyle // of the i-th exact line
}

func (in SensitivityData) styles() metricStyles {
	series, exact := in.names()
	styles := metricStyles{series, exact, exactLine}
	if len(series) == 0 && len(exact) > 1 {
		styles.line = func(i int) draw.LineStyle { return looks[i].line(heavy) }
	}
	return styles
}

func (in SensitivityData) legend(styles metricStyles) (list []entry) {
	for i, name := range styles.series {
		list = append(list, seriesKey(name, looks[i], thin))
	}
	for i, name := range styles.exact {
		list = append(list, lineKey(name, styles.line(i)))
	}
	return append(list, referenceKeys(in.Marked)...)
}

// paint draws the lines of the panel, and the estimates over them. Series step
// aside for each other, by no more than keeps them at their x, and points shrink
// where they are close.
func (m Metric) paint(p plane, styles metricStyles) {
	gap := p.closest(m.Series)
	aside, times := min(3, 0.4*gap/vg.Length(len(m.Series))), min(1, max(0.6, gap/8))
	dodged := func(i int) (plane, look) {
		step := vg.Length(i) - vg.Length(len(m.Series)-1)/2
		return p.shifted(aside * step), looks[styles.series.index(m.Series[i].Name)]
	}
	for i, s := range m.Series {
		p, l := dodged(i)
		p.line(l.line(thin), s.X, s.values())
	}
	for _, l := range m.Exact {
		p.line(styles.line(styles.exact.index(l.Name)), l.X, l.Y)
	}
	for i, s := range m.Series {
		p, l := dodged(i)
		p.estimates(l, times, s.X, s.Y)
	}
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
		return ys.logarithmic(1.1, 0.05, m.Scale.Factor(), 6)
	}
	return ys.linear(m.Scale.Factor(), 6)
}

func (s Series) values() []float64 {
	vs := make([]float64, len(s.Y))
	for i, e := range s.Y {
		vs[i] = e.Value
	}
	return vs
}
