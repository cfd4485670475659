package main

import (
	"maps"
	"slices"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/study"
)

// What the library says of a token of the catalogue is what the command prints of it,
// to the last bit: every metric with its interval, and every quantile.
func TestLibraryIsTheCommand(t *testing.T) {
	const name = "BTCBEAR2X"
	entry, err := catalogue.LookupToken(name)
	if err != nil {
		t.Fatal(err)
	}
	underlying, err := catalogue.LookupUnderlying(entry.Underlying)
	if err != nil {
		t.Fatal(err)
	}
	s, err := study.New(study.Spec{
		Model:   param.Part{Kind: "gbm", Values: param.Values{"sigma": underlying.Sigma.Value}},
		Horizon: 30 * 24 * time.Hour, Step: time.Hour, Paths: 300, Seed: 1, Tokens: []study.TokenSpec{entry.Spec()},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := assess.Simulate(t.Context(), s, assess.Options{})
	if err != nil {
		t.Fatal(err)
	}
	printed := reportOf(t, "simulate", "--token", name, "--model", "gbm", "--rates", "constant",
		"--horizon", "30d", "--paths", "300",
		"--no-save")
	if printed.ResultsHash != r.Hash {
		t.Errorf("results_hash %s; the command has %s", r.Hash, printed.ResultsHash)
	}
	metrics := printed.Tokens[0].Metrics
	for _, m := range r.Summaries[0].Metrics {
		for part, v := range map[string]float64{"estimate": m.Value, "se": m.SE, "lo": m.Lo, "hi": m.Hi} {
			if got, ok := metrics[m.Name][part].(float64); got != v && (ok || v-v == 0) {
				t.Errorf("%s of %s is %v; the command prints %v", part, m.Name, v, metrics[m.Name][part])
			}
		}
		delete(metrics, m.Name)
	}
	if len(metrics) > 0 {
		t.Errorf("only the command has %v", slices.Sorted(maps.Keys(metrics)))
	}
}
