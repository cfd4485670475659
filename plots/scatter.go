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
	XScale, YScale Scale

	X, Y  []float64   // by path; pairs that are not finite are left out and counted
	Means []MeanPoint // of groups of paths
	Lines []Line      // such as theory; at most two
}

// A MeanPoint is the mean of Y over the paths of a group, at their mean X.
type MeanPoint struct {
	X float64
	Y analytics.Estimate
}

// scatterPoints is how many paths a scatter shows: more only blacken it and
// make vectors slow to open.
const scatterPoints = 2000

// Scatter draws the first 2,000 paths as points with the means of groups and
// the lines of theory. Its axes hold all but the outermost hundredth on each
// side, and a note counts what lies beyond.
func Scatter(in ScatterData) (*Figure, error) {
	c := checker{figure: "Scatter"}
	c.want(in.XLabel != "" && in.YLabel != "", "XLabel or YLabel is empty; want quantity and unit")
	c.want(len(in.X) > 0 && len(in.X) == len(in.Y), "%d X and %d Y; want equally many, at least 1", len(in.X), len(in.Y))
	c.want(len(in.Lines) <= 2, "%d Lines; want at most 2", len(in.Lines))
	for i, m := range in.Means {
		c.want(finite(m.X) && drawable(m.Y), "Means[%d] = %+v; want finite values", i, m)
	}
	for _, l := range in.Lines {
		l.check(&c)
	}
	var xs, ys []float64
	for i := range min(len(in.X), len(in.Y)) {
		if finite(in.X[i]) && finite(in.Y[i]) {
			xs, ys = append(xs, in.X[i]), append(ys, in.Y[i])
		}
	}
	c.want(len(xs) > 0, "no pair is finite")
	if err := c.err(); err != nil {
		return nil, err
	}
	shown := min(len(xs), scatterPoints)
	inner := func(vs []float64) span {
		s := slices.Sorted(slices.Values(vs[:shown]))
		cut := len(s) / 100
		return span{s[cut], s[len(s)-1-cut]}
	}
	xr, yr := inner(xs), inner(ys)
	for _, m := range in.Means {
		xr.include(m.X)
		yr.include(m.Y.Value, m.Y.Lo, m.Y.Hi)
	}
	xlo, xhi := padded(xr.lo, xr.hi)
	ylo, yhi := padded(yr.lo, yr.hi)
	x, y := linearAxis(xlo, xhi, in.XScale.Factor(), 9), linearAxis(ylo, yhi, in.YScale.Factor(), 8)
	outside := 0
	dots := panel{label: in.YLabel, xlabel: in.XLabel, x: x, y: y, paint: func(p plane) {
		p.SetColor(tint(looks[0].color, 0.28))
		for i := range shown {
			if xs[i] < x.min || xs[i] > x.max || ys[i] < y.min || ys[i] > y.max {
				continue
			}
			at := p.at(xs[i], ys[i])
			var dot vg.Path
			const r = 1.1
			dot.Move(at.Add(vg.Point{X: r}))
			dot.Arc(at, r, 0, 2*math.Pi)
			dot.Close()
			p.Fill(dot)
		}
		for i, l := range in.Lines {
			lx, ly := within(l.X, l.Y, x, y)
			p.line(theoryLine(i), lx, ly)
		}
		for _, m := range in.Means {
			p.estimates(look{black, nil, diamond}, 1, []float64{m.X}, []analytics.Estimate{m.Y})
		}
	}}
	for i := range shown {
		if xs[i] < x.min || xs[i] > x.max || ys[i] < y.min || ys[i] > y.max {
			outside++
		}
	}
	legend := []entry{{name: "one path", wide: 8, sample: func(c draw.Canvas, a, b vg.Point) {
		disc.draw(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y}, pale(looks[0].color, 0.5))
	}}}
	if len(in.Means) > 0 {
		legend = append(legend, entry{name: "mean of a group of paths, with its interval", wide: 10, sample: func(c draw.Canvas, a, b vg.Point) {
			diamond.draw(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y}, black)
		}})
	}
	for i, l := range in.Lines {
		legend = append(legend, lineKey(l.Name, theoryLine(i)))
	}
	s := sheet{title: in.Title, caption: in.Caption, legend: legend, height: 3.3 * vg.Inch}
	if shown < len(xs) {
		s.notes = append(s.notes, "Points are the first "+paths(shown)+"; means are of all.")
	}
	if outside > 0 {
		s.notes = append(s.notes, "Beyond the axes: "+paths(outside)+" of those shown.")
	}
	if out := len(in.X) - len(xs); out > 0 {
		s.notes = append(s.notes, fmt.Sprintf("Left out: %s of %s, ruined.", formatFixed(float64(out), 0), paths(len(in.X))))
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{dots}) }), nil
}

// within cuts a line to the axes: points beyond become gaps.
func within(xs, ys []float64, x, y axis) (cx, cy []float64) {
	cx, cy = slices.Clone(xs), slices.Clone(ys)
	for i := range cx {
		if cx[i] < x.min || cx[i] > x.max || !(cy[i] >= y.min && cy[i] <= y.max) {
			cy[i] = math.NaN()
		}
	}
	return cx, cy
}

// theoryLine is the style of the i-th line of theory.
func theoryLine(i int) draw.LineStyle {
	return draw.LineStyle{Color: looks[1].color, Width: heavy, Dashes: [][]vg.Length{nil, {4, 2}}[i%2]}
}
