package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// DensitiesData is how one quantity is distributed in several cases, such as
// the decay at several horizons or the leverage at several times, each in a panel
// of its own on one axis.
type DensitiesData struct {
	Title, Caption string
	XLabel         string // the quantity with its unit
	YLabel         string // "Density of paths (per log unit)"
	Cases          []Density
	Shared         bool        // one x axis for all; else each has its own
	Marked         []Reference // vertical lines in every panel, such as the edges of the band
}

// A Density is counts between edges, and what theory says of them.
type Density struct {
	Name   string    // "30 days"
	Edges  []float64 // increasing
	Counts []int     // one fewer
	Beyond int       // counted outside the edges
	Exact  *Line     // a density on the same axis; nil: none
	At     []Reference
}

// Densities draws the histograms of the cases as small multiples.
func Densities(in DensitiesData) (*Figure, error) {
	c := checker{figure: "Densities"}
	c.want(in.XLabel != "" && in.YLabel != "", "XLabel or YLabel is empty; want quantity and unit")
	c.want(len(in.Cases) > 0, "no Cases")
	all := nothing()
	for _, d := range in.Cases {
		c.want(len(d.Edges) == len(d.Counts)+1 && len(d.Counts) > 0, "case %q has %d Edges and %d Counts; want one more edge than counts", d.Name, len(d.Edges), len(d.Counts))
		c.want(increasing(d.Edges), "case %q: Edges are not finite and increasing", d.Name)
		total := d.Beyond
		for _, n := range d.Counts {
			c.want(n >= 0, "case %q has a negative count", d.Name)
			total += n
		}
		c.want(total > 0, "case %q is empty", d.Name)
		if d.Exact != nil {
			d.Exact.check(&c)
		}
		all.include(d.Edges...)
	}
	for _, r := range in.Marked {
		c.want(finite(r.At), "Marked %q is at %v; want a finite value", r.Name, r.At)
		all.include(r.At)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	cols := min(2, len(in.Cases))
	var panels []panel
	exact := ""
	var notes []string
	for _, d := range in.Cases {
		total := d.Beyond
		for _, n := range d.Counts {
			total += n
		}
		if d.Beyond > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s outside the bins.", d.Name, paths(d.Beyond)))
		}
		h := histogram{edges: d.Edges, counts: d.Counts}
		tallest := 0.0
		for i, n := range d.Counts {
			h.share = append(h.share, float64(n)/float64(total))
			tallest = max(tallest, h.density(i))
		}
		xs := span{d.Edges[0], d.Edges[len(d.Edges)-1]}
		if in.Shared {
			xs = all
		}
		for _, r := range d.At {
			xs.include(r.At)
		}
		if d.Exact != nil {
			exact = d.Exact.Name
			for i, x := range d.Exact.X {
				if x >= xs.lo && x <= xs.hi && finite(d.Exact.Y[i]) {
					tallest = max(tallest, d.Exact.Y[i])
				}
			}
		}
		lo, hi := padded(xs.lo, xs.hi)
		if lo == 0 && xs.lo > 0 {
			lo = xs.lo - 0.05*(xs.hi-xs.lo)
		}
		x := linearAxis(lo, hi, 1, 12/cols)
		y := linearAxis(0, 1.05*tallest, 1, 5)
		panels = append(panels, panel{label: d.Name, x: x, y: y, paint: func(p plane) {
			p.histogram(h, looks[0].color)
			for i, r := range in.Marked {
				p.post(markedLine(i), r.At)
			}
			for i, r := range d.At {
				p.post(draw.LineStyle{Color: black, Width: 0.8, Dashes: [][]vg.Length{{2, 2}, {6, 2}}[i%2]}, r.At)
			}
			if d.Exact != nil {
				lx, ly := within(d.Exact.X, d.Exact.Y, x, axis{min: math.Inf(-1), max: y.max})
				p.line(draw.LineStyle{Color: looks[1].color, Width: heavy}, lx, ly)
			}
		}})
	}
	legend := []entry{patchKey("simulated paths", pale(looks[0].color, 0.3))}
	if exact != "" {
		legend = append(legend, lineKey(exact, draw.LineStyle{Color: looks[1].color, Width: heavy}))
	}
	for i, r := range in.Marked {
		legend = append(legend, postKey(r.Name, markedLine(i)))
	}
	if len(in.Cases[0].At) > 0 {
		for i, r := range in.Cases[0].At {
			legend = append(legend, postKey(r.Name, draw.LineStyle{Color: black, Width: 0.8, Dashes: [][]vg.Length{{2, 2}, {6, 2}}[i%2]}))
		}
	}
	rows := (len(panels) + cols - 1) / cols
	s := sheet{title: in.Title, caption: in.Caption, notes: append([]string{"Height: " + in.YLabel + "."}, notes...), legend: legend, height: vg.Length(rows)*1.75*vg.Inch + 14}
	if rows == 1 {
		s.height = 2.6 * vg.Inch
	}
	return s.figure(func(body draw.Canvas) { smallMultiples(shareX(body, in.XLabel), cols, panels) }), nil
}
