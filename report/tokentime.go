package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/plots"
)

// Figures of one token over time.

// begun is values from where every path begins.
func begun(begin float64, values []float64) []float64 { return append([]float64{begin}, values...) }

func drawFan(s tokenSource) (*plots.Figure, error) {
	years := s.OverTime("nav_p50").Years
	if len(years) == 0 {
		return nil, undrawable("the run has no marks to draw over time")
	}
	at := func(v *assess.View, name string) []float64 { return begun(1, v.OverTime(name).Values()) }
	d := plots.FanData{
		Title: s.title("net asset value"), Caption: s.pathsCaption(), Times: begun(0, years), Name: s.Name(),
		P05: at(s.View, "nav_p05"), P25: at(s.View, "nav_p25"), P50: at(s.View, "nav_p50"),
		P75: at(s.View, "nav_p75"), P95: at(s.View, "nav_p95"),
		Medians: []plots.Line{
			{Name: "Underlying", Y: at(s.View, "underlying_p50")}, {Name: "Ideal token", Y: at(s.View, "ideal_p50")},
		},
	}
	d.Ends = append(s.ends("nav"), last(s.OverTime("underlying_p50")), last(s.OverTime("ideal_p50")))
	if ruined := s.OverTime("ruined").Values(); len(ruined) > 0 {
		d.Ruined = ruined[len(ruined)-1]
	}
	if s.other != nil {
		if !slices.Equal(s.other.OverTime("nav_p50").Years, years) {
			return nil, undrawable("the runs have different times; a fan compares runs of one horizon and step")
		}
		d.Medians = append(d.Medians, plots.Line{Name: s.labelOf(s.other), Y: at(s.other, "nav_p50")})
		d.Ends = append(d.Ends, last(s.other.OverTime("nav_p50")))
	}
	return plots.Fan(d)
}

// last is the estimate at the end.
func last(t assess.TimeSeries) analytics.Estimate { return drawable(t.Estimates[len(t.Estimates)-1]) }

// ends are the quantiles of one name at the end, which are also the table's.
func (s tokenSource) ends(name string) []analytics.Estimate { return endsOf(s.View, name) }

func endsOf(v *assess.View, name string) (ends []analytics.Estimate) {
	for _, p := range []string{"_p05", "_p25", "_p50", "_p75", "_p95"} {
		ends = append(ends, last(v.OverTime(name+p)))
	}
	return ends
}

// bands draws quantiles of one name over time, from where every path begins; NaN:
// nowhere in particular.
func (s tokenSource) bands(name string, begin float64, d plots.BandsData) (*plots.Figure, error) {
	for _, v := range s.runs() {
		from := func(first float64, values []float64) []float64 {
			if math.IsNaN(begin) {
				return values
			}
			return begun(first, values)
		}
		at := func(p string) []float64 { return from(begin, v.OverTime(name+p).Values()) }
		r := plots.BandsRun{Name: s.labelOf(v), Times: from(0, v.OverTime(name+"_p50").Years),
			P05: at("_p05"), P25: at("_p25"), P50: at("_p50"), P75: at("_p75"), P95: at("_p95")}
		if len(r.Times) < 2 || slices.ContainsFunc(r.P50, math.IsNaN) {
			return nil, undrawable("%s has no %s to draw over time; want two times or more, and a price that moves",
				r.Name, name)
		}
		r.Ends = endsOf(v, name)
		d.Runs = append(d.Runs, r)
	}
	d.Caption = s.pathsCaption()
	return plots.Bands(d)
}

func drawUnderwater(s tokenSource) (*plots.Figure, error) {
	return s.bands("drawdown", 0, plots.BandsData{Title: s.title("how far below its highest value"),
		Label: "Value against its highest so far (%)", Scale: plots.Percent, Down: true})
}

func drawMultiple(s tokenSource) (*plots.Figure, error) {
	return s.bands("multiple", math.NaN(), plots.BandsData{
		Title: s.title("effective multiple over time"), Label: "ln NAV / ln S (ratio)",
		Marks: []plots.Reference{{Name: "target", At: s.Ensemble.Token.Target}}})
}

// leverageLabel labels the axes of leverage.
const leverageLabel = "Leverage of the tokens that have not ended"

