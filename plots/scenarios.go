package plots

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// ScenariosData is how several tokens do against one of them in different
// markets, all on the same paths.
type ScenariosData struct {
	Title, Caption string

	XLabel string          // what is compared, with its unit: "Mean final NAV against A (% of initial NAV)"
	XScale Scale           // how values are written
	Tokens []string        // the rows, from the top; the same in every panel
	Panels []ScenarioPanel // one for each market
}

// A ScenarioPanel is one market.
type ScenarioPanel struct {
	Label string               // "Trend: the expected price rises by half"
	Y     []analytics.Estimate // by token; zero without an interval for the one compared with
}

// check says everything that is wrong with the data.
func (in ScenariosData) check() error {
	c := checker{figure: "Scenarios"}
	c.want(len(in.Tokens) > 0, "no Tokens; want at least one")
	c.want(len(in.Panels) > 0, "no Panels; want at least one")
	c.label("XLabel", in.XLabel)
	for i, name := range in.Tokens {
		c.want(name != "", "Tokens[%d] has no name", i)
	}
	for i, p := range in.Panels {
		c.want(p.Label != "", "Panels[%d] has no Label; want the market", i)
		c.want(len(p.Y) == len(in.Tokens),
			"panel %q has %d estimates; want one for each of %d tokens", p.Label, len(p.Y), len(in.Tokens))
		for j, e := range p.Y {
			c.estimate(fmt.Sprintf("panel %q: estimate %d", p.Label, j), e)
		}
	}
	return c.err()
}

// Scenarios draws one panel a market, in which each token has a row with its
// difference and interval. The error says which token or panel is at fault.
func Scenarios(in ScenariosData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	names := in.Tokens
	panels := make([]panel, len(in.Panels))
	for i, q := range in.Panels {
		xs := nothing()
		xs.include(0)
		for _, e := range q.Y {
			xs.include(e.Value, e.Lo, e.Hi)
		}
		panels[i] = panel{
			label: q.Label, x: xs.linear(in.XScale.Factor(), 4), y: rowsAxis(names), upright: true, paint: q.paint,
		}
		names = make([]string, len(in.Tokens)) // said once, at the left
	}
	s := sheet{title: in.Title, caption: in.Caption, height: vg.Length(len(in.Tokens))*20 + 80}
	return s.sharing(in.XLabel, len(panels), panels...), nil
}

func (q ScenarioPanel) paint(p plane) {
	p.post(axisLine, 0)
	for j, e := range q.Y {
		l, y := looks[j%len(looks)], rowPlace(j, len(q.Y)) // the rows have names
		p.sideWhisker(draw.LineStyle{Color: l.color, Width: thin}, y, e.Lo, e.Hi)
		l.marker.draw(p.Canvas, p.at(e.Value, y), l.color)
	}
}
