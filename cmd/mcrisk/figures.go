package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
	"mcrisk/tokens"
)

// sensitivityPaths is how many paths the sensitivity figure of a simulation
// runs: enough for paired differences, little beside the simulation itself.
const sensitivityPaths = 1000

// simulatedFigures are those that every simulation draws, besides the
// sensitivity.
var simulatedFigures = []string{"fan", "decay", "drawdown", "underwater", "cost-drag", "waterfall"}

// tokenFigures draws the figures of one token.
func tokenFigures(ctx context.Context, s *source, workers int) ([]namedFigure, error) {
	var out []namedFigure
	for _, f := range storedFigures {
		if !slices.Contains(simulatedFigures, f.name) {
			continue
		}
		if f.logs && !s.survived() {
			s.plan.note("%s: no path survived, so there is no figure %s", s.name(), f.name)
			continue
		}
		drawn, err := f.draw(s)
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", f.name, err)
		}
		out = append(out, namedFigure{f.name, drawn})
	}
	if !s.survived() {
		s.plan.note("%s: no path survived, so there is no figure sensitivity", s.name())
		return out, nil
	}
	drawn, err := bandFigure(ctx, s.plan, workers, s.token)
	if err != nil {
		return nil, fmt.Errorf("figure sensitivity: %w", err)
	}
	if drawn != nil {
		out = append(out, namedFigure{"sensitivity", drawn})
	}
	return out, nil
}

func decayFigure(p *plan, e *tokens.Ensemble) (*plots.Figure, error) {
	log, logS := analytics.LogNAV(e), e.Column("log_underlying")
	decay := make([]float64, e.N)
	for i := range decay {
		decay[i] = analytics.DecayVsPower(log[i], e.Token.Target, logS[i])
	}
	levels := []float64{0.05, 0.5, 0.95}
	var quantiles []plots.Quantile
	for i, q := range analytics.Quantiles(analytics.Sample{X: decay}, levels, confidence) {
		if !math.IsInf(q.Lo, 0) && !math.IsInf(q.Hi, 0) { // else there are too few paths to say where it lies
			quantiles = append(quantiles, plots.Quantile{P: levels[i], Estimate: q})
		}
	}
	qv := analytics.Mean(analytics.Sample{X: e.Column("realised_variance")}, confidence).Value
	return plots.DecayDistribution(plots.DecayData{
		Title: e.Token.Name + ": decay against the compounding ideal", Caption: caption(p, e.N),
		Decay: decay, Quantiles: quantiles,
		References: []plots.Reference{{Name: "Ideal token", At: tokens.VolatilityDecay(e.Token.Target, qv)}},
	})
}

// drawdownData is the drawdown figure of one token.
func drawdownData(p *plan, e *tokens.Ensemble) plots.DrawdownData {
	series := func(name, column string) plots.DrawdownSeries {
		depth := e.Column(column)
		s := plots.DrawdownSeries{Name: name, Depth: depth}
		for _, d := range []float64{0.25, 0.5, 0.75} {
			k := 0
			for _, v := range depth {
				if v >= d {
					k++
				}
			}
			s.Marks = append(s.Marks, plots.DepthReached{Depth: d, Share: analytics.Proportion(k, len(depth), confidence)})
		}
		return s
	}
	return plots.DrawdownData{
		Title: e.Token.Name + ": maximum drawdown", Caption: caption(p, e.N),
		Series: []plots.DrawdownSeries{series(e.Token.Name, "max_drawdown"), series("Underlying", "underlying_max_drawdown")},
	}
}

func costFigure(p *plan, e *tokens.Ensemble, s *analytics.Summary) (*plots.Figure, error) {
	d := plots.CostDragData{Title: e.Token.Name + ": what costs take a year", Caption: caption(p, e.N)}
	names := map[tokens.Item]string{tokens.TradeFee: "Trade fee", tokens.Impact: "Price impact", tokens.Gas: "Gas",
		tokens.BorrowInterest: "Borrow interest", tokens.SupplyInterest: "Supply interest", tokens.Funding: "Funding",
		tokens.BorrowFee: "Borrow fee", tokens.StreamingFee: "Streaming fee", tokens.LiquidationPenalty: "Liquidation"}
	for _, item := range analytics.CostItems {
		drag, _ := s.Metric("drag_" + tokens.ItemNames[item])
		d.Items = append(d.Items, plots.CostItem{Name: names[item], Drag: drag.Estimate})
	}
	if total, ok := s.Metric("cost_drag"); ok {
		d.Total = &total.Estimate
	}
	return plots.CostDrag(d)
}

