package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// StackData is causes within groups of paths, such as fifths of the final price.
type StackData struct {
	Title, Caption string
	Label          string               // of the values' axis, with its unit
	GroupLabel     string               // what paths are grouped by: "Fifth of the final price"
	Groups         []string             // names, in order
	Causes         []StackCause         // one to nine
	Totals         []analytics.Estimate // by group; the sums of the causes
}

// A StackCause is one cause's value in every group.
type StackCause struct {
	Name   string
	Values []float64 // by group; positive is gained
	// Fill is the number of its fill, from 1 to 9, so that a cause looks the same in figures
	// that lack others; 0: that of its place.
	Fill int
}

// stackFills are the fills of the first, second, ... cause: each differs from its
// neighbours in lightness too.
var stackFills = []color.NRGBA{
	pale(looks[0].color, 1), pale(looks[3].color, 0.8), pale(looks[1].color, 0.75),
	pale(looks[4].color, 0.55), pale(grey, 0.9), pale(looks[3].color, 0.35),
	pale(looks[0].color, 0.45), pale(black, 1), pale(grey, 0.35),
}

// check says everything that is wrong with the data.
func (in StackData) check() error {
	c := checker{figure: "Stack"}
	n := len(in.Groups)
	c.want(n > 0, "no Groups; want at least one")
	c.label("Label", in.Label)
	c.label("GroupLabel", in.GroupLabel)
	c.want(len(in.Causes) > 0 && len(in.Causes) <= len(stackFills),
		"%d Causes; want 1 to %d", len(in.Causes), len(stackFills))
	c.want(len(in.Totals) == n, "%d Totals for %d Groups", len(in.Totals), n)
	for _, s := range in.Causes {
		c.want(s.Fill >= 0 && s.Fill <= len(stackFills), "cause %q has Fill %d; want 0 to %d", s.Name, s.Fill,
			len(stackFills))
		c.want(len(s.Values) == n, "cause %q has %d Values for %d Groups", s.Name, len(s.Values), n)
		for i, v := range s.Values {
			c.want(finite(v), "cause %q: Values[%d] = %v; want a finite value", s.Name, i, v)
		}
	}
	for i, e := range in.Totals {
		c.estimate(fmt.Sprintf("Totals[%d]", i), e)
	}
	return c.err()
}

// Stack draws a bar for each group: gains stacked upwards from zero, losses
// downwards, and their sum as a point with its interval. The error says which
// cause or total is at fault.
func Stack(in StackData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	ys := nothing()
	ys.include(0)
	for g, total := range in.Totals {
		for _, q := range in.parts(g) {
			ys.include(q.to)
		}
		ys.include(total.Lo, total.Hi)
	}
	bars := panel{
		label: in.Label, xlabel: in.GroupLabel, x: namesAxis(in.Groups), y: ys.linear(1, 8), paint: in.paint,
	}
	s := sheet{title: in.Title, caption: in.Caption, height: 3.3 * vg.Inch}
	for i, cause := range in.Causes {
		s.legend = append(s.legend, patchKey(cause.Name, cause.fill(i)))
	}
	s.legend = append(s.legend, diamondKey("total, "+intervalWords(in.Totals)))
	return s.panels(1, bars), nil
}

// fill is that of the cause at a place.
func (s StackCause) fill(place int) color.NRGBA {
	if s.Fill > 0 {
		place = s.Fill - 1
	}
	return stackFills[place]
}

// A stackPart is one cause's share of a bar.
type stackPart struct{ from, to float64 }

// parts are where the causes of group g begin and end.
func (in StackData) parts(g int) (list []stackPart) {
	up, down := 0.0, 0.0
	for _, cause := range in.Causes {
		v, at := cause.Values[g], &up
		if v < 0 {
			at = &down
		}
		list = append(list, stackPart{*at, *at + v})
		*at += v
	}
	return list
}

func (in StackData) paint(p plane) {
	style := draw.LineStyle{Color: black, Width: 1}
	p.level(axisLine, 0)
	for g, total := range in.Totals {
		group := float64(g)
		for i, q := range in.parts(g) {
			p.bar(in.Causes[i].fill(i), group+0.2, q.from, group+0.8, q.to)
		}
		p.whisker(style, group+0.5, total.Lo, total.Hi)
		diamond.draw(p.Canvas, p.at(group+0.5, total.Value), black)
		baseline := p.atY(total.Value) - tickInk.capital()/2
		tickInk.writeOn(white, p.Canvas, p.atX(group+0.82), baseline, left, formatValue(total, 1, math.MaxInt))
	}
}

// intervalWords says what the whiskers are.
func intervalWords(es []analytics.Estimate) string {
	if len(es) > 0 && es[0].Confidence > 0 {
		return formatShort(round(100*es[0].Confidence, 6)) + " % interval"
	}
	return "interval"
}
