package assess

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"mcrisk/analytics"
	"mcrisk/fmath"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
	"mcrisk/tokens"
)

// Cohorts are what holders made of a token that ran through a price history, by start and
// holding period, beside what the study simulates over the same periods.
type Cohorts struct {
	Study   *study.Study // of the one token, over the longest holding period; its model is the simulated one
	History *paths.History
	Closes  bool          // prices were seen at closes only
	Every   time.Duration // between starts
	Periods []HoldingPeriod

	Unsimulated error  // why nothing is simulated; nil: it is
	Hash        string // results_hash of what is
}

// A HoldingPeriod is all who held the running token for one time.
type HoldingPeriod struct {
	Length time.Duration
	Starts []time.Time      // of the cohorts
	Held   *tokens.Ensemble // nav, underlying and log_underlying over the period, by cohort
	Ended  int              // starts at which nothing was left of the token to buy
	Apart  int              // cohorts, one after the other, that do not overlap
	Rows   []CohortRow
}

// A CohortRow is one statistic of a holding period: of the history, without an interval,
// as overlapping cohorts are not independent, and as simulated.
type CohortRow struct {
	Name, Doc string
	Unit      analytics.Unit
	History   float64
	Simulated analytics.Estimate // NaN where nothing is simulated
}

// A CohortPlan is cohorts that were checked and can be computed.
type CohortPlan struct {
	cohorts Cohorts
	every   int   // steps between starts
	periods []int // steps of each holding period
}

const holdingDay = 24 * time.Hour

// HoldingPeriods are the holding periods that are looked at unless others are given.
var HoldingPeriods = []time.Duration{holdingDay, 7 * holdingDay, 30 * holdingDay, 90 * holdingDay, 365 * holdingDay}

// MaxCohorts is how many cohorts a plan may have, over all its holding periods.
const MaxCohorts = 500_000

// PlanCohorts plans cohorts of a study's one token on a history, with a start at the first
// open and then every so often; zero is a day, or a step where that is longer. Without
// periods they are those of [HoldingPeriods] that fit the history. Every length must be a
// multiple of the history's step, and a period no longer than the history.
func PlanCohorts(s *study.Study, h *paths.History, closes bool, every time.Duration,
	periods []time.Duration) (*CohortPlan, error) {
	if n := s.Tokens(); n != 1 {
		return nil, fmt.Errorf("%d tokens; want one", n)
	}
	for _, c := range s.Spec().Tokens[0].Changes {
		if c.Name == "target" {
			return nil, fmt.Errorf("--from %s: decay is measured against one target; want no change of it", c)
		}
	}
	if every == 0 {
		every = (holdingDay + h.Step - 1) / h.Step * h.Step
	}
	if every < h.Step || every%h.Step != 0 {
		return nil, fmt.Errorf("a start every %s; want a multiple of %s, the step of %s", lengthText(every),
			lengthText(h.Step), h.Name)
	}
	periods, err := holdingPeriods(h, periods)
	if err != nil {
		return nil, err
	}
	if n := int(h.Span()/every) * len(periods); n > MaxCohorts {
		return nil, fmt.Errorf("%d starts and holding periods; want at most %d: starts less often than every %s", n,
			MaxCohorts, lengthText(every))
	}
	if s, err = s.WithHorizon(periods[len(periods)-1]); err != nil {
		return nil, err
	}
	p := &CohortPlan{every: int(every / h.Step), cohorts: Cohorts{Study: s, History: h, Closes: closes || h.ClosesOnly,
		Every: every, Unsimulated: s.CheckDates()}}
	for _, d := range periods {
		if _, err := s.WithHorizon(d); err != nil {
			return nil, err
		}
		p.cohorts.Periods = append(p.cohorts.Periods, HoldingPeriod{Length: d})
		p.periods = append(p.periods, int(d/h.Step))
	}
	return p, nil
}

// Study is the study, with the longest of the holding periods as its horizon.
func (p *CohortPlan) Study() *study.Study { return p.cohorts.Study }

