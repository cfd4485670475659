package assess_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mcrisk/assess"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/study"
)

var begin = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

const hour = time.Hour

// historyOf makes hourly closes of log-returns.
func historyOf(name string, returns []float64) *paths.History {
	h := &paths.History{Name: name, Step: hour, ClosesOnly: true}
	price := 100.0
	for i, r := range returns {
		open := price
		price *= math.Exp(r)
		h.Bars = append(h.Bars, paths.Bar{Start: begin.Add(time.Duration(i) * hour), Open: open,
			High: max(open, price), Low: min(open, price), Close: price})
	}
	return h
}

// simulatedHistory is a history that a model makes; paths of other numbers are others.
func simulatedHistory(m models.Model, days int, path int) *paths.History {
	grid := paths.Grid{Step: hour, Steps: 24 * days}
	lanes := paths.Generator{Model: m, Grid: grid, Seed: 11}.Returns(uint64(path / 16))
	return historyOf(fmt.Sprintf("path %d", path), lanes[path%16])
}

// bandedStudy is the study of a 3x token with a band, on windows of a length.
func bandedStudy(t *testing.T, horizon time.Duration, paths int, model param.Part) *study.Study {
	t.Helper()
	s, err := study.New(study.Spec{Model: model, Horizon: horizon, Step: hour, Paths: paths, Seed: 1,
		Tokens: []study.TokenSpec{{Name: "3x", Values: param.Values{"target": 3},
			Policy:    param.Part{Kind: "band", Values: param.Values{"low": 2.7, "high": 3.3}},
			Mechanism: param.Part{Kind: "loan", Values: param.Values{"liquidation-threshold": 0.78}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, p assess.ValidationPlan, workers int) *assess.Validation {
	t.Helper()
	v, err := assess.Validate(context.Background(), p, assess.Options{Options: study.Options{Workers: workers}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Of a history that the model itself makes, a tenth of the windows lie outside the
// central 90 %, and no forecast fails. The bounds are of 4 standard errors of independent
// windows; a correct program fails once in some thousand seeds.
func TestValidateDoesNotAlarm(t *testing.T) {
	gbm := models.GBM{Mu: 0.3, Sigma: 0.7}
	plan := assess.ValidationPlan{Study: bandedStudy(t, 48*hour, 1000, param.Part{Kind: "gbm"}), Kinds: []string{"gbm"},
		Histories: []*paths.History{simulatedHistory(gbm, 620, 0), simulatedHistory(gbm, 600, 1)},
		Until:     begin.AddDate(0, 0, 300)}
	v := validate(t, plan, 0)
	if n := len(v.Windows); n != 310 || len(v.Fitted) != 300 || v.Gappy != 0 {
		t.Fatalf("%d and %d windows; want 310 and 300", n, len(v.Fitted))
	}
	for _, part := range [][]assess.ValidatedModel{v.Models, v.InSample} {
		for _, m := range part {
			for k, r := range m.Statistics {
				name := assess.ValidatedStatistics[k].Name
				if n := float64(r.N); math.Abs(r.Outside-0.1) > 4*math.Sqrt(0.09/n) ||
					math.Abs(r.Mean-0.5) > 4*math.Sqrt(1/12.0/n) {
					t.Errorf("%s: %v outside, mean %v; want 0.1 and 0.5", name, r.Outside, r.Mean)
				}
				if !(r.P > 0.005) || r.OverGBM != 1 {
					t.Errorf("%s: p = %v, CRPS over gbm %v", name, r.P, r.OverGBM)
				}
			}
		}
	}
	if best := v.Recommended(); best.Kind != "gbm" || len(best.Fails) != 0 || best.Score != 1 {
		t.Errorf("recommended %+v", best)
	}
}

// A model of independent returns fails on a history whose volatility clusters, and one
// that clusters does not. The same plan has the same result for any number of workers.
func TestValidateTellsModelsApart(t *testing.T) {
	garch := models.GARCH{Sigma: 0.8, Alpha: 0.04, Beta: 0.955, DoF: 6, Step: hour}
	plan := assess.ValidationPlan{Study: bandedStudy(t, 72*hour, 300, param.Part{Kind: "gbm"}),
		Kinds: []string{"garch"}, Histories: []*paths.History{simulatedHistory(garch, 600, 4)},
		Until: begin.AddDate(0, 0, 300)}
	v := validate(t, plan, 1)
	if v.Ranking[0].Kind != "garch" || v.Ranking[1].Kind != "gbm" {
		t.Fatalf("ranking %+v; want garch before gbm", v.Ranking)
	}
	if fails := v.Ranking[1].Fails; !slices.Contains(fails, "realised_variance") {
		t.Errorf("gbm fails in %v; want realised variance among them", fails)
	}
	m := v.Model("garch", assess.Filtered)
	for k, r := range m.Statistics {
		if r.Outside > 0.2 || assess.ValidatedStatistics[k].Scored && !(r.OverGBM < 1) {
			t.Errorf("garch: %s: %v outside, CRPS over gbm %v", assess.ValidatedStatistics[k].Name, r.Outside,
				r.OverGBM)
		}
	}
	again := validate(t, plan, 3)
	if !reflect.DeepEqual(v, again) {
		t.Error("three workers give another result than one")
	}
}

// Windows follow one another on both sides of the date, those with a hole are left out, and
// what happened in them is worked out by hand.
func TestValidationWindows(t *testing.T) {
	returns := make([]float64, 24*100)
	for i := range returns {
		returns[i] = 0.004 * math.Sin(float64(i*i))
	}
	h := historyOf("made", returns)
	h.Bars = slices.Delete(h.Bars, 24*71, 24*72+1) // more than a day of the third window after
	s := bandedStudy(t, 240*hour, 50, param.Part{Kind: "gbm"})
	spec := s.Spec()
	spec.Tokens = []study.TokenSpec{{Name: "held", Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan",
		Values: param.Values{"borrow": 0}}, Values: param.Values{"target": 2}}}
	s, err := study.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	v := validate(t, assess.ValidationPlan{Study: s, Histories: []*paths.History{h}, Kinds: []string{"gbm"},
		Until: begin.Add(50*24*hour - 30*time.Minute)}, 0)
	var starts []float64
	for _, w := range slices.Concat(v.Fitted, v.Windows) {
		starts = append(starts, w.Start.Sub(begin).Hours()/24)
	}
	if want := []float64{0, 10, 20, 30, 50, 60, 80, 90}; !slices.Equal(starts, want) || v.Gappy != 1 {
		t.Fatalf("windows begin on days %v, %d are left out; want %v and 1", starts, v.Gappy, want)
	}
	move, squares, peak, depth := 0.0, 0.0, 1.0, 0.0
	for _, r := range returns[24*60 : 24*70] {
		move, squares = move+r, squares+r*r
		nav := 1 + 2*math.Expm1(move)
		peak = max(peak, nav)
		depth = max(depth, 1-nav/peak)
	}
	want := []float64{math.Log(1+2*math.Expm1(move)) - 2*move, depth, 0, 0, squares, move}
	for k, got := range v.Windows[1].Values {
		if assess.ValidatedStatistics[k].Name != "max_leverage" && math.Abs(got-want[k]) > 1e-9 {
			t.Errorf("%s is %v; want %v", assess.ValidatedStatistics[k].Name, got, want[k])
		}
	}
	if s := v.Recommended().Score; s != 1 { // though the token never trades, and trades have no score
		t.Errorf("score of gbm over itself is %v", s)
	}
	if m := v.Months; m != 2 { // day 50 is of February, the others of March
		t.Errorf("%d months", m)
	}
	for _, m := range v.Models {
		if r := m.Statistics[0]; !math.IsNaN(r.P) || math.IsNaN(r.Outside) {
			t.Errorf("p = %v of two months; want none", r.P)
		}
	}
}

// A history that liquidates twice, of which gbm makes none; and one that never does.
func TestOwnLiquidations(t *testing.T) {
	returns := make([]float64, 24*365)
	for i := range returns {
		returns[i] = 0.004 * math.Sin(float64(i*i))
	}
	calm := historyOf("calm", slices.Clone(returns))
	returns[24*100], returns[24*200] = -0.35, -0.35
	wild := historyOf("wild", returns)
	s := bandedStudy(t, 24*hour, 50, param.Part{Kind: "gbm", Values: param.Values{"sigma": 0.6, "mu": 2}})
	c, err := assess.OwnLiquidations(context.Background(), s, 0, wild)
	if err != nil || c.Windows != 12 || c.Realised != 2 || c.Simulated != 0 || !c.TooFew() || !(c.Chance < 1e-5) ||
		!strings.Contains(c.String(), "2 of 12 windows of 30d") {
		t.Errorf("%+v, %v, %v; want 2 of 12 windows and a warning", c, c, err)
	}
	if c, err = assess.OwnLiquidations(context.Background(), s, 0, calm); err != nil || c.TooFew() || c.Chance != 1 {
		t.Errorf("%+v, %v; want no warning", c, err)
	}
	late := s.Spec()
	late.Tokens[0].Values = param.Values{"target": 3, "outage-rate": 10}
	s, err = study.New(late)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = assess.OwnLiquidations(context.Background(), s, 0, wild); err != nil || c.Realised != 2 {
		t.Errorf("%+v, %v of a token with outages; want 2 windows of the history, without any", c, err)
	}
	jumps := bandedStudy(t, 24*hour, 50, param.Part{Kind: "merton", Values: param.Values{"sigma": 0.3, "jump-rate": 3,
		"jump-mean": -0.4, "jump-sd": 0}})
	c, err = assess.OwnLiquidations(context.Background(), jumps, 0, wild)
	if want := -math.Expm1(-3 * 30.0 / 365); err != nil || c.TooFew() || math.Abs(c.Simulated-want) > 0.04 {
		t.Errorf("%+v, %v; want about %v simulated and no warning", c, err, want)
	}
	if _, err = assess.OwnLiquidations(context.Background(), s, 0, historyOf("short", returns[:50])); err == nil {
		t.Error("a history of two days has a window of 30")
	}
}

// A plan that cannot be says which value, and what was wanted.
func TestValidateRefuses(t *testing.T) {
	h := simulatedHistory(models.GBM{Sigma: 0.5}, 60, 0)
	other := *h
	other.Name, other.Step = "other", 2*hour
	for _, tt := range []struct {
		horizon time.Duration
		days    int
		files   []*paths.History
		kinds   []string
		want    string
	}{
		{24 * hour, 30, nil, nil, "no history"},
		{24 * hour, 30, []*paths.History{h, &other}, nil, "path 0 has bars of 1h, other of 2h; want files of one step"},
		{24 * hour, 61, []*paths.History{h}, nil,
			"until 2020-03-02T00:00:00Z: path 0 goes from 2020-01-01T00:00:00Z to 2020-03-01T00:00:00Z; want a time"},
		{24 * hour, 0, []*paths.History{h}, nil, "want a time between"},
		{24 * 20 * hour, 50, []*paths.History{h}, nil, "which leaves no window of 20d after it"},
		{24 * 20 * hour, 10, []*paths.History{h}, nil, "which leaves no window of 20d before it"},
		{24 * hour, 30, []*paths.History{h}, []string{"nosuch"}, `kind "nosuch"`},
	} {
		plan := assess.ValidationPlan{Study: bandedStudy(t, tt.horizon, 10, param.Part{Kind: "gbm"}),
			Histories: tt.files, Until: begin.AddDate(0, 0, tt.days), Kinds: tt.kinds}
		_, err := assess.Validate(context.Background(), plan, assess.Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, day %d: %v; want %q", tt.horizon, tt.days, err, tt.want)
		}
	}
}
