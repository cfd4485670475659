package plots

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
)

// Each constructor says what is wrong with its input, where, and what was
// wanted, and draws nothing.
func TestSecondGalleryFaults(t *testing.T) {
	nan := math.NaN()
	w := newWorld(1, 50, 20, 0.8)
	under := func() BandsData {
		return BandsData{Title: "t", Label: "fall (%)", Runs: []BandsRun{w.under()}}
	}
	for _, tt := range []struct {
		name string
		draw func() (*Figure, error)
		says string
	}{
		{"waterfall that does not add up", func() (*Figure, error) {
			d := waterfall()
			d.Total.Value += 0.01
			return Waterfall(d)
		}, "Causes add up to"},
		{"outcomes that cross", func() (*Figure, error) {
			d := outcomes()
			d.Rows[1].Quantiles[3].Value = 0.1
			return Outcomes(d)
		}, `row "4X": Quantiles[3] = 0.1 lies below`},
		{"outcomes below zero", func() (*Figure, error) {
			d := outcomes()
			d.Rows[1].Quantiles[0].Value = -1
			return Outcomes(d)
		}, "want a finite value ≥ 0"},
		{"outcomes of nothing", func() (*Figure, error) {
			return Outcomes(OutcomesData{XLabel: "value", Rows: []OutcomeRow{{Name: "lost"}}})
		}, "every quantile is 0"},
		{"timeline of a vault for another time", func() (*Figure, error) {
			d := pathTimeline()
			d.AUM = d.AUM[1:]
			return PathTimeline(d)
		}, "AUM has 1500 values for 1501 Times"},
		{"timeline with health of nothing", func() (*Figure, error) {
			d := replayed()
			d.HealthLabel = ""
			return PathTimeline(d)
		}, "HealthLabel is empty"},
		{"timeline with health below zero", func() (*Figure, error) {
			d := replayed()
			d.Health[7] = -1
			return PathTimeline(d)
		}, "Health[7] = -1; want a number ≥ 0, or NaN"},
		{"timeline with five other events", func() (*Figure, error) {
			d := pathTimeline()
			d.Events = nil
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				d.Events = append(d.Events, PathTimelineEvent{0, name})
			}
			return PathTimeline(d)
		}, "5 names of Events besides rebalance, liquidation, wipe-out; want at most 3"},
		{"against nothing", func() (*Figure, error) { return Against(AgainstData{}) }, "0 Times; want at least 2"},
		{"against a time without a date", func() (*Figure, error) {
			d := against()
			d.Start = time.Time{}
			return Against(d)
		}, "Start is missing"},
		{"against what traded at zero", func() (*Figure, error) {
			d := against()
			d.Traded.Values[3] = 0
			return Against(d)
		}, "line traded[3] = 0; want a finite number above 0"},
		{"against a token that begins at zero", func() (*Figure, error) {
			d := against()
			d.Token.Values[0] = 0
			return Against(d)
		}, "line replay begins at 0; want more than 0"},
		{"against too many marks", func() (*Figure, error) {
			d := against()
			d.Marks = append(d.Marks, slices.Repeat(d.Marks[:1], 8)...)
			return Against(d)
		}, "13 Marks; want at most 8"},
		{"against a mark without a name", func() (*Figure, error) {
			d := against()
			d.Marks[1].Name = ""
			return Against(d)
		}, "Marks[1]"},
		{"fan with ends of too few", func() (*Figure, error) {
			d := w.fan()
			d.Ends = make([]analytics.Estimate, 2)
			return Fan(d)
		}, "2 Ends"},
		{"tradeoff with a baseline of nothing", func() (*Figure, error) {
			d := tradeoff()
			d.Panels[0].Baseline = &TradeoffPoint{X: around(nan, 0), Y: around(1, 0)}
			return Tradeoff(d)
		}, "Baseline"},
		{"a fill that there is not", func() (*Figure, error) {
			d := StackData{Label: "value", GroupLabel: "group", Groups: []string{"a"},
				Totals: []analytics.Estimate{around(1, 0.1)},
				Causes: []StackCause{{Name: "b", Values: []float64{1}, Fill: 10}}}
			return Stack(d)
		}, "Fill 10; want 0 to 9"},
		{"a point beyond the cells", func() (*Figure, error) {
			d := signed()
			d.Point = &CellMark{Name: "baseline", At: CellPoint{X: 7.2, Y: 1}}
			return HeatMap(d)
		}, "Point is at {7.2 1}; want a column from 0 to 7"},
		{"histograms of too few columns", func() (*Figure, error) {
			d := pits()
			d.Rows[1].Bars = d.Rows[1].Bars[1:]
			return PITs(d)
		}, `Rows[1] "bootstrap" has 5 histograms in Bars for 6 Columns`},
		{"histograms over others without a name", func() (*Figure, error) {
			d := pits()
			d.Over = ""
			return PITs(d)
		}, `Rows[0] "fhs" has 6 histograms in Over, named ""`},
		{"a share above one", func() (*Figure, error) {
			d := pits()
			d.Rows[2].Bars[0] = []float64{0, 1.5}
			return PITs(d)
		}, "want a fraction in [0, 1]"},
		{"waterfall without causes", func() (*Figure, error) {
			d := waterfall()
			d.Causes = nil
			return Waterfall(d)
		}, "no Causes"},
		{"waterfall with NaN", func() (*Figure, error) {
			d := waterfall()
			d.Causes[1].Value.Value = nan
			return Waterfall(d)
		}, `cause "Volatility decay"`},
		{"waterfall without unit", func() (*Figure, error) {
			d := waterfall()
			d.Label = ""
			return Waterfall(d)
		}, "Label is empty"},
		{"stack of two lengths", func() (*Figure, error) {
			d := stack()
			d.Causes[2].Values = []float64{1}
			return Stack(d)
		}, `cause "band effect" has 1 Values for 5 Groups`},
		{"stack without totals", func() (*Figure, error) { d := stack(); d.Totals = nil; return Stack(d) }, "0 Totals"},
		{"stack with infinity", func() (*Figure, error) {
			d := stack()
			d.Causes[0].Values[3] = math.Inf(-1)
			return Stack(d)
		}, "Values[3]"},
		{"bands that cross", func() (*Figure, error) {
			d := under()
			d.Runs[0].P25[7] = 2
			return Bands(d)
		}, `run "ETHBULL3X": P50[7]`},
		{"bands of three runs", func() (*Figure, error) {
			d := under()
			d.Runs = []BandsRun{{}, {}, {}}
			return Bands(d)
		}, "3 Runs"},
		{"bands of one time", func() (*Figure, error) {
			d := under()
			d.Runs[0].Times = d.Runs[0].Times[:1]
			return Bands(d)
		}, "1 Times"},
		{"bands with a mark at NaN", func() (*Figure, error) {
			d := under()
			d.Marks = []Reference{{"m", nan}}
			return Bands(d)
		}, `Marks[0] "m"`},
		{"scatter of two lengths", func() (*Figure, error) {
			d := scatter()
			d.Y = d.Y[:5]
			return Scatter(d)
		}, "3000 X and 5 Y"},
		{"scatter of nothing finite", func() (*Figure, error) {
			return Scatter(ScatterData{XLabel: "x", YLabel: "y", X: []float64{nan}, Y: []float64{1}})
		}, "no pair is finite"},
		{"scatter with a bad mean", func() (*Figure, error) {
			d := scatter()
			d.Means[2].Y = analytics.Estimate{Value: nan}
			return Scatter(d)
		}, "Means[2]"},
		{"heat map with a short row", func() (*Figure, error) {
			d := heatMap()
			d.Values[1] = d.Values[1][:3]
			return HeatMap(d)
		}, "Values[1] has 3 values for 7 X"},
		{"heat map of nothing", func() (*Figure, error) {
			return HeatMap(HeatMapData{XLabel: "x", YLabel: "y", Label: "l", X: []string{"1"}, Y: []string{"1"},
				Values: [][]float64{{nan}}})
		}, "every value is NaN"},
		{"heat map with infinity", func() (*Figure, error) {
			d := heatMap()
			d.Values[0][0] = math.Inf(1)
			return HeatMap(d)
		}, "Values[0][0]"},
		{"heat map with a line without a name", func() (*Figure, error) {
			d := signed()
			d.Lines[0].Name = ""
			return HeatMap(d)
		}, "a line has no name"},
		{"heat map with three lines", func() (*Figure, error) {
			d := signed()
			d.Lines = append(d.Lines, d.Lines[0], d.Lines[0])
			return HeatMap(d)
		}, "3 Lines"},
		{"trade-off without units", func() (*Figure, error) {
			d := tradeoff()
			d.YLabel = ""
			return Tradeoff(d)
		}, "YLabel is empty"},
		{"trade-off of nothing", func() (*Figure, error) {
			return Tradeoff(TradeoffData{XLabel: "x", YLabel: "y"})
		}, "no point has values"},
		{"trade-off with infinity", func() (*Figure, error) {
			d := tradeoff()
			d.Panels[0].Series[1].Points[3].X.Hi = math.Inf(1)
			return Tradeoff(d)
		}, `series "halfway": point "0.20"`},
		{"trade-off of five kinds", func() (*Figure, error) {
			d := tradeoff()
			for _, name := range []string{"daily", "never"} {
				d.Panels[0].Series = append(d.Panels[0].Series,
					TradeoffSeries{Name: name, Points: d.Panels[0].Series[0].Points})
			}
			return Tradeoff(d)
		}, "5 series"},
		{"trade-off in nameless circumstances", func() (*Figure, error) {
			d := fronts()
			d.Panels[3].Label = ""
			return Tradeoff(d)
		}, "a panel of several has no Label"},
		{"heat map with a mark outside", func() (*Figure, error) {
			d := heatMap()
			d.Marked = [][2]int{{7, 0}}
			return HeatMap(d)
		}, "outside the cells"},
		{"densities with too few edges", func() (*Figure, error) {
			d := densities()
			d.Cases[1].Edges = d.Cases[1].Edges[1:]
			return Densities(d)
		}, `case "30 days"`},
		{"densities of nobody", func() (*Figure, error) {
			d := densities()
			clear(d.Cases[0].Counts)
			return Densities(d)
		}, "is empty"},
		{"densities beyond nowhere", func() (*Figure, error) {
			d := densities()
			d.Cases[2].Beyond = -1
			return Densities(d)
		}, `case "90 days": Beyond = -1`},
		{"densities with a mark at infinity", func() (*Figure, error) {
			d := densities()
			d.Cases[0].At[0].At = math.Inf(1)
			return Densities(d)
		}, `case "7 days": At[0] "ideal token" is at +Inf`},
		{"law beyond one", func() (*Figure, error) { d := lawFigure(); d.CDF.Y[4] = 1.2; return Law(d) }, "CDF.Y[4]"},
		{"law with confidence in percent", func() (*Figure, error) {
			d := lawFigure()
			d.Confidence = 95
			return Law(d)
		}, "Confidence = 95"},
		{"law without survivors", func() (*Figure, error) {
			d := lawFigure()
			d.Values = []float64{math.Inf(-1)}
			return Law(d)
		}, "no finite Values"},
		{"path timeline of two lengths", func() (*Figure, error) {
			d := pathTimeline()
			d.NAV = d.NAV[:9]
			return PathTimeline(d)
		}, "9 NAV for 1501 Times"},
		{"path timeline that goes back", func() (*Figure, error) {
			d := pathTimeline()
			d.Times[5] = 0
			return PathTimeline(d)
		}, "Times[5]"},
		{"story with a price of zero",
			func() (*Figure, error) { d := pathTimeline(); d.Price[5] = 0; return PathTimeline(d) }, "Price[5]"},
		{"path timeline of no time", func() (*Figure, error) {
			d := pathTimeline()
			clear(d.Times)
			return PathTimeline(d)
		},
			"Times are all 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := tt.draw()
			if f != nil || err == nil || !strings.HasPrefix(err.Error(), "plots: ") ||
				!strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, %v; want an error with %q", f, err, tt.says)
			}
		})
	}
}

