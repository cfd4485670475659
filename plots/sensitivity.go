package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// SensitivityData is how several metrics answer to one parameter, such as the
// half-width of the rebalancing band.
type SensitivityData struct {
	Title, Caption string

	XLabel  string             // the parameter with its unit: "Half-width of the band (leverage)"
	XScale  Scale              // how X is written
	XLog    bool               // log axis of X, all of which are then positive
	Marked  []Reference        // settings worth a vertical line, such as the baseline
	Metrics []SensitivityPanel // one panel each
	Columns int                // of panels, up to 4; 0: as many as suit their number
	Apart   bool               // each panel has a range of X of its own
}

// A SensitivityPanel is one panel: a quantity against the parameter.
type SensitivityPanel struct {
	Label  string // quantity and unit: "Cost drag (% a year)"
	Scale  Scale  // Percent if values are fractions and Label says %
	Log    bool   // log axis; drawn linear after all if something is not positive
	Zero   bool   // a line at zero, which the axis spans
	Series []Series
	Exact  []Line // answers without sampling; one with the name of a series looks like it
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
	c.want(in.Columns >= 0 && in.Columns <= 4, "%d Columns; want 1 to 4, or 0", in.Columns)
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
	if in.Columns > 0 {
		cols = in.Columns
	}
	x, styles := in.xAxis(max(14/cols, 5)), in.styles()
	panels := make([]panel, len(in.Metrics))
	for i, m := range in.Metrics {
		y := m.axis()
		if in.Apart {
			alone := in
			alone.Metrics = in.Metrics[i : i+1]
			x = alone.xAxis(max(14/cols, 5))
		}
		panels[i] = panel{label: m.Label + y.kind(), x: x, y: y, paint: func(p plane) {
			if m.Zero {
				p.level(axisLine, 0)
			}
			p.references(in.Marked)
			m.paint(p, styles)
		}}
	}
	s := sheet{
		title: in.Title, caption: in.Caption, legend: in.legend(styles), notes: in.notes(styles), height: 2.8 * vg.Inch,
	}
	if rows := rowsOf(len(panels), cols); rows > 1 {
		s.height = rows * 2 * vg.Inch
	}
	return s.sharing(in.XLabel+x.kind(), cols, panels...), nil
}

// notes say what the legend cannot.
func (in SensitivityData) notes(styles metricStyles) []string {
	var words []string
	if slices.ContainsFunc(in.Metrics, SensitivityPanel.apart) {
		words = append(words, "Points at one value stand side by side where their intervals overlap.")
	}
	exact, joined := 0, false
	for _, m := range in.Metrics {
		for _, s := range m.Series {
			if m.exactOf(s.Name) {
				exact++
			} else {
				joined = true
			}
		}
	}
	switch {
	case exact > 0 && joined:
		words = append(words, "Lines are exact answers where there are any, and elsewhere join the estimates.")
	case exact > 0:
		words = append(words, "Points are estimates, lines are exact answers where these are known.")
	}
	if len(words) == 0 {
		return nil
	}
	return []string{strings.Join(words, " ")}
}

// span is the range of the parameter, in all panels.
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

// names are those of all series, and of the exact lines that are of none of them.
func (in SensitivityData) names() (series, exact names) {
	for _, m := range in.Metrics {
		for _, s := range m.Series {
			series.add(s.Name)
		}
	}
	for _, m := range in.Metrics {
		for _, l := range m.Exact {
			if series.index(l.Name) < 0 {
				exact.add(l.Name)
			}
		}
	}
	return series, exact
}

// metricStyles are how what is named looks, the same in every panel. Series
// differ in everything, and so do their exact lines; others only in their dashes,
// unless nothing was sampled.
type metricStyles struct {
	series, exact names
	line          func(name string) draw.LineStyle // of an exact line
}

func (in SensitivityData) styles() metricStyles {
	series, exact := in.names()
	return metricStyles{series, exact, func(name string) draw.LineStyle {
		switch i := series.index(name); {
		case i >= 0:
			return looks[i].line(exactWidth)
		case len(series) == 0 && len(exact) > 1:
			return looks[exact.index(name)].line(heavy)
		}
		return exactLine(exact.index(name))
	}}
}

func (in SensitivityData) legend(styles metricStyles) (list []entry) {
	for i, name := range styles.series {
		list = append(list, seriesKey(name, looks[i], thin))
	}
	for _, name := range styles.exact {
		list = append(list, lineKey(name, styles.line(name)))
	}
	return append(list, referenceKeys(in.Marked)...)
}

// paint draws the lines of the panel, and the estimates over them. Series without
// exact lines step aside for each other where their intervals overlap, by no more than
// keeps them at their x. Points shrink where they are close.
func (m SensitivityPanel) paint(p plane, styles metricStyles) {
	gap := p.closest(m.Series)
	aside, times := vg.Length(0), min(1, max(0.6, gap/8))
	if m.apart() {
		aside = min(3, 0.4*gap/vg.Length(len(m.Series)))
	}
	dodged := func(i int) (plane, look) {
		step := vg.Length(i) - vg.Length(len(m.Series)-1)/2
		return p.shifted(aside * step), looks[styles.series.index(m.Series[i].Name)]
	}
	for i, s := range m.Series {
		if !m.exactOf(s.Name) {
			p, l := dodged(i)
			p.line(l.line(thin), s.X, s.values())
		}
	}
	for _, l := range m.Exact {
		p.line(styles.line(l.Name), l.X, l.Y)
	}
	for i, s := range m.Series {
		p, l := dodged(i)
		p.estimates(l, times, s.X, s.Y)
	}
}

// exactOf reports whether the series of that name has an exact line.
func (m SensitivityPanel) exactOf(name string) bool {
	return slices.ContainsFunc(m.Exact, func(l Line) bool { return l.Name == name })
}

// apart reports whether the series stand side by side: intervals at one value overlap,
// and no exact line says where points belong.
func (m SensitivityPanel) apart() bool {
	if len(m.Exact) > 0 {
		return false
	}
	type interval struct{ lo, hi float64 }
	at := map[float64][]interval{}
	for _, s := range m.Series {
		for i, x := range s.X {
			e := interval{s.Y[i].Lo, s.Y[i].Hi}
			for _, other := range at[x] {
				if e.lo < other.hi && other.lo < e.hi {
					return true
				}
			}
			at[x] = append(at[x], e)
		}
	}
	return false
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

// exactWidth is the width of the exact line of a series.
const exactWidth vg.Length = 0.9

// exactLine is the style of the i-th exact answer that is of no series.
func exactLine(i int) draw.LineStyle {
	dashes := [][]vg.Length{nil, {4, 2}, {1, 1.5}}
	return draw.LineStyle{Color: black, Width: exactWidth, Dashes: dashes[i%len(dashes)]}
}

// axis spans all that the panel shows.
func (m SensitivityPanel) axis() axis {
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
	if m.Zero {
		ys.include(0)
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
