package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"mcrisk/analytics"
)

func waterfall() WaterfallData {
	return WaterfallData{Title: "Where the growth of ETHBULL3X came from", Caption: caption,
		Label: "ln NAV over the horizon, mean (log units)",
		Causes: []WaterfallStep{
			{"Underlying, 3 times", around(0.31, 0.04)}, {"Volatility decay", around(-1.92, 0.01)},
			{"Band effect", around(0.021, 0.004)},
			{"Trade fee", around(-0.032, 0.001)}, {"Borrow interest", around(-0.11, 0.002)},
			{"Supply interest", around(0.015, 0.001)},
			{"Funding", around(0, 0)}, {"Liquidation", around(-0.046, 0.012)}},
		Total: around(0.31-1.92+0.021-0.032-0.11+0.015-0.046, 0.05)}
}

func stack() StackData {
	return StackData{Title: "Where growth came from, by final price", Caption: caption,
		Label:      "ln NAV over the horizon, mean (log units)",
		GroupLabel: "Fifth of the paths by final price of the underlying",
		Groups:     []string{"lowest", "second", "middle", "fourth", "highest"},
		Causes: []StackCause{{"underlying", []float64{-3.1, -1.6, -0.8, 0.4, 2.4}, 0},
			{"volatility decay", []float64{-1.95, -1.93, -1.92, -1.92, -1.91}, 0},
			{"band effect", []float64{0.06, 0.02, -0.01, 0.01, 0.05}, 0},
			{"costs", []float64{-0.21, -0.19, -0.18, -0.17, -0.16}, 0}},
		Totals: []analytics.Estimate{around(-5.2, 0.09), around(-3.7, 0.06), around(-2.91, 0.06), around(-1.68, 0.06),
			around(0.38, 0.1)}}
}

// under is the fall from the running peak, by quantile.
func (w world) under() BandsRun {
	r := BandsRun{Name: "ETHBULL3X", Times: w.times}
	peak := make([]float64, len(w.token[0]))
	for _, navs := range w.token {
		fall := make([]float64, len(navs))
		for i, v := range navs {
			peak[i] = max(peak[i], v)
			fall[i] = 1 - v/peak[i]
		}
		for p, dst := range map[float64]*[]float64{0.05: &r.P05, 0.25: &r.P25,
			0.5: &r.P50, 0.75: &r.P75, 0.95: &r.P95} {
			*dst = append(*dst, at(fall, p))
		}
	}
	return r
}

func multiple() BandsData {
	r := BandsRun{Name: "ETHBULL3X"}
	other := BandsRun{Name: "daily reset"}
	for t := 1; t <= 24; t++ {
		y := float64(t) / 24
		r.Times = append(r.Times, y)
		other.Times = append(other.Times, y)
		wide := 1 + 2*math.Sqrt(y)
		m := 3 + 2*y
		for k, dst := range []*[]float64{&r.P05, &r.P25, &r.P50, &r.P75, &r.P95} {
			*dst = append(*dst, m+wide*float64(k-2)/2)
		}
		for k, dst := range []*[]float64{&other.P05, &other.P25, &other.P50, &other.P75, &other.P95} {
			*dst = append(*dst, m+0.4+1.1*wide*float64(k-2)/2)
		}
	}
	return BandsData{Title: "Effective multiple: ln NAV over ln S", Caption: caption, Label: "ln NAV / ln S (ratio)",
		Runs: []BandsRun{r, other}, Marks: []Reference{{"target", 3}}}
}

func scatter() ScatterData {
	rng := rand.New(rand.NewPCG(5, 5))
	d := ScatterData{Title: "Decay against realised variance", Caption: caption,
		XLabel: "Realised variance of the underlying over the horizon (log²)",
		YLabel: "Decay: ln NAV − T·ln S (log units)"}
	line := Line{Name: "theory: −½T(T−1)·realised variance"}
	for range 3000 {
		qv := 0.64 * math.Exp(0.2*rng.NormFloat64())
		d.X, d.Y = append(d.X, qv), append(d.Y, -3*qv-0.1+0.08*rng.NormFloat64())
	}
	d.Y[7] = math.Inf(-1)
	for i := range 21 {
		x := 0.3 + 0.05*float64(i)
		line.X, line.Y = append(line.X, x), append(line.Y, -3*x)
	}
	for i := range 5 {
		x := 0.48 + 0.08*float64(i)
		d.Means = append(d.Means, MeanPoint{x, around(-3*x-0.1, 0.015)})
	}
	d.Lines = []Line{line}
	return d
}

