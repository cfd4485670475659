package assess

import (
	"math"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
)

// The headline of a textbook model is its exact answers; the law of the final value is among them where it costs
// little beside the lifetimes, and where something is missing there is a reason.
func TestTextbook(t *testing.T) {
	spec := study.Spec{Model: param.Part{Kind: "garch"}, Horizon: 30 * 24 * time.Hour, Step: time.Hour, Paths: 10_000,
		Tokens: []study.TokenSpec{{Name: "a", Mechanism: param.Part{Kind: "loan"}, Values: param.Values{"target": 3},
			Policy: param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}}}}}
	gbm := param.Part{Kind: "gbm", Values: param.Values{models.Sigma.Name: 0.7}}
	made := func(spec study.Spec) *study.Study {
		s, err := study.New(spec)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	textbook := func(spec study.Spec) Textbook {
		list, err := textbooks(made(spec), gbm)
		if err != nil || len(list) != 1 || list[0].Model != "gbm" {
			t.Fatalf("%v, %+v", err, list)
		}
		return list[0]
	}
	whole := textbook(spec)
	alone := spec
	alone.Model = gbm
	a, err := Answers(made(alone), 0, Solving{Law: true})
	if err != nil {
		t.Fatal(err)
	}
	median, err := a.Law.Quantile(0.5)
	if err != nil {
		t.Fatal(err)
	}
	if got := whole.Metrics["median_nav"]; whole.Missing != "" || len(whole.Metrics) != len(Headline) ||
		!(math.Abs(got/math.Exp(median)-1) < 1e-7) || whole.Metrics["log_growth"] != a.Log/a.Years {
		t.Errorf("%+v; want the median %v and the growth %v", whole, math.Exp(median), a.Log/a.Years)
	}

	few := spec
	few.Paths = 1000
	if got := textbook(few); got.Missing == "" || len(got.Metrics) != len(Headline)-2 ||
		got.Metrics["log_growth"] != whole.Metrics["log_growth"] {
		t.Errorf("of few paths: %+v", got)
	}
	spec.Tokens[0].Mechanism.Kind = "perp"
	if got := textbook(spec); got.Missing == "" || len(got.Metrics) > 0 {
		t.Errorf("of a perpetual: %+v", got)
	}
	spec.Tokens[0].Mechanism.Kind, gbm.Values[models.Sigma.Name] = "loan", 9
	if got := textbook(spec); got.Missing == "" || len(got.Metrics) > 0 {
		t.Errorf("of a token that is liquidated and goes on: %+v", got)
	}
}
