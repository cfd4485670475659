package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/fmath"
	"mcrisk/plots"
	"mcrisk/study"
)

// Figures of where a token's growth came from, and of how it answers to its band.

// costNames are the items of the ledger that the figure of costs does not write as they are named.
var costNames = map[string]string{
	"impact": "Price impact", "liquidation_penalty": "Liquidation", "flow_fee": "Fees of others",
}

func drawCosts(s tokenSource) (*plots.Figure, error) {
	d := plots.CostDragData{Title: s.title("what costs take a year"), Caption: s.caption(),
		Label: "Cost drag (" + analytics.LogPerYear.Axis() + ")", Scale: analytics.LogPerYear.Scale()}
	items, total := s.Costs()
	for _, item := range items {
		d.Items = append(d.Items, plots.CostItem{
			Name: cmp.Or(costNames[item.Name], causeName(item.Name)), Drag: item.Drag})
	}
	d.Total = &total
	return plots.CostDrag(d)
}

// causeNames are the causes, and their kinds, that figures do not write as they are
// named.
var causeNames = map[string]string{"underlying": "Underlying, T times", "carry": "Interest, funding and fees"}

// causeName is a cause as figures write it.
func causeName(name string) string {
	if n, ok := causeNames[name]; ok {
		return n
	}
	n := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(n[:1]) + n[1:]
}

func drawWaterfall(s tokenSource) (*plots.Figure, error) {
	a := s.Causes()
	d := plots.WaterfallData{Title: s.title("where the growth came from"), Caption: s.caption(),
		Label: "Mean of ln NAV over the horizon (log units)", Total: a.Total.Over}
	if a.Ruined > 0 {
		d.Caption += fmt.Sprintf(" Over survivors; %s ruined.", Thousands(a.Ruined))
	}
	for _, c := range a.Causes {
		d.Causes = append(d.Causes, plots.WaterfallStep{Name: causeName(c.Name), Value: c.Over})
	}
	return plots.Waterfall(d)
}

// stackBy draws causes within fifths of the paths.
func stackBy(by assess.Grouping) func(tokenSource) (*plots.Figure, error) {
	return func(s tokenSource) (*plots.Figure, error) {
		c := s.CausesBy(by)
		d := plots.StackData{Title: s.title("where the growth came from, by " + by.Name), Caption: s.caption(),
			Label:      "Mean of ln NAV over the horizon, over survivors (log units)",
			GroupLabel: "Fifth of the paths by " + by.Name + " of the underlying" + inBrackets(by.Unit)}
		decimals := rangeDecimals(c.Groups)
		for _, g := range c.Groups {
			d.Groups = append(d.Groups, Fixed(g.Lo, decimals)+" to "+Fixed(g.Hi, decimals))
			d.Totals = append(d.Totals, g.Total.Over)
		}
		if c.Empty > 0 {
			d.Caption += fmt.Sprintf(" Left out: %d of %d groups, in which no path survived.",
				c.Empty, c.Empty+len(c.Groups))
		}
		for _, k := range c.Causes {
			d.Causes = append(d.Causes, plots.StackCause{Name: causeName(k.Kind), Values: k.Values})
		}
		return plots.Stack(d)
	}
}

// bandSweep is the figure of a token's sensitivity to its band, of which a path
// survived unless b is nil.
func bandSweep(v *assess.View, b *assess.BandSweep) Figure {
	const name = "sensitivity"
	return Figure{Name: name, Draw: func() (*plots.Figure, error) {
		if b == nil {
			return nil, noSurvivor(v, name)
		}
		return drawBandSweep(v, b)
	}}
}

// drawBandSweep draws metrics against the half-width of a token's band; nil where
// none has a value.
func drawBandSweep(v *assess.View, b *assess.BandSweep) (*plots.Figure, error) {
	d := plots.SensitivityData{
		Title: fmt.Sprintf("%s: sensitivity to %s", v.Name(), study.HalfWidth.Name),
		Caption: Caption(v.Study, b.Paths) + " All points on the same paths. " +
			TokenCaption(v.Study, v.Token, study.HalfWidth.Name, "low", "high", "to"),
		XLabel: axisLabel(study.HalfWidth), XScale: scaleOf(study.HalfWidth.Unit),
		Marked:  []plots.Reference{{Name: "Baseline", At: b.Baseline}},
		Metrics: panelsOf(assess.SensitivityMetrics),
	}
	for i, metric := range assess.SensitivityMetrics {
		for _, l := range b.Lines {
			s := plots.Series{Name: "To the " + l.To}
			for k, e := range l.Estimates[metric] {
				if e.N > 0 {
					s.X, s.Y = append(s.X, b.Widths[k]), append(s.Y, drawable(e))
				}
			}
			if len(s.X) > 0 {
				d.Metrics[i].Series = append(d.Metrics[i].Series, s)
			}
		}
	}
	return sensitivity(d)
}

// PathFigure is one path of a study's token as time passes: price, leverage and its
// band, value and events.
func PathFigure(s *study.Study, t assess.PathTimeline) Figure {
	return Figure{Name: "path", Draw: func() (*plots.Figure, error) {
		d := plots.PathTimelineData{
			Title:   fmt.Sprintf("%s: path %d", t.Token, t.Path),
			Caption: "One of " + withoutIntervals(Caption(s, s.Spec().Paths)) + " " + TokenCaption(s, t.Number),
			Times:   t.Years, Price: t.Price, Leverage: t.Leverage, NAV: t.NAV, AUM: t.AUM,
			Target: t.Target, Low: t.BandLow, High: t.BandHigh,
		}
		for _, e := range t.Events {
			d.Events = append(d.Events, plots.PathTimelineEvent{At: e.Years, Name: e.Name})
		}
		return plots.PathTimeline(d)
	}}
}

// rangeDecimals are the decimals that tell the ends of each group from each other: three
// digits of the largest, or more.
func rangeDecimals(groups []analytics.Group) int {
	largest := 0.0
	for _, g := range groups {
		largest = max(largest, math.Abs(g.Lo), math.Abs(g.Hi))
	}
	if !(largest > 0) {
		return 0
	}
	decimals := max(0, 2-fmath.Exponent10(largest))
	for decimals < 9 && slices.ContainsFunc(groups, func(g analytics.Group) bool {
		return g.Lo < g.Hi && Fixed(g.Lo, decimals) == Fixed(g.Hi, decimals)
	}) {
		decimals++
	}
	return decimals
}
