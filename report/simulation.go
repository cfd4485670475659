package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// Simulation is what lifetimes of a study's tokens came to: for people the metrics
// and where the growth came from, for files every estimate, also over time.
func Simulation(r *assess.Simulation, p Provenance) Document {
	spec := r.Study.Spec()
	d := Document{Title: "Simulation of " + namesOf(r.Summaries),
		Data:  summaryJSON(r.Hash, besideOf(r, p.Model), r.Summaries, r.Certain, r.Rates),
		Brief: simulationBrief(r, p.Model)}
	for i := range r.Certain {
		d.Blocks = append(d.Blocks, widening(r, i))
	}
	for i := range r.Summaries {
		s := &r.Summaries[i]
		d.Blocks = append(d.Blocks,
			Text(fmt.Sprintf("%s: %s of %s, price seen every %s (monitoring: grid), seed %d",
				s.Token, Count(spec.Paths, "lifetime"), param.FormatSeconds(spec.Horizon.Seconds()),
				param.FormatSeconds(spec.Step.Seconds()), spec.Seed)), intervalText)
		if r.Down[i] > 0 {
			d.Blocks = append(d.Blocks, Text(fmt.Sprintf("Its keeper is out of service %s %% of the time.",
				Short3(100*r.Down[i]))))
		}
		if len(r.Textbooks) > 0 {
			d.Blocks = append(d.Blocks, headline(s, r.Textbooks[i], p.Model, spec.Tokens[i].Random()))
		}
		d.Blocks = append(d.Blocks, simulationFigures(r, i)...)
		d.Blocks = append(d.Blocks, summaryTables(s)...)
		d.Blocks = append(d.Blocks,
			attributionTable(assess.Attribution{Token: s.Token, Paths: "all paths", Attribution: r.Causes[i]}))
		if spec.Tokens[i].Random() {
			d.Blocks = append(d.Blocks, ratesAlone(r, i)...)
		}
	}
	d.Blocks = append(d.Blocks, summaryData(r.Summaries))
	for i := range r.Ensembles {
		v := r.View(i)
		d.Blocks = append(d.Blocks, horizonsData(r.Study.TableOf("horizons", i), v.Horizons),
			histogramsData(r.Study.TableOf("histograms", i), v.Histograms))
	}
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// headline is that of a token, beside that of a textbook model.
func headline(s *analytics.Summary, textbook assess.Textbook, model Model, random bool) Table {
	title := fmt.Sprintf("Headline, and what %s would have said", textbook.Model)
	if random {
		title += " at constant rates"
	}
	title += ", without sampling"
	if textbook.Missing != "" {
		title += "; " + missing + ": " + textbook.Missing
	}
	t := Table{PeopleOnly: true, Title: title, Columns: []Column{{Name: "metric"},
		{Name: model.Name, Interval: intervalTitle}, {Name: textbook.Model}}}
	for _, name := range assess.Headline {
		m, ok := s.Metric(name)
		if !ok {
			continue
		}
		var cell any // missing
		if v, ok := textbook.Metrics[name]; ok {
			cell = v
		}
		t.Add(name, m.Estimate, cell)
	}
	return t
}

// namesOf are the names of tokens in a title: all of a few, or how many they are.
func namesOf(summaries []analytics.Summary) string {
	const most = 4
	if len(summaries) > most {
		return fmt.Sprintf("%d tokens", len(summaries))
	}
	var names []string
	for _, s := range summaries {
		names = append(names, s.Token)
	}
	return strings.Join(names, ", ")
}

// Summary is a stored run summarised again; stored is its summary.json, which says what else there is to say.
func Summary(s *study.Study, hash string, stored []byte, summaries []analytics.Summary) (Document, error) {
	var b beside
	if err := json.Unmarshal(stored, &b); err != nil {
		return Document{}, fmt.Errorf("report: summary.json: %w", err)
	}
	d := Document{Data: summaryJSON(hash, b, summaries, nil, nil)}
	for i := range summaries {
		d.Blocks = append(d.Blocks, Text(summaries[i].Token+": "+Caption(s, s.Spec().Paths)), intervalText)
		d.Blocks = append(d.Blocks, summaryTables(&summaries[i])...)
	}
	d.Blocks = append(d.Blocks, summaryData(summaries))
	return d, nil
}

// summaryTables are a token's metrics and quantiles for people.
func summaryTables(s *analytics.Summary) []Block {
	t := Table{PeopleOnly: true, Columns: []Column{
		{Name: "metric"}, {Name: "estimate", Interval: intervalTitle},
		{Name: "interval by", Wrap: true}, {Name: "unit", Wrap: true}, {Name: "meaning", Wrap: true},
	}}
	controlled, warned := false, false
	for _, m := range s.Metrics {
		t.Add(m.Name, m.Estimate, how(m.Estimate), unitText(m.Unit), m.Doc)
		controlled = controlled || m.Estimate.VarianceReduction >= 1.5
		warned = warned || m.Estimate.Warning != ""
	}
	blocks := []Block{t}
	if controlled {
		blocks = append(blocks, Note("control n×: corrected by a control variate, an exactly known property of "+
			"the price. "+
			"Without it the same interval needs n times as many paths."))
	}
	if warned {
		blocks = append(blocks, Note("!: the coverage of the interval may be below nominal. "+
			"heavy-tail: a few paths dominate the mean. few-in-tail: only a few paths lie in the tail. "+
			"few-values: too few paths."))
	}
	q := Table{PeopleOnly: true, Title: rangeOfOutcomes(s), Columns: []Column{{Name: "share of paths below"},
		{Name: "final NAV", Interval: intervalTitle}}}
	for _, x := range s.Quantiles {
		q.Add(Short(100*x.P)+" %", x.Estimate)
	}
	return append(blocks, q)
}

// rangeOfOutcomes says between which values the final NAV of most paths lies.
func rangeOfOutcomes(s *analytics.Summary) string {
	title := "Range of outcomes: final NAV"
	at := func(p float64) int {
		return slices.IndexFunc(s.Quantiles, func(q analytics.NAVQuantile) bool { return q.P == p })
	}
	if low, high := at(0.05), at(0.95); low >= 0 && high >= 0 {
		title += fmt.Sprintf(" is %s to %s on 5 to 95 %% of paths", Value(s.Quantiles[low].Estimate),
			Value(s.Quantiles[high].Estimate))
	}
	return title
}

// summaryData are the metrics of tokens in full.
func summaryData(summaries []analytics.Summary) Table {
	t := Table{Name: "summary", DataOnly: true, Columns: []Column{
		{Name: "token"}, {Name: "metric"},
		{Name: "estimate", Bare: true, Parts: []string{"se", "lo", "hi", "n", "confidence",
			"interval", "variance_reduction", "warning"}},
		{Name: "unit"}, {Name: "meaning"},
	}}
	for _, s := range summaries {
		for _, m := range s.Metrics {
			t.Add(s.Token, m.Name, m.Estimate, string(m.Unit), m.Doc)
		}
		for _, q := range s.Quantiles {
			t.Add(s.Token, analytics.QuantileName(q.P), q.Estimate,
				"initial equity", "final net asset value not exceeded on this share of paths")
		}
	}
	return t
}

// widening is what uncertain parameters change: the spread of the results of a token,
// beside those with the parameters as fitted.
func widening(r *assess.Simulation, token int) Table {
	uncertain, certain := &r.Summaries[token], &r.Certain[token]
	title := uncertain.Token + ": what the errors of the fitted parameters change, on the same random numbers"
	if r.CertainPaths < r.Study.Spec().Paths {
		title += fmt.Sprintf("; as fitted, the first %s lifetimes", Thousands(r.CertainPaths))
	}
	return besides(title, "parameters uncertain", "parameters as fitted", uncertain, certain)
}

// ratesAlone is what random rates change in the results of a token, on the same prices: the spread of results with
// and without, and the difference of those metrics that pair by lifetime.
func ratesAlone(r *assess.Simulation, token int) []Block {
	alone := &r.Rates[token]
	title := alone.Random.Token + ": what the spread of its rates alone changes, on the same prices"
	if alone.Paths < r.Study.Spec().Paths {
		title += fmt.Sprintf("; the first %s lifetimes", Thousands(alone.Paths))
	}
	change := Table{PeopleOnly: true, Title: "Change by the spread of its rates, lifetime by lifetime",
		Columns: []Column{{Name: "metric", Title: " "}, {Name: "change", Interval: intervalTitle}}}
	for _, m := range alone.Change {
		if m.Name == "sd_log_nav" || slices.Contains(besideMetrics, m.Name) {
			change.Add(m.Name, m.Estimate)
		}
	}
	return []Block{besides(title, "rates "+r.Study.Spec().Tokens[token].Rates.Kind, "rates constant", &alone.Random,
		&alone.Constant), change}
}

// besideMetrics are the metrics by which two results stand beside each other.
var besideMetrics = []string{"log_nav", "volatility", "p_loss_50", "p_profit", "max_drawdown", "p_liquidation"}

// besides shows the spread of two results.
func besides(title, first, second string, a, b *analytics.Summary) Table {
	t := Table{PeopleOnly: true, Title: title,
		Columns: []Column{{Name: "metric", Title: " "},
			{Name: first, Interval: intervalTitle},
			{Name: second, Interval: intervalTitle}}}
	for _, name := range besideMetrics {
		x, okX := a.Metric(name)
		y, okY := b.Metric(name)
		if okX && okY {
			t.Add(name, x.Estimate, y.Estimate)
		}
	}
	for j, q := range a.Quantiles {
		t.Add(fmt.Sprintf("NAV, %s %% quantile", Short(100*q.P)), q.Estimate, b.Quantiles[j].Estimate)
	}
	return t
}

// A summaryFile has the names that scripts rely on.
type summaryFile struct {
	ResultsHash string  `json:"results_hash"`
	Confidence  float64 `json:"confidence"`
	beside
	Tokens  []summaryToken `json:"tokens"`
	Certain []summaryToken `json:"without_parameter_uncertainty,omitempty"`

	Constant []summaryToken `json:"without_random_rates,omitempty"`
	Change   []changedToken `json:"change_by_random_rates,omitempty"`
}

// A changedToken is what random rates change in a token's metrics, paired by lifetime.
type changedToken struct {
	Name    string                  `json:"name"`
	Metrics map[string]JSONEstimate `json:"metrics"`
}

// beside is what a summary says besides its estimates.
type beside struct {
	Model      *Model            `json:"model,omitempty"`
	GBM        map[string]Number `json:"gbm,omitempty"`         // the textbook's headline, where no model was named
	GBMMissing string            `json:"gbm_missing,omitempty"` // why some or all of it is left out
}

type summaryToken struct {
	Name      string                                `json:"name"`
	Metrics   map[string]JSONEstimate               `json:"metrics"`
	Quantiles map[string]map[string]summaryQuantile `json:"quantiles"`
}

type summaryQuantile struct {
	Estimate *Number `json:"estimate"`
	Lo       *Number `json:"lo"`
	Hi       *Number `json:"hi"`
}

// besideOf is what a simulation says besides its estimates: its model and, where it was not named, the textbook's
// headline, which a study of one token has.
func besideOf(r *assess.Simulation, model Model) beside {
	b := beside{Model: &model}
	for _, t := range r.Textbooks {
		b.GBM, b.GBMMissing = map[string]Number{}, t.Missing
		for name, v := range t.Metrics {
			b.GBM[name] = Number(v)
		}
	}
	return b
}

func summaryJSON(hash string, b beside, summaries, certain []analytics.Summary,
	rates []assess.RatesAlone) summaryFile {
	all := summaryFile{ResultsHash: hash, Confidence: assess.Confidence, beside: b}
	of := func(s analytics.Summary) summaryToken {
		t := summaryToken{s.Token, map[string]JSONEstimate{}, map[string]map[string]summaryQuantile{"nav": {}}}
		for _, m := range s.Metrics {
			t.Metrics[m.Name] = ToJSON(m.Estimate)
		}
		for _, q := range s.Quantiles {
			t.Quantiles["nav"][strconv.FormatFloat(q.P, 'g', -1, 64)] = summaryQuantile{Existing(q.Value),
				Bound(q.Lo), Bound(q.Hi)}
		}
		return t
	}
	for _, s := range summaries {
		all.Tokens = append(all.Tokens, of(s))
	}
	for _, s := range certain {
		all.Certain = append(all.Certain, of(s))
	}
	for _, r := range rates {
		all.Constant = append(all.Constant, of(r.Constant))
		change := changedToken{r.Random.Token, map[string]JSONEstimate{}}
		for _, m := range r.Change {
			change.Metrics[m.Name] = ToJSON(m.Estimate)
		}
		all.Change = append(all.Change, change)
	}
	return all
}

// horizonsData are the estimates at every time.
func horizonsData(name string, rows []analytics.HorizonRow) Table {
	t := Table{Name: name, DataOnly: true, Columns: []Column{{Name: "years"}, {Name: "name"},
		{Name: "estimate", Bare: true, Parts: []string{"lo", "hi", "n", "confidence", "interval"}},
		{Name: "unit"}, {Name: "meaning"}}}
	for _, r := range rows {
		t.Add(r.Years, r.Name, r.Estimate, string(r.Unit), r.Doc)
	}
	return t
}

// histogramsData are the buckets of what is drawn as a density.
func histogramsData(name string, rows []analytics.HistogramRow) Table {
	t := Table{Name: name, DataOnly: true, Columns: []Column{{Name: "years"}, {Name: "name"},
		{Name: "low"}, {Name: "high"}, {Name: "count"}}}
	for _, r := range rows {
		t.Add(r.Years, r.Name, r.Low, r.High, r.Count)
	}
	return t
}

// Attributions say where the results of tokens came from.
func Attributions(as []assess.Attribution) Document {
	d := Document{Data: attributionsJSON(as), Blocks: []Block{intervalText}}
	t := Table{Name: "attribution", DataOnly: true,
		Columns: []Column{{Name: "token"}, {Name: "of"}, {Name: "paths"}, {Name: "cause"},
			{Name: "estimate", Bare: true, Parts: []string{"se", "lo", "hi", "n"}}, {Name: "ruined"},
			{Name: "per_year", Parts: []string{"lo", "hi"}},
			{Name: "confidence"}, {Name: "interval"},
			{Name: "variance_reduction"}, {Name: "warning"}, {Name: "meaning"}}}
	for _, a := range as {
		d.Blocks = append(d.Blocks, attributionTable(a))
		for _, c := range append(a.Causes, a.Total) {
			e := c.Over
			t.Add(a.Token, resultOf(a.Unit), a.Paths, c.Name, e, a.Ruined, c.Yearly, e.Confidence, string(e.Method),
				e.VarianceReduction, string(e.Warning), c.Doc)
		}
	}
	d.Blocks = append(d.Blocks, t)
	return d
}

func attributionTable(a assess.Attribution) Table {
	title := fmt.Sprintf("%s: causes of %s; %s, %s",
		a.Token, resultOf(a.Unit), a.Paths, Count(a.Total.Over.N, "path"))
	if a.Ruined > 0 {
		title += fmt.Sprintf(" and %s left out", Count(a.Ruined, "ruined one"))
	}
	t := Table{Title: title, PeopleOnly: true,
		Columns: []Column{{Name: "cause"}, {Name: unitText(analytics.Unit(a.Unit)), Interval: intervalTitle},
			{Name: "a year", Interval: intervalTitle},
			{Name: "interval by", Wrap: true}, {Name: "meaning", Wrap: true}}}
	for _, c := range append(a.Causes, a.Total) {
		if c.Over.Value == 0 && c.Over.SE == 0 {
			continue // an item that this token does not have
		}
		t.Add(c.Name, c.Over, c.Yearly, how(c.Over), c.Doc)
	}
	return t
}

func resultOf(unit string) string {
	if unit == string(analytics.Log) {
		return "E[ln NAV]"
	}
	return "E[NAV] − 1"
}

func attributionsJSON(as []assess.Attribution) any {
	type cause struct {
		Name    string       `json:"name"`
		Over    JSONEstimate `json:"over_horizon"`
		PerYear JSONEstimate `json:"per_year"`
	}
	type attribution struct {
		Token  string  `json:"token"`
		Of     string  `json:"of"`
		Paths  string  `json:"paths"`
		Ruined int     `json:"ruined"`
		Causes []cause `json:"causes"`
		Total  cause   `json:"total"`
	}
	var all struct {
		Confidence   float64       `json:"confidence"`
		Attributions []attribution `json:"attributions"`
	}
	all.Confidence = assess.Confidence
	of := func(c analytics.Cause) cause { return cause{c.Name, ToJSON(c.Over), ToJSON(c.Yearly)} }
	for _, a := range as {
		x := attribution{Token: a.Token, Of: resultOf(a.Unit), Paths: a.Paths, Ruined: a.Ruined, Total: of(a.Total)}
		for _, c := range a.Causes {
			x.Causes = append(x.Causes, of(c))
		}
		all.Attributions = append(all.Attributions, x)
	}
	return all
}