// holdingPeriods are those that were given, checked, or the usual ones that fit a history.
func holdingPeriods(h *paths.History, given []time.Duration) (periods []time.Duration, err error) {
	span, step := h.Span(), h.Step
	for i, d := range given {
		switch {
		case d < step || d%step != 0:
			return nil, fmt.Errorf("a holding period of %s; want a multiple of %s, the step of %s", lengthText(d),
				lengthText(step), h.Name)
		case d > span:
			return nil, fmt.Errorf("a holding period of %s; want at most %s, what %s has", lengthText(d),
				lengthText(span), h.Name)
		case i > 0 && d <= given[i-1]:
			return nil, fmt.Errorf("a holding period of %s after %s; want them from short to long", lengthText(d),
				lengthText(given[i-1]))
		}
	}
	if given != nil {
		return given, nil
	}
	for _, d := range HoldingPeriods {
		if d%step == 0 && d <= span {
			periods = append(periods, d)
		}
	}
	if periods == nil {
		return nil, fmt.Errorf("%s has %s in steps of %s, which no usual holding period fits; want periods that do",
			h.Name, lengthText(span), lengthText(step))
	}
	return periods, nil
}

func lengthText(d time.Duration) string { return param.FormatSeconds(d.Seconds()) }

// Size is how many simulations are in memory at once, and which columns of lifetimes each of them has.
func (p *CohortPlan) Size() (simulations int, columns []string) {
	if p.cohorts.Unsimulated == nil {
		simulations = 1
	}
	return simulations, cohortColumns
}

// Replay runs the token through the history once and takes the cohorts from its net asset
// value and the price after each bar.
func (p *CohortPlan) Replay() (*Cohorts, error) {
	c := p.cohorts
	r, err := study.ReplayDated([]study.Dated{c.Study.Dated(0)}, c.History,
		study.ReplayOptions{Closes: c.Closes, Track: true})
	if err != nil {
		return nil, err
	}
	navs, prices := []float64{1}, append([]float64{1}, r.Prices...)
	for _, m := range r.Tracks[0].Marks {
		navs = append(navs, m.NAV)
	}
	traded := tradedAfter(c.History, len(navs))
	c.Periods = slices.Clone(c.Periods)
	for i, steps := range p.periods {
		held := analytics.HoldCohorts(navs, prices, traded, p.every, steps)
		if len(held.Starts) == 0 {
			return nil, fmt.Errorf("assess: a holding period of %s: it begins and ends at no two bars of %s; "+
				"want another, or other starts", lengthText(c.Periods[i].Length), c.History.Name)
		}
		c.Periods[i].fill(held, c.Study, c.History, steps)
	}
	return &c, nil
}

// tradedAfter says of the start of a history and of the end of each step whether it is the
// first open or the close of a bar, at which one could trade.
func tradedAfter(h *paths.History, n int) []bool {
	traded := make([]bool, n)
	traded[0] = true
	for _, b := range h.Bars {
		traded[int(b.Start.Sub(h.Bars[0].Start)/h.Step)+1] = true
	}
	return traded
}

