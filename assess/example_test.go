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
	// log_nav = -0.2592350797592645 with 0.95 confidence from -0.2635549424998212 to -0.25491521701870784 log
	// p_loss_50 = 0.2652403353655357 with 0.95 confidence from 0.25572219321652684 to 0.2747584775145446 probability
	// max_drawdown = 0.5845019608434368 with 0.95 confidence from 0.5718776201206399 to 0.5971263015662336 fraction
	// cost_drag = 0.08530304770253543 with 0.95 confidence from 0.08372034197467583 to 0.08688575343039502 log per year
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
