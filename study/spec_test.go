package study_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"mcrisk/param"
	"mcrisk/study"
)

// threeX is a study that is right.
func threeX() study.Spec {
	return study.Spec{
		Model: part("gbm", "sigma", 0.8), Horizon: 30 * day, Step: time.Hour, Paths: 100, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "three", Policy: part("band", "low", 2.7, "high", 3.3),
			Mechanism: part("loan"), Values: param.Values{"target": 3}}},
	}
}

// Complete says everything that is wrong at once, and what was wanted.
func TestComplete(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*study.Spec)
		want   []string // parts of the error; none: no error
	}{
		{"right", func(*study.Spec) {}, nil},
		{"one path, one step", func(s *study.Spec) { s.Paths, s.Horizon = 1, s.Step }, nil},
		{"no paths", func(s *study.Spec) { s.Paths = 0 }, []string{"paths = 0; want"}},
		{"negative paths", func(s *study.Spec) { s.Paths = -5 }, []string{"paths = -5; want"}},
		{"too many paths", func(s *study.Spec) { s.Paths = math.MaxInt },
			[]string{fmt.Sprintf("paths = %d; want", math.MaxInt)}},
		{"no step", func(s *study.Spec) { s.Step = 0 }, []string{"step = 0s; want"}},
		{"short horizon", func(s *study.Spec) { s.Horizon = time.Minute },
			[]string{"horizon 1m0s is shorter than a step of 1h0m0s"}},
		{"uneven horizon", func(s *study.Spec) { s.Horizon += time.Minute },
			[]string{"horizon 720h1m0s is not a whole number of steps"}},
		{"marks", func(s *study.Spec) { s.Marks = 65 }, []string{"marks = 65; want 0 to 64"}},
		{"negative marks", func(s *study.Spec) { s.Marks = -1 }, []string{"marks = -1; want 0 to 64"}},
		{"no model", func(s *study.Spec) { s.Model = param.Part{} }, []string{`model: kind ""; want`}},
		{"unknown model", func(s *study.Spec) { s.Model.Kind = "sabr" },
			[]string{`model: kind "sabr"; want`, "gbm", "merton"}},
		{"foreign number", func(s *study.Spec) { s.Model = part("gbm", "jump-rate", 3) },
			[]string{`model: gbm has no parameter "jump-rate"; it has mu, sigma`}},
		{"negative volatility", func(s *study.Spec) { s.Model = part("gbm", "sigma", -0.8) },
			[]string{"model: sigma = -0.8; want a number from 0 to 10"}},
		{"NaN volatility", func(s *study.Spec) { s.Model = part("gbm", "sigma", math.NaN()) },
			[]string{"model: sigma = NaN; want"}},
		{"infinite volatility", func(s *study.Spec) { s.Model = part("gbm", "sigma", math.Inf(1)) },
			[]string{"model: sigma = +Inf; want"}},
		{"no token", func(s *study.Spec) { s.Tokens = nil }, []string{"no token; want at least one"}},
		{"nameless", func(s *study.Spec) { s.Tokens[0].Name = "" }, []string{"a token without a name"}},
		{"namesakes", func(s *study.Spec) { s.Tokens = append(s.Tokens, s.Tokens[0]) },
			[]string{`two tokens are called "three"`}},
		{"line in a name", func(s *study.Spec) { s.Tokens[0].Name = "a\nb" },
			[]string{`token "a\nb"; want it without control characters`}},
		{"line in a file's name", func(s *study.Spec) { s.History = &study.History{File: "a\nb.csv"} },
			[]string{`history "a\nb.csv"; want it without control characters`}},
		{"unknown policy", func(s *study.Spec) { s.Tokens[0].Policy.Kind = "bands" },
			[]string{`token three: policy: kind "bands"; want auction or band or`}},
		{"unknown mechanism", func(s *study.Spec) { s.Tokens[0].Mechanism.Kind = "swap" },
			[]string{`token three: mechanism: kind "swap"; want loan or option or perp`}},
		{"unknown number", func(s *study.Spec) { s.Tokens[0].Values["fees"] = 0.1 },
			[]string{`token three has no parameter "fees"`}},
		{"number out of range", func(s *study.Spec) { s.Tokens[0].Values["fee"] = 1 },
			[]string{"token three: fee = 1; want"}},
		{"band beside the target", func(s *study.Spec) { s.Tokens[0].Policy = part("band", "low", 1.7, "high", 2.3) },
			[]string{"token three: ", "1.7", "2.3", "3"}},
		{"reversed band", func(s *study.Spec) { s.Tokens[0].Policy = part("band", "low", 3.3, "high", 2.7) },
			[]string{"token three: ", "3.3", "2.7"}},
		{"liquidated at once", func(s *study.Spec) {
			s.Tokens[0].Mechanism = part("loan", "liquidation-threshold", 0.6)
		}, []string{"token three: ", "leverage 3 is liquidated at once", "at 2.5"}},
		{"all at once", func(s *study.Spec) {
			s.Paths, s.Step, s.Marks = 0, -1, 99
			s.Model = part("gbm", "sigma", -1)
			s.Tokens[0].Values["fee"], s.Tokens[0].Policy.Kind = 2, "x"
		}, []string{"paths = 0", "step = -1ns", "marks = 99", "sigma = -1", "fee = 2", `policy: kind "x"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := threeX()
			tt.change(&s)
			full, err := s.Complete()
			if len(tt.want) == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if again, err := full.Complete(); err != nil || !reflect.DeepEqual(again, full) {
					t.Errorf("completed again: %+v, %v; want %+v", again, err, full)
				}
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error is %q; want %q in it", err, w)
				}
			}
		})
	}
}

func TestParamErrors(t *testing.T) {
	s := threeX()
	for name, want := range map[string]string{
		"sigm":      `no parameter "sigm"; did you mean sigma`,
		"halfwidth": `no parameter "halfwidth"; did you mean half-width?`,
		"jump-rate": "jump-rate is a number of model ",
		"funding": "funding is a number of mechanism perp, " +
			"and this study has model gbm, policy band, mechanism loan",
		"fall":        `no parameter "fall"; this study has after-liquidation, aum, `,
		"paths":       `no parameter "paths"; did you mean parts?`,
		"seed":        `no parameter "seed"; `,
		"":            `no parameter ""; this study has`,
		"low,high":    `no parameter "low,high"; this study has`,
		"SIGMA":       `no parameter "SIGMA"; this study has`,
		"reset-offse": `no parameter "reset-offse"; this study has`, // near to a number of another kind only
	} {
		_, err := s.Param(name)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v; want %s…", name, err, want)
		}
	}
	hold := threeX()
	hold.Tokens[0].Policy = part("hold")
	if _, err := hold.Param("half-width"); err == nil ||
		!strings.Contains(err.Error(), "half-width is a number of policy band") {
		t.Errorf("the half-width of a token that holds: %v", err)
	}
}

// With sets a number wherever the study has it, and nothing else.
func TestWith(t *testing.T) {
	base := threeX()
	base.Tokens = append(base.Tokens,
		study.TokenSpec{Name: "hold", Policy: part("hold"), Mechanism: part("perp"), Values: param.Values{"target": 2}},
		study.TokenSpec{Name: "short", Policy: part("band", "low", 0.9, "high", 1.1),
			Mechanism: part("loan"), Values: param.Values{"target": -1}})
	before, err := base.Complete()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, v float64) study.Spec {
		t.Helper()
		s, err := base.With(name, v)
		if err != nil {
			t.Fatal(err)
		}
		if now, _ := base.Complete(); !reflect.DeepEqual(now, before) {
			t.Fatalf("setting %s changed the spec it was set in", name)
		}
		return s
	}
	if s := at("sigma", 0.5); s.Model.Values["sigma"] != 0.5 {
		t.Errorf("sigma is %v", s.Model.Values)
	}
	if s := at("fee", 0.01); s.Tokens[0].Values["fee"] != 0.01 ||
		s.Tokens[1].Values["fee"] != 0.01 || s.Tokens[2].Values["fee"] != 0.01 {
		t.Errorf("fee is not everywhere: %+v", s.Tokens)
	}
	if s := at("borrow", 0.2); s.Tokens[0].Mechanism.Values["borrow"] != 0.2 ||
		s.Tokens[2].Mechanism.Values["borrow"] != 0.2 || len(s.Tokens[1].Mechanism.Values) != 0 {
		t.Errorf("borrow rate of loans and perpetuals: %+v", s.Tokens)
	}
	s := at("half-width", 0.25)
	for i, want := range map[int][2]float64{0: {2.75, 3.25}, 2: {0.75, 1.25}} {
		v := s.Tokens[i].Policy.Values
		if v["low"] != want[0] || v["high"] != want[1] {
			t.Errorf("half-width 0.25 of %s is %v", s.Tokens[i].Name, v)
		}
	}
	if len(s.Tokens[1].Policy.Values) != 0 {
		t.Errorf("the half-width of a token that holds was set: %v", s.Tokens[1].Policy.Values)
	}
	for _, v := range []float64{-0.1, math.NaN(), math.Inf(1)} {
		if _, err := base.With("half-width", v); err == nil {
			t.Errorf("half-width %v was set", v)
		}
	}
	if _, err := base.With("nothing", 1); err == nil {
		t.Error("nothing was set")
	}

	// A target left to its default is the one that the band is put around.
	plain := threeX()
	delete(plain.Tokens[0].Values, "target")
	if s, err := plain.With("half-width", 0.1); err != nil || s.Tokens[0].Policy.Values["high"] != 3.1 {
		t.Errorf("half-width 0.1 around the default target is %v, %v", s.Tokens[0].Policy.Values, err)
	}
}
