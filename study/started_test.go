package study

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
)

// A study that starts at another volatility has the bits of one that is made with it, and
// goes back to the long-run law.
func TestStarted(t *testing.T) {
	series := &models.Series{Name: "made", Start: time.Unix(0, 0).UTC(), Step: time.Hour}
	for i := range 400 {
		r := 0.01 * math.Sin(float64(i*i))
		series.Bars = append(series.Bars, models.Bar{Move: r, Close: r})
	}
	for _, kind := range []string{"garch", "heston", "fhs"} {
		spec := Spec{Model: param.Part{Kind: kind}, Horizon: 48 * time.Hour, Step: time.Hour, Paths: 40, Seed: 3,
			History: &History{File: "made", Series: series},
			Tokens: []TokenSpec{{Name: "3x", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"},
				Values: param.Values{"target": 3}}}}
		hash := func(s *Study, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			es, err := Ensembles(context.Background(), s, Options{}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return Hash(es)
		}
		s, err := New(spec)
		stationary := hash(s, err)
		spec.Model = param.Part{Kind: kind, Values: param.Values{"start": 1.7}}
		made := hash(New(spec))
		started, err := s.Started(1.7)
		if got := hash(started, err); got != made || made == stationary {
			t.Errorf("%s started at 1.7: %s; want %s, which is not %s", kind, got, made, stationary)
		}
		if got := hash(started.Started(0)); got != stationary {
			t.Errorf("%s started and back: %s; want %s", kind, got, stationary)
		}
		if _, err := s.Started(-1); err == nil || !strings.Contains(err.Error(), "start") {
			t.Errorf("%s started at −1: %v", kind, err)
		}
	}
	gbm, err := New(Spec{Model: param.Part{Kind: "gbm"}, Horizon: time.Hour, Step: time.Hour, Paths: 1, Seed: 1,
		Tokens: []TokenSpec{{Name: "3x", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"},
			Values: param.Values{"target": 3}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gbm.Started(0.5); err == nil || !strings.Contains(err.Error(), "gbm has no volatility of its own") {
		t.Errorf("gbm: %v", err)
	}
}