func heatMap() HeatMapData {
	d := HeatMapData{Title: "Growth by half-width and fee", Caption: caption,
		XLabel: "Half-width of the band (leverage)", YLabel: "Fee (bp of notional)",
		Label: "expected growth, E[ln NAV] (log units per year)", Marked: [][2]int{{2, 1}}}
	for i := range 7 {
		d.X = append(d.X, fmt.Sprintf("%.2f", 0.1+0.1*float64(i)))
	}
	for j := range 5 {
		d.Y = append(d.Y, fmt.Sprintf("%d", 5*(j+1)))
		var row []float64
		for i := range 7 {
			h := 0.1 + 0.1*float64(i)
			row = append(row, -1.8-0.0005*float64(j+1)*0.8/h-0.3*h*h-0.02*float64(j))
		}
		d.Values = append(d.Values, row)
	}
	d.Values[4][6] = math.NaN()
	return d
}

// signed is a gain over two parameters that changes sign, with the line where it
// does.
func signed() HeatMapData {
	d := HeatMapData{Title: "What trading to the target gains over trading to the edge", Caption: caption,
		XLabel: "Half-width of the band (leverage)", YLabel: "Fee (bp of notional)",
		Label: "growth to the target less growth to the edge (% a year)", Scale: Percent, Diverging: true,
		Marked: [][2]int{{2, 3}}}
	line := CellLine{Name: "break-even half-width"}
	fees, widths := []float64{5, 10, 20, 30, 50, 80}, []float64{0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8}
	for _, w := range widths {
		d.X = append(d.X, fmt.Sprint(w))
	}
	for j, f := range fees {
		d.Y = append(d.Y, fmt.Sprint(f))
		var row []float64
		for _, w := range widths {
			row = append(row, 0.12*w-0.0009*f)
		}
		d.Values = append(d.Values, row)
		even, y := 0.0075*f, float64(j)
		line.Path = append(line.Path, CellPoint{InCells(widths, even), y})
		line.Lo = append(line.Lo, CellPoint{InCells(widths, 0.85*even), y})
		line.Hi = append(line.Hi, CellPoint{InCells(widths, 1.15*even), y})
	}
	d.Lines = []CellLine{line}
	return d
}

// tradeoff is growth against tracking error for bands that trade to the edge, to
// the target and halfway.
func tradeoff() TradeoffData {
	d := TradeoffData{Title: "Growth against tracking error", Caption: caption,
		XLabel: "Tracking error (log units per √year)", YLabel: "Expected growth, E[ln NAV] (log units per year)",
		XBetter: analytics.Lower, YBetter: analytics.Higher,
		PointLabel: "half-width (leverage)"}
	var all []TradeoffSeries
	for k, name := range []string{"to the edge", "halfway", "to the target"} {
		s := TradeoffSeries{Name: name}
		for i := range 12 {
			h := 0.05 + 0.05*float64(i)
			a := float64(k)
			p := TradeoffPoint{Label: fmt.Sprintf("%.2f", h), X: around(0.3*h*(1+0.08*a), 0.002+0.006*h),
				Y: around(-1.85-(0.0016+0.0005*a)/h-0.035*h*a-0.02*max(0, h-0.4)*h, 0.0035)}
			s.Points = append(s.Points, p)
		}
		all = append(all, s)
	}
	d.Panels = []TradeoffPanel{{Series: all, Baseline: &TradeoffPoint{X: all[0].Points[3].X, Y: all[0].Points[3].Y}}}
	// Paired, the intervals would be a fifth of these.
	beats := func(a, b TradeoffPoint, by float64) bool {
		return b.X.Value-a.X.Value > by*b.X.SE && a.Y.Value-b.Y.Value > by*b.Y.SE
	}
	for _, s := range all {
		for i := range s.Points {
			p := &s.Points[i]
			p.Standing = analytics.OnFront
			for _, other := range slices.Concat(all[0].Points, all[1].Points[:1]) {
				if beats(other, *p, 0) && p.Standing == analytics.OnFront {
					p.Standing = analytics.Undecided
				}
				if beats(other, *p, 0.6) {
					p.Standing = analytics.Dominated
				}
			}
		}
	}
	return d
}