// bandFigure sweeps a band token's half-width around its own, to the edge and
// to the target, over the first paths; nil for a token without a band.
func bandFigure(ctx context.Context, p *plan, workers, token int) (*plots.Figure, error) {
	spec := p.spec.Alone(token)
	if spec.Tokens[0].Policy.Kind != "band" {
		return nil, nil
	}
	spec.Paths = min(spec.Paths, sensitivityPaths)
	policy := spec.Tokens[0].Policy.Values
	target := math.Abs(spec.Tokens[0].Values["target"])
	width := (policy["high"] - policy["low"]) / 2
	widest := 2.5 * width
	if spec.Tokens[0].Values["target"] > 0 {
		widest = min(widest, 0.9*(target-1))
	} else {
		widest = min(widest, 0.9*target)
	}
	if !(width > 0) || !(widest > width/2) {
		return nil, nil
	}
	var values []float64
	for i := range 8 {
		values = append(values, width/3+(widest-width/3)*float64(i)/7)
	}
	data := sensitivityData(p, spec.Tokens[0].Name, spec.Paths, study.HalfWidth)
	data.Marked = []plots.Reference{{Name: "Its own band", At: width}}
	for _, to := range []struct {
		name string
		to   tokens.Destination
	}{{"To the edge", tokens.Edge}, {"To the target", tokens.Target}} {
		s, err := spec.With("to", float64(to.to))
		if err != nil {
			return nil, err
		}
		sweep, err := study.NewSweep(s, []study.Axis{{Param: study.HalfWidth, Values: values}}, 0)
		if err != nil {
			return nil, err
		}
		_, cells, err := sweep.Collect(ctx, study.Options{Workers: workers}, sweptColumns())
		if err != nil {
			return nil, err
		}
		addSeries(&data, to.name, values, cells, 0)
	}
	return sensitivityFigure(data)
}

// sensitivityData is a sensitivity figure without its series.
func sensitivityData(p *plan, name string, paths int, over param.Param) plots.SensitivityData {
	return plots.SensitivityData{
		Title:   fmt.Sprintf("%s: sensitivity to %s", name, over.Name),
		Caption: caption(p, paths) + " All points on the same paths.",
		XLabel:  axisLabel(over), XScale: scale(over.Unit),
		Metrics: panelsOf(figureMetrics),
	}
}

// panelOf is how a metric is drawn.
func panelOf(m analytics.Metric) plots.Metric {
	return plots.Metric{Label: m.Label, Scale: m.Unit.Scale(), Log: m.LogAxis}
}

func panelsOf(metrics []string) (list []plots.Metric) {
	for _, m := range metrics {
		list = append(list, panelOf(analytics.MustLookup(m)))
	}
	return list
}

// figureMetrics are the sweep metrics drawn, in the order of the panels.
var figureMetrics = []string{"trade_drag", "tracking_vs_ideal", "max_drawdown", "rebalances_per_year"}

func addSeries(d *plots.SensitivityData, name string, values []float64, cells []study.Cell, token int) {
	for i, metric := range figureMetrics {
		s := plots.Series{Name: name}
		for k, c := range cells {
			if y := caseOf(c.Spec, token, &c.Ensembles[token], aversion).Estimate(analytics.MustLookup(metric)); y.N > 0 {
				s.X, s.Y = append(s.X, values[k]), append(s.Y, drawable(y))
			}
		}
		if len(s.X) > 0 {
			d.Metrics[i].Series = append(d.Metrics[i].Series, s)
		}
	}
}

// sensitivityFigure draws the metrics that have a value somewhere.
func sensitivityFigure(d plots.SensitivityData) (*plots.Figure, error) {
	d.Metrics = slices.DeleteFunc(d.Metrics, func(m plots.Metric) bool { return len(m.Series)+len(m.Exact) == 0 })
	return plots.Sensitivity(d)
}

func axisLabel(p param.Param) string {
	label := map[string]string{"half-width": "Half-width of the band (leverage)", "sigma": "Volatility (% per √year)"}[p.Name]
	if label != "" {
		return label
	}
	unit := string(p.Unit)
	switch p.Unit {
	case param.Fraction:
		unit = "%"
	case param.Rate:
		unit = "% a year"
	case param.Time:
		unit = "seconds"
	}
	return p.Name + " (" + unit + ")"
}

func scale(u param.Unit) plots.Scale {
	if u == param.Fraction || u == param.Rate || u == param.Sigma {
		return plots.Percent
	}
	return plots.Number
}
