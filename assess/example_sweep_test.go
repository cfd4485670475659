package assess_test

import (
	"context"
	"fmt"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// Which band suits a 3x token that trades to its target? The volatility, which nobody
// sets, makes scenarios: each has a best half-width of its own, with the half-widths
// not significantly worse, and one does well in both.
func ExampleSweep() {
	ctx := context.Background()
	s := must(study.New(study.Spec{
		Model: param.Part{Kind: "gbm"}, Horizon: 60 * 24 * time.Hour, Step: 2 * time.Hour, Paths: 300, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Mechanism: param.Part{Kind: "loan"},
			Values: param.Values{"target": 3, "fee": 0.002},
			Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3, "to": 1}}}},
	}))
	width := must(study.ParseAxis(s.Spec(), "half-width", "0.1,0.2,0.4,0.6,0.8"))
	sigma := must(study.ParseAxis(s.Spec(), "sigma", "40%,120%"))
	sweep := must(study.NewSweep(s, []study.Axis{width, sigma}, 0))
	cells := must(sweep.CollectAll(ctx, study.Options{}, assess.SweepColumns()))
	settings := assess.SweepSettings{Aversion: 2, Pareto: []string{"tracking_cost", "tracking_error"}}
	r := must(assess.Sweep(ctx, sweep, cells, settings, assess.SweepOptions{}))
	for _, in := range r.Slices {
		best := in.BestFor("tracking_cost")
		fmt.Printf("%s: tracking costs least, %.1f %% a year, at half-width %s\n", in.Scenario, 100*best.Estimate.Value,
			r.Setting(in.Cells[best.Index]))
		fmt.Println("  not significantly worse:", r.Names(in.Cells, best.Indistinguishable))
		fmt.Println("  on the front with tracking error:", r.Names(in.Cells, in.Standing(analytics.OnFront)))
	}
	for _, robust := range r.Robust {
		if robust.Objective == "tracking_cost" {
			fmt.Printf("robust: %s, at most %.1f %% a year more than the best\n", robust.LeastRegret(),
				100*robust.Greatest[robust.Minimax].Value)
		}
	}
	// Output:
	// sigma=0.4: tracking costs least, 2.8 % a year, at half-width 0.6
	//   not significantly worse: [0.6 0.8]
	//   on the front with tracking error: [0.1 0.2 0.4 0.6]
	// sigma=1.2: tracking costs least, 27.1 % a year, at half-width 0.4
	//   not significantly worse: [0.4 0.6]
	//   on the front with tracking error: [0.1 0.2 0.4]
	// robust: 0.4, at most 0.3 % a year more than the best
}