// fronts is the trade-off of bands in eighteen scenarios: a panel for each
// volatility and destination, and a front for each fee, of which the highest has
// bands that are dominated.
func fronts() TradeoffData {
	d := TradeoffData{Title: "Tracking error against cost", Caption: caption,
		XLabel: "Trading cost (log units per year)", YLabel: "Tracking error (log units per √year)",
		XBetter: analytics.Lower, YBetter: analytics.Lower,
		PointLabel: "half-width (leverage)", Apart: true}
	for _, to := range []string{"edge", "target"} {
		for _, sigma := range []float64{0.4, 0.8, 1.2} {
			q := TradeoffPanel{Label: fmt.Sprintf("sigma %.0f %%, to %s", 100*sigma, to)}
			for k, fee := range []string{"fee 0.01 %", "fee 0.05 %", "fee 0.3 %"} {
				s := TradeoffSeries{Name: fee}
				for i := range 12 {
					h := 0.05 + 0.05*float64(i)
					cost := []float64{1e-4, 5e-4, 3e-3}[k] * sigma * sigma / h
					if to == "target" {
						cost *= 1.5 * 0.05 / h
					}
					p := TradeoffPoint{Label: fmt.Sprintf("%.2f", h), X: around(cost, 0.02*cost),
						Y: around(0.3*h*sigma*(1+cost), 0.01*h*sigma), Standing: analytics.OnFront}
					if k == 2 && i >= 9 {
						p.Standing = []analytics.Standing{analytics.Undecided, analytics.Dominated}[i%2]
						p.X, p.Y = around(cost*1.4, 0.02*cost), around(0.36*h*sigma, 0.01*h*sigma)
					}
					s.Points = append(s.Points, p)
				}
				q.Series = append(q.Series, s)
			}
			d.Panels = append(d.Panels, q)
		}
	}
	return d
}

// nine is a sensitivity figure as full as it gets: three metrics in three
// scenarios, five series of twenty points, and exact lines.
func nine() SensitivityData {
	rng := rand.New(rand.NewPCG(3, 1))
	d := SensitivityData{Title: "Three metrics of 3x bands at three volatilities", Caption: caption,
		XLabel: "Half-width of the band (leverage)", Marked: []Reference{{"ETHBULL3X: 0.3", 0.3}}}
	for i, name := range []string{"Growth", "Tracking error", "Mean maximum drawdown"} {
		for _, sigma := range []float64{0.4, 0.8, 1.2} {
			unit := []string{"log units per year", "log units per √year", "%"}[i]
			m := SensitivityPanel{Label: fmt.Sprintf("%s at σ = %.0f %% (%s)", name, 100*sigma, unit)}
			if i == 2 {
				m.Scale = Percent
			}
			for j, series := range []string{"to the edge", "to the target", "halfway", "daily",
				"daily with an emergency reset"} {
				f := func(h float64) float64 {
					v := float64(j) * 0.1
					return []float64{-3*sigma*sigma - 0.002*(1+v)*sigma/h - 0.05*h*v, sigma * h * (0.3 + v),
						min(1, 0.5*sigma) + 0.02*h*(1+3*v)}[i]
				}
				s := Series{Name: series}
				exact := Line{Name: series}
				for n := range 20 {
					h := 0.05 + 0.03*float64(n)
					s.X, s.Y = append(s.X, h), append(s.Y, around(f(h)+0.001*rng.NormFloat64(), 0.002*(1+float64(i))))
				}
				m.Series = append(m.Series, s)
				if j < 2 && i == 0 {
					for n := range 60 {
						h := 0.05 + 0.57*float64(n)/59
						exact.X, exact.Y = append(exact.X, h), append(exact.Y, f(h))
					}
					m.Exact = append(m.Exact, exact)
				}
			}
			d.Metrics = append(d.Metrics, m)
		}
	}
	return d
}

