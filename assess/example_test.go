package assess_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/study"
)

// From the name of a token in the catalogue to every metric that the command prints
// for simulate --token ETHBULL3X --horizon 30d --paths 500 --json, with the same
// digits.
func ExampleSimulate() {
	token := must(catalogue.LookupToken("ETHBULL3X"))
	underlying := must(catalogue.LookupUnderlying(token.Underlying))
	s := must(study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": underlying.Sigma.Value}},
		Horizon: 30 * 24 * time.Hour, Step: time.Hour, Paths: 500, Seed: 1,
		Tokens: []study.TokenSpec{token.Spec()},
	}))
	r := must(assess.Simulate(context.Background(), s, assess.Options{}))
	for _, m := range r.Summaries[0].Metrics {
		if slices.Contains([]string{"log_nav", "p_loss_50", "max_drawdown", "cost_drag"}, m.Name) { // of all, a few
			fmt.Println(m.Name, "=", m.Value, "with", m.Confidence, "confidence from", m.Lo, "to", m.Hi, m.Unit)
		}
	}
	// Output:
	// log_nav = -0.2589611505385879 with 0.95 confidence from -0.26327178885433 to -0.25465051222284585 log
	// p_loss_50 = 0.2652403353655357 with 0.95 confidence from 0.25572219321652684 to 0.2747584775145446 probability
	// max_drawdown = 0.5844066265825868 with 0.95 confidence from 0.5717899681526114 to 0.5970232850125622 fraction
	// cost_drag = 0.08223800675162396 with 0.95 confidence from 0.08096091928876471 to 0.08351509421448321 log per year
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
