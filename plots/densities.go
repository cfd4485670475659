package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// DensitiesData is how one quantity is distributed in several cases, such as
// the decay at several horizons or the leverage at several times, each in a panel
// of its own on one axis.
type DensitiesData struct {
	Title, Caption string
	XLabel         string      // the quantity with its unit
	YLabel         string      // "Density of paths (per log unit)"
	Cases          []Density   // at least one
	Shared         bool        // one x axis for all; else each has its own
	Marked         []Reference // vertical lines in every panel, such as the edges of the band
}

// A Density is counts between edges, and what theory says of them.
type Density struct {
	Name   string      // "30 days"
	Edges  []float64   // in the unit of the axis, increasing
	Counts []int       // values between them: one fewer, each at least 0
	Beyond int         // values counted outside the edges
	Exact  *Line       // a density on the same axis; nil: none
	At     []Reference // vertical lines in this panel; the legend names those of the first case
}

// counted is the number of values of the case.
func (d Density) counted() int {
	total := d.Beyond
	for _, n := range d.Counts {
		total += n
	}
	return total
}

func (d Density) check(c *checker) {
	c.want(len(d.Edges) == len(d.Counts)+1 && len(d.Counts) > 0,
		"case %q has %d Edges and %d Counts; want one more edge than counts", d.Name, len(d.Edges), len(d.Counts))
	c.want(increasing(d.Edges), "case %q: Edges are not finite and increasing", d.Name)
	for i, n := range d.Counts {
		c.want(n >= 0, "case %q: Counts[%d] = %d; want at least 0", d.Name, i, n)
	}
	c.want(d.Beyond >= 0, "case %q: Beyond = %d; want at least 0", d.Name, d.Beyond)
	c.want(d.counted() > 0, "case %q is empty; want at least one value counted", d.Name)
	if d.Exact != nil {
		d.Exact.check(c)
	}
	c.references(fmt.Sprintf("case %q: At", d.Name), d.At)
}

// check says everything that is wrong with the data.
func (in DensitiesData) check() error {
	c := checker{figure: "Densities"}
	c.label("XLabel", in.XLabel)
	c.label("YLabel", in.YLabel)
	c.want(len(in.Cases) > 0, "no Cases; want at least one")
	for _, d := range in.Cases {
		d.check(&c)
	}
	c.references("Marked", in.Marked)
	return c.err()
}

// Densities draws the histograms of the cases as small multiples. The error says
// which case or mark is at fault.
func Densities(in DensitiesData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	cols := min(2, len(in.Cases))
	panels := make([]panel, len(in.Cases))
	for i, d := range in.Cases {
		panels[i] = in.panel(d, 12/cols)
	}
	s := sheet{title: in.Title, caption: in.Caption, notes: in.notes(), legend: in.legend(), height: 2.6 * vg.Inch}
	if rows := rowsOf(len(panels), cols); rows > 1 {
		s.height = rows*1.75*vg.Inch + 14
	}
	return s.sharing(in.XLabel, cols, panels...), nil
}

// notes say what the heights are, what is outside the bins, and which cases theory
// does not know.
func (in DensitiesData) notes() []string {
	note := "Height: " + in.YLabel + "."
	var outside, unknown []string
	for _, d := range in.Cases {
		if d.Beyond > 0 {
			outside = append(outside, formatFixed(float64(d.Beyond), 0)+" at "+d.Name)
		}
		if d.Exact == nil {
			unknown = append(unknown, d.Name)
		}
	}
	if len(outside) > 0 {
		note += " Paths outside the bins: " + strings.Join(outside, ", ") + "."
	}
	if len(unknown) > 0 && len(unknown) < len(in.Cases) {
		note += " Not known in theory at " + strings.Join(unknown, ", ") + "."
	}
	return []string{note}
}

var (
	// densityLine is the style of theory.
	densityLine = draw.LineStyle{Color: looks[1].color, Width: heavy}

	// densityDashes are the dashes of the first and second mark of a case.
	densityDashes = [][]vg.Length{{2, 2}, {6, 2}}
)

// densityMark is the style of the i-th mark of a case.
func densityMark(i int) draw.LineStyle {
	return draw.LineStyle{Color: black, Width: 0.8, Dashes: densityDashes[i%2]}
}

func (in DensitiesData) legend() []entry {
	list := []entry{patchKey("simulated paths", pale(looks[0].color, 0.3))}
	for _, d := range slices.Backward(in.Cases) { // all are of one theory
		if d.Exact != nil {
			list = append(list, lineKey(d.Exact.Name, densityLine))
			break
		}
	}
	list = append(list, referenceKeys(in.Marked)...)
	for i, r := range in.Cases[0].At {
		list = append(list, lineKey(r.Name, densityMark(i)))
	}
	return list
}

// histogram is the case as shares of all its values.
func (d Density) histogram() histogram {
	h, all := histogram{edges: d.Edges, counts: d.Counts}, d.counted()
	for _, n := range d.Counts {
		h.share = append(h.share, float64(n)/float64(all))
	}
	return h
}

// span is the range of the case, or of all cases where they share an axis.
func (in DensitiesData) span(d Density) span {
	xs := nothing()
	xs.include(d.Edges...)
	if in.Shared {
		for _, d := range in.Cases {
			xs.include(d.Edges...)
		}
		for _, r := range in.Marked {
			xs.include(r.At)
		}
	}
	for _, r := range d.At {
		xs.include(r.At)
	}
	return xs
}

// panel draws one case, with at most most ticks of its x axis.
func (in DensitiesData) panel(d Density, most int) panel {
	xs, h := in.span(d), d.histogram()
	tallest := h.tallest()
	if d.Exact != nil {
		for i, v := range d.Exact.X {
			if v >= xs.lo && v <= xs.hi && finite(d.Exact.Y[i]) {
				tallest = max(tallest, d.Exact.Y[i])
			}
		}
	}
	lo, hi := padded(xs.lo, xs.hi)
	if lo == 0 && xs.lo > 0 { // zero means nothing here
		lo = xs.lo - 0.05*(xs.hi-xs.lo)
	}
	x, y := linearAxis(lo, hi, 1, most), linearAxis(0, 1.05*tallest, 1, 5)
	return panel{label: d.Name, x: x, y: y, paint: func(p plane) {
		p.histogram(h, looks[0].color)
		p.references(in.Marked)
		for i, r := range d.At {
			p.post(densityMark(i), r.At)
		}
		if d.Exact != nil {
			l := d.Exact.within(x, axis{min: math.Inf(-1), max: y.max})
			p.line(densityLine, l.X, l.Y)
		}
	}}
}