func densities() DensitiesData {
	rng := rand.New(rand.NewPCG(2, 3))
	d := DensitiesData{Title: "Decay after four horizons", Caption: caption,
		XLabel: "Decay: ln NAV − T·ln S (log units)", YLabel: "density of paths (per log unit)"}
	for _, days := range []float64{7, 30, 90, 365} {
		qv := 0.64 * days / 365
		mean, spread := -3*qv, 0.09*math.Sqrt(qv)+0.02*qv
		xs := make([]float64, 4000)
		for i := range xs {
			xs[i] = mean + spread*rng.NormFloat64()
		}
		s := newSample(xs, nil)
		edges, _ := s.niceEdges()
		line := &Line{Name: "exact law"}
		for i := range 101 {
			x := mean + spread*(float64(i)/12.5-4)
			line.X = append(line.X, x)
			line.Y = append(line.Y, math.Exp(-(x-mean)*(x-mean)/2/spread/spread)/spread/math.Sqrt(2*math.Pi))
		}
		d.Cases = append(d.Cases, Density{Name: fmt.Sprintf("%v days", days), Edges: edges, Counts: s.bin(edges).counts,
			Exact: line, At: []Reference{{"ideal token", mean}}})
	}
	return d
}

func lawFigure() LawData {
	rng := rand.New(rand.NewPCG(8, 1))
	d := LawData{Title: "ln NAV against the exact law", Caption: caption, XLabel: "ln NAV (log units)",
		Confidence: 0.95, LawName: "exact law"}
	for range 1000 {
		d.Values = append(d.Values, -1.6+1.8*rng.NormFloat64())
	}
	d.Values[3] = math.Inf(-1)
	for i := range 121 {
		x := -9 + 0.125*float64(i)
		d.CDF.X, d.CDF.Y = append(d.CDF.X, x), append(d.CDF.Y, 0.5*math.Erfc(-(x+1.6)/1.8/math.Sqrt2))
	}
	d.CDF.Name = "exact law"
	sorted := slices.Sorted(slices.Values(d.Values))
	for i := 1; i < 40; i++ {
		p := float64(i) / 40
		law := -1.6 + 1.8*math.Sqrt2*math.Erfinv(2*p-1)
		k := int(p * 1000)
		d.Quantiles = append(d.Quantiles,
			LawQuantile{p, law, sorted[k], sorted[max(k-int(2*math.Sqrt(1000*p*(1-p))), 1)],
				sorted[k+int(2*math.Sqrt(1000*p*(1-p)))]})
	}
	return d
}

func pathTimeline() PathTimelineData {
	rng := rand.New(rand.NewPCG(4, 9))
	d := PathTimelineData{Title: "Path 17 of ETHBULL3X", Caption: caption, Low: 2.7, High: 3.3, Target: 3}
	s, nav, lever := 0.0, 1.0, 3.0
	for i := range 1501 {
		d.Times = append(d.Times, float64(i)/8760)
		d.Price, d.NAV, d.Leverage = append(d.Price, math.Exp(s)), append(d.NAV, nav), append(d.Leverage, lever)
		d.AUM = append(d.AUM, 1e6*nav*(1+0.0005*float64(i)))
		r := 0.009 * rng.NormFloat64()
		if i == 900 {
			r = -0.16
		}
		s += r
		gain := 1 + lever*math.Expm1(r)
		nav *= gain
		lever *= math.Exp(r) / gain
		switch {
		case lever > 3.8:
			d.Events = append(d.Events, PathTimelineEvent{d.Times[i], "liquidation"})
			nav, lever = 0.97*nav, 3
		case lever < 2.7 || lever > 3.3:
			d.Events = append([]PathTimelineEvent{{d.Times[i], "rebalance"}}, d.Events...)
			lever = 3
		}
	}
	return d
}

