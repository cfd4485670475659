package assess

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

// levelSpec is ETHBULL3X, nearly, with a borrow rate that is drawn for each lifetime.
func levelSpec(kind string, values param.Values) study.Spec {
	return study.Spec{Model: param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6, "mu": 0.2}},
		Horizon: models.Year, Step: time.Hour, Paths: 6000, Seed: 3,
		Tokens: []study.TokenSpec{{Name: "t",
			Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
			Mechanism: param.Part{Kind: "loan", Values: param.Values{"borrow": 0.06, "supply": 0.0167,
				"liquidation-threshold": 0.84}},
			Values: param.Values{"fee": 0.0005, "gas": 0.5, "after-liquidation": 1},
			Rates:  param.Part{Kind: kind, Values: values}}}}
}

// Exact answers over the law of a rate are those of simulated lifetimes, within 4 standard errors; at
// one rate they are others.
func TestExactLevel(t *testing.T) {
	s, err := study.New(levelSpec("level", param.Values{"rate-sd": 0.15, "rate-floor": -0.2}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Simulate(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := Answers(s, 0, Solving{Law: true, Quick: true})
	if err != nil {
		t.Fatal(err)
	}
	constant, err := Answers(s.ConstantRates(), 0, Solving{Law: true, Quick: true})
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, m := range r.Summaries[0].Metrics {
		metric, _ := analytics.Lookup(m.Name)
		if metric.Exact == nil || m.SE == 0 || math.IsNaN(m.SE) {
			continue
		}
		v, bound, ok := metric.Exact(a)
		if !ok {
			continue
		}
		compared++
		if math.Abs(v-m.Value) > 4*m.SE+bound {
			t.Errorf("%s: exact %v, simulated %v ± %v", m.Name, v, m.Value, m.SE)
		}
	}
	if compared < 10 {
		t.Errorf("%d metrics compared, want 10 at least", compared)
	}
	// The worst twentieth tells the laws apart: the spread of the rate is 0.3 of ln NAV.
	worst, _, _ := a.NAVQuantile(0.05)
	at, _, _ := constant.NAVQuantile(0.05)
	if !(worst < 0.97*at) {
		t.Errorf("5 %% quantile %v over the law, %v at its mean; want it clearly lower", worst, at)
	}
	for _, q := range r.Summaries[0].Quantiles {
		v, bound, ok := a.NAVQuantile(q.P)
		if ok && math.Abs(v-q.Value) > 2*(q.Hi-q.Lo)+bound { // half an interval is two standard errors
			t.Errorf("quantile %v: exact %v, simulated %v in [%v, %v]", q.P, v, q.Value, q.Lo, q.Hi)
		}
	}
}

// rate_level is the part of the interest that the level of the rate explains: with the interest at the mean rate
// it adds up to that of a token at constant rates, and has the spread that 2·σ of the rate gives a 3x loan.
func TestRateLevel(t *testing.T) {
	s, err := study.New(levelSpec("level", param.Values{"rate-sd": 0.04}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Simulate(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	cause := func(name string) analytics.Estimate {
		for _, c := range r.Causes[0].Causes {
			if c.Name == name {
				return c.Over
			}
		}
		t.Fatalf("no cause %s", name)
		return analytics.Estimate{}
	}
	level, mean := cause("rate_level"), cause("borrow_interest")
	if sd := level.SE * math.Sqrt(float64(level.N)); math.Abs(sd-0.08) > 0.01 {
		t.Errorf("rate_level has a standard deviation of %v, want about 2·0.04", sd)
	}
	alone := r.Rates[0].Change[0]
	if alone.Name != "sd_log_nav" || math.Abs(alone.Value-0.08) > 6*alone.SE || !(alone.SE < 0.004) {
		t.Errorf("rates alone spread ln NAV by %v: %v ± %v; want 2·0.04", alone.Name, alone.Value, alone.SE)
	}
	if math.Abs(level.Value) > 5*level.SE || math.Abs(mean.Value+0.12) > 0.003 {
		t.Errorf("rate_level %v and interest %v, want about 0 and −2·0.06", level.Value, mean.Value)
	}
	sum := 0.0
	for _, c := range r.Causes[0].Causes {
		sum += c.Over.Value
	}
	if total := r.Causes[0].Total.Over.Value; math.Abs(sum-total) > 1e-9 {
		t.Errorf("causes add up to %v, total %v", sum, total)
	}
	if len(r.Rates) != 1 {
		t.Fatal("no results at constant rates")
	}
}

// What changes within a lifetime has no exact answer, and says so.
func TestExactRefusesRates(t *testing.T) {
	s, err := study.New(levelSpec("ou", nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Answers(s, 0, Solving{}); err == nil || !strings.Contains(err.Error(), "ou changes in it") {
		t.Errorf("error %v, want one that names ou", err)
	}
}

// The funding of a call has one estimator at drawn and at constant rates, and the change is their difference, paired.
func TestFundingOfACallAlone(t *testing.T) {
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6}},
		Horizon: 30 * 24 * time.Hour, Step: 4 * time.Hour, Paths: 500, Tokens: []study.TokenSpec{{Name: "call",
			Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "option"}, Rates: param.Part{Kind: "skew"},
			Values: param.Values{"target": 1}}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Simulate(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	funding := func(s *analytics.Summary) analytics.Estimate {
		m, ok := s.Metric("option_funding")
		if !ok {
			t.Fatal("no option_funding")
		}
		return m.Estimate
	}
	alone := &r.Rates[0]
	all, random, constant := funding(&r.Summaries[0]), funding(&alone.Random), funding(&alone.Constant)
	change := alone.Change[slices.IndexFunc(alone.Change,
		func(m analytics.MetricEstimate) bool { return m.Name == "option_funding" })]
	if all != random {
		t.Errorf("option_funding is %+v, and %+v beside that at constant rates", all, random)
	}
	unpaired, got := math.Hypot(random.SE, constant.SE), random.Value-constant.Value
	if math.Abs(change.Value-got) > 1e-15 || !(change.SE < unpaired/2) {
		t.Errorf("the change is %v ± %v; want %v, more exactly than unpaired", change.Value, change.SE, got)
	}
}
