package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// What a terminal shows first: the answer in sentences, and a table of at most a dozen rows. It fits a screen of
// 25 lines of 80 columns.

// briefRows is the largest number of rows of a brief's tables together.
const briefRows = 12

// inFull ends a brief.
var inFull = Text("Everything: --full, or report.html of the run.")

// first is a table with at most n rows, and says how many it leaves out.
func (t Table) first(n int) Table {
	if more := len(t.Rows) - n; more > 0 {
		t.Rows = t.Rows[:n]
		t.Title = strings.TrimSpace(strings.TrimSuffix(t.Title, ":") + fmt.Sprintf(" (%d more with --full)", more))
	}
	return t
}

// modelLimits say what paths of a model can and cannot make, by its kind.
var modelLimits = map[string]string{
	"gbm":    "gbm has one volatility and no jumps: its crashes, and so liquidations, are too rare",
	"merton": "jumps of merton come one by one, without calm and wild months: liquidations are too rare",
	"kou":    "jumps of kou come one by one, without calm and wild months: liquidations are too rare",
	"heston": "heston has no crash within an hour: liquidations are too rare",
	"bates":  "bates has wild months and single jumps; its eight numbers are poorly known",
	"garch":  "garch makes half of the liquidations that happened to BTC, ETH and SOL, and too many trades",
	"gjr":    "gjr makes half of the liquidations that happened to BTC, ETH and SOL, and too many trades",
	"component": "component makes two fifths of the liquidations that happened to BTC, ETH and SOL, and too many " +
		"trades",
	"mcgarch":   "mcgarch makes three fifths of the liquidations that happened to BTC, ETH and SOL",
	"regimes":   "regimes has calm and wild times and no gaps: liquidations are too rare",
	"bootstrap": "bootstrap repeats the history it draws from: what it has not seen does not happen",
	"fhs":       "fhs makes crashes of the shocks that its history has: larger ones only in wild times",
}

// simulationBrief is the verdict on each token, and its headline; of several tokens a row of each.
func simulationBrief(r *assess.Simulation, model Model) []Block {
	spec := r.Study.Spec()
	about := fmt.Sprintf("%s of %s, price model %s, seed %d", Count(spec.Paths, "lifetime"),
		Duration(spec.Horizon.Seconds()), spec.Model.Kind, spec.Seed)
	if len(r.Summaries) > 1 {
		return append([]Block{Text(namesOf(r.Summaries) + ": " + about)}, severalBrief(r), inFull)
	}
	return []Block{Text(r.Summaries[0].Token + ": " + about), Text(verdict(r)), headlineBrief(r, model), inFull}
}

// verdict says in sentences what holders end with, what took the rest, and how often the venue liquidates.
func verdict(r *assess.Simulation) string {
	held := assess.Hold(&r.Ensembles[0])
	paid, unit := 100.0, "100 USD"
	if invest := r.Study.Token(0).Holder.Invest; invest > 0 {
		paid, unit = invest, amount(invest)+" USD"
	}
	usd := func(e analytics.Estimate) string { return dollars(e.Scaled(paid)) }
	profit, _ := PercentProbability(held.Profit)
	half, _ := PercentProbability(held.LoseHalf)
	text := fmt.Sprintf("Of %s half of the holders keep less than %s, and nine in ten keep %s to %s. %s %% make a "+
		"profit, %s %% lose more than half.", unit, usd(held.At(0.5)), usd(held.At(0.05)), usd(held.At(0.95)), profit,
		half)
	if took := whatTook(r.Causes[0]); took != "" {
		text += " " + took
	}
	p, ok := r.Summaries[0].Metric("p_liquidation")
	if ok {
		percent, interval := PercentProbability(p.Estimate)
		text += fmt.Sprintf(" The venue liquidates in %s %% of lifetimes%s", percent, interval)
		if limit, ok := modelLimits[r.Study.Spec().Model.Kind]; ok { // a program may register more
			text += "; " + limit
		}
		text += "."
	}
	return text
}

