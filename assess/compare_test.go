package assess_test

import (
	"context"
	"math"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// Beside the tokens stand spot and a position of each leverage, which without cost or
// liquidation is worth 1 + T(S − 1) on every path, so that its quantiles are those of
// spot. A study whose step does not divide a quarter is compared all the same.
func TestOutcomesBesideTokens(t *testing.T) {
	free := param.Part{Kind: "perp", Values: param.Values{"funding": 0, "maintenance": 0}}
	of := func(name string, target float64) study.TokenSpec {
		return study.TokenSpec{Name: name, Mechanism: free, Values: param.Values{"target": target},
			Policy: param.Part{Kind: "band", Values: param.Values{"low": target - 0.3, "high": target + 0.3}}}
	}
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.3}},
		Horizon: 70 * time.Hour, Step: 7 * time.Hour, Paths: 400, Seed: 2,
		Tokens: []study.TokenSpec{of("2x", 2), of("other 2x", 2), of("3x", 3)},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := assess.Compare(context.Background(), s, assess.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Scenarios) != 0 {
		t.Errorf("%d scenarios of a quarter in steps of 7 hours; want none", len(c.Scenarios))
	}
	by := map[string]assess.Outcome{}
	var names []string
	for _, o := range c.Outcomes {
		by[o.Name] = o
		names = append(names, o.Name)
		if tokens := len(names) <= 3; o.Beside == tokens || len(o.Quantiles) != 5 {
			t.Errorf("%s: beside the tokens %v, with %d quantiles", o.Name, o.Beside, len(o.Quantiles))
		}
	}
	if len(names) != 6 || names[3] != "spot" || names[4] != "held 2x" || names[5] != "held 3x" {
		t.Fatalf("outcomes of %v; want three tokens, spot, held 2x and held 3x", names)
	}
	for name, target := range map[string]float64{"held 2x": 2, "held 3x": 3} {
		for i, q := range by[name].Quantiles {
			spot := by["spot"].Quantiles[i].Estimate
			want := 1 + target*(spot.Value-1)
			if math.Abs(q.Estimate.Value-want) > 1e-9 || math.Abs(q.Estimate.Lo-(1+target*(spot.Lo-1))) > 1e-9 {
				t.Errorf("%s: %v quantile %v; want %v, as spot is %v", name, q.P, q.Estimate.Value, want, spot.Value)
			}
		}
	}
}
