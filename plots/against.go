package plots

import (
	"math"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// AgainstData is a token on a price history beside what really traded.
type AgainstData struct {
	Title, Caption string
	Start          time.Time // the instant at which Times are 0
	Times          []float64 // years, at least 2, increasing
	Token          AgainstLine
	Traded         *AgainstLine // nil: nothing traded
	Underlying     AgainstLine
	Marks          []DateMark // such as the days of crises, in any order; those beyond the times are left out
}

// An AgainstLine is a value over the Times of its figure.
type AgainstLine struct {
	Name   string
	Values []float64 // above 0, of the token at least 0 after the first; drawn in units of the first
}

// A DateMark is a time that a figure points out.
type DateMark struct {
	At   time.Time
	Name string
}

// mostMarks is for how many names of marks there is room.
const mostMarks = 8

// lines are the lines, the one that is drawn last at the end.
func (in AgainstData) lines() []AgainstLine {
	list := []AgainstLine{in.Underlying}
	if in.Traded != nil {
		list = append(list, *in.Traded)
	}
	return append(list, in.Token)
}

// check says everything that is wrong with the data.
func (in AgainstData) check() error {
	c := checker{figure: "Against"}
	n := len(in.Times)
	c.want(!in.Start.IsZero(), "Start is missing; want the instant at which Times are 0")
	c.want(n >= 2, "%d Times; want at least 2", n)
	c.want(increasing(in.Times), "Times are not finite and increasing")
	lines := in.lines()
	for i, l := range lines {
		c.want(l.Name != "", "a line has no Name")
		least, wanted := math.SmallestNonzeroFloat64, "a finite number above 0"
		if i == len(lines)-1 {
			least, wanted = 0, "a finite number ≥ 0"
		}
		c.overTime("line "+l.Name, l.Values, n, least, wanted)
		c.want(len(l.Values) == 0 || l.Values[0] > 0, "line %s begins at %v; want more than 0", l.Name, first(l.Values))
	}
	for i, m := range in.Marks {
		c.want(m.Name != "" && !m.At.IsZero(), "Marks[%d] = %+v; want a name and a time", i, m)
	}
	marks := in.marks()
	c.want(len(marks) <= mostMarks, "%d Marks; want at most %d", len(marks), mostMarks)
	return c.err()
}

func first(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return values[0]
}

// marks are those within the times, at years.
func (in AgainstData) marks() (list []topLabel) {
	if len(in.Times) == 0 {
		return nil
	}
	for _, m := range in.Marks {
		at := float64(m.At.Sub(in.Start)) / float64(year)
		if at >= in.Times[0] && at <= in.Times[len(in.Times)-1] {
			list = append(list, topLabel{m.Name, m.At.UTC().Format(time.DateOnly), at, markPost})
		}
	}
	return list
}

// markPost is the line of a mark.
var markPost = draw.LineStyle{Color: pale(grey, 0.6), Width: thin}

// look is how a line looks: the token's, that of what traded, the underlying's.
func (in AgainstData) look(i int) look {
	switch {
	case i == len(in.lines())-1:
		return looks[0]
	case i > 0:
		return look{color: looks[1].color}
	}
	return look{color: grey}
}

// Against draws the token, what really traded and the underlying on one log axis of
// values, all 1 at the start, and below it, if something traded, by how much the token is
// above it. Marks stand as thin lines in both, with their names above. Lines of very many
// points keep the lowest and the highest of each half point of paper. The error says
// which line is at fault, and at which time.
func Against(in AgainstData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	x, xlabel := dateAxis(in.Start, in.Times[0], in.Times[len(in.Times)-1], 9)
	lines, all, zero := in.lines(), nothing(), false
	values := make([][]float64, len(lines))
	for i, l := range lines {
		for _, v := range l.Values {
			r := v / l.Values[0]
			values[i] = append(values[i], r)
			if zero = zero || r == 0; r > 0 {
				all.include(r)
			}
		}
	}
	if zero {
		all.include(all.lo / 3) // room for what lies at the edge
	}
	y := all.logarithmic(1.02, 0.04, 1, 8)
	marks := in.marks()
	var labels []label
	for i := len(lines) - 1; i >= 0; i-- {
		l := endLabel(lines[i].Name, values[i], 1, in.look(i), nil, 0)
		l.at = max(l.at, y.min)
		labels = append(labels, l)
	}
	top := panel{label: "Value (start = 1), log scale", x: x, y: y, right: labelRoom(labels)}
	top.paint = func(p plane) {
		for _, m := range marks {
			p.post(m.style, m.at)
		}
		p.level(axisLine, 1)
		for i := range lines {
			xs, ys := thinned(in.Times, raised(values[i], y.min), thinColumns)
			p.line(in.look(i).line(1), xs, ys)
		}
		p.labelRight(labels)
		p.labelTop(marks, top.right)
	}
	if len(marks) > 0 {
		top.top = topRoom()
	}
	s := sheet{title: in.Title, caption: in.Caption, height: 3.2 * vg.Inch}
	if zero {
		s.notes = append(s.notes, "A net asset value of zero is drawn at the lower edge.")
	}
	if in.Traded == nil {
		top.xlabel = xlabel
		return s.panels(1, top), nil
	}
	below := in.difference(values[2], values[1])
	below.x, below.xlabel = x, xlabel
	s.height += 1.9 * vg.Inch
	return s.panels(1, top, below), nil
}

// difference is the panel of the token over what traded.
func (in AgainstData) difference(token, traded []float64) panel {
	d, over := make([]float64, len(token)), nothing()
	for i := range d {
		d[i] = token[i]/traded[i] - 1
		over.include(d[i])
	}
	over.include(0)
	return panel{label: "Difference: " + in.Token.Name + " / " + in.Traded.Name + " − 1 (%)",
		y: over.linear(Percent.Factor(), 6), paint: func(p plane) {
			for _, m := range in.marks() {
				p.post(m.style, m.at)
			}
			p.level(axisLine, 0)
			xs, ys := thinned(in.Times, d, thinColumns)
			p.line(draw.LineStyle{Color: looks[0].color, Width: 0.9}, xs, ys)
		}}
}
