package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PITData are histograms of probability integral transforms: where outcomes lay in the
// forecasts of them. Under right forecasts all bars are equally high.
type PITData struct {
	Title, Caption string
	Columns        []string // what was forecast
	Rows           []PITRow // who forecast it
	// Names of the two kinds of forecast: of the bars, and of the line over them.
	Bars, Over string
}

// A PITRow is one forecaster's histograms.
type PITRow struct {
	Name string
	Bars [][]float64 // shares of outcomes, by column, then bin of equal width from 0 to 1
	Over [][]float64 // another forecast of the same outcomes; nil: none
}

// check says everything that is wrong with the data.
func (in PITData) check() error {
	c := checker{figure: "PITs"}
	c.want(len(in.Columns) > 0 && len(in.Rows) > 0, "%d Columns and %d Rows; want at least one of each",
		len(in.Columns), len(in.Rows))
	c.label("Bars", in.Bars)
	for i, r := range in.Rows {
		c.want(len(r.Bars) == len(in.Columns), "Rows[%d] %q has %d histograms in Bars for %d Columns", i, r.Name,
			len(r.Bars), len(in.Columns))
		c.want(r.Over == nil || len(r.Over) == len(in.Columns) && in.Over != "",
			"Rows[%d] %q has %d histograms in Over, named %q, for %d Columns; want none, or one for each and a name",
			i, r.Name, len(r.Over), in.Over, len(in.Columns))
		for _, h := range append(r.Bars[:len(r.Bars):len(r.Bars)], r.Over...) {
			c.want(len(h) > 1, "Rows[%d] %q has a histogram of %d bins; want two or more", i, r.Name, len(h))
			c.share("Rows of shares", h)
		}
	}
	return c.err()
}

// PITs draws a histogram for each row and column. Bars are cut where they are more than
// four times as high as if all were equal, and the caption says so.
func PITs(in PITData) (*Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	names := make([]string, len(in.Rows))
	for i, r := range in.Rows {
		names[i] = r.Name
	}
	cells := panel{x: namesAxis(in.Columns), y: rowsAxis(names), paint: func(p plane) {
		for i, r := range in.Rows {
			for j := range in.Columns {
				at := p.cell(j, len(in.Rows)-1-i)
				at.Min = at.Min.Add(vg.Point{X: pitGap, Y: 0})
				at.Max = at.Max.Sub(vg.Point{X: pitGap, Y: pitGap})
				inside := plane{draw.Canvas{Canvas: p.Canvas.Canvas, Rectangle: at},
					axis{min: 0, max: 1}, axis{min: 0, max: pitCut / float64(len(r.Bars[j]))}}
				fillRectangle(p.Canvas, white, p.cell(j, len(in.Rows)-1-i)) // over the panel's grid
				inside.pit(r.Bars[j])
				if r.Over != nil {
					inside.outline(r.Over[j])
				}
			}
		}
	}}
	s := sheet{title: in.Title, caption: in.Caption, height: vg.Length(len(in.Rows))*0.46*vg.Inch + 0.5*vg.Inch,
		legend: []entry{patchKey(in.Bars, pale(looks[0].color, 0.5)), lineKey("all equal: right forecasts", pitLevel)},
		notes: []string{"Each histogram goes from 0, lower than all of the forecast, to 1; its bars are shares of " +
			"the outcomes, cut at four times the level of right forecasts."}}
	if in.Over != "" {
		s.legend = append(s.legend, lineKey(in.Over, pitLine))
	}
	return s.panels(1, cells), nil
}

const (
	pitGap = 4 // points between histograms
	pitCut = 4 // times the height of equal bars
)

var (
	pitLevel = draw.LineStyle{Color: black, Width: thin, Dashes: []vg.Length{2, 2}}
	pitLine  = draw.LineStyle{Color: looks[1].color, Width: 0.9}
)

// pit draws a histogram's bars and the level of equal ones.
func (p plane) pit(shares []float64) {
	n := float64(len(shares))
	for i, v := range shares {
		p.bar(pale(looks[0].color, 0.5), float64(i)/n+0.05/n, 0, float64(i+1)/n-0.05/n, min(v, p.y.max))
	}
	p.level(pitLevel, 1/n)
	p.StrokeLine2(axisLine, p.Min.X, p.Min.Y, p.Max.X, p.Min.Y)
}

// outline draws a histogram as one line.
func (p plane) outline(shares []float64) {
	n := float64(len(shares))
	var xs, ys []float64
	for i, v := range shares {
		xs, ys = append(xs, float64(i)/n, float64(i+1)/n), append(ys, min(v, p.y.max), min(v, p.y.max))
	}
	p.line(pitLine, xs, ys)
}
