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

// A Comparison is what the tokens of a study came to on the same paths. Differences
// are from the first token, paired path by path.
type Comparison struct {
	Study     *study.Study
	Metrics   []MetricComparison   // [ComparedMetrics], over the study's horizon
	Scenarios []ScenarioComparison // a quarter each of trend, chop and crash

	Correlations []PriceCorrelation // of every two underlyings; none if all tokens follow one
	Hash         string             // results_hash of the study, without its scenarios
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

// A PriceCorrelation is that of the log-returns of two underlyings over the horizon, each
// named by the first token that follows it.
type PriceCorrelation struct {
	First, Second int                // tokens
	Asked         float64            // correlation of the Brownian motions
	Realised      analytics.Estimate // with independent jumps and variances nearer to zero than asked
}

// ComparedMetrics are what a comparison reports: how a holder fares, then the metrics
// of [analytics.Swept].
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
// [study.Quarter], and sets each against the first. It returns an error where a
// quarter is not a whole number of the study's steps. Utility weighs tracking
// variance by [Aversion].
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
	c.Correlations = correlations(s, ensembles)
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

// correlations are those of every two underlyings that tokens follow.
func correlations(s *study.Study, ensembles []tokens.Ensemble) (all []PriceCorrelation) {
	spec := s.Spec()
	number := map[string]int{"": 0} // of an underlying, by name
	for i, u := range spec.Others {
		number[u.Name] = i + 1
	}
	follower := make([]int, len(number)) // first token on it, from 1
	for i := len(spec.Tokens) - 1; i >= 0; i-- {
		follower[number[spec.Tokens[i].Underlying]] = i + 1
	}
	for second := range follower {
		for first := range second {
			if follower[first] == 0 || follower[second] == 0 {
				continue
			}
			c := PriceCorrelation{First: follower[first] - 1, Second: follower[second] - 1,
				Asked: spec.Others[second-1].Correlations[first]}
			c.Realised = analytics.Correlation(ensembles[c.First].Column("log_underlying"),
				ensembles[c.Second].Column("log_underlying"), Confidence)
			all = append(all, c)
		}
	}
	return all
}

// navAfter is the metric of a scenario: mean NAV, which nothing corrects.
func navAfter(x study.Scenario) analytics.Metric {
	nav := func(c *analytics.Case) []float64 { return c.Ensemble.Column("nav") }
	return analytics.Metric{
		Name: "nav_" + x.Name, Unit: analytics.Equity, Doc: "a quarter in which " + x.Doc,
		Needs: []string{"nav"}, Paths: nav,
		Of: func(c *analytics.Case) analytics.Estimate { return analytics.Mean(c.Sample(nav(c)), c.Confidence) },
	}
}

// compareAll sets every token against the first, metric by metric.
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