// Inputs at the edge of what there is are drawn.
func TestSecondGalleryEdges(t *testing.T) {
	one := analytics.Estimate{Value: -1, SE: math.NaN(), Lo: math.NaN(), Hi: math.NaN(), Confidence: 0.95, N: 1}
	flat := BandsRun{Name: "t", Times: []float64{0, 1}, P05: []float64{0, 0}, P25: []float64{0, 0},
		P50: []float64{0, 0}, P75: []float64{0, 0}, P95: []float64{0, 0}}
	ruin := pathTimeline()
	for i := 700; i < len(ruin.NAV); i++ {
		ruin.NAV[i], ruin.Leverage[i] = 0, math.NaN()
	}
	ruin.Low, ruin.High, ruin.Events = math.NaN(), math.NaN(), nil
	for name, draw := range map[string]func() (*Figure, error){
		"one path": func() (*Figure, error) {
			return Waterfall(WaterfallData{Label: "l", Causes: []WaterfallStep{{"a", one}}, Total: one})
		},
		"all zero": func() (*Figure, error) {
			return Waterfall(WaterfallData{Label: "l",
				Causes: []WaterfallStep{{"a", around(0, 0)}}, Total: around(0, 0)})
		},
		"flat bands": func() (*Figure, error) {
			return Bands(BandsData{Label: "l", Down: true, Runs: []BandsRun{flat}})
		},
		"one point": func() (*Figure, error) {
			return Scatter(ScatterData{XLabel: "x", YLabel: "y", X: []float64{1}, Y: []float64{2}})
		},
		"one cell": func() (*Figure, error) {
			return HeatMap(HeatMapData{XLabel: "x", YLabel: "y", Label: "l", X: []string{"1"}, Y: []string{"1"},
				Values: [][]float64{{3}}})
		},
		"signed cells of zero, and a line beyond them": func() (*Figure, error) {
			return HeatMap(HeatMapData{XLabel: "x", YLabel: "y", Label: "l", X: []string{"1"}, Y: []string{"1"},
				Values: [][]float64{{0}}, Diverging: true,
				Lines: []CellLine{{Name: "even", Path: []CellPoint{{math.NaN(), 0}, {-3, 0}, {0, 0}},
					Lo: []CellPoint{{math.Inf(-1), 0}}}}})
		},
		"one setting": func() (*Figure, error) {
			return Tradeoff(TradeoffData{XLabel: "x", YLabel: "y",
				Panels: []TradeoffPanel{{Series: []TradeoffSeries{{Points: []TradeoffPoint{{Label: "a", X: one, Y: one,
					Standing: analytics.OnFront}}}}}}})
		},
		"a setting without a value": func() (*Figure, error) {
			d := tradeoff()
			d.Panels[0].Series[0].Points[0].X = analytics.Estimate{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
			return Tradeoff(d)
		},
		"a circumstance in which nothing has a value": func() (*Figure, error) {
			d := fronts()
			for _, s := range d.Panels[2].Series {
				for i := range s.Points {
					s.Points[i].X.Value = math.NaN()
				}
			}
			return Tradeoff(d)
		},
		"one bin": func() (*Figure, error) {
			return Densities(DensitiesData{XLabel: "x", YLabel: "y",
				Cases: []Density{{Name: "c", Edges: []float64{0, 1}, Counts: []int{4}}}})
		},
		"ruin": func() (*Figure, error) { return PathTimeline(ruin) },
		"one value": func() (*Figure, error) {
			return Law(LawData{XLabel: "x", Values: []float64{1}, Confidence: 0.9,
				Quantiles: []LawQuantile{{P: 0.5, Law: 1, Sample: 1}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := draw()
			if err != nil {
				t.Fatal(err)
			}
			render(t, f)
		})
	}
}
