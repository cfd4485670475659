package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
)

// Cohorts is what holders of a token made on a price history, by start and holding period,
// beside what is simulated; sha256 is the hash of the history's file.
func Cohorts(c *assess.Cohorts, sha256 string, p Provenance) Document {
	h, token, seen := c.History, c.Study.Token(0), "with what lies between open and close"
	if c.Closes {
		seen = "closes only"
	}
	text := fmt.Sprintf("%s on %s: %s bars of %s, %s to %s, %s\nEach cohort buys the running token, which need "+
		"not be at "+
		"its target, and sells it after the holding period: a start every %s.",
		token.Name, h.Name, Thousands(len(h.Bars)), param.FormatSeconds(h.Step.Seconds()), Minute(h.Bars[0].Start),
		Minute(h.Bars[0].Start.Add(h.Span())), seen, param.FormatSeconds(c.Every.Seconds()))
	d := Document{Title: "Cohorts of " + token.Name, Data: cohortsJSON(c, sha256), Blocks: []Block{Text(text)}}
	if c.Unsimulated == nil {
		d.Blocks = append(d.Blocks, Text("Simulated: "+cohortsCaption(c)), intervalText)
	}
	d.Blocks = append(d.Blocks, Note("starts overlap and are not independent, so the history has no intervals; "+
		"where few "+
		"of its windows do not overlap, what differs from the simulation may be chance"))
	for i := range c.Periods {
		d.Blocks = append(d.Blocks, cohortTable(c, &c.Periods[i]))
	}
	d.Blocks = append(d.Blocks, cohortMeanings(&c.Periods[0]))
	d.Blocks = append(d.Blocks, cohortFigures(c)...)
	d.Blocks = append(d.Blocks, cohortsData(c), cohortPeriodsData(c))
	d.Blocks = append(d.Blocks, p.closing()...)
	return d
}

// cohortsCaption says how the simulated numbers were made.
func cohortsCaption(c *assess.Cohorts) string {
	s := c.Study.Spec()
	return fmt.Sprintf("%s of each holding period in steps of %s, from the target, seed %d; %s.",
		Count(s.Paths, "path"), param.FormatSeconds(s.Step.Seconds()), s.Seed, modelCaption(c.Study))
}

// periodText is a holding period as people write it.
func periodText(d time.Duration) string { return param.FormatSeconds(d.Seconds()) }

// cohortCounts says how many cohorts a holding period has.
func cohortCounts(p *assess.HoldingPeriod) string {
	verb := "do"
	if p.Apart == 1 {
		verb = "does"
	}
	text := fmt.Sprintf("%s, of which %s %s not overlap", Count(p.Held.N, "start"), Thousands(p.Apart), verb)
	if p.Ended > 0 {
		text += fmt.Sprintf("; %s after the token had ended", Thousands(p.Ended))
	}
	return text
}

// shownRows are the statistics that people see.
var shownRows = []string{"nav_p05", "nav_p50", "nav_p95", "decay_vs_power_p05", "decay_vs_power_p50",
	"decay_vs_power_p95", "decay_vs_linear_p50", "p_loss_50", "p_beats_linear"}

// cohortTable is a holding period for people.
func cohortTable(c *assess.Cohorts, p *assess.HoldingPeriod) Table {
	t := Table{PeopleOnly: true, Title: "Held for " + periodText(p.Length) + ": " + cohortCounts(p),
		Columns: []Column{{Name: "statistic"}, {Name: "history"}}}
	if c.Unsimulated == nil {
		t.Columns = append(t.Columns, Column{Name: "simulated", Interval: intervalTitle})
	}
	for _, name := range shownRows {
		for _, r := range p.Rows {
			if r.Name != name {
				continue
			}
			row := []any{r.Name, r.History}
			if c.Unsimulated == nil {
				row = append(row, r.Simulated)
			}
			t.Add(row...)
		}
	}
	return t
}

// cohortMeanings says what the statistics are.
func cohortMeanings(p *assess.HoldingPeriod) Table {
	t := Table{PeopleOnly: true, Title: "Statistics", Columns: []Column{{Name: "statistic"}, {Name: "unit"},
		{Name: "meaning", Wrap: true}}}
	for _, r := range p.Rows {
		if slices.Contains(shownRows, r.Name) {
			t.Add(r.Name, unitText(r.Unit), r.Doc)
		}
	}
	return t
}

// cohortsData are all cohorts.
func cohortsData(c *assess.Cohorts) Table {
	t := Table{Name: "cohorts", DataOnly: true, Columns: columnsOf("start", "period_seconds", "nav", "underlying",
		"decay_vs_power", "decay_vs_linear", "lost_half")}
	for i := range c.Periods {
		for _, h := range c.Periods[i].Holders() {
			t.Add(h.Start, c.Periods[i].Length, h.NAV, h.Price, h.Decay, h.Linear, h.LostHalf)
		}
	}
	return t
}

// cohortPeriodsData are the statistics of the holding periods.
func cohortPeriodsData(c *assess.Cohorts) Table {
	t := Table{Name: "periods", DataOnly: true, Columns: append(columnsOf("period_seconds", "starts", "apart", "ended",
		"statistic", "unit", "history"), Column{Name: "estimate", Bare: true, Parts: []string{"lo", "hi", "n",
		"confidence", "interval", "warning"}})}
	for i := range c.Periods {
		p := &c.Periods[i]
		for _, r := range p.Rows {
			t.Add(p.Length, p.Held.N, p.Apart, p.Ended, r.Name, string(r.Unit), r.History, r.Simulated)
		}
	}
	return t
}

// cohortsJSON has the names that scripts rely on.
func cohortsJSON(c *assess.Cohorts, sha256 string) any {
	type row struct {
		History   *Number       `json:"history"`
		Simulated *JSONEstimate `json:"simulated"`
	}
	type period struct {
		Seconds float64        `json:"period_seconds"`
		Starts  int            `json:"starts"`
		Apart   int            `json:"apart"`
		Ended   int            `json:"ended"`
		Rows    map[string]row `json:"statistics"`
	}
	h := c.History
	all := struct {
		SHA256  string    `json:"sha256"`
		Token   string    `json:"token"`
		Bars    int       `json:"bars"`
		Step    float64   `json:"step_seconds"`
		From    time.Time `json:"from"`
		To      time.Time `json:"to"`
		Closes  bool      `json:"closes_only"`
		Every   float64   `json:"every_seconds"`
		Hash    string    `json:"results_hash"`
		Periods []period  `json:"periods"`
	}{sha256, c.Study.Token(0).Name, len(h.Bars), h.Step.Seconds(), h.Bars[0].Start, h.Bars[0].Start.Add(h.Span()),
		c.Closes, c.Every.Seconds(), c.Hash, nil}
	for i := range c.Periods {
		p := &c.Periods[i]
		q := period{p.Length.Seconds(), p.Held.N, p.Apart, p.Ended, map[string]row{}}
		for _, r := range p.Rows {
			one := row{History: Existing(r.History)}
			if c.Unsimulated == nil {
				e := ToJSON(r.Simulated)
				one.Simulated = &e
			}
			q.Rows[r.Name] = one
		}
		all.Periods = append(all.Periods, q)
	}
	return all
}

// CohortNotes say what to know of cohorts besides.
func CohortNotes(c *assess.Cohorts) (notes []string) {
	if c.Unsimulated != nil {
		reason := strings.TrimPrefix(c.Unsimulated.Error(), "study: ")
		notes = append(notes, "nothing is simulated beside the history: "+reason)
	}
	return notes
}
