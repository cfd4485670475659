package plots

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"mcrisk/analytics"
)

// DrawdownData is how deep the deepest fall from a peak was on each path, for
// the token and for what it is compared with.
type DrawdownData struct {
	Title, Caption string
	Series         []DrawdownSeries // one to five, the token first
}

// A DrawdownSeries is the maximum drawdown of one asset on every path.
type DrawdownSeries struct {
	Name   string
	Depth  []float64      // deepest fall as a fraction of the peak, in [0, 1]; 1 is ruin
	Weight []float64      // of each path, at least 0; nil: all equal
	Marks  []DepthReached // points of the curve whose interval is drawn
}

// DepthReached is the estimated share of paths that fall by Depth or more.
type DepthReached struct {
	Depth float64            // in [0, 1]
	Share analytics.Estimate // in [0, 1]
}

// check says everything that is wrong with the data.
func (in DrawdownData) check() error {
	c := checker{figure: "Drawdown"}
	c.want(len(in.Series) >= 1 && len(in.Series) <= len(looks), "%d Series; want 1 to %d", len(in.Series), len(looks))
	for _, s := range in.Series {
		c.want(len(s.Depth) > 0, "series %q has no Depth; want one for each path", s.Name)
		c.want(s.Weight == nil || len(s.Weight) == len(s.Depth),
			"series %q has %d Weight for %d Depth", s.Name, len(s.Weight), len(s.Depth))
		c.share(fmt.Sprintf("series %q: Depth", s.Name), s.Depth)
		c.weights(fmt.Sprintf("series %q: Weight", s.Name), s.Weight)
		for i, m := range s.Marks {
			c.want(m.Depth >= 0 && m.Depth <= 1,
				"series %q: Marks[%d].Depth = %v; want a fraction in [0, 1]", s.Name, i, m.Depth)
			c.estimate(fmt.Sprintf("series %q: Marks[%d].Share", s.Name, i), m.Share)
		}
	}
	return c.err()
}

// Drawdown draws, for each depth, the share of paths whose worst fall from a
// peak is at least that deep. "How likely is a loss of half?" is read off at
// 50 % without adding up bars, and two assets compare at every depth. The error
// says which series is at fault, and where.
func Drawdown(in DrawdownData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	curves := make([]Line, len(in.Series))
	s := sheet{title: in.Title, caption: in.Caption, height: 3.2 * vg.Inch}
	for i, q := range in.Series {
		curves[i].X, curves[i].Y = newSample(q.Depth, q.Weight).exceedance(0)
		if len(q.Marks) > 0 {
			s.legend = append(s.legend, seriesKey(q.Name, looks[i], heavy))
		} else {
			s.legend = append(s.legend, lineKey(q.Name, looks[i].line(heavy)))
		}
	}
	survival := panel{
		label:  "Paths that fall at least this far from a peak (%)",
		xlabel: "Maximum drawdown (% of the peak)",
		x:      linearAxis(0, 1, 100, 11),
		y:      linearAxis(0, 1, 100, 7),
		paint: func(p plane) {
			for i, l := range slices.Backward(curves) { // the token on top
				p.line(looks[i].line(heavy), l.X, l.Y)
			}
			for i, q := range slices.Backward(in.Series) {
				for _, m := range q.Marks {
					p.estimates(looks[i], 1, []float64{m.Depth}, []analytics.Estimate{m.Share})
				}
			}
		},
	}
	if widest := in.widest(); widest > 0 && widest < 0.01 { // of the axis: a point's own size
		s.notes = append(s.notes, "Intervals of the points are narrower than these: at most ±"+
			formatDigits(100*widest, 2)+" percentage points.")
	}
	return s.panels(1, survival), nil
}

// widest is the largest half-width of a mark's interval; 0: none has one.
func (in DrawdownData) widest() (half float64) {
	for _, s := range in.Series {
		for _, m := range s.Marks {
			if e := m.Share; finite(e.Lo) && finite(e.Hi) {
				half = max(half, (e.Hi-e.Lo)/2)
			}
		}
	}
	return half
}
