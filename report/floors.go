package report

import (
	"fmt"
	"slices"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
)

// floorBlocks are what the floors of a comparison give and cost: a table, and two figures.
func floorBlocks(r *assess.Comparison) (blocks []Block) {
	blocks = append(blocks, floorTable(r))
	if len(r.Floors.Moves) > 0 {
		blocks = append(blocks, Figure{Name: "moves",
			Alt: "Mean net asset value of the tokens and of spot against the move of their underlying, at " +
				"several times",
			Draw: func() (*plots.Figure, error) { return plots.Sensitivity(movesFigure(r)) }})
	}
	return append(blocks, Figure{Name: "floor-cost",
		Alt:  "What the floor costs a year against volatility, and funding at fair value against that assumed",
		Draw: func() (*plots.Figure, error) { return plots.Sensitivity(floorFigure(r)) }})
}

// floorAgainst is what the floor of a token is compared with.
func floorAgainst(r *assess.Comparison, c *assess.FloorCost) string {
	if c.Against < 0 {
		return "spot"
	}
	return r.Study.Spec().Tokens[c.Against].Name
}

// floorTable has a row for each volatility.
func floorTable(r *assess.Comparison) Table {
	f := r.Floors
	t := Table{PeopleOnly: true, Keys: 1, Title: "What the floor costs at other volatilities, on a price whose " +
		"mean does " +
		"not grow: growth given up, log points a year, and the fair funding rate of an everlasting call, % of " +
		"size a year:",
		Columns: []Column{{Name: "volatility"}}}
	for i := range f.Costs {
		c := &f.Costs[i]
		t.Columns = append(t.Columns, Column{Interval: intervalTitle,
			Name: floorAgainst(r, c) + " less " + r.Study.Spec().Tokens[c.Token].Name})
	}
	for _, fair := range f.Fair {
		t.Columns = append(t.Columns, Column{Name: param.FormatSeconds(fair.Period.Seconds()), Percent: true})
	}
	for k, sigma := range f.Volatilities {
		row := []any{Short(100*sigma) + " %"}
		for i := range f.Costs {
			row = append(row, f.Costs[i].Growth[k])
		}
		for _, fair := range f.Fair {
			row = append(row, fair.Rates[k])
		}
		t.Add(row...)
	}
	return t
}

// movesFigure is what the tokens are worth against the move of their underlying, and spot.
func movesFigure(r *assess.Comparison) plots.SensitivityData {
	spec := r.Study.Spec()
	d := plots.SensitivityData{
		Title: "Value against the underlying's move",
		Caption: withoutIntervals(Caption(r.Study, spec.Paths)) + fmt.Sprintf(" Start: 1. Points are means over "+
			"groups of paths "+
			"with similar moves, at the mean move of the group, with intervals of %g %%; the 1 %% of paths with "+
			"the largest "+
			"falls, and rises, are left out. Before entry and exit fees.", 100*assess.Confidence),
		XLabel: "Move of the underlying (%)", XScale: plots.Percent, Columns: 3, Apart: true,
	}
	for _, m := range r.Floors.Moves {
		panel := plots.SensitivityPanel{Label: "NAV after " + inDays(m.Time), Log: true}
		spot := plots.Line{Name: "spot", X: m.Move}
		for _, v := range m.Move {
			spot.Y = append(spot.Y, 1+v)
		}
		panel.Exact = append(panel.Exact, spot)
		for i, t := range spec.Tokens {
			s := plots.Series{Name: t.Name, X: m.Move}
			for _, e := range m.NAV[i] {
				s.Y = append(s.Y, drawable(e))
			}
			panel.Series = append(panel.Series, s)
		}
		d.Metrics = append(d.Metrics, panel)
	}
	return d
}

// inDays is a time in whole days, from two days on.
func inDays(t time.Duration) string {
	const ofDay = 24 * time.Hour
	if t >= 2*ofDay {
		t = t.Round(ofDay)
	}
	return Duration(t.Seconds())
}