// leverageMarks are the target and the edges of the band, if there is one.
func (s tokenSource) leverageMarks() []plots.Reference {
	marks := []plots.Reference{{Name: "target", At: math.Abs(s.Ensemble.Token.Target)}}
	if low, high, ok := s.Band(); ok {
		marks = append(marks, plots.Reference{Name: "lower edge", At: low},
			plots.Reference{Name: "upper edge", At: high})
	}
	return marks
}

func drawLeverageTime(s tokenSource) (*plots.Figure, error) {
	return s.bands("leverage", math.Abs(s.Ensemble.Token.Target),
		plots.BandsData{Title: s.title("leverage over time"), Label: leverageLabel, Marks: s.leverageMarks()})
}

func drawLosses(s tokenSource) (*plots.Figure, error) {
	const most = 12 // columns
	d := plots.HeatMapData{Title: s.title("probability of a loss at any time up to then"), Caption: s.caption(),
		XLabel: "Time since the start (days)", YLabel: "Loss of more than (% of the start)",
		Label: "probability of such a loss at any time up to then (%)", Scale: plots.Percent}
	years := s.OverTime("p_lost_50").Years
	if len(years) == 0 {
		return nil, undrawable("the run has no marks to draw over time")
	}
	stride := max(1, (len(years)+most-1)/most)
	first := (len(years) - 1) % stride // so that the last is the horizon
	var cells [][]analytics.Estimate
	for i := first; i < len(years); i += stride {
		d.X = append(d.X, strings.TrimSuffix(daysText(years[i]), " days"))
	}
	for _, level := range []string{"10", "25", "50", "75", "90"} {
		var row []analytics.Estimate
		lost := s.OverTime("p_lost_" + level).Estimates
		for i := first; i < len(lost); i += stride {
			row = append(row, lost[i])
		}
		d.Y, cells = append(d.Y, level), append(cells, row)
	}
	d.Caption += " " + halfWidths(cells, 100, "percentage points")
	return drawCells(d, cells, analytics.Probability)
}

// daysText writes a time for people: in days, to a tenth.
func daysText(years float64) string {
	return strconv.FormatFloat(math.Round(3650*years)/10, 'f', -1, 64) + " days"
}

// horizonColumns are the columns of the estimates over time that people see.
var horizonColumns = []string{"nav_p05", "nav_p50", "nav_p95", "drawdown_p50", "p_loss_50", "p_lost_50", "p_gain_100",
	"p_beats_underlying", "p_beats_linear", "ruined"}

// Horizons are the estimates of tokens at every time: for people probabilities and
// quantiles, for files all.
func Horizons(views []*assess.View) Document {
	d := Document{Data: horizonsJSON(views), Blocks: []Block{intervalText}}
	for i, v := range views {
		t := Table{Title: v.Name() + ": after each time", PeopleOnly: true, Columns: []Column{{Name: "days"}}}
		for _, name := range horizonColumns {
			t.Columns = append(t.Columns, Column{Name: name})
		}
		for k, years := range v.OverTime(horizonColumns[0]).Years {
			row := []any{365 * years}
			for _, name := range horizonColumns {
				row = append(row, v.OverTime(name).Estimates[k])
			}
			t.Add(row...)
		}
		d.Blocks = append(d.Blocks, t, horizonsData(v.Study.TableOf("horizons", i), v.Horizons))
	}
	return d
}

// horizonsJSON has the names that scripts rely on: of one token an object, of
// several one with a list of them.
func horizonsJSON(views []*assess.View) any {
	type column struct {
		Years    []float64 `json:"years"`
		Estimate []*Number `json:"estimate"`
		Lo       []*Number `json:"lo"`
		Hi       []*Number `json:"hi"`
	}
	type token struct {
		Token    string            `json:"token"`
		Horizons map[string]column `json:"horizons"`
	}
	of := func(v *assess.View) token {
		t := token{v.Name(), map[string]column{}}
		for _, r := range v.Horizons {
			c := t.Horizons[r.Name]
			c.Years, c.Estimate = append(c.Years, r.Years), append(c.Estimate, Existing(r.Estimate.Value))
			c.Lo, c.Hi = append(c.Lo, Bound(r.Estimate.Lo)), append(c.Hi, Bound(r.Estimate.Hi))
			t.Horizons[r.Name] = c
		}
		return t
	}
	if len(views) == 1 {
		return of(views[0])
	}
	var all struct {
		Tokens []token `json:"tokens"`
	}
	for _, v := range views {
		all.Tokens = append(all.Tokens, of(v))
	}
	return all
}
