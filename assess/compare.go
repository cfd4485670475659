package assess

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"mcrisk/analytics"
	"mcrisk/catalogue"
	"mcrisk/param"
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
	Outcomes  []Outcome            // of the tokens, then of what a holder could have held instead
	Scenarios []ScenarioComparison // a quarter each of trend, chop and crash; none where it is no whole number of steps
	Hash      string               // results_hash of the study, without its scenarios

	Floors *Floors // nil: none of the tokens has one

	Correlations []PriceCorrelation // of every two underlyings; none if all tokens follow one
}

// A MetricComparison is one metric of several tokens.
type MetricComparison struct {
	analytics.Metric
	Tokens []analytics.Comparison // by token, in the study's order; the first differs from itself by 0
}

// An Outcome is how the final net asset value of one holding is spread over the paths,
// before entry and exit fees.
type Outcome struct {
	Name      string     // the token's; "spot" and "held 3x" of what is beside the tokens
	Beside    bool       // it is not one of the study's tokens
	Quantiles []Quantile // at [OutcomeLevels], in initial equity
}

// OutcomeLevels are the shares of paths at or below the quantiles of an [Outcome].
var OutcomeLevels = []float64{0.05, 0.25, 0.5, 0.75, 0.95}

// A ScenarioComparison is what tokens are worth after a scenario, on [ScenarioPaths]
// paths and before entry and exit fees.
type ScenarioComparison struct {
	study.Scenario
	NAV MetricComparison // the median, named median_nav_ and the scenario's name
}

// A PriceCorrelation is the correlation of the log-returns of two underlyings over the horizon, each
// named by the first token that follows it.
type PriceCorrelation struct {
	First, Second int                // tokens
	Asked         float64            // correlation of the Brownian motions
	Realised      analytics.Estimate // with independent jumps and variances nearer to zero than asked
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

// Compare runs the tokens of a study on the same paths and compares each with the
// first; beside them it runs positions of the same leverage that are held without
// rebalancing. Then it does so in three scenarios of [study.Quarter], if that is a whole
// number of the study's steps. Utility weighs tracking variance by [Aversion].
func Compare(ctx context.Context, s *study.Study, opt Options) (*Comparison, error) {
	metrics := ComparedMetrics()
	withMarks, protected := floored(s)
	var sinks []study.Sink
	var marks marked
	if protected {
		sinks = append(sinks, marks.add)
	} else {
		withMarks = s
	}
	ensembles, err := study.Ensembles(ctx, withMarks, opt.Options, ComparedColumns(), sinks...)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Study: s, Metrics: compareAll(metrics, s, ensembles, opt.Plain), Hash: study.Hash(ensembles)}
	c.Correlations = correlations(s, ensembles)
	if c.Outcomes, err = outcomes(ctx, s, ensembles, opt); err != nil {
		return nil, err
	}
	if protected {
		if c.Floors, err = floors(ctx, s, opt); err != nil {
			return nil, err
		}
		c.Floors.Moves = marks.moves()
	}
	if study.Quarter%s.Spec().Step != 0 {
		return c, nil
	}
	scenarios, err := s.Scenarios(ScenarioPaths)
	if err != nil {
		return nil, fmt.Errorf("scenarios of a quarter: %w", err)
	}
	for _, x := range scenarios {
		ensembles, err := study.Ensembles(ctx, x.Study, study.Options{Workers: opt.Workers}, []string{"nav"})
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", x.Name, err)
		}
		nav := compareAll([]analytics.Metric{medianAfter(x)}, x.Study, ensembles, opt.Plain)
		c.Scenarios = append(c.Scenarios, ScenarioComparison{x, nav[0]})
	}
	return c, nil
}

// correlations are the correlations of every pair of underlyings that tokens follow.
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

// medianAfter is the metric of a scenario. A few paths would dominate a mean.
func medianAfter(x study.Scenario) analytics.Metric {
	m := analytics.MustLookup("median_nav")
	m.Name, m.Doc, m.Exact = "median_nav_"+x.Name, m.Doc+"; three months: "+x.Doc, nil
	return m
}

// outcomes are the outcomes of the tokens, of their underlyings and of positions held.
func outcomes(ctx context.Context, s *study.Study, of []tokens.Ensemble, opt Options) (all []Outcome, err error) {
	add := func(name string, beside bool, navs []float64) {
		o := Outcome{Name: name, Beside: beside}
		for i, q := range analytics.Quantiles(analytics.Sample{X: navs}, OutcomeLevels, Confidence) {
			o.Quantiles = append(o.Quantiles, Quantile{OutcomeLevels[i], q})
		}
		all = append(all, o)
	}
	spec := s.Spec()
	for i := range of {
		add(spec.Tokens[i].Name, false, of[i].Column("nav"))
	}
	held := heldTokens(s)
	beside := spec
	beside.Tokens = slices.Clone(held)
	seen := map[string]bool{} // underlyings, each of which some token has to follow
	for _, t := range held {
		seen[t.Underlying] = true
	}
	for _, t := range spec.Tokens {
		if !seen[t.Underlying] {
			seen[t.Underlying] = true
			beside.Tokens = append(beside.Tokens, t)
		}
	}
	run, err := study.New(beside)
	if err != nil {
		return nil, fmt.Errorf("positions that are held: %w", err)
	}
	ensembles, err := study.Ensembles(ctx, run, study.Options{Workers: opt.Workers}, []string{"nav", "underlying"})
	if err != nil {
		return nil, err
	}
	bought := slices.ContainsFunc(spec.Tokens, func(t study.TokenSpec) bool { return t.Name == catalogue.Spot })
	for i, t := range beside.Tokens {
		if seen[t.Underlying] && !(bought && len(spec.Others) == 0) {
			seen[t.Underlying] = false
			add(nameOn("spot", spec, t), true, ensembles[i].Column("underlying"))
		}
	}
	for i := range held {
		add(held[i].Name, true, ensembles[i].Column("nav"))
	}
	return all, nil
}

// heldTokens are positions of the leverages of a study's tokens on their venues,
// opened once and left alone, without a token's fees; one for each leverage, of the
// first token that has it, and none that the study has already.
func heldTokens(s *study.Study) (held []study.TokenSpec) {
	type position struct {
		target     float64
		underlying string
	}
	seen := map[position]bool{}
	specs := s.Spec().Tokens
	for i, t := range specs {
		if t.Policy.Kind == "hold" {
			seen[position{s.Token(i).Target, t.Underlying}] = true
		}
	}
	for i, t := range specs {
		at := position{s.Token(i).Target, t.Underlying}
		if seen[at] {
			continue
		}
		seen[at] = true
		rates := t.Rates
		if _, ok := rates.Values["open-interest"]; ok { // costs of trades, of which there are none
			rates.Values = maps.Clone(rates.Values)
			for _, name := range []string{"open-interest", "impact-worse", "impact-mend", "fee-mend"} {
				delete(rates.Values, name)
			}
		}
		held = append(held, study.TokenSpec{
			Name:       nameOn("held "+strconv.FormatFloat(at.target, 'g', -1, 64)+"x", s.Spec(), t),
			Underlying: t.Underlying, Policy: param.Part{Kind: "hold"}, Mechanism: t.Mechanism, Rates: rates,
			Values: param.Values{"target": at.target, "after-liquidation": float64(tokens.Stop)},
		})
	}
	return held
}

// nameOn adds a token's underlying to a name where the study has several.
func nameOn(name string, spec study.Spec, t study.TokenSpec) string {
	switch {
	case len(spec.Others) == 0:
		return name
	case t.Underlying == "":
		return name + ", first"
	}
	return name + ", " + t.Underlying
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
