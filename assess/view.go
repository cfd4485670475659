package assess

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A View has the data of one token's figures, from a simulation or a stored run:
// lifetimes, estimates over time, and what is derived from them. Results are computed at
// their first use and kept, so use a View from one goroutine at a time.
type View struct {
	Study      *study.Study
	Token      int // in the study
	Ensemble   *tokens.Ensemble
	Horizons   []analytics.HorizonRow   // estimates at the study's marks, time by time
	Histograms []analytics.HistogramRow // counts at the study's marks, time by time
	Plain      bool                     // estimates are not corrected by what is known of the prices

	lifetimes *analytics.Case
	summary   *analytics.Summary
	causes    *analytics.Attribution
}

// View is one of the simulation's tokens.
func (r *Simulation) View(token int) *View {
	if r.views == nil {
		r.views = make([]*View, len(r.Ensembles))
	}
	if r.views[token] == nil {
		r.views[token] = &View{
			Study: r.Study, Token: token, Ensemble: &r.Ensembles[token], Plain: r.Plain,
			Horizons:   horizonRows(r.Horizons[token], &r.Ensembles[token]),
			Histograms: r.Horizons[token].HistogramRows(),
			summary:    &r.Summaries[token], causes: &r.Causes[token],
		}
	}
	return r.views[token]
}

// horizonRows are the estimates over time. Those at the end that the lifetimes know in
// full are theirs, so that they are what a summary says.
func horizonRows(h *analytics.Horizons, e *tokens.Ensemble) []analytics.HorizonRow {
	rows := h.Rows(Confidence)
	if len(h.Times) == 0 || e.N <= analytics.KeptAtMarks {
		return rows
	}
	for _, x := range []struct{ rows, column, doc string }{
		{"nav_p", "nav", "net asset value"}, {"underlying_p", "underlying", "price of the underlying"},
	} {
		var levels []float64
		var at []int
		for i, r := range rows {
			if percent, ok := strings.CutPrefix(r.Name, x.rows); ok && r.Years == h.Times[len(h.Times)-1] {
				level, _ := strconv.ParseFloat(percent, 64)
				levels, at = append(levels, level/100), append(at, i)
			}
		}
		for k, q := range analytics.Quantiles(analytics.Sample{X: e.Column(x.column)}, levels, Confidence) {
			rows[at[k]].Estimate = q
			rows[at[k]].Doc = fmt.Sprintf("%.0f %% quantile of %s", 100*levels[k], x.doc)
		}
	}
	return rows
}

// Name is the token's.
func (v *View) Name() string { return v.Ensemble.Token.Name }

// Survived reports whether any path did. Where none did there are no logs of net
// asset value.
func (v *View) Survived() bool {
	return slices.ContainsFunc(v.Ensemble.Column("nav"), func(nav float64) bool { return nav > 0 })
}

// Case is the [Case] of the token.
func (v *View) Case() *analytics.Case {
	if v.lifetimes == nil {
		v.lifetimes = Case(v.Study, v.Token, v.Ensemble, v.Plain)
	}
	return v.lifetimes
}

// Summary is every registered metric of the token.
func (v *View) Summary() *analytics.Summary {
	if v.summary == nil {
		s := analytics.Summarise(v.Case())
		v.summary = &s
	}
	return v.summary
}

// Causes decompose E[ln NAV] over the horizon, over survivors.
func (v *View) Causes() analytics.Attribution {
	if v.causes == nil {
		a := analytics.AttributeLog(v.Case())
		v.causes = &a
	}
	return *v.causes
}

// A TimeSeries is one estimate at every mark of a study.
type TimeSeries struct {
	Years     []float64 // since the start, increasing
	Estimates []analytics.Estimate
}

// OverTime is an estimate over time, by its name among [analytics.Horizons.Rows],
// such as nav_p05 or p_lost_50; it is empty for an unknown name.
func (v *View) OverTime(name string) (t TimeSeries) {
	for _, r := range v.Horizons {
		if r.Name == name {
			t.Years, t.Estimates = append(t.Years, r.Years), append(t.Estimates, r.Estimate)
		}
	}
	return t
}

// Values are the estimates without their intervals.
func (t TimeSeries) Values() []float64 {
	values := make([]float64, len(t.Estimates))
	for i, e := range t.Estimates {
		values[i] = e.Value
	}
	return values
}

// Band is the edges of the token's band, magnitudes; not ok if it has no fixed band.
func (v *View) Band() (low, high float64, ok bool) {
	b, ok := v.Ensemble.Token.Policy.(tokens.Band)
	return b.Low, b.High, ok
}

// A CostItem is the yearly cost of one item of the ledger, as a fraction of equity;
// negative if it earns.
type CostItem struct {
	Name string // of the item, such as trade_fee
	Drag analytics.Estimate
}

// Costs are the yearly costs by item of the ledger, and their total.
func (v *View) Costs() (items []CostItem, total analytics.Estimate) {
	s := v.Summary()
	for _, item := range analytics.CostItemsOf(v.Ensemble) {
		name := tokens.ItemNames[item]
		drag, _ := s.Metric("drag_" + name)
		items = append(items, CostItem{name, drag.Estimate})
	}
	all, _ := s.Metric("cost_drag")
	return items, all.Estimate
}

// A DepthShare is the share of paths with a drawdown of at least Depth.
type DepthShare struct {
	Depth float64 // fraction of the peak
	Share analytics.Estimate
}

// DepthShares are the shares of paths that fall by some depths, from a column of drawdowns, max_drawdown or
// underlying_max_drawdown, at a quarter, a half and three quarters.
func (v *View) DepthShares(column string) (shares []DepthShare) {
	depths := v.Case().Sample(v.Ensemble.Column(column))
	for _, least := range []float64{0.25, 0.5, 0.75} {
		reached := func(depth float64) bool { return depth >= least }
		shares = append(shares, DepthShare{least, analytics.Share(depths, reached, Confidence)})
	}
	return shares
}
