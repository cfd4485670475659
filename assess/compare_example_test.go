package assess_test

import (
	"context"
	"fmt"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// A token that keeps its leverage in a band, against one that is left alone, on the
// same paths: differences after a month, with their intervals.
func ExampleCompare() {
	values := param.Values{"target": 3}
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 30 * 24 * time.Hour, Step: 6 * time.Hour, Paths: 1000, Seed: 1,
		Tokens: []study.TokenSpec{
			{Name: "hold", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}, Values: values},
			{Name: "band", Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
				Mechanism: param.Part{Kind: "loan"}, Values: values},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := assess.Compare(context.Background(), s, assess.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range c.Metrics {
		if m.Name == "median_nav" || m.Name == "p_liquidation" {
			d := m.Tokens[1].Versus
			fmt.Printf("%s of the band less hold: %+.3f (%+.3f to %+.3f)\n", m.Name, d.Value, d.Lo, d.Hi)
		}
	}
	// Output:
	// median_nav of the band less hold: -0.082 (-0.105 to -0.059)
	// p_liquidation of the band less hold: -0.321 (-0.351 to -0.293)
}

// How a band's growth depends on its half-width and the fee.
func ExamplePlanHeatMap() {
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.8}},
		Horizon: 30 * 24 * time.Hour, Step: 6 * time.Hour, Paths: 1000, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Values: param.Values{"target": 3}, Mechanism: param.Part{Kind: "loan"},
			Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	widths, err1 := study.ParseAxis(s.Spec(), "half-width", "0.1,0.3,0.6")
	fees, err2 := study.ParseAxis(s.Spec(), "fee", "0,30bp")
	plan, err := assess.PlanHeatMap(s, widths, fees, "log_growth")
	if err1 != nil || err2 != nil || err != nil {
		fmt.Println(err1, err2, err)
		return
	}
	m, err := plan.Run(context.Background(), assess.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, row := range m.Cells {
		for j, e := range row {
			fmt.Printf("fee %s, half-width %s: %.2f ± %.2f a year\n",
				fees.Format(fees.Values[i]), widths.Format(widths.Values[j]), e.Value, (e.Hi-e.Lo)/2)
		}
	}
	// Output:
	// fee 0, half-width 0.1: -3.00 ± 0.02 a year
	// fee 0, half-width 0.3: -2.98 ± 0.04 a year
	// fee 0, half-width 0.6: -3.00 ± 0.07 a year
	// fee 0.003, half-width 0.1: -3.20 ± 0.02 a year
	// fee 0.003, half-width 0.3: -3.08 ± 0.04 a year
	// fee 0.003, half-width 0.6: -3.06 ± 0.07 a year
}