// outcomes are the final values of two tokens, one of which may lose everything,
// beside what they are compared with.
func outcomes() OutcomesData {
	row := func(name string, beside bool, quantiles ...float64) OutcomeRow {
		r := OutcomeRow{Name: name, Beside: beside}
		for i, q := range quantiles {
			r.Quantiles[i] = around(q, 0.03*q)
		}
		return r
	}
	return OutcomesData{Title: "Final net asset value after 30 days", Caption: caption,
		XLabel: "Final net asset value (start = 1)", Rows: []OutcomeRow{
			row("2X", false, 0.41, 0.66, 0.93, 1.3, 2.1), row("4X", false, 0, 0.31, 0.62, 1.2, 3.3),
			row("spot", true, 0.67, 0.84, 0.98, 1.15, 1.43), row("held 2x", true, 0.33, 0.67, 0.95, 1.29, 1.86)}}
}

// second is the rest of the gallery.
func second(w world) map[string]func() (*Figure, error) {
	under := BandsData{Title: "How far below its peak", Caption: caption,
		Label: "Value against its highest so far (%)", Scale: Percent, Down: true, Runs: []BandsRun{w.under()}}
	return map[string]func() (*Figure, error){
		"outcomes":      func() (*Figure, error) { return Outcomes(outcomes()) },
		"scenarios":     func() (*Figure, error) { return Scenarios(scenarios()) },
		"waterfall":     func() (*Figure, error) { return Waterfall(waterfall()) },
		"stack":         func() (*Figure, error) { return Stack(stack()) },
		"underwater":    func() (*Figure, error) { return Bands(under) },
		"multiple":      func() (*Figure, error) { return Bands(multiple()) },
		"scatter":       func() (*Figure, error) { return Scatter(scatter()) },
		"heatmap":       func() (*Figure, error) { return HeatMap(heatMap()) },
		"signed":        func() (*Figure, error) { return HeatMap(signed()) },
		"tradeoff":      func() (*Figure, error) { return Tradeoff(tradeoff()) },
		"fronts":        func() (*Figure, error) { return Tradeoff(fronts()) },
		"nine":          func() (*Figure, error) { return Sensitivity(nine()) },
		"densities":     func() (*Figure, error) { return Densities(densities()) },
		"law":           func() (*Figure, error) { return Law(lawFigure()) },
		"path-timeline": func() (*Figure, error) { return PathTimeline(pathTimeline()) },
		"replay":        func() (*Figure, error) { return PathTimeline(replayed()) },
		"against":       func() (*Figure, error) { return Against(against()) },
		"pits":          func() (*Figure, error) { return PITs(pits()) },
		"new":           func() (*Figure, error) { return New(waits()) },
	}
}

// pits are transforms that are uniform, too narrow and biased, with another start for some.
func pits() PITData {
	flat := []float64{0.1, 0.08, 0.12, 0.1, 0.09, 0.11, 0.1, 0.1, 0.11, 0.09}
	hollow := []float64{0.31, 0.07, 0.03, 0.02, 0.05, 0.02, 0.03, 0.04, 0.1, 0.33}
	late := []float64{0, 0, 0, 0, 0, 0.02, 0.03, 0.05, 0.1, 0.8}
	return PITData{Title: "Where outcomes lay in their forecasts", Caption: caption,
		Columns: []string{"decay", "max drawdown", "rebalances", "max leverage", "realised variance", "log-return"},
		Bars:    "filtered start", Over: "stationary start", Rows: []PITRow{
			{"fhs", [][]float64{flat, flat, hollow, flat, flat, flat},
				[][]float64{hollow, flat, late, flat, flat, flat}},
			{"bootstrap", [][]float64{flat, hollow, hollow, flat, hollow, flat}, nil},
			{"gbm", [][]float64{late, hollow, late, hollow, late, flat}, nil}}}
}

