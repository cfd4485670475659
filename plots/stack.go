package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// StackData is causes within groups of paths, such as fifths of the final price.
type StackData struct {
	Title, Caption string
	Label          string   // of the values' axis, with its unit
	GroupLabel     string   // what paths are grouped by: "Fifth of the final price"
	Groups         []string // names, in order
	Causes         []StackCause
	Totals         []analytics.Estimate // by group; the sums of the causes
}

// A StackCause is one cause's value in every group.
type StackCause struct {
	Name   string
	Values []float64 // by group; positive is gained
}

// shades fill the parts of a stack: each differs from its neighbours in
// lightness too.
func shades(n int) []color.NRGBA {
	base := []color.NRGBA{pale(looks[0].color, 1), pale(looks[3].color, 0.8), pale(looks[1].color, 0.75), pale(looks[4].color, 0.55), pale(grey, 0.9), pale(looks[3].color, 0.35), pale(looks[0].color, 0.45), pale(black, 1), pale(grey, 0.35)}
	return base[:min(n, len(base))]
}

// Stack draws a bar for each group: gains stacked upwards from zero, losses
// downwards, and their sum as a point with its interval.
func Stack(in StackData) (*Figure, error) {
	c := checker{figure: "Stack"}
	n := len(in.Groups)
	fills := shades(len(in.Causes))
	c.want(n > 0, "no Groups")
	c.want(in.Label != "" && in.GroupLabel != "", "Label or GroupLabel is empty")
	c.want(len(in.Causes) > 0 && len(in.Causes) <= len(fills), "%d Causes; want 1 to %d", len(in.Causes), len(shades(100)))
	c.want(len(in.Totals) == n, "%d Totals for %d Groups", len(in.Totals), n)
	for _, s := range in.Causes {
		c.want(len(s.Values) == n, "cause %q has %d Values for %d Groups", s.Name, len(s.Values), n)
		for i, v := range s.Values {
			c.want(finite(v), "cause %q: Values[%d] = %v; want a finite value", s.Name, i, v)
		}
	}
	for i, e := range in.Totals {
		c.want(drawable(e), "Totals[%d] = %+v; want a value within its interval", i, e)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	ys := nothing()
	ys.include(0)
	for g := range n {
		up, down := 0.0, 0.0
		for _, s := range in.Causes {
			up, down = up+max(0, s.Values[g]), down+min(0, s.Values[g])
		}
		ys.include(up, down, in.Totals[g].Lo, in.Totals[g].Hi)
	}
	x := axis{min: 0, max: float64(n)}
	for g, name := range in.Groups {
		x.ticks = append(x.ticks, tick{float64(g) + 0.5, name})
	}
	lo, hi := padded(ys.lo, ys.hi)
	bars := panel{label: in.Label, xlabel: in.GroupLabel, x: x, y: linearAxis(lo, hi, 1, 8), paint: func(p plane) {
		for g := range n {
			up, down := 0.0, 0.0
			for i, s := range in.Causes {
				v, at := s.Values[g], &up
				if v < 0 {
					at = &down
				}
				p.bar(fills[i], float64(g)+0.2, *at, float64(g)+0.8, *at+v)
				*at += v
			}
			style := draw.LineStyle{Color: black, Width: 1}
			centre := float64(g) + 0.5
			p.whisker(style, centre, in.Totals[g].Lo, in.Totals[g].Hi)
			diamond.draw(p.Canvas, p.at(centre, in.Totals[g].Value), black)
			text := formatDigits(in.Totals[g].Value, 3)
			tickInk.write(p.Canvas, p.atX(float64(g)+0.82), p.atY(in.Totals[g].Value)-tickInk.capital()/2, left, text)
		}
		p.StrokeLine2(axisLine, p.Min.X, p.atY(0), p.Max.X, p.atY(0))
	}}
	var legend []entry
	for i, s := range in.Causes {
		legend = append(legend, patchKey(s.Name, fills[i]))
	}
	legend = append(legend, entry{name: fmt.Sprintf("total, %s", intervalWords(in.Totals)), wide: 10, sample: func(c draw.Canvas, a, b vg.Point) {
		diamond.draw(c, vg.Point{X: (a.X + b.X) / 2, Y: a.Y}, black)
	}})
	s := sheet{title: in.Title, caption: in.Caption, legend: legend, height: 3.3 * vg.Inch}
	return s.figure(func(body draw.Canvas) { smallMultiples(body, 1, []panel{bars}) }), nil
}

// intervalWords says what the whiskers are.
func intervalWords(es []analytics.Estimate) string {
	if len(es) > 0 && es[0].Confidence > 0 {
		return formatShort(round(100*es[0].Confidence, 6)) + " % interval"
	}
	return "interval"
}
