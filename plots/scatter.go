package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// ScatterData is two numbers of every path, what means of them in groups come
// to, and what theory says.
type ScatterData struct {
	Title, Caption string
	XLabel, YLabel string // with their units
	XScale, YScale Scale  // how values are written

	X, Y  []float64   // by path; pairs that are not finite are left out and counted
	Means []MeanPoint // of groups of paths
	Lines []Line      // such as theory; at most two
}

// A MeanPoint is the mean of Y over the paths of a group, at their mean X.
type MeanPoint struct {
	X float64
	Y analytics.Estimate
}

// check says everything that is wrong with the data.
func (in ScatterData) check() error {
	c := checker{figure: "Scatter"}
	c.label("XLabel", in.XLabel)
	c.label("YLabel", in.YLabel)
	c.want(len(in.X) > 0 && len(in.X) == len(in.Y),
		"%d X and %d Y; want equally many, at least 1", len(in.X), len(in.Y))
	c.want(len(in.Lines) <= 2, "%d Lines; want at most 2", len(in.Lines))
	for i, m := range in.Means {
		c.want(finite(m.X), "Means[%d].X = %v; want a finite value", i, m.X)
		c.estimate(fmt.Sprintf("Means[%d].Y", i), m.Y)
	}
	for _, l := range in.Lines {
		l.check(&c)
	}
	xs, _ := in.pairs()
	c.want(len(xs) > 0, "no pair is finite")
	return c.err()
}

// pairs are the pairs of which both values are finite.
func (in ScatterData) pairs() (xs, ys []float64) {
	for i := range min(len(in.X), len(in.Y)) {
		if finite(in.X[i]) && finite(in.Y[i]) {
			xs, ys = append(xs, in.X[i]), append(ys, in.Y[i])
		}
	}
	return xs, ys
}

// scatterPoints is how many paths a scatter shows: more only blacken it and
// make vectors slow to open.
const scatterPoints = 2000

// Scatter draws the first 2,000 paths as points with the means of groups and
// the lines of theory. Its axes hold all but the outermost hundredth on each
// side, and a note counts what lies beyond. The error says which field is at
// fault, and where.
func Scatter(in ScatterData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	xs, ys := in.pairs()
	all := len(xs)
	shown := min(all, scatterPoints)
	xs, ys = xs[:shown], ys[:shown]
	x, y := in.axes(xs, ys)
	dots := panel{label: in.YLabel, xlabel: in.XLabel, x: x, y: y, paint: func(p plane) { in.paint(p, xs, ys) }}
	s := sheet{title: in.Title, caption: in.Caption, legend: in.legend(), height: 3.3 * vg.Inch}
	if shown < all {
		s.notes = append(s.notes, "Points are the first "+paths(shown)+"; means are of all.")
	}
	outside := 0
	for i := range xs {
		if !x.holds(xs[i]) || !y.holds(ys[i]) {
			outside++
		}
	}
	if outside > 0 {
		s.notes = append(s.notes, "Of the points, "+formatFixed(float64(outside), 0)+" lie beyond the axes.")
	}
	if out := len(in.X) - all; out > 0 {
		s.notes = append(s.notes, leftOut(out, len(in.X), "ruined"))
	}
	return s.panels(1, dots), nil
}

// axes hold the inner part of the points and all means.
func (in ScatterData) axes(xs, ys []float64) (x, y axis) {
	xr, yr := inner(xs), inner(ys)
	for _, m := range in.Means {
		xr.include(m.X)
		yr.include(m.Y.Value, m.Y.Lo, m.Y.Hi)
	}
	return xr.linear(in.XScale.Factor(), 9), yr.linear(in.YScale.Factor(), 8)
}

// inner is the span of all values but the outermost hundredth on each side.
func inner(vs []float64) span {
	s := slices.Sorted(slices.Values(vs))
	cut := len(s) / 100
	return span{s[cut], s[len(s)-1-cut]}
}

func (in ScatterData) paint(p plane, xs, ys []float64) {
	const radius = 1.1
	p.SetColor(tint(looks[0].color, 0.28))
	for i := range xs {
		if !p.x.holds(xs[i]) || !p.y.holds(ys[i]) {
			continue
		}
		at := p.at(xs[i], ys[i])
		var dot vg.Path
		dot.Move(at.Add(vg.Point{X: radius}))
		dot.Arc(at, radius, 0, 2*math.Pi)
		dot.Close()
		p.Fill(dot)
	}
	for i, l := range in.Lines {
		l = l.within(p.x, p.y)
		p.line(theoryLine(i), l.X, l.Y)
	}
	for _, m := range in.Means {
		p.estimates(look{black, nil, diamond}, 1, []float64{m.X}, []analytics.Estimate{m.Y})
	}
}

func (in ScatterData) legend() []entry {
	dot := func(c draw.Canvas, at vg.Point) { disc.draw(c, at, pale(looks[0].color, 0.5)) }
	list := []entry{markKey("one path", 8, dot)}
	if len(in.Means) > 0 {
		list = append(list, diamondKey("mean of a group of paths, with its interval"))
	}
	for i, l := range in.Lines {
		list = append(list, lineKey(l.Name, theoryLine(i)))
	}
	return list
}

// theoryLine is the style of the i-th line of theory.
func theoryLine(i int) draw.LineStyle {
	return draw.LineStyle{Color: looks[1].color, Width: heavy, Dashes: [][]vg.Length{nil, {4, 2}}[i%2]}
}