// waits is a page with each mark of the package, on each kind of axis.
func waits() Page {
	var area Area
	var line Line
	exact := Line{Name: "a trade every 8 hours"}
	sampled := Series{Name: "simulated median"}
	for i := range 25 {
		t := float64(i) / 24
		median := 6 - 5*t + math.Sin(9*t)
		area.X, area.Lo, area.Hi = append(area.X, t), append(area.Lo, median), append(area.Hi, 8*median)
		line.X, line.Y = append(line.X, t), append(line.Y, 2*median)
		exact.X, exact.Y = append(exact.X, float64(i)/4), append(exact.Y, 0.002*float64(i*i)/4)
		if i%4 == 0 {
			sampled.X, sampled.Y = append(sampled.X, float64(i)/4),
				append(sampled.Y, around(0.002*float64(i*i)/4, 0.02))
		}
	}
	area.Name, line.Name = "half to 95 % of waits", "mean wait"
	return Page{
		Title: "How long the keeper waits", Caption: caption, Notes: []string{"A note stands before the caption."},
		Panels: []Panel{
			{
				X:     Axis{Label: "Time", Years: true},
				Y:     Axis{Label: "Wait for a trade (minutes)", Log: true},
				Marks: []Mark{area, line, Reference{"upgrade", 0.5}},
			},
			{
				X:     Axis{Label: "Gas", Names: []string{"none", "low", "fair", "busy", "high", "peak", "full"}},
				Y:     Axis{Label: "Trades that fail (%)", Scale: Percent, Holds: []float64{0}},
				Marks: []Mark{exact, sampled},
			},
		},
	}
}

// A walk is a price history of hours with crashes, and a 3x token on it.
type walk struct {
	times, price, nav, leverage, health []float64
	rebalances, liquidations            []float64 // years
}

// newWalk follows a token through hours from a seed. It is liquidated at 5.5x.
func newWalk(seed uint64, hours int) (w walk) {
	rng := rand.New(rand.NewPCG(seed, 2))
	s, nav, lever := 1.0, 1.0, 3.0
	for i := range hours + 1 {
		at := float64(i) / 8760
		w.times, w.price, w.nav = append(w.times, at), append(w.price, s), append(w.nav, nav)
		w.leverage, w.health = append(w.leverage, lever), append(w.health, 0.85*lever/(lever-1))
		r := 0.00004 + 0.0065*rng.NormFloat64()
		if i%9000 == 1700 {
			r = -0.19
		}
		gain := 1 + lever*math.Expm1(r)
		s, nav, lever = s*math.Exp(r), nav*gain, lever*math.Exp(r)/gain
		switch {
		case lever > 5.5:
			w.liquidations = append(w.liquidations, at)
			nav, lever = 0.9*nav, 3
		case lever < 2.75 || lever > 3.3:
			w.rebalances = append(w.rebalances, at)
			lever = 3
		}
	}
	return w
}

// replayed is a token on a history: five years of hours.
func replayed() PathTimelineData {
	w := newWalk(6, 43848)
	d := PathTimelineData{Title: "BTCBULL3X on btc_usdt_spot_1h.csv", Caption: "Latency 5m. 43,848 bars of 1h.",
		Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Times: w.times, Price: w.price, NAV: w.nav,
		Leverage: w.leverage, Health: w.health, HealthLabel: "Health factor", Liquidated: 1, Low: 2.75, High: 3.3,
		Target: 3}
	for _, at := range w.liquidations {
		d.Events = append(d.Events, PathTimelineEvent{at, "liquidation"})
	}
	for _, at := range w.rebalances {
		d.Events = append(d.Events, PathTimelineEvent{at, "rebalance"})
	}
	return d
}

// against is the same beside what traded, which drifts from it.
func against() AgainstData {
	w := newWalk(6, 43848)
	rng := rand.New(rand.NewPCG(9, 9))
	traded, off := make([]float64, len(w.nav)), 0.0
	for i, v := range w.nav {
		off = 0.9999*off + 0.0008*rng.NormFloat64()
		traded[i] = 12.5 * v * math.Exp(off-0.02*w.times[i])
	}
	on := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	return AgainstData{Title: "BTCBULL3X and what traded", Caption: "43,848 bars of 1h.",
		Start: on(2020, 1, 1), Times: w.times, Token: AgainstLine{"replay", w.nav},
		Traded: &AgainstLine{"traded", traded}, Underlying: AgainstLine{"BTC", w.price},
		Marks: []DateMark{{on(2020, 3, 12), "covid-2020-03"}, {on(2021, 5, 19), "may-2021"},
			{on(2022, 5, 12), "luna-2022-05"}, {on(2022, 11, 9), "ftx-2022-11"}, {on(2024, 8, 5), "aug-2024"},
			{on(2025, 10, 10), "oct-2025"}}}
}
