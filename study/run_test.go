package study

import (
	"context"
	"testing"
	"time"

	"mcrisk/param"
)

func eth3x() Spec {
	return Spec{
		Model: param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6}}, Horizon: 365 * 24 * time.Hour, Step: time.Hour, Paths: 4096, Seed: 1, Marks: 64,
		Tokens: []TokenSpec{{Name: "t", Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.8, "high": 3.2, "to": 1}},
			Mechanism: param.Part{Kind: "loan", Values: param.Values{"borrow": 0, "supply": 0}}, Values: param.Values{"fee": 0.001}}},
	}
}

func TestSmoke(t *testing.T) {
	t0 := time.Now()
	es, err := Ensembles(context.Background(), eth3x(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"rebalances", "turnover", "log_underlying", "nav"} {
		s := 0.0
		for _, v := range es[0].Column(c) {
			s += v
		}
		t.Log(c, s/4096)
	}
	t.Log(Hash(es), time.Since(t0))
}
