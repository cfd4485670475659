package assess

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

func costsStudy(t *testing.T, values param.Values) *study.Study {
	t.Helper()
	all := param.Values{"target": 3, "fee": 0.001, "impact": 1e-8, "impact-exponent": 1,
		"entry-fee": 0.002, "exit-fee": 0.003, "streaming-fee": 0.05, "exit-flash-fee": 0.0005}
	for name, v := range values {
		all[name] = v
	}
	s, err := study.New(study.Spec{Model: param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 10 * 24 * time.Hour, Step: time.Hour, Paths: 300, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "x", Values: all,
			Policy: param.Part{Kind: "band"}, Mechanism: param.Part{Kind: "loan"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// On every path what is invested plus what the price gained, less all costs, is what the
// holder takes out, so the means of the items add up to that too.
func TestCostsAddUp(t *testing.T) {
	s := costsStudy(t, nil)
	plan, err := PlanCosts(s, []float64{2e6, 1e4})
	if err != nil {
		t.Fatal(err)
	}
	c, err := plan.Run(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rows) != 2 || c.Rows[0].Invest != 1e4 || c.Rows[1].Invest != 2e6 {
		t.Fatalf("rows %+v; want 10,000 USD, then 2 million", c.Rows)
	}
	for _, r := range c.Rows {
		spec, err := s.Spec().With("invest", r.Invest)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := study.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		es, err := study.Ensembles(context.Background(), alone, study.Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		e := &es[0]
		kept := 1 - alone.Token(0).Enter().Total()
		holder, price := e.Column("holder_nav"), e.Column("money_price")
		want := 0.0
		for i := range holder {
			want += 1 + kept*price[i] - holder[i]
		}
		if want /= float64(e.N); math.Abs(r.Total.Value-want) > 1e-13 {
			t.Errorf("%v USD: costs of %v; the holder lacks %v", r.Invest, r.Total.Value, want)
		}
		if sum := r.Entry.Value + r.Holding.Value + r.Exit.Value; math.Abs(sum-r.Total.Value) > 1e-13 {
			t.Errorf("%v USD: stages of %v; want %v", r.Invest, sum, r.Total.Value)
		}
		items := 0.0
		for i, e := range r.Items {
			items += e.Value
			zero := CostParts[i].Name == "liquidation"
			if (e.Value == 0) != zero {
				t.Errorf("%v USD: %s is %v", r.Invest, CostParts[i].Name, e.Value)
			}
		}
		if math.Abs(items-r.Total.Value) > 1e-13 {
			t.Errorf("%v USD: items of %v; want %v", r.Invest, items, r.Total.Value)
		}
	}
}

// Every item of the ledger but the price and the shortfall is in one part.
func TestCostPartsCoverTheLedger(t *testing.T) {
	count := 0
	for _, part := range CostParts {
		count += len(part.Ledger)
	}
	if count != len(analytics.CostItems) {
		t.Errorf("%d items; want the %d of analytics.CostItems", count, len(analytics.CostItems))
	}
}

func TestPlanCostsRefuses(t *testing.T) {
	for _, amounts := range [][]float64{nil, {0, 100}, {-1}, {math.NaN()}} {
		if _, err := PlanCosts(costsStudy(t, nil), amounts); err == nil || !strings.Contains(err.Error(), "invest") {
			t.Errorf("%v: %v", amounts, err)
		}
	}
}
