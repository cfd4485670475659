package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// ScenariosData is how several tokens do against one of them in different
// markets, all on the same paths.
type ScenariosData struct {
	Title, Caption string

	XLabel string // what is compared, with its unit: "Mean final NAV against A (% of initial NAV)"
	XScale Scale
	Tokens []string        // the rows, from the top; the same in every panel
	Panels []ScenarioPanel // one for each market
}

// A ScenarioPanel is one market.
type ScenarioPanel struct {
	Label string               // "Trend: the expected price rises by half"
	Y     []analytics.Estimate // by token; zero without an interval for the one compared with
}

// Scenarios draws one panel a market, in which each token has a row with its
// difference and interval.
func Scenarios(in ScenariosData) (*Figure, error) {
	c := checker{figure: "Scenarios"}
	c.want(len(in.Tokens) > 0, "no Tokens")
	c.want(len(in.Panels) > 0, "no Panels")
	c.want(in.XLabel != "", "XLabel is empty; want the quantity and its unit")
	for i, name := range in.Tokens {
		c.want(name != "", "Tokens[%d] has no name", i)
	}
	for _, p := range in.Panels {
		c.want(p.Label != "", "a panel has no Label; want the market")
		c.want(len(p.Y) == len(in.Tokens), "panel %q has %d estimates; want one for each of %d tokens", p.Label, len(p.Y), len(in.Tokens))
		for i, e := range p.Y {
			c.want(drawable(e), "panel %q: estimate %d = %+v; want a value within its interval", p.Label, i, e)
		}
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	n := len(in.Tokens)
	place := func(i int) float64 { return float64(n-i) - 0.5 } // top to bottom
	panels := make([]panel, len(in.Panels))
	for i, q := range in.Panels {
		xs := nothing()
		xs.include(0)
		for _, e := range q.Y {
			xs.include(e.Value, e.Lo, e.Hi)
		}
		lo, hi := padded(xs.lo, xs.hi)
		y := axis{min: 0, max: float64(n)}
		for j, name := range in.Tokens {
			if i > 0 {
				name = ""
			}
			y.ticks = append(y.ticks, tick{place(j), name})
		}
		panels[i] = panel{
			label: q.Label, x: linearAxis(lo, hi, in.XScale.Factor(), 4), y: y, upright: true,
			paint: func(p plane) {
				p.post(axisLine, 0)
				for j, e := range q.Y {
					l := looks[j%len(looks)] // the rows have names
					p.sideWhisker(draw.LineStyle{Color: l.color, Width: thin}, place(j), e.Lo, e.Hi)
					l.marker.draw(p.Canvas, p.at(e.Value, place(j)), l.color)
				}
			},
		}
	}
	s := sheet{title: in.Title, caption: in.Caption, height: vg.Length(n)*20 + 80}
	return s.figure(func(body draw.Canvas) { smallMultiples(shareX(body, in.XLabel), len(panels), panels) }), nil
}
