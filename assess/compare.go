package assess

import (
	"context"
	"fmt"

	"mcrisk/analytics"
	"mcrisk/study"
	"mcrisk/tokens"
)

// ScenarioPaths is how many paths each scenario of a comparison runs.
const ScenarioPaths = 2000

// A Comparison holds the results of the tokens of a study on the same paths. Differences
// are from the first token, paired by path.
type Comparison struct {
	Study     *study.Study
	Metrics   []MetricComparison   // [ComparedMetrics], over the study's horizon
	Scenarios []ScenarioComparison // a quarter each of trend, chop and crash
	Hash      string               // results_hash of the study, without its scenarios
}

// A MetricComparison is one metric of several tokens.
type MetricComparison struct {
	analytics.Metric
	Tokens []analytics.Comparison // by token, in the study's order; the first differs from itself by 0
}

// A ScenarioComparison is what tokens are worth after a scenario, on [ScenarioPaths]
// paths and before entry and exit fees.
type ScenarioComparison struct {
	study.Scenario
	NAV MetricComparison // named nav_ and the scenario's name
}

// ComparedMetrics are the metrics that a comparison reports: results of a holder, then
// those of [analytics.Swept].
func ComparedMetrics() []analytics.Metric {
	var ms []analytics.Metric
	for _, name := range []string{"holder_nav", "p_beats_underlying", "p_beats_linear"} {
		ms = append(ms, analytics.MustLookup(name))
	}
	return append(ms, analytics.Swept()...)
}

// ComparedColumns are the columns of lifetimes that a comparison keeps in memory.
func ComparedColumns() []string { return analytics.Columns(ComparedMetrics()...) }

// Compare runs the tokens of a study on the same paths, then in three scenarios of
// [study.Quarter], and compares each with the first. It returns an error if a quarter is
// not a whole number of the study's steps. Utility weighs tracking variance by
// [Aversion].
func Compare(ctx context.Context, s *study.Study, opt Options) (*Comparison, error) {
	scenarios, err := s.Scenarios(ScenarioPaths)
	if err != nil {
		return nil, fmt.Errorf("scenarios of a quarter: %w", err)
	}
	metrics := ComparedMetrics()
	ensembles, err := study.Ensembles(ctx, s, opt.Options, ComparedColumns())
	if err != nil {
		return nil, err
	}
	c := &Comparison{Study: s, Metrics: compareAll(metrics, s, ensembles, opt.Plain), Hash: study.Hash(ensembles)}
	for _, x := range scenarios {
		ensembles, err := study.Ensembles(ctx, x.Study, study.Options{Workers: opt.Workers}, []string{"nav"})
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", x.Name, err)
		}
		nav := compareAll([]analytics.Metric{navAfter(x)}, x.Study, ensembles, opt.Plain)
		c.Scenarios = append(c.Scenarios, ScenarioComparison{x, nav[0]})
	}
	return c, nil
}

// navAfter is the metric of a scenario: mean NAV without a control.
func navAfter(x study.Scenario) analytics.Metric {
	nav := func(c *analytics.Case) []float64 { return c.Ensemble.Column("nav") }
	return analytics.Metric{
		Name: "nav_" + x.Name, Unit: analytics.Equity, Doc: "a quarter in which " + x.Doc,
		Needs: []string{"nav"}, Paths: nav,
		Of: func(c *analytics.Case) analytics.Estimate { return analytics.Mean(c.Sample(nav(c)), c.Confidence) },
	}
}

// compareAll compares every token with the first, by metric.
func compareAll(
	metrics []analytics.Metric, s *study.Study, ensembles []tokens.Ensemble, plain bool,
) []MetricComparison {
	all := make([]MetricComparison, len(metrics))
	first := averseCase(s, 0, &ensembles[0], plain)
	for i := range ensembles {
		c := first
		if i > 0 {
			c = averseCase(s, i, &ensembles[i], plain)
		}
		for m, x := range analytics.CompareBy(metrics, c, first) {
			all[m].Metric = x.Metric
			all[m].Tokens = append(all[m].Tokens, x)
		}
	}
	return all
}

// averseCase is [Case] with [Aversion].
func averseCase(s *study.Study, token int, e *tokens.Ensemble, plain bool) *analytics.Case {
	c := Case(s, token, e, plain)
	c.Aversion = Aversion
	return c
}