// fill fills in the cohorts of a period of so many steps, and their statistics.
func (p *HoldingPeriod) fill(c analytics.Cohorts, s *study.Study, h *paths.History, steps int) {
	p.Ended, p.Apart = c.Ended, c.Apart(steps)
	logs := make([]float64, len(c.Price))
	for i, start := range c.Starts {
		p.Starts = append(p.Starts, h.Bars[0].Start.Add(time.Duration(start)*h.Step))
		logs[i] = fmath.Log(c.Price[i])
	}
	held := tokens.NewEnsemble(s.Token(0), p.Length, len(c.NAV))
	for i, column := range [][]float64{c.NAV, c.Price, logs} {
		held.Add(cohortColumns[i], column)
	}
	p.Held = &held
	for _, q := range cohortStatistics(&analytics.Case{Ensemble: p.Held, Confidence: Confidence}) {
		none := analytics.Estimate{Value: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
		p.Rows = append(p.Rows, CohortRow{q.name, q.doc, q.unit, q.Value, none})
	}
}

// cohortColumns are the columns of lifetimes that the statistics of cohorts need.
var cohortColumns = []string{"nav", "underlying", "log_underlying"}

// CohortLevels are the shares at which the quantiles of cohorts are given.
var CohortLevels = []float64{0.05, 0.25, 0.5, 0.75, 0.95}

// A cohortStatistic is an estimate with its name.
type cohortStatistic struct {
	name, doc string
	unit      analytics.Unit
	analytics.Estimate
}

// cohortStatistics are the quantiles of three metrics over lifetimes, and probabilities.
func cohortStatistics(c *analytics.Case) (all []cohortStatistic) {
	for _, x := range []struct{ name, doc string }{
		{"nav", "NAV when sold, over that when bought"},
		{"decay_vs_power", "ln NAV − T·ln S"},
		{"decay_vs_linear", "NAV − (1 + T·(S − 1))"},
	} {
		m := cohortMetric(x.name)
		for i, q := range analytics.Quantiles(c.Sample(m.Paths(c)), CohortLevels, c.Confidence) {
			percent := 100 * CohortLevels[i]
			all = append(all, cohortStatistic{fmt.Sprintf("%s_p%02.0f", x.name, percent),
				fmt.Sprintf("%.0f %% quantile of %s", percent, x.doc), m.Unit, q})
		}
	}
	for _, name := range []string{"p_loss_50", "p_beats_linear"} {
		m := cohortMetric(name)
		all = append(all, cohortStatistic{m.Name, m.Doc, m.Unit, c.Estimate(m)})
	}
	return all
}

// cohortMetric is a metric of the registry that has numbers by path.
func cohortMetric(name string) analytics.Metric {
	m, err := analytics.Lookup(name)
	if err != nil {
		panic("assess: " + err.Error()) // which would be a name of this package
	}
	return m
}

// Simulate runs the study over each holding period, if it can be simulated. Progress is in
// lifetimes.
func (c *Cohorts) Simulate(ctx context.Context, opt Options) error {
	if c.Unsimulated != nil {
		return nil
	}
	hash, paths := study.NewHasher(), c.Study.Spec().Paths
	for i := range c.Periods {
		p := &c.Periods[i]
		s, err := c.Study.WithHorizon(p.Length)
		if err != nil {
			return err
		}
		run := opt.Options
		if opt.Progress != nil {
			run.Progress = func(done, _ int) { opt.Progress(i*paths+done, len(c.Periods)*paths) }
		}
		ensembles, err := study.Ensembles(ctx, s, run, cohortColumns)
		if err != nil {
			return err
		}
		hash.Add(ensembles)
		for k, q := range cohortStatistics(Case(s, 0, &ensembles[0], opt.Plain)) {
			p.Rows[k].Simulated = q.Estimate
		}
	}
	c.Hash = hash.Sum()
	return nil
}

// A Holder is one cohort: what it made of the token and what the price did.
type Holder struct {
	Start         time.Time
	NAV, Price    float64 // when it sold, over those when it bought
	Decay, Linear float64 // decay_vs_power, −Inf if nothing was left, and decay_vs_linear
	LostHalf      bool    // it ended with a loss of more than half
}

// Holders are the cohorts of a holding period one by one.
func (p *HoldingPeriod) Holders() []Holder {
	c := &analytics.Case{Ensemble: p.Held, Confidence: Confidence}
	decay, linear := cohortMetric("decay_vs_power").Paths(c), cohortMetric("decay_vs_linear").Paths(c)
	lost := cohortMetric("p_loss_50").Paths(c)
	all := make([]Holder, p.Held.N)
	for i := range all {
		all[i] = Holder{p.Starts[i], p.Held.Column("nav")[i], p.Held.Column("underlying")[i], decay[i], linear[i],
			lost[i] == 1}
	}
	return all
}
