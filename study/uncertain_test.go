package study_test

import (
	"context"
	"math"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/study"
)

func uncertain(variance float64) study.Spec {
	return study.Spec{Model: part("gbm", "sigma", 0.6),
		Horizon: 30 * day, Step: 6 * time.Hour, Paths: 1500, Seed: 9, Uncertain: true,
		Errors: &study.Errors{Names: []string{"mu", "sigma"}, Cov: [][]float64{{variance, 0}, {0, variance / 100}}},
		Tokens: []study.TokenSpec{{Name: "t", Policy: part("band", "low", 2.7, "high", 3.3),
			Mechanism: part("loan"), Values: param.Values{"fee": 0.001}}}}
}

// A path's own parameters depend on the seed and its number alone: not on the
// workers, nor on being traced.
func TestUncertainPathsAreNumbered(t *testing.T) {
	s := uncertain(0.25)
	one, err := study.Ensembles(context.Background(), built(t, s), study.Options{Workers: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	seven, err := study.Ensembles(context.Background(), built(t, s), study.Options{Workers: 7}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if study.Hash(one) != study.Hash(seven) {
		t.Error("1 and 7 workers give different lifetimes")
	}
	for _, path := range []int{0, 17, 1024, 1499} {
		life, _, err := study.Trace(t.Context(), built(t, s), 0, path)
		if err != nil {
			t.Fatal(err)
		}
		if want := one[0].Column("nav")[path]; life.NAV != want {
			t.Errorf("path %d ends at %v traced, at %v among others", path, life.NAV, want)
		}
	}
}

// Without errors nothing changes; with them ln S has the errors' variance on
// top: Var ln S = t²·Var(mu − σ²/2) + t·E σ², here dominated by the first. 4
// standard errors of a variance, √(2/n): one false alarm in 16,000 seeds.
func TestUncertaintyWidens(t *testing.T) {
	none := uncertain(0)
	plain := none
	plain.Uncertain = false
	if a, b := study.Hash(run(t, none)), study.Hash(run(t, plain)); a != b {
		t.Error("errors of nothing change lifetimes")
	}
	const variance = 4
	wide := uncertain(variance)
	wide.Errors.Cov[1][1] = 0
	wide.Paths = 4000
	xs := run(t, wide)[0].Column("log_underlying")
	years := 30.0 / 365
	want := years*years*variance + years*0.36
	m := analytics.Mean(analytics.Sample{X: xs}, confidence)
	got := m.SE * m.SE * float64(len(xs))
	if z := (got/want - 1) / math.Sqrt(2/float64(len(xs))); math.Abs(z) > 4 {
		t.Errorf("variance of ln S = %v, want %v: %.1f standard errors off", got, want, z)
	}
}

func TestUncertaintyNeedsErrors(t *testing.T) {
	for name, edit := range map[string]func(*study.Spec){
		"none":         func(s *study.Spec) { s.Errors = nil },
		"unknown name": func(s *study.Spec) { s.Errors.Names[0] = "kappa" },
		"short row":    func(s *study.Spec) { s.Errors.Cov[0] = s.Errors.Cov[0][:1] },
		"negative":     func(s *study.Spec) { s.Errors.Cov[1][1] = -1 },
		"NaN":          func(s *study.Spec) { s.Errors.Cov[1][1] = math.NaN() },
	} {
		s := uncertain(0.1)
		edit(&s)
		if _, err := s.Complete(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