// whatTook is the mean of ln NAV by kinds of causes; empty where no path survived.
func whatTook(a analytics.Attribution) string {
	if a.Total.Over.N == 0 || math.IsNaN(a.Total.Over.Value) {
		return ""
	}
	sums := map[string]float64{}
	for _, c := range a.Causes {
		sums[assess.CauseKind(c.Name)] += c.Over.Value
	}
	var words []string
	for _, k := range []struct{ kind, name string }{
		{"underlying", "the price"}, {"volatility_decay", "volatility decay"}, {"band_effect", "the band"},
		{"carry", "interest, funding and fees"}, {"trading", "trading"}, {"liquidation", "liquidations"},
	} {
		if v := sums[k.kind]; math.Abs(v) >= 0.005 {
			words = append(words, fmt.Sprintf("%s %s", k.name, TrueMinus(fmt.Sprintf("%+.2f", v))))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("Mean ln NAV %s: %s.", Value(a.Total.Over), strings.Join(words, ", "))
}

// briefMetrics are those of a simulation's first screen.
var briefMetrics = []string{"median_nav", "p_profit", "p_loss_50", "p_beats_underlying", "log_growth", "decay_vs_power",
	"cost_drag", "trade_drag", "max_drawdown", "rebalances_per_year", "p_liquidation"}

func headlineBrief(r *assess.Simulation, model Model) Table {
	t := Table{PeopleOnly: true, Columns: []Column{{Name: "metric"},
		{Name: "estimate", Interval: intervalTitle}, {Name: "unit"}}}
	var textbook map[string]float64
	if len(r.Textbooks) > 0 {
		textbook = r.Textbooks[0].Metrics
		t.Columns = append(t.Columns, Column{Name: r.Textbooks[0].Model})
	}
	for _, name := range briefMetrics {
		m, ok := r.Summaries[0].Metric(name)
		if !ok {
			continue
		}
		row := []any{name, m.Estimate, unitText(m.Unit)}
		if len(r.Textbooks) > 0 {
			var cell any
			if v, ok := textbook[name]; ok {
				cell = v
			}
			row = append(row, cell)
		}
		t.Add(row...)
	}
	return t
}

// severalBrief has a row for each token.
func severalBrief(r *assess.Simulation) Table {
	t := Table{PeopleOnly: true, Title: "What is left of 1 that was invested, and how often:",
		Columns: []Column{{Name: "token"}, {Name: "median"}, {Name: "5 %"}, {Name: "95 %"},
			{Name: "profit", Percent: true}, {Name: "half lost", Title: "half\nlost", Percent: true},
			{Name: "liquidated", Percent: true}},
	}
	for i := range r.Ensembles {
		held := assess.Hold(&r.Ensembles[i])
		chance := func(e analytics.Estimate) Shown {
			text, _ := PercentProbability(e)
			return Shown{e.Value, text, ""}
		}
		value := func(e analytics.Estimate) Shown { return Shown{e.Value, Value(e), ""} }
		var liquidated any
		if p, ok := r.Summaries[i].Metric("p_liquidation"); ok {
			liquidated = chance(p.Estimate)
		}
		t.Add(r.Summaries[i].Token, value(held.At(0.5)), value(held.At(0.05)), value(held.At(0.95)),
			chance(held.Profit), chance(held.LoseHalf), liquidated)
	}
	return t.first(briefRows)
}

// sweepBrief says for each objective which setting is best, what changing to it gains, and how sure that is.
func (v view) sweepBrief(r *assess.SweepAnalysis) []Block {
	spec := v.Sweep.Study.Spec()
	blocks := []Block{Text(fmt.Sprintf("%s: %s of %s, %s each, price model %s, seed %d", strings.Join(v.tokens, ", "),
		Count(r.Sweep.Cells(), "cell"), strings.Join(v.swept(), ", "), Count(spec.Paths, "lifetime"), spec.Model.Kind,
		spec.Seed))}
	number := Column{Name: "improvement", Interval: intervalTitle}
	if v.scenarios { // the token as it is given is in none of them
		number.Title = "value"
	}
	t := v.table(1, Column{Name: "objective"}, Column{Name: "best"}, number,
		Column{Name: "set", Title: "not worse", Wrap: true})
	for i := range r.Slices {
		s := &r.Slices[i]
		for k := range s.Best {
			if len(r.Slices) > 1 && s.Best[k].Objective != v.main() {
				continue
			}
			v.addBest(&t, r, s, k)
		}
	}
	if text := v.sweepVerdict(r); text != "" && !v.scenarios {
		blocks = append(blocks, Text(text))
	}
	return append(blocks, t.first(briefRows), inFull)
}

// main is the objective that a sweep is about, where only one can be shown.
func (v view) main() string {
	if v.Settings.Optimise != "" {
		return v.Settings.Optimise
	}
	return "tracking_cost"
}

// addBest adds the best setting of a slice for an objective, and what changing gains.
func (v view) addBest(t *Table, r *assess.SweepAnalysis, s *assess.Slice, k int) {
	b := &s.Best[k]
	if b.None() {
		v.add(t, s.Token, s.Scenario, b.Objective, "none", nil, missing)
		return
	}
	number := v.gain(r, s, b)
	if v.scenarios {
		number = b.Estimate
	}
	v.add(t, s.Token, s.Scenario, b.Objective, v.Setting(s.Cells[b.Index]), number, v.set(s.Cells, b.Indistinguishable))
}

// gain is what the best setting adds to the objective of the token as it is given, positive where it is better; nil
// where the cells are not kept.
func (v view) gain(r *assess.SweepAnalysis, s *assess.Slice, b *assess.Best) any {
	x, ok := r.EstimatesOf(s.Cells[b.Index], s.Token)
	if !ok {
		return nil
	}
	d := x.Metrics[r.MetricNumber(b.Objective)].Versus
	if analytics.MustLookup(b.Objective).Sense == analytics.Lower {
		d.Value, d.Lo, d.Hi = 0-d.Value, 0-d.Hi, 0-d.Lo // no −0
	}
	return d
}

const improvements = "Improvements are differences from the token as it is given, on the same paths, positive where " +
	"it is better."

// sweepVerdict says it in a sentence for the main objective of the first slice.
func (v view) sweepVerdict(r *assess.SweepAnalysis) string {
	s := &r.Slices[0]
	b := s.BestFor(v.main())
	if b == nil || b.None() {
		return ""
	}
	d, ok := v.gain(r, s, b).(analytics.Estimate)
	if !ok {
		return ""
	}
	token := ""
	if len(r.Slices) > 1 {
		token = " (" + v.tokens[s.Token] + ")"
	}
	sure := "which is significant"
	switch {
	case d.SE == 0 && d.Value == 0:
		return fmt.Sprintf("By %s%s the best %s is %s, as the token has it. %s", b.Objective, token, v.selected(),
			v.Setting(s.Cells[b.Index]), improvements)
	case d.Lo <= 0:
		sure = "which is not significant"
	}
	return fmt.Sprintf("By %s%s the best %s is %s: changing to it improves it by %s (%s), %s. %s", b.Objective, token,
		v.selected(), v.Setting(s.Cells[b.Index]), Value(d), Range(d), sure, improvements)
}

// comparisonBrief is the range of outcomes, and differences from the first token.
func comparisonBrief(r *assess.Comparison) []Block {
	spec := r.Study.Spec()
	t := Table{PeopleOnly: true,
		Title: "Difference from " + spec.Tokens[0].Name + " a year (log points), on the same paths:",
		Columns: []Column{{Name: "token"}, {Name: "growth", Interval: intervalTitle},
			{Name: "cost drag", Interval: intervalTitle}}}
	find := func(name string) *assess.MetricComparison {
		i := slices.IndexFunc(r.Metrics, func(m assess.MetricComparison) bool { return m.Name == name })
		return &r.Metrics[i]
	}
	growth, drag := find("log_growth"), find("cost_drag")
	for i := 1; i < len(spec.Tokens); i++ {
		t.Add(spec.Tokens[i].Name, growth.Tokens[i].Versus, drag.Tokens[i].Versus)
	}
	const most, differences = 7, 4
	return []Block{Text(fmt.Sprintf("%s of %s, price model %s, seed %d", Count(spec.Paths, "lifetime"),
		Duration(spec.Horizon.Seconds()), spec.Model.Kind, spec.Seed)), outcomesTable(r).first(most),
		t.first(differences), inFull}
}

// exactBrief is what half and nine tenths of lifetimes end with, and the first metrics.
func exactBrief(r *assess.Exact, spec study.Spec) []Block {
	text := fmt.Sprintf("%s for %s, price model %s, without sampling.", r.Token, Duration(spec.Horizon.Seconds()),
		spec.Model.Kind)
	at := map[float64]float64{}
	for _, q := range r.Quantiles {
		at[q.P] = q.Value
	}
	if len(at) > 0 {
		text += fmt.Sprintf(" Half of the lifetimes end with less than %s of what they began with, and nine in ten "+
			"with %s to %s.", Short3(at[0.5]), Short3(at[0.05]), Short3(at[0.95]))
	}
	t := Table{PeopleOnly: true, Columns: []Column{{Name: "metric"}, {Name: "value", Align: Left,
		Format: func(v float64) string { return Digits(v, 10) }}, {Name: "error below", Align: Left,
		Format: func(v float64) string { return Digits(v, 2) }}, {Name: "unit"}}}
	for _, name := range []string{"nav", "median_nav", "log_growth", "p_loss_50", "p_loss_90", "es_95",
		"rebalances_per_year", "turnover_per_year", "trade_drag", "decay_vs_power", "decay_vs_linear",
		"p_liquidation"} {
		if i := slices.IndexFunc(r.Metrics, func(m assess.ExactMetric) bool { return m.Name == name }); i >= 0 {
			m := r.Metrics[i]
			t.Add(m.Name, m.Value, m.Bound, unitText(m.Unit))
		}
	}
	return []Block{Text(text), t}
}

// replayBrief is what the history made of each token, by latency.
func replayBrief(r *assess.Replay) []Block {
	h := r.History
	text := fmt.Sprintf("%s, %s to %s: the underlying made %s of 1.", h.Name, Minute(r.From()), Minute(r.To()),
		Short3(r.Held.NAV))
	for i, l := range r.Firsts() {
		if i == 2 {
			break
		}
		text += fmt.Sprintf(" %s made %s, with a deepest fall of %s %% and %s.", l.Token, Short3(l.NAV),
			Short3(100*l.Drawdown.Depth), Count(int(l.Liquidations), "liquidation"))
	}
	t := Table{PeopleOnly: true, Keys: 2, Columns: []Column{{Name: "token"}, {Name: "latency"},
		{Name: "final NAV", Title: "final\nNAV"}, {Name: "lowest NAV", Title: "lowest\nNAV"},
		{Name: "deepest fall", Title: "deepest\nfall", Percent: true}, {Name: "trades"},
		{Name: "greatest leverage", Title: "greatest\nleverage"}, {Name: "liquidations", Title: "liqui-\ndations"}}}
	rows(r, func(token string, latency time.Duration, l *assess.ReplayedLife) {
		var late any
		if l != &r.Held {
			late = latency
		}
		t.Add(token, late, l.NAV, l.MinNAV, l.Drawdown.Depth, l.Rebalances, l.MaxLeverage, l.Liquidations)
	})
	return []Block{Text(text), t.first(briefRows), inFull}
}

// liquidationBrief is the map without intervals.
func liquidationBrief(r *assess.LiquidationMap, horizon string) []Block {
	widest := 0.0
	t := Table{PeopleOnly: true, Keys: 2, Columns: []Column{{Name: "token"}, {Name: "latency", Align: Right}},
		Title: "Chance of at least one liquidation within " + horizon + " (%), by the size of a jump against the " +
			"token:"}
	for _, v := range r.Jumps {
		t.Columns = append(t.Columns, Column{Name: Short(100*v) + " %", Align: Right})
	}
	for _, x := range r.Tokens {
		for l, latency := range r.Latencies {
			row := []any{x.Name(), param.FormatSeconds(latency)}
			for _, e := range x.Cells[l] {
				text, _ := PercentProbability(e)
				row = append(row, Shown{e.Value, text, ""})
				widest = max(widest, e.Hi-e.Lo)
			}
			t.Add(row...)
		}
	}
	about := fmt.Sprintf("%s in every cell on the same random numbers; one jump is expected a year. %g %% intervals "+
		"are at most %s points wide either way.", Count(r.Tokens[0].Study.Spec().Paths, "path"), 100*assess.Confidence,
		Short3(50*widest))
	return []Block{t.first(briefRows), Text(about), inFull}
}
