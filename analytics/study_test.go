package analytics_test

import (
	"context"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

const day, year = 24 * time.Hour, 365 * 24 * time.Hour

func part(kind string, values param.Values) param.Part {
	return param.Part{Kind: kind, Values: values}
}

// stormy is a study with everything in it: frequent jumps that liquidate and
// ruin, every fee, funding and interest, longs and shorts, a late keeper,
// tokens that go on after a liquidation and one that stops.
func stormy(paths int) study.Spec {
	return study.Spec{
		Model:   part("merton", param.Values{"sigma": 0.8, "jump-rate": 12, "jump-mean": -0.05, "jump-sd": 0.15}),
		Horizon: 90 * day, Step: time.Hour, Paths: paths, Seed: 7, Marks: 9,
		Tokens: []study.TokenSpec{
			{Name: "loan", Policy: part("band", param.Values{"low": 2.7, "high": 3.3, "to": 1}),
				Mechanism: part("loan", param.Values{"borrow": 0.08, "supply": 0.02, "liquidation-threshold": 0.8,
					"liquidation-bonus": 0.06}),
				Values: param.Values{"target": 3, "fee": 0.002, "impact": 1e-8, "gas": 5, "streaming-fee": 0.02,
					"latency": 7200}},
			{Name: "perp", Policy: part("band", param.Values{"low": 4, "high": 6}),
				Mechanism: part("perp", param.Values{"funding": 0.3, "borrow-fee": 0.05, "maintenance": 0.01,
					"liquidation-fee": 0.005}),
				Values: param.Values{"target": 5, "fee": 0.0005, "after-liquidation": 1}},
			{Name: "short", Policy: part("every", nil),
				Mechanism: part("loan", param.Values{"borrow": 0.03, "supply": 0.04, "liquidation-threshold": 0.78}),
				Values:    param.Values{"target": -2, "fee": 0.001, "impact-base": 0.0005}},
		},
	}
}

// built is the study of a spec that is right.
func built(t *testing.T, spec study.Spec) *study.Study {
	t.Helper()
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func run(t *testing.T, s study.Spec, sinks ...study.Sink) []tokens.Ensemble {
	t.Helper()
	es, err := study.Ensembles(context.Background(), built(t, s), study.Options{}, nil, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

// loan is a 3x token on a loan: case B of the literature values unless told
// otherwise.
func loan(name string, low, high, fee float64) study.TokenSpec {
	return study.TokenSpec{Name: name, Policy: part("band", param.Values{"low": low, "high": high, "to": 1}),
		Mechanism: part("loan", param.Values{"borrow": 0}),
		Values:    param.Values{"target": 3, "fee": fee}}
}

func metric(t *testing.T, s analytics.Summary, name string) analytics.MetricEstimate {
	t.Helper()
	m, ok := s.Metric(name)
	if !ok {
		t.Fatalf("no metric %q", name)
	}
	return m
}

// samples are numbers of independent paths, as estimators take them.
func samples(at func(i int) []float64) func(i int) analytics.Sample {
	return func(i int) analytics.Sample { return analytics.Sample{X: at(i)} }
}

// samplesOf are those of choices and circumstances.
func samplesOf(at func(choice, circumstance int) []float64) func(choice, circumstance int) analytics.Sample {
	return func(c, s int) analytics.Sample { return analytics.Sample{X: at(c, s)} }
}

// ofAll is the case of an ensemble, without an aversion.
func ofAll(e *tokens.Ensemble, known *analytics.KnownMoments) *analytics.Case {
	return &analytics.Case{Ensemble: e, Known: known, Confidence: 0.95}
}

func summarise(e *tokens.Ensemble, known *analytics.KnownMoments) analytics.Summary {
	return analytics.Summarise(ofAll(e, known))
}