// floorFigure is what floors cost against volatility, beside fair funding.
func floorFigure(r *assess.Comparison) plots.SensitivityData {
	spec, f := r.Study.Spec(), r.Floors
	d := plots.SensitivityData{
		Title: "What the floor costs against volatility",
		Caption: fmt.Sprintf("Left: growth of ln NAV of the token named first less that of the protected one, on "+
			"%s of a "+
			"year each, geometric Brownian motion without growth of the mean, steps of %s, seed %d, paired; "+
			"intervals of "+
			"%g %%; above zero the floor costs, below it pays. Right: funding on the size of the call: the rate "+
			"with which "+
			"the venue starts, which does not depend on volatility, and what an everlasting call at the money is "+
			"paid at "+
			"fair value, by its period. Before entry and exit fees.", Count(min(1000, spec.Paths), "path"),
			param.FormatSeconds(spec.Step.Seconds()), spec.Seed, 100*assess.Confidence),
		XLabel: "Volatility of the underlying (% a year)", XScale: plots.Percent,
	}
	growth := plots.SensitivityPanel{Label: "Growth given up (log points a year)", Zero: true}
	funding := plots.SensitivityPanel{Label: "Funding on the size (% a year)", Scale: plots.Percent,
		Zero: true}
	for i := range f.Costs {
		c := &f.Costs[i]
		s := plots.Series{Name: floorAgainst(r, c) + " less " + spec.Tokens[c.Token].Name, X: f.Volatilities}
		for _, e := range c.Growth {
			s.Y = append(s.Y, drawable(e))
		}
		growth.Series = append(growth.Series, s)
	}
	line := func(name string, rates []float64) plots.Line {
		return plots.Line{Name: name, X: f.Volatilities, Y: rates}
	}
	apart := slices.ContainsFunc(f.Costs, func(c assess.FloorCost) bool { return c.Funding != f.Costs[0].Funding })
	for i := range f.Costs {
		rate, name := f.Costs[i].Funding, "venue"
		if apart {
			name += ", " + spec.Tokens[f.Costs[i].Token].Name
		} else if i > 0 {
			break
		}
		funding.Exact = append(funding.Exact, line(name, slices.Repeat([]float64{rate}, len(f.Volatilities))))
	}
	for _, fair := range f.Fair {
		name := "everlasting call, " + param.FormatSeconds(fair.Period.Seconds())
		funding.Exact = append(funding.Exact, line(name, fair.Rates))
	}
	d.Metrics = []plots.SensitivityPanel{growth, funding}
	return d
}

// A movesJSON is what tokens are worth after moves of the underlying.
type movesJSON struct {
	Years  float64     `json:"years"`
	Groups []groupJSON `json:"groups"`
}

// A groupJSON is a group of paths with similar moves.
type groupJSON struct {
	Move float64                 `json:"move"`
	NAV  map[string]JSONEstimate `json:"nav"`
}

// A floorJSON is what the floor of a token costs at a volatility.
type floorJSON struct {
	Token       string             `json:"token"`
	Against     string             `json:"against"`
	Volatility  float64            `json:"volatility"`
	Growth      JSONEstimate       `json:"growth"`
	Funding     float64            `json:"funding"`
	Everlasting map[string]float64 `json:"everlasting"`
}

func floorsJSON(r *assess.Comparison) (moves []movesJSON, floors []floorJSON) {
	f := r.Floors
	if f == nil {
		return nil, nil
	}
	names := r.Study.Spec().Tokens
	for _, m := range f.Moves {
		x := movesJSON{Years: m.Time.Seconds() / year}
		for k, move := range m.Move {
			g := groupJSON{move, map[string]JSONEstimate{}}
			for i := range m.NAV {
				g.NAV[names[i].Name] = ToJSON(m.NAV[i][k])
			}
			x.Groups = append(x.Groups, g)
		}
		moves = append(moves, x)
	}
	for i := range f.Costs {
		c := &f.Costs[i]
		for k, sigma := range f.Volatilities {
			x := floorJSON{names[c.Token].Name, floorAgainst(r, c), sigma, ToJSON(c.Growth[k]), c.Funding,
				map[string]float64{}}
			for _, fair := range f.Fair {
				x.Everlasting[param.FormatSeconds(fair.Period.Seconds())] = fair.Rates[k]
			}
			floors = append(floors, x)
		}
	}
	return moves, floors
}
