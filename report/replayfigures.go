package report

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/tokens"
)

// replayFigures are two of each token at the first latency: its path with events, and its value beside
// the underlying and what traded.
func replayFigures(r *assess.Replay) (list []Block) {
	firsts := r.Firsts()
	for _, l := range firsts {
		suffix := ""
		if len(firsts) > 1 {
			suffix = "-" + l.Token
		}
		list = append(list,
			Figure{Name: "path" + suffix, Draw: func() (*plots.Figure, error) { return drawReplay(r, l) }},
			Figure{Name: "value" + suffix, Draw: func() (*plots.Figure, error) { return drawAgainst(r, l) }})
	}
	return list
}

// replayCaption says what was replayed.
func replayCaption(r *assess.Replay, l *assess.ReplayedLife) string {
	seen := "with the extremes of bars"
	if r.Closes {
		seen = "at closes only"
	}
	return fmt.Sprintf("%s in bars of %s, %s to %s UTC, %s. %s, keeper's latency %s.",
		filepath.Base(r.History.Name), param.FormatSeconds(r.History.Step.Seconds()), Minute(r.From()), Minute(r.To()),
		seen,
		strings.TrimSuffix(TokenCaption(r.Study, l.Number, "latency"), "."), param.FormatSeconds(l.Latency.Seconds()))
}

// replayEvents are the events that a figure of a replay marks.
var replayEvents = []string{"rebalance", "edge", "roll", "open", "no trade", "liquidation", "deleveraged", "closed",
	"wipe-out"}

func drawReplay(r *assess.Replay, l *assess.ReplayedLife) (*plots.Figure, error) {
	d := plots.PathTimelineData{Title: l.Token + ": replay of " + filepath.Base(r.History.Name),
		Caption: replayCaption(r, l), Start: r.From(), Price: r.Prices, NAV: l.AppendNAVs(nil), Low: math.NaN(),
		High: math.NaN()}
	token := r.Study.Dated(l.Number).At(r.From())
	d.Target = math.Abs(token.Target)
	if b, ok := token.Policy.(tokens.Band); ok {
		d.Low, d.High = b.Low, b.High
	}
	d.HealthLabel, d.Liquidated = healthAxis(token.Mechanism.Terms(token))
	_, protected := token.Mechanism.(tokens.Option)
	if protected {
		d.HealthLabel, d.Liquidated, d.Strike = "Health factor of the hedge", 1, []float64{1}
	}
	d.Times, d.Leverage, d.Health = []float64{0}, []float64{d.Target}, []float64{math.NaN()}
	for i, m := range l.Track.Marks {
		d.Times = append(d.Times, float64(i+1)*r.History.StepYears())
		leverage := math.Abs(m.Leverage)
		if leverage == 0 {
			leverage = math.NaN()
		}
		d.Leverage, d.Health = append(d.Leverage, leverage), append(d.Health, m.Health)
		if strike := m.Strike; protected {
			if strike == 0 { // the token has ended
				strike = math.NaN()
			}
			d.Strike = append(d.Strike, strike)
		}
	}
	for e := range l.Events.All() {
		for _, name := range replayEvents {
			if e.Name == name {
				d.Events = append(d.Events, plots.PathTimelineEvent{At: e.Time.Hours() / 8760, Name: name})
			}
		}
	}
	return plots.PathTimeline(d)
}

// healthAxis says what the health of a token is at a venue, and at which the venue liquidates; NaN: it
// does not.
func healthAxis(t tokens.Terms) (label string, liquidated float64) {
	switch {
	case t.Lender:
		return "Health factor", 1
	case len(t.Margins) == 0:
		return "Margin (of the exposure)", math.NaN()
	case t.EntrySize:
		return "Margin (of the size at entry)", t.Margins[0].Entry
	}
	return "Margin (of the exposure)", math.Abs(1 - t.Margins[0].Exposure)
}

// drawAgainst draws values at the times that the token and what traded have in common, or all times
// without one.
func drawAgainst(r *assess.Replay, l *assess.ReplayedLife) (*plots.Figure, error) {
	d := plots.AgainstData{Title: l.Token + ": net asset value", Caption: replayCaption(r, l), Start: r.From(),
		Token: plots.AgainstLine{Name: l.Token}, Underlying: plots.AgainstLine{Name: "Underlying"}}
	for _, w := range assess.StressWindows {
		d.Marks = append(d.Marks, plots.DateMark{At: w.CrisisBegan, Name: w.Name})
	}
	navs := l.AppendNAVs(nil)
	add := func(i int) {
		d.Times = append(d.Times, float64(i)*r.History.StepYears())
		d.Token.Values = append(d.Token.Values, navs[i])
		d.Underlying.Values = append(d.Underlying.Values, r.Prices[i])
	}
	if r.Traded == nil {
		for i := range r.Prices {
			add(i)
		}
		return plots.Against(d)
	}
	d.Traded = &plots.AgainstLine{Name: "Traded"}
	n := 0
	for _, b := range r.History.Bars { // only at ends of bars is the price known
		at := b.Start.Add(r.History.Step)
		for n < len(r.Traded.Bars) && r.Traded.Bars[n].Start.Add(r.Traded.Step).Before(at) {
			n++
		}
		if n < len(r.Traded.Bars) && r.Traded.Bars[n].Start.Add(r.Traded.Step).Equal(at) {
			add(int(at.Sub(r.From()) / r.History.Step))
			d.Traded.Values = append(d.Traded.Values, r.Traded.Bars[n].Close)
		}
	}
	return plots.Against(d)
}
