package assess_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// banded is a study of a 3x band token on a loan for 10 basis points a trade.
func banded(t testing.TB, model param.Part, horizon, step time.Duration, edit func(*study.TokenSpec)) *study.Study {
	t.Helper()
	token := study.TokenSpec{
		Name: "3x", Values: param.Values{"target": 3, "fee": 0.001},
		Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2, "to": 1}},
		Mechanism: param.Part{Kind: "loan", Values: param.Values{"borrow": 0}},
	}
	if edit != nil {
		edit(&token)
	}
	spec := study.Spec{Model: model, Horizon: horizon, Step: step, Paths: 10, Seed: 1}
	spec.Tokens = append(spec.Tokens, token)
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const day = 24 * time.Hour

var gbm = param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6}}

// A month of a 3x token that trades to the edge of its band, known to ten digits.
func ExampleSolve() {
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6}},
		Horizon: 30 * 24 * time.Hour, Step: 4 * time.Hour, Paths: 1, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Values: param.Values{"target": 3, "fee": 0.001},
			Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2}},
			Mechanism: param.Part{Kind: "loan"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	all, err := assess.Solve(context.Background(), s)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range all[0].Metrics {
		if m.Name == "nav" || m.Name == "rebalances" || m.Name == "p_loss_25" {
			fmt.Printf("%s %.6f, known to 1e-6: %v\n", m.Name, m.Value, m.Bound < 1e-6)
		}
	}
	// Output:
	// nav 0.989832, known to 1e-6: true
	// p_loss_25 0.386154, known to 1e-6: true
	// rebalances 39.164528, known to 1e-6: true
}

// Quantiles rise, each within its own bound of what the law says, and every metric
// of the registry with a twin is there once.
func TestSolve(t *testing.T) {
	all, err := assess.Solve(t.Context(), banded(t, gbm, 30*day, 4*time.Hour, nil))
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %d tokens", err, len(all))
	}
	e := all[0]
	if e.Token != "3x" || e.NoLaw != nil || e.GoesOn() {
		t.Errorf("%s, without a law: %v, goes on: %v", e.Token, e.NoLaw, e.GoesOn())
	}
	last := 0.0
	for _, q := range e.Quantiles {
		if !(q.Value > last) || !(q.Bound > 0 && q.Bound < 1e-6) {
			t.Errorf("quantile %v = %v ± %v after %v", q.P, q.Value, q.Bound, last)
		}
		if p := e.Answers.Law.CDF(math.Log(q.Value)); math.Abs(p-q.P) > 1e-8 {
			t.Errorf("the law has %v below the quantile of %v", p, q.P)
		}
		last = q.Value
	}
	seen := map[string]int{}
	for _, m := range e.Metrics {
		seen[m.Name]++
	}
	for _, name := range []string{"nav", "median_nav", "es_95", "p_loss_50", "trade_drag", "tracking_vs_ideal"} {
		if seen[name] != 1 {
			t.Errorf("%s is there %d times", name, seen[name])
		}
	}
}

// What rests on a law that is too jagged is left out with the reason, and nothing
// else; a token that goes on after a liquidation says so.
func TestSolveWithoutALaw(t *testing.T) {
	jumps := param.Part{Kind: "merton", Values: param.Values{"sigma": 0.6, "jump-rate": 10, "jump-mean": -0.3,
		"jump-sd": 0}}
	all, err := assess.Solve(t.Context(), banded(t, jumps, 3*day, day, nil))
	if err != nil {
		t.Fatal(err)
	}
	e := all[0]
	if !errors.As(e.NoLaw, new(assess.NoLawError)) || len(e.Quantiles) > 0 || e.Answers.Law != nil {
		t.Errorf("without a law: %v, %d quantiles", e.NoLaw, len(e.Quantiles))
	}
	names := ""
	for _, m := range e.Metrics {
		names += m.Name + " "
	}
	if strings.Contains(names, "p_loss") || strings.Contains(names, "median") ||
		!strings.Contains(names, "p_liquidation ") {
		t.Errorf("metrics %s", names)
	}
	if !e.GoesOn() || e.Stops {
		t.Errorf("liquidation has probability %v, and the token goes on: %v", e.Answers.Liquidated, e.GoesOn())
	}
}

// A token beyond exact answers is an error that says who answers, and a context that
// is done ends the work.
func TestSolveRefuses(t *testing.T) {
	late := banded(t, gbm, 30*day, day, func(s *study.TokenSpec) { s.Values["latency"] = 1800 })
	if _, err := assess.Solve(t.Context(), late); err == nil ||
		!strings.Contains(err.Error(), "3x is beyond an exact answer") {
		t.Errorf("of a late keeper: %v", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := assess.Solve(done, banded(t, gbm, 30*day, day, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("when it is done: %v", err)
	}
}
