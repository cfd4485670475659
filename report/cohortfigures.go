package report

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/plots"
)

// cohortFigures are three maps of start and holding period, and the quantiles by holding
// period.
func cohortFigures(c *assess.Cohorts) []Block {
	m := c.Map()
	where := fmt.Sprintf("%s on %s", c.Study.Token(0).Name, filepath.Base(c.History.Name))
	const none = "where no holding period ends within the history"
	heat := func(name string, values [][]float64, of plots.HeatMapData) Figure {
		return Figure{Name: name, Draw: func() (*plots.Figure, error) {
			d := of
			d.Title = where + ": " + of.Title
			d.XLabel, d.YLabel = "Start (UTC, "+string(m.Unit)+")", "Holding period"
			d.X = calendarNames(m)
			for i := range c.Periods {
				d.Y = append(d.Y, periodText(c.Periods[i].Length))
			}
			d.Caption += fmt.Sprintf("A start every %s; starts of one %s are together. Net asset values at the end "+
				"of bars, "+
				"without the holder's fees.", periodText(c.Every), m.Unit)
			return drawMap(d, values)
		}}
	}
	return []Block{
		heat("cohorts-linear", m.Linear, plots.HeatMapData{Title: "return less " + times(c) + " the underlying's",
			Label: "median of NAV − (1 + T·(S − 1)) (% of what was invested)", Scale: plots.Percent, Diverging: true,
			Missing: none, Limit: 1}), // all that was invested: long periods would leave nothing of short ones
		heat("cohorts-decay", m.Decay, plots.HeatMapData{Title: "decay per year of holding", Diverging: true,
			Missing: none + ", or half of them with nothing left",
			Label:   "median of ln NAV − T·ln S (log units per year)"}),
		heat("cohorts-loss", m.LossOfHalf, plots.HeatMapData{Title: "loss of more than half", Scale: plots.Percent,
			Label: "starts that ended with such a loss (%)", Span: [2]float64{0, 1},
			Missing: none}),
		Figure{Name: "cohorts-quantiles", Draw: func() (*plots.Figure, error) { return drawCohortQuantiles(c, where) }},
	}
}

// times is the target as a multiple.
func times(c *assess.Cohorts) string {
	return TrueMinus(strconv.FormatFloat(c.Study.Token(0).Target, 'g', -1, 64)) + " times"
}

// drawMap draws values by row, those that do not exist or are infinite as such. Colours of
// signed values end where most of them lie, or at the limit given.
func drawMap(of plots.HeatMapData, values [][]float64) (*plots.Figure, error) {
	d, some := of, false
	for _, row := range values {
		shown := slices.Clone(row)
		for j, v := range row {
			if math.IsInf(v, 0) {
				shown[j] = math.NaN()
			}
			some = some || !math.IsNaN(shown[j])
		}
		d.Values = append(d.Values, shown)
	}
	if !some {
		return nil, nil
	}
	if d.Diverging {
		if usual := assess.UsualSize(d.Values); of.Limit == 0 || usual < of.Limit {
			d.Limit = usual
		}
	}
	return plots.HeatMap(d)
}

// calendarNames name the groups of a map for its axis: years where they begin, if there are
// several of them, else the days or months themselves.
func calendarNames(m *assess.CohortMap) []string {
	names := make([]string, len(m.Groups))
	years := m.Groups[len(m.Groups)-1].Year() - m.Groups[0].Year()
	for i, at := range m.Groups {
		switch {
		case m.Unit == assess.Year:
			names[i] = at.Format("2006")
		case years < 3 && (m.Unit == assess.Month || m.Unit == assess.Quarter):
			names[i] = at.Format("2006-01")
		case years < 3:
			names[i] = at.Format(time.DateOnly)
		case i > 0 && at.Year() > m.Groups[i-1].Year() || i == 0 && at.YearDay() == 1:
			names[i] = at.Format("2006")
		}
	}
	return names
}

// drawCohortQuantiles draws the quantiles of NAV by holding period, of the history and
// simulated.
func drawCohortQuantiles(c *assess.Cohorts, where string) (*plots.Figure, error) {
	d := plots.OutcomesData{Title: where + ": net asset value after a holding period", Of: "starts",
		XLabel: "NAV when sold, over that when bought"}
	if c.Unsimulated == nil {
		d.Of, d.Comparison = "starts or paths", "simulated"
		d.Caption = "Simulated: " + cohortsCaption(c) + " "
	}
	var apart []string
	for i := range c.Periods {
		p := &c.Periods[i]
		name := periodText(p.Length)
		apart = append(apart, name+" "+Thousands(p.Apart)+" of "+Thousands(p.Held.N))
		history := plots.OutcomeRow{Name: name + " history"}
		simulated := plots.OutcomeRow{Name: name + " simulated", Beside: true}
		for k := range assess.CohortLevels { // the first rows are those of NAV
			history.Quantiles[k] = analytics.Estimate{Value: p.Rows[k].History, Lo: math.NaN(), Hi: math.NaN()}
			simulated.Quantiles[k] = p.Rows[k].Simulated
		}
		d.Rows = append(d.Rows, history)
		if c.Unsimulated == nil {
			d.Rows = append(d.Rows, simulated)
		}
	}
	d.Caption += "Starts that do not overlap: " + strings.Join(apart, ", ") + "."
	return plots.Outcomes(d)
}
