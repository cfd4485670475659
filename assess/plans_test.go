package assess

import (
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

// studyOf is a small study of tokens held through those kinds of venue, named by their
// numbers.
func studyOf(t *testing.T, others []study.Underlying, kinds ...string) *study.Study {
	t.Helper()
	spec := study.Spec{Model: param.Part{Kind: "gbm"}, Horizon: 24 * time.Hour, Step: time.Hour,
		Paths: 20, Others: others}
	for i, kind := range kinds {
		spec.Tokens = append(spec.Tokens, study.TokenSpec{Name: string(rune('a' + i)), Policy: param.Part{Kind: "hold"},
			Mechanism: param.Part{Kind: kind}, Values: param.Values{"target": 2}})
	}
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What cannot be run is refused before anything runs, and the error says why.
func TestPlansRefuse(t *testing.T) {
	rates := []float64{0, 0.1}
	other := []study.Underlying{{Name: "B", Model: param.Part{Kind: "gbm"}, Correlations: []float64{0.5}}}
	one, two := studyOf(t, nil, "loan"), studyOf(t, nil, "loan", "perp")
	fee, err := study.ParseAxis(one.Spec(), "fee", "0,1bp")
	if err != nil {
		t.Fatal(err)
	}
	breakEven := func(s *study.Study, borrow, funding []float64, objective string) error {
		_, err := PlanBreakEven(s, borrow, funding, objective)
		return err
	}
	heatMap := func(s *study.Study, x, y study.Axis, metric string) error {
		_, err := PlanHeatMap(s, x, y, metric)
		return err
	}
	overTime := func(s *study.Study, metric string) error {
		_, err := PlanHeatMapOverTime(s, fee, metric)
		return err
	}
	liquidation := func(of []TokenRef, latencies []float64) error {
		_, err := MapLiquidation(t.Context(), of, latencies, rates, Options{})
		return err
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{breakEven(one, rates, rates, "log_growth"), "1 tokens; want one, or two"},
		{breakEven(studyOf(t, nil, "perp", "loan"), rates, rates, "log_growth"),
			"through a perp and a loan; want a loan"},
		{breakEven(studyOf(t, other, "loan", "perp"), rates, rates, "log_growth"), "several underlyings"},
		{breakEven(two, rates[:1], rates, "log_growth"), "borrow = [0]; want two values at least"},
		{breakEven(two, rates, []float64{0.1, 0}, "log_growth"),
			"funding = [0.1 0]; want two values at least, increasing"},
		{breakEven(two, rates, []float64{0.1, 0.1}, "log_growth"), "funding names the value 0.1 twice"},
		{breakEven(two, rates, rates, "trade_drag"), "metric trade_drag is none that settings are compared by"},
		{breakEven(two, rates, rates, "log_grwth"), "did you mean log_growth?"},
		{heatMap(two, fee, fee, "log_growth"), "2 tokens; want one"},
		{heatMap(one, fee, fee, "log_growth"), "fee is swept twice"},
		{heatMap(one, fee, fee, "nothing like it"), "no metric"},
		{overTime(one, "log_growth"), `no metric "log_growth" over time; want one of nav_p01`},
		{overTime(two, "nav_p50"), "2 tokens; want one"},
		{liquidation(nil, rates), "want a token, a latency and a jump"},
		{liquidation([]TokenRef{{one, 0}}, nil), "want a token, a latency and a jump"},
		{liquidation([]TokenRef{{one, 0}}, rates), "jump-mean is a number of model"},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%v; want %q", tt.err, tt.want)
		}
	}
}

// An objective may be named by an alias, and breaks even by its name.
func TestBreakEvenOfAlias(t *testing.T) {
	p, err := PlanBreakEven(studyOf(t, nil, "loan", "perp"), []float64{0, 0.1}, []float64{0, 0.1}, "expected_shortfall")
	if err != nil || p.Objective.Name != "es_95" {
		t.Fatalf("%v, %v; want es_95", p, err)
	}
	b, err := p.Run(t.Context(), Options{})
	if err != nil || len(b.Difference) != 2 || len(b.Difference[0]) != 2 || len(b.Crossings) != 2 || b.Hash == "" {
		t.Errorf("%+v, %v; want two rates by two", b, err)
	}
}
